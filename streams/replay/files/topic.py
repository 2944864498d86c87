"""Runs a job from files to a topic: partitions are given to worker processes; what the jobs topic says is heeded."""

import fcntl
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from streams.errors import GuardError, MaskstreamError, RunError
from streams.replay.control import set_state, state_record
from streams.replay.files.child import ShardOrder, load_shards
from streams.replay.files.listing import Entry
from streams.replay.files.pool import Listener, Pool, Said
from streams.replay.files.report import FilesProgress
from streams.replay.files.setup import check_source
from streams.replay.files.shards import files_of, make_target
from streams.replay.jobs import ENDED, Job, JobView
from streams.replay.journal import JobReader, JobWriter
from streams.replay.running import known

if TYPE_CHECKING:
    from streams.kafka.admin import Admin
    from streams.settings import Settings

__all__ = ["run_files_to_topic"]

OnProgress = Callable[[FilesProgress], None]
Stop = Callable[[], bool]

#: Between two looks at what the jobs topic wants.
_HEED_S: Final = 1.0


def run_files_to_topic(
    settings: "Settings", admin: "Admin", job: Job, by: str, on_progress: OnProgress, stop: Stop
) -> JobView:
    """Works on a job with WORKERS processes until it is done, stopped, or `stop` says so; gives what is known of it
    then. GuardError where it runs on this machine already, or where its files or topics are not what they were.
    """
    source = check_source(job.order)
    with _alone(settings, job):
        files = files_of(job, source)
        make_target(settings, job, source, admin)
        set_state(settings, known(settings, admin, job.job), "running", by)
        try:
            _Run(settings, job, files, on_progress, stop).run()
        except MaskstreamError as failure:
            JobWriter(settings).write(state_record(job.job, "failed", by, " ".join(str(failure).split())[:2000]))
            raise
        view = known(settings, admin, job.job)
        if not view.done and view.state_name == "running":
            JobWriter(settings).write(state_record(job.job, "stopped", by, "Its workers were told to stop."))
        return known(settings, admin, job.job)


@contextmanager
def _alone(settings: "Settings", job: Job) -> Iterator[None]:
    """One process of a machine; of several machines the last one takes each partition over, by its transactional id."""
    path = settings.state_dir / "replay" / f"{job.job}.lock"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise GuardError(f"The job {job.job} is running on this machine already: wait for it, or stop it.") from None
    try:
        yield
    finally:
        os.close(handle)


@dataclass(slots=True)
class _Run:
    """One run of a job; of one thread."""

    settings: "Settings"
    job: Job
    files: list[list[Entry]]
    on_progress: OnProgress
    stop: Stop
    holding: Any = None
    _reader: JobReader = field(init=False)
    _stopped: bool = False
    _heeded_s: float = 0.0
    _begun_s: float = field(default_factory=time.monotonic)
    _records: int = 0
    _bytes: int = 0
    _failure: str | None = None

    def run(self) -> None:
        self.holding = multiprocessing.get_context("spawn").Event()
        self._reader = JobReader(self.settings, self.job.job)
        try:
            view = self._reader.catch_up()
            todo = [shard for shard, one in enumerate(self.job.by_key.values()) if view.left_of(one)]
            workers = min(self.settings.workers, len(todo))
            listener = Listener(self._order, self._heard, self._died, self._stops, self._look)
            arguments = (self.settings, self.job, workers, self.holding)
            Pool(load_shards, arguments, listener, lasting=True).run(todo, workers)
        finally:
            self._reader.close()
        if self._failure is not None:
            raise RunError(self._failure)

    def _order(self, shard: int) -> ShardOrder:
        return ShardOrder(shard, tuple(self.files[shard]))

    def _heard(self, _shard: int, said: Said) -> None:
        self._records += said.records
        self._bytes += said.bytes_read

    def _died(self, shard: int, how: str) -> None:
        self._failure = f"Partition {shard} of the job {how}: look for the file in it that does, and report this."

    def _stops(self) -> bool:
        return self._stopped or self._failure is not None or self.stop()

    def _look(self) -> None:
        if time.monotonic() - self._heeded_s < _HEED_S:
            return
        self._heeded_s = time.monotonic()
        view = self._reader.look()
        # What was asked before this run was answered by its beginning.
        self._stopped = view.state_name in ENDED | {"stopped", "failed"}
        if view.state_name == "paused":
            self.holding.set()
        else:
            self.holding.clear()
        self._tell(view)

    def _tell(self, view: JobView) -> None:
        done = sum(view.positions.values())
        total = sum(entry.size for shard in self.files for entry in shard)
        seconds = time.monotonic() - self._begun_s
        self.on_progress(FilesProgress(done, view.offsets, self._records, self._bytes, total, seconds))
