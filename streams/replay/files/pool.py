"""Worker processes that are given one piece of work after the other and are replaced when they die."""

import contextlib
import multiprocessing
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, Final

from streams.errors import MaskstreamError, RunError

__all__ = ["Listener", "Pool", "Said", "worker_main"]

#: Between two looks at what else there is to do.
_LOOK_S: Final = 0.2
#: A worker ends within a portion of about a megabyte; what is slower hangs.
_END_S: Final = 60.0
#: How often a piece of work may end its worker at the same place before it is left alone.
_DEATHS_MAX: Final = 2


@dataclass(frozen=True, slots=True)
class Said:
    """What a worker says: records and bytes since the last time; with `done` the result of its piece of work; or that
    it cannot work at all, as a sentence.
    """

    records: int = 0
    bytes_read: int = 0
    result: Any = None
    done: bool = False
    ready: bool = False
    failed: str | None = None


@dataclass(frozen=True, slots=True)
class Listener:
    """Who owns the work: what a piece is made of, what to do with what is said of it, and with one that killed."""

    order: Callable[[int], Any]
    heard: Callable[[int, Said], None]
    died: Callable[[int, str], None]
    stop: Callable[[], bool]
    look: Callable[[], None]


def worker_main(pipe: Connection, run: Callable[[Connection], None]) -> None:
    """The frame of a worker's process. What goes wrong is said, not printed: a traceback may hold a record."""
    # The command decides when to stop, and a Ctrl-C goes to all processes of a terminal.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    threading.excepthook = lambda _: None
    try:
        run(pipe)
    except MaskstreamError as error:
        _say_last(pipe, str(error))
    except (EOFError, BrokenPipeError, ConnectionError):
        pass  # Nobody listens any more.
    except BaseException as error:  # noqa: BLE001 - the last line of defence
        _say_last(pipe, f"A worker failed unexpectedly ({type(error).__name__}): report this.")


def _say_last(pipe: Connection, sentence: str) -> None:
    with contextlib.suppress(OSError):
        pipe.send(Said(failed=sentence))


@dataclass(slots=True)
class _Worker:
    """One process, and what it has in hand."""

    process: SpawnProcess
    pipe: Connection
    number: int | None = None


@dataclass(slots=True)
class Pool:
    """Gives work to processes that run `main(pipe, stop, *arguments)` until none is left; of one thread.

    With `lasting`, what a worker says that it read is done for good: a successor goes on behind it, so a piece that
    got further since its last worker died does not hold what killed it.
    """

    main: Callable[..., None]
    arguments: tuple[Any, ...]
    listener: Listener
    lasting: bool = False
    failure: str | None = None
    stopping: Any = None
    _workers: list[_Worker] = field(default_factory=list)
    _todo: deque[int] = field(default_factory=deque)
    _deaths: dict[int, int] = field(default_factory=dict)

    def run(self, todo: Iterable[int], workers: int) -> None:
        """Returns when all is done, or soon after a stop; RunError with what a worker said that cannot work."""
        context = multiprocessing.get_context("spawn")
        self.stopping = context.Event()
        self._todo.extend(todo)
        try:
            for _ in range(min(workers, len(self._todo))):
                self._start()
            while self._workers:
                self._look()
                self.listener.look()
        finally:
            self._end()
        if self.failure is not None:
            raise RunError(self.failure)

    def _start(self) -> None:
        context: Any = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=self.main, args=(theirs, self.stopping, *self.arguments), name="maskstream-files", daemon=True
        )
        process.start()
        theirs.close()
        self._workers.append(_Worker(process, ours))

    def _end(self) -> None:
        """Ends what still runs, whatever happened."""
        self.stopping.set()
        for worker in self._workers:
            worker.pipe.close()
        for worker in self._workers:
            worker.process.join(_END_S)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()

    def _look(self) -> None:
        """Waits for a word of any worker, not for long."""
        if self.listener.stop() or self.failure is not None:
            self.stopping.set()
            self._todo.clear()
        by_pipe: dict[Any, _Worker] = {worker.pipe: worker for worker in self._workers}
        for ready in wait(list(by_pipe), _LOOK_S):
            worker = by_pipe[ready]
            try:
                self._heard(worker, worker.pipe.recv())
            except (EOFError, OSError):
                self._died(worker)

    def _heard(self, worker: _Worker, said: Said) -> None:
        self.failure = self.failure or said.failed
        if worker.number is not None:
            self.listener.heard(worker.number, said)
            if self.lasting and said.records:
                self._deaths.pop(worker.number, None)
        if said.ready or said.done:
            self._next(worker)

    def _next(self, worker: _Worker) -> None:
        worker.number = self._todo.popleft() if self._todo else None
        # A worker that died meanwhile is seen at the next look.
        with contextlib.suppress(OSError):
            worker.pipe.send(self.listener.order(worker.number) if worker.number is not None else None)

    def _died(self, worker: _Worker) -> None:
        """A worker that is gone: for the good where it had nothing in hand."""
        worker.pipe.close()
        worker.process.join(_END_S)
        self._workers.remove(worker)
        number, code = worker.number, worker.process.exitcode
        if number is None or self.stopping.is_set() or self.failure is not None:
            return
        self._deaths[number] = self._deaths.get(number, 0) + 1
        if self._deaths[number] < _DEATHS_MAX:
            self._todo.appendleft(number)
        else:
            how = f"by signal {-code}" if code and code < 0 else f"with status {code}"
            self.listener.died(number, f"ended its worker {how}, {_DEATHS_MAX} times")
        if self._todo:
            self._start()
