"""The passes over a batch's columns, in C where that has been built: what comes of messages, sizes, stamps.

`Plain` is the definition; `_columns.c` does the same without a step of the interpreter for each record, and tests hold
the two against each other.
"""

from collections.abc import Callable, Collection
from functools import lru_cache
from importlib import import_module
from itertools import accumulate, pairwise
from typing import Any, Final, Protocol, cast

from streams.kafka.batches import Headers, header_payload_bytes, payload_bytes
from streams.kafka.targets import header_bytes

__all__ = ["Passes", "Plain", "native_passes", "passes"]

#: What gives one part of a message.
Part = Callable[[Any], Any]
Texts = list[bytes | None]

#: What the functions in C take and give; those that were built from another source are not used.
_INTERFACE: Final = 1


class Passes(Protocol):
    """The passes, in either language; nothing of a column is changed but by `take`. Threads may share it."""

    def runs(self, messages: list[Any], methods: tuple[Part, Part, Part], /) -> list[list[Any]]:
        """The messages (there is at least one) in order, cut where topic or partition change; an error is a run of its
        own. The methods give a message's topic, partition and error.
        """

    def take(
        self, run: list[Any], methods: tuple[Part, Part, Part, Part, Part], columns: tuple[list[Any], ...], /
    ) -> int:
        """Adds offset, timestamp, key, value and headers of each message to their columns; gives the payload's bytes.

        A timestamp is given as kind and milliseconds, and is -1 in its column where the kind is 0, for none.
        """

    def weigh(self, keys: Texts, values: Texts, headers: list[Headers | None], /) -> tuple[int, int]:
        """The bytes of keys, values and headers, and a size that no record is over on the wire beside its frame
        (`targets.record_bytes`); the largest of each column need not be in one record.
        """

    def cuts(self, keys: Texts, values: Texts, headers: list[Headers | None], portion: int, /) -> list[int]:
        """Where columns are cut, so that no part is larger than `portion` and one record more."""

    def stamped(self, headers: list[Headers | None], stamp: Headers, own: Collection[str], /) -> list[Headers]:
        """Each record's headers, but for those of a name in `own`, and the stamp behind them; all records without
        headers share the stamp itself.
        """


class Plain:
    """The passes in Python."""

    def runs(self, messages: list[Any], methods: tuple[Part, Part, Part], /) -> list[list[Any]]:
        topic, partition, error = methods
        places = list(zip(map(topic, messages), map(partition, messages), strict=True))
        failed = any(map(error, messages))
        if not failed and places.count(places[0]) == len(places):
            return [messages]
        cuts = [
            at
            for at, (before, after) in enumerate(pairwise(places), 1)
            if before != after or (failed and (error(messages[at]) or error(messages[at - 1])))
        ]
        return [messages[start:end] for start, end in pairwise([0, *cuts, len(messages)])]

    def take(
        self, run: list[Any], methods: tuple[Part, Part, Part, Part, Part], columns: tuple[list[Any], ...], /
    ) -> int:
        offsets, times, keys, values, headers = (list(map(part, run)) for part in methods)
        known = [time_ms if kind else -1 for kind, time_ms in times]
        for column, more in zip(columns, (offsets, known, keys, values, headers), strict=True):
            column.extend(more)
        return payload_bytes(keys, values, headers)

    def weigh(self, keys: Texts, values: Texts, headers: list[Headers | None], /) -> tuple[int, int]:
        longest = max(map(len, filter(None, keys)), default=0) + max(map(len, filter(None, values)), default=0)
        return payload_bytes(keys, values, headers), longest + max(map(header_bytes, headers), default=0)

    def cuts(self, keys: Texts, values: Texts, headers: list[Headers | None], portion: int, /) -> list[int]:
        sizes = map(sum, zip(_lengths(keys), _lengths(values), map(_header_length, headers), strict=True))
        numbers = [end // portion for end in accumulate(sizes)]
        return [at for at, (before, after) in enumerate(pairwise(numbers), 1) if before != after]

    def stamped(self, headers: list[Headers | None], stamp: Headers, own: Collection[str], /) -> list[Headers]:
        return [[*[each for each in head if each[0] not in own], *stamp] if head else stamp for head in headers]


@lru_cache(maxsize=1)
def native_passes() -> Passes | None:
    """The passes in C, or None where they have not been built or were built from another source."""
    try:
        native = import_module("streams.kafka._columns")
    except ImportError:
        return None
    return cast("Passes", native) if getattr(native, "INTERFACE", 0) == _INTERFACE else None


def passes() -> Passes:
    """The passes in C where they are there, else those in Python."""
    return native_passes() or Plain()


def _lengths(texts: Texts) -> list[int]:
    return [len(text) if text else 0 for text in texts]


def _header_length(headers: Headers | None) -> int:
    return header_payload_bytes(headers) if headers else 0
