"""What a policy file may hold: the model that its JSON Schema and its reference are generated from."""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from streams.masking.kinds import Action, Kind
from streams.masking.own import VALIDATORS
from streams.masking.policy import KeyMode, Level, TimestampRule
from streams.masking.records import Reason

__all__ = [
    "AllowEntry",
    "DetectorEntry",
    "FieldEntry",
    "PolicyFile",
    "Section",
    "TopicSection",
    "TrialEntry",
    "json_schema",
]

#: What may be done with any kind; `surrogate` and `generalise` are for one kind each and checked by themselves.
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Text = Annotated[str, Field(min_length=1, max_length=4096)]
Path = Annotated[str, Field(pattern=r"^\$", max_length=1024)]
Topic = Annotated[str, Field(pattern=r"^[A-Za-z0-9._*-]+$", max_length=249)]
Region = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Paths = Path | list[Path]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class AllowEntry(_Entry):
    """What stays although a detector finds it: all that is said has to hold, one of the first four has to be said."""

    exact: Text | None = Field(None, description="The value, compared in its kind's canonical form.")
    suffix: Text | None = Field(
        None, description="What the value ends with, at a dot or an `@`: `@example.com`, `.corp.example.com`."
    )
    cidr: Text | None = Field(None, description="A network that the address is in: `10.0.0.0/8`.")
    path: Path | None = Field(None, description="The field that it stands in, or one above it.")
    kinds: list[Kind] = Field(default_factory=list, description="For these kinds alone; any without.")


class FieldEntry(_Entry):
    """What is done in some fields, whatever the kinds' actions are; the last rule that selects a field holds."""

    include: Paths = Field(description="Paths of fields, all below them included.")
    exclude: Paths = Field(default_factory=list, description="Fields below those that the rule is not for.")
    action: Action = Field(description="What is done; with `keep`, what detectors find there stays.")
    findings: list[Kind] = Field(
        default_factory=list, description="For findings of these kinds alone; without, for the whole value."
    )
    kind: Kind | None = Field(None, description="What the whole value is taken as, which is the kind of its token.")


class DetectorEntry(_Entry):
    """A format of your own."""

    name: Name = Field(description="Its name, in explanations `own_` and this.")
    kind: Kind = Field(description="What it finds.")
    pattern: Text = Field(description="In the syntax below; case makes no difference.")
    validator: Literal[tuple(VALIDATORS)] | None = Field(None, description="A check that the value has to pass.")  # type: ignore[valid-type]
    words: list[Text] = Field(
        default_factory=list, max_length=64, description="One of these words has to stand in the 64 bytes before."
    )


class TrialEntry(_Entry):
    """A line, and what has to become of it; run by `policy test`, and before a service takes the policy."""

    line: Text = Field(description="The line, as a service would write it.")
    becomes: str | None = Field(None, description="What it becomes; `<email>` stands for any token of that kind.")
    masked: list[Text] = Field(default_factory=list, description="Parts that are gone from what it becomes.")
    kept: list[Text] = Field(default_factory=list, description="Parts that are still there.")
    quarantined: Reason | None = Field(None, description="The reason for which it goes to quarantine instead.")
    topic: str | None = Field(None, description="The raw topic whose rules are meant.")


class QuarantineEntry(_Entry):
    """When too much is quarantined."""

    share: float = Field(0.05, gt=0, le=1, description="The share of records, over the last `records`.")
    records: int = Field(10_000, ge=100, le=100_000_000, description="How many records are looked back on.")
    action: Literal["alert", "stop"] = Field(
        "alert",
        description="`alert` says so in log and metrics; `stop` ends the service with status 3, after the commit.",
    )


class Section(_Entry):
    """What can be said for all topics, and otherwise for some."""

    level: Level | None = Field(None, description="How certain a finding has to be: see [levels](#levels).")
    actions: dict[Kind, Action] = Field(default_factory=dict, description="What is done with each kind.")
    default_region: Region | None = Field(
        None, description="Where phone numbers without a country code are from (ISO 3166)."
    )
    keep_type: bool | None = Field(None, description="A masked JSON number becomes `0` instead of a token in quotes.")
    truncate: int | None = Field(None, ge=1, le=8, description="How many characters the action `truncate` shows.")
    require_json: bool | None = Field(None, description="Records that are no JSON go to quarantine.")
    allow: list[AllowEntry] = Field(
        default_factory=list, max_length=10_000, description="What stays: see [allow-lists](#allow-lists)."
    )
    fields: list[FieldEntry] = Field(
        default_factory=list, max_length=1000, description="Rules for fields: see [fields](#fields)."
    )
    detectors: list[DetectorEntry] = Field(
        default_factory=list,
        max_length=200,
        description="Formats of your own: see [detectors](#detectors-of-your-own).",
    )
    keys: KeyMode | None = Field(
        None, description="Kafka keys: `mask` like values, `token` for one token of the whole key, `drop` for none."
    )
    timestamps: TimestampRule | None = Field(
        None,
        description="A timestamp that the clean topic would refuse or lose at once: `replace` it, or `quarantine`.",
    )


class TopicSection(Section):
    """What is otherwise for some topics; lists are added to those above, the rest goes before it."""

    match: Topic | list[Topic] = Field(
        description="Raw topics, `*` for any run of characters; the first section that fits holds."
    )


class PolicyFile(Section):
    """A policy of maskstream."""

    extends: str | list[str] = Field(
        default_factory=list, description="Policies that this one changes: `default`, or files beside it."
    )
    topics: list[TopicSection] = Field(default_factory=list, max_length=200, description="Sections for some topics.")
    quarantine: QuarantineEntry | None = Field(None, description="When too much is quarantined.")
    tests: list[TrialEntry] = Field(
        default_factory=list, max_length=10_000, description="Lines and what has to become of them."
    )


DEFAULTS: Final[dict[str, str]] = {
    "level": "balanced", "keep_type": "false", "truncate": "2", "require_json": "false", "keys": "mask",
    "timestamps": "replace", "default_region": "none",
}  # fmt: skip


def json_schema() -> dict[str, Any]:
    """The schema of a policy file, for editors and for checks before a deployment."""
    schema = PolicyFile.model_json_schema(mode="validation")
    return schema | {
        "title": "Policy of maskstream",
        "description": "The file that MASKSTREAM_POLICY or --policy names.",
    }
