"""JSON web tokens in their compact forms (RFC 7519, 7515, 7516), whole or cut off."""

import re
from typing import Final

from streams.masking.found import Detector, Found, Verdict
from streams.masking.validators import base64_text

__all__ = ["DETECTORS"]

_URL_SAFE: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_COMPACT: Final = re.compile(rb"[A-Za-z0-9_\-]+={0,2}(?:\.[A-Za-z0-9_\-]*={0,2}){0,4}")
_BACKSLASH: Final = 0x5C
#: With a payload and room for a signature it is a token even behind `token_` or another letter.
_WHOLE: Final = re.compile(rb"[A-Za-z0-9_\-]{10,1024}+\.eyJ[A-Za-z0-9_\-]{8}")
#: Header parameters that IANA has registered for JOSE, as far as they are no everyday words.
_PARAMETER: Final = re.compile(
    rb"\"(?:alg|typ|enc|kid|cty|x5[tcu]|x5t#S256|jku|jwk|zip|crit|epk|ap[uv]|iv|p2[sc]|b64|ppt|svt)\"\s*:"
)

#: Two parts or more that follow a JSON object are a token's, whatever its header says.
_PARTS: Final = 2

#: The longest header that is decoded, in bytes; certificates in `x5c` make them long.
_HEADER_MAX: Final = 65_536


def judge_jwt(data: bytes, end: int) -> Verdict:
    """Parts joined by dots, the first of which decodes to a JOSE header; what follows a cut-off is taken with it."""
    low = max(0, end - 13)
    start = max(data.rfind(mark, low, end) for mark in (b"eyJ", b"eyA", b"ewo", b"ew0", b"ewk", b"ewog"))
    if start < 0:
        return "no_header"
    glued = (
        start and data[start - 1] in _URL_SAFE and not (data[start - 1] in b"nrtbf" and data[start - 2] == _BACKSLASH)
    )
    if glued and not _WHOLE.match(data, start):
        return "inside_a_run"
    compact = _COMPACT.match(data, start)
    if compact is None:
        return "no_parts"
    head = compact[0].partition(b".")[0].rstrip(b"=")[:_HEADER_MAX]
    header = base64_text(head[: len(head) // 4 * 4] if len(head) % 4 == 1 else head) or b""
    if not header.lstrip().startswith(b"{") or not (_PARAMETER.search(header) or compact[0].count(b".") >= _PARTS):
        return "no_jose_header"
    stop = start + len(compact[0].rstrip(b"."))
    return Found(start, stop, "jwt", "jwt", "jose_header", 90)


DETECTORS: Final = (
    Detector(
        "jwt",
        (r"(?:eyJ|eyA|ewo|ew0|ewk)[a-z0-9_\-]{10}",),
        judge_jwt,
        ("Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."),
        ("eyJmb28iOiJiYXIifQ", "keyJhbGciOiJIUzI1NiJ9"),
        "RFC 7519, RFC 7515, RFC 7516",
    ),
)
