"""What came of a job of files."""

from dataclasses import dataclass, field
from typing import Any, Literal

from streams.replay.files.masking import Tally
from streams.replay.files.work import FileResult

__all__ = ["FileRow", "FilesProgress", "FilesReport"]

REPORT_VERSION = 1


@dataclass(frozen=True, slots=True)
class FilesProgress:
    """How far a job is; bytes are those of the files as they are stored."""

    files_done: int
    files: int
    records: int
    bytes_read: int
    bytes_total: int
    seconds: float

    @property
    def eta_s(self) -> float | None:
        """Seconds left at the speed so far."""
        if not self.bytes_read:
            return None
        return max(0.0, (self.bytes_total - self.bytes_read) * self.seconds / self.bytes_read)


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file under its masked name; `result` is None where it was not begun or not ended."""

    shown: str
    result: FileResult | None

    @property
    def status(self) -> str:
        return self.result.status if self.result else "open"


@dataclass(slots=True)
class FilesReport:
    """A job's end: `stopped` can go on, `failed` as well once the trouble that its files tell is mended."""

    job: str
    state: Literal["complete", "complete_with_quarantine", "failed", "stopped"]
    policy: str
    key: str
    rows: list[FileRow] = field(default_factory=list)
    arrived: int = 0
    seconds: float = 0.0

    @property
    def total(self) -> Tally:
        total = Tally()
        for row in self.rows:
            if row.result is not None:
                total.add(row.result.tally)
        return total

    @property
    def bytes_read(self) -> int:
        return sum(row.result.bytes_read for row in self.rows if row.result)

    @property
    def troubles(self) -> list[str]:
        """A sentence for each file in trouble, with its masked name."""
        return [f"{row.shown}: {row.result.trouble}" for row in self.rows if row.result and row.result.trouble]

    def as_dict(self) -> dict[str, Any]:
        """JSON; the names of a topic job's report where the matter is the same."""
        total = self.total
        return {
            "version": REPORT_VERSION,
            "job": self.job,
            "state": self.state,
            "policy": self.policy,
            "key": self.key,
            "files": {status: sum(row.status == status for row in self.rows) for status in _STATUSES},
            "arrived_since": self.arrived,
            **{name: getattr(total, name) for name in ("read", "written", "quarantined", "filtered")},
            "bytes": self.bytes_read,
            "seconds": round(self.seconds, 3),
            "records_per_second": round(total.read / self.seconds, 1) if self.seconds else None,
            "findings": dict(total.findings.most_common()),
            "reasons": dict(total.reasons.most_common()),
            "reconciled": total.reconciles,
            "confirmed": all(row.result.confirmed is not False for row in self.rows if row.result),
            "rows": [_row(row) for row in self.rows],
        }


_STATUSES = ("done", "incomplete", "failed", "open")


def _row(row: FileRow) -> dict[str, Any]:
    if row.result is None:
        return {"file": row.shown, "status": row.status}
    tally = row.result.tally
    return {
        "file": row.shown,
        "status": row.status,
        "read": tally.read,
        "written": tally.written,
        "quarantined": tally.quarantined,
        "filtered": tally.filtered,
        "bytes_read": row.result.bytes_read,
        "bytes_written": row.result.bytes_written,
        "confirmed": row.result.confirmed,
        "trouble": row.result.trouble,
    }
