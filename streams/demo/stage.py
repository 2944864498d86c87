"""What the demo sets up before the workers start: settings, keys, topics, records."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from streams.corpus import Line
from streams.demo.broker import free_ports
from streams.demo.processes import Children, maskstream
from streams.demo.source import RAW_LIMIT_BYTES, YOURS, topic_of
from streams.errors import RunError

__all__ = [
    "PARTITIONS", "QUARANTINE", "WORKERS", "Sent", "Stage", "create_raw_topics", "prepare", "produce", "run_command",
]  # fmt: skip

WORKERS: Final = 2
PARTITIONS: Final = 2
QUARANTINE: Final = "maskstream.quarantine"

#: A day: nobody keeps a demo.
_RETENTION_MS: Final = 86_400_000
#: A command imports what it needs in about a second; 2 loaded cores need more. In seconds.
_COMMAND_S: Final = 60.0

#: Lines by raw topic and partition in the order of their offsets, which begin at 0.
Sent = dict[tuple[str, int], list[Line]]


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the demo plays: all settings stand in `environment`, all files in `folder`."""

    folder: Path
    bootstrap: str
    topics: tuple[str, ...]
    ports: tuple[int, ...]
    redrive_port: int
    review_port: int
    environment: Mapping[str, str]
    #: The settings alone, for a person who wants to look around.
    settings: Mapping[str, str] = field(default_factory=dict)


def prepare(folder: Path, bootstrap: str, lines: Sequence[Line]) -> Stage:
    """Return the stage for these lines; nothing of the user's own settings, keys or state is used."""
    topics = tuple(sorted({topic_of(line) for line in lines}))
    *ports, redrive_port, review_port = free_ports(WORKERS + 2)
    settings = {
        "MASKSTREAM_BOOTSTRAP_SERVERS": bootstrap,
        "MASKSTREAM_RAW_TOPICS": ",".join(topics),
        "MASKSTREAM_HTTP_PORT": str(ports[0]),
        "MASKSTREAM_KEYRING": str(folder / "keyring.json"),
        "MASKSTREAM_REVIEW_PUBLIC_KEY": str(folder / "review-public.pem"),
        "MASKSTREAM_REVIEW_PRIVATE_KEY": str(folder / "review-private.pem"),
        "MASKSTREAM_REVIEW_PORT": str(review_port),
        "MASKSTREAM_REVIEW_DEV_SECRET": str(folder / "dev-secret"),
        "MASKSTREAM_STATE_DIR": str(folder / "state"),
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MASKSTREAM_")}
    homes = {"XDG_CONFIG_HOME": str(folder), "XDG_STATE_HOME": str(folder)}
    environment = kept | homes | settings
    return Stage(folder, bootstrap, topics, tuple(ports), redrive_port, review_port, environment, settings)


def run_command(children: Children, stage: Stage, *arguments: str) -> None:
    """Run one maskstream command to its end; RunError with its own last sentence where it fails."""
    called, log = " ".join(arguments), stage.folder / "command.log"
    try:
        status = children.run([*maskstream(), *arguments], stage.environment, log, _COMMAND_S)
    except subprocess.TimeoutExpired:
        raise RunError(f"`maskstream {called}` did not end within {_COMMAND_S:.0f} s; run the demo again.") from None
    if status:
        said = (log.read_text("utf-8", "replace").strip().splitlines() or ["it said nothing"])[-1]
        raise RunError(f"`maskstream {called}` ended with status {status}: {said}")


def create_raw_topics(stage: Stage) -> None:
    admin = AdminClient({"bootstrap.servers": stage.bootstrap, "log_level": 0})
    config = {"retention.ms": str(_RETENTION_MS)}
    if YOURS not in stage.topics:
        config["max.message.bytes"] = str(RAW_LIMIT_BYTES)
    made = admin.create_topics([NewTopic(name, PARTITIONS, 1, config=config) for name in stage.topics])
    for name, future in made.items():
        try:
            future.result(30)
        except Exception as error:
            raise RunError(f"The embedded broker did not create the topic {name}; run the demo again.") from error


def produce(stage: Stage, lines: Sequence[Line]) -> Sent:
    """Write the lines to their raw topics, in turn to each partition, and return where each stands."""
    producer = Producer({"bootstrap.servers": stage.bootstrap, "enable.idempotence": True, "log_level": 0})
    sent: Sent = {(topic, part): [] for topic in stage.topics for part in range(PARTITIONS)}
    for number, line in enumerate(lines):
        place = topic_of(line), number % PARTITIONS
        sent[place].append(line)
        _produce(producer, place, line)
    if producer.flush(60):
        raise RunError("The embedded broker did not take all records; run the demo again.")
    return sent


def _produce(producer: Producer, place: tuple[str, int], line: Line) -> None:
    topic, partition = place
    while True:
        try:
            producer.produce(topic, line.value, line.key, partition, headers=list(line.headers))
        except BufferError:
            producer.poll(0.1)
        else:
            producer.poll(0)
            return
