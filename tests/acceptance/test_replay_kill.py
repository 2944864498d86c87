"""Exactly once over a range with all that a log may hold, while workers and the command are killed and records come."""

import signal
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from confluent_kafka import Message, Producer

from tests.support.kafka import KafkaBroker, create_topic
from tests.support.pipeline import read_topic, wait_for
from tests.support.replay import GARBAGE, LINES, Replays

if TYPE_CHECKING:
    import subprocess

PARTITIONS = 12
#: Small segments that are compacted at once; the newest one never is.
COMPACTED = {
    "cleanup.policy": "compact", "segment.ms": "1000", "min.cleanable.dirty.ratio": "0.0",
    "min.compaction.lag.ms": "0", "max.compaction.lag.ms": "1000", "segment.bytes": "1048576",
}  # fmt: skip


def test_kills_of_workers_and_of_the_command_lose_and_double_nothing(kafka: KafkaBroker, tmp_path: Path) -> None:
    """12 000 records with transactions, aborted ones, tombstones and compaction gaps; two workers, three kills."""
    made = Replays(kafka, tmp_path, workers=2)
    made.raw = create_topic(kafka.bootstrap, partitions=PARTITIONS, config=COMPACTED)
    run_with_trouble(made, 12_000, [kill_a_slot, kill_the_command, kill_a_slot], rate=1000)


@pytest.mark.long
@pytest.mark.timeout(3000)
def test_a_million_records_survive_kills_and_a_broker_restart(tmp_path: Path) -> None:
    """1 M records over 12 partitions; slots, the command and the broker are killed in the middle."""
    broker = KafkaBroker()
    try:
        broker.start()
        made = Replays(broker, tmp_path, workers=2)
        made.raw = create_topic(broker.bootstrap, partitions=PARTITIONS, config=COMPACTED)

        def restart_the_broker(_made: "Replays", process: "subprocess.Popen[bytes]") -> "subprocess.Popen[bytes]":
            broker.restart(hard=True)
            return process

        troubles = [kill_a_slot, kill_the_command, restart_the_broker, kill_a_slot, kill_the_command, kill_a_slot]
        run_with_trouble(made, 1_000_000, troubles, rate=None)
    finally:
        broker.close()


Trouble = Callable[[Replays, Any], Any]


def run_with_trouble(made: Replays, records: int, troubles: list[Trouble], *, rate: int | None) -> None:
    made.environ |= {"MASKSTREAM_RAW_TOPICS": made.raw, "MASKSTREAM_START": "earliest"}
    made.prepare()
    History(made.bootstrap, made.raw, records).write()
    inflow = Inflow(made)
    pace = ["--max-rate", str(rate)] if rate else []
    made.replay("plan", "--id", "k", "--save", *pace)
    expected = by_partition(read_topic(made.bootstrap, made.raw))
    inflow.start()
    process = made.begin("k")
    try:
        for number, trouble in enumerate(troubles, 1):
            share = number / (len(troubles) + 2)
            wait_for(lambda share=share: made.share_done("k") >= share, "progress", deadline_s=600)
            process = trouble(made, process)
        assert process.wait(900) == 0, (made.folder / "replay.log").read_text()[-5000:]
    finally:
        inflow.stop()
        process.kill()
        process.wait()
    assert_exact(made, expected)


def assert_exact(made: Replays, expected: dict[int, list[bytes]]) -> None:
    clean = by_partition(made.read(f"{made.raw}.clean.replay.k"))
    sealed: dict[int, int] = defaultdict(int)
    for each in read_topic(made.bootstrap, made.environ["MASKSTREAM_QUARANTINE_TOPIC"]):
        sealed[each.partition() or 0] += 1
    for partition, numbers in expected.items():
        garbage = [n for n in numbers if n.startswith(b"g")]
        assert clean[partition] == [n for n in numbers if not n.startswith(b"g")], partition
        assert sealed[partition] == len(garbage)
    found = made.replay("report", "k", "--json").stdout
    assert '"confirmed": true' in found
    assert '"state": "complete_with_quarantine"' in found


def by_partition(messages: list[Message]) -> dict[int, list[bytes]]:
    """The header that numbers each record, in order."""
    found: dict[int, list[bytes]] = defaultdict(list)
    for each in messages:
        found[each.partition() or 0].append(dict(each.headers() or [])["n"])  # type: ignore[arg-type]
    return found


def kill_a_slot(_made: Replays, process: "subprocess.Popen[bytes]") -> "subprocess.Popen[bytes]":
    def slots() -> list[psutil.Process]:
        return [each for each in psutil.Process(process.pid).children() if each.status() != psutil.STATUS_ZOMBIE]

    wait_for(slots, "a slot to kill")[0].kill()
    return process


def kill_the_command(made: Replays, process: "subprocess.Popen[bytes]") -> "subprocess.Popen[bytes]":
    children = psutil.Process(process.pid).children()
    process.send_signal(signal.SIGKILL)
    process.wait()
    psutil.wait_procs(children, timeout=30)
    return made.begin("k", log="replay-again.log")


@dataclass
class History:
    """What stands in the raw topic before the job: every kind of thing a log may hold."""

    bootstrap: str
    topic: str
    records: int
    _numbers: Any = field(default_factory=count)

    def write(self) -> None:
        producer = Producer({"bootstrap.servers": self.bootstrap, "transactional.id": self.topic, "linger.ms": 20})
        producer.init_transactions(30)
        portion = max(1200, self.records // 10)
        left = self.records
        while left > 0:
            # Twice the same keys, so that compaction leaves gaps; the second half of them stays.
            for abort in (False, True, False):
                producer.begin_transaction()
                self._send(producer, min(portion, left), "x" if abort else "", again=left < self.records)
                producer.flush(60)
                (producer.abort_transaction if abort else producer.commit_transaction)(60)
            left -= portion
        self._let_compaction_settle(producer)

    def _send(self, producer: Producer, records: int, mark: str, *, again: bool) -> None:
        for _ in range(records // 2):
            n = next(self._numbers)
            garbage = n % 200 == 7
            value = None if n % 50 == 3 else GARBAGE % n if garbage else LINES[n % len(LINES)] % (n, n)
            key = b"%d" % (n % 200 if not again and n % 2 else n)
            name = (mark or ("g" if garbage and value else "r")) + str(n)
            producer.produce(self.topic, value, key, n % PARTITIONS, headers=[("n", name.encode())])
            producer.poll(0)

    def _let_compaction_settle(self, producer: Producer) -> None:
        """What is compacted while the job runs would be a matter of time: so it is over before."""
        looks = count()

        def settled() -> bool:
            # The newest segment is never compacted, so each look begins another as soon as segment.ms has passed.
            look = next(looks)
            producer.begin_transaction()
            for n in range(PARTITIONS):
                producer.produce(self.topic, b"last", b"last-%d" % look, n, headers=[("n", b"rlast-%d" % look)])
            producer.flush(60)
            producer.commit_transaction(60)
            keys = [(each.partition(), each.key()) for each in read_topic(self.bootstrap, self.topic)]
            return len(keys) == len(set(keys))

        wait_for(settled, "compaction", deadline_s=120)


class Inflow:
    """Records that come while the job runs, and are none of it."""

    def __init__(self, made: Replays) -> None:
        self._producer = Producer({"bootstrap.servers": made.bootstrap})
        self._topic = made.raw
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()
        self._producer.flush(30)

    def _run(self) -> None:
        for n in count():
            self._producer.produce(self._topic, b"new", b"new-%d" % n, n % PARTITIONS, headers=[("n", b"new")])
            self._producer.poll(0)
            if self._over.wait(0.005):
                return
