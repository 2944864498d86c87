"""Replays as people run them, on a broker of the tests: a service with keys and topics, jobs by command."""

import json
import subprocess
from pathlib import Path
from typing import Any

from confluent_kafka import Message, Producer

from tests.support.kafka import KafkaBroker
from tests.support.pipeline import read_topic
from tests.support.service import Service

__all__ = ["Replays", "contents"]

#: Personal, clean and unmaskable lines in turn.
LINES = (
    b'{"n": %d, "user": {"email": "ann.%d@example.com"}, "ms": 1.50}',
    b'{"n": %d, "level": "info", "message": "request %d served", "ok": true}',
    b"%d GET /u?email=bob.%d@example.com HTTP/1.1",
)
GARBAGE = b"\xfd ann@example.com \xc3 %d"


class Replays(Service):
    """One installation with the jobs of one raw topic."""

    def __init__(self, kafka: KafkaBroker, folder: Path, *, workers: int = 1) -> None:
        super().__init__(kafka, folder, workers=workers)
        self.bootstrap = kafka.bootstrap
        self.environ |= {"MASKSTREAM_REPLAY_PORT": str(self.ports[0]), "MASKSTREAM_BATCH_RECORDS": "500"}

    def replay(self, *arguments: str, status: int | None = 0) -> subprocess.CompletedProcess[str]:
        done = self.call("replay", *arguments)
        assert status is None or done.returncode == status, (done.stdout[-3000:], done.stderr[-6000:])
        return done

    def started(self, *arguments: str, status: int | None = 0) -> dict[str, Any]:
        """A job from beginning to end: its report."""
        return dict(json.loads(self.replay("start", "--json", *arguments, status=status).stdout.splitlines()[-1]))

    def begin(self, *arguments: str, log: str = "replay.log") -> "subprocess.Popen[bytes]":
        """`replay start` in the background."""
        with (self.folder / log).open("wb") as out:
            return subprocess.Popen(
                self.command("replay", "start", *arguments), env=self.environ, stdout=out, stderr=out
            )

    def status(self, job: str) -> dict[str, Any]:
        return dict(json.loads(self.replay("status", job, "--json").stdout))

    def produce(self, count: int, *, first: int = 0, partitions: int = 4, garbage: int = 0) -> None:
        """Numbered lines over the partitions in turn; every so many-th one cannot be masked."""
        producer = Producer({"bootstrap.servers": self.bootstrap})
        for n in range(first, first + count):
            value = GARBAGE % n if garbage and n % garbage == 0 else LINES[n % len(LINES)] % (n, n)
            headers = [("n", b"%d" % n), ("user", b"ann.%d@example.com" % n)]
            producer.produce(self.raw, value, b"key-%d" % n, n % partitions, headers=headers)
            producer.poll(0)
        assert producer.flush(60) == 0

    def read(self, topic: str, count: int | None = None) -> list[Message]:
        return read_topic(self.bootstrap, topic, count=count)


def contents(messages: list[Message]) -> dict[int, list[tuple[Any, ...]]]:
    """By partition and in order: key, value, timestamp and headers, but for the one that names the job."""
    found: dict[int, list[tuple[Any, ...]]] = {}
    for each in messages:
        headers = [header for header in each.headers() or [] if header[0] != "maskstream.replay"]
        found.setdefault(each.partition() or 0, []).append((each.key(), each.value(), each.timestamp(), headers))
    return found
