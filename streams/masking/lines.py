"""A line filter over any stream of bytes: one line out for one line in, whatever is in it."""

from collections import Counter
from collections.abc import Callable
from typing import Final

import orjson

from streams.masking.engine import Masked
from streams.masking.records import Failure

__all__ = ["LineFilter"]

#: Lines that are masked in one scan; more would only hold more in memory.
_LINES: Final = 5_000


class LineFilter:
    """Masks the lines of a stream fed in chunks of any size; of one thread.

    Line ends (LF or CRLF) stay as they are, and a last line without one gets none. A line that cannot be masked becomes
    `{"maskstream":"quarantined","reason":...}` and is counted in `reasons`.
    """

    def __init__(self, mask: Callable[[list[bytes]], Masked]) -> None:
        self._mask = mask
        self._rest: list[bytes] = []
        self.reasons: Counter[str] = Counter()
        self.findings: Counter[str] = Counter()

    def feed(self, chunk: bytes) -> bytes:
        """What the complete lines so far have become."""
        head, newline, tail = chunk.rpartition(b"\n")
        if not newline:
            self._rest.append(chunk)
            return b""
        lines = b"".join((*self._rest, head)).split(b"\n")
        self._rest = [tail] if tail else []
        return b"".join(
            line + b"\n"
            for first in range(0, len(lines), _LINES)
            for line in self._masked(lines[first : first + _LINES])
        )

    def close(self) -> bytes:
        """What a last line without a line end has become."""
        rest, self._rest = b"".join(self._rest), []
        return b"".join(self._masked([rest])) if rest else b""

    def _masked(self, lines: list[bytes]) -> list[bytes]:
        returns = [line.endswith(b"\r") for line in lines]
        bodies = [line[:-1] if cut else line for line, cut in zip(lines, returns, strict=True)]
        done = self._mask(bodies)
        self.findings += done.findings
        for index, failure in done.failures.items():
            done.outputs[index] = self._quarantined(failure)
        return [line + b"\r" if cut else line for line, cut in zip(done.outputs, returns, strict=True)]

    def _quarantined(self, failure: Failure) -> bytes:
        self.reasons[failure.reason] += 1
        return orjson.dumps({"maskstream": "quarantined", "reason": failure.reason})
