"""Which lines are worth showing, and which person is worth following; pure."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final, NamedTuple

from streams.demo.gather import Masked
from streams.masking.kinds import KINDS
from streams.masking.tokens import TOKEN_RE

__all__ = ["Sighting", "examples", "followed", "kinds_in", "survivors"]

#: Longer lines are not shown: nobody reads them. In bytes.
_READABLE_BYTES: Final = 700
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
    """Return changed, readable lines, first those that show a kind or a service that was not shown yet."""
    readable = [m for m in masked if m.value != m.line.value and len(m.value) + len(m.line.value) < 2 * _READABLE_BYTES]
    shown: set[str] = set()
    chosen: list[Masked] = []
    rest: list[Masked] = []
    for one in readable:
        marks = {f"service {one.line.service}", *kinds_in(one.value)}
        (rest if marks <= shown else chosen).append(one)
        shown |= marks
        if len(chosen) == wanted:
            return chosen
    return [*chosen, *rest][:wanted]


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
