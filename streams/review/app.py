"""The application put together: gate, pages, API, probes; everything is denied that is not a route here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import anyio.to_thread
from fastapi import FastAPI

from streams import __version__
from streams.review import probes
from streams.review.api.problems import install as install_problems
from streams.review.api.routes import PREFIX, api_router
from streams.review.auth.access import Access
from streams.review.auth.install import install as install_gate
from streams.review.measured import Measured
from streams.review.pages import login_page, pages_router
from streams.review.services import Services

__all__ = ["create_app"]

#: Routes run in threads, and some wait for Kafka: in an outage these must not keep the others from answering.
_THREADS: Final = 100

_ABOUT: Final = (
    "Quarantined records of maskstream: why they are there, what can be done, and doing it. Bearer tokens; what is not "
    "in your scope is not there. Nothing but the answer to a reveal ever holds a value of a log."
)


def create_app(services: Services, access: Access) -> FastAPI:
    """The ASGI application; `services` are at `app.state.services`."""
    app = FastAPI(
        title="maskstream review",
        version=__version__,
        description=_ABOUT,
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        # A path with a slash too many is another path: a redirect would put it into a header.
        redirect_slashes=False,
    )
    app.state.services = services
    install_problems(app)
    app.include_router(probes.router)
    app.include_router(api_router)
    app.include_router(pages_router)
    app.state.login_page = login_page
    _describe(app)
    app.add_middleware(Measured, metrics=services.metrics)
    install_gate(app, access)
    # FastAPI builds the models of included routes when they are first asked for: now, and not in somebody's request.
    app.openapi()
    return app


@asynccontextmanager
async def _lifespan(_app: FastAPI) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
    yield


def _describe(app: FastAPI) -> None:
    """The OpenAPI document names problems and how to get in."""
    made = app.openapi

    def described() -> dict[str, object]:
        document = made()
        components = document.setdefault("components", {})
        components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
        document["security"] = [{"bearer": []}]
        return document

    app.openapi = described  # type: ignore[method-assign]
