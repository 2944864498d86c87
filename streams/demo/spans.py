"""Where two versions of a line differ, and lines of text that never break inside a word; pure."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Final, NamedTuple

from rich.cells import cell_len

__all__ = ["Piece", "compare", "excerpt", "printable", "rows"]

_WORDS: Final = re.compile(r"\w+|\W")
#: Control characters and those that turn the direction of text: a log line must not steer a terminal.
_STEERING: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


class Piece(NamedTuple):
    """A run of text, and whether it is a finding (before) or its replacement (after)."""

    text: str
    changed: bool


def printable(value: bytes) -> str:
    """Return text that is safe to print; what is no text shows as `�` and what steers a terminal as `·`."""
    return _STEERING.sub("·", value.decode("utf-8", "replace"))


def compare(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Return both texts in pieces, word by word, with what differs marked."""
    ours, theirs = _WORDS.findall(before), _WORDS.findall(after)
    left: list[Piece] = []
    right: list[Piece] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        _add(left, "".join(ours[i1:i2]), tag != "equal")
        _add(right, "".join(theirs[j1:j2]), tag != "equal")
    return left, right


def _add(pieces: list[Piece], text: str, changed: bool) -> None:
    if text and pieces and pieces[-1].changed == changed:
        pieces[-1] = Piece(pieces[-1].text + text, changed)
    elif text:
        pieces.append(Piece(text, changed))


def rows(pieces: list[Piece], width: int | None) -> list[list[Piece]]:
    """Return the pieces in rows of at most `width` cells of a terminal, broken between words only; None means one row.

    A word longer than a row, such as a part of a JWT, stands in a row of its own: a token is one word.
    """
    if width is None:
        return [pieces]
    made: list[list[Piece]] = [[]]
    used = 0
    for word, changed in _words(pieces):
        cells = cell_len(word)
        if used and used + cells > width:
            made.append([])
            used = 0
        _add(made[-1], word, changed)
        used += cells
    return made


def _words(pieces: list[Piece]) -> Iterator[tuple[str, bool]]:
    for piece in pieces:
        for word in _WORDS.findall(piece.text):
            yield word, piece.changed


def excerpt(text: str, start: int, end: int, around: int) -> str:
    """Return text[start:end] with up to `around` characters on each side, cut between words, `…` where cut."""
    left, right = max(0, start - around), min(len(text), end + around)
    marks = [match.span() for match in _WORDS.finditer(text)]
    left = next((a for a, b in marks if a >= left), start)
    right = next((b for a, b in reversed(marks) if b <= right), end)
    return f"{'…' if left else ''}{text[left:right]}{'…' if right < len(text) else ''}"
