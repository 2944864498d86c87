"""An application behind the gate for tests of the gate: a few routes for each role, and what was written down."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Form, Request
from starlette.testclient import TestClient

from streams.quarantine.audit import AuditEvent
from streams.review.auth.access import Access, open_access
from streams.review.auth.dependencies import csrf_token, operator, revealer, revealing, viewer
from streams.review.auth.install import install
from streams.review.auth.principal import Principal
from streams.settings import Settings, load
from tests.support.oidc import AUDIENCE, CLIENT, Issuer

__all__ = ["BROWSER", "House", "browser", "house", "settings_of"]

#: What a browser says when a page of the same origin sends a form.
BROWSER = {"sec-fetch-site": "same-origin", "origin": "null"}


class House:
    """The application, what lets people in, and the events that were written."""

    def __init__(self, settings: Settings) -> None:
        self.events: list[AuditEvent] = []
        self.fails: Exception | None = None
        self.access: Access = open_access(settings, self._write)
        self.app = application(self.access)

    def client(self, address: str = "127.0.0.1", base_url: str = "http://localhost:8464") -> TestClient:
        """A client that follows no redirects; a program, not a browser."""
        return TestClient(self.app, base_url=base_url, follow_redirects=False, client=(address, 4711))

    def written(self) -> list[tuple[str, str, str | None]]:
        """Action, actor and problem of each event, the notes included."""
        self.access.notes.close()
        return [(event.action, event.actor, event.problem) for event in self.events]

    def _write(self, event: AuditEvent) -> None:
        if self.fails is not None:
            raise self.fails
        self.events.append(event)


def settings_of(folder: Path, issuer: Issuer | None = None, **settings: str) -> Settings:
    """Settings of a review that this issuer lets people into, with log-in by it; of development without one."""
    own = {"REVIEW_SESSION_KEY": str(secret(folder / "session.key")), "STATE_DIR": str(folder / "state")}
    if issuer is None:
        own["REVIEW_DEV_SECRET"] = str(secret(folder / "dev.secret"))
    else:
        own |= {"REVIEW_ISSUER": issuer.url, "REVIEW_AUDIENCE": AUDIENCE, "REVIEW_CLIENT_ID": CLIENT}
    return load(environ={f"MASKSTREAM_{name}": value for name, value in (own | settings).items()})


def secret(path: Path, content: str | None = None) -> Path:
    """A file with a secret of its own name, or with this one."""
    if content is not None or not path.exists():
        path.touch(mode=0o600)
        path.write_text(content or f"{path.name}-{'x' * 40}\n")
    return path


@contextmanager
def house(settings: Settings) -> Iterator[House]:
    """The application, with its threads and connections closed behind it."""
    made = House(settings)
    try:
        yield made
    finally:
        made.access.close()


def browser(made: House, **options: Any) -> TestClient:
    """A client that says of itself what a browser does."""
    client = made.client(**options)
    client.headers.update({"accept": "text/html", "sec-fetch-site": "none"})
    return client


def application(access: Access) -> FastAPI:
    app = FastAPI()

    @app.get("/livez")
    def livez() -> str:
        return "alive"

    @app.get("/static/page.css")
    def style() -> str:
        return ""

    @app.get("/see")
    def see(person: Annotated[Principal, Depends(viewer)], request: Request) -> dict[str, Any]:
        return {
            "subject": person.subject, "roles": sorted(person.roles), "topics": person.topics, "via": person.via,
            "csrf": csrf_token(request),
        }  # fmt: skip

    @app.post("/decide")
    def decide(person: Annotated[Principal, Depends(operator)], reason: Annotated[str, Form()] = "") -> str:
        return f"{person.subject} {reason}"

    @app.post("/json")
    def json_body(body: dict[str, Any], person: Annotated[Principal, Depends(operator)]) -> int:
        return len(json.dumps(body)) * bool(person.subject)

    @app.get("/original")
    def original(person: Annotated[Principal, Depends(revealer)]) -> str:
        return person.subject

    @app.post("/reveal")
    def reveal(person: Annotated[Principal, Depends(revealing)]) -> str:
        return person.subject

    @app.get("/fails")
    def fails() -> str:
        raise ValueError("a canary in an exception")

    @app.get("/open")
    def open_by_mistake() -> str:
        return "a route that forgot to ask"

    install(app, access)
    return app
