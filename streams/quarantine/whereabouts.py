"""Where in a record something stands, as a path that anybody may read: names that say nothing about a person."""

import re
from typing import Final

from streams.masking.records import Failure
from streams.quarantine.preview import KEPT_KEYS

__all__ = ["PATH", "path_at", "path_of"]

#: What a path looks like, whoever wrote it.
PATH: Final = r"(?:\$(?:\.(?:\*|[a-z_-]{1,20})|\[\*\]){0,8}|key|header)"

_KEPT: Final = frozenset(KEPT_KEYS)
#: A string as a whole, whatever is escaped in it, or a sign of JSON.
_TOKEN: Final = re.compile(rb"\"(?:[^\"\\]++|\\.)*+\"?|[{}\[\]:,]", re.DOTALL)
#: Steps of a path that are shown.
_STEPS_MAX: Final = 8


def path_of(failure: Failure, value: bytes | None) -> str | None:
    """Where in its record a failure was seen: a path in the value, `key` or `header`; None where it is no one place."""
    if failure.part != "value":
        return failure.part
    return path_at(value or b"", failure.at) if failure.at >= 0 else None


def path_at(value: bytes, position: int) -> str:
    """The path of the field around a byte of a value, such as `$.body.items[*]`; `$` where the value is no JSON.

    A name of a field may itself be personal (an object keyed by addresses): a name that is not a common one is `*`.
    """
    if value[:1] not in (b"{", b"["):
        return "$"
    steps: list[str] = []
    opened: list[bytes] = []
    key = ""
    for token in _TOKEN.finditer(value):
        if token.start() > position:
            break
        sign = token[0]
        if sign in (b"{", b"["):
            if opened:
                steps.append(key)
            opened.append(sign)
            key = "[*]" if sign == b"[" else ""
        elif sign in (b"}", b"]") and opened:
            opened.pop()
            key = steps.pop() if steps else ""
        elif sign == b"," and opened[-1:] == [b"{"]:
            key = ""
        elif sign[:1] == b'"' and opened[-1:] == [b"{"] and not key:
            key = _named(sign)
    return "$" + "".join([*steps, key][:_STEPS_MAX])


def _named(key: bytes) -> str:
    name = key[1:-1].decode("utf-8", "replace").lower()
    return f".{name}" if name in _KEPT else ".*"
