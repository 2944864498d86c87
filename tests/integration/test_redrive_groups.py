"""Two redrives: partitions move in the middle of a release, and whoever has lost one writes nothing more of it."""

import threading
from collections import Counter
from pathlib import Path

from streams.masking.records import MaskedColumns, RecordColumns
from streams.quarantine.decisions import Outcome
from tests.support.decisions import decision
from tests.support.kafka import KafkaBroker
from tests.support.pipeline import mask, wait_for
from tests.support.redrive import Redrive, RunningRedrive

#: Short enough for a test to lose its partitions by standing still.
PATIENCE = {"session.timeout.ms": "6000", "max.poll.interval.ms": "6000"}


def test_a_second_redrive_in_the_middle_doubles_nothing(kafka: KafkaBroker, tmp_path: Path) -> None:
    """Partitions move twice while 1 200 records are released: each is written once, and both have written some."""
    line = Redrive(kafka.bootstrap, tmp_path)
    ids = {p: line.fill(300, partition=p, first=300 * p) for p in range(4)}
    first_part = [line.release(ids[p][:100], partition=p) for p in range(4)]
    with line.running():
        line.outcomes(100)
        with line.running(1) as second:
            wait_for(lambda: owned(second), "partitions for the second one")
            for at in range(100, 300, 20):
                for p in range(4):
                    line.release(ids[p][at : at + 20], partition=p)
            line.write(*first_part)
            line.outcomes(1_000)
        line.outcomes(1_200)
    assert_once(line, 1_200)


def test_a_redrive_that_lost_its_partitions_writes_nothing(kafka: KafkaBroker, tmp_path: Path) -> None:
    """One stands still in masking until the group has given its partitions away and the other one has done the work;
    its own transaction is refused then, although it never noticed.
    """
    line = Redrive(kafka.bootstrap, tmp_path, partitions=1, kafka=PATIENCE)
    ids = line.fill(50)
    held, go_on = threading.Event(), threading.Event()

    def stands_still(columns: RecordColumns) -> MaskedColumns:
        held.set()
        assert go_on.wait(90)
        return mask(columns)

    with line.running(masker=stands_still) as first:
        released = line.release(ids)
        assert held.wait(60)
        with line.running(1):
            line.outcomes(50)
            line.write(decision("release", "open", *ids), released)
            go_on.set()
            wait_for(lambda: b'maskstream_aborts_total{cause="kafka"}' in first.metrics.render(), "the abort")
            line.release(line.fill(1, first=50))
            line.outcomes(51)
    assert_once(line, 51)


def owned(running: RunningRedrive) -> bool:
    return len(running.worker._intake.reading()) > 0


def assert_once(line: Redrive, count: int) -> None:
    numbers = [int((message.value() or b"").split(b" ")[0]) for message in line.written()]
    assert sorted(numbers) == list(range(count))
    outcomes = [event for event in line.events() if isinstance(event, Outcome)]
    named = Counter((event.partition, record) for event in outcomes for record in event.records)
    assert (len(named), set(named.values())) == (count, {1})
