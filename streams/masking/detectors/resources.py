"""The number of a person's own object: a bare `id` beside fields that only a person has, and of FHIR's persons."""

import re
from typing import Final

from streams.masking.context import Value, parent_of, value_after
from streams.masking.detectors.named import judge_value
from streams.masking.fields import Field
from streams.masking.found import Detector, Verdict

__all__ = ["DETECTORS"]

_BESIDE: Final = re.compile(
    rb"[{,]\s{0,64}(\\{0,31}[\"'])(?:(?:last|family|sur)_?name|is_bot|resourcetype\1\s{0,8}:\s{0,8}\1(?:patient|practitioner|relatedperson|person))\1\Z",
    re.IGNORECASE,
)
_BESIDE_MAX: Final = 160
#: How far an object is looked at in each direction, in bytes.
_OBJECT_MAX: Final = 512
_SIGNS: Final = re.compile(rb"[{\[]|[}\]]")
_ID: Final = re.compile(rb"[{,]\s{0,64}(\\{0,31}[\"'])_?id\1\s{0,8}:", re.IGNORECASE)
_FIELD: Final = Field("user", "id")


def judge_beside(data: bytes, end: int) -> Verdict:
    """The `id` of the flat object in which a family name stands, or what FHIR and Telegram say of a person."""
    beside = _BESIDE.search(data, max(0, end - _BESIDE_MAX), end)
    if beside is None or parent_of(data, beside.start() + 1).lower().endswith(b"by"):
        return "no_person"  # Whoever did something may be a program as well (`created_by`).
    for key in _ids_around(data, beside.start(), end):
        value = value_after(data, key.end())
        if value is not None and value.form in ("string", "bare"):
            number = value.form == "bare" and data[value.start : value.end].isdigit()
            if found := judge_value(data, _FIELD, value, key[1] if number else b""):
                return found
    return "no_id"


def _ids_around(data: bytes, at: int, end: int) -> list[re.Match[bytes]]:
    """The keys `id` of the object around a position, not those of objects in it."""
    low = max(0, at - _OBJECT_MAX)
    opened, closed = _edge(data, range(at - (data[at : at + 1] != b"{"), low - 1, -1), b"{[", b"}]"), len(data)
    if opened < 0:
        return []
    closed = _edge(data, range(end, min(len(data), end + _OBJECT_MAX)), b"}]", b"{[")
    stop = closed if closed >= 0 else min(len(data), end + _OBJECT_MAX)
    return [key for key in _ID.finditer(data, opened, stop) if not _depth(data, opened + 1, key.start())]


def _edge(data: bytes, places: range, edges: bytes, others: bytes) -> int:
    """The first bracket in a direction that is not closed before it; -1 where there is none."""
    depth = 0
    for place in places:
        if data[place] in others:
            depth += 1
        elif data[place] in edges:
            if not depth:
                return place
            depth -= 1
    return -1


def _depth(data: bytes, start: int, stop: int) -> int:
    return sum(1 if sign[0] in b"{[" else -1 for sign in _SIGNS.finditer(data, start, stop))


_RESOURCE: Final = re.compile(
    rb"[{,]\s{0,64}(\\{0,31}[\"'])resourcetype\1\s{0,8}:\s{0,8}\1(?:patient|practitioner|relatedperson|person)\1\Z",
    re.IGNORECASE,
)
_IDENTIFIERS: Final = re.compile(rb"[{,]\s{0,64}\\{0,31}[\"']identifier\\{0,31}[\"']\s{0,8}:\s{0,8}\[")
_VALUE: Final = re.compile(rb"[{,]\s{0,64}(\\{0,31}[\"'])value\1\s{0,8}:\s{0,8}\1([^\"'\\\xff]{3,64})\1")
_NUMBER: Final = Field("customer", "id")
#: How far behind its type a person's numbers are looked for, in bytes.
_IDENTIFIERS_MAX: Final = 2048


def judge_identifiers(data: bytes, end: int) -> Verdict:
    """The numbers under which a person is known in FHIR (`Patient.identifier`)."""
    resource = _RESOURCE.search(data, max(0, end - _BESIDE_MAX), end)
    listed = _IDENTIFIERS.search(data, end, end + _IDENTIFIERS_MAX) if resource else None
    if listed is None or _depth(data, end, listed.start()):
        return "no_identifier"
    stop = _edge(data, range(listed.end(), min(len(data), listed.end() + _IDENTIFIERS_MAX)), b"]", b"[")
    stop = stop if stop >= 0 else min(len(data), listed.end() + _IDENTIFIERS_MAX)
    values = [Value(*value.span(2), "string", False) for value in _VALUE.finditer(data, listed.end(), stop)]
    return [found for value in values for found in judge_value(data, _NUMBER, value)] or "no_identifier"


DETECTORS: Final = (
    Detector(
        "person_identifier",
        (r"[\"']resourcetype\\{0,31}\"\s{0,8}:\s{0,8}\\{0,31}\"(?:patient|practitioner|relatedperson|person)\\{0,31}\"",),
        judge_identifiers,
        ('{"resourceType":"Patient","identifier":[{"system":"urn:oid:1.2","value":"55050656088"}],"gender":"x"}',),
        ('{"resourceType":"Patient","link":[{"value":"urn:x"}]}', '{"resourceType":"Device","identifier":[{"value":"55050656088"}]}'),
        "FHIR R5, Patient.identifier",
    ),
    Detector(
        "id_beside",
        (
            r"[\"'](?:last|family|sur)_?name\\{0,31}[\"']", r"[\"']is_bot\\{0,31}[\"']",
            r"[\"']resourcetype\\{0,31}\"\s{0,8}:\s{0,8}\\{0,31}\"(?:patient|practitioner|relatedperson|person)\\{0,31}\"",
        ),
        judge_beside,
        (
            '{"id":4711,"first_name":"Ann","last_name":"Lee"}', '{"data":{"Id":"0035e00000AbCdEAAV","tags":[{"id":3}],"LastName":"Lee"}}', '{"resourceType":"Patient","id":"pat-88"}',
            '{"from":{"id":771231999,"is_bot":false}}', '{\\"surname\\":\\"Lee\\",\\"id\\":\\"u-12\\"}',
        ),
        ('{"id":4711,"name":"Blue"}', '{"created_by":{"id":"u-12","last_name":""}}', '{"id":12,"user":{"last_name":""}}', '{"resourceType":"Observation","id":"obs-88"}', '{"id":null,"last_name":""}', '{"last_name":"","tags":[{"id":"t-12"}]}'),
        "FHIR R5, Patient; Telegram Bot API, User; Salesforce and others, objects of persons",
        by_word=True,
    ),
)  # fmt: skip
