"""How the demo looks: coloured on a terminal, plain elsewhere, and a token is never broken on either."""

from collections import Counter
from collections.abc import Sequence
from typing import IO, Final

from rich.console import Console
from rich.text import Text

from streams.demo.choose import Sighting
from streams.demo.gather import Harvest, Masked, Quarantined
from streams.demo.preview import preview_of
from streams.demo.spans import Piece, compare, excerpt, printable, rows

__all__ = ["Look"]

_BEFORE: Final = "bold red"
_AFTER: Final = "bold green"
_INDENT: Final = "         "
#: Characters shown on each side of a followed token, and of a preview.
_AROUND: Final = 60
_PREVIEW_CHARS: Final = 200
#: Below this a terminal is too narrow to break lines well: it gets them whole.
_NARROW_CELLS: Final = 60


class Look:
    """Prints the demo on a stream; keeps nothing."""

    def __init__(self, stream: IO[str]) -> None:
        terminal = stream.isatty()
        # Environment variables that force colours are for programs whose output nobody greps for tokens.
        self.console = Console(
            file=stream, force_terminal=terminal, color_system="auto" if terminal else None,
            markup=False, highlight=False, emoji=False,
        )  # fmt: skip
        self.terminal = terminal

    def say(self, text: str = "", style: str = "") -> None:
        """Print a sentence as one line; a terminal may wrap it where it likes."""
        self._print(Text(text, style))

    def title(self, text: str) -> None:
        self.say()
        self.say(text, "bold")

    def example(self, one: Masked) -> None:
        before, after = compare(printable(one.line.value), printable(one.value))
        self._pieces("before", before, _BEFORE)
        self._pieces("after", after, _AFTER)
        self.say()

    def sighting(self, seen: Sighting, token: str) -> None:
        text = excerpt(printable(seen.text.encode()), seen.start, seen.end, _AROUND)
        left, found, right = text.partition(token)
        pieces = [Piece(left, changed=False), Piece(found, changed=True), Piece(right, changed=False)]
        self._pieces(seen.service, pieces, _AFTER)

    def quarantined(self, records: Sequence[Quarantined]) -> None:
        """One preview for each reason; the record itself is sealed and stays so."""
        counts = Counter(record.reason for record in records)
        first = {record.reason: record for record in reversed(records)}
        for reason, count in sorted(counts.items()):
            self.say(f"  {count:>4} x {reason}")
            shape = printable(preview_of(first[reason].envelope).encode())
            shown = shape if len(shape) <= _PREVIEW_CHARS else f"{shape[:_PREVIEW_CHARS]}…"
            self.say(f"         looks like: {shown or '(too large for a preview)'}", "dim")

    def counts(self, harvest: Harvest, known: int, left: int, mask_s: float) -> None:
        total, clean, out = harvest.records_in, len(harvest.masked), len(harvest.quarantined)
        same = sum(one.value == one.line.value for one in harvest.masked)
        self.say(f"  {total:,} records in = {clean:,} clean + {out:,} in quarantine")
        self.say(f"  {same:,} of the clean ones hold nothing personal and are the same to the byte")
        if known:
            self.say(f"  {known:,} personal values were put in by the generator; {left:,} of them are left")
        self.say(f"  {harvest.last_s:.1f} s from starting the workers to the last commit, joining the group included")
        if mask_s:
            self.say(f"  {total / mask_s:,.0f} records/s a worker while masking (a cold start; `make bench` measures)")

    def _pieces(self, label: str, pieces: list[Piece], style: str) -> None:
        width = self.console.width - len(_INDENT) if self.terminal else None
        for number, row in enumerate(rows(pieces, width if width is None or width >= _NARROW_CELLS else None)):
            text = Text(label.ljust(len(_INDENT)) if number == 0 else _INDENT, "bold" if number == 0 else "")
            for piece in row:
                text.append(piece.text, style if piece.changed else "not bold")
            self._print(text)

    def _print(self, text: Text) -> None:
        # soft_wrap: rich itself neither wraps nor crops.
        self.console.print(text, soft_wrap=True)
