"""`make bench-review`: a million quarantined records: the view built, asked, decided on, and the pages with viewers.

    python -m tests.bench.review_store [--records 1000000] [--repeats 7] [--json FILE]

A real broker holds the records; the store runs in a process of its own, whose CPU seconds and memory are told, and then
the whole service does.
"""

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from confluent_kafka import Producer

from streams.quarantine.decisions import Decision, encode_event
from streams.quarantine.fold import ACTIONABLE
from streams.quarantine.store.model import Filter
from streams.quarantine.store.store import ReviewStore
from streams.settings import Settings
from tests.bench.figures import Figure, median_of, show, write_json
from tests.bench.review_pages import page_figures
from tests.bench.review_records import DAY_MS, PARTITIONS, SPREAD_MS, envelopes, feed, produce
from tests.support.kafka import KafkaBroker
from tests.support.reviewing import Review

__all__: list[str] = []

VIEWERS = 20
THINK_S = 2.0
LOAD_S = 20.0
WAITING = Filter(status=ACTIONABLE)


def main() -> None:
    asked = _arguments()
    if asked.child:
        _child(Settings.model_validate_json(asked.child), asked.repeats)
        return
    broker = KafkaBroker()
    broker.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            figures = _measured(broker, Path(folder), asked)
    finally:
        broker.close()
    show(figures)
    if asked.json:
        write_json(figures, asked.json)


def _measured(broker: KafkaBroker, folder: Path, asked: argparse.Namespace) -> list[Figure]:
    review, values = Review(broker, folder, PARTITIONS, days=30), envelopes()
    size = produce(review.bootstrap, f"{review.raw}.quarantine", values, asked.records)
    sys.stdout.write(f"{asked.records:,} records, {size / asked.records:,.0f} bytes each\n")
    sys.stdout.flush()
    return [*_of_store(review, values, asked), *page_figures(review, asked.records, asked.repeats)]


def _of_store(review: Review, values: Iterator[bytes], asked: argparse.Namespace) -> list[Figure]:
    topics = {f"{role}_topic": f"{review.raw}.{role}" for role in ("quarantine", "decisions")}
    settings = json.dumps({
        "bootstrap_servers": review.bootstrap, "state_dir": str(review.folder / "store"), **topics
    })  # fmt: skip
    command = [sys.executable, "-m", "tests.bench.review_store", "--child", settings, "--repeats", str(asked.repeats)]
    stop = threading.Event()
    feeding = (review.bootstrap, f"{review.raw}.quarantine", values, stop)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if line == "load\n":
                threading.Thread(target=feed, args=feeding, daemon=True).start()
            if line == "loaded\n":
                stop.set()
            if line.startswith("{"):
                return [Figure(**{**row, "samples": tuple(row["samples"])}) for row in json.loads(line)["figures"]]
    raise SystemExit("The store's process ended without figures: look at what it said above.")


def _child(settings: Settings, repeats: int) -> None:
    with ReviewStore(settings) as store:
        figures = [*_built(store), *_asked(store, repeats), *_decided(store, settings), *_loaded(store)]
    print(json.dumps({"figures": [_plain(figure) for figure in figures]}), flush=True)  # noqa: T201


def _plain(figure: Figure) -> dict[str, object]:
    return {name: getattr(figure, name) for name in figure.__slots__}


def _built(store: ReviewStore) -> list[Figure]:
    begin, cpu = time.monotonic(), time.process_time()
    while not store.health().ready:
        time.sleep(0.05)
    took, cpu = time.monotonic() - begin, time.process_time() - cpu
    count = store.counts(Filter()).total
    return [
        _one("building the view, records a second", "", count / took, digits=0),
        _one("building the view, records per CPU-second", "", count / cpu, digits=0, better="higher"),
        _one("building the view", "s", took, digits=0),
        _one("the view's file", "MB", store._holder.view.path.stat().st_size / 1e6, digits=0),
        _one("resident memory after building", "MB", _memory_mb(), digits=0),
    ]


def _asked(store: ReviewStore, repeats: int) -> list[Figure]:
    now, group = store.now_ms(), store.groups(Filter()).rows[0].fingerprint
    behind = store.groups(WAITING).cursor
    questions: dict[str, Callable[[], object]] = {
        "groups": lambda: store.groups(WAITING),
        "groups, second page": lambda: store.groups(WAITING, cursor=behind),
        "groups of two topics": lambda: store.groups(WAITING.within(("orders", "check*"))),
        "groups of the last three days": lambda: store.groups(Filter(since_ms=now - 3 * DAY_MS)),
        "newest records": lambda: store.records(Filter()),
        "oldest records that wait": lambda: store.records(WAITING, sort="oldest"),
        "records of a group": lambda: store.records(Filter(fingerprint=group)),
        "records of a partition of the raw topic": lambda: store.records(Filter(partition=2)),
        "search for an offset": lambda: store.records(Filter(text="4711")),
        "one record": lambda: store.record(1, 4711, ("*",)),
        "counts": lambda: store.counts(Filter()),
        "inflow of a day": lambda: store.inflow(Filter(), now - DAY_MS, now),
        "inflow of two weeks": lambda: store.inflow(Filter(), now - SPREAD_MS, now),
        "ages": lambda: store.ages(Filter()),
    }
    return [
        median_of(name, "CPU-ms", [_cpu_milliseconds(question) for _ in range(repeats)], digits=1)
        for name, question in questions.items()
    ]


def _decided(store: ReviewStore, settings: Settings) -> list[Figure]:
    """A tenth of the records released, as events of 500, until all of them are folded in."""
    producer = Producer({"bootstrap.servers": settings.bootstrap_servers, "acks": "all", "linger.ms": 5})
    wanted, begin, released = store.counts(WAITING).total // 10, time.monotonic(), 0
    for chunk in store.chunks(WAITING):
        event = _release(chunk.partition, chunk.records, chunk.status)
        producer.produce(settings.decisions_topic, encode_event(event), partition=chunk.partition)
        released += len(chunk.records)
        if released >= wanted:
            break
    producer.flush(60)
    while store.counts(Filter(pending=True)).total < released:
        time.sleep(0.02)
    took = time.monotonic() - begin
    samples = [_milliseconds(lambda: _one_decision(store, settings, producer)) for _ in range(20)]
    return [
        _one("decisions folded in, records a second", "", released / took, digits=0, better="higher"),
        median_of("one decision until it is read back", "ms", samples, digits=1),
    ]


def _one_decision(store: ReviewStore, settings: Settings, producer: Producer) -> None:
    (row,) = store.records(WAITING, limit=1).rows
    assert row.id is not None
    event = _release(row.partition, (row.id,), row.status)
    producer.produce(settings.decisions_topic, encode_event(event), partition=row.partition)
    producer.flush(10)
    assert store.wait_for(event.id) is not None


def _release(partition: int, records: object, expected: object) -> Decision:
    return Decision.model_validate({
        "id": uuid4(), "time": datetime.now(UTC), "actor": "bench", "role": "operator", "via": "cli",
        "action": "release", "expected": expected, "policy": "bench", "partition": partition, "records": records,
    })  # fmt: skip


def _loaded(store: ReviewStore) -> list[Figure]:
    """Viewers who look at groups, counts, a chart and records, think, and look again, while records come."""
    print("load", flush=True)  # noqa: T201
    samples: list[float] = []
    begin, cpu, before = time.monotonic(), time.process_time(), store.counts(Filter()).total
    stop = begin + LOAD_S
    viewers = [threading.Thread(target=_viewer, args=(store, stop, samples, number)) for number in range(VIEWERS)]
    for viewer in viewers:
        viewer.start()
    for viewer in viewers:
        viewer.join()
    took, cpu, came = time.monotonic() - begin, time.process_time() - cpu, store.counts(Filter()).total - before
    print("loaded", flush=True)  # noqa: T201
    ordered = sorted(samples)
    return [
        _one(
            f"{VIEWERS} viewers, inflow {came / took:,.0f}/s: a page, median",
            "ms",
            statistics.median(ordered),
            digits=0,
        ),
        _one("the same, 95 of 100 pages", "ms", ordered[len(ordered) * 95 // 100], digits=0),
        _one("the same, pages a second", "", len(samples) / took),
        _one("the same, CPU seconds a second", "", cpu / took),
        _one("highest resident memory", "MB", _memory_mb(), digits=0),
    ]


def _viewer(store: ReviewStore, stop: float, samples: list[float], number: int) -> None:
    dice = random.Random(number)
    time.sleep(dice.random() * THINK_S)
    while time.monotonic() < stop:
        begin = time.monotonic()
        group = store.groups(WAITING).rows[0]
        store.counts(Filter())
        store.inflow(Filter(), store.now_ms() - DAY_MS, store.now_ms())
        store.records(Filter(fingerprint=group.fingerprint))
        samples.append((time.monotonic() - begin) * 1000)
        time.sleep(THINK_S)


def _cpu_milliseconds(question: Callable[[], object]) -> float:
    """Of the thread that asks, which is the one that reads the file."""
    begin = time.thread_time()
    question()
    return (time.thread_time() - begin) * 1000


def _milliseconds(question: Callable[[], object]) -> float:
    begin = time.monotonic()
    question()
    return (time.monotonic() - begin) * 1000


def _memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _one(name: str, unit: str, value: float, **more: object) -> Figure:
    return median_of(name, unit, [value], **more)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make bench-review", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=1_000_000, help="records in quarantine")
    parser.add_argument("--repeats", type=int, default=7, help="samples of each query")
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
