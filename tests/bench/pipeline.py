"""Whole workers on a real Apache Kafka against a bare pass-through: records per CPU-second of the worker process."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from confluent_kafka import Producer

from streams.corpus import generate
from streams.demo.broker import free_ports
from tests.bench.figures import Figure, median_of
from tests.support.kafka import KafkaBroker, create_topic

__all__ = ["pipeline_figures"]

#: Longest a run may take.
_RUN_S = 300.0
_PARTITIONS = 4
_TOPIC = "bench"
_IN = re.compile(rb"^maskstream_records_in_total\{[^}]*\} (\S+)$", re.MULTILINE)
_MAIN = [sys.executable, "-c", "from streams.cli.main import main; main()"]


@dataclass(frozen=True, slots=True)
class _Run:
    """What workers did between the first commit seen and the last."""

    records: float
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
    one: list[_Run] = []
    two: list[_Run] = []
    for number in range(repeats):
        bare.append(bench.pass_through())
        one.append(bench.workers(1))
        two.append(bench.workers(2))
        sys.stderr.write(f"pipeline: round {number + 1} of {repeats} done\n")
    shares = [100 * ours.per_cpu_second / theirs.per_cpu_second for ours, theirs in zip(one, bare, strict=True)]
    pairs = [2 * both.per_cpu_second / single.per_cpu_second for both, single in zip(two, one, strict=True)]
    return [
        median_of("pass-through, records per CPU-second", "", [run.per_cpu_second for run in bare], digits=0),
        median_of("worker, mixed, records per CPU-second", "", [run.per_cpu_second for run in one], digits=0),
        median_of("worker against pass-through", "%", shares, bar=25, goal=50, better="higher", digits=0),
        median_of("two workers against one, per CPU-second", "x", pairs, bar=1.7, goal=1.95, better="higher"),
        median_of("resident memory of a worker", "MB", [run.memory_mb for run in one], bar=300, goal=150, digits=0),
    ]


class _Bench:
    """Topics and keys that all runs share."""

    def __init__(self, bootstrap: str, folder: Path, records: int) -> None:
        self._bootstrap = bootstrap
        self._folder = folder
        self._log = folder / "run.log"
        self._records = records
        self._runs = 0

    def prepare(self) -> None:
        create_topic(self._bootstrap, _TOPIC, partitions=_PARTITIONS)
        producer = Producer({"bootstrap.servers": self._bootstrap, "compression.type": "lz4", "linger.ms": 50})
        for number, line in enumerate(generate("mixed", seed=5, count=self._records)):
            while True:
                with suppress(BufferError):
                    producer.produce(_TOPIC, line.value, None, number % _PARTITIONS)
                    break
                producer.poll(0.1)
        producer.flush(120)
        environment = self._environment(1)
        for command in (["keys", "new"], ["keys", "review", "new"]):
            subprocess.run([*_MAIN, *command], env=environment, check=True, capture_output=True)

    def pass_through(self) -> _Run:
        environment = self._next_run(1)
        command = [sys.executable, "-m", "tests.bench.passthrough", str(self._records)]
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=_RUN_S)
        said = json.loads(done.stdout)
        return _Run(said["records"], said["cpu_s"], 0.0)

    def workers(self, count: int) -> _Run:
        environment = self._next_run(count)
        command = [*_MAIN, "run", "--workers", str(count)]
        with self._log.open("wb") as log:
            running = subprocess.Popen(command, env=environment, cwd=self._folder, stdout=log, stderr=log)
        try:
            return self._watch(running, count, int(environment["MASKSTREAM_HTTP_PORT"]))
        except Exception:
            sys.stderr.write(self._log.read_text(errors="replace")[-2000:])
            raise
        finally:
            running.terminate()
            running.wait(60)

    def _watch(self, running: "subprocess.Popen[bytes]", count: int, port: int) -> _Run:
        ports = range(port, port + count)
        # The first commit ends the start: imports, compiling of patterns, joining the group.
        _await(lambda: all(_records_in(one) > 0 for one in ports), running, self._log, every_s=0.03)
        slots = _workers_of(running.pid, ports)
        first, first_cpu = sum(map(_records_in, ports)), _cpu_s(slots)
        peak = [0.0]

        def finished() -> bool:
            peak[0] = max(peak[0], *(slot.memory_info().rss / 1e6 for slot in slots))
            return sum(map(_records_in, ports)) >= self._records

        _await(finished, running, self._log, every_s=0.2)
        return _Run(self._records - first, _cpu_s(slots) - first_cpu, peak[0])

    def _next_run(self, count: int) -> dict[str, str]:
        self._runs += 1
        environment = self._environment(count)
        subprocess.run([*_MAIN, "topics", "apply"], env=environment, check=True, capture_output=True)
        return environment

    def _environment(self, count: int) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MASKSTREAM_")}
        return {
            **kept,
            "MASKSTREAM_BOOTSTRAP_SERVERS": self._bootstrap,
            "MASKSTREAM_RAW_TOPICS": _TOPIC,
            "MASKSTREAM_CLEAN_TOPIC": f"{{topic}}.clean.{self._runs}",
            "MASKSTREAM_GROUP_ID": f"bench-{self._runs}",
            "MASKSTREAM_KEYRING": str(self._folder / "keyring.json"),
            "MASKSTREAM_REVIEW_PUBLIC_KEY": str(self._folder / "review-public.pem"),
            "MASKSTREAM_REVIEW_PRIVATE_KEY": str(self._folder / "review-private.pem"),
            "MASKSTREAM_STATE_DIR": str(self._folder / "state"),
            "MASKSTREAM_HTTP_PORT": str(free_ports(count)[0]),
        }


def _workers_of(pid: int, ports: range) -> list[psutil.Process]:
    """Return the processes that listen on the ports: the workers, neither their supervisor nor a helper of Python's."""
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    found = [one for one in family if _listens(one, ports)]
    if len(found) != len(ports):
        raise RuntimeError(f"found {len(found)} worker processes instead of {len(ports)}")
    return found


def _listens(process: psutil.Process, ports: range) -> bool:
    open_ones = process.net_connections("tcp")
    return any(one.status == psutil.CONN_LISTEN and one.laddr.port in ports for one in open_ones)


def _cpu_s(processes: list[psutil.Process]) -> float:
    return sum(sum(one.cpu_times()[:2]) for one in processes)


def _records_in(port: int) -> float:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as page:
            return sum(map(float, _IN.findall(page.read())))
    except OSError:
        return 0.0


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
