"""Settings that are each fine but contradict each other; sentences name settings and never show a value."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from streams.settings import topics
from streams.settings.urls import is_origin, is_safe_url

if TYPE_CHECKING:
    from streams.settings.model import Settings

__all__ = ["DECISIONS_MARGIN_MS", "Contradiction", "contradictions"]

#: The attributes that take part, and the sentence.
Contradiction = tuple[frozenset[str], str]

#: Decisions must outlive what they decide on: retention deletes whole segments, some hours late.
DECISIONS_MARGIN_MS: Final = 86_400_000

_LAST_PORT: Final = 65_535
#: A longer one would keep tokens alive that their issuer has ended.
_LEEWAY_MAX_MS: Final = 300_000


def contradictions(settings: "Settings") -> list[Contradiction]:
    """Every contradiction between otherwise valid settings."""
    return [*_of_retention(settings), *_of_topics(settings), *_of_http(settings), *_of_review(settings)]


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


def _of_review(settings: "Settings") -> Iterator[Contradiction]:
    if settings.review_jwks_url and settings.review_jwt_key:
        yield (
            frozenset({"review_jwks_url", "review_jwt_key"}),
            "REVIEW_JWKS_URL and REVIEW_JWT_KEY are both set: keep the one that your issuer uses.",
        )
    others = ("review_jwks_url", "review_jwt_key", "review_client_id")
    if settings.review_dev_secret and any(getattr(settings, name) for name in others):
        yield (
            frozenset({"review_dev_secret", *others}),
            "REVIEW_DEV_SECRET is for development and set beside an issuer's keys or client: take one of them out.",
        )
    if settings.review_client_secret and not settings.review_client_id:
        yield (
            frozenset({"review_client_secret", "review_client_id"}),
            "REVIEW_CLIENT_SECRET is set without REVIEW_CLIENT_ID: set the client, or take the secret out.",
        )
    if settings.review_leeway_ms > _LEEWAY_MAX_MS:
        yield frozenset({"review_leeway_ms"}), "REVIEW_LEEWAY is longer than 5m: set the clocks instead."
    yield from _of_review_urls(settings)


def _of_review_urls(settings: "Settings") -> Iterator[Contradiction]:
    discovered = settings.review_client_id and not settings.review_dev_secret
    for attribute, used in (("jwks_url", True), ("public_url", True), ("issuer", discovered)):
        url = getattr(settings, f"review_{attribute}")
        if used and url and not is_safe_url(url):
            yield (
                frozenset({f"review_{attribute}", *(("review_client_id",) if attribute == "issuer" else ())}),
                f"REVIEW_{attribute.upper()} must begin with https://, or with http:// and a loopback address.",
            )
    if settings.review_url and not (is_safe_url(settings.review_url) and is_origin(settings.review_url)):
        yield (
            frozenset({"review_url"}),
            "REVIEW_URL must be https:// and a host (http:// on this machine), since a token is sent there.",
        )
    if settings.review_public_url and not is_origin(settings.review_public_url):
        yield frozenset({"review_public_url"}), "REVIEW_PUBLIC_URL must end behind the host or port: take the path off."
