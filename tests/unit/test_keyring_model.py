"""The keyring as a value: its rules, and that it shows no secret."""

import pickle

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from streams.errors import KeyringError
from streams.masking.keyring import Keyring, derive

SECRET = b"correct horse battery staple, 32"


@pytest.mark.parametrize("kid", ["", "K1", "1k", "k_1", "abcdefghi", "k1\n", "é"])
def test_keyring_refuses_ids_that_tokens_cannot_hold(kid: str) -> None:
    """An id outside the token grammar is refused in one sentence without the secret."""
    with pytest.raises(KeyringError) as caught:
        Keyring(kid, {kid: SECRET})
    assert "horse" not in str(caught.value)


def test_keyring_refuses_short_secrets_and_a_missing_active_key() -> None:
    """What would make guessable tokens or none at all does not become a keyring."""
    with pytest.raises(KeyringError, match="shorter than 32 bytes"):
        Keyring("k1", {"k1": SECRET[:31]})
    with pytest.raises(KeyringError, match="active key"):
        Keyring("k2", {"k1": SECRET})


def test_keyring_shows_no_secret() -> None:
    """Neither repr nor version nor fingerprint hold the secret in any common spelling."""
    ring = Keyring("k1", {"k1": SECRET})
    shown = f"{ring!r} {ring} {ring.version} {ring.fingerprint('k1')}"
    assert "horse" not in shown
    assert SECRET.hex()[:12] not in shown


def test_keyring_version_tells_rings_apart() -> None:
    """Equal rings have equal versions; another secret, key or active key gives another one."""
    one = Keyring("k1", {"k1": SECRET})
    rings = [one, Keyring("k1", {"k1": SECRET[::-1]}), Keyring("k1", {"k1": SECRET, "k2": SECRET})]
    rings.append(Keyring("k2", rings[2].keys))
    assert len({ring.version for ring in rings}) == len(rings)
    assert Keyring("k1", {"k1": SECRET}).version == one.version


def test_keyring_is_not_changed_by_its_giver_and_travels_to_workers() -> None:
    """The ring keeps its own copy of the keys and survives pickling to another process."""
    keys = {"k1": SECRET}
    ring = Keyring("k1", keys)
    keys["k2"] = b"x"
    assert set(ring.keys) == {"k1"}
    assert pickle.loads(pickle.dumps(ring)) == ring


def test_keyring_derivation_is_hkdf() -> None:
    """The derivation is RFC 5869 as the cryptography package has it."""
    assert derive(SECRET, b"info") == HKDF(SHA256(), 32, b"maskstream", b"info").derive(SECRET)
