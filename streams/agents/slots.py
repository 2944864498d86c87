"""A slot: one process with a stable name, which is its lock file and its transactional id; here is how it begins.

`python -m streams.agents.slots` is started by the supervisor, gets its order over standard input (settings may hold
secrets, and command lines are public) and calls the target, normally `streams.agents.slot:run_slot`.
"""

import ctypes
import errno
import faulthandler
import fcntl
import hashlib
import importlib
import os
import pickle
import resource
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn, cast

from streams.agents.heartbeat import Heartbeat, StageTimer
from streams.errors import GuardError, MaskstreamError
from streams.settings import Settings
from streams.telemetry import log

__all__ = ["DEFAULT_TARGET", "TARGETS", "SlotLock", "SlotOrder", "Target", "slot_name"]

#: What a slot runs: settings, the slot's number and its heartbeat in, the exit status out; a replay's gets its job too.
Target = Callable[..., int]

DEFAULT_TARGET: Final = "streams.agents.slot:run_slot"
#: By role; a process has the code and the keys of its own role only.
TARGETS: Final = {"mask": DEFAULT_TARGET, "redrive": "streams.agents.redrive.slot:run_slot"}

#: Seconds a lock is waited for: a killed predecessor holds it until the kernel has taken it apart.
LOCK_WAIT_S: Final = 3.0
_LOCK_RETRY_S: Final = 0.05

#: Longest file name of the usual file systems is 255 bytes; group and instance may have 200 each.
_FILE_NAME_MAX: Final = 240

# <linux/prctl.h>
_PR_SET_PDEATHSIG: Final = 1
_PR_SET_DUMPABLE: Final = 4

_events: Final = log.EventLog()


def slot_name(settings: Settings, slot: int) -> str:
    """`<group>-<role>-<instance>-<slot>`: the transactional id and, with `.lock`, the lock file in STATE_DIR."""
    return f"{settings.group_id}-{settings.role}-{settings.instance}-{slot}"


@dataclass(frozen=True, slots=True)
class SlotOrder:
    """What the supervisor tells a slot; the heartbeat is a descriptor that the slot inherits."""

    settings: Settings
    slot: int
    target: str
    heartbeat_fd: int
    supervisor_pid: int
    job: str | None = None


class SlotLock:
    """An flock that the slot's own process holds as long as it lives, so that two never share a transactional id."""

    def __init__(self, state_dir: Path, name: str) -> None:
        self._name = name
        short = name if len(name) <= _FILE_NAME_MAX else f"{name[:160]}-{hashlib.sha256(name.encode()).hexdigest()}"
        self.path = state_dir / f"{short}.lock"
        self._descriptor: int | None = None

    def acquire(self, wait_s: float = LOCK_WAIT_S) -> None:
        """Take the lock or raise GuardError; the file stays for ever, only the lock on it comes and goes."""
        self._descriptor = self._open()
        deadline = time.monotonic() + wait_s
        while not _lock(self._descriptor):
            if time.monotonic() >= deadline:
                self.release()
                raise GuardError(
                    f"Slot {self._name} is running already (lock {self.path}): stop the other `maskstream run`, "
                    "or set MASKSTREAM_INSTANCE or MASKSTREAM_STATE_DIR to another one."
                )
            time.sleep(_LOCK_RETRY_S)
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Give the lock back; the end of the process does the same."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _open(self) -> int:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise GuardError(
                f"The lock file {self.path} cannot be opened ({os.strerror(error.errno or 0)}): "
                "set MASKSTREAM_STATE_DIR to a folder that this user may write."
            ) from error


def main() -> NoReturn:
    """Entry point of a slot's process; never returns, and never waits for a thread that hangs."""
    order = cast("SlotOrder", pickle.load(sys.stdin.buffer))  # noqa: S301 - written by our own supervisor
    _leave_nothing_behind(order.supervisor_pid)
    heartbeat = Heartbeat(order.heartbeat_fd)
    log.configure(order.settings.log_level, closed=True, slot=order.slot)
    timer = StageTimer(heartbeat)
    timer.enter("startup")
    status = _run(order, heartbeat)
    timer.enter("shutdown")
    _events.info("slot_stopped", status=status)
    # Not sys.exit: a thread inside a client call that never returns would keep the process.
    os._exit(status)


def _run(order: SlotOrder, heartbeat: Heartbeat) -> int:
    """Run the target under the slot's lock; whatever it raises becomes an event and a status."""
    try:
        lock = SlotLock(order.settings.state_dir, slot_name(order.settings, order.slot))
        lock.acquire()
        more = (order.job,) if order.job else ()
        return int(_resolve(order.target)(order.settings, order.slot, heartbeat, *more))
    except MaskstreamError as error:
        _events.error("slot_failed", error=error, status=error.exit_status)
        heartbeat.last_words = str(error)
        return error.exit_status
    except SystemExit as leaving:
        # `sys.exit("...")` would print its argument.
        return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException as error:  # noqa: BLE001 - The last line of defence: nothing foreign is printed.
        _events.error("slot_failed", error=error, status=1)
        return 1


def _resolve(target: str) -> Target:
    module, _, function = target.partition(":")
    return cast("Target", getattr(importlib.import_module(module), function))


def _leave_nothing_behind(supervisor_pid: int) -> None:
    """Die with the supervisor, and never write memory to a disk: it is full of records."""
    faulthandler.enable(file=2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(AttributeError, OSError):
        libc = ctypes.CDLL(None, use_errno=True)
        # A core_pattern that pipes ignores the limit, but not this.
        libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    # The supervisor may have died before prctl.
    if os.getppid() != supervisor_pid:
        os._exit(1)


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in {errno.EWOULDBLOCK, errno.EACCES}:
            raise
        return False
    return True


if __name__ == "__main__":
    main()
