"""Masks a batch and never lets an error through: what cannot be masked with certainty becomes a failure.

An exception of the masking core may hold a record in its text, so it is neither passed on nor logged with it.
"""

from collections import Counter
from collections.abc import Callable
from typing import Final

from streams.masking.records import Failure, MaskedColumns, RecordColumns
from streams.telemetry import log

__all__ = ["MaskBatch", "mask_safely"]

MaskBatch = Callable[[RecordColumns], MaskedColumns]

#: What a record is whose masking raised.
RAISED: Final = Failure("detector_error", "detect")

_events: Final = log.EventLog()


def mask_safely(mask: MaskBatch, columns: RecordColumns, progress: Callable[[], None]) -> MaskedColumns:
    """The masked batch. When masking raises, record by record; whichever still raises is a failure.

    Calls `progress` after each record of the slow way. Never raises, other than for an interpreter that ends.
    """
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
