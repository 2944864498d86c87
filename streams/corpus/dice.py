"""Chance and time of the corpus: both come from the seed, so that a corpus is the same on every machine and Python."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, TypeVar

__all__ = ["DEFAULT_START_MS", "Clock", "Dice"]

T = TypeVar("T")

#: When a corpus begins unless a start is given: 2024-05-01T10:00:00Z, in milliseconds since 1970.
DEFAULT_START_MS: Final = 1_714_557_600_000

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Dice:
    """Throws that do not change between Python versions: of `random`, only random() and getrandbits() are used."""

    __slots__ = ("_bits", "_random")

    def __init__(self, seed: int) -> None:
        source = random.Random(seed)  # noqa: S311  Invented people need repeatability, not secrecy.
        self._random = source.random
        self._bits = source.getrandbits

    def below(self, limit: int) -> int:
        """Return a whole number from 0 to limit - 1."""
        return int(self._random() * limit)

    def between(self, low: int, high: int) -> int:
        """Return a whole number from low to high, both included."""
        return low + int(self._random() * (high - low + 1))

    def chance(self, share: float) -> bool:
        """Return True in `share` (0 to 1) of the throws."""
        return self._random() < share

    def skewed(self, limit: int) -> int:
        """Return a number below limit, small ones far more often: few people cause most of the log lines."""
        return int(self._random() ** 3 * limit)

    def pick(self, choices: Sequence[T]) -> T:
        return choices[int(self._random() * len(choices))]

    def hex(self, digits: int) -> str:
        return f"{self._bits(4 * digits):0{digits}x}"

    def digits(self, count: int) -> str:
        """Return decimal digits; the first is never 0."""
        low = 10 ** (count - 1)
        return str(low + int(self._random() * 9 * low))

    def letters(self, count: int, alphabet: str) -> str:
        throw, size = self._random, len(alphabet)
        return "".join([alphabet[int(throw() * size)] for _ in range(count)])

    def octets(self, count: int) -> bytes:
        return self._bits(8 * count).to_bytes(count, "big")

    def uuid(self) -> str:
        """Return a version 4 UUID."""
        h = f"{self._bits(120):030x}"
        return f"{h[:8]}-{h[8:12]}-4{h[12:15]}-{'89ab'[int(h[15], 16) & 3]}{h[16:19]}-{h[18:30]}"


class Clock:
    """The time of the corpus; moves only when told to and writes itself as logs do."""

    __slots__ = ("_clf", "_iso", "_second", "ms")

    def __init__(self, start_ms: int = DEFAULT_START_MS) -> None:
        self.ms = start_ms
        self._second = -1
        self._iso = self._clf = ""
        self.forward(0)

    def forward(self, milliseconds: int) -> None:
        self.ms += milliseconds
        second = self.ms // 1000
        if second != self._second:
            self._second = second
            at = datetime.fromtimestamp(second, UTC)
            self._iso = at.strftime("%Y-%m-%dT%H:%M:%S")
            self._clf = f"{at.day:02d}/{_MONTHS[at.month - 1]}/{at.year}:{self._iso[11:]} +0000"

    @property
    def second(self) -> int:
        """Seconds since 1970."""
        return self._second

    @property
    def iso(self) -> str:
        """As in `2024-05-01T10:00:00.125Z`."""
        return f"{self._iso}.{self.ms % 1000:03d}Z"

    @property
    def spaced(self) -> str:
        """As Log4j and PostgreSQL write it: `2024-05-01 10:00:00.125`."""
        return f"{self._iso[:10]} {self._iso[11:]}.{self.ms % 1000:03d}"

    @property
    def clf(self) -> str:
        """As web servers write it: `01/May/2024:10:00:00 +0000`."""
        return self._clf

    @property
    def syslog(self) -> str:
        """As in `May  1 10:00:00`."""
        return f"{self._clf[3:6]} {int(self._clf[:2]):2d} {self._iso[11:]}"
