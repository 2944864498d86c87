"""What a replay is to do: the job spec, a YAML file or the flags of a command; data only, it asks nobody.

A spec says its version, so that a job written for an older maskstream still runs: a form that changes gets a new number
and a step here that makes the old form into the new one, and a file of a newer form is refused with a sentence.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple, Self

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from streams.errors import UsageError
from streams.settings.topics import PLACEHOLDER, is_topic_name
from streams.settings.units import duration_ms, size_bytes

__all__ = [
    "JOB_ID",
    "JOB_PLACEHOLDER",
    "SPEC_VERSION",
    "FileSource",
    "FileTarget",
    "Filter",
    "Pace",
    "Rate",
    "ReplaySpec",
    "Sample",
    "Selection",
    "SourceSpec",
    "TargetSpec",
    "TopicSource",
    "json_schema",
    "load_spec",
    "parse_pace",
    "parse_spec",
]

SPEC_VERSION: Final = 1

#: A job's id stands in names of topics, groups and transactional ids, and in a header of each record that it writes.
JOB_ID: Final = r"^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$"
#: In a target's name: the id of the job.
JOB_PLACEHOLDER: Final = "{job}"
#: A spec has some hundred bytes; what is larger is something else.
_MAX_FILE_BYTES: Final = 1 << 20
_PATH: Final = re.compile(r"\$(?:\.[^.\[\]]+|\[[0-9]{1,9}\])+")
_RATE: Final = re.compile(r"\s*([0-9]{1,15}(?:\s*[A-Za-z]+)?)\s*(?:/\s*s)?\s*")


class Rate(NamedTuple):
    """So many records, or so many bytes, a second."""

    amount: int
    unit: Literal["records", "bytes"]


def _rate(value: object) -> str:
    match = _RATE.fullmatch(str(value))
    if match is None or size_bytes(match[1]) < 1:
        raise ValueError("should be a rate such as 5000 (records a second) or 5MiB (bytes a second)")
    return str(value).strip()


def _time(value: object) -> datetime:
    if isinstance(value, datetime):
        time = value
    else:
        try:
            time = datetime.fromisoformat(str(value))
        except ValueError:
            raise ValueError("should be an ISO 8601 time such as 2026-10-01 or 2026-11-01T06:00Z") from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _duration(value: object) -> str:
    duration_ms(value)
    return str(value)


def _pattern(value: str) -> str:
    if not value.startswith("^"):
        raise ValueError("should be a regular expression that starts with ^")
    try:
        re.compile(value)
    except re.error:
        raise ValueError("should be a valid regular expression") from None
    return value


def _topic(value: str) -> str:
    if not is_topic_name(value):
        raise ValueError("should be a topic name: letters, digits, dots, hyphens and underscores, at most 249")
    return value


def _template(value: str) -> str:
    if not is_topic_name(value.replace(PLACEHOLDER, "x").replace(JOB_PLACEHOLDER, "x")):
        raise ValueError("should be a topic name in which {topic} stands for the raw topic and {job} for the job's id")
    return value


def _path(value: str) -> str:
    if not _PATH.fullmatch(value):
        raise ValueError("should be a path such as $.user.level or $.items[0].kind")
    return value


Topic = Annotated[str, AfterValidator(_topic)]
Time = Annotated[datetime, BeforeValidator(_time, json_schema_input_type=str)]
Duration = Annotated[str, BeforeValidator(_duration, json_schema_input_type=int | str)]
Count = Annotated[int, Field(ge=0)]
Text = Annotated[str, Field(min_length=1, max_length=4096)]


class _Part(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, validate_by_name=True, validate_by_alias=True
    )


class TopicSource(_Part):
    """Records of raw topics: RAW_TOPICS without names or pattern. The end is fixed when the job is planned."""

    names: tuple[Topic, ...] = Field((), description="Names of raw topics.")
    pattern: Annotated[str, AfterValidator(_pattern)] | None = Field(
        None, description="Or a regular expression that starts with ^; our own outputs never match."
    )
    partitions: tuple[Count, ...] = Field((), description="These partitions alone.")
    from_time: Time | None = Field(
        None, alias="from", description="From the first record of this time or later on: ISO 8601, UTC unless it says."
    )
    to_time: Time | None = Field(
        None, alias="to", description="Up to the first record of this time or later, which is not read."
    )
    last: Duration | None = Field(None, description="Instead of `from`: so long before now, such as 7d.")
    from_offset: Count | None = Field(None, description="First offset, in each partition.")
    to_offset: Count | None = Field(None, description="First offset that is not read, in each partition.")

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.names and self.pattern:
            raise ValueError("names and pattern are both given: keep one")
        if sum(each is not None for each in (self.from_time, self.last, self.from_offset)) > 1:
            raise ValueError("from, last and from_offset are different beginnings: keep one")
        if self.to_time is not None and self.to_offset is not None:
            raise ValueError("to and to_offset are different ends: keep one")
        if self.from_time is not None and self.to_time is not None and self.from_time >= self.to_time:
            raise ValueError("from is not before to")
        if self.from_offset is not None and self.to_offset is not None and self.from_offset >= self.to_offset:
            raise ValueError("from_offset is not below to_offset")
        return self


class FileSource(_Part):
    """Lines or records of files: local ones by path, directory or glob, or one object store through fsspec."""

    paths: tuple[Text, ...] = Field((), description="Files, directories (all below them) and globs (`**` goes down).")
    url: Text | None = Field(None, description="Or a URL that fsspec opens, such as s3://bucket/logs/*.gz.")
    format: Literal["ndjson", "text", "multiline", "parquet"] = Field(
        "ndjson", description="One JSON value a line, one text a line, records of several lines, or Parquet."
    )
    start: Text | None = Field(None, description="For multiline: a pattern that the first line of a record matches.")
    column: Text | None = Field(None, description="For parquet: the column that holds the records.")
    fields: tuple[Text, ...] = Field((), description="For parquet: more columns to mask, each by its name as a field.")
    keep: tuple[Text, ...] = Field((), description="For parquet: columns to copy unmasked. All others are left out.")
    encoding: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,40}$")] = Field("utf-8", description="Of the text.")
    compression: Literal["auto", "none", "gz", "zst", "bz2", "xz"] = Field(
        "auto", description="How the files are packed; auto looks at their first bytes. A tar is opened by itself."
    )
    max_record: Annotated[int, BeforeValidator(size_bytes, json_schema_input_type=int | str), Field(ge=1024)] = Field(
        10 << 20, description="A record of more bytes is quarantined as too_large without being held."
    )
    max_unpacked: Annotated[int, BeforeValidator(size_bytes, json_schema_input_type=int | str), Field(ge=1024)] = Field(
        1 << 40, description="A file that unpacks to more bytes is refused."
    )
    max_ratio: Annotated[int, Field(ge=2)] = Field(
        500, description="A file that unpacks to more than so many times its size, and to over 64 MiB, is refused."
    )
    topic: Annotated[str, AfterValidator(_topic)] = Field(
        "files", description="The name that policy, quarantine and headers know these records by, as if a raw topic."
    )

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if bool(self.paths) == (self.url is not None):
            raise ValueError("paths or url has to be given, one of the two")
        if (self.start is not None) != (self.format == "multiline"):
            raise ValueError("start goes with the format multiline, which needs it")
        if (self.column is not None) != (self.format == "parquet"):
            raise ValueError("column goes with the format parquet, which needs it")
        if self.column is None and (self.fields or self.keep):
            raise ValueError("fields and keep go with the format parquet")
        return self


class FileTarget(_Part):
    """Files of the same layout, names and compression as the source's, below a folder or URL of their own."""

    path: Text | None = Field(None, description="A folder, made where it is missing.")
    url: Text | None = Field(None, description="Or a URL that fsspec opens, such as s3://bucket/masked/.")
    overwrite: bool = Field(False, description="Replace files of an earlier job that are there.")
    quarantine: Text | None = Field(
        None,
        description="A folder for what cannot be masked, sealed; the quarantine topic without, where Kafka is set.",
    )

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if (self.path is None) == (self.url is None):
            raise ValueError("path or url has to be given, one of the two")
        return self


class SourceSpec(_Part):
    """Where the records are: topics or files, one of the two."""

    topics: TopicSource | None = None
    files: FileSource | None = None

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if (self.topics is None) == (self.files is None):
            raise ValueError("topics or files has to be given, one of the two")
        return self


class Filter(_Part):
    """One condition on a record: on a field, a header, or its text. Field and header values are compared as text."""

    field: Annotated[str, AfterValidator(_path)] | None = Field(None, description="A field of a JSON value: $.level.")
    header: Text | None = Field(None, description="Name of a header.")
    text: Text | None = Field(None, description="Text that stands in the value or the key.")
    equals: tuple[str, ...] = Field((), description="The field or header is one of these.")
    contains: Text | None = Field(None, description="The field or header contains this.")
    negate: bool = Field(False, alias="not", description="The condition must not hold.")

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if sum(each is not None for each in (self.field, self.header, self.text)) != 1:
            raise ValueError("field, header or text has to be given, one of the three")
        if self.text is not None and (self.equals or self.contains is not None):
            raise ValueError("equals and contains go with field or header")
        if self.equals and self.contains is not None:
            raise ValueError("equals and contains are both given: keep one")
        return self


class Sample(_Part):
    """A share of the records, chosen by a stable hash: the same in each job, and a larger share holds a smaller."""

    share: Annotated[float, Field(gt=0, le=1)]
    by: Literal["record", "key"] = Field("record", description="By its coordinates, or by its key.")


class Selection(_Part):
    """Which records of the range: those for which every filter holds, and of those a sample. All without."""

    where: tuple[Filter, ...] = ()
    sample: Sample | None = None


class TargetSpec(_Part):
    """Where masked records go."""

    to: Literal["topic", "clean", "files", "nothing"] = Field(
        "topic", description="A topic of the job's own, the clean topic, files, or nothing, which is a dry run."
    )
    topic: Annotated[str, AfterValidator(_template)] | None = Field(
        None, description="Name of the job's own topic; without, the clean topic's with .replay.{job} behind it."
    )
    allow_duplicates: bool = Field(
        False, description="For clean: write although the range is still there, so that its records are there twice."
    )
    files: FileTarget | None = None

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if (self.files is not None) != (self.to == "files"):
            raise ValueError("files goes with `to: files`, which needs it")
        if self.topic is not None and self.to != "topic":
            raise ValueError("topic goes with `to: topic`")
        if self.allow_duplicates and self.to != "clean":
            raise ValueError("allow_duplicates goes with `to: clean`")
        return self


class Pace(_Part):
    """How fast, over all workers of the job together."""

    max_rate: Annotated[str, BeforeValidator(_rate, json_schema_input_type=int | str)] | None = Field(
        None, description="Records a second (5000) or bytes a second (5MiB); as fast as it goes without."
    )
    live_aware: bool = Field(True, description="Slow down while the live group's lag grows.")
    floor: Annotated[float, Field(gt=0, le=1)] = Field(
        0.05, description="The least share of its time that a worker works while it slows down for the live group."
    )

    @property
    def rate(self) -> Rate | None:
        """The limit as a number."""
        if self.max_rate is None:
            return None
        match = _RATE.fullmatch(self.max_rate)
        text = match[1] if match else self.max_rate
        return Rate(size_bytes(text), "records" if text.strip().isdigit() else "bytes")


def _raw_topics() -> SourceSpec:
    return SourceSpec.model_validate({"topics": {}})


class ReplaySpec(_Part):
    """A job, version 1."""

    version: Literal[1] = SPEC_VERSION
    id: Annotated[str, Field(pattern=JOB_ID)] = Field(description="Lower-case letters, digits and hyphens, at most 40.")
    source: SourceSpec = Field(default_factory=_raw_topics)
    select: Selection = Field(default_factory=Selection)
    target: TargetSpec = Field(default_factory=lambda: TargetSpec.model_validate({}))
    policy: Text | None = Field(None, description="Policy file; POLICY without. Its text is kept with the job.")
    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{0,7}$")] | None = Field(
        None, description="Key id of the keyring that tokens are made with; the active one without."
    )
    pace: Pace = Field(default_factory=lambda: Pace.model_validate({}))

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.target.to == "files" and self.source.files is None:
            raise ValueError("a target of files needs a source of files; records of topics go to topics")
        return self


def load_spec(path: Path) -> ReplaySpec:
    """The spec in a YAML file; UsageError, one sentence for each problem, none of which shows a value."""
    try:
        with path.open("rb") as opened:
            text = opened.read(_MAX_FILE_BYTES + 1)
    except OSError as error:
        raise UsageError(f"The job spec {path} cannot be read ({error.strerror}): correct its path.") from None
    if len(text) > _MAX_FILE_BYTES:
        raise UsageError(f"The job spec {path} is larger than {_MAX_FILE_BYTES} bytes, so it is no job spec.")
    try:
        # Everything stays text, so that neither a date nor NO becomes something else on the way to the model.
        document = yaml.load(text.decode("utf-8-sig"), Loader=yaml.BaseLoader)  # noqa: S506 - builds only text
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark else ""
        raise UsageError(f"The job spec {path} is not valid YAML{where}: correct it there.") from None
    return parse_spec(document, str(path))


def parse_spec(document: object, name: str) -> ReplaySpec:
    """The spec in a document of this or an older version; UsageError as for `load_spec`, which `name` stands in."""
    if not isinstance(document, Mapping):
        raise UsageError(f"The job spec {name} must hold `name: value` lines.")
    version = str(document.get("version", SPEC_VERSION))
    if version.isdigit() and int(version) > SPEC_VERSION:
        raise UsageError(
            f"The job spec {name} is of version {int(version)} and this maskstream knows up to {SPEC_VERSION}: "
            "run it with a newer maskstream."
        )
    try:
        return ReplaySpec.model_validate(_with_version(document))
    except ValidationError as error:
        raise UsageError("\n".join(_sentences(error, name))) from None


def parse_pace(present: Pace, changed: Mapping[str, object]) -> Pace:
    """A pace with some of it changed; UsageError where that is none."""
    try:
        return Pace.model_validate({**present.model_dump(), **changed})
    except ValidationError as error:
        raise UsageError("\n".join(_sentences(error, "'s pace"))) from None


def json_schema() -> dict[str, Any]:
    """JSON Schema of a spec file."""
    return ReplaySpec.model_json_schema(by_alias=True, mode="validation")


def _with_version(document: Mapping[Any, Any]) -> dict[str, Any]:
    version = document.get("version", SPEC_VERSION)
    return {**document, "version": int(version) if str(version).isdigit() else version}


def _sentences(error: ValidationError, name: str) -> list[str]:
    found = []
    for detail in error.errors(include_url=False, include_input=False, include_context=False):
        place = ".".join(map(str, detail["loc"])) or "the whole"
        said = detail["msg"].removeprefix("Value error, ")
        found.append(f"The job spec {name} is wrong at {place}: {said[:1].lower()}{said[1:]}.")
    return list(dict.fromkeys(found))
