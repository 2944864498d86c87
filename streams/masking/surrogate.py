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
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from typing import Final, TypeVar

import orjson

from streams.masking.claims import WORDS, Claim, claim_of
from streams.masking.keyring import KEY_ID_RE
from streams.masking.kinds import KINDS, Kind
from streams.masking.payloads import Field, Header, MaskText, reader
from streams.masking.tokens import TOKEN_RE, Tokens

__all__ = ["SURROGATE_RE", "MaskText", "Surrogates", "own_surrogate_at", "surrogate"]

_Key = TypeVar("_Key", bound=bytes | tuple[object, ...])
_Value = TypeVar("_Value")

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
_CACHED_HEADER_BYTES: Final = 512

#: Seconds or milliseconds between 2001 and 2033: ten digits that begin with 1 are no phone number anywhere in North
#: America (area codes begin with 2), and thirteen no card's. Later times are not said.
_TIMES: Final = ((1_000_000_000, 2_000_000_000), (1_000_000_000_000, 2_000_000_000_000))
_HEADER_MARKS: Final = tuple((name, f"~{name}.".encode()) for name in ("alg", "typ", "cty", "enc", "kid"))
_JWT_MARKS: Final = frozenset({"alg", "typ", "enc"})

#: What differs between the surrogates of one issuer, letters of tokens and times, and what is looked at instead.
_TOKEN_LETTERS: Final = re.compile(
    rb"((?<![A-Za-z0-9_])tok_[a-z_]{2,16}_[a-z][a-z0-9]{0,7}_)[a-p]{20}(_[0-9]{4})?(?=[~-])"
)
_SAMPLE_LETTERS: Final = b"a" * 20
_SAMPLE_TIME: Final = b"1700000000"
#: A key's number as most issuers give it, and one that stands for all: there are as many as there are keys. Only behind
#: what nearly all headers say (RFC 7518, 3.1; RFC 9068, 2.1), for a word there may tell what a number is; by itself it was
#: looked at before.
_KEY_NUMBER: Final = re.compile(
    rb"(~alg\.[A-Z]{2}[0-9]{3}(?:~typ\.(?:JWT|at-jwt))?~kid\.)(?=[a-f-]*[0-9])[0-9a-f-]{8,40}\Z"
)
_SAMPLE_KEY: Final = b"0a1b2c3d"
#: A uuid, eight digits and no more, or six and no sign of an address: no detector finds a value in it by its form alone.
_FORMLESS: Final = re.compile(
    r"(?=.{1,40}\Z)(?:[A-Za-z _'|-]*+[0-9]){0,6}+[A-Za-z _'|-]*+|[0-9]{7,8}"
    r"|[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}"
)
#: Values whose own form says the kind that the claim's name says; no detector has to be asked.
_AS_NAMED: Final[dict[str, re.Pattern[str]]] = {
    "email": re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}@[A-Za-z0-9][A-Za-z0-9.-]{0,60}\.[A-Za-z]{2,24}"),
    "ip": re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"),
    "name": re.compile(r"[^\d@%&=:\\]{1,60}"),
    "phone": re.compile(r"\+[0-9][0-9 ().-]{6,20}"),
    "session": re.compile(r"[^@%&=\\]{1,120}"),
}
_BASE64_LETTERS: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/"
_MAX_PADDING: Final = 2
_BROKEN_HEADER: Final = re.compile(rb"\s*\{[^{}]{0,512}\"(?:alg|typ|enc)\"\s*:")
_NOT_WORD: Final = re.compile(r"[^A-Za-z0-9_]+")
_DIGITS: Final = re.compile(r"[0-9]+")
_UUID: Final = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![0-9A-Za-z])", re.IGNORECASE)
_TOKEN_TEXT: Final = re.compile(TOKEN_RE.pattern.decode())
_OWN_MARK: Final = "tok_"
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_REDACTED: Final = b"redacted"
_HEADER_REDACTED: Final[Field] = (b"~header.redacted", b"~header.redacted")
_PAYLOAD_REDACTED: Final[Field] = (b"~payload.redacted", b"~payload.redacted")
_FROM_URLSAFE: Final = bytes.maketrans(b"-_", b"+/")

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


def _parts(encrypted: bool) -> int:
    """How many parts a whole JWT has."""
    return 5 if encrypted else 3


def _fields(said: bytes, like: bytes) -> list[Field]:
    """What a header says by fields; a mark begins each, and no value holds one."""
    return [(b"~" + one, b"~" + other) for one, other in zip(_unmarked(said), _unmarked(like), strict=True)]


def _unmarked(said: bytes) -> list[bytes]:
    return said.split(b"~")[1:]


def _bytes_of(part: bytes) -> bytes | None:
    """What a part encodes, as far as it goes: a part that was cut off inside a group of four loses the rest."""
    bare = part.rstrip(b"=")
    if bare.translate(None, _BASE64_LETTERS) or len(part) - len(bare) > _MAX_PADDING:
        return None
    bare = bare[: len(bare) - (len(bare) % 4 == 1)].translate(_FROM_URLSAFE)
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


def _header_claims(part: bytes) -> dict[str, object] | None:
    """A JWT's header; empty where it is one in all but syntax (cut off, `NaN`); None where it is no header."""
    header = _decoded(part)
    if header is not None:
        return None if _JWT_MARKS.isdisjoint(header) else header
    return {} if _BROKEN_HEADER.match(_bytes_of(part) or b"") else None


class Surrogates:
    """Makes surrogates as `surrogate` does and remembers the last short JWTs, and what was said of headers and harmless
    values: keys, issuers and audiences are few.

    Threads may share it where `mask_text` may be shared; a lost race costs a computation.
    """

    __slots__ = ("_headers", "_made", "_reader", "_said", "_samples", "_seen_harmless", "known", "mask_text", "tokens")

    #: Makes the surrogate of a JWT of which enough is known, as `of` does; None where `of` has to be asked.
    known: Callable[[bytes], bytes | None]

    def __init__(self, tokens: Tokens, mask_text: MaskText, *, native: bool = True) -> None:
        """`native=False` reads all payloads in Python."""
        self.tokens = tokens
        self.mask_text = mask_text
        # Blank values have no hint: their tokens end with the letters.
        self._samples = {kind: tokens.token(kind, "")[: -len(_SAMPLE_LETTERS)] + _SAMPLE_LETTERS for kind in KINDS}
        self._reader = reader(tokens, self._samples) if native else None
        self._made: dict[bytes, bytes | None] = {}
        self._headers: dict[bytes, Header | None] = {}
        self._said: dict[tuple[bytes, tuple[str, ...]], Field] = {}
        self._seen_harmless: dict[bytes, bool] = {}
        whom = self._made, self._headers, self._seen_harmless, self._asked, self._asked_of_header, mask_text
        self.known = partial(self._reader.known, *whom) if self._reader else self.of

    def of(self, jwt: bytes) -> bytes | None:
        """The surrogate of a whole JWT, or None where the bytes are none."""
        known = self._made
        if jwt in known:
            return known[jwt]
        made = self._make(jwt)
        if len(jwt) <= _CACHED_BYTES:
            _add(known, jwt, made)
        return made

    def _make(self, jwt: bytes) -> bytes | None:
        part = jwt.partition(b".")[0]
        header = self._headers.get(part) or self._opened(part)
        if header is None:
            return None
        said, like, encrypted = header
        if self._reader is None or encrypted:
            return self._make_in_python(jwt, header)
        read = self._reader.of(jwt, said, like, self._asked, self.mask_text)
        if read is None:
            return self._make_in_python(jwt, header)
        said, like = read
        if self._seen_harmless.get(like) or self._harmless(like):
            return said
        return said.partition(b"~")[0] + _PAYLOAD_REDACTED[0] + b"~~"

    def _make_in_python(self, jwt: bytes, header: Header) -> bytes:
        parts = jwt.split(b".")
        said, like, encrypted = header
        fields, more = _fields(said, like), 0
        if encrypted:
            fields.append(_PAYLOAD_REDACTED)
        elif len(parts) > 1:
            more = self._payload(_decoded(parts[1]), fields)
        whole = self.tokens.of_jwt(jwt)
        said, like = _written(fields, more, _MAX_SURROGATE_BYTES - len(whole), cut=len(parts) < _parts(encrypted))
        return whole + (said if self._harmless(self._samples["jwt"] + like) else _PAYLOAD_REDACTED[0] + b"~~")

    def _harmless(self, like: bytes) -> bool:
        """Whether masking finds nothing more. Spelled values stand closer together than they did, so the whole is
        looked at; with the same letters, times and number of a key in all, so that one look is good for an issuer's and the
        answer does not depend on which came first.
        """
        found = self._seen_harmless.get(like)
        if found is None:
            found = self.mask_text(like) == like
            _add(self._seen_harmless, like, found)
        return found

    def _opened(self, part: bytes) -> Header | None:
        """What the first part says as a header, or None where it is none."""
        known = self._headers
        if part in known:
            return known[part]
        read = self._reader.header(part, self._asked_of_header, self.mask_text) if self._reader else None
        claims = _header_claims(part) if read is None else None
        opened = read if claims is None else self._header(claims)
        opened = opened and (opened[0], _sampled(opened[1]), opened[2])
        if len(part) <= _CACHED_HEADER_BYTES:
            _add(known, part, opened)
        return opened

    def _header(self, claims: dict[str, object]) -> Header:
        fields = [self._readable(mark, claims[name]) for name, mark in _HEADER_MARKS if name in claims]
        said = fields if claims else [_HEADER_REDACTED]
        return b"".join([one for one, _ in said]), b"".join([one for _, one in said]), "enc" in claims

    def _payload(self, claims: dict[str, object] | None, fields: list[Field]) -> int:
        """Adds what the claims say; gives back how many say nothing."""
        if claims is None:
            fields.append(_PAYLOAD_REDACTED)
            return 0
        more = max(0, len(claims) - _MAX_CLAIMS)
        for name, value in islice(claims.items(), _MAX_CLAIMS):
            claim = claim_of(name)
            if claim is None:
                more += 1
            else:
                fields.append(self._claim(claim, value))
        return more

    def _asked(self, name: bytes, value: bytes) -> Field:
        """What a known claim says whose value is JSON."""
        claim = claim_of(name.decode())
        if claim is None:
            raise ValueError("Only what is known of claims can be asked.")
        return self._claim(claim, orjson.loads(value))

    def _asked_of_header(self, name: bytes, value: bytes) -> Field:
        return self._readable(b"~%b." % name, orjson.loads(value))

    def _claim(self, claim: Claim, value: object) -> Field:
        if claim.is_time:
            return _time(claim.mark, value)
        if claim.kind is None:
            return self._readable(claim.mark, value)
        return self._personal(claim.mark, claim.kind, value)

    def _readable(self, mark: bytes, value: object) -> Field:
        """A harmless value in the surrogate's spelling, or `redacted`."""
        texts = _texts(value)
        known = self._said.get((mark, texts))
        if known is None:
            said = mark + self._spell(texts)
            known = said, _sample(said)
            if sum(map(len, texts)) <= _MAX_STRING_CHARS:
                _add(self._said, (mark, texts), known)
        return known

    def _spell(self, texts: tuple[str, ...]) -> bytes:
        """Harmless strings, which a space splits into items (`scope`), as one value."""
        if not texts or any(map(_CONTROL.search, texts)):
            return _REDACTED
        spelled = [_spelled(item) for text in texts for item in self._masked(text).split(" ")]
        said = "--".join(spelled)
        fits = all(spelled) and len(spelled) <= _MAX_ITEMS and len(said) <= _MAX_VALUE_CHARS
        return said.encode() if fits and not _too_many_digits(said) else _REDACTED

    def _masked(self, text: str) -> str:
        """A harmless string without what a detector finds in it; empty where it must not be said."""
        if text in WORDS:
            return text
        if not text.isascii() or len(text) > _MAX_STRING_CHARS:
            return ""
        masked = self.mask_text(text.encode()).decode("latin-1")
        return "" if "@" in masked or "*" in masked else masked

    def _personal(self, mark: bytes, kind: Kind, value: object) -> Field:
        """A person's value as its token, a list as its items' tokens, or `redacted`."""
        texts = _texts(value)
        if not texts or isinstance(value, bool):
            return _redacted(mark)
        token, like = self._token(kind, texts[0])
        for text in texts[1:]:
            item, item_like = self._token(kind, text)
            token, like = token + b"--" + item, like + b"--" + item_like
        return (mark + token, mark + like) if len(token) <= _MAX_VALUE_CHARS else _redacted(mark)

    def _token(self, kind: Kind, text: str) -> Field:
        """The token of a personal string: of the kind that its own form tells, so that it is found elsewhere too."""
        if not text.strip():
            return _REDACTED, _REDACTED
        named = _AS_NAMED.get(kind, _FORMLESS).fullmatch(text) or _FORMLESS.fullmatch(text)
        if not named and len(text) <= _MAX_STRING_CHARS and not _CONTROL.search(text):
            masked = self.mask_text(text.encode("utf-8", "surrogatepass"))
            if self.tokens.is_own(masked):
                return masked, _sample(masked)
        return self.tokens.token(kind, text), self._samples[kind]


def _sampled(header: bytes) -> bytes:
    """What a header says, with the number of a key that stands for all where there is nothing else to it."""
    plain = _KEY_NUMBER.match(header)
    return plain[1] + _SAMPLE_KEY if plain else header


def _add(cache: dict[_Key, _Value], key: _Key, value: _Value) -> None:
    """Adds an entry to a cache; one that is full is emptied before."""
    if len(cache) >= _CACHE_ENTRIES:
        cache.clear()
    cache[key] = value


def _spelled(masked: str) -> str:
    """A masked string without the characters that a surrogate has not; its tokens stay whole."""
    if _OWN_MARK not in masked:
        return _NOT_WORD.sub("-", masked).strip("-_")
    pieces, last = [], 0
    for match in _TOKEN_TEXT.finditer(masked):
        pieces += [_NOT_WORD.sub("-", masked[last : match.start()]).strip("-_"), match[0]]
        last = match.end()
    pieces.append(_NOT_WORD.sub("-", masked[last:]).strip("-_"))
    return "-".join(piece for piece in pieces if piece)


def _too_many_digits(said: str) -> bool:
    """Whether a readable string has more digits, outside its uuids and tokens, than it may."""
    if _OWN_MARK in said:
        said = _TOKEN_TEXT.sub("", said)
    digits = _DIGITS.findall(_UUID.sub("", said))
    return max(map(len, digits), default=0) > _MAX_DIGIT_RUN or sum(map(len, digits)) > _MAX_DIGITS


def _texts(value: object) -> tuple[str, ...]:
    """The strings that a claim's value is: one, or a list's; none where it is something else or too many."""
    if isinstance(value, str):
        return (value,)
    if isinstance(value, bool):
        return ("true",) if value else ("false",)
    if isinstance(value, (int, float)):
        return (str(value),)
    if isinstance(value, list) and len(value) <= _MAX_ITEMS and all(isinstance(item, str) for item in value):
        return tuple(value)
    return ()


def _redacted(mark: bytes) -> Field:
    return mark + _REDACTED, mark + _REDACTED


def _sample(said: bytes) -> bytes:
    """What is said with the letters of all samples in its tokens, and without hints."""
    return _TOKEN_LETTERS.sub(rb"\1" + _SAMPLE_LETTERS, said + b"~")[:-1] if b"tok_" in said else said


def _time(mark: bytes, value: object) -> Field:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return _redacted(mark)
    whole = int(value)
    for low, high in _TIMES:
        if low <= whole < high:
            return mark + b"%d" % whole, mark + _SAMPLE_TIME
    return _redacted(mark)


def _written(fields: Sequence[Field], more: int, room: int, *, cut: bool) -> Field:
    """The fields one after the other; those that do not fit are counted in `more` with the unsaid ones."""
    said = b"".join([said for said, _ in fields])
    if len(said) > room:
        fitting = _fitting(fields, room)
        return _written(fitting, more + len(fields) - len(fitting), room, cut=cut)
    tail = (b"~more.%d" % min(more, 999) if more else b"") + (b"~cut.true~~" if cut else b"~~")
    return said + tail, b"".join([like for _, like in fields]) + tail


def _fitting(fields: Sequence[Field], room: int) -> list[Field]:
    fitting = []
    for field in fields:
        if len(field[0]) <= room:
            fitting.append(field)
            room -= len(field[0])
    return fitting
