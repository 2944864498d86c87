"""The review store on a real broker: built, resumed, rebuilt, killed, and the same everywhere."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient

from streams.masking.records import Failure
from streams.quarantine.decisions import Event, RecordId, encode_event, record_id
from streams.quarantine.envelope import Origin
from streams.quarantine.store.model import Filter
from streams.quarantine.store.store import ReviewStore
from streams.settings import Settings
from tests.support.kafka import KafkaBroker, create_topic, delete_records, grow_topic, unique
from tests.support.review import decision, outcome, written

DEADLINE_S = 60.0
CANARY = b'{"email":"canary@example.com","password":"canary"}'


class Log:
    """Both topics of one test, a producer in place of worker and API, and the settings of a store."""

    def __init__(self, broker: KafkaBroker, folder: Path, partitions: int = 2) -> None:
        self.bootstrap, self.folder = broker.bootstrap, folder
        self.quarantine = create_topic(broker.bootstrap, prefix="quarantine", partitions=partitions)
        self.decisions = create_topic(broker.bootstrap, prefix="decisions", partitions=partitions)
        self.producer = Producer({"bootstrap.servers": broker.bootstrap, "transactional.id": unique("review-writer")})
        self.producer.init_transactions(30)

    def settings(self, name: str = "one") -> Settings:
        return Settings(
            bootstrap_servers=self.bootstrap,
            quarantine_topic=self.quarantine,
            decisions_topic=self.decisions,
            state_dir=self.folder / name,
        )

    def store(self, name: str = "one") -> ReviewStore:
        return ReviewStore(self.settings(name))

    def write(self, *records: tuple[int, Any], commit: bool = True) -> None:
        """Envelopes and foreign bytes, by partition, in one transaction."""
        self.producer.begin_transaction()
        for partition, record in records:
            value = record if isinstance(record, bytes) else record.value
            self.producer.produce(self.quarantine, value, partition=partition)
        self._end(commit)

    def say(self, *events: Event | bytes, partition: int = 0, commit: bool = True) -> None:
        """Events, in one transaction."""
        self.producer.begin_transaction()
        for event in events:
            value = event if isinstance(event, bytes) else encode_event(event)
            self.producer.produce(self.decisions, value, partition=partition)
        self._end(commit)

    def _end(self, commit: bool) -> None:
        self.producer.flush(30)
        if commit:
            self.producer.commit_transaction(30)
        else:
            self.producer.abort_transaction(30)


@pytest.fixture
def log(kafka: KafkaBroker, tmp_path: Path) -> Iterator[Log]:
    made = Log(kafka, tmp_path)
    yield made
    made.producer.flush(10)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, "it did not come: what the store says is in its log"
        time.sleep(0.02)


def built(store: ReviewStore) -> bool:
    health = store.health()
    return health.ready and health.progress.share == 1.0 and health.problem is None


def shown(store: ReviewStore) -> list[Any]:
    """All that a store says, for a comparison with another one."""
    rows, cursor = [], None
    while True:
        page = store.records(Filter(), sort="oldest", limit=100, cursor=cursor)
        rows += page.rows
        cursor = page.cursor
        if cursor is None:
            break
    views = [store.record(row.partition, row.offset, ("*",)) for row in rows]
    groups = store.groups(Filter(), limit=500).rows
    return [views, [replace(group, last_hour=0) for group in groups], store.counts(Filter())]


def ids(partition_offsets: list[int], sources: list[int]) -> list[RecordId]:
    return [record_id(at, Origin("orders", 0, of, 5)) for at, of in zip(partition_offsets, sources, strict=True)]


def test_review_store_builds_what_is_committed(log: Log) -> None:
    """Committed records, foreign bytes named as such, nothing of aborted transactions, marks of them at the end."""
    log.write((0, written(1)), (1, written(2, topic="users")), (0, b"\x00canary"), (1, b'{"version":9}'))
    log.write((0, written(3)), commit=False)
    (first,) = ids([0], [1])
    release = decision([first])
    log.say(release, b"rubbish", commit=True)
    log.say(decision([first], action="discard", expected="released"), commit=False)
    with log.store() as store:
        until(lambda: built(store))
        rows = store.records(Filter(), sort="oldest").rows
        assert {row.place for row in rows} == {"0:0", "0:1", "1:0", "1:1"}
        assert {row.problem for row in rows} == {
            None, "no envelope: not JSON", "an envelope of a version that this maskstream does not know",
        }  # fmt: skip
        view = store.record(0, 0, ("*",))
        assert view is not None
        assert (view.row.status, view.row.pending, view.decision) == ("released", True, release.id)
        assert [item.action for item in view.history] == ["release"]


def test_review_store_answers_an_event_that_comes(log: Log) -> None:
    """Whoever writes a decision waits for it and learns whom it changed, and who was faster where it was lost."""
    log.write((0, written(1)), (0, written(2)))
    one, two = ids([0, 1], [1, 2])
    with log.store() as store:
        until(lambda: built(store))
        mine, late = decision([one, two]), decision([two], action="discard", actor="bob")
        log.say(mine, late)
        found, lost = store.wait_for(mine.id, DEADLINE_S), store.wait_for(late.id, DEADLINE_S)
        assert found is not None
        assert set(found.changed) == {one, two}
        assert lost is not None
        assert (lost.changed, lost.lost[two].actor) == ({}, "ann")
        log.say(outcome(mine.id, [one]))
        until(lambda: store.counts(Filter()).pending == 1)


def test_review_store_takes_decisions_before_their_records(log: Log) -> None:
    """A decision that is read before its record waits for it; until then the record's history alone is shown."""
    (early,) = ids([0], [1])
    with log.store() as store:
        until(lambda: built(store))
        log.say(decision([early], action="claim"))
        until(lambda: store.record(0, 0, ("orders",)) is not None)
        assert store.record(0, 0, ("users",)) is None
        log.write((0, written(1)))
        until(lambda: bool(store.records(Filter(status=frozenset({"claimed"}))).rows))


def test_review_store_resumes_where_it_stopped(log: Log) -> None:
    """A second start reads what came meanwhile and nothing else: rows keep their numbers."""
    log.write(*((number % 2, written(number)) for number in range(20)))
    with log.store() as store:
        until(lambda: built(store))
        path = store._holder.view.path
    log.write((0, written(50)))
    with log.store() as store:
        assert store.health().ready
        until(lambda: store.counts(Filter()).total == 21)
        assert store._holder.view.path == path
        ends = store._ask(lambda db: db.execute("SELECT max(id), count(*) FROM records").fetchone())
        assert ends == (21, 21)


def test_two_review_stores_show_the_same(log: Log) -> None:
    """One that was there all the time and one that is built at the end agree in every row, group and history."""
    log.write(*((number % 2, written(number, topic="users" if number % 3 else "orders")) for number in range(30)))
    with log.store("one") as one:
        until(lambda: built(one))
        rows = one.records(Filter(topics=("orders",)), limit=100).rows
        for row in rows[:6]:
            assert row.id is not None
            wanted = decision([row.id], partition=row.partition)
            log.say(wanted, decision([row.id], partition=row.partition, actor="bob"), partition=row.partition)
            assert one.wait_for(wanted.id, DEADLINE_S)
            log.say(outcome(wanted.id, [row.id], partition=row.partition), partition=row.partition)
        until(lambda: one.counts(Filter(pending=False, status=frozenset({"released"}))).total == 6)
        with log.store("two") as two:
            until(lambda: built(two) and built(one))
            assert shown(two) == shown(one)


def test_review_store_pages_while_records_come(log: Log) -> None:
    """Under inflow each record that was there is on one page, in order; and groups stay what they were."""
    kinds = [Failure("residue", "verify", (name,)) for name in ("email", "card", "phone", "iban")]
    log.write(*((number % 2, written(number, failure=kinds[number % 4])) for number in range(60)))
    stop = threading.Event()

    def inflow() -> None:
        number = 1000
        while not stop.is_set():
            log.write(*((one % 2, written(one, failure=kinds[0])) for one in range(number, number + 20)))
            number += 20

    with log.store() as store:
        until(lambda: built(store))
        thread = threading.Thread(target=inflow)
        thread.start()
        try:
            seen, groups, cursor, group_cursor = [], [], None, None
            for _ in range(200):
                before = store.counts(Filter()).total
                page = store.records(Filter(), limit=7, cursor=cursor)
                seen += page.rows
                cursor = page.cursor
                if cursor is None:
                    break
                until(lambda before=before: store.counts(Filter()).total > before)  # type: ignore[misc]
            for _ in range(4):
                found = store.groups(Filter(), limit=1, cursor=group_cursor)
                groups += found.rows
                group_cursor = found.cursor
        finally:
            stop.set()
            thread.join()
    keys = [(row.seen_ms, row.partition, row.offset) for row in seen]
    assert keys == sorted(set(keys), reverse=True)
    assert {row.source.offset for row in seen if row.source} >= set(range(60))
    assert len({group.fingerprint for group in groups}) == 4
    assert group_cursor is None


def test_review_store_survives_kill_in_the_middle(log: Log) -> None:
    """Killed while it builds and started again it is complete, with each record once."""
    for begin in range(0, 4000, 500):
        log.write(*((number % 2, written(number)) for number in range(begin, begin + 500)))
    log.say(decision(ids([0, 1], [0, 2])))
    settings = log.settings()
    code = (
        "import sys, time; from streams.settings import Settings\n"
        "from streams.quarantine.store import ingest, store\n"
        "write = ingest.Ingest.write\n"
        "def slow(self, *given):\n    write(self, *given); print('written', flush=True); time.sleep(0.2)\n"
        "ingest.Ingest.write = slow\n"
        "from streams.quarantine.store import follow\nfollow._SLICE_RECORDS['quarantine'] = 100\n"
        "opened = store.ReviewStore(Settings.model_validate_json(sys.argv[1])); opened.start(); time.sleep(600)\n"
    )
    given = settings.model_dump_json(include={"bootstrap_servers", "quarantine_topic", "decisions_topic", "state_dir"})
    child = subprocess.Popen([sys.executable, "-c", code, given], stdout=subprocess.PIPE, cwd=Path.cwd())
    assert child.stdout is not None
    for _ in range(3):
        assert child.stdout.readline() == b"written\n"
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    with log.store() as store:
        partly = store.counts(Filter()).total
        assert 0 < partly < 4000
        until(lambda: built(store))
        assert store.counts(Filter()).total == 4000
        assert store.counts(Filter()).pending == 2
        sources = [chunk.records for chunk in store.chunks(Filter())]
        assert len({record.origin for records in sources for record in records}) == 4000


def test_review_store_of_a_topic_made_anew_is_built_anew(log: Log) -> None:
    """A topic of the same name with another id: nothing of the old one is shown, running or at the next start."""
    log.write((0, written(1)), (0, written(2)))
    with log.store() as store:
        until(lambda: store.counts(Filter()).total == 2)
        recreate(log, log.quarantine)
        log.write((0, written(77)))
        until(lambda: {row.source.offset for row in store.records(Filter()).rows if row.source} == {77})
        until(lambda: built(store))
    recreate(log, log.decisions)
    recreate(log, log.quarantine)
    log.write((1, written(88)))
    with log.store() as store:
        until(lambda: {row.source.offset for row in store.records(Filter()).rows if row.source} == {88})


def recreate(log: Log, topic: str) -> None:
    admin = AdminClient({"bootstrap.servers": log.bootstrap})
    admin.delete_topics([topic])[topic].result(30)
    until(lambda: topic not in admin.list_topics(timeout=10).topics)
    create_topic(log.bootstrap, topic, partitions=2)


def test_review_store_lets_go_of_what_retention_took(log: Log) -> None:
    """What waited before the beginning of the log has expired and is in no list for decisions; what was done stays."""
    log.write(*((0, written(number)) for number in range(4)))
    released, open_ = ids([0, 1], [0, 1])
    with log.store() as store:
        until(lambda: built(store))
        mine = decision([released])
        log.say(mine)
        assert store.wait_for(mine.id, DEADLINE_S)
        delete_records(log.bootstrap, log.quarantine, 0, 2)
        until(lambda: store.counts(Filter()).by_status["expired"] == 1)
        assert [row.offset for row in store.records(Filter(status=frozenset({"expired"}))).rows] == [open_.offset]
        assert [chunk.records for chunk in store.chunks(Filter())] == [tuple(ids([2, 3], [2, 3]))]
        gone = store.record(0, 0, ("*",))
        assert gone is not None
        assert (gone.row.gone, gone.row.status) == (True, "released")
    with log.store("other") as other:
        until(lambda: built(other))
        left = other.record(0, 0, ("*",))
        assert left is not None
        assert (left.row.status, left.row.gone, left.history) == (gone.row.status, True, gone.history)


def test_review_store_goes_on_where_retention_was_faster(log: Log) -> None:
    """A store that comes back after its place has been deleted goes on with what is left."""
    log.write((0, written(1)))
    with log.store() as store:
        until(lambda: built(store))
    log.write((0, written(2)), (0, written(3)))
    delete_records(log.bootstrap, log.quarantine, 0, 3)
    with log.store() as store:
        until(lambda: {row.offset for row in store.records(Filter()).rows} == {0, 3})
        until(lambda: built(store))


def test_review_store_takes_up_new_partitions(log: Log) -> None:
    """Partitions that are added while it runs are read from their beginning."""
    with log.store() as store:
        until(lambda: built(store))
        for topic in (log.quarantine, log.decisions):
            grow_topic(log.bootstrap, topic, 3)
        until(lambda: wrote(log, 2))
        until(lambda: {row.partition for row in store.records(Filter()).rows} == {2})


def wrote(log: Log, partition: int) -> bool:
    """By a client that has not heard of fewer partitions."""
    failed: list[object] = []
    producer = Producer({"bootstrap.servers": log.bootstrap, "message.timeout.ms": 5000})
    producer.produce(
        log.quarantine, written(5).value, partition=partition, on_delivery=lambda error, _: failed.append(error)
    )
    producer.flush(10)
    return failed == [None]


def test_review_store_builds_a_damaged_or_missing_file_anew(log: Log) -> None:
    """Rubbish in the file, a file of another version, a file removed while it runs: built anew, and said nothing."""
    log.write(*((number % 2, written(number)) for number in range(300)))
    with log.store() as store:
        until(lambda: built(store))
        path = store._holder.view.path
        path.unlink()
        until(lambda: store._holder.view.path != path and built(store))
        path = store._holder.view.path
    content = bytearray(path.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    path.write_bytes(content)
    with log.store() as store:
        until(lambda: built(store) and store.counts(Filter()).total == 300)
        path = store._holder.view.path
        store._holder.view.writer.execute("PRAGMA user_version = 99")
    with log.store() as store:
        assert not store.health().ready
        until(lambda: built(store))
        assert store._holder.view.path != path
        assert len(list(path.parent.glob("view-*.sqlite"))) == 1


def test_review_store_waits_for_room_on_the_disk(log: Log) -> None:
    """While its file cannot grow it says so and still answers; with room again it reads on, each record once."""
    log.write(*((0, written(number)) for number in range(50)))
    with log.store() as store:
        until(lambda: built(store))
        writer = store._holder.view.writer
        writer.execute("PRAGMA max_page_count = 1")
        log.write(*((number % 2, written(number)) for number in range(3000)))
        until(lambda: "disk" in (store.health().problem or ""))
        assert store.counts(Filter()).total >= 50
        writer.execute("PRAGMA max_page_count = 1000000")
        until(lambda: built(store))
        assert store.counts(Filter()).total == 3050


def test_review_store_keeps_no_sealed_payload(log: Log) -> None:
    """Canaries of records, the sealed bytes themselves: neither is in the file nor in its log; only we may read it."""
    records = [written(number, value=CANARY + b"%d" % number) for number in range(50)]
    log.write(*((0, record) for record in records), (1, b"canary foreign"), (1, CANARY))
    with log.store() as store:
        until(lambda: built(store))
        folder = store._holder.view.path.parent
        files = [path for path in folder.iterdir() if path.name.startswith("view-")]
        assert {path.suffix for path in files} == {".sqlite", ".sqlite-wal", ".sqlite-shm"}
        everything = b"".join(path.read_bytes() for path in files)
        assert b"orders" in everything
        assert b"canary" not in everything
        assert not any(sealed_data(record) in everything for record in records)
        assert {path.stat().st_mode & 0o077 for path in [folder, *files]} == {0}


def sealed_data(record: Any) -> bytes:
    text: bytes = record.value.split(b'"data":"')[1][:64]
    return text


def test_review_store_waits_for_kafka_and_topics(kafka: KafkaBroker, tmp_path: Path) -> None:
    """Without topics it says what to run, and begins by itself once they are there."""
    names = {"quarantine_topic": unique("quarantine"), "decisions_topic": unique("decisions")}
    settings = Settings(bootstrap_servers=kafka.bootstrap, state_dir=tmp_path, **names)
    with ReviewStore(settings) as store:
        until(lambda: "topics apply" in (store.health().problem or ""))
        assert store.groups(Filter()).rows == ()
        for name in names.values():
            create_topic(kafka.bootstrap, name, partitions=1)
        until(lambda: built(store))
