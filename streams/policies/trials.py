"""The tests of a policy: lines, and what has to become of them."""

import re
import secrets
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from streams.anchorstore import user_store
from streams.masking.keyring import Keyring
from streams.masking.masker import Masker
from streams.masking.policy import Policy
from streams.masking.surrogate import SURROGATE_RE
from streams.masking.tokens import TOKEN_RE
from streams.policies.loading import Trial

__all__ = ["Outcome", "maskers", "outcomes", "told"]

_KIND: Final = re.compile(rb"tok_([a-z_]+)_[a-z][a-z0-9]*_[a-p]{20}(?:_[A-Za-z0-9]+)?")


class Outcome(NamedTuple):
    """One test: `failed` says what is not as it should be, in a sentence; None where all is."""

    rule: str
    failed: str | None


def told(text: bytes) -> str:
    """A masked line with `<kind>` for each token, which is how tests write them: keys differ, lines do not."""
    bare = SURROGATE_RE.sub(b"<jwt>", text)
    return TOKEN_RE.sub(_kind_told, bare).decode("utf-8", "replace")


def _kind_told(token: re.Match[bytes]) -> bytes:
    return _KIND.sub(rb"<\1>", token[0])


def maskers(policy: Policy) -> "Maskers":
    """A masker for each topic, of one key that ends with the process."""
    return Maskers(policy, Keyring.ephemeral(secrets.token_bytes(32)))


class Maskers:
    """Maskers of one policy and key by the rules that hold for a topic; made when they are needed."""

    def __init__(self, policy: Policy, keyring: Keyring) -> None:
        self._policy = policy
        self._keyring = keyring
        self._made: dict[str, Masker] = {}

    def of(self, topic: str | None) -> Masker:
        """The masker for a topic, or for texts of none."""
        rules = self._policy.for_topic(topic) if topic is not None else self._policy
        made = self._made.get(rules.version)
        if made is None:
            made = self._made[rules.version] = Masker(rules, self._keyring, store=user_store())
        return made


def outcomes(policy: Policy, trials: Sequence[Trial]) -> Iterator[Outcome]:
    """Runs the tests in their order."""
    made = maskers(policy)
    for trial in trials:
        yield Outcome(trial.rule, _failure(trial, made.of(trial.entry.topic)))


def _failure(trial: Trial, masker: Masker) -> str | None:
    """What is wrong, without the line: tests may hold lines of a real log."""
    entry = trial.entry
    outcome = masker.mask(entry.line.encode())
    reason = outcome.failure.reason if outcome.failure else None
    if reason != entry.quarantined:
        return f"is quarantined as {reason}" if reason else f"is not quarantined as {entry.quarantined}"
    if outcome.text is None:
        return None
    text = told(outcome.text)
    if entry.becomes is not None and text != entry.becomes:
        return "becomes something else"
    if any(part in text for part in entry.masked):
        return "still holds what should be masked"
    return "lost what should be kept" if any(part not in text for part in entry.kept) else None
