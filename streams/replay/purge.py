"""What a purge is: a plan that names the first offset that stays in each partition, and nothing that is in a record."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from streams.errors import GuardError, RunError, UsageError

__all__ = ["PLAN_ID", "PartitionCut", "PurgePlan", "load_plan", "phrase_of", "plan_id", "save_plan"]

PLAN_VERSION: Final = 1
PLAN_ID: Final = r"^[0-9a-f]{12}$"
#: What is on a topic a day later is not what the plan says is lost.
PLAN_AGE: Final = timedelta(days=1)

Count = Annotated[int, Field(ge=0)]
Topic = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,249}$")]
Text = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f-\x9f]{0,2000}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class PartitionCut(_Part):
    """One partition: records from `begin` up to, but without, `until` are deleted.

    `matches` of those `records` hold what was looked for, the others are lost along with them; times are milliseconds,
    of the first and the last record that is deleted, -1 where they have none.
    """

    topic: Topic
    partition: Count
    begin: Count
    until: Count
    end: Count
    matches: Count
    first_match: Count
    last_match: Count
    records: Count
    first_ms: int
    last_ms: int

    @property
    def key(self) -> tuple[str, int]:
        return self.topic, self.partition


class PurgePlan(_Part):
    """A plan, as it is kept in STATE_DIR until it is run; `id` is a hash of what would be deleted."""

    version: Literal[1] = PLAN_VERSION
    id: Annotated[str, Field(pattern=PLAN_ID)]
    created: datetime
    by: Text
    looked_for: Text = Field(description="What was looked for, in words that hold no value.")
    topic_ids: dict[Topic, Text]
    cuts: tuple[PartitionCut, ...]
    repairs: tuple[Text, ...] = Field(description="Commands that write again what is lost along with it.")
    downstream: tuple[Text, ...] = Field(description="Copies that a purge does not reach.")
    notes: tuple[Text, ...] = ()

    @property
    def records(self) -> int:
        return sum(cut.records for cut in self.cuts)

    @property
    def matches(self) -> int:
        return sum(cut.matches for cut in self.cuts)


def plan_id(cuts: Iterable[PartitionCut], topic_ids: Mapping[str, str]) -> str:
    """Twelve hex digits that differ where anything else would be deleted."""
    rows = sorted([cut.topic, topic_ids.get(cut.topic, ""), cut.partition, cut.until] for cut in cuts)
    return hashlib.sha256(orjson.dumps(rows)).hexdigest()[:12]


def phrase_of(plan: PurgePlan) -> str:
    """What a person has to type, so that nobody deletes more than was read."""
    return f"delete {plan.records} records"


def save_plan(plan: PurgePlan, state_dir: Path) -> Path:
    """Keeps a plan; one of the same id is replaced."""
    path = _path(plan.id, state_dir)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_bytes(orjson.dumps(plan.model_dump(mode="json"), option=orjson.OPT_INDENT_2))
        fresh.replace(path)
    except OSError as error:
        raise RunError(f"The plan cannot be kept in STATE_DIR ({error.strerror}): make room or set it.") from None
    return path


def load_plan(wanted: str, state_dir: Path) -> PurgePlan:
    """The plan with an id; UsageError where there is none, GuardError where it is too old or was changed."""
    path = _path(wanted, state_dir)
    try:
        plan = PurgePlan.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        raise UsageError(f"There is no plan {wanted} here: make one with `maskstream purge plan`.") from None
    if plan.id != wanted or plan_id(plan.cuts, plan.topic_ids) != wanted:
        raise GuardError(f"The plan {wanted} was changed after it was made: make a new one.")
    if datetime.now(UTC) - plan.created > PLAN_AGE:
        raise GuardError(f"The plan {wanted} is older than a day, and its topics have moved on: make a new one.")
    return plan


def _path(wanted: str, state_dir: Path) -> Path:
    return state_dir / "purge" / f"{wanted}.json"
