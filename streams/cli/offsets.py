"""`maskstream offsets`: where the group stands, and mending a partition without a valid offset."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.options import ConfigOption, SetOption, load_settings
from streams.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streams.kafka.offsets import Standing, Target
    from streams.settings import Settings

__all__ = ["app"]

app = typer.Typer(
    help="Show and set where the group stands in the raw topics; with --set role=redrive, the redrive's in decisions.",
    no_args_is_help=True,
)


@app.command()
def show(
    *,
    config: ConfigOption = None,
    assignments: SetOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line instead of a table.")] = False,
) -> None:
    """Show committed offset, beginning, end and lag of each partition."""
    from streams.kafka.admin import Admin
    from streams.kafka.offsets import standings

    settings = load_settings(config, assignments)
    settings.require("bootstrap_servers", "raw_topics")
    admin = Admin(settings)
    existing = admin.topic_names() if settings.raw_topics.startswith("^") else []
    group, topics = _read_by(settings, existing)
    _print(standings(admin, group, topics), as_json=as_json)


@app.command("set")
def set_offsets(
    topic: Annotated[str, typer.Argument(help="A raw topic; for the redrive the decisions topic.")],
    to: Annotated[
        str,
        typer.Option(
            "--to", metavar="earliest|latest|OFFSET|TIME", help="TIME is ISO 8601, UTC unless it says otherwise."
        ),
    ],
    *,
    partitions: Annotated[
        list[int] | None, typer.Option("--partition", min=0, help="Only this partition; repeatable.")
    ] = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
) -> None:
    """Set where the group goes on in a topic; its workers must be stopped."""
    from streams.kafka.admin import Admin
    from streams.kafka.offsets import move

    settings = load_settings(config, assignments)
    settings.require("bootstrap_servers", "raw_topics")
    target = _target(to)
    group, topics = _read_by(settings, [topic])
    if topic not in topics:
        what = "the topic of DECISIONS_TOPIC" if settings.role == "redrive" else "among RAW_TOPICS"
        raise UsageError(f"The topic is not {what}: correct its name or the setting.")
    _print(move(Admin(settings), group, topic, partitions or [], target))


def _read_by(settings: "Settings", existing: list[str]) -> tuple[str, tuple[str, ...]]:
    """The group of the role, and what it reads."""
    from streams.kafka.config import redrive_group

    if settings.role == "redrive":
        return redrive_group(settings), (settings.decisions_topic,)
    return settings.group_id, settings.resolve_raw_topics(existing)


def _target(text: str) -> "Target":
    from streams.kafka.offsets import Target

    if text == "earliest":
        return Target("earliest")
    if text == "latest":
        return Target("latest")
    if text.isascii() and text.isdigit():
        return Target("offset", int(text))
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            "--to needs earliest, latest, an offset or an ISO 8601 time such as 2026-01-31T12:00:00Z."
        ) from None
    aware = time if time.tzinfo else time.replace(tzinfo=UTC)
    return Target("time", max(0, int(aware.timestamp() * 1000)))


def _print(rows: "Iterable[Standing]", *, as_json: bool = False) -> None:
    from streams.cli.tables import print_table

    if as_json:
        for row in rows:
            typer.echo(json.dumps(asdict(row) | {"lag": row.lag, "status": row.status}))
        return
    columns = ["topic", "partition", "committed", "begin", "end", "lag", "status", "metadata"]
    print_table(columns, [[_cell(getattr(row, name)) for name in columns] for row in rows])


def _cell(value: object) -> str:
    return "-" if value is None else str(value)
