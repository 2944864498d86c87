"""Carries out a plan: asked for in the audit first, then deleted, then told there how it went."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from streams.errors import GuardError, MaskstreamError, RunError
from streams.kafka.topics import TopicFacts, unseen_sentence
from streams.quarantine.audit import AuditEvent, Cut
from streams.quarantine.auditlog import WriteAudit
from streams.replay.purge import PurgePlan

if TYPE_CHECKING:
    from streams.kafka.admin import Admin

__all__ = ["Purged", "run_purge"]


@dataclass(frozen=True, slots=True)
class Purged:
    """What was done: the first offset that each partition has now."""

    begins: dict[tuple[str, int], int]


def run_purge(plan: PurgePlan, admin: "Admin", audit: WriteAudit, *, actor: str, reason: str) -> Purged:
    """Deletes what a plan says and nothing else. GuardError where its topics are not those that it was made for; where
    the audit does not take the event, nothing is deleted.
    """
    until = {cut.key: cut.until for cut in plan.cuts}
    _check(plan, admin)
    audit(_event(plan, "asked", actor, reason))
    try:
        begins = admin.delete_records(until)
        short = [key for key, begin in begins.items() if begin < until[key]]
        if short:
            raise RunError(f"Kafka did not delete all that was asked for of {short[0][0]}: run the plan again.")
    except MaskstreamError:
        audit(_event(plan, "failed", actor, reason))
        raise
    audit(_event(plan, "done", actor, reason))
    return Purged(begins)


def _check(plan: PurgePlan, admin: "Admin") -> None:
    for topic, state in admin.describe(plan.topic_ids).items():
        if not isinstance(state, TopicFacts):
            raise GuardError(unseen_sentence(state, "clean"))
        if state.topic_id != plan.topic_ids[topic]:
            raise GuardError(f"The topic {topic} was deleted and made again since the plan: make a new plan.")
        if state.rights is not None and "DELETE" not in state.rights:
            raise GuardError(
                f"Records of {topic} may not be deleted: allow DELETE on topic {topic} (kafka-acls.sh --add "
                f"--allow-principal User:… --operation Delete --topic {topic})."
            )
    ends = admin.offsets([cut.key for cut in plan.cuts], "latest")
    for cut in plan.cuts:
        if ends[cut.key] < cut.until:
            raise GuardError(
                f"Partition {cut.partition} of {cut.topic} has lost records since the plan: make a new one."
            )


def _event(plan: PurgePlan, stage: str, actor: str, reason: str) -> AuditEvent:
    cuts = tuple(Cut(topic=cut.topic, partition=cut.partition, until=cut.until) for cut in plan.cuts)
    document = {
        "action": "purge", "via": "cli", "actor": actor, "reason": reason, "records": plan.records, "plan": plan.id,
        "stage": stage, "cuts": cuts,
    }  # fmt: skip
    return AuditEvent.model_validate(document)
