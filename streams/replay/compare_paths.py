"""The path of the field in which a place of a JSON text lies: `$.user.emails[*]`; pure, one pass."""

import re
from collections.abc import Sequence
from typing import Final

import orjson

__all__ = ["paths_at"]

_TOKEN: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"|[{}\[\]:,]|[^\s{}\[\]:,"]++', re.DOTALL)
#: What stands for a key that is no text, or that holds signs of a path.
_ODD: Final = "?"


def paths_at(text: bytes, places: Sequence[int]) -> list[str]:
    """A path for each place; `$` for a text that is no JSON."""
    if not places or not _is_json(text):
        return ["$"] * len(places)
    ordered = sorted(range(len(places)), key=lambda at: places[at])
    found = ["$"] * len(places)
    walk = _Walk()
    for match in _TOKEN.finditer(text):
        path = walk.path
        walk.take(match[0])
        while ordered and places[ordered[0]] < match.end():
            # A key belongs to the field that it names.
            found[ordered.pop(0)] = walk.path if walk.at_key else path
        if not ordered:
            break
    return found


def _is_json(text: bytes) -> bool:
    try:
        return isinstance(orjson.loads(text), dict | list)
    except ValueError:
        return False


class _Walk:
    """Where a reader of valid JSON is: keys from the outermost inwards, `[*]` for a list."""

    def __init__(self) -> None:
        self._steps: list[str] = []
        self._objects: list[bool] = []
        self._wants_key = False
        self.at_key = False

    @property
    def path(self) -> str:
        return "$" + "".join(self._steps)

    def take(self, token: bytes) -> None:
        self.at_key = False
        if token in {b"{", b"["}:
            self._objects.append(token == b"{")
            self._steps.append("" if token == b"{" else "[*]")
            self._wants_key = token == b"{"
        elif token in {b"}", b"]"}:
            self._objects.pop()
            self._steps.pop()
            self._wants_key = False
        elif token == b",":
            self._wants_key = self._objects[-1]
        elif self._wants_key and token != b":":
            self._steps[-1] = f".{_key(token)}"
            self._wants_key, self.at_key = False, True


def _key(token: bytes) -> str:
    try:
        name = str(orjson.loads(token))
    except ValueError:
        return _ODD
    return name if not set(name) & set(".[]\\") else _ODD
