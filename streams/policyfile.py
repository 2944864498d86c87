"""The policy file: YAML in, a policy out; the masking core itself touches no file."""

from pathlib import Path

import yaml

from streams.errors import PolicyError
from streams.masking.policy import DEFAULT_MAX_DEPTH, Policy

__all__ = ["load_policy"]

#: A policy of every kind and a thousand allow-list entries has 100 kB; what is larger is something else.
_MAX_FILE_BYTES = 1 << 20


def load_policy(path: Path | None, max_depth: int = DEFAULT_MAX_DEPTH) -> Policy:
    """The policy in a file, or the default pack without one; PolicyError in one sentence, with the line if known."""
    if path is None:
        return Policy(max_depth=max_depth)
    try:
        text = path.read_bytes()
    except OSError as error:
        raise PolicyError(f"The policy {path} cannot be read: {error.strerror}.") from None
    if len(text) > _MAX_FILE_BYTES:
        raise PolicyError(f"The policy {path} is larger than {_MAX_FILE_BYTES} bytes.")
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark else ""
        raise PolicyError(f"The policy {path} is not YAML{where}.") from None
    if content is not None and not isinstance(content, dict):
        raise PolicyError(f"The policy {path} has to be a mapping at its top level.")
    return Policy.from_mapping(content or {}, max_depth)
