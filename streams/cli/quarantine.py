"""`maskstream quarantine`: what could not be masked and why; the original only with the private key and a reason."""

import heapq
import json
import re
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from streams.cli import quarantine_decide, quarantine_look
from streams.cli.options import ConfigOption, SetOption
from streams.cli.quarantine_desk import DirectOption, JsonOption, UrlOption, Wanted, at_desk, check_record, options
from streams.cli.quarantine_words import actor_name, said, short, time_of
from streams.errors import RunError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streams.cli.quarantine_desk import Options
    from streams.quarantine.payload import Payload
    from streams.quarantine.reader import QuarantineReader, Stored
    from streams.settings import Settings

__all__ = ["app"]

app = typer.Typer(help="Look at what could not be masked, and decide about it.", no_args_is_help=True)

#: Characters of a preview in the list; `show` has all of it.
_LISTED_PREVIEW_CHARS: Final = 60
_PLACE: Final = re.compile(r"([0-9]{1,9}):([0-9]{1,18})")
_SOURCE: Final = re.compile(r"[A-Za-z0-9._-]{1,249}/[0-9]{1,9}/[0-9]{1,18}")

quarantine_look.register(app)
quarantine_decide.register(app)


@app.command("list")
def list_(
    *,
    config: ConfigOption = None,
    assignments: SetOption = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many of the newest records.")] = 50,
    reason: Annotated[str | None, typer.Option(help="Only this reason, such as residue.", show_default=False)] = None,
    group: Annotated[str | None, typer.Option(help="Only records that fail like these.", show_default=False)] = None,
    url: UrlOption = None,
    direct: DirectOption = False,
    as_json: JsonOption = False,
) -> None:
    """List quarantined records, the newest last: where from, why, and the shape; never content."""
    from streams.cli.tables import print_table
    from streams.quarantine.reader import QuarantineReader

    where = options(url, direct, config, assignments)
    if where.url:
        _list_from_service(where, Wanted(group=group, reason=reason), limit, as_json=as_json)
        return
    seen = 0

    def wanted(stored: "Stored") -> bool:
        nonlocal seen
        seen += 1
        return _matches(stored, reason, group)

    with QuarantineReader(where.settings) as reader:
        newest = heapq.nlargest(limit, filter(wanted, map(_without_payload, reader.scan())), key=_age)[::-1]
    if as_json:
        for stored in newest:
            typer.echo(json.dumps(_as_json(stored)))
        return
    print_table(["record", "time", "source", "reason", "detectors", "group", "shape"], map(_row, newest))
    typer.echo(f"{len(newest)} of {seen} records; `maskstream quarantine show RECORD` shows one.", err=True)


@app.command()
def show(
    record: Annotated[str, typer.Argument(help="A record of the list (0:17), or its source (topic/0/17).")],
    *,
    config: ConfigOption = None,
    assignments: SetOption = None,
    reveal: Annotated[bool, typer.Option("--reveal", help="Open the original; the audit topic is told first.")] = False,
    reason: Annotated[
        str | None, typer.Option(help="Why it has to be seen, for the audit.", show_default=False)
    ] = None,
    url: UrlOption = None,
    direct: DirectOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show one quarantined record: its envelope, and with --reveal and the private key the original."""
    from streams.quarantine.payload import readable
    from streams.quarantine.reader import QuarantineReader

    if reveal != (reason is not None):
        raise UsageError("--reveal and --reason TEXT go together: every look is written down with its reason.")
    where = options(url, direct, config, assignments)
    if where.url:
        _show_from_service(where, record, reason, as_json=as_json)
        return
    settings = where.settings
    with QuarantineReader(settings) as reader:
        stored = _find(reader, record)
    payload = _revealed(settings, stored, reason) if reason is not None else None
    document = _as_json(stored) | ({} if payload is None else {"original": readable(payload)})
    if as_json:
        typer.echo(json.dumps(document))
        return
    for name, text in _lines(document):
        typer.echo(f"{name:<18} {text}")


def _list_from_service(where: "Options", wanted: Wanted, limit: int, *, as_json: bool) -> None:
    from streams.cli.tables import print_table

    with at_desk(where) as desk:
        rows = desk.records(wanted, limit)[::-1]
    if as_json:
        for row in rows:
            typer.echo(json.dumps(row))
        return
    columns = ["record", "time", "source", "reason", "detectors", "group", "status", "by", "shape"]
    print_table(columns, map(_service_row, rows))
    typer.echo(f"{len(rows)} records; `maskstream quarantine show RECORD` shows one.", err=True)


def _service_row(row: "Mapping[str, Any]") -> list[str]:
    source = row["source"]
    return [
        said(row["record"]), time_of(row["seen_ms"]),
        f"{source['topic']}/{source['partition']}/{source['offset']}" if source else "-",
        said(row["reason"] or row["problem"]), said(row["detectors"]), said(row["group"]), said(row["status"]),
        said(row["actor"]), short(row["preview"], _LISTED_PREVIEW_CHARS),
    ]  # fmt: skip


def _show_from_service(where: "Options", record: str, reason: str | None, *, as_json: bool) -> None:
    with at_desk(where) as desk:
        if _SOURCE.fullmatch(record):
            found = desk.records(Wanted(text=record), 1)
            if not found:
                raise RunError(f"There is no record {record} in quarantine: it may have expired, see the list.")
            record = str(found[0]["record"])
        document = desk.record(check_record(record))
        if reason is not None:
            document |= {"original": desk.reveal(check_record(record), reason)}
    if as_json:
        typer.echo(json.dumps(document))
        return
    history = document.pop("history", [])
    for name, text in _lines(document.pop("row") | document):
        typer.echo(f"{name:<18} {text}")
    for item in history:
        typer.echo(f"{'history':<18} {_history(item)}")


def _history(item: "Mapping[str, Any]") -> str:
    what = item["action"] or item["result"]
    lost = "" if item["effective"] else f" (lost: it was {item['status']})"
    why = f": {said(item['reason'])}" if item["reason"] else ""
    return f"{time_of(item['time_ms'])}  {said(what)} by {said(item['actor'] or 'the redrive')}{why}{lost}"


def _revealed(settings: "Settings", stored: "Stored", reason: str) -> "Payload":
    from streams.keystore import load_review_private
    from streams.quarantine.auditlog import AuditLog
    from streams.quarantine.reasons import reason_masker
    from streams.quarantine.reveal import reveal as open_record

    private_key = load_review_private(settings.review_private_key)
    write_audit = AuditLog(settings, "cli", reason_masker(settings))
    return open_record(stored, private_key, actor=actor_name(), via="cli", reason=reason, write_audit=write_audit)


def _find(reader: "QuarantineReader", record: str) -> "Stored":
    if place := _PLACE.fullmatch(record):
        stored = reader.fetch(int(place[1]), int(place[2]))
    elif _SOURCE.fullmatch(record):
        # A record may come round again after a replay: the last one counts.
        found = [stored for stored in reader.scan() if _source(stored) == record]
        stored = found[-1] if found else None
    else:
        raise UsageError("The record should be PARTITION:OFFSET as the list has it, or TOPIC/PARTITION/OFFSET.")
    if stored is None:
        raise RunError(f"There is no record {record} in quarantine: it may have expired, see the list.")
    return stored


def _without_payload(stored: "Stored") -> "Stored":
    """The same without the sealed bytes, of which a long list would hold gigabytes."""
    from dataclasses import replace

    if isinstance(stored.envelope, str) or stored.envelope.sealed is None:
        return stored
    sealed = stored.envelope.sealed.model_copy(update={"data": ""})
    return replace(stored, envelope=stored.envelope.model_copy(update={"sealed": sealed}))


def _matches(stored: "Stored", reason: str | None, group: str | None) -> bool:
    if reason is None and group is None:
        return True
    envelope = stored.envelope
    if isinstance(envelope, str):
        return False
    return reason in {None, envelope.reason} and group in {None, envelope.fingerprint}


def _age(stored: "Stored") -> tuple[int, int, int]:
    return stored.timestamp_ms, stored.partition, stored.offset


def _source(stored: "Stored") -> str:
    return stored.envelope if isinstance(stored.envelope, str) else stored.envelope.origin.coordinates


def _row(stored: "Stored") -> list[str]:
    envelope = stored.envelope
    if isinstance(envelope, str):
        return [stored.place, time_of(stored.timestamp_ms), "-", envelope, "-", "-", "-"]
    shape = "(tombstone)" if envelope.preview is None else envelope.preview
    return [
        stored.place,
        time_of(stored.timestamp_ms),
        envelope.origin.coordinates,
        envelope.reason,
        ",".join(envelope.detectors) or "-",
        envelope.fingerprint,
        shape if len(shape) <= _LISTED_PREVIEW_CHARS else shape[:_LISTED_PREVIEW_CHARS] + "…",
    ]


def _as_json(stored: "Stored") -> dict[str, Any]:
    base: dict[str, Any] = {"record": stored.place, "time": time_of(stored.timestamp_ms)}
    if isinstance(stored.envelope, str):
        return base | {"problem": stored.envelope}
    envelope = stored.envelope.model_dump(mode="json", exclude={"sealed"})
    sealed = stored.envelope.sealed
    return base | envelope | {"payload": None if sealed is None else f"sealed to review key {sealed.key}"}


def _lines(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Name and text of each thing that is there, one level of nesting told with a dot."""
    lines: list[tuple[str, str]] = []
    for name, value in document.items():
        if isinstance(value, dict):
            lines += [(f"{name}.{inner}", _cell(text)) for inner, text in value.items()]
        else:
            lines.append((name, _cell(value)))
    return lines


def _cell(value: object) -> str:
    if value is None:
        return "-"
    # JSON escapes what a terminal would obey.
    return value if isinstance(value, str) and value.isprintable() else json.dumps(value)
