"""Files through `maskstream replay`, as people run it: one command, interrupted, killed, gone on with."""

import gzip
import json
import os
import resource
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from streams.keystore import new_keyring
from tests.support.cli import COMMAND, environment, maskstream
from tests.support.files import PERSON

LINES = b"".join(b"%d user %b\n" % (number, PERSON) for number in range(4_000))
DEADLINE_S = 120.0


def fill(folder: Path, count: int) -> dict[str, str]:
    """Files to mask, and the settings of the command."""
    (folder / "in").mkdir()
    for number in range(count):
        (folder / f"in/{number:02}.log.gz").write_bytes(gzip.compress(LINES))
    new_keyring(folder / "ring.json")
    return {"KEYRING": str(folder / "ring.json"), "STATE_DIR": str(folder / "state"), "WORKERS": "2"}


def start(folder: Path) -> list[str]:
    return ["replay", "start", "--id", "old", "--from-files", str(folder / "in"), "--to-files", str(folder / "out")]


def whole(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "out").glob("*.gz") if not path.name.startswith("."))


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def check(folder: Path, count: int) -> None:
    assert len(whole(folder)) == count
    for path in whole(folder):
        lines = gzip.decompress(path.read_bytes()).splitlines()
        assert [int(line.split()[0]) for line in lines] == list(range(4_000))
        assert PERSON not in b"".join(lines)
    assert not list((folder / "out").glob("*.part"))
    assert not list((folder / "out").glob(".*.part"))


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_command_that_ends_early_goes_on(tmp_path: Path, how: signal.Signals) -> None:
    """Told to stop or killed, what is in the target is whole; the same command does the rest and leaves the others."""
    settings = fill(tmp_path, 8)
    with (tmp_path / "log").open("wb") as log:
        running = subprocess.Popen([str(COMMAND), *start(tmp_path)], env=environment(settings), stdout=log, stderr=log)
    wait_for(lambda: whole(tmp_path) or running.poll() is not None)
    workers = psutil.Process(running.pid).children(recursive=True)
    os.kill(running.pid, how)
    assert running.wait(DEADLINE_S) == (1 if how is signal.SIGTERM else -signal.SIGKILL)
    psutil.wait_procs(workers, DEADLINE_S)
    assert not any(worker.is_running() for worker in workers)
    before = {path: path.stat().st_mtime_ns for path in whole(tmp_path)}
    assert len(before) < 8
    done = maskstream(*start(tmp_path), "--json", settings=settings, timeout_s=DEADLINE_S)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["state"], found["read"], found["confirmed"]) == ("complete", 32_000, True)
    check(tmp_path, 8)
    again = sum(path.stat().st_mtime_ns != told for path, told in before.items())
    # Between its name and the word that it is done a file may be done twice, once a worker.
    assert again <= (2 if how is signal.SIGKILL else 0)


def test_what_is_said_holds_no_name_of_a_person(tmp_path: Path) -> None:
    """Neither the report nor trouble with a file tells who stands in its path or in its lines."""
    settings = fill(tmp_path, 1)
    folder = tmp_path / "in" / PERSON.decode()
    folder.mkdir()
    (folder / "a.log").write_bytes(b"PK\x03\x04" + PERSON)
    done = maskstream(*start(tmp_path), settings=settings, timeout_s=DEADLINE_S)
    assert done.returncode == 1
    assert "a zip archive" in done.stderr
    assert PERSON.decode() not in done.stdout + done.stderr
    assert not any(PERSON.decode() in str(path) for path in (tmp_path / "out").rglob("*"))


def test_a_target_without_room_is_gone_on_with(tmp_path: Path) -> None:
    """A limit of the size of files stands for a full disk: one sentence, nothing half-written, and later the rest."""
    settings = fill(tmp_path, 2)
    (tmp_path / "in/small.log").write_bytes(b"x %b\n" % PERSON)
    limit = 6 << 10
    full = subprocess.run(
        [str(COMMAND), *start(tmp_path)], check=False, env=environment(settings), capture_output=True, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)), timeout=DEADLINE_S,
    )  # fmt: skip
    assert full.returncode == 1
    assert "takes no file as large as this" in full.stderr
    assert [path.name for path in (tmp_path / "out").iterdir() if not path.name.startswith(".")] == ["small.log"]
    assert not list((tmp_path / "out").glob(".*.part"))
    done = maskstream(*start(tmp_path), settings=settings, timeout_s=DEADLINE_S)
    assert done.returncode == 0, done.stderr
    check(tmp_path, 2)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_two_gigabytes_need_little_memory(tmp_path: Path) -> None:
    """Two gigabytes of lines in one gz, and one line of 200 MB among them: no process ever holds much of it."""
    settings = fill(tmp_path, 0)
    with gzip.open(tmp_path / "in/big.log.gz", "wb", compresslevel=1) as out:
        filling = b" the quick brown fox jumps over the lazy dog" * 9
        block = b"".join(b"%d%b %b\n" % (n, filling, PERSON if n % 10 == 0 else b"-") for n in range(5_000))
        for number in range((2 << 30) // len(block)):
            out.write(block)
            if number == 10:
                out.write(b"x" * (200 << 20) + PERSON + b"\n")
    with (tmp_path / "log").open("wb") as log:
        running = subprocess.Popen(
            [str(COMMAND), *start(tmp_path), "--json"], env=environment(settings), stdout=log, stderr=subprocess.DEVNULL
        )
    most = 0
    command = psutil.Process(running.pid)
    while running.poll() is None:
        for process in [command, *command.children(recursive=True)]:
            try:
                most = max(most, process.memory_info().rss)
            except psutil.NoSuchProcess:
                continue
        time.sleep(0.2)
    assert running.returncode == 0
    found = json.loads((tmp_path / "log").read_bytes())
    assert found["reasons"] == {"too_large": 1}
    assert found["reconciled"]
    assert most < 400 << 20, f"{most >> 20} MiB"
