"""`maskstream replay`: history masked again, from topics or files; plans, starts, watches and ends jobs."""

import json
import sys
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from streams.cli.options import ConfigOption, SetOption, load_settings
from streams.cli.quarantine_words import actor_name
from streams.errors import RunError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from streams.kafka.admin import Admin
    from streams.replay.jobs import Job, JobView, StateName
    from streams.replay.planning import Plan
    from streams.replay.spec import ReplaySpec
    from streams.settings import Settings

__all__ = ["app"]

app = typer.Typer(help="Mask history again: a range of topics, or files, as a job.", no_args_is_help=True)

JobArgument = Annotated[str, typer.Argument(metavar="JOB", help="The job's id.")]
Source = Annotated[
    str | None,
    typer.Argument(metavar="JOB|SPEC.yaml", help="A job that is there, or a spec file.", show_default=False),
]
IdOption = Annotated[str | None, typer.Option("--id", help="The new job's id; made of the time without.")]
TopicsOption = Annotated[list[str] | None, typer.Option("--topic", help="A raw topic, or ^REGEX; repeatable.")]
PartitionsOption = Annotated[list[int] | None, typer.Option("--partition", min=0, help="This one; repeatable.")]
FromOption = Annotated[str | None, typer.Option("--from", metavar="TIME", help="ISO 8601, UTC unless it says.")]
ToOption = Annotated[str | None, typer.Option("--to", metavar="TIME", help="ISO 8601; not read any more.")]
LastOption = Annotated[str | None, typer.Option("--last", metavar="DURATION", help="So long before now: 7d.")]
FromOffsetOption = Annotated[int | None, typer.Option("--from-offset", min=0, help="First offset of each partition.")]
ToOffsetOption = Annotated[int | None, typer.Option("--to-offset", min=0, help="First offset that is not read.")]
FieldOption = Annotated[
    list[str] | None, typer.Option("--field", metavar="PATH=VALUE", help="Only with this field: $.level=error.")
]
HeaderOption = Annotated[
    list[str] | None, typer.Option("--header", metavar="NAME=VALUE", help="Only with this header; repeatable.")
]
TextOption = Annotated[list[str] | None, typer.Option("--text", help="Only with this in value or key; repeatable.")]
SampleOption = Annotated[float | None, typer.Option("--sample", metavar="SHARE", help="A stable share: 0.01.")]
TargetOption = Annotated[
    str | None, typer.Option("--target-topic", metavar="TEMPLATE", help="Instead of {topic}.clean.replay.{job}.")
]
IntoCleanOption = Annotated[bool, typer.Option("--into-clean", help="Write to the clean topics themselves.")]
DuplicatesOption = Annotated[
    bool, typer.Option("--allow-duplicates", help="With --into-clean: although the range is still there.")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Read and mask, but write no records.")]
PolicyOption = Annotated[Path | None, typer.Option("--policy", metavar="FILE", help="Policy file; POLICY without.")]
KeyOption = Annotated[str | None, typer.Option("--key", help="Key id for tokens; the active one without.")]
RateOption = Annotated[
    str | None, typer.Option("--max-rate", metavar="RATE", help="Records (5000) or bytes (5MiB) a second, in all.")
]
BrakeOption = Annotated[
    bool, typer.Option("--live-aware/--full-speed", help="Slow down while the live group's lag grows.")
]
FromFilesOption = Annotated[
    list[str] | None,
    typer.Option("--from-files", metavar="PATH", help="Files, a folder, a glob or s3://…, not topics; repeatable."),
]
ToFilesOption = Annotated[
    str | None, typer.Option("--to-files", metavar="DIR", help="Masked files of the same layout below this folder.")
]
FormatOption = Annotated[
    str | None, typer.Option("--format", help="ndjson, text, multiline or parquet.", show_default=False)
]
StartLineOption = Annotated[
    str | None, typer.Option("--start-line", metavar="PATTERN", help="How a record of several lines begins.")
]
ColumnOption = Annotated[str | None, typer.Option("--column", help="The Parquet column that holds the records.")]
AsTopicOption = Annotated[
    str | None, typer.Option("--as-topic", help="The raw topic by whose rules files are masked.", show_default=False)
]
QuarantineDirOption = Annotated[
    str | None, typer.Option("--quarantine-dir", metavar="DIR", help="With --to-files: sealed originals go here.")
]
WorkersOption = Annotated[int | None, typer.Option(help="Worker processes on this machine.", show_default=False)]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON instead of a table.")]

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]

#: Only of a job that is being made.
_MAKING: Final = (
    "job_id", "topics", "partitions", "from_time", "to_time", "last", "from_offset", "to_offset", "fields", "headers",
    "texts", "sample", "target_topic", "into_clean", "allow_duplicates", "dry_run", "policy", "key", "max_rate",
    "from_files", "to_files", "file_format", "start_line", "column", "as_topic", "quarantine_dir",
)  # fmt: skip


@app.command("plan")
def show_plan(  # noqa: PLR0913 - each flag is a parameter
    source: Source = None,
    *,
    job_id: IdOption = None,
    topics: TopicsOption = None,
    partitions: PartitionsOption = None,
    from_time: FromOption = None,
    to_time: ToOption = None,
    last: LastOption = None,
    from_offset: FromOffsetOption = None,
    to_offset: ToOffsetOption = None,
    fields: FieldOption = None,
    headers: HeaderOption = None,
    texts: TextOption = None,
    sample: SampleOption = None,
    target_topic: TargetOption = None,
    into_clean: IntoCleanOption = False,
    allow_duplicates: DuplicatesOption = False,
    from_files: FromFilesOption = None,
    to_files: ToFilesOption = None,
    file_format: FormatOption = None,
    start_line: StartLineOption = None,
    column: ColumnOption = None,
    as_topic: AsTopicOption = None,
    quarantine_dir: QuarantineDirOption = None,
    dry_run: DryRunOption = False,
    policy: PolicyOption = None,
    key: KeyOption = None,
    max_rate: RateOption = None,
    live_aware: BrakeOption = True,
    workers: WorkersOption = None,
    save: Annotated[
        bool, typer.Option("--save", help="Write the job down, so that it can be started by its id.")
    ] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    assignments: SetOption = None,
) -> None:
    """Show what a job would read and write, how long it may take and what retention will do; nothing is moved."""
    from streams.cli.replay_files import plan_only, to_kafka
    from streams.replay.running import save as write_down

    settings = load_settings(config, assignments, workers=workers)
    flags = {name: value for name, value in locals().items() if name in _MAKING}
    spec = _spec(source, flags, live_aware=live_aware)
    if spec.source.files is not None and not to_kafka(spec):
        plan_only(settings, spec, as_json=as_json)
        return
    planned, admin = _planned(settings, spec)
    if save:
        write_down(settings, planned, admin, actor_name())
    _print_plan(settings, planned, as_json=as_json)


@app.command()
def start(  # noqa: PLR0913 - each flag is a parameter
    source: Source = None,
    *,
    job_id: IdOption = None,
    topics: TopicsOption = None,
    partitions: PartitionsOption = None,
    from_time: FromOption = None,
    to_time: ToOption = None,
    last: LastOption = None,
    from_offset: FromOffsetOption = None,
    to_offset: ToOffsetOption = None,
    fields: FieldOption = None,
    headers: HeaderOption = None,
    texts: TextOption = None,
    sample: SampleOption = None,
    target_topic: TargetOption = None,
    into_clean: IntoCleanOption = False,
    allow_duplicates: DuplicatesOption = False,
    from_files: FromFilesOption = None,
    to_files: ToFilesOption = None,
    file_format: FormatOption = None,
    start_line: StartLineOption = None,
    column: ColumnOption = None,
    as_topic: AsTopicOption = None,
    quarantine_dir: QuarantineDirOption = None,
    dry_run: DryRunOption = False,
    policy: PolicyOption = None,
    key: KeyOption = None,
    max_rate: RateOption = None,
    live_aware: BrakeOption = True,
    workers: WorkersOption = None,
    http_port: Annotated[int | None, typer.Option(help="Port of slot 0's pages.", show_default=False)] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    assignments: SetOption = None,
) -> None:
    """Make a job and run it here until it is done; with the id of a job, go on with it or join in."""
    from streams.cli.replay_files import load_files, run_to_files, to_kafka
    from streams.replay.running import adopt, finish, free_port, known, run_job, save
    from streams.telemetry import log

    settings = load_settings(config, assignments, workers=workers, http_port=http_port)
    flags = {name: value for name, value in locals().items() if name in _MAKING}
    log.configure(_log_level(settings), role="replay")
    if source is not None and not _is_file(source):
        _require_no_flags(flags)
        admin, job_name = _admin(settings), source
    else:
        spec = _spec(source, flags, live_aware=live_aware)
        if spec.source.files is not None and not to_kafka(spec):
            run_to_files(settings, spec, as_json=as_json)
            return
        planned, admin = _planned(settings, spec)
        job_name = save(settings, planned, admin, actor_name()).job
        _say(as_json, _expected(planned))
    port = http_port or free_port(settings.http_host, settings.replay_port, settings.workers)
    here = settings.model_copy(update={"http_port": port, "log_level": _log_level(settings)})
    view = known(here, admin, job_name)
    if view.job is not None and view.job.files is not None:
        view = view if view.done else load_files(here, admin, view.job, actor_name(), as_json=as_json)
    elif not view.done or view.job is None:
        job = adopt(here, admin, view)
        view = run_job(here, admin, job, actor_name(), watch=_watching(here, as_json=as_json))
    _conclude(view, finish(here, admin, view, actor_name()), as_json=as_json)


@app.command()
def status(
    job: JobArgument, *, as_json: JsonOption = False, config: ConfigOption = None, assignments: SetOption = None
) -> None:
    """Show how far a job is, partition by partition."""
    from streams.replay.derived import group_of
    from streams.replay.report import report

    settings = load_settings(config, assignments)
    admin = _admin(settings)
    view = _known(settings, admin, job)
    found = report(view, None) | {"workers": admin.group_is_active(group_of(settings.group_id, job))}
    _print_report(found, as_json=as_json)
    if not as_json and view.state is not None and view.state.sentence:
        typer.echo(view.state.sentence)


@app.command()
def pause(job: JobArgument, *, config: ConfigOption = None, assignments: SetOption = None) -> None:
    """Let the workers of a job wait where they are; they stay in their group."""
    _ask(load_settings(config, assignments), job, "paused")


@app.command()
def resume(job: JobArgument, *, config: ConfigOption = None, assignments: SetOption = None) -> None:
    """Let the workers of a paused job go on; where there are none any more, say `maskstream replay start`."""
    _ask(load_settings(config, assignments), job, "running")


@app.command()
def stop(job: JobArgument, *, config: ConfigOption = None, assignments: SetOption = None) -> None:
    """End the workers of a job everywhere, after the batch in hand; `maskstream replay start` goes on with it."""
    _ask(load_settings(config, assignments), job, "stopped")


@app.command("list")
def list_jobs(*, as_json: JsonOption = False, config: ConfigOption = None, assignments: SetOption = None) -> None:
    """List the jobs that the jobs topic knows, the newest first."""
    from streams.cli.tables import print_table
    from streams.replay.journal import all_jobs

    settings = load_settings(config, assignments)
    rows = [_listed(view, view.job) for view in all_jobs(settings, _admin(settings)) if view.job is not None]
    if as_json:
        typer.echo(json.dumps(rows))
        return
    columns = ["job", "state", "created", "by", "done", "read", "target"]
    print_table(columns, [[str(row[column]) for column in columns] for row in rows])


@app.command()
def report(
    job: JobArgument,
    *,
    confirm: Annotated[bool, typer.Option("--confirm/--no-confirm", help="Count the records in the targets.")] = True,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    assignments: SetOption = None,
) -> None:
    """Show what came of a job: counts by partition that must add up, confirmed by reading the targets."""
    from streams.replay.running import finish

    settings = load_settings(config, assignments)
    admin = _admin(settings)
    view = _known(settings, admin, job)
    _conclude(
        view, finish(settings, admin, view, actor_name(), confirmed=confirm), as_json=as_json, running_is_fine=True
    )


def _spec(source: str | None, flags: dict[str, Any], *, live_aware: bool) -> "ReplaySpec":
    from streams.replay.spec import load_spec, parse_spec

    if source is not None:
        _require_no_flags({**flags, "job_id": None})
        spec = load_spec(Path(source))
        named = spec.model_dump(mode="json", by_alias=True, exclude_none=True) | {"id": flags["job_id"] or spec.id}
        return parse_spec(named, source)
    return parse_spec(_document(flags, live_aware=live_aware), "of these flags")


def _document(flags: dict[str, Any], *, live_aware: bool) -> dict[str, Any]:
    """The spec that flags make, as a spec file would say it."""
    from streams.cli.replay_files import file_source, file_target

    patterns = [topic for topic in flags["topics"] or [] if topic.startswith("^")]
    if len(patterns) > 1:
        raise UsageError("Give one --topic ^REGEX at most.")
    topics = {
        "names": [topic for topic in flags["topics"] or [] if topic not in patterns],
        "pattern": patterns[0] if patterns else None,
        "partitions": flags["partitions"] or [],
        "from": flags["from_time"],
        "to": flags["to_time"],
        **{name: flags[name] for name in ("last", "from_offset", "to_offset")},
    }
    where = [
        *({"field": path, "equals": [value]} for path, value in map(_pair, flags["fields"] or [])),
        *({"header": name, "equals": [value]} for name, value in map(_pair, flags["headers"] or [])),
        *({"text": text} for text in flags["texts"] or []),
    ]
    if flags["into_clean"] and flags["dry_run"]:
        raise UsageError("--into-clean and --dry-run do not go together: keep one.")
    to = "nothing" if flags["dry_run"] else "clean" if flags["into_clean"] else "topic"
    target = {"to": to, "topic": flags["target_topic"], "allow_duplicates": flags["allow_duplicates"]}
    files = file_source(flags)
    source = {"topics": {name: value for name, value in topics.items() if value is not None}}
    if files is not None and any(value not in (None, []) for value in topics.values()):
        raise UsageError("Files and topics are both given as the source: keep one.")
    return {
        "id": flags["job_id"] or f"r{datetime.now(UTC):%Y%m%d-%H%M%S}-{token_hex(2)}",
        "source": source if files is None else {"files": files},
        "select": {"where": where, "sample": {"share": flags["sample"]} if flags["sample"] is not None else None},
        "target": file_target(flags) or target,
        "policy": str(flags["policy"]) if flags["policy"] else None,
        "key": flags["key"],
        "pace": {"max_rate": flags["max_rate"], "live_aware": live_aware},
    }


def _pair(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise UsageError("--field and --header need NAME=VALUE, such as --field '$.level=error'.")
    return name, value


def _is_file(source: str) -> bool:
    return source.endswith((".yaml", ".yml")) or "/" in source


def _require_no_flags(flags: dict[str, Any]) -> None:
    if any(value not in (None, False, []) for value in flags.values()):
        raise UsageError("What a job is stands in its spec: leave the flags that make a job away.")


def _admin(settings: "Settings") -> "Admin":
    from streams.kafka.admin import Admin

    settings.require("bootstrap_servers")
    return Admin(settings)


def _planned(settings: "Settings", spec: "ReplaySpec") -> "tuple[Plan, Admin]":
    from streams.agents.masking import load_masking
    from streams.replay.files.shards import plan_files
    from streams.replay.journal import require_jobs_topic
    from streams.replay.planning import plan_job

    admin = _admin(settings)
    require_jobs_topic(settings, admin)
    if spec.source.files is not None:
        return plan_files(settings, spec, admin, by=actor_name()), admin
    policy = {"policy": Path(spec.policy).expanduser()} if spec.policy else {}
    masking = load_masking(settings.model_copy(update=policy), job=spec.id, key=spec.key)
    return plan_job(settings, spec, admin, by=actor_name(), workers=settings.workers, masking=masking), admin


def _known(settings: "Settings", admin: "Admin", job: str) -> "JobView":
    from streams.replay.jobs import usable
    from streams.replay.running import known

    view = known(settings, admin, job)
    usable(view)
    return view


def _ask(settings: "Settings", job: str, state: "StateName") -> None:
    from streams.replay.control import set_state

    admin = _admin(settings)
    set_state(settings, _known(settings, admin, job), state, actor_name())
    typer.echo(f"The job {job} is to be {state}; its workers see that within a second.")


def _log_level(settings: "Settings") -> LogLevel:
    """On a terminal a bar shows what goes on, and the log only what is amiss, unless somebody asked for more."""
    quiet = sys.stdout.isatty() and settings.origin("log_level") == "default"
    return "WARNING" if quiet else settings.log_level


def _watching(settings: "Settings", *, as_json: bool) -> "Callable[[Job], AbstractContextManager[object]]":
    from streams.cli.progress import job_progress

    def watch(job: "Job") -> AbstractContextManager[object]:
        return nullcontext() if as_json else job_progress(settings, job)

    return watch


def _say(as_json: bool, sentence: str) -> None:
    typer.echo(sentence, err=as_json)


def _expected(planned: "Plan") -> str:
    count = sum(one.end - one.start for one in planned.job.ranges)
    if planned.job.files is not None:
        return f"The job {planned.job.job} reads {count} files, {planned.size_bytes / (1 << 20):.1f} MiB as stored."
    return f"The job {planned.job.job} reads {count} offsets, about {planned.records} records."


def _print_plan(settings: "Settings", planned: "Plan", *, as_json: bool) -> None:
    from streams.cli.tables import print_table
    from streams.replay.meter import told_seconds
    from streams.settings.topics import fill

    job = planned.job
    if as_json:
        shown = job.model_dump(mode="json", exclude={"policy_files", "spec"})
        numbers = {"records": planned.records, "bytes": planned.size_bytes, "seconds": planned.seconds}
        typer.echo(json.dumps(shown | numbers | {"notes": planned.notes}))
        return
    rows = [
        [one.topic, str(one.partition), str(one.start), str(one.end), str(one.end - one.start)] for one in job.ranges
    ]
    print_table(["topic", "partition", "start", "end", "offsets"], rows)
    target = ", ".join(fill(job.target, topic) for topic in job.topics) if job.target else "nothing (a dry run)"
    typer.echo(
        f"Job {job.job}: about {planned.records} records, {planned.size_bytes / (1 << 20):.1f} MiB, "
        f"{told_seconds(planned.seconds)} with {settings.workers} worker{'s' * (settings.workers > 1)}.\n"
        f"Into {target}, by policy {job.policy} and key {job.key}."
    )
    for note in planned.notes:
        typer.echo(f"Note: {note}")


def _listed(view: "JobView", job: "Job") -> dict[str, Any]:
    return {
        "job": job.job,
        "state": view.state_name,
        "created": job.created.isoformat(timespec="seconds"),
        "by": job.by,
        "done": f"{1 - view.left / view.offsets:.1%}" if view.offsets else "100.0%",
        "read": view.total("read"),
        "target": job.target or "-",
    }


def _conclude(view: "JobView", found: dict[str, Any], *, as_json: bool, running_is_fine: bool = False) -> None:
    """Prints the report and ends with 1 where the job did not do all that it was to do."""
    from streams.replay.report import reconciled

    _print_report(found, as_json=as_json)
    for trouble in found["troubles"]:
        typer.echo(trouble, err=True)
    if found["troubles"]:
        raise RunError("Some files of the job could not be read to their end: mend them, and replay these alone.")
    if view.done and not reconciled(found):
        raise RunError("The counts of the job do not add up: look at its report, and at who else writes to its target.")
    if found["lost"]:
        raise RunError(f"Retention deleted {found['lost']} offsets of the range before they were read.")
    if not view.done and not running_is_fine:
        raise RunError(f"The job {view.id} is {view.state_name} and not at its end: `maskstream replay start` goes on.")


def _print_report(found: dict[str, Any], *, as_json: bool) -> None:
    from streams.cli.tables import print_table

    if as_json:
        typer.echo(json.dumps(found))
        return
    columns = ["topic", "partition", "start", "end", "position", "read", "written", "quarantined", "filtered", "lost"]
    rows = [[*(str(row[name]) for name in columns), _yes(row["confirmed"])] for row in found["partitions"]]
    print_table([*columns, "confirmed"], rows)
    done = 1 - found["left"] / found["offsets"] if found["offsets"] else 1.0
    speed = f", {found['records_per_second']:.0f} records/s" if found["records_per_second"] else ""
    typer.echo(
        f"Job {found['job']} is {found['state']}: {done:.1%}, {found['read']} read = {found['written']} written + "
        f"{found['quarantined']} quarantined + {found['filtered']} filtered{speed}."
    )
    for title in ("findings", "reasons"):
        if found[title]:
            typer.echo(f"{title.capitalize()}: " + ", ".join(f"{name} {n}" for name, n in found[title].items()))


def _yes(answer: bool | None) -> str:
    return "-" if answer is None else "yes" if answer else "NO"
