"""Persons in the segments of ASC X12: claims and orders name, date and address them without a word for it."""

import re
from collections.abc import Iterator
from typing import Final

from streams.masking.context import at_word_start
from streams.masking.detectors.promises import PROMISES
from streams.masking.found import Detector, Found, Verdict
from streams.masking.kinds import Kind

__all__ = ["DETECTORS"]

#: Elements of a segment up to its end; `*` and `|` stand between them in practice.
_SEGMENT: Final = re.compile(rb"(nm1|n1|n3|dmg|per)([*|])([^~\r\n\"\\\xff]{1,400})", re.IGNORECASE)
_STARTS: Final = re.compile(
    rb"(?:nm1[*|][a-z0-9]{2,3}[*|]1[*|]|n1[*|](?:st|bt|by|sh|sf)[*|]|n3[*|][0-9]{1,6} [a-z]|dmg[*|]d8[*|]|per[*|]ic[*|])\Z",
    re.IGNORECASE,
)
_STARTS_MAX: Final = 16
#: Whose numbers the qualifiers before them announce (X12 element 66).
_NUMBERS: Final[dict[bytes, Kind]] = {
    b"MI": "customer",
    b"II": "customer",
    b"34": "national_id",
    b"SY": "national_id",
    b"XX": "user",
    b"FI": "national_id",
}
_CHANNELS: Final[dict[bytes, Kind]] = {b"TE": "phone", b"CP": "phone", b"FX": "phone", b"HP": "phone", b"WP": "phone"}
_LETTERS: Final = re.compile(rb"[A-Za-z\x80-\xfe'.\- ]{1,60}\Z")

#: Within a segment stands another's element.
_SIGNS: Final = (b"*", b"|")

_Spans = list[tuple[int, int]]


def judge_segment(data: bytes, end: int) -> Verdict:
    """What a segment says of a person (X12 segments NM1, N1, N3, DMG and PER)."""
    starts = _STARTS.search(data, max(0, end - _STARTS_MAX), end)
    segment = _SEGMENT.match(data, starts.start()) if starts else None
    before = data[segment.start() - 1 : segment.start()] if segment else b""
    if segment is None or before in _SIGNS or not at_word_start(data, segment.start()):
        return "no_segment"
    elements = list(_elements(segment[3], segment[2], segment.start(3)))
    return list(_READ[segment[1].upper()](data, elements)) or "nobody"


def _elements(text: bytes, sign: bytes, at: int) -> Iterator[tuple[int, int]]:
    for element in text.split(sign):
        yield at, at + len(element)
        at += len(element) + 1


def _individual(data: bytes, at: _Spans) -> Iterator[Found]:
    for start, stop in at[2:5]:
        if _LETTERS.match(data[start:stop]):
            yield Found(start, stop, "name", "x12_segment", "x12", 61)
    yield from _qualified(data, at[7:9], _NUMBERS)


def _party(data: bytes, at: _Spans) -> Iterator[Found]:
    for start, stop in at[1:2]:
        if PROMISES["full_name"](data[start:stop]):
            yield Found(start, stop, "name", "x12_segment", "x12", 61)


def _street(data: bytes, at: _Spans) -> Iterator[Found]:
    for start, stop in at[:2]:
        if re.search(rb"[A-Za-z]{2}|[0-9]", data[start:stop]):
            yield Found(start, stop, "address", "x12_segment", "x12", 61)


def _demographic(data: bytes, at: _Spans) -> Iterator[Found]:
    for start, stop in at[1:3]:
        if re.fullmatch(rb"[0-9]{8}|[A-Z]", data[start:stop]):
            yield Found(start, stop, "vitals", "x12_segment", "x12", 61)


def _contact(data: bytes, at: _Spans) -> Iterator[Found]:
    yield from _party(data, at)
    for first in (2, 4, 6):
        yield from _qualified(data, at[first : first + 2], _CHANNELS)


def _qualified(data: bytes, pair: _Spans, kinds: dict[bytes, Kind]) -> Iterator[Found]:
    if len(pair) > 1 and (kind := kinds.get(data[slice(*pair[0])].upper())) and pair[1][0] < pair[1][1]:
        yield Found(*pair[1], kind, "x12_segment", "x12", 61)


_READ: Final = {b"NM1": _individual, b"N1": _party, b"N3": _street, b"DMG": _demographic, b"PER": _contact}

DETECTORS: Final = (
    Detector(
        "x12_segment",
        (r"nm1[*|][a-z0-9]{2,3}[*|]1[*|]", r"n1[*|](?:st|bt|by|sh|sf)[*|]", r"n3[*|][0-9]{1,6} [a-z]", r"dmg[*|]d8[*|]", r"per[*|]ic[*|]"),
        judge_segment,
        (
            "NM1*IL*1*LEE*ANN*M***MI*ABC123456789~N3*12 OAK LANE*APT 4~DMG*D8*19800203*F~", "N1*ST*ANN LEE*92*0088~", "PER*IC*ANN LEE*TE*4155550132~",
        ),
        ("NM1*PR*2*ACME HEALTH*****PI*12345~", "N1*ST*ACME INC*92*0088~", "x*n3*4", "n1*2 + n3*4", "DMG*D8~", "CLM*26463774*100***11:B:1~"),
        "ASC X12, 837 and 850",
    ),
)  # fmt: skip
