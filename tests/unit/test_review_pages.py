"""Pages over rows of the tests' own: what hostile content does to them, and what stands in addresses and titles."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from streams.quarantine.audit import AuditEvent
from streams.quarantine.store.model import Health, Progress
from streams.review.auth.login import LoginPage
from streams.review.auth.principal import Principal
from streams.review.pages import login_page
from streams.review.pages.rendering import ASSETS, asset_path
from tests.support.reviewstand import CSRF, Acts, Rows, group_row, history_item, person, record_view, stand

HOSTILE = "</code><script>alert(1)</script><img src=x onerror=alert(1)>\" onload='x'"
PATHS = ("/", "/records", "/audit", "/bulk", "/records/0/7", "/records/0/7/mask", "/records/0/7/reveal")


class Markup(HTMLParser):
    """Tags with their attributes, and the title."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.title = ""
        self._in_title = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        # The first one: charts have titles too.
        self._in_title = tag == "title" and not self.title

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data


class Reveals:
    """Nobody has asked for a look."""

    def requests(self, place: tuple[int, int]) -> list[Any]:
        return []


def client(rows: Rows, who: Principal | None = None, **services: Any) -> TestClient:
    app = stand(rows, who or person(), **{"trier": object(), "reveals": Reveals(), **services})
    return TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)


def rows_of(*views: Any) -> Rows:
    return Rows(list(views), [group_row(view) for view in views])


@pytest.fixture
def hostile() -> Rows:
    """A record whose every text is markup."""
    view = record_view(
        0, 7, preview=HOSTILE, status="claimed", actor=HOSTILE, problem=HOSTILE, job=HOSTILE, detectors=(HOSTILE,),
        preview_key=HOSTILE, preview_headers=(HOSTILE,), policy=HOSTILE, program=HOSTILE,
        history=(history_item(actor=HOSTILE, reason=HOSTILE, policy=HOSTILE),),
    )  # fmt: skip
    view = replace(view, row=replace(view.row, source=view.row.source.model_copy(update={"topic": HOSTILE})))
    return rows_of(view)


@pytest.mark.parametrize("path", [*PATHS, "/groups/{group}"])
def test_hostile_content_stays_text(path: str, hostile: Rows) -> None:
    """Whatever stands in a preview, name, topic or reason, it makes no element and no attribute of the page."""
    acts = Acts([AuditEvent(action="login", via="review", actor=HOSTILE[:200], reason=HOSTILE)])
    asked = client(hostile, person(subject=HOSTILE), looks=acts)
    page = asked.get(path.format(group=hostile.groups_[0].fingerprint))
    assert page.status_code == 200
    markup = Markup(page.text)
    assert [attrs.get("src", "") for tag, attrs in markup.tags if tag == "script"] == [asset_path("review.js")]
    assert not [tag for tag, _ in markup.tags if tag in {"img", "iframe", "style", "object", "embed"}]
    assert not [name for _, attrs in markup.tags for name in attrs if name.startswith("on") or name == "style"]
    assert "alert" not in markup.title


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_of_this_host_alone(path: str) -> None:
    """No page names another host, all forms carry their token, and nothing is kept by caches."""
    page = client(rows_of(record_view(0, 7))).get(path)
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert not re.findall(r"(?:src|href|action)=\"(?!/|#)[^\"]+", page.text)
    forms = [part for part in page.text.split("<form")[1:] if 'method="post"' in part.partition(">")[0]]
    assert all(f'name="csrf" value="{CSRF}"' in form for form in forms)


def test_titles_hold_coordinates_only() -> None:
    """A title says which record or group, and neither topic nor shape."""
    rows = rows_of(record_view(0, 7))
    asked = client(rows)
    titles = [Markup(asked.get(path).text).title for path in PATHS]
    assert titles[4] == "Record 0:7 · maskstream"
    assert not any("orders" in title or "x@x" in title for title in titles)


@pytest.mark.parametrize("typed", ["ann@example.com", "4711 0815", "Ann", "<b>"])
def test_what_is_typed_stays_out_of_addresses(typed: str) -> None:
    """Somebody may search for a value: it goes nowhere but to the form, and is not said back."""
    answer = client(rows_of(record_view(0, 7))).post("/find", data={"text": typed, "csrf": CSRF})
    assert answer.status_code == 200
    assert typed not in answer.text
    assert "Nothing here goes by this name." in answer.text


@pytest.mark.parametrize(
    ("typed", "view", "address"),
    [
        ("residue", "groups", "/?text=residue"),
        ("$.email", "groups", "/?text=%24.email"),
        ("orders residue", "records", "/records?text=orders+residue"),
        ("0:7", "groups", "/records/0/7"),
        ("orders/0/7", "groups", "/records/0/7"),
    ],
)
def test_names_are_found(typed: str, view: str, address: str) -> None:
    """Reasons and topics lead to a view, a place or coordinates to the record."""
    answer = client(rows_of(record_view(0, 7))).post("/find", data={"text": typed, "view": view, "csrf": CSRF})
    assert (answer.status_code, answer.headers["location"]) == (303, address)


def test_a_form_without_its_token_does_nothing() -> None:
    """Another site's form is refused, whatever it asks for."""
    answer = client(rows_of(record_view(0, 7))).post("/records/0/7/decide", data={"action": "release"})
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/records/0/8", "/groups/0000000000000000", "/records/0/x", "/records/-1/7"])
def test_what_is_not_there_has_one_answer(path: str) -> None:
    """A record that never was, one of another's topics and an address that is none look the same."""
    rows = rows_of(record_view(0, 7))
    answer = client(rows, person(topics=("other",))).get(path)
    hidden = client(rows, person(topics=("other",))).get("/records/0/7")
    assert answer.status_code == hidden.status_code == 404
    assert answer.text.partition("<main")[2] == hidden.text.partition("<main")[2]


def test_the_scope_of_a_person_is_in_every_question() -> None:
    """No page asks the store for more than the person's topics."""
    rows = rows_of(record_view(0, 7))
    asked = client(rows, person(topics=("orders",)))
    group = f"/groups/{rows.groups_[0].fingerprint}"
    for path in ("/", "/records", "/live", group, f"{group}/live", "/records/0/7", "/records/0/7/live"):
        assert asked.get(path).status_code == 200
    assert {wanted.topics for wanted in rows.asked} == {("orders",)}


def test_a_stranger_is_led_to_the_log_in() -> None:
    """Without a person there is no page, and a form is refused."""
    asked = TestClient(stand(rows_of(), None), base_url="http://127.0.0.1", follow_redirects=False)
    answer = asked.get("/records/0/7")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert asked.post("/bulk").status_code == 401


def test_a_viewer_sees_no_form_that_decides() -> None:
    """Whoever may only look is told what it takes, and gets no button."""
    page = client(rows_of(record_view(0, 7)), person("viewer")).get("/records/0/7").text
    assert "Deciding needs the role operator" in page
    assert "Needs the role revealer" in page
    assert 'action="/records/0/7/' not in page


@pytest.mark.parametrize("path", ["/records/0/7/mask", "/records/0/7/reveal"])
def test_a_viewer_gets_no_page_that_decides(path: str) -> None:
    """The pages behind those forms are refused too."""
    assert client(rows_of(record_view(0, 7)), person("viewer")).get(path).status_code == 403


def test_somebody_elses_claim_is_taken_over_first() -> None:
    """A record on which somebody else works has no release button, and says who it is."""
    view = record_view(0, 7, status="claimed", actor="ben")
    page = client(rows_of(view)).get("/records/0/7").text
    assert "ben works on it" in page
    assert "Take it over" in page
    assert 'value="release"' not in page


def test_foreign_bytes_are_shown_as_that() -> None:
    """What is no envelope has a page that says so, without a form and without content."""
    view = record_view(
        0, 7, id=None, source=None, reason=None, detectors=(), preview=None, problem="no envelope: not JSON",
        stage=None, sizes=None, sealed_to=None, policy=None, program=None,
    )  # fmt: skip
    rows = rows_of(view)
    page = client(rows).get("/records/0/7").text
    assert "no envelope: not JSON" in page
    assert 'value="release"' not in page
    assert client(rows).get(f"/groups/{rows.groups_[0].fingerprint}").status_code == 200


def test_a_view_that_is_being_built_says_how_far_it_is() -> None:
    """Nobody takes half a view for all of it."""
    rows = rows_of(record_view(0, 7))
    rows.health_ = Health(False, Progress(43, 100), 0)
    assert "43 % of both topics read" in client(rows).get("/").text


def test_live_counts_are_numbers() -> None:
    """What a page asks for again holds counts and states, and nothing else of a record."""
    rows = rows_of(record_view(0, 7))
    asked = client(rows)
    group = rows.groups_[0].fingerprint
    assert asked.get("/live").json()["groups"] == {group: {"records": "1", "last_hour": "1"}}
    assert asked.get("/records/0/7/live").json() == {"state": "open"}


def test_assets_are_kept_for_ever_and_nothing_else_is() -> None:
    """An asset's path changes with its content, and no other file is served."""
    asked = client(rows_of())
    for name in ASSETS:
        assert asked.get(asset_path(name)).headers["cache-control"] == "public, max-age=31536000, immutable"
    assert asked.get("/static/x/..%2f..%2f__init__.py").status_code == 404


@pytest.mark.parametrize(("back", "path"), [("/records/0/7", "/records/0/7"), ("//evil.example/x", "/"), ("", "/")])
def test_the_theme_leads_back_to_a_page_of_ours(back: str, path: str) -> None:
    """Dark or light is kept in a cookie, and nobody is led to another host by it."""
    answer = client(rows_of()).post("/theme", data={"theme": "dark", "back": back, "csrf": CSRF})
    assert answer.headers["location"] == path
    assert answer.headers["set-cookie"].startswith("theme=dark; Max-Age=31536000; Path=/; SameSite=strict")


def test_a_theme_that_is_none_is_not_shown() -> None:
    """A cookie of somebody else's making stays out of the page."""
    asked = client(rows_of())
    asked.cookies.set("theme", '"><script>')
    assert "data-theme=" not in asked.get("/").text.partition("<body")[0]


def test_the_log_in_page_says_what_went_wrong() -> None:
    """It has a link or a form, and a sentence."""
    request = Request({"type": "http", "method": "GET", "path": "/login", "headers": [], "query_string": b""})
    text = login_page(request, LoginPage(True, False, False, "/", "/login/start", "Try again."))
    assert 'href="/login/start"' in text
    assert "Try again." in text
