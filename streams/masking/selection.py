"""Which detectors a policy has looked with: all of ours, those of the policy, and its field rules."""

from collections.abc import Sequence
from typing import Final

from streams.masking import detectors
from streams.masking.detectors.doubtful import doubtful
from streams.masking.found import Detector
from streams.masking.own import detector_of
from streams.masking.policy import Policy
from streams.masking.rules import field_detectors

__all__ = ["detectors_for"]

_FIELD: Final = "field"


def detectors_for(policy: Policy) -> Sequence[Detector]:
    """The detectors of a policy; of the default pack the very tuple of `streams.masking.detectors`.

    PolicyError with one sentence where a pattern of the policy cannot be compiled.
    """
    rows: Sequence[Detector] = detectors.ALL
    if policy.level == "strict":
        rows = [doubtful(row) if row.name == _FIELD else row for row in rows]
    own = [*map(detector_of, policy.detectors), *field_detectors(policy)]
    return [*rows, *own] if own else rows
