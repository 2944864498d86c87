"""The reference of the policy file, from the model; and a page about one policy, for those who read none."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from pydantic import BaseModel

from streams.masking.own import VALIDATORS
from streams.masking.policy import Policy
from streams.policies import model
from streams.policies.loading import Loaded

__all__ = ["about", "keys", "reference", "validators"]

#: The parts of a policy file with keys of their own, and how their keys are introduced.
_PARTS: Final[tuple[tuple[str, type[BaseModel]], ...]] = (
    ("allow", model.AllowEntry),
    ("fields", model.FieldEntry),
    ("detectors", model.DetectorEntry),
    ("topics", model.TopicSection),
    ("quarantine", model.QuarantineEntry),
    ("tests", model.TrialEntry),
)


def reference() -> str:
    """Every key of a policy file, in Markdown."""
    parts = [f"## Keys\n\n{keys('')}", *(f"## Keys of `{name}`\n\n{keys(name)}" for name, _ in _PARTS)]
    return "\n".join(["# Policy file\n", *parts, f"## Validators\n\n{validators()}"])


def keys(part: str) -> str:
    """The table of the keys of one part of a policy file; "" for the file itself."""
    entry = dict(_PARTS)[part] if part else model.PolicyFile
    known = set(model.Section.model_fields) if part == "topics" else set()
    rows = [
        [f"`{name}`", _default(name, info, part), info.description or ""]
        for name, info in entry.model_fields.items()
        if name not in known
    ]
    return _table(["Key", "Default", "What it says"], rows)


def validators() -> str:
    """The names of the checks that a detector may ask for."""
    return ", ".join(f"`{name}`" for name in VALIDATORS) + ".\n"


def about(loaded: Loaded) -> str:
    """What one policy says, in Markdown: for those who have to know it and read no YAML."""
    policy = loaded.policy
    sections = [("All topics", policy), *((f"Topics `{pattern}`", rules) for pattern, rules in policy.topics)]
    head = f"# Policy {loaded.name}\n\nVersion `{policy.version}`, {len(loaded.trials)} tests.\n"
    return "\n".join([head, *(f"## {title}\n\n{_section(rules)}" for title, rules in sections)])


def _section(policy: Policy) -> str:
    kinds = [
        [kind, action, policy.origins.get(f"actions.{kind}", "default")]
        for kind, action in sorted(policy.actions.items())
    ]
    parts = [
        f"Level `{policy.level}`, Kafka keys `{policy.keys}`, timestamps `{policy.timestamps}`.\n",
        _table(["Kind", "Action", "Said in"], kinds),
    ]
    if policy.fields:
        parts.append(_table(["Fields", "But not", "What", "Action", "Said in"], _fields(policy)))
    if policy.allow:
        parts.append(_table(["Stays", "Kinds", "Said in"], _allowed(policy)))
    if policy.detectors:
        rows = [[one.name, one.kind, one.validator, " ".join(one.words), one.rule] for one in policy.detectors]
        parts.append(_table(["Detector", "Kind", "Validator", "Words", "Said in"], rows))
    return "\n".join(parts)


def _fields(policy: Policy) -> Iterator[list[str]]:
    for rule in policy.fields:
        what = ", ".join(rule.findings) or (
            "findings" if rule.action == "keep" else f"whole value {rule.kind or ''}".strip()
        )
        yield [_codes(rule.include), _codes(rule.exclude), what, rule.action, rule.rule]


def _allowed(policy: Policy) -> Iterator[list[str]]:
    """Entries by their conditions; an exact value is not repeated, since it may be a person's."""
    for one in policy.allow:
        said = [
            "an exact value" if one.exact else "", f"ends with `{one.suffix}`" if one.suffix else "",
            f"in `{one.network}`" if one.network else "", f"below `{one.path}`" if one.path else "",
        ]  # fmt: skip
        yield [", ".join(filter(None, said)), ", ".join(one.kinds) or "any", one.rule]


def _codes(texts: Iterable[str]) -> str:
    return " ".join(f"`{text}`" for text in texts)


def _default(name: str, info: Any, part: str) -> str:
    if info.is_required():
        return "required"
    if not part and name in model.DEFAULTS:
        return f"`{model.DEFAULTS[name]}`"
    value = info.get_default(call_default_factory=True)
    return "none" if value in (None, [], {}) else f"`{value}`"


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |" for line in lines) + "\n"
