"""Whole workers on a real Apache Kafka against a bare pass-through: records per CPU-second of the worker process.

All read the same records with the same client, batch limits, compression and transactions; CPU seconds are those of all
threads of the process, from its first commit to its last, so that imports, compiling and joining the group are not in.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from confluent_kafka import Producer

from streams.corpus import generate
from streams.demo.broker import free_ports
from tests.bench.figures import Figure, median_of
from tests.bench.slots import journal_of
from tests.support.kafka import KafkaBroker, create_topic

__all__ = ["pipeline_figures"]

#: Longest a run may take.
_RUN_S = 300.0
_PARTITIONS = 4
_TOPIC = "bench"
_ROOT = Path(__file__).resolve().parents[2]
_MAIN = [sys.executable, "-c", "from streams.cli.main import main; main()"]


@dataclass(frozen=True, slots=True)
class _Run:
    """What workers did between their first commit and their last."""

    records: int
    cpu_s: float
    #: Highest resident memory of one worker, in MB.
    memory_mb: float

    @property
    def per_cpu_second(self) -> float:
        return self.records / self.cpu_s


def pipeline_figures(repeats: int, records: int) -> list[Figure]:
    """Measure on a broker of its own; runs are interleaved, each with a group and a clean topic of its own."""
    broker = KafkaBroker()
    broker.start()
    try:
        with tempfile.TemporaryDirectory(prefix="maskstream-bench-") as folder:
            bench = _Bench(broker.bootstrap, Path(folder), records)
            bench.prepare()
            return _figures(bench, repeats)
    finally:
        broker.close()


def _figures(bench: "_Bench", repeats: int) -> list[Figure]:
    bare: list[_Run] = []
    none: list[_Run] = []
    one: list[_Run] = []
    two: list[_Run] = []
    for number in range(repeats):
        bare.append(bench.pass_through())
        none.append(bench.worker("unmasked"))
        one.append(bench.worker("masked"))
        two.append(bench.two_workers("masked"))
        sys.stderr.write(f"pipeline: round {number + 1} of {repeats} done\n")
    pairs = [2 * both.per_cpu_second / single.per_cpu_second for both, single in zip(two, one, strict=True)]
    return [
        _rate("pass-through", bare),
        _rate("worker without masking", none),
        _rate("worker, mixed", one),
        median_of("worker without masking against pass-through", "%", _shares(none, bare), better="higher", digits=0),
        median_of("worker against pass-through", "%", _shares(one, bare), bar=25, goal=50, better="higher", digits=0),
        median_of("two workers against one, per CPU-second", "x", pairs, bar=1.7, goal=1.95, better="higher"),
        median_of("resident memory of a worker", "MB", [run.memory_mb for run in one], bar=300, goal=150, digits=0),
    ]


def _rate(name: str, runs: Sequence[_Run]) -> Figure:
    return median_of(
        f"{name}, records per CPU-second", "", [run.per_cpu_second for run in runs], better="higher", digits=0
    )


def _shares(ours: Sequence[_Run], theirs: Sequence[_Run]) -> list[float]:
    return [100 * one.per_cpu_second / other.per_cpu_second for one, other in zip(ours, theirs, strict=True)]


class _Bench:
    """Topics and keys that all runs share."""

    def __init__(self, bootstrap: str, folder: Path, records: int) -> None:
        self._bootstrap = bootstrap
        self._folder = folder
        self._log = folder / "run.log"
        self._records = records
        self._values = [line.value for line in generate("mixed", seed=5, count=records)]
        self._runs = 0

    def prepare(self) -> None:
        producer = Producer({"bootstrap.servers": self._bootstrap, "compression.type": "lz4", "linger.ms": 50})
        self._load(_TOPIC, producer)
        environment = self._environment(1)
        for command in (["keys", "new"], ["keys", "review", "new"]):
            subprocess.run([*_MAIN, *command], env=environment, check=True, capture_output=True)

    def pass_through(self) -> _Run:
        environment = self._next_run(1, _TOPIC)
        command = [sys.executable, "-m", "tests.bench.passthrough", str(self._records)]
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=_RUN_S)
        said = json.loads(done.stdout)
        return _Run(said["records"], said["cpu_s"], 0.0)

    def worker(self, how: str) -> _Run:
        return self._run(self._next_run(1, _TOPIC), 1, how, lambda _running: None)

    def two_workers(self, how: str) -> _Run:
        """Records that cannot be seen until both have their partitions: otherwise the first takes what it finds."""
        topic = f"{_TOPIC}-{self._runs}"
        producer = Producer({
            "bootstrap.servers": self._bootstrap, "compression.type": "lz4", "linger.ms": 50,
            "transactional.id": topic, "transaction.timeout.ms": int(2000 * _RUN_S),
        })  # fmt: skip
        producer.init_transactions(60)
        producer.begin_transaction()
        self._load(topic, producer)

        def show(running: "subprocess.Popen[bytes]") -> None:
            _await(lambda: _shares_of(self._log) == [_PARTITIONS // 2] * 2, running, self._log, every_s=0.1)
            producer.commit_transaction(60)

        return self._run(self._next_run(2, topic), 2, how, show)

    def _load(self, topic: str, producer: Producer) -> None:
        create_topic(self._bootstrap, topic, partitions=_PARTITIONS)
        for number, value in enumerate(self._values):
            while True:
                with suppress(BufferError):
                    producer.produce(topic, value, None, number % _PARTITIONS)
                    break
                producer.poll(0.1)
        producer.flush(120)

    def _run(
        self, environment: dict[str, str], count: int, how: str, show: Callable[["subprocess.Popen[bytes]"], None]
    ) -> _Run:
        state = Path(environment["MASKSTREAM_STATE_DIR"])
        journals = [journal_of(state, slot) for slot in range(count)]
        command = [sys.executable, "-m", "tests.bench.slots", how]
        with self._log.open("wb") as log:
            running = subprocess.Popen(command, env=environment, cwd=self._folder, stdout=log, stderr=log)
        try:
            show(running)
            return self._watch(running, journals)
        except Exception:
            sys.stderr.write(self._log.read_text(errors="replace")[-2000:])
            raise
        finally:
            running.terminate()
            running.wait(60)

    def _watch(self, running: "subprocess.Popen[bytes]", journals: Sequence[Path]) -> _Run:
        peak = 0.0

        def finished() -> bool:
            nonlocal peak
            told = [_told(journal) for journal in journals]
            peak = max(peak, *(psutil.Process(int(lines[0][0])).memory_info().rss / 1e6 for lines in told if lines), 0)
            return sum(int(lines[-1][1]) for lines in told if lines) >= self._records

        _await(finished, running, self._log, every_s=0.1)
        spans = [(lines[0], lines[-1]) for lines in map(_told, journals) if lines]
        if len(spans) < len(journals):
            raise RuntimeError("a worker got nothing to do, so there is nothing to compare: raise --pipeline-records")
        return _Run(
            sum(int(last[1]) - int(first[1]) for first, last in spans),
            sum(float(last[2]) - float(first[2]) for first, last in spans),
            peak,
        )

    def _next_run(self, count: int, topic: str) -> dict[str, str]:
        self._runs += 1
        environment = {**self._environment(count), "MASKSTREAM_RAW_TOPICS": topic}
        subprocess.run([*_MAIN, "topics", "apply"], env=environment, check=True, capture_output=True)
        return environment

    def _environment(self, count: int) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MASKSTREAM_")}
        return {
            **kept,
            # A slot's process looks for modules there and not in its working folder.
            "PYTHONPATH": str(_ROOT),
            "MASKSTREAM_BOOTSTRAP_SERVERS": self._bootstrap,
            "MASKSTREAM_RAW_TOPICS": _TOPIC,
            "MASKSTREAM_WORKERS": str(count),
            "MASKSTREAM_CLEAN_TOPIC": f"{{topic}}.clean.{self._runs}",
            "MASKSTREAM_GROUP_ID": f"bench-{self._runs}",
            "MASKSTREAM_KEYRING": str(self._folder / "keyring.json"),
            "MASKSTREAM_REVIEW_PUBLIC_KEY": str(self._folder / "review-public.pem"),
            "MASKSTREAM_REVIEW_PRIVATE_KEY": str(self._folder / "review-private.pem"),
            "MASKSTREAM_STATE_DIR": str(self._folder / f"state-{self._runs}"),
            "MASKSTREAM_HTTP_PORT": str(free_ports(count)[0]),
        }


def _told(journal: Path) -> list[list[str]]:
    """Return the lines of a journal so far; the last may be half written."""
    if not journal.exists():
        return []
    return [line.split() for line in journal.read_text().splitlines(keepends=True) if line.endswith("\n")]


def _shares_of(log: Path) -> list[int]:
    """Return how many partitions each worker has, as they said last."""
    shares: dict[int, int] = {}
    for line in log.read_text(errors="replace").splitlines(keepends=True):
        if line.endswith("\n") and ('"partitions_assigned"' in line or '"partitions_revoked"' in line):
            said = json.loads(line)
            shares[said["slot"]] = said["partitions"]
    return [shares[slot] for slot in sorted(shares)]


def _await(done: Callable[[], bool], running: "subprocess.Popen[bytes]", log: Path, every_s: float) -> None:
    deadline = time.monotonic() + _RUN_S
    while not done():
        if b'"slot_restarting"' in log.read_bytes():
            raise RuntimeError("a worker failed and was started again, so there is nothing to measure")
        if running.poll() is not None:
            raise RuntimeError(f"the workers ended with status {running.returncode}")
        if time.monotonic() > deadline:
            raise RuntimeError(f"the workers did not finish within {_RUN_S:.0f} s")
        time.sleep(every_s)
