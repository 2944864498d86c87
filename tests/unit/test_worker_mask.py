"""Masking fails closed: whatever the core raises, nothing of the record gets out and the others are not lost."""

from collections import Counter

import pytest

from streams.agents.mask import PORTION_BYTES, mask_safely
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


def test_a_large_batch_is_masked_in_portions_that_tell_of_progress() -> None:
    """No step without a sign of progress has more than a portion and a record; each record stays in its place."""
    sizes: list[int] = []
    steps: list[None] = []

    def mask(batch: RecordColumns) -> MaskedColumns:
        if b"bad" in batch.values:
            raise ValueError
        sizes.append(sum(map(len, filter(None, batch.values))))
        assert batch.topics == [str(len(value or b"")) for value in batch.values]
        masked = [value.upper() if value else value for value in batch.values]
        failures = {at: Failure("residue", "verify") for at, value in enumerate(batch.values) if value == b"left"}
        return MaskedColumns(batch.keys, masked, batch.headers, failures, Counter(email=len(masked)))

    values: list[bytes | None] = [b"%02dx" % n + b"-" * 900_000 for n in range(20)]
    values[10:10] = [None, b"bad", b"left"]
    topics = [str(len(value or b"")) for value in values]
    batch = RecordColumns([b"%d" % n for n in range(23)], values, [[("h", b"1"), ("none", None)]] * 23, topics)
    masked = mask_safely(mask, batch, lambda: steps.append(None))
    assert masked.failures == {11: Failure("detector_error", "detect"), 12: Failure("residue", "verify")}
    assert (masked.values[10], masked.values[11], masked.values[22]) == (None, None, b"19X" + b"-" * 900_000)
    assert masked.keys[13:] == [b"%d" % n for n in range(13, 23)]
    assert len(masked.headers) == 23
    assert max(sizes) <= PORTION_BYTES + 900_003
    assert len(steps) >= 18_000_000 // (PORTION_BYTES + 900_003)
    assert masked.findings["email"] == 22
