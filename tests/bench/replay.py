"""What a replay costs, and what it does to the live path: records per CPU-second by workers, lag with and without it.

    python -m tests.bench.replay [--records N] [--json PATH]

Run by `make bench-replay` on a real Apache Kafka of its own. CPU seconds are those of the command and all its workers,
imports, compiling and joining the group included: what a job is charged. Lag is that of the live group, looked at each
quarter of a second while it gets records at a steady rate: once where all cores are free for both, and once where one
live worker and three of a replay have one core together, and the live one needs more than its share of it.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from confluent_kafka import Producer

from streams.corpus import generate
from streams.demo.broker import free_ports
from streams.kafka.admin import Admin
from streams.settings import load
from tests.bench.figures import Figure, median_of, show, write_json
from tests.support.kafka import KafkaBroker, create_topic

_PARTITIONS = 12
_HISTORY, _LIVE = "history", "live"
_MAIN = [sys.executable, "-c", "from streams.cli.main import main; main()"]
_RUN_S = 900.0
_LOOK_S = 0.25


class _Beside(NamedTuple):
    """How a live path and a replay share a machine: records that come, workers of the replay, the cores of both."""

    name: str
    inflow_per_s: int
    workers: int
    cores: frozenset[int]


_ALL_CORES = frozenset(os.sched_getaffinity(0))
_BESIDE = (
    _Beside("all cores", 2_000, 1, _ALL_CORES),
    _Beside("one core for both", 9_000, 3, frozenset((max(_ALL_CORES),))),
)


class _Bench:
    """A broker's topics and keys, and commands run on them."""

    def __init__(self, bootstrap: str, folder: Path) -> None:
        self.bootstrap = bootstrap
        self.folder = folder
        self.bytes = 0

    def prepare(self, records: int) -> None:
        for command in (["keys", "new"], ["keys", "review", "new"]):
            self._run(command)
        for topic in (_HISTORY, _LIVE):
            create_topic(self.bootstrap, topic, partitions=_PARTITIONS)
        self._run(["topics", "apply"])
        producer = self._producer()
        for number, line in enumerate(generate("mixed", seed=6, count=records)):
            self._put(producer, _HISTORY, line.value, number)
            self.bytes += len(line.value or b"")
        producer.flush(120)

    def replay(self, job: str, workers: int, *flags: str, cores: frozenset[int] = _ALL_CORES) -> tuple[float, float]:
        """Seconds by the clock and of CPU that a job over all of the history takes."""
        before, begun = _children_s(), time.monotonic()
        port = str(free_ports(workers)[0])
        which = ["--id", job, "--topic", _HISTORY, "--workers", str(workers), "--http-port", port]
        self._run(["replay", "start", *which, "--json", *flags], cores)
        return time.monotonic() - begun, _children_s() - before

    @contextmanager
    def live(self, beside: _Beside) -> Iterator[None]:
        """A live worker that keeps up with a steady inflow, until the end of the block."""
        environment = {**self._environment(), "MASKSTREAM_RAW_TOPICS": _LIVE}
        with (self.folder / "live.log").open("wb") as log:
            running = subprocess.Popen(_on(beside.cores, [*_MAIN, "run"]), env=environment, stdout=log, stderr=log)
        stop = threading.Event()
        feeder = threading.Thread(target=self._feed, args=(stop, beside.inflow_per_s))
        feeder.start()
        try:
            self._await_level(beside.inflow_per_s)
            yield
        finally:
            stop.set()
            feeder.join()
            running.terminate()
            running.wait(60)

    def lags(self, beside: _Beside, job: str, *flags: str) -> list[int]:
        """Live lag at each look while a replay runs."""
        seen: list[int] = []
        done = threading.Event()

        def replayed() -> None:
            self.replay(job, beside.workers, *flags, cores=beside.cores)
            done.set()

        working = threading.Thread(target=replayed)
        working.start()
        while not done.wait(_LOOK_S) and working.is_alive():
            seen.append(self._lag())
        working.join()
        return seen

    def _await_level(self, inflow_per_s: int) -> None:
        """Until the worker that was started now, and not one before it, has worked off what came meanwhile."""
        deadline, before = time.monotonic() + _RUN_S, self._committed()
        while self._committed() < before + 2 * inflow_per_s or self._lag() > inflow_per_s / 2:
            if time.monotonic() > deadline:
                raise RuntimeError("the live worker never kept up, so there is nothing to compare")
            time.sleep(_LOOK_S)

    def _committed(self) -> int:
        return sum(given[0] for given in self._admin().committed("maskstream", self._places()).values() if given)

    def _lag(self) -> int:
        admin, places = self._admin(), self._places()
        ends = admin.offsets(places, "latest")
        committed = admin.committed("maskstream", places)
        return sum(ends[place] - (given[0] if (given := committed[place]) else 0) for place in places)

    def _admin(self) -> Admin:
        return Admin(load(environ={"MASKSTREAM_BOOTSTRAP_SERVERS": self.bootstrap}))

    @staticmethod
    def _places() -> list[tuple[str, int]]:
        return [(_LIVE, number) for number in range(_PARTITIONS)]

    def _feed(self, stop: threading.Event, inflow_per_s: int) -> None:
        producer, values = self._producer(), [line.value for line in generate("mixed", seed=7, count=5_000)]
        sent, begun = 0, time.monotonic()
        while not stop.wait(0.05):
            due = int((time.monotonic() - begun) * inflow_per_s)
            for number in range(sent, due):
                self._put(producer, _LIVE, values[number % len(values)], number)
            sent = max(sent, due)
        producer.flush(60)

    def _producer(self) -> Producer:
        return Producer({"bootstrap.servers": self.bootstrap, "compression.type": "lz4", "linger.ms": 20})

    @staticmethod
    def _put(producer: Producer, topic: str, value: bytes | None, number: int) -> None:
        while True:
            try:
                producer.produce(topic, value, None, number % _PARTITIONS)
            except BufferError:
                producer.poll(0.1)
            else:
                return

    def _run(self, command: Sequence[str], cores: frozenset[int] = _ALL_CORES) -> None:
        done = subprocess.run(
            _on(cores, [*_MAIN, *command]), env=self._environment(), capture_output=True, check=False, timeout=_RUN_S
        )
        if done.returncode not in (0, 4):
            raise RuntimeError(done.stderr.decode(errors="replace")[-2000:])

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MASKSTREAM_")}
        return {
            **kept,
            "MASKSTREAM_BOOTSTRAP_SERVERS": self.bootstrap,
            "MASKSTREAM_RAW_TOPICS": f"{_HISTORY},{_LIVE}",
            "MASKSTREAM_KEYRING": str(self.folder / "keyring.json"),
            "MASKSTREAM_REVIEW_PUBLIC_KEY": str(self.folder / "review-public.pem"),
            "MASKSTREAM_REVIEW_PRIVATE_KEY": str(self.folder / "review-private.pem"),
            "MASKSTREAM_STATE_DIR": str(self.folder / "state"),
            "MASKSTREAM_HTTP_PORT": str(free_ports(1)[0]),
        }


def _on(cores: frozenset[int], command: Sequence[str]) -> list[str]:
    """A command that has some cores only."""
    return ["taskset", "--cpu-list", ",".join(map(str, sorted(cores))), *command]


def _children_s() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _speed(bench: _Bench, workers: int, records: int, repeats: int) -> list[Figure]:
    runs = [bench.replay(f"speed-{workers}-{number}", workers, "--full-speed") for number in range(repeats)]
    name = f"replay with {workers} worker{'s' * (workers > 1)}"
    return [
        median_of(f"{name}, records a second", "", [records / clock for clock, _ in runs], better="higher", digits=0),
        median_of(f"{name}, records per CPU-second", "", [records / cpu for _, cpu in runs], better="higher", digits=0),
        median_of(f"{name}, CPU-hours a TB", "", [cpu / bench.bytes * 1e12 / 3600 for _, cpu in runs], digits=0),
    ]


def _lag_figures(bench: _Bench) -> list[Figure]:
    return [
        figure
        for number, beside in enumerate(_BESIDE)
        for brake in (False, True)
        for figure in _lag_figure(bench, beside, f"lag-{number}-{brake:d}", brake=brake)
    ]


def _lag_figure(bench: _Bench, beside: _Beside, job: str, *, brake: bool) -> Iterator[Figure]:
    with bench.live(beside):
        begun = time.monotonic()
        seen = bench.lags(beside, job, *(() if brake else ("--full-speed",)))
        took = time.monotonic() - begun
    late = [1000 * lag / beside.inflow_per_s for lag in seen] or [0.0]
    name = f"{beside.name}, {'with' if brake else 'without'} brake"
    yield median_of(f"{name}: live lag beside a replay", "ms", late, digits=0)
    yield median_of(f"{name}: highest live lag", "ms", [max(late)], digits=0)
    yield median_of(f"{name}: the replay", "s", [took], digits=0)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--records", type=int, default=200_000)
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--json", type=Path)
    given = options.parse_args()
    broker = KafkaBroker()
    broker.start()
    try:
        with tempfile.TemporaryDirectory(prefix="maskstream-bench-") as folder:
            bench = _Bench(broker.bootstrap, Path(folder))
            bench.prepare(given.records)
            figures = [one for workers in (1, 2) for one in _speed(bench, workers, given.records, given.repeats)]
            figures += _lag_figures(bench)
    finally:
        broker.close()
    show(figures)
    if given.json:
        write_json(figures, given.json)


if __name__ == "__main__":
    main()
