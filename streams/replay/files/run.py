"""Runs a job whose source is files: lists them, gives them to workers one by one, writes down what became of each."""

import multiprocessing
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import orjson

from streams.errors import GuardError, RunError
from streams.masking.batch import RecordMasker
from streams.replay.files import child
from streams.replay.files.listing import TEMPORARY_PREFIX, Entry, entries
from streams.replay.files.naming import masked_names
from streams.replay.files.report import FileRow, FilesProgress, FilesReport
from streams.replay.files.setup import JobSetup, paths_of, read_options, target_of
from streams.replay.files.state import JobFacts, JobState, KnownFile
from streams.replay.files.target import TargetFolder, refuse_overlap
from streams.replay.files.work import FileResult, check_form

if TYPE_CHECKING:
    from streams.replay.spec import ReplaySpec
    from streams.settings import Settings

__all__ = ["run_files"]

OnProgress = Callable[[FilesProgress], None]
Stop = Callable[[], bool]

#: Between two looks at what else there is to do.
_LOOK_S: Final = 0.2
#: A worker ends within a portion of about a megabyte; what is slower hangs.
_END_S: Final = 60.0
#: How often a file may kill its worker before it is left alone.
_DEATHS_MAX: Final = 2


def run_files(spec: "ReplaySpec", settings: "Settings", on_progress: OnProgress, stop: Stop) -> FilesReport:
    """Masks the files of a job, or what is left of it, in WORKERS processes; returns when all are done or it is told to
    stop. An earlier run of the same id goes on where it was: files that are done are left alone, others begun anew.

    Raises what keeps it from beginning: UsageError, PolicyError, KeyringError, GuardError (a target that overlaps the
    source, files that are there already, a job that runs or was made otherwise). Trouble with a file is in the report.
    """
    setup = JobSetup(spec, settings)
    check_form(read_options(setup.source))
    mask = setup.masker()
    with _state(setup, mask) as (state, given, arrived):
        runner = _Runner(setup, state, given, on_progress, stop)
        begun_s = time.monotonic()
        try:
            runner.run()
        finally:
            runner.end()
        return _report(setup, state, mask, arrived, time.monotonic() - begun_s)


@contextmanager
def _state(setup: JobSetup, mask: RecordMasker) -> Iterator[tuple[JobState, list[Entry | None], int]]:
    """The job's state, for each of its files where it is now, and how many files have come since it was made."""
    found = entries(paths_of(setup.source))
    facts = _facts(setup, mask)
    tokens = {mask.tokens.opaque(entry.path.encode("utf-8", "surrogateescape")).decode(): entry for entry in found}
    state = JobState.open(_state_path(setup), facts)
    if state is None:
        state = _made(setup, mask, facts, tokens)
    try:
        given = [_given(number, one, tokens.get(one.token)) for number, one in enumerate(state.files)]
        yield state, given, len(tokens) - sum(entry is not None for entry in given)
    finally:
        state.close()


def _made(setup: JobSetup, mask: RecordMasker, facts: JobFacts, tokens: dict[str, Entry]) -> JobState:
    """The state of a new job, after everything was looked at that must not be found out later."""
    names = masked_names(mask, [entry.relative for entry in tokens.values()])
    folder, target = setup.folder, target_of(setup.folder)
    if target is not None:
        if isinstance(target, TargetFolder):
            refuse_overlap(target.path, tokens.values(), paths_of(setup.source))
        there = sum(map(target.exists, names)) if folder and not folder.overwrite else 0
        target.close()
        if there:
            raise GuardError(
                f"{there} files are in the target already: choose an empty folder, or say overwrite if they may go."
            )
    known = [
        KnownFile(token, name, entry.size, entry.mark)
        for (token, entry), name in zip(tokens.items(), names, strict=True)
    ]
    return JobState.create(_state_path(setup), facts, known)


def _facts(setup: JobSetup, mask: RecordMasker) -> JobFacts:
    ring = mask.tokens.keyring
    # How fast it goes may change from run to run.
    spec = setup.spec.model_dump(mode="json", exclude={"pace", "policy", "key"})
    token = mask.tokens.opaque(orjson.dumps(spec, option=orjson.OPT_SORT_KEYS)).decode()
    return JobFacts(setup.spec.id, mask.policy.version, f"{ring.active}-{ring.fingerprint(ring.active)}", token)


def _state_path(setup: JobSetup) -> Path:
    """In the target, so that it moves along with it; otherwise in STATE_DIR."""
    folder = setup.folder
    if folder is not None and folder.path is not None:
        return Path(folder.path).expanduser() / f"{TEMPORARY_PREFIX}{setup.spec.id}.state"
    return setup.settings.state_dir / "replay" / f"{setup.spec.id}.files"


def _given(number: int, known: KnownFile, entry: Entry | None) -> Entry | None:
    """The file as the job knows it: one that has changed since is found out when it is read."""
    return Entry(number, entry.path, entry.relative, known.size, known.mark) if entry is not None else None


@dataclass(slots=True)
class _Worker:
    """One process, and the file that it has in hand."""

    process: SpawnProcess
    pipe: Connection
    ready: bool = False
    number: int | None = None


@dataclass(slots=True)
class _Runner:
    """Gives files to workers until none is left."""

    setup: JobSetup
    state: JobState
    given: list[Entry | None]
    on_progress: OnProgress
    stop: Stop
    workers: list[_Worker] = field(default_factory=list)
    todo: deque[int] = field(default_factory=deque)
    deaths: dict[int, int] = field(default_factory=dict)
    records: int = 0
    bytes_read: int = 0
    begun_s: float = field(default_factory=time.monotonic)
    stopping: Any = None
    failure: str | None = None

    def run(self) -> None:
        """Returns when every file has a result, or after a stop; RunError where no worker can work."""
        for number, entry in enumerate(self.given):
            earlier = self.state.results.get(number)
            if earlier is not None and earlier.status == "done":
                self.bytes_read += self.state.files[number].size
            elif entry is None:
                gone = "The file is gone: it was removed after the job was made."
                self.state.finished(number, FileResult("failed", trouble=gone))
            else:
                self.todo.append(number)
        self._begin()
        while self.workers:
            self._look()
            self._tell()
        if self.failure is not None:
            raise RunError(self.failure)

    def end(self) -> None:
        """Ends what still runs, whatever happened."""
        if self.stopping is not None:
            self.stopping.set()
        for worker in self.workers:
            worker.pipe.close()
        for worker in self.workers:
            worker.process.join(_END_S)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()

    def _begin(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.stopping = context.Event()
        count = min(self.setup.settings.workers, len(self.todo))
        for _ in range(count):
            self._start(context, count)

    def _start(self, context: Any, count: int) -> None:
        ours, theirs = context.Pipe()
        process = context.Process(
            target=child.main, args=(theirs, self.stopping, self.setup, count), name="maskstream-files", daemon=True
        )
        process.start()
        theirs.close()
        self.workers.append(_Worker(process, ours))

    def _look(self) -> None:
        """Waits for a word of any worker, not for long."""
        if self.stop() or self.failure is not None:
            self.stopping.set()
            self.todo.clear()
        by_pipe = {worker.pipe: worker for worker in self.workers}
        for ready in wait(list(by_pipe), _LOOK_S):
            worker = by_pipe[ready]  # type: ignore[index]
            try:
                self._heard(worker, worker.pipe.recv())
            except (EOFError, OSError):
                self._died(worker)

    def _heard(self, worker: _Worker, said: child.Said) -> None:
        self.records += said.records
        self.bytes_read += said.bytes_read
        if said.failed is not None:
            self.failure = said.failed
        if said.result is not None and worker.number is not None:
            self.state.finished(worker.number, said.result)
        if said.ready or said.result is not None:
            self._next(worker)

    def _next(self, worker: _Worker) -> None:
        worker.number = self.todo.popleft() if self.todo else None
        entry = self.given[worker.number] if worker.number is not None else None
        order = (
            child.Order(entry, self.state.files[worker.number].shown) if entry and worker.number is not None else None
        )
        try:
            worker.pipe.send(order)
        except OSError:
            return  # It died, which is seen at the next look.

    def _died(self, worker: _Worker) -> None:
        """A worker that is gone: for the good where it had nothing in hand."""
        worker.pipe.close()
        worker.process.join(_END_S)
        self.workers.remove(worker)
        number, code = worker.number, worker.process.exitcode
        if number is None or self.stopping.is_set():
            return
        self.deaths[number] = self.deaths.get(number, 0) + 1
        if self.deaths[number] < _DEATHS_MAX:
            self.todo.appendleft(number)
        else:
            how = f"by signal {-code}" if code and code < 0 else f"with status {code}"
            trouble = f"The file ended its worker {how}, {_DEATHS_MAX} times: leave it out, and report this."
            self.state.finished(number, FileResult("failed", trouble=trouble))
        if self.todo:
            self._start(multiprocessing.get_context("spawn"), max(1, len(self.workers) + 1))

    def _tell(self) -> None:
        done = sum(result.status == "done" for result in self.state.results.values())
        total = sum(one.size for one in self.state.files)
        seconds = time.monotonic() - self.begun_s
        self.on_progress(FilesProgress(done, len(self.given), self.records, self.bytes_read, total, seconds))


def _report(setup: JobSetup, state: JobState, mask: RecordMasker, arrived: int, seconds: float) -> FilesReport:
    rows = [FileRow(one.shown, state.results.get(number)) for number, one in enumerate(state.files)]
    ring = mask.tokens.keyring
    report = FilesReport(setup.spec.id, "failed", mask.policy.version, ring.active, rows, arrived, seconds)
    report.state = _ended_as(report)
    return report


def _ended_as(report: FilesReport) -> Literal["complete", "complete_with_quarantine", "failed", "stopped"]:
    statuses = {row.status for row in report.rows}
    if "open" in statuses:
        return "stopped"
    if statuses - {"done"} or not report.total.reconciles:
        return "failed"
    return "complete_with_quarantine" if report.total.quarantined else "complete"
