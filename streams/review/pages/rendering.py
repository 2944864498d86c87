"""Templates to responses: everything is escaped, and nothing is kept by browsers or proxies."""

import hashlib
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any, Final, Literal, NamedTuple

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from streams import __version__
from streams.review.auth.dependencies import csrf_token
from streams.review.pages import charts, shapes, wording

__all__ = ["ASSETS", "Notice", "asset_path", "environment", "render", "text_of"]

#: What the browser may load, with its type; all of it is ours.
_TYPES: Final = {
    "review.css": "text/css; charset=utf-8",
    "review.js": "text/javascript; charset=utf-8",
    "mark.svg": "image/svg+xml",
}
ASSETS: Final[dict[str, tuple[bytes, str]]] = {
    name: (files("streams.review.pages").joinpath("static", name).read_bytes(), kind) for name, kind in _TYPES.items()
}
_THEMES: Final = frozenset({"dark", "light"})


class Notice(NamedTuple):
    """What a page says first: sentences of ours, and names of people."""

    kind: Literal["good", "warn", "bad"]
    text: str
    lines: tuple[str, ...] = ()


def asset_path(name: str) -> str:
    """The path of an asset of this version: it changes with the content, so that browsers may keep it for ever."""
    return f"/static/{hashlib.sha256(ASSETS[name][0]).hexdigest()[:12]}/{name}"


def environment() -> Environment:
    """The templates; an undefined name is an error of ours, not an empty place."""
    made = Environment(
        loader=PackageLoader("streams.review.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "ago": wording.ago,
        "choices": shapes.choices,
        "clock": wording.clock,
        "moment": wording.moment,
        "number": wording.number,
        "pieces": shapes.pieces,
        "plural": wording.plural,
        "printable": wording.printable,
        "reason_class": wording.reason_class,
        "rect": charts.rect_element,
        "span": wording.span,
        "tokens": shapes.tokens,
    }
    made.globals |= {
        "asset": asset_path,
        "status_help": wording.STATUS_HELP,
        "status_words": wording.STATUS_WORDS,
        "version": __version__,
    }
    return made


_ENVIRONMENT: Final = environment()


def render(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """One page. What it shows is of this moment and of this person: no cache keeps it."""
    text = text_of(request, template, **context)
    return HTMLResponse(text, status, {"Cache-Control": "no-store", "Content-Language": "en"})


def text_of(request: Request, template: str, **context: Any) -> str:
    """The HTML of a page with what every page has."""
    theme = request.cookies.get("theme", "")
    shared = {
        "back": request.url.path if request.method == "GET" else "/",
        "csrf": csrf_token(request),
        "now": datetime.now(UTC),
        "person": getattr(request.state, "principal", None),
        "theme": theme if theme in _THEMES else "",
        "notice": None,
        "here": "",
        "health": None,
    }
    return _ENVIRONMENT.get_template(template).render(shared | context)
