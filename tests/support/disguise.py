"""Values in disguise, and an independent reader that undoes every disguise; it shares no code with the masking core."""

import base64
import gzip
import html
import json
import quopri
import re
import unicodedata
import urllib.parse
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

__all__ = ["CONTAINERS", "ENCODINGS", "VALUES", "Value", "container", "leaks", "masker_keyring", "readings", "write"]

from streams.masking.keyring import Keyring


@dataclass(frozen=True, slots=True)
class Value:
    """Something personal: as it is written, the name of a field that holds it, and what must not be left of it."""

    name: str
    text: str
    field: str
    needle: str


_JWT = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c3ItNzczMSIsImVtYWlsIjoiamFuZUBleGFtcGxlLm9yZyJ9"
    ".c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"
)

VALUES: tuple[Value, ...] = (
    Value("email", "jane.doe@example.org", "email", "jane.doe@"),
    Value("phone", "+4930901820417", "phone", "30901820417"),
    Value("card", "4111111111111111", "card_number", "411111111111"),
    Value("iban", "DE89370400440532013000", "iban", "37040044053201"),
    Value("ipv4", "203.0.113.97", "client_ip", "203.0.113.97"),
    Value("ipv6", "2001:db8:85a3::8a2e:370:7334", "client_ip", "85a3::8a2e"),
    Value("jwt", _JWT, "access_token", "eyJzdWIiOiJ1c3"),
    Value("aws_key", "AKIAQYLPMN5HFIQR7XYA", "aws_key", "QYLPMN5HFIQR7XYA"),
    Value("ssn", "536-90-4399", "ssn", "536-90-4399"),
    Value("bearer", "Bearer 7c9f1b3e2d4a9f8b7c6d5e4f", "authorization", "7c9f1b3e2d4a9f8b"),
)


def masker_keyring() -> Keyring:
    """A keyring that is the same in every process."""
    return Keyring("k1", {"k1": bytes(range(32)), "k0": bytes(range(32, 64))})


def _unicode_escaped(text: str) -> str:
    return "".join(f"\\u{ord(char):04x}" for char in text)


def _some_escaped(text: str) -> str:
    return "".join(f"\\u{ord(char):04X}" if not char.isalnum() else char for char in text)


def _full_width(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if 0x21 <= ord(char) <= 0x7E else char for char in text)


def _quoted_printable(text: str) -> str:
    """As mailers write a body: its lines broken, signs and spaces at their ends escaped (RFC 2045, 6.7)."""
    return quopri.encodestring(text.encode()).decode().replace("@", "=40")


def _base64_in(before: str, after: str, *, url_safe: bool = False) -> Callable[[str], str]:
    encode = base64.urlsafe_b64encode if url_safe else base64.b64encode
    return lambda text: encode(f"{before}{text}{after}".encode()).decode()


#: Ways of writing a text in ASCII or UTF-8 that a reader undoes.
ENCODINGS: dict[str, Callable[[str], str]] = {
    "plain": lambda text: text,
    "percent_all": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "percent": lambda text: urllib.parse.quote(text, safe=""),
    "percent_twice": lambda text: urllib.parse.quote(urllib.parse.quote(text, safe=""), safe=""),
    "u_all": _unicode_escaped,
    "u_signs": _some_escaped,
    "u_twice": lambda text: _some_escaped(text).replace("\\", "\\\\"),
    "x_all": lambda text: "".join(f"\\x{byte:02x}" for byte in text.encode()),
    "x_signs": lambda text: "".join(
        char if char.isalnum() else "".join(f"\\x{byte:02x}" for byte in char.encode()) for char in text
    ),
    "html_decimal": lambda text: "".join(char if char.isalnum() else f"&#{ord(char)};" for char in text),
    "html_hex": lambda text: "".join(f"&#x{ord(char):x};" for char in text),
    "html_named": lambda text: text.replace("@", "&commat;").replace(".", "&period;").replace(":", "&colon;"),
    "quoted_printable": _quoted_printable,
    "base64_0": _base64_in("", ""),
    "base64_1": _base64_in("u ", " ok"),
    "base64_2": _base64_in("u=\n", "; rest of it"),
    "base64url": _base64_in("??>>", "??", url_safe=True),
    "base64_json": lambda text: base64.b64encode(json.dumps({"note": f"for {text} only"}).encode()).decode(),
    "base64_twice": lambda text: base64.b64encode(base64.b64encode(f"to {text}".encode())).decode(),
    "gzip_base64": lambda text: base64.b64encode(gzip.compress(f"note {text}".encode(), mtime=0)).decode(),
    "zlib_base64": lambda text: base64.b64encode(zlib.compress(f"note {text}".encode())).decode(),
    "full_width": _full_width,
    "zero_width": "\u200b".join,
    "soft_hyphen": lambda text: text[:3] + "\u00ad" + text[3:],
    "ansi": lambda text: f"\x1b[31m{text[:4]}\x1b[0m\x1b[1;32m{text[4:]}\x1b[0m",
    "json_slash": lambda text: text.replace("/", "\\/"),
}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


#: Ways in which a log line carries a text; `{}` marks of the value's field name are filled in by `container`.
CONTAINERS: dict[str, Callable[[str, str], str]] = {
    "json_field": lambda text, field: _json({"ts": 1.10, field: text, "ok": True}),
    "json_neutral": lambda text, field: _json({"level": "info", "detail": text, "n": 3}),
    "json_message": lambda text, field: _json({"message": f"saw {text} today", "n": 3}),
    "json_key": lambda text, field: _json({"seen": {text: 3}}),
    "json_array": lambda text, field: _json({"items": ["a", text, "b"]}),
    "json_in_json": lambda text, field: _json({"body": _json({"detail": text, "n": 1})}),
    "json_field_in_json": lambda text, field: _json({"body": _json({"x": [1], field: text})}),
    "logfmt": lambda text, field: f"level=info detail={_bare(text)} took=3ms",
    "logfmt_field": lambda text, field: f"level=info {field}={_bare(text)} took=3ms",
    "url_query": lambda text, field: f"GET /find?page=1&q={_bare(text)}&sort=up HTTP/1.1",
    "syslog": lambda text, field: f"<34>1 2003-10-11T22:14:15.003Z web-1 app 812 ID47 - login of {text} failed",
    "nginx": lambda text, field: f'- - [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.1" 200 12 "-" "{text}" 0.003',
    "sql": lambda text, field: f"ERROR: duplicate key value DETAIL: Key (owner)=({text}) already exists.",
    "stack": lambda text, field: f"java.lang.IllegalStateException: no such {text}\\n\\tat com.acme.A.b(A.java:12)",
    "python": lambda text, field: f"Request(id=3, detail='{text}', n=1)",
    "java": lambda text, field: f"Order{{id=3, detail={text}, n=1}}",
    "truncated": lambda text, field: _json({"n": 1, "body": {"detail": text, "long": "x"}})[:-6],
    "broken": lambda text, field: '{\'n\': 1,, "detail": "' + text + '", }',
    "csv": lambda text, field: f"1;{text};ok",
    "brackets": lambda text, field: f"[{text}] <{text}> ({text})",
}


def _bare(text: str) -> str:
    return urllib.parse.quote_plus(text) if " " in text else text


def container(name: str, text: str, field: str) -> bytes:
    """A log line that carries a text."""
    return CONTAINERS[name](text, field).encode()


def write(value: Value, encodings: tuple[str, ...], place: str) -> bytes:
    """The value in these encodings, the last outermost, in a line."""
    text = value.text
    for name in encodings:
        text = ENCODINGS[name](text)
    return container(place, text, value.field)


_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]|\x1b\\[[0-9;]*m|(?:\\\\u001b|\\\\x1b)\\[[0-9;]*m")
_RUN = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")


def _unescaped(text: str) -> str:
    text = re.sub(r"\\+u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text)
    return re.sub(r"\\+x([0-9a-fA-F]{2})", lambda m: chr(int(m[1], 16)), text)


def _steps(text: str) -> Iterator[str]:
    yield urllib.parse.unquote(text)
    yield html.unescape(text)
    yield _unescaped(text)
    yield _INVISIBLE.sub("", text)
    yield unicodedata.normalize("NFKC", text)
    yield text.replace("\\", "")
    yield quopri.decodestring(text.encode("utf-8", "surrogatepass")).decode("utf-8", "replace")
    for run in _RUN.findall(text):
        yield from _opened(run)


def _opened(run: str) -> Iterator[str]:
    bare = run.rstrip("=").replace("-", "+").replace("_", "/")
    for first in range(4):
        body = bare[first:]
        body = body[: len(body) // 4 * 4] if len(body) % 4 == 1 else body
        raw = base64.b64decode(body + "=" * (-len(body) % 4))
        for _ in range(3):
            raw = _inflated(raw)
        yield raw.decode("utf-8", "replace")
        yield raw.replace(b"\0", b"").decode("utf-8", "replace")


def _inflated(raw: bytes) -> bytes:
    inside = b""
    while raw[:1] in (b"\x1f", b"\x78"):
        engine = zlib.decompressobj(47)
        try:
            inside += engine.decompress(raw, 1 << 20)
        except zlib.error:
            break
        raw = engine.unused_data
    return inside + raw


def readings(data: bytes, rounds: int = 5) -> set[str]:
    """Everything that somebody could read in these bytes, undoing one disguise after another."""
    seen = {data.decode("utf-8", "replace")}
    fresh = set(seen)
    for _ in range(rounds):
        fresh = {text for one in fresh for text in _steps(one) if len(text) > 6} - seen
        seen |= fresh
        if not fresh or len(seen) > 2000:
            break
    return seen


def leaks(data: bytes, needle: str) -> bool:
    """Whether a value can still be read in these bytes."""
    return any(needle in text for text in readings(data))
