"""The redrive on real Kafka: what comes out for what people decide."""

import time
from collections import Counter
from pathlib import Path

import pytest
from confluent_kafka import Message
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from streams.masking.records import Failure, MaskedColumns, RecordColumns
from streams.quarantine.decisions import RecordId
from streams.quarantine.envelope import EnvelopeWriter, Origin
from tests.support.decisions import decision, outcome
from tests.support.kafka import KafkaBroker, alter_topic, create_topic, delete_records
from tests.support.pipeline import STAMP, mask, wait_for
from tests.support.redrive import Redrive


def number(message: Message) -> int:
    return int((message.value() or b"").split(b" ", 1)[0])


def header(message: Message, name: str) -> str:
    return (dict(message.headers() or []).get(name) or b"").decode()


def test_released_records_are_on_the_clean_topic_once(kafka: KafkaBroker, tmp_path: Path) -> None:
    """1 000 records over four partitions: masked, in their partition, with key, headers, time and where they come from;
    everything that is decided gets its outcome, and nothing else is touched.
    """
    line = Redrive(kafka.bootstrap, tmp_path)
    releases = {}
    with line.running():
        for partition in range(4):
            ids = line.fill(300, partition=partition, first=1000 * partition)
            releases[partition] = line.release(ids[:250], partition=partition)
        outcomes = line.outcomes(1000)
    clean = line.written()
    assert sorted(map(number, clean)) == sorted(1000 * p + n for p in range(4) for n in range(250))
    for message in clean:
        assert (message.value() or b"").endswith(b" ******")
        assert message.key() == b"k%d" % number(message)
        assert (message.partition() or 0) == number(message) // 1000
        headers = message.headers() or []
        assert headers[:4] == [("h", b"v"), *STAMP]
        decided, _, place = header(message, "maskstream.redriven").partition(" ")
        assert decided == str(releases[message.partition() or 0].id)
        assert place.startswith(f"{line.quarantine}/{message.partition()}/")
    assert {event.result for event in outcomes} == {"redriven"}
    assert {event.decision for event in outcomes} == {event.id for event in releases.values()}
    assert Counter(record for event in outcomes for record in event.records).most_common(1)[0][1] == 1


def test_an_undo_in_front_of_the_redrive_counts(kafka: KafkaBroker, tmp_path: Path) -> None:
    """What was taken back, discarded or decided by somebody else first is not written; what was released again is."""
    line = Redrive(kafka.bootstrap, tmp_path, partitions=1)
    ids = line.fill(6)
    undone, again = line.release(ids[:1]), line.release(ids[1:2])
    line.write(decision("undo", "released", ids[0], actor="bob"), decision("undo", "released", ids[1]))
    second = line.release(ids[1:2], actor="bob")
    line.write(decision("discard", "open", ids[2]))
    line.release(ids[2:3], actor="bob")
    line.write(decision("claim", "open", ids[3], actor="bob"))
    line.release(ids[3:4], expected="claimed", actor="ann")
    kept = line.release(ids[4:5])
    line.write(kept)
    with line.running() as running:
        outcomes = line.outcomes(2)
        wait_for(lambda: not running.health.reasons(), "ready")
    assert sorted(map(number, line.written())) == [1, 4]
    assert {event.decision for event in outcomes} == {second.id, kept.id}
    assert undone.id != again.id


def test_an_undo_far_behind_counts_after_a_start(
    kafka: KafkaBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is carried out before all is read that stood in the log at the start, however small the batches are; so
    whoever undoes a release while no redrive runs has undone it.
    """
    monkeypatch.setattr("streams.agents.redrive.worker.BATCH_EVENTS", 1)
    line = Redrive(kafka.bootstrap, tmp_path, partitions=1)
    ids = line.fill(4)
    line.release(ids)
    line.write(*(decision("claim", "open", *line.fill(1, first=10 + n)) for n in range(20)))
    line.write(decision("undo", "released", *ids[:3]))
    with line.running():
        line.outcomes(1)
        line.release(ids[:1])
        line.outcomes(2)
    assert list(map(number, line.written())) == [3, 0]


def test_a_release_that_is_repeated_is_redriven_once(kafka: KafkaBroker, tmp_path: Path) -> None:
    """The same event again, another event on the same records, and an outcome from elsewhere: one record each."""
    line = Redrive(kafka.bootstrap, tmp_path, partitions=1)
    ids = line.fill(20)
    first = line.release(ids)
    line.write(first, first, decision("release", "open", *ids, actor="bob"))
    with line.running():
        line.outcomes(20)
        line.write(first, decision("release", "released", *ids), outcome(first))
        line.release(line.fill(1, first=99))
        line.outcomes(41)
    assert sorted(map(number, line.written())) == [*range(20), 99]


def test_a_release_of_many_goes_step_by_step(
    kafka: KafkaBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However few records a transaction and a step may have, all that was released comes out, in order."""
    for name, count in (("PORTION_RECORDS", 7), ("STEP_RECORDS", 50)):
        monkeypatch.setattr(f"streams.agents.redrive.worker.{name}", count)
    line = Redrive(kafka.bootstrap, tmp_path, partitions=1)
    line.release(line.fill(303))
    with line.running():
        outcomes = line.outcomes(303)
    assert list(map(number, line.written())) == list(range(303))
    assert max(len(event.records) for event in outcomes) == 7


def test_a_second_run_begins_where_the_first_was(kafka: KafkaBroker, tmp_path: Path) -> None:
    """Stopped and started, with the offsets or without them: nothing is written again, what is new is."""
    line = Redrive(kafka.bootstrap, tmp_path, partitions=2)
    ids = line.fill(50)
    with line.running():
        line.release(ids[:20])
        line.outcomes(20)
    line.release(ids[20:30])
    with line.running():
        line.outcomes(30)
    # Another group has no offsets at all: what is answered is known from the log.
    line.release(ids[30:40])
    with line.running(group_id=f"{line.group}-other"):
        line.outcomes(40)
    assert sorted(map(number, line.written())) == list(range(40))


def test_what_fails_again_goes_back_with_its_reason(kafka: KafkaBroker, tmp_path: Path) -> None:
    """The failure and its detectors are in the outcome; under a better policy it is released again and passes."""
    line = Redrive(kafka.bootstrap, tmp_path, partitions=1)
    offset = line.put([line.sealed(0, value=b"0 UNMASKABLE"), line.sealed(1), line.sealed(2, value=b"2 RAISE")])
    ids = [line.id(offset + n, n) for n in range(3)]
    line.release(ids)
    with line.running() as running:
        found = {event.records: event for event in line.outcomes(3)}
        assert found[ids[0],].failure == "invalid_encoding"
        assert found[ids[1],].result == "redriven"
        assert found[ids[2],].failure == "detector_error"
        assert b'maskstream_redrive_failures_total{reason="invalid_encoding"} 1.0' in running.metrics.render()
    assert list(map(number, line.written())) == [1]
    line.release([ids[0], ids[2]], expected="failed_again")
    with line.running(masker=better):
        line.outcomes(5)
    assert list(map(number, line.written())) == [1, 0, 2]


def better(columns: RecordColumns) -> MaskedColumns:
    """A policy that knows what to do with what failed."""
    values = [value and value.replace(b"UNMASKABLE", b"").replace(b"RAISE", b"") for value in columns.values]
    return mask(RecordColumns(columns.keys, values, columns.headers, columns.topics))


def test_whatever_stands_in_quarantine_gets_an_answer(kafka: KafkaBroker, tmp_path: Path) -> None:
    """Tampered, sealed to another key, without payload, of an unknown version, foreign bytes, a tombstone, somebody
    else's topic, a partition that the clean topic has not, another record at that offset: an outcome each, and the
    record behind them is redriven.
    """
    line = Redrive(kafka.bootstrap, tmp_path, partitions=1)
    tampered = line.sealed(0)
    at = tampered.value.index(b'"data":"') + 20
    flipped = b"A" if tampered.value[at : at + 1] != b"A" else b"B"
    tampered = tampered._replace(value=tampered.value[:at] + flipped + tampered.value[at + 1 :])
    other = EnvelopeWriter(X25519PrivateKey.generate().public_key(), "p0", 1 << 20)
    records = [
        tampered,
        other.write(Origin(line.raw, 0, 1, 5), Failure("residue", "verify"), None, None, b"1 secret"),
        line.writer.write(Origin(line.raw, 0, 2, 5), Failure("too_large", "produce"), None, None, None),
        line.sealed(3)._replace(value=line.sealed(3).value.replace(b'"version":1', b'"version":2', 1)),
        b"\xffforeign",
        None,
        line.sealed(6, topic="elsewhere"),
        line.sealed(7, partition=5),
        line.sealed(8),
        line.sealed(9),
    ]
    offset = line.put(records)
    ids = [line.id(offset + n, n) for n in range(10)]
    ids[6] = RecordId(offset + 6, "elsewhere/0/6")
    ids[7] = RecordId(offset + 7, f"{line.raw}/5/7")
    ids[8] = RecordId(offset + 8, f"{line.raw}/0/88")
    line.release(ids)
    with line.running():
        outcomes = line.outcomes(10)
    answers = {record.offset - offset: event.failure or event.result for event in outcomes for record in event.records}
    assert answers == {
        0: "cannot_open", 1: "cannot_open", 2: "too_large", 3: "no_envelope", 4: "no_envelope", 5: "no_envelope",
        6: "no_topic", 7: "no_topic", 8: "expired", 9: "redriven",
    }  # fmt: skip
    assert list(map(number, line.written())) == [9]


def test_events_that_are_none_are_skipped_and_counted(kafka: KafkaBroker, tmp_path: Path) -> None:
    """Foreign bytes, other kinds, another partition's event: nothing happens, and the next decision is carried out."""
    line = Redrive(kafka.bootstrap, tmp_path, partitions=2)
    ids = line.fill(1)
    strange = decision("release", "open", *ids, partition=1)
    line.write(b"\xff", b'{"kind":[]}', b'{"kind":"decision","version":9}', strange.model_dump_json().encode())
    line.release(ids)
    with line.running() as running:
        line.outcomes(1)
        assert b"maskstream_redrive_skipped_total 4.0" in running.metrics.render()
    assert list(map(number, line.written())) == [0]


def test_records_that_expired_get_that_answer(kafka: KafkaBroker, tmp_path: Path) -> None:
    """Passed by retention, aborted, a marker of a transaction: expired, and never another one instead."""
    line = Redrive(kafka.bootstrap, tmp_path, partitions=1)
    ids = line.fill(10)
    aborted = line.put([line.sealed(50)], abort=True)
    last = line.fill(1, first=60)
    delete_records(kafka.bootstrap, line.quarantine, 0, ids[5].offset)
    gone = [*ids[:5], RecordId(ids[-1].offset + 1, f"{line.raw}/0/10"), line.id(aborted, 50)]
    line.release([*ids, *gone[5:], *last])
    with line.running():
        outcomes = line.outcomes(13)
    assert {record for event in outcomes if event.result == "expired" for record in event.records} == set(gone)
    assert sorted(map(number, line.written())) == [5, 6, 7, 8, 9, 60]


def test_a_decision_before_its_record_waits_for_it(kafka: KafkaBroker, tmp_path: Path) -> None:
    """Nothing is there at that offset yet: it stays released, over a restart too, and is redriven when it comes."""
    line = Redrive(kafka.bootstrap, tmp_path, partitions=1)
    (first,) = line.fill(1)
    # Between two transactions of one record each stands the marker of the first.
    early = [line.id(first.offset + 2 * n, n) for n in range(1, 4)]
    with line.running() as running:
        line.release([first, *early])
        line.outcomes(1)
        wait_for(lambda: b"maskstream_redrive_waiting_records 3.0" in running.metrics.render(), "the count")
        line.fill(1, first=1)
        line.outcomes(2)
    line.put([line.sealed(2)])
    with line.running():
        line.outcomes(3)
    assert [number(each) for each in line.written()] == [0, 1, 2]
    assert {event.result for event in line.outcomes(3)} == {"redriven"}


def test_a_record_of_last_week_does_not_evaporate(kafka: KafkaBroker, tmp_path: Path) -> None:
    """Older than half of the clean topic's retention, from the future, without a time: the present time, and the
    original in a header; a younger one keeps its own. That a policy quarantines such times is overruled by a release.
    """
    line = Redrive(kafka.bootstrap, tmp_path, partitions=1)
    now, day = int(time.time() * 1000), 86_400_000
    times = [now - day, now - 5 * day, now + 30 * day, -1, 2**63 - 1]
    offset = line.put([line.sealed(n, time_ms=each) for n, each in enumerate(times)])
    line.release([line.id(offset + n, n) for n in range(5)])
    with line.running():
        line.outcomes(5)
    clean = line.written()
    assert clean[0].timestamp()[1] == times[0]
    assert all(abs(each.timestamp()[1] - now) < 120_000 for each in clean[1:])
    assert [header(each, "maskstream.timestamp") for each in clean] == [
        "", str(times[1]), str(times[2]), "", str(times[4]),
    ]  # fmt: skip


def test_a_record_of_a_replay_goes_to_its_topic(kafka: KafkaBroker, tmp_path: Path) -> None:
    """To the job's topic, with the job in a header; where that is not there, nowhere: the live path has written it."""
    line = Redrive(kafka.bootstrap, tmp_path, partitions=1)
    replayed = create_topic(kafka.bootstrap, f"{line.clean}.replay.job-1", partitions=1)
    offset = line.put([line.sealed(0, job="job-1"), line.sealed(1, job="job-2"), line.sealed(2, job="no topic!")])
    line.release(
        [line.id(offset, 0, 0, "job-1"), line.id(offset + 1, 1, 0, "job-2"), line.id(offset + 2, 2, 0, "no topic!")]
    )
    with line.running():
        outcomes = line.outcomes(3)
    assert [(number(each), header(each, "maskstream.replay")) for each in line.written(replayed)] == [(0, "job-1")]
    assert line.written() == []
    assert sorted(str(event.failure) for event in outcomes for _ in event.records) == ["None", "no_topic", "no_topic"]


def test_a_forged_header_is_not_taken_for_ours(kafka: KafkaBroker, tmp_path: Path) -> None:
    """A producer's own `maskstream.redriven` is replaced, one that would break Kafka's client is refused."""
    line = Redrive(kafka.bootstrap, tmp_path, partitions=1)
    forged = [("maskstream.redriven", b"forged"), ("maskstream.policy", b"forged")]
    offset = line.put([line.sealed(0, headers=forged), line.sealed(1, headers=[("\ud800", b"x")]), line.sealed(2)])
    line.release([line.id(offset + n, n) for n in range(3)])
    with line.running():
        outcomes = line.outcomes(3)
    first, second = line.written()
    assert [name for name, _ in first.headers() or []].count("maskstream.redriven") == 1
    assert b"forged" not in dict(first.headers() or []).values()
    assert (number(first), number(second)) == (0, 2)
    assert {event.failure for event in outcomes} == {None, "cannot_open"}


def test_a_record_too_large_for_its_clean_topic_fails_again(kafka: KafkaBroker, tmp_path: Path) -> None:
    """Seen before it is sent, by itself or with what masking adds; its neighbours pass."""
    line = Redrive(kafka.bootstrap, tmp_path, partitions=1)
    limit = 20_000
    alter_topic(kafka.bootstrap, line.clean, {"max.message.bytes": str(limit)})
    values = [b"0 fine", b"1 " + b"x" * (limit + 10), b"2 " + b"x" * (10 * limit), b"3 fine"]
    offset = line.put([line.sealed(n, value=value) for n, value in enumerate(values)])
    line.release([line.id(offset + n, n) for n in range(4)])
    with line.running():
        outcomes = line.outcomes(4)
    assert sorted(map(number, line.written())) == [0, 3]
    failed = {record.offset - offset for event in outcomes if event.failure == "too_large" for record in event.records}
    assert failed == {1, 2}
