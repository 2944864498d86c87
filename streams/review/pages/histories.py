"""A record's history in sentences: what people decided, what came of it, and who looked at the original; pure."""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from operator import itemgetter
from typing import Final, NamedTuple
from uuid import UUID

from streams.quarantine.decisions import Action
from streams.quarantine.store.model import HistoryItem
from streams.review.pages.rendering import Notice
from streams.review.pages.wording import STATUS_WORDS, plural

__all__ = ["Line", "lines", "told"]

_DONE: Final[dict[Action, str]] = {
    "claim": "Claimed", "unclaim": "Given back", "release": "Released", "mask": "Masked by hand",
    "discard": "Discarded", "undo": "Opened again",
}  # fmt: skip
_WANTED: Final[dict[Action, str]] = {
    "claim": "Wanted to claim it", "unclaim": "Wanted to give it back", "release": "Wanted to release it",
    "mask": "Wanted to mask it by hand", "discard": "Wanted to discard it", "undo": "Wanted to open it again",
}  # fmt: skip
_SINCE: Final = {"redriven": ", and it is on its clean topic", "failed_again": ", and failed again since"}
_NEXT: Final[dict[Action, str]] = {
    "release": "The redrive masks it with the current policy and writes it to its clean topic.",
    "mask": "The redrive hides what you chose, masks the rest and writes it to its clean topic.",
    "claim": "Others see that you work on it.",
    "discard": "It stays out of the clean topic.",
}


class Line(NamedTuple):
    """One event; `who` and `why` are people's words, the rest is ours."""

    time_ms: int
    text: str
    who: str = ""
    why: str = ""
    facts: tuple[str, ...] = ()
    css: str = ""
    lost: bool = False


def lines(history: Iterable[HistoryItem], looks: Iterable[Line] = ()) -> list[Line]:
    """Decisions, outcomes and looks, the newest first. What was decided stays in the order of the topic, whatever the
    clocks of those who wrote it say.
    """
    ordered = sorted(history, key=lambda item: item.offset)
    times = accumulate((item.time_ms for item in ordered), max)
    decided = [(time_ms, _line(item)) for time_ms, item in zip(times, ordered, strict=True)]
    others = [(look.time_ms, look) for look in looks]
    # The sort keeps what has one time in order, and reversed it is the newest first.
    return [line for _, line in sorted([*decided, *others], key=itemgetter(0))][::-1]


def told(history: Sequence[HistoryItem], event: UUID) -> Notice | None:
    """What came of a decision, for whoever made it; None where it is not in the history."""
    mine = next((item for item in history if item.id == event and item.action), None)
    if mine is None or mine.action is None:
        return None
    if mine.effective:
        undo = " You can undo it until then." if mine.action in {"release", "mask"} else ""
        return Notice("good", f"{_DONE[mine.action]}.", tuple(filter(None, (_NEXT.get(mine.action, "") + undo,))))
    return Notice("warn", _too_late(history, mine), ("Nothing was changed by you.",))


def _too_late(history: Sequence[HistoryItem], mine: HistoryItem) -> str:
    """What had happened before, and by whom, as far as the history goes back."""
    before = [item for item in history if item.effective and item.offset < mine.offset]
    last = max(before, key=lambda item: item.offset, default=None)
    person = max((item for item in before if item.actor), key=lambda item: item.offset, default=None)
    result = last.result if last is not None else None
    if result == "expired":
        return "Too late: retention has taken it."
    if person is None:
        return f"Too late: it was {STATUS_WORDS[mine.status]} already."
    # Whatever came of it by now, it was this person's decision that was first.
    return f"Too late: it was {STATUS_WORDS[person.status]} already by {person.actor}{_SINCE.get(result or '', '')}."


def _line(item: HistoryItem) -> Line:
    if item.action is None:
        return _outcome(item)
    way = "pages or API" if item.via == "review" else "command line"
    facts = [f"as {item.role}", f"by {way}", f"policy {item.policy}"]
    if item.records > 1:
        facts.append(f"with {plural(item.records - 1, 'other record')}")
    if item.redactions:
        facts.append(f"hides {plural(len(item.redactions), 'place')}")
    if not item.effective:
        facts.append(f"it was {STATUS_WORDS[item.status]} by then")
    text = _DONE[item.action] if item.effective else _WANTED[item.action]
    css = "" if item.effective else "lost"
    return Line(item.time_ms, text, item.actor or "", item.reason, tuple(facts), css, not item.effective)


def _outcome(item: HistoryItem) -> Line:
    by = f" ({', '.join(item.detectors)})" if item.detectors else ""
    text = {
        "redriven": "Written to its clean topic",
        "failed_again": f"Failed again with {item.failure or 'an unknown reason'}{by}",
        "expired": "Had expired when the redrive came",
    }.get(item.result or "", "Answered")
    facts = (f"policy {item.policy}", *(() if item.effective else ("it changed nothing",)))
    return Line(item.time_ms, text, "the redrive", "", facts, "" if item.effective else "lost")
