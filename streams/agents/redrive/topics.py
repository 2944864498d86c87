"""Which topics the redrive writes to, as last looked at: clean topics, topics of replays, decisions."""

from typing import TYPE_CHECKING, Final

from streams.errors import UnreachableError
from streams.kafka.admin import Admin
from streams.kafka.guard import redrive_troubles, retention_lost
from streams.kafka.targets import Target, target_of
from streams.kafka.topics import TopicFacts, TopicState, Unseen, unseen_sentence
from streams.quarantine.envelope import Origin
from streams.settings import Settings
from streams.settings.topics import REPLAY_SUFFIX, is_topic_name

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Topics", "replay_topic"]

#: Topics of replays that are remembered between two looks; jobs are few, but their names come from envelopes.
_REPLAYS_MAX: Final = 64


def replay_topic(clean: str, job: str) -> str:
    """The topic that a replay writes to unless it is told otherwise."""
    return f"{clean}{REPLAY_SUFFIX}{job}"


class Topics:
    """Facts of the topics concerned; `look` and the first word about a replay ask Kafka."""

    def __init__(self, settings: Settings, admin: Admin) -> None:
        self._settings = settings
        self._admin = admin
        self._raw: tuple[str, ...] = ()
        self._states: Mapping[str, TopicState] = {}
        self._replays: dict[str, TopicState] = {}

    def look(self) -> None:
        """Describes all topics anew; keeps what was known where it raises RunError."""
        settings = self._settings
        existing = self._admin.topic_names() if settings.raw_topics.startswith("^") else []
        raw = settings.resolve_raw_topics(existing)
        clean = [settings.clean_topic_for(name) for name in raw]
        self._states = self._admin.describe([*clean, settings.quarantine_topic, settings.decisions_topic])
        self._raw, self._replays = raw, {}

    def troubles(self) -> list[str]:
        """A sentence for each reason not to write now."""
        settings = self._settings
        return [*retention_lost(settings, self._raw, self._states), *redrive_troubles(settings, self._states)]

    def sizes(self) -> list[int]:
        """The largest record of each topic that is written to."""
        names = [*map(self._settings.clean_topic_for, self._raw), self._settings.decisions_topic]
        return [target_of(name, self._states).max_bytes for name in names]

    def quarantine_partitions(self, last: int) -> int:
        """How many partitions quarantine has. Whoever hears that `last` is none of them gives its records up for good,
        so Kafka is asked anew before; UnreachableError where it does not show the topic, which tells nothing of them.
        """
        name = self._settings.quarantine_topic
        state = self._states.get(name)
        if not isinstance(state, TopicFacts) or last >= state.partitions:
            state = self._admin.describe([name])[name]
        if isinstance(state, Unseen):
            raise UnreachableError(unseen_sentence(state, "quarantine"))
        return state.partitions

    def target(self, origin: Origin) -> Target | None:
        """Where a record of that origin goes: to the clean topic of its source, or to the topic of the replay that read
        it. None where its source is not among RAW_TOPICS, or that topic is not there or cannot take it.

        An envelope may name any topic; so nothing is written but to clean topics of our own and of their replays. The
        live path has had what a replay read: on the clean topic it might stand twice.
        """
        clean = self._settings.clean_topic_for(origin.topic)
        if origin.topic not in self._settings.resolve_raw_topics([origin.topic]):
            return None
        state = self._replay(replay_topic(clean, origin.job)) if origin.job else self._states.get(clean)
        if not isinstance(state, TopicFacts) or origin.partition >= state.partitions:
            return None
        return target_of(state.name, {state.name: state})

    def _replay(self, name: str) -> TopicState | None:
        if not is_topic_name(name):
            return None
        if name not in self._replays:
            if len(self._replays) >= _REPLAYS_MAX:
                self._replays.clear()
            self._replays |= self._admin.describe([name])
        return self._replays[name]
