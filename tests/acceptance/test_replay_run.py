"""`maskstream replay` as people run it, on real Kafka with the real masking core."""

from pathlib import Path

from tests.support.kafka import KafkaBroker
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
