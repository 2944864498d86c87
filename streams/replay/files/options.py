"""What a job says about its files, and how trouble with one of them is told."""

from dataclasses import dataclass, field
from typing import Final, Literal

from streams.errors import RunError

__all__ = ["BrokenError", "Compression", "FileTroubleError", "Form", "Limits", "ReadOptions"]

#: ndjson and plain text are both lines.
Form = Literal["lines", "multiline", "parquet"]
#: `auto` looks at the first bytes; anything else has to be true of every file.
Compression = Literal["auto", "none", "gz", "zst", "bz2", "xz"]

#: A file that unpacks to no more than this is no bomb, whatever its ratio.
RATIO_FLOOR_BYTES: Final = 64 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost: bytes of a record, unpacked bytes in all, and unpacked bytes for each packed one."""

    max_record: int = 10 << 20
    max_unpacked: int = 1 << 40
    max_ratio: int = 500


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How files are cut into records.

    `start` is the pattern with which a record of several lines begins. Of Parquet, `columns` are masked, the first as a
    record's value and the others as fields of it; `keep_columns` are copied as they are; all others are left out. A
    text in UTF-16 or UTF-32 with its mark is told by that, whatever `encoding` says.
    """

    form: Form = "lines"
    start: str | None = None
    columns: tuple[str, ...] = ()
    keep_columns: tuple[str, ...] = ()
    compression: Compression = "auto"
    encoding: str = "utf-8"
    limits: Limits = field(default_factory=Limits)


class FileTroubleError(RunError):
    """A file cannot be read or written; the message names it as it is shown, never what is in it."""


class BrokenError(FileTroubleError):
    """The data of a file end or go wrong at a place; what came before it is sound.

    `what` goes on after the file's name; `at` counts bytes of the file as it is stored.
    """

    def __init__(self, what: str, at: int) -> None:
        super().__init__(f"The file {what} (at byte {at}).")
        self.what = what
        self.at = at
