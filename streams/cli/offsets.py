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

__all__ = ["app"]

app = typer.Typer(help="Show and set where the group stands in the raw topics.", no_args_is_help=True)


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
    _print(standings(admin, settings.group_id, settings.resolve_raw_topics(existing)), as_json=as_json)


@app.command("set")
def set_offsets(
    topic: Annotated[str, typer.Argument(help="A raw topic.")],
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
    """Set where the group goes on in a raw topic; its workers must be stopped."""
    from streams.kafka.admin import Admin
    from streams.kafka.offsets import move

    settings = load_settings(config, assignments)
    settings.require("bootstrap_servers", "raw_topics")
    target = _target(to)
    if topic not in settings.resolve_raw_topics([topic]):
        raise UsageError("The topic is not among RAW_TOPICS: correct its name or the setting.")
    _print(move(Admin(settings), settings.group_id, topic, partitions or [], target))


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
