"""`maskstream purge` on Apache Kafka: finds what leaked, tells what goes with it, deletes by plan and typed word."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from confluent_kafka import Producer

from streams.quarantine.audit import parse_audit
from tests.support.kafka import KafkaBroker, create_topic
from tests.support.pipeline import read_topic
from tests.support.replay import Replays

TOKEN = "tok_email_k1_abcdefghijklmnopabcd"
LEAK = b"mail zq9canary.person@example.org"
START_MS = int(time.time() * 1000) - 3_600_000


@pytest.fixture
def replays(kafka: KafkaBroker, tmp_path: Path) -> Replays:
    installed = Replays(kafka, tmp_path)
    installed.prepare()
    installed.environ |= {"MASKSTREAM_DOWNSTREAM": "search cluster logs-*, lake s3://logs"}
    return installed


def fill(replays: Replays) -> None:
    """Twenty records in two partitions of both topics, a second apart: in the first, 7 has a token and 11 leaks."""
    producer = Producer({"bootstrap.servers": replays.bootstrap})
    for partition in (0, 1):
        for n in range(20):
            value = b"n %d" % n
            if partition == 0 and n == 7:
                value += f" {TOKEN}".encode()
            if partition == 0 and n == 11:
                value += b" " + LEAK
            for topic in (replays.raw, f"{replays.raw}.clean"):
                producer.produce(topic, value, partition=partition, timestamp=START_MS + n * 1000)
    assert producer.flush(30) == 0


def plan(replays: Replays, *arguments: str, status: int = 0) -> dict[str, object]:
    done = replays.call("purge", "plan", "--json", *arguments)
    assert done.returncode == status, done.stderr
    assert "zq9canary" not in done.stdout + done.stderr
    return dict(json.loads(done.stdout)) if status == 0 else {"said": done.stderr}


def cuts(found: dict[str, object]) -> list[tuple[int, ...]]:
    names = ("partition", "begin", "until", "matches", "records", "first_match", "last_match")
    return [tuple(cut[name] for name in names) for cut in found["cuts"]]  # type: ignore[attr-defined]


def iso(second: int) -> str:
    return datetime.fromtimestamp(START_MS / 1000 + second, UTC).isoformat()


def test_what_leaked_is_found_and_nothing_is_deleted_by_a_plan(replays: Replays) -> None:
    """By token, by today's policy, by place and by time; each plan says what is lost along and how it is repaired."""
    fill(replays)
    by_token = plan(replays, "--token", TOKEN)
    assert cuts(by_token) == [(0, 0, 8, 1, 8, 7, 7)]
    assert TOKEN not in json.dumps(by_token)
    by_policy = plan(replays, "--leaks")
    assert cuts(by_policy) == [(0, 0, 12, 1, 12, 11, 11)]
    assert by_policy["repairs"] == [
        f"maskstream replay start --topic {replays.raw} --partition 0 --from-offset 0 --to-offset 12 --into-clean"
    ]
    assert by_policy["downstream"] == ["search cluster logs-*", "lake s3://logs"]
    by_clean_place = plan(replays, "--record", f"{replays.raw}.clean/1/3")
    assert cuts(by_clean_place) == [(1, 0, 4, 1, 4, 3, 3)]
    by_raw_place = plan(replays, "--record", f"{replays.raw}/1/5")
    assert cuts(by_raw_place) == [(1, 0, 6, 1, 6, 5, 5)]
    by_time = plan(replays, "--from", iso(2), "--to", iso(4))
    assert cuts(by_time) == [(0, 0, 4, 2, 4, 2, 3), (1, 0, 4, 2, 4, 2, 3)]
    assert len(read_topic(replays.bootstrap, f"{replays.raw}.clean")) == 40
    assert "Nothing like that" in str(plan(replays, "--token", "tok_ip_k1_aaaaaaaaaaaaaaaaaaaa", status=2)["said"])
    assert "Say what leaked" in str(plan(replays, status=2)["said"])
    assert "none of those" in str(plan(replays, "--record", "elsewhere/0/1", status=2)["said"])


def test_a_plan_is_run_by_its_id_and_a_typed_word(replays: Replays) -> None:
    """Without the word nothing happens; with it the records are gone, and the audit has both events."""
    fill(replays)
    found = plan(replays, "--leaks")
    run = ["purge", "run", str(found["id"]), "--reason", "INC-7 leak of zq9canary.person@example.org"]
    for arguments, status in (
        (run, 2),
        ([*run, "--confirm", "delete 1 records"], 2),
        (["purge", "run", "0" * 12, "--reason", "why"], 2),
    ):
        done = replays.call(*arguments)
        assert done.returncode == status, done.stderr
    assert len(read_topic(replays.bootstrap, f"{replays.raw}.clean")) == 40
    done = replays.call(*run, "--confirm", "delete 12 records")
    assert done.returncode == 0, done.stderr
    assert "Afterwards" in done.stdout
    assert "Not reached: search cluster logs-*." in done.stdout
    left = read_topic(replays.bootstrap, f"{replays.raw}.clean")
    assert sorted((message.partition(), message.offset()) for message in left) == sorted(
        [(0, n) for n in range(12, 20)] + [(1, n) for n in range(20)]
    )
    events = [parse_audit(message.value()) for message in read_topic(replays.bootstrap, f"{replays.raw}.audit")]
    told = [(event.action, event.stage, event.plan, event.records) for event in events if not isinstance(event, str)]
    assert told == [("purge", "asked", found["id"], 12), ("purge", "done", found["id"], 12)]
    assert all("zq9canary" not in str(event) for event in events)
    assert replays.call("audit", "verify").returncode == 0


def test_a_plan_of_another_topic_of_the_name_is_refused(replays: Replays, kafka: KafkaBroker) -> None:
    """A topic that was deleted and made again has other records at the same offsets."""
    from confluent_kafka.admin import AdminClient  # noqa: PLC0415

    fill(replays)
    found = plan(replays, "--leaks")
    clean = f"{replays.raw}.clean"
    admin = AdminClient({"bootstrap.servers": replays.bootstrap})
    admin.delete_topics([clean])[clean].result(30)
    create_topic(kafka.bootstrap, clean)
    done = replays.call("purge", "run", str(found["id"]), "--reason", "INC-7", "--confirm", "delete 12 records")
    assert (done.returncode, "made again" in done.stderr) == (3, True)


def test_a_plan_that_was_changed_is_refused(replays: Replays) -> None:
    """Its id is a hash of what would be deleted."""
    fill(replays)
    found = plan(replays, "--leaks")
    [path] = (replays.folder / "state" / "purge").glob("*.json")
    document = json.loads(path.read_text())
    document["cuts"][0]["until"] = 20
    path.write_text(json.dumps(document))
    done = replays.call("purge", "run", str(found["id"]), "--reason", "INC-7", "--confirm", "delete 12 records")
    assert (done.returncode, "was changed" in done.stderr) == (3, True)
