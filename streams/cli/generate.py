"""`maskstream generate`: seeded production logs on standard output."""

import base64
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

import typer

from streams.corpus import MIXES, Line, Mix
from streams.errors import UsageError

__all__ = ["generate"]


def generate(
    count: Annotated[int, typer.Option(min=0, help="How many lines.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same lines, on every machine.")] = 1,
    mix: Annotated[str, typer.Option(metavar="demo|mixed|clean", help="Which corpus.")] = "demo",
    labels: Annotated[
        bool, typer.Option("--labels", help="Write JSON: the line, what is personal in it and what must stay.")
    ] = False,
    start: Annotated[
        datetime | None, typer.Option(help="Time of the first line (UTC); the same each run by default.")
    ] = None,
) -> None:
    """Write realistic, invented production logs, one a line."""
    from streams.corpus import generate as lines_of  # the command has the name
    from streams.corpus.dice import DEFAULT_START_MS

    start_ms = int(start.replace(tzinfo=UTC).timestamp() * 1000) if start else DEFAULT_START_MS
    lines = lines_of(_mix(mix), seed=seed, count=count, start_ms=start_ms)
    sys.stdout.buffer.writelines(_labelled(lines) if labels else (line.value + b"\n" for line in lines))
    sys.stdout.buffer.flush()


def _mix(name: str) -> Mix:
    for mix in MIXES:
        if name == mix:
            return mix
    raise UsageError(f"There is no mix of that name; take one of {', '.join(MIXES)}.")


def _labelled(lines: Iterator[Line]) -> Iterator[bytes]:
    import orjson

    for line in lines:
        yield orjson.dumps(_facts(line)) + b"\n"


def _facts(line: Line) -> dict[str, object]:
    """A line and its labels; a line that is not UTF-8 stands in base64 under another name."""
    try:
        text: dict[str, object] = {"line": line.value.decode()}
    except UnicodeDecodeError:
        text = {"line_base64": base64.b64encode(line.value).decode()}
    return {
        "service": line.service,
        **text,
        "personal": line.personal,
        "kept": line.kept,
        "person": line.person,
        "unmaskable": line.unmaskable,
    }
