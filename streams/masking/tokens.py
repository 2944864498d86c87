"""Values in, tokens out, and tokens recognised; it knows no record, no policy and no file.

`tok_<kind>_<key id>_<20 letters>[_<hint>]`: 80 bits of HMAC-SHA256 over the canonical value in UTF-8, under a key
derived for each kind. The bits are written in the letters a to p, because one in 124 hex tokens holds a run of 13
digits that every scanner behind us would take for a card (measured).
"""

import hashlib
import re
from binascii import hexlify
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Protocol

from streams.masking.canonical import CANONICAL_VERSION, UNFOLDED, canonical, folded_letters, form_of
from streams.masking.keyring import KEY_ID_RE, Keyring, derive
from streams.masking.kinds import KINDS
from streams.masking.numbering import first_digits, plan_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from hashlib import _Hash

__all__ = ["HINTED_KINDS", "TOKEN_RE", "Mint", "Tokens", "hint_of"]

#: Kinds that show their last four digits where no policy says otherwise.
HINTED_KINDS: Final = frozenset({"card", "phone"})

#: Digits of a number that a hint must leave hidden.
_HIDDEN_DIGITS: Final = 6
_HINT_DIGITS: Final = 4

#: Entries of one generation; two of them with strings of at most 128 characters are below 20 MB.
_CACHE_ENTRIES: Final = 16_384
_CACHED_CHARS: Final = 128

#: 80 bits: a million persons collide with a chance of one in a trillion.
_TOKEN_BYTES: Final = 10
_BLOCK_BYTES: Final = 64
_LETTERS: Final = bytes.maketrans(b"0123456789abcdef", b"abcdefghijklmnop")
_INNER_PAD: Final = bytes(byte ^ 0x36 for byte in range(256))
_OUTER_PAD: Final = bytes(byte ^ 0x5C for byte in range(256))

_HINT_RE: Final = re.compile(r"[A-Za-z0-9]{1,8}")
# Left of a token may stand the last letter of an escape that was not undone: `\n`, `\u0020`, `%3D`.
_LEFT: Final = rb"(?:(?<![A-Za-z0-9_])|(?<=\\[nrtbf])|(?<=%[0-9A-Fa-f]{2})|(?<=\\u[0-9A-Fa-f]{4}))"


def _grammar(kinds: str, kids: str) -> bytes:
    return rb"%btok_(?:%b)_(?:%b)_[a-p]{20}(?:_[A-Za-z0-9]{1,8})?(?![A-Za-z0-9_])" % (
        _LEFT,
        kinds.encode(),
        kids.encode(),
    )


#: The bytes of a token, and at least as many of them as any token has.
_WORD: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")
_LONGEST: Final = 64

_KINDS_PATTERN: Final = "|".join(sorted(KINDS))

#: Any complete token of a known kind, whoever's key made it; for finding tokens, never for exempting them.
TOKEN_RE: Final = re.compile(_grammar(_KINDS_PATTERN, KEY_ID_RE.pattern))


class _Digester(Protocol):
    def __call__(self, data: bytes, /) -> bytes: ...


#: The canonical forms that a mint knows, by kind; all kinds without a form are exact.
_MINTED: Final = {
    "account": "identifier",
    "address": "text",
    "card": "identifier",
    "device": "identifier",
    "email": "email",
    "iban": "identifier",
    "ip": "ipv4",
    "licence": "identifier",
    "location": "text",
    "name": "text",
    "national_id": "identifier",
    "passport": "identifier",
    "phone": "phone",
    "plate": "identifier",
    "username": "text",
}


#: What a mint takes and gives; one that was built from another source is not used.
_INTERFACE: Final = 7


class Mint(Protocol):
    """Makes the tokens of one kind in C (`_mint.c`)."""

    def __call__(self, value: bytes, /) -> bytes | None:
        """The token of a value as it is written in a text; None where that is left to Python."""

    def digest(self, data: bytes, /) -> bytes:
        """The letters of any bytes."""


class Tokens:
    """Makes and knows the tokens of one keyring.

    Threads may share it without a lock: keys and patterns never change, prepared hash states are only copied, and the
    cache holds what would be computed anyway, in dicts whose single operations are atomic; a lost race costs a
    computation. It survives a fork.
    """

    __slots__ = (
        "_active",
        "_digesters",
        "_forms",
        "_mints",
        "_old",
        "_own",
        "_prefixes",
        "_young",
        "keyring",
        "region",
    )

    def __init__(self, keyring: Keyring, region: str | None = None) -> None:
        """`region` is the policy's default region for phone numbers without a country code."""
        self.keyring = keyring
        self.region = region
        keys = {(kid, kind): self._key(kid, kind) for kid in keyring.keys for kind in KINDS}
        self._prefixes = {kind: f"tok_{kind}_{keyring.active}_".encode() for kind in KINDS}
        self._digesters = {row: _digester(key) for row, key in keys.items()}
        self._mints = {kind: _mint(kind, keys[keyring.active, kind], prefix) for kind, prefix in self._prefixes.items()}
        self._active: dict[str, _Digester] = {kind: self._digesters[keyring.active, kind] for kind in KINDS}
        self._forms = {kind: form_of(kind, region) for kind in KINDS}
        self._own = re.compile(_grammar(_KINDS_PATTERN, "|".join(sorted(keyring.keys))))
        self._young: dict[tuple[str, str, str | None], bytes] = {}
        self._old: dict[tuple[str, str, str | None], bytes] = {}

    def token(self, kind: str, value: str, hint: str | None = None) -> bytes:
        """The token of a value under the active key.

        `hint` None means the kind's own (`hint_of`), `""` none at all; anything but `[A-Za-z0-9]{1,8}` raises
        ValueError, an unknown kind KeyError (it holds the kind). Lone surrogates are taken as they are.
        """
        mint = self._mints[kind] if hint is None and value.isascii() else None
        # A mint makes a token in less time than it takes to remember one.
        if mint is not None and (minted := mint(value.encode())) is not None:
            return minted
        key = (kind, value, hint)
        found = self._young.get(key)
        if found is None:
            found = self._old.get(key) or self._make(kind, value, hint)
            if len(value) <= _CACHED_CHARS:
                self._remember(key, found)
        return found

    def mint(self, kind: str) -> Mint | None:
        """What makes the tokens of most values of a kind as they stand in texts; None where there is no such mint."""
        return self._mints[kind]

    def exact(self, kind: str) -> Mint | None:
        """What makes the tokens of bytes of a kind that are taken as they are, whatever form its values have; None without C."""
        key = self._key(self.keyring.active, kind)
        return _minted(key, self._prefixes[kind], "exact", hinted=False)

    def opaque(self, data: bytes) -> bytes:
        """The token of a whole key or header that is not text; over the bytes as they are."""
        return self._prefixes["opaque"] + self._active["opaque"](data)

    def of_jwt(self, jwt: bytes) -> bytes:
        """The token of a whole JWT, as `token` makes it of its text without the padding of each part."""
        if b"=" in jwt or not jwt.isascii():
            return self.token("jwt", ".".join(part.rstrip("=") for part in jwt.decode("latin-1").split(".")))
        return self._prefixes["jwt"] + self._active["jwt"](jwt)

    def lookup(self, kind: str, value: str) -> list[tuple[str, bytes]]:
        """Key id and token of the value under each live key, the active one first: what to search the logs for."""
        form = canonical(kind, value, self.region)
        data, tail = _utf8(form), _own_tail(kind, form)
        kids = sorted(self.keyring.keys, key=lambda kid: (kid != self.keyring.active, kid))
        return [(kid, f"tok_{kind}_{kid}_".encode() + self._digesters[kid, kind](data) + tail) for kid in kids]

    def is_own(self, text: bytes) -> bool:
        """Whether the text is one complete token of a known kind and a known key, and nothing else."""
        return self._own.fullmatch(text) is not None

    def own_token_at(self, data: bytes, pos: int, end: int) -> int:
        """Where the complete own token that starts at `pos` ends, or -1.

        `end` counts as a boundary. On the left and right no `[A-Za-z0-9_]` may touch it, so nothing can be glued to it.
        """
        match = self._own.match(data, pos, end)
        return match.end() if match else -1

    def without_own(self, text: bytes) -> bytes:
        """The text without the complete own tokens in it."""
        return self._own.sub(b"", text)

    def whole(self, text: bytes, start: int, end: int) -> tuple[int, int]:
        """The span with the whole of each complete own token that it reaches into."""
        first, last = self._around(text, start), self._around(text, end)
        return first.start() if first else start, last.end() if last else end

    def _around(self, text: bytes, at: int) -> re.Match[bytes] | None:
        """The complete own token that a position lies within."""
        if not 0 < at < len(text) or text[at] not in _WORD or text[at - 1] not in _WORD:
            return None
        near = self._own.finditer(text, max(0, at - _LONGEST), at + _LONGEST)
        return next((match for match in near if match.start() < at < match.end()), None)

    def _key(self, kid: str, kind: str) -> bytes:
        return derive(self.keyring.keys[kid], b"token/%d/%b" % (CANONICAL_VERSION, kind.encode()))

    def _make(self, kind: str, value: str, hint: str | None) -> bytes:
        digest, form = self._active[kind], self._forms[kind]
        text = value if form is None else form(value)
        return self._prefixes[kind] + digest(_utf8(text)) + (_own_tail(kind, text) if hint is None else _tail(hint))

    def _remember(self, key: tuple[str, str, str | None], token: bytes) -> None:
        if len(self._young) >= _CACHE_ENTRIES:
            self._old, self._young = self._young, {}
        self._young[key] = token

    def __repr__(self) -> str:
        return f"Tokens({self.keyring!r}, region={self.region!r})"


def hint_of(kind: str, value: str) -> str:
    """The last four digits of a phone number or card where at least six stay hidden, else nothing."""
    if kind not in HINTED_KINDS:
        return ""
    digits = value.removeprefix("+")
    if not (digits.isdecimal() and digits.isascii()):
        digits = "".join(char for char in value if char in "0123456789")
    return digits[-_HINT_DIGITS:] if len(digits) >= _HINT_DIGITS + _HIDDEN_DIGITS else ""


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _own_tail(kind: str, form: str) -> bytes:
    hint = hint_of(kind, form)
    return b"_" + hint.encode() if hint else b""


def _tail(hint: str) -> bytes:
    if not hint:
        return b""
    if not _HINT_RE.fullmatch(hint):
        raise ValueError("A token's hint is one to eight letters or digits.")
    return b"_" + hint.encode()


def _mint(kind: str, key: bytes, prefix: bytes) -> Mint | None:
    """The mint of a kind, or None where it has not been built or knows no form of the kind."""
    form = _MINTED.get(kind, "exact" if form_of(kind) is None else "none")
    return _minted(key, prefix, form, hinted=kind in HINTED_KINDS) if form != "none" else None


def _minted(key: bytes, prefix: bytes, form: str, *, hinted: bool) -> Mint | None:
    native = _native()
    if native is None:
        return None
    plan = (_dialled,) if form == "phone" else ()
    mint: Mint = native.Mint(key, prefix, native.FORMS.split().index(form), hinted, *plan)
    return mint


def _dialled(digits: bytes) -> tuple[int, int, int] | None:
    """How long the calling code is that digits begin with, and as sets of bits the lengths of numbers behind it and the digits
    that begin those before which something may be dialled at home; None where there is no such code.
    """
    plan = plan_of(digits.decode())
    if plan is None:
        return None
    begins = first_digits(plan.national_prefix.pattern) if plan.national_prefix else ""
    return len(plan.code), sum(1 << size for size in plan.main_lengths), sum(1 << int(digit) for digit in begins)


@lru_cache(maxsize=1)
def _native() -> Any:
    try:
        native = import_module("streams.masking._mint")
    except ImportError:
        return None
    if getattr(native, "INTERFACE", 0) != _INTERFACE:
        return None
    letters = folded_letters()
    native.letters(b"".join([letters.get(code, b"\0\0") for code in range(0x800)]), UNFOLDED)
    return native


def _digester(key: bytes) -> _Digester:
    """HMAC from two prepared SHA-256 states, the same bytes as `hmac` at a third of the time (measured); sooner in C."""
    native = _native()
    if native is None:
        return _digester_in_python(key)
    digest: _Digester = native.Mint(key, b"", 0, False).digest
    return digest


def _digester_in_python(key: bytes) -> _Digester:
    block = key.ljust(_BLOCK_BYTES, b"\0")
    inner: Callable[[], _Hash] = hashlib.sha256(block.translate(_INNER_PAD)).copy
    outer: Callable[[], _Hash] = hashlib.sha256(block.translate(_OUTER_PAD)).copy

    def digest(data: bytes, /) -> bytes:
        first = inner()
        first.update(data)
        last = outer()
        last.update(first.digest())
        return hexlify(last.digest()[:_TOKEN_BYTES]).translate(_LETTERS)

    return digest
