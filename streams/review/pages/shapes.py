"""Shapes cut into pieces: for the eye (what is a name, what is hidden) and for choosing by hand.

Offsets count characters of the preview as it is shown, as `Redaction` takes them; no clear text is known here.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final, Literal, NamedTuple

from streams.masking.tokens import TOKEN_RE
from streams.quarantine.preview import KEPT_KEYS

__all__ = ["Choice", "Piece", "choices", "merged", "pieces", "tokens"]

Kind = Literal["name", "hidden", "odd", "sign", "value", "token", "text"]

_PART: Final = re.compile(
    rf"(?P<name>(?<![\w.-])(?:{'|'.join(sorted(map(re.escape, KEPT_KEYS), key=len, reverse=True))})"
    r"(?=\\{0,3}[\"']?\s{0,2}[:=]))"
    r"|(?P<hidden>\*\*\*)|(?P<odd>\?+)|(?P<value>[x0]+)|(?P<sign>[^x0?*\w\s]+)|(?P<text>\s+|.)"
)
# What a person would hide in one go: an address, a number with its signs, a word; it begins and ends with content.
_CHOICE: Final = re.compile(r"[x0?](?:[^\s\"{}\[\],;=&<>()|\\…]*[x0?])?")
_QUOTED: Final = re.compile(r'(?<=")[^"\\]*(?=")')


class Piece(NamedTuple):
    """A run of characters of one kind."""

    text: str
    kind: Kind


class Choice(NamedTuple):
    """Characters `start` to `end` of a preview, which may be hidden; `number` counts from 1 in reading order."""

    number: int
    start: int
    end: int
    text: str

    @property
    def span(self) -> str:
        """`12-17`, as forms carry it."""
        return f"{self.start}-{self.end}"


def pieces(preview: str) -> Iterator[Piece]:
    """The preview from its beginning to its end; the texts joined are the preview."""
    for match in _PART.finditer(preview):
        kind: Kind = match.lastgroup  # type: ignore[assignment]  # The groups are the kinds.
        yield Piece(match[0], kind)


def tokens(text: str) -> Iterator[Piece]:
    """A masked text with its tokens told apart from the rest; the texts joined are the text."""
    data, at = text.encode(), 0
    for match in TOKEN_RE.finditer(data):
        # A token is ASCII, so that no character is cut in two.
        if match.start() > at:
            yield Piece(data[at : match.start()].decode(), "text")
        yield Piece(match[0].decode(), "token")
        at = match.end()
    if at < len(data):
        yield Piece(data[at:].decode(), "text")


def choices(preview: str) -> list[Choice]:
    """What may be chosen without a script: each word of content, and each text in quotes that has several."""
    names = [match.span() for match in _PART.finditer(preview) if match["name"]]
    found = {match.span() for match in _CHOICE.finditer(preview) if not _inside(match.span(), names)}
    for match in _QUOTED.finditer(preview):
        if sum(match.start() <= start and end <= match.end() for start, end in found) > 1:
            found.add(match.span())
    ordered = sorted(found, key=lambda span: (span[0], -span[1]))
    return [Choice(number, start, end, preview[start:end]) for number, (start, end) in enumerate(ordered, 1)]


def merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same characters as spans that do not touch, in order."""
    whole: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if whole and start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((start, end))
    return whole


def _inside(span: tuple[int, int], names: list[tuple[int, int]]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in names)
