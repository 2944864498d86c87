"""Key files: who may read them, that none is overwritten or half written, and that no message shows a secret."""

import base64
import json
import os
import stat
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from streams import keystore
from streams.errors import KeyringError


@pytest.fixture
def ring(tmp_path: Path) -> Path:
    path = tmp_path / "deep" / "keyring.json"
    keystore.new_keyring(path)
    return path


def secrets_of(path: Path) -> list[str]:
    return [key["secret"] for key in json.loads(path.read_text())["keys"]]


def test_keys_new_ring_is_private_and_loads(ring: Path) -> None:
    """A new keyring has mode 0600 whatever the umask, holds one active key, and leaves no temporary file."""
    assert stat.S_IMODE(ring.stat().st_mode) == 0o600
    assert keystore.load_keyring(ring).active == "k1"
    assert [entry.state for entry in keystore.read_keyring(ring)] == ["active"]
    assert list(ring.parent.iterdir()) == [ring]


def test_keys_new_ring_never_overwrites(ring: Path) -> None:
    """A second `new` fails and leaves the first ring's bytes."""
    before = ring.read_bytes()
    with pytest.raises(KeyringError, match="keys rotate"):
        keystore.new_keyring(ring)
    assert ring.read_bytes() == before
    assert list(ring.parent.iterdir()) == [ring]


def test_keys_rotation_keeps_old_keys_and_rights(ring: Path) -> None:
    """Rotation adds an active key, keeps the old secrets for look-up, and the file's mode."""
    ring.chmod(0o640)
    old = secrets_of(ring)
    assert keystore.rotate_keyring(ring).id == "k2"
    assert keystore.rotate_keyring(ring).id == "k3"
    assert secrets_of(ring)[:1] == old
    assert [entry.state for entry in keystore.read_keyring(ring)] == ["retired", "retired", "active"]
    assert stat.S_IMODE(ring.stat().st_mode) == 0o640


def test_keys_concurrent_rotations_lose_no_key(ring: Path) -> None:
    """Eight rotations at once leave nine keys."""
    threads = [threading.Thread(target=keystore.rotate_keyring, args=(ring,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keystore.load_keyring(ring).keys) == 9


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o620, 0o602, 0o666, 0o601])
def test_keys_open_to_others_are_refused(ring: Path, mode: int) -> None:
    """A keyring that others may read, or anyone but the owner write, is not used."""
    ring.chmod(mode)
    with pytest.raises(KeyringError, match="open to others"):
        keystore.load_keyring(ring)


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o440, 0o640])
def test_keys_mounted_secret_is_fine_but_not_rotated(ring: Path, mode: int) -> None:
    """A symlink to a file for owner and group is a keyring; rotation has to happen where it is kept."""
    ring.chmod(mode)
    link = ring.with_name("mounted.json")
    link.symlink_to(ring)
    assert keystore.load_keyring(link).active == "k1"
    with pytest.raises(KeyringError, match="mounted secret"):
        keystore.rotate_keyring(link)


CANARY = base64.b64encode(b"canary secret of thirty-two bytes").decode()


@pytest.mark.parametrize(
    "document",
    [
        b"", b"[]", b"{}", b"canary", b"\xff", b"[" * 100_000, {"version": 2, "keys": []}, {"version": 1, "keys": {}},
        {"version": 1, "keys": []},
        {"version": 1, "keys": [{"id": "k1", "secret": CANARY}]},
        {"version": 1, "keys": [{"id": "k1", "secret": CANARY, "created": "", "state": "canary"}]},
        {"version": 1, "keys": [{"id": "k1", "secret": 5, "created": "", "state": "active"}]},
        {"version": 1, "keys": [{"id": "k1", "secret": "canary!", "created": "", "state": "active"}]},
        {"version": 1, "keys": [{"id": "k1", "secret": CANARY[:8], "created": "", "state": "active"}]},
        {"version": 1, "keys": [{"id": "K-1", "secret": CANARY, "created": "", "state": "active"}]},
        {"version": 1, "keys": [{"id": "k1", "secret": CANARY, "created": "", "state": "active"}] * 2},
        {"version": 1, "keys": [{"id": "k1", "secret": CANARY, "created": "", "state": "retired"}]},
    ],
)  # fmt: skip
def test_keys_broken_ring_is_one_sentence_without_content(tmp_path: Path, document: object) -> None:
    """Whatever is wrong with the file, the error is a sentence that repeats nothing of it."""
    path = tmp_path / "ring.json"
    path.write_bytes(document if isinstance(document, bytes) else json.dumps(document).encode())
    path.chmod(0o600)
    with pytest.raises(KeyringError) as caught:
        keystore.load_keyring(path)
    assert "canary" not in str(caught.value)
    assert CANARY[:8] not in str(caught.value)
    assert caught.value.__cause__ is None


def test_keys_missing_folder_or_odd_file_is_a_sentence(tmp_path: Path) -> None:
    """A missing file, a folder, a device and a folder in the way each give a sentence, not a traceback."""
    with pytest.raises(KeyringError, match="keys new"):
        keystore.load_keyring(tmp_path / "none")
    with pytest.raises(KeyringError, match="no folder"):
        keystore.rotate_keyring(tmp_path / "none" / "ring")
    with pytest.raises(KeyringError):
        keystore.load_keyring(tmp_path)
    with pytest.raises(KeyringError, match="not a file"):
        keystore.load_keyring(Path("/dev/null"))
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(KeyringError, match="not a file"):
        keystore.load_keyring(tmp_path / "pipe")
    (tmp_path / "file").write_text("x")
    with pytest.raises(KeyringError, match="cannot be written"):
        keystore.new_keyring(tmp_path / "file" / "ring")


def test_keys_review_pair_belongs_together(tmp_path: Path) -> None:
    """The made pair loads, is one pair, and only its public half may be read by others."""
    public, private = tmp_path / "pub.pem", tmp_path / "priv.pem"
    key = keystore.new_review_pair(public, private)
    assert keystore.review_key_id(keystore.load_review_public(public)) == key
    assert keystore.review_key_id(keystore.load_review_private(private).public_key()) == key
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    private.chmod(0o644)
    with pytest.raises(KeyringError, match="open to others"):
        keystore.load_review_private(private)
    with pytest.raises(KeyringError, match="already a file"):
        keystore.new_review_pair(public, tmp_path / "other.pem")
    assert not (tmp_path / "other.pem").exists()


def test_keys_of_another_kind_are_refused(tmp_path: Path) -> None:
    """Halves mixed up, keys of other algorithms and rubbish are refused in a sentence."""
    public, private = tmp_path / "pub.pem", tmp_path / "priv.pem"
    keystore.new_review_pair(public, private)
    other = Ed25519PrivateKey.generate()
    spki = other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "ed").write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (tmp_path / "ed").chmod(0o600)
    (tmp_path / "edpub").write_bytes(spki)
    (tmp_path / "edpub").chmod(0o600)
    for path in (private, tmp_path / "edpub"):
        with pytest.raises(KeyringError, match="no X25519 public key"):
            keystore.load_review_public(path)
    for path in (tmp_path / "ed", tmp_path / "edpub"):
        with pytest.raises(KeyringError, match="no X25519 private key"):
            keystore.load_review_private(path)
    public.chmod(0o666)
    with pytest.raises(KeyringError, match="open to others"):
        keystore.load_review_public(public)


def test_keys_ephemeral_rings_differ() -> None:
    """Each process without a keyring has tokens of its own."""
    assert keystore.ephemeral_keyring() != keystore.ephemeral_keyring()
