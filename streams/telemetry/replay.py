"""What a worker of a replay tells besides, in the registry of its worker; each metric has the job's id as label."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge

__all__ = ["ReplayMetrics"]

_JOB: Final = ["job"]


class ReplayMetrics:
    """Metrics of one job's part that one worker does."""

    def __init__(self, registry: CollectorRegistry, job: str) -> None:
        def counter(name: str, text: str) -> Counter:
            return Counter(f"maskstream_replay_{name}", text, _JOB, registry=registry)

        def gauge(name: str, text: str) -> Gauge:
            return Gauge(f"maskstream_replay_{name}", text, _JOB, registry=registry)

        self._filtered = counter("records_filtered", "Records of a replay that its selection leaves out.").labels(job)
        self._lost = counter(
            "offsets_lost", "Offsets that retention deleted before a replay read them: see its report."
        ).labels(job)
        self._left = gauge("offsets_left", "Offsets that a replay still has to read, over all its workers.").labels(job)
        self._pace = gauge("pace_share", "Share of its time that a replay's worker works for the live path's sake.")
        self._live = gauge("live_lag_records", "Lag of the live group as a replay's worker saw it last.")
        self._pace.labels(job).set(1)
        self._job = job

    def committed(self, *, filtered: int, lost: int) -> None:
        """Count what was left out and what was gone, after the transaction that says so."""
        self._filtered.inc(max(0, filtered))
        self._lost.inc(max(0, lost))

    def left(self, offsets: int) -> None:
        self._left.set(offsets)

    def pace(self, share: float, live_lag: int | None) -> None:
        """Tell the share of its time that the worker works, and why; without a live path there is no lag."""
        self._pace.labels(self._job).set(share)
        if live_lag is not None:
            self._live.labels(self._job).set(live_lag)
