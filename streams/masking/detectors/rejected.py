"""Values that a validator repeats beside the name of the field that it refuses them for (Pydantic, FastAPI, Mongoose, Jackson)."""

import re
from typing import Final

from streams.masking.context import Value, value_after
from streams.masking.detectors.named import judge_value
from streams.masking.fields import field_of
from streams.masking.found import Detector, Verdict

__all__ = ["DETECTORS"]

_LINE_END: Final = rb"(?:\n|\\{1,31}n)"
#: An error as Pydantic prints it: the field's path on a line of its own, then the message and what was given.
_PRINTED: Final = re.compile(
    rb"(?:\A|"
    + _LINE_END
    + rb")([A-Za-z_][\w.]{0,127})"
    + _LINE_END
    + rb"[ ]{1,4}[^\[\r\n\xff]{1,300}?\[type=\w{1,64}, input_value=\Z"
)
_PRINTED_MAX: Final = 540
_VALUE: Final = re.compile(rb"(\\{0,31})(['\"])((?:(?!\1\2, input_type=)[^\r\n\xff]){1,256})\1\2, input_type=")


def judge_printed(data: bytes, end: int) -> Verdict:
    """What was given for a field with a telling name, in the text of a validation error."""
    named = _PRINTED.search(data, max(0, end - _PRINTED_MAX), end)
    value = _VALUE.match(data, end) if named else None
    field = field_of(named[1].rpartition(b".")[2].decode()) if named else None
    if value is None or field is None:
        return "other_field"
    return judge_value(data, field, Value(*value.span(3), "string", False)) or "nobody"


#: The same error as an object: `"loc": ["body", "password"], "msg": "...", "input": "..."`, or as Python prints one.
_LOCATED: Final = re.compile(
    rb"['\"]loc\\{0,31}['\"]: ?[\[(][^\[\](){}\xff]{0,200}?['\"]([A-Za-z_]\w{0,63})\\{0,31}['\"],?[\])], ?\\{0,31}['\"]msg\\{0,31}['\"]: ?[^{}\xff]{1,300}['\"]input\\{0,31}['\"]:\Z"
)
_LOCATED_MAX: Final = 640


def judge_located(data: bytes, end: int) -> Verdict:
    """What was given for a field with a telling name, in the object of a validation error."""
    named = _LOCATED.search(data, max(0, end - _LOCATED_MAX), end)
    field = field_of(named[1].decode()) if named else None
    value = value_after(data, end) if field else None
    if value is None or field is None or value.form not in ("string", "bare"):
        return "other_field"
    return judge_value(data, field, value) or "nobody"


#: GraphQL's coercion of variables: the value, then the path of the input field.
_COERCED: Final = re.compile(
    rb"got invalid value (\\{0,31})\"((?:(?!\1\")[^\r\n\xff]){1,512})\1\" at (\\{0,31})\"[\w.\[\]]{0,128}?(\w{1,64})(?:\[[0-9]{1,6}\])?\3\"",
    re.IGNORECASE,
)
_COERCED_WORDS: Final = b"got invalid value "


def judge_coerced(data: bytes, end: int) -> Verdict:
    """What was given for an input field with a telling name (GraphQL.js, coercion of variables)."""
    named = _COERCED.match(data, end - len(_COERCED_WORDS)) if end >= len(_COERCED_WORDS) else None
    field = field_of(named[4].decode()) if named else None
    if named is None or field is None:
        return "other_field"
    return judge_value(data, field, Value(*named.span(2), "string", False)) or "nobody"


#: Mongoose's validators and casts, with the path on either side of the value; Jackson's, with the property at the end.
_AT_PATH: Final = re.compile(
    rb"(?:path `([\w.]{1,96})` with value `([^`\r\n\xff]{1,256})`"
    rb"|cast to [\w.\[\]]{1,40} failed for value (\\{0,31})\"((?:(?!\3\")[^\r\n\xff]){1,256})\3\"(?: \(type [A-Za-z]{1,24}\))? at path \3\"([\w.]{1,96})\3\")",
    re.IGNORECASE,
)
_AT_PATH_MAX: Final = 160
_WANTED: Final = re.compile(
    rb"from string (\\{0,31})\"((?:(?!\1\")[^\r\n\xff]){1,128})\1\":[^\xff]{0,600}?\(through reference chain: [^()\xff]{0,300}\[\\{0,31}\"(\w{1,64})\\{0,31}\"\]\)",
    re.IGNORECASE,
)
_WANTED_WORDS: Final = b"from string "


def judge_at_path(data: bytes, end: int) -> Verdict:
    """What was given for a path with a telling name (Mongoose, validation and casting)."""
    low = max(0, end - _AT_PATH_MAX)
    named = next((one for one in _AT_PATH.finditer(data, low, end + 420) if one.start() < end <= one.end()), None)
    path = (named[1] or named[5]).rpartition(b".")[2] if named else b""
    field = field_of(path.decode()) if path else None
    if named is None or field is None:
        return "other_field"
    return judge_value(data, field, Value(*named.span(2 if named[1] else 4), "string", False)) or "nobody"


def judge_wanted(data: bytes, end: int) -> Verdict:
    """What was given for a property with a telling name (Jackson, `through reference chain`), each time it is repeated."""
    named = _WANTED.match(data, end - len(_WANTED_WORDS)) if end >= len(_WANTED_WORDS) else None
    field = field_of(named[3].decode()) if named else None
    if named is None or field is None:
        return "other_field"
    found = judge_value(data, field, Value(*named.span(2), "string", False))
    for again in re.finditer(rb"'" + re.escape(named[2]) + rb"'", data[named.end(2) : named.start(3)]) if found else ():
        at = named.end(2) + again.start() + 1
        found = [*found, *judge_value(data, field, Value(at, at + len(named[2]), "string", False))]
    return found or "nobody"


DETECTORS: Final = (
    Detector(
        "rejected_path",
        ("path `[\\w.]{1,96}` with value `", r"cast to [\w.\[\]]{1,40} failed for value "),
        judge_at_path,
        ("email: Validator failed for path `email` with value `ann-at-home`", r'{"m":"Cast to date failed for value \"31.12.1985x\" (type string) at path \"birthDate\" for model \"User\""}'),
        ("Validator failed for path `colour` with value `blue`", 'Cast to ObjectId failed for value "undefined" (type string) at path "_id" for model "User"'),
        "Mongoose docs, validation",
    ),
    Detector(
        "rejected_property",
        (r"from string ",),
        judge_wanted,
        ("Cannot deserialize value of type `java.time.LocalDate` from String \"1985-13-45\": Text '1985-13-45' could not be parsed (through reference chain: com.example.Customer[\"birthDate\"])",),
        ('Cannot deserialize from String "blue": not one of the values (through reference chain: com.example.Car["colour"])', 'read from string "x"'),
        "Jackson databind, JsonMappingException",
    ),
    Detector(
        "rejected_variable",
        ("got invalid value ",),
        judge_coerced,
        ('Variable "$input" got invalid value "ann.at.home" at "input.email"; Expected type EmailAddress.', r'{"message":"Variable \"$in\" got invalid value \"Ann 7\" at \"in.people[0].firstName\"; Expected"}'),
        ('Variable "$input" got invalid value "blue" at "input.colour"; Expected type Colour.', 'got invalid value "x"'),
        "GraphQL.js, coercion of variables",
    ),
    Detector(
        "rejected_input",
        (r"input_value=",),
        judge_printed,
        (
            "1 validation error for User\npassword\n  String should have at least 12 characters [type=string_too_short, input_value='hunter2', input_type=str]",
            r'{"msg":"1 validation error for User\nlast_name\n  Too long [type=string_too_long, input_value=\'Lee\', input_type=str]"}',
        ),
        ("1 validation error for Car\ncolour\n  Input should be red [type=enum, input_value='blue', input_type=str]", "f(input_value='hunter2', input_type=str)"),
        "Pydantic docs, validation errors",
    ),
    Detector(
        "rejected_object",
        (r"['\"]input\\*['\"]:",),
        judge_located,
        (
            '{"type":"string_too_short","loc":["body","password"],"msg":"String should have at least 12 characters","input":"hunter2"}',
            "{'type': 'too_long', 'loc': ('body', 'last_name'), 'msg': 'Too long', 'input': 'Lee', 'ctx': {}}",
        ),
        ('{"type":"enum","loc":["body","colour"],"msg":"Input should be red","input":"blue"}', '{"loc":["body","password"],"msg":"Field required","input":null}'),
        "FastAPI docs, handling errors; Pydantic docs, validation errors",
    ),
)  # fmt: skip
