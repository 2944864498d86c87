"""`POST` routes of decisions: about one record, some, or whatever a filter matches."""

import asyncio
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.concurrency import run_in_threadpool

from streams.quarantine.actions import Decided
from streams.quarantine.store.model import Filter
from streams.review.api.answers import by_hand_out, decided_out, explained_out, run_out, try_out
from streams.review.api.common import ByOperator, Made, Offset, Operator, Partition, filter_of, place_of
from streams.review.api.problems import PROBLEM
from streams.review.api.requests import BulkIn, ByHandIn, DecideIn, DecideOneIn, FilterIn, MaskIn, TryIn, TryOneIn
from streams.review.api.responses import ByHandOut, DecidedOut, ExplainedOut, RunOut, TryOut
from streams.review.auth.principal import Principal
from streams.review.runs import Run
from streams.review.services import Services
from streams.review.work import NotFoundError, decide, explain, start_bulk, start_try, try_by_hand, try_now

__all__ = ["router"]

router = APIRouter(tags=["decide"])

#: How long an answer waits for the end of a run, so that a short one needs no second question.
_WAIT_S: Final = 5.0
#: Where nothing was changed, because all records were in another state.
_LOST: Final[dict[int | str, dict[str, Any]]] = {
    202: {"description": "It is written, and what came of it is not known yet.", "content": PROBLEM},
    409: {"model": DecidedOut, "description": "Somebody else was first."},
}

Wait = Annotated[float, Query(ge=0, le=20, description="Seconds to wait for the end before answering.")]


@router.post("/records/{partition}/{offset}/try")
def try_one(services: Made, by: ByOperator, partition: Partition, offset: Offset, said: TryOneIn) -> TryOut:
    """Try the policy in use, or a text of one, on one record."""
    policy = said.policy.encode() if said.policy is not None else None
    return try_out(try_now(services, by, (partition, offset), policy))


@router.post("/records/{partition}/{offset}/explain")
def explain_one(services: Made, by: ByOperator, partition: Partition, offset: Offset) -> ExplainedOut:
    """What the policy in use finds in a record, and what would become of it."""
    return explained_out(explain(services, by, (partition, offset)))


@router.post("/records/{partition}/{offset}/mask/try")
def try_mask(services: Made, by: ByOperator, partition: Partition, offset: Offset, said: ByHandIn) -> ByHandOut:
    """What would come of hiding these pieces by hand, as a shape; nothing is decided."""
    return by_hand_out(try_by_hand(services, by, (partition, offset), said.redactions))


@router.post("/records/{partition}/{offset}/mask", responses=_LOST)
def mask(
    services: Made, by: ByOperator, partition: Partition, offset: Offset, said: MaskIn, response: Response
) -> DecidedOut:
    """Hide spans of the preview or whole fields by hand; the rest is masked with the policy in use."""
    made = decide(
        services, by, "mask", [(partition, offset)],
        expected=said.expected, reason=said.reason, redactions=said.redactions,
    )  # fmt: skip
    return _answer(made, response)


@router.post("/records/{partition}/{offset}/{action}", responses=_LOST)
def decide_one(
    services: Made,
    by: ByOperator,
    partition: Partition,
    offset: Offset,
    action: Literal["claim", "unclaim", "release", "discard", "undo"],
    said: DecideOneIn,
    response: Response,
) -> DecidedOut:
    """Decide about one record: 409 where somebody else was first, with who it was."""
    made = decide(services, by, action, [(partition, offset)], expected=said.expected, reason=said.reason)
    return _answer(made, response)


@router.post("/decisions", responses=_LOST)
def decide_some(services: Made, by: ByOperator, said: DecideIn, response: Response) -> DecidedOut:
    """Decide about some records at once; those that somebody else was first on are named."""
    places = [place_of(text) for text in said.records]
    return _answer(decide(services, by, said.action, places, expected=said.expected, reason=said.reason), response)


@router.post("/tries", status_code=HTTPStatus.ACCEPTED)
async def start_trying(services: Made, by: ByOperator, said: TryIn, wait: Wait = _WAIT_S) -> RunOut:
    """Try a policy on records, a group or whatever a filter matches, without releasing anything."""
    what = [place_of(text) for text in said.records] if said.records else _wanted(said.group, said.filter, by.who)
    policy = said.policy.encode() if said.policy is not None else None
    run = await run_in_threadpool(start_try, services, by, what, policy=policy, sample=said.sample)
    return await _after(run, wait)


@router.post("/bulk", status_code=HTTPStatus.ACCEPTED)
async def start_deciding(services: Made, by: ByOperator, said: BulkIn, wait: Wait = _WAIT_S) -> RunOut:
    """Decide about a group or whatever a filter matches now, in the background."""
    wanted = _wanted(said.group, said.filter, by.who)
    run = await run_in_threadpool(
        start_bulk, services, by, said.action, wanted, reason=said.reason, at_most=said.at_most, bulk=said.id
    )
    return await _after(run, wait)


@router.get("/runs/{run}")
async def how_far(services: Made, who: Operator, run: UUID, wait: Wait = 0) -> RunOut:
    """How far a run of yours is."""
    return await _after(_run(services, who, run), wait)


@router.delete("/runs/{run}")
async def cancel(services: Made, who: Operator, run: UUID, wait: Wait = _WAIT_S) -> RunOut:
    """Stop a run of yours after what it has in hand; what is done stays done."""
    found = _run(services, who, run)
    found.cancel()
    return await _after(found, wait)


async def _after(run: Run, wait_s: float) -> RunOut:
    """How far it is once it ended or so much time is over; who waits holds no thread."""
    if not run.done and wait_s:
        await asyncio.wait({asyncio.wrap_future(run.future)}, timeout=wait_s)
    return run_out(run)


def _run(services: Services, who: Principal, run: UUID) -> Run:
    found = services.runs.of(run, who.subject)
    if found is None:
        raise NotFoundError("There is no such run of yours: it is forgotten, or the service began anew.")
    return found


def _wanted(group: str | None, given: FilterIn | None, who: Principal) -> Filter:
    return filter_of(given or FilterIn.model_validate({"group": group}), who)


def _answer(made: Decided, response: Response) -> DecidedOut:
    if made.lost and not made.changed:
        response.status_code = HTTPStatus.CONFLICT
    return decided_out(made)
