"""The flags that make a job, and the spec that they or a file say."""

from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from streams.errors import UsageError

if TYPE_CHECKING:
    from streams.replay.spec import ReplaySpec

__all__ = [
    "MAKING",
    "AsTopicOption",
    "BrakeOption",
    "ColumnOption",
    "DryRunOption",
    "DuplicatesOption",
    "FieldOption",
    "FormatOption",
    "FromFilesOption",
    "FromOffsetOption",
    "FromOption",
    "HeaderOption",
    "IdOption",
    "IntoCleanOption",
    "JobArgument",
    "JsonOption",
    "KeyOption",
    "LastOption",
    "PartitionsOption",
    "PolicyOption",
    "QuarantineDirOption",
    "RateOption",
    "SampleOption",
    "Source",
    "StartLineOption",
    "TargetOption",
    "TextOption",
    "ToFilesOption",
    "ToOffsetOption",
    "ToOption",
    "TopicsOption",
    "WorkersOption",
    "is_file",
    "require_no_flags",
    "spec_of",
]

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

#: Only of a job that is being made.
MAKING: Final = (
    "job_id", "topics", "partitions", "from_time", "to_time", "last", "from_offset", "to_offset", "fields", "headers",
    "texts", "sample", "target_topic", "into_clean", "allow_duplicates", "dry_run", "policy", "key", "max_rate",
    "from_files", "to_files", "file_format", "start_line", "column", "as_topic", "quarantine_dir",
)  # fmt: skip


def spec_of(source: str | None, flags: dict[str, Any], *, live_aware: bool) -> "ReplaySpec":
    from streams.replay.spec import load_spec, parse_spec

    if source is not None:
        require_no_flags({**flags, "job_id": None})
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


def is_file(source: str) -> bool:
    return source.endswith((".yaml", ".yml")) or "/" in source


def require_no_flags(flags: dict[str, Any]) -> None:
    if any(value not in (None, False, []) for value in flags.values()):
        raise UsageError("What a job is stands in its spec: leave the flags that make a job away.")
