"""Keys that verify tokens, each with the algorithms that its type allows and no others; nothing is fetched here.

An algorithm is never chosen by a token: an RSA key verifies RS* and PS*, a key of a curve its one ES*, Ed25519 and
Ed448 EdDSA. A shared secret verifies HS256, is for development, and never stands beside a public key.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import InvalidKeyError
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from streams.errors import KeyringError
from streams.keystore import read_public_file, read_secret_file

__all__ = ["SECRET_BYTES_MIN", "VerifyKey", "development_key", "key_of_file", "keys_of_set", "secret_of"]

#: As long as the digest of HS256 (RFC 7518, section 3.2).
SECRET_BYTES_MIN: Final = 32
_RSA_BITS_MIN: Final = 2048
#: Verifying takes time with the square of the length, and the set is not ours.
_RSA_BITS_MAX: Final = 8192
_KEYS_MAX: Final = 100

_RSA: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
_CURVES: Final = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}

_READERS: Final[dict[str, Callable[[Any], object]]] = {
    "RSA": RSAAlgorithm.from_jwk, "EC": ECAlgorithm.from_jwk, "OKP": OKPAlgorithm.from_jwk,
}  # fmt: skip

PublicKey = RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey | Ed448PublicKey


@dataclass(frozen=True, slots=True, repr=False)
class VerifyKey:
    """A key and what it may verify; `kid` None fits every token."""

    kid: str | None
    key: PublicKey | bytes
    algorithms: tuple[str, ...]


def key_of_file(path: Path) -> VerifyKey:
    """The issuer's public key in PEM form; KeyringError otherwise."""
    pem = read_public_file(path, "public key of the issuer", "correct REVIEW_JWT_KEY")
    try:
        key = serialization.load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    algorithms = _algorithms_of(key)
    if not algorithms or not isinstance(key, PublicKey):
        raise KeyringError(
            f"{path} is no public key in PEM form for JWTs: give an RSA key of 2048 bits or more, or one of P-256, "
            "P-384, P-521, Ed25519 or Ed448."
        )
    return VerifyKey(None, key, algorithms)


def development_key(path: Path) -> VerifyKey:
    """The secret of development; KeyringError where it is too short."""
    return VerifyKey(None, secret_of(path, "development secret", "`maskstream dev-token` makes one"), ("HS256",))


def secret_of(path: Path, what: str, remedy: str) -> bytes:
    """A secret in a file, without the white space around it; KeyringError where it has less than 32 bytes."""
    secret = read_secret_file(path, what, remedy).strip()
    if len(secret) < SECRET_BYTES_MIN:
        raise KeyringError(f"The {what} {path} is shorter than {SECRET_BYTES_MIN} bytes: make a random one.")
    return secret


def keys_of_set(document: Mapping[str, Any]) -> dict[str | None, VerifyKey]:
    """Usable signature keys of a JWKS by id; others (encryption, shared secrets, unknown curves) are passed over, and
    of two with one id neither is used.
    """
    listed = document.get("keys")
    found = [key for key in map(_key_of, listed[:_KEYS_MAX]) if key] if isinstance(listed, list) else []
    names = [key.kid for key in found]
    return {key.kid: key for key in found if names.count(key.kid) == 1}


def _key_of(member: object) -> VerifyKey | None:
    # A set that publishes a private half is broken, and whoever read it can sign.
    if not isinstance(member, dict) or "d" in member or not _is_for_signatures(member):
        return None
    key = _public_key(member)
    wanted, kid = member.get("alg"), member.get("kid")
    algorithms = tuple(name for name in _algorithms_of(key) if wanted in {None, name})
    if not algorithms or not isinstance(key, PublicKey) or not (kid is None or isinstance(kid, str)):
        return None
    return VerifyKey(kid, key, algorithms)


def _is_for_signatures(member: dict[Any, Any]) -> bool:
    operations = member.get("key_ops", ["verify"])
    return member.get("use", "sig") == "sig" and isinstance(operations, Iterable) and "verify" in operations


def _public_key(member: dict[Any, Any]) -> object:
    reader = _READERS.get(str(member.get("kty")))
    try:
        return reader(member) if reader else None
    except (InvalidKeyError, ValueError, TypeError, KeyError, AttributeError, UnsupportedAlgorithm):
        return None


def _algorithms_of(key: object) -> tuple[str, ...]:
    if isinstance(key, RSAPublicKey):
        return _RSA if _RSA_BITS_MIN <= key.key_size <= _RSA_BITS_MAX else ()
    if isinstance(key, EllipticCurvePublicKey):
        return (_CURVES[key.curve.name],) if key.curve.name in _CURVES else ()
    return ("EdDSA",) if isinstance(key, Ed25519PublicKey | Ed448PublicKey) else ()
