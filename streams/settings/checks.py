"""Settings that are each fine but contradict each other; sentences name settings and never show a value."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from streams.settings import topics

if TYPE_CHECKING:
    from streams.settings.model import Settings

__all__ = ["DECISIONS_MARGIN_MS", "Contradiction", "contradictions"]

#: The attributes that take part, and the sentence.
Contradiction = tuple[frozenset[str], str]

#: Decisions must outlive what they decide on: retention deletes whole segments, some hours late.
DECISIONS_MARGIN_MS: Final = 86_400_000

_LAST_PORT: Final = 65_535


def contradictions(settings: "Settings") -> list[Contradiction]:
    """Every contradiction between otherwise valid settings."""
    return [*_of_retention(settings), *_of_topics(settings), *_of_http(settings)]


def _of_retention(settings: "Settings") -> Iterator[Contradiction]:
    for name in ("clean", "quarantine"):
        if getattr(settings, f"{name}_retention_ms") > settings.max_retention_ms:
            yield (
                frozenset({f"{name}_retention_ms", "max_retention_ms"}),
                f"{name.upper()}_RETENTION is longer than MAX_RETENTION: shorten it or raise MAX_RETENTION.",
            )
    if settings.decisions_retention_ms < settings.quarantine_retention_ms + DECISIONS_MARGIN_MS:
        yield (
            frozenset({"decisions_retention_ms", "quarantine_retention_ms"}),
            "DECISIONS_RETENTION is too short: make it at least a day longer than QUARANTINE_RETENTION.",
        )


def _of_topics(settings: "Settings") -> Iterator[Contradiction]:
    raw = topics.raw_topic_list(settings.raw_topics)
    own = ("quarantine_topic", "decisions_topic", "audit_topic", "jobs_topic")
    names = [getattr(settings, attribute) for attribute in own]
    clean = [topics.fill(settings.clean_topic, name) for name in raw]
    involved = frozenset({"raw_topics", "clean_topic"})
    if settings.raw_topics and topics.PLACEHOLDER not in settings.clean_topic and len(raw) != 1:
        yield involved, "CLEAN_TOPIC must contain {topic} unless RAW_TOPICS names a single topic."
    if settings.clean_topic == topics.PLACEHOLDER:
        yield frozenset({"clean_topic"}), "CLEAN_TOPIC is the raw topic itself: add something to {topic}."
    elif set(raw) & set(clean):
        yield involved, "RAW_TOPICS contains a topic that is also written: take it out or change CLEAN_TOPIC."
    if not all(map(topics.is_topic_name, clean)):
        yield involved, "CLEAN_TOPIC makes a name longer than the 249 characters that Kafka allows: shorten it."
    if len(set(raw)) != len(raw):
        yield frozenset({"raw_topics"}), "RAW_TOPICS names a topic twice: take one out."
    for attribute, name in zip(own, names, strict=True):
        if name in raw or name in clean or names.count(name) > 1:
            yield (
                frozenset({attribute, "raw_topics", "clean_topic"}),
                f"{attribute.upper()} is also the name of another topic in use: choose another.",
            )


def _of_http(settings: "Settings") -> Iterator[Contradiction]:
    if settings.http_port + settings.workers - 1 > _LAST_PORT:
        yield (
            frozenset({"http_port", "workers"}),
            "HTTP_PORT is too high: slot i listens on HTTP_PORT + i, which passes 65535 for the last of WORKERS.",
        )
    if settings.review_jwks_url and settings.review_jwt_key:
        yield (
            frozenset({"review_jwks_url", "review_jwt_key"}),
            "REVIEW_JWKS_URL and REVIEW_JWT_KEY are both set: keep the one that your issuer uses.",
        )
    if settings.review_jwks_url and not settings.review_jwks_url.startswith(("https://", "http://")):
        yield frozenset({"review_jwks_url"}), "REVIEW_JWKS_URL must begin with https:// or http://."
