"""The front door: style and script, dark and light, the search."""

import re
from dataclasses import replace
from http import HTTPStatus
from typing import Final

from fastapi import HTTPException, Request, Response

from streams.review.auth.login import LoginPage
from streams.review.auth.nextpath import next_path
from streams.review.auth.principal import Principal
from streams.review.pages.inbox import groups_page, records_page
from streams.review.pages.queries import Query
from streams.review.pages.rendering import ASSETS, Notice, asset_path, text_of
from streams.review.pages.routing import Fields, Made, Viewer, field, page_router, see_other
from streams.review.services import Services

__all__ = ["login_page", "router"]

router = page_router()

_PLACE: Final = re.compile(r"([0-9]{1,9}):([0-9]{1,18})")
_SOURCE: Final = re.compile(r"[A-Za-z0-9._-]{1,249}/[0-9]{1,9}/[0-9]{1,18}")
_YEAR_S: Final = 31_536_000

_KNOWN: Final = (
    "The search knows topics, partitions, offsets, places (0:17), reasons, detectors, paths and groups. It cannot "
    "look for values: nobody here knows them. `maskstream token` tells the token of one, to search clean logs with."
)
_UNKNOWN: Final = Notice("warn", "Nothing here goes by this name.", (_KNOWN,))


def login_page(request: Request, page: LoginPage) -> str:
    """The log-in page's HTML, for `app.state.login_page`."""
    return text_of(request, "login.html", page=page)


@router.get("/static/{version}/{name}")
def asset(version: str, name: str) -> Response:
    """Style, script and mark; anybody may have them, and for ever, since another content has another path."""
    del version
    if name not in ASSETS:
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such file.")
    content, kind = ASSETS[name]
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(content, media_type=kind, headers=headers)


@router.get("/favicon.ico")
def favicon(_: Viewer) -> Response:
    return see_other(asset_path("mark.svg"))


@router.post("/theme")
def theme(request: Request, _: Viewer, form: Fields) -> Response:
    """Dark or light, without a script; it is kept by the browser alone."""
    answer = see_other(next_path(field(form, "back")))
    if field(form, "theme") in {"dark", "light"}:
        answer.set_cookie(
            "theme", field(form, "theme"), max_age=_YEAR_S, samesite="strict", secure=request.url.scheme == "https"
        )
    return answer


@router.post("/find")
def find(request: Request, services: Made, who: Viewer, form: Fields) -> Response:
    """Where the view of what was typed is. Only what is a name of ours gets into an address: somebody may have typed
    what they look for in a record.
    """
    query = Query.read({name: field(form, name) for name in form})
    records = field(form, "view") == "records"
    if place := _known_place(services, who, query.text):
        return see_other(place)
    typed = [name for name in ("text", "topic") if field(form, name)]
    if any(not getattr(query, name) for name in typed) or (typed and not _exists(services, who, query)):
        shown = replace(query, text="", topic="")
        return (records_page if records else groups_page)(request, services, who, shown, notice=_UNKNOWN)
    return see_other(query.link("/records" if records else "/"))


def _known_place(services: Services, who: Principal, text: str) -> str:
    """The page of one record, where a place or coordinates were typed and it is there."""
    if place := _PLACE.fullmatch(text):
        found = services.store.record(int(place[1]), int(place[2]), who.topics)
        return f"/records/{place[1]}/{place[2]}" if found else ""
    if _SOURCE.fullmatch(text):
        rows = services.store.find(Query().filter(who.topics, services.store.now_ms()), text)
        return f"/records/{rows[0].partition}/{rows[0].offset}" if rows else ""
    return ""


def _exists(services: Services, who: Principal, query: Query) -> bool:
    """Whether any record goes by what was typed, in whatever state it is and whenever it came."""
    wanted = Query(text=query.text, topic=query.topic, status="all").filter(who.topics, services.store.now_ms())
    return services.store.counts(wanted).total > 0
