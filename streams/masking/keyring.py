"""The secrets behind the tokens, as plain values; it knows no file (`streams.keystore` does) and shows no secret."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from streams.errors import KeyringError

__all__ = ["EPHEMERAL_ID", "KEY_ID_RE", "MIN_SECRET_BYTES", "Keyring", "derive"]

#: A key id stands in every token, so it is short and of token letters.
KEY_ID_RE: Final = re.compile(r"[a-z][a-z0-9]{0,7}")

#: As long as the hash: HKDF gains nothing from more and a guesser much from less (RFC 5869, 3.4).
MIN_SECRET_BYTES: Final = 32

#: The id of a key that lives as long as its process.
EPHEMERAL_ID: Final = "tmp"

_SALT: Final = b"maskstream"


def derive(secret: bytes, info: bytes) -> bytes:
    """HKDF-SHA256 (RFC 5869) of 32 bytes: one key for each purpose, none of which tells another or the secret."""
    extracted = hmac.digest(_SALT, secret, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")


@dataclass(frozen=True, slots=True, repr=False)
class Keyring:
    """The live keys by id; new tokens are made with the active one, all of them are known and can be looked up.

    Immutable, so threads may share it. Wrong ids and short secrets raise `KeyringError`, which names the id only.
    """

    active: str
    keys: Mapping[str, bytes]

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", dict(self.keys))
        for kid, secret in self.keys.items():
            _check(kid, secret)
        if self.active not in self.keys:
            raise KeyringError("The keyring's active key is not among its keys: make one with `maskstream keys new`.")

    @classmethod
    def ephemeral(cls, secret: bytes) -> Self:
        """A ring of one key that is kept nowhere; the caller brings the randomness, for this room has none."""
        return cls(EPHEMERAL_ID, {EPHEMERAL_ID: secret})

    @property
    def version(self) -> str:
        """`<active id>-<12 hex digits>`: equal for equal rings, safe to log and to compare between workers."""
        ring = hashlib.sha256()
        for kid in sorted(self.keys):
            ring.update(kid.encode() + b"=" + derive(self.keys[kid], b"fingerprint"))
        return f"{self.active}-{ring.hexdigest()[:12]}"

    def fingerprint(self, kid: str) -> str:
        """Twelve hex digits that tell two secrets of the same id apart and say nothing about either."""
        return derive(self.keys[kid], b"fingerprint").hex()[:12]

    def __repr__(self) -> str:
        return f"Keyring(active={self.active!r}, ids={sorted(self.keys)!r})"


def _check(kid: str, secret: bytes) -> None:
    if not KEY_ID_RE.fullmatch(kid):
        raise KeyringError("A key id of the keyring is not a letter followed by at most seven letters or digits.")
    if len(secret) < MIN_SECRET_BYTES:
        raise KeyringError(f"The secret of key {kid} is shorter than {MIN_SECRET_BYTES} bytes: make a new key.")
