"""Seals bytes to a public key and opens them with the private one; it does not know what the bytes are.

X25519 with a key of our own for each process, HKDF-SHA256, AES-256-GCM. Who has the public key only, a masking worker,
cannot read back what it sealed once the process is gone; the process itself keeps the derived key in memory.
"""

import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from streams.errors import RunError

__all__ = ["SCHEME", "Sealed", "Sealer", "open_sealed"]

#: Stands in each envelope; another construction gets another name.
SCHEME: Final = "X25519-HKDF-SHA256-AES-256-GCM"

#: Far below what a 96-bit counter and AES-GCM's bound on blocks under one key (2**48 for a negligible advantage, NIST
#: SP 800-38D and RFC 9771) would allow.
_MESSAGES_PER_KEY: Final = 1 << 20
_BYTES_PER_KEY: Final = 1 << 36
_NONCE_BYTES: Final = 12


class Sealed(NamedTuple):
    """What opens with the private key: our public half (32 bytes), the nonce (12) and ciphertext with tag."""

    ephemeral: bytes
    nonce: bytes
    data: bytes


@dataclass(slots=True)
class _Key:
    """One derived key, the process that it belongs to, and how far it is used; `sealed_bytes` is approximate."""

    cipher: AESGCM
    ephemeral: bytes
    process: int
    numbers: Iterator[int]
    sealed_bytes: int = 0


class Sealer:
    """Seals to one public key. Threads may share it: numbers are taken atomically and no two keys are equal.

    A forked child makes a key of its own with its first message, so that no nonce is used twice under one key.
    """

    __slots__ = ("_key", "_limit", "_public")

    def __init__(self, public_key: X25519PublicKey, *, messages_per_key: int = _MESSAGES_PER_KEY) -> None:
        self._public = public_key
        self._limit = messages_per_key
        self._key = self._fresh()

    def seal(self, plain: bytes, associated: bytes) -> Sealed:
        """Seal bytes; `associated` is not kept and has to be given again to open them."""
        key = self._key
        number = next(key.numbers)
        while number >= self._limit or key.sealed_bytes > _BYTES_PER_KEY or key.process != os.getpid():
            key = self._key = self._fresh()
            number = next(key.numbers)
        key.sealed_bytes += len(plain)
        nonce = number.to_bytes(_NONCE_BYTES, "big")
        return Sealed(key.ephemeral, nonce, key.cipher.encrypt(nonce, plain, associated))

    def _fresh(self) -> _Key:
        own = X25519PrivateKey.generate()
        ephemeral = own.public_key().public_bytes_raw()
        cipher = _cipher(own.exchange(self._public), ephemeral, self._public.public_bytes_raw())
        return _Key(cipher, ephemeral, os.getpid(), itertools.count())


def open_sealed(private_key: X25519PrivateKey, sealed: Sealed, associated: bytes) -> bytes:
    """The bytes that were sealed; RunError where key, coordinates or bytes are not the ones they were sealed with."""
    public = private_key.public_key().public_bytes_raw()
    try:
        shared = private_key.exchange(X25519PublicKey.from_public_bytes(sealed.ephemeral))
        return _cipher(shared, sealed.ephemeral, public).decrypt(sealed.nonce, sealed.data, associated)
    except (InvalidTag, ValueError):
        raise RunError(
            "The payload does not open: it was sealed to another key, moved or changed; try the key of its time."
        ) from None


def _cipher(shared: bytes, ephemeral: bytes, public: bytes) -> AESGCM:
    # Both public halves go in, so that the key belongs to this pair of parties alone (RFC 9180 does the same).
    return AESGCM(HKDF(SHA256(), 32, ephemeral + public, b"maskstream/quarantine/1").derive(shared))
