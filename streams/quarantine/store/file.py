"""The file of the view: made, opened, thrown away; it knows no Kafka and nothing of what is in the tables.

Each build is a file of its own name in `STATE_DIR/<group>-review`, so that whoever still reads the one before touches
nothing of the new one (SQLite removes a log by name when the last reader leaves).
"""

import fcntl
import os
import queue
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Self

from streams.errors import GuardError, RunError
from streams.quarantine.store.schema import APPLICATION_ID, SCHEMA, SCHEMA_VERSION
from streams.settings import Settings

__all__ = ["Folder", "View", "is_damage"]

#: Pages in memory: the writer's indexes are all over the file while it is built.
_WRITER_CACHE_KIB: Final = 65_536
_READER_CACHE_KIB: Final = 4_096
#: A checkpoint that readers held up leaves a longer log behind; it is cut to this when it can be.
_LOG_BYTES: Final = 64 << 20
_BUSY_S: Final = 1.0
#: Statements that stay prepared; those of the writer differ by how many rows they have, and the large ones are large.
_PREPARED: Final = 32
#: Connections that are kept for the next reader.
_IDLE_READERS: Final = 8


class Folder:
    """The folder of one review service, locked as long as this lives; GuardError where another process has it."""

    def __init__(self, settings: Settings) -> None:
        self.path = settings.state_dir / f"{settings.group_id}-review"
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise RunError(
                f"The review store cannot write to {self.path} ({error.strerror}): check STATE_DIR."
            ) from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            raise GuardError(
                f"Another review service has {self.path}: stop it, or give this one a STATE_DIR of its own."
            ) from None

    def newest(self) -> Path | None:
        """The file of the last build; the others are removed."""
        found = sorted(self.path.glob("view-*.sqlite"), key=lambda path: path.stat().st_mtime_ns)
        for old in found[:-1]:
            remove(old)
        return found[-1] if found else None

    def fresh(self) -> Path:
        """An empty file that only we may read."""
        path = self.path / f"view-{secrets.token_hex(4)}.sqlite"
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        return path

    def close(self) -> None:
        os.close(self._lock)


class View:
    """One build of the view: a connection that writes, for one thread, and as many as are needed that read."""

    def __init__(self, path: Path, *, new: bool) -> None:
        self.path = path
        self.writer = _connect(path, _WRITER_CACHE_KIB)
        self._readers: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        self._closed = False
        try:
            self._prepare(new=new)
        except BaseException:
            self.writer.close()
            raise

    @classmethod
    def opened(cls, folder: Folder) -> Self | None:
        """The last build, where there is one of this version that can be read."""
        path = folder.newest()
        if path is None:
            return None
        with suppress(sqlite3.Error, _OtherError):
            return cls(path, new=False)
        remove(path)
        return None

    @classmethod
    def made(cls, folder: Folder) -> Self:
        """A new, empty build."""
        return cls(folder.fresh(), new=True)

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one moment, whatever is written meanwhile; for one thread at a time."""
        db = self._reader()
        try:
            db.execute("BEGIN")
            yield db
            db.execute("ROLLBACK")
        except BaseException:
            db.close()
            raise
        if self._closed or self._readers.qsize() >= _IDLE_READERS:
            db.close()
        else:
            self._readers.put(db)

    def is_there(self) -> bool:
        """Whether nobody has removed the file meanwhile."""
        return self.path.exists()

    def close(self) -> None:
        """Lets go of the file; a reader who is still at it closes his own connection."""
        self._closed = True
        with suppress(queue.Empty):
            while True:
                self._readers.get_nowait().close()
        self.writer.close()

    def discard(self) -> None:
        """Closes and removes it."""
        self.close()
        remove(self.path)

    def _prepare(self, *, new: bool) -> None:
        if new:
            self.writer.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            self.writer.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            self.writer.execute("PRAGMA journal_mode = WAL")
            self.writer.executescript(f"BEGIN; {SCHEMA} COMMIT")
        elif (_pragma(self.writer, "application_id"), _pragma(self.writer, "user_version")) != (
            APPLICATION_ID, SCHEMA_VERSION,
        ):  # fmt: skip
            raise _OtherError
        # A power cut may take the last batches away, with their offsets: they are read again.
        self.writer.execute("PRAGMA synchronous = NORMAL")
        self.writer.execute(f"PRAGMA journal_size_limit = {_LOG_BYTES}")

    def _reader(self) -> sqlite3.Connection:
        with suppress(queue.Empty):
            return self._readers.get_nowait()
        db = _connect(self.path, _READER_CACHE_KIB)
        db.execute("PRAGMA query_only = ON")
        return db


class _OtherError(Exception):
    """The file is of another version, or another program's."""


def remove(path: Path) -> None:
    """Removes a file of the view and what SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file is no longer what SQLite wrote, so that only building it anew helps."""
    return (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _DAMAGE or str(error).startswith("no such table")


_DAMAGE: Final = frozenset((sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CANTOPEN))


def _connect(path: Path, cache_kib: int) -> sqlite3.Connection:
    # Without "create": a file that somebody removed must not come back empty.
    uri = f"{path.absolute().as_uri()}?mode=rw"
    db = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_BUSY_S, check_same_thread=False,
                         cached_statements=_PREPARED)  # fmt: skip
    db.execute(f"PRAGMA cache_size = -{cache_kib}")
    db.execute("PRAGMA temp_store = MEMORY")
    return db


def _pragma(db: sqlite3.Connection, name: str) -> int:
    return int(db.execute(f"PRAGMA {name}").fetchone()[0])
