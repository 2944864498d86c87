"""JSON web tokens in their compact forms (RFC 7519, 7515, 7516), whole or cut off."""

import re
from functools import lru_cache
from typing import Final, Literal

from streams.masking.found import Detector, Found, Verdict
from streams.masking.validators import base64_text

__all__ = ["DETECTORS", "is_jose", "judge_jwt"]

_URL_SAFE: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_COMPACT: Final = re.compile(rb"[A-Za-z0-9_\-]+={0,2}(?:\.[A-Za-z0-9_\-]*={0,2}){0,4}")
_BACKSLASH: Final = 0x5C
#: With a payload and room for a signature it is a token even behind `token_` or another letter.
_WHOLE: Final = re.compile(rb"[A-Za-z0-9_\-]{10,1024}+\.eyJ[A-Za-z0-9_\-]{8}")
#: Header parameters that IANA has registered for JOSE, as far as they are no everyday words.
_PARAMETER: Final = re.compile(
    rb"\"(?:alg|typ|enc|kid|cty|x5[tcu]|x5t#S256|jku|jwk|zip|crit|epk|ap[uv]|iv|p2[sc]|b64|ppt|svt)\"\s*:"
)

#: The longest header that is decoded, in bytes; certificates in `x5c` make them long.
_HEADER_MAX: Final = 65_536
#: Headers that are remembered; an issuer has few.
_KNOWN_HEADERS: Final = 1024
_KNOWN_HEADER_BYTES: Final = 512

#: The beginning of a JSON object in base64, with what an anchor takes behind it.
_START: Final = re.compile(rb"(?:ey[JA]|ew[o0k])[A-Za-z0-9_\-]{10}")
_ANCHOR_BYTES: Final = 13


def judge_jwt(data: bytes, end: int) -> Verdict:
    """Parts joined by dots, the first of which decodes to a JOSE header; what follows a cut-off is taken with it."""
    start = end - _ANCHOR_BYTES
    if start < 0 or not _START.match(data, start):
        return "no_header"
    glued = (
        start and data[start - 1] in _URL_SAFE and not (data[start - 1] in b"nrtbf" and data[start - 2] == _BACKSLASH)
    )
    if glued and not _WHOLE.match(data, start):
        return "inside_a_run"
    compact = _COMPACT.match(data, start)
    if compact is None:
        return "no_parts"
    whole = compact[0]
    head, _, rest = whole.partition(b".")
    says = (_known_header if len(head) <= _KNOWN_HEADER_BYTES else _header)(head)
    # Two parts or more that follow a JSON object are a token's, whatever its header says.
    if says == "nothing" or (says == "object" and b"." not in rest):
        return "no_jose_header"
    stop = start + len(whole.rstrip(b"."))
    if data[stop : stop + 1] in _STANDARD and whole.count(b".") == 1 and not _closed(rest):
        more = _REST.match(data, stop)
        stop = more.end() if more else stop
    if data[stop : stop + 1] in _BREAKS:
        stop = _over_lines(data, stop)
    return Found(start, stop, "jwt", "jwt", "jose_header", 90)


def _header(head: bytes) -> Literal["jose", "object", "nothing"]:
    """What a first part decodes to: the beginning of a JOSE header, of another JSON object, or neither."""
    bare = head.rstrip(b"=")[:_HEADER_MAX]
    header = base64_text(bare[: len(bare) // 4 * 4] if len(bare) % 4 == 1 else bare) or b""
    if not header.lstrip().startswith(b"{"):
        return "nothing"
    return "jose" if _PARAMETER.search(header) else "object"


_known_header: Final = lru_cache(_KNOWN_HEADERS)(_header)


def is_jose(head: bytes) -> bool:
    """Whether a first part decodes to the beginning of a JOSE header."""
    return _header(head) == "jose"


#: A payload that was written in base64 with `+` and `/`, as some libraries do, and the signature behind it.
_STANDARD: Final = (b"+", b"/")
_REST: Final = re.compile(rb"[A-Za-z0-9+/_\-]*+={0,2}(?:\.[A-Za-z0-9+/_\-]*+={0,2})?")


def _closed(part: bytes) -> bool:
    """Whether a payload is a whole JSON object."""
    bare = part.rstrip(b"=")
    text = base64_text(bare[: len(bare) // 4 * 4] if len(bare) % 4 == 1 else bare) or b""
    return text.rstrip().endswith(b"}")


#: What a token that was broken into lines goes on with: a dot on either side of the break, or letters and digits mixed as no
#: word mixes them.
_BREAKS: Final = (b"\n", b"\r", b"\\", b".")
_BREAK: Final = rb"(?:\r?\n|(?:\\{1,31}r)?\\{1,31}n)[ \t]{0,16}+"
_DOTTED: Final = re.compile(
    rb"(?:\." + _BREAK + rb"|" + _BREAK + rb"\.)([A-Za-z0-9_\-]{6,}+(?:\.[A-Za-z0-9_\-]*+){0,4})(?![A-Za-z0-9_:=(/@])"
)
_BROKEN: Final = re.compile(_BREAK + rb"([A-Za-z0-9_\-]{4,}+(?:\.[A-Za-z0-9_\-]{6,}+){0,4})(?![A-Za-z0-9_:=(/@.])")
_MIXED: Final = re.compile(rb"(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9]).{12}", re.DOTALL)
_PLAIN: Final = re.compile(rb"[A-Za-z]?[a-z]+\Z|[A-Z]+\Z")
_LINES_MAX: Final = 128


def _over_lines(data: bytes, stop: int) -> int:
    """The end of a token, further lines of it included."""
    for _ in range(_LINES_MAX):
        more = _DOTTED.match(data, stop) or _BROKEN.match(data, stop)
        if more is None or _PLAIN.match(more[1]) or not (more.re is _DOTTED or _MIXED.match(more[1])):
            return stop
        stop = more.end()
    return stop


#: Parameters of a key that are its secret (RFC 7518, 6.2.2, 6.3.2 and 6.4.1).
_PRIVATE: Final = re.compile(rb"[{,]\s{0,64}(\\{0,31}\")(?:d|p|q|dp|dq|qi|k)\1\s{0,8}:\s{0,8}\1([\w\-]{16,4096})\1")
#: What a key may hold around its type: no object of its own.
_KEY_MAX: Final = 8192


def judge_jwk(data: bytes, end: int) -> Verdict:
    """The secret parameters of a JSON web key, around its `kty` (RFC 7517)."""
    low = data.rfind(b"{", max(0, end - _KEY_MAX), end)
    high = data.find(b"}", end, end + _KEY_MAX)
    if low < 0:
        return "no_key"
    found = _PRIVATE.finditer(data, low, high if high >= 0 else min(len(data), end + _KEY_MAX))
    return [Found(*secret.span(2), "secret", "jwk", "rfc7517", 82) for secret in found] or "public_key"


DETECTORS: Final = (
    Detector(
        "jwk",
        (r"\"kty\\*\"\s{0,8}:",),
        judge_jwk,
        (
            '{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ"}',
            '{"use":"sig","d":"X4cTteJY_gn4FYPsXB8rdXix5vwsg1","kty":"RSA","n":"0vx7agoebGcQ","e":"AQAB"}',
            r'{"jwk":"{\"kty\":\"EC\",\"crv\":\"P-256\",\"d\":\"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE\"}"}',
        ),
        (
            '{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78L","e":"AQAB"}',
            '{"d":"X4cTteJY_gn4FYPsXB8rdXix5vwsg1"}',
        ),
        "RFC 7517, RFC 7518",
    ),
    Detector(
        "jwt",
        (),
        judge_jwt,
        (
            "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
            "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.",
            "eyJhbGciOiJIUzI1NiJ9.\n  eyJzdWIiOiIxIn0.\n  c2lnbmF0dXJl",
        ),
        ("eyJmb28iOiJiYXIifQ", "keyJhbGciOiJIUzI1NiJ9"),
        "RFC 7519, RFC 7515, RFC 7516",
        shapes=(r"(?:eyJ|eyA|ewo|ew0|ewk)[a-z0-9_\-]{10}",),
    ),
)
