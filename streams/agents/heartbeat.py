"""The pulse of a slot in memory that its supervisor shares, and the timer that ends a step which never returns.

A call into librdkafka can block for ever, and C code can hold the GIL for ever: no thread of the process can help
itself then. So each step of a worker is a stage with a limit. `faulthandler` (a C thread, needs no GIL) ends the
process past the limit; so does the supervisor, because the pulse is its memory too.
"""

import faulthandler
import mmap
import os
import struct
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Literal, get_args

__all__ = ["FENCED_AGAIN_S", "STAGES", "STAGE_LIMITS_S", "Heartbeat", "Stage", "StageTimer", "create_memory"]

Stage = Literal["startup", "idle", "poll", "mask", "produce", "offsets", "commit", "rebalance", "shutdown"]

STAGES: Final[tuple[Stage, ...]] = get_args(Stage)

#: Seconds a stage may last before the process is ended. All of a group's member are far below the 300 s of
#: max.poll.interval.ms: whoever hangs would keep its partitions until then, because librdkafka heartbeats from a thread
#: of its own.
STAGE_LIMITS_S: Final[dict[Stage, float]] = {
    # Imports, hyperscan databases (2.6 s of CPU for the policy and for each topic's rules that have patterns of their
    # own, 14 s seen on a loaded machine), first metadata. Nothing is held yet that others could take over; waiting for
    # an unreachable Kafka re-enters the stage.
    "startup": 240.0,
    # Between two stages lies bookkeeping only.
    "idle": 30.0,
    # Slices of 200 ms at most; the rest is a machine under load, and the time a client takes to reconnect.
    "poll": 60.0,
    # 8 MiB take about a second; 60 times that is a hang, or a record that belongs to quarantine.
    "mask": 60.0,
    # Local queueing and, when the queue is full, waiting for a broker that comes back.
    "produce": 60.0,
    # One call with a limit of 15 s, which it keeps unless it never comes back (seen after a broker's restart).
    "offsets": 30.0,
    # A broker away for 2 s held commits for 33 to 40 s, and still came back by itself; a hung call never did.
    "commit": 90.0,
    # Callbacks finish or abort the open batch inside their own budget; this stands behind that budget.
    "rebalance": 60.0,
    # The supervisor's grace period is 25 s and it kills afterwards; this is for a slot that runs alone.
    "shutdown": 30.0,
}

#: Re-arming `faulthandler` ends one thread and starts another: 34 us on an idle machine, 280 us on a busy one. So it is
#: armed a little longer than needed and left alone while it would end the stage no later than so many seconds after
#: its limit. The gap takes in the longest limit of a running worker over the shortest, so that a worker re-arms every
#: five seconds instead of eight times a batch; the supervisor, which watches the exact limit, is faster in the gap.
_ARMED_LONGER_S: Final = 5.0
_ARMED_LONGER_AT_MOST_S: Final = 70.0

#: Columns of 8 bytes: time of the last beat and the deadline (CLOCK_MONOTONIC, ns), the index in STAGES, counters, and
#: when the slot was fenced last.
_BEAT_NS, _DEADLINE_NS, _STAGE, _BATCHES, _RECORDS, _RESTARTS, _FENCED, _FENCED_NS, _COLUMNS = range(9)

#: Fenced again so soon: whoever did it is there to stay.
FENCED_AGAIN_S: Final = 3600.0

#: Where a slot's last sentence begins, and how many bytes it may have: its length, then UTF-8.
_WORDS_AT: Final = _COLUMNS * 8
_WORDS_BYTES: Final = 4096 - _WORDS_AT

#: The descriptor itself: a slot closes `sys.stderr` to foreign prints, and a test's capture has no descriptor.
_STDERR: Final = 2


def create_memory() -> int:
    """A file descriptor of memory without a name: nothing to clean up after a `kill -9`, inheritable on request."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("maskstream-heartbeat", os.MFD_CLOEXEC)
    else:
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    os.ftruncate(descriptor, 4096)
    return descriptor


class Heartbeat:
    """One page of memory that a slot writes and its supervisor and `/livez` read; times are CLOCK_MONOTONIC.

    That clock is one for all processes of a machine and stands still while a laptop sleeps, so waking up kills
    nobody. Each column is an aligned 8-byte store: readers in other processes never see half of one.
    """

    def __init__(self, descriptor: int | None = None) -> None:
        """Map the memory behind `descriptor`; without one the heartbeat is of this process alone (a run by hand)."""
        self._map = mmap.mmap(-1, 4096) if descriptor is None else mmap.mmap(descriptor, 4096)
        self._view = memoryview(self._map)
        self._columns = self._view[:_WORDS_AT].cast("Q")

    def beat(self, stage: Stage, limit_s: float) -> None:
        """Say that `stage` begins now and is overdue after `limit_s` seconds."""
        now = time.monotonic_ns()
        self._columns[_STAGE] = STAGES.index(stage)
        self._columns[_DEADLINE_NS] = now + int(limit_s * 1e9)
        self._columns[_BEAT_NS] = now

    def count_batch(self, records: int) -> None:
        """Count a committed batch, which tells the supervisor that the slot is healthy."""
        self._columns[_BATCHES] += 1
        self._columns[_RECORDS] += records

    @property
    def stage(self) -> Stage:
        """The stage that was begun last."""
        return STAGES[self._columns[_STAGE] % len(STAGES)]

    @property
    def batches(self) -> int:
        """Batches committed by this process."""
        return self._columns[_BATCHES]

    @property
    def records(self) -> int:
        """Records in those batches."""
        return self._columns[_RECORDS]

    @property
    def restarts(self) -> int:
        """How often the supervisor has restarted this slot; the supervisor writes it."""
        return self._columns[_RESTARTS]

    @restarts.setter
    def restarts(self, count: int) -> None:
        self._columns[_RESTARTS] = count

    @property
    def fenced(self) -> int:
        """How often this slot was fenced, over all its processes."""
        return self._columns[_FENCED]

    def count_fenced(self) -> bool:
        """Count that the slot was fenced; gives whether that is the second time within FENCED_AGAIN_S."""
        now, former = time.monotonic_ns(), self._columns[_FENCED_NS]
        self._columns[_FENCED] += 1
        self._columns[_FENCED_NS] = now
        return bool(former) and now - former < FENCED_AGAIN_S * 1e9

    def reset(self) -> None:
        """Forget the counters and the last words of a dead process; restarts and fencing stay."""
        self._columns[_BATCHES] = self._columns[_RECORDS] = 0
        self.last_words = ""

    def age_s(self) -> float:
        """Seconds since the last beat."""
        return (time.monotonic_ns() - self._columns[_BEAT_NS]) / 1e9

    def overdue_s(self) -> float:
        """Seconds past the limit of the present stage; negative while all is well."""
        return (time.monotonic_ns() - self._columns[_DEADLINE_NS]) / 1e9

    @property
    def last_words(self) -> str:
        """The sentence of the error that ended the slot; never payload, because only our own errors have one."""
        (length,) = struct.unpack_from("I", self._view, _WORDS_AT)
        start = _WORDS_AT + 4
        return bytes(self._view[start : start + min(length, _WORDS_BYTES - 4)]).decode("utf-8", "replace")

    @last_words.setter
    def last_words(self, sentence: str) -> None:
        raw = sentence.encode("utf-8", "replace")[: _WORDS_BYTES - 4]
        struct.pack_into("I", self._view, _WORDS_AT, len(raw))
        self._view[_WORDS_AT + 4 : _WORDS_AT + 4 + len(raw)] = raw

    def close(self) -> None:
        """Give the memory back; the heartbeat is dead afterwards."""
        self._columns.release()
        self._view.release()
        self._map.close()


class StageTimer:
    """Stamps the heartbeat and keeps the process's one `faulthandler` timer armed; one a process (2 us a stage).

    Use it from the thread that moves the batches. Stages nest: a rebalance callback inside a poll is a stage of its
    own, and leaving it begins the poll's limit anew. Some seconds past the limit the process writes file, line and
    function of each thread (no values) to standard error and ends with exit status 1.
    """

    def __init__(self, heartbeat: Heartbeat, limits_s: dict[Stage, float] | None = None) -> None:
        self.heartbeat = heartbeat
        self._limits_s = {**STAGE_LIMITS_S, **(limits_s or {})}
        self._stack: list[Stage] = []
        self._armed_until_s = 0.0
        self._lock = threading.RLock()

    def enter(self, stage: Stage) -> None:
        """Begin a stage inside the present one."""
        with self._lock:
            self._stack.append(stage)
            self._arm(stage)

    def leave(self) -> None:
        """End the stage that was entered last; without an outer one the worker is idle, which has a limit too."""
        with self._lock:
            if self._stack:
                self._stack.pop()
            self._arm(self._stack[-1] if self._stack else "idle")

    def again(self) -> None:
        """Begin the present stage's limit anew: there was progress, or waiting is what the stage is for."""
        with self._lock:
            self._arm(self._stack[-1] if self._stack else "idle")

    @contextmanager
    def stage(self, stage: Stage) -> Iterator[None]:
        """`with timer.stage("mask"): ...`."""
        self.enter(stage)
        try:
            yield
        finally:
            self.leave()

    def stop(self) -> None:
        """Disarm, at the very end of a process or a test."""
        faulthandler.cancel_dump_traceback_later()
        self._armed_until_s = 0.0

    def _arm(self, stage: Stage) -> None:
        limit_s = self._limits_s[stage]
        self.heartbeat.beat(stage, limit_s)
        deadline_s = time.monotonic() + limit_s
        if not deadline_s <= self._armed_until_s <= deadline_s + _ARMED_LONGER_AT_MOST_S:
            self._armed_until_s = deadline_s + _ARMED_LONGER_S
            faulthandler.dump_traceback_later(limit_s + _ARMED_LONGER_S, exit=True, file=_STDERR)
