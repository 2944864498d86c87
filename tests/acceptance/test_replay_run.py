"""`maskstream replay` as people run it, on real Kafka with the real masking core."""

import json
import signal
import time
from pathlib import Path

import psutil

from streams.kafka.admin import Admin
from streams.replay.live import NICENESS
from streams.settings import Settings
from tests.support.kafka import KafkaBroker, alter_topic, delete_records
from tests.support.pipeline import wait_for
from tests.support.replay import Replays, contents


def test_a_replay_writes_what_the_live_path_writes(kafka: KafkaBroker, tmp_path: Path) -> None:
    """Byte for byte, record for record, in each partition, with the job's id besides; the report adds up."""
    made = Replays(kafka, tmp_path)
    made.prepare()
    made.produce(2000, garbage=100)
    made.start()
    try:
        live = made.read(f"{made.raw}.clean", count=1980)
    finally:
        made.end()
    found = made.started("--id", "again")
    again = made.read(f"{made.raw}.clean.replay.again")
    assert contents(again) == contents(live)
    assert all((each.headers() or [])[-1] == ("maskstream.replay", b"again") for each in again)
    assert (found["read"], found["written"], found["quarantined"], found["filtered"]) == (2000, 1980, 20, 0)
    assert (found["state"], found["confirmed"]) == ("complete_with_quarantine", True)


def test_a_job_is_planned_paused_stopped_joined_and_finished_by_commands(kafka: KafkaBroker, tmp_path: Path) -> None:
    """Plan moves nothing; a second host joins in; pause and stop reach both; start goes on; an ended job has ended."""
    made = Replays(kafka, tmp_path)
    made.prepare()
    made.produce(2400)
    plan = json.loads(made.replay("plan", "--id", "p", "--max-rate", "20", "--save", "--json").stdout)
    assert 2000 < plan["records"] < 3000
    assert plan["seconds"] >= 100
    assert f"{made.raw}.clean.replay.p" not in topics(made)
    assert "planned" in made.replay("list").stdout
    assert "choose another id" in made.replay("start", "--id", "p", status=2).stderr
    assert "leave the flags" in made.replay("start", "p", "--last", "1d", status=2).stderr
    first, second = made.begin("p"), None
    try:
        wait_for(lambda: made.share_done("p") > 0, "progress")
        assert NICENESS in {child.nice() for child in psutil.Process(first.pid).children()}
        made.environ["MASKSTREAM_INSTANCE"] = "there"
        second = made.begin("p", log="second.log")
        wait_for(lambda: "partitions_assigned" in (tmp_path / "second.log").read_text(), "a second host")
        made.replay("pause", "p")
        share = stands_still(made)
        assert share < 1
        made.replay("resume", "p")
        wait_for(lambda: made.share_done("p") > share, "progress after the pause")
        made.replay("stop", "p")
        assert (first.wait(60), second.wait(60)) == (1, 1)
    finally:
        for process in (first, second):
            if process is not None:
                process.kill()
                process.wait()
    assert "is stopped and not at its end" in (tmp_path / "replay.log").read_text()
    assert 0 < made.share_done("p") < 1
    assert "a rate such as" in made.replay("resume", "p", "--max-rate", "fast", status=2).stderr
    made.replay("resume", "p", "--max-rate", "100000", "--full-speed")
    found = made.started("p")
    assert (found["state"], found["read"], found["written"], found["confirmed"]) == ("complete", 2400, 2400, True)
    assert made.started("p") == found
    assert "it has ended" in made.replay("stop", "p", status=2).stderr
    lines = (tmp_path / "replay.log").read_text()
    assert "replay p: " in lines
    assert "example.com" not in lines


def topics(made: Replays) -> set[str]:
    return set(Admin(Settings(bootstrap_servers=made.bootstrap)).topic_names())


def stands_still(made: Replays) -> float:
    """The share that is done once it is the same over several looks."""
    seen = [made.share_done("p")]

    def settled() -> bool:
        seen.append(made.share_done("p"))
        return len(seen) > 8 and len(set(seen[-8:])) == 1

    wait_for(settled, "a standstill")
    return seen[-1]


def test_policy_and_key_stay_those_that_the_job_was_made_with(kafka: KafkaBroker, tmp_path: Path) -> None:
    """The policy file changes and a key is rotated after the plan: the job masks as planned, with the older key."""
    made = Replays(kafka, tmp_path)
    made.prepare()
    made.produce(60)
    policy = tmp_path / "policy.yaml"
    policy.write_text("extends: [default, more/base.yaml]\n")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "base.yaml").write_text("actions: {email: redact}\n")
    made.replay("plan", "--id", "pinned", "--policy", str(policy), "--save")
    policy.write_text("actions: {email: keep}\n")
    assert made.call("keys", "rotate").returncode == 0
    made.started("pinned")
    pinned = made.read(f"{made.raw}.clean.replay.pinned")
    assert not any(b"@" in (each.value() or b"") or b"tok_email" in (each.value() or b"") for each in pinned)
    assert {dict(each.headers() or [])["maskstream.key"] for each in pinned} == {b"k1"}
    made.started("--id", "older", "--key", "k1")
    older = made.read(f"{made.raw}.clean.replay.older")
    assert any(b"tok_email_k1_" in (each.value() or b"") for each in older)
    assert not any(b"_k2_" in (each.value() or b"") for each in older)
    assert "has no key k9" in made.replay("start", "--key", "k9", status=2).stderr


def test_into_clean_is_refused_while_the_range_is_there(kafka: KafkaBroker, tmp_path: Path) -> None:
    """Records that are still on the clean topic are not doubled by accident; what was deleted there is made good."""
    made = Replays(kafka, tmp_path)
    made.prepare()
    made.produce(400)
    made.start()
    try:
        live = made.read(f"{made.raw}.clean", count=400)
    finally:
        made.end()
    refused = made.replay("start", "--id", "c", "--into-clean", status=3)
    assert "still holds records of the range" in refused.stderr
    for partition in range(4):
        last = max(each.offset() or 0 for each in live if each.partition() == partition)
        delete_records(kafka.bootstrap, f"{made.raw}.clean", partition, last + 1)
    found = made.started("--id", "d", "--into-clean")
    assert (found["written"], found["confirmed"]) == (400, True)
    again = made.read(f"{made.raw}.clean")
    assert contents(again) == contents(live)
    assert "still holds" in made.replay("start", "--id", "e", "--into-clean", status=3).stderr
    twice = made.started("--id", "f", "--into-clean", "--allow-duplicates", "--partition", "2")
    assert (twice["written"], twice["confirmed"]) == (100, True)


def test_ctrl_c_leaves_a_job_that_can_go_on(kafka: KafkaBroker, tmp_path: Path) -> None:
    """The batch in hand is finished, the job says that it is stopped, the command says how to go on and ends with 1."""
    made = Replays(kafka, tmp_path)
    made.prepare()
    made.produce(3000)
    process = made.begin("--id", "i", "--max-rate", "500")
    try:
        wait_for(lambda: made.share_done("i") > 0.05, "progress")
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 1
    finally:
        process.kill()
        process.wait()
    assert made.view("i").state_name == "stopped"
    assert made.started("i")["confirmed"]


def test_old_records_do_not_evaporate(kafka: KafkaBroker, tmp_path: Path) -> None:
    """The job's topic keeps twice the age of the oldest record; beyond MAX_RETENTION the present time is written."""
    made = Replays(kafka, tmp_path)
    alter_topic(kafka.bootstrap, made.raw, {"retention.ms": "-1"})
    made.prepare()
    day, now = 86_400_000, int(time.time() * 1000)
    ages = [(0, 10), (1, 20)]
    for partition, days in ages:
        made.produce_at(partition, now - days * day)
    plan = made.replay("plan", "--id", "o").stdout
    assert "are written to" in plan
    assert "maskstream.timestamp" in plan
    made.started("--id", "o")
    written = {each.partition(): each for each in made.read(f"{made.raw}.clean.replay.o")}
    assert abs((written[0].timestamp()[1]) - (now - 10 * day)) < 1000
    assert abs(written[1].timestamp()[1] - now) < 600_000
    assert dict(written[1].headers() or [])["maskstream.timestamp"] == b"%d" % (now - 20 * day)
