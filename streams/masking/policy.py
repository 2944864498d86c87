"""What is done with what was found: actions by kind, the default region of phone numbers, limits."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, get_args

from streams.errors import PolicyError
from streams.masking.kinds import DEFAULT_ACTIONS, KINDS, Action, Kind

__all__ = ["DEFAULT_MAX_DEPTH", "Policy"]

#: Levels of JSON nesting that orjson reads; a deeper record is quarantined as `too_deep`.
DEFAULT_MAX_DEPTH: Final = 1024

_KNOWN: Final = frozenset({"actions", "default_region", "keep_type"})


@dataclass(frozen=True)
class Policy:
    """The default pack, or what a policy file changes in it.

    `actions` is complete (a kind without an entry has its default); `default_region` is an ISO 3166 code for phone
    numbers without a country code; with `keep_type` a masked JSON number becomes `0` instead of a token string.
    """

    actions: Mapping[Kind, Action] = field(default_factory=lambda: dict(DEFAULT_ACTIONS))
    default_region: str | None = None
    keep_type: bool = False
    max_depth: int = DEFAULT_MAX_DEPTH

    @cached_property
    def version(self) -> str:
        """Twelve hex digits of the content's SHA-256; equal policies have equal versions everywhere."""
        content = (sorted(self.actions.items()), self.default_region, self.keep_type, self.max_depth)
        return hashlib.sha256(repr(content).encode()).hexdigest()[:12]

    @classmethod
    def from_mapping(cls, content: Mapping[str, Any], max_depth: int = DEFAULT_MAX_DEPTH) -> "Policy":
        """The policy that a parsed policy file describes.

        PolicyError with one sentence where it holds an unknown key, kind or action.
        """
        if unknown := sorted(set(content) - _KNOWN):
            raise PolicyError(f"The policy has an unknown key {unknown[0]!r}; known are {', '.join(sorted(_KNOWN))}.")
        actions = content.get("actions") or {}
        if wrong := sorted(str(kind) for kind in actions if kind not in KINDS):
            raise PolicyError(f"The policy names an unknown kind {wrong[0]!r}; known are {', '.join(sorted(KINDS))}.")
        for kind, action in actions.items():
            if action not in get_args(Action) or (action == "surrogate" and kind != "jwt"):
                raise PolicyError(f"The policy gives {kind} the unknown action {action!r}; use token, redact or keep.")
        return cls(
            {**DEFAULT_ACTIONS, **actions},
            content.get("default_region"),
            bool(content.get("keep_type", False)),
            max_depth,
        )
