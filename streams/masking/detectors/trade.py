"""Persons in the messages of banks, of trade and of airlines: SWIFT's MT, UN/EDIFACT, names of passengers."""

import re
from collections.abc import Iterator
from typing import Final

from streams.masking.context import at_word_start
from streams.masking.found import Detector, Found, Verdict
from streams.masking.kinds import Kind

__all__ = ["DETECTORS"]

_LETTER: Final = re.compile(rb"[A-Za-z\x80-\xfe]{2}")

# -- SWIFT ------------------------------------------------------------------------------------------------------------

#: Ordering and beneficiary customer with name and address (options F, H, K and none; option A is a bank's code).
_PARTY: Final = re.compile(rb"(?<![0-9]):(?:50[FHK]|59F?):\Z")
_PARTY_BYTES: Final = 5
_TAG: Final = rb":[0-9]{2}[A-Z]?:"
#: Up to the next field or the end of the block; a string that a log wraps around the message ends it, too.
_BODY: Final = re.compile(rb"(?:(?!" + _TAG + rb")[^\"{}\xff]){1,400}")
#: Another field of a payment near this one: a time of day has none.
_FIELDS: Final = re.compile(rb"(?<![0-9]):(?:20|21|2[35][A-Z]?|3[2-6][A-Z]|5[0-9][A-Z]?|70|71[A-Z]|72|77[A-Z]):")
_FIELDS_MAX: Final = 400
_LINES: Final = re.compile(rb"(?:[\r\n]|\\{1,7}[rn])+")
#: Option F's lines (SWIFT Standards MT, field 50F): name, address, country and town, date and place of birth, numbers.
_NUMBERED: Final[dict[bytes, Kind]] = {
    b"1": "name", b"2": "address", b"3": "address", b"4": "vitals", b"5": "location", b"6": "customer", b"7": "national_id",
}  # fmt: skip
_NUMBER: Final = re.compile(rb"([1-8])/")
_ACCOUNT: Final = re.compile(rb"/{1,2}([A-Za-z0-9.\-]{1,40})(?=\s|\Z)")


def judge_party(data: bytes, end: int) -> Verdict:
    """Account, name and address of a customer in a payment (SWIFT Standards MT, fields 50 and 59)."""
    tag = _PARTY.search(data, max(0, end - _PARTY_BYTES - 1), end)
    body = _BODY.match(data, end) if tag else None
    if tag is None or body is None:
        return "no_field"
    low = max(0, tag.start() - _FIELDS_MAX)
    if not (_FIELDS.search(data, low, tag.start()) or _FIELDS.search(data, body.end(), body.end() + _FIELDS_MAX)):
        return "no_message"
    found: list[Found] = []
    named = False
    for start, stop in _spans_of_lines(data, *body.span()):
        if not named and (account := _ACCOUNT.match(data, start, stop)):
            found.append(Found(*account.span(1), "account", "swift_party", "mt", 61))
            start = account.end()  # noqa: PLW2901 - the name follows on the same line where a log has joined them
        start, stop = _stripped(data, start, stop)  # noqa: PLW2901
        number = _NUMBER.match(data, start, stop)
        kind: Kind = _NUMBERED.get(number[1], "customer") if number else "address" if named else "name"
        start = number.end() if number else start  # noqa: PLW2901
        if start < stop and (number or _LETTER.search(data, start, stop)):
            found.append(Found(start, stop, kind, "swift_party", "mt", 61))
            named = True
    return found or "empty"


def _spans_of_lines(data: bytes, start: int, stop: int) -> Iterator[tuple[int, int]]:
    for sign in _LINES.finditer(data, start, stop):
        if sign.start() > start:
            yield start, sign.start()
        start = sign.end()
    if stop > start:
        yield start, stop


def _stripped(data: bytes, start: int, stop: int) -> tuple[int, int]:
    while start < stop and data[start] in b" \t":
        start += 1
    while stop > start and data[stop - 1] in b" \t-":
        stop -= 1
    return start, stop


#: The name and the account of the other side in a statement's structured field 86 (Deutsche Kreditwirtschaft, "DFÜ-Abkommen", annex 3).
_SUBFIELD: Final = re.compile(rb"\?(31|32|33)((?:(?!\\{1,7}[rn])[^?\r\n\"\xff:]){2,65})")
_STATEMENT: Final = re.compile(rb"(?:(?!" + _TAG + rb")[^\"{}\xff]){1,800}")


def judge_statement(data: bytes, end: int) -> Verdict:
    """Who paid or was paid, in a statement of an account (MT940, field 86)."""
    if data[end - 4 : end] != b":86:":
        return "no_field"
    body = _STATEMENT.match(data, end)
    found: list[Found] = []
    for part in _SUBFIELD.finditer(data, end, body.end()) if body else ():
        kind: Kind = "account" if part[1] == b"31" else "name"
        start, stop = _stripped(data, *part.span(2))
        if start < stop:
            found.append(Found(start, stop, kind, "swift_statement", "mt", 61))
    return found or "no_party"


# -- EDIFACT ----------------------------------------------------------------------------------------------------------

_SEGMENT: Final = re.compile(rb"(?:NAD\+[A-Z]{2,3}|CTA\+[A-Z]{0,3}|COM)\+\Z")
_SEGMENT_MAX: Final = 12
#: Up to the apostrophe that ends a segment; `?` releases a sign (ISO 9735, 5.1).
_CONTENT: Final = re.compile(rb"(?:\?.|(?!\\{1,7}[rn])[^'?\r\n\"\xff]){1,500}(?=')")
#: What stands behind the identification of a party: lines of name and address, the name, the street, the postcode.
_OF_PARTY: Final[dict[int, Kind]] = {1: "name", 2: "name", 3: "address", 6: "address"}
_CHANNEL: Final[dict[bytes, Kind]] = {b"TE": "phone", b"FX": "phone", b"AL": "phone", b"EM": "email"}


def judge_segment(data: bytes, end: int) -> Verdict:
    """A party with its name and address, its contact, and how to reach it (UN/EDIFACT D.96A, NAD, CTA and COM)."""
    segment = _SEGMENT.search(data, max(0, end - _SEGMENT_MAX), end)
    content = _CONTENT.match(data, end) if segment else None
    if segment is None or content is None or not at_word_start(data, segment.start()):
        return "no_segment"
    if segment[0].startswith(b"COM"):
        return _channel(data, *content.span())
    if segment[0].startswith(b"CTA"):
        start = data.find(b":", end, content.end()) + 1
        return [_of_trade(start, content.end(), "name")] if start and start < content.end() else "no_contact"
    found: list[Found] = []
    for number, (start, stop) in enumerate(_split(data, end, content.end(), b"+")):
        if kind := _OF_PARTY.get(number):
            found += [_of_trade(a, z, kind) for a, z in _split(data, start, stop, b":") if a < z]
    return found or "no_name"


def _of_trade(start: int, stop: int, kind: Kind) -> Found:
    return Found(start, stop, kind, "edifact_party", "edifact", 81)


def _channel(data: bytes, start: int, stop: int) -> Verdict:
    kind = _CHANNEL.get(data[stop - 2 : stop])
    if kind is None or data[stop - 3 : stop - 2] != b":":
        return "no_channel"
    return [_of_trade(start, stop - 3, kind)]


def _split(data: bytes, start: int, stop: int, sign: bytes) -> Iterator[tuple[int, int]]:
    """The pieces between signs that are not released."""
    at = start
    for mark in re.finditer(rb"\?.|" + re.escape(sign), data[start:stop]):
        if mark[0] == sign:
            yield at, start + mark.start()
            at = start + mark.end()
    yield at, stop


# -- airlines ---------------------------------------------------------------------------------------------------------

#: `1.1SCHMIDT/HANS MR`: surname, oblique, given names and title (IATA, Passenger Services Conference Resolution 830d), behind the
#: number of the passenger or a word for one: other things are written with an oblique in capitals as well.
_PASSENGER: Final = re.compile(
    rb"(?:[0-9](?:\. ?)?|(?:NAME|PAX|PASSENGER|PSGR|TRAVELLER|TRAVELER|GUEST)S?[:=]? ?)([A-Z]{2,30}(?:[ \-][A-Z]{2,20})?/[A-Z]{2,30}(?: [A-Z]{1,20}){0,2}) (?:MR|MRS|MS|MISS|MSTR|CHD|INF)\Z"
)
_TITLE_GOES_ON: Final = re.compile(rb"S?(?![A-Za-z0-9/])")
_PASSENGER_MAX: Final = 120


def judge_passenger(data: bytes, end: int) -> Verdict:
    """The name of a passenger as airlines write it, before the title."""
    name = _PASSENGER.search(data, max(0, end - _PASSENGER_MAX), end)
    if name is None or not _TITLE_GOES_ON.match(data, end):
        return "no_name"
    return Found(*name.span(1), "name", "passenger_name", "iata830d", 60)


DETECTORS: Final = (
    Detector(
        "swift_party",
        ("(?-i::50[FHK]:)", "[^0-9]:59f?:"),
        judge_party,
        (
            ":20:REF1\n:50K:/12345678\nANN LEE\nMAIN ROAD 4\n:59:/9988\nBOB RAY\n:71A:SHA", r'{"mt":":32A:260314EUR5,\n:50F:/4711\n1/ANN LEE\n2/MAIN ROAD 4\n3/US/BOSTON\n4/19610615\n:70:X"}',
            ":20:A1 :59:/4711 PIERRE DUPONT :71A:OUR",
        ),
        ("at 12:59:03 and :50K: of it", "2024-05-01 10:59:59:100 :20: done", ":59: x"),
        "SWIFT Standards MT, fields 50 and 59",
    ),
    Detector(
        "swift_statement",
        (":86:",),
        judge_statement,
        (":86:166?00SEPA?20Invoice 4711?30COBADEFFXXX?31DE00123?32ANN LEE", ":86:105?32LEE?33ANN MARIE\n:62F:C"),
        (":86:NONREF", "10:86:32", ":86:166?00SEPA?20Invoice"),
        "Deutsche Kreditwirtschaft, DFÜ-Abkommen, annex 3",
    ),
    Detector(
        "edifact_party",
        (r"(?-i:NAD\+[A-Z]{2,3}\+)", r"(?-i:CTA\+[A-Z]{0,3}\+)", r"(?-i:COM\+)"),
        judge_segment,
        ("NAD+BY+++Ann Lee+Main Road 4+Boston++02108+US'", "CTA+IC+:Ann Lee'", "COM+0891234567:TE'COM+ann@example.com:EM'"),
        ("NAD+SU+4012345678901::9'", "COM+ Event System started", "CTA+IC+4711'", "NAD+BY+'"),
        "UN/EDIFACT D.96A, NAD, CTA and COM; ISO 9735",
    ),
    Detector(
        "passenger_name",
        (r"(?-i:[A-Z] (?:MR|MRS|MS|MISS|MSTR|CHD|INF))",),
        judge_passenger,
        ("1.1SCHMIDT/HANS MR 2.1SCHMIDT/UTE MRS", "NM1NOVAK/PETR MR", "NAME: LEE/ANN MARIE MS"),
        ("TCP/IP MSS 1460", "GET/POST MS", "IO/WAIT MS 12", "AND/OR MRI", "/PATH/TO MS"),
        "IATA, Passenger Services Conference Resolution 830d",
    ),
)  # fmt: skip
