"""The place behind the last row of a page, as text; whoever writes one by hand gets a page or a sentence, no more.

It holds offsets, times, numbers and a fingerprint: nothing of one instance, and nothing that its reader may not know.
"""

import base64
import binascii
from typing import Annotated, Final, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from streams.errors import UsageError
from streams.quarantine.store.model import Sort

__all__ = ["GroupCursor", "RecordCursor", "decode", "encode"]

#: A partition takes about 20 characters.
_CHARS_MAX: Final = 64_000

Whole = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
Number = Annotated[int, Field(ge=0, le=2**63 - 1)]


class _Cursor(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class RecordCursor(_Cursor):
    """Behind the record with this time, partition and offset."""

    sort: Sort
    seen: Whole
    partition: Number
    offset: Number


class GroupCursor(_Cursor):
    """Behind the group with this value and fingerprint, of the records before these offsets of each partition."""

    sort: Sort
    value: Whole
    fingerprint: Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
    upto: dict[Number, Number]


C = TypeVar("C", RecordCursor, GroupCursor)


def encode(cursor: RecordCursor | GroupCursor) -> str:
    """Letters, digits, `-` and `_`."""
    return base64.urlsafe_b64encode(cursor.model_dump_json().encode()).decode().rstrip("=")


def decode(text: str | None, kind: type[C], sort: Sort) -> C | None:
    """The cursor of this text, None of None; UsageError where it is none, or one of another order."""
    if text is None:
        return None
    try:
        plain = base64.urlsafe_b64decode(text[:_CHARS_MAX] + "=" * (-len(text) % 4))
        found = kind.model_validate(orjson.loads(plain))
    except (ValueError, binascii.Error, ValidationError):
        found = None
    if found is None or found.sort != sort:
        raise UsageError("This page has no continuation there: begin with the first page again.")
    return found
