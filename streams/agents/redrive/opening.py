"""From a wanted record to the original that is masked next, or to an answer that needs no masking; it writes nothing.

What stands in quarantine and decisions was written by anybody who may write there: whatever it is, it gets an answer.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from streams.agents.redrive.book import Wanted
from streams.errors import RunError
from streams.kafka.batches import payload_bytes
from streams.kafka.targets import Target, record_bytes
from streams.quarantine.byhand import hidden
from streams.quarantine.decisions import Failing, Result, origin_text
from streams.quarantine.envelope import Envelope, Origin
from streams.quarantine.payload import Payload
from streams.quarantine.preview import preview
from streams.telemetry import log

__all__ = ["Answer", "Opened", "Opener"]

#: Masking shortens a record at most to a fraction of this: what is so many times too large stays too large.
HOPELESS_TIMES: Final = 4

_events: Final = log.EventLog()


class Answer(NamedTuple):
    """What came of a wanted record."""

    wanted: Wanted
    result: Result
    failure: Failing | None = None
    detectors: tuple[str, ...] = ()


class Opened(NamedTuple):
    """An original on its way to a clean topic; `repr` shows nothing of it."""

    wanted: Wanted
    origin: Origin
    target: Target
    payload: Payload

    @property
    def size_bytes(self) -> int:
        key, headers, value = self.payload
        return payload_bytes([key], [value], [headers])


class Opener:
    """Opens with the private key; `target_of` gives the topic to write a record of that origin to, or None. `again` is
    called while something takes long.
    """

    def __init__(
        self,
        private_key: X25519PrivateKey,
        target_of: Callable[[Origin], Target | None],
        again: Callable[[], None] = lambda: None,
    ) -> None:
        self._private_key = private_key
        self._target_of = target_of
        self._again = again

    def open(self, wanted: Wanted, found: Envelope | str | None) -> Opened | Answer:
        """`_open`, whatever happens: an error of ours about one record must not keep all others waiting for ever."""
        try:
            return self._open(wanted, found)
        except RunError:
            raise
        except Exception as error:  # noqa: BLE001 - its text may hold the record; the log tells types and places only
            _events.error("batch_failed", records=1, error=error)
            return _failed(wanted, "detector_error")

    def _open(self, wanted: Wanted, found: Envelope | str | None) -> Opened | Answer:
        """The original of what stands at the wanted offset, masked by hand where a person did; never raises for what
        it is.
        """
        if found is None or (isinstance(found, Envelope) and not _is_wanted(wanted, found)):
            return Answer(wanted, "expired")
        if isinstance(found, str):
            return _failed(wanted, "no_envelope")
        target = self._target_of(found.origin)
        if target is None:
            return _failed(wanted, "no_topic")
        return self._opened(wanted, found, target)

    def _opened(self, wanted: Wanted, found: Envelope, target: Target) -> Opened | Answer:
        if found.sealed is None:
            return _failed(wanted, "too_large")
        try:
            opened = Opened(wanted, found.origin, target, found.open(self._private_key))
        except RunError:
            return _failed(wanted, "cannot_open")
        if not _sendable(opened):
            return _failed(wanted, "cannot_open")
        by_hand = _by_hand(opened, found.preview, self._again) if wanted.decision.redactions else opened
        if by_hand is None:
            return _failed(wanted, "redaction")
        key, headers, value = by_hand.payload
        hopeless = record_bytes(key, value, headers) > HOPELESS_TIMES * target.max_bytes
        return _failed(wanted, "too_large") if hopeless else by_hand


def _by_hand(opened: Opened, shown: str | None, again: Callable[[], None]) -> Opened | None:
    """The original without what a person marked; None where a mark is not in it, or what was shown was another one."""
    marks_shown = any(redaction.path is None for redaction in opened.wanted.decision.redactions)
    if marks_shown and preview(opened.payload.value) != shown:
        return None
    value = hidden(opened.payload.value, opened.wanted.decision.redactions, again)
    return None if value is None else opened._replace(payload=opened.payload._replace(value=value))


def _is_wanted(wanted: Wanted, envelope: Envelope) -> bool:
    """Whether it is the record that the decision means, and no other one that has its offset now."""
    return origin_text(envelope.origin) == wanted.record.origin


def _sendable(opened: Opened) -> bool:
    """Whether Kafka's client takes the names of its headers: a payload that another program sealed may have any."""
    try:
        names = [name.encode() for name, _ in opened.payload.headers or ()]
    except UnicodeEncodeError:
        return False
    return not any(b"\0" in name for name in names)


def _failed(wanted: Wanted, failure: Failing) -> Answer:
    return Answer(wanted, "failed_again", failure)
