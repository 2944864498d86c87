"""`maskstream quarantine groups | explain | try | reveal | watch`: looking, without deciding anything."""

import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from streams.cli.options import ConfigOption, SetOption
from streams.cli.quarantine_desk import (
    Desk,
    DirectOption,
    JsonOption,
    UrlOption,
    Wanted,
    at_desk,
    check_record,
    options,
)
from streams.cli.quarantine_words import number, said, short, time_of
from streams.errors import CheckFoundError, UsageError

__all__ = ["register"]

_PREVIEW_CHARS: Final = 50
_POLICY_BYTES_MAX: Final = 256 * 1024

RecordArgument = Annotated[str, typer.Argument(help="A record of the list, such as 0:17.")]
StatusOption = Annotated[
    list[str] | None,
    typer.Option("--status", help="Only these: open, claimed, released, …; repeatable.", show_default=False),
]
CodeOption = Annotated[str | None, typer.Option("--code", help="Only this reason code.", show_default=False)]
TopicOption = Annotated[str | None, typer.Option("--topic", help="Only this raw topic.", show_default=False)]
LimitOption = Annotated[int, typer.Option(min=1, max=100_000, help="How many at most.")]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    for command in (groups, explain, reveal, watch):
        app.command()(command)
    app.command("try")(try_)


def groups(  # noqa: PLR0913 - each flag is a parameter
    *,
    code: CodeOption = None,
    topic: TopicOption = None,
    status: StatusOption = None,
    limit: LimitOption = 50,
    url: UrlOption = None,
    direct: DirectOption = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    assignments: SetOption = None,
) -> None:
    """List records that fail alike as groups, the largest first."""
    from streams.cli.tables import print_table

    wanted = Wanted(reason=code, topic=topic, status=tuple(status or ()))
    with at_desk(options(url, direct, config, assignments)) as desk:
        found = desk.groups(wanted, limit)
    if as_json:
        for group in found:
            typer.echo(json.dumps(group))
        return
    print_table(
        ["group", "records", "waiting", "reason", "detectors", "at", "topics", "last", "shape"], map(_group, found)
    )
    if found:
        first = said(found[0]["group"])
        typer.echo(f"Next: `maskstream quarantine try --group {first} --sample 1000`.", err=True)


def explain(
    record: RecordArgument,
    *,
    url: UrlOption = None,
    direct: DirectOption = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    assignments: SetOption = None,
) -> None:
    """Show what the policy in use finds in a record, where and by which rule, and what would become of it."""
    from streams.cli.tables import print_table

    with at_desk(options(url, direct, config, assignments)) as desk:
        told = desk.explain(check_record(record))
    if as_json:
        typer.echo(json.dumps(told))
        return
    names = ["path", "kind", "detector", "validator", "action", "rule", "kept_by"]
    if told["findings"]:
        print_table(names, [[said(row[name]) for name in names] for row in told["findings"]])
    typer.echo(_verdict(told))


def try_(  # noqa: PLR0913 - each flag is a parameter
    records: Annotated[
        list[str] | None, typer.Argument(metavar="RECORD...", help="Records of the list.", show_default=False)
    ] = None,
    *,
    group: Annotated[str | None, typer.Option(help="All records that fail like these.", show_default=False)] = None,
    code: CodeOption = None,
    topic: TopicOption = None,
    policy: Annotated[
        Path | None,
        typer.Option("--policy", metavar="FILE", help="A policy to try; else the one in use.", show_default=False),
    ] = None,
    sample: Annotated[
        int | None, typer.Option(min=1, max=1_000_000, help="So many of them, spread evenly.", show_default=False)
    ] = None,
    url: UrlOption = None,
    direct: DirectOption = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    assignments: SetOption = None,
) -> None:
    """Try a policy on records without releasing any; exit status 4 when some would fail."""
    wanted = Wanted(group=group, reason=code, topic=topic)
    if bool(records) == bool(wanted.given):
        raise UsageError("Name records, or a group with --group, --code or --topic.")
    text = _policy_text(policy) if policy is not None else None
    with at_desk(options(url, direct, config, assignments)) as desk:
        if records:
            told = desk.try_records(list(dict.fromkeys(map(check_record, records))), text, _progress)
        else:
            told = desk.try_wanted(wanted, text, sample, _progress)
    if as_json:
        typer.echo(json.dumps(told))
    else:
        _tell_tried(told, records, wanted)
    if told["failed"]:
        raise CheckFoundError("Some would fail again.")


def reveal(
    record: RecordArgument,
    *,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why it has to be seen, for the audit.")],
    url: UrlOption = None,
    direct: DirectOption = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    assignments: SetOption = None,
) -> None:
    """Show the original of a record; who looked and why is written down first, and everybody sees it."""
    with at_desk(options(url, direct, config, assignments)) as desk:
        told = desk.reveal(check_record(record), reason)
    if as_json:
        typer.echo(json.dumps(told))
        return
    for name in ("key", "headers", "value"):
        typer.echo(f"{name:<10} {said(told[name])}")
    typer.echo("This look is in the audit. Keep nothing of it: clear the screen.", err=True)


def watch(
    *,
    every: Annotated[float, typer.Option(min=0.2, max=3600, help="Seconds between two looks.")] = 5.0,
    times: Annotated[int | None, typer.Option(min=1, help="End after so many looks.", show_default=False)] = None,
    url: UrlOption = None,
    direct: DirectOption = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    assignments: SetOption = None,
) -> None:
    """Say a line whenever numbers of the quarantine change, until Ctrl-C."""
    with at_desk(options(url, direct, config, assignments)) as desk:
        _watch(desk, every, times, as_json=as_json)


def _watch(desk: Desk, every_s: float, times: int | None, *, as_json: bool) -> None:
    before: Mapping[str, Any] | None = None
    looks = 0
    while True:
        counts = desk.stats()["counts"]
        if counts != before:
            typer.echo(json.dumps(counts) if as_json else _counts(counts))
            sys.stdout.flush()
            before = counts
        looks += 1
        if times is not None and looks >= times:
            return
        time.sleep(every_s)


def _counts(counts: Mapping[str, Any]) -> str:
    parts = [
        f"{number(count)} {said(status).replace('_', ' ')}" for status, count in counts["by_status"].items() if count
    ]
    soon = f"; {number(counts['expiring'])} expire within 6 h" if counts.get("expiring") else ""
    stamp = time.strftime("%H:%M:%S")
    return f"{stamp}  {', '.join(parts) or 'nothing'}{soon}"


def _group(group: Mapping[str, Any]) -> list[str]:
    by_status = group["counts"]["by_status"]
    waiting = sum(by_status.get(status, 0) for status in ("open", "claimed", "failed_again"))
    return [
        said(group["group"]), number(group["matching"]), number(waiting), said(group["reason"] or group.get("problem")),
        said(group["detectors"]), said(group["path"]), said(group["topics"]), time_of(group["last_seen_ms"]),
        short(group["preview"], _PREVIEW_CHARS),
    ]  # fmt: skip


def _verdict(told: Mapping[str, Any]) -> str:
    if told["unopened"]:
        return f"It cannot be opened here: {said(told['unopened']).replace('_', ' ')}."
    if told["passes"]:
        return f"It would pass under the policy {said(told['policy'])}."
    by = f" ({said(told['detectors'])})" if told["detectors"] else ""
    at = f" at {said(told['path'])}" if told["path"] not in {"", "$"} else ""
    return f"It would fail again under the policy {said(told['policy'])}: {said(told['reason'])}{by}{at}."


def _tell_tried(told: Mapping[str, Any], records: list[str] | None, wanted: Wanted) -> None:
    typer.echo(f"{told['sentence']} Policy {said(told['policy'])}.")
    for failure in told["failures"]:
        typer.echo(f"  {said(failure['reason'])}: `maskstream quarantine explain {said(failure['places'][0])}`")
    if told["passed"] and not told["failed"]:
        what = " ".join(records) if records else f"--group {wanted.group}" if wanted.group else ""
        typer.echo(f"Next: `maskstream quarantine release {what}`." if what else "")


def _policy_text(path: Path) -> str:
    try:
        with path.open("rb") as opened:
            text = opened.read(_POLICY_BYTES_MAX + 1)
        if len(text) > _POLICY_BYTES_MAX:
            raise UsageError(f"The policy {path} is larger than {_POLICY_BYTES_MAX // 1024} KiB.")
        return text.decode()
    except OSError as error:
        raise UsageError(f"The policy {path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UsageError(f"The policy {path} is no text in UTF-8.") from None


def _progress(told: Mapping[str, Any]) -> None:
    if sys.stderr.isatty():
        typer.echo(f"{number(told['tried'])} of {number(told['total'])} records tried; Ctrl-C stops.", err=True)
