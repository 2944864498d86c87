"""Keeps N slots running: starts, watches, restarts and drains them; it knows neither Kafka nor masking.

One process, one thread, no handlers but for waking up: signals arrive as bytes on a socket (`signal.set_wakeup_fd`),
deaths and hangs are looked for once a tick. Each slot is a fresh interpreter (no fork of a process with threads).
"""

import os
import pickle
import random
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

from streams.agents.heartbeat import STAGE_LIMITS_S, Heartbeat, create_memory
from streams.agents.slots import TARGETS, SlotLock, SlotOrder, slot_name
from streams.errors import GuardError, MaskstreamError, UsageError
from streams.settings import Settings
from streams.telemetry import log

__all__ = ["Patience", "Supervisor", "require_free_ports", "require_free_slots"]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the supervisor waits for what, in seconds."""

    #: Delay before the first restart; doubles with each failure in a row, up to the maximum. A random half of it is
    #: taken off, so that N slots which died of one cause do not come back as one.
    restart_first_s: float = 0.5
    restart_max_s: float = 30.0
    #: A slot that lived so long has recovered: the next failure counts as the first.
    healthy_after_s: float = 60.0
    #: Past a stage's limit before the supervisor ends the slot.
    margin_s: float = 5.0
    #: For writing down where it hung (SIGABRT, which `faulthandler` answers without the GIL), before SIGKILL.
    abort_s: float = 2.0
    #: From SIGTERM to SIGKILL; Kubernetes gives 30 s by default.
    grace_s: float = 25.0
    #: How often deaths and hangs are looked for; signals wake up at once.
    tick_s: float = 0.25
    #: A tick so much late means that the machine or container stood still, and heartbeats with it.
    standstill_s: float = 2.0


#: A child's exit status that ends the run instead of restarting the slot: it would fail in the same way again.
_FINAL: Final[dict[int, type[MaskstreamError]]] = {2: UsageError, 3: GuardError}
#: But not in a slot that has begun before: its policy or a key is being changed, and whoever has read it goes on.
_WRONG_FILE: Final = 2

_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)

_events: Final = log.EventLog()


class _Slot:
    """One slot over all its lives; the heartbeat's memory outlives the processes."""

    def __init__(
        self, settings: Settings, number: int, target: str, patience: Patience, job: str | None = None
    ) -> None:
        self.number = number
        self.finished = False
        self.process: subprocess.Popen[bytes] | None = None
        self.start_at_s = 0.0
        self._descriptor = create_memory()
        self.heartbeat = Heartbeat(self._descriptor)
        self._order = SlotOrder(settings, number, target, self._descriptor, os.getpid(), job)
        self._name = slot_name(settings, number)
        self._patience = patience
        self._started_s = 0.0
        self._failures = 0
        self._aborted = False

    def start(self) -> None:
        """Start the process and hand over the order; a process that dies at once is found by the next tick."""
        self.heartbeat.reset()
        self.heartbeat.beat("startup", STAGE_LIMITS_S["startup"])
        self._started_s = time.monotonic()
        self._aborted = False
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            # -P: a module in the working folder must not shadow ours. The name is for whoever reads `ps`.
            [sys.executable, "-P", "-m", "streams.agents.slots", self._name],
            stdin=subprocess.PIPE,
            pass_fds=[self._descriptor],
            # Ctrl-C goes to the supervisor alone, which drains.
            process_group=0,
        )
        with suppress(BrokenPipeError), self.process.stdin as pipe:  # type: ignore[union-attr]
            pipe.write(pickle.dumps(self._order))
        _events.info("slot_started", slot=self.number, pid=self.process.pid, restarts=self.heartbeat.restarts)

    def take_exit(self) -> int | None:
        """The exit status, once, after the process ended; negative is a signal's number."""
        if self.process is None or (status := self.process.poll()) is None:
            return None
        told: dict[str, str] = {"signal": _signal_name(-status)} if status < 0 else {}
        _events.info("slot_exited", slot=self.number, pid=self.process.pid, status=status, **told)  # type: ignore[arg-type]
        self.process = None
        return status

    def restart_later(self) -> None:
        """Plan the next start: exponential back-off with jitter, from the beginning after a healthy life."""
        patience = self._patience
        healthy = time.monotonic() - self._started_s >= patience.healthy_after_s
        self._failures = 1 if healthy else self._failures + 1
        # 2**16 times half a second is beyond any maximum, and still a float.
        delay_s = min(patience.restart_max_s, patience.restart_first_s * 2 ** min(self._failures - 1, 16))
        delay_s *= random.uniform(0.5, 1.0)  # noqa: S311 - jitter
        self.start_at_s = time.monotonic() + delay_s
        self.heartbeat.restarts += 1
        _events.warning("slot_restarting", slot=self.number, delay_s=round(delay_s, 2),
                        restarts=self.heartbeat.restarts)  # fmt: skip

    def end_if_hung(self) -> None:
        """End a process that is past its stage's limit: first so that it says where, then for certain."""
        overdue_s = self.heartbeat.overdue_s() - self._patience.margin_s
        if self.process is None or overdue_s <= 0:
            return
        if not self._aborted:
            self._aborted = True
            _events.error("slot_hung", slot=self.number, pid=self.process.pid, stage=self.heartbeat.stage,
                          age_s=round(self.heartbeat.age_s(), 1))  # fmt: skip
            self.process.send_signal(signal.SIGABRT)
        elif overdue_s > self._patience.abort_s:
            self.process.kill()

    def close(self) -> None:
        """Give the heartbeat's memory back."""
        self.heartbeat.close()
        os.close(self._descriptor)


class Supervisor:
    """Runs `settings.workers` slots of `target` ("module:function", see `slots.Target`), which is that of their role
    unless it is given, until told to stop; with a `job`, which has an end, a slot that ends with status 0 is finished,
    and the run when all of them are.

    Call `run` from the main thread: signals arrive there, and the slots die with the thread that started them.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        target: str | None = None,
        patience: Patience | None = None,
        job: str | None = None,
    ) -> None:
        self._patience = patience or Patience()
        self._ends = job is not None
        chosen = target or TARGETS[settings.role]
        self._slots = [_Slot(settings, n, chosen, self._patience, job) for n in range(settings.workers)]
        self._lenient_until_s = 0.0
        self._ticked_s = time.monotonic()

    def run(self) -> int:
        """Run until SIGTERM, SIGINT or SIGHUP: 0 when all slots drained, 1 when one had to be killed or failed then.

        A slot that ends with status 2 or 3 ends the run: the others drain and its sentence is raised as UsageError
        or GuardError.
        """
        _events.info("run_starting", workers=len(self._slots), pid=os.getpid())
        try:
            with _signals() as wakeups:
                refusal = self._supervise(wakeups)
                status = self._drain(wakeups)
        finally:
            self._kill_all()
            for slot in self._slots:
                slot.close()
        if refusal is not None:
            _events.error("run_refused", error=refusal, status=refusal.exit_status)
            raise refusal
        _events.info("run_stopped", status=status)
        return status

    def _supervise(self, wakeups: socket.socket) -> MaskstreamError | None:
        """Until a signal says stop, a slot refuses to run, or all are finished."""
        while True:
            for slot in self._slots:
                status = slot.take_exit()
                if status in _FINAL and not (status == _WRONG_FILE and slot.heartbeat.restarts):
                    return _refusal(slot, status)
                slot.finished = slot.finished or (self._ends and status == 0)
                if status is not None and not slot.finished:
                    slot.restart_later()
                if slot.process is None and not slot.finished and time.monotonic() >= slot.start_at_s:
                    _start(slot)
            if all(slot.finished for slot in self._slots):
                return None
            self._watch()
            if self._wait(wakeups):
                return None

    def _watch(self) -> None:
        now = time.monotonic()
        if now - self._ticked_s > self._patience.tick_s + self._patience.standstill_s:
            self._lenient_until_s = now + self._patience.margin_s
        self._ticked_s = now
        if now >= self._lenient_until_s:
            for slot in self._slots:
                slot.end_if_hung()

    def _wait(self, wakeups: socket.socket) -> list[int]:
        """Sleep for a tick or until a signal; gives the signals that mean stop."""
        ready, _, _ = select.select([wakeups], [], [], self._patience.tick_s)
        numbers = wakeups.recv(4096) if ready else b""
        return [number for number in numbers if number != signal.SIGCHLD]

    def _drain(self, wakeups: socket.socket) -> int:
        """SIGTERM, the grace period, SIGKILL; a second Ctrl-C ends the grace at once."""
        running = [slot for slot in self._slots if slot.process is not None]
        _events.info("run_draining", workers=len(running), limit_s=self._patience.grace_s)
        for slot in running:
            _send(slot, signal.SIGTERM)
        deadline_s = time.monotonic() + self._patience.grace_s
        # -SIGTERM: it had not begun yet, there was nothing to drain.
        clean = True
        while running:
            ended = {slot: status for slot in running if (status := slot.take_exit()) is not None}
            clean = clean and all(status in {0, -signal.SIGTERM} for status in ended.values())
            running = [slot for slot in running if slot not in ended]
            if running and (time.monotonic() > deadline_s or signal.SIGINT in self._wait(wakeups)):
                return self._kill_all()
        return 0 if clean else 1

    def _kill_all(self) -> int:
        for slot in self._slots:
            if slot.process is not None:
                _events.error("slot_killed", slot=slot.number, pid=slot.process.pid, stage=slot.heartbeat.stage)
                _send(slot, signal.SIGKILL)
                slot.process.wait()
                slot.take_exit()
        return 1


def require_free_slots(settings: Settings) -> None:
    """Raise GuardError when another run holds a slot of this name, or the lock files cannot be made.

    The slots take their locks themselves; this says it before anything is started.
    """
    for number in range(settings.workers):
        lock = SlotLock(settings.state_dir, slot_name(settings, number))
        lock.acquire()
        lock.release()


def require_free_ports(host: str, first: int, count: int) -> None:
    """Raise UsageError when a slot could not listen: said once before the start, not by a restart loop."""
    for port in range(first, first + count):
        try:
            _try_to_listen(host, port)
        except (OSError, OverflowError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else "there is no such port"
            raise UsageError(
                f"Port {port} on {host} cannot be listened on ({why}): "
                "set MASKSTREAM_HTTP_PORT (slot i uses the port + i) or MASKSTREAM_HTTP_HOST."
            ) from error


def _try_to_listen(host: str, port: int) -> None:
    with socket.socket(_family_of(host)) as probe:
        # As servers do: TIME_WAIT of a former run is no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        probe.listen(1)


def _family_of(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _start(slot: _Slot) -> None:
    try:
        slot.start()
    except OSError as error:
        # Out of processes or memory: as good as a slot that died.
        _events.error("slot_failed", slot=slot.number, error=error)
        slot.restart_later()


def _refusal(slot: _Slot, status: int) -> MaskstreamError:
    said = slot.heartbeat.last_words
    return _FINAL[status](said or f"Slot {slot.number} ended with status {status}: look at its log.")


def _send(slot: _Slot, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        if slot.process is not None:
            slot.process.send_signal(number)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


@contextmanager
def _signals(numbers: Sequence[signal.Signals] = _SIGNALS) -> Iterator[socket.socket]:
    """Signals as bytes on a socket, as long as the block lasts."""
    reader, writer = socket.socketpair()
    reader.setblocking(False)
    writer.setblocking(False)
    former_fd = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    # Python writes to the descriptor only for signals that have a handler.
    former = {number: signal.signal(number, lambda *_: None) for number in numbers}
    try:
        yield reader
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(former_fd)
        reader.close()
        writer.close()
