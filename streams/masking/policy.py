"""A policy as plain values: what is done with what was found, where, and what is found besides.

It comes from code or, by way of `streams.policies`, from a file; it carries nothing out itself.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Final, Literal

from streams.masking.kinds import DEFAULT_ACTIONS, Action, Kind

__all__ = [
    "DEFAULT_MAX_DEPTH", "Allow", "FieldRule", "KeyMode", "Level", "OwnDetector", "Policy", "QuarantineLimits",
    "TimestampRule", "topic_fits",
]  # fmt: skip

#: Levels of JSON nesting that orjson reads; a deeper record is quarantined as `too_deep`.
DEFAULT_MAX_DEPTH: Final = 1024

#: How much certainty a finding needs: `precise` masks what proves itself or is named by its field, `balanced` also what
#: words around it tell, `strict` also whatever stands in a telling field, and quarantines JSON that is broken.
Level = Literal["strict", "balanced", "precise"]

#: What becomes of Kafka keys: masked like values, one token of the whole key, or no key at all.
KeyMode = Literal["mask", "token", "drop"]

#: What becomes of a record whose timestamp its clean topic would refuse or lose: the present time, or quarantine.
TimestampRule = Literal["replace", "quarantine"]

#: Fields that say where something stands in the file: no part of what the policy means.
_WORDS: Final = frozenset({"rule", "origins"})


@dataclass(frozen=True, slots=True)
class Allow:
    """What stays although a detector finds it: every condition that is set has to hold.

    `exact` is compared in the kind's canonical form; `suffix` ends a value at a dot or an `@`; `network` is an IP network
    in CIDR notation; `path` is a field path and means all below it too; no `kinds` means any.
    """

    exact: str = ""
    suffix: str = ""
    network: str = ""
    path: str = ""
    kinds: tuple[Kind, ...] = ()
    rule: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class FieldRule:
    """What is done in the fields that one of `include` and none of `exclude` selects; all below a field is meant too.

    With `findings` the action is for findings of these kinds; without, and with another action than `keep`, it is for the
    whole value, whatever is in it, taken as `kind`, or as what a detector finds it to be. `keep` is for findings.
    """

    include: tuple[str, ...]
    action: Action
    exclude: tuple[str, ...] = ()
    findings: tuple[Kind, ...] = ()
    kind: Kind | None = None
    rule: str = field(default="", compare=False, repr=False)

    @property
    def whole(self) -> bool:
        """Whether the rule is for the whole value of a field."""
        return not self.findings and self.action != "keep"


@dataclass(frozen=True, slots=True)
class OwnDetector:
    """A detector of the policy's: a pattern in the syntax of `streams.masking.patterns`, and what has to hold besides.

    `validator` is a name of `streams.masking.own.VALIDATORS`; one of `words` has to stand shortly before the value.
    """

    name: str
    kind: Kind
    pattern: str
    validator: str = ""
    words: tuple[str, ...] = ()
    rule: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class QuarantineLimits:
    """When quarantine is too much: more than `share` of the last `records`; then an alert, or an end of the service."""

    share: float = 0.05
    records: int = 10_000
    action: Literal["alert", "stop"] = "alert"


@dataclass(frozen=True)
class Policy:
    """The default pack, or what a policy file changes in it; immutable, so threads may share it.

    `actions` is complete (a kind without an entry has its default); `default_region` is an ISO 3166 code for phone
    numbers without a country code; with `keep_type` a masked JSON number becomes `0` instead of a token string;
    `truncate` is how many characters that action shows. `fields`: of several rules for a field the last holds.
    `topics` are patterns of raw topics (`*` for any run) with the whole policy for them: the first that fits holds.
    """

    actions: Mapping[Kind, Action] = field(default_factory=lambda: dict(DEFAULT_ACTIONS))
    default_region: str | None = None
    keep_type: bool = False
    max_depth: int = DEFAULT_MAX_DEPTH
    level: Level = "balanced"
    truncate: int = 2
    require_json: bool = False
    allow: tuple[Allow, ...] = ()
    fields: tuple[FieldRule, ...] = ()
    detectors: tuple[OwnDetector, ...] = ()
    keys: KeyMode = "mask"
    timestamps: TimestampRule = "replace"
    quarantine: QuarantineLimits = QuarantineLimits()
    topics: tuple[tuple[str, "Policy"], ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def version(self) -> str:
        """Twelve hex digits of the content's SHA-256; equal policies have equal versions everywhere.

        Comments, tests, and where in which file something stands are no content.
        """
        return hashlib.sha256(repr(self._content()).encode()).hexdigest()[:12]

    def for_topic(self, topic: str) -> "Policy":
        """The policy for the records of a raw topic."""
        return next((rules for pattern, rules in self.topics if topic_fits(pattern, topic)), self)

    def _content(self) -> list[tuple[str, object]]:
        plain = [(one.name, getattr(self, one.name)) for one in fields(self) if one.name not in _WORDS | {"topics"}]
        sections = [(pattern, rules._content()) for pattern, rules in self.topics]  # noqa: SLF001 - of our own kind
        return [
            *((name, sorted(value.items()) if name == "actions" else value) for name, value in plain),
            ("topics", sections),
        ]


def topic_fits(pattern: str, topic: str) -> bool:
    """Whether a topic's name is what a pattern describes, in which `*` stands for any run of characters."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), topic) is not None
