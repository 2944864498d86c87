"""What a worker of a replay does besides: it stops at the range's ends, leaves out what is not wanted, keeps the pace,
heeds what the jobs topic says, and writes how far each partition is into the transaction of each batch.
"""

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from confluent_kafka import KafkaException

from streams.agents.journey import Beside, Step
from streams.errors import RunError
from streams.kafka.batches import BatchLimits, Key, RecordBatch, payload_bytes
from streams.kafka.placing import Describe, Places
from streams.replay.jobs import ENDED, Job, JobView, Progress, encode, partition_of
from streams.replay.journal import JobReader
from streams.replay.live import LiveLag
from streams.replay.pace import Brake, Bucket, rest_after
from streams.replay.placing import AGREE_S, JobPlacing
from streams.replay.ranges import share_of
from streams.replay.selection import Selector
from streams.replay.spec import Pace
from streams.telemetry import log
from streams.telemetry.metrics import BatchNumbers
from streams.telemetry.replay import ReplayMetrics

if TYPE_CHECKING:
    from streams.settings import Settings

__all__ = ["ReplayJourney"]

#: Between two looks at which part of the job is this worker's.
SHARE_S: Final = 1.0
#: While it is held, or not known how a transaction ended.
HELD_S: Final = 0.2

_HOLD: Final = Step("hold", HELD_S)
_END: Final = Step("end")

_events: Final = log.EventLog()


class ReplayJourney:
    """One worker's part of one job; for the thread that moves the batches.

    `live` looks after the live path; it is begun by the first pace that gives way to it.
    """

    def __init__(self, job: Job, reader: JobReader, jobs_topic: str, metrics: ReplayMetrics, live: LiveLag) -> None:
        order = job.order
        self.ends: Mapping[Key, int] = {key: one.end for key, one in job.by_key.items()}
        self.writes = job.target is not None
        self._job = job
        self._ranges = job.by_key
        self._reader = reader
        self._jobs_topic = jobs_topic
        self._metrics = metrics
        self._live = live
        self._live_looks = 0
        self._selector = Selector(order.select)
        self._free = 0
        self._pace: Pace | None = None
        self._bucket: Bucket | None = None
        self._brake = Brake(1.0, free=0)
        self._placing: JobPlacing | None = None
        self._pending: dict[Key, Progress] = {}
        self._unsettled_s = self._shared_s = self._rest_until_s = 0.0

    def places(self, settings: "Settings", describe: Describe, /) -> Places:
        self._free = settings.batch_records
        self._placing = JobPlacing(self._job, self._reader, settings, describe)
        return self._placing

    def step(self) -> Step:
        view = self._reader.look()
        if view.done or view.state_name in ENDED | {"stopped", "failed"}:
            _events.info("job_finished", job=self._job.job, reason=view.state_name)
            return _END
        if self._pending and not self._settled():
            return _HOLD
        self._metrics.left(view.left)
        self._keep(view.pace)
        if view.state_name == "paused":
            return _HOLD
        return Step("go", self._rest_s(view))

    def limits(self, limits: BatchLimits, /) -> BatchLimits:
        if self._bucket is None:
            return limits
        room = max(1, self._bucket.room())
        if self._bucket.rate.unit == "records":
            return BatchLimits(min(limits.records, room), limits.size_bytes, limits.age_ms)
        return BatchLimits(limits.records, min(limits.size_bytes, room), limits.age_ms)

    def select(self, batch: RecordBatch, /) -> RecordBatch:
        return self._selector.select(batch)

    def beside(self, batch: RecordBatch, wanted: RecordBatch, numbers: BatchNumbers, /) -> Iterable[Beside]:
        read, sizes = _counted(batch)
        kept = Counter(zip(wanted.topics, wanted.partitions, strict=True))
        failed = Counter((wanted.topics[i], wanted.partitions[i]) for i in numbers.failed)
        self._pending = {}
        for place, (key, end) in enumerate(sorted(batch.ends.items())):
            counts = {
                "read": read[key], "bytes": sizes[key], "filtered": read[key] - kept[key],
                "quarantined": failed[key], "written": kept[key] - failed[key], "lost": self._lost.get(key, 0),
            }  # fmt: skip
            # Of a batch over several partitions only the sums are known: they stand at its first.
            sums = (numbers.findings, numbers.reasons) if place == 0 else ({}, {})
            self._pending[key] = _further(self._words[key], end, counts, *sums)
        return [Beside(self._jobs_topic, partition_of(self._job.job), *encode(one)) for one in self._pending.values()]

    def committed(self, batch: RecordBatch, numbers: BatchNumbers, /) -> None:
        for key, one in self._pending.items():
            lost = one.lost - self._words[key].lost
            self._metrics.committed(filtered=one.filtered - self._words[key].filtered, lost=lost)
            if lost:
                _events.warning("range_lost", job=self._job.job, topic=key[0], partition=key[1], count=lost)
            self._words[key] = one
            self._lost.pop(key, None)
        self._pending = {}
        if self._bucket is not None:
            self._bucket.take(len(batch), batch.size_bytes)
        self._rest_until_s = time.monotonic() + rest_after(numbers.total_s, self._brake.share)

    @property
    def _words(self) -> dict[Key, Progress]:
        return self._placing.words if self._placing else {}

    @property
    def _lost(self) -> dict[Key, int]:
        return self._placing.lost if self._placing else {}

    def _settled(self) -> bool:
        """After a transaction that was given up: whether it is known again how far each of its partitions is."""
        placing, now_s = self._placing, time.monotonic()
        self._unsettled_s = self._unsettled_s or now_s
        try:
            owned = placing.owned() if placing else set()
            for key in self._pending.keys() - owned:
                del self._pending[key]
            for key in placing.settle(self._pending.keys()) if placing and self._pending else ():
                if self._words[key].position == self._pending.pop(key).position:
                    self._lost.pop(key, None)
        except (KafkaException, RunError) as error:
            _events.info("kafka_unreachable", error=error)
        if self._pending and now_s - self._unsettled_s > AGREE_S:
            raise RunError("The group's offsets and what the jobs topic says of the job do not come to agree.")
        if not self._pending:
            self._unsettled_s = 0.0
        return not self._pending

    def _keep(self, pace: Pace) -> None:
        """Goes at this pace from now on."""
        if pace == self._pace:
            return
        self._pace, rate = pace, pace.rate
        self._bucket = Bucket(rate, time.monotonic) if rate else None
        self._brake = Brake(pace.floor, free=self._free)
        self._metrics.pace(1.0, None)
        if pace.live_aware:
            self._live.start()

    def _rest_s(self, view: JobView) -> float:
        now_s = time.monotonic()
        self._heed_live()
        if self._bucket is None:
            return max(0.0, self._rest_until_s - now_s)
        if now_s - self._shared_s >= SHARE_S and self._placing is not None:
            self._shared_s = now_s
            self._bucket.share(share_of(self._placing.owned(), self._ranges, view.positions))
        return max(0.0, self._rest_until_s - now_s, self._bucket.rest_s())

    def _heed_live(self) -> None:
        if self._pace is None or not self._pace.live_aware or self._live.looks == self._live_looks:
            return
        self._live_looks = self._live.looks
        lag, before = self._live.lag, self._brake.share
        # Without a live path there is nobody to give way to.
        share = self._brake.look(lag if lag is not None else 0)
        self._metrics.pace(share, lag)
        if share != before:
            _events.info("pace_changed", job=self._job.job, share=round(share, 3), records=lag or 0)


def _counted(batch: RecordBatch) -> tuple[Counter[Key], Counter[Key]]:
    """Records and bytes by partition."""
    keys = list(zip(batch.topics, batch.partitions, strict=True))
    read = Counter(keys)
    if len(read) == 1:
        return read, Counter({keys[0]: batch.size_bytes})
    sizes: Counter[Key] = Counter()
    for i, key in enumerate(keys):
        sizes[key] += payload_bytes((batch.keys[i],), (batch.values[i],), (batch.headers[i],))
    return read, sizes


def _further(
    one: Progress, position: int, counts: Mapping[str, int], findings: Mapping[str, int], reasons: Mapping[str, int]
) -> Progress:
    """How far a partition is after a batch."""
    now = datetime.now(UTC)
    update: dict[str, Any] = {name: getattr(one, name) + count for name, count in counts.items()}
    update |= {"position": position, "begun": one.begun or now, "time": now}
    update |= {"findings": dict(Counter(one.findings) + Counter(findings))}
    update |= {"reasons": dict(Counter(one.reasons) + Counter(reasons))}
    return one.model_copy(update=update)
