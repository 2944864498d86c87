"""`maskstream replay diff`: what a policy would change of history, before it changes anything."""

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from streams.cli.options import ConfigOption, SetOption, load_settings
from streams.cli.replay_spec import MAKING, spec_of
from streams.errors import UsageError

if TYPE_CHECKING:
    from streams.masking.policy import Policy
    from streams.replay.compare import Comparison
    from streams.replay.compare_topics import CleanSums
    from streams.replay.spec import ReplaySpec
    from streams.settings import Settings

__all__ = ["diff"]

_FOUND: Final = 4
_LINE_S: Final = 10.0
_ROWS_SHOWN: Final = 40

ToFilesOption = Annotated[
    list[str] | None,
    typer.Option("--from-files", metavar="PATH", help="Files, a folder, a glob or s3://…, not topics; repeatable."),
]


def diff(  # noqa: PLR0913 - each flag is a parameter
    new: Annotated[
        str | None,
        typer.Argument(
            metavar="NEW", help="The policy to come, a file or `default`; POLICY without.", show_default=False
        ),
    ] = None,
    *,
    old: Annotated[
        str | None, typer.Option("--old", metavar="FILE", help="The present policy or `default`; POLICY without.")
    ] = None,
    clean: Annotated[
        bool, typer.Option("--clean", help="Compare with what is on the clean topics now, not with a policy.")
    ] = False,
    topics: Annotated[list[str] | None, typer.Option("--topic", help="A raw topic, or ^REGEX; repeatable.")] = None,
    partitions: Annotated[list[int] | None, typer.Option("--partition", min=0, help="This one; repeatable.")] = None,
    from_time: Annotated[str | None, typer.Option("--from", metavar="TIME", help="ISO 8601.")] = None,
    to_time: Annotated[str | None, typer.Option("--to", metavar="TIME", help="ISO 8601; not read any more.")] = None,
    last: Annotated[str | None, typer.Option("--last", metavar="DURATION", help="So long before now: 7d.")] = None,
    from_files: ToFilesOption = None,
    file_format: Annotated[str | None, typer.Option("--format", help="ndjson, text, multiline or parquet.")] = None,
    start_line: Annotated[str | None, typer.Option("--start-line", metavar="PATTERN", help="For multiline.")] = None,
    column: Annotated[str | None, typer.Option("--column", help="The Parquet column that holds the records.")] = None,
    as_topic: Annotated[str | None, typer.Option("--as-topic", help="The topic by whose rules files go.")] = None,
    sample: Annotated[float | None, typer.Option("--sample", metavar="SHARE", help="A stable share: 0.01.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="End after so many records.", show_default=False)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of a table.")] = False,
    config: ConfigOption = None,
    assignments: SetOption = None,
) -> None:
    """Show what another policy would make of a range of history; exit status 4 when something would be unmasked."""
    flags = {name: value for name, value in locals().items() if name in MAKING}
    settings = load_settings(config, assignments)
    spec = spec_of(None, dict.fromkeys(MAKING) | flags | {"dry_run": True, "allow_duplicates": False}, live_aware=False)
    if clean and (from_files or old is not None):
        raise UsageError(
            "--clean compares topics with what is on their clean topics: leave --old and --from-files away."
        )
    shown = _Shown(quiet=as_json)
    if clean:
        found = _with_clean(settings, spec, _policy(new, settings), limit, shown)
    else:
        found = _two_policies(settings, spec, (_policy(old, settings), _policy(new, settings)), limit, shown)
    _print(found, as_json=as_json)
    if found["unmasked"]:
        raise typer.Exit(_FOUND)


def _policy(name: str | None, settings: "Settings") -> "Policy":
    from streams.policies.loading import PACKS, load

    path = settings.policy if name is None else None if name in PACKS else Path(name)
    return load(path, settings.max_depth).policy


def _two_policies(
    settings: "Settings", spec: "ReplaySpec", policies: "tuple[Policy, Policy]", limit: int | None, shown: "_Shown"
) -> dict[str, Any]:
    from streams.kafka.admin import Admin
    from streams.replay.compare_records import PolicyComparer
    from streams.replay.compare_topics import Reading, compare_files, compare_topics

    comparer = PolicyComparer(*policies)
    reading = Reading(spec.select, limit, shown)
    if spec.source.files is not None:
        compare_files(spec, comparer, reading)
    else:
        settings.require("bootstrap_servers")
        compare_topics(settings, spec, Admin(settings), comparer, reading)
    versions = {"old": policies[0].version, "new": policies[1].version}
    return {"version": 1, "mode": "policies", **versions, **_sums(comparer.found)}


def _with_clean(
    settings: "Settings", spec: "ReplaySpec", policy: "Policy", limit: int | None, shown: "_Shown"
) -> dict[str, Any]:
    from streams.kafka.admin import Admin
    from streams.keystore import load_keyring
    from streams.replay.compare_topics import Reading, compare_clean

    settings.require("bootstrap_servers")
    ring = load_keyring(settings.keyring)
    sums = compare_clean(settings, spec, Admin(settings), policy, ring, Reading(spec.select, limit, shown))
    return {"version": 1, "mode": "clean", "new": policy.version, **_sums(sums.found), **_clean_sums(sums)}


def _sums(found: "Comparison") -> dict[str, Any]:
    names = (
        "records", "changed", "unmasked", "newly_masked", "unclear", "quarantined_instead", "written_instead",
    )  # fmt: skip
    return {
        **{name: getattr(found, name) for name in names},
        "reasons": dict(found.reasons.most_common()),
        "changes": found.as_rows(),
    }


def _clean_sums(sums: "CleanSums") -> dict[str, int]:
    return {name: getattr(sums, name) for name in ("compared", "missing", "foreign", "elsewhere")}


class _Shown:
    """Says how far it is: often on a terminal, every ten seconds elsewhere."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._told_s = time.monotonic()

    def __call__(self, records: int, share: float | None) -> None:
        terminal = sys.stderr.isatty()
        if self._quiet or time.monotonic() - self._told_s < (0.5 if terminal else _LINE_S):
            return
        self._told_s = time.monotonic()
        part = f"{min(1.0, share):.1%}, " if share is not None else ""
        sentence = f"replay diff: {part}{records} records"
        sys.stderr.write(f"\r\x1b[K{sentence}" if terminal else f"{sentence}\n")
        sys.stderr.flush()


def _print(found: dict[str, Any], *, as_json: bool) -> None:
    from streams.cli.tables import print_table

    if as_json:
        typer.echo(json.dumps(found))
        return
    columns = ["what", "records", "detector", "kind", "path", "before", "after", "rule"]
    rows = found["changes"]
    if rows:
        print_table([*columns, "shape"], [_cells(row, columns) for row in rows[:_ROWS_SHOWN]])
    if len(rows) > _ROWS_SHOWN:
        typer.echo(f"and {len(rows) - _ROWS_SHOWN} more rows: --json has them all.")
    for reason, count in found["reasons"].items():
        typer.echo(f"{count} records: {reason}.")
    if found["mode"] == "clean":
        typer.echo(
            f"{found['compared']} records were found on the clean topics, {found['missing']} were not (quarantined "
            f"then, or gone), {found['foreign']} there have no raw "
            f"record, {found['elsewhere']} are of a redrive or a replay."
        )
    typer.echo(
        f"{found['changed']} of {found['records']} records would change: in {found['unmasked']} something would be "
        f"unmasked, in {found['newly_masked']} something newly masked, {found['quarantined_instead']} would be "
        f"quarantined instead and {found['written_instead']} written instead."
    )
    if found["unclear"]:
        typer.echo(f"In {found['unclear']} it cannot be told, because values were packed or shortened anew.")


def _cells(row: dict[str, Any], columns: list[str]) -> list[str]:
    shape = row["samples"][0]["value"] if row["samples"] else ""
    return [*(str(row[name]) or "-" for name in columns), shape[:60]]
