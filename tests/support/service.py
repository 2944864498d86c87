"""`maskstream run` as an operator starts it, on a broker of the tests; used by tests of the whole service."""

import http.client
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.support.kafka import KafkaBroker, create_topic, unique

__all__ = ["Service", "page"]

ROOT = Path(__file__).parents[2]


class Service:
    """One installation: topics, keys and settings in the environment; `environ` may be changed before `start`."""

    def __init__(self, kafka: KafkaBroker, folder: Path, *, workers: int = 2) -> None:
        self.folder = folder
        self.raw = create_topic(kafka.bootstrap, partitions=4)
        self.group = unique("group")
        self.ports = free_ports(workers)
        self.log = folder / "log"
        self.environ = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "MASKSTREAM_BOOTSTRAP_SERVERS": kafka.bootstrap,
            "MASKSTREAM_RAW_TOPICS": self.raw,
            "MASKSTREAM_QUARANTINE_TOPIC": f"{self.raw}.quarantine",
            "MASKSTREAM_DECISIONS_TOPIC": f"{self.raw}.decisions",
            "MASKSTREAM_AUDIT_TOPIC": f"{self.raw}.audit",
            "MASKSTREAM_JOBS_TOPIC": f"{self.raw}.jobs",
            "MASKSTREAM_GROUP_ID": self.group,
            "MASKSTREAM_INSTANCE": "here",
            "MASKSTREAM_STATE_DIR": str(folder / "state"),
            "MASKSTREAM_KEYRING": str(folder / "ring.json"),
            "MASKSTREAM_REVIEW_PUBLIC_KEY": str(folder / "review-public.pem"),
            "MASKSTREAM_REVIEW_PRIVATE_KEY": str(folder / "review-private.pem"),
            "MASKSTREAM_HTTP_PORT": str(self.ports[0]),
            "MASKSTREAM_WORKERS": str(workers),
        }

    @staticmethod
    def command(*arguments: str) -> list[str]:
        return [sys.executable, "-c", "from streams.cli.main import main; main()", *arguments]

    def call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command that ends by itself."""
        return subprocess.run(
            self.command(*arguments), env=self.environ, check=False, capture_output=True, text=True, timeout=120
        )

    def prepare(self) -> None:
        """Keys and topics, by the commands that make them."""
        for command in (["keys", "new"], ["keys", "review", "new"], ["topics", "apply"]):
            done = self.call(*command)
            assert done.returncode == 0, done.stderr

    def start(self) -> None:
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(self.command("run"), env=self.environ, stdout=log, stderr=log)

    def until(self, holds: Callable[[], object], deadline_s: float) -> None:
        """Wait while the service runs; its log is the message when it does not come to that."""
        deadline = time.monotonic() + deadline_s
        while not holds():
            assert self.process.poll() is None, self.log.read_text()[-5000:]
            assert time.monotonic() < deadline, self.log.read_text()[-5000:]
            time.sleep(0.02)

    def end(self) -> None:
        """Whatever happened: nothing of it runs afterwards."""
        self.process.kill()
        self.process.wait()


def free_ports(count: int) -> range:
    """A row of ports that are free now, below those that the system gives to clients: a restart must find them free."""
    while True:
        first = random.randrange(15_000, 32_000)
        try:
            for port in range(first, first + count):
                socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return range(first, first + count)


def page(port: int, method: str, path: str) -> bytes:
    """Status, headers and body as they came, or nothing while the worker is away."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, headers={"X-Canary": "zq9query"})
        response = connection.getresponse()
        return b"%d\n%s\n%s" % (response.status, str(response.getheaders()).encode(), response.read())
    except (OSError, http.client.HTTPException):
        return b""
    finally:
        connection.close()
