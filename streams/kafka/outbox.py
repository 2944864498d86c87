"""The transactional producer of a slot: begin, send, commit with offsets, abort; it owns what errors mean.

All methods belong to the thread that moves the batches. Calls into librdkafka have limits, so that the stage timer
behind them only ever ends a call that really hangs (seen: `send_offsets_to_transaction` after a broker restart).
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, Literal, Protocol

from confluent_kafka import KafkaError, KafkaException, Producer, TopicPartition

from streams.errors import FencedError, GuardError, RunError
from streams.kafka.batches import Headers
from streams.kafka.verdicts import Verdict, cause_of, judge
from streams.telemetry import log

__all__ = ["Outbox", "Surroundings", "TransactionAbortedError"]

#: Limit of one call; far below the 30 s and 90 s of the stages that they stand in.
CALL_S: Final = 15.0
#: Between two tries while Kafka does not answer.
BACKOFF_FIRST_S: Final = 0.1
BACKOFF_MAX_S: Final = 2.0
#: Wait for room in the local queue.
ROOM_S: Final = 0.1

#: What confluent-kafka's SystemError stands for: a fatal error met a delivery callback, and its code is lost.
_LOST_FATAL: Final = KafkaError(KafkaError._FATAL)  # noqa: SLF001

_events: Final = log.EventLog()


class Surroundings(Protocol):
    """What a client tells and asks while it waits."""

    def stage(self, stage: Literal["offsets"], /) -> AbstractContextManager[None]:
        """A step with a limit of its own."""

    def again(self) -> None:
        """There was an answer, or waiting is right: the stage's limit begins anew."""

    def stopping(self) -> bool:
        """Whether waiting for Kafka must end because the process is told to stop."""

    def unreachable(self) -> None:
        """Kafka does not answer."""

    def reachable(self) -> None:
        """Kafka answered."""


class TransactionAbortedError(RunError):
    """A transaction was aborted: nothing of it will be seen, its records have to be read again."""

    def __init__(self, code: int) -> None:
        super().__init__(f"A transaction was aborted ({KafkaError(code).name()}); its records are read again.")
        self.code = code


class Outbox:
    """One transactional id's producer; `make_config` is asked whenever a producer is made."""

    def __init__(self, make_config: Callable[[], dict[str, Any]], surroundings: Surroundings) -> None:
        self._make_config = make_config
        self._around = surroundings
        self._reports: Counter[int] = Counter()
        self._producer: Producer | None = None
        self._timeout_s = 60.0
        self._begun_s = 0.0
        self.client_bytes_max = 0

    def open(self) -> None:
        """Makes a producer and ends whatever transaction a dead predecessor left; waits while Kafka is away."""
        config = self._make_config()
        self._timeout_s = int(config["transaction.timeout.ms"]) / 1000
        self.client_bytes_max = int(config["message.max.bytes"])
        self._drop()
        self._begun_s = time.monotonic()
        callbacks = {"on_delivery": self._on_report, "error_cb": self._on_error}
        self._producer = Producer({**config, **callbacks}, logger=log.librdkafka_logger())
        self._call(self._producer.init_transactions, CALL_S)

    def begin(self) -> None:
        self._reports.clear()
        self._begun_s = time.monotonic()
        self._call(self._live.begin_transaction)

    def send(
        self,
        topic: str,
        partitions: Sequence[int],
        keys: Sequence[bytes | None],
        values: Sequence[bytes | None],
        headers: Sequence[Headers],
        timestamps_ms: Sequence[int],
    ) -> None:
        """Queues records, in columns; 0 as timestamp is the present time. Waits while the local queue is full."""
        produce: Any = self._live.produce
        for partition, key, value, head, timestamp_ms in zip(
            partitions, keys, values, headers, timestamps_ms, strict=True
        ):
            try:
                produce(topic, value, key, partition, None, None, timestamp_ms, head)
            except BufferError:
                self._wait_and_produce(topic, value, key, partition, None, None, timestamp_ms, head)
            except KafkaException as error:
                self._end(error.args[0])

    def commit(self, offsets: list[TopicPartition], group: object) -> None:
        """Commits records and offsets as one; on return both are durable."""
        try:
            with self._around.stage("offsets"):
                self._live.send_offsets_to_transaction(offsets, group, CALL_S)
        except KafkaException as error:
            # Never a second time: after a broker's restart the repeated call hung for ever (librdkafka 5456), while
            # aborting came back.
            self._end(error.args[0], otherwise=Verdict.ABORT)
        self._call(self._live.commit_transaction, CALL_S)

    def close(self) -> None:
        """Lets go of the producer; an open transaction is ended by the next start of this slot."""
        self._drop()

    @property
    def _live(self) -> Producer:
        if self._producer is None:
            raise RunError("The producer is not open: call Outbox.open first.")
        return self._producer

    def _call(self, call: Callable[..., Any], *arguments: object) -> None:
        delay_s = BACKOFF_FIRST_S
        while True:
            try:
                call(*arguments)
            except KafkaException as error:
                delay_s = self._wait_or_end(error.args[0], delay_s)
            except SystemError:
                self._end(_LOST_FATAL)
            else:
                self._around.reachable()
                return

    def _wait_or_end(self, error: KafkaError, delay_s: float) -> float:
        if self._judge(error) is not Verdict.AGAIN or self._around.stopping():
            self._end(error)
        _events.warning("transaction_retried", code=error.name(), delay_s=delay_s)
        self._around.unreachable()
        self._around.again()
        self._live.poll(delay_s)
        return min(BACKOFF_MAX_S, delay_s * 2)

    def _judge(self, error: KafkaError) -> Verdict:
        return judge(error, transaction_s=time.monotonic() - self._begun_s, timeout_s=self._timeout_s)

    def _end(self, error: KafkaError, *, otherwise: Verdict = Verdict.AGAIN) -> None:
        """Ends the transaction as the error demands, where it only asks for another try as `otherwise` says; always
        raises.
        """
        verdict = self._judge(error)
        if verdict is Verdict.AGAIN:
            self._around.unreachable()
            verdict = otherwise
        if error.code() == KafkaError.MSG_SIZE_TOO_LARGE and not error.fatal():
            # The client's own limit, from `produce`: the transaction itself is sound.
            verdict = Verdict.ABORT
        _events.warning("kafka_error", code=error.name(), action=verdict.value, fatal=error.fatal())
        if verdict is Verdict.ABORT:
            self._abort()
        elif verdict is Verdict.RENEW:
            _events.warning("producer_replaced", code=error.name())
            self.open()
        elif verdict is Verdict.AGAIN:
            raise TransactionAbortedError(error.code())
        else:
            raise self._fatal(error, verdict)
        raise TransactionAbortedError(cause_of(error, self._reports))

    def _abort(self) -> None:
        delay_s = BACKOFF_FIRST_S
        while True:
            try:
                self._live.abort_transaction(CALL_S)
                self._live.poll(0)
            except KafkaException as raised:
                error = raised.args[0]
                verdict = self._judge(error)
                if verdict is Verdict.RENEW or error.code() == KafkaError.INVALID_TXN_STATE:
                    # The latter after a broker's restart: it never heard of this transaction, there is none to abort.
                    _events.warning("producer_replaced", code=error.name())
                    self.open()
                    return
                if verdict is not Verdict.AGAIN:
                    raise self._fatal(error, verdict) from None
                self._around.unreachable()
                self._around.again()
                if self._around.stopping():
                    # The next start of this slot ends the transaction.
                    return
                time.sleep(delay_s)
                delay_s = min(BACKOFF_MAX_S, delay_s * 2)
            else:
                return

    def _fatal(self, error: KafkaError, verdict: Verdict) -> Exception:
        if verdict is Verdict.FENCED:
            return FencedError(
                "Another producer took over this slot's transactional id: look for a second `maskstream run` "
                "with the same GROUP_ID, INSTANCE and slot, or set INSTANCE."
            )
        if error.code() == KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
            return GuardError(
                "The transactional id may not be used: allow WRITE and DESCRIBE on transactional ids that begin with "
                "GROUP_ID (kafka-acls.sh --add --resource-pattern-type prefixed --transactional-id …)."
            )
        if error.code() == KafkaError.INVALID_TRANSACTION_TIMEOUT:
            return GuardError(
                "The Kafka property transaction.timeout.ms is over the broker's transaction.max.timeout.ms: lower it."
            )
        return RunError(f"The producer failed ({error.name()}); the slot starts again.")

    def _wait_and_produce(self, *record: Any) -> None:
        while True:
            try:
                if self._live.poll(ROOM_S):
                    self._around.again()
                self._live.produce(*record)
            except BufferError:
                continue
            except KafkaException as error:
                self._end(error.args[0])
            except SystemError:
                self._end(_LOST_FATAL)
            return

    def _on_report(self, error: KafkaError | None, _message: object) -> None:
        if error is not None:
            self._reports[error.code()] += 1

    def _on_error(self, error: KafkaError) -> None:
        _events.warning("kafka_error", code=error.name(), fatal=error.fatal())

    def _drop(self) -> None:
        if self._producer is not None:
            self._producer.purge()
            self._producer = None
