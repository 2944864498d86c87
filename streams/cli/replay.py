"""`maskstream replay`: history masked again, from topics or files; plans, starts, watches and ends jobs."""

import json
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from streams.cli.options import ConfigOption, SetOption, load_settings
from streams.cli.quarantine_words import actor_name
from streams.cli.replay_diff import diff
from streams.cli.replay_shown import conclude, expected, listed, print_plan, print_report
from streams.cli.replay_spec import (
    MAKING,
    AsTopicOption,
    BrakeOption,
    ColumnOption,
    DryRunOption,
    DuplicatesOption,
    FieldOption,
    FormatOption,
    FromFilesOption,
    FromOffsetOption,
    FromOption,
    HeaderOption,
    IdOption,
    IntoCleanOption,
    JobArgument,
    JsonOption,
    KeyOption,
    LastOption,
    PartitionsOption,
    PolicyOption,
    QuarantineDirOption,
    RateOption,
    SampleOption,
    Source,
    StartLineOption,
    TargetOption,
    TextOption,
    ToFilesOption,
    ToOffsetOption,
    ToOption,
    TopicsOption,
    WorkersOption,
    is_file,
    require_no_flags,
    spec_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from streams.kafka.admin import Admin
    from streams.replay.jobs import Job, JobView, StateName
    from streams.replay.planning import Plan
    from streams.replay.spec import ReplaySpec
    from streams.settings import Settings

__all__ = ["app"]

app = typer.Typer(help="Mask history again: a range of topics, or files, as a job.", no_args_is_help=True)
app.command()(diff)

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


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
    flags = {name: value for name, value in locals().items() if name in MAKING}
    spec = spec_of(source, flags, live_aware=live_aware)
    if spec.source.files is not None and not to_kafka(spec):
        plan_only(settings, spec, as_json=as_json)
        return
    planned, admin = _planned(settings, spec)
    if save:
        write_down(settings, planned, admin, actor_name())
    print_plan(settings, planned, as_json=as_json)


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
    flags = {name: value for name, value in locals().items() if name in MAKING}
    log.configure(_log_level(settings), role="replay")
    if source is not None and not is_file(source):
        require_no_flags(flags)
        admin, job_name = _admin(settings), source
    else:
        spec = spec_of(source, flags, live_aware=live_aware)
        if spec.source.files is not None and not to_kafka(spec):
            run_to_files(settings, spec, as_json=as_json)
            return
        planned, admin = _planned(settings, spec)
        job_name = save(settings, planned, admin, actor_name()).job
        _say(as_json, expected(planned))
    port = http_port or free_port(settings.http_host, settings.replay_port, settings.workers)
    here = settings.model_copy(update={"http_port": port, "log_level": _log_level(settings)})
    view = known(here, admin, job_name)
    if view.job is not None and view.job.files is not None:
        view = view if view.done else load_files(here, admin, view.job, actor_name(), as_json=as_json)
    elif not view.done or view.job is None:
        job = adopt(here, admin, view)
        view = run_job(here, admin, job, actor_name(), watch=_watching(here, as_json=as_json))
    conclude(view, finish(here, admin, view, actor_name()), as_json=as_json)


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
    print_report(found, as_json=as_json)
    if not as_json and view.state is not None and view.state.sentence:
        typer.echo(view.state.sentence)


@app.command()
def pause(job: JobArgument, *, config: ConfigOption = None, assignments: SetOption = None) -> None:
    """Let the workers of a job wait where they are; they stay in their group."""
    _ask(load_settings(config, assignments), job, "paused")


@app.command()
def resume(
    job: JobArgument,
    *,
    max_rate: RateOption = None,
    live_aware: Annotated[
        bool | None,
        typer.Option("--live-aware/--full-speed", help="Slow down while the live group lags.", show_default=False),
    ] = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
) -> None:
    """Let the workers of a job go on, at another pace where one is given; where there are none, say `start`."""
    _ask(load_settings(config, assignments), job, "running", max_rate=max_rate, live_aware=live_aware)


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
    rows = [listed(view, view.job) for view in all_jobs(settings, _admin(settings)) if view.job is not None]
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
    conclude(
        view, finish(settings, admin, view, actor_name(), confirmed=confirm), as_json=as_json, running_is_fine=True
    )


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


def _ask(settings: "Settings", job: str, state: "StateName", **pace: str | bool | None) -> None:
    from streams.replay.control import set_state
    from streams.replay.spec import parse_pace

    admin = _admin(settings)
    view = _known(settings, admin, job)
    changed = {name: value for name, value in pace.items() if value is not None}
    set_state(settings, view, state, actor_name(), parse_pace(view.pace, changed) if changed else None)
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
