"""Events of the decisions topic as tests need them."""

import datetime as dt
from typing import Any
from uuid import uuid4

from streams.quarantine.decisions import Decision, Outcome, RecordId

__all__ = ["NOW", "decision", "outcome"]

NOW = dt.datetime(2026, 11, 1, 3, 0, tzinfo=dt.UTC)


def decision(action: str, expected: str, *records: RecordId, **options: Any) -> Decision:
    """A decision of Ann's on records of partition 0, with what the test cares about in `options`."""
    fields: dict[str, Any] = {
        "id": uuid4(),
        "time": NOW,
        "actor": "ann",
        "role": "operator",
        "via": "cli",
        "action": action,
        "expected": expected,
        "policy": "p1",
        "partition": 0,
        "records": records,
        **options,
    }
    return Decision(**fields)


def outcome(of: Decision, result: str = "redriven", **options: Any) -> Outcome:
    """What the redrive answers to a decision, for all of its records unless `options` say otherwise."""
    fields: dict[str, Any] = {
        "id": uuid4(),
        "time": NOW,
        "decision": of.id,
        "result": result,
        "policy": "p1",
        "partition": of.partition,
        "records": of.records,
        "failure": "residue" if result == "failed_again" else None,
        **options,
    }
    return Outcome(**fields)
