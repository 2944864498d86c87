"""Masking fails closed: whatever the core raises, nothing of the record gets out and the others are not lost."""

from collections import Counter

import pytest

from streams.agents.mask import mask_safely
from streams.masking.records import Failure, MaskedColumns, RecordColumns


def columns(*values: bytes) -> RecordColumns:
    return RecordColumns([b"k"] * len(values), list(values), [None] * len(values))


@pytest.mark.parametrize("error", [ValueError(b"canary"), KeyError("canary"), RecursionError(), MemoryError()])
def test_a_record_that_raises_is_a_failure_and_its_neighbours_are_masked(error: Exception) -> None:
    """Record by record after the first error; the failing one leaves no byte behind."""

    def mask(batch: RecordColumns) -> MaskedColumns:
        if b"bad" in batch.values:
            raise error
        masked = [value.upper() if value else value for value in batch.values]
        return MaskedColumns(batch.keys, masked, batch.headers, {}, Counter(email=len(masked)))

    steps: list[None] = []
    masked = mask_safely(mask, columns(b"a", b"bad", b"c"), lambda: steps.append(None))
    assert masked.values == [b"A", None, b"C"]
    assert masked.keys == [b"k", None, b"k"]
    assert masked.failures == {1: Failure("detector_error", "detect")}
    assert masked.findings == Counter(email=2)
    assert len(steps) == 3


def test_a_masker_that_loses_records_is_not_believed() -> None:
    """Fewer outputs than inputs would shift records: the batch is masked one by one, and what is short is a failure."""
    masked = mask_safely(lambda _batch: MaskedColumns([], [], []), columns(b"a", b"b"), lambda: None)
    assert set(masked.failures) == {0, 1}
    assert masked.values == [None, None]
