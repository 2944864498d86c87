"""The supervisor over real processes: crash, hang, drain, refusal, and its own violent death."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.support.slot_targets import CANARY

ROOT = Path(__file__).parents[2]

#: Quick, so that tests are; a loaded machine may take seconds to start an interpreter all the same.
QUICK = {"restart_first_s": 0.05, "tick_s": 0.05, "margin_s": 0.5}

DEADLINE_S = 60.0


class Run:
    def __init__(self, folder: Path, target: str, workers: int, **patience: float) -> None:
        self.folder = folder
        self.log = folder / f"stderr-{time.monotonic_ns()}"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.supervise", str(folder), target, str(workers),
                 json.dumps(QUICK | patience)],
                cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=log, stderr=log,
            )  # fmt: skip

    def events(self, name: str) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.endswith("}")]
        return [event for event in lines if event["event"] == name]

    def journal(self, slot: int, what: str) -> list[str]:
        path = self.folder / f"journal-{slot}"
        return [line for line in path.read_text().splitlines() if line.startswith(what)] if path.exists() else []

    def until(self, holds: Callable[[], object]) -> None:
        deadline = time.monotonic() + DEADLINE_S
        while not holds():
            assert time.monotonic() < deadline, self.log.read_text()
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.02)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(DEADLINE_S)

    @property
    def sentence(self) -> str:
        said = [line for line in self.log.read_text().splitlines() if line.startswith("SENTENCE ")]
        return said[0].removeprefix("SENTENCE ") if said else ""


Start = Callable[..., Run]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    runs: list[Run] = []

    def begin(target: str, workers: int = 1, **patience: float) -> Run:
        runs.append(Run(tmp_path, target, workers, **patience))
        return runs[-1]

    yield begin
    for run in runs:
        if run.process.poll() is None:
            run.process.kill()
            run.process.wait(DEADLINE_S)
        assert CANARY not in run.log.read_text()
        assert "hunter2" not in run.log.read_text()


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def pids_of(run: Run, workers: int) -> list[int]:
    return [int(run.journal(slot, "started")[-1].split()[1]) for slot in range(workers)]


def test_sigterm_drains_every_slot(start: Start) -> None:
    """Each slot gets SIGTERM, finishes what it does, and the run ends with 0."""
    run = start("steady", 2)
    run.until(lambda: run.journal(0, "started") and run.journal(1, "started"))
    assert run.end() == 0
    assert [len(run.journal(slot, "drained")) for slot in (0, 1)] == [1, 1]
    assert [event["status"] for event in run.events("slot_exited")] == [0, 0]


def test_sigint_drains_too(start: Start) -> None:
    """Ctrl-C is a SIGTERM; the slots do not get it themselves."""
    run = start("steady")
    run.until(lambda: run.journal(0, "started"))
    assert os.getpgid(pids_of(run, 1)[0]) != os.getpgid(run.process.pid)
    assert run.end(signal.SIGINT) == 0
    assert run.journal(0, "drained")


def test_a_crash_is_restarted_with_growing_delay(start: Start) -> None:
    """The slot comes back, knows how often it died, and the delays grow within their jitter."""
    run = start("crash_twice", restart_first_s=0.2)
    run.until(lambda: run.journal(0, "started"))
    assert run.journal(0, "restarts=2")
    first, second = (event["delay_s"] for event in run.events("slot_restarting"))
    assert 0.1 <= first <= 0.2
    assert 0.2 <= second <= 0.4
    failed = run.events("slot_failed")
    assert [event["error"] for event in failed] == ["KeyError", "KeyError"]
    assert failed[0]["at"][-1].endswith("crash_twice")
    assert run.end() == 0


def test_a_killed_slot_alone_is_restarted(start: Start) -> None:
    """`kill -9` of one slot does not touch its neighbour."""
    run = start("steady", 2)
    run.until(lambda: run.journal(0, "started") and run.journal(1, "started"))
    first, neighbour = pids_of(run, 2)
    os.kill(first, signal.SIGKILL)
    run.until(lambda: len(run.journal(0, "started")) == 2)
    assert alive(neighbour)
    assert run.events("slot_exited")[0]["signal"] == "SIGKILL"
    assert run.end() == 0


def test_exit_with_a_value_shows_nothing(start: Start) -> None:
    """`sys.exit(value)` prints its argument in a plain interpreter; here it is a failure like others."""
    run = start("exit_with_a_value")
    run.until(lambda: run.journal(0, "started"))
    assert run.events("slot_exited")[0]["status"] == 1
    assert run.end() == 0


def test_a_hang_with_the_gil_is_ended_by_the_stage_timer(start: Start) -> None:
    """`faulthandler` needs no GIL: the process says where it hung, ends with 1 and comes back."""
    run = start("hang_once", margin_s=30.0)
    run.until(lambda: run.journal(0, "started"))
    assert run.events("slot_exited")[0]["status"] == 1
    assert not run.events("slot_hung")
    assert "in hold_the_gil" in run.log.read_text()
    assert run.end() == 0


def test_a_hang_that_the_timer_misses_is_ended_by_the_supervisor(start: Start) -> None:
    """The heartbeat is the supervisor's memory: no help of the process is needed, and it still says where it hung."""
    run = start("hang_once_without_timer")
    run.until(lambda: run.journal(0, "started"))
    assert run.events("slot_hung")[0]["stage"] == "commit"
    assert run.events("slot_exited")[0]["signal"] == "SIGABRT"
    assert "in hold_the_gil" in run.log.read_text()
    assert run.end() == 0


def test_a_hang_deaf_to_everything_is_killed(start: Start) -> None:
    """Whoever ignores SIGABRT too gets SIGKILL."""
    run = start("hang_once_deaf", abort_s=0.2)
    run.until(lambda: run.journal(0, "started"))
    assert run.events("slot_exited")[0]["signal"] == "SIGKILL"
    assert len(run.events("slot_hung")) == 1
    assert run.end() == 0


def test_a_standstill_of_the_machine_kills_nobody(start: Start) -> None:
    """After everything stood still (a frozen container) heartbeats are old, but nobody hung."""
    run = start("short_breath", standstill_s=1.0, margin_s=0.5)
    run.until(lambda: run.journal(0, "started"))
    (pid,) = pids_of(run, 1)
    for each in (run.process.pid, pid):
        os.kill(each, signal.SIGSTOP)
    time.sleep(3.5)  # The standstill itself: past the slot's limit of 2 s and the margin.
    for each in (run.process.pid, pid):
        os.kill(each, signal.SIGCONT)
    assert run.end() == 0
    assert not run.events("slot_hung")
    assert run.journal(0, "drained") == [f"drained {pid}"]


def test_a_slot_deaf_to_sigterm_is_killed_after_the_grace(start: Start) -> None:
    """The run ends with 1 in time, whatever a slot does."""
    run = start("deaf", grace_s=0.5)
    run.until(lambda: run.journal(0, "started"))
    assert run.end() == 1
    assert run.events("slot_killed")
    assert not alive(pids_of(run, 1)[0])


def test_a_second_ctrl_c_does_not_wait(start: Start) -> None:
    """Whoever presses Ctrl-C twice wants to leave now."""
    run = start("deaf", grace_s=3600.0)
    run.until(lambda: run.journal(0, "started"))
    run.process.send_signal(signal.SIGINT)
    run.until(lambda: run.events("run_draining"))
    assert run.end(signal.SIGINT) == 1


def test_a_failure_while_draining_is_no_success(start: Start) -> None:
    """Exit 0 means that every slot left in order."""
    run = start("fail_while_draining")
    run.until(lambda: run.journal(0, "started"))
    assert run.end() == 1


def test_a_guard_in_one_slot_ends_the_run(start: Start) -> None:
    """Status 3 is no reason to restart: the others drain and the sentence comes up."""
    run = start("refuse_in_slot_1", 2)
    assert run.process.wait(DEADLINE_S) == 3
    assert run.sentence == "Topic logs.clean has no retention: run `maskstream topics apply`."
    assert not run.events("slot_restarting")


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("wrong_usage", "POLICY is no file: set MASKSTREAM_POLICY."),
        ("status_2", "Slot 0 ended with status 2: look at its log."),
    ],
)
def test_wrong_settings_in_a_slot_end_the_run(start: Start, target: str, sentence: str) -> None:
    """Status 2 comes up as it is, with the slot's sentence where it has one."""
    run = start(target)
    assert run.process.wait(DEADLINE_S) == 2
    assert run.sentence == sentence


def test_a_file_that_is_wrong_when_a_slot_comes_back_is_waited_for(start: Start) -> None:
    """A slot killed while its policy is being written tries again, and the others never stop."""
    run = start("wrong_file_for_a_while", 2)
    run.until(lambda: run.journal(0, "started") and run.journal(1, "started"))
    psutil.Process(pids_of(run, 2)[0]).kill()
    run.until(lambda: len(run.journal(0, "started")) == 2)
    assert [event["status"] for event in run.events("slot_exited")] == [-9, 2]
    assert len(run.journal(1, "begun")) == 1
    assert run.end() == 0


def test_slots_die_with_a_killed_supervisor_and_a_new_one_begins(start: Start) -> None:
    """`kill -9` of the supervisor leaves nobody behind, and the locks are free for the next run."""
    run = start("steady", 2)
    run.until(lambda: run.journal(0, "started") and run.journal(1, "started"))
    pids = pids_of(run, 2)
    run.process.kill()
    run.process.wait(DEADLINE_S)
    again = start("steady", 2)
    again.until(lambda: len(again.journal(0, "started")) == 2 and len(again.journal(1, "started")) == 2)
    assert not any(map(alive, pids))
    assert again.end() == 0


def test_a_second_run_in_the_same_state_dir_is_refused(start: Start) -> None:
    """Two slots of one name would fence each other for ever: exit 3, and the first one is not disturbed."""
    run = start("steady")
    run.until(lambda: run.journal(0, "started"))
    second = start("steady")
    assert second.process.wait(DEADLINE_S) == 3
    assert second.sentence.startswith("Slot test-mask-here-0 is running already")
    assert len(run.journal(0, "started")) == 1
    assert run.end() == 0


def test_no_setting_is_on_a_command_line(start: Start) -> None:
    """Settings reach a slot over a pipe: `ps` shows its name only, nor is there a core to write."""
    run = start("steady")
    run.until(lambda: run.journal(0, "started"))
    child = psutil.Process(pids_of(run, 1)[0])
    assert "hunter2" not in " ".join(child.cmdline())
    assert "test-mask-here-0" in child.cmdline()
    assert child.rlimit(psutil.RLIMIT_CORE) == (0, 0)
    assert run.end() == 0
