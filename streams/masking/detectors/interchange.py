"""Persons in formats by which systems exchange them: HL7 messages, FHIR resources, vCards."""

import re
from collections.abc import Iterator
from typing import Final

from streams.masking.context import at_word_start, value_after
from streams.masking.detectors.beside import ends_with_words
from streams.masking.detectors.named import judge_value
from streams.masking.fields import Field
from streams.masking.found import Detector, Found, Verdict
from streams.masking.kinds import Kind

__all__ = ["DETECTORS"]

#: How a line ends in a text, in a string in JSON, and in a string in that string.
_BREAK: Final = rb"(?:[\r\n]|\\{1,7}[rn])"

# -- HL7 --------------------------------------------------------------------------------------------------------------

#: Fields of the segments that describe persons (HL7 v2.5.1, chapters 3, 6 and 4): which kind stands in which.
_SEGMENTS: Final[dict[bytes, dict[int, Kind]]] = {
    b"PID": {
        2: "customer", 3: "customer", 4: "customer", 5: "name", 6: "name", 7: "vitals", 8: "vitals", 9: "name", 10: "vitals", 11: "address",
        13: "phone", 14: "phone", 16: "vitals", 17: "vitals", 18: "account", 19: "national_id", 20: "licence", 21: "customer", 22: "vitals", 23: "address",
    },
    b"MRG": {1: "customer", 2: "customer", 3: "account", 4: "customer", 7: "name"},
    b"NK1": {2: "name", 4: "address", 5: "phone", 6: "phone", 12: "customer", 15: "vitals", 16: "vitals", 30: "name", 31: "phone", 32: "address", 33: "customer", 37: "national_id"},
    b"GT1": {2: "customer", 3: "name", 4: "name", 5: "address", 6: "phone", 7: "phone", 8: "vitals", 9: "vitals", 12: "national_id", 19: "customer", 45: "name", 46: "phone"},
    b"IN1": {16: "name", 18: "vitals", 19: "address", 36: "account", 43: "vitals", 49: "customer"},
    b"PV1": {7: "name", 8: "name", 9: "name", 17: "name", 19: "customer", 52: "name"},
}  # fmt: skip
#: The components of a field that hold its value, the others say how it is to be read (HL7 v2.5.1, chapter 2A); a
#: person's number may stand before the name (XCN).
_COMPONENTS: Final[dict[Kind, tuple[int, ...]]] = {
    "name": (0, 1, 2), "address": (0, 1, 2, 4, 7), "phone": (0, 3, 6, 11), "vitals": (0,), "customer": (0,), "account": (0,), "national_id": (0,), "licence": (0,),
}  # fmt: skip
#: A segment begins a line; its fields may not hold one.
_SEGMENT: Final = re.compile(rb"(?:PID|MRG|NK1|GT1|IN1|PV1)\|\Z")
_FIELDS: Final = re.compile(rb"(?:(?!\\{1,31}[rn\"])[^\r\n\"\xff]){1,4096}")
#: Each of these segments begins with its number, but MRG, and what describes a person has components.
_COUNTED: Final = re.compile(rb"[0-9]{0,3}\|")
_EMPTY: Final = frozenset((b"", b'""'))


def judge_segment(data: bytes, end: int) -> Verdict:
    """What a segment says of a person, component by component, so that a name is the token that it is elsewhere."""
    segment = ends_with_words(_SEGMENT, data, end, 4)
    fields = _FIELDS.match(data, end) if segment else None
    if segment is None or fields is None or b"^" not in fields[0]:
        return "no_segment"
    if not segment[0].startswith(b"MRG") and not _COUNTED.match(data, end):
        return "no_number"
    kinds = _SEGMENTS[segment[0][:3]]
    found: list[Found] = []
    for number, (start, stop) in enumerate(_pieces(data, end, fields.end(), b"|"), 1):
        if kind := kinds.get(number):
            found += _components(data, start, stop, kind)
    return found or "empty"


def _components(data: bytes, start: int, stop: int, kind: Kind) -> Iterator[Found]:
    wanted = _COMPONENTS[kind]
    for first, last in _pieces(data, start, stop, b"~"):
        for number, (begin, close) in enumerate(_pieces(data, first, last, b"^")):
            if number in wanted and data[begin:close] not in _EMPTY:
                yield Found(begin, close, kind, "hl7_segment", "hl7", 71)


def _pieces(data: bytes, start: int, stop: int, sign: bytes) -> Iterator[tuple[int, int]]:
    for piece in data[start:stop].split(sign):
        yield start, start + len(piece)
        start += len(piece) + 1


# -- FHIR -------------------------------------------------------------------------------------------------------------

_GIVEN: Final = re.compile(rb"\\{0,31}\"given\\{0,31}\"\s{0,8}:\s{0,8}\[\Z", re.IGNORECASE)
_GIVEN_MAX: Final = 80
_STRINGS: Final = re.compile(rb"\s{0,40}\\{0,31}\"([^\"\\\[\]{}\xff]{1,64})\\{0,31}\"\s{0,40}(,?)")
_FAMILY: Final = re.compile(rb"\"family\\{0,31}\"\s{0,8}:\s{0,8}\\{0,31}\"([^\"\\\[\]{}\xff]{1,64})", re.IGNORECASE)
_OBJECT_MAX: Final = 200


def judge_given(data: bytes, end: int) -> Verdict:
    """The given names of a HumanName (FHIR R5, 2.1.28.0.14), and the family name in the same object."""
    if not _GIVEN.search(data, max(0, end - _GIVEN_MAX), end):
        return "no_name"
    found: list[Found] = []
    at, more = end, True
    while more and (given := _STRINGS.match(data, at)):
        found.append(Found(*given.span(1), "name", "fhir_name", "fhir", 61))
        at, more = given.end(), bool(given[2])
    if found and (family := _family(data, end, at)):
        found.append(Found(*family.span(1), "name", "fhir_name", "fhir", 61))
    return found or "empty"


def _family(data: bytes, start: int, end: int) -> re.Match[bytes] | None:
    before = max(data.rfind(b"{", 0, start), start - _OBJECT_MAX, 0)
    closing = data.find(b"}", end, end + _OBJECT_MAX)
    return _FAMILY.search(data, before, closing if closing >= 0 else end + _OBJECT_MAX)


#: Resources that are persons.
_PERSONS: Final = rb"(?:Patient|Practitioner|PractitionerRole|RelatedPerson|Person)"
#: What a Reference says that it leads to: an address, relative or not, or a type.
_REFERENCE: Final = re.compile(
    rb"\"reference\\{0,31}\"\s{0,8}:\s{0,8}\\{0,31}\"(?:https?:[^\"\\\s\xff]{1,200}/)?(" + _PERSONS + rb"/)"
    rb"|\"type\\{0,31}\"\s{0,8}:\s{0,8}\\{0,31}\"" + _PERSONS + rb"\\{0,31}\""
)
_DISPLAY: Final = re.compile(rb"\"display\\{0,31}\"\s{0,8}:\Z", re.IGNORECASE)
_DISPLAY_MAX: Final = 64
_REFERENCE_MAX: Final = 400


def judge_display(data: bytes, end: int) -> Verdict:
    """What is shown for a person to whom a Reference leads (FHIR R5, 2.1.28.0.16)."""
    display = _DISPLAY.search(data, max(0, end - _DISPLAY_MAX), end)
    if display is None:
        return "no_display"
    low = max(data.rfind(b"{", max(0, display.start() - _REFERENCE_MAX), display.start()), 0)
    closing = data.find(b"}", end, end + _REFERENCE_MAX)
    if not _REFERENCE.search(data, low, closing if closing >= 0 else end + _REFERENCE_MAX):
        return "other_reference"
    value = value_after(data, end)
    return judge_value(data, _NAME, value) if value and value.form == "string" else "no_value"


_NAME: Final = Field("name", "words")

#: A logical id behind its resource, with a digit in it (FHIR R5, 2.1.28.0.1 and 3.1.0.1.2).
_ID: Final = re.compile(rb"(?=[A-Za-z\-.]{0,63}[0-9])[A-Za-z0-9\-.]{2,64}(?<!\.)(?![A-Za-z0-9_=(])")


def judge_id(data: bytes, end: int) -> Verdict:
    """The id of a patient or of somebody related, in a Reference or in the URL of a resource."""
    word = b"Patient/" if data.endswith(b"Patient/", 0, end) else b"RelatedPerson/"
    found = _ID.match(data, end) if data.endswith(word, 0, end) and at_word_start(data, end - len(word)) else None
    return Found(end, found.end(), "customer", "fhir_id", "fhir", 45) if found else "no_id"


# -- vCards -----------------------------------------------------------------------------------------------------------

#: Properties of a person (RFC 6350, section 6; LABEL is RFC 2426's); mail addresses prove themselves.
_PROPERTIES: Final[dict[bytes, Kind]] = {
    b"FN": "name", b"N": "name", b"NICKNAME": "name", b"BDAY": "vitals", b"ANNIVERSARY": "vitals", b"GENDER": "vitals", b"ADR": "address", b"LABEL": "address",
    b"TEL": "phone", b"GEO": "location", b"IMPP": "username", b"X-SKYPE": "username", b"X-TWITTER": "username",
}  # fmt: skip
_PROPERTY: Final = re.compile(
    _BREAK
    + rb"(?:[A-Za-z0-9\-]{1,20}\.)?("
    + b"|".join(sorted(_PROPERTIES, reverse=True))
    + rb")(?:;(?:(?!\\{1,7}[rn])[^:\r\n\xff]){0,200})?:(?:(?:tel|geo|skype|xmpp|sip|im|aim):)?"
    # A line goes on behind a line end and a blank (RFC 6350, 3.2).
    rb"((?:(?!\\{1,31}[rn\"])[^\r\n\"\xff]|(?:\r?\n|(?:\\{1,7}r)?\\{1,7}n)[ \t]){1,500})",
    re.IGNORECASE,
)
#: The same where a log has joined the lines with blanks: a value ends before the next property.
_JOINED: Final = re.compile(
    rb" (?:[A-Za-z0-9\-]{1,20}\.)?("
    + b"|".join(sorted(_PROPERTIES, reverse=True))
    + rb")(?:;[^:\s\xff]{0,200})?:(?:(?:tel|geo|skype|xmpp|sip|im|aim):)?"
    rb"((?:(?! (?:[A-Za-z0-9\-]{1,20}\.)?[A-Z][A-Z\-]{0,20}(?:;[^:\s\xff]{0,200})?:)[^\r\n\\\"\xff]){1,500})"
)
_LINE_END: Final = re.compile(_BREAK)
_CARD: Final = b"BEGIN:VCARD"
#: A card that was cut off ends where another begins.
_CARD_END: Final = re.compile(rb"(?:" + _BREAK + rb"| )END:VCARD|BEGIN:VCARD", re.IGNORECASE)
_CARD_MAX: Final = 16384
#: A name and an address are lists, in which an escaped `;` is none (RFC 6350, 3.4); lines that go on are cut there, too.
_BETWEEN: Final = re.compile(rb"(?<!\\);|(?:\r?\n|(?:\\{1,7}r)?\\{1,7}n)[ \t]")


def _parts(data: bytes, start: int, stop: int) -> Iterator[tuple[int, int]]:
    for sign in _BETWEEN.finditer(data, start, stop):
        if sign.start() > start:
            yield start, sign.start()
        start = sign.end()
    if stop > start:
        yield start, stop


def judge_card(data: bytes, end: int) -> Verdict:
    """The person of a vCard, property by property."""
    if data[end - len(_CARD) : end].upper() != _CARD:
        return "no_card"
    closing = _CARD_END.search(data, end, end + _CARD_MAX)
    stop = closing.start() if closing else min(len(data), end + _CARD_MAX)
    found: list[Found] = []
    properties = _PROPERTY if _LINE_END.search(data, end, stop) else _JOINED
    for one in properties.finditer(data, end, stop):
        kind = _PROPERTIES[one[1].upper()]
        listed = one[1].upper() in (b"N", b"ADR")
        spans = _parts(data, *one.span(2)) if listed else [one.span(2)]
        found += [Found(*span, kind, "vcard", "vcard", 61) for span in spans]
    return found or "empty"


DETECTORS: Final = (
    Detector(
        "hl7_segment",
        (r"pid\|", r"mrg\|", r"nk1\|", r"gt1\|", r"in1\|", r"pv1\|"),
        judge_segment,
        (
            "MSH|^~\\&|ADT1|MCM|LABADT|MCM|198808181126|SECURITY|ADT^A01|MSG00001|P|2.4\rPID|1||PATID1234^5^M11||JONES^WILLIAM^A^III||19610615|M||C|1200 N ELM STREET^^GREENSBORO^NC^27401-1020|GL|(919)379-1212",
            r'{"message":"PID|||42^^^HOSP||Lee^Ann\rPV1|1|I|2000^2012^01"}',
            "NK1|1|LEE^BARBARA^K|SPO|||||20011105",
            "IN1|1|A357|1234|BCMD|||||132987||||||||LEE^ANN|SEL",
        ),
        ("pid|tid|name", "PID|1|", "PID|4711|worker^3|up", "PID|USER|COMMAND", "GRIPID|1|x^y"),
        "HL7 v2.5.1, chapters 2A, 3 and 6",
    ),
    Detector(
        "fhir_name",
        (r"\"given\\{0,31}\"\s{0,8}:\s{0,8}\[",),
        judge_given,
        ('{"resourceType":"Patient","name":[{"use":"official","family":"Chalmers","given":["Peter","James"]}]}', '{"given" : [ "Ann" ]}'),
        ('{"given":[]}', '{"given":[1,2]}', '{"given":"conditions"}', '{"font":{"family":"Arial"}}'),
        "HL7 FHIR R5, HumanName",
    ),
    Detector(
        "fhir_reference",
        (r"\"display\\{0,31}\"\s{0,8}:",),
        judge_display,
        ('{"subject":{"reference":"Patient/example","display":"Amy Baxter"}}', '{"display": "Dr Adam Careful", "type": "Practitioner"}', '{"performer":[{"reference":"https://fhir.example/r5/Practitioner/12","display":"Adam"}]}'),
        ('{"coding":[{"system":"http://loinc.org","display":"Body Weight"}]}', '{"display":"block"}', '{"reference":"Location/1","display":"South Wing"}', '{"reference":"Patient/1","display":12}'),
        "HL7 FHIR R5, Reference",
    ),
    Detector(
        "fhir_id",
        (r"(?-i:Patient/|RelatedPerson/)",),
        judge_id,
        ('{"subject":{"reference":"Patient/pat-8812"}}', "GET /fhir/R4/Patient/8812/$everything 200", "https://fhir.example/RelatedPerson/f001"),
        ("Patient/Doctor ratio", "InPatient/8812", "GET /fhir/Patient/_search", "Patient/1", "Patient/v2(beta)"),
        "HL7 FHIR R5, id and RESTful API",
    ),
    Detector(
        "vcard",
        ("begin:vcard",),
        judge_card,
        ("BEGIN:VCARD\r\nVERSION:3.0\r\nN:Gump;Forrest;;Mr.\r\nFN:Forrest Gump\r\nTEL;TYPE=WORK:(111) 555-1212\r\nEND:VCARD", r"BEGIN:VCARD\nFN:Ann Lee\nBDAY:19610615\nEND:VCARD", r"BEGIN:VCARD\r\nADR:;;100 Waters Edge;Bay\r\n town;LA;30314;USA\r\nEND:VCARD", "BEGIN:VCARD VERSION:3.0 N:Lee;Ann;;; FN:Ann Lee TEL;TYPE=CELL:030901820 END:VCARD"),
        ("BEGIN:VCARD", "BEGIN:VCARDBEGIN:VCARD", "BEGIN:VCARD VERSION:4.0 REV:1 END:VCARD", "BEGIN:VCARD\nVERSION:4.0\nEND:VCARD"),
        "RFC 6350, RFC 2426",
    ),
)  # fmt: skip
