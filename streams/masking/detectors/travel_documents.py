r"""Machine-readable zones of passports, visas and identity cards (ICAO Doc 9303, parts 3 to 7), line by line."""

import re
from collections.abc import Iterator
from typing import Final

from streams.masking.found import Detector, Found, Verdict
from streams.masking.kinds import Kind

__all__ = ["DETECTORS"]

_ZONE: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<"
#: Signs in a line by the size of the document: TD3 and visas of format A, TD2 and visas of format B, TD1.
_LINES: Final = (44, 36, 30)
_ZONE_MAX: Final = 90
#: The same for several lines without an end of line between them.
_SIZES: Final = frozenset((44, 36, 30, 88, 72, 90))

#: The first line of all sizes but TD1: kind, state, and the name in two parts.
_NAMED: Final = re.compile(rb"([PVIAC])[A-Z<][A-Z<]{3}([A-Z]+(?:<[A-Z]+){0,5}(?:<<[A-Z]+(?:<[A-Z]+){0,6})?)<*\Z")
#: The last line of TD1.
_NAMES: Final = re.compile(rb"([A-Z]+(?:<[A-Z]+){0,5}<<[A-Z]+(?:<[A-Z]+){0,6})<*\Z")
#: A number and its check digit, a state, a date of birth and an expiry with theirs, the sex between.
_NUMBERED: Final = re.compile(
    rb"([A-Z0-9<]{9})([0-9])[A-Z<]{3}([0-9<]{6})([0-9])[MFX<]([0-9]{6})([0-9])([A-Z0-9<]{0,14})"
)
_CARD: Final = re.compile(rb"[IAC][A-Z<][A-Z<]{3}([A-Z0-9<]{9})([0-9<])([A-Z0-9<]{15})\Z")
_CARD_DATES: Final = re.compile(rb"([0-9<]{6})([0-9])[MFX<]([0-9]{6})([0-9])[A-Z<]{3}([A-Z0-9<]{11})[0-9]\Z")


def _digit(text: bytes) -> int:
    """The check digit of a field: letters count from ten, fillers nothing, weights 7, 3, 1 (part 3, 4.9)."""
    values = (0 if sign == 0x3C else sign - 0x30 if sign < 0x3A else sign - 0x37 for sign in text)
    return sum(value * (7, 3, 1)[place % 3] for place, value in enumerate(values)) % 10


def _agree(line: re.Match[bytes], *fields: int) -> bool:
    """Whether check digits agree with the fields that stand before them."""
    return all(_digit(line[field]) == int(line[field + 1]) for field in fields)


def judge_zone(data: bytes, end: int) -> Verdict:
    """The name, the numbers and the date of birth in a line of a machine-readable zone, told by its length and form."""
    before, behind = data[max(0, end - _ZONE_MAX - 1) : end], data[end : end + _ZONE_MAX + 1]
    start, stop = end - len(before) + len(before.rstrip(_ZONE)), end + len(behind) - len(behind.lstrip(_ZONE))
    if stop - start not in _SIZES:
        return list(_odd(data, start, stop)) or "no_zone"
    size = next(size for size in _LINES if (stop - start) % size == 0)
    return [found for at in range(start, stop, size) for found in _line(data[at : at + size], at)] or "no_line"


def _line(line: bytes, at: int) -> Iterator[Found]:
    if len(line) == _LINES[-1]:
        yield from _card(line, at)
    elif named := _NAMED.match(line):
        yield _found(named, 2, at, "name")
    elif (numbered := _NUMBERED.match(line)) and _agree(numbered, 1, 3, 5):
        yield _found(numbered, 1, at, "passport")
        yield _found(numbered, 3, at, "vitals")
        yield from _optional(numbered, 7, at)


#: A first line with more or fewer fillers than it should have, as it is typed and cut off; and how the next line begins.
_ODD: Final = re.compile(rb"[PVIAC]<[A-Z]{3}([A-Z]+(?:<[A-Z]+){0,5}<<[A-Z]+(?:<[A-Z]+){0,6})<{4,40}\Z")
_NEXT: Final = re.compile(
    rb"(?:[\s/|,;\"']|\\{1,31}[nr]){1,8}([A-Z0-9<]{9})[0-9][A-Z<]{3}([0-9]{6})[0-9][MFX<][0-9]{6}[0-9]"
)


def _odd(data: bytes, start: int, stop: int) -> Iterator[Found]:
    """The name in a line whose length is none of a document's, and the number and date of birth below it."""
    named = _ODD.match(data[start:stop]) if stop - start <= _ZONE_MAX else None
    if named is None:
        return
    yield _found(named, 1, start, "name")
    if numbered := _NEXT.match(data, stop):
        yield _found(numbered, 1, 0, "passport")
        yield _found(numbered, 2, 0, "vitals")


def _card(line: bytes, at: int) -> Iterator[Found]:
    if (card := _CARD.match(line)) and (card[2] == b"<" or _agree(card, 1)):
        yield _found(card, 1, at, "national_id")
        yield from _optional(card, 3, at)
    elif (dates := _CARD_DATES.match(line)) and _agree(dates, 1, 3):
        yield _found(dates, 1, at, "vitals")
        yield from _optional(dates, 5, at)
    elif names := _NAMES.match(line):
        yield _found(names, 1, at, "name")


def _optional(line: re.Match[bytes], group: int, at: int) -> Iterator[Found]:
    """What a state puts into the rest of a line: a personal number, as a rule."""
    if line[group].strip(b"<"):
        yield _found(line, group, at, "national_id")


def _found(line: re.Match[bytes], group: int, at: int, kind: Kind) -> Found:
    text = line[group].rstrip(b"<")
    return Found(at + line.start(group), at + line.start(group) + len(text), kind, "mrz", "icao9303", 62)


DETECTORS: Final = (
    Detector(
        "mrz",
        ("[A-Z0-9]<<<<",),
        judge_zone,
        (
            "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10", "I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", '{"mrz":"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"}',
            "ERIKSSON<<ANNA<MARIA<<<<<<<<<<", "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<D231458907UTO7408122F1204159<<<<<<<6",
            "P<UTOERIKSSON<<ANNA<MARIA<<<<<<", "P<UTOERIKSSON<<ANNA<<<<<<<<<<<< / L898902C30UTO7408120F1204150<<<<<<<<",
        ),
        ("<<<<<<< HEAD", "cat <<<<EOF", "A<<<<B", "L898902C37UTO7408122F1204159ZE184226B<<<<<10", "P<UTOERIKSSON<<<<<<", "A<B<<<<"),
        "ICAO Doc 9303, parts 3 to 7",
    ),
)  # fmt: skip
