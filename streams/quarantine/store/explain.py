"""Why a record is in quarantine, in two sentences for a person."""

from collections.abc import Sequence
from typing import Final

from streams.masking.records import Reason
from streams.quarantine.store.model import Explanation

__all__ = ["explain", "explain_foreign", "explain_forgotten"]

_RAISE: Final = "Raise the limit and release it"
_REASONS: Final[dict[Reason, tuple[str, str]]] = {
    "invalid_encoding": (
        "The bytes are neither UTF-8 nor UTF-16, so that nobody can say what is in them.",
        "Mend the producer; hide those bytes by hand, or discard the record.",
    ),
    "unsupported_format": (
        "The record is in a binary format, such as that of a schema registry, which maskstream does not read.",
        "Have the producer write JSON or text; discard the record, or reveal it where it is needed.",
    ),
    "too_large": (
        "The masked record would be larger than its topic allows.",
        "Raise max.message.bytes of the clean topic with `maskstream topics apply`, and release it.",
    ),
    "too_deep": (
        "The record is nested deeper than MAX_DEPTH.",
        "Mend the producer, or raise MAX_DEPTH, and release it.",
    ),
    "detector_error": (
        "A detector failed on this record; that is a bug of maskstream.",
        "Report it with the shape below; update, try the record, and release it.",
    ),
    "residue": (
        "After masking, the verifier still found what looks like personal data.",
        "Try a policy with a rule for this field, or hide the place by hand, and release it.",
    ),
    "policy_requires_json": (
        "The policy wants JSON from this topic, and the record is none.",
        "Mend the producer, or allow text in the policy, and release it.",
    ),
    "timestamp": (
        "The clean topic would refuse the timestamp of the record, or delete the record at once.",
        "Mend the clock of the producer, or let the policy replace timestamps, and release it.",
    ),
    "poison": (
        "The record crashed or stopped the process that masked it, three times and alone.",
        "Report it; update, try the record, and release it, or discard it.",
    ),
}


def explain(reason: Reason, cause: Reason | None, detectors: Sequence[str], path: str | None = None) -> Explanation:
    """What happened, where, by which detectors, and what helps; `cause` is the reason before the envelope
    got too large.
    """
    what, then = _REASONS[reason]
    if cause is not None:
        what = f"{_REASONS[cause][0]} The original did not fit into the envelope, which therefore is without it."
        then = "Read it in the raw topic while it is there."
    named = f" Detectors that took part: {', '.join(detectors)}." if detectors else ""
    return Explanation(what + _seen(path) + named, then)


def _seen(path: str | None) -> str:
    if path in {None, "$"}:
        return ""
    return f" It was seen in the {path}." if path in {"key", "header"} else f" It was seen at {path}."


def explain_foreign(problem: str) -> Explanation:
    """Of bytes that maskstream did not write."""
    return Explanation(
        f"Something else writes to the quarantine topic: this is {problem}.",
        "Find out who else may write to the topic; nobody can decide on this record.",
    )


def explain_forgotten(*, gone: bool) -> Explanation:
    """Of a record that only its decisions tell of."""
    if gone:
        return Explanation("Retention has taken the record.", "Only its history is left.")
    return Explanation("The record has not been read yet, or never stood there.", "Look again later.")
