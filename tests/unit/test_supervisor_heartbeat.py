"""The heartbeat's memory, the stages of a worker, the slot's lock and ports, in one process."""

import faulthandler
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.agents.heartbeat import STAGE_LIMITS_S, STAGES, Heartbeat, StageTimer, create_memory
from streams.agents.slots import SlotLock, slot_name
from streams.agents.supervisor import require_free_ports
from streams.errors import GuardError, UsageError
from streams.settings import Settings


@pytest.fixture
def timer() -> Iterator[StageTimer]:
    made = StageTimer(Heartbeat(), {"commit": 1e6})
    yield made
    made.stop()


def test_every_stage_has_a_limit_below_the_poll_interval() -> None:
    """A hung worker must be gone before Kafka gives its partitions away (max.poll.interval.ms, 300 s)."""
    assert set(STAGE_LIMITS_S) == set(STAGES)
    assert all(0 < limit < 300 for limit in STAGE_LIMITS_S.values())


def test_stages_nest(timer: StageTimer) -> None:
    """A rebalance inside a poll is a stage of its own; leaving it is the poll again, and then idle."""
    with timer.stage("poll"):
        with timer.stage("rebalance"):
            assert timer.heartbeat.stage == "rebalance"
        assert timer.heartbeat.stage == "poll"
    assert timer.heartbeat.stage == "idle"
    timer.leave()
    assert timer.heartbeat.stage == "idle"


def test_a_stage_is_left_by_exception_too(timer: StageTimer) -> None:
    """An aborted batch does not leave its stage behind."""
    with pytest.raises(ValueError, match="x"), timer.stage("commit"):
        raise ValueError("x")
    assert timer.heartbeat.stage == "idle"


def test_a_limit_of_its_own_counts(timer: StageTimer) -> None:
    """Overdue is negative until the limit of the present stage, whichever was set for it."""
    timer.enter("commit")
    assert timer.heartbeat.overdue_s() < -900_000
    timer.heartbeat.beat("mask", -3.0)
    assert timer.heartbeat.overdue_s() >= 3.0


def test_another_process_sees_the_heartbeat_after_its_writer_died() -> None:
    """The memory is inherited by descriptor and outlives a SIGKILL of the writer."""
    descriptor = create_memory()
    os.set_inheritable(descriptor, True)
    code = (
        "import os, signal, sys; from streams.agents.heartbeat import Heartbeat; h = Heartbeat(int(sys.argv[1]));"
        "h.beat('produce', 5.0); h.count_batch(7); h.last_words = 'Réason.'; os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(descriptor)], pass_fds=[descriptor], check=False,
                          capture_output=True)  # fmt: skip
    assert done.returncode == -9
    assert done.stderr == b""
    heartbeat = Heartbeat(descriptor)
    os.close(descriptor)
    assert (heartbeat.stage, heartbeat.batches, heartbeat.records) == ("produce", 1, 7)
    assert heartbeat.last_words == "Réason."
    assert heartbeat.age_s() < 60
    heartbeat.restarts = 3
    heartbeat.reset()
    assert (heartbeat.batches, heartbeat.records, heartbeat.last_words, heartbeat.restarts) == (0, 0, "", 3)
    heartbeat.close()


def test_last_words_are_cut_to_the_memory() -> None:
    """A sentence longer than the page is cut, also inside a character."""
    heartbeat = Heartbeat()
    heartbeat.last_words = "é" * 5000
    assert 1900 < len(heartbeat.last_words) < 2048
    assert set(heartbeat.last_words) <= {"é", "\N{REPLACEMENT CHARACTER}"}


def test_stopping_disarms(timer: StageTimer) -> None:
    """After `stop` nothing is pending that could end the process."""
    timer.enter("poll")
    timer.stop()
    faulthandler.cancel_dump_traceback_later()


def test_the_lock_has_the_transactional_id_as_its_name(tmp_path: Path) -> None:
    """`<group>-<role>-<instance>-<slot>` is held by one holder only and free after it was released."""
    name = slot_name(Settings(group_id="g", instance="i", role="redrive"), 4)
    assert name == "g-redrive-i-4"
    first, second = SlotLock(tmp_path / "new", name), SlotLock(tmp_path / "new", name)
    first.acquire()
    assert first.path.name == "g-redrive-i-4.lock"
    with pytest.raises(GuardError, match="g-redrive-i-4 is running already"):
        second.acquire(wait_s=0.1)
    first.release()
    second.acquire(wait_s=0.1)
    second.release()
    first.release()


def test_long_names_still_have_different_locks(tmp_path: Path) -> None:
    """Names beyond a file system's 255 bytes are shortened, but not made equal."""
    locks = [SlotLock(tmp_path, f"{'g' * 200}-mask-{'i' * 200}-{slot}") for slot in (0, 1)]
    for lock in locks:
        lock.acquire(wait_s=0)
    for lock in locks:
        lock.release()


def test_a_lock_that_cannot_be_opened_says_what_to_set(tmp_path: Path) -> None:
    """A state folder that is a file, and a planted link, are refused with a sentence."""
    (tmp_path / "file").write_text("")
    (tmp_path / "a.lock").symlink_to(tmp_path / "file")
    for folder, name in ((tmp_path / "file", "a"), (tmp_path, "a")):
        with pytest.raises(GuardError, match="MASKSTREAM_STATE_DIR"):
            SlotLock(folder, name).acquire()


def test_a_port_in_use_is_said_before_the_start() -> None:
    """The second of two ports is taken: the sentence names it and the setting."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"Port {port} on 127.0.0.1 .*MASKSTREAM_HTTP_PORT"):
            require_free_ports("127.0.0.1", port, 1)
    require_free_ports("127.0.0.1", port, 1)


def test_a_host_that_is_none_is_said_too() -> None:
    """An address of another machine cannot be listened on."""
    with pytest.raises(UsageError, match="MASKSTREAM_HTTP_HOST"):
        require_free_ports("192.0.2.1", 9464, 1)
    with pytest.raises(UsageError, match="no such port"):
        require_free_ports("127.0.0.1", 65_535, 2)
