"""The pages of `maskstream review` as people start it: what each costs alone, and 20 viewers while records come.

All of it goes over HTTP on loopback; CPU seconds and memory are those of the process that serves. Viewers are threads
of the bench, the inflow is a process of its own.
"""

import random
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx2
import psutil

from tests.bench.figures import Figure, median_of
from tests.bench.review_records import PARTITIONS, inflow
from tests.support.reviewapp import token
from tests.support.reviewing import Review

__all__ = ["page_figures"]

VIEWERS = 20
#: Seconds from one look of a viewer to the next: somebody who reads, and somebody who hardly does.
PACES: Mapping[str, float] = {"a look each 2 s": 2.0, "5 looks each 2 s": 0.4}
LOAD_S = 30.0
IDLE_S = 5.0
#: Requests of one sample: the system counts CPU time in hundredths of a second.
REQUESTS = 20
_BUILD_S = 1_800.0
_ANSWER_S = 60.0

#: Makes the address of a page; by dice where there are many such.
Address = Callable[[random.Random], str]
#: Milliseconds of all looks, by page.
Looks = dict[str, list[float]]


class _Served:
    """The process that serves the pages."""

    def __init__(self, review: Review, pid: int) -> None:
        self.base = f"http://127.0.0.1:{review.port}"
        self._process = psutil.Process(pid)

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.base}/readyz", timeout=_ANSWER_S):
                return True
        except (urllib.error.URLError, OSError):
            return False

    def browser(self, number: int) -> httpx2.Client:
        """Somebody who has logged in by the form of the log-in page."""
        client = httpx2.Client(base_url=self.base, headers={"Origin": self.base}, timeout=_ANSWER_S)
        given = {"token": token("viewer", "operator", subject=f"viewer-{number}"), "next": "/"}
        client.post("/login", data=given).raise_for_status()
        return client

    def cpu_s(self) -> float:
        spent = self._process.cpu_times()
        return float(spent.user + spent.system)

    def memory_mb(self) -> float:
        return float(self._process.memory_info().rss / 1e6)

    def highest_mb(self) -> float:
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6


def page_figures(review: Review, records: int, repeats: int) -> list[Figure]:
    """All figures of the pages, over a quarantine that holds at least so many records."""
    _say("The review builds a view of its own ...")
    with review.command() as process:
        served = _Served(review, process.pid)
        figures = _started(served, process.poll)
        with closing(served.browser(0)) as browser:
            addresses = _addresses(browser, records)
            _say("Each page alone ...")
            figures += _alone(served, browser, addresses, repeats)
        for number, pace in enumerate(PACES, 1):
            _say(f"{VIEWERS} viewers, {pace}, while records come ...")
            with inflow(review.bootstrap, f"{review.raw}.quarantine", first=records + 1_000_000 * number):
                figures += _loaded(served, addresses, pace)
        return [*figures, _one("highest resident memory of the review", "MB", served.highest_mb(), digits=0)]


def _started(served: _Served, ended: Callable[[], object]) -> list[Figure]:
    """Until its view is up to date, and then with nobody there."""
    begin = time.monotonic()
    while not served.ready():
        if ended() is not None or time.monotonic() > begin + _BUILD_S:
            raise SystemExit("The review did not come to be ready: look at what it says with `maskstream review`.")
        time.sleep(0.2)
    took, cpu = time.monotonic() - begin, served.cpu_s()
    time.sleep(IDLE_S)
    return [
        _one("the review until it is ready", "s", took, digits=0),
        _one("the same", "CPU-s", cpu, digits=0),
        _one("resident memory of the review when it is ready", "MB", served.memory_mb(), digits=0),
        _one("nobody looks: CPU seconds a second", "", (served.cpu_s() - cpu) / IDLE_S, digits=3),
    ]


def _addresses(browser: httpx2.Client, records: int) -> dict[str, Address]:
    """Pages by name; groups and records are others each time, so that nothing remembered helps."""
    groups = list(_look(browser, "/live").json()["groups"])
    return {
        "inbox": lambda _: "/",
        "inbox of a topic, last day": lambda _: "/?topic=orders&since=24h",
        "inbox, searched for a detector": lambda _: "/?text=email",
        "newest records": lambda _: "/records",
        "a group": lambda dice: f"/groups/{dice.choice(groups)}",
        "a record": lambda dice: f"/records/{dice.randrange(PARTITIONS)}/{dice.randrange(records // PARTITIONS)}",
        "live counts": lambda _: "/live",
    }


def _alone(served: _Served, browser: httpx2.Client, addresses: Mapping[str, Address], repeats: int) -> list[Figure]:
    """Each page with nobody else there and nothing coming."""
    dice, figures = random.Random(1), []
    for name, address in addresses.items():
        size = len(_look(browser, address(dice)).content)
        samples = [_cpu_ms(served, browser, [address(dice) for _ in range(REQUESTS)]) for _ in range(repeats)]
        figures += [
            median_of(f"{name}, alone", "CPU-ms", samples, digits=1),
            _one(f"{name}, size", "kB", size / 1000, digits=1),
        ]
    return figures


def _cpu_ms(served: _Served, browser: httpx2.Client, paths: list[str]) -> float:
    """What one request costs the process that serves."""
    begin = served.cpu_s()
    for path in paths:
        _look(browser, path)
    return (served.cpu_s() - begin) / len(paths) * 1000


def _loaded(served: _Served, addresses: Mapping[str, Address], pace: str) -> list[Figure]:
    """Viewers who look at one page after the other while records come."""
    browsers = [served.browser(number) for number in range(VIEWERS)]
    before, begin, cpu = _total(browsers[0]), time.monotonic(), served.cpu_s()
    with ThreadPoolExecutor(VIEWERS) as pool:
        views = [
            pool.submit(_viewer, browser, addresses, PACES[pace], number) for number, browser in enumerate(browsers)
        ]
        seen = [view.result() for view in views]
    took, cpu = time.monotonic() - begin, served.cpu_s() - cpu
    came, looks = _total(browsers[0]) - before, {name: [ms for one in seen for ms in one[name]] for name in addresses}
    for browser in browsers:
        browser.close()
    told = f"{VIEWERS} viewers, {pace}"
    return [
        *(figure for name, samples in looks.items() for figure in _by_clock(f"{told}: {name}", samples)),
        _one(f"{told}: looks a second", "", sum(map(len, looks.values())) / took, digits=1),
        _one(f"{told}: records that came into the view a second", "", came / took, digits=0),
        _one(f"{told}: CPU seconds a second", "", cpu / took),
        _one(f"{told}: resident memory", "MB", served.memory_mb(), digits=0),
    ]


def _viewer(browser: httpx2.Client, addresses: Mapping[str, Address], pause_s: float, number: int) -> Looks:
    """One viewer's looks; whoever waits longer than the pause looks again at once."""
    dice, looks, names = random.Random(number), Looks({name: [] for name in addresses}), list(addresses)
    stop, due, turn = time.monotonic() + LOAD_S, time.monotonic() + dice.random() * pause_s, number
    while due < stop:
        time.sleep(max(0.0, due - time.monotonic()))
        name = names[turn % len(names)]
        begin = time.monotonic()
        _look(browser, addresses[name](dice))
        looks[name].append((time.monotonic() - begin) * 1000)
        due, turn = max(due + pause_s, time.monotonic()), turn + 1
    return looks


def _by_clock(name: str, samples: list[float]) -> list[Figure]:
    ordered = sorted(samples)
    return [
        median_of(name, "ms", ordered, digits=0),
        _one(f"{name}, 95 of 100", "ms", ordered[len(ordered) * 95 // 100], digits=0),
    ]


def _look(browser: httpx2.Client, path: str) -> httpx2.Response:
    """What is shown there; whatever is no page ends the bench, since it would be a fast one."""
    answer = browser.get(path)
    if answer.status_code != httpx2.codes.OK:
        raise SystemExit(f"The review answered {path} with {answer.status_code}, so there is nothing to measure.")
    return answer


def _total(browser: httpx2.Client) -> int:
    return int(_look(browser, "/api/v1/stats").json()["counts"]["total"])


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def _one(name: str, unit: str, value: float, **more: object) -> Figure:
    return median_of(name, unit, [value], **more)
