"""Metrics and health of a worker, without HTTP."""

from itertools import count

from streams import __version__
from streams.telemetry.health import Health
from streams.telemetry.metrics import BatchNumbers, TopicNumbers, WorkerMetrics


def sample(metrics: WorkerMetrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(f"maskstream_{name}", labels)


def a_batch(**more: dict[str, int]) -> BatchNumbers:
    return BatchNumbers({"logs": TopicNumbers(10, 1000, 8, 900, 2, 700)}, mask_s=0.02, total_s=0.2, **more)


def test_a_committed_batch_is_counted_by_topic() -> None:
    """Records in are records clean and quarantined, with their bytes, under the raw topic's name."""
    metrics = WorkerMetrics(Health())
    metrics.batch_committed(a_batch(findings={"email": 7}, reasons={"residue": 2}))
    metrics.batch_committed(a_batch())
    names = ("records_in", "bytes_in", "records_clean", "bytes_clean", "records_quarantined", "bytes_quarantined")
    assert [sample(metrics, f"{name}_total", topic="logs") for name in names] == [20, 2000, 16, 1800, 4, 1400]
    assert sample(metrics, "findings_total", kind="email") == 7
    assert sample(metrics, "quarantine_reasons_total", reason="residue") == 2
    assert sample(metrics, "batch_records_count") == 2


def test_a_value_never_becomes_a_label() -> None:
    """What is no name of a catalogue counts as `other`, and so does what comes after 64 names."""
    metrics = WorkerMetrics(Health())
    metrics.batch_committed(a_batch(findings={"ann@example.org": 1, "Ann": 2, "x" * 33: 4, "email\n": 8}))
    metrics.batch_committed(a_batch(findings=dict.fromkeys((f"kind_{n}" for n in range(100)), 1)))
    assert sample(metrics, "findings_total", kind="other") == 15 + 36
    assert b"ann" not in metrics.render().lower()


def test_a_partition_that_went_away_has_no_lag() -> None:
    """Lag is reported by the owner only; taking it away twice is fine."""
    metrics = WorkerMetrics(Health())
    metrics.lag("logs", 3, 42)
    assert sample(metrics, "lag_records", topic="logs", partition="3") == 42
    metrics.partitions_gone([("logs", 3), ("logs", 4)])
    metrics.partitions_gone([("logs", 3)])
    assert sample(metrics, "lag_records", topic="logs", partition="3") is None


def test_restarts_follow_the_supervisor_and_never_fall() -> None:
    """The supervisor tells a total; telling it again adds nothing."""
    metrics = WorkerMetrics(Health())
    for told in (2, 2, 5):
        metrics.restarts(told)
    assert sample(metrics, "restarts_total") == 5


def test_only_the_live_policy_and_key_are_shown() -> None:
    """A reload replaces the pair of versions."""
    metrics = WorkerMetrics(Health())
    metrics.versions("aaa", "k1")
    metrics.versions("bbb", "k2")
    assert sample(metrics, "policy_info", policy="aaa", key="k1") is None
    assert sample(metrics, "policy_info", policy="bbb", key="k2") == 1
    assert sample(metrics, "build_info", version=__version__) == 1


def test_ages_are_computed_at_the_scrape() -> None:
    """Seconds since the last commit and without Kafka grow without anybody setting them."""
    clock = count(100.0, 10.0).__next__
    health = Health(clock=clock)
    metrics = WorkerMetrics(health, clock=clock)
    first = sample(metrics, "last_commit_age_seconds")
    second = sample(metrics, "last_commit_age_seconds")
    assert first is not None
    assert second is not None
    assert second > first > 0
    assert sample(metrics, "kafka_unreachable_seconds") == 0
    health.kafka_unreachable()
    assert (sample(metrics, "kafka_unreachable_seconds") or 0) > 0


def test_trouble_is_counted() -> None:
    """Aborts by cause, rewinds, fencing and stopped partitions can be alerted on."""
    health = Health()
    metrics = WorkerMetrics(health)
    metrics.aborted("kafka")
    metrics.rewound(3)
    metrics.fenced(2)
    metrics.fenced(2)
    metrics.rebalanced()
    health.partition_stopped("logs", 1, "Partition 1 of logs is stopped.")
    assert sample(metrics, "aborts_total", cause="kafka") == 1
    assert sample(metrics, "rewinds_total") == 3
    assert sample(metrics, "fenced_total") == 2
    assert sample(metrics, "rebalances_total") == 1
    assert sample(metrics, "stopped_partitions") == 1
    assert sample(metrics, "ready") == 0


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_worker_is_ready_when_nothing_is_in_the_way() -> None:
    """Each condition has its sentence, and taking it away makes the worker ready again."""
    clock = Clock()
    health = Health(clock=clock)
    assert health.reasons() == ["No partitions are assigned yet."]
    health.assigned(0)
    assert health.reasons() == []
    health.kafka_unreachable()
    clock.now = 4.0
    assert health.reasons() == []
    clock.now = 12.0
    health.kafka_unreachable()
    assert health.reasons() == ["Kafka has been unreachable for 12 s."]
    health.kafka_reachable()
    health.set("retention_lost", "Topic logs.clean has lost its retention: run `maskstream topics apply`.")
    health.partition_stopped("logs", 1, "Partition 1 of logs is stopped.")
    assert len(health.reasons()) == 2
    health.clear("retention_lost")
    health.partitions_gone([("logs", 1)])
    assert health.reasons() == []
