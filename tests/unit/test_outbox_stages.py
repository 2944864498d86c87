"""What a transaction's calls are bounded by; the client is a stand-in, because a hang cannot be asked of a broker."""

from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException

from streams.agents.heartbeat import Heartbeat, StageTimer
from streams.errors import FencedError
from streams.kafka import outbox
from streams.kafka.outbox import CALL_S, Outbox


class Client:
    """Remembers in which stage each call was made; the queue is full for the first two records."""

    def __init__(self, heartbeat: Heartbeat) -> None:
        self.heartbeat = heartbeat
        self.stages: dict[str, str] = {}
        self.limits: dict[str, float] = {}
        self.sent: list[bytes] = []
        self.full = 2

    def _called(self, name: str, limit_s: float) -> None:
        self.stages[name], self.limits[name] = self.heartbeat.stage, -self.heartbeat.overdue_s()
        assert limit_s == CALL_S

    def init_transactions(self, limit_s: float) -> None:
        del limit_s

    def begin_transaction(self) -> None: ...

    def produce(self, _topic: str, value: bytes, *_: object) -> None:
        if self.full:
            self.full -= 1
            raise BufferError
        self.sent.append(value)

    def poll(self, _limit_s: float) -> int:
        return 0

    def send_offsets_to_transaction(self, _offsets: object, _group: object, limit_s: float) -> None:
        self._called("send_offsets", limit_s)

    def commit_transaction(self, limit_s: float) -> None:
        self._called("commit", limit_s)


class Around(StageTimer):
    """A stage timer that arms nothing but the heartbeat."""

    def _arm(self, stage: Any) -> None:
        self.heartbeat.beat(stage, self._limits_s[stage])

    def stopping(self) -> bool:
        return False

    def unreachable(self) -> None: ...

    def reachable(self) -> None: ...


def opened(monkeypatch: pytest.MonkeyPatch) -> tuple[Outbox, Client, Around]:
    heartbeat = Heartbeat()
    client, around = Client(heartbeat), Around(heartbeat)
    monkeypatch.setattr(outbox, "Producer", lambda *_, **__: client)
    made = Outbox(lambda: {"transaction.timeout.ms": 60_000, "message.max.bytes": 1_000}, around)
    made.open()
    made.begin()
    return made, client, around


def test_a_hang_while_offsets_are_sent_is_ended_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one call that was seen to hang has a stage of twice its own limit; committing has the longer one."""
    made, client, around = opened(monkeypatch)
    with around.stage("commit"):
        made.commit([], object())
    assert client.stages == {"send_offsets": "offsets", "commit": "commit"}
    assert CALL_S < client.limits["send_offsets"] <= 2 * CALL_S
    assert client.limits["commit"] > 2 * CALL_S


def test_a_full_queue_is_waited_for_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Records that found no room are sent once, before those behind them."""
    made, client, _ = opened(monkeypatch)
    made.send("t", [0, 0, 0], [None] * 3, [b"a", b"b", b"c"], [[], [], []], [1, 2, 3])
    assert client.sent == [b"a", b"b", b"c"]


def test_what_the_client_says_while_its_queue_is_full_is_heeded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fatal error that comes out of waiting for room ends the producer by a sentence of ours, not as it is."""
    made, client, _ = opened(monkeypatch)

    def fenced(_limit_s: float) -> int:
        raise KafkaException(KafkaError(KafkaError._FENCED, fatal=True))

    monkeypatch.setattr(client, "poll", fenced)
    with pytest.raises(FencedError, match="transactional id"):
        made.send("t", [0], [None], [b"a"], [[]], [1])
