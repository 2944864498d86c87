"""How a job's progress, plan and report are shown, without Kafka."""

import io
import json
import threading
from typing import Any

import pytest

from streams.cli import progress, replay_shown
from streams.errors import RunError
from streams.replay.jobs import Job, JobView, Progress
from streams.replay.report import report
from streams.settings import Settings


class Terminal(io.StringIO):
    """Standard output of a person."""

    def isatty(self) -> bool:
        return True


def view(*, position: int = 15, written: int = 9) -> JobView:
    job = Job.model_validate({
        "job": "j", "created": "2026-10-01T00:00:00Z", "by": "ann@here", "program": "0.1.0", "target": "{topic}.x",
        "spec": {"version": 1, "id": "j"}, "ranges": [{"topic": "t", "partition": 0, "start": 5, "end": 15}],
        "policy": "p", "max_depth": 1024, "key": "k1", "key_fingerprint": "f",
    })  # fmt: skip
    word = {"job": "j", "topic": "t", "partition": 0, "position": position, "read": 10, "written": written}
    word |= {"quarantined": 1, "findings": {"email": 4}, "reasons": {"residue": 1}}
    return JobView("j", job, None, {("t", 0): Progress.model_validate(word)})


class Reader:
    """A job that is always as far as this."""

    def __init__(self, *_: Any) -> None:
        self.looked = threading.Event()

    def catch_up(self) -> JobView:
        self.looked.set()
        return view(position=10)

    def close(self) -> None:
        pass


class NoLag:
    """A live path that lags by seven."""

    lag = 7

    def __init__(self, *_: Any) -> None:
        pass

    def start(self) -> None:
        pass

    def stop(self) -> None:
        pass


@pytest.mark.parametrize("out", [io.StringIO(), Terminal()], ids=["lines", "bar"])
def test_progress_is_a_bar_on_a_terminal_and_lines_elsewhere(out: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    """Share, records, time left and live lag, either way; it ends with the job."""
    reader = Reader()
    monkeypatch.setattr(progress, "JobReader", lambda *_: reader)
    monkeypatch.setattr(progress, "LiveLag", NoLag)
    job = view().job
    assert job is not None
    with progress.job_progress(Settings(), job, out=out):
        assert reader.looked.wait(10)
    told = out.getvalue()
    assert "replay j" in told
    assert "10 records" in told
    assert "live lag 7" in told
    assert ("50.0%" in told) == (not out.isatty())


def test_a_report_is_a_table_or_json(capsys: pytest.CaptureFixture[str]) -> None:
    """The same counts; what is not confirmed says so, and a report that does not add up is an error."""
    found = report(view(), ({("t", 0): 9}, {("t", 0): 1}))
    replay_shown.conclude(view(), found, as_json=False)
    told = capsys.readouterr().out
    assert "10 read = 9 written + 1 quarantined + 0 filtered" in told
    assert "email 4" in told
    replay_shown.print_report(found, as_json=True)
    assert json.loads(capsys.readouterr().out)["confirmed"] is True
    with pytest.raises(RunError, match="do not add up"):
        replay_shown.conclude(view(), report(view(), ({("t", 0): 8}, {("t", 0): 1})), as_json=True)
    with pytest.raises(RunError, match="not at its end"):
        replay_shown.conclude(view(position=12), report(view(position=12), None), as_json=True)
