"""Values whose name stands apart from them: parts of a form, strings behind their length."""

import re
from functools import lru_cache
from typing import Final

from streams.masking.context import Value
from streams.masking.detectors.named import judge_value
from streams.masking.detectors.promises import beside_a_person
from streams.masking.detectors.providers.telling import looks_random, telling
from streams.masking.fields import Field, field_of
from streams.masking.found import Detector, Found, Verdict

__all__ = ["DETECTORS", "field_named", "personal"]

_SECRET: Final = Field("secret", "secret")
_NAME: Final = Field("name", "full_name")


@lru_cache(maxsize=4096)
def field_named(name: bytes) -> Field | None:
    return field_of(name.decode("utf-8", "replace"))


def personal(data: bytes, name: bytes, start: int, end: int, table: bytes = b"") -> list[Found]:
    """The personal spans of a value under a name, which that of a table may complete (`users`, `name`)."""
    field = field_named(name) or (field_named(table + b"." + name) if table else None)
    if field is None:
        told = telling(name)
        random = told is not None and told.random and looks_random(data[start:end].strip(), hexadecimal=told.provider)
        field = _SECRET if random else None
    return judge_value(data, field, Value(start, end, "string", False)) if field else []


# -- forms --------------------------------------------------------------------------------------------------------------

_LINE_END: Final = rb"(?:(?:\r|\\{1,31}r)?(?:\n|\\{1,31}n)[ \t]{0,16})"
#: A part's header lines and the empty line behind them (RFC 7578); line ends as they are or escaped.
_PART: Final = re.compile(
    rb"form-data;\s{0,8}name=\\{0,31}[\"']?([^\"'\\;\r\n\xff]{1,96})\\{0,31}[\"']?[^\r\n\\\xff]{0,300}"
    rb"(?:" + _LINE_END + rb"[A-Za-z\-]{1,40}:[^\r\n\\\xff]{0,300}){0,4}" + _LINE_END + rb"{2}",
    re.IGNORECASE,
)
_PART_END: Final = re.compile(_LINE_END + rb"--|\xff|form-data;")
#: How much of a part's content is looked at, in bytes.
_PART_MAX: Final = 65_536


def judge_part(data: bytes, end: int) -> Verdict:
    """The content of a part of a form whose name tells."""
    part = _PART.match(data, end - len(b"form-data;"))
    if part is None:
        return "no_part"
    closing = _PART_END.search(data, part.end(), part.end() + _PART_MAX)
    stop = closing.start() if closing else min(len(data), part.end() + _PART_MAX)
    return personal(data, part[1], part.end(), stop) or "other_field"


# -- strings behind their length ----------------------------------------------------------------------------------------

_SERIALIZED: Final = re.compile(
    rb"(?:s:\d{1,9}:)?(\\{0,31})\"([^\"\\;\xff]{1,96})\1\";(?:s:(\d{1,9}):\1\"|([id]):(-?[0-9.]{1,40});)"
)
_BACK_MAX: Final = 160


#: The rest of the word at which the length of a string ends that nothing closes: its length is of what stood there before.
_REST: Final = re.compile(rb"[^\s\"'\\;,<>{}()\[\]\xff]{0,256}")


def _closed(data: bytes, closing: bytes, start: int, size: int) -> int:
    """Where a string ends that is so many bytes long, or else where it is closed."""
    end = data.find(closing, start, start + size + 4096)
    if end >= 0:
        return end
    # What was masked before has a length of its own.
    size = 0 if data.startswith((b"***", b"tok_"), start) else size
    rest = _REST.match(data, min(len(data), start + size))
    return rest.end() if rest else start + size


def judge_serialized(data: bytes, end: int) -> Verdict:
    """The value behind a key in PHP's `serialize()` format: `s:5:"email";s:3:"a@b";`."""
    for pair in _SERIALIZED.finditer(data, max(0, end - _BACK_MAX), end + 64):
        if pair.start(2) < end <= pair.end():
            if pair[4]:
                return personal(data, pair[2], *pair.span(5)) or "other_field"
            stop = _closed(data, pair[1] + b'";', pair.end(), int(pair[3]))
            return personal(data, pair[2], pair.end(), stop) or "other_field"
    return "no_pair"


_DUMPED: Final = re.compile(
    rb"\[(\\{0,31})\"([^\"\\\xff]{1,96})\1\"(?::[a-z]{1,12}|:\1\"[^\"\xff]{1,160}?\1\":private)?\\{0,31}\]=>(?:\s|\\{1,31}[nrt]){0,16}"
    rb"(?:string\((\d{1,9})\)\s?\1\"|(?:int|float)\((-?[0-9.]{1,40})\))"
)


def judge_dumped(data: bytes, end: int) -> Verdict:
    """The value behind a key as PHP's `var_dump()` writes it: `["email"]=> string(3) "a@b"`."""
    for pair in _DUMPED.finditer(data, max(0, end - _BACK_MAX), end + 64):
        if pair.start(2) < end <= pair.end():
            if pair[4]:
                return personal(data, pair[2], *pair.span(4)) or "other_field"
            stop = _closed(data, pair[1] + b'"', pair.end(), int(pair[3]))
            if pair[2].lower() == b"name" and beside_a_person(data, pair.start(), pair.end()):
                return judge_value(data, _NAME, Value(pair.end(), stop, "string", False)) or "nobody"
            return personal(data, pair[2], pair.end(), stop, _class_before(data, pair.start())) or "other_field"
    return "no_pair"


#: The class of the object that a dump says it writes (`object(App\\User)#12 (2) {`).
_OBJECT: Final = re.compile(rb"object\((?:\w{1,64}\\{1,31}){0,8}(\w{1,64})\)#[0-9]")
_OBJECT_MAX: Final = 1024


def _class_before(data: bytes, at: int) -> bytes:
    classes: list[bytes] = _OBJECT.findall(data, max(0, at - _OBJECT_MAX), at)
    return classes[-1] if classes else b""


# -- columns with labels ------------------------------------------------------------------------------------------------

#: The label of a custom field and its value, which may stand on either side (ArcSight Common Event Format, custom fields).
_LABELLED: Final = re.compile(
    rb"(?:(?<![A-Za-z0-9])|(?<=\\[nrtbf]))(c[sn][1-6]|deviceCustom(?:String|Number|Date)[1-6]|flex(?:String|Number|Date)[12])Label(\\{0,31}\"\s?:\s?\\{0,31}\"|=)"
    rb"([A-Za-z][\w \-]{0,60}?)(?=\s[\w.]{1,60}=|\\{0,31}\"|\s*\Z)",
    re.IGNORECASE,
)
_LABEL_MAX: Final = 40
_BESIDE_MAX: Final = 1024


def judge_labelled(data: bytes, end: int) -> Verdict:
    """The value of a custom field whose label tells (`cs1Label=Full Name cs1=Ann Lee`)."""
    low = max(0, end - _LABEL_MAX)
    label = next((one for one in _LABELLED.finditer(data, low, end + 80) if one.end(2) == end), None)
    if label is None or field_named(label[3].replace(b" ", b"_")) is None:
        return "other_field"
    value = re.compile(
        rb"(?:(?<![A-Za-z0-9])|(?<=\\[nrtbf]))%b(?:\\{0,31}\"\s?:\s?\\{0,31}\"([^\"\\\xff]{1,256})|=((?:(?!\s[\w.]{1,60}=)[^\r\n\"|\xff]){1,256}))"
        % re.escape(label[1]),
        re.IGNORECASE,
    ).search(data, max(0, end - _BESIDE_MAX), end + _BESIDE_MAX)
    if value is None:
        return "no_value"
    return personal(data, label[3].replace(b" ", b"_"), *value.span(1 if value[1] else 2)) or "nobody"


DETECTORS: Final = (
    Detector(
        "labelled",
        (r"(?:c[sn][1-6]|custom(?:string|number|date)[1-6]|flex(?:string|number|date)[12])label(?:\\{0,31}\"\s?:\s?\\{0,31}\"|=)",),
        judge_labelled,
        ("cs1Label=FullName cs1=Ann Lee src=192.0.2.1", "cs2=Ann Lee cs2Label=Customer Name act=x", '{"deviceCustomString1Label":"Last Name","deviceCustomString1":"Lee"}'),
        ("cs1Label=Rule cs1=Blue Shirt", "cs1Label=FullName cs2=Blue", "label=Full Name"),
        "ArcSight Common Event Format, custom fields",
    ),
    Detector(
        "form_part",
        (r"form-data;",),
        judge_part,
        ('Content-Disposition: form-data; name="password"\r\n\r\nhunter2\r\n--x', 'form-data; name="first_name"\\r\\n\\r\\nAnn\\r\\n--x'),
        ('form-data; name="colour"\r\n\r\nblue\r\n--x', "multipart/form-data; boundary=x"),
        "RFC 7578",
    ),
    Detector(
        "serialized",
        (r"\";s:[0-9]", r"\";[id]:-?[0-9]"),
        judge_serialized,
        ('a:1:{s:10:"first_name";s:3:"Ann";}', 's:7:"user_id";i:4711;'),
        ('s:6:"colour";s:4:"blue";', 's:5:"count";i:12;'),
        "PHP manual, serialize",
    ),
    Detector(
        "dumped",
        (r"string\([0-9]{1,9}\)\s?\\{0,31}\"", r"(?:int|float)\(-?[0-9]"),
        judge_dumped,
        ('["first_name"]=> string(3) "Ann"', '["password":"App\\User":private]=> string(7) "hunter2"', '["name":protected]=> string(7) "Ann Lee" ["email":protected]=> string(3) "a@b"', '["user_id"]=>\n  int(4711)', 'object(App\\User)#12 (1) {\n  ["name"]=>\n  string(3) "Ann"'),
        ('["colour"]=> string(4) "blue"', "print(3)", 'object(App\\Product)#12 (1) {\n  ["name"]=>\n  string(5) "Shirt"'),
        "PHP manual, var_dump",
    ),
)  # fmt: skip
