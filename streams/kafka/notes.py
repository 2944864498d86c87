"""What is kept beside a committed offset: `id=<topic id>`, later `try=<n>`; pure text.

Kafka stores up to 4 096 bytes of metadata with each offset. Fields that this version does not know survive a round
trip, so that an older worker does not wipe what a newer one left.
"""

from dataclasses import dataclass

__all__ = ["OffsetNote"]


@dataclass(frozen=True, slots=True)
class OffsetNote:
    """The note of one offset: which topic it was of, and how often its batch was begun without success."""

    topic_id: str | None = None
    tries: int = 0
    other: tuple[str, ...] = ()

    @classmethod
    def parse(cls, metadata: str | None) -> "OffsetNote":
        """Never raises: another tool may have committed with any text."""
        topic_id, tries, other = None, 0, []
        for field in filter(None, (metadata or "").split(";")):
            name, _, value = field.partition("=")
            if name == "id" and value:
                topic_id = value
            elif name == "try" and value.isascii() and value.isdigit():
                tries = int(value[:9])
            else:
                other.append(field)
        return cls(topic_id, tries, tuple(other))

    def text(self) -> str:
        """The form that is committed."""
        fields = [f"id={self.topic_id}"] if self.topic_id else []
        if self.tries:
            fields.append(f"try={self.tries}")
        return ";".join([*fields, *self.other])
