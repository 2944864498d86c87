"""What slots run in the supervisor's tests: small targets that write down what happens to them in STATE_DIR."""

import faulthandler
import os
import re
import signal
import sys
import time
from typing import NoReturn

from streams.agents.heartbeat import Heartbeat, StageTimer
from streams.errors import GuardError, UsageError
from streams.settings import Settings

CANARY = "canary-51d2-olga@example.org"


def note(settings: Settings, slot: int, what: str) -> int:
    """Append a line to the slot's journal and give the number of lines that say the same."""
    path = settings.state_dir / f"journal-{slot}"
    with path.open("a") as journal:
        journal.write(f"{what} {os.getpid()}\n")
    return sum(line.startswith(f"{what} ") for line in path.read_text().splitlines())


def steady(settings: Settings, slot: int, heartbeat: Heartbeat) -> int:
    """Work until SIGTERM, then drain."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    timer = StageTimer(heartbeat)
    timer.enter("poll")
    note(settings, slot, "started")
    while signal.sigtimedwait([signal.SIGTERM], 0.1) is None:
        timer.again()
        heartbeat.count_batch(1)
    note(settings, slot, "drained")
    return 0


def short_breath(settings: Settings, slot: int, heartbeat: Heartbeat) -> int:
    """Work with a limit that a short standstill of the process already breaks, and no timer of its own."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    faulthandler.cancel_dump_traceback_later()
    heartbeat.beat("poll", 2.0)
    note(settings, slot, "started")
    while signal.sigtimedwait([signal.SIGTERM], 0.05) is None:
        heartbeat.beat("poll", 2.0)
    return note(settings, slot, "drained") - 1


def crash_twice(settings: Settings, slot: int, heartbeat: Heartbeat) -> int:
    """Fail with a value in hand, twice."""
    if note(settings, slot, "begun") <= 2:
        raise KeyError(CANARY)
    note(settings, slot, f"restarts={heartbeat.restarts}")
    return steady(settings, slot, heartbeat)


def exit_with_a_value(settings: Settings, slot: int, heartbeat: Heartbeat) -> int:
    """Leave as some library's command line would."""
    if note(settings, slot, "begun") == 1:
        sys.exit(CANARY)
    return steady(settings, slot, heartbeat)


def refuse_in_slot_1(settings: Settings, slot: int, heartbeat: Heartbeat) -> int:
    """One slot finds a guard against it, the other works."""
    if slot == 1:
        raise GuardError("Topic logs.clean has no retention: run `maskstream topics apply`.")
    return steady(settings, slot, heartbeat)


def wrong_usage(_settings: Settings, _slot: int, _heartbeat: Heartbeat) -> int:
    """Settings turn out to be wrong."""
    raise UsageError("POLICY is no file: set MASKSTREAM_POLICY.")


def wrong_file_for_a_while(settings: Settings, slot: int, heartbeat: Heartbeat) -> int:
    """Work until killed; then a file is found half written, and whole the next time."""
    if note(settings, slot, "begun") == 2:
        raise UsageError("POLICY is half a file: mend it.")
    return steady(settings, slot, heartbeat)


def status_2(_settings: Settings, _slot: int, _heartbeat: Heartbeat) -> int:
    """End the run without saying why."""
    return 2


def hold_the_gil() -> NoReturn:
    """C code that never gives the GIL back."""
    re.match(r"(a+)+$", "a" * 60 + "b")
    raise AssertionError("unreachable within the age of the universe")


def hang_once(settings: Settings, slot: int, heartbeat: Heartbeat) -> int:
    """Hang in C with the GIL, past the limit of a stage."""
    if note(settings, slot, "begun") == 1:
        timer = StageTimer(heartbeat, {"mask": 0.5})
        timer.enter("mask")
        hold_the_gil()
    return steady(settings, slot, heartbeat)


def hang_once_without_timer(settings: Settings, slot: int, heartbeat: Heartbeat) -> int:
    """Hang where the stage timer does not help either."""
    if note(settings, slot, "hanging") == 1:
        faulthandler.cancel_dump_traceback_later()
        heartbeat.beat("commit", 0.5)
        hold_the_gil()
    return steady(settings, slot, heartbeat)


def hang_once_deaf(settings: Settings, slot: int, heartbeat: Heartbeat) -> int:
    """Hang without any way to be told."""
    if note(settings, slot, "begun") == 1:
        faulthandler.disable()
        signal.signal(signal.SIGABRT, signal.SIG_IGN)
    return hang_once_without_timer(settings, slot, heartbeat)


def deaf(settings: Settings, slot: int, _heartbeat: Heartbeat) -> int:
    """Ignore SIGTERM."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    note(settings, slot, "started")
    while True:
        time.sleep(1)


def fail_while_draining(settings: Settings, slot: int, _heartbeat: Heartbeat) -> int:
    """SIGTERM is heard, but leaving fails."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    note(settings, slot, "started")
    signal.sigwait([signal.SIGTERM])
    raise ValueError(CANARY)
