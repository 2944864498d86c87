"""Plans, lists and reports of jobs, for people and as JSON."""

import json
from typing import TYPE_CHECKING, Any

import typer

from streams.cli.tables import print_table
from streams.errors import RunError

if TYPE_CHECKING:
    from streams.replay.jobs import Job, JobView
    from streams.replay.planning import Plan
    from streams.settings import Settings

__all__ = ["conclude", "expected", "listed", "print_plan", "print_report"]


def expected(planned: "Plan") -> str:
    count = sum(one.end - one.start for one in planned.job.ranges)
    if planned.job.files is not None:
        return f"The job {planned.job.job} reads {count} files, {planned.size_bytes / (1 << 20):.1f} MiB as stored."
    return f"The job {planned.job.job} reads {count} offsets, about {planned.records} records."


def print_plan(settings: "Settings", planned: "Plan", *, as_json: bool) -> None:
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


def listed(view: "JobView", job: "Job") -> dict[str, Any]:
    return {
        "job": job.job,
        "state": view.state_name,
        "created": job.created.isoformat(timespec="seconds"),
        "by": job.by,
        "done": f"{1 - view.left / view.offsets:.1%}" if view.offsets else "100.0%",
        "read": view.total("read"),
        "target": job.target or "-",
    }


def conclude(view: "JobView", found: dict[str, Any], *, as_json: bool, running_is_fine: bool = False) -> None:
    """Prints the report and ends with 1 where the job did not do all that it was to do."""
    from streams.replay.report import reconciled

    print_report(found, as_json=as_json)
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


def print_report(found: dict[str, Any], *, as_json: bool) -> None:
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
