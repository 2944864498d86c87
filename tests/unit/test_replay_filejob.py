"""Jobs from files to files with real worker processes: resumed after any end, exact, and never over others' files."""

import gzip
import json
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from streams.errors import GuardError, MaskstreamError, UsageError
from streams.keystore import load_review_private, new_keyring, new_review_pair
from streams.quarantine.envelope import parse
from streams.replay.files.report import FilesProgress, FilesReport
from streams.replay.files.run import run_files
from streams.replay.spec import ReplaySpec, parse_spec
from streams.settings import Settings
from tests.support.files import PERSON, workers

LINES = b"".join(b"%d user %b\n" % (number, PERSON) for number in range(3_000))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    keys = tmp_path / "keys"
    keys.mkdir()
    new_keyring(keys / "ring.json")
    new_review_pair(keys / "public.pem", keys / "private.pem")
    return Settings(
        keyring=keys / "ring.json",
        review_public_key=keys / "public.pem",
        review_private_key=keys / "private.pem",
        state_dir=tmp_path / "state",
        workers=2,
    )


def spec_of(
    tmp_path: Path, source: dict[str, Any] | None = None, target: dict[str, Any] | None = None, **more: Any
) -> ReplaySpec:
    files = {"paths": [str(tmp_path / "in")], **(source or {})}
    to = {"to": "files", "files": {"path": str(tmp_path / "out"), **(target or {})}}
    return parse_spec({"id": "job", "source": {"files": files}, "target": to, **more}, "of the test")


def fill(tmp_path: Path, count: int, content: bytes = LINES) -> None:
    (tmp_path / "in").mkdir(exist_ok=True)
    for number in range(count):
        (tmp_path / f"in/{number:02}.log.gz").write_bytes(gzip.compress(content))


def run(spec: ReplaySpec, settings: Settings, stop: Callable[[], bool] = lambda: False) -> FilesReport:
    return run_files(spec, settings, lambda _: None, stop)


def outputs(tmp_path: Path) -> dict[str, bytes]:
    found = (path for path in (tmp_path / "out").rglob("*") if path.is_file() and not path.name.startswith("."))
    return {str(path.relative_to(tmp_path / "out")): path.read_bytes() for path in found}


def test_a_job_masks_every_file_once(tmp_path: Path, settings: Settings) -> None:
    """Two processes share the files; the report adds up and is confirmed, and all lines are there in their order."""
    fill(tmp_path, 5)
    seen: list[FilesProgress] = []
    report = run_files(spec_of(tmp_path), settings, seen.append, lambda: False)
    assert report.state == "complete"
    found = report.as_dict()
    assert (found["read"], found["written"], found["reconciled"], found["confirmed"]) == (15_000, 15_000, True, True)
    assert found["findings"] == {"email": 15_000}
    for data in outputs(tmp_path).values():
        lines = gzip.decompress(data).splitlines()
        assert [int(line.split()[0]) for line in lines] == list(range(3_000))
        assert len({line.split()[2] for line in lines}) == 1
    assert len(outputs(tmp_path)) == 5
    assert seen[-1].bytes_read == seen[-1].bytes_total
    again = run(spec_of(tmp_path), settings)
    assert again.as_dict() | {"seconds": 0, "records_per_second": 0} == found | {"seconds": 0, "records_per_second": 0}
    assert json.dumps(found)


def test_a_stopped_job_goes_on(tmp_path: Path, settings: Settings) -> None:
    """Told to stop it ends soon without half a file; started again it does what is left, with the same bytes."""
    fill(tmp_path, 4, LINES * 2)
    stopping = threading.Event()

    def progress(seen: FilesProgress) -> None:
        if seen.files_done:
            stopping.set()

    report = run_files(spec_of(tmp_path), settings, progress, stopping.is_set)
    assert report.state == "stopped"
    before = outputs(tmp_path)
    assert 0 < len(before) < 4
    times = {name: (tmp_path / "out" / name).stat().st_mtime_ns for name in before}
    assert run(spec_of(tmp_path), settings).state == "complete"
    after = outputs(tmp_path)
    assert len(after) == 4
    assert len(set(after.values())) == 1
    assert all((tmp_path / "out" / name).stat().st_mtime_ns == told for name, told in times.items())


def test_a_killed_worker_costs_nothing(tmp_path: Path, settings: Settings) -> None:
    """SIGKILL of a worker in the middle of a file: another one begins the file anew, and the job is complete."""
    fill(tmp_path, 3, LINES * 3)
    killed: list[int] = []

    def progress(seen: FilesProgress) -> None:
        running = workers()
        if seen.records and not killed and running:
            killed.append(running[-1])
            os.kill(running[-1], signal.SIGKILL)

    report = run_files(spec_of(tmp_path), settings, progress, lambda: False)
    assert killed
    assert report.state == "complete", report.troubles
    assert len(set(outputs(tmp_path).values())) == 1


def test_what_cannot_be_masked_is_sealed_next_to_the_file(tmp_path: Path, settings: Settings) -> None:
    """In the target stands the notice, in the quarantine folder the envelope that opens to the line."""
    fill(tmp_path, 1, b"fine\nbad \xff %b\nfine\n" % PERSON)
    report = run(spec_of(tmp_path, target={"quarantine": str(tmp_path / "sealed")}), settings)
    assert report.state == "complete_with_quarantine"
    assert report.total.reasons == {"invalid_encoding": 1}
    [path] = (tmp_path / "sealed").iterdir()
    assert path.name == "00.log.gz.quarantine.ndjson"
    [line] = path.read_bytes().splitlines()
    envelope = parse(line)
    assert not isinstance(envelope, str)
    assert (envelope.origin.coordinates, envelope.job) == ("files/0/1", "job")
    assert envelope.open(load_review_private(settings.review_private_key)).value == b"bad \xff %b" % PERSON
    assert PERSON not in path.read_bytes()


def test_only_selected_records_are_written(tmp_path: Path, settings: Settings) -> None:
    """Filters and samples work as for topics, and what they leave out is counted."""
    fill(tmp_path, 1, b"".join(b'{"level":"%b","n":%d}\n' % (b"error" if n % 10 else b"info", n) for n in range(5000)))
    where = [{"field": "$.level", "equals": ["error"]}]
    report = run(spec_of(tmp_path, select={"where": where, "sample": {"share": 0.5}}), settings)
    total = report.total
    assert total.read == 5000
    assert total.filtered + total.written == 5000
    assert 2000 < total.written < 2500
    [data] = outputs(tmp_path).values()
    assert all(json.loads(line)["level"] == "error" for line in gzip.decompress(data).splitlines())
    assert len(gzip.decompress(data).splitlines()) == total.written


def test_files_of_others_are_not_replaced(tmp_path: Path, settings: Settings) -> None:
    """A file that stands in the target already keeps the job from beginning, unless overwriting was asked for."""
    fill(tmp_path, 2)
    (tmp_path / "out").mkdir()
    (tmp_path / "out/01.log.gz").write_bytes(b"somebody's")
    with pytest.raises(GuardError, match="1 files are in the target already"):
        run(spec_of(tmp_path), settings)
    assert outputs(tmp_path) == {"01.log.gz": b"somebody's"}
    assert run(spec_of(tmp_path, target={"overwrite": True}), settings).state == "complete"


def test_a_job_goes_on_as_it_was_made_only(tmp_path: Path, settings: Settings) -> None:
    """Another policy, key or spec under the same id is refused; another pace is not."""
    fill(tmp_path, 1, b"x\n" * 100)
    run(spec_of(tmp_path, pace={"max_rate": "100000"}), settings)
    assert run(spec_of(tmp_path), settings).state == "complete"
    (tmp_path / "other.yaml").write_text("keys: drop\n")
    with pytest.raises(GuardError, match="made with policy"):
        run(spec_of(tmp_path, policy=str(tmp_path / "other.yaml")), settings)
    with pytest.raises(GuardError, match="another spec"):
        run(spec_of(tmp_path, select={"sample": {"share": 0.5}}), settings)
    (tmp_path / "keys/ring.json").unlink()
    new_keyring(tmp_path / "keys/ring.json")
    with pytest.raises(GuardError, match="made with"):
        run(spec_of(tmp_path), settings)


def test_a_file_in_trouble_fails_the_job_and_not_the_others(tmp_path: Path, settings: Settings) -> None:
    """Each file tells its own trouble; once it is mended the same job completes."""
    fill(tmp_path, 3)
    whole = (tmp_path / "in/01.log.gz").read_bytes()
    (tmp_path / "in/01.log.gz").write_bytes(whole[:-6] + b"\0" * 6)
    report = run(spec_of(tmp_path), settings)
    assert report.state == "failed"
    assert [row.status for row in report.rows] == ["done", "incomplete", "done"]
    [trouble] = report.troubles
    assert trouble.startswith("01.log.gz: The file holds gz data that are damaged")
    (tmp_path / "in/02.log.gz").unlink()
    (tmp_path / "in/new.log").write_bytes(b"x\n")
    again = run(spec_of(tmp_path), settings)
    assert [row.status for row in again.rows] == ["done", "incomplete", "done"]
    assert again.arrived == 1


def test_two_runs_of_a_job_at_once_are_one_too_many(tmp_path: Path, settings: Settings) -> None:
    """The second is refused while the first one runs."""
    fill(tmp_path, 2)
    errors: list[MaskstreamError] = []

    def progress(_: FilesProgress) -> None:
        if not errors:
            with pytest.raises(GuardError, match="running already") as caught:
                run(spec_of(tmp_path), settings)
            errors.append(caught.value)

    run_files(spec_of(tmp_path), settings, progress, lambda: False)
    assert errors


def test_a_dry_run_has_a_report_and_no_files(tmp_path: Path, settings: Settings) -> None:
    """It tells what would be masked, and keeps its state outside of any target."""
    fill(tmp_path, 2)
    files = {"paths": [str(tmp_path / "in")]}
    spec = parse_spec({"id": "dry", "source": {"files": files}, "target": {"to": "nothing"}}, "of the test")
    report = run(spec, settings)
    assert report.state == "complete"
    assert report.total.findings == {"email": 6_000}
    assert not (tmp_path / "out").exists()


def test_what_keeps_a_job_from_beginning_is_said_first(tmp_path: Path, settings: Settings) -> None:
    """Overlapping folders, no files, a start pattern that backtracks: one sentence each, and no process is started."""
    fill(tmp_path, 1)
    with pytest.raises(GuardError, match="lies in a folder of the source"):
        run(spec_of(tmp_path, target={"path": str(tmp_path / "in/masked")}), settings)
    with pytest.raises(UsageError, match="No file is found"):
        run(spec_of(tmp_path, source={"paths": [str(tmp_path / "nothing/*")]}), settings)
    unkeyed = settings.model_copy(update={"review_public_key": tmp_path / "none.pem"})
    with pytest.raises(UsageError, match="keys review new"):
        run(spec_of(tmp_path, target={"quarantine": str(tmp_path / "sealed")}), unkeyed)
    with pytest.raises(UsageError, match="start pattern"):
        run(spec_of(tmp_path, source={"format": "multiline", "start": "(a+)+"}), settings)
    assert multiprocessing.active_children() == []
