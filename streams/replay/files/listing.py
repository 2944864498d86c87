"""Which files are meant: files, folders, globs and addresses of object stores, in one fixed order."""

import contextlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from streams.errors import MaskstreamError, UsageError
from streams.replay.files.feed import CHUNK_BYTES
from streams.replay.files.options import FileTroubleError

__all__ = [
    "TEMPORARY_PREFIX",
    "Entry",
    "entries",
    "is_address",
    "mark_of",
    "opened",
    "read_chunks",
    "store_told",
    "system_of",
]

#: Our own unfinished files and state, which are never a source.
TEMPORARY_PREFIX: Final = ".maskstream-"
_GLOB: Final = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: where it is read, where it stands in the target's layout, and what tells that it has changed."""

    number: int
    path: str
    relative: str
    size: int
    mark: str


def is_address(path: str) -> bool:
    """Whether a path is an object store's, such as s3://bucket/logs."""
    return "://" in path and not path.startswith("file://")


def entries(paths: Iterable[str], storage: Mapping[str, Any] | None = None) -> list[Entry]:
    """The files that the paths name, in the order of the paths and then of names; UsageError where a path names none.

    Of a folder all files below it, of a glob what it matches (`**` crosses folders); links and special files in folders
    are passed over. A folder's and a glob's layout below their fixed part is kept.
    """
    found: dict[str, tuple[str, int, str]] = {}
    for path in paths:
        before = len(found)
        for full, relative, size, mark in _of(path, storage):
            found.setdefault(full, (relative, size, mark))
        if len(found) == before:
            raise UsageError(
                f"No file is found at {path!r}: correct the path, or leave it out if another one covers it."
            )
    return [Entry(number, full, *facts) for number, (full, facts) in enumerate(found.items())]


def _of(path: str, storage: Mapping[str, Any] | None) -> Iterator[tuple[str, str, int, str]]:
    if is_address(path):
        yield from _remote(path, storage)
        return
    local = path.removeprefix("file://")
    if Path(local).is_dir():
        yield from _below(Path(local))
    elif _GLOB & set(local) and not Path(local).exists():
        root = _fixed_part(local)
        for match in sorted(Path(root).glob(str(PurePosixPath(local).relative_to(root)))):
            if match.is_file() and not match.name.startswith(TEMPORARY_PREFIX):
                yield _local(match, str(match.relative_to(root)))
    elif Path(local).exists():
        if not Path(local).is_file():
            raise UsageError(f"{path!r} is no file, folder or glob: devices and pipes are not read.")
        yield _local(Path(local), Path(local).name)


def _fixed_part(pattern: str) -> str:
    """The folder before the first part of a glob that is not fixed."""
    fixed = PurePosixPath(pattern).parts
    first = next(index for index, part in enumerate(fixed) if _GLOB & set(part))
    return str(PurePosixPath(*fixed[:first])) if first else "."


def _below(root: Path) -> Iterator[tuple[str, str, int, str]]:
    for folder, folders, names in os.walk(root, onerror=_unreadable):
        folders.sort()
        for name in sorted(names):
            full = Path(folder) / name
            # What is rotated away while we look was not there.
            with contextlib.suppress(FileNotFoundError):
                if not name.startswith(TEMPORARY_PREFIX) and stat.S_ISREG(full.lstat().st_mode):
                    yield _local(full, str(full.relative_to(root)))


def _unreadable(error: OSError) -> None:
    raise FileTroubleError(
        f"A folder of the source cannot be read ({os.strerror(error.errno or 0)}): allow reading it."
    )


def _local(full: Path, relative: str) -> tuple[str, str, int, str]:
    facts = full.stat()
    return str(full.absolute()), relative, facts.st_size, _local_mark(facts)


def _local_mark(facts: os.stat_result) -> str:
    return f"{facts.st_size}:{facts.st_mtime_ns}:{facts.st_ino}"


def _remote(path: str, storage: Mapping[str, Any] | None) -> Iterator[tuple[str, str, int, str]]:
    system, inner = system_of(path, storage)
    with store_told("listed"):
        system.invalidate_cache()
        if _GLOB & set(inner):
            root, names = _fixed_part(inner), sorted(system.glob(inner))
        elif system.isfile(inner):
            root, names = str(PurePosixPath(inner).parent), [inner]
        else:
            root, names = inner.rstrip("/"), sorted(system.find(inner))
        facts = [(name, system.info(name)) for name in names]
    protocol = path.partition("://")[0]
    for name, info in facts:
        if info.get("type") == "file" and not PurePosixPath(name).name.startswith(TEMPORARY_PREFIX):
            relative = name.removeprefix(root).lstrip("/")
            yield f"{protocol}://{name.lstrip('/')}", relative, int(info["size"] or 0), _remote_mark(info)


def _remote_mark(info: Mapping[str, Any]) -> str:
    tag = next((info[name] for name in ("ETag", "etag", "VersionId") if info.get(name)), "")
    time = next((info[name] for name in ("LastModified", "mtime", "updated", "created") if info.get(name)), "")
    return f"{info.get('size')}:{tag}:{time}"


def system_of(path: str, storage: Mapping[str, Any] | None = None) -> tuple[Any, str]:
    """The object store of an address and the path in it; UsageError where there is no library for it."""
    import fsspec  # noqa: PLC0415 - files of this machine need none

    protocol = path.partition("://")[0]
    if "::" in path or not protocol.isalnum():
        raise UsageError("An address of an object store is PROTOCOL://BUCKET/PATH, without a chain of protocols.")
    try:
        system, inner = fsspec.core.url_to_fs(path, **(storage or {}))
    except ImportError:
        hint = "install maskstream[s3]" if protocol == "s3" else f"install fsspec's library for {protocol}"
        raise UsageError(f"Files at {protocol}:// cannot be read without a library for it: {hint}.") from None
    except ValueError:
        raise UsageError(f"Files at {protocol}:// cannot be read: fsspec knows no such protocol.") from None
    return system, str(inner)


@contextlib.contextmanager
def store_told(what: str) -> Iterator[None]:
    """Replaces whatever a store's library raises: its messages may hold names and answers."""
    failure: FileTroubleError | None = None
    try:
        yield
    except MaskstreamError:
        raise
    except FileNotFoundError:
        failure = FileTroubleError("The file is gone: it was removed after the job was made.")
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else type(error).__name__
        failure = FileTroubleError(f"The file cannot be {what} ({why}): check that it is there and may be read.")
    except Exception as error:  # noqa: BLE001 - a library of any store
        failure = FileTroubleError(f"The object store failed ({type(error).__name__}): check address and credentials.")
    if failure is not None:
        raise failure


def mark_of(entry: Entry, storage: Mapping[str, Any] | None = None) -> str:
    """What tells a change, as it is now; FileTroubleError where the file is gone."""
    with store_told("read"):
        if not is_address(entry.path):
            return _local_mark(Path(entry.path).stat())
        system, inner = system_of(entry.path, storage)
        system.invalidate_cache()
        return _remote_mark(system.info(inner))
    raise AssertionError


def read_chunks(entry: Entry, storage: Mapping[str, Any] | None = None) -> Iterator[bytes]:
    """The bytes of a file from its first to its last, as `opened` gives them."""
    with opened(entry, storage) as source:
        while chunk := _read(source):
            yield chunk


def _read(source: Any) -> bytes:
    with store_told("read"):
        return bytes(source.read(CHUNK_BYTES))
    raise AssertionError


@contextlib.contextmanager
def opened(entry: Entry, storage: Mapping[str, Any] | None = None) -> Iterator[Any]:
    """A file to read. FileTroubleError where it is not, or no longer, the one that was listed: that is looked at before
    and after.
    """
    _check_mark(entry, storage, "after the job was made")
    with store_told("read"):
        source = _open(entry, storage)
    try:
        yield source
    finally:
        source.close()
    _check_mark(entry, storage, "while it was read")


def _open(entry: Entry, storage: Mapping[str, Any] | None) -> Any:
    if not is_address(entry.path):
        return Path(entry.path).open("rb", buffering=0)
    system, inner = system_of(entry.path, storage)
    # Read once from the front: the default cache keeps blocks that nobody asks for again.
    return system.open(inner, "rb", block_size=8 << 20, cache_type="readahead")


def _check_mark(entry: Entry, storage: Mapping[str, Any] | None, when: str) -> None:
    if mark_of(entry, storage) != entry.mark:
        raise FileTroubleError(f"The file changed {when}: run the job again once nobody writes to it.")
