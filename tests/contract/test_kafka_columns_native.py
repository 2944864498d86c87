"""The passes over columns in C give what those in Python give, and refuse what they are not made for."""

from importlib import import_module
from typing import Any

import pytest
from confluent_kafka import KafkaError, Message
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.kafka.batches import RecordBatch
from streams.kafka.columns import Passes, Plain, native_passes, passes
from streams.kafka.slices import append_run, runs_of

NAMES = st.sampled_from(["trace", "", "ключ", "maskstream.key", "maskstream.keys", "name\U0001f600"])
TEXTS = st.none() | st.binary(max_size=40)
HEADERS = st.none() | st.lists(st.tuples(NAMES, TEXTS), max_size=4)
RECORDS = st.lists(st.tuples(TEXTS, TEXTS, HEADERS), max_size=30)
STAMP: Any = [("maskstream.policy", b"p"), ("maskstream.key", b"k")]
OWN = frozenset({"maskstream.policy", "maskstream.key"})

_SETTINGS = settings(max_examples=200, deadline=None)


def _native() -> Passes:
    built = native_passes()
    assert built is not None
    return built


def _columns(records: list[Any]) -> tuple[list[Any], list[Any], list[Any]]:
    keys, values, headers = ([record[part] for record in records] for part in range(3))
    return keys, values, headers


@_SETTINGS
@given(RECORDS, st.integers(1, 200))
def test_sizes_and_cuts_are_those_of_python(records: list[Any], portion: int) -> None:
    """Whatever is missing or empty, and also where records share one list of headers."""
    for columns in (_columns(records), _columns(records * 2)):
        assert _native().weigh(*columns) == Plain().weigh(*columns)
        assert _native().cuts(*columns, portion) == Plain().cuts(*columns, portion)


@_SETTINGS
@given(st.lists(HEADERS, max_size=20))
def test_stamps_are_those_of_python(headers: list[Any]) -> None:
    """Names of ours go, all others stay in order; no list of a reader's is changed, and the bare stamp is shared."""
    before = [None if head is None else [*head] for head in headers]
    stamped = _native().stamped(headers, STAMP, OWN)
    assert stamped == Plain().stamped(headers, STAMP, OWN)
    assert headers == before
    assert all(one is STAMP for one, head in zip(stamped, headers, strict=True) if not head)


MESSAGES = st.lists(
    st.tuples(
        st.sampled_from(["a", "b"]), st.integers(0, 1), st.sampled_from([0, 0, 0, 0, 1]), TEXTS, TEXTS, HEADERS,
        st.tuples(st.integers(0, 2), st.integers(-1, 2**42)),
    ),
    min_size=1, max_size=25,
)  # fmt: skip


def _messages(parts: list[Any]) -> list[Any]:
    error = KafkaError(KafkaError._AUTO_OFFSET_RESET)
    return [
        Message(
            topic=topic, partition=partition, offset=7 * at, key=key, value=value, headers=headers, timestamp=timestamp,
            error=error if failed else None,
        )
        for at, (topic, partition, failed, key, value, headers, timestamp) in enumerate(parts)
    ]  # fmt: skip


@_SETTINGS
@given(MESSAGES)
def test_runs_and_columns_of_messages_are_those_of_python(parts: list[Any]) -> None:
    """Messages of several partitions with errors among them, down to the bytes that are counted."""
    messages, seen = _messages(parts), []
    for how in (_native(), Plain()):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("streams.kafka.slices.passes", lambda how=how: how)
            runs, batch = runs_of(messages), RecordBatch()
            for run in runs:
                append_run(batch, run[0].topic() or "", run[0].partition() or 0, run)
        seen.append(([[id(message) for message in run] for run in runs], batch))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("columns", [([None], [None], []), ([None], [None], (None,)), (["a"], [None], [None]),
                                     ([None], [1], [None]), ([None], [None], [[("a", "text")]]),
                                     ([None], [None], [[("a",)]]), ([None], [None], [[["a", b""]]]),
                                     ([None], [None], [(("a", b""),)])])  # fmt: skip
def test_what_is_no_column_is_refused(columns: Any) -> None:
    """An error and no guess: a size that is wrong by one record would let a batch fail at the broker."""
    with pytest.raises(TypeError):
        _native().weigh(*columns)
    with pytest.raises(TypeError):
        _native().cuts(*columns, 10)


@pytest.mark.parametrize("portion", [0, -1, "a", None])
def test_a_portion_of_nothing_is_refused(portion: Any) -> None:
    """Nothing is divided by it."""
    with pytest.raises(TypeError):
        _native().cuts([b"a"], [b"b"], [None], portion)


def test_an_error_of_a_method_comes_out() -> None:
    """Neither a run nor a column is made up of messages that cannot be read."""

    def broken(_message: Any) -> Any:
        raise KeyError

    def none(_message: Any) -> None:
        return None

    with pytest.raises(KeyError):
        _native().runs([1, 2], (none, broken, none))
    with pytest.raises(KeyError):
        _native().take([1], (none, lambda _: (0, 0), none, none, broken), ([], [], [], [], []))
    with pytest.raises(TypeError):
        _native().take([1], (none, none, none, none, none), ([], [], [], [], []))


def test_passes_of_another_source_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was compiled before an update and not since stays unused, and the passes in Python run."""
    monkeypatch.setattr(import_module("streams.kafka._columns"), "INTERFACE", 0)
    native_passes.cache_clear()
    try:
        assert isinstance(passes(), Plain)
    finally:
        monkeypatch.undo()
        native_passes.cache_clear()
    assert passes() is native_passes()
