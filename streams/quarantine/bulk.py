"""One decision about many records: as events of at most 500, some at a time, with progress, until done or cancelled.

What it is asked to decide about is a list of chunks as the store gives them, each of one partition and one status, so
that nothing that comes in the meantime is in it. Cancelled or broken off, what was written stays decided, and the same
bulk decision asked for again goes on with what is left: what is done is in another state and no longer in the list.
"""

import threading
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID

from streams.errors import MaskstreamError
from streams.quarantine.actions import Actions, Actor, Decided, NotYetKnownError
from streams.quarantine.decisions import Action, Status
from streams.quarantine.store.model import Chunk

__all__ = ["BulkControl", "BulkReport", "decide_all"]

#: Events that are under way at a time: enough to hide the time until one is read back.
_AT_ONCE: Final = 4
#: Lost records that are named.
_EXAMPLES: Final = 10


@dataclass(frozen=True, slots=True)
class BulkReport:
    """How far it is, in records. `unknown` are written and not read back in time; `lost_to` says in which status lost
    ones were found, `problem` why it stopped before its end.
    """

    bulk: UUID
    action: Action
    total: int
    done: int = 0
    lost: int = 0
    unknown: int = 0
    lost_to: tuple[tuple[Status, int], ...] = ()
    examples: tuple[str, ...] = ()
    finished: bool = False
    cancelled: bool = False
    problem: str | None = None

    @property
    def remaining(self) -> int:
        return max(0, self.total - self.done - self.lost - self.unknown)

    @property
    def sentence(self) -> str:
        """`9 998 of 10 000 records done; 2 lost, because somebody else was first.`"""
        told = [f"{_number(self.done)} of {_number(self.total)} records done"]
        if self.lost:
            told.append(f"{_number(self.lost)} lost, because somebody else was first")
        if self.unknown:
            told.append(f"{_number(self.unknown)} decided with an outcome that is not known yet")
        if self.remaining and self.finished:
            told.append(f"{_number(self.remaining)} left as they are: ask again to go on")
        return "; ".join(told) + "." + (f" {self.problem}" if self.problem else "")


@dataclass(slots=True)
class BulkControl:
    """How a bulk decision is watched and stopped from another thread; `report` is replaced as a whole."""

    report: BulkReport
    _stop: threading.Event = field(default_factory=threading.Event)

    def cancel(self) -> None:
        self._stop.set()

    @property
    def cancelled(self) -> bool:
        return self._stop.is_set()


def decide_all(
    actions: Actions, actor: Actor, action: Action, chunks: Iterable[Chunk], reason: str, control: BulkControl
) -> BulkReport:
    """Decides about all chunks; returns the last report, which tells of errors too, and raises nothing for them."""
    tally = _Tally(control)
    running: set[Future[Decided]] = set()
    sizes: dict[Future[Decided], int] = {}
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="bulk") as pool:
        for chunk in chunks:
            if control.cancelled or tally.problem:
                break
            future = pool.submit(_decide, actions, actor, action, chunk, reason, control.report.bulk)
            running.add(future)
            sizes[future] = len(chunk.records)
            if len(running) >= _AT_ONCE:
                running = _taken(running, sizes, tally)
        while running:
            running = _taken(running, sizes, tally)
    control.report = replace(tally.report(), finished=True, cancelled=control.cancelled, problem=tally.problem)
    return control.report


def _decide(actions: Actions, actor: Actor, action: Action, chunk: Chunk, reason: str, bulk: UUID) -> Decided:
    records = [(chunk.partition, record) for record in chunk.records]
    return actions.decide(actor, action, chunk.status, records, reason=reason, bulk=bulk)


def _taken(running: set[Future[Decided]], sizes: dict[Future[Decided], int], tally: "_Tally") -> set[Future[Decided]]:
    done, left = wait(running, return_when=FIRST_COMPLETED)
    for future in done:
        tally.take(future, sizes.pop(future))
    return left


class _Tally:
    """Counts; of one thread."""

    def __init__(self, control: BulkControl) -> None:
        self._control = control
        self._lost: Counter[Status] = Counter()
        self._examples: list[str] = []
        self._done = self._unknown = 0
        self.problem: str | None = None

    def take(self, future: "Future[Decided]", size: int) -> None:
        try:
            decided = future.result()
        except NotYetKnownError:
            self._unknown += size
        except MaskstreamError as error:
            self.problem = str(error)
        else:
            self._done += len(decided.changed)
            self._lost.update(lost.state.status for lost in decided.lost)
            room = max(0, _EXAMPLES - len(self._examples))
            self._examples += [lost.place for lost in decided.lost[:room]]
        self._control.report = self.report()

    def report(self) -> BulkReport:
        return replace(
            self._control.report, done=self._done, unknown=self._unknown, lost=self._lost.total(),
            lost_to=tuple(self._lost.most_common()), examples=tuple(self._examples),
        )  # fmt: skip


def _number(count: int) -> str:
    return f"{count:,}".replace(",", " ")
