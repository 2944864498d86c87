"""Compiled anchors in a folder of the user, so that only the first process of a version and a policy compiles them.

The files hold expressions of detectors, and nothing of any log. What is loaded from them runs: hyperscan checks a
database for damage, not for malice. So a file counts only where nobody but this user and root can have written it.
"""

import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["KEPT_FILES", "FolderStore", "user_store"]

#: Databases are megabytes, and those of old versions and policies are of no use: so many of the last used are kept.
KEPT_FILES: Final = 8

_FOLDER_MODE: Final = 0o700
_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH
#: A pipe in the place of a file must not hang, nor a link lead elsewhere.
_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def user_store() -> "FolderStore | None":
    """The store in `$XDG_CACHE_HOME/maskstream`, else `~/.cache/maskstream` (XDG Base Directory Specification 0.8).

    None where neither is an absolute path: a service account without a home compiles each time.
    """
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not Path(base).is_absolute():
        base = str(Path(os.environ.get("HOME", "")) / ".cache")
    return FolderStore(Path(base) / "maskstream") if Path(base).is_absolute() else None


@dataclass(frozen=True, slots=True)
class FolderStore:
    """A `streams.masking.databases.Store` in a folder, which is made when something is saved.

    It never raises for what the disk, the folder or the files are like; then it holds nothing. Any number of threads
    and processes may share the folder: a file appears whole, or not at all. Machines of different kinds that share a
    home keep files of their own.
    """

    folder: Path

    def load(self, name: str) -> bytes | None:
        """What was saved under a name, if folder and file are this user's alone and the file is whole."""
        file = _file(name)
        with suppress(OSError), _opened(self.folder) as folder:
            head, _, data = _read(folder, file).partition(b"\n")
            if head == _head(name, data):
                _touch(folder, file)
                return data
        return None

    def save(self, name: str, data: bytes) -> None:
        """Keeps some bytes under a name (letters and digits), in the place of what was there."""
        with suppress(OSError):
            _make(self.folder)
            with _opened(self.folder) as folder:
                _write(self.folder / _file(name), _head(name, data) + b"\n" + data)
                _tidy(folder)


def _file(name: str) -> str:
    return f"{name}.{os.uname().machine}"


def _head(name: str, data: bytes) -> bytes:
    """The first line of a file: a renamed or damaged one is none."""
    return f"maskstream {name} {hashlib.sha256(data).hexdigest()}".encode()


def _make(folder: Path) -> None:
    """Makes the folder, below one of our own only: whoever runs as root with another's HOME leaves nothing there."""
    if folder.exists():
        return
    base = folder.parent
    if not base.exists():
        _check_owner(base.parent.stat())
        base.mkdir(mode=_FOLDER_MODE)
    _check_owner(base.stat())
    folder.mkdir(mode=_FOLDER_MODE, exist_ok=True)


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    """A descriptor of the folder, PermissionError where it is not this user's alone."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _check_alone(os.fstat(descriptor))
        yield descriptor
    finally:
        os.close(descriptor)


def _check_owner(status: os.stat_result) -> None:
    if status.st_uid != os.geteuid():
        raise PermissionError


def _check_alone(status: os.stat_result) -> None:
    _check_owner(status)
    if status.st_mode & _OTHERS_WRITE:
        raise PermissionError


def _read(folder: int, name: str) -> bytes:
    with open(os.open(name, _READ, dir_fd=folder), "rb") as file:  # noqa: PTH123 - a descriptor
        status = os.fstat(file.fileno())
        _check_alone(status)
        return file.read() if stat.S_ISREG(status.st_mode) else b""


def _touch(folder: int, name: str) -> None:
    """Marks a file as used just now; one that cannot be marked is still good."""
    with suppress(OSError):
        os.utime(name, dir_fd=folder, follow_symlinks=False)


def _write(path: Path, held: bytes) -> None:
    """Writes beside and renames: others see the old file or the new one."""
    descriptor, fresh = tempfile.mkstemp(prefix="new-", dir=path.parent)  # of mode 0600
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor
            file.write(held)
        Path(fresh).replace(path)
    except OSError:
        Path(fresh).unlink(missing_ok=True)
        raise


def _tidy(folder: int) -> None:
    """Removes all but the last used files, and what a killed process left half-written."""
    files = ((os.stat(name, dir_fd=folder, follow_symlinks=False).st_mtime_ns, name) for name in os.listdir(folder))
    for _, name in sorted(files, reverse=True)[KEPT_FILES:]:
        os.unlink(name, dir_fd=folder)
