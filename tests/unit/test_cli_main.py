"""The command line: one sentence for an error, nothing of a foreign message, only the wanted modules."""

import json
import os
import pty
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import typer

from streams.cli import main as cli
from streams.errors import GuardError, SettingsError
from streams.settings import Settings
from streams.settings.names import setting_names
from tests.support.cli import COMMAND, environment, maskstream

CANARY = "ann.canary@example.com"


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> int:
    """Exit status of a command that raises."""

    def run() -> None:
        raise error

    monkeypatch.setattr(cli, "COMMANDS", {"run": cli.Place("stand_in", "run", "Service")})
    monkeypatch.setitem(sys.modules, "streams.cli.stand_in", type(sys)("stand_in"))
    monkeypatch.setattr(sys.modules["streams.cli.stand_in"], "run", run, raising=False)
    # The hooks are the process's; what the test runner had comes back at the end.
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    return cli.invoke(["run"])


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (GuardError("The topic x is wrong."), 3, "The topic x is wrong.\n"),
        (SettingsError(["One.", "Two."]), 2, "One.\nTwo.\n"),
        (typer.Exit(4), 4, ""),
        (KeyboardInterrupt(), 130, ""),
        (SystemExit(3), 3, ""),
    ],
)
def test_errors_become_a_sentence_and_a_status(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    status: int,
    said: str,
) -> None:
    """Our own errors say their sentence and end with the status of their class."""
    assert failing(monkeypatch, error) == status
    assert capsys.readouterr().err == said


@pytest.mark.parametrize(
    "error",
    [
        KeyError(CANARY),
        UnicodeDecodeError("utf-8", CANARY.encode(), 0, 1, CANARY),
        json.JSONDecodeError(CANARY, CANARY, 0),
        OSError(5, CANARY, CANARY),
        MemoryError(CANARY),
        RecursionError(CANARY),
        BaseExceptionGroup(CANARY, [KeyError(CANARY)]),
    ],
)
def test_foreign_errors_say_type_and_place_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: BaseException
) -> None:
    """The message of an exception that is not ours may be a log line: it is never printed."""
    assert failing(monkeypatch, error) == 1
    told = capsys.readouterr()
    assert CANARY not in told.err + told.out
    assert type(error).__name__ in told.err
    assert told.err.count("\n") == 1


def test_errors_of_threads_and_finalisers_say_no_message() -> None:
    """Python prints these itself, with the message, unless it is told not to."""
    code = f"""
import sys, threading
from streams.cli.main import invoke
invoke(["--version"])
def fail(): raise KeyError("{CANARY}")
class Last:
    def __del__(self): raise ValueError("{CANARY}")
thread = threading.Thread(target=fail); thread.start(); thread.join()
Last()
"""
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment())
    assert CANARY not in told.stderr
    assert "KeyError" in told.stderr
    assert "ValueError" in told.stderr


def test_every_command_has_its_module() -> None:
    """Nothing in the table is missing, and help shows all of it."""
    told = maskstream("--help")
    assert told.returncode == 0
    for name in cli.COMMANDS:
        assert f" {name} " in told.stdout
        assert maskstream(name, "--help").returncode == 0


def test_usage_mistakes_are_one_sentence_and_exit_2() -> None:
    """Unknown commands and options are told with what is near."""
    for arguments, part in (
        (["setings"], "'settings'"),
        (["settings", "shwo"], "'show'"),
        (["settings", "show", "--jsn"], "--json"),
        (["settings", "show", "--set", "workers"], "NAME=VALUE"),
        (["settings", "show", "--set", "wokers=1"], "did you mean workers?"),
    ):
        told = maskstream(*arguments)
        assert (told.returncode, told.stdout) == (2, "")
        assert part in told.stderr
        assert told.stderr.count("\n") == 1


def test_version_is_told() -> None:
    """--version names the program and its version."""
    assert maskstream("--version").stdout.startswith("maskstream 0.")


@pytest.mark.parametrize("command", ["mask", "explain", "token", "generate", "settings"])
def test_commands_without_kafka_do_not_wait_for_it(command: str) -> None:
    """Masking a file starts without importing Kafka clients or Faust."""
    code = f"""
import sys
from streams.cli.main import invoke
invoke(["{command}", "--help"])
print([name for name in ("confluent_kafka", "faust", "aiohttp") if name in sys.modules])
"""
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment())
    assert told.stdout.splitlines()[-1] == "[]"


def test_reader_that_leaves_is_no_failure_to_print() -> None:
    """`| head -1` ends the command without a traceback."""
    with subprocess.Popen(
        [str(COMMAND), "settings", "show"],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""


def test_settings_are_shown_with_origin_and_without_secrets(tmp_path: Path) -> None:
    """Each setting has a line of its own, whole even in a narrow pipe, with where it came from."""
    config = tmp_path / "maskstream.yaml"
    config.write_text("workers: 2\n")
    long = "h" * 200 + ":9092"
    told = maskstream(
        *("settings", "show", "--config", str(config), "--set", "batch_ms=50"),
        settings={"BOOTSTRAP_SERVERS": long, "KAFKA__SASL_PASSWORD": CANARY},
    )
    assert told.returncode == 0
    rows = {line.split()[0]: line.split()[1:3] for line in told.stdout.splitlines()}
    assert rows["bootstrap_servers"] == [long, "environment"]
    assert rows["workers"] == ["2", "file"]
    assert rows["batch_ms"] == ["50", "flag"]
    assert rows["kafka.sasl.password"] == ["(hidden)", "environment"]
    assert CANARY not in told.stdout


def test_settings_as_json_hide_secrets_too() -> None:
    """Programs get each setting's value, origin and variable, and no secret either."""
    told = maskstream("settings", "show", "--json", settings={"KAFKA__SSL_KEY_PASSWORD": CANARY})
    shown = json.loads(told.stdout)
    assert set(shown) == (set(setting_names(Settings.model_fields)) - {"kafka"}) | {"kafka.ssl.key.password"}
    assert shown["workers"]["origin"] == "default"
    assert CANARY not in told.stdout


def test_secrets_are_not_taken_from_flags() -> None:
    """A password on the command line is in everybody's list of processes."""
    told = maskstream("settings", "show", "--set", f"kafka.sasl.password={CANARY}")
    assert told.returncode == 2
    assert CANARY not in told.stderr


def test_wrong_settings_are_told_all_at_once() -> None:
    """One sentence each, exit status 2."""
    told = maskstream("settings", "show", settings={"WORKERS": "x", "START": "now", "NOPE": "1"})
    assert told.returncode == 2
    assert told.stderr.count("\n") == 3


def test_long_cells_lose_nothing_on_a_terminal() -> None:
    """On a terminal a long value folds; its characters are all there."""
    master, slave = pty.openpty()
    value = "x" * 150
    settings = environment({"GROUP_ID": value}) | {"COLUMNS": "80", "TERM": "xterm"}
    process = subprocess.Popen([str(COMMAND), "settings", "show"], env=settings, stdout=slave, stderr=slave)
    os.close(slave)
    output = b""
    while True:
        try:
            chunk = os.read(master, 65536)
        except OSError:
            break
        if not chunk:
            break
        output += chunk
    os.close(master)
    assert process.wait(30) == 0
    assert output.count(b"x") >= 150
