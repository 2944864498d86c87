"""What the pages remember of dear charts: for how long, for whom, and nothing for anybody else."""

import itertools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from streams.quarantine.store.model import Filter
from streams.review.remembered import KEPT_MAX_S, Remembered
from tests.support.review import HOUR_MS, NOW_MS, Filled, decision, envelope
from tests.support.reviewstand import person, stand


class Asked:
    """Answers that cost so much CPU time each, at a time that the test sets; each is another number."""

    def __init__(self, cost_s: float) -> None:
        self.now, self.cost_s, self.cpu_s, self.made = 0.0, cost_s, 0.0, 0
        self.kept = Remembered[int](lambda: self.now, lambda: self.cpu_s)

    def make(self) -> int:
        self.cpu_s += self.cost_s
        self.made += 1
        return self.made

    def get(self, key: object = "a") -> int:
        return self.kept.get(key, self.make)


@pytest.mark.parametrize(
    ("cost_s", "kept_s"), [(0.004, 0.0), (0.005, 0.1), (0.1, 2.0), (0.25, 5.0), (60.0, KEPT_MAX_S)]
)
def test_an_answer_is_kept_as_long_as_it_was_dear(cost_s: float, kept_s: float) -> None:
    """Twenty times its CPU time, five seconds at most; what costs little is made anew each time."""
    asked = Asked(cost_s)
    assert asked.get() == 1
    for now, wanted in ((kept_s * 0.99, 1 if kept_s else 2), (kept_s * 1.01 + 0.001, 2 if kept_s else 3)):
        asked.now = now
        assert asked.get() == wanted


def test_each_key_has_its_own_answer() -> None:
    """Nothing is shared between two keys, and of many the one that nobody asked for is forgotten."""
    asked = Asked(1.0)
    first = {number: asked.get(number) for number in range(128)}
    assert len(set(first.values())) == 128
    assert asked.get(0) == first[0]
    assert asked.get("one more") == 129
    assert asked.get(0) == first[0]
    assert asked.get(1) == 130
    assert len(asked.kept._answers) == 128


def test_cheap_answers_take_no_room() -> None:
    """Whoever asks for a thousand views that cost little drives no dear one out."""
    asked = Asked(1.0)
    dear = asked.get("dear")
    asked.cost_s = 0.001
    for number in range(1000):
        asked.get(number)
    assert asked.get("dear") == dear
    assert len(asked.kept._answers) == 1


def test_what_fails_is_kept_for_nobody() -> None:
    """Who asks next has an answer made, be the one before too old or none."""
    asked = Asked(1.0)

    def fail() -> int:
        raise ValueError("no answer")

    for wanted in (1, 2):
        asked.now += KEPT_MAX_S
        with pytest.raises(ValueError, match="no answer"):
            asked.kept.get("a", fail)
        assert asked.get() == wanted


def test_who_asks_meanwhile_waits_for_the_one_answer() -> None:
    """Many at once have a dear answer made once, while other keys wait for nobody."""
    asked, begun, go = Asked(1.0), threading.Event(), threading.Event()

    def slow() -> int:
        begun.set()
        assert go.wait(30)
        return asked.make()

    with ThreadPoolExecutor(20) as pool:
        first = pool.submit(asked.kept.get, "a", slow)
        assert begun.wait(30)
        others = [pool.submit(asked.get) for _ in range(19)]
        assert asked.get("b") == 1
        go.set()
        assert {one.result(30) for one in (first, *others)} == {2}


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Filled]:
    """Three records of team A and five of team B, all an hour old, and some bytes that are no envelope."""
    made = Filled(tmp_path)
    for topic, count in (("team-a.orders", 3), ("team-b.orders", 5)):
        made.records([envelope(number, topic=topic) for number in range(count)], seen_ms=NOW_MS - HOUR_MS)
    made.records(["no envelope: not JSON"] * 2, seen_ms=NOW_MS - HOUR_MS)
    made.events(decision(made.records([envelope(9, topic="team-c.orders")])))
    yield made
    made.store.close()


def looked(filled: Filled, kept: Remembered[Any]) -> Callable[..., str]:
    """What a page shows to somebody who sees these topics; everybody is served with the same memory."""

    def look(path: str, *topics: str, subject: str = "ann") -> str:
        who = person(subject=subject, topics=topics)
        app = stand(filled.store, who, charts=kept)  # type: ignore[arg-type]
        answer = TestClient(app, base_url="http://127.0.0.1").get(path)
        assert answer.status_code == 200
        return answer.text

    return look


@pytest.mark.parametrize("path", ["/", "/?text=email", "/?reason=residue&since=24h", "/groups/{group}"])
def test_no_team_sees_numbers_of_another_one(filled: Filled, path: str) -> None:
    """The same address in whatever order, with everything remembered for as long as can be: each scope its own."""
    groups = filled.store.groups(Filter()).rows
    path = path.format(group=next(row.fingerprint for row in groups if row.reason))
    look = looked(filled, Remembered(lambda: 0.0, itertools.count().__next__))
    scopes = {("team-a.*",): 3, ("team-b.*",): 5, ("team-a.*", "team-b.*"): 8, ("*",): 8}
    for topics, number in (*scopes.items(), *reversed(scopes.items())):
        text = look(path, *topics)
        said = {f"{count} records wait" for count in (3, 5, 8, 10) if f"{count} records wait" in text}
        assert said == {f"{number} records wait"}


def test_no_view_has_numbers_of_another_one(filled: Filled) -> None:
    """The same person, one view after the other and back: each its own, in whatever order its rows are sorted."""
    look = looked(filled, Remembered(lambda: 0.0, itertools.count().__next__))
    views = {"/": 8, "/?topic=team-a.orders": 3, "/?text=team-b": 5, "/?text=team-b&sort=newest": 5}
    for path, number in (*views.items(), *reversed(views.items())):
        assert f"{number} records wait" in look(path, "*")


def test_only_charts_are_remembered(filled: Filled) -> None:
    """After a decision the counts are of this moment, and the charts some seconds old at most."""
    clocks = [0.0]
    look = looked(filled, Remembered(lambda: clocks[0], itertools.count().__next__))
    assert "3 records wait" in look("/", "team-a.*")
    filled.events(decision(filled.records([envelope(3, topic="team-a.orders")])))
    filled.records([envelope(4, topic="team-a.orders")])
    text = look("/", "team-a.*")
    assert "3 records wait" in text
    assert "1 group holds 4 records" in text
    clocks[0] = KEPT_MAX_S
    assert "4 records wait" in look("/", "team-a.*")
