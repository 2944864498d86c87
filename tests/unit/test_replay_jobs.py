"""What a job is and how the jobs topic keeps it: specs, their versions, records, and the fold over them."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.errors import UsageError
from streams.replay.control import state_record
from streams.replay.jobs import Job, JobView, PlannedRange, Progress, encode, fold, partition_of, usable
from streams.replay.report import _header_of, ended_as, reconciled, report
from streams.replay.spec import SPEC_VERSION, load_spec, parse_spec

GOLDEN = Path(__file__).parents[2] / "schemas" / "golden"


def job(name: str = "j", **more: Any) -> Job:
    ranges = (
        PlannedRange(topic="t", partition=0, start=5, end=15),
        PlannedRange(topic="t", partition=1, start=0, end=0),
    )
    values: dict[str, Any] = {
        "job": name, "created": datetime(2026, 10, 1, tzinfo=UTC), "by": "ann@here", "program": "0.1.0",
        "spec": {"version": 1, "id": name}, "ranges": ranges, "target": "{topic}.clean.replay.j", "policy": "p",
        "max_depth": 1024, "key": "k1", "key_fingerprint": "f",
    }  # fmt: skip
    return Job.model_validate(values | more)


def word(position: int, **counts: Any) -> Progress:
    return Progress.model_validate({"job": "j", "topic": "t", "partition": 0, "position": position, **counts})


def folded(*records: Job | Progress | Any) -> JobView:
    views: dict[str, JobView] = {}
    fold(views, [encode(each) for each in records])
    return views["j"]


def test_the_last_word_on_each_matter_counts() -> None:
    """Compaction takes only what a later record says anew, so a compacted topic folds to the same."""
    records = [job(), state_record("j", "planned", "a"), word(7, read=2), state_record("j", "running", "a"),
               word(15, read=10, written=10)]  # fmt: skip
    whole = folded(*records)
    last = dict(encode(each) for each in records)
    compacted: dict[str, JobView] = {}
    fold(compacted, last.items())
    assert compacted["j"] == whole
    assert (whole.state_name, whole.left, whole.done, whole.total("read")) == ("running", 0, True, 10)


def test_a_job_without_words_stands_at_its_beginnings() -> None:
    """An empty range is done from the start, the others are not."""
    view = folded(job())
    assert (view.left, view.offsets, view.done, view.state_name) == (10, 10, False, "planned")


@given(st.one_of(st.binary(max_size=80), st.none()), st.one_of(st.binary(max_size=300), st.none()))
def test_foreign_records_are_left_out(key: bytes | None, value: bytes | None) -> None:
    """Whatever somebody writes there, no reader fails over it."""
    views: dict[str, JobView] = {}
    fold(views, [(key, value), encode(job())])
    assert set(views) == {"j"}


def test_a_record_at_another_key_and_of_another_version_is_left_out() -> None:
    """A word on one partition does not stand at another's key, and a newer form is not guessed at."""
    views: dict[str, JobView] = {}
    key, value = encode(word(9))
    newer = orjson.dumps({**orjson.loads(value), "version": 2})
    fold(views, [(b"j/progress/t/1", value), (key, newer), (b"k/progress/t/0", value)])
    assert views == {}
    with pytest.raises(UsageError, match="There is no job"):
        usable(JobView("j"))


@given(st.from_regex(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?", fullmatch=True))
def test_a_job_stays_in_its_partition(name: str) -> None:
    """The partition is one of those that `topics apply` makes."""
    assert 0 <= partition_of(name) < 8


def test_a_name_that_is_no_ascii_is_no_obstacle() -> None:
    """Whoever types the command is named as well as records can."""
    state = state_record("j", "running", "zoë@höst\n")
    assert state.by == "zo?@h?st?"
    assert folded(job(), state).state_name == "running"


def test_a_report_that_does_not_add_up_is_a_failure() -> None:
    """A record too few or too many in the target, or counts that differ, are never called complete."""
    view = folded(job(), word(15, read=10, written=8, quarantined=1, filtered=1))
    clean, sealed = {("t", 0): 8, ("t", 1): 0}, {("t", 0): 1, ("t", 1): 0}
    assert ended_as(report(view, (clean, sealed))) == "complete_with_quarantine"
    assert report(view, (clean, sealed))["confirmed"] is True
    assert ended_as(report(view, ({**clean, ("t", 0): 9}, sealed))) == "failed"
    assert ended_as(report(view, (clean, {**sealed, ("t", 0): 0}))) == "failed"
    unknown = report(view, ({}, {}))
    assert (unknown["confirmed"], reconciled(unknown)) == (None, True)
    odd = folded(job(), word(15, read=10, written=8, quarantined=1))
    assert ended_as(report(odd, None)) == "failed"


def test_a_record_that_was_released_meanwhile_is_no_record_too_many() -> None:
    """What a redrive writes to the job's topic is quarantined for the job, however soon somebody released it."""

    def stands(*names: str) -> Any:
        headers = [(name, b"j") for name in names]
        return SimpleNamespace(headers=lambda: headers, topic=lambda: "t.clean.replay.j", partition=lambda: 0)

    source = _header_of(job(), {"t.clean.replay.j": "t"})
    assert source(stands("maskstream.policy", "maskstream.replay")) == ("t", 0)
    assert source(stands("maskstream.policy", "maskstream.redriven", "maskstream.replay")) is None


def test_a_spec_of_version_1_says_what_it_said() -> None:
    """The file that version 1 wrote is read by every later version as this."""
    spec = load_spec(GOLDEN / "replay-spec-1.yaml")
    topics = spec.source.topics
    assert topics is not None
    assert (spec.version, spec.id, topics.names, topics.partitions) == (1, "october", ("app.logs",), (0, 3))
    assert (topics.from_time, topics.to_time) == (
        datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC),
    )  # fmt: skip
    assert [(one.field, one.header, one.text, one.equals, one.negate) for one in spec.select.where] == [
        ("$.level", None, None, ("error", "warn"), False), (None, "env", None, ("prod",), True),
        (None, None, "timeout", (), False),
    ]  # fmt: skip
    assert spec.select.sample is not None
    assert (spec.select.sample.share, spec.select.sample.by) == (0.25, "key")
    assert (spec.target.to, spec.target.topic, spec.key) == ("topic", "{topic}.again.{job}", "k1")
    assert (spec.pace.rate, spec.pace.live_aware, spec.pace.floor) == ((5 << 20, "bytes"), False, 0.1)
    assert parse_spec(spec.model_dump(mode="json", by_alias=True, exclude_none=True), "again") == spec


def test_a_job_record_of_version_1_is_still_read() -> None:
    """The record that version 1 kept in the jobs topic is a job, with all that a worker goes by."""
    value = (GOLDEN / "replay-job-1.json").read_bytes().strip()
    views: dict[str, JobView] = {}
    fold(views, [(b"october/job", value)])
    found = usable(views["october"])
    assert found.by_key["app.logs", 3].offsets == 2050
    assert (found.target, found.retention_ms, found.policy, found.key) == (
        "{topic}.clean.replay.october", 5_184_000_000, "d2a1afd679e9", "k1",
    )  # fmt: skip
    assert found.order.pace.max_rate == "5MiB/s"


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"version": SPEC_VERSION + 1, "id": "a"}, "newer maskstream"),
        ({"version": "x", "id": "a"}, "wrong at version"),
        ({"id": "Not Good"}, "wrong at id"),
        ({}, "wrong at id"),
        ([], "name: value"),
        ({"id": "a", "colour": "red"}, "wrong at colour"),
        ({"id": "a", "source": {"topics": {"from": "yesterday"}}}, "ISO 8601"),
        ({"id": "a", "source": {"topics": {"from": "2026-02-01", "to": "2026-01-01"}}}, "not before"),
        ({"id": "a", "source": {"topics": {"last": "7d", "from_offset": 3}}}, "keep one"),
        ({"id": "a", "source": {"topics": {}, "files": {"paths": ["x"]}}}, "one of the two"),
        ({"id": "a", "source": {"topics": {"pattern": "raw.*"}}}, "starts with"),
        ({"id": "a", "source": {"topics": {"pattern": "^("}}}, "valid regular expression"),
        ({"id": "a", "select": {"where": [{"field": "level"}]}}, "a path such as"),
        ({"id": "a", "select": {"where": [{"field": "$.a", "text": "b"}]}}, "one of the three"),
        ({"id": "a", "select": {"sample": {"share": "1.5"}}}, "wrong at select.sample.share"),
        ({"id": "a", "target": {"to": "files"}}, "files goes with"),
        ({"id": "a", "target": {"to": "files", "files": {"path": "out"}}}, "needs a source of files"),
        ({"id": "a", "target": {"allow_duplicates": "true"}}, "goes with"),
        ({"id": "a", "target": {"topic": "no spaces"}}, "topic name"),
        ({"id": "a", "pace": {"max_rate": "fast"}}, "a rate such as"),
        ({"id": "a", "pace": {"max_rate": "0"}}, "a rate such as"),
    ],
)
def test_wrong_specs_are_told_in_a_sentence(document: Any, said: str) -> None:
    """Where and what, without the value."""
    with pytest.raises(UsageError) as raised:
        parse_spec(document, "f.yaml")
    assert said in str(raised.value)
    assert "yesterday" not in str(raised.value)


def test_a_spec_file_that_is_none_is_told(tmp_path: Path) -> None:
    """Missing, no YAML, not UTF-8, too large: one sentence each."""
    for content, said in ((b"a: [", "not valid YAML"), (b"\xff\xfe", "not valid YAML"), (b"#" * (2 << 20), "larger")):
        (tmp_path / "s.yaml").write_bytes(content)
        with pytest.raises(UsageError, match=said):
            load_spec(tmp_path / "s.yaml")
    with pytest.raises(UsageError, match="cannot be read"):
        load_spec(tmp_path / "none.yaml")
