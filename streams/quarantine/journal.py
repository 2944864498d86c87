"""The audit's file: one chained event a line, appended and on the disk before anything else; it knows no broker.

Files stand in STATE_DIR/audit, are called by the first event in them (`review-000000000042.jsonl`), are readable by
their owner only and rotated by size. What the topic has not acknowledged yet is kept by number beside them and sent
again, so a file is never rotated before all of it was sent. Processes take turns by a lock.
"""

import contextlib
import fcntl
import os
import re
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import orjson

from streams.errors import RunError
from streams.quarantine.chain import Head, linked

__all__ = ["FILE_NAME", "Journal", "audit_folder", "lines_of", "unsent_in"]

#: Some 20 000 events.
_FILE_BYTES_MAX: Final = 10 << 20
#: Older ones are deleted; the topic keeps events as long as its retention says.
_FILES_MAX: Final = 20
#: An event has a few hundred bytes, at most some ten thousand.
_TAIL_BYTES: Final = 128 * 1024
#: Events that a broker did not take: more than a night of people who try again.
_UNSENT_MAX: Final = 1000

#: Name and first event of a file.
FILE_NAME: Final = re.compile(r"(review|cli)-([0-9]{12})\.jsonl")


def audit_folder(state_dir: Path) -> Path:
    """Where the audit's files are."""
    return state_dir / "audit"


def unsent_in(folder: Path, name: str, last: int) -> int:
    """How many events up to the number `last` a folder's topic has not acknowledged yet."""
    try:
        return max(0, last - int((folder / f"{name}.sent").read_text()))
    except (OSError, ValueError):
        return 0


def lines_of(path: Path) -> Iterator[bytes]:
    """Lines of a file without their ends; RunError where it cannot be read."""
    try:
        with path.open("rb") as file:
            yield from (line.rstrip(b"\n") for line in file)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else "an error of the system"
        raise RunError(f"The audit file {path} cannot be read ({reason}): check its path and rights.") from None


class Journal:
    """Appends to one chain; several processes may, one after the other. `instance` is part of the writer's name."""

    def __init__(
        self, folder: Path, name: str, instance: str, key: bytes | None = None, file_bytes_max: int = _FILE_BYTES_MAX
    ) -> None:
        self._folder = folder
        self._name = name
        self._instance = instance
        self._key = key
        self._file_bytes_max = file_bytes_max

    def append(self, document: dict[str, Any], send: Callable[[list[dict[str, Any]]], None]) -> dict[str, Any]:
        """Writes an event to the file, hands it and all that is unsent to `send` in order, and gives it with its chain.

        What `send` raises goes through; the event stays in the file and is sent with the next one. RunError where the
        file cannot be written or is damaged.
        """
        with self._turn():
            path, head = self._end()
            unsent = self._unsent(path, head)
            if len(unsent) >= _UNSENT_MAX:
                raise RunError(
                    "Nothing is done, because the audit topic has not taken events for long: see the broker."
                )
            chained, new_head = linked(document, head, self._key)
            self._write(self._place(path, new_head, unsent), chained)
            send([*unsent, chained])
            self._sent_file().write_text(str(new_head.sequence))
        return chained

    def _end(self) -> tuple[Path | None, Head]:
        """The newest file with events and the last of them; without one a new writer begins."""
        for path in sorted(self._folder.glob(f"{self._name}-*.jsonl"), reverse=True):
            if FILE_NAME.fullmatch(path.name) and (line := _last_line(path)):
                return path, self._head(path, line)
        return None, Head(f"{self._name}-{self._instance}-{secrets.token_hex(4)}")

    def _head(self, path: Path, line: bytes) -> Head:
        try:
            link = orjson.loads(line)["chain"]
            return Head(str(link["writer"]), int(link["sequence"]), str(link["hash"]))
        except (ValueError, TypeError, KeyError):
            raise RunError(
                f"Nothing is done, because the end of the audit file {path} is damaged: move the file away and keep it."
            ) from None

    def _unsent(self, path: Path | None, head: Head) -> list[dict[str, Any]]:
        try:
            sent = int(self._sent_file().read_text())
        except (OSError, ValueError):
            # Sending again what was sent does no harm.
            sent = -1
        if path is None or sent >= head.sequence:
            return []
        documents = [orjson.loads(line) for line in lines_of(path)]
        return [document for document in documents if document["chain"]["sequence"] > sent]

    def _place(self, path: Path | None, head: Head, unsent: list[dict[str, Any]]) -> Path:
        if path is not None and (unsent or path.stat().st_size < self._file_bytes_max):
            return path
        for old in sorted(self._folder.glob(f"{self._name}-*.jsonl"))[: -(_FILES_MAX - 1)]:
            old.unlink(missing_ok=True)
        return self._folder / f"{self._name}-{head.sequence:012}.jsonl"

    def _write(self, path: Path, document: dict[str, Any]) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        with open(descriptor, "ab") as file:  # noqa: PTH123 - a descriptor
            file.write(orjson.dumps(document) + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def _sent_file(self) -> Path:
        return self._folder / f"{self._name}.sent"

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self._folder / f"{self._name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
            with open(descriptor, "rb") as lock:  # noqa: PTH123 - a descriptor
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else "an error of the system"
            raise RunError(
                f"Nothing is done, because the audit in {self._folder} cannot be written ({reason}): set STATE_DIR."
            ) from None


def _last_line(path: Path) -> bytes:
    """The last whole line; what was torn behind it by a crash was never sent or answered, and is cut off."""
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _TAIL_BYTES))
        tail = file.read()
        end = tail.rfind(b"\n") + 1
        if end < len(tail):
            file.truncate(size - len(tail) + end)
        return tail[:end].rstrip(b"\n").rpartition(b"\n")[2]
