"""The catalogue of metrics of a worker; the help text says what to look at or do.

Names and labels are a contract with dashboards. Labels come from closed or configured sets: topics and partitions of
the assignment, kinds, reasons, causes. No label ever comes from a record.
"""

import re
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from streams import __version__
from streams.telemetry.health import Health

__all__ = ["AbortCause", "BatchNumbers", "OwnNames", "ReviewMetrics", "ReviewState", "TopicNumbers", "WorkerMetrics"]

#: Why a transaction was given up: by Kafka, by a rebalance, by our own error, or at the end of the process.
AbortCause = Literal["kafka", "rebalance", "error", "shutdown"]

#: From a flush of one record to a batch that a dead broker held for a minute and a half.
_SECONDS_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 40.0, 90.0)
_RECORDS_BUCKETS: Final = (1, 10, 100, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 100_000)

#: A name of our own catalogues (kinds, reasons, causes). Anything else is counted as `other`, so that a bug cannot
#: turn a value into a label.
_OWN_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,31}\Z")

#: Different values of one label before the rest becomes `other`; the catalogues have fewer than forty names.
_LABEL_VALUES_MAX: Final = 64


@dataclass(slots=True)
class TopicNumbers:
    """What a batch did to one raw topic, in records and bytes (key, value and headers)."""

    records_in: int = 0
    bytes_in: int = 0
    records_clean: int = 0
    bytes_clean: int = 0
    records_quarantined: int = 0
    bytes_quarantined: int = 0


@dataclass(slots=True)
class BatchNumbers:
    """A committed batch: `topics` by raw topic, findings by kind, quarantine by reason, durations in seconds."""

    topics: Mapping[str, TopicNumbers]
    findings: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)
    collect_s: float = 0.0
    mask_s: float = 0.0
    transaction_s: float = 0.0
    total_s: float = 0.0
    #: Places in the batch of the records that went to quarantine.
    failed: Collection[int] = ()


class WorkerMetrics:
    """Metrics of one worker in a registry of its own; one call a batch, any thread.

    `health` supplies what is computed at a scrape: readiness, stopped partitions, how long Kafka is away.
    """

    def __init__(self, health: Health, clock: Callable[[], float] = time.monotonic) -> None:
        self.registry = CollectorRegistry()
        self._clock = clock
        self._last_commit_s = clock()
        self._lock = threading.Lock()
        self._topics: dict[str, tuple[Counter, ...]] = {}
        self._lags: dict[tuple[str, int], Gauge] = {}
        self._versions: tuple[str, str] | None = None
        self._restarts_told = self._fenced_told = 0
        self._define_traffic()
        self._define_trouble()
        self._define_state(health)

    def batch_committed(self, batch: BatchNumbers) -> None:
        """Count a batch after its transaction was committed; an aborted one never gets here."""
        records = 0
        for topic, n in batch.topics.items():
            amounts = (n.records_in, n.bytes_in, n.records_clean, n.bytes_clean, n.records_quarantined,
                       n.bytes_quarantined)  # fmt: skip
            for counter, amount in zip(self._counters_of(topic), amounts, strict=True):
                counter.inc(amount)
            records += n.records_in
        for kind, count in batch.findings.items():
            self._findings.count(kind, count)
        for reason, count in batch.reasons.items():
            self._reasons.count(reason, count)
        self._batch_records.observe(records)
        self._collect_s.observe(batch.collect_s)
        self._mask_s.observe(batch.mask_s)
        self._transaction_s.observe(batch.transaction_s)
        self._batch_s.observe(batch.total_s)
        self._last_commit_s = self._clock()

    def lag(self, topic: str, partition: int, records: int) -> None:
        """Set how many records of a partition are not processed yet."""
        with self._lock:
            gauge = self._lags.get((topic, partition))
            if gauge is None:
                gauge = self._lags[topic, partition] = self._lag.labels(topic, str(partition))
        gauge.set(records)

    def partitions_gone(self, partitions: Iterable[tuple[str, int]]) -> None:
        """Drop the lag of partitions that are another member's now: two workers must not both report one."""
        with self._lock:
            for topic, partition in partitions:
                if self._lags.pop((topic, partition), None) is not None:
                    self._lag.remove(topic, str(partition))

    def aborted(self, cause: AbortCause) -> None:
        """Count a transaction that was given up."""
        self._aborts.count(cause, 1)

    def rewound(self, partitions: int = 1) -> None:
        """Count partitions sought back to their committed offset."""
        self._rewinds.inc(partitions)

    def rebalanced(self) -> None:
        """Count an assignment or a revocation."""
        self._rebalances.inc()

    def fenced(self, count: int) -> None:
        """Set how often this slot was fenced (`Heartbeat.fenced`); over all its processes, since each ends with it."""
        with self._lock:
            self._fenced.inc(max(0, count - self._fenced_told))
            self._fenced_told = count

    def restarts(self, count: int) -> None:
        """Set how often this slot was restarted, as the supervisor tells (`Heartbeat.restarts`)."""
        with self._lock:
            self._restarts.inc(max(0, count - self._restarts_told))
            self._restarts_told = count

    def versions(self, policy: str, key: str) -> None:
        """Tell which policy version and key id are live; the former pair disappears."""
        with self._lock:
            if self._versions is not None:
                self._policy.remove(*self._versions)
            self._versions = (policy, key)
            self._policy.labels(policy, key).set(1)

    def policy_rejected(self, rejected: bool) -> None:
        """Tell whether the policy file as it is now was refused, so that a former version goes on."""
        self._rejected.set(rejected)

    def quarantine_share_high(self, high: bool) -> None:
        """Tell whether more is quarantined than the policy bears."""
        self._share_high.set(high)

    def render(self) -> bytes:
        """The page for a scraper, in Prometheus' text format 0.0.4."""
        return generate_latest(self.registry)

    def _counters_of(self, topic: str) -> tuple[Counter, ...]:
        bound = self._topics.get(topic)
        if bound is None:
            bound = self._topics[topic] = tuple(counter.labels(topic) for counter in self._by_topic)
        return bound

    def _define_traffic(self) -> None:
        registry = self.registry

        def by_topic(name: str, text: str) -> Counter:
            return Counter(f"maskstream_{name}", text, ["topic"], registry=registry)

        def seconds(name: str, text: str) -> Histogram:
            return Histogram(f"maskstream_{name}_seconds", text, buckets=_SECONDS_BUCKETS, registry=registry)

        self._by_topic = (
            by_topic("records_in", "Records read, masked and committed; equals clean + quarantined."),
            by_topic("bytes_in", "Bytes of those records: keys, values and headers."),
            by_topic("records_clean", "Records written to the clean topic."),
            by_topic("bytes_clean", "Bytes written to the clean topic, before compression."),
            by_topic("records_quarantined", "Records written to the quarantine topic: `maskstream quarantine list`."),
            by_topic("bytes_quarantined", "Bytes written to the quarantine topic, before compression."),
        )
        self._findings = OwnNames("findings", "Personal values found and masked, by kind.", "kind", registry)
        self._reasons = OwnNames("quarantine_reasons", "Quarantined records by reason code.", "reason", registry)
        self._batch_records = Histogram(
            "maskstream_batch_records", "Records a batch.", buckets=_RECORDS_BUCKETS, registry=registry
        )
        self._collect_s = seconds("collect", "Collecting a batch from Kafka, waiting included.")
        self._mask_s = seconds("mask", "Masking a batch.")
        self._transaction_s = seconds("transaction", "Producing and committing a batch.")
        self._batch_s = seconds("batch", "A batch from the first record read to the commit.")

    def _define_trouble(self) -> None:
        registry = self.registry
        self._aborts = OwnNames("aborts", "Transactions given up, by cause.", "cause", registry)
        self._rewinds = Counter("maskstream_rewinds", "Partitions sought back to their committed offset.",
                                registry=registry)  # fmt: skip
        self._rebalances = Counter("maskstream_rebalances", "Assignments and revocations.", registry=registry)
        self._fenced = Counter("maskstream_fenced", "Producers fenced: look for a second worker with this slot's id.",
                               registry=registry)  # fmt: skip
        self._restarts = Counter("maskstream_restarts", "Restarts of this slot by its supervisor: look at its log.",
                                 registry=registry)  # fmt: skip

    def _define_state(self, health: Health) -> None:
        registry = self.registry

        def computed(name: str, text: str, value: Callable[[], float]) -> None:
            Gauge(f"maskstream_{name}", text, registry=registry).set_function(value)

        self._lag = Gauge("maskstream_lag_records", "Records of a partition not processed yet.",
                          ["topic", "partition"], registry=registry)  # fmt: skip
        self._policy = Gauge("maskstream_policy_info", "The live policy version and key id; always 1.",
                             ["policy", "key"], registry=registry)  # fmt: skip
        self._rejected = Gauge("maskstream_policy_rejected",
                               "1 while the policy file is refused and a former version goes on.",
                               registry=registry)  # fmt: skip
        self._share_high = Gauge("maskstream_quarantine_share_high",
                                 "1 while more records are quarantined than the policy bears.",
                                 registry=registry)  # fmt: skip
        build = Gauge("maskstream_build_info", "The running version; always 1.", ["version"], registry=registry)
        build.labels(__version__).set(1)
        computed("last_commit_age_seconds", "Seconds since the last commit, or since the start.",
                 lambda: self._clock() - self._last_commit_s)  # fmt: skip
        computed("kafka_unreachable_seconds", "Seconds since Kafka answered; 0 while it does.", health.unreachable_s)
        computed("stopped_partitions", "Assigned partitions that are not read; /readyz says why.",
                 lambda: len(health.stopped()))  # fmt: skip
        computed("ready", "1 when /readyz says so.", lambda: float(not health.reasons()))


@dataclass(frozen=True, slots=True)
class ReviewState:
    """What a scrape of the review service asks its store: records by status, and how the store does."""

    by_status: Mapping[str, int]
    expiring: int
    ready: bool
    progress: float
    age_s: float


class ReviewMetrics:
    """Metrics of the review service in a registry of its own; any thread. `state` is asked at a scrape."""

    def __init__(self, state: Callable[[], ReviewState]) -> None:
        self.registry = registry = CollectorRegistry()
        self._requests = Counter("maskstream_review_requests", "Requests to the review service, by route and status.",
                                 ["route", "status"], registry=registry)  # fmt: skip
        self._seconds = Histogram("maskstream_review_request_seconds", "Time until a request was answered.",
                                  buckets=_SECONDS_BUCKETS, registry=registry)  # fmt: skip
        self._decisions = Counter("maskstream_review_decisions", "Records decided about: changed, or lost to another.",
                                  ["action", "outcome"], registry=registry)  # fmt: skip
        self._tried = Counter("maskstream_review_tried_records", "Records that a policy was tried on.",
                              registry=registry)  # fmt: skip
        self._reveals = OwnNames("review_reveals", "Originals asked for: shown, or why not.", "outcome", registry)
        registry.register(_ReviewCollector(state))
        build = Gauge("maskstream_build_info", "The running version; always 1.", ["version"], registry=registry)
        build.labels(__version__).set(1)

    def request(self, route: str, status: int, seconds: float) -> None:
        """Count an answered request; `route` is the template of a route of ours, never a path."""
        self._requests.labels(route, str(status)).inc()
        self._seconds.observe(seconds)

    def decided(self, action: str, changed: int, lost: int) -> None:
        """Count records of a decision."""
        self._decisions.labels(action, "changed").inc(changed)
        self._decisions.labels(action, "lost").inc(lost)

    def tried(self, records: int) -> None:
        """Count records that a policy was tried on."""
        self._tried.inc(records)

    def revealed(self, outcome: str) -> None:
        """Count a look at an original, or that it was refused."""
        self._reveals.count(outcome, 1)

    def render(self) -> bytes:
        """The page for a scraper, in Prometheus' text format 0.0.4."""
        return generate_latest(self.registry)


class _ReviewCollector(Collector):
    """Asks once a scrape."""

    def __init__(self, state: Callable[[], ReviewState]) -> None:
        self._state = state

    def describe(self) -> Iterable[Metric]:
        """The names, for which the store need not be asked."""
        return _review_gauges(ReviewState({}, 0, ready=False, progress=0, age_s=0))

    def collect(self) -> Iterable[Metric]:
        """The numbers as of now."""
        return _review_gauges(self._state())


def _review_gauges(state: ReviewState) -> Iterable[Metric]:
    records = GaugeMetricFamily("maskstream_review_records", "Quarantined records by status.", labels=["status"])
    for status, count in state.by_status.items():
        records.add_metric([status], count)
    yield records
    for name, text, value in (
        ("expiring_records", "Records that wait for a person and expire within six hours.", state.expiring),
        ("store_ready", "1 once the view of the topics has caught up; pages show progress before.", state.ready),
        ("store_progress", "How much of both topics the view has read, from 0 to 1.", state.progress),
        ("store_age_seconds", "Seconds since the view was last level with the topics.", state.age_s),
    ):
        yield GaugeMetricFamily(f"maskstream_review_{name}", text, value=float(value))


class OwnNames:
    """A counter whose one label takes names of our own catalogues only; label children are bound once."""

    def __init__(self, name: str, text: str, label: str, registry: CollectorRegistry) -> None:
        self._counter = Counter(f"maskstream_{name}", text, [label], registry=registry)
        self._bound: dict[str, Counter] = {}

    def count(self, name: str, amount: int) -> None:
        bound = self._bound.get(name)
        (bound if bound is not None else self._bind(name)).inc(amount)

    def _bind(self, name: str) -> Counter:
        if len(self._bound) >= _LABEL_VALUES_MAX or not _OWN_NAME.match(name):
            # Not remembered under its own name: that would keep a value in memory, and let the table grow.
            return self._counter.labels("other")
        bound = self._bound[name] = self._counter.labels(name)
        return bound
