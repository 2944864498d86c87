"""Shows how far a job is while it runs: a bar on a terminal, one line every ten seconds elsewhere."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from streams.errors import MaskstreamError
from streams.replay.journal import JobReader
from streams.replay.live import LiveLag
from streams.replay.meter import Meter, Reading, told_seconds

if TYPE_CHECKING:
    from streams.replay.jobs import Job
    from streams.settings import Settings

__all__ = ["job_progress"]

LINE_S: Final = 10.0
BAR_S: Final = 0.5


@contextmanager
def job_progress(settings: "Settings", job: "Job", *, out: IO[str] | None = None) -> Iterator[None]:
    """Shows progress on `out` (standard output) as long as the block lasts; it never ends the job that it shows."""
    shown = _Shown(settings, job, out or sys.stdout)
    shown.start()
    try:
        yield
    finally:
        shown.stop()


class _Shown:
    def __init__(self, settings: "Settings", job: "Job", out: IO[str]) -> None:
        self._settings = settings
        self._job = job
        self._out = out
        self._over = threading.Event()
        self._lag = LiveLag(settings)
        self._thread = threading.Thread(target=self._watch, name="progress", daemon=True)

    def start(self) -> None:
        self._lag.start()
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._lag.stop()
        self._thread.join(10.0)

    def _watch(self) -> None:
        with suppress(MaskstreamError, OSError, ValueError):
            reader = JobReader(self._settings, self._job.job)
            try:
                (self._bar if self._out.isatty() else self._lines)(reader)
            finally:
                reader.close()

    def _bar(self, reader: JobReader) -> None:
        columns: list[Any] = [
            TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[told]}"),
        ]  # fmt: skip
        with Progress(*columns, console=Console(file=self._out), transient=True) as bar:
            task = bar.add_task(f"replay {self._job.job}", total=1.0, told="")
            for reading, state in self._readings(reader, BAR_S):
                bar.update(task, completed=reading.share, told=self._told(reading, state))

    def _lines(self, reader: JobReader) -> None:
        for reading, state in self._readings(reader, LINE_S):
            self._out.write(f"replay {self._job.job}: {reading.share:.1%}, {self._told(reading, state)}\n")
            self._out.flush()

    def _readings(self, reader: JobReader, pause_s: float) -> Iterator[tuple[Reading, str]]:
        view = reader.catch_up()
        meter = Meter(view.offsets)
        while True:
            yield meter.look(time.monotonic(), view.left, view.total("read")), view.state_name
            if self._over.wait(pause_s):
                return
            with suppress(MaskstreamError):
                view = reader.catch_up()

    def _told(self, reading: Reading, state: str) -> str:
        told = [f"{reading.records} records", f"{reading.per_second:.0f}/s", f"{told_seconds(reading.left_s)} left"]
        if self._lag.lag is not None:
            told.append(f"live lag {self._lag.lag}")
        return ", ".join([*told, *([state] if state == "paused" else [])])
