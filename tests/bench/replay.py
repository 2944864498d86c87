"""What a replay costs, and what it does to the live path: records per CPU-second by workers, lag with and without it.

    python -m tests.bench.replay [--records N] [--json PATH]

Run by `make bench-replay` on a real Apache Kafka of its own. CPU seconds are those of the command and all its workers,
imports, compiling and joining the group included: what a job is charged. Lag is that of the live group, looked at each
quarter of a second while it gets records at a steady rate, on the same cores.
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
#: What the live path gets while a replay runs beside it: a third of what one loaded worker masks here.
_INFLOW_PER_S = 2_000
_LOOK_S = 0.25


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

    def replay(self, job: str, workers: int, *flags: str) -> tuple[float, float]:
        """Seconds by the clock and of CPU that a job over all of the history takes."""
        before, begun = _children_s(), time.monotonic()
        port = str(free_ports(workers)[0])
        which = ["--id", job, "--topic", _HISTORY, "--workers", str(workers), "--http-port", port]
        self._run(["replay", "start", *which, "--json", *flags])
        return time.monotonic() - begun, _children_s() - before

    @contextmanager
    def live(self) -> Iterator[None]:
        """A live worker that keeps up with a steady inflow, until the end of the block."""
        environment = {**self._environment(), "MASKSTREAM_RAW_TOPICS": _LIVE}
        with (self.folder / "live.log").open("wb") as log:
            running = subprocess.Popen([*_MAIN, "run"], env=environment, stdout=log, stderr=log)
        stop = threading.Event()
        feeder = threading.Thread(target=self._feed, args=(stop,))
        feeder.start()
        try:
            self._await_level()
            yield
        finally:
            stop.set()
            feeder.join()
            running.terminate()
            running.wait(60)

    def lags(self, job: str, *flags: str) -> list[int]:
        """Live lag at each look while a replay runs."""
        seen: list[int] = []
        done = threading.Event()

        def replayed() -> None:
            self.replay(job, 1, *flags)
            done.set()

        working = threading.Thread(target=replayed)
        working.start()
        while not done.wait(_LOOK_S) and working.is_alive():
            seen.append(self._lag())
        working.join()
        return seen

    def _await_level(self) -> None:
        deadline = time.monotonic() + _RUN_S
        while self._lag() > _INFLOW_PER_S or not self._committed():
            if time.monotonic() > deadline:
                raise RuntimeError("the live worker never kept up, so there is nothing to compare")
            time.sleep(_LOOK_S)

    def _committed(self) -> bool:
        return any(self._admin().committed("maskstream", self._places()).values())

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

    def _feed(self, stop: threading.Event) -> None:
        producer, values = self._producer(), [line.value for line in generate("mixed", seed=7, count=5_000)]
        sent, begun = 0, time.monotonic()
        while not stop.wait(0.05):
            due = int((time.monotonic() - begun) * _INFLOW_PER_S)
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

    def _run(self, command: Sequence[str]) -> None:
        done = subprocess.run(
            [*_MAIN, *command], env=self._environment(), capture_output=True, check=False, timeout=_RUN_S
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
    figures: list[Figure] = []
    with bench.live():
        for name, job, flags in (("without brake", "lag-full", ("--full-speed",)), ("with brake", "lag-brake", ())):
            seen = bench.lags(job, *flags)
            late = [1000 * lag / _INFLOW_PER_S for lag in seen] or [0.0]
            figures += [
                median_of(f"live lag beside a replay {name}", "ms", late, digits=0),
                median_of(f"highest live lag beside a replay {name}", "ms", [max(late)], digits=0),
            ]
    return figures


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
