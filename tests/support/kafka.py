"""A real Apache Kafka broker for tests and for `make kafka`; it knows nothing of maskstream.

`KafkaBroker` is one KRaft node on two free loopback ports with a data directory of its own. The jars come once by Maven
into `.build/kafka/libs`. Java or Maven missing is a failure, never a skip: what was not run is not proven.
"""

import ctypes
import fcntl
import hashlib
import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType
from confluent_kafka.cimpl import NewPartitions, NewTopic

__all__ = [
    "KafkaBroker",
    "alter_topic",
    "create_topic",
    "delete_records",
    "grow_topic",
    "kafka",
    "kafka_jars",
    "unique",
]

#: Jars are shared by all checkouts' tests of one tree; `.build` is ignored by git.
BUILD = Path(__file__).resolve().parents[2] / ".build" / "kafka"
POM = Path(__file__).parent / "kafka-broker" / "pom.xml"

#: A cold start takes about 4 s (measured); 2 loaded cores with several test workers need more.
START_DEADLINE_S = 120.0
#: SIGTERM writes a clean shutdown mark; a broker with open transactions took up to 6 s.
STOP_DEADLINE_S = 60.0
PR_SET_PDEATHSIG = 1

#: One node; everything that waits for other nodes is 1, everything that makes a start or a recovery slow is small.
PROPERTIES = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "auto.create.topics.enable": "false",
    "offsets.topic.num.partitions": "4",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": "1000",
    "share.coordinator.state.topic.num.partitions": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    "log.retention.check.interval.ms": "2000",
    "log.initial.task.delay.ms": "500",
    "log.cleaner.backoff.ms": "200",
    "log.flush.scheduler.interval.ms": "9223372036854775807",
}

_numbers = itertools.count()


class KafkaBroker:
    """One broker process. Call from the main thread: the kernel kills the broker when the starting thread ends."""

    def __init__(self, *, properties: dict[str, str] | None = None, home: Path | None = None) -> None:
        self.home = home or Path(tempfile.mkdtemp(prefix="kafka-broker-"))
        self._own_home = home is None
        self._port, self._controller_port = free_ports(2)
        self._properties = properties or {}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self._port}"

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError("the broker is not running: call start() first")
        return self._process.pid

    def start(self) -> None:
        """Formats the storage where needed, starts the broker and returns when it answers."""
        jars, config = kafka_jars(), self._write_config()
        if not (self.home / "data" / "meta.properties").exists():
            self._format(jars, config)
        with (self.home / "broker.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*java(jars), "-Xmx512m", "kafka.Kafka", str(config)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - a broker must not outlive a killed test run.
            )
        self._wait_ready()

    def stop(self) -> None:
        """SIGTERM and wait: what is written stays, clients are told."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL and wait: the next start recovers the logs."""
        self._end(signal.SIGKILL)

    def restart(self, *, hard: bool = False) -> None:
        """Ends the broker, by SIGKILL where `hard`, and starts it on the same ports with the same data."""
        self._end(signal.SIGKILL if hard else signal.SIGTERM)
        self.start()

    def close(self) -> None:
        self.kill()
        if self._own_home:
            shutil.rmtree(self.home, ignore_errors=True)

    def _write_config(self) -> Path:
        listeners = f"PLAINTEXT://127.0.0.1:{self._port},CONTROLLER://127.0.0.1:{self._controller_port}"
        own = {
            "listeners": listeners,
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{self._port}",
            "controller.quorum.voters": f"1@127.0.0.1:{self._controller_port}",
            "log.dirs": str(self.home / "data"),
        }
        self.home.mkdir(parents=True, exist_ok=True)
        config = self.home / "server.properties"
        lines = [f"{name}={value}\n" for name, value in {**PROPERTIES, **own, **self._properties}.items()]
        config.write_text("".join(lines))
        return config

    def _format(self, jars: Path, config: Path) -> None:
        tool = [*java(jars), "-XX:TieredStopAtLevel=1", "kafka.tools.StorageTool"]
        cluster = subprocess.run([*tool, "random-uuid"], check=True, capture_output=True, text=True).stdout.strip()
        subprocess.run([*tool, "format", "-t", cluster, "-c", str(config)], check=True, capture_output=True)

    def _wait_ready(self) -> None:
        deadline = time.monotonic() + START_DEADLINE_S
        while time.monotonic() < deadline:
            if self._process is not None and self._process.poll() is not None:
                break
            if answers(self._port) and self._has_broker():
                return
            time.sleep(0.1)
        log = (self.home / "broker.log").read_text(errors="replace")[-3000:]
        self.kill()
        raise RuntimeError(f"the test broker did not start; the end of its log:\n{log}")

    def _has_broker(self) -> bool:
        admin = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0, "socket.timeout.ms": 5000})
        try:
            return len(admin.list_topics(timeout=5).brokers) == 1
        except KafkaException:
            return False

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(STOP_DEADLINE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


def create_topic(
    bootstrap: str,
    name: str | None = None,
    *,
    partitions: int = 4,
    config: dict[str, str] | None = None,
    prefix: str = "raw",
) -> str:
    """Creates a topic, by default of a unique name and a week of retention, and returns its name once it is usable."""
    topic = name or unique(prefix)
    settings = {"retention.ms": str(7 * 24 * 3600 * 1000), **(config or {})}
    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.create_topics([NewTopic(topic, partitions, 1, config=settings)])[topic].result(30)
    deadline = time.monotonic() + START_DEADLINE_S
    while time.monotonic() < deadline:
        seen = admin.list_topics(topic, timeout=10).topics[topic].partitions
        if len(seen) == partitions and all(part.leader >= 0 for part in seen.values()):
            return topic
        time.sleep(0.02)
    raise RuntimeError(f"topic {topic} got no leaders")


def alter_topic(bootstrap: str, topic: str, config: dict[str, str]) -> None:
    """Sets some of a topic's configuration."""
    entries = [ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET) for name, value in config.items()]
    resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=entries)
    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.incremental_alter_configs([resource])[resource].result(30)


def grow_topic(bootstrap: str, topic: str, partitions: int) -> None:
    """Adds partitions."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.create_partitions([NewPartitions(topic, partitions)])[topic].result(30)


def delete_records(bootstrap: str, topic: str, partition: int, before: int) -> None:
    """What retention does, at once."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    wanted = TopicPartition(topic, partition, before)
    for future in admin.delete_records([wanted]).values():
        future.result(30)


def unique(prefix: str) -> str:
    """A name that no other test of any process has."""
    return f"{prefix}-{os.getpid()}-{next(_numbers)}"


def kafka_jars() -> Path:
    """The folder of the broker's jars; the first call of a tree copies them, other processes wait for it."""
    BUILD.mkdir(parents=True, exist_ok=True)
    wanted, libs = hashlib.sha256(POM.read_bytes()).hexdigest(), BUILD / "libs"
    with (BUILD / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = libs / "pom.sha256"
        if not stamp.exists() or stamp.read_text() != wanted:
            shutil.rmtree(libs, ignore_errors=True)
            copy_jars(libs)
            stamp.write_text(wanted)
    return libs


def copy_jars(libs: Path) -> None:
    command = [need("mvn"), "-q", "-B", "-f", str(POM), "dependency:copy-dependencies"]
    done = subprocess.run(
        [*command, "-DincludeScope=runtime", f"-DoutputDirectory={libs}"],
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise RuntimeError(f"Maven could not copy the broker's jars: {done.stdout[-2000:]}")


def java(jars: Path) -> list[str]:
    # Log4j would otherwise look for a configuration and write to the console at ERROR only.
    return [need("java"), "-Dlog4j2.level=WARN", "-cp", f"{jars}/*"]


def need(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        raise RuntimeError(
            f"{program} is missing: the tests run against a real Kafka broker, so install Java 17 and Maven "
            "(Debian: apt-get install openjdk-17-jre-headless maven)."
        )
    return path


def die_with_parent() -> None:
    """Linux: the child is killed when the thread that started it ends, however it ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def free_ports(count: int) -> list[int]:
    """Free ports below the range of client ports, from which one could be taken while a broker restarts."""
    sockets: list[socket.socket] = []
    candidates = (20000 + (os.getpid() * 7 + 13 * number) % 12000 for number in itertools.count(next(_numbers) * 31))
    for port in candidates:
        one = socket.socket()
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            one.close()
            continue
        sockets.append(one)
        if len(sockets) == count:
            break
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def is_free(port: int) -> bool:
    with socket.socket() as one:
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.fixture(scope="session")
def kafka() -> Iterator[KafkaBroker]:
    """One broker for all tests of a process; whoever kills a broker starts one of his own."""
    broker = KafkaBroker()
    broker.start()
    yield broker
    broker.close()


def main() -> None:
    broker = KafkaBroker()
    stop = {"asked": False}
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.update(asked=True))
    broker.start()
    sys.stdout.write(f"{broker.bootstrap}\n")
    sys.stdout.flush()
    while not stop["asked"]:
        signal.pause()
    broker.close()


if __name__ == "__main__":
    main()
