"""What the service may say in its own log: names of events and typed fields, and which strings a field may hold.

A new event or field is a line here. There is no field for a value of a record, and never will be.
"""

import re
from types import MappingProxyType
from typing import Final, Literal, TypedDict, get_args

__all__ = ["EVENTS", "FIELD_TYPES", "PATTERNS", "Event", "Fields"]

Event = Literal[
    # The life of a run and of its slots (supervisor).
    "run_starting", "run_draining", "run_stopped", "run_refused",
    "slot_started", "slot_exited", "slot_hung", "slot_killed", "slot_restarting", "slot_failed", "slot_stopped",
    # The life of a worker.
    "worker_started", "worker_stopped", "worker_failed", "http_listening", "policy_loaded", "policy_rejected",
    "topics_resolved", "raw_retention_long",
    # Batches and partitions.
    "partitions_assigned", "partitions_revoked", "partitions_lost", "partition_stopped", "partition_resumed",
    "partitions_waiting", "position_set", "batch_committed", "batch_aborted", "batch_failed", "batch_dropped",
    "records_quarantined", "rewound", "timestamp_replaced", "quarantine_share_high", "records_redriven",
    "decisions_folded", "decisions_skipped", "decisions_unread",
    # Replays.
    "range_finished", "range_lost", "job_finished", "job_state", "job_reported", "pace_changed",
    # Kafka.
    "kafka_error", "kafka_unreachable", "kafka_reachable", "producer_fenced", "producer_replaced", "retention_lost",
    "retention_restored", "transaction_retried",
    # The review service's view of both topics.
    "review_view_building", "review_view_ready", "review_view_trouble",
    # People at the review service, and the service itself.
    "review_login", "review_refused", "review_development", "review_keys_unavailable", "review_file_unreadable",
    "review_failed", "review_unaudited", "review_started", "review_stopped", "review_without_key",
    # What others say, without what they said.
    "foreign_log", "foreign_output", "warning", "exception",
]  # fmt: skip

EVENTS: Final = frozenset(get_args(Event))


class Fields(TypedDict, total=False):
    """Fields of an event; units are in the names."""

    slot: int
    workers: int
    pid: int
    port: int
    status: int
    restarts: int
    partition: int
    partitions: int
    offset: int
    records: int
    bytes: int
    count: int
    age_s: float
    limit_s: float
    delay_s: float
    seconds: float
    share: float
    retention_ms: int
    fatal: bool
    retriable: bool
    requires_abort: bool
    healthy: bool
    role: str
    instance: str
    group: str
    host: str
    topic: str
    clean_topic: str
    transactional_id: str
    stage: str
    reason: str
    detector: str
    kind: str
    signal: str
    cause: str
    action: str
    code: str
    policy: str
    key: str
    version: str
    setting: str
    #: A replay's id.
    job: str
    #: One of our own sentences (an error's, a health condition's); they know no payload by construction.
    sentence: str
    #: Becomes its type, the places it came through and, when it is our own, its sentence.
    error: BaseException


_WORD: Final = re.compile(r"[A-Za-z0-9_.:^-]{1,64}")
_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,320}")
_ADDRESS: Final = re.compile(r"[A-Za-z0-9_.:\[\]%-]{1,255}")
_KAFKA_CODE: Final = re.compile(r"[A-Z0-9_]{1,64}")

#: What a string must look like in full; a string that does not is withheld. Strings not listed are words.
PATTERNS: Final = MappingProxyType(
    {
        "instance": _NAME, "group": _NAME, "topic": _NAME, "clean_topic": _NAME, "transactional_id": _NAME,
        "host": _ADDRESS, "code": _KAFKA_CODE, "sentence": re.compile(r"[^\x00-\x09\x0b-\x1f\x7f]{1,2000}"),
    }
)  # fmt: skip

_INTEGERS: Final = (
    "slot", "workers", "pid", "port", "status", "restarts", "partition", "partitions", "offset", "records", "bytes",
    "count", "retention_ms",
)  # fmt: skip
_NUMBERS: Final = ("age_s", "limit_s", "delay_s", "seconds", "share")
_FLAGS: Final = ("fatal", "retriable", "requires_abort", "healthy")
_STRINGS: Final = (
    "role", "instance", "group", "host", "topic", "clean_topic", "transactional_id", "stage", "reason", "detector",
    "kind", "signal", "cause", "action", "code", "policy", "key", "version", "setting", "job", "sentence",
)  # fmt: skip

#: The same types as in `Fields`, for the check at run time: a mistyped caller must not get a value through.
FIELD_TYPES: Final[dict[str, tuple[type, ...]]] = {
    **dict.fromkeys(_INTEGERS, (int,)),
    **dict.fromkeys(_NUMBERS, (int, float)),
    **dict.fromkeys(_FLAGS, (bool,)),
    **dict.fromkeys(_STRINGS, (str,)),
    "error": (BaseException,),
}

DEFAULT_PATTERN: Final = _WORD
