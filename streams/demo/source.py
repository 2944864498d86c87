"""What the demo masks: generated lines, or a file of the user's."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final, cast

from streams.corpus import Line, generate
from streams.errors import UsageError

__all__ = ["MAX_LINES", "RAW_LIMIT_BYTES", "YOURS", "generated", "topic_of", "users_file"]

#: A user's file is read up to here: the demo is for looking, `maskstream mask` is for files.
MAX_LINES: Final = 20_000
#: Longest line that a producer sends by default, with room for the record around it. In bytes.
MAX_LINE_BYTES: Final = 990_000

#: Largest record of the raw topics of generated lines: small, so that masking the one that is made to be too large for
#: a clean topic (three times this and a bit) takes no time worth mentioning.
RAW_LIMIT_BYTES: Final = 100_000

#: The raw topic of a user's file.
YOURS: Final = "logs.yours"

_GZIP_MAGIC: Final = b"\x1f\x8b"
_TOPICS: Final = {"edge": "logs.web", "accounts": "logs.shop", "orders": "logs.shop", "payments": "logs.shop"}


def generated(count: int, seed: int) -> list[Line]:
    """Return the seeded lines of the demo; all of them fit topics of RAW_LIMIT_BYTES."""
    return list(generate("demo", seed=seed, count=count, oversize_bytes=RAW_LIMIT_BYTES - 2_000))


def topic_of(line: Line) -> str:
    """Return the raw topic that a line goes to: web servers, the shop's services, everything else."""
    return YOURS if line.service == "yours" else _TOPICS.get(line.service, "logs.platform")


def users_file(path: Path) -> tuple[list[Line], str]:
    """Return a file's lines (plain or gzip, blank ones left out) and what was left out, as a sentence or "".

    UsageError with one sentence where the file cannot be read or holds no lines.
    """
    lines: list[Line] = []
    too_long = 0
    try:
        with _opened(path) as source:
            for row in _rows(source):
                if len(row) > MAX_LINE_BYTES:
                    too_long += 1
                elif row:
                    lines.append(Line("yours", row))
                if len(lines) == MAX_LINES:
                    break
    except (OSError, EOFError, zlib.error) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "it is not a complete gzip file"
        raise UsageError(f"The file {path} cannot be read ({why}): give --logs a readable file of log lines.") from None
    if not lines:
        raise UsageError(f"The file {path} holds no lines to mask: give --logs a file with one log record a line.")
    return lines, _left_out(len(lines), too_long)


def _opened(path: Path) -> IO[bytes]:
    with path.open("rb") as probe:
        zipped = probe.read(2) == _GZIP_MAGIC
    return cast("IO[bytes]", gzip.open(path, "rb")) if zipped else path.open("rb")


def _rows(source: IO[bytes]) -> Iterator[bytes]:
    """Yield lines without their ends; of a line without an end that fills memory only the beginning is read at once."""
    skipping = False
    while row := source.readline(MAX_LINE_BYTES + 2):
        ended = row.endswith(b"\n")
        if not skipping:
            yield row.rstrip(b"\r\n")
        skipping = not ended


def _left_out(kept: int, too_long: int) -> str:
    parts = []
    if kept == MAX_LINES:
        parts.append(f"Only the first {MAX_LINES:,} lines are taken; `maskstream mask` takes whole files.")
    if too_long:
        parts.append(f"{too_long} lines over {MAX_LINE_BYTES:,} bytes are left out.")
    return " ".join(parts)
