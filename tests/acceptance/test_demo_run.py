"""The whole demo as a user runs it: what it prints, and that nothing is left of it."""

import gzip
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import psutil
import pytest

#: Two cores under full load; alone it takes 15 s.
_DEADLINE_S = 240
_MAIN = [sys.executable, "-c", "from streams.cli.main import main; main()"]


def _environment(tmp_path: Path) -> dict[str, str]:
    # Settings of the user's own must not lead the demo to his cluster.
    foreign = {"MASKSTREAM_BOOTSTRAP_SERVERS": "192.0.2.1:9092", "MASKSTREAM_RAW_TOPICS": "theirs"}
    return {**os.environ, **foreign, "TMPDIR": str(tmp_path), "COLUMNS": "80", "FORCE_COLOR": "1"}


def _started_from(folder: Path) -> list[psutil.Process]:
    """Return the living processes whose environment names a folder below: the demo and all that it started."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE and str(folder) in " ".join(process.environ().values()):
                found.append(process)
        except psutil.Error:
            continue
    return found


def _assert_nothing_left(folder: Path) -> None:
    deadline = time.monotonic() + 20
    while left := _started_from(folder):
        assert time.monotonic() < deadline, f"still running: {[' '.join(process.cmdline()) for process in left]}"
        time.sleep(0.05)
    assert [path.name for path in folder.iterdir() if path.name != "own.log.gz"] == []


def _run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*_MAIN, "demo", *arguments],
        env=_environment(folder),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=_DEADLINE_S,
        check=False,
    )


@pytest.mark.timeout(_DEADLINE_S + 60)
def test_the_demo_shows_masking_and_leaves_nothing(tmp_path: Path) -> None:
    """Counts add up, tokens stand whole in plain text, each kind of unmaskable record is in quarantine."""
    done = _run(tmp_path, "--count", "1200")
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    counts = re.search(r"1,200 records in = ([\d,]+) clean \+ (\d+) in quarantine", done.stdout)
    assert counts is not None
    assert int(counts[1].replace(",", "")) + int(counts[2]) == 1200
    assert all(reason in done.stdout for reason in ("invalid_encoding", "too_deep", "too_large", "unsupported_format"))
    followed = re.search(r"known by nothing but (tok_user_k1_[a-p]{20})$", done.stdout, re.MULTILINE)
    assert followed is not None
    assert done.stdout.count(followed[1]) >= 4
    assert "proves nothing" in done.stdout
    _assert_nothing_left(tmp_path)


@pytest.mark.timeout(_DEADLINE_S + 60)
def test_the_demo_masks_a_file_of_the_users(tmp_path: Path) -> None:
    """A gzip file of mixed lines comes out masked; what holds nothing personal stays."""
    path = tmp_path / "own.log.gz"
    path.write_bytes(gzip.compress(b'{"email":"ann@example.com"}\nplain line\nlogin from 192.0.2.7 ok\n', mtime=0))
    done = _run(tmp_path, "--logs", str(path))
    assert done.returncode == 0, done.stderr
    assert re.search(r'after    \{"email":"tok_email_k1_[a-p]{20}"\}', done.stdout)
    assert "3 records in = 3 clean + 0 in quarantine" in done.stdout
    _assert_nothing_left(tmp_path)


@pytest.mark.timeout(_DEADLINE_S + 60)
def test_a_demo_that_stays_lets_a_person_in(tmp_path: Path) -> None:
    """Its link logs in once, and what went to quarantine waits on the page behind it."""
    command = [*_MAIN, "demo", "--count", "1200", "--keep"]
    demo = subprocess.Popen(command, cwd=tmp_path, env=_environment(tmp_path), stdout=subprocess.PIPE, text=True)
    assert demo.stdout is not None
    with demo.stdout:
        link = next((found[0] for line in demo.stdout if (found := re.search(r"http://\S+/login/once/\S+", line))), "")
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        assert b"Go on" in browser.open(link, timeout=30).read()
        inbox = browser.open(urllib.parse.urljoin(link, "/"), timeout=30).read()
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(link, timeout=30)
        demo.send_signal(signal.SIGINT)
        demo.stdout.read()
    assert demo.wait(_DEADLINE_S) == 128 + signal.SIGINT
    assert b"What waits in quarantine" in inbox
    assert b"too_deep" in inbox
    _assert_nothing_left(tmp_path)


@pytest.mark.timeout(_DEADLINE_S + 60)
@pytest.mark.parametrize(
    ("sentence", "number"),
    [("starting an embedded broker", signal.SIGINT), ("writing", signal.SIGTERM), ("Still running", signal.SIGINT)],
)
def test_an_interrupt_ends_everything(tmp_path: Path, sentence: str, number: signal.Signals) -> None:
    """Ctrl-C and SIGTERM, in the middle or after --keep has said where everything is, leave no process and no file."""
    command = [*_MAIN, "demo", "--count", "200", "--keep"]
    demo = subprocess.Popen(command, cwd=tmp_path, env=_environment(tmp_path), stdout=subprocess.PIPE, text=True)
    assert demo.stdout is not None
    with demo.stdout:
        seen = next((line for line in demo.stdout if sentence in line), "")
        assert seen
        demo.send_signal(number)
        demo.stdout.read()
    assert demo.wait(_DEADLINE_S) == 128 + number
    _assert_nothing_left(tmp_path)
