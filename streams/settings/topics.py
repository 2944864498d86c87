"""Names of topics: what is legal, what a template gives, which raw topics a list or pattern means. Pure."""

import re
from collections.abc import Iterable
from typing import Final

__all__ = [
    "PLACEHOLDER",
    "REPLAY_SUFFIX",
    "could_produce",
    "fill",
    "is_pattern",
    "is_topic_name",
    "raw_topic_list",
    "resolve",
]

#: The raw topic's name inside the clean topic's template.
PLACEHOLDER: Final = "{topic}"

#: What stands between a clean topic's name and a job's id in the name of a replay's own topic.
REPLAY_SUFFIX: Final = ".replay."

_LEGAL: Final = re.compile(r"[A-Za-z0-9._-]{1,249}")


def is_topic_name(name: str) -> bool:
    """Whether Kafka accepts this name of a topic."""
    return bool(_LEGAL.fullmatch(name)) and name not in {".", ".."}


def is_pattern(raw_topics: str) -> bool:
    """Whether RAW_TOPICS is a regular expression and not a list."""
    return raw_topics.startswith("^")


def raw_topic_list(raw_topics: str) -> tuple[str, ...]:
    """The names of a comma list in their order; empty for a pattern."""
    if is_pattern(raw_topics):
        return ()
    return tuple(name for name in (part.strip() for part in raw_topics.split(",")) if name)


def fill(template: str, topic: str) -> str:
    """The clean topic of a raw topic."""
    return template.replace(PLACEHOLDER, topic)


def could_produce(template: str, name: str) -> bool:
    """Whether the template gives this name for some raw topic, or the name of a replay's topic beside it."""
    pattern = "(.+)".join(re.escape(part) for part in template.split(PLACEHOLDER))
    return re.fullmatch(rf"{pattern}(?:{re.escape(REPLAY_SUFFIX)}[a-z0-9-]+)?", name) is not None


def resolve(raw_topics: str, template: str, own: Iterable[str], existing: Iterable[str]) -> tuple[str, ...]:
    """Raw topics meant by RAW_TOPICS: a list as it stands (whether the topics exist or not), a pattern's matches among
    the existing ones in alphabetical order, without Kafka's internal topics, ours, and whatever the template can
    produce (a pattern that matches raw topics mostly matches `raw.clean` too and would read its own output).
    """
    if not is_pattern(raw_topics):
        return raw_topic_list(raw_topics)
    # The operator's own pattern over names of topics, not over payload: Python's engine will do.
    matches = re.compile(raw_topics).fullmatch
    excluded = set(own)
    return tuple(
        sorted(
            name
            for name in existing
            if matches(name)
            and name not in excluded
            and not name.startswith("__")
            and not could_produce(template, name)
        )
    )
