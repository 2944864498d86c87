"""What a page is asked to show, as its address says it: read, checked and written anew; never a value of a log.

Whatever stands in an address and is none of what is known here is left out, so that a link from anywhere shows a page.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Final, get_args
from urllib.parse import urlencode

from streams.masking.records import REASONS, Reason
from streams.quarantine.decisions import Status
from streams.quarantine.fold import ACTIONABLE
from streams.quarantine.store.model import STATUSES, Filter, Sort

__all__ = ["STATUS_CHOICES", "TIMES", "Query"]

#: What may be picked besides one status.
STATUS_CHOICES: Final[Mapping[str, str]] = {
    "": "need a decision",
    "asked": "waiting for the redrive",
    "all": "all",
}
_HOUR_MS: Final = 3_600_000
#: The last hours that may be picked, in milliseconds.
TIMES: Final[Mapping[str, int]] = {"1h": _HOUR_MS, "24h": 24 * _HOUR_MS, "7d": 168 * _HOUR_MS}

_SORTS: Final[tuple[Sort, ...]] = get_args(Sort)
_TOPIC: Final = re.compile(r"[A-Za-z0-9._-]{1,249}")
_GROUP: Final = re.compile(r"[0-9a-f]{16}")
#: Topics, coordinates, places, reasons, detectors, paths, fingerprints: all that the search knows.
_TEXT: Final = re.compile(r"[A-Za-z0-9._:/ $*\[\]-]{1,200}")
#: That of groups names all partitions: room for some hundred.
_CURSOR: Final = re.compile(r"[A-Za-z0-9_=.~-]{1,16000}")
_MOMENT: Final = re.compile(r"[0-9]{1,15}")


@dataclass(frozen=True, slots=True)
class Query:
    """One view of groups or records; every field is text that its own rule allows, or empty."""

    text: str = ""
    topic: str = ""
    reason: str = ""
    status: str = ""
    since: str = ""
    sort: str = ""
    group: str = ""
    after: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "Query":
        """What an address or a form says, as far as it is understood."""
        wanted = {field.name: given.get(field.name, "").strip() for field in fields(cls)}
        return cls(**{name: text for name, text in wanted.items() if _known(name, text)})

    def link(self, path: str, **changes: str) -> str:
        """The address of this view with changes; a changed view begins at its first page."""
        changed = replace(self, **({"after": ""} | changes))
        pairs = [(field.name, getattr(changed, field.name)) for field in fields(changed)]
        told = urlencode([(name, text) for name, text in pairs if text])
        return f"{path}?{told}" if told else path

    def frozen(self, now_ms: int) -> "Query":
        """The same with a beginning that does not move on while pages are turned."""
        return replace(self, since=str(self._since_ms(now_ms))) if self.since in TIMES else self

    def filter(self, topics: tuple[str, ...], now_ms: int) -> Filter:
        """The records that are meant, for somebody with this scope."""
        return Filter(
            topics=topics,
            topic=self.topic or None,
            reason=next((reason for reason in REASONS if reason == self.reason), None),
            fingerprint=self.group or None,
            status=self._statuses(),
            pending=True if self.status == "asked" else None,
            since_ms=self._since_ms(now_ms),
            text=self.text,
        )

    def order(self, default: Sort) -> Sort:
        return next((sort for sort in _SORTS if sort == self.sort), default)

    def _statuses(self) -> frozenset[Status]:
        if not self.status:
            return ACTIONABLE
        return frozenset(status for status in STATUSES if status == self.status)

    def _since_ms(self, now_ms: int) -> int | None:
        if self.since in TIMES:
            return now_ms - TIMES[self.since]
        return int(self.since) if self.since else None


def _known(name: str, text: str) -> bool:
    if not text:
        return False
    if name == "since":
        return text in TIMES or _MOMENT.fullmatch(text) is not None
    if name in _CLOSED:
        return text in _CLOSED[name]
    return _PATTERNS[name].fullmatch(text) is not None


_CLOSED: Final[Mapping[str, frozenset[str]]] = {
    "reason": frozenset(get_args(Reason)),
    "status": frozenset((*STATUSES, *STATUS_CHOICES)),
    "sort": frozenset(_SORTS),
}
_PATTERNS: Final = {"text": _TEXT, "topic": _TOPIC, "group": _GROUP, "after": _CURSOR}
