"""Which of several findings over the same bytes holds; whatever any of them covers is masked in the end."""

from collections.abc import Iterable
from operator import itemgetter
from typing import Final

from streams.masking.found import Found

__all__ = ["apart", "resolved"]


_PLACE = itemgetter(0, 1)

#: More findings over one another than any log has: they are masked as one, since settling them costs the square of it.
_CROWD: Final = 256


def apart(found: Iterable[Found]) -> bool:
    """Whether findings are in order and none reaches into the next."""
    mark = 0
    for one in found:
        if one.start < mark:
            return False
        mark = one.end
    return True


def resolved(found: Iterable[Found], data: bytes) -> list[Found]:
    """The findings without overlaps, in order.

    The more certain one holds, then the longer. A wide finding gives way to more certain ones inside it only if they leave
    nothing of it behind but signs and spaces; else it is masked as a whole. Of two that overlap partly the less
    certain one keeps its own part.
    """
    ordered: list[Found] = []
    free = True
    for one in sorted(found, key=_PLACE):
        if ordered and one.start < ordered[-1].end:
            if one.start == ordered[-1].start and one.end == ordered[-1].end:
                # Whoever of them knows that it is a bare number of JSON says what has to stand around a token.
                more, less = (one, ordered[-1]) if one.certain > ordered[-1].certain else (ordered[-1], one)
                ordered[-1] = more if more.quote or not less.quote else more._replace(quote=less.quote)
                continue
            free = False
        ordered.append(one)
    if free:
        return ordered
    result: list[Found] = []
    for cluster in _clusters(ordered):
        if len(cluster) > _CROWD:
            reach = max(one.end for one in cluster)
            result.append(Found(cluster[0].start, reach, "secret", "crowd", "overlap", 99))
        else:
            result += cluster if len(cluster) == 1 else _settled(cluster, data)
    return result


def _clusters(ordered: list[Found]) -> list[list[Found]]:
    clusters: list[list[Found]] = []
    reach = 0
    for one in ordered:
        if one.start < reach:
            clusters[-1].append(one)
        else:
            clusters.append([one])
        reach = max(reach, one.end)
    return clusters


def _settled(cluster: list[Found], data: bytes) -> list[Found]:
    ranked = sorted(cluster, key=lambda one: (-one.certain, one.start - one.end, one.start))
    kept: list[Found] = []
    for one in ranked:
        inside = [other for other in kept if one.start <= other.start and other.end <= one.end]
        if inside and _left_over(one, inside, data):
            kept = [other for other in kept if other not in inside]
        elif inside:
            continue
        kept += _free_parts(one, kept)
    return sorted(kept)


def _left_over(wide: Found, inside: list[Found], data: bytes) -> bool:
    mark = wide.start
    for one in sorted(inside):
        if _says(data[mark : one.start]):
            return True
        mark = one.end
    return _says(data[mark : wide.end])


def _says(rest: bytes) -> bool:
    """Whether bytes hold a letter or a digit; the letter of an escape is none."""
    return any(chr(byte).isalnum() or byte >= 0x80 for byte in rest.replace(b"\\n", b"").replace(b"\\t", b""))


def _free_parts(one: Found, kept: list[Found]) -> list[Found]:
    """What of a finding no kept one covers."""
    parts = [one]
    for other in kept:
        parts = [piece for part in parts for piece in _without(part, other)]
    return parts


def _without(part: Found, other: Found) -> list[Found]:
    if other.end <= part.start or part.end <= other.start:
        return [part]
    left = [part._replace(end=other.start)] if part.start < other.start else []
    right = [part._replace(start=other.end)] if other.end < part.end else []
    return left + right
