"""Masking by hand: chosen on the shape or by fields, tried, and released only like that; nobody sees a clear text."""

import re
import shlex
from collections.abc import Iterable
from typing import Final, NamedTuple

from fastapi import Request, Response
from pydantic import ValidationError

from streams.errors import MaskstreamError, UsageError
from streams.quarantine.actions import NotYetKnownError
from streams.quarantine.decisions import REDACTIONS_MAX, Redaction
from streams.quarantine.store.model import RecordView
from streams.quarantine.trying import ByHand
from streams.review.pages.records import UNOPENED, Offset, Partition, expected_of, failure_told
from streams.review.pages.rendering import Notice, render
from streams.review.pages.routing import Fields, Made, Operator, field, page_router, see_other, status_of
from streams.review.pages.shapes import merged
from streams.review.services import Services
from streams.review.work import asked, decide, find, try_by_hand

__all__ = ["chosen", "router"]

router = page_router()

_SPAN: Final = re.compile(r"([0-9]{1,5})-([0-9]{1,5})")


class Tried(NamedTuple):
    """What would come of a choice; `may` is whether it may be released like that."""

    sentence: str
    may: bool = False
    preview: str | None = None


@router.get("/records/{partition}/{offset}/mask")
def choose(request: Request, services: Made, who: Operator, partition: Partition, offset: Offset) -> Response:
    return _page(request, services, find(services, who, (partition, offset)))


@router.post("/records/{partition}/{offset}/mask")
def mask(
    request: Request, services: Made, who: Operator, partition: Partition, offset: Offset, form: Fields
) -> Response:
    """Shows what would come of the choice, or releases it like that."""
    place = (partition, offset)
    view = find(services, who, place)
    try:
        redactions = chosen(form)
        if field(form, "do") != "release":
            trial = _told(try_by_hand(services, asked(request, who), place, redactions))
            return _page(request, services, view, form=form, trial=trial)
        made = decide(
            services,
            asked(request, who),
            "mask",
            [place],
            expected=expected_of(form),
            reason=field(form, "why"),
            redactions=redactions,
        )
    except NotYetKnownError as error:
        return _page(request, services, view, form=form, notice=Notice("warn", str(error)), status=202)
    except MaskstreamError as error:
        return _page(request, services, view, form=form, problem=str(error), status=status_of(error))
    return see_other(f"/records/{partition}/{offset}?decided={made.events[0]}#notice")


def chosen(form: Fields) -> list[Redaction]:
    """Pieces, selections and fields as they were chosen; UsageError for none, too many, or a path that is none."""
    texts = _texts(form, ("span", "piece"))
    spans = [(int(found[1]), int(found[2])) for text in texts if (found := _SPAN.fullmatch(text))]
    paths = [line.strip() for line in field(form, "paths").splitlines() if line.strip()]
    try:
        redactions = [
            *(Redaction(start=start, end=end) for start, end in merged(span for span in spans if span[0] < span[1])),
            *(Redaction(path=path) for path in dict.fromkeys(paths)),
        ]
    except ValidationError:
        raise UsageError("A field is named by its path, such as $.body.name: a line of yours is none.") from None
    if not redactions:
        raise UsageError("Nothing is chosen: mark pieces of the shape, or name fields.")
    if len(redactions) > REDACTIONS_MAX:
        raise UsageError(f"At most {REDACTIONS_MAX} pieces and fields can be hidden by hand: choose larger ones.")
    return redactions


def _told(trial: ByHand) -> Tried:
    if trial.misses:
        return Tried("A mark is not in the record, or hides nothing: choose otherwise.")
    if trial.unopened == "poison":
        return Tried("It cannot be tried here, because masking it has ended a process; the redrive tries it.", may=True)
    if trial.unopened:
        return Tried(f"It could not be tried: {UNOPENED[trial.unopened]}.")
    if trial.failure is None:
        return Tried("It would pass like this.", may=True, preview=trial.preview)
    return Tried(failure_told(trial.failure, trial.path), preview=trial.preview)


def _texts(form: Fields, names: Iterable[str]) -> list[str]:
    return [text for name in names for text in form.getlist(name) if isinstance(text, str)]


def _page(
    request: Request,
    services: Services,
    view: RecordView,
    *,
    form: Fields | None = None,
    trial: Tried | None = None,
    notice: Notice | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    row = view.row
    return render(
        request,
        "mask.html",
        status=status,
        health=services.store.health(),
        notice=notice,
        view=view,
        spans=[text for text in _texts(form, ["span"]) if _SPAN.fullmatch(text)] if form else [],
        picked=set(_texts(form, ["piece"])) if form else set(),
        paths=field(form, "paths") if form else "",
        trial=trial,
        problem=problem or _unfit(view),
        command=_command(row.place, form),
    )


def _command(place: str, form: Fields | None) -> str:
    """What does the same on the command line."""
    try:
        marks = chosen(form) if form else []
    except UsageError:
        marks = []
    words = ["maskstream", "quarantine", "mask", place]
    for mark in marks:
        words += ["--field", mark.path] if mark.path else ["--span", f"{mark.start}-{mark.end}"]
    return shlex.join(words)


def _unfit(view: RecordView) -> str:
    """Why nothing can be masked by hand here; empty where it can."""
    if view.row.id is None:
        return "What is no envelope cannot be masked by hand."
    if view.sealed_to is None or view.row.gone:
        return "The payload is not there any more, or never fitted: there is nothing to mask."
    return ""
