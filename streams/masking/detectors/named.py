"""Values whose field says what they are: `"user_id": 42`, `password=…`, `Cookie: …`, `first_name: Ann`.

The name decides the kind, the value decides whether it keeps that promise: a `phone` needs digits, an `address` that is
an IP is left to the detector of IPs, `null` and placeholders are nobody's.
"""

import re
from functools import lru_cache
from typing import Final

from streams.masking.context import Key, Value, elements, key_before, parent_of, value_after, word_byte
from streams.masking.fields import FIELD_ANCHORS, Field, field_of
from streams.masking.found import Detector, Found, Verdict

__all__ = ["DETECTORS", "judge_whole"]

#: What stands where a value is missing, hidden already, or a placeholder of a template.
_NOBODY: Final = re.compile(
    rb"(?:null|none|nil|nan|true|false|undefined|unknown|anonymous|default|n/?a|empty|blank|missing|present|set|unset|not[_ ]set|required|"
    rb"invalid|expired|optional|redacted|masked|filtered|hidden|removed|\[[^\]]{0,40}\]|<[^<>]{0,40}>|\{[^{}]{0,40}\}|\$\{?[^{}\s]{0,60}\}?|"
    rb"%\(?[a-z_]*\)?[sdvq]|\*+|-+|x{3,}|\.{2,}|\?+|\(?null\)?|self|system|localhost|object|string|number|boolean|any|int|str|bool)\Z",
    re.IGNORECASE,
)
_DIGIT: Final = re.compile(rb"[0-9]")
_LETTER: Final = re.compile(rb"[A-Za-z\x80-\xfe]")
_NUMBER: Final = re.compile(rb"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+\-]?[0-9]+)?\Z")
_STREET: Final = re.compile(rb"(?=.*[A-Za-z\x80-\xfe])(?=.*[ ,0-9])(?!.*://)(?!0x)(?!\S*:[0-9]+\Z)(?!\S+\.\S+\Z)")
_MAC_BARE: Final = re.compile(rb"(?:[0-9A-Fa-f]{2}[:\-.]?){5}[0-9A-Fa-f]{2}\Z")
_POSTCODE: Final = re.compile(rb"(?=.*[0-9])[A-Za-z0-9][A-Za-z0-9 \-]{2,9}\Z")
_DOCUMENT: Final = re.compile(rb"(?=(?:.*[0-9]){4})[A-Za-z0-9][A-Za-z0-9 .\-/]{3,31}\Z")
_PHONE: Final = re.compile(rb"[+(]?[0-9](?:[ ().\-/]{0,3}[0-9]){3,18}(?:\s?(?:x|ext\.?)\s?[0-9]{1,6})?\Z")
_CARD: Final = re.compile(rb"[0-9](?:[ \-.]?[0-9]){11,18}\Z")
_ACCOUNT: Final = re.compile(rb"(?=(?:.*[0-9]){4})[A-Za-z0-9](?:[ \-./]?[A-Za-z0-9]){3,33}\Z")

#: The longest value that can be a name, an identifier or a number, in bytes; a longer one is prose, left to the others.
_SHORT_MAX: Final = 256


def _keeps_promise(field: Field, value: bytes) -> bool:
    needs = field.needs
    if needs == "secret":
        return len(value) > 1 or not value.isdigit()
    if len(value) > _SHORT_MAX:
        return False
    if needs == "digits":
        return bool((_CARD if field.kind == "card" else _PHONE).match(value))
    if needs == "id":
        return value not in (b"0", b"-1", b"1") and value[:1] not in (b"{", b"[", b"/") and value[:2] != b"0x"
    if needs in ("document", "account"):
        return bool((_DOCUMENT if needs == "document" else _ACCOUNT).match(value))
    return _wordy(needs, value)


def _wordy(needs: str, value: bytes) -> bool:
    if needs == "words":
        return bool(_LETTER.search(value))
    if needs == "login":
        return bool(_LETTER.search(value)) and b" " not in value.strip()
    if needs == "street":
        return bool(_STREET.match(value))
    if needs == "mac":
        return bool(_MAC_BARE.match(value))
    if needs == "number":
        return bool(_NUMBER.match(value)) and b"." in value
    return bool(_POSTCODE.match(value) if needs == "postcode" else needs in ("email", "short"))


@lru_cache(maxsize=8192)
def _field(key: bytes) -> Field | None:
    return field_of(key.decode("utf-8", "replace"))


def _field_below(data: bytes, key: Key) -> Field | None:
    """The field of a key; the enclosing object is looked for only where the key alone does not tell."""
    field = _field(key.name)
    if field is None and key.name.lower() in (b"name", b"age", b"gender", b"sex") and key.quote:
        parent = parent_of(data, key.start)
        field = field_of(key.name.decode(), parent.decode("utf-8", "replace")) if parent else None
    return field


_PROSE_NAME: Final = re.compile(
    rb"[A-Z\xc3-\xf4][\w.'\x80-\xfe\-]*(?: (?:(?:van|von|de|der|den|da|di|del|la|al|bin|el|y) )*[A-Z\xc3-\xf4][\w.'\x80-\xfe\-]*){0,3}"
)


def judge_field(data: bytes, end: int) -> Verdict:
    """The value behind a telling name and its `:` or `=`, elements of a flat list included."""
    if end < 1 or data[end - 1] not in b":=":
        return "no_sign"
    key = key_before(data, end - 1)
    field = _field_below(data, key) if key else None
    if key is None or field is None:
        return "other_field"
    value = value_after(data, end, secret=field.kind == "secret", key_quoted=bool(key.quote))
    if value is None:
        return "no_value"
    if value.form == "list":
        return _spans(data, field, elements(data, value.start), key.quote)
    if value.form == "object":
        return "object"
    if (
        value.form == "bare"
        and field.needs == "words"
        and data[end : end + 1] == b" "
        and (m := _PROSE_NAME.match(data, value.start))
    ):
        value = Value(value.start, m.end(), "bare", False)
    return _spans(data, field, [value], key.quote)


def _spans(data: bytes, field: Field, values: list[Value], quote: bytes) -> Verdict:
    spans: list[Found] = []
    for value in values:
        spans += judge_value(data, field, value, quote if value.form == "bare" and _literal(data, value) else b"")
    return spans or "nobody"


def _literal(data: bytes, value: Value) -> bool:
    """Whether a bare value is a JSON or Python literal, so that a token in its place needs quotes."""
    return bool(_NUMBER.match(data[value.start : value.end]))


def judge_value(data: bytes, field: Field, value: Value, quote: bytes = b"") -> list[Found]:
    """The personal spans of one field's value; nothing where it does not keep the name's promise."""
    start, end = value.start, value.end
    while start < end and data[start] in b" \t":
        start += 1
    while end > start and data[end - 1] in b" \t":
        end -= 1
    text = data[start:end]
    if not text or _NOBODY.match(text):
        return []
    if field.needs == "cookie":
        return list(_cookies(data, start, end))
    if field.needs == "authorization":
        return _authorization(data, start, end, value)
    if not _keeps_promise(field, text) or (field.needs == "email" and value.form == "bare" and b"@" not in text):
        return []
    return [Found(start, end, field.kind, f"field_{field.kind}", field.needs, 30, quote)]


#: Schemes with one credential (RFC 9110 and the IANA registry), and those with a list of parameters to the line's end.
_ONE: Final = re.compile(
    rb"(?:bearer|basic|negotiate|ntlm|token|api-?key|dpop|key|sso-key|splunk|sha256)[ :~+]{1,3}", re.IGNORECASE
)
_MANY: Final = re.compile(
    rb"(?:digest|aws4-hmac-sha256|hawk|oauth|mac|signature|hmac|scram-sha-[0-9]+|vapid|hoba|mutual|gnap|sharedkey)[ :]{1,3}",
    re.IGNORECASE,
)
_WORDS: Final = re.compile(rb"[^\s,;\"'\\]+(?: [^\s,;\"'\\=]+)?")
_LINE: Final = re.compile(rb"[^\r\n\\\xff]*")


def _authorization(data: bytes, start: int, end: int, value: Value) -> list[Found]:
    """The credentials behind the scheme; without quotes the end of a header has to be guessed from the scheme."""
    first = start
    if scheme := _ONE.match(data, start):
        first = scheme.end()
    elif scheme := _MANY.match(data, start):
        first = scheme.end()
    if value.form == "bare":
        rest = (_LINE if scheme and _MANY.match(data, start) else _BARE_CREDENTIAL if scheme else _WORDS).match(
            data, first
        )
        end = rest.end() if rest else end
    if first >= end or _NOBODY.match(data[first:end].strip()):
        return []
    return [Found(first, end, "secret", "authorization", "rfc9110", 30)]


_BARE_CREDENTIAL: Final = re.compile(rb"[^\s,;\"'\\]+")

#: Attributes of Set-Cookie that say nothing about the person (RFC 6265, 4.1.1).
_ATTRIBUTES: Final = frozenset(
    b"path domain expires max-age secure httponly samesite priority partitioned version".split()
)
_COOKIE: Final = re.compile(rb"\s*([^=;,\s\"\\]+)=(\"?)([^;\"\\\r\n]*)")


def _cookies(data: bytes, start: int, end: int) -> list[Found]:
    """The values of cookies, their names and attributes left; what is no pair goes as a whole."""
    if b"=" not in data[start:end]:
        return [Found(start, end, "secret", "cookie", "rfc6265", 45)]
    found = []
    mark = start
    while mark < end and (pair := _COOKIE.match(data, mark, end)):
        if pair[3] and pair[1].lower() not in _ATTRIBUTES and not _NOBODY.match(pair[3]):
            found.append(Found(pair.start(3), pair.end(3), "secret", "cookie", "rfc6265", 45))
        mark = data.find(b";", pair.end(), end) + 1 or end
    return found


def judge_whole(name: str, value: bytes) -> list[Found]:
    """The personal spans of a whole value under a name, such as a Kafka header's."""
    field = _field(name.encode("utf-8", "surrogateescape"))
    if field is None:
        return []
    return judge_value(value, field, Value(0, len(value), "string", False))


#: `"cookie"` and `Cookie:` in text reach over semicolons to the end of the line.
_COOKIE_HEADER: Final = re.compile(rb"(?:set-)?cookie2?: ?([^\r\n\"\\]+)", re.IGNORECASE)


def judge_cookie_header(data: bytes, end: int) -> Verdict:
    """The values behind an unquoted `Cookie:` or `Set-Cookie:`."""
    at = data[max(0, end - 12) : end].lower().rfind(b"cookie")
    at = (
        max(0, end - 12) + at - (4 if data[max(0, end - 12) + at - 4 : max(0, end - 12) + at].lower() == b"set-" else 0)
        if at >= 0
        else -1
    )
    header = _COOKIE_HEADER.match(data, at) if at >= 0 else None
    if header is None or (at and word_byte(data[at - 1]) and data[at - 1] != 0x6E):
        return "no_header"
    return _cookies(data, header.start(1), header.end(1)) or "nobody"


DETECTORS: Final = (
    Detector(
        "field",
        FIELD_ANCHORS,
        judge_field,
        (
            '{"user_id":12345}', "password=hunter2", '{\\"first_name\\":\\"Ann\\"}', '"Authorization": "Token abc123def"',
            '{"user":{"name":"Ann Lee"}}', "dob: 1980-02-03", '{"emails":["someone at x"]}', "?token=abc&x=1",
        ),
        ('{"service":{"name":"api"}}', '{"token_type":"Bearer"}', "password=null", '{"phone":"home"}', "hostname=web-1", '{"email_verified":true}'),
        "field names",
    ),
    Detector(
        "cookie_header",
        (r"cookie2?: ?[^\s\"\\]",),
        judge_cookie_header,
        ("Cookie: sid=abc; theme=dark", "Set-Cookie: sid=abc; Path=/"),
        ("Cookie: ", "cookies: none"),
        "RFC 6265",
    ),
)  # fmt: skip
