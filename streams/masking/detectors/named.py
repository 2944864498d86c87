"""Values whose field says what they are: `"user_id": 42`, `password=…`, `Cookie: …`, `first_name: Ann`.

The name decides the kind, the value decides whether it keeps that promise: a `phone` needs digits, an `address` that is
an IP is left to the detector of IPs, `null` and placeholders are nobody's.
"""

import re
from functools import lru_cache
from typing import Final

from streams.masking.context import Key, Value, elements, key_before, parent_of, value_after
from streams.masking.detectors.headers import authorization, cookies, has_parameters
from streams.masking.detectors.labels import label_before
from streams.masking.detectors.meanings import is_structure, means_other
from streams.masking.detectors.nobody import is_nobody
from streams.masking.detectors.ordinary import carries_a_token, is_own_name, is_reference, is_said_of_field
from streams.masking.detectors.printed import is_down_level, made_date, spaced, whole_value
from streams.masking.detectors.promises import HALVES, PROMISES, beside_a_person, is_half, is_typed_person
from streams.masking.detectors.things import is_counted, other_thing
from streams.masking.field_anchors import FIELD_ANCHORS, FIELD_SHAPES
from streams.masking.fields import Field, field_of, is_thing, of_things
from streams.masking.found import Detector, Found, Verdict
from streams.masking.kinds import KINDS

__all__ = ["DETECTORS", "judge_field", "judge_whole", "plain_field", "tells"]

_NUMBER: Final = re.compile(rb"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+\-]?[0-9]+)?\Z")
_STREET: Final = re.compile(
    rb"(?![,;:)+])(?=.*[A-Za-z\x80-\xfe])(?=.*[ ,0-9]|(?:[\xe3-\xed][\x80-\xbf]{2}){3})(?!.*://)(?!0x)(?!\S*:[0-9]+\Z)(?!\S+\.\S+\Z)"
)
_MAC_BARE: Final = re.compile(rb"(?:[0-9A-Fa-f]{2}[:\-.]?){5}[0-9A-Fa-f]{2}\Z")
_POSTCODE: Final = re.compile(
    rb"(?=.*[0-9])(?!(?i:amd|arm|armv|aarch|ppc|x|i[3-6]|s|riscv)(?:[3-9][0-9]|390)[a-z0-9]{0,4}\Z)[A-Za-z0-9][A-Za-z0-9 \-]{2,9}\Z"
)
_DOCUMENT: Final = re.compile(rb"(?!0\.[0-9]+\Z)(?=(?:.*[0-9]){4})[A-Za-z0-9][A-Za-z0-9 .\-+/]{3,31}\Z")
_PHONE: Final = re.compile(rb"[+(]?[0-9](?:[ ().\-/]{0,3}[0-9]){3,18}(?:\s?(?:x|ext\.?)\s?[0-9]{1,6})?\Z")
_CARD: Final = re.compile(rb"[0-9](?:[ \-.]?[0-9]){11,18}\Z")
_ACCOUNT: Final = re.compile(rb"(?=(?:.*[0-9]){4})[A-Za-z0-9](?:[ \-./]?[A-Za-z0-9]){3,33}\Z")

#: A telephone number among words or other numbers (`030-901820, 030-901821`), and a date, which is none.
_PHONE_AMONG: Final = re.compile(rb"(?<![0-9A-Za-z])[+(]?[0-9](?:[ ().\-/]{0,3}[0-9]){5,14}(?![0-9A-Za-z])")
_DATE: Final = re.compile(rb"(?:19|20)[0-9]{2}[-/.][0-9]{1,2}[-/.][0-9]{1,2}")

#: A value this short that holds signs is a word of a parser (`{`, `=>`), in bytes.
_SIGN_MAX: Final = 2

#: The longest value that can be a name, an identifier or a number, in bytes; a longer one is prose, left to the others.
_SHORT_MAX: Final = 256


#: A consumer in its group (Apache Kafka: client id, and a UUID behind it), and audit's number for nobody (auditd, `unset`).
_MEMBER_OF_GROUP: Final = re.compile(rb"[A-Za-z][\w.\-]{2,120}-[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\Z")
_UUID_BYTES: Final = 36
_UNSET: Final = b"4294967295"


def _keeps_promise(field: Field, value: bytes) -> bool:
    needs = field.needs
    if needs == "secret":
        return len(value) > _SIGN_MAX or value.isalpha() or (len(value) > 1 and value.isalnum())
    if len(value) > _SHORT_MAX:
        return False
    if needs == "digits":
        return bool((_CARD if field.kind == "card" else _PHONE).match(value))
    if needs == "id":
        if value == _UNSET or (len(value) > _UUID_BYTES and _MEMBER_OF_GROUP.match(value)):
            return False
        return value not in (b"0", b"-1", b"1") and value[:1] not in (b"{", b"[", b"/") and value[:2] != b"0x"
    if needs in ("document", "account"):
        return bool((_DOCUMENT if needs == "document" else _ACCOUNT).match(value))
    return _wordy(needs, value)


def _wordy(needs: str, value: bytes) -> bool:
    if (promise := PROMISES.get(needs)) is not None:
        return promise(value)
    if needs == "street":
        return bool(_STREET.match(value))
    if needs == "mac":
        return bool(_MAC_BARE.match(value))
    return bool(_POSTCODE.match(value) if needs == "postcode" else needs in ("email", "short"))


@lru_cache(maxsize=8192)
def _field(key: bytes) -> Field | None:
    return field_of(key.decode("utf-8", "replace"))


def _field_below(data: bytes, key: Key, end: int) -> Field | None:
    """The field of a key; the enclosing object is looked for only where the key alone does not tell."""
    field = _field(key.name)
    if field is not None and _is_log_in(data, key):
        return _LOGIN
    if field is not None and field.needs == "full_name" and is_half(data, key.name, key.start):
        return Field("name", "words")
    if field is None and key.name.lower() in (b"name", b"nm", b"age", b"gender", b"sex", b"id"):
        bracketed = not key.quote or data[key.start - 2 : key.start - 1] == b"["
        parent = _subscripted(data, key.start) if bracketed else parent_of(data, key.start)
        field = field_of(key.name.decode(), parent.decode("utf-8", "replace")) if parent else None
        if field is not None and field.needs == "id" and _is_print(data, key) and not _WITH_DIGIT.match(data, end):
            return None
    if field is not None and field.kind == "name" and key.quote and of_things(key.name):
        parent = parent_of(data, key.start)
        return None if parent and is_thing(parent.decode("utf-8", "replace")) else field
    if field is None and not key.quote and _GO_PRINT.match(data, key.start - 1):
        return Field("user", "id")
    if field is None and key.quote and (number := _ACCOUNT_ID.match(key.name)):
        return _of_account(parent_of(data, key.start).lower(), number=number[1] is not None)
    if field is None and key.name == b"id" and key.quote and is_typed_person(data, key.start):
        return Field("user", "id")
    if field is None and key.name.lower() == b"name" and beside_a_person(data, key.start, end):
        return Field("name", "full_name")
    return field


def _of_account(parent: bytes, *, number: bool) -> Field | None:
    """The field of an account or its number in the object of a person."""
    if number:
        return Field("user", "id") if parent in _WHO else None
    return _LOGIN if parent == b"user" else None


def _is_log_in(data: bytes, key: Key) -> bool:
    """Whether a name is that of an account, by what stands beside it: its domain in Windows, its number in an audit log."""
    if key.name.lower() == b"actor":
        return bool(
            _ACTORS_ID.search(data, key.start, key.start + _ACTOR_MAX)
            or _ACTION_BEFORE.search(data, max(0, key.start - _ACTION_MAX), key.start)
        )
    return (
        bool(key.quote)
        and key.name.endswith(b"AccountName")
        and _ACCOUNTS_DOMAIN.search(data, max(0, key.start - _AROUND_MAX), key.start + _AROUND_MAX) is not None
    )


#: What says that an account is one of Windows (Microsoft Defender XDR, advanced hunting schema, `AccountDomain`, `AccountSid`).
_ACCOUNTS_DOMAIN: Final = re.compile(rb"Account(?:Domain|Sid|Upn)\\{0,7}\" ?: ?\\{0,7}\"")
_AROUND_MAX: Final = 240
_LOGIN: Final = Field("username", "person_login")


def _is_print(data: bytes, key: Key) -> bool:
    """Whether a key stands in what an object prints, and not between brackets of its own (`user[id]=jdoe`)."""
    return not key.quote and data[key.start - 1 : key.start] != b"["


#: An identifier in a print: two signs at least, a digit among them.
_WITH_DIGIT: Final = re.compile(rb"\s?(?=[^\s,;)}\]\xff]{2})[^\s,;)}\]\xff]{0,64}?[0-9]")
#: Whoever does something in an audit log is a login beside its number (GitHub, "Audit log events").
_ACTORS_ID: Final = re.compile(rb"\bactor_(?:id|ip|location)\\{0,7}\"")
_ACTION_BEFORE: Final = re.compile(
    rb"\baction\\{0,7}\" ?: ?\\{0,7}\"[a-z_]{2,40}\.[a-z_]{2,60}\\{0,7}\" ?, ?\\{0,7}\"\Z"
)
_ACTION_MAX: Final = 160
_ACTOR_MAX: Final = 400
#: A struct as Go prints one (`{ID:4711 Name:Ann Lee Email:...}`), whose first field is its number.
_GO_PRINT: Final = re.compile(
    rb"\{ID:[^\s{}\xff]{1,40} (?:First|Last|Full|User|Display)?Name:[^{}:\xff]{1,80} (?:(?:First|Last|Full|User|Display)Name|E-?mail|Phone|Mobile|Birth[A-Za-z]{0,8}|DOB):",
    re.IGNORECASE,
)
#: What a person's own object calls the account or its number (Admin By Request, "account"; Atlassian, "accountId").
_ACCOUNT_ID: Final = re.compile(rb"account(_?id)?\Z", re.IGNORECASE)
_WHO: Final = frozenset(b"user author updateauthor assignee reporter creator actor".split())

#: The name before a subscript, as forms and Rails write it: `user[name]=Ann`; before what an object prints first
#: (`User{id=4711,`, `User(id=4711)`), Ruby's included (`#<User id: 4711>`).
_SUBSCRIPTED: Final = re.compile(
    rb"(?<![A-Za-z0-9])([A-Za-z_]{1,40})\]?(?:\[[0-9]{0,3}\])?\[[\"']?\Z|#<(?:[A-Za-z]{1,40}::){0,3}([A-Za-z]{1,40}) \Z"
    rb"|(?<![A-Za-z0-9])(User|Customer|Person|Patient|Employee|Passenger|Student|Guest|Subscriber)(?:Dto|DTO|Entity|Model|Record|Info|Data|Impl|VO|Vo|Bean)? ?[({\[] ?\Z"
)


def _subscripted(data: bytes, start: int) -> bytes:
    name = _SUBSCRIPTED.search(data, max(0, start - 48), start)
    return name[name.lastindex or 1] if name else b""


#: Another pair behind a name without a value: `ruser= rhost=192.0.2.1`.
_NEXT_PAIR: Final = re.compile(rb"[A-Za-z_][A-Za-z0-9_.\-]{0,40}=(?!=)")

#: Needs that look at the value alone.
_ALONE: Final = frozenset(
    {
        "email",
        "words",
        "street",
        "postcode",
        "short",
        "id",
        "account",
        "document",
        "secret",
        "digits",
        *(PROMISES.keys() - {"number"}),
    }
)


#: Keys of which the object that they stand in tells whether they are a person's (AWS CloudTrail, Okta, OAuth, GitHub).
_OF_OBJECTS: Final = frozenset((b"userName", b"alternateId", b"client_name", b"actor"))


@lru_cache(maxsize=8192)
def _field_alone(key: bytes) -> Field | None:
    """The field of a key, where nothing but its value has to be looked at."""
    field = _field(key)
    if (
        field is None
        or field.needs not in _ALONE
        or key.lower() in HALVES
        or is_counted(key)
        or key in _OF_OBJECTS
        or key.lower().endswith((b"ownerid", b"owner_id", b"sid", b"uid", b"accountname"))
    ):
        return None
    return None if field.kind == "name" and of_things(key) else field


#: Needs as the core in C counts them; it leaves fields of all others to the judge.
_NEEDS: Final = {
    ("secret", "secret"): 1,
    ("user", "id"): 2,
    ("customer", "id"): 2,
    ("session", "id"): 2,
    ("device", "id"): 2,
    ("email", "email"): 3,
    ("name", "words"): 4,
    ("phone", "digits"): 5,
    ("card", "digits"): 6,
    ("secret", "cookie"): 7,
    ("secret", "authorization"): 8,
}
#: Whether only the value has to be looked at, and whether what stands around it tells as well.
_JUST_THE_VALUE: Final = 1
_AROUND_TOO: Final = 2


def plain_field(name: bytes) -> tuple[int, int, str, str, str] | None:
    """What the core in C has to know of a field's name: need, flags, kind, detector and validator."""
    field = _field(name)
    if field is None:
        return None
    around = (
        field.kind in ("session", "device")
        or of_things(name)
        or name in _OF_OBJECTS
        or name.lower().endswith((b"uid", b"sid", b"ownerid", b"owner_id", b"accountname"))
    )
    flags = (_JUST_THE_VALUE if _field_alone(name) else 0) | (_AROUND_TOO if around else 0)
    need = 0 if is_counted(name) else _NEEDS.get((field.kind, field.needs), 0)
    return need, flags, field.kind, _DETECTOR_OF[field.kind], field.needs


def _simple(data: bytes, end: int) -> Verdict | None:
    """What nearly every hit is, `"key":"value"` without escapes or white space, judged flat; None where it is not that."""
    if data[end - 2 : end - 1] != b'"' or data[end - 3 : end - 2] == b"\\":
        return None
    key = data.rfind(b'"', max(0, end - _KEY_MAX), end - 2)
    name = data[key + 1 : end - 2]
    field = _field_alone(name) if key >= 0 else None
    start = end + 1 if data[end : end + 1] == b'"' else end + 2 if data[end : end + 2] == b' "' else 0
    stop = data.find(b'"', start)
    if field is None or not start or stop < 0:
        return None
    text = data[start:stop]
    if b"\\" in text or text != text.strip():
        return None
    if text.isalpha() and field.needs != "secret" and is_own_name(name, text):
        return "own_name"
    if not text or is_nobody(text) or (b" " in text and is_said_of_field(data, start, stop)):
        return "nobody"
    if not _keeps_promise(field, text):
        return None if field.kind == "phone" else "nobody"
    if field.needs == "secret" and (
        is_reference(text) or (len(text) > _TOKEN_MIN and carries_a_token(data, start, stop))
    ):
        return "elsewhere"
    return Found(start, stop, field.kind, _DETECTOR_OF[field.kind], field.needs, 30)


_KEY_MAX: Final = 96
#: The shortest JSON web token is longer, in bytes.
_TOKEN_MIN: Final = 30
_DETECTOR_OF: Final = {kind: f"field_{kind}" for kind in KINDS}


def judge_field(data: bytes, end: int) -> Verdict:
    """The value behind a telling name and its `:` or `=`, elements of a flat list included."""
    if not 0 < end <= len(data) or data[end - 1] not in b":=":
        return "no_sign"
    if (verdict := _simple(data, end)) is not None:
        return verdict
    key = key_before(data, end - 1)
    field = _field_below(data, key, end) or label_before(data, key, end) if key else None
    if key is None or field is None:
        return "other_field"
    if field.needs == "short" and (made := made_date(data, end)):
        return Found(*made, field.kind, _DETECTOR_OF[field.kind], field.needs, 30)
    value = value_after(data, end, secret=field.kind == "secret", key_quoted=bool(key.quote))
    if (
        value is None
        or _DUMPED.match(data, end)
        or _is_next_pair(data, field, value, end)
        or _is_label(data, key, value, end)
    ):
        return "no_value"
    if value.form in ("list", "object"):
        return _spans(data, field, _measured(data, key, value) or _inner(data, value), key.quote)
    if value.form == "bare" and (
        means_other(data, field, key, value) or (not key.quote and is_structure(data, key, field, value))
    ):
        return "other_field"
    if value.form == "bare":
        value = whole_value(data, field, key, value, end)
    if rule := other_thing(data, field, key, value):
        return rule
    return _spans(data, field, [value], key.quote)


def _is_next_pair(data: bytes, field: Field, value: Value, end: int) -> bool:
    if value.form == "list" and _MESSAGE_ID.match(data, value.start):
        return True
    return value.start > end and field.kind != "secret" and _NEXT_PAIR.match(data, value.start) is not None


#: The number of a message of Solaris, behind the name of the program (`login: [ID 507249 auth.notice] ...`, syslogd(8)).
_MESSAGE_ID: Final = re.compile(rb"\[ID [0-9]{1,10} [a-z0-9]{2,10}\.[a-z]{3,8}\]")
#: A value behind its length (Oracle Database, audit trail in syslog: `SESSIONID:[5] "12354"`).
_MEASURED: Final = re.compile(rb"\[[0-9]{1,5}\] (\\{0,31}[\"'])([^\"'\\\xff]{1,256})\1")


def _measured(data: bytes, key: Key, value: Value) -> list[Value]:
    measured = None if key.quote else _MEASURED.match(data, value.start)
    return [Value(*measured.span(2), "string", False)] if measured else []


#: The beginning of a string before a name, words between them or not.
_LABEL: Final = re.compile(rb"(?<!\\)([\"'])(?:[A-Za-z]{1,20} ){0,4}\Z")
_LABEL_MAX: Final = 86
#: What goes on behind the end of a string in code: an operator, another argument, the end of a call.
_GOES_ON: Final = re.compile(rb"\s{0,4}[+.,;)\]}]")


def _is_label(data: bytes, key: Key, value: Value, end: int) -> bool:
    """Whether a name is all that stands in its string (`"Password: " + get()`), or an option without a value (`--pwd= next`)."""
    if key.quote:
        return False
    if data[end - 1 : end + 1] == b"= " and data[key.start : key.start + 2] == b"--":
        return True
    label = _LABEL.search(data, max(0, key.start - _LABEL_MAX), key.start)
    if label is None or value.form != "string" or data[end : value.start].strip() != label[1]:
        return False
    return _GOES_ON.match(data, value.start) is not None


#: PHP's types before a value (`["password"]=> string(7) "..."`), which is found by them.
_DUMPED: Final = re.compile(rb">\s{0,8}(?:string|int|float|bool|array|object|enum)\(")

#: Keys that say nothing of their own below a telling one: `"password": {"value": ...}`, OTLP's and DynamoDB's types.
_PLAIN_KEY: Final = re.compile(
    rb"[{,]\s{0,64}(\\{0,31})[\"'](?:value|s|n|b|string_?value|int_?value|double_?value|bytes_?value|val|v|raw|data|plain|plaintext|text|content|number|first|last|given|family|middle|full|"
    rb"\$(?:date|oid|numberlong|numberint|uuid)|line_?[1-4]|current|new|old)\\{0,31}[\"']\s{0,8}:",
    re.IGNORECASE,
)
#: Lists in one another before their first element.
_OPENINGS: Final = re.compile(rb"(?:\[\s{0,64}(?=\[)){0,8}\[")
#: How much of the objects below a telling key is looked at, in bytes.
_INNER_MAX: Final = 2048


def _inner(data: bytes, value: Value) -> list[Value]:
    """The elements of a list, or the values under plain keys of an object or of the objects of a list."""
    opening = _OPENINGS.match(data, value.start)
    at = opening.end() - 1 if opening else value.start
    if value.form == "list" and (flat := elements(data, at, nested=at > value.start)):
        return flat
    stop = data.find(b"]" if value.form == "list" else b"}", at, at + _INNER_MAX)
    stop = at + _INNER_MAX if stop < 0 else stop
    inner = (value_after(data, key.end()) for key in _PLAIN_KEY.finditer(data, at, stop))
    return [one for one in inner if one is not None and one.form in ("string", "bare")]


#: A pair of a name and a value as headers, cookies and form fields are often logged.
_PAIR: Final = re.compile(
    rb"[{\s,](?:\\*[\"'])?(?:name|key|field|header|param|parameter|property|property_?name|attribute|k)(?:\\*[\"'])?\s{0,4}[:=]\s{0,4}\\*[\"']"
    rb"([^\"'\\]{1,64})\\*[\"']\s{0,8},?\s{0,8}"
    # What else a form or a variable has: its type, whether it is shown.
    rb"(?:(?:\\*[\"'])?[A-Za-z_\-]{1,32}(?:\\*[\"'])?\s{0,4}[:=]\s{0,4}(?:\\*[\"'][^\"'\\]{0,64}\\*[\"']|true|false|null|-?[0-9]{1,16})\s{0,8},?\s{0,8}){0,4}?"
    rb"(\\*[\"'])?(?:value|val|v|property_?value)(?:\\*[\"'])?\s{0,4}[:=]\Z",
    re.IGNORECASE,
)
_PAIR_MAX: Final = 320


def judge_pair(data: bytes, end: int) -> Verdict:
    """The value of `{"name": "password", "value": ...}`."""
    pair = _PAIR.search(data, max(0, end - _PAIR_MAX), end)
    field = _field(pair[1]) if pair else None
    if pair is None or field is None:
        return "other_field"
    value = value_after(data, end, secret=field.kind == "secret")
    if value is None:
        return "no_value"
    return _spans(data, field, [value] if value.form in ("string", "bare") else _inner(data, value), pair[2] or b"")


def _spans(data: bytes, field: Field, values: list[Value], quote: bytes) -> Verdict:
    spans: list[Found] = []
    for value in values:
        if field.kind == "name" and is_down_level(data, value.start, value.end):
            field = _LOGIN
        spans += judge_value(data, field, value, quote if value.form == "bare" and _literal(data, value) else b"")
    return spans or "nobody"


def _literal(data: bytes, value: Value) -> bool:
    """Whether a bare value is a JSON or Python literal, so that a token in its place needs quotes."""
    return bool(_NUMBER.match(data[value.start : value.end]))


#: An object of Java's that prints itself, in a list of credentials (Apereo CAS, `[UsernamePasswordCredential(username=ann`).
_OBJECT: Final = re.compile(rb"(?:[A-Z][a-z]{1,20}){2,5}\((?=[a-z][A-Za-z]{1,30}=)")


def _is_no_secret(data: bytes, start: int, end: int, value: Value) -> bool:
    """Whether a secret's value names where the secret is kept, or is a text in which a token shows itself."""
    if is_reference(data[start:end]) or (value.form == "bare" and _OBJECT.match(data, start)):
        return True
    return value.form == "string" and end - start > _TOKEN_MIN and carries_a_token(data, start, end)


def _is_amount(field: Field, number: bytes) -> bool:
    """Whether a number of JSON is a fraction where a document's or an account's number should stand."""
    return field.needs in ("document", "account") and b"." in number


#: Where a line ends or a column, escaped or not.
_LINE_END: Final = re.compile(rb"[\r\n\t]|(?<!\\)\\++[nrt]")
#: Escaped ends of lines at the end of a value, as deep as strings lie in one another.
_LINE_ENDS: Final = re.compile(rb"(?:(?<!\\)\\{1,63}r)?(?<!\\)\\{1,63}[nr]\Z")
_LINE_ENDS_MAX: Final = 136


def _trimmed(data: bytes, start: int, end: int) -> tuple[int, int]:
    """A span without the blanks around it and without the escaped line's end of a string that was cut."""
    while start < end and data[start] in b" \t":
        start += 1
    while end > start and data[end - 1] in b" \t":
        end -= 1
    if data[end - 2 : end] not in (b"\\n", b"\\r"):
        return start, end
    cut = _LINE_ENDS.search(data, max(start, end - _LINE_ENDS_MAX), end)
    return start, cut.start() if cut and cut.start() > start else end


def judge_value(data: bytes, field: Field, value: Value, quote: bytes = b"") -> list[Found]:
    """The personal spans of one field's value; nothing where it does not keep the name's promise."""
    start, end = _trimmed(data, value.start, value.end)
    text = data[start:end]
    if field.needs == "authorization" and has_parameters(data, start):
        return authorization(data, start, end, value)
    if not text or is_nobody(text) or is_said_of_field(data, start, end) or (quote and _is_amount(field, text)):
        return []
    if field.needs == "secret" and _is_no_secret(data, start, end, value):
        return []
    if field.needs == "cookie":
        return list(cookies(data, start, end))
    if field.needs == "authorization":
        return authorization(data, start, end, value)
    if field.kind == "phone" and not quote and not _keeps_promise(field, text) and len(text) <= _SHORT_MAX:
        among = [match.span() for match in _PHONE_AMONG.finditer(text) if not _DATE.match(match[0])]
        return [Found(start + a, start + z, "phone", "field_phone", "digits", 30) for a, z in among]
    if not _keeps_promise(field, text) and not _keeps_promise(field, spaced(data, end, value, text)):
        # A string that was cut goes on with what stands behind it in the line around.
        cut = _LINE_END.search(text, 0, _SHORT_MAX) if value.form == "string" else None
        if cut is None or not cut.start() or not _keeps_promise(field, text[: cut.start()]):
            return []
        end = start + cut.start()
    if field.needs == "email" and value.form == "bare" and b"@" not in text:
        return []
    return [Found(start, end, field.kind, f"field_{field.kind}", field.needs, 30, quote)]


def judge_whole(name: str, value: bytes) -> list[Found]:
    """The personal spans of a whole value under a name, such as a Kafka header's."""
    field = _field(name.encode("utf-8", "surrogateescape"))
    if field is None:
        return []
    return judge_value(value, field, Value(0, len(value), "string", False))


def tells(name: str) -> bool:
    """Whether `judge_whole` looks at values under a name."""
    return _field(name.encode("utf-8", "surrogateescape")) is not None


DETECTORS: Final = (
    Detector(
        "field",
        (*FIELD_ANCHORS, r"account(?:_?id)?\\*\"[ \t]{0,16}:", r"\{id:"),
        judge_field,
        (
            '{"user_id":12345}', "password=hunter2", '{\\"first_name\\":\\"Ann\\"}', '"Authorization": "Token abc123def"',
            '{"user":{"name":"Ann Lee"}}', "dob: 1980-02-03", '{"emails":["someone at x"]}', "?token=abc&x=1", "date_of_birth=datetime.date(1988, 4, 17)", "birthDate=Sun Apr 17 00:00:00 CEST 1988,", "Address(street=Rue de Rivoli 12, city=Paris)",
            '{"手机号":"13812345678"}', '{"Фамилия":"Иванов"}', '{"ПАРОЛЬ":"hunter22"}', '{"contraseña":"hunter22"}', '{"nom":"Lefèvre","prenom":"Zoé"}',
            'password => <<"hunter2">>', 'Password: (string) (len=8) "hunter2!"', '{birth_date: ISODate("1988-04-17T00:00:00Z")}', "date_of_birth: ~D[1988-04-17]",
            '{"msg":"Authorization: Digest username=\\"ann\\", response=\\"6629fae4\\"","n":1}', 'Authorization: OAuth oauth_token="ab12", oauth_signature="cd34"',
            "dbpassword=hunter22", "SLAPIKEY : hunter22", '{"myapikey":"hunter22"}', "password=$ecret2024", "password: yourhunter22", "password=my.horse.Battery9", 'Authorization: Acme Token="q8Zr2LxV0nT5"', "community_string: hunter22",
            '{"AccountName":"annlee","AccountDomain":"corp"}', r'AccountName="CORP\annlee" param3="0"', "User: Ann Lee, action: login",
            '{"user":{"account":"annlee","isAdmin":false}}', '{"userAccount": "annlee"}', r"CEF:0|Acme|X|1|1|x|3|duser=corp\\Ann Lee (ADMIN) dhost=web1",
            "suser=annlee suid=S-1-5-21-111111111-2222222222-3333333333-44444 reason=x",
        ),
        (
            "api_key=YOUR_API_KEY", "Authorization: Bearer YOUR_API_KEY", "EXISTING_SECRET=postgres-auth", '{"secretName":"shop-db-credentials"}', "Invalid token: unexpected end of input", "User: Apple Pay", "user: payment service unavailable", 'volume "user-token" : secret "user-token" not found',
            '{"api_key":"your-api-key-here"}', "password=REPLACE_ME", "webhook_api_secret: ZENDESK_WEBHOOK_API_SECRET", "token=$(cat /run/secrets/token)",
            "PGPASSWORD=$app_db_password", "password: $accountKey", '{"password":"<%= env_password %>"}', '{"secret":"arn:aws:secretsmanager:us-east-1:123456789012:secret:prod-a1b2c3"}',
            'append("Password: " + get() + ",")', "pwd = (char *) (p + 2);", "get --password= https://example.test/", "secret=xxxx-xxxx",
            "client(api_key=app.config.API_KEY)", "def get(api_key=None):", "API_TOKEN=$HOME/.config/app/api_token", "client_secret: SecretStr", "https://<token>@example.test/x",
            '{"service":{"name":"api"}}', '{"token_type":"Bearer"}', "password=null", '{"phone":"home"}', "hostname=web-1", '{"email_verified":true}', "auth: session expired", '{"tokens":812}', '{"nom":"produit"}', "assert one.actor == first.actor",
            '{"AccountName":"prod-billing"}', "client_name=mx.example.org, client_address=x", "euid=0 suid=0 fsuid=0", "egid=1000 suid=1000", '{"AccountSid":"AC0123456789abcdef0123456789abcdef"}', 'cookies="07f928d94dd975ea/89b1d990f54f0b82" exch="x"',
            '{"trace_id":"x","parent_id":"00f067aa0ba902b7"}', "authSessionParentId=0da7ee4f-239b-4b18-bd93-c8874cb7a54e", '{"actor":{"account":"acme"}}', '{"account":"acme"}', "CEF:0|Acme|X|1|1|x|3|fname=Finance act=x",
            '{"action":{"display_name":"Marketing"}}', '{"displayName":"SecCompliance","source":{"id":"x"},"type":"ENTITLEMENT"}', 'auth: user "x" is gone', "credentials: [UsernamePasswordCredential(source=null)]",
        ),
        "field names",
        by_word=True,
        shapes=FIELD_SHAPES,
    ),
    Detector(
        "name_value",
        # Apart, since each is a literal by itself; a bare `v` has no quotes on either side or on both.
        (
            r"[\"' {]value\\*[\"']?[ \t]{0,4}[:=]",
            r"[\"']property_?value\\*[\"'][ \t]{0,4}:",
            r"[\"' {]val\\*[\"']?[ \t]{0,4}[:=]",
            r"[\"']v\\*[\"'][ \t]{0,4}[:=]",
            r"[ {]v[ \t]{0,4}[:=]",
        ),
        judge_pair,
        ('{"name":"password","value":"hunter2"}', '{"name":"first_name","type":"text","shown":true,"value":"Ann"}', '{"key": "user_id", "value": 4711}', '<input name="password" value="hunter2">', '{"propertyName":"lastname","propertyValue":"Lee"}'),
        ('{"name":"colour","value":"blue"}', '{"value":"blue"}'),
        "HAR 1.2, form fields; HubSpot webhooks",
        by_word=True,
    ),
)  # fmt: skip
