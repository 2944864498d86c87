"""Work that takes longer than an answer: a policy tried on a group, one decision about a filter; watched by its id.

Runs live in this process and as long as it does. What they did stands in the decisions topic; what is left of one that
broke off is begun anew by asking for the same again.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Final, Literal
from uuid import UUID, uuid4

from streams.errors import MaskstreamError, UsageError
from streams.quarantine.bulk import BulkControl, BulkReport
from streams.quarantine.trying import Control, TryResult
from streams.telemetry import log

__all__ = ["Run", "RunKind", "Runs"]

RunKind = Literal["try", "bulk"]

#: Runs that are at work at a time; others wait.
_AT_ONCE: Final = 4
#: Runs of one person that have not ended.
_EACH_MAX: Final = 4
#: Runs that are remembered after they ended.
_KEPT: Final = 500
#: How long the end of the service waits for what is under way.
_STOP_S: Final = 10.0

_events: Final = log.EventLog()


@dataclass(slots=True)
class Run:
    """One run. `problem` is why it failed, in a sentence for a person; `owner` alone may see it."""

    id: UUID
    kind: RunKind
    owner: str
    control: Control | BulkControl
    problem: str | None = None
    future: "Future[None]" = field(default_factory=Future, repr=False)

    @property
    def done(self) -> bool:
        return self.future.done()

    @property
    def result(self) -> TryResult | None:
        """How far a try is."""
        return self.control.result if isinstance(self.control, Control) else None

    @property
    def report(self) -> BulkReport | None:
        """How far a bulk decision is."""
        return self.control.report if isinstance(self.control, BulkControl) else None

    def cancel(self) -> None:
        """Stops after what is in hand; what is done stays done."""
        self.control.cancel()

    def wait(self, timeout_s: float) -> bool:
        """Whether it ended within so long."""
        wait([self.future], timeout_s)
        return self.done


class Runs:
    """Any thread."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="run")
        self._lock = threading.Lock()
        self._runs: dict[UUID, Run] = {}

    def start(
        self,
        kind: RunKind,
        owner: str,
        control: Control | BulkControl,
        work: Callable[[], object],
        run: UUID | None = None,
    ) -> Run:
        """Begins work in the background; UsageError where this person has too much under way, or the id is taken."""
        made = Run(run or uuid4(), kind, owner, control)
        with self._lock:
            before = self._runs.get(made.id)
            if before is not None and before.owner != owner:
                raise UsageError("This id is taken: choose another.")
            if before is not None and not before.done:
                raise UsageError("This run is under way already: wait for its end, or cancel it.")
            if sum(other.owner == owner and not other.done for other in self._runs.values()) >= _EACH_MAX:
                raise UsageError(f"You have {_EACH_MAX} runs under way: wait for one to end, or cancel it.")
            self._forget()
            self._runs[made.id] = made
            made.future = self._pool.submit(_guarded, made, work)
        return made

    def of(self, run: UUID, owner: str) -> Run | None:
        """A run of this person."""
        found = self._runs.get(run)
        return found if found is not None and found.owner == owner else None

    def all(self, owner: str) -> list[Run]:
        """The runs of this person, the newest first."""
        with self._lock:
            return [run for run in reversed(self._runs.values()) if run.owner == owner]

    def close(self) -> None:
        """Cancels all runs and waits for what they have in hand."""
        with self._lock:
            for run in self._runs.values():
                run.cancel()
            futures = [run.future for run in self._runs.values()]
        self._pool.shutdown(wait=False, cancel_futures=True)
        wait(futures, _STOP_S)

    def _forget(self) -> None:
        ended = [key for key, run in self._runs.items() if run.done]
        for key in ended[: max(0, len(self._runs) - _KEPT)]:
            del self._runs[key]


def _guarded(run: Run, work: Callable[[], object]) -> None:
    try:
        work()
    except MaskstreamError as error:
        run.problem = str(error)
    except Exception as error:  # noqa: BLE001 - told by type and place: its message may hold a record
        run.problem = "It failed unexpectedly; the service's log says where."
        _events.error("exception", error=error)
