"""What a worker's process does with files: masks one after the other into others, or one partition's into a topic."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, Final

from streams.replay.derived import job_settings, slot_settings
from streams.replay.files.listing import Entry
from streams.replay.files.loading import Loader
from streams.replay.files.pool import Said, worker_main
from streams.replay.files.setup import JobSetup, check_source, read_options
from streams.replay.files.work import FileWorker, StoppedError, check_form
from streams.replay.jobs import Job
from streams.replay.pace import Bucket
from streams.replay.pinned import pinned_masking, unpack_policy

if TYPE_CHECKING:
    from streams.replay.spec import Rate
    from streams.settings import Settings

__all__ = ["Order", "ShardOrder", "load_shards", "mask_files"]

#: Between two signs of progress, and longest rest at once.
_TELL_S: Final = 0.2


@dataclass(frozen=True, slots=True)
class Order:
    """A file to mask, and the name that it has in the target."""

    entry: Entry
    shown: str


@dataclass(frozen=True, slots=True)
class ShardOrder:
    """A partition to load, and its files."""

    shard: int
    files: tuple[Entry, ...]


def mask_files(pipe: Connection, stop: Any, setup: JobSetup, workers: int) -> None:
    """The process of a worker from files to files."""

    def run(pipe: Connection) -> None:
        worker = FileWorker(setup.surroundings(setup.masker()))
        talk = _Talk(pipe, stop, setup.spec.pace.rate, workers)
        talk.work(lambda order: worker.run(order.entry, order.shown, talk.progress))

    worker_main(pipe, run)


def load_shards(pipe: Connection, stop: Any, settings: "Settings", job: Job, workers: int, holding: Any) -> None:
    """The process of a worker from files to a topic."""

    def run(pipe: Connection) -> None:
        own = job_settings(slot_settings(settings, job.job), job, unpack_policy(job, settings.state_dir))
        masking, spec = pinned_masking(own, job), job.order
        read = read_options(check_source(spec))
        talk = _Talk(pipe, stop, spec.pace.rate, workers, holding)

        def load(order: ShardOrder) -> None:
            Loader(own, job, order.shard, order.files, masking, read, check_form(read), talk.progress).run()

        talk.work(load)

    worker_main(pipe, run)


class _Talk:
    """Takes orders, says how far the worker is, rests as the pace demands, and ends it when it is told to stop."""

    def __init__(self, pipe: Connection, stop: Any, rate: "Rate | None", workers: int, holding: Any = None) -> None:
        self._pipe = pipe
        self._stop = stop
        self._holding = holding
        self._bucket = _bucket(rate, workers) if rate is not None else None
        self._told_s = 0.0
        self._records = self._bytes = 0

    def work(self, run: Callable[[Any], Any]) -> None:
        self._pipe.send(Said(ready=True))
        while (order := self._pipe.recv()) is not None:
            self._told_s = time.monotonic()
            try:
                result = run(order)
            except StoppedError:
                return
            self._pipe.send(Said(self._records, self._bytes, result, done=True))
            self._records = self._bytes = 0

    def progress(self, records: int, size_bytes: int) -> None:
        self._records += records
        self._bytes += size_bytes
        if self._bucket is not None:
            self._bucket.take(records, size_bytes)
        self._tell()
        while (rest_s := self._rest_s()) > 0:
            time.sleep(min(rest_s, _TELL_S))
            self._tell()

    def _rest_s(self) -> float:
        if self._holding is not None and self._holding.is_set():
            return _TELL_S
        return self._bucket.rest_s() if self._bucket is not None else 0.0

    def _tell(self) -> None:
        if self._stop.is_set():
            raise StoppedError
        if time.monotonic() - self._told_s >= _TELL_S:
            self._told_s = time.monotonic()
            self._pipe.send(Said(self._records, self._bytes))
            self._records = self._bytes = 0


def _bucket(rate: "Rate", workers: int) -> Bucket:
    bucket = Bucket(rate, time.monotonic)
    bucket.share(1 / workers)
    return bucket
