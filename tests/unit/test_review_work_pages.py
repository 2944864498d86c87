"""Pages of what takes long or is looked at once: bulk work, looks at originals, and a service without its key."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from streams.errors import RunError
from streams.quarantine.bulk import BulkControl, BulkReport
from streams.quarantine.fold import ACTIONABLE
from streams.quarantine.payload import Payload
from streams.review.auth.dependencies import revealing
from streams.review.reveals import ApprovalNeededError, Request, Shown
from streams.review.runs import Run, Runs
from streams.settings import Settings
from tests.support.reviewstand import CSRF, Rows, group_row, person, record_view, stand

FORM = {"csrf": CSRF}


class Metrics:
    """Counts nothing."""

    def revealed(self, outcome: str) -> None:
        pass

    def decided(self, action: str, done: int, lost: int) -> None:
        pass


class Policies:
    """One in use."""

    version = "p1"


class Reveals:
    """Shows one payload, or raises."""

    def __init__(self, payload: Payload | None = None, error: Exception | None = None) -> None:
        self.payload, self.error = payload, error
        self.asked: list[tuple[str, str]] = []
        self.open: list[Request] = []

    def reveal(self, asked: Any, place: tuple[int, int], reason: str) -> Shown:
        del place
        self.asked.append((asked.who.subject, reason))
        if self.error or self.payload is None:
            raise self.error or RunError("nothing")
        return Shown(self.payload, datetime.now(UTC) + timedelta(seconds=60))

    def ask(self, asked: Any, place: tuple[int, int], reason: str) -> Request:
        del place
        self.open.append(Request(uuid4(), asked.who.subject, reason, None, datetime.now(UTC) + timedelta(minutes=15)))
        return self.open[-1]

    def approve(self, asked: Any, place: tuple[int, int], request: UUID) -> Request:
        del place
        self.open = [one for one in self.open if one.id != request]
        return Request(request, "ann", "x", asked.who.subject, datetime.now(UTC))

    def requests(self, place: tuple[int, int]) -> list[Request]:
        del place
        return self.open


def app(reveals: Reveals | None = None, **more: Any) -> FastAPI:
    view = record_view(0, 7)
    who = more.pop("who", person())
    rows = more.pop("rows", None) or Rows([view], [group_row(view)])
    given = {"metrics": Metrics(), "policies": Policies(), "audit": lambda _: None, **more}
    made = stand(rows, who, reveals=reveals, **given)
    made.dependency_overrides[revealing] = lambda: who
    return made


def client(made: FastAPI) -> TestClient:
    return TestClient(made, base_url="http://127.0.0.1", follow_redirects=False)


def shown(payload: Payload) -> Any:
    return client(app(Reveals(payload))).post("/records/0/7/reveal", data=FORM | {"why": "ticket 7"})


def test_an_original_ends_by_itself() -> None:
    """The answer leaves the page after its time, and tells the browser to forget; its form is not there again."""
    answer = shown(Payload(b"key", [("h", b"head")], b"original"))
    assert answer.headers["refresh"] == "60; url=/records/0/7"
    assert answer.headers["clear-site-data"] == '"cache"'
    assert answer.headers["cache-control"] == "no-store"
    assert all(f">{part}</pre>" in answer.text for part in ("original", "key", "head"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("ann\u202egro.x".encode(), "ann\\u202egro.x"),
        (b"\x1b[31mred", "\\x1b[31mred"),
        (b"caf\xff", "caf\\xff"),
        (b"a\tb\nc", "a\tb\nc"),
    ],
)
def test_an_original_is_text_and_nothing_else(value: bytes, text: str) -> None:
    """Whatever the record holds, it neither makes elements nor turns the line around; bytes are written out."""
    assert f">{text}</pre>" in shown(Payload(None, None, value)).text


def test_a_large_original_is_cut_and_says_so() -> None:
    """A megabyte does not become a page, and a character is not cut in two."""
    text = shown(Payload(None, None, "é".encode() * 100_000)).text
    assert "the first 64 of 195 KiB" in text
    assert text.count("é") == 32 * 1024


def test_what_does_not_open_says_why() -> None:
    """An original that is not shown leaves the reason in words, and the page without anything of it."""
    answer = client(app(Reveals(error=RunError("The payload is sealed to another key.")))).post(
        "/records/0/7/reveal", data=FORM | {"why": "ticket 7"}
    )
    assert answer.status_code == 503
    assert "sealed to another key" in answer.text
    assert "data-original" not in answer.text


def test_four_eyes_are_two_peoples() -> None:
    """Where a second person has to approve, the first look becomes a request, which the other one sees and approves."""
    settings = Settings(bootstrap_servers="127.0.0.1:9", review_four_eyes=True)
    reveals = Reveals(error=ApprovalNeededError())
    ann = client(app(reveals, settings=settings))
    assert ann.post("/records/0/7/reveal", data=FORM | {"why": "ticket 7"}).status_code == 303
    assert "waits for a second revealer" in ann.get("/records/0/7/reveal").text
    ben = client(app(reveals, settings=settings, who=person(subject="ben")))
    page = ben.get("/records/0/7/reveal").text
    assert "ann wants to look" in page
    assert "ticket 7" in page
    request = reveals.open[0].id
    assert ben.post(f"/records/0/7/approve/{request}", data=FORM).status_code == 303
    assert reveals.open == []


def test_a_service_without_the_key_says_so() -> None:
    """Nothing can be tried or shown, everything else can be looked at."""
    asked = client(app())
    assert asked.get("/records/0/7").status_code == 200
    assert 'action="/records/0/7/try"' not in asked.get("/records/0/7").text
    for path, form in (("/records/0/7/reveal", {"why": "ticket"}), ("/records/0/7/mask", {"piece": "10-13"})):
        answer = asked.post(path, data=FORM | form)
        assert answer.status_code == 503
        assert "no private key" in answer.text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({}, "Nothing is chosen"),
        ({"paths": "body.name"}, "A field is named by its path"),
        ({"paths": "\n".join(f"$.a{number}" for number in range(101))}, "At most 100"),
        ({"piece": "9-3"}, "Nothing is chosen"),
        ({"span": "x"}, "Nothing is chosen"),
    ],
)
def test_a_choice_that_is_none_is_told(form: dict[str, str], said: str) -> None:
    """What cannot be hidden is said, and what was typed is still there."""
    answer = client(app(Reveals(), trier=object())).post("/records/0/7/mask", data=FORM | form)
    assert answer.status_code == 422
    assert said in answer.text


class Working:
    """A bulk decision that goes on until it is told to end."""

    def __init__(self) -> None:
        self.runs = Runs()
        self.ended = threading.Event()
        self.control = BulkControl(
            BulkReport(uuid4(), "release", 10_000, done=4_000, lost=2, lost_to=(("released", 2),))
        )

    def start(self) -> Run:
        return self.runs.start("bulk", "ann", self.control, lambda: self.ended.wait(30), self.control.report.bulk)


@pytest.fixture
def working() -> Iterator[Working]:
    made = Working()
    yield made
    made.ended.set()
    made.runs.close()


def test_bulk_work_shows_how_far_it_is_and_is_cancelled(working: Working) -> None:
    """Numbers, a bar and a button that stops it; who lost is told by the state that was found."""
    run = working.start()
    asked = client(app(runs=working.runs))
    page = asked.get(f"/bulk/{run.id}").text
    assert '<progress max="10000" value="4002"' in page
    assert "4 000 of 10 000 records done; 2 lost" in page.replace("\u00a0", " ")
    assert "Lost ones were released (2)" in page
    assert asked.get(f"/bulk/{run.id}/live").json()["progress"] == 4_002
    assert "under way" in asked.get("/bulk").text
    working.ended.set()
    assert asked.post(f"/bulk/{run.id}/cancel", data=FORM).status_code == 303
    assert working.control.cancelled


def test_bulk_work_is_its_owners(working: Working) -> None:
    """Another person neither sees it nor stops it."""
    run = working.start()
    ben = client(app(runs=working.runs, who=person(subject="ben")))
    assert ben.get(f"/bulk/{run.id}").status_code == 404
    assert ben.post(f"/bulk/{run.id}/cancel", data=FORM).status_code == 404
    assert not working.control.cancelled
    assert "No bulk work yet" in ben.get("/bulk").text


def test_many_are_asked_for_once_more() -> None:
    """The page before says how many and which, and carries the number that the person saw."""
    page = client(app()).post("/bulk/ask", data=FORM | {"action": "discard", "reason": "residue"}).text
    assert "Discard 1 record?" in page
    assert '<input type="hidden" name="seen" value="1">' in page
    assert '<input type="hidden" name="reason" value="residue">' in page


def test_many_are_those_that_were_seen(working: Working) -> None:
    """The view is decided on as it was shown: its reason narrows it, whatever is said as a reason for doing so."""
    view = record_view(0, 7)
    rows = Rows([view], [group_row(view)])
    asked = client(app(rows=rows, runs=working.runs))
    form = FORM | {"action": "discard", "reason": "residue", "text": "orders", "seen": "1", "why": "ticket 7"}
    assert asked.post("/bulk", data=form).status_code == 303
    meant = rows.asked[-1]
    assert (meant.reason, meant.text, meant.status) == ("residue", "orders", ACTIONABLE)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"seen": "0", "why": "x"}, "more than the 0 that you saw"),
        ({"why": "x"}, "more than the 0 that you saw"),
        ({"seen": "1"}, "Records are discarded for a reason"),
        ({"seen": "1", "why": "x", "status": "expired"}, "Nothing in this view needs"),
        ({"seen": "1", "why": "x", "status": "asked"}, "Nothing in this view needs"),
    ],
)
def test_many_are_not_decided_on_by_mistake(form: dict[str, str], said: str, working: Working) -> None:
    """More than were seen, no reason, or a view in which nobody can decide: nothing is done, and it is said."""
    answer = client(app(runs=working.runs)).post("/bulk", data=FORM | {"action": "discard"} | form)
    assert answer.status_code == 422
    assert said in answer.text
    assert working.runs.all("ann") == []
