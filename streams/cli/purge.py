"""`maskstream purge`: when something leaked onto a clean topic, what to delete, what it costs, and deleting it."""

import json
import re
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from streams.cli.options import ConfigOption, SetOption, load_settings
from streams.cli.quarantine_words import actor_name, time_of
from streams.errors import UsageError

if TYPE_CHECKING:
    from streams.replay.purge import PurgePlan
    from streams.replay.purge_scan import Coordinates
    from streams.settings import Settings

__all__ = ["app"]

app = typer.Typer(help="Delete what leaked from clean topics: a plan first, then by its id.", no_args_is_help=True)

_PLACE: Final = re.compile(r"([A-Za-z0-9._-]{1,249})/([0-9]{1,9})/([0-9]{1,18})")
_LINE_S: Final = 10.0

JsonOption = Annotated[bool, typer.Option("--json", help="JSON instead of a table.")]


@app.command("plan")
def show_plan(  # noqa: PLR0913 - each flag is a parameter
    *,
    topics: Annotated[
        list[str] | None, typer.Option("--topic", help="A raw topic; all of RAW_TOPICS without. Repeatable.")
    ] = None,
    tokens: Annotated[list[str] | None, typer.Option("--token", help="Records with this token; repeatable.")] = None,
    records: Annotated[
        list[str] | None,
        typer.Option("--record", metavar="TOPIC/PARTITION/OFFSET", help="This one, clean or raw; repeatable."),
    ] = None,
    leaks: Annotated[bool, typer.Option("--leaks", help="Records in which POLICY finds something to mask.")] = False,
    from_time: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="Only from then on: ISO 8601.")
    ] = None,
    to_time: Annotated[str | None, typer.Option("--to", metavar="TIME", help="Only before then: ISO 8601.")] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    assignments: SetOption = None,
) -> None:
    """Find what leaked and show what deleting it would take along; nothing is deleted."""
    from streams.kafka.admin import Admin
    from streams.replay.purge import save_plan
    from streams.replay.purge_scan import Wanted, plan_purge

    settings = load_settings(config, assignments)
    settings.require("bootstrap_servers")
    admin = Admin(settings)
    wanted = Wanted(
        tuple(token.encode() for token in tokens or []), tuple(map(_place, records or [])),
        _milliseconds(from_time), _milliseconds(to_time), _masker(settings) if leaks else None,
    )  # fmt: skip
    raw = _raw_topics(settings, topics, admin.topic_names)
    plan = plan_purge(settings, admin, raw, wanted, by=actor_name(), told=_Shown(quiet=as_json))
    save_plan(plan, settings.state_dir)
    _print(plan, as_json=as_json)


@app.command()
def run(
    plan_id: Annotated[str, typer.Argument(metavar="PLAN", help="The id that `purge plan` showed.")],
    *,
    reason: Annotated[str, typer.Option(help="Why, for the audit: a sentence and a ticket.")],
    confirm: Annotated[
        str | None,
        typer.Option(help="The sentence that the plan asks for; it is asked for without.", show_default=False),
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    assignments: SetOption = None,
) -> None:
    """Delete what a plan says, for good; the audit topic is told before and after."""
    from streams.kafka.admin import Admin
    from streams.quarantine.audit import REASON_CHARS_MAX, REASON_CHARS_MIN
    from streams.quarantine.auditlog import AuditLog
    from streams.quarantine.reasons import reason_masker
    from streams.replay.purge import load_plan, phrase_of
    from streams.replay.purge_run import run_purge

    settings = load_settings(config, assignments)
    settings.require("bootstrap_servers")
    if not REASON_CHARS_MIN <= len(reason.strip()) <= REASON_CHARS_MAX:
        raise UsageError(f"The reason should have {REASON_CHARS_MIN} to {REASON_CHARS_MAX} characters.")
    plan = load_plan(plan_id, settings.state_dir)
    _require_confirmation(plan, phrase_of(plan), confirm)
    audit = AuditLog(settings, "cli", reason_masker(settings))
    done = run_purge(plan, Admin(settings), audit, actor=actor_name(), reason=reason.strip())
    begins = [{"topic": topic, "partition": number, "begins": at} for (topic, number), at in done.begins.items()]
    if as_json:
        typer.echo(json.dumps({"plan": plan.id, "records": plan.records, "partitions": begins}))
        return
    typer.echo(
        f"Deleted {plan.records} records by plan {plan.id}. The brokers remove them from their disks when the segment "
        "that holds them is closed (segment.ms) and file.delete.delay.ms has passed."
    )
    _print_left(plan)


def _require_confirmation(plan: "PurgePlan", phrase: str, given: str | None) -> None:
    if given is None:
        if not sys.stdin.isatty():
            raise UsageError(f"Deleting is for good: say --confirm {phrase!r} if that is what you want.")
        _print(plan, as_json=False)
        given = typer.prompt(f"Type {phrase!r} to delete them")
    if given.strip() != phrase:
        raise UsageError(f"Nothing is deleted: the confirmation is not {phrase!r}.")


def _raw_topics(settings: "Settings", topics: list[str] | None, existing: Any) -> list[str]:
    wanted = ",".join(topics or []) or settings.raw_topics
    if not wanted:
        settings.require("raw_topics")
    own = settings.model_copy(update={"raw_topics": wanted})
    return list(own.resolve_raw_topics(existing() if wanted.startswith("^") else []))


def _masker(settings: "Settings") -> Any:
    from streams.anchorstore import user_store
    from streams.keystore import load_keyring
    from streams.masking.batch import RecordMasker
    from streams.policyfile import load_policy

    policy = load_policy(settings.policy, settings.max_depth)
    return RecordMasker(policy, load_keyring(settings.keyring), store=user_store())


def _place(text: str) -> "Coordinates":
    from streams.replay.purge_scan import Coordinates

    match = _PLACE.fullmatch(text)
    if match is None:
        raise UsageError("--record needs TOPIC/PARTITION/OFFSET, such as logs.clean/0/17.")
    return Coordinates(match[1], int(match[2]), int(match[3]))


def _milliseconds(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError("--from and --to need an ISO 8601 time such as 2026-01-31T12:00:00Z.") from None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0, round(aware.timestamp() * 1000))


class _Shown:
    """Says how far the search is."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._told_s = time.monotonic()

    def __call__(self, records: int, share: float) -> None:
        terminal = sys.stderr.isatty()
        if self._quiet or time.monotonic() - self._told_s < (0.5 if terminal else _LINE_S):
            return
        self._told_s = time.monotonic()
        sentence = f"purge plan: {min(1.0, share):.1%}, {records} records"
        sys.stderr.write(f"\r\x1b[K{sentence}" if terminal else f"{sentence}\n")
        sys.stderr.flush()


def _print(plan: "PurgePlan", *, as_json: bool) -> None:
    from streams.cli.tables import print_table
    from streams.replay.purge import phrase_of

    if as_json:
        typer.echo(json.dumps(plan.model_dump(mode="json") | {"records": plan.records, "matches": plan.matches}))
        return
    columns = ["topic", "partition", "begin", "first match", "last match", "until", "matches", "lost", "from", "to"]
    print_table(columns, [_row(cut) for cut in plan.cuts])
    typer.echo(
        f"Plan {plan.id}: looked for {plan.looked_for}; {plan.matches} records match, and {plan.records} would be "
        f"deleted, since Kafka deletes from the beginning: {plan.records - plan.matches} others are lost with them."
    )
    _print_left(plan)
    typer.echo(f"To delete: maskstream purge run {plan.id} --reason TEXT --confirm {phrase_of(plan)!r}")


def _print_left(plan: "PurgePlan") -> None:
    for command in plan.repairs:
        typer.echo(f"Afterwards, to write the others again by today's policy: {command}")
    for note in plan.notes:
        typer.echo(f"Note: {note}")
    for copy in plan.downstream:
        typer.echo(f"Not reached: {copy}.")
    if not plan.downstream:
        typer.echo("Not reached: whatever has read the topics since; DOWNSTREAM can list it for the next time.")


def _row(cut: Any) -> list[str]:
    numbers = (cut.partition, cut.begin, cut.first_match, cut.last_match, cut.until, cut.matches)
    times = (time_of(cut.first_ms), time_of(cut.last_ms))
    return [cut.topic, *map(str, numbers), str(cut.records - cut.matches), *times]
