"""`maskstream audit`: who did what, when, why and from where; and whether somebody took a line of it away."""

import heapq
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.options import ConfigOption, SetOption, load_settings
from streams.errors import CheckFoundError

if TYPE_CHECKING:
    from streams.quarantine.audit import AuditEvent
    from streams.quarantine.audittrail import Line, Report
    from streams.quarantine.chain import Break
    from streams.settings import Settings

__all__ = ["app"]

app = typer.Typer(help="Read and verify the audit.", no_args_is_help=True)

FilesOption = Annotated[
    list[Path] | None,
    typer.Option("--file", metavar="FILE", help="A file of it instead of the topic; repeatable.", show_default=False),
]


@app.command("list")
def list_(
    *,
    config: ConfigOption = None,
    assignments: SetOption = None,
    file: FilesOption = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many of the newest events.")] = 50,
    actor: Annotated[str | None, typer.Option(help="Only what this person did.", show_default=False)] = None,
    action: Annotated[str | None, typer.Option(help="Only this, such as reveal.", show_default=False)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line instead of a table.")] = False,
) -> None:
    """List who did what, the newest last."""
    from streams.cli.tables import print_table
    from streams.quarantine.audittrail import file_lines, parsed, topic_lines

    settings = load_settings(config, assignments)
    lines: Iterable[Line] = (line for path in file for line in file_lines(path)) if file else topic_lines(settings)[0]
    seen = 0

    def wanted() -> Iterator["AuditEvent"]:
        nonlocal seen
        for _, event in parsed(lines):
            if not isinstance(event, str) and _is_wanted(event, actor, action):
                seen += 1
                yield event

    newest = heapq.nlargest(limit, wanted(), key=lambda event: event.time)[::-1]
    if as_json:
        for event in newest:
            typer.echo(json.dumps(event.document()))
        return
    print_table(["time", "actor", "action", "what", "why", "from"], map(_row, newest))
    typer.echo(f"{len(newest)} of {seen} events.", err=True)


@app.command()
def verify(*, config: ConfigOption = None, assignments: SetOption = None, file: FilesOption = None) -> None:
    """Follow the hash chains: exit status 4 where an event was changed, taken away, put in or moved.

    Without --file the topic is read, and compared with the files of this machine if it has any.
    """
    from streams.quarantine.auditlog import audit_keys
    from streams.quarantine.audittrail import topic_lines, verify_files, verify_topic

    settings = load_settings(config, assignments)
    keys = audit_keys(settings.review_audit_key)
    if file:
        report = verify_files(sorted(file, key=lambda path: path.name), keys)
        _say("file", report)
        _refuse(_of("file", report.breaks))
        return
    lines, cut = topic_lines(settings)
    topic = verify_topic(lines, keys, cut=cut)
    _say(f"topic {settings.audit_topic}", topic)
    _refuse([*_of("topic", topic.breaks), *_of_own_files(settings, topic, keys)])


def _of_own_files(settings: "Settings", topic: "Report", keys: Sequence[bytes]) -> Iterable[tuple[str, "Break"]]:
    from streams.quarantine.audittrail import compare, verify_files
    from streams.quarantine.journal import audit_folder, unsent_in

    folder = audit_folder(settings.state_dir)
    for name in ("review", "cli"):
        paths = sorted(folder.glob(f"{name}-*.jsonl"))
        if not paths:
            continue
        report = verify_files(paths, keys)
        _say(f"files {folder}/{name}-*.jsonl", report)
        last = max((head.sequence for head in report.chains.heads.values()), default=-1)
        yield from _of("file", report.breaks)
        yield from _of("end", tuple(compare(report, topic, unsent_in(folder, name, last))))


def _of(copy: str, breaks: Iterable["Break"]) -> list[tuple[str, "Break"]]:
    return [(copy, found) for found in breaks]


def _say(copy: str, report: "Report") -> None:
    chains = report.chains
    typer.echo(f"{copy}: {chains.events} events in {len(chains.heads)} chains, {report.unchained} of before chains")
    for writer, head in sorted(chains.heads.items()):
        typer.echo(f"  {writer}: events {chains.begins[writer]} to {head.sequence}, the last {head.hash[:16]}")


def _refuse(found: list[tuple[str, "Break"]]) -> None:
    if not found:
        typer.echo("Nothing is missing or changed.")
        return
    for copy, wrong in found:
        typer.echo(f"{copy} {wrong.at}: {wrong.sentence}")
    raise CheckFoundError(f"The audit does not fit in {len(found)} places: compare the copies named above.")


def _is_wanted(event: "AuditEvent", actor: str | None, action: str | None) -> bool:
    return actor in {None, event.actor} and action in {None, event.action}


def _row(event: "AuditEvent") -> list[str]:
    why = event.reason or event.problem or "-"
    return [
        event.time.isoformat(timespec="seconds"),
        _printable(event.actor),
        event.decision or event.action,
        _what(event),
        _printable(why),
        event.address or event.via,
    ]


def _what(event: "AuditEvent") -> str:
    if event.record is not None:
        return f"{event.record.partition}:{event.record.offset}"
    counted = f"{event.records} records" if event.records is not None else ""
    return " ".join(filter(None, (event.group, counted, event.policy))) or "-"


def _printable(text: str) -> str:
    # Whoever writes to the topic must not write to the terminal of who reads it.
    return text if text.isprintable() else json.dumps(text)
