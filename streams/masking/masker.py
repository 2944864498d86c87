"""The public face of the core: lines or records in, masked ones out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from streams.masking.engine import Engine, Masked
from streams.masking.keyring import Keyring
from streams.masking.policy import Policy
from streams.masking.records import Failure
from streams.masking.tokens import Tokens

__all__ = ["Explanation", "Masker", "Outcome"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One masked text, or why it is none: `text` is None exactly where there is a failure."""

    text: bytes | None
    failure: Failure | None
    findings: Counter[str]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One finding or rejected candidate; `start` and `end` are raw bytes, `end` alone is known of a rejected one."""

    detector: str
    kind: str
    start: int
    end: int
    validator: str
    action: str
    kept_by: str


class Masker:
    """Masks texts under one policy and one keyring; threads may share it."""

    def __init__(self, policy: Policy, keyring: Keyring, *, prefilter: bool = True) -> None:
        self.policy = policy
        self.tokens = Tokens(keyring, policy.default_region)
        self._engine = Engine(policy, self.tokens, prefilter=prefilter)

    def mask(self, text: bytes) -> Outcome:
        """One text."""
        result = self._engine.mask([text])
        failure = result.failures.get(0)
        return Outcome(None if failure else result.outputs[0], failure, result.findings)

    def mask_batch(self, texts: Sequence[bytes]) -> Masked:
        """Many texts at the price of one scan."""
        return self._engine.mask(texts)

    def explain(self, text: bytes) -> list[Explanation]:
        """What was found and what was considered and kept, in the order of the text."""
        found, rejected, read = self._engine.explain(text)
        rows = []
        for one in found:
            start, end = read.raw_span(one.start, one.end)
            rows.append(
                Explanation(one.detector, one.kind, start, end, one.validator, self.policy.actions[one.kind], "")
            )
        for other in rejected:
            start, end = read.raw_span(max(0, other.end - 1), other.end)
            rows.append(Explanation(other.detector, "", end, end, "", "keep", other.rule))
        return sorted(rows, key=lambda row: (row.end, row.detector))
