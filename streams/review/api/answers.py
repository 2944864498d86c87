"""What was done, in the API's words; the command line uses the same for work on Kafka itself."""

from typing import Final

from streams.quarantine.actions import Decided, Lost
from streams.quarantine.bulk import BulkReport
from streams.quarantine.trying import ByHand, Trial, TryResult
from streams.review.api.responses import (
    BulkOut,
    ByHandOut,
    Changed,
    DecidedOut,
    ExplainedOut,
    FindingOut,
    LostOut,
    RunOut,
    TryOut,
)
from streams.review.runs import Run

__all__ = ["bulk_out", "by_hand_out", "decided_out", "explained_out", "run_out", "try_out"]


def decided_out(made: Decided) -> DecidedOut:
    """What came of a decision."""
    return DecidedOut(
        action=made.action,
        events=list(made.events),
        changed=[Changed(record=place, status=state.status) for place, state in made.changed.items()],
        lost=[_lost(lost, made) for lost in made.lost],
        sentence=made.sentence,
    )


def try_out(result: TryResult) -> TryOut:
    """What a policy would make of records."""
    return TryOut.model_validate(result)


def explained_out(trial: Trial) -> ExplainedOut:
    """What would become of a record, and why."""
    failure = trial.failure
    return ExplainedOut(
        policy=trial.policy,
        passes=failure is None and trial.unopened is None,
        unopened=trial.unopened,
        reason=failure.reason if failure else None,
        stage=failure.stage if failure else None,
        detectors=failure.detectors if failure else (),
        path=trial.path,
        findings=[FindingOut.model_validate(row) for row in trial.rows],
    )


def by_hand_out(found: ByHand) -> ByHandOut:
    """What would come of hiding by hand."""
    failure = found.failure
    return ByHandOut(
        policy=found.policy,
        passes=failure is None and found.unopened is None and not found.misses,
        unopened=found.unopened,
        misses=found.misses,
        reason=failure.reason if failure else None,
        detectors=failure.detectors if failure else (),
        path=found.path,
        preview=found.preview,
    )


def bulk_out(report: BulkReport) -> BulkOut:
    """How far a bulk decision is."""
    return BulkOut(**{name: getattr(report, name) for name in _BULK}, lost_to=dict(report.lost_to))


def run_out(run: Run) -> RunOut:
    """How far a run is."""
    result, report = run.result, run.report
    return RunOut(
        id=run.id,
        kind=run.kind,
        done=run.done,
        problem=run.problem,
        tried=try_out(result) if result is not None else None,
        bulk=bulk_out(report) if report is not None else None,
    )


def _lost(lost: Lost, made: Decided) -> LostOut:
    winner = lost.winner
    return LostOut(
        record=lost.place,
        status=lost.state.status,
        actor=winner.actor if winner else None,
        time=winner.time if winner else None,
        sentence=lost.sentence(made.time),
    )


_BULK: Final = tuple(name for name in BulkOut.model_fields if name != "lost_to")
