"""`maskstream run`: checks what can be checked before, says what it will do, and supervises the slots."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from streams.cli.options import ConfigOption, SetOption, load_settings
from streams.errors import UnreachableError

if TYPE_CHECKING:
    from streams.kafka.guard import Checked
    from streams.settings import Settings

__all__ = ["run"]

#: Seconds between two attempts to reach Kafka at the start; the attempt itself takes up to 15 s.
_RETRY_FIRST_S: Final = 1.0
_RETRY_MAX_S: Final = 30.0


def run(  # noqa: PLR0913 - each flag is a parameter
    *,
    role: Annotated[
        str | None, typer.Option(metavar="ROLE", help="mask, or redrive for released records.", show_default=False)
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Worker processes on this machine.", show_default=False)] = None,
    bootstrap_servers: Annotated[
        str | None, typer.Option(metavar="HOST:PORT,...", help="Kafka brokers.", show_default=False)
    ] = None,
    raw_topics: Annotated[
        str | None,
        typer.Option(metavar="TOPIC,...|^REGEX", help="Topics to mask, or a regular expression.", show_default=False),
    ] = None,
    group_id: Annotated[str | None, typer.Option(help="Consumer group.", show_default=False)] = None,
    policy: Annotated[Path | None, typer.Option(metavar="FILE", help="Policy file.", show_default=False)] = None,
    http_port: Annotated[
        int | None, typer.Option(help="Port of slot 0's pages; slot i uses the port + i.", show_default=False)
    ] = None,
    log_level: Annotated[
        str | None, typer.Option(metavar="LEVEL", help="DEBUG, INFO, WARNING or ERROR.", show_default=False)
    ] = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
) -> None:
    """Mask raw topics into clean topics, or release what was quarantined, exactly once, until SIGTERM or Ctrl-C."""
    from streams.agents.supervisor import Supervisor
    from streams.telemetry import log

    settings = load_settings(
        config, assignments, role=role, workers=workers, bootstrap_servers=bootstrap_servers, raw_topics=raw_topics,
        group_id=group_id, policy=policy, http_port=http_port, log_level=log_level,
    )  # fmt: skip
    log.configure(settings.log_level, role=settings.role)
    _check_this_machine(settings)
    _tell(settings, _guarded(settings))
    status = Supervisor(settings).run()
    if status:
        raise typer.Exit(status)


def _check_this_machine(settings: "Settings") -> None:
    """All that needs no Kafka, so that a mistake is said at once: settings, keys, locks, ports."""
    from streams.agents.supervisor import require_free_ports, require_free_slots
    from streams.kafka.config import check_kafka_properties
    from streams.keystore import load_keyring, load_review_private, load_review_public

    settings.require("bootstrap_servers", "raw_topics")
    check_kafka_properties(settings)
    load_keyring(settings.keyring)
    if settings.role == "redrive":
        load_review_private(settings.review_private_key)
    else:
        load_review_public(settings.review_public_key)
    require_free_slots(settings)
    require_free_ports(settings.http_host, settings.http_port, settings.workers)


def _guarded(settings: "Settings") -> "Checked":
    """What the guard saw; waits for a Kafka that does not answer, as a running worker would."""
    from streams.kafka.guard import guard
    from streams.telemetry.log import EventLog

    delay_s = _RETRY_FIRST_S
    while True:
        try:
            return guard(settings)
        except UnreachableError as error:
            EventLog().warning("kafka_unreachable", sentence=str(error), delay_s=delay_s)
        time.sleep(delay_s)
        delay_s = min(2 * delay_s, _RETRY_MAX_S)


def _tell(settings: "Settings", checked: "Checked") -> None:
    from streams.telemetry.log import EventLog

    events = EventLog()
    for sentence in checked.warnings:
        events.warning("raw_retention_long", sentence=sentence)
    for topic, clean, partitions in _pairs(settings, checked):
        events.info("topics_resolved", topic=topic, clean_topic=clean, partitions=partitions,
                    group=_group(settings))  # fmt: skip
    if sys.stdout.isatty():
        _print_plan(settings, checked)


def _pairs(settings: "Settings", checked: "Checked") -> list[tuple[str, str, int]]:
    """Raw topic, clean topic, and the partitions of the former; the role redrive need not see it."""
    pairs = [(topic, settings.clean_topic_for(topic)) for topic in checked.raw_topics]
    return [(raw, clean, checked.topics.get(raw, checked.topics[clean]).partitions) for raw, clean in pairs]


def _group(settings: "Settings") -> str:
    from streams.kafka.config import redrive_group

    return redrive_group(settings) if settings.role == "redrive" else settings.group_id


def _print_plan(settings: "Settings", checked: "Checked") -> None:
    from streams.cli.tables import print_table

    rows = [[topic, clean, str(partitions)] for topic, clean, partitions in _pairs(settings, checked)]
    print_table(["raw topic", "clean topic", "partitions"], rows)
    last_port = settings.http_port + settings.workers - 1
    ports = f"port {last_port}" if settings.workers == 1 else f"ports {settings.http_port} to {last_port}"
    typer.echo(
        f"Group {_group(settings)}, {settings.workers} worker{'s' * (settings.workers > 1)}, quarantine in "
        f"{settings.quarantine_topic}; /metrics, /livez and /readyz on {settings.http_host}, {ports}. "
        "Ctrl-C finishes what is under way and stops."
    )
