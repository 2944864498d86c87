"""Work on many records at once: asked for once more, begun, watched and cancelled; decisions and trials alike."""

from dataclasses import replace
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Path, Request, Response

from streams.errors import MaskstreamError, UsageError
from streams.quarantine.decisions import Action
from streams.quarantine.fold import ACTIONABLE
from streams.quarantine.store.model import Filter
from streams.review.auth.principal import Principal
from streams.review.pages.inbox import query_fields
from streams.review.pages.queries import STATUS_CHOICES, Query
from streams.review.pages.rendering import render
from streams.review.pages.routing import Fields, Made, Operator, Viewer, field, page_router, see_other, status_of
from streams.review.pages.wording import STATUS_WORDS, clock, moment, number
from streams.review.runs import Run
from streams.review.services import Services
from streams.review.work import NotFoundError, asked, start_bulk

__all__ = ["router"]

router = page_router()

Id = Annotated[UUID, Path()]

_DIGITS_MAX: Final = 12
_ACTIONS: Final[tuple[Action, ...]] = ("release", "discard")
#: A short bulk decision is over before its page is shown.
_SHORT_S: Final = 1.0


@router.post("/bulk/ask")
def ask(request: Request, services: Made, who: Operator, form: Fields) -> Response:
    """Asks once more, with the number of records: it is what `at_most` of the decision will be."""
    return _ask(request, services, who, form)


@router.post("/bulk")
def start(request: Request, services: Made, who: Operator, form: Fields) -> Response:
    """Begins, and leads to the page that shows how far it is."""
    seen, why = field(form, "seen"), field(form, "why")
    # Whoever has seen no number has agreed to none.
    at_most = int(seen) if seen.isdecimal() and len(seen) < _DIGITS_MAX else 0
    try:
        meant = _meant(_view(form).filter(who.topics, services.store.now_ms()))
        run = start_bulk(services, asked(request, who), _action(form), meant, reason=why, at_most=at_most)
    except MaskstreamError as error:
        return _ask(request, services, who, form, problem=str(error), status=status_of(error))
    run.wait(_SHORT_S)
    return see_other(f"/bulk/{run.id}")


@router.get("/bulk")
def bulks(request: Request, services: Made, who: Viewer) -> Response:
    """What this person has begun."""
    runs = [_row(run) for run in services.runs.all(who.subject)]
    return render(request, "bulks.html", here="bulk", health=services.store.health(), runs=runs)


@router.get("/bulk/{run_id}")
def bulk(request: Request, services: Made, who: Viewer, run_id: Id) -> Response:
    run = _run(services, who, run_id, "bulk")
    health = services.store.health()
    return render(request, "bulk.html", here="bulk", health=health, run=run, report=run.report, problem=run.problem)


@router.get("/bulk/{run_id}/live")
def bulk_live(services: Made, who: Viewer, run_id: Id) -> dict[str, Any]:
    """How far a bulk decision is."""
    run = _run(services, who, run_id, "bulk")
    report = run.report
    if report is None:
        return {"done": run.done}
    return {
        "counts": {name: number(getattr(report, name)) for name in ("done", "lost", "unknown", "remaining")},
        "progress": report.total - report.remaining,
        "say": report.sentence,
        "done": run.done,
    }


@router.post("/bulk/{run_id}/cancel")
def cancel_bulk(services: Made, who: Operator, run_id: Id) -> Response:
    """Stops it after the events that are under way."""
    run = _run(services, who, run_id, "bulk")
    run.cancel()
    run.wait(_SHORT_S)
    return see_other(f"/bulk/{run_id}")


@router.get("/trials/{run_id}")
def trial(request: Request, services: Made, who: Viewer, run_id: Id) -> Response:
    run = _run(services, who, run_id, "try")
    group = Query.read(request.query_params).group
    return render(
        request,
        "trial.html",
        health=services.store.health(),
        run=run,
        result=run.result,
        problem=run.problem,
        group=group,
        back=f"/groups/{group}" if group else "/",
    )


@router.get("/trials/{run_id}/live")
def trial_live(services: Made, who: Viewer, run_id: Id) -> dict[str, Any]:
    """How far a trial is."""
    run = _run(services, who, run_id, "try")
    result = run.result
    if result is None:
        return {"done": run.done}
    return {"progress": result.tried, "say": result.sentence, "done": run.done}


@router.post("/trials/{run_id}/cancel")
def cancel_trial(request: Request, services: Made, who: Operator, run_id: Id) -> Response:
    """Stops it after the records in hand."""
    run = _run(services, who, run_id, "try")
    run.cancel()
    run.wait(_SHORT_S)
    group = Query.read(request.query_params).group
    return see_other(f"/trials/{run_id}?{urlencode({'group': group})}" if group else f"/trials/{run_id}")


def _ask(
    request: Request, services: Services, who: Principal, form: Fields, *, problem: str = "", status: int = 200
) -> Response:
    query, now_ms = _view(form), services.store.now_ms()
    waiting = services.store.counts(query.filter(who.topics, now_ms)).waiting
    return render(
        request,
        "ask.html",
        status=status,
        health=services.store.health(),
        action=_action(form),
        waiting=waiting,
        told=_told(query),
        query_fields=query_fields(query.frozen(now_ms)),
        reason=field(form, "why"),
        back=f"/groups/{query.group}" if query.group else query.link("/records"),
        problem=problem,
    )


def _meant(wanted: Filter) -> Filter:
    """Those of a view on which somebody may decide: a view of others means none, not all."""
    statuses = (wanted.status or ACTIONABLE) & ACTIONABLE
    if not statuses or wanted.pending:
        raise UsageError("Nothing in this view needs a decision: choose another one.")
    return replace(wanted, status=statuses)


def _view(form: Fields) -> Query:
    return Query.read({name: field(form, name) for name in form})


def _action(form: Fields) -> Action:
    return next((action for action in _ACTIONS if action == field(form, "action")), "release")


def _told(query: Query) -> list[tuple[str, str]]:
    """The view in words."""
    states: dict[str, str] = {**STATUS_CHOICES, **{str(status): said for status, said in STATUS_WORDS.items()}}
    since = f"since {clock(moment(int(query.since)))} UTC" if query.since.isdecimal() else query.since
    pairs = [
        ("Group", query.group),
        ("Topic", query.topic),
        ("Reason", query.reason),
        ("State", states.get(query.status, "")),
        ("Came in", since),
        ("Search", query.text),
    ]
    return [(name, text) for name, text in pairs if text]


def _run(services: Services, who: Principal, run_id: UUID, kind: str) -> Run:
    run = services.runs.of(run_id, who.subject)
    if run is None or run.kind != kind:
        raise NotFoundError("There is no such work of yours: it is forgotten, or the service began anew.")
    return run


def _row(run: Run) -> dict[str, str]:
    shown = run.report or run.result
    state = "done" if run.done else "under way"
    if shown is not None and shown.cancelled:
        state = "cancelled"
    return {
        "path": f"/{'bulk' if run.kind == 'bulk' else 'trials'}/{run.id}",
        "what": f"{run.report.action} {number(run.report.total)}" if run.report else "try a policy",
        "state": "stopped" if run.problem else state,
        "sentence": run.problem or (shown.sentence if shown else ""),
    }
