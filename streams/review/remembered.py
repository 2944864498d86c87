"""Answers that are dear and may be some seconds old, kept for whoever asks the same next.

An answer is kept the longer the dearer it was: asked for again and again it takes a twentieth of a core and no more,
and what costs little is always of this moment. The key has to hold all that the answer depends on, the scope of who
asks first of all: nothing is shared between two keys.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final, Generic, TypeVar

__all__ = ["KEPT_MAX_S", "Remembered"]

V = TypeVar("V")

#: The oldest answer that is given, but for the time that it took.
KEPT_MAX_S: Final = 5.0
#: What costs less CPU time is not kept.
_DEAR_S: Final = 0.005
#: How often an answer's own CPU time it is kept for.
_TIMES: Final = 20
_ANSWERS_MAX: Final = 128


class _Answer(Generic[V]):
    """One of them, made by one thread at a time while the others wait for it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.until = float("-inf")
        self.value: V | None = None


class Remembered(Generic[V]):
    """For any thread; the least recently asked of 128 answers is forgotten first."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, spent: Callable[[], float] = time.thread_time
    ) -> None:
        self._clock, self._spent = clock, spent
        self._lock = threading.Lock()
        self._answers: OrderedDict[Hashable, _Answer[V]] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], V]) -> V:
        """The answer to this key, made where none is kept; what `make` raises is raised, and kept for nobody."""
        answer = self._of(key)
        with answer.lock:
            if answer.value is not None and self._clock() < answer.until:
                return answer.value
            begin = self._spent()
            answer.value = value = make()
            cost = self._spent() - begin
            if cost >= _DEAR_S:
                answer.until = self._clock() + min(KEPT_MAX_S, cost * _TIMES)
        if cost < _DEAR_S:
            self._forget(key, answer)
        return value

    def _of(self, key: Hashable) -> _Answer[V]:
        with self._lock:
            answer = self._answers.setdefault(key, _Answer())
            self._answers.move_to_end(key)
            while len(self._answers) > _ANSWERS_MAX:
                self._answers.popitem(last=False)
            return answer

    def _forget(self, key: Hashable, answer: _Answer[V]) -> None:
        with self._lock:
            if self._answers.get(key) is answer:
                del self._answers[key]
