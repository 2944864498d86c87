"""What the bench's workers run: the product's own slot, or one that masks nothing; each keeps a journal of its commits.

    python -m tests.bench.slots masked|unmasked

Run as a process of its own, settings from the environment; SIGTERM ends it. A line of `journal-<slot>` in STATE_DIR is
the process, records committed so far and the CPU seconds of all its threads then: taken inside, at the commit, so that
nothing is asked of the worker while it is measured and no batch is half counted.
"""

import os
import sys
import time
from pathlib import Path

from streams.agents.heartbeat import Heartbeat
from streams.agents.slot import run_slot, serve
from streams.agents.stamp import stamp
from streams.agents.supervisor import Supervisor
from streams.agents.worker import Masking
from streams.masking.records import Failure, Headers, MaskedColumns, RecordColumns
from streams.quarantine.envelope import QuarantineRecord
from streams.settings import Settings, load

__all__ = ["journal_of", "masked", "unmasked"]


def masked(settings: Settings, slot: int, heartbeat: Heartbeat) -> int:
    """The slot as `maskstream run` starts it."""
    _keep_journal(journal_of(settings.state_dir, slot), heartbeat)
    return run_slot(settings, slot, heartbeat)


def unmasked(settings: Settings, slot: int, heartbeat: Heartbeat) -> int:
    """The same with identity in place of the masking core: what the worker costs around it."""
    _keep_journal(journal_of(settings.state_dir, slot), heartbeat)
    return serve(settings, slot, heartbeat, Masking(_identity, _seal, stamp("unmasked", "none")))


def journal_of(state_dir: Path, slot: int) -> Path:
    return state_dir / f"journal-{slot}"


def _keep_journal(path: Path, heartbeat: Heartbeat) -> None:
    journal = path.open("w", buffering=1)
    count_batch = heartbeat.count_batch

    def counted(records: int) -> None:
        count_batch(records)
        journal.write(f"{os.getpid()} {heartbeat.records} {time.process_time()}\n")

    heartbeat.count_batch = counted  # type: ignore[method-assign]


def _identity(columns: RecordColumns) -> MaskedColumns:
    return MaskedColumns(columns.keys, columns.values, columns.headers)


def _seal(
    coordinates: tuple[str, int, int, int],
    failure: Failure,
    key: bytes | None,
    headers: Headers | None,
    value: bytes | None,
    max_bytes: int,
) -> QuarantineRecord:
    del coordinates, key, headers, value, max_bytes
    raise RuntimeError(f"identity cannot fail, so nothing is sealed: {failure.reason}")


def main() -> None:
    sys.exit(Supervisor(load(), target=f"tests.bench.slots:{sys.argv[1]}").run())


if __name__ == "__main__":
    main()
