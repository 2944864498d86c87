"""What Kafka says of both topics: who they are, where they begin and end, how long they keep what they hold."""

from dataclasses import dataclass
from typing import Final, Literal

from streams.errors import GuardError
from streams.kafka.admin import Admin
from streams.kafka.topics import TopicFacts, TopicState, unseen_sentence
from streams.quarantine.store.ingest import Place
from streams.settings import Settings

__all__ = ["TOPICS", "Looked", "Role", "Topics"]

Role = Literal["quarantine", "decisions"]
TOPICS: Final[tuple[Role, Role]] = ("quarantine", "decisions")


@dataclass(frozen=True, slots=True)
class Looked:
    """One look. `identity` changes when a topic is made anew; ends are those that read_committed readers see."""

    identity: str
    retention_ms: int | None
    begins: dict[Place, int]
    ends: dict[Place, int]


class Topics:
    """Asks for both topics; not for threads."""

    def __init__(self, settings: Settings) -> None:
        self._names: dict[Role, str] = {"quarantine": settings.quarantine_topic, "decisions": settings.decisions_topic}
        self._admin = Admin(settings)

    def look(self) -> Looked:
        """GuardError where one of them cannot be seen, UnreachableError or RunError where Kafka does not answer."""
        states = self._admin.describe(self._names.values())
        facts = {role: self._facts(role, states[name]) for role, name in self._names.items()}
        places: dict[tuple[str, int], Place] = {
            (self._names[role], number): (role, number) for role in TOPICS for number in range(facts[role].partitions)
        }
        begins, ends = (self._admin.offsets(list(places), at) for at in ("earliest", "latest"))
        return Looked(
            " ".join(f"{self._names[role]}={facts[role].topic_id}" for role in TOPICS),
            facts["quarantine"].retention_ms,
            {place: begins[real] for real, place in places.items()},
            {place: ends[real] for real, place in places.items()},
        )

    def _facts(self, role: Role, state: TopicState) -> TopicFacts:
        if not isinstance(state, TopicFacts):
            raise GuardError(unseen_sentence(state, role))
        return state
