"""Masked files in an object store: an upload in parts is there when it ends and not before, so nothing is renamed."""

import contextlib
import tempfile
import zlib
from collections.abc import Mapping
from typing import Any, Final

from streams.replay.files.feed import CHUNK_BYTES
from streams.replay.files.listing import store_told, system_of
from streams.replay.files.target import FileDraft, TargetFolder

__all__ = ["TargetStore"]

#: Of one part of an upload; a store takes up to 10 000 of them.
_PART_BYTES: Final = 64 << 20


class TargetStore:
    """A place in an object store; the same as `TargetFolder`, of one process."""

    def __init__(self, url: str, storage: Mapping[str, Any] | None = None) -> None:
        with store_told("written"):
            self._system, root = system_of(url, storage)
        self._root = root.rstrip("/")
        self._spools = TargetFolder(tempfile.gettempdir())

    def close(self) -> None:
        self._spools.close()

    def exists(self, relative: str) -> bool:
        with store_told("written"):
            self._system.invalidate_cache()
            return bool(self._system.exists(self._path(relative)))
        raise AssertionError

    def draft(self, relative: str, mark: str) -> "StoreDraft":
        """A file that is there once it is committed; what a dead process uploaded is left to the store's own rules."""
        del mark
        with store_told("written"):
            opened = self._system.open(self._path(relative), "wb", autocommit=False, block_size=_PART_BYTES)
        return StoreDraft(opened)

    def spool(self) -> FileDraft:
        """On this machine's disk for temporary files."""
        return self._spools.spool()

    def checksum(self, relative: str) -> int:
        total = 0
        with store_told("read"):
            self._system.invalidate_cache()
            with self._system.open(self._path(relative), "rb", cache_type="readahead") as opened:
                while chunk := opened.read(CHUNK_BYTES):
                    total = zlib.crc32(chunk, total)
        return total

    def _path(self, relative: str) -> str:
        return f"{self._root}/{relative}"


class StoreDraft:
    """An upload; discarded it never was."""

    def __init__(self, opened: Any) -> None:
        self._opened = opened
        self._open = True
        self.size = 0
        self.checksum = 0

    def write(self, data: bytes) -> None:
        self.size += len(data)
        self.checksum = zlib.crc32(data, self.checksum)
        with store_told("written"):
            self._opened.write(data)

    def commit(self) -> None:
        with store_told("written"):
            self._opened.close()
            self._opened.commit()
        self._open = False

    def discard(self) -> None:
        if self._open:
            self._open = False
            with contextlib.suppress(Exception):
                self._opened.discard()
            # Otherwise its finaliser would try to upload what is left.
            self._opened.closed = True
