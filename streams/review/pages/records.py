"""One record: its envelope, shape, history and neighbours; decisions on it, and a policy tried on it."""

from typing import Annotated, Any, Final, NamedTuple
from uuid import UUID

from fastapi import Path, Request, Response

from streams.errors import GuardError, MaskstreamError, UnreachableError
from streams.masking.records import Failure
from streams.quarantine.actions import NotYetKnownError
from streams.quarantine.decisions import Action, Status
from streams.quarantine.store.model import STATUSES, RecordView
from streams.quarantine.trying import Explained, Trial, TryResult, Unopened
from streams.review.auth.principal import Principal
from streams.review.neighbours import Neighbour
from streams.review.pages.audits import looks_of
from streams.review.pages.histories import lines, told
from streams.review.pages.rendering import Notice, render
from streams.review.pages.routing import (
    Fields,
    Made,
    Operator,
    Viewer,
    field,
    page_router,
    see_other,
    status_of,
    upload,
)
from streams.review.policies import GIVEN_BYTES_MAX
from streams.review.services import Services
from streams.review.work import Asked, asked, decide, explain, find, try_now

__all__ = ["UNOPENED", "Offset", "Partition", "expected_of", "failure_told", "record_page", "router"]

router = page_router()

Partition = Annotated[int, Path(ge=0, le=2**31 - 1)]
Offset = Annotated[int, Path(ge=0, le=2**63 - 1)]

#: What a form on the page may ask for; masking by hand has a page of its own.
_ACTIONS: Final[tuple[Action, ...]] = ("claim", "unclaim", "release", "discard", "undo")

#: Why a record could not be opened, for the end of a sentence.
UNOPENED: Final[dict[Unopened, str]] = {
    "gone": "retention has taken it",
    "no_envelope": "it is no envelope",
    "no_payload": "its payload was too large to keep",
    "other_key": "it is sealed to another key than the one of this service",
    "damaged": "it does not open, so somebody has changed it",
    "poison": "masking it has ended a process, and would end this one",
}


class Near(NamedTuple):
    """Clean records around one, or a sentence why there are none; `asked` is whether they were asked for."""

    asked: bool = False
    before: tuple[Neighbour, ...] = ()
    after: tuple[Neighbour, ...] = ()
    problem: str = ""


class Told(NamedTuple):
    """What became of a trial on one record."""

    sentence: str
    policy: str
    passes: bool
    rows: tuple[Explained, ...] = ()


class Extra(NamedTuple):
    """What an answer adds to the page of a record."""

    notice: Notice | None = None
    trial: Told | None = None
    problem: str = ""
    given: str = ""
    near: Near = Near()
    status: int = 200


@router.get("/records/{partition}/{offset}")
def record(request: Request, services: Made, who: Viewer, partition: Partition, offset: Offset) -> Response:
    view = find(services, who, (partition, offset))
    extra = Extra(notice=_decided(request, view), near=_near(request, services, view))
    return record_page(request, services, who, view, extra)


@router.get("/records/{partition}/{offset}/live")
def live(services: Made, who: Viewer, partition: Partition, offset: Offset) -> dict[str, Any]:
    """The state of a record, to be compared with the one that a page shows."""
    return {"state": _state(find(services, who, (partition, offset)))}


@router.post("/records/{partition}/{offset}/decide")
def decided(
    request: Request, services: Made, who: Operator, partition: Partition, offset: Offset, form: Fields
) -> Response:
    """Decides, and leads back to the record, which says what came of it."""
    place = (partition, offset)
    action = next((action for action in _ACTIONS if action == field(form, "action")), None)
    view = find(services, who, place)
    if action is None:
        return see_other(f"/records/{partition}/{offset}")
    try:
        made = decide(
            services, asked(request, who), action, [place], expected=expected_of(form), reason=field(form, "why")
        )
    except NotYetKnownError as error:
        return record_page(request, services, who, view, Extra(Notice("warn", str(error)), status=202))
    except MaskstreamError as error:
        return record_page(request, services, who, view, Extra(Notice("bad", str(error)), status=status_of(error)))
    return see_other(f"/records/{partition}/{offset}?decided={made.events[0]}#notice")


@router.post("/records/{partition}/{offset}/try")
def try_policy(
    request: Request, services: Made, who: Operator, partition: Partition, offset: Offset, form: Fields
) -> Response:
    """What the policy in use, or one that is given, would make of the record; shown once, on the answer to the form."""
    view = find(services, who, (partition, offset))
    given = field(form, "policy")
    try:
        policy = upload(form, "file", GIVEN_BYTES_MAX) or given.encode() or None
        trial = _tried(services, asked(request, who), (partition, offset), policy)
    except MaskstreamError as error:
        extra = Extra(problem=str(error), given=given, status=status_of(error))
        return record_page(request, services, who, view, extra)
    return record_page(request, services, who, view, Extra(trial=trial, given=given))


def record_page(
    request: Request, services: Services, who: Principal, view: RecordView, extra: Extra | None = None
) -> Response:
    """The page of a record."""
    extra = extra or Extra()
    return render(
        request,
        "record.html",
        status=extra.status,
        health=services.store.health(),
        notice=extra.notice,
        view=view,
        state=_state(view),
        events=lines(view.history, looks_of(services, view.row.partition, view.row.offset)),
        near=extra.near,
        may_try=who.may("operator") and services.trier is not None,
        trial=extra.trial,
        problem=extra.problem,
        given=extra.given,
    )


def expected_of(form: Fields) -> Status | None:
    """The status that the person saw."""
    return next((status for status in STATUSES if status == field(form, "expected")), None)


def _decided(request: Request, view: RecordView) -> Notice | None:
    try:
        return told(view.history, UUID(request.query_params.get("decided", "")))
    except ValueError:
        return None


def _near(request: Request, services: Services, view: RecordView) -> Near:
    source = view.row.source
    if "near" not in request.query_params or source is None:
        return Near()
    try:
        found = services.neighbours.around(source)
    except (UnreachableError, GuardError, MaskstreamError) as error:
        return Near(asked=True, problem=str(error))
    before = tuple(one for one in found if one.timestamp_ms < source.timestamp_ms)
    return Near(asked=True, before=before, after=tuple(found[len(before) :]))


def _state(view: RecordView) -> str:
    return f"{view.row.status}{'+' if view.row.pending else ''}{view.decision or ''}"


def _tried(services: Services, by: Asked, place: tuple[int, int], policy: bytes | None) -> Told:
    if policy is None:
        return _explained(explain(services, by, place))
    return _counted(try_now(services, by, place, policy))


def _explained(trial: Trial) -> Told:
    if trial.unopened:
        said = f"It could not be tried: {UNOPENED[trial.unopened]}."
        return Told(said, trial.policy, passes=False)
    if trial.failure is None:
        return Told("It would pass.", trial.policy, passes=True, rows=trial.rows)
    return Told(failure_told(trial.failure, trial.path), trial.policy, passes=False, rows=trial.rows)


def failure_told(failure: Failure, path: str) -> str:
    """`It would fail again with residue (card) at $.body.`"""
    by = f" ({', '.join(failure.detectors)})" if failure.detectors else ""
    at = f" at {path}" if path not in {"", "$"} else ""
    return f"It would fail again with {failure.reason}{by}{at}."


def _counted(result: TryResult) -> Told:
    if result.passed:
        return Told("It would pass.", result.policy, passes=True)
    return Told(f"It would not pass: {result.sentence}", result.policy, passes=False)
