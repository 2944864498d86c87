"""The policy file: a path in, a policy out; the masking core itself touches no file."""

from pathlib import Path

from streams.masking.policy import DEFAULT_MAX_DEPTH, Policy
from streams.policies.loading import load

__all__ = ["load_policy"]


def load_policy(path: Path | None, max_depth: int = DEFAULT_MAX_DEPTH) -> Policy:
    """The policy in a file, or the default pack without one; PolicyError in one sentence, with the line.

    Its tests are not run and its cost is not measured: `streams.policies.approval` does both.
    """
    return load(path, max_depth).policy
