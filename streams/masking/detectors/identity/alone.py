"""Numbers whose shape and check nobody takes for anything else: found without a word."""

import re
from collections.abc import Sequence
from typing import Final

from streams.masking.context import at_word_start
from streams.masking.detectors.identity.rows import Row, alone_pattern, passes
from streams.masking.found import Found, Verdict

__all__ = ["Alone"]

#: The longest of them, in bytes.
_NUMBER_MAX: Final = 24

_CERTAIN: Final = 72
_RIGHT: Final = re.compile(rb"(?![0-9A-Za-z_@]|[.:/\-][0-9A-Za-z])")


class Alone:
    """Finds the numbers of rows by their shapes."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = tuple(rows)

    def judge(self, data: bytes, end: int) -> Verdict:
        """A number from a state's register whose grouping and check digits nobody takes for anything else."""
        verdict: Found | str = "no_number"
        for row in self._rows:
            verdict = _by_itself(row, data, end)
            if isinstance(verdict, Found):
                break
        return verdict


def _by_itself(row: Row, data: bytes, end: int) -> Found | str:
    head, rest = alone_pattern(row)
    number = head.search(data, max(0, end - _NUMBER_MAX), end)
    behind = rest.match(data, end) if number else None
    if number is None or behind is None:
        return "no_number"
    start, stop = number.start(), behind.end()
    if not at_word_start(data, start) or (start and data[start - 1] in b".-+/&@#$") or not _RIGHT.match(data, stop):
        return "part_of_word"
    if not passes(row, data[start:stop]):
        return "check"
    return Found(start, stop, row.kind, row.name, "check", _CERTAIN)
