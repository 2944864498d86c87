"""A bare `name` without quotes: in what an object of a person prints, in forms, and beside other fields of a person."""

import re
from typing import Final

from streams.masking.context import WORD_START, Key, value_after
from streams.masking.detectors.named import judge_value
from streams.masking.detectors.people import UNCASED, person_at
from streams.masking.detectors.persons import is_known, is_log_in
from streams.masking.detectors.printed import whole_value
from streams.masking.detectors.promises import OPENED, PROMISES, beside_a_person, near_a_person
from streams.masking.fields import Field, is_person_word
from streams.masking.found import Detector, Found, Verdict

__all__ = ["DETECTORS"]

_BARE_NAME: Final = re.compile(rb"(?:\A|[^A-Za-z0-9_.\-`])name ?[:=]\Z|\\[nrt]name ?[:=]\Z|\[name\] =\Z", re.IGNORECASE)
_BARE_NAME_MAX: Final = 8
_OPENING: Final = re.compile(OPENED)
#: A title before a name, in any language.
_ABBREVIATED: Final = re.compile(rb"[A-Z\xc3-\xd2][A-Za-z\x80-\xf4]{1,9}\. (?=[A-Z\xc3-\xd2])")


def judge_bare_name(data: bytes, end: int) -> Verdict:
    """What stands behind `name:` or `name=` in text: in a person's print, or where it looks like a name beside a person's fields."""
    if not _BARE_NAME.search(data, max(0, end - _BARE_NAME_MAX), end):
        return "no_name"
    if _in_print_of_person(data, end - len(b"name=")):
        return _printed(data, end)
    if (words := _IN_FORM.match(data, end)) and PROMISES["full_name"](words[0].replace(b"+", b" ")):
        near = near_a_person(data, end)
        return Found(end, words.end(), "name", "bare_name", "fields_beside", 41) if near else "no_person_near"
    stop = _name_end(data, end)
    if stop < 0 or not beside_a_person(data, end - 5, end):
        return "no_person_near"
    start = _opened(data, end)
    last = data[stop : stop + 1]
    stop = data.rfind(b" ", start, stop) if last in (b":", b"=") else stop
    return Found(start, stop, "name", "bare_name", "fields_beside", 41)


#: Words of a form's value (WHATWG URL, application/x-www-form-urlencoded).
_IN_FORM: Final = re.compile(
    rb"[A-Za-z\x80-\xf4][A-Za-z\x80-\xf4'.\-]*(?:\+[A-Za-z\x80-\xf4'.\-]+){1,4}(?=[&\s\"'\\]|\Z)"
)


def _opened(data: bytes, end: int) -> int:
    opening = _OPENING.match(data, end)
    return opening.end() if opening else end


def _name_end(data: bytes, end: int) -> int:
    start = _opened(data, end)
    stop = person_at(data, start, least=2)
    if stop < 0 and (uncased := UNCASED.match(data, start)):
        return uncased.end()
    if stop < 0 and (title := _ABBREVIATED.match(data, start)):
        return person_at(data, title.end(), least=2)
    return stop


# -- prints of objects --------------------------------------------------------------------------------------------------

#: What an object prints before its fields: its class, and what opens them (`UserDto{`, `%Shop.User{`, `Guest (`).
_CLASS: Final = re.compile(
    rb"(?<![A-Za-z0-9])([A-Za-z]{2,40}?)(?:Dto|DTO|Entity|Model|Record|Impl|VO|Vo|Bean|Response|Request|Principal|Account|Profile)?(?:@[0-9a-f]{1,8})?:? ?\Z"
)
_CLASS_MAX: Final = 64
#: An element or a print between angle brackets, up to its attributes (`<User name=`).
_ELEMENT: Final = re.compile(
    rb"<(?:[\w.]{1,60}[.:])?([A-Za-z]{2,40})(?: [\w\-]{1,40}=(?:\"[^\"\xff]{0,80}\"|'[^'\xff]{0,80}'|[^\s\"'>\xff]{1,80})){0,6} \Z"
)
_PRINT_MAX: Final = 256
#: Words for persons that name a topic, a right or a program as well.
_NO_CLASS: Final = frozenset(
    b"subject identity shipping billing claims operator client agent viewer editor admin manager".split()
)


def _in_print_of_person(data: bytes, at: int) -> bool:
    """Whether the innermost object around a position prints itself as a person's."""
    low = max(0, at - _PRINT_MAX)
    opened = _innermost(data, low, at)
    kind = _CLASS.search(data, max(0, opened - _CLASS_MAX), opened) if opened >= 0 else None
    kind = kind or _ELEMENT.search(data, low, at)
    return kind is not None and kind[1].lower() not in _NO_CLASS and is_person_word(kind[1].decode())


def _innermost(data: bytes, low: int, at: int) -> int:
    """Where the bracket stands that is open at a position; -1 where none is."""
    depth = 0
    for place in range(at - 1, low - 1, -1):
        if data[place] in b")}]":
            depth += 1
        elif data[place] in b"({[":
            if not depth:
                return place
            depth -= 1
    return -1


def _printed(data: bytes, end: int) -> Verdict:
    field, key = Field("name", "words"), Key(b"name", end - len(b"name="), b"")
    value = value_after(data, end, key_quoted=False)
    if value is None or value.form not in ("string", "bare"):
        return "no_value"
    if value.form == "bare":
        value = whole_value(data, field, key, value, end)
    return judge_value(data, field, value) or "nobody"


#: Classes of persons whose prints may have values without names, as Scala's case classes and Python's named tuples have them.
_CASES: Final = r"(?-i:User|Customer|Person|Patient|Employee|Passenger|Student|Guest|Subscriber|Contact|Member|Teacher|Visitor|Author|Owner|Buyer|Applicant|Candidate|Beneficiary|Resident)"
_CASE: Final = re.compile(WORD_START + rb"(?<!\.)" + _CASES.encode() + rb"\(\Z")
_CASE_MAX: Final = 24
_FIELD: Final = re.compile(rb"\s?(?:Some\()?\\{0,7}[\"']?([^,()\[\]{}=:\"'\\\r\n\xff]{0,64})\\{0,7}[\"']?\)?(,|\))")
#: The number of a passport in the print of somebody who travels or is treated (ICAO Doc 9303, part 4).
_DOCUMENT: Final = re.compile(rb"[A-Z]{1,2}[0-9]{6,8}\Z")
_FIELDS_MAX: Final = 12


def _of_case(data: bytes, field: re.Match[bytes], last: re.Match[bytes] | None) -> list[Found]:
    """What a value is by itself, or behind the value before it: a whole name, its two halves, a log-in name, a document."""
    span, text = field.span(1), field[1]
    if person_at(data, span[0], least=2) == span[1]:
        return [Found(*span, "name", "case_class", "words", 40)]
    if is_log_in(text):
        return [Found(*span, "username", "case_class", "words", 40)]
    if _DOCUMENT.match(text):
        return [Found(*span, "national_id", "case_class", "words", 40)]
    if last is not None and text[:1].isupper() and last[1][:1].isupper() and is_known(last[1], text):
        return [
            Found(*last.span(1), "name", "case_class", "words", 40),
            Found(*span, "name", "case_class", "words", 40),
        ]
    return []


def judge_case(data: bytes, end: int) -> Verdict:
    """The names among the values of a person's print that have no names of their own (`Passenger(Ann Lee,X1234567)`)."""
    found: list[Found] = []
    last: re.Match[bytes] | None = None
    at = end if _CASE.search(data, max(0, end - _CASE_MAX), end) else -1
    for _ in range(_FIELDS_MAX):
        field = _FIELD.match(data, at) if at >= 0 else None
        if field is None:
            break
        found += _of_case(data, field, last)
        last, at = field, field.end() if field[2] == b"," else -1
    return found or "no_name"


DETECTORS: Final = (
    Detector(
        "bare_name",
        ("name ?[:=]", r"\[name\] ="),
        judge_bare_name,
        (
            "Name: Ann Lee, Phone: 030 901820", "User(name='Ann Lee', email='ann@example.com')", "{Name:Ann Lee Email:ann@example.com}", 'User { email: "ann@example.com", name: Some("Ann Lee") }', "[name] => Ann Lee [email] => ann@example.com",
            "GET /find?name=Ann+Lee&phone=030901820", "Optional[User{tier=GOLD, name='ann'}]", '%Shop.User{tier: 3, name: "Ann Lee"}', "<Employee id=12 name='Ann Lee'>",
        ),
        ("name: Ann Lee", "name=Spring Boot email=x@example.com", "filename: Ann Lee, Phone: 1", "UserRole(name='Store Admin')", "Product [id=12, name=Blue Shirt]", "User(name=None)", "?name=Blue+Shirt&size=12"),
        "object prints; WHATWG URL, application/x-www-form-urlencoded",
        by_word=True,
    ),
    Detector(
        "case_class",
        (_CASES + r"\(",),
        judge_case,
        ("saved Passenger(Ann Lee,X1234567)", "List(User(12,Ann Lee,ann@example.com), User(13,Bob Ray,None))", "Patient(Some(Ann Lee),None)", "Person(Ann, Lee, 42)", 'User("ahopper", 12)'),
        ("Contact(Sales Team,12)", "findUser(Ann Lee)", "User(id, name)", "Owner(Load Balancer)", "Person(first, last)", "Customer(name=Blue)"),
        "Scala API, Product",
        by_word=True,
    ),
)  # fmt: skip
