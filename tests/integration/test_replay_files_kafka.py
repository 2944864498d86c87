"""Jobs from files to a topic, on Apache Kafka: exactly once and in order, whatever ends, and confirmed by reading."""

import gzip
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from streams.errors import GuardError, UsageError
from streams.kafka.admin import Admin
from streams.keystore import load_review_private, new_keyring, new_review_pair
from streams.quarantine.envelope import parse
from streams.replay.control import set_state
from streams.replay.files.report import FilesProgress
from streams.replay.files.shards import plan_files
from streams.replay.files.topic import run_files_to_topic
from streams.replay.jobs import Job, JobView
from streams.replay.running import finish, known, save
from streams.replay.spec import parse_spec
from streams.settings import Settings
from tests.support.files import PERSON, workers
from tests.support.kafka import KafkaBroker, create_topic, unique
from tests.support.pipeline import read_topic


@pytest.fixture
def settings(kafka: KafkaBroker, tmp_path: Path) -> Settings:
    """Topics of its own for each test, the jobs topic among them."""
    keys = tmp_path / "keys"
    keys.mkdir()
    new_keyring(keys / "ring.json")
    new_review_pair(keys / "public.pem", keys / "private.pem")
    name = unique("files")
    config = {"cleanup.policy": "compact,delete"}
    create_topic(kafka.bootstrap, f"{name}.jobs", partitions=8, config=config)
    create_topic(kafka.bootstrap, f"{name}.quarantine", partitions=3)
    return Settings(
        bootstrap_servers=kafka.bootstrap,
        group_id=name,
        clean_topic=f"{name}.{{topic}}.clean",
        quarantine_topic=f"{name}.quarantine",
        jobs_topic=f"{name}.jobs",
        keyring=keys / "ring.json",
        review_public_key=keys / "public.pem",
        review_private_key=keys / "private.pem",
        state_dir=tmp_path / "state",
        workers=2,
    )


def fill(tmp_path: Path, files: int, records: int) -> None:
    (tmp_path / "in").mkdir()
    for number in range(files):
        lines = b"".join(b"%d/%d user %b\n" % (number, record, PERSON) for record in range(records))
        (tmp_path / f"in/{number:02}.log.gz").write_bytes(gzip.compress(lines))


def planned(tmp_path: Path, settings: Settings, **more: Any) -> tuple[Admin, Job]:
    document = {"id": "job", "source": {"files": {"paths": [str(tmp_path / "in")]}}, **more}
    admin = Admin(settings)
    return admin, save(settings, plan_files(settings, parse_spec(document, "of the test"), admin, by="me"), admin, "me")


def run(
    settings: Settings, admin: Admin, job: Job, progress: Callable[[FilesProgress], None] = lambda _: None
) -> JobView:
    return run_files_to_topic(settings, admin, job, "me", progress, lambda: False)


def check(settings: Settings, files: int, records: int) -> None:
    """Each record once; each file in its order and in its partition, one file behind the other."""
    topic = f"{settings.group_id}.files.clean.replay.job"
    by_partition: dict[int, list[tuple[int, int]]] = {}
    for message in read_topic(settings.bootstrap_servers, topic):
        value = message.value() or b""
        assert b"user tok_email_k1_" in value
        assert dict(message.headers() or [])["maskstream.replay"] == b"job"
        file, record = value.split()[0].split(b"/")
        by_partition.setdefault(message.partition() or 0, []).append((int(file), int(record)))
    shards = len(by_partition)
    for shard, found in by_partition.items():
        assert found == [(file, record) for file in range(shard, files, shards) for record in range(records)]
    assert sum(map(len, by_partition.values())) == files * records


def test_files_go_to_a_topic_of_their_own(tmp_path: Path, settings: Settings) -> None:
    """The job makes its topic, each partition has its files one behind the other, and the report is confirmed."""
    fill(tmp_path, 7, 2_000)
    admin, job = planned(tmp_path, settings)
    view = run(settings, admin, job)
    assert view.done
    found = finish(settings, admin, view, "me")
    assert (found["state"], found["read"], found["written"]) == ("complete", 14_000, 14_000)
    assert (found["reconciled"], found["confirmed"]) == (True, True)
    assert found["findings"] == {"email": 14_000}
    check(settings, 7, 2_000)
    with pytest.raises(UsageError, match="cannot be running"):
        run(settings, admin, job)


def test_killed_workers_double_and_lose_nothing(tmp_path: Path, settings: Settings) -> None:
    """SIGKILL of workers in the middle of transactions, and a job that is stopped and started again: exact."""
    fill(tmp_path, 4, 10_000)
    # Paced, so that there is a middle however fast masking is.
    admin, job = planned(tmp_path, settings, pace={"max_rate": "8000"})
    killed: list[int] = []
    records_then: list[int] = []

    def progress(seen: FilesProgress) -> None:
        running = workers()
        if not killed and seen.records and len(running) == 2:
            killed.extend(running)
            records_then.append(seen.records)
            for pid in running:
                os.kill(pid, signal.SIGKILL)
        elif len(records_then) == 1 and seen.records > records_then[0]:
            records_then.append(seen.records)
            set_state(settings, known(settings, admin, "job"), "stopped", "me")

    view = run(settings, admin, job, progress)
    assert len(killed) == 2
    if not view.done:
        assert view.state_name == "stopped"
        view = run(settings, admin, job)
    found = finish(settings, admin, view, "me")
    assert (found["state"], found["written"], found["confirmed"]) == ("complete", 40_000, True)
    check(settings, 4, 10_000)


def test_what_cannot_be_masked_or_read_is_told(tmp_path: Path, settings: Settings) -> None:
    """A record goes to quarantine with the job's coordinates; a file that breaks off fails the job."""
    fill(tmp_path, 2, 100)
    (tmp_path / "in/02.log").write_bytes(b"fine\nbad \xff %b\nfine\n" % PERSON)
    whole = (tmp_path / "in/00.log.gz").read_bytes()
    (tmp_path / "in/00.log.gz").write_bytes(whole[:-8])
    admin, job = planned(tmp_path, settings)
    found = finish(settings, admin, run(settings, admin, job), "me")
    assert found["state"] == "failed"
    [trouble] = found["troubles"]
    assert trouble.startswith("File 0: The file is cut off")
    assert (found["reasons"], found["quarantined"], found["confirmed"]) == ({"invalid_encoding": 1}, 1, True)
    [message] = read_topic(settings.bootstrap_servers, settings.quarantine_topic)
    envelope = parse(message.value())
    assert not isinstance(envelope, str)
    assert (envelope.origin.topic, envelope.job, message.partition()) == ("files", "job", 2)
    assert envelope.open(load_review_private(settings.review_private_key)).value == b"bad \xff %b" % PERSON


def test_a_job_whose_files_changed_is_refused(tmp_path: Path, settings: Settings) -> None:
    """Positions are counted in files: one more, or another content, and nobody knows what was written."""
    fill(tmp_path, 2, 10)
    admin, job = planned(tmp_path, settings)
    (tmp_path / "in/new.log").write_bytes(b"x\n")
    with pytest.raises(GuardError, match="not those that it was planned with"):
        run(settings, admin, job)


def test_the_clean_topic_needs_a_word(tmp_path: Path, settings: Settings) -> None:
    """Nobody can tell whether the records are there already, so it has to be said that they may be."""
    fill(tmp_path, 1, 10)
    with pytest.raises(UsageError, match="--allow-duplicates"):
        planned(tmp_path, settings, target={"to": "clean"})
    create_topic(settings.bootstrap_servers, f"{settings.group_id}.files.clean", partitions=2)
    admin, job = planned(tmp_path, settings, target={"to": "clean", "allow_duplicates": True})
    assert finish(settings, admin, run(settings, admin, job), "me")["written"] == 10
