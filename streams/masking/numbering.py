"""What libphonenumber's metadata says of a calling code, kept in the shape that is asked for in every record.

A country's metadata is loaded when its first number comes.
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

__all__ = ["Plan", "plan_of"]

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
