"""Events of the decisions topic: the published schema, and what is no event whatever it looks like."""

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from streams.cli.schemas import generated
from streams.quarantine.decisions import RECORDS_MAX, RecordId, Redaction, encode_event, parse_event, record_id
from streams.quarantine.envelope import Origin
from tests.support.decisions import decision, outcome
from tests.support.schemas import FOLDER

ONE = RecordId(7, "raw/0/14@job-1")
EVENTS = [
    decision("release", "open", *(RecordId(number, f"raw/0/{number}") for number in range(RECORDS_MAX))),
    decision("claim", "claimed", ONE, holder="bob@host", reason="takes over"),
    decision("mask", "claimed", ONE, redactions=[Redaction(start=0, end=3), Redaction(path="$.body.name")]),
    outcome(decision("release", "open", ONE)),
    outcome(decision("release", "open", ONE), "failed_again", failure="cannot_open", detectors=("email",)),
    outcome(decision("release", "open", ONE), "expired"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def test_decision_schema_is_generated() -> None:
    """The file in schemas/ is what `python -m streams.cli.schemas` writes."""
    name = "decision.schema.json"
    assert (FOLDER / name).read_text("utf-8") == generated()[name]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: f"{event.kind}-{len(event.records)}")
def test_decision_written_follows_the_schema_and_comes_back(event: Any) -> None:
    """Every kind of event is valid by the schema, parsed again is the same, and far below a topic's smallest limit."""
    schema = json.loads((FOLDER / "decision.schema.json").read_text("utf-8"))
    value = encode_event(event)
    jsonschema.validate(json.loads(value), schema)
    assert parse_event(value, 0) == event
    assert len(value) < 100_000


@pytest.mark.parametrize(
    "change",
    [
        {"kind": []}, {"kind": {}}, {"kind": None}, {"kind": "other"}, {"version": 2}, {"version": "1"},
        {"partition": 1}, {"partition": 2**31}, {"id": "x"}, {"time": "2026-11-01T03:00:00"}, {"time": 0},
        {"actor": ""}, {"actor": "\x1b[31m"}, {"actor": "a\u202eb"}, {"reason": "two\nlines"}, {"records": []},
        {"extra": 1},
        {"records": [{"offset": 2**63, "origin": "raw/0/1"}]}, {"records": [{"offset": -1, "origin": "raw/0/1"}]},
        {"records": [{"offset": 1, "origin": "raw 0"}]}, {"records": [{"offset": 1, "origin": "raw/0/\u0661"}]},
        {"records": [{"offset": 1, "origin": "raw/0/1"}] * 2}, {"action": "mask"}, {"expected": "gone"},
        {"records": [{"offset": number, "origin": "raw/0/1"} for number in range(RECORDS_MAX + 1)]},
        {"redactions": [{"path": "$.a"}]}, {"action": "mask", "redactions": [{"path": "no path"}]},
        {"action": "mask", "redactions": [{"path": "$.a[0]"}]},
        {"action": "mask", "redactions": [{"start": 3, "end": 3}]},
        {"action": "mask", "redactions": [{"start": 1}]},
        {"action": "mask", "redactions": [{"start": 0, "end": 1, "path": "$.a"}]},
    ],
)  # fmt: skip
def test_decision_with_one_thing_wrong_is_none(change: dict[str, Any]) -> None:
    """A few words without content, never an exception."""
    good = json.loads(encode_event(decision("release", "open", ONE)))
    assert not isinstance(parse_event(json.dumps(good).encode(), 0), str)
    found = parse_event(json.dumps(good | change).encode(), 0)
    assert isinstance(found, str)
    assert "event" in found


def test_outcome_with_a_failure_that_does_not_fit_is_none() -> None:
    """Only what failed again has a reason for it."""
    released = decision("release", "open", ONE)
    for result, failure in (("redriven", "residue"), ("expired", "residue"), ("failed_again", None)):
        with pytest.raises(ValidationError):
            outcome(released, result, failure=failure)


@given(document=JSON | st.fixed_dictionaries({"kind": st.just("decision") | JSON, "version": st.just(1) | JSON}))
def test_decision_of_foreign_json_is_none(document: Any) -> None:
    """Whatever JSON somebody writes to the topic, it is named as no event."""
    assert isinstance(parse_event(json.dumps(document).encode(), 0), str)


@given(data=st.binary(max_size=200))
def test_decision_of_foreign_bytes_is_none(data: bytes) -> None:
    """Bytes, tombstones and deep nesting likewise."""
    assert isinstance(parse_event(data, 0), str)
    assert isinstance(parse_event(None, 0), str)
    assert isinstance(parse_event(b'{"kind":' * 5000, 0), str)


def test_record_id_tells_a_replay_from_the_live_way() -> None:
    """The same raw record quarantined twice is two records."""
    assert record_id(3, Origin("raw", 1, 2, -1)) == RecordId(3, "raw/1/2")
    assert record_id(3, Origin("raw", 1, 2, -1, "job-1")) == RecordId(3, "raw/1/2@job-1")
