"""What pydantic finds wrong with a policy, as one sentence of ours with the line."""

from typing import Any, Final

from pydantic import BaseModel, ValidationError

from streams.errors import PolicyError
from streams.masking.kinds import DEFAULT_ACTIONS
from streams.policies import model
from streams.policies.source import Place, Source

__all__ = ["sentence_of"]

_KINDS: Final = ", ".join(sorted(DEFAULT_ACTIONS))
_ENTRIES: Final[dict[str, type[BaseModel]]] = {
    "allow": model.AllowEntry, "fields": model.FieldEntry, "detectors": model.DetectorEntry, "tests": model.TrialEntry,
    "topics": model.TopicSection, "quarantine": model.QuarantineEntry,
}  # fmt: skip


def sentence_of(error: ValidationError, source: Source) -> PolicyError:
    """The first problem in the order of the file; what was given is said only where it is a key or kind."""
    problems = error.errors(include_url=False, include_context=True, include_input=False)
    problems.sort(key=lambda problem: source.line(problem["loc"]))
    first = problems[0]
    return source.wrong(first["loc"], _sentence(first["type"], first["loc"], first))


def _sentence(kind: str, place: Place, problem: Any) -> str:
    last = str(place[-1])[:40] if place else ""
    if kind == "extra_forbidden":
        return f"there is no key {last!r} here; known are {', '.join(_known(place))}."
    if last == "[key]":
        return f"{str(place[-2])[:40]!r} is no kind; kinds are {_KINDS}."
    if kind == "missing":
        return f"{last!r} is missing."
    if kind == "literal_error":
        return f"{_where(place)} has to be {problem['ctx']['expected']}."
    if kind == "string_pattern_mismatch" and {"include", "exclude", "path"} & set(place):
        return "a field path begins with $, such as $.user.email, or $..email for any depth."
    message = str(problem["msg"]).removeprefix("Value error, ").rstrip(".")
    return f"{_where(place)}: {message[:1].lower()}{message[1:]}."


def _where(place: Place) -> str:
    """The nearest key around a problem."""
    names = [
        part for part in place if isinstance(part, str) and "[" not in part and part not in ("str", "constrained-str")
    ]
    return names[-1] if names else "the policy"


def _known(place: Place) -> list[str]:
    """The keys of the entry that a place is in."""
    names = [part for part in place[:-1] if isinstance(part, str) and part in _ENTRIES]
    entry = _ENTRIES[names[-1]] if names else model.PolicyFile
    return list(entry.model_fields)
