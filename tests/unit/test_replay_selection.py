"""Which records a replay wants."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.kafka.batches import RecordBatch
from streams.replay.selection import Selector
from streams.replay.spec import Selection


def batch(*values: bytes | None, headers: Any = None, key: bytes | None = b"k") -> RecordBatch:
    count = len(values)
    return RecordBatch(
        ["t"] * count, [0] * count, list(range(count)), [1] * count, [key] * count, list(values), [headers] * count,
        {("t", 0): count}, sum(len(value or b"") for value in values),
    )  # fmt: skip


def wanted(selection: dict[str, Any], given_batch: RecordBatch) -> list[int]:
    return Selector(Selection.model_validate(selection)).select(given_batch).offsets


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"field": "$.level", "equals": ["error"]}, [0]),
        ({"field": "$.level"}, [0, 1]),
        ({"field": "$.level", "not": True}, [2, 3, 4]),
        ({"field": "$.n", "equals": ["1.5"]}, [1]),
        ({"field": "$.ok", "equals": ["true"]}, [0]),
        ({"field": "$.a[1].b", "equals": ["x"]}, [1]),
        ({"field": "$.level", "contains": "nf"}, [1]),
        ({"text": "plain"}, [2]),
        ({"text": "k"}, [0, 1, 2, 3, 4]),
    ],
)
def test_a_condition_holds_where_it_says(condition: dict[str, Any], expected: list[int]) -> None:
    """Fields are compared as text; what is no JSON has no fields; tombstones have no text but their key."""
    records = batch(
        b'{"level":"error","ok":true,"n":1}', b'{"level":"info","n":1.5,"a":[0,{"b":"x"}]}', b"plain text", None,
        b"\xff{",
    )  # fmt: skip
    assert wanted({"where": [condition]}, records) == expected


def test_headers_are_compared_whichever_of_a_name_fits() -> None:
    """A name may be there twice, a value may be null or no text."""
    headers = [("env", b"dev"), ("env", b"prod"), ("x", None), ("y", b"\xff")]
    for condition, holds in (
        ({"header": "env", "equals": ["prod"]}, True), ({"header": "x"}, True), ({"header": "z"}, False),
        ({"header": "env", "contains": "ro"}, True), ({"header": "y", "equals": ["?"]}, False),
    ):  # fmt: skip
        assert bool(wanted({"where": [condition]}, batch(b"v", headers=headers))) == holds


def test_what_is_committed_stays_the_same() -> None:
    """A batch of which nothing is wanted still ends where it ended."""
    records = batch(b"a", b"b")
    left = Selector(Selection.model_validate({"where": [{"text": "none"}]})).select(records)
    assert (len(left), left.ends, left.size_bytes) == (0, {("t", 0): 2}, 0)
    assert Selector(Selection()).select(records) is records


@given(st.floats(0.01, 1), st.floats(0.01, 1))
def test_a_larger_sample_holds_a_smaller(one: float, two: float) -> None:
    """The same records in each job, by coordinates."""
    records = batch(*[b"v"] * 200)
    small, large = (wanted({"sample": {"share": share}}, records) for share in sorted((one, two)))
    assert set(small) <= set(large)


def test_a_sample_is_about_its_share_and_may_follow_keys() -> None:
    """One key is wholly in or wholly out."""
    records = batch(*[b"v"] * 2000)
    assert 400 < len(wanted({"sample": {"share": 0.25}}, records)) < 600
    assert len(wanted({"sample": {"share": 0.25, "by": "key"}}, records)) in {0, 2000}
