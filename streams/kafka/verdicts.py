"""What an error of Kafka's means for a transaction; pure, over codes and flags."""

# ruff: noqa: SLF001 - librdkafka's own codes begin with an underscore.

from enum import Enum
from typing import Final

from confluent_kafka import KafkaError

__all__ = ["Verdict", "cause_of", "is_unreachable", "judge"]


class Verdict(Enum):
    """What to do next."""

    #: The same call again, with the same arguments.
    AGAIN = "again"
    #: Abort, rewind to the committed offsets, read again.
    ABORT = "abort"
    #: This producer is dead, the transaction with it: a new producer, then as after an abort.
    RENEW = "renew"
    #: Somebody else has this transactional id: leave.
    FENCED = "fenced"
    #: Leave; a restart may help.
    FATAL = "fatal"


FENCED_CODES: Final = frozenset({KafkaError._FENCED, KafkaError.PRODUCER_FENCED, KafkaError.INVALID_PRODUCER_EPOCH})

#: Kafka does not answer, or not yet.
UNREACHABLE_CODES: Final = frozenset({
    KafkaError._ALL_BROKERS_DOWN, KafkaError._TIMED_OUT, KafkaError._TRANSPORT, KafkaError._RESOLVE,
    KafkaError._WAIT_COORD, KafkaError.COORDINATOR_LOAD_IN_PROGRESS, KafkaError.COORDINATOR_NOT_AVAILABLE,
    KafkaError.LEADER_NOT_AVAILABLE, KafkaError.NETWORK_EXCEPTION, KafkaError.NOT_COORDINATOR,
    KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.REQUEST_TIMED_OUT, KafkaError.BROKER_NOT_AVAILABLE,
    KafkaError.UNSTABLE_OFFSET_COMMIT, KafkaError.CONCURRENT_TRANSACTIONS,
})  # fmt: skip

#: Reports that only repeat that the transaction failed.
CONSEQUENCES: Final = frozenset({
    KafkaError._PURGE_QUEUE, KafkaError._PURGE_INFLIGHT, KafkaError._INCONSISTENT, KafkaError._FATAL,
})  # fmt: skip


def judge(error: KafkaError, *, transaction_s: float, timeout_s: float) -> Verdict:
    """What an error of a transactional call means; `transaction_s` is how long the transaction has been open.

    A transaction that the broker ended for its age fences the producer just as a second one does (seen on Kafka 4.3):
    only its age tells them apart.
    """
    if error.code() in FENCED_CODES:
        return Verdict.RENEW if transaction_s >= timeout_s else Verdict.FENCED
    if error.fatal() or error.code() == KafkaError._FATAL:
        return Verdict.RENEW if transaction_s >= timeout_s else Verdict.FATAL
    if error.txn_requires_abort():
        return Verdict.ABORT
    if error.retriable() or is_unreachable(error):
        return Verdict.AGAIN
    return Verdict.FATAL


def is_unreachable(error: KafkaError) -> bool:
    """Whether waiting is the answer."""
    return error.code() in UNREACHABLE_CODES


def cause_of(raised: KafkaError, reports: dict[int, int]) -> int:
    """The code that tells why: the commonest among the delivery reports that is not a mere consequence.

    Missing rights and large records make `commit` raise nothing but _INCONSISTENT. `reports` counts codes.
    """
    causes = {code: count for code, count in reports.items() if code not in CONSEQUENCES}
    return max(causes, key=causes.__getitem__) if causes else raised.code()
