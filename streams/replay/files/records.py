"""Cuts a stream into records, lines or groups of lines, of which none is held that is larger than the limit."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import hyperscan

from streams.errors import PolicyError, UsageError
from streams.masking.patterns import MATCH_MAX, shape_of
from streams.replay.files.feed import CHUNK_BYTES

__all__ = ["Portion", "StartPattern", "grouped", "lines"]

#: Records that are handed on together.
_RECORDS: Final = 5_000
_PORTION_BYTES: Final = 1 << 20


@dataclass(slots=True)
class Portion:
    """Records in columns: `bodies[i]` without its end of line `ends[i]`.

    One over the limit is empty, and its size stands in `too_large`.
    """

    bodies: list[bytes] = field(default_factory=list)
    ends: list[bytes] = field(default_factory=list)
    too_large: dict[int, int] = field(default_factory=dict)
    size: int = 0

    def add(self, body: bytes, end: bytes) -> None:
        self.bodies.append(body)
        self.ends.append(end)
        self.size += len(body)

    def add_too_large(self, size: int, end: bytes) -> None:
        self.too_large[len(self.bodies)] = size
        self.add(b"", end)

    @property
    def full(self) -> bool:
        return self.size >= _PORTION_BYTES or len(self.bodies) >= _RECORDS


def lines(chunks: Iterable[bytes], limit: int) -> Iterator[Portion]:
    """Lines by LF or CRLF. When the stream raises, the complete lines before it were handed on, and a rest was not."""
    cutter = _Cutter(limit)
    portion = Portion()
    try:
        for piece in _small(chunks):
            cutter.cut(piece, portion)
            if portion.full:
                yield portion
                portion = Portion()
    except Exception:
        yield portion
        raise
    cutter.end(portion)
    yield portion


def _small(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Sixteen megabytes of nothing but ends of lines are sixteen million lines: too many at once."""
    for chunk in chunks:
        for at in range(0, len(chunk), CHUNK_BYTES):
            yield chunk[at : at + CHUNK_BYTES] if len(chunk) > CHUNK_BYTES else chunk


class _Cutter:
    """Holds the beginning of a line that goes on; of one over the limit only how long it is so far."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held: list[bytes] = []
        self._size = 0
        self._last = b""

    def cut(self, chunk: bytes, portion: Portion) -> None:
        head, newline, tail = chunk.rpartition(b"\n")
        if newline:
            first, *others = head.split(b"\n")
            self._hold(first)
            self._finish(portion, b"\n")
            for line in others:
                self._whole(line, portion)
        self._hold(tail)

    def end(self, portion: Portion) -> None:
        """A last line without an end of line."""
        if self._size:
            self._finish(portion, b"")

    def _whole(self, line: bytes, portion: Portion) -> None:
        end = b"\n"
        if line.endswith(b"\r"):
            line, end = line[:-1], b"\r\n"
        if len(line) > self._limit:
            portion.add_too_large(len(line), end)
        else:
            portion.add(line, end)

    def _hold(self, data: bytes) -> None:
        if data:
            self._size += len(data)
            self._last = data[-1:]
            if self._size <= self._limit + 1:
                self._held.append(data)
            else:
                self._held.clear()

    def _finish(self, portion: Portion, newline: bytes) -> None:
        returned = newline and self._last == b"\r"
        size, end = (self._size - 1, b"\r\n") if returned else (self._size, newline)
        if size > self._limit:
            portion.add_too_large(size, end)
        else:
            portion.add(b"".join(self._held)[:size], end)
        self._held, self._size, self._last = [], 0, b""


class StartPattern:
    """Says whether a line begins a record; hyperscan alone runs it, so that no line can make it backtrack.

    The syntax is that of a policy's patterns, and the beginning of the line is implied. UsageError where it is refused.
    """

    def __init__(self, pattern: str) -> None:
        try:
            shape_of(pattern)
        except PolicyError as error:
            raise UsageError(f"The start pattern cannot be used. {error}") from None
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        flags = hyperscan.HS_FLAG_SINGLEMATCH | hyperscan.HS_FLAG_DOTALL
        try:
            self._database.compile(expressions=[b"^(?:%b)" % pattern.encode()], ids=[0], flags=[flags])
        except hyperscan.HyperscanError:
            raise UsageError("The start pattern cannot be compiled: it is no expression; see the policy's.") from None
        self._scratch = hyperscan.Scratch(database=self._database)

    def __call__(self, line: bytes) -> bool:
        found: list[int] = []

        def on_match(_ident: int, _start: int, end: int, _flags: int, _context: object) -> None:
            found.append(end)

        self._database.scan(line[: MATCH_MAX + 1], match_event_handler=on_match, scratch=self._scratch)
        return bool(found)


def grouped(portions: Iterable[Portion], begins: Callable[[bytes], bool], limit: int) -> Iterator[Portion]:
    """Records of several lines: each from a line that begins one to the next such line; of one thread.

    When the stream raises, the records before the last are handed on: nobody knows whether that one was whole.
    """
    group = _Group(limit)
    out = Portion()
    try:
        for portion in portions:
            for index, (body, end) in enumerate(zip(portion.bodies, portion.ends, strict=True)):
                size = portion.too_large.get(index)
                if size is None and begins(body):
                    group.finish(out)
                group.add(body, end, len(body) if size is None else size)
                if out.full:
                    yield out
                    out = Portion()
    except Exception:
        yield out
        raise
    group.finish(out)
    yield out


class _Group:
    """The lines of the record that is being read; of one over the limit only its size and last end of line."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._pieces: list[bytes] = []
        self._size = 0
        self._end: bytes | None = None

    def add(self, body: bytes, end: bytes, size: int) -> None:
        before = self._end or b""
        self._size += len(before) + size
        self._end = end
        if self._size > self._limit:
            self._pieces.clear()
        else:
            self._pieces += before, body

    def finish(self, portion: Portion) -> None:
        if self._end is None:
            return
        if self._size > self._limit:
            portion.add_too_large(self._size, self._end)
        else:
            portion.add(b"".join(self._pieces), self._end)
        self._pieces, self._size, self._end = [], 0, None
