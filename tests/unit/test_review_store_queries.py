"""Lists, groups, numbers and expansions of the review store are what a look at every record would give."""

import base64
import itertools
import json
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.errors import GuardError, UsageError
from streams.masking.records import Failure
from streams.quarantine.decisions import RecordId
from streams.quarantine.store.groups import list_groups
from streams.quarantine.store.model import EXPIRING_MS, STATUSES, Filter, GroupRow, Page, RecordRow, Sort
from streams.quarantine.store.store import ReviewStore
from streams.settings import Settings
from tests.support.review import DAY_MS, HOUR_MS, NOW_MS, Filled, decision, envelope, outcome

RETENTION_MS = 14 * DAY_MS
TOPICS = ("orders", "orders.eu", "users", "payments_%")
FAILURES = [
    Failure("residue", "verify", ("email",)),
    Failure("residue", "verify", ("email", "card")),
    Failure("residue", "verify", ("email",), at=10),
    Failure("residue", "verify", ("email",), part="header"),
    Failure("too_deep", "decode"),
    Failure("poison", "detect", ("jwt",)),
]
VALUES = (b'{"email":"a@b.c"}', b"plain text 1", None)
SORTS: tuple[Sort, ...] = ("count", "newest", "oldest")
FOREIGN = "no envelope: not JSON"


def fill(filled: Filled, count: int = 240, seed: int = 5) -> None:
    """Records of three partitions over two weeks, foreign bytes, and decisions of each kind."""
    dice = random.Random(seed)
    ids: dict[int, list[Any]] = {number: [] for number in range(3)}
    for number in range(count):
        item = envelope(
            number // 2,
            topic=dice.choice(TOPICS[:3]),
            partition=number % 2,
            failure=dice.choice(FAILURES),
            value=dice.choice(VALUES),
            job=dice.choice((None, None, "again")),
        )
        # Repeated times, and some that are out of order.
        seen_ms = NOW_MS - dice.randrange(0, 60) * (RETENTION_MS // 60) - dice.randrange(0, 3) * 60_000
        partition = dice.randrange(3)
        clear = item if dice.random() < 0.95 else FOREIGN
        ids[partition] += filled.records([clear], partition=partition, seen_ms=seen_ms)
    for partition, known in ids.items():
        for action in ("claim", "release", "discard", "claim"):
            made = decision(dice.sample(known, len(known) // 5), action=action, partition=partition)
            filled.events(made)
            if action == "release":
                filled.events(outcome(made.id, made.records[::2], partition=partition))
                filled.events(outcome(made.id, made.records[1::4], partition=partition, result="failed_again"))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    made = Filled(tmp_path_factory.mktemp("review"), retention_ms=RETENTION_MS)
    fill(made)
    yield made
    made.store.close()


def paged(ask: Callable[[str | None], Page[Any]]) -> list[Any]:
    """All rows, page by page."""
    page = ask(None)
    rows = list(page.rows)
    while page.cursor is not None:
        page = ask(page.cursor)
        assert page.rows
        rows += page.rows
    return rows


def everything(
    store: ReviewStore, wanted: Filter | None = None, sort: Sort = "newest", limit: int = 500
) -> list[RecordRow]:
    return paged(lambda cursor: store.records(wanted or Filter(), sort=sort, limit=limit, cursor=cursor))


def matches(row: RecordRow, wanted: Filter) -> bool:
    """What a filter means, said once more and plainly."""
    topic = row.source.topic if row.source else None
    return (
        (
            "*" in wanted.topics
            or (topic is not None and any(fnmatchcase(topic, glob) for glob in wanted.topics if "[" not in glob))
        )
        and wanted.topic in {None, topic}
        and wanted.partition in {None, row.source.partition if row.source else -1}
        and wanted.offset in {None, row.source.offset if row.source else -1}
        and wanted.reason in {None, row.reason or ""}
        and (wanted.detector is None or wanted.detector in row.detectors)
        and wanted.fingerprint in {None, row.fingerprint}
        and (not wanted.status or (row.source is not None and row.status in wanted.status))
        and (wanted.pending is None or (row.source is not None and row.pending == wanted.pending))
        and (wanted.since_ms is None or row.seen_ms >= wanted.since_ms)
        and (wanted.until_ms is None or row.seen_ms < wanted.until_ms)
        and all(mentions(row, word) for word in wanted.text.split())
    )


def mentions(row: RecordRow, word: str) -> bool:
    source = row.source
    if ":" in word:
        return row.place == word
    if "/" in word:
        return source is not None and f"{source.topic}/{source.partition}/{source.offset}" == word
    if word.isdigit():
        return int(word) in {row.offset, source.offset if source else -1}
    said = (source.topic if source else None, row.reason, row.fingerprint, row.problem, row.path, *row.detectors)
    texts = list(filter(None, said))
    return any(word.lower() in text for text in texts)


times = st.none() | st.integers(0, 62).map(lambda part: NOW_MS - part * (RETENTION_MS // 60))
filters = st.builds(
    Filter,
    topics=st.sampled_from([("*",), ("*",), ("orders*",), ("orders",), ("user?", "orders.eu"), (), ("[o]rders",)]),
    topic=st.sampled_from([None, None, None, "orders", "users", "nosuch"]),
    partition=st.sampled_from([None, None, None, 0, 1, 2**70]),
    offset=st.sampled_from([None, None, None, 3, 17, 2**70]),
    reason=st.sampled_from([None, None, "residue", "poison"]),
    detector=st.sampled_from([None, None, "email", "card", "mail"]),
    status=st.sets(st.sampled_from(STATUSES), max_size=3).map(frozenset),
    pending=st.sampled_from([None, None, True, False]),
    since_ms=times,
    until_ms=times,
    text=st.sampled_from(
        [
            "",
            "",
            "",
            "0:17",
            "orders/1/3",
            "residue",
            "RESI card",
            "user",
            "12",
            "%",
            "'",
            "not",
            "e e",
            "$.email",
            "header",
        ]
    ),
)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(filters, st.sampled_from(["newest", "oldest"]))
def test_review_store_lists_what_matches(filled: Filled, wanted: Filter, sort: Sort) -> None:
    """Any filter: the records that match and no others, in order, each on one page; counts and expansion agree."""
    every = everything(filled.store)
    expected = [row for row in every if matches(row, wanted)]
    found = everything(filled.store, wanted, sort, limit=7)
    assert found == (expected if sort == "newest" else expected[::-1])
    counts = filled.store.counts(wanted)
    assert counts.total == len(expected)
    assert counts.foreign == sum(row.source is None for row in expected)
    assert {status: n for status, n in counts.by_status.items() if n} == Counter(
        row.status for row in expected if row.source
    )
    assert counts.pending == sum(row.pending for row in expected)
    chunks = list(filled.store.chunks(wanted, 4))
    assert sorted((chunk.partition, record.offset) for chunk in chunks for record in chunk.records) == sorted(
        (row.partition, row.offset) for row in expected if row.id
    )
    assert all(0 < len(chunk.records) <= 4 for chunk in chunks)
    statuses = {(row.partition, row.offset): row.status for row in every}
    assert {statuses[chunk.partition, one.offset] == chunk.status for chunk in chunks for one in chunk.records} <= {
        True
    }


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(filters, st.sampled_from(["count", "newest", "oldest"]))
def test_review_store_groups_what_matches(filled: Filled, wanted: Filter, sort: Sort) -> None:
    """Any filter: a group for each fingerprint that matches, with the numbers of its records, each on one page."""
    every = everything(filled.store)
    groups = paged(lambda cursor: filled.store.groups(wanted, sort=sort, limit=2, cursor=cursor))
    members: dict[str, list[RecordRow]] = {}
    anyhow = replace(wanted, status=frozenset(), pending=None)
    for row in every:
        if matches(row, anyhow):
            members.setdefault(row.fingerprint, []).append(row)
    members = {key: rows for key, rows in members.items() if any(matches(row, wanted) for row in rows)}
    assert {group.fingerprint: facts(group) for group in groups} == {
        key: expected(rows, wanted) for key, rows in members.items()
    }
    assert len(groups) == len(members)
    for group in groups:
        assert set(group.topics) >= {row.source.topic for row in members[group.fingerprint] if row.source}
    keys = [order(group, members[group.fingerprint], wanted, sort) for group in groups]
    assert keys == sorted(keys)


def facts(group: GroupRow) -> tuple[Any, ...]:
    return (
        group.matching, group.counts.total, group.counts.waiting, group.counts.pending, group.counts.expiring,
        group.first_seen_ms, group.last_seen_ms, group.oldest_ms, group.reason, group.problem,
    )  # fmt: skip


def expected(rows: list[RecordRow], wanted: Filter) -> tuple[Any, ...]:
    waiting = [row for row in rows if row.source and row.status in {"open", "claimed", "failed_again"}]
    soon = NOW_MS + EXPIRING_MS - RETENTION_MS
    return (
        sum(matches(row, wanted) for row in rows), len(rows), len(waiting), sum(row.pending for row in rows),
        sum(row.seen_ms < soon for row in waiting), min(row.seen_ms for row in rows),
        max(row.seen_ms for row in rows), min((row.seen_ms for row in waiting), default=None),
        rows[0].reason, rows[0].problem,
    )  # fmt: skip


def order(group: GroupRow, rows: list[RecordRow], wanted: Filter, sort: Sort) -> tuple[int, str]:
    wanted_rows = [row for row in rows if matches(row, wanted)]
    waiting = [row.seen_ms for row in wanted_rows if row.source and row.status in {"open", "claimed", "failed_again"}]
    value = {
        "count": -group.matching,
        "newest": -max(row.seen_ms for row in wanted_rows),
        "oldest": min(waiting, default=2**63),
    }[sort]
    return value, group.fingerprint


def test_review_store_charts_add_up(filled: Filled) -> None:
    """Inflow by minutes and by hours, and ages, hold each record once, in the bucket of its time."""
    every = everything(filled.store)
    for since, width in ((NOW_MS - 15 * DAY_MS, HOUR_MS), (NOW_MS - 2 * DAY_MS, 60_000)):
        series = filled.store.inflow(Filter(), since, NOW_MS + 1, 40)
        assert series.bucket_ms % width == 0
        assert len(series.starts_ms) <= 42
        for number, start in enumerate(series.starts_ms):
            inside = Counter(
                row.reason or "foreign" for row in every if start <= row.seen_ms < start + series.bucket_ms
            )
            assert {reason: counts[number] for reason, counts in series.by_reason.items() if counts[number]} == inside
    ages = filled.store.ages(Filter())
    assert (ages.retention_ms, ages.bucket_ms) == (RETENTION_MS, RETENTION_MS // 28)
    assert sum(ages.counts) == filled.store.counts(Filter()).waiting
    group = filled.store.groups(Filter()).rows[0].fingerprint
    for wanted in (Filter(topics=("users",)), Filter(reason="residue"), Filter(fingerprint=group), Filter(text="card")):
        came = filled.store.inflow(wanted, NOW_MS - 15 * DAY_MS, NOW_MS + 1)
        counts = filled.store.counts(wanted)
        assert sum(map(sum, came.by_reason.values())) == counts.total > 0
        assert sum(filled.store.ages(wanted).counts) == counts.waiting > 0


def test_review_store_shows_nothing_out_of_scope(filled: Filled) -> None:
    """A team that sees one topic finds no record, group, number, place, history or foreign bytes of another one."""
    scope = ("orders",)
    hidden = [row for row in everything(filled.store) if not (row.source and row.source.topic == "orders")]
    assert any(row.source is None for row in hidden)
    for row in hidden:
        assert filled.store.record(row.partition, row.offset, scope) is None
        assert filled.store.records(Filter(topics=scope, text=row.place)).rows == ()
    seen = everything(filled.store, Filter(topics=scope))
    assert {row.source.topic for row in seen if row.source} == {"orders"}
    assert filled.store.counts(Filter(topics=scope)).total == len(seen)
    assert {topic for group in filled.store.groups(Filter(topics=scope), limit=500).rows for topic in group.topics} == {
        "orders"
    }
    assert filled.store.counts(Filter(topics=scope, topic="users")).total == 0
    assert filled.store.counts(Filter(topics=("orders[.]eu", "^orders"))).total == 0


def test_review_store_record_tells_its_history(tmp_path: Path) -> None:
    """Who did what, what was lost to whom, what the redrive answered, in the order of the log."""
    filled = Filled(tmp_path)
    (record,) = filled.records([envelope(1)])
    release = decision([record], reason="INC-7")
    late = decision([record], actor="bob", action="discard")
    answer = outcome(release.id, [record], result="failed_again", detectors=("card",))
    filled.events(release, late, answer)
    view = filled.store.record(0, 0, ("*",))
    assert view is not None
    assert (view.row.status, view.row.failures, view.decision) == ("failed_again", 1, release.id)
    told = [(item.id, item.effective, item.status, item.actor, item.action, item.result) for item in view.history]
    assert told == [
        (release.id, True, "released", "ann", "release", None),
        (late.id, False, "released", "bob", "discard", None),
        (answer.id, True, "failed_again", None, None, "failed_again"),
    ]
    assert (view.history[0].reason, view.history[2].failure, view.history[2].detectors) == (
        "INC-7",
        "residue",
        ("card",),
    )
    assert view.sizes is not None
    assert (view.stage, view.sizes.value, view.preview_headers, view.preview_key) == ("verify", 27, ("x: x",), "x")
    assert "verifier" in view.explanation.what
    assert view.sealed_to is not None
    assert filled.store.record(0, 2**80, ("*",)) is None
    assert filled.store.record(7, 0, ("*",)) is None
    filled.store.close()


def test_review_store_groups_stand_still_under_inflow(tmp_path: Path) -> None:
    """Records that come between pages, old and new groups, move no group over the border of a page."""
    narrow = (Filter(), Filter(since_ms=0), Filter(topics=("order?",), status=frozenset({"open"})))
    for number, (sort, wanted_filter) in enumerate(itertools.product(SORTS, narrow)):
        filled = Filled(tmp_path / str(number))
        kinds = [Failure("residue", "verify", (f"d{rank}",)) for rank in range(9)]
        for rank, kind in enumerate(kinds):
            filled.records([envelope(rank, failure=kind)] * (9 - rank), seen_ms=NOW_MS - rank * HOUR_MS)
        wanted = [group.fingerprint for group in filled.store.groups(wanted_filter, sort=sort, limit=500).rows]
        page = filled.store.groups(wanted_filter, sort=sort, limit=2)
        found = list(page.rows)
        while page.cursor is not None:
            # The last groups become the first ones, and a new one is before them all.
            filled.records([envelope(50, failure=kinds[-1])] * 20, partition=1, seen_ms=NOW_MS + 1)
            filled.records([envelope(51, failure=Failure("poison", "detect"))] * 50, partition=2, seen_ms=1)
            page = filled.store.groups(wanted_filter, sort=sort, limit=2, cursor=page.cursor)
            found += page.rows
        assert [group.fingerprint for group in found] == wanted
        assert filled.store.groups(wanted_filter, sort=sort, limit=1).rows[0].fingerprint != wanted[0]
        filled.store.close()


def test_review_store_pages_go_on_at_another_instance(tmp_path: Path) -> None:
    """A cursor of one store continues at another one that has read the same in another order."""
    one, two = Filled(tmp_path / "one"), Filled(tmp_path / "two")
    items = [envelope(number, failure=FAILURES[number % 4]) for number in range(12)]
    for filled, order_ in ((one, (0, 1)), (two, (1, 0))):
        for part in order_:
            filled.records(items, partition=part)
    for of_one, of_two in ((one.store.records, two.store.records), (one.store.groups, two.store.groups)):
        page = of_one(Filter(), limit=2)
        found = list(page.rows)
        while page.cursor is not None:
            page = of_two(Filter(), limit=2, cursor=page.cursor)
            found += page.rows
        assert found == list(of_one(Filter(), limit=500).rows)
    one.store.close()
    two.store.close()


@pytest.mark.parametrize("text", ["", "a", "AAAA", "e30", "é", "x" * 100_000, "bnVsbA", "W10", "{}", "\x00", "=" * 7])
def test_review_store_refuses_cursors_of_others(filled: Filled, text: str) -> None:
    """What is no cursor is a sentence, not an error of the server, and the sentence does not repeat it."""
    for ask in (filled.store.records, filled.store.groups):
        with pytest.raises(UsageError, match="first page") as caught:
            ask(Filter(), cursor=text)
        assert len(str(caught.value)) < 100
    with pytest.raises(UsageError):
        filled.store.records(Filter(), sort="oldest", cursor=filled.store.records(Filter(), limit=1).cursor)


def test_review_store_heeds_no_partition_that_is_not_there(filled: Filled) -> None:
    """A cursor that somebody made of thousands of partitions costs no more than one of ours, and gives the same."""
    page = filled.store.groups(Filter(), sort="oldest", limit=1)
    assert page.cursor is not None
    made = json.loads(base64.urlsafe_b64decode(page.cursor + "=" * (-len(page.cursor) % 4)))
    for number in range(4000, 7000):
        made["upto"][str(number)] = 0
    text = base64.urlsafe_b64encode(json.dumps(made, separators=(",", ":")).encode()).decode().rstrip("=")
    seen: list[str] = []
    with filled.store._holder.view.snapshot() as db:
        db.set_trace_callback(seen.append)
        found = list_groups(db, Filter(), "oldest", 1, text, NOW_MS, RETENTION_MS)
        db.set_trace_callback(None)
    assert found.rows == filled.store.groups(Filter(), sort="oldest", limit=1, cursor=page.cursor).rows
    assert not any("4001" in statement for statement in seen)


def test_review_store_cursor_holds_no_content(filled: Filled) -> None:
    """Numbers and a fingerprint: neither a topic's name nor what was typed stands in an URL."""
    for ask in (filled.store.records, filled.store.groups):
        cursor = ask(Filter(topic="orders", text="residue"), limit=1).cursor
        assert cursor is not None
        plain = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        assert "orders" not in json.dumps(plain)
        assert "residue" not in json.dumps(plain)


def test_review_store_is_for_one_process(tmp_path: Path) -> None:
    """Two stores in one folder would write over each other: the second one is refused, and may begin afterwards."""
    settings_ = Settings(bootstrap_servers="127.0.0.1:1", state_dir=tmp_path)
    first = ReviewStore(settings_)
    with pytest.raises(GuardError, match="STATE_DIR"):
        ReviewStore(settings_)
    first.close()
    ReviewStore(settings_).close()


def test_review_store_answers_while_it_is_built_anew(tmp_path: Path) -> None:
    """Readers at work when the file is thrown away get an answer of the old or the new one, never an error."""
    filled = Filled(tmp_path)
    filled.records([envelope(number) for number in range(100)])
    failed: list[BaseException] = []
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            try:
                assert filled.store.counts(Filter()).total in {0, 100}
                assert len(filled.store.records(Filter()).rows) in {0, 50}
            except BaseException as error:  # noqa: BLE001
                failed.append(error)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(6):
        filled.store._holder.rebuild(f"topics {number}")
    stop.set()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(list(tmp_path.glob("*/view-*"))) == 3
    filled.store.close()


def test_review_store_is_built_anew_by_another_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """States were made by the fold of one version: another one does not take them over, nor those of other topics."""
    filled = Filled(tmp_path)
    assert filled.store._holder.fits("topics")
    assert not filled.store._holder.fits("others")
    filled.store.close()
    again = Filled(tmp_path)
    assert again.store._holder.fits("topics")
    monkeypatch.setattr("streams.quarantine.store.holder.__version__", "99")
    assert not again.store._holder.fits("topics")
    again.store.close()


def test_review_store_waits_for_what_is_to_come(filled: Filled) -> None:
    """A wait ends with the event, or with its time, and holds up nobody meanwhile."""
    made = decision([RecordId(offset=10**6, origin="orders/0/1")], partition=9)
    found: list[Any] = []
    waiter = threading.Thread(target=lambda: found.append(filled.store.wait_for(made.id, 60)))
    waiter.start()
    assert filled.store.wait_for(uuid4(), 0.05) is None
    assert not filled.store.wait_until({0: 2**40}, 0.05)
    filled.events(made)
    waiter.join()
    assert list(found[0].changed) == list(made.records)
