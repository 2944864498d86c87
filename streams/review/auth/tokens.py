"""A JWT taken apart and its signature verified, strictly: what two readers could read differently is refused.

Before any key is touched: size, three segments of base64url, a header of known parameters, each name once. A header
chooses a key by its `kid` among those that we hold, and nothing else: an address, key or certificate in it (`jku`,
`jwk`, `x5u`, `x5c`) and what it calls critical (`crit`) makes the token refused.
"""

import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any, Final, NoReturn

import jwt

from streams.review.auth.problems import RefusedError
from streams.review.auth.verifykeys import VerifyKey

__all__ = ["TOKEN_BYTES_MAX", "Parsed", "check_signature", "parse_token", "strict_json"]

#: Providers with a person's hundred groups in it make 4 kB; servers refuse headers of more than 8 to 16.
TOKEN_BYTES_MAX: Final = 8192
#: A key's id is looked up in a dictionary; longer ones nobody gives.
_KID_CHARS_MAX: Final = 256

_COMPACT: Final = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)", re.ASCII)
_REFUSED_HEADERS: Final = frozenset({"jku", "jwk", "x5u", "x5c", "crit", "b64", "zip", "enc"})
#: RFC 7519 and RFC 9068; other types (logout tokens, DPoP proofs, events) are signed by the same keys for other ends.
_TYPES: Final = frozenset({"jwt", "at+jwt", "application/at+jwt"})

_jws: Final = jwt.PyJWS()


@dataclass(frozen=True, slots=True, repr=False)
class Parsed:
    """A token whose signature nobody has verified yet."""

    text: str
    kid: str | None
    algorithm: str
    claims: dict[str, Any]
    #: Of what is signed, so that no other spelling of the signature makes another one.
    digest: str


def parse_token(text: str) -> Parsed:
    """The parts of a token; RefusedError where it is none that could be right."""
    if len(text) > TOKEN_BYTES_MAX:
        raise RefusedError("too_large")
    parts = _COMPACT.fullmatch(text)
    if parts is None:
        raise RefusedError("malformed")
    header, claims = (strict_json(_decoded(parts[number])) for number in (1, 2))
    kid = _checked_header(header)
    digest = hashlib.sha256(text.rpartition(".")[0].encode()).hexdigest()[:32]
    return Parsed(text, kid, header["alg"], claims, digest)


def check_signature(parsed: Parsed, key: VerifyKey) -> None:
    """RefusedError unless this key signed the token with one of the key's own algorithms."""
    if parsed.algorithm not in key.algorithms:
        raise RefusedError("algorithm")
    try:
        _jws.decode_complete(parsed.text, key.key, algorithms=list(key.algorithms))
    except jwt.InvalidTokenError:
        raise RefusedError("signature") from None


def strict_json(data: bytes) -> dict[str, Any]:
    """A JSON object in UTF-8, each name once, numbers finite; RefusedError otherwise."""
    try:
        found = json.loads(data.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise RefusedError("malformed") from None
    if not isinstance(found, dict):
        raise RefusedError("malformed")
    return found


def _decoded(segment: str) -> bytes:
    try:
        data = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except (binascii.Error, ValueError):
        raise RefusedError("malformed") from None
    # Bits behind the last byte would make two texts of one token.
    if base64.urlsafe_b64encode(data).rstrip(b"=") != segment.encode():
        raise RefusedError("malformed")
    return data


def _checked_header(header: dict[str, Any]) -> str | None:
    if not _REFUSED_HEADERS.isdisjoint(header):
        raise RefusedError("header")
    kid, algorithm, kind = header.get("kid"), header.get("alg"), header.get("typ", "JWT")
    if not isinstance(algorithm, str):
        raise RefusedError("algorithm")
    if not isinstance(kind, str) or kind.lower() not in _TYPES:
        raise RefusedError("type")
    if "kid" in header and (not isinstance(kid, str) or len(kid) > _KID_CHARS_MAX):
        raise RefusedError("key_unknown")
    return kid


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise RefusedError("duplicate")
    return found


def _no_constant(_: str) -> NoReturn:
    raise RefusedError("malformed")
