"""Runs a job whose source is files: lists them, gives them to workers one by one, writes down what became of each."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import orjson

from streams.errors import GuardError
from streams.masking.batch import RecordMasker
from streams.replay.files.child import Order, mask_files
from streams.replay.files.listing import TEMPORARY_PREFIX, Entry, entries
from streams.replay.files.naming import masked_names
from streams.replay.files.pool import Listener, Pool, Said
from streams.replay.files.report import FileRow, FilesProgress, FilesReport
from streams.replay.files.setup import JobSetup, check_source, paths_of, target_of
from streams.replay.files.state import JobFacts, JobState, KnownFile
from streams.replay.files.target import TargetFolder, refuse_overlap
from streams.replay.files.work import FileResult

if TYPE_CHECKING:
    from streams.replay.spec import ReplaySpec
    from streams.settings import Settings

__all__ = ["run_files"]

OnProgress = Callable[[FilesProgress], None]
Stop = Callable[[], bool]


def run_files(spec: "ReplaySpec", settings: "Settings", on_progress: OnProgress, stop: Stop) -> FilesReport:
    """Masks the files of a job, or what is left of it, in WORKERS processes; returns when all are done or it is told to
    stop. An earlier run of the same id goes on where it was: files that are done are left alone, others begun anew.

    Raises what keeps it from beginning: UsageError, PolicyError, KeyringError, GuardError (a target that overlaps the
    source, files that are there already, a job that runs or was made otherwise). Trouble with a file is in the report.
    """
    setup = JobSetup(spec, settings)
    check_source(spec)
    mask = setup.masker()
    setup.check_quarantine()
    with _state(setup, mask) as (state, given, arrived):
        begun_s = time.monotonic()
        _Runner(setup, state, given, on_progress, stop).run()
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
class _Runner:
    """Gives files to workers until none is left."""

    setup: JobSetup
    state: JobState
    given: list[Entry | None]
    on_progress: OnProgress
    stop: Stop
    records: int = 0
    bytes_read: int = 0
    begun_s: float = field(default_factory=time.monotonic)

    def run(self) -> None:
        """Returns when every file has a result, or after a stop; RunError where no worker can work."""
        todo = list(self._open())
        workers = min(self.setup.settings.workers, len(todo))
        listener = Listener(self._order, self._heard, self._died, self.stop, self._tell)
        Pool(mask_files, (self.setup, workers), listener).run(todo, workers)
        self._tell()

    def _open(self) -> Iterator[int]:
        for number, entry in enumerate(self.given):
            earlier = self.state.results.get(number)
            if earlier is not None and earlier.status == "done":
                self.bytes_read += self.state.files[number].size
            elif entry is None:
                gone = "The file is gone: it was removed after the job was made."
                self.state.finished(number, FileResult("failed", trouble=gone))
            else:
                yield number

    def _order(self, number: int) -> Order | None:
        entry = self.given[number]
        return Order(entry, self.state.files[number].shown) if entry is not None else None

    def _heard(self, number: int, said: Said) -> None:
        self.records += said.records
        self.bytes_read += said.bytes_read
        if said.done:
            self.state.finished(number, said.result)

    def _died(self, number: int, how: str) -> None:
        self.state.finished(number, FileResult("failed", trouble=f"The file {how}: leave it out, and report this."))

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
