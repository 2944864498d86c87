"""What stands in the place of a JWT: its claims, the harmless ones readable and the personal ones as tokens.

    tok_jwt_k1_abcdefghijklmnopabcd~alg.RS256~typ.JWT~iss.https-login-example-com~sub.tok_user_k1_...~exp.1735689600~~

One grammar of RFC 3986 unreserved characters, so that it stands unquoted in JSON, logfmt, URLs and cookies: the token
of the whole JWT, `~name.value` for each thing said, and `~~`. What a reader sees is bounded and lossy: any run of
characters other than letters, digits and underscores is one hyphen, items of a list are joined by two. The signature is
never there.

| said | value |
|---|---|
| `alg`, `typ`, `cty`, `enc`, `kid` | header parameters |
| `header` | `redacted`: cut off or not quite JSON |
| `exp`, `iat`, `nbf`, `auth_time` | seconds (or milliseconds) since 1970 |
| `iss`, `aud`, `azp`, `client_id`, `scope`, `roles`, `acr`, `amr`, `ver`, `token_use` | in the spelling above |
| `sub`, `email`, `name`, `phone`, `session`, `ip` ... | a token, by the value's own form, else by the claim's name |
| `more` | how many other claims there were; neither their names nor values are said |
| `payload` | `redacted`: encrypted, or not a JSON object |
| `cut` | `true`: parts are missing |

A claim that is known but not fit to be said is `redacted`. Nothing here raises for what a JWT holds.
"""

import re
from binascii import a2b_base64
from collections.abc import Callable, Iterator
from typing import Final, TypeVar

import orjson

from streams.masking.claims import WORDS, claim_of
from streams.masking.keyring import KEY_ID_RE
from streams.masking.kinds import Kind
from streams.masking.tokens import TOKEN_RE, Tokens

__all__ = ["SURROGATE_RE", "MaskText", "Surrogates", "own_surrogate_at", "surrogate"]

_Key = TypeVar("_Key", bound=str | bytes)
_Value = TypeVar("_Value")

#: Masks a short text by itself, as the engine would, and gives it back unchanged where nothing is found.
MaskText = Callable[[bytes], bytes]

#: Longer strings are not said. The longest usual issuer, with a tenant's uuid, has 76 characters. It also bounds how
#: deep a JWT inside a claim can nest.
_MAX_STRING_CHARS: Final = 120
_MAX_ITEMS: Final = 8
_MAX_CLAIMS: Final = 32
#: A value made longer by its tokens is not said; the grammar stops here.
_MAX_VALUE_CHARS: Final = 512
#: Claims that would make a surrogate longer than this are counted, not said.
_MAX_SURROGATE_BYTES: Final = 2048
#: Digits of a readable string outside uuids and tokens, in a row and in all: years and ports fit, phone numbers not.
_MAX_DIGIT_RUN: Final = 4
_MAX_DIGITS: Final = 8
#: Surrogates kept; an access token stands in hundreds of lines.
_CACHE_ENTRIES: Final = 4096
_CACHED_BYTES: Final = 2048

#: Seconds or milliseconds between 2001 and 2033: ten digits that begin with 1 are no phone number anywhere in North
#: America (area codes begin with 2), and thirteen no card's. Later times are not said.
_TIMES: Final = ((1_000_000_000, 2_000_000_000), (1_000_000_000_000, 2_000_000_000_000))
_TIME_CLAIMS: Final = frozenset({"exp", "iat", "nbf", "auth_time"})
_HEADER_CLAIMS: Final = ("alg", "typ", "cty", "enc", "kid")
_JWT_MARKS: Final = frozenset({"alg", "typ", "enc"})

#: What differs between the surrogates of one issuer, letters of tokens and times, and what is looked at instead.
_TOKEN_LETTERS: Final = re.compile(
    rb"((?<![A-Za-z0-9_])tok_[a-z_]{2,16}_[a-z][a-z0-9]{0,7}_)[a-p]{20}(_[0-9]{4})?(?=[~-])"
)
_SAMPLE_LETTERS: Final = rb"\1aaaaaaaaaaaaaaaaaaaa"
_TIME: Final = re.compile(rb"(?<=~)(exp|iat|nbf|auth_time)\.[0-9]{10}(?:[0-9]{3})?(?=~)")
_SAMPLE_TIME: Final = rb"\1.1700000000"
#: At most six digits and no sign of an address: no detector finds a value in it by its form alone.
_FORMLESS: Final = re.compile(r"(?=(?:[^0-9]*[0-9]){0,6}[^0-9]*\Z)[A-Za-z0-9 _'|-]{1,40}")
#: Values whose own form says the kind that the claim's name says; no detector has to be asked.
_AS_NAMED: Final[dict[str, re.Pattern[str]]] = {
    "email": re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}@[A-Za-z0-9][A-Za-z0-9.-]{0,60}\.[A-Za-z]{2,24}"),
    "ip": re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"),
    "name": re.compile(r"[^\d@%&=:\\]{1,60}"),
    "phone": re.compile(r"\+[0-9][0-9 ().-]{6,20}"),
    "session": re.compile(r"[^@%&=\\]{1,120}"),
}
_NEVER: Final = re.compile(r"(?!)")
_PART: Final = re.compile(rb"[A-Za-z0-9_+/-]*={0,2}")
_BROKEN_HEADER: Final = re.compile(rb"\s*\{[^{}]{0,512}\"(?:alg|typ|enc)\"\s*:")
_NOT_WORD: Final = re.compile(r"[^A-Za-z0-9_]+")
_DIGITS: Final = re.compile(r"[0-9]+")
_UUID: Final = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![0-9A-Za-z])", re.IGNORECASE)
_TOKEN_TEXT: Final = re.compile(TOKEN_RE.pattern.decode())
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_REDACTED: Final = "redacted"
_TO_URLSAFE: Final = bytes.maketrans(b"-_", b"+/")

#: Any complete surrogate, whoever's key made it; for finding surrogates, never for exempting them.
SURROGATE_RE: Final = re.compile(
    rb"(?<![A-Za-z0-9_])tok_jwt_%b_[a-p]{20}(?:~[a-z_]{1,16}\.[A-Za-z0-9_-]{1,512})*~~(?![A-Za-z0-9_~])"
    % KEY_ID_RE.pattern.encode()
)


def surrogate(jwt: bytes, tokens: Tokens, mask_text: MaskText) -> bytes | None:
    """The surrogate of a whole JWT (signed, unsigned, encrypted or cut off), or None where the bytes are none.

    A JWT is what has a first part that decodes to a JSON object with `alg`, `typ` or `enc`, or to the beginning of one
    (a header that is cut off, or not quite JSON). `mask_text` is called for short strings and for the outcome: a
    surrogate in which it still finds something is given without its claims. Deterministic; depends on the JWT, the keys
    and `mask_text` alone. Errors of `mask_text` pass through.
    """
    return Surrogates(tokens, mask_text).of(jwt)


def own_surrogate_at(data: bytes, pos: int, end: int, tokens: Tokens) -> int:
    """Where the complete own surrogate that starts at `pos` ends, or -1; its key has to be one of `tokens`.

    What it says besides its tokens is not exempt: it has to be looked at like any text.
    """
    match = SURROGATE_RE.match(data, pos, end)
    if match is None or tokens.own_token_at(data, pos, end) < 0:
        return -1
    return match.end()


def _bytes_of(part: bytes) -> bytes | None:
    """What a part encodes, as far as it goes: a part that was cut off inside a group of four loses the rest."""
    if not _PART.fullmatch(part):
        return None
    bare = part.rstrip(b"=").translate(_TO_URLSAFE)
    bare = bare[: len(bare) - (len(bare) % 4 == 1)]
    return a2b_base64(bare + b"=" * (-len(bare) % 4))


def _decoded(part: bytes) -> dict[str, object] | None:
    """The JSON object that a part holds, or None; neither bytes nor error leave this function."""
    raw = _bytes_of(part)
    if not raw:
        return None
    try:
        value = orjson.loads(raw)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _header(part: bytes) -> dict[str, object] | None:
    """A JWT's header; empty where it is one in all but syntax (cut off, `NaN`); None where it is no header."""
    header = _decoded(part)
    if header is not None:
        return header if _JWT_MARKS & header.keys() else None
    return {} if _BROKEN_HEADER.match(_bytes_of(part) or b"") else None


def _written(whole: bytes, fields: Iterator[tuple[str, str]]) -> bytes:
    """The surrogate of these fields; those that make it too long are counted in `more` with the unsaid ones."""
    pieces, length, more, tail = [whole], len(whole), 0, b""
    for name, value in fields:
        if name == "more":
            more += 1
            continue
        piece = f"~{name}.{value}".encode()
        if name == "cut":
            tail = piece
        elif length + len(piece) > _MAX_SURROGATE_BYTES:
            more += 1
        else:
            pieces.append(piece)
            length += len(piece)
    pieces.append(b"~more.%d" % min(more, 999) if more else b"")
    return b"".join([*pieces, tail, b"~~"])


class Surrogates:
    """Makes surrogates as `surrogate` does and remembers the last short JWTs, and what was said of harmless values:
    issuers and audiences are few.

    Threads may share it where `mask_text` may be shared; a lost race costs a computation.
    """

    __slots__ = ("_made", "_said", "_seen_harmless", "mask_text", "tokens")

    def __init__(self, tokens: Tokens, mask_text: MaskText) -> None:
        self.tokens = tokens
        self.mask_text = mask_text
        self._made: dict[bytes, bytes | None] = {}
        self._said: dict[str, str] = {}
        self._seen_harmless: dict[bytes, bool] = {}

    def of(self, jwt: bytes) -> bytes | None:
        """The surrogate of a whole JWT, or None where the bytes are none."""
        if jwt in self._made:
            return self._made.get(jwt)
        made = self._make(jwt)
        if len(jwt) <= _CACHED_BYTES:
            self._made = _with(self._made, jwt, made)
        return made

    def _make(self, jwt: bytes) -> bytes | None:
        parts = jwt.split(b".")
        header = _header(parts[0])
        if header is None:
            return None
        whole = self.tokens.token("jwt", ".".join(part.rstrip(b"=").decode("latin-1") for part in parts))
        said = _written(whole, self._fields(header, parts))
        return said if self._harmless(said) else _written(whole, iter([("payload", _REDACTED)]))

    def _harmless(self, said: bytes) -> bool:
        """Whether masking finds nothing more. Spelled values stand closer together than they did, so the whole is
        looked at; with the same letters and times in all of them, so that one look is good for an issuer's and the
        answer does not depend on which came first.
        """
        like = _TIME.sub(_SAMPLE_TIME, _TOKEN_LETTERS.sub(_SAMPLE_LETTERS, said))
        found = self._seen_harmless.get(like)
        if found is None:
            found = self.mask_text(like) == like
            self._seen_harmless = _with(self._seen_harmless, like, found)
        return found

    def _fields(self, header: dict[str, object], parts: list[bytes]) -> Iterator[tuple[str, str]]:
        if not header:
            yield "header", _REDACTED
        for name in _HEADER_CLAIMS:
            if name in header:
                yield name, self._readable(header[name])
        encrypted = "enc" in header
        if not encrypted and len(parts) > 1:
            yield from self._payload(_decoded(parts[1]))
        elif encrypted:
            yield "payload", _REDACTED
        if len(parts) < (5 if encrypted else 3):
            yield "cut", "true"

    def _payload(self, claims: dict[str, object] | None) -> Iterator[tuple[str, str]]:
        if claims is None:
            yield "payload", _REDACTED
            return
        for number, (name, value) in enumerate(claims.items()):
            claim = claim_of(name) if number < _MAX_CLAIMS else None
            if name in _TIME_CLAIMS and number < _MAX_CLAIMS:
                yield name, _time(value)
            elif claim is None:
                yield "more", ""
            else:
                yield claim.said, self._personal(claim.kind, value) if claim.kind else self._readable(value)

    def _readable(self, value: object) -> str:
        """A harmless value in the surrogate's spelling, or `redacted`."""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int | float):
            value = str(value)
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, list) or not 0 < len(texts) <= _MAX_ITEMS:
            return _REDACTED
        plain = ["" if not isinstance(text, str) or _CONTROL.search(text) else text for text in texts]
        key = "\n".join(plain)
        said = self._said.get(key)
        if said is None:
            said = self._spell(plain)
            if len(key) <= _MAX_STRING_CHARS:
                self._said = _with(self._said, key, said)
        return said

    def _spell(self, texts: list[str]) -> str:
        """Harmless strings, which a space splits into items (`scope`), as one value."""
        spelled = [_spelled(item) for text in texts for item in self._masked(text).split(" ")]
        said = "--".join(spelled)
        digits = _DIGITS.findall(_UUID.sub("", _TOKEN_TEXT.sub("", said)))
        if max(map(len, digits), default=0) > _MAX_DIGIT_RUN or sum(map(len, digits)) > _MAX_DIGITS:
            return _REDACTED
        return _bounded(said) if all(spelled) and len(spelled) <= _MAX_ITEMS else _REDACTED

    def _masked(self, text: str) -> str:
        """A harmless string without what a detector finds in it; empty where it must not be said."""
        if text in WORDS:
            return text
        if not text.isascii() or len(text) > _MAX_STRING_CHARS:
            return ""
        masked = self.mask_text(text.encode()).decode("latin-1")
        return "" if "@" in masked or "*" in masked else masked

    def _personal(self, kind: Kind, value: object) -> str:
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, list):
            if 0 < len(value) <= _MAX_ITEMS and all(isinstance(item, str) for item in value):
                return _bounded("--".join(self._token(kind, item) for item in value))
            return _REDACTED
        return self._token(kind, value) if isinstance(value, str) else _REDACTED

    def _token(self, kind: Kind, text: str) -> str:
        """The token of a personal string: of the kind that its own form tells, so that it is found elsewhere too."""
        if not text.strip():
            return _REDACTED
        formless = _FORMLESS.fullmatch(text) or _UUID.fullmatch(text) or _AS_NAMED.get(kind, _NEVER).fullmatch(text)
        if not formless and len(text) <= _MAX_STRING_CHARS and not _CONTROL.search(text):
            masked = self.mask_text(text.encode("utf-8", "surrogatepass"))
            if self.tokens.is_own(masked):
                return masked.decode()
        return self.tokens.token(kind, text).decode()


def _with(cache: dict[_Key, _Value], key: _Key, value: _Value) -> dict[_Key, _Value]:
    """The cache with one more entry, or a new one where it was full."""
    if len(cache) >= _CACHE_ENTRIES:
        return {key: value}
    cache[key] = value
    return cache


def _spelled(masked: str) -> str:
    """A masked string without the characters that a surrogate has not; its tokens stay whole."""
    pieces, last = [], 0
    for match in _TOKEN_TEXT.finditer(masked):
        pieces += [_NOT_WORD.sub("-", masked[last : match.start()]).strip("-_"), match[0]]
        last = match.end()
    pieces.append(_NOT_WORD.sub("-", masked[last:]).strip("-_"))
    return "-".join(piece for piece in pieces if piece)


def _bounded(said: str) -> str:
    return said if len(said) <= _MAX_VALUE_CHARS else _REDACTED


def _time(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _REDACTED
    whole = int(value)
    return str(whole) if any(low <= whole < high for low, high in _TIMES) else _REDACTED
