"""The loops over hits and findings in Python: the definition of those in `_core.c`, and what runs where it was not built."""

from collections.abc import Callable, Mapping
from typing import Final

from streams.masking.found import Found, Judge, Verdict
from streams.masking.kinds import Kind
from streams.masking.tokens import Mint

__all__ = ["Hit", "Known", "Loop", "Spliced"]

#: The end of a match in a text, and the identifier of its anchor.
Hit = tuple[int, int]

#: For each replacement where it began and ended before, and where it ends now.
Spliced = list[tuple[int, int, int]]

#: What replaces the values of a kind: the same for all of them, what is remembered of each, or what makes most of them.
Known = bytes | dict[bytes, bytes] | Mint

#: A finding as certain as this covers whatever begins inside it: a whole JWT, a private key.
_CONCLUSIVE: Final = 90

#: A value that begins so soon behind its anchor has nothing else before it; other names stand before one farther off, in bytes.
_RIGHT_BEHIND: Final = 8

#: Between the anchor of a telling name and its value that was replaced, in bytes: quotes, white space, a scheme.
_NAME_GAP: Final = 12

#: What is glued to a replacement may have been kept for what stood there before: an address behind another one. As far as
#: this behind a replacement, in bytes, and where neither white space nor a quote ends the replaced value, it is judged anew.
_GLUED: Final = 24
_ENDS: Final = b" \"'\\,&;}])>\n\r\t"


class Loop:
    """What `streams.masking.native.Core` does, in Python."""

    def judge(
        self,
        text: bytes,
        hits: list[Hit],
        judges: list[Judge | None],
        _natives: bytes,
        by_word: bytes,
        blocks: Callable[[bytes, int, int], list[Found]],
        fail: Callable[[int, Exception], object],
    ) -> tuple[list[Found], dict[Hit, str]]:
        """What the judges say of their candidates in one text: findings, and the rules by which others stay.

        A hit without a judge belongs to `blocks`; what a judge raises goes to `fail`, which raises. Long and flat on purpose.
        """
        found: list[Found] = []
        kept: dict[Hit, str] = {}
        covered = named = since = -1
        for hit in hits:
            end, ident = hit
            if end <= covered or (since <= end <= named and by_word[ident]):
                continue
            judge = judges[ident]
            if judge is None:
                found += blocks(text, end, ident)
                continue
            verdict: Verdict = ()
            try:
                verdict = judge(text, end)
            except Exception as error:  # noqa: BLE001 - whatever a detector raises, the text fails and its value stays here
                fail(ident, error)
            if isinstance(verdict, str):
                kept[hit] = verdict
            elif isinstance(verdict, Found):
                found.append(verdict)
                since, named = (end if verdict.start - end < _RIGHT_BEHIND else verdict.start), verdict.end
                if verdict.certain >= _CONCLUSIVE:
                    covered = verdict.end
            else:
                found += verdict
                if verdict:
                    first = verdict[0]
                    since, named = (end if first.start - end < _RIGHT_BEHIND else first.start), first.end
        return found, kept

    def settle(self, _found: list[Found], _text: bytes, _own: Callable[[bytes], bool]) -> list[Found] | None:
        """Nothing: `Actions.settled` looks closer at all findings."""
        return None

    def splice(
        self,
        text: bytes,
        found: list[Found],
        _known: Mapping[Kind, Known],
        replacement: Callable[[Found, bytes], bytes],
        counts: dict[str, int],
    ) -> tuple[Spliced, bytes]:
        """A text that is read as it is with its replacements; kinds are counted where something changes."""
        pieces: list[bytes] = []
        spliced: Spliced = []
        mark = size = 0
        for one in found:
            start, end = one.start, one.end
            old = text[start:end]
            new = replacement(one, old)
            if new == old:
                continue
            pieces += text[mark:start], new
            size += start - mark + len(new)
            spliced.append((start, end, size))
            mark = end
            for kind in one.inner or (one.kind,):
                counts[kind] = counts.get(kind, 0) + 1
        return spliced, b"".join((*pieces, text[mark:]))

    def unsettled(self, hits: list[Hit], spliced: Spliced, kept: dict[Hit, str], output: bytes) -> list[Hit]:
        """The hits of an output without those of before: kept by a rule, or of a name right before what was replaced."""
        left: list[Hit] = []
        place = shift = 0
        glued = -1
        for hit in hits:
            while place < len(spliced) and hit[0] > spliced[place][2]:
                stop = spliced[place][2]
                shift = spliced[place][1] - stop
                glued = stop + _GLUED if output[stop : stop + 1] not in _ENDS else -1
                place += 1
            before = hit[0] + shift
            gap = spliced[place][0] - before if place < len(spliced) else -1
            inside = place < len(spliced) and gap < 0
            if inside or not (0 <= gap <= _NAME_GAP or ((before, hit[1]) in kept and hit[0] > glued)):
                left.append(hit)
        return left
