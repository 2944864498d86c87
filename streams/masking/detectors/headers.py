"""What stands in headers that hold credentials: `Authorization` and `Cookie`, in fields and in text."""

import re
from typing import Final

from streams.masking.context import Value
from streams.masking.detectors.nobody import is_nobody
from streams.masking.detectors.ordinary import is_placeholder
from streams.masking.detectors.promises import is_method
from streams.masking.found import Detector, Found, Verdict

__all__ = ["DETECTORS", "authorization", "cookies", "has_parameters"]

#: Schemes with one credential (RFC 9110 and the IANA registry), and those with a list of parameters to the line's end.
_ONE: Final = re.compile(
    rb"(?:bearer|basic|negotiate|ntlm|token|api-?key|dpop|key|sso-key|splunk|sha256)[ :~+]{1,3}", re.IGNORECASE
)
_MANY: Final = re.compile(
    rb"(?:digest|aws4-hmac-sha256|hawk|oauth|mac|signature|hmac|scram-sha-[0-9]+|vapid|hoba|mutual|gnap|sharedkey)[ :]{1,3}",
    re.IGNORECASE,
)
#: A scheme nobody knows and its credential (with the padding of base64); what is masked already is no scheme, and a word
#: before a sign is a key.
_WORDS: Final = re.compile(
    rb"(?:(?:\*\*\*|tok_)[^\s,;\"'\\]*+|[^\s,;\"'\\]++(?: [^\s,;\"'\\=]++(?:={1,2}(?=[\s,;\"'\\]|\Z)|(?!=)))?)"
)
#: What is said of a header in its place.
_SAID: Final = re.compile(
    rb"(?:header|scheme|token|credentials?) (?:is|was|are|not|missing|invalid|required|absent|malformed|empty|expired|rejected|mismatch)\b",
    re.IGNORECASE,
)
#: Parameters of a scheme (RFC 9110, 11.2: `name=token` or `name="quoted"`), their quotes escaped where the line is a string
#: of JSON: behind the last one the header ends, and what follows is the line's.
_PARAMETERS: Final = re.compile(
    rb"(?:[A-Za-z][\w\-*]{0,63} ?= ?(?:\\{0,31}\"(?:[^\"\\\r\n\xff]|\\++(?!\"))*+\\{0,31}\"|[^\s\"',\\\xff]++)(?:, ?|,? (?=[A-Za-z][\w\-*]{0,63} ?=))?){1,32}"
)
#: The rest of a line, as far as a header reaches; bounds what a line full of schemes can cost.
_LINE: Final = re.compile(rb"[^\"\r\n\\\xff]{0,8192}")


#: A scheme of a product's own before a credential in quotes (`Snowflake Token="..."`).
_OWN: Final = re.compile(rb"[A-Za-z][\w\-]{1,30} (?=[A-Za-z]{1,20}=\\{0,31}\")")


def has_parameters(data: bytes, start: int) -> bool:
    """Whether a scheme with a list of parameters begins here, whatever its name says by itself (`OAuth realm="x"`)."""
    scheme = _MANY.match(data, start) or _OWN.match(data, start)
    return scheme is not None and _PARAMETERS.match(data, scheme.end()) is not None


def authorization(data: bytes, start: int, end: int, value: Value) -> list[Found]:
    """The credentials behind the scheme; without quotes the end of a header has to be guessed from the scheme."""
    first = start
    if value.form == "bare" and _SAID.match(data, start):
        return []
    if (scheme := _ONE.match(data, start)) or (scheme := _MANY.match(data, start) or _OWN.match(data, start)):
        first = scheme.end()
    if value.form == "bare":
        many = scheme is not None and _ONE.match(data, start) is None
        listed = _PARAMETERS.match(data, first) if many else None
        rest = listed or (_LINE if many else _BARE_CREDENTIAL if scheme else _WORDS).match(data, first)
        end = rest.end() if rest else end
    credential = data[first:end].strip()
    if not credential or is_nobody(credential) or is_method(credential) or is_placeholder(credential):
        return []
    return [Found(first, end, "secret", "authorization", "rfc9110", 30)]


_BARE_CREDENTIAL: Final = re.compile(rb"[^\s,;\"'\\]+")

#: Attributes of Set-Cookie that say nothing about the person (RFC 6265, 4.1.1).
_ATTRIBUTES: Final = frozenset(
    b"path domain expires max-age secure httponly samesite priority partitioned version".split()
)
_COOKIE: Final = re.compile(rb"\s*([^=;\s]*?)\s?=\s?(\\*\"?)([^;\"\\\r\n]*)")
_FLAG: Final = re.compile(rb"\s*(?:secure|httponly|partitioned|\*+)?\s*\Z", re.IGNORECASE)
#: A comma before another pair joins two cookies (RFC 2109, and servers that fold headers); the one of a date does not.
_JOINED: Final = re.compile(rb",\s*(?=[^=;,\s]+=)")


def cookies(data: bytes, start: int, end: int) -> list[Found]:
    """The values of cookies, their names and attributes left; what is no pair goes as a whole."""
    if b"=" not in data[start:end]:
        text = data[start:end].strip()
        return (
            []
            if is_nobody(text) or text in (b"(", b"[", b"{")
            else [Found(start, end, "secret", "cookie", "rfc6265", 45)]
        )
    found = []
    mark = start
    while mark < end:
        stop = data.find(b";", mark, end)
        stop = end if stop < 0 else stop
        found += _cookie(data, mark, stop)
        mark = stop + 1
    return found


def _cookie(data: bytes, start: int, end: int) -> list[Found]:
    """The secret between two semicolons: the value of a pair, or everything where there is none."""
    pair = _COOKIE.match(data, start, end)
    if pair is None:
        whole = data[start:end].strip()
        first = data.find(whole, start)
        return (
            []
            if _FLAG.match(whole) or is_nobody(whole)
            else [Found(first, first + len(whole), "secret", "cookie", "rfc6265", 45)]
        )
    if pair[1].lower() in _ATTRIBUTES:
        joined = _JOINED.search(data, pair.start(3), end)
        return _cookie(data, joined.end(), end) if joined else []
    last = max(pair.end(3), end) if not pair[2] else pair.end(3)
    text = data[pair.start(3) : last]
    if last == pair.start(3) or is_nobody(text):
        return []
    return [Found(pair.start(3), last, "secret", "cookie", "rfc6265", 45)]


#: `"cookie"` and `Cookie:` in text reach over semicolons to the end of the line. The `n` before one is an escape's.
_COOKIE_HEADER: Final = re.compile(
    rb"(?:(?<![A-Za-z0-9_])|(?<=(?-i:n)))(?:set-)?cookie2?: ?([^\r\n\"\\]{1,65536})", re.IGNORECASE
)
#: A header that begins this far before another on the same line, in bytes, covers that one too.
_EARLIER_MAX: Final = 1024


#: What closes the text that a header stands in at once, by what opened it before the header's name.
_CLOSING: Final = {0x27: b"'", 0x60: b"`", 0x3E: b"<", 0x28: b")", 0x5B: b"]"}


def judge_cookie_header(data: bytes, end: int) -> Verdict:
    """The values behind an unquoted `Cookie:` or `Set-Cookie:`."""
    at = data[max(0, end - 12) : end].lower().rfind(b"cookie")
    at = (
        max(0, end - 12) + at - (4 if data[max(0, end - 12) + at - 4 : max(0, end - 12) + at].lower() == b"set-" else 0)
        if at >= 0
        else -1
    )
    earlier = _COOKIE_HEADER.search(data, max(0, at - _EARLIER_MAX), at) if at > 0 else None
    if earlier and earlier.end() == at:
        return "inside_header"
    header = _COOKIE_HEADER.match(data, at) if at >= 0 else None
    if header is None or not header[1].strip():
        return "no_header"
    stop = header.end(1)
    if at and (closing := _CLOSING.get(data[at - 1])) and (end_of := data.find(closing, header.start(1), stop)) > 0:
        stop = end_of
    return cookies(data, header.start(1), stop) or "nobody"


DETECTORS: Final = (
    Detector(
        "cookie_header",
        (r"cookie2?: ?[^\s\"\\]",),
        judge_cookie_header,
        ("Cookie: sid=abc; theme=dark", "Set-Cookie: sid=abc; Path=/", "HasCookie: 1 Cookie: theme=dark; foo=q8Zr2Lx"),
        ("Cookie: ", "cookies: none"),
        "RFC 6265",
    ),
)
