"""Makes the services of a review process from its settings, in the order in which a mistake is best said."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final

from streams.anchorstore import user_store
from streams.errors import GuardError
from streams.kafka.admin import Admin
from streams.kafka.config import check_kafka_properties
from streams.kafka.targets import Target, target_of
from streams.kafka.topics import TopicFacts, TopicState, Unseen, unseen_sentence
from streams.keystore import load_review_private
from streams.quarantine.actions import Actions
from streams.quarantine.auditlog import AuditLog
from streams.quarantine.decisionlog import DecisionsTopic
from streams.quarantine.readback import StoreReadBack
from streams.quarantine.reader import QuarantineReader
from streams.quarantine.reasons import ReasonMasker, keyring_of
from streams.quarantine.store.model import Filter
from streams.quarantine.store.store import ReviewStore
from streams.quarantine.trying import Trier
from streams.review.looks import Looks
from streams.review.neighbours import Neighbours
from streams.review.policies import PolicySource
from streams.review.reveals import Reveals
from streams.review.runs import Runs
from streams.review.services import Services
from streams.settings.checks import DECISIONS_MARGIN_MS
from streams.telemetry.metrics import ReviewMetrics, ReviewState

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    from streams.masking.keyring import Keyring
    from streams.quarantine.auditlog import WriteAudit
    from streams.settings import Settings

__all__ = ["check_topics", "metrics_of", "open_services", "private_key_of"]

#: Limits of clean topics are asked for anew after so long.
_TARGETS_S: Final = 60.0
_APPLY: Final = "run `maskstream topics apply`"


@contextmanager
def open_services(settings: "Settings", private_key: "X25519PrivateKey | None") -> Iterator[Services]:
    """The services, following their topics until the end of the block. GuardError, SettingsError, KeyringError,
    PolicyError, UnreachableError with a sentence each.
    """
    settings.require("bootstrap_servers")
    check_kafka_properties(settings)
    keyring = keyring_of(settings)
    policies = PolicySource(settings.policy, settings.max_depth)
    mask_reason = ReasonMasker(keyring, user_store())
    check_topics(settings, Admin(settings))
    with ExitStack() as stack:
        audit = AuditLog(settings, "review", mask_reason)
        looks = Looks(settings)
        looks.start()
        stack.callback(looks.close)
        store = stack.enter_context(ReviewStore(settings))
        store.start()
        topic = DecisionsTopic(settings)
        stack.callback(topic.close)
        runs = Runs()
        stack.callback(runs.close)
        yield Services(
            settings=settings,
            store=store,
            actions=Actions(topic, StoreReadBack(store), mask_reason, lambda: policies.current().version),
            policies=policies,
            runs=runs,
            neighbours=Neighbours(settings),
            metrics=metrics_of(store),
            looks=looks,
            audit=audit,
            trier=_trier(settings, private_key, keyring),
            reveals=_reveals(settings, private_key, audit, looks, mask_reason),
        )


def private_key_of(settings: "Settings") -> "X25519PrivateKey | None":
    """The key that opens quarantine; None where nobody set one and there is none: then nothing is tried or revealed."""
    if settings.origin("review_private_key") == "default" and not os.access(settings.review_private_key, os.F_OK):
        return None
    return load_review_private(settings.review_private_key)


def check_topics(settings: "Settings", admin: Admin) -> None:
    """GuardError with a sentence for each reason why people could not decide here."""
    own = {
        "quarantine": settings.quarantine_topic,
        "decisions": settings.decisions_topic,
        "audit": settings.audit_topic,
    }
    states = admin.describe(own.values())
    refusals = [
        unseen_sentence(state, purpose) for purpose, name in own.items() if isinstance(state := states[name], Unseen)
    ]
    refusals += list(_of_decisions(states[own["quarantine"]], states[own["decisions"]]))
    refusals += [
        f"The {purpose} topic {own[purpose]} may not be {done}: allow {right.title()} on topic {own[purpose]}."
        for purpose, right, done in _RIGHTS
        if _lacks(states[own[purpose]], right)
    ]
    if refusals:
        raise GuardError("\n".join(refusals))


_RIGHTS: Final = (
    ("quarantine", "READ", "read"), ("decisions", "READ", "read"), ("decisions", "WRITE", "written"),
    ("audit", "READ", "read"), ("audit", "WRITE", "written"),
)  # fmt: skip


def _lacks(state: TopicState, right: str) -> bool:
    return isinstance(state, TopicFacts) and state.rights is not None and right not in state.rights


def _of_decisions(quarantine: TopicState, decisions: TopicState) -> Iterator[str]:
    if not isinstance(quarantine, TopicFacts) or not isinstance(decisions, TopicFacts):
        return
    if decisions.partitions < quarantine.partitions:
        yield (
            f"The decisions topic {decisions.name} has {decisions.partitions} partitions and needs "
            f"{quarantine.partitions}, since the partition number is kept: {_APPLY}."
        )
    if "compact" in decisions.cleanup:
        yield f"The decisions topic {decisions.name} compacts, which loses decisions: {_APPLY}."
    kept = decisions.retention_ms
    least = None if quarantine.retention_ms is None else quarantine.retention_ms + DECISIONS_MARGIN_MS
    if kept is not None and (least is None or kept < least):
        yield (
            f"The decisions topic {decisions.name} forgets before the quarantine topic {quarantine.name}, so that "
            f"records would be open again: {_APPLY}, or set its retention.ms a day longer."
        )


def _trier(settings: "Settings", private_key: "X25519PrivateKey | None", keyring: "Keyring") -> Trier | None:
    if private_key is None:
        return None
    return Trier(
        private_key, keyring, lambda: QuarantineReader(settings), _Targets(settings), lambda: int(time.time() * 1000)
    )


def _reveals(
    settings: "Settings",
    private_key: "X25519PrivateKey | None",
    audit: "WriteAudit",
    looks: Looks,
    mask_reason: Callable[[str], str],
) -> Reveals | None:
    if private_key is None:
        return None
    return Reveals(
        private_key,
        lambda: QuarantineReader(settings),
        audit,
        looks,
        mask_reason,
        four_eyes=settings.review_four_eyes,
    )


class _Targets:
    """Limits of the clean topics of raw topics, asked for once in a while; any thread."""

    def __init__(self, settings: "Settings") -> None:
        self._settings = settings
        self._admin = Admin(settings)
        self._known: dict[str, tuple[float, Target]] = {}

    def __call__(self, raw_topic: str) -> Target | None:
        now = time.monotonic()
        at, known = self._known.get(raw_topic, (-_TARGETS_S, None))
        if now - at < _TARGETS_S:
            return known
        clean = self._settings.clean_topic_for(raw_topic)
        found = target_of(clean, self._admin.describe([clean]))
        self._known[raw_topic] = (now, found)
        return found


def metrics_of(store: ReviewStore) -> ReviewMetrics:
    """Metrics that ask the store at a scrape."""
    return ReviewMetrics(lambda: _state(store))


def _state(store: ReviewStore) -> ReviewState:
    health = store.health()
    counts = store.counts(Filter())
    return ReviewState(
        {str(status): count for status, count in counts.by_status.items()},
        counts.expiring,
        ready=health.ready,
        progress=health.progress.share,
        age_s=max(0.0, (store.now_ms() - health.fresh_ms) / 1000),
    )
