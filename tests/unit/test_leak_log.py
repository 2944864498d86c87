"""The service's own log never shows a value, whoever speaks and however."""

import json
import logging
import subprocess
import sys
from typing import Any

import pytest

from tests.support.leaky import CANARY, SCENARIOS


def run(scenario: str) -> tuple[str, list[dict[str, Any]]]:
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-m", "tests.support.leaky", scenario],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    everything = done.stdout + done.stderr
    assert done.stdout == ""
    return everything, [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_no_scenario_gets_a_canary_out(scenario: str) -> None:
    """Neither the canary nor a part of it leaves the process, and something is said nevertheless."""
    everything, events = run(scenario)
    assert CANARY not in everything
    assert "canary" not in everything
    assert "lindqvist" not in everything
    assert "broken" not in everything
    assert events


def test_a_literal_message_survives() -> None:
    """What stands in the source code is no secret: it is told with its placeholders unfilled, with logger and level."""
    _, events = run("log_arguments")
    told = [(each["level"], each["logger"], each.get("message")) for each in events]
    assert ("debug", "some.library", "decoding %s") in told
    assert ("error", "some.library", "cannot decode %r") in told
    assert ("warning", "some.library", None) in told
    assert ("error", "withheld", "a literal message") in told


def test_an_exception_keeps_type_and_places() -> None:
    """An unhandled exception is told with its type and the way it came, innermost last."""
    _, events = run("uncaught")
    (event,) = events
    assert event["event"] == "exception"
    assert event["error"] == "KeyError"
    assert event["at"][-1].endswith("_raise_the_value")
    assert event["slot"] == 0


def test_our_own_sentence_is_told_and_the_cause_only_named() -> None:
    """A MaskstreamError shows its sentence; what caused it shows its type."""
    _, events = run("own_log_chain")
    told = {each["error"]: each for each in events[0]["caused_by"]}
    assert told["streams.errors.RunError"]["sentence"] == "Batch of topic logs failed; restart the worker."
    assert "sentence" not in told["UnicodeDecodeError"]


def test_unknown_and_mistyped_fields_are_counted_not_shown() -> None:
    """Each withheld field leaves a count, so that the mistake can be found."""
    _, events = run("own_log")
    assert [each.get("withheld") for each in events] == [5, None, 2, None]
    assert events[1]["event"] == "unknown_event"
    assert events[3]["error"] == "withheld"


def test_prints_are_told_by_place() -> None:
    """Whatever is printed in a closed process becomes an event with the place."""
    _, events = run("printed")
    assert {each["event"] for each in events} == {"foreign_output"}
    assert any("leaky.py" in each["at"][0] for each in events)


def test_importing_the_log_changes_nothing() -> None:
    """There is no side effect at import: only `configure` takes logging over."""
    assert logging.getLogRecordFactory() is logging.LogRecord
