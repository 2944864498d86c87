"""Which lines are worth showing, and which person is worth following; pure."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final, NamedTuple

from streams.demo.gather import Masked
from streams.masking.kinds import KINDS
from streams.masking.tokens import TOKEN_RE

__all__ = ["Sighting", "examples", "followed", "kinds_in", "survivors"]

#: Longer lines are not shown: nobody reads them. In bytes.
_READABLE_BYTES: Final = 900
#: A follow-up is worth showing from so many services.
_SERVICES: Final = 3


class Sighting(NamedTuple):
    """One clean line of the person who is followed."""

    service: str
    text: str
    start: int
    end: int


def kinds_in(value: bytes) -> frozenset[str]:
    """Return the kinds of the tokens in a value."""
    tokens = [match[0].decode() for match in TOKEN_RE.finditer(value)]
    return frozenset(kind for kind in KINDS for token in tokens if token.startswith(f"tok_{kind}_"))


def examples(masked: Sequence[Masked], wanted: int) -> list[Masked]:
    """Return changed, readable lines: each shows as many kinds and services that were not shown before as it can."""
    left = [(one, _marks(one)) for one in masked if one.value != one.line.value and len(one.value) <= _READABLE_BYTES]
    shown: set[str] = set()
    chosen: list[Masked] = []
    while left and len(chosen) < wanted:
        best = max(left, key=lambda pair: (len(pair[1] - shown), -len(pair[0].value)))
        left.remove(best)
        chosen.append(best[0])
        shown |= best[1]
    return chosen


def _marks(one: Masked) -> frozenset[str]:
    return kinds_in(one.value) | {f"service {one.line.service}", f"json {one.value.startswith(b'{')}"}


def followed(masked: Sequence[Masked]) -> tuple[str, list[Sighting]]:
    """Return a person's token that stands in three services or more, and one clean line of each service.

    The `user` token seen in the most services wins; ("", []) where there is none.
    """
    seen: defaultdict[bytes, dict[str, Sighting]] = defaultdict(dict)
    for one in masked:
        for match in TOKEN_RE.finditer(one.value):
            if match[0].startswith(b"tok_user_") and one.line.service not in seen[match[0]]:
                seen[match[0]][one.line.service] = _sighting(one, match.start(), match.end())
    token, places = max(seen.items(), key=lambda item: len(item[1]), default=(b"", {}))
    return (token.decode(), list(places.values())) if len(places) >= _SERVICES else ("", [])


def _sighting(one: Masked, start: int, end: int) -> Sighting:
    # Offsets in bytes become offsets in characters.
    left = len(one.value[:start].decode("utf-8", "replace"))
    return Sighting(one.line.service, one.value.decode("utf-8", "replace"), left, left + end - start)


def survivors(masked: Sequence[Masked]) -> tuple[int, int]:
    """Return how many known personal values went in, and how many of them still stand in the clean lines."""
    known = sum(len(one.line.personal) for one in masked)
    left = sum(value.encode() in one.value for one in masked for value in one.line.personal)
    return known, left
