"""A slot with the tests' own masker, and the run of a supervisor over such slots, as processes."""

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from streams.agents.heartbeat import Heartbeat
from streams.agents.redrive.slot import serve as serve_redrive
from streams.agents.redrive.worker import Redriving
from streams.agents.slot import serve
from streams.agents.supervisor import Patience, Supervisor
from streams.keystore import load_review_private
from streams.masking.records import MaskedColumns, RecordColumns
from streams.settings import Settings
from streams.telemetry import log
from tests.support.kafka import die_with_parent
from tests.support.pipeline import mask, masking

__all__ = ["run", "slots_of", "supervised"]

#: Environment variable: seconds that masking takes for each record.
DELAY = "TEST_SLOT_DELAY_S"
ROOT = Path(__file__).resolve().parents[2]


def run(settings: Settings, slot: int, heartbeat: Heartbeat) -> int:
    """What a slot's process runs; DELAY makes masking so slow that there is always something to interrupt."""
    delay_s = float(os.environ.get(DELAY, "0"))

    def slowly(columns: RecordColumns) -> MaskedColumns:
        time.sleep(delay_s * len(columns.values))
        return mask(columns)

    if settings.role == "redrive":
        redriving = Redriving(masking(slowly), load_review_private(settings.review_private_key))
        return serve_redrive(settings, slot, heartbeat, redriving)
    return serve(settings, slot, heartbeat, masking(slowly))


@contextmanager
def supervised(settings: Settings, log_file: Path, *, delay_s: float = 0.0) -> Iterator[psutil.Process]:
    """A supervisor with its slots in processes of their own, ended by SIGTERM; it must drain and end with 0."""
    with log_file.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.slot"],
            stdin=subprocess.PIPE,
            stderr=out,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), DELAY: str(delay_s)},
            preexec_fn=die_with_parent,  # noqa: PLW1509 - nothing must outlive a killed test run.
        )
    assert process.stdin is not None
    with process.stdin as pipe:
        pipe.write(pickle.dumps(settings))
    try:
        yield psutil.Process(process.pid)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def slots_of(supervisor: psutil.Process) -> list[psutil.Process]:
    """The slots' processes that are alive now."""
    return [child for child in supervisor.children() if child.status() != psutil.STATUS_ZOMBIE]


def main() -> int:
    settings = pickle.load(sys.stdin.buffer)
    log.configure(settings.log_level)
    patience = Patience(restart_first_s=0.2, restart_max_s=1.0)
    return Supervisor(settings, target="tests.support.slot:run", patience=patience).run()


if __name__ == "__main__":
    sys.exit(main())
