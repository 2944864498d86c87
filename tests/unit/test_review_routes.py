"""Every route of the application, whatever it is: asked by strangers, without a role, and by a form of another site."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from streams.review.auth.principal import ALL_TOPICS, Principal
from tests.support.reviewapp import Desk

#: Where somebody may go who is nobody yet.
_OPEN = {
    "/livez",
    "/readyz",
    "/login",
    "/login/start",
    "/login/callback",
    "/login/once/{code}",
    "/static/{version}/{name}",
}
_PARTS = {"partition": "0", "offset": "0", "action": "claim", "fingerprint": "0" * 16}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path, patient=True)
    made.canaries()
    yield made
    made.close()


def routes(desk: Desk) -> list[tuple[str, str]]:
    """Method and template of each, however deep they are included."""
    found: list[tuple[str, str]] = []

    def take(every: Any, prefix: str = "") -> None:
        for route in every:
            path = prefix + getattr(route, "path", "")
            inner = getattr(route, "routes", None) or getattr(getattr(route, "original_router", None), "routes", None)
            if inner:
                take(inner, prefix + getattr(getattr(route, "include_context", None), "prefix", ""))
            else:
                found.extend((method, path) for method in sorted(getattr(route, "methods", None) or ()))

    take(desk.app.routes)
    return found


def address(template: str) -> str:
    return re.sub(r"\{(\w+)[^}]*\}", lambda match: _PARTS.get(match[1], str(uuid4())), template)


def session(desk: Desk, *roles: Any, **headers: str) -> TestClient:
    """A browser that is logged in, on a page of ours."""
    person = Principal("ann@example.com", frozenset(roles), ALL_TOPICS, "t", "session")
    text, _ = desk.access.sessions.begin(person)
    cookie = {"Cookie": f"{desk.access.site.session.name}={text}"}
    same = {"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1"}
    return TestClient(
        desk.app, base_url="http://127.0.0.1", headers={**cookie, **same, **headers}, follow_redirects=False,
        client=("192.0.2.7", 4711), raise_server_exceptions=False,
    )  # fmt: skip


def test_every_route_is_shut_for_strangers(desk: Desk) -> None:
    """None was forgotten, the API's document and what only frameworks add included."""
    found = routes(desk)
    assert len(found) > 40
    stranger = desk.client()
    for method, template in found:
        if template in _OPEN:
            continue
        headers = {"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1"}
        answer = stranger.request(method, address(template), headers=headers)
        assert answer.status_code == 401, (method, template)


def test_every_form_needs_the_token_of_its_session(desk: Desk) -> None:
    """Who holds every role changes nothing by a request that another site's page could send."""
    everybody = session(desk, "viewer", "operator", "revealer")
    other = session(desk, "viewer", "operator", "revealer", **{"Sec-Fetch-Site": "cross-site"})
    changing = [(method, path) for method, path in routes(desk) if method not in {"GET", "HEAD", "OPTIONS"}]
    assert len(changing) > 15
    for method, template in changing:
        if template == "/login":
            continue
        for asked in (everybody, other):
            answer = asked.request(method, address(template), data={"reason": "INC-7"})
            assert answer.status_code == 403, (method, template)
    assert desk.audited == []


def test_no_role_is_no_way_in(desk: Desk) -> None:
    """A session without a role of ours sees nothing, on any route; the API's document tells what everybody has."""
    nobody = session(desk)
    for method, template in routes(desk):
        if template not in {*_OPEN, "/logout", "/api/v1/openapi.json"}:
            assert nobody.request(method, address(template)).status_code in {403, 404}, (method, template)
