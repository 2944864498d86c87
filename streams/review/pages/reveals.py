"""The original of a record, once, for a reason; written down first, and gone from the browser soon."""

from datetime import UTC, datetime
from typing import Annotated, Final, NamedTuple
from uuid import UUID

from fastapi import Depends, Path, Request, Response

from streams.errors import GuardError, MaskstreamError
from streams.quarantine.payload import Payload
from streams.quarantine.store.model import RecordView
from streams.review.auth.dependencies import revealing
from streams.review.auth.principal import Principal
from streams.review.pages.records import Offset, Partition
from streams.review.pages.rendering import render
from streams.review.pages.routing import Fields, Made, Revealer, field, page_router, see_other, status_of
from streams.review.reveals import SHOWN_FOR, ApprovalNeededError, Reveals
from streams.review.services import Services
from streams.review.work import asked, find

__all__ = ["router"]

router = page_router()

#: Of each part of an original; the rest is for `maskstream quarantine show --reveal`.
_SHOWN_BYTES: Final = 64 * 1024


Revealing = Annotated[Principal, Depends(revealing)]


class Part(NamedTuple):
    """A part of an original as text; `note` is what is different from the bytes."""

    name: str
    text: str
    note: str = ""


@router.get("/records/{partition}/{offset}/reveal")
def ask(request: Request, services: Made, who: Revealer, partition: Partition, offset: Offset) -> Response:
    return _page(request, services, who, find(services, who, (partition, offset)))


@router.post("/records/{partition}/{offset}/reveal")
def show(
    request: Request, services: Made, who: Revealing, partition: Partition, offset: Offset, form: Fields
) -> Response:
    """The original, on the answer to the form and nowhere else: no address leads to it, nothing keeps it."""
    place, reason = (partition, offset), field(form, "why")
    view = find(services, who, place)
    reveals = _reveals(services)
    try:
        shown = reveals.reveal(asked(request, who), place, reason)
    except ApprovalNeededError:
        reveals.ask(asked(request, who), place, reason)
        return see_other(f"/records/{partition}/{offset}/reveal")
    except MaskstreamError as error:
        services.metrics.revealed("refused")
        return _page(request, services, who, view, problem=str(error), status=status_of(error))
    services.metrics.revealed("shown")
    left_s = max(1, round((shown.expires_at - datetime.now(UTC)).total_seconds()))
    answer = _page(request, services, who, view, shown=_parts(shown.payload), seconds=left_s)
    # It ends without a script too: the browser leaves the page, and forgets what it keeps for going back.
    answer.headers["Refresh"] = f"{left_s}; url=/records/{partition}/{offset}"
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


@router.post("/records/{partition}/{offset}/approve/{wanted}")
def approve(
    request: Request,
    services: Made,
    who: Revealer,
    partition: Partition,
    offset: Offset,
    wanted: Annotated[UUID, Path()],
) -> Response:
    """Says yes to somebody else's look, where two people are asked for."""
    view = find(services, who, (partition, offset))
    try:
        _reveals(services).approve(asked(request, who), (partition, offset), wanted)
    except MaskstreamError as error:
        return _page(request, services, who, view, problem=str(error), status=status_of(error))
    return see_other(f"/records/{partition}/{offset}/reveal")


def _reveals(services: Services) -> Reveals:
    if services.reveals is None:
        raise GuardError("This review service has no private key, so that it opens nothing: set REVIEW_PRIVATE_KEY.")
    return services.reveals


def _page(
    request: Request,
    services: Services,
    who: Principal,
    view: RecordView,
    *,
    shown: tuple[Part, ...] | None = None,
    seconds: int = int(SHOWN_FOR.total_seconds()),
    problem: str = "",
    status: int = 200,
) -> Response:
    row = view.row
    requests = _reveals(services).requests((row.partition, row.offset)) if services.settings.review_four_eyes else []
    return render(
        request,
        "reveal.html",
        status=status,
        row=row,
        parts_shown=shown,
        seconds=seconds,
        problem=problem,
        four_eyes=services.settings.review_four_eyes,
        mine=next((one for one in requests if one.actor == who.subject), None),
        others=[one for one in requests if one.actor != who.subject and one.approved_by is None],
    )


def _parts(payload: Payload) -> tuple[Part, ...]:
    headers = [(f"Header {name}", text) for name, text in payload.headers or ()]
    return tuple(_part(name, data) for name, data in (("Value", payload.value), ("Key", payload.key), *headers))


def _part(name: str, data: bytes | None) -> Part:
    if data is None:
        return Part(name, "", "there is none")
    cut = data[:_SHOWN_BYTES]
    notes = [f"the first {_SHOWN_BYTES // 1024} of {len(data) // 1024} KiB"] if len(data) > _SHOWN_BYTES else []
    try:
        # What was cut may end within a character.
        text = cut.decode("utf-8", "strict" if len(cut) == len(data) else "ignore")
    except UnicodeDecodeError:
        text = cut.decode("utf-8", "backslashreplace")
        notes.append("no UTF-8: other bytes as \\x..")
    return Part(name, "".join(map(_visible, text)), "; ".join(notes))


def _visible(sign: str) -> str:
    """Signs that turn a line around or hide in it are written out: the page must not look like something else."""
    return sign if sign.isprintable() or sign in "\n\t" else sign.encode("unicode_escape").decode()
