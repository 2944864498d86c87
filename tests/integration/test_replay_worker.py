"""Workers of a replay on real Kafka: exact ranges whatever stands in the log, and exactly once whatever happens."""

import threading
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from streams.errors import UsageError
from streams.masking.records import MaskedColumns, RecordColumns
from streams.replay.derived import group_of
from streams.replay.journal import JobReader
from streams.replay.live import LiveLag, live_lag
from streams.replay.planning import plan_job
from streams.replay.spec import load_spec, parse_pace
from tests.support.kafka import KafkaBroker, create_topic, delete_records
from tests.support.pipeline import Pipeline, mask, masking, read_topic, wait_for
from tests.support.replay import JobLine

GOLDEN = Path(__file__).parents[2] / "schemas" / "golden"
_ids = count()


def made(kafka: KafkaBroker, folder: Path, **options: Any) -> JobLine:
    return JobLine(Pipeline.create(kafka.bootstrap, folder, **options))


def numbers(messages: list[Message]) -> dict[int, list[int]]:
    """The numbers that values begin with, in order, by partition."""
    found: dict[int, list[int]] = {}
    for each in messages:
        found.setdefault(each.partition() or 0, []).append(int((each.value() or b"").split(b" ")[0]))
    return found


def transact(line: Pipeline, values: list[bytes | None], *, partition: int = 0, abort: bool = False) -> None:
    """One transaction of records."""
    producer = Producer({"bootstrap.servers": line.bootstrap, "transactional.id": f"{line.raw}-{next(_ids)}"})
    producer.init_transactions(30)
    producer.begin_transaction()
    for value in values:
        producer.produce(line.raw, value, b"key", partition)
    producer.flush(30)
    (producer.abort_transaction if abort else producer.commit_transaction)(30)


def test_what_others_say_while_the_end_is_asked_for_is_not_lost(
    kafka: KafkaBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A record behind the end that a reader asked for comes with those before it, once: it is taken as well."""
    jobs = made(kafka, tmp_path)
    jobs.line.produce([{"value": b"0 secret", "partition": 0}])
    job = jobs.make()
    reader = JobReader(jobs.settings, job.job)
    asked = reader._end

    def end_and_one_more() -> int:
        end = asked()
        jobs.say(job, "paused")
        return end

    with monkeypatch.context() as patched:
        patched.setattr(reader, "_end", end_and_one_more)
        reader.catch_up()
    assert reader.catch_up().state_name == "paused"
    reader.close()


@pytest.mark.parametrize("pace", [{}, {"max_rate": 2}], ids=["at once", "held in between"])
def test_a_range_ends_by_itself_behind_markers_and_aborted_records(
    kafka: KafkaBroker, tmp_path: Path, pace: dict[str, Any]
) -> None:
    """Transactions, aborted ones at the very end, tombstones, an empty partition: read = what a reader sees."""
    jobs = made(kafka, tmp_path)
    line = jobs.line
    line.produce([{"value": b"0 secret", "partition": 0}, {"value": None, "key": b"gone", "partition": 1}])
    transact(line, [b"1 secret", b"2 secret"])
    transact(line, [b"98 secret"], abort=True)
    transact(line, [b"3 secret"])
    transact(line, [b"99 secret"] * 5, abort=True)
    transact(line, [b"97 secret"], partition=2, abort=True)
    job = jobs.make(pace=pace)
    found = jobs.run(job)
    written = jobs.written(job)
    assert numbers([each for each in written if each.value() is not None]) == {0: [0, 1, 2, 3]}
    assert [each.key() for each in written if each.value() is None] == [b"gone"]
    rows = {row["partition"]: row for row in found["partitions"]}
    assert all(row["position"] == row["end"] for row in rows.values())
    assert (found["read"], found["written"], found["confirmed"]) == (5, 5, True)


def test_records_behind_the_end_are_not_read(kafka: KafkaBroker, tmp_path: Path) -> None:
    """The end is fixed by the plan: what comes while the job runs, or came before it ran, stays out."""
    jobs = made(kafka, tmp_path)
    jobs.line.numbered(400)
    job = jobs.make()
    jobs.line.numbered(400, first=1000)
    stop = threading.Event()

    def inflow() -> None:
        for first in count(2000, 40):
            jobs.line.numbered(40, first=first)
            if stop.wait(0.01):
                return

    thread = threading.Thread(target=inflow)
    thread.start()
    try:
        found = jobs.run(job)
    finally:
        stop.set()
        thread.join()
    assert numbers(jobs.written(job)) == {n: list(range(n, 400, 4)) for n in range(4)}
    assert (found["read"], found["left"], found["confirmed"]) == (400, 0, True)


def test_an_open_transaction_behind_the_end_holds_nothing_up(kafka: KafkaBroker, tmp_path: Path) -> None:
    """The end is what a read_committed reader sees; what is undecided there is not waited for."""
    jobs = made(kafka, tmp_path, partitions=1)
    jobs.line.numbered(50, partitions=1)
    producer = Producer({"bootstrap.servers": kafka.bootstrap, "transactional.id": jobs.line.raw})
    producer.init_transactions(30)
    producer.begin_transaction()
    producer.produce(jobs.line.raw, b"99 secret", b"k", 0)
    producer.flush(30)
    jobs.line.numbered(10, partitions=1, first=100)
    found = jobs.run(jobs.make())
    producer.abort_transaction(30)
    assert (found["read"], found["partitions"][0]["end"]) == (50, 50)


def test_offsets_partitions_and_times_choose_exactly(kafka: KafkaBroker, tmp_path: Path) -> None:
    """From and to by offset in one partition; by time in all; nothing beside it."""
    jobs = made(kafka, tmp_path)
    now = int(time.time() * 1000) - 3_600_000
    jobs.line.produce(
        [{"value": b"%d secret" % n, "partition": n % 4, "timestamp": now + 1000 * n} for n in range(100)]
    )
    source = {"partitions": [1], "from_offset": 5, "to_offset": 9}
    assert jobs.run(jobs.make("offsets", source={"topics": source}))["read"] == 4
    assert numbers(read_topic(kafka.bootstrap, f"{jobs.line.clean}.replay.offsets")) == {1: [21, 25, 29, 33]}
    stamp = [time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now / 1000 + at)) for at in (11, 21)]
    times = jobs.make("times", source={"topics": {"from": stamp[0], "to": stamp[1]}})
    assert jobs.run(times)["read"] == 10
    assert (
        sorted(n for each in numbers(jobs.written(times)).values() for n in each)
        == sorted(n for n in range(100) if now / 1000 + 11 <= now / 1000 + n + 0.999 < now / 1000 + 22)[:10]
    )


def test_an_aborted_record_is_no_end_of_a_time(kafka: KafkaBroker, tmp_path: Path) -> None:
    """A lookup by time finds aborted records and records behind the end: neither is a beginning beyond what is seen."""
    jobs = made(kafka, tmp_path, partitions=1)
    jobs.line.numbered(10, partitions=1)
    transact(jobs.line, [b"99 secret"], abort=True)
    with pytest.raises(UsageError, match="nothing in that range"):
        jobs.plan(source={"topics": {"from": "2999-01-01"}})
    plan = jobs.plan(source={"topics": {"to": "2999-01-01"}})
    assert [(one.start, one.end) for one in plan.job.ranges] == [(0, 12)]


def test_a_sample_and_filters_leave_out_and_are_counted(kafka: KafkaBroker, tmp_path: Path) -> None:
    """read = written + quarantined + filtered in each partition, whatever is left out."""
    jobs = made(kafka, tmp_path)
    words = (b"fine", b"UNMASKABLE", b"dull")
    jobs.line.produce([{"value": b"%d secret %s" % (n, words[n % 3]), "partition": n % 4} for n in range(600)])
    select = {"where": [{"text": "dull", "not": True}], "sample": {"share": 0.5}}
    found = jobs.run(jobs.make(select=select))
    assert found["read"] == 600
    assert found["filtered"] > 350
    assert found["written"] > 50 < found["quarantined"]
    assert found["reconciled"]
    assert found["findings"] == {"secret": sum(found[name] for name in ("written", "quarantined"))}
    written = read_topic(kafka.bootstrap, f"{jobs.line.clean}.replay.j")
    assert not any(b"dull" in (each.value() or b"") for each in written)


def test_a_dry_run_counts_and_writes_nothing(kafka: KafkaBroker, tmp_path: Path) -> None:
    """Findings and failures are there, records are not."""
    jobs = made(kafka, tmp_path)
    jobs.line.produce([{"value": b"%d secret%s" % (n, b" UNMASKABLE" * (n == 7)), "partition": 0} for n in range(50)])
    found = jobs.run(jobs.make(target={"to": "nothing"}))
    assert (found["read"], found["written"], found["quarantined"], found["findings"]) == (50, 49, 1, {"secret": 50})
    assert found["confirmed"] is None
    assert read_topic(kafka.bootstrap, jobs.line.clean) == []
    assert read_topic(kafka.bootstrap, jobs.line.quarantine) == []


def clients_of(kafka: KafkaBroker, group: str) -> set[str]:
    """By what names the members of a group are known to brokers, which bound clients by it."""
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap})
    return {member.client_id for member in admin.describe_consumer_groups([group])[group].result(30).members}


def test_two_workers_share_a_job_and_one_goes_on_alone(kafka: KafkaBroker, tmp_path: Path) -> None:
    """A worker that leaves in the middle gives its partitions up; each record is there once and in order."""
    jobs = made(kafka, tmp_path)
    jobs.line.numbered(6000)
    job = jobs.make(pace={"max_rate": 3000})
    with jobs.running(job, 0) as first:
        with jobs.running(job, 1):
            wait_for(lambda: jobs.view(job).total("read") > 1500, "progress")
            assert clients_of(kafka, group_of(jobs.settings.group_id, job.job)) == {"maskstream-replay"}
        wait_for(lambda: not first.thread.is_alive(), "the end of the job")
    found = jobs.report(job)
    assert (found["read"], found["written"], found["confirmed"]) == (6000, 6000, True)
    assert numbers(jobs.written(job)) == {n: list(range(n, 6000, 4)) for n in range(4)}


def test_pause_holds_resume_goes_on_stop_ends_and_a_start_finishes(kafka: KafkaBroker, tmp_path: Path) -> None:
    """What the jobs topic says is heeded between batches, and nothing is lost or doubled by it."""
    jobs = made(kafka, tmp_path)
    jobs.line.numbered(4000)
    job = jobs.make(pace={"max_rate": 100})
    with jobs.running(job) as running:
        wait_for(lambda: jobs.view(job).total("read") > 50, "progress")
        jobs.say(job, "paused")
        held = stands_still(lambda: jobs.view(job).total("read"))
        assert 50 < held < 4000
        assert running.thread.is_alive()
        jobs.say(job, "running")
        wait_for(lambda: jobs.view(job).total("read") > held, "progress after the pause")
        jobs.say(job, "stopped")
        wait_for(lambda: not running.thread.is_alive(), "the end of the worker")
    assert not jobs.view(job).done
    jobs.say(job, "running", parse_pace(jobs.view(job).pace, {"max_rate": "1000000"}))
    assert jobs.run(job)["confirmed"]
    assert numbers(jobs.written(job)) == {n: list(range(n, 4000, 4)) for n in range(4)}


def stands_still(value: Callable[[], int]) -> int:
    """The value once it is the same over ten looks."""
    seen = [value()]

    def settled() -> bool:
        seen.append(value())
        return len(seen) > 10 and len(set(seen[-10:])) == 1

    wait_for(settled, "a standstill")
    return seen[-1]


def test_expired_group_offsets_are_made_good_by_the_jobs_topic(kafka: KafkaBroker, tmp_path: Path) -> None:
    """A job whose group was forgotten by Kafka goes on where it was."""
    jobs = made(kafka, tmp_path)
    jobs.line.numbered(3000)
    job = jobs.make(pace={"max_rate": 2000})
    with jobs.running(job):
        wait_for(lambda: jobs.view(job).total("read") > 500, "progress")
    group = group_of(jobs.settings.group_id, job.job)
    wait_for(lambda: not jobs.admin.group_is_active(group), "an empty group")
    jobs.admin._client.delete_consumer_groups([group])[group].result(30)
    assert not any(jobs.admin.committed(group, [(jobs.line.raw, n) for n in range(4)]).values())
    assert jobs.run(job)["confirmed"]
    assert numbers(jobs.written(job)) == {n: list(range(n, 3000, 4)) for n in range(4)}


def test_what_retention_deletes_is_counted_and_the_rest_is_read(kafka: KafkaBroker, tmp_path: Path) -> None:
    """A beginning that is gone before the job comes to it, and a whole partition: told and counted by offsets."""
    jobs = made(kafka, tmp_path)
    jobs.line.numbered(400)
    job = jobs.make()
    delete_records(kafka.bootstrap, jobs.line.raw, 0, 30)
    delete_records(kafka.bootstrap, jobs.line.raw, 1, 100)
    found = jobs.run(job)
    assert {row["partition"]: row["lost"] for row in found["partitions"]} == {0: 30, 1: 100, 2: 0, 3: 0}
    assert (found["read"], found["lost"], found["left"], found["confirmed"]) == (270, 130, 0, True)
    assert numbers(jobs.written(job))[0] == list(range(120, 400, 4))


def test_retention_that_overtakes_a_running_job_is_counted(kafka: KafkaBroker, tmp_path: Path) -> None:
    """Records deleted under a worker that is reading: it goes on behind the gap and says how large it was."""
    jobs = made(kafka, tmp_path, partitions=1)
    jobs.line.produce([{"value": b"%d secret" % n + b"." * 20_000, "partition": 0} for n in range(3000)])
    job = jobs.make(pace={"max_rate": 300})
    with jobs.running(job) as running:
        wait_for(lambda: jobs.view(job).total("read") > 50, "progress")
        delete_records(kafka.bootstrap, jobs.line.raw, 0, 2900)
        wait_for(lambda: not running.thread.is_alive(), "the end of the job")
    found = jobs.report(job)
    assert found["lost"] > 1000
    assert found["read"] + found["lost"] == 3000
    assert found["confirmed"]
    assert b'maskstream_replay_offsets_lost_total{job="j"}' in running.metrics.render()


def test_a_group_that_somebody_moved_stops_its_partition(kafka: KafkaBroker, tmp_path: Path, monkeypatch: Any) -> None:
    """The group's offset and the job's word disagree: nothing is read on a guess."""
    monkeypatch.setattr("streams.replay.placing.AGREE_S", 0.5)
    jobs = made(kafka, tmp_path, partitions=1)
    jobs.line.numbered(200, partitions=1)
    job = jobs.make()
    group = group_of(jobs.settings.group_id, job.job)
    jobs.admin.commit(group, {(jobs.line.raw, 0): (50, "")})
    with jobs.running(job) as running:
        wait_for(lambda: running.health.stopped() == [(jobs.line.raw, 0)], "a stopped partition")
    assert jobs.written(job) == []


def test_a_topic_made_again_is_noticed(kafka: KafkaBroker, tmp_path: Path) -> None:
    """A plan is for a topic, not for a name."""
    jobs = made(kafka, tmp_path, partitions=1)
    jobs.line.numbered(20, partitions=1)
    job = jobs.make()
    other = job.model_copy(update={"topic_ids": {jobs.line.raw: "AAAAAAAAAAAAAAAAAAAAAQ"}})
    jobs.save(other)
    with jobs.running(other) as running:
        wait_for(lambda: running.health.stopped() == [(jobs.line.raw, 0)], "a stopped partition")
    assert jobs.written(job) == []


def test_a_job_gives_way_to_a_live_path_that_lags(kafka: KafkaBroker, tmp_path: Path, monkeypatch: Any) -> None:
    """While the live group's lag grows the worker works a smaller share of its time, and all of it afterwards."""
    monkeypatch.setattr("streams.replay.live.LOOK_S", 0.2)
    jobs = made(kafka, tmp_path)
    line = jobs.line
    line.numbered(4000)
    job = jobs.make(pace={"floor": 0.2})
    gate = threading.Event()

    def slow(columns: RecordColumns) -> MaskedColumns:
        gate.wait(0.2)
        return mask(columns)

    live = LiveLag(jobs.settings)
    with line.running(using=masking(slow)):
        wait_for(lambda: jobs.admin.group_is_active(jobs.settings.group_id), "a live member")
        line.numbered(2000, first=5000)
        live.start()
        wait_for(lambda: (live.lag or 0) > 1000, "a live lag")
        with jobs.running(job, live=live) as running:
            line.numbered(4000, first=9000)
            wait_for(lambda: share_of(running) < 1, "a smaller share")
            gate.set()
            wait_for(lambda: not running.thread.is_alive() or share_of(running) == 1, "full speed again")
            wait_for(lambda: not running.thread.is_alive(), "the end of the job")
    live.stop()
    assert jobs.report(job)["read"] == 4000
    assert live_lag(jobs.settings, jobs.admin) is None


def share_of(running: Any) -> float:
    page = running.metrics.render().decode()
    return float(page.split('maskstream_replay_pace_share{job="j"} ')[1].split("\n")[0])


def test_the_rate_is_kept(kafka: KafkaBroker, tmp_path: Path) -> None:
    """A second's worth at once and the rate from then on: 1 500 records at 500 a second take two seconds or more."""
    jobs = made(kafka, tmp_path)
    jobs.line.numbered(1500)
    found = jobs.run(jobs.make(pace={"max_rate": "500/s"}))
    assert found["read"] == 1500
    assert found["seconds"] > 1.5


def test_a_job_of_a_version_1_spec_runs(kafka: KafkaBroker, tmp_path: Path) -> None:
    """The spec file of version 1 is planned and run as it says: time, partitions, filters, sample, names."""
    jobs = made(kafka, tmp_path)
    create_topic(kafka.bootstrap, "app.logs", config={"retention.ms": "-1"})
    october = 1_791_000_000_000  # 2026-10-03
    values = [b'%d {"level":"warn"}' % n for n in range(3)] + [
        b'{"level":"%s","n":%d,"text":"%s"}' % (level, n, text)
        for n, (level, text) in enumerate([(b"error", b"timeout"), (b"info", b"timeout"), (b"warn", b"fine")] * 200)
    ]
    for times, env in ((october, b"dev"), (october - 40 * 86_400_000, b"dev"), (october + 1000, b"prod")):
        jobs.line.produce(
            [
                {
                    "value": value,
                    "key": b"k%d" % (n % 97),
                    "partition": n % 4,
                    "timestamp": times,
                    "headers": {"env": env},
                }
                for n, value in enumerate(values)
            ],
            topic="app.logs",
        )
    plan = plan_job(jobs.settings, load_spec(GOLDEN / "replay-spec-1.yaml"), jobs.admin, by="test@here")
    found = jobs.run(jobs.save(plan.job))
    written = read_topic(kafka.bootstrap, "app.logs.again.october")
    assert {each.partition() for each in written} == {0, 3}
    assert 10 < len(written) < 80
    assert all(b'"error"' in (each.value() or b"") and b"timeout" in (each.value() or b"") for each in written)
    assert all(dict(each.headers() or [])["env"] == b"dev" for each in written)
    assert (found["written"], found["read"], found["confirmed"]) == (len(written), found["read"], True)
    assert found["filtered"] == found["read"] - len(written)


def test_committed_offsets_and_the_jobs_topic_agree(kafka: KafkaBroker, tmp_path: Path) -> None:
    """After the job the group stands at the ends, as the job's words do."""
    jobs = made(kafka, tmp_path)
    jobs.line.numbered(500)
    job = jobs.make()
    jobs.run(job)
    keys = [(jobs.line.raw, n) for n in range(4)]
    committed = jobs.admin.committed(group_of(jobs.settings.group_id, job.job), keys)
    words = jobs.view(job).positions
    assert (
        {key: seen[0] for key, seen in committed.items() if seen} == words == {key: job.by_key[key].end for key in keys}
    )
    assert TopicPartition(*keys[0]).partition == 0
