"""What people do, for API and pages alike: find, decide, try, decide about many; scopes are asked for here."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import Any, Final
from uuid import UUID, uuid4

from fastapi import Request

from streams.errors import GuardError, UsageError
from streams.masking.policy import Policy
from streams.quarantine.actions import MEANT, Actor, Decided
from streams.quarantine.audit import Act, AuditEvent
from streams.quarantine.audit import Place as Stand
from streams.quarantine.bulk import BulkControl, BulkReport, decide_all
from streams.quarantine.decisions import Action, Decision, RecordId, Redaction, Status
from streams.quarantine.fold import ACTIONABLE
from streams.quarantine.store.model import Chunks, Filter, RecordRow, RecordView
from streams.quarantine.trying import ByHand, Control, Trial, Trier, TryResult
from streams.review.auth.principal import Principal
from streams.review.runs import Run
from streams.review.services import Services

__all__ = [
    "Asked",
    "NotFoundError",
    "TooOftenError",
    "asked",
    "decide",
    "explain",
    "find",
    "start_bulk",
    "start_try",
    "trier_of",
    "try_by_hand",
    "try_now",
]

Place = tuple[int, int]

_TOKEN_ID: Final = re.compile(r"[ -~]{1,200}")
_FINGERPRINT: Final = re.compile(r"[0-9a-f]{16}")


class NotFoundError(UsageError):
    """There is no such record: it never was one, it is forgotten, or it is not in your scope."""


class TooOftenError(UsageError):
    """That was too often: wait."""

    def __init__(self, wait_s: float) -> None:
        super().__init__()
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for something, and from where; for what is written down about it."""

    who: Principal
    address: str | None = None

    @property
    def token(self) -> str | None:
        """The token's id as it may be written down."""
        return self.who.token_id if _TOKEN_ID.fullmatch(self.who.token_id) else None


def asked(request: Request, who: Principal) -> Asked:
    """Who asks, from the address that the connection has; behind a proxy that is what uvicorn was told to believe."""
    try:
        return Asked(who, str(ip_address(request.client.host)) if request.client else None)
    except ValueError:
        return Asked(who)


def find(services: Services, who: Principal, place: Place) -> RecordView:
    """A record in the scope of this person; NotFoundError for all others, whether they exist or not."""
    view = services.store.record(*place, who.topics)
    if view is None:
        raise NotFoundError
    return view


def decide(
    services: Services,
    by: Asked,
    action: Action,
    places: Sequence[Place],
    *,
    expected: Status | None = None,
    reason: str = "",
    redactions: Sequence[Redaction] = (),
) -> Decided:
    """Decides about records; `expected` is the status that the person saw, the present one where they do not say."""
    alike: dict[tuple[Status, str | None], list[tuple[int, RecordId]]] = {}
    for place in places:
        row = find(services, by.who, place).row
        if row.id is None:
            raise UsageError(f"Record {row.place} is no envelope, so that nobody can decide about it.")
        _check_spans(row, redactions)
        # Who takes a claimed record over means it to be taken from this holder, and from nobody who came meanwhile.
        holder = row.actor if action == "claim" and row.status == "claimed" else None
        alike.setdefault((expected or row.status, holder), []).append((place[0], row.id))
    actor = Actor(by.who.subject, "operator", "review")

    def announce(decisions: Sequence[Decision]) -> None:
        services.audit(_decided(services, by, decisions))

    made = [
        services.actions.decide(
            actor, action, status, records, holder=holder, reason=reason, redactions=redactions, announce=announce
        )
        for (status, holder), records in alike.items()
    ]
    for one in made:
        services.metrics.decided(action, len(one.changed), len(one.lost))
    return Decided.joined(made)


def _check_spans(row: RecordRow, redactions: Sequence[Redaction]) -> None:
    """UsageError for what is not in the preview, which the redrive would find out later."""
    shown = len(row.preview or "")
    if any(one.end is not None and one.end > shown for one in redactions):
        raise UsageError(f"The preview of record {row.place} has {shown} characters, and a span ends behind it.")


def start_bulk(
    services: Services,
    by: Asked,
    action: Action,
    wanted: Filter,
    *,
    reason: str = "",
    at_most: int | None = None,
    bulk: UUID | None = None,
) -> Run:
    """Decides about all records that match now, in the background. `at_most` is how many the person saw: where more
    match, nothing is done. `bulk` makes asking twice harmless while the first is under way.
    """
    if action not in MEANT:
        raise UsageError("Records are masked by hand one at a time: spans of one preview mean nothing in another.")
    if action == "discard" and not reason.strip():
        raise UsageError("Records are discarded for a reason: give one.")
    chunks = services.store.chunks(_meant(wanted.within(by.who.topics), MEANT[action]))
    if at_most is not None and chunks.total > at_most:
        raise UsageError(f"{chunks.total} records match now, more than the {at_most} that you saw: look again.")
    control = BulkControl(BulkReport(bulk or uuid4(), action, chunks.total))
    actor = Actor(by.who.subject, "operator", "review")
    about = {"decisions": (control.report.bulk,), "records": chunks.total, "group": _group(wanted)}
    services.audit(_event(by, "decide", decision=action, policy=services.policies.version, **about))

    def work() -> None:
        report = decide_all(services.actions, actor, action, chunks, reason, control)
        services.metrics.decided(action, report.done, report.lost)

    return services.runs.start("bulk", by.who.subject, control, work, control.report.bulk)


def start_try(
    services: Services,
    by: Asked,
    what: Sequence[Place] | Filter,
    *,
    policy: bytes | None = None,
    sample: int | None = None,
) -> Run:
    """Tries the policy in use, or the text of one, in the background on records or on what a filter matches: on all of
    that, or on `sample` of them, spread evenly. GuardError without the private key.
    """
    trier = trier_of(services)
    places, total = _chosen(services, by.who, what, sample) if isinstance(what, Filter) else (iter(what), len(what))
    control = Control()
    group = _group(what) if isinstance(what, Filter) else None

    tried = _policy(services, by, policy, records=total, group=group)

    def work() -> None:
        result = trier.try_records(places, tried, total=total, control=control, sees=by.who.sees)
        services.metrics.tried(result.tried)

    return services.runs.start("try", by.who.subject, control, work)


def try_now(services: Services, by: Asked, place: Place, policy: bytes | None = None) -> TryResult:
    """Tries a policy on one record at once."""
    view = find(services, by.who, place)
    trier = trier_of(services)
    tried = _policy(services, by, policy, records=1, **_about(services, view.row))
    result = trier.try_records([place], tried, total=1, sees=by.who.sees)
    services.metrics.tried(result.tried)
    return result


def explain(services: Services, by: Asked, place: Place) -> Trial:
    """What the policy in use finds in a record, and what would become of it."""
    view = find(services, by.who, place)
    trier = trier_of(services)
    policy = _policy(services, by, None, records=1, **_about(services, view.row))
    return trier.explain(place, policy, by.who.sees)


def try_by_hand(services: Services, by: Asked, place: Place, redactions: Sequence[Redaction]) -> ByHand:
    """What would come of hiding these pieces of a record by hand, with the policy in use for the rest."""
    view = find(services, by.who, place)
    trier = trier_of(services)
    policy = _policy(services, by, None, records=1, **_about(services, view.row))
    return trier.by_hand(place, redactions, policy, by.who.sees)


def trier_of(services: Services) -> Trier:
    """Who tries; GuardError where this service has no private key."""
    if services.trier is None:
        raise GuardError("This review service has no private key, so that it opens nothing: set REVIEW_PRIVATE_KEY.")
    return services.trier


def _policy(services: Services, by: Asked, given: bytes | None, **about: Any) -> Policy:
    """The policy to try, once it is written down who tries which on what; TooOftenError where that is too much."""
    if wait_s := services.tries.take(by.who.subject):
        raise TooOftenError(wait_s)
    policy = services.policies.current() if given is None else services.policies.given(given)
    services.audit(_event(by, "try" if given is None else "policy_upload", policy=policy.version, **about))
    return policy


def _event(by: Asked, action: Act, **about: Any) -> AuditEvent:
    return AuditEvent(
        action=action, via="review", actor=by.who.subject, role="operator", token=by.token, address=by.address, **about
    )


def _decided(services: Services, by: Asked, decisions: Sequence[Decision]) -> AuditEvent:
    records = [(decision.partition, record) for decision in decisions for record in decision.records]
    about: dict[str, Any] = {}
    if len(records) == 1:
        view = services.store.record(records[0][0], records[0][1].offset, by.who.topics)
        about = _about(services, view.row) if view else {}
    return _event(
        by, "decide", decision=decisions[0].action, decisions=tuple(decision.id for decision in decisions),
        records=len(records), policy=decisions[0].policy, **about,
    )  # fmt: skip


def _about(services: Services, row: RecordRow) -> dict[str, Any]:
    stand = Stand(topic=services.settings.quarantine_topic, partition=row.partition, offset=row.offset)
    return {"record": stand, "source": row.source}


def _group(wanted: Filter) -> str | None:
    # Groups of foreign bytes have other names.
    return wanted.fingerprint if wanted.fingerprint and _FINGERPRINT.fullmatch(wanted.fingerprint) else None


def _chosen(services: Services, who: Principal, wanted: Filter, sample: int | None) -> tuple[Iterator[Place], int]:
    chunks = services.store.chunks(_meant(wanted.within(who.topics), ACTIONABLE))
    if sample is None or chunks.total <= sample:
        return _places(chunks), chunks.total
    return _spread(_places(chunks), chunks.total, sample), sample


def _places(chunks: Chunks) -> Iterator[Place]:
    return ((chunk.partition, record.offset) for chunk in chunks for record in chunk.records)


def _spread(places: Iterable[Place], total: int, sample: int) -> Iterator[Place]:
    """So many of them, evenly over all."""
    for index, place in enumerate(places):
        if (index + 1) * sample // total > index * sample // total:
            yield place


def _meant(wanted: Filter, statuses: frozenset[Status]) -> Filter:
    return wanted if wanted.status else replace(wanted, status=statuses)
