"""Numbers that states give to persons; so far the US social security number and its relatives."""

import re
from typing import Final

from streams.masking.context import at_word_start
from streams.masking.found import Detector, Found, Verdict
from streams.masking.validators import ssn_valid

__all__ = ["DETECTORS"]

_DASHED: Final = re.compile(rb"[0-9]{3}-[0-9]{2}-[0-9]{4}(?![0-9]|-[0-9]|[A-Za-z_])")


def judge_dashed(data: bytes, end: int) -> Verdict:
    """Three, two and four digits with dashes, in a range that the Social Security Administration or the IRS gives out."""
    start = end - 11
    if start < 0 or not _DASHED.match(data, start):
        return "no_number"
    if start and (data[start - 1] in b"0123456789-.+" or not at_word_start(data, start)):
        return "part_of_number"
    if not ssn_valid(data[start:end].replace(b"-", b"").decode()):
        return "ssa_ranges"
    return Found(start, end, "national_id", "us_ssn", "ssa_ranges", 65)


DETECTORS: Final = (
    Detector(
        "us_ssn",
        (),
        judge_dashed,
        ("SSN 123-45-6789", "911-70-1234"),
        ("000-12-3456", "666-12-3456", "123-00-4567", "2024-123-45-6789", "123-45-67890"),
        "SSA POMS RM 10201.035, IRS Publication 1915",
        shapes=(r"[0-9]{3}-[0-9]{2}-[0-9]{4}",),
    ),
)
