"""Pieces of work whose workers die: tried again as long as they get further, left alone where they do not."""

import os
import signal
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from streams.replay.files.pool import Listener, Pool, Said


def reads_and_dies(pipe: Connection, _stop: Any) -> None:
    """A worker that gets one record further with each of its lives."""
    pipe.send(Said(ready=True))
    left = pipe.recv()
    if left:
        pipe.send(Said(records=1))
        os.kill(os.getpid(), signal.SIGKILL)
    pipe.send(Said(done=True))
    pipe.recv()


@dataclass
class Work:
    """One piece of a few records."""

    left: int
    seen: Counter[str] = field(default_factory=Counter)

    def run(self, *, lasting: bool) -> Counter[str]:
        listener = Listener(lambda _: self.left, self.heard, self.died, lambda: False, lambda: None)
        Pool(reads_and_dies, (), listener, lasting).run([0], 1)
        return self.seen

    def heard(self, _number: int, said: Said) -> None:
        self.left -= said.records
        self.seen.update(["done"] if said.done else [])

    def died(self, _number: int, how: str) -> None:
        self.seen[how] += 1


def test_a_piece_that_gets_further_is_never_given_up() -> None:
    """Four deaths at four places are four accidents: what is done stays done, so none of them was the piece's fault."""
    assert Work(4).run(lasting=True) == {"done": 1}


def test_a_piece_that_begins_anew_is_given_up() -> None:
    """Where a successor reads everything once more, what was read says nothing, and the second death is the last."""
    assert Work(4).run(lasting=False) == {"ended its worker by signal 9, 2 times": 1}
