"""Ages of what waits are those that a look at every record gives, by whichever index they are counted."""

import random
from collections import Counter
from collections.abc import Iterator

import pytest

from streams.masking.records import Failure
from streams.quarantine.fold import ACTIONABLE
from streams.quarantine.store import series
from streams.quarantine.store.model import Filter, RecordRow
from tests.support.review import DAY_MS, HOUR_MS, NOW_MS, Filled, decision, envelope

TOPICS = ("orders", "orders.eu", "users")
FAILURES = [
    *[Failure("residue", "verify", ("email",))] * 3,
    Failure("residue", "verify", ("email", "card")),
    Failure("too_deep", "decode"),
    Failure("poison", "detect", ("jwt",)),
]
BUCKETS = 28
PER_BUCKET_MS = 12 * HOUR_MS
FILTERS = [
    Filter(text=text, detector=detector, since_ms=since_ms, until_ms=until_ms, topics=topics)
    for text, detector in (
        ("email", None), ("card", None), ("jwt orders", None), ("orders", None), ("e", None), ("nothing", None),
        ("users", "email"), ("", "card"), ("", "email"), ("residue", None), ("3", None), ("", None),
    )
    for since_ms, until_ms in ((None, None), (NOW_MS - 3 * DAY_MS + 1234, NOW_MS - HOUR_MS // 3))
    for topics in (("*",), ("orders*",), ("users", "orders.??"), ())
]  # fmt: skip


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """Records of many shapes over 16 days, some of which are decided on, and foreign bytes."""
    made, dice = Filled(tmp_path_factory.mktemp("ages")), random.Random(3)
    ids = made.records([])
    for number in range(400):
        value = b"{%s}" % b",".join(b'"k%d":1' % key for key in range(dice.randrange(12)))
        topic, failure = dice.choice(TOPICS), dice.choice(FAILURES)
        item = envelope(number // 2, topic=topic, partition=number % 2, failure=failure, value=value)
        seen_ms = NOW_MS + HOUR_MS - dice.randrange(16 * DAY_MS)
        ids += made.records([item if number % 20 else "no envelope: not JSON"], seen_ms=seen_ms)
    made.events(decision(ids[:100]), decision(ids[100:120], action="claim"), decision(ids[120:130], action="discard"))
    yield made
    made.store.close()


def everything(filled: Filled, wanted: Filter) -> list[RecordRow]:
    return list(filled.store.records(wanted, limit=500).rows)


def matches(row: RecordRow, wanted: Filter) -> bool:
    """What a filter says, in plain words."""
    if row.source is None or row.status not in ACTIONABLE:
        return False
    told = " ".join((str(row.reason), *row.detectors, row.fingerprint)).lower()
    for word in wanted.text.split():
        if word.isdigit():
            if int(word) not in {row.offset, row.source.offset}:
                return False
        elif word not in told and word not in row.source.topic:
            return False
    return (
        wanted.detector in {None, *row.detectors}
        and (wanted.since_ms is None or row.seen_ms >= wanted.since_ms)
        and (wanted.until_ms is None or row.seen_ms < wanted.until_ms)
        and bool(everybodys(row.source.topic) & set(wanted.topics))
    )


def everybodys(topic: str) -> set[str]:
    """The scopes of these tests that see a topic."""
    return (
        {"*", topic}
        | ({"orders*"} if topic.startswith("orders") else set())
        | ({"orders.??"} if topic == "orders.eu" else set())
    )


@pytest.mark.parametrize("out_of_order", [0, 2, 10**9], ids=["by kind", "as it costs", "by time"])
def test_ages_are_those_of_every_record(out_of_order: int, filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words, detectors, times and scopes: counted by kind or by time, each record once, in the bucket of its hour."""
    monkeypatch.setattr(series, "_OUT_OF_ORDER", out_of_order)
    rows = everything(filled, Filter())
    assert len(rows) == 400
    found_some = 0
    for wanted in FILTERS:
        ages = filled.store.ages(wanted, BUCKETS)
        assert ages.bucket_ms == PER_BUCKET_MS
        counted = Counter(bucket(row.seen_ms) for row in rows if matches(row, wanted))
        assert ages.counts == tuple(counted[number] for number in range(BUCKETS)), wanted
        found_some += bool(counted)
    assert found_some > len(FILTERS) // 2


def bucket(seen_ms: int) -> int:
    """By whole hours; what is younger than now is new, what is older than all buckets is in the last one."""
    hours = max(0, NOW_MS // HOUR_MS - seen_ms // HOUR_MS)
    return min(hours * HOUR_MS // PER_BUCKET_MS, BUCKETS - 1)
