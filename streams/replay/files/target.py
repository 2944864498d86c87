"""The folder that masked files are written to: each under a name of its own until it is whole, then renamed.

Every step of a path is opened without following links, so that nothing that stands in the folder leads out of it.
"""

import contextlib
import errno
import os
import secrets
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Final, Protocol

from streams.errors import GuardError
from streams.replay.files.feed import CHUNK_BYTES
from streams.replay.files.listing import TEMPORARY_PREFIX, Entry, is_address
from streams.replay.files.options import FileTroubleError

__all__ = ["Draft", "FileDraft", "Target", "TargetFolder", "refuse_overlap", "told"]

_OPEN_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_CREATE: Final = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
#: Collected before a write; compressors give small pieces.
_BUFFER_BYTES: Final = 1 << 20

_SENTENCES: Final = {
    errno.ENOSPC: "The disk of the target is full: make room and resume the job.",
    errno.EDQUOT: "The quota of the target is used up: make room and resume the job.",
    errno.EROFS: "The target cannot be written to, it is mounted read-only: remount it or choose another folder.",
    errno.EACCES: "The target may not be written to: allow it or choose another folder.",
    errno.EPERM: "The target may not be written to: allow it or choose another folder.",
    errno.ELOOP: "The target holds a symbolic link on the way to a file, which is not followed: remove it.",
    errno.ENOTDIR: "The target holds a link or a file where a folder has to be: remove it.",
    errno.EFBIG: "The target's file system takes no file as large as this: choose another folder.",
}


def refuse_overlap(folder: Path, entries: Iterable[Entry], roots: Iterable[str]) -> None:
    """GuardError where the target is a source, lies in one or holds one: what is read would be written over."""
    target = folder.resolve()
    local = [Path(root.removeprefix("file://")) for root in roots if not is_address(root)]
    for source in [Path(entry.path).resolve() for entry in entries if not is_address(entry.path)]:
        if source.is_relative_to(target):
            raise GuardError("The target folder holds files of the source: choose one that lies apart.")
    if any(target.is_relative_to(root.resolve()) for root in local if root.is_dir()):
        raise GuardError("The target folder lies in a folder of the source: choose one that lies apart.")


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Replaces an error of the system by one sentence without the path."""
    try:
        yield
    except OSError as error:
        sentence = _SENTENCES.get(error.errno or 0) or (
            f"The target cannot be written to ({os.strerror(error.errno or 0)}): look at its disk and resume the job."
        )
    else:
        return
    raise FileTroubleError(sentence)


class Draft(Protocol):
    """A file that is being written; committed it is there whole, discarded it never was."""

    size: int
    checksum: int

    def write(self, data: bytes) -> None: ...
    def commit(self) -> None: ...
    def discard(self) -> None: ...


class Target(Protocol):
    """Where masked files go."""

    def exists(self, relative: str) -> bool: ...
    def draft(self, relative: str, mark: str) -> Draft: ...
    def spool(self) -> "FileDraft": ...
    def checksum(self, relative: str) -> int: ...
    def close(self) -> None: ...


class TargetFolder:
    """The root that everything is written below; made where it is missing. Of one process."""

    def __init__(self, folder: str) -> None:
        with told():
            # The root itself may be reached by a link: it was named on purpose.
            self.path = Path(folder).absolute()
            self.path.mkdir(parents=True, exist_ok=True)
            self.path = self.path.resolve()
            self._root = os.open(self.path, _OPEN_FOLDER)

    def close(self) -> None:
        os.close(self._root)

    def exists(self, relative: str) -> bool:
        """Whether something stands under this name already."""
        try:
            with self._parent(relative, make=False) as (folder, name):
                os.stat(name, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return True

    def draft(self, relative: str, mark: str) -> "FileDraft":
        """A file that is not there before it is committed; `mark` is in its temporary name, which is replaced."""
        with told(), self._parent(relative, make=True) as (folder, name):
            temporary = f"{TEMPORARY_PREFIX}{mark}.part"
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary, dir_fd=folder)
            handle = os.open(temporary, _CREATE, 0o666, dir_fd=folder)
            return FileDraft(os.dup(folder), handle, temporary, name)

    def spool(self) -> "FileDraft":
        """A file on the target's disk that is never there: for what must be measured before it is written."""
        with told():
            name = f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}.spool"
            handle = os.open(name, _CREATE, 0o600, dir_fd=self._root)
            os.unlink(name, dir_fd=self._root)
            return FileDraft(os.dup(self._root), handle, name, name)

    def checksum(self, relative: str) -> int:
        """CRC-32 of a file as it can be read now."""
        with told(), self._parent(relative, make=False) as (folder, name):
            total = 0
            with open(os.open(name, _READ, dir_fd=folder), "rb", buffering=0) as opened:  # noqa: PTH123
                while chunk := opened.read(CHUNK_BYTES):
                    total = zlib.crc32(chunk, total)
            return total

    @contextlib.contextmanager
    def _parent(self, relative: str, *, make: bool) -> Iterator[tuple[int, str]]:
        """The folder of a path as a descriptor, and the last name; OSError where a link is on the way."""
        *folders, name = _parts(relative)
        current = os.dup(self._root)
        try:
            for part in folders:
                if make:
                    with contextlib.suppress(FileExistsError):
                        os.mkdir(part, dir_fd=current)
                        os.fsync(current)
                following = os.open(part, _OPEN_FOLDER, dir_fd=current)
                os.close(current)
                current = following
            yield current, name
        finally:
            os.close(current)


def _parts(relative: str) -> tuple[str, ...]:
    parts = PurePosixPath(relative).parts
    if not parts or relative.startswith("/") or ".." in parts or "\0" in relative:
        raise FileTroubleError("A file of the source has a name that leads out of the target: rename it.")
    return parts


class FileDraft:
    """A draft in a folder of this machine."""

    def __init__(self, folder: int, handle: int, temporary: str, name: str) -> None:
        self._folder = folder
        self._handle = handle
        self._temporary = temporary
        self._name = name
        self._pieces: list[bytes] = []
        self._held = 0
        self._open = True
        self.size = 0
        self.checksum = 0

    def write(self, data: bytes) -> None:
        self._pieces.append(data)
        self._held += len(data)
        self.size += len(data)
        if self._held >= _BUFFER_BYTES:
            self._flush()

    def commit(self) -> None:
        """Everything is on the disk and then there, under its name, in the place of what stood there."""
        with told():
            self._flush()
            os.fsync(self._handle)
            # A rename over a folder fails; over a link it replaces the link.
            os.rename(self._temporary, self._name, src_dir_fd=self._folder, dst_dir_fd=self._folder)
            os.fsync(self._folder)
        self._close()

    def discard(self) -> None:
        """Nothing of it stays; does nothing after a commit."""
        if self._open:
            with contextlib.suppress(OSError):
                os.unlink(self._temporary, dir_fd=self._folder)
            self._close()

    def read_back(self) -> Iterator[bytes]:
        """What was written so far, for a spool."""
        with told():
            self._flush()
            os.lseek(self._handle, 0, os.SEEK_SET)
            while chunk := os.read(self._handle, CHUNK_BYTES):
                yield chunk

    def _flush(self) -> None:
        data = b"".join(self._pieces)
        self._pieces, self._held = [], 0
        self.checksum = zlib.crc32(data, self.checksum)
        view = memoryview(data)
        with told():
            while view:
                view = view[os.write(self._handle, view) :]

    def _close(self) -> None:
        self._open = False
        os.close(self._handle)
        os.close(self._folder)
