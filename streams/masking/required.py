"""Records that are not the JSON that the policy asks for: their fields cannot be told, so they are not let through."""

from collections.abc import Callable, Sequence
from typing import Final

from streams.masking.policy import Policy
from streams.masking.records import Failure
from streams.masking.wellformed import is_json

__all__ = ["json_required"]

_FAILURE: Final = Failure("policy_requires_json", "decode")

#: Takes texts and gives the failures of those that are not what the policy asks for, by index.
Refused = Callable[[Sequence[bytes | None]], dict[int, Failure]]


def json_required(policy: Policy) -> Refused | None:
    """What refuses texts: all that are no JSON, or of a strict policy those that begin like it; None where any text will do."""
    if policy.require_json:
        return _all
    return _broken if policy.level == "strict" else None


def _all(texts: Sequence[bytes | None]) -> dict[int, Failure]:
    return {index: _FAILURE for index, text in enumerate(texts) if text and not is_json(text)}


def _broken(texts: Sequence[bytes | None]) -> dict[int, Failure]:
    return {
        index: _FAILURE for index, text in enumerate(texts) if text and text.lstrip()[:1] == b"{" and not is_json(text)
    }
