"""What `maskstream run` says before it starts anything, through the same door as a person's shell."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from streams.agents.slots import SlotLock
from streams.cli.main import invoke


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    values = {
        "KEYRING": tmp_path / "ring.json", "REVIEW_PUBLIC_KEY": tmp_path / "pub.pem",
        "REVIEW_PRIVATE_KEY": tmp_path / "priv.pem", "STATE_DIR": tmp_path / "state", "INSTANCE": "here",
        "BOOTSTRAP_SERVERS": "127.0.0.1:1", "RAW_TOPICS": "logs", "HTTP_PORT": free_port(),
    }  # fmt: skip
    for name, value in values.items():
        monkeypatch.setenv(f"MASKSTREAM_{name}", str(value))
    return tmp_path


def in_process(*arguments: str) -> subprocess.CompletedProcess[str]:
    # `run` takes the logging of its process over: that must not be the tests' process.
    return subprocess.run(
        [sys.executable, "-c", "from streams.cli.main import main; main()", *arguments],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def with_keys() -> None:
    assert invoke(["keys", "new"]) == 0
    assert invoke(["keys", "review", "new"]) == 0


def test_run_without_keyring_names_the_command() -> None:
    """No keyring: exit 2, one sentence, `maskstream keys new`."""
    done = in_process("run")
    assert done.returncode == 2
    assert "maskstream keys new" in done.stderr
    assert "Traceback" not in done.stderr


def test_run_without_review_key_names_the_command() -> None:
    """No public key: exit 2, `maskstream keys review new`."""
    assert invoke(["keys", "new"]) == 0
    done = in_process("run")
    assert done.returncode == 2
    assert "maskstream keys review new" in done.stderr


def test_run_without_topics_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both settings that have no default are named at once."""
    monkeypatch.delenv("MASKSTREAM_RAW_TOPICS")
    monkeypatch.delenv("MASKSTREAM_BOOTSTRAP_SERVERS")
    done = in_process("run")
    assert done.returncode == 2
    assert "MASKSTREAM_RAW_TOPICS" in done.stderr
    assert "MASKSTREAM_BOOTSTRAP_SERVERS" in done.stderr


def test_a_slot_that_runs_already_is_refused_before_kafka_is_asked(places: Path) -> None:
    """Exit 3 with a sentence while another run holds one of the slots."""
    with_keys()
    lock = SlotLock(places / "state", "maskstream-mask-here-1")
    lock.acquire()
    try:
        done = in_process("run", "--workers", "2")
    finally:
        lock.release()
    assert done.returncode == 3
    assert "Slot maskstream-mask-here-1 is running already" in done.stderr


def test_a_port_in_use_is_refused_before_kafka_is_asked() -> None:
    """Exit 2 with the port and the setting."""
    with_keys()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = in_process("run", "--http-port", str(port))
    assert done.returncode == 2
    assert f"Port {port} on 127.0.0.1 cannot be listened on" in done.stderr


def test_run_waits_for_kafka_and_ends_on_ctrl_c(tmp_path: Path) -> None:
    """A Kafka that is not there yet is no failure: it is waited for, one JSON line says so, and Ctrl-C ends it."""
    with_keys()
    said = tmp_path / "stderr"
    with said.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", "from streams.cli.main import main; main()", "run"],
            stdout=subprocess.DEVNULL, stderr=log, env=os.environ,
        )  # fmt: skip
    deadline = time.monotonic() + 60
    while "kafka_unreachable" not in said.read_text():
        assert time.monotonic() < deadline
        assert process.poll() is None, said.read_text()
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    event = json.loads(said.read_text().splitlines()[0])
    assert event["event"] == "kafka_unreachable"
    assert event["sentence"]
