"""Log-in with a real browser at a provider of another site: what SameSite, redirects and forms really do."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser

from streams.review.auth.devtoken import make_dev_token
from streams.review.auth.once import mint_once
from tests.support.access import House, house, settings_of
from tests.support.oidc import Issuer

pytestmark = pytest.mark.xdist_group("review-pages")

DEADLINE_S = 30.0


@contextmanager
def served(made: House) -> Iterator[str]:
    """The application on a free port; the address is of localhost, another site than 127.0.0.1."""
    config = uvicorn.Config(made.app, host="127.0.0.1", port=0, access_log=False, log_config=None, server_header=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + DEADLINE_S
    while not server.started and time.monotonic() < deadline:
        thread.join(0.02)
    try:
        yield f"http://localhost:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(DEADLINE_S)


def cookies_of(context: Any) -> dict[str, dict[str, Any]]:
    return {cookie["name"]: cookie for cookie in context.cookies()}


def test_browser_logs_in_at_the_provider_and_out(chromium: Browser, tmp_path: Path) -> None:
    """From a page to the provider's site and back to that page, by a strict cookie, at the first try; and out again."""
    with Issuer() as issuer, house(settings_of(tmp_path, issuer)) as made, served(made) as address:
        issuer.asks = True
        context = chromium.new_context()
        page = context.new_page()
        page.goto(f"{address}/see")
        assert page.url == f"{address}/login?next=/see"
        page.click("text=Log in")
        assert page.url.startswith(issuer.url)
        page.click("text=Log in as ann")
        page.wait_for_url(f"{address}/see")
        assert '"via":"session"' in page.content()
        cookie = cookies_of(context)["maskstream-session"]
        assert (cookie["sameSite"], cookie["httpOnly"], cookie["path"]) == ("Strict", True, "/")
        assert "maskstream-login" not in cookies_of(context)
        csrf = page.content().split('"csrf":"')[1].split('"')[0]
        form = (
            f'<form method=post action="{address}/logout"><input name=csrf value="{csrf}"><button>Out</button></form>'
        )
        page.route(f"{address}/static/form", lambda route: route.fulfill(content_type="text/html", body=form))
        page.goto(f"{address}/static/form")
        page.click("text=Out")
        assert page.url == f"{address}/login"
        assert "maskstream-session" not in cookies_of(context)


def test_browser_does_not_act_for_another_site(chromium: Browser, tmp_path: Path) -> None:
    """A form on a foreign page, sent with a person's session in the browser, changes nothing."""
    with house(settings_of(tmp_path)) as made, served(made) as address:
        code = mint_once(made.access.settings.state_dir, "ann", ("operator",))
        context = chromium.new_context()
        page = context.new_page()
        page.goto(f"{address}/login/once/{code}")
        page.wait_for_url(f"{address}/")
        page.goto(f"{address}/see")
        csrf = page.content().split('"csrf":"')[1].split('"')[0]
        form = f'<form method=post action="{address}/decide"><input name=csrf value="{csrf}"><button>Go</button></form>'
        page.route("http://127.0.0.1:1/", lambda route: route.fulfill(content_type="text/html", body=form))
        page.goto("http://127.0.0.1:1/")
        with page.expect_response("**/decide") as answered:
            page.click("text=Go")
        assert answered.value.status == 403
        page.goto(f"{address}/login/once/{code}")
        assert "Log in first." in page.content() or "used already" in page.content()


def test_browser_logs_in_by_a_pasted_token(chromium: Browser, tmp_path: Path) -> None:
    """In development the form takes a token, and no address of the way ever held it."""
    with house(settings_of(tmp_path)) as made, served(made) as address:
        page = chromium.new_context().new_page()
        addresses: list[str] = []
        page.on("request", lambda request: addresses.append(request.url))
        token = make_dev_token(made.access.settings, "ann", ["viewer"], None, 600)
        page.goto(f"{address}/see")
        page.fill("input[name=token]", token)
        page.click("button")
        page.wait_for_url(f"{address}/see")
        assert '"subject":"ann"' in page.content()
        assert not any(token in one for one in addresses)
