"""A stream of bytes that can be looked at ahead of being taken."""

from collections.abc import Iterator
from typing import Final

__all__ = ["CHUNK_BYTES", "Feed"]

#: What is read at once.
CHUNK_BYTES: Final = 1 << 18


class Feed:
    """Bytes in chunks of any size; `taken` counts those that were handed out. Not for threads.

    What the chunks raise is raised by `take` and `take_exactly` once everything before it was handed out, and from then
    on always.
    """

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._ahead = b""
        self._failure: Exception | None = None
        self.taken = 0

    def peek(self, size: int) -> bytes:
        """The next bytes, fewer only at the end or before a failure."""
        while len(self._ahead) < size and (chunk := self._next()):
            self._ahead += chunk
        return self._ahead[:size]

    def take(self) -> bytes:
        """A chunk as it comes; empty only at the end."""
        chunk, self._ahead = self._ahead or self._next(), b""
        if not chunk and self._failure is not None:
            raise self._failure
        self.taken += len(chunk)
        return chunk

    def give_back(self, data: bytes) -> None:
        """Bytes of the last chunk that were not used."""
        self._ahead = data + self._ahead
        self.taken -= len(data)

    def take_exactly(self, size: int) -> bytes:
        """So many bytes, fewer only at the end; for small sizes, since they are held at once."""
        data = self.peek(size)
        if len(data) < size and self._failure is not None:
            raise self._failure
        self._ahead = self._ahead[len(data) :]
        self.taken += len(data)
        return data

    def take_up_to(self, size: int) -> bytes:
        """A chunk of at most so many bytes; empty only at the end."""
        chunk = self.take()
        if len(chunk) > size:
            self.give_back(chunk[size:])
        return chunk[:size]

    def __iter__(self) -> Iterator[bytes]:
        while chunk := self.take():
            yield chunk

    def _next(self) -> bytes:
        """A chunk that is not empty, or nothing at the end and before a failure."""
        try:
            return next(filter(None, self._chunks), b"") if self._failure is None else b""
        except Exception as error:  # noqa: BLE001 - raised where it is its turn
            self._failure = error
            return b""
