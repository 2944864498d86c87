"""Masks a batch and never lets an error through: what cannot be masked with certainty becomes a failure.

An exception of the masking core may hold a record in its text, so it is neither passed on nor logged with it.
"""

from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import Final

from streams.kafka.columns import passes
from streams.masking.records import Failure, MaskedColumns, RecordColumns
from streams.telemetry import log

__all__ = ["MaskBatch", "mask_safely"]

MaskBatch = Callable[[RecordColumns], MaskedColumns]

#: What a record is whose masking raised.
RAISED: Final = Failure("detector_error", "detect")

#: Masked between two signs of progress. A batch may be many times its limit (one answer of Kafka's, unpacked), and the
#: densest records take seconds a megabyte on a loaded machine: a limit of time for all of it would end the process
#: again and again over the same batch.
PORTION_BYTES: Final = 2 << 20

_events: Final = log.EventLog()


def mask_safely(mask: MaskBatch, columns: RecordColumns, progress: Callable[[], None]) -> MaskedColumns:
    """The masked batch. When masking raises, record by record; whichever still raises is a failure.

    Calls `progress` after each portion of a large batch, and after each record of the slow way. Never raises, other
    than for an interpreter that ends.
    """
    cuts = _cuts(columns)
    if not cuts:
        return _portion(mask, columns, progress)
    whole = MaskedColumns([], [], [], {}, Counter())
    for start, end in pairwise([0, *cuts, len(columns.values)]):
        _append(whole, _portion(mask, _slice(columns, start, end), progress))
        progress()
    return whole


def _cuts(columns: RecordColumns) -> list[int]:
    """Where a batch is cut, so that no portion is larger than PORTION_BYTES and one record more."""
    return passes().cuts(columns.keys, columns.values, columns.headers, PORTION_BYTES)


def _slice(columns: RecordColumns, start: int, end: int) -> RecordColumns:
    parts = columns.keys[start:end], columns.values[start:end], columns.headers[start:end], columns.topics[start:end]
    return RecordColumns(*parts)


def _append(whole: MaskedColumns, part: MaskedColumns) -> None:
    at = len(whole.values)
    whole.keys += part.keys
    whole.values += part.values
    whole.headers += part.headers
    whole.failures |= {at + index: failure for index, failure in part.failures.items()}
    whole.findings += part.findings


def _portion(mask: MaskBatch, columns: RecordColumns, progress: Callable[[], None]) -> MaskedColumns:
    masked = _attempt(mask, columns, tell=True)
    return _one_by_one(mask, columns, progress) if masked is None else masked


def _attempt(mask: MaskBatch, columns: RecordColumns, *, tell: bool) -> MaskedColumns | None:
    try:
        masked = mask(columns)
        if len(masked.keys) == len(masked.values) == len(masked.headers) == len(columns.values):
            return masked
    except Exception as error:  # noqa: BLE001 - fail closed, whatever it is; the log tells types and places only
        if tell:
            _events.error("batch_failed", records=len(columns.values), error=error)
    return None


def _one_by_one(mask: MaskBatch, columns: RecordColumns, progress: Callable[[], None]) -> MaskedColumns:
    whole = MaskedColumns([], [], [], {}, Counter())
    for index, (key, value, headers) in enumerate(zip(columns.keys, columns.values, columns.headers, strict=True)):
        one = _attempt(mask, RecordColumns([key], [value], [headers], columns.topics[index : index + 1]), tell=False)
        failure = RAISED if one is None else one.failures.get(0)
        if failure is not None:
            whole.failures[index] = failure
        # Nothing of the original stands where nothing was masked.
        safe = one is not None and failure is None
        whole.keys.append(one.keys[0] if one is not None and safe else None)
        whole.values.append(one.values[0] if one is not None and safe else None)
        whole.headers.append(one.headers[0] if one is not None and safe else None)
        if one is not None:
            whole.findings.update(one.findings)
        progress()
    return whole
