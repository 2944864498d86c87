"""The files that hold keys: keyring, review pair, secrets of the review service; nothing else reads them.

Secret files are created with mode 0600 and are refused where others than owner and group may read them or anybody but
the owner may write them; a mounted secret (a symlink to a file of mode 0440) is fine. What exists is never overwritten,
except a keyring by a keyring with one more key. No message holds anything but paths and key ids.
"""

import base64
import binascii
import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from streams.errors import KeyringError
from streams.masking.keyring import MIN_SECRET_BYTES, Keyring

__all__ = [
    "KeyEntry",
    "ephemeral_keyring",
    "load_keyring",
    "load_review_private",
    "load_review_public",
    "new_keyring",
    "new_review_pair",
    "new_secret",
    "read_keyring",
    "read_public_file",
    "read_secret_file",
    "review_key_id",
    "rotate_keyring",
]

#: Of the file's form, not of the keys.
_FORMAT_VERSION: Final = 1
#: A keyring of a thousand keys has 150 kB; what is larger is something else.
_MAX_FILE_BYTES: Final = 1 << 20
_SECRET_MODE: Final = 0o600
_PUBLIC_MODE: Final = 0o644
_OPEN_TO_OTHERS: Final = stat.S_IRWXO | stat.S_IWGRP
_WRITABLE_BY_OTHERS: Final = stat.S_IWOTH | stat.S_IWGRP


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """One key of the file without its secret; `created` is ISO 8601 in UTC."""

    id: str
    created: str
    state: Literal["active", "retired"]
    fingerprint: str


@dataclass(frozen=True, slots=True, repr=False)
class _Stored:
    """One key as it stands in the file."""

    id: str
    secret: str
    created: str
    state: str


def load_keyring(path: Path) -> Keyring:
    """The keyring in a file; `KeyringError` says what is wrong with it and what to do."""
    return _ring(path, _read_stored(path))


def read_keyring(path: Path) -> list[KeyEntry]:
    """What can be shown of a keyring file's keys, in the file's order."""
    stored = _read_stored(path)
    ring = _ring(path, stored)
    return [_entry(key, ring) for key in stored]


def new_keyring(path: Path) -> KeyEntry:
    """Create a keyring of one key; refuses where a file is already there."""
    stored = [_new_key("k1")]
    _create(path, _keyring_json(stored), _SECRET_MODE, "`maskstream keys rotate` adds a key to it")
    return _entry(stored[0], _ring(path, stored))


def rotate_keyring(path: Path) -> KeyEntry:
    """Add a key and make it the active one; the others stay for look-up and recognition.

    The file keeps its mode and group. A mounted secret is refused: it has to be changed where it is kept.
    """
    if path.is_symlink():
        raise KeyringError(f"The keyring {path} is a mounted secret: rotate the original that it is mounted from.")
    with _locked(path.parent):
        stored = _read_stored(path)
        _ring(path, stored)
        retired = [_Stored(key.id, key.secret, key.created, "retired") for key in stored]
        ring = [*retired, _new_key(_next_id(stored))]
        _replace(path, _keyring_json(ring))
    return _entry(ring[-1], _ring(path, ring))


def ephemeral_keyring() -> Keyring:
    """A keyring that lives as long as this process."""
    return Keyring.ephemeral(secrets.token_bytes(MIN_SECRET_BYTES))


def new_review_pair(public_path: Path, private_path: Path) -> str:
    """Create the pair that quarantine is sealed with; gives the public key's id; refuses where either file exists."""
    for path in (public_path, private_path):
        if os.access(path, os.F_OK) or path.is_symlink():
            raise KeyringError(_exists(path, "move it away first, or keep it: what was sealed to it needs it"))
    private = X25519PrivateKey.generate()
    pem = serialization.Encoding.PEM
    secret = private.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    public = private.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    _create(private_path, secret, _SECRET_MODE, "move it away first")
    _create(public_path, public, _PUBLIC_MODE, "move it away first")
    return review_key_id(private.public_key())


def load_review_public(path: Path) -> X25519PublicKey:
    """The key that quarantined payloads are sealed to."""
    pem = _read(path, _WRITABLE_BY_OTHERS, "public review key", "`maskstream keys review new` makes the pair")
    try:
        key = serialization.load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, X25519PublicKey):
        raise KeyringError(f"{path} is no X25519 public key in PEM form: `maskstream keys review new` makes a pair.")
    return key


def load_review_private(path: Path) -> X25519PrivateKey:
    """The key that opens quarantined payloads; masking workers never have it."""
    pem = _read(path, _OPEN_TO_OTHERS, "private review key", "quarantined payloads can be opened only where it is")
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, X25519PrivateKey):
        raise KeyringError(f"{path} is no X25519 private key in PEM form without password: use the pair's other half.")
    return key


def review_key_id(key: X25519PublicKey) -> str:
    """Twelve hex digits that name a public key in envelopes and lists."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:12]


def new_secret(path: Path) -> None:
    """Create a file with 48 random bytes as one line of text; refuses where a file is already there."""
    _create(path, f"{secrets.token_urlsafe(48)}\n".encode(), _SECRET_MODE, "move it away first, or keep it")


def read_secret_file(path: Path, what: str, remedy: str) -> bytes:
    """The bytes of a file that others must not read; `what` and `remedy` make the sentence of a KeyringError."""
    return _read(path, _OPEN_TO_OTHERS, what, remedy)


def read_public_file(path: Path, what: str, remedy: str) -> bytes:
    """The bytes of a file that others may read and must not write."""
    return _read(path, _WRITABLE_BY_OTHERS, what, remedy)


def _entry(key: _Stored, ring: Keyring) -> KeyEntry:
    return KeyEntry(key.id, key.created, "active" if key.id == ring.active else "retired", ring.fingerprint(key.id))


def _new_key(kid: str) -> _Stored:
    secret = base64.b64encode(secrets.token_bytes(MIN_SECRET_BYTES)).decode()
    return _Stored(kid, secret, datetime.now(UTC).isoformat(timespec="seconds"), "active")


def _next_id(stored: Sequence[_Stored]) -> str:
    numbers = [int(key.id[1:]) for key in stored if key.id[0] == "k" and key.id[1:].isdecimal()]
    return f"k{max(numbers, default=0) + 1}"


def _keyring_json(stored: Sequence[_Stored]) -> bytes:
    return (json.dumps({"version": _FORMAT_VERSION, "keys": [asdict(key) for key in stored]}, indent=2) + "\n").encode()


def _ring(path: Path, stored: Sequence[_Stored]) -> Keyring:
    active = [key.id for key in stored if key.state == "active"]
    if len(active) != 1 or len({key.id for key in stored}) != len(stored):
        raise KeyringError(f"The keyring {path} should have keys of different ids, exactly one of them active.")
    return Keyring(active[0], {key.id: _secret(path, key) for key in stored})


def _secret(path: Path, key: _Stored) -> bytes:
    try:
        return base64.b64decode(key.secret, validate=True)
    except (binascii.Error, ValueError):
        raise KeyringError(f"The keyring {path} holds a secret that is not base64: restore it from a backup.") from None


def _read_stored(path: Path) -> list[_Stored]:
    raw = _read(path, _OPEN_TO_OTHERS, "keyring", "make one with `maskstream keys new`")
    try:
        document = json.loads(raw)
        if document["version"] != _FORMAT_VERSION:
            raise KeyringError(f"The keyring {path} has a version that this maskstream does not know: upgrade it.")
        stored = [_Stored(**key) for key in document["keys"]]
        well_formed = all(isinstance(text, str) for key in stored for text in asdict(key).values())
    except (ValueError, TypeError, KeyError, RecursionError):
        well_formed = False
    if not well_formed or any(key.state not in {"active", "retired"} for key in stored):
        raise KeyringError(f"The keyring {path} is not in the form that `maskstream keys new` writes: restore it.")
    return stored


def _read(path: Path, refused: int, what: str, remedy: str) -> bytes:
    """The bytes of a key file, after a look at the rights of that very file, not of whatever the name means later."""
    try:
        # Without O_NONBLOCK a pipe in the place of the file would wait for a writer for ever.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:  # noqa: PTH123 - a descriptor
            status = os.fstat(file.fileno())
            _check_rights(path, status, refused, what)
            return file.read(_MAX_FILE_BYTES)
    except FileNotFoundError:
        raise KeyringError(f"There is no {what} at {path}: {remedy}.") from None
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else "an error of the system"
        raise KeyringError(f"The {what} {path} cannot be read ({reason}): check its path and rights.") from None


def _check_rights(path: Path, status: os.stat_result, refused: int, what: str) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise KeyringError(f"The {what} {path} is not a file: check the setting that names it.")
    if status.st_size >= _MAX_FILE_BYTES:
        raise KeyringError(f"The {what} {path} is far too large to be one: check the setting that names it.")
    if stat.S_IMODE(status.st_mode) & refused:
        mode, wanted = stat.S_IMODE(status.st_mode), "0600 or 0440" if refused & stat.S_IROTH else "0644 or stricter"
        raise KeyringError(f"The {what} {path} has mode {mode:04o}, open to others: give it {wanted}.")


def _exists(path: Path, remedy: str) -> str:
    return f"There is already a file at {path} and it stays as it is: {remedy}."


def _create(path: Path, data: bytes, mode: int, remedy: str) -> None:
    """Write a whole file that was not there before: a link, other than a rename, fails where the name is taken."""
    with _temporary(path, data, mode) as temporary:
        try:
            os.link(temporary, path)
        except FileExistsError:
            raise KeyringError(_exists(path, remedy)) from None


def _replace(path: Path, data: bytes) -> None:
    status = path.stat()
    with _temporary(path, data, stat.S_IMODE(status.st_mode), status.st_gid) as temporary:
        temporary.replace(path)


@contextlib.contextmanager
def _temporary(path: Path, data: bytes, mode: int, group: int | None = None) -> Iterator[Path]:
    """A complete file on the disk beside `path`; gone afterwards, and the folder's entry is on the disk too."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(temporary, data, mode, group)
        yield temporary
        with _folder(path.parent) as folder:
            os.fsync(folder)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else "an error of the system"
        raise KeyringError(f"{path} cannot be written ({reason}): check its folder and rights.") from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _write(path: Path, data: bytes, mode: int, group: int | None) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _SECRET_MODE), "wb") as file:  # noqa: PTH123 - a descriptor
        file.write(data)
        file.flush()
        if group is not None:
            with contextlib.suppress(PermissionError):
                os.fchown(file.fileno(), -1, group)
        os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())


@contextlib.contextmanager
def _folder(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One rotation at a time: a key lost between two of them would make tokens that nobody can look up."""
    try:
        with _folder(path) as folder:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
    except FileNotFoundError:
        raise KeyringError(f"There is no folder {path}: make a keyring with `maskstream keys new`.") from None
