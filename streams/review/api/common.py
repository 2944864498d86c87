"""What the routes share: who asks, the services, places, filters, and rows copied by name."""

from typing import Annotated

from fastapi import Depends, Path, Request

from streams.quarantine.store.model import Filter
from streams.review.api.requests import FilterIn
from streams.review.auth.dependencies import operator, revealer, revealing, viewer
from streams.review.auth.principal import Principal
from streams.review.services import Services, services_of
from streams.review.work import Asked, asked

__all__ = [
    "ByOperator", "ByRevealer", "ByRevealing", "Made", "Offset", "Operator", "Partition", "Revealer", "Viewer",
    "filter_of", "place_of",
]  # fmt: skip

Made = Annotated[Services, Depends(services_of)]
Viewer = Annotated[Principal, Depends(viewer)]
Operator = Annotated[Principal, Depends(operator)]
Revealer = Annotated[Principal, Depends(revealer)]


def _by_operator(request: Request, who: Operator) -> Asked:
    return asked(request, who)


def _by_revealer(request: Request, who: Revealer) -> Asked:
    return asked(request, who)


def _by_revealing(request: Request, who: Annotated[Principal, Depends(revealing)]) -> Asked:
    return asked(request, who)


#: The same with where they ask from, for what is written down.
ByOperator = Annotated[Asked, Depends(_by_operator)]
ByRevealer = Annotated[Asked, Depends(_by_revealer)]
#: A revealer who has not looked too often.
ByRevealing = Annotated[Asked, Depends(_by_revealing)]

#: Kafka's own limits.
Partition = Annotated[int, Path(ge=0, le=2**31 - 1, description="Partition in the quarantine topic.")]
Offset = Annotated[int, Path(ge=0, le=2**63 - 1, description="Offset in the quarantine topic.")]


def place_of(text: str) -> tuple[int, int]:
    """Partition and offset of a `Place`."""
    partition, _, offset = text.partition(":")
    return int(partition), int(offset)


def filter_of(given: FilterIn, who: Principal) -> Filter:
    """The store's filter, within the scope of who asks."""
    return Filter(
        topics=who.topics, topic=given.topic, partition=given.partition, offset=given.offset, reason=given.reason,
        detector=given.detector, fingerprint=given.group, status=frozenset(given.status), pending=given.pending,
        since_ms=given.since, until_ms=given.until, text=given.text,
    )  # fmt: skip
