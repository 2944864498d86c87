"""What a job of files has done so far: one file of lines, begun with what the job is, so that it can go on later.

It holds no name of a file in clear: a file of the source is known by the token of its path.
"""

import contextlib
import fcntl
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final, Self

import orjson

from streams.errors import GuardError, RunError
from streams.replay.files.masking import Tally
from streams.replay.files.target import told
from streams.replay.files.work import FileResult

__all__ = ["JobFacts", "JobState", "KnownFile"]

STATE_VERSION: Final = 1
_OPEN: Final = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file that the job has taken on: the token of its path, its masked name, its size, and what tells a change."""

    token: str
    shown: str
    size: int
    mark: str


@dataclass(frozen=True, slots=True)
class JobFacts:
    """What a job is made of; it goes on only with the same."""

    job: str
    policy: str
    key: str
    spec: str


class JobState:
    """The state of one job, which one process at a time may have open."""

    def __init__(self, handle: int, facts: JobFacts, files: list[KnownFile], results: dict[int, FileResult]) -> None:
        self._handle = handle
        self.facts = facts
        self.files = files
        self.results = results

    @classmethod
    def open(cls, path: Path, facts: JobFacts) -> Self | None:
        """The state of an earlier run, None where there is none. GuardError where another process has it, or where the
        job was made with another policy, key or spec.
        """
        if not path.exists():
            return None
        handle = _locked(path)
        try:
            lines = _lines(handle)
            if not lines:
                os.close(handle)
                path.unlink()
                return None
            found = JobFacts(*(str(lines[0][name]) for name in ("job", "policy", "key", "spec")))
            _check_same(found, facts)
            files = [KnownFile(*row) for row in lines[0]["files"]]
            results = {int(line["file"]): _result(line["result"]) for line in lines[1:]}
        except (KeyError, TypeError, ValueError):
            os.close(handle)
            raise RunError(f"The state of job {facts.job} is damaged: remove {path.name} and make a new job.") from None
        except GuardError:
            os.close(handle)
            raise
        return cls(handle, facts, files, results)

    @classmethod
    def create(cls, path: Path, facts: JobFacts, files: Sequence[KnownFile]) -> Self:
        """A new state, on the disk before anything else is."""
        with told():
            path.parent.mkdir(parents=True, exist_ok=True)
        handle = _locked(path)
        rows = [[one.token, one.shown, one.size, one.mark] for one in files]
        state = cls(handle, facts, list(files), {})
        state._append({"kind": "files", "version": STATE_VERSION, **asdict(facts), "files": rows})
        return state

    def finished(self, number: int, result: FileResult) -> None:
        """Writes down what became of a file."""
        self.results[number] = result
        self._append({"file": number, "result": _row(result)})

    def close(self) -> None:
        os.close(self._handle)

    def _append(self, document: Mapping[str, Any]) -> None:
        with told():
            data = memoryview(orjson.dumps(document) + b"\n")
            while data:
                data = data[os.write(self._handle, data) :]
            os.fsync(self._handle)


def _locked(path: Path) -> int:
    with told():
        handle = os.open(path, _OPEN, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise GuardError("The job is running already: wait for it, or stop it first.") from None
    return handle


def _lines(handle: int) -> list[dict[str, Any]]:
    """The lines that were written whole; what follows a crash begins on a line of its own."""
    with os.fdopen(os.dup(handle), "rb") as opened:
        opened.seek(0)
        data = opened.read()
    if data and not data.endswith(b"\n"):
        whole = data.rfind(b"\n") + 1
        os.ftruncate(handle, whole)
        data = data[:whole]
    found = []
    for line in data.splitlines():
        with contextlib.suppress(ValueError):
            found.append(orjson.loads(line))
    return found


def _check_same(found: JobFacts, facts: JobFacts) -> None:
    for name, what in (("spec", "another spec"), ("policy", "policy"), ("key", "key")):
        was, is_now = getattr(found, name), getattr(facts, name)
        if was != is_now:
            told_ = what if name == "spec" else f"{what} {was} and not {is_now}"
            raise GuardError(f"The job {facts.job} was made with {told_}: use the same, or make a job with another id.")


def _row(result: FileResult) -> dict[str, Any]:
    tally = result.tally
    counts = {name: getattr(tally, name) for name in ("read", "written", "quarantined", "filtered")}
    counts |= {"reasons": dict(tally.reasons), "findings": dict(tally.findings)}
    return {field.name: getattr(result, field.name) for field in fields(result)} | {"tally": counts}


def _result(row: Mapping[str, Any]) -> FileResult:
    tally = Tally(**row["tally"])
    tally.reasons, tally.findings = Counter(tally.reasons), Counter(tally.findings)
    return FileResult(**{**row, "tally": tally})
