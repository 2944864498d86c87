"""Says in the jobs topic what a job is meant to do now; its workers read it there."""

from datetime import UTC, datetime
from typing import Any, Final

from streams.errors import UsageError
from streams.replay.jobs import ENDED, JobView, StateName, StateRecord, plain_name
from streams.replay.journal import JobWriter
from streams.replay.spec import Pace
from streams.settings import Settings

__all__ = ["set_state", "state_record"]

#: From which states a person may ask for which.
_FROM: Final[dict[StateName, frozenset[StateName]]] = {
    "running": frozenset({"planned", "running", "paused", "stopped", "failed"}),
    "paused": frozenset({"planned", "running", "paused"}),
    "stopped": frozenset({"planned", "running", "paused", "stopped", "failed"}),
}


def set_state(settings: Settings, view: JobView, state: StateName, by: str, pace: Pace | None = None) -> None:
    """Write that a job is to run, pause or stop, and at which pace where that changes; UsageError where it cannot."""
    present = view.state_name
    if present not in _FROM[state]:
        ended = "it has ended" if present in ENDED else "say `maskstream replay start` to go on"
        raise UsageError(f"The job {view.id} is {present}, so it cannot be {state}: {ended}.")
    # A pace that was said once stays until another is said.
    kept = pace or (view.state.pace if view.state else None)
    JobWriter(settings).write(state_record(view.id, state, by).model_copy(update={"pace": kept}))


def state_record(
    job: str, state: StateName, by: str, sentence: str = "", report: dict[str, Any] | None = None
) -> StateRecord:
    """A job's state as of now."""
    return StateRecord(
        job=job, state=state, time=datetime.now(UTC), by=plain_name(by), sentence=sentence, report=report
    )
