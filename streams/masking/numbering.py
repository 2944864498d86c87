"""What libphonenumber's metadata says of a calling code, kept in the shape that is asked for in every record.

A country's metadata is loaded when its first number comes.
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

__all__ = ["Plan", "first_digits", "plan_of"]

#: ITU-T E.164: a calling code has one to three digits, and none is the beginning of another.
_CODE_DIGITS: Final = 3


class Plan(NamedTuple):
    """The numbering plan of a calling code; lengths are of the number without the code, local ones included.

    `national_prefix` is what the main region dials before a number at home (`0`, `1`) and phonenumbers strips.
    """

    code: str
    main_lengths: frozenset[int]
    all_lengths: frozenset[int]
    national_prefix: re.Pattern[str] | None


def plan_of(digits: str) -> Plan | None:
    """The plan of the calling code that ASCII digits begin with, or None where they begin with none."""
    return _plan_of(digits[:_CODE_DIGITS])


@lru_cache(maxsize=1024)
def _plan_of(start: str) -> Plan | None:
    plans = (_plan(start[:size]) for size in range(1, len(start) + 1))
    return next((plan for plan in plans if plan is not None), None)


@lru_cache(maxsize=512)
def _plan(code: str) -> Plan | None:
    regions = () if code[:1] in ("", "0") else COUNTRY_CODE_TO_REGION_CODE.get(int(code), ())
    known = [meta for region in regions if (meta := _metadata(code, region)) is not None]
    if not known:
        return None
    prefix = known[0].national_prefix_for_parsing
    return Plan(
        code,
        _lengths(known[0]),
        frozenset().union(*map(_lengths, known)),
        re.compile(prefix) if prefix else None,
    )


def _metadata(code: str, region: str) -> PhoneMetadata | None:
    return PhoneMetadata.metadata_for_region_or_calling_code(int(code), region)


def _lengths(meta: PhoneMetadata) -> frozenset[int]:
    described = meta.general_desc
    if described is None:
        return frozenset()
    return frozenset((*(described.possible_length or ()), *(described.possible_length_local_only or ())))


#: What the pattern of a prefix may begin with: a group, a class or a digit; and what makes that optional.
_HEAD: Final = re.compile(r"\((?:\?:)?|\[[0-9-]+\]|[0-9]")
_OPTIONAL: Final = ("?", "*", "{")
_DIGITS: Final = "0123456789"


def first_digits(pattern: str) -> frozenset[str]:
    """The digits that whatever a prefix's pattern matches begins with; all ten where it may match nothing, or is no such pattern."""
    return frozenset[str]().union(*map(_first_of, _branches(pattern)))


def _first_of(branch: str) -> frozenset[str]:
    head = _HEAD.match(branch)
    group = branch.startswith("(")
    end = _end_of_group(branch) if group else head.end() if head else 0
    if head is None or branch.startswith(_OPTIONAL, end):
        return frozenset(_DIGITS)
    return first_digits(branch[head.end() : end - 1]) if group else frozenset(re.findall(head[0], _DIGITS))


def _end_of_group(branch: str) -> int:
    depth = 0
    for at, sign in enumerate(branch, 1):
        depth += (sign == "(") - (sign == ")")
        if depth == 0:
            return at
    return len(branch)


def _branches(pattern: str) -> list[str]:
    """The alternatives of a pattern."""
    found, depth, mark = [], 0, 0
    for at, sign in enumerate(pattern):
        depth += (sign == "(") - (sign == ")")
        if sign == "|" and depth == 0:
            found.append(pattern[mark:at])
            mark = at + 1
    return [*found, pattern[mark:]]
