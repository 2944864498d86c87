"""What `maskstream replay` does with jobs whose source is files."""

import json
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import typer

from streams.errors import RunError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from streams.kafka.admin import Admin
    from streams.replay.files.report import FilesProgress, FilesReport
    from streams.replay.jobs import Job, JobView
    from streams.replay.spec import ReplaySpec
    from streams.settings import Settings

__all__ = ["file_source", "file_target", "load_files", "plan_only", "run_to_files", "to_kafka"]

#: Files whose rows a person is shown; all are in the JSON.
_ROWS_SHOWN: Final = 50
_LINE_S: Final = 10.0


def to_kafka(spec: "ReplaySpec") -> bool:
    """Whether the job writes to a topic."""
    return spec.target.to in {"topic", "clean"}


def plan_only(settings: "Settings", spec: "ReplaySpec", *, as_json: bool) -> None:
    """Shows what a job from files to files, or to nothing, would read."""
    from streams.replay.files.listing import entries
    from streams.replay.files.setup import check_source, paths_of

    del settings
    found = entries(paths_of(check_source(spec)))
    size = sum(entry.size for entry in found)
    target = spec.target.files
    where = (target.url or target.path) if target else "nothing (a dry run)"
    if as_json:
        typer.echo(json.dumps({"job": spec.id, "files": len(found), "bytes": size, "target": where}))
        return
    typer.echo(f"Job {spec.id}: {len(found)} files, {size / (1 << 20):.1f} MiB as they are stored, into {where}.")


def run_to_files(settings: "Settings", spec: "ReplaySpec", *, as_json: bool) -> None:
    """Runs a job from files to files and ends with 1 where it did not do all that it was to do."""
    from streams.replay.files.run import run_files

    with _stops_on_signal() as stop:
        report = run_files(spec, settings, _Shown(spec.id, quiet=as_json), stop)
    _print(report, as_json=as_json)
    if report.state == "stopped":
        raise RunError(f"The job {report.job} is stopped and not at its end: the same command goes on with it.")
    if report.state == "failed":
        raise RunError(f"The job {report.job} could not do all of its files: mend what they tell, and start it again.")


def load_files(settings: "Settings", admin: "Admin", job: "Job", by: str, *, as_json: bool) -> "JobView":
    """Runs a job from files to a topic."""
    from streams.replay.files.topic import run_files_to_topic

    with _stops_on_signal() as stop:
        return run_files_to_topic(settings, admin, job, by, _Shown(job.job, quiet=as_json), stop)


@contextmanager
def _stops_on_signal() -> "Iterator[Callable[[], bool]]":
    """SIGINT and SIGTERM ask the job to stop, which it does soon and so that it can go on."""
    import signal

    asked = threading.Event()
    before = {number: signal.signal(number, lambda *_: asked.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Shown:
    """Says how far a job is: often on a terminal, every ten seconds elsewhere."""

    def __init__(self, job: str, *, quiet: bool) -> None:
        self._job = job
        self._quiet = quiet
        self._told_s = time.monotonic()

    def __call__(self, seen: "FilesProgress") -> None:
        terminal = sys.stderr.isatty()
        if self._quiet or time.monotonic() - self._told_s < (0.5 if terminal else _LINE_S):
            return
        self._told_s = time.monotonic()
        sentence = _told(self._job, seen)
        sys.stderr.write(f"\r\x1b[K{sentence}" if terminal else f"{sentence}\n")
        sys.stderr.flush()


def _told(job: str, seen: "FilesProgress") -> str:
    from streams.replay.meter import told_seconds

    share = seen.bytes_read / seen.bytes_total if seen.bytes_total else 1.0
    rate = seen.records / seen.seconds if seen.seconds else 0.0
    return (
        f"replay {job}: {min(1.0, share):.1%}, {seen.files_done} of {seen.files} files, {seen.records} records, "
        f"{rate:.0f}/s, {told_seconds(seen.eta_s)} left"
    )


def _print(report: "FilesReport", *, as_json: bool) -> None:
    from streams.cli.tables import print_table

    found = report.as_dict()
    if as_json:
        typer.echo(json.dumps(found))
        return
    columns = ["file", "status", "read", "written", "quarantined", "filtered", "confirmed"]
    print_table(columns, [[_cell(row.get(name)) for name in columns] for row in found["rows"][:_ROWS_SHOWN]])
    if len(found["rows"]) > _ROWS_SHOWN:
        typer.echo(f"and {len(found['rows']) - _ROWS_SHOWN} more files: --json has them all.")
    for trouble in report.troubles:
        typer.echo(trouble, err=True)
    speed = f", {found['records_per_second']:.0f} records/s" if found["records_per_second"] else ""
    typer.echo(
        f"Job {report.job} is {report.state}: {found['files']['done']} of {len(report.rows)} files, {found['read']} "
        f"read = {found['written']} written + {found['quarantined']} quarantined + {found['filtered']} filtered{speed}."
    )
    for title in ("findings", "reasons"):
        if found[title]:
            typer.echo(f"{title.capitalize()}: " + ", ".join(f"{name} {n}" for name, n in found[title].items()))


def _cell(value: Any) -> str:
    return "-" if value is None else str(value)


def file_source(flags: dict[str, Any]) -> dict[str, Any] | None:
    """The source of files that flags make; None where they make none."""
    paths = flags["from_files"] or []
    given = {
        "format": flags["file_format"], "start": flags["start_line"], "column": flags["column"],
        "topic": flags["as_topic"],
    }  # fmt: skip
    told = {name: value for name, value in given.items() if value is not None}
    if not paths:
        if told or flags["to_files"] or flags["quarantine_dir"]:
            raise UsageError("Flags about files go with --from-files: say which files.")
        return None
    urls = [path for path in paths if "://" in path]
    if urls and len(paths) > 1:
        raise UsageError("An address of an object store stands alone in --from-files: make a job of each.")
    return ({"url": urls[0]} if urls else {"paths": paths}) | told


def file_target(flags: dict[str, Any]) -> dict[str, Any] | None:
    """The target of files that flags make; None where they make none."""
    path = flags["to_files"]
    if path is None:
        if flags["quarantine_dir"]:
            raise UsageError("--quarantine-dir goes with --to-files.")
        return None
    where = {"url": path} if "://" in path else {"path": path}
    return {"to": "files", "files": {**where, "quarantine": flags["quarantine_dir"]}}
