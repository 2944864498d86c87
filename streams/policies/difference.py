"""What a change of a policy would do to a sample: which records change, and what would be less masked than before."""

import secrets
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from streams.masking.keyring import Keyring
from streams.masking.masker import Explanation
from streams.masking.policy import Policy
from streams.policies.trials import Maskers

__all__ = ["Change", "Less", "changes", "less"]

#: How much of a value each action leaves to be seen.
_SHOWS: Final = {"keep": 2, "truncate": 1, "generalise": 1}


@dataclass(frozen=True, slots=True)
class Less:
    """A value that would be less masked: where it is in the line, and what was and would be done."""

    start: int
    end: int
    kind: str
    before: str
    after: str
    rule: str
    detector: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A line (counted from 1) that becomes something else; `before` and `after` are None where it is quarantined."""

    line: int
    before: bytes | None
    after: bytes | None
    less: tuple[Less, ...]


def changes(old: Policy, new: Policy, lines: Iterable[bytes], topic: str | None = None) -> Iterator[Change]:
    """The lines that the policies mask differently, in their order; both with one key, so that tokens compare."""
    keyring = Keyring.ephemeral(secrets.token_bytes(32))
    masker, other = Maskers(old, keyring).of(topic), Maskers(new, keyring).of(topic)
    for number, line in enumerate(lines, 1):
        before, after = masker.mask(line).text, other.mask(line).text
        if before != after:
            lost = less(masker.explain(line), other.explain(line)) if before and after else ()
            yield Change(number, before, after, tuple(lost))


def less(before: Iterable[Explanation], now: list[Explanation]) -> Iterator[Less]:
    """Values of one text that were hidden better than they are now, as what was found in it says."""
    for one in before:
        shown = _SHOWS.get(one.action, 0)
        if not one.kind or shown == _SHOWS["keep"]:
            continue
        match, action, rule = _now(one, now)
        if _SHOWS.get(action, 0) > shown or (
            one.inner and match is not None and Counter(one.inner) - Counter(match.inner)
        ):
            yield Less(one.start, one.end, one.kind, one.action, action, rule, one.detector)


def _now(one: Explanation, rows: list[Explanation]) -> tuple[Explanation | None, str, str]:
    """What covers a span now, and what is done there; `keep` where nothing covers all of it."""
    cover = [row for row in rows if row.kind and row.start < one.end and one.start < row.end and row.action != "keep"]
    hidden = sum(min(row.end, one.end) - max(row.start, one.start) for row in cover)
    if hidden < one.end - one.start:
        kept = next(
            (row for row in rows if row.kind and row.start < one.end and one.start < row.end and row.action == "keep"),
            None,
        )
        return None, "keep", kept.rule if kept else "not found"
    weakest = max(cover, key=lambda row: _SHOWS.get(row.action, 0))
    return weakest, weakest.action, weakest.rule
