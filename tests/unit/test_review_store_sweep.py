"""What retention has taken is let go of: records expire, are shown for a day, and decisions go with their topic."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.quarantine.store.model import Filter
from streams.quarantine.store.sweep import _ROWS, EXPIRED_KEPT_MS, Sweep
from tests.support.review import NOW_MS, Filled, decision, envelope, outcome

ALL = ("*",)


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Filled]:
    made = Filled(tmp_path)
    yield made
    made.store.close()


def swept(filled: Filled, now_ms: int) -> None:
    sweep = Sweep(filled.db)
    while sweep.some(now_ms):
        pass


def tallied(filled: Filled) -> Counter[tuple[int, ...]]:
    return Counter({tuple(key): n for *key, n in filled.db.execute("SELECT kind, topic, phase, n FROM tally")})


def counted(filled: Filled) -> Counter[tuple[int, ...]]:
    return Counter(filled.db.execute("SELECT kind, topic, phase FROM records").fetchall())


def test_review_store_expires_what_waits(filled: Filled) -> None:
    """Behind the beginning of the log what waits expires, what was decided stays as it is."""
    ids = filled.records([envelope(number) for number in range(6)])
    filled.events(decision(ids[:1], action="claim"), decision(ids[1:2]), decision(ids[2:3], action="discard"))
    filled.ingest.begin_at({("quarantine", 0): 5}, NOW_MS)
    assert filled.store.counts(Filter()).by_status["expired"] == 0
    assert filled.store.record(0, 0, ALL).row.status == "expired"  # type: ignore[union-attr]
    swept(filled, NOW_MS)
    counts = filled.store.counts(Filter())
    assert (counts.by_status["expired"], counts.waiting, counts.by_status["released"]) == (3, 1, 1)
    filled.events(decision(ids[3:4], action="claim"))
    assert filled.store.record(0, 3, ALL).row.status == "expired"  # type: ignore[union-attr]
    assert [record for chunk in filled.store.chunks(Filter()) for record in chunk.records] == ids[5:]
    assert tallied(filled) == counted(filled)


def test_review_store_takes_records_that_expired_before_they_were_read(filled: Filled) -> None:
    """What is still read although the beginning has moved past it is expired from the start."""
    filled.ingest.begin_at({("quarantine", 0): 2}, NOW_MS)
    filled.records([envelope(number) for number in range(3)])
    assert filled.store.counts(Filter()).by_status["expired"] == 2


def test_review_store_forgets_after_a_day(filled: Filled) -> None:
    """Expired records are shown for a day; then their history alone is left, as in a store that is built then."""
    ids = filled.records([envelope(number) for number in range(_ROWS + 100)])
    claim = decision(ids[:1], action="claim")
    filled.events(claim)
    filled.ingest.begin_at({("quarantine", 0): _ROWS + 90}, NOW_MS)
    swept(filled, NOW_MS + EXPIRED_KEPT_MS - 1)
    assert filled.store.counts(Filter()).total == _ROWS + 100
    swept(filled, NOW_MS + EXPIRED_KEPT_MS)
    assert filled.store.counts(Filter()).total == 10
    assert tallied(filled) == counted(filled)
    assert filled.store.record(0, 1, ALL) is None
    left = filled.store.record(0, 0, ALL)
    assert left is not None
    assert (left.row.status, left.row.gone, left.row.source) == ("expired", True, None)
    assert [item.id for item in left.history] == [claim.id]
    assert filled.store.record(0, 0, ("users",)) is None
    assert filled.store.record(0, 0, ("ord*",)) is not None


def test_review_store_forgets_decisions_with_their_topic(filled: Filled) -> None:
    """Events that the decisions topic no longer holds are gone, states only where their record is gone too."""
    ids = filled.records([envelope(number) for number in range(4)])
    early, late = decision(ids[:2]), decision(ids[2:3])
    filled.events(early, outcome(early.id, ids[:1]), late)
    filled.ingest.begin_at({("quarantine", 0): 1}, NOW_MS)
    swept(filled, NOW_MS + EXPIRED_KEPT_MS)
    assert filled.store.record(0, 0, ALL) is not None
    filled.ingest.begin_at({("decisions", 0): 2}, NOW_MS)
    swept(filled, NOW_MS + EXPIRED_KEPT_MS)
    assert filled.store.record(0, 0, ALL) is None
    assert filled.store.wait_for(early.id, 0) is None
    assert filled.store.wait_for(late.id, 0) is not None
    kept = filled.store.record(0, 1, ALL)
    assert kept is not None
    assert (kept.row.status, kept.history) == ("released", ())


def test_review_store_begins_only_forwards(filled: Filled) -> None:
    """A look that is older than the last one brings nothing back, and positions never go back."""
    filled.records([envelope(number) for number in range(3)])
    filled.ingest.begin_at({("quarantine", 0): 9, ("decisions", 0): 4}, NOW_MS)
    filled.ingest.begin_at({("quarantine", 0): 2, ("decisions", 0): 1}, NOW_MS)
    found = filled.db.execute("SELECT topic, next, low FROM positions ORDER BY topic").fetchall()
    assert found == [("decisions", 4, 4), ("quarantine", 9, 9)]
