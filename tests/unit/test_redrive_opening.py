"""From what stands in quarantine to an original or an answer: nothing that stands there is an error of the redrive."""

import base64
import zlib
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import example, given
from hypothesis import strategies as st

from streams.agents.redrive.book import Wanted
from streams.agents.redrive.opening import Answer, Opened, Opener
from streams.kafka.targets import Target
from streams.kafka.timestamps import TimestampLimits
from streams.masking.records import Failure
from streams.quarantine.decisions import RecordId, Redaction
from streams.quarantine.envelope import Envelope, EnvelopeWriter, Origin, parse
from streams.quarantine.payload import pack
from streams.quarantine.sealing import Sealer
from tests.support.decisions import decision

KEY = X25519PrivateKey.generate()
ORIGIN = Origin("raw", 0, 14, 5)
ID = RecordId(3, "raw/0/14")
TARGET = Target("raw.clean", 1, 100_000, TimestampLimits(-1, 0, 2**63 - 1))
OPENER = Opener(KEY, lambda origin: TARGET if origin.topic == "raw" else None)
RELEASE = Wanted(0, ID, decision("release", "open", ID))
VALUE = b'{"message":"canary"}'


def by_hand(*redactions: Redaction) -> Wanted:
    return Wanted(0, ID, decision("mask", "open", ID, redactions=redactions))


def sealed(value: bytes | None = VALUE, *, packed: bytes | None = None, **changes: Any) -> Envelope | str:
    """An envelope, with other bytes sealed in it than a record's where `packed` is given."""
    record = EnvelopeWriter(KEY.public_key(), "p", 1 << 20).write(ORIGIN, Failure("residue", "verify"), b"k", [], value)
    document = orjson.loads(record.value)
    if packed is not None:
        inside = Sealer(KEY.public_key()).seal(packed, orjson.dumps(["maskstream/envelope", 1, *ORIGIN]))
        names = ("ephemeral", "nonce", "data")
        document["sealed"] |= {name: base64.b64encode(part).decode() for name, part in zip(names, inside, strict=True)}
    return parse(orjson.dumps(document | changes))


def failure(found: Opened | Answer) -> object:
    return found.failure or found.result if isinstance(found, Answer) else "opened"


def test_opening_gives_the_original() -> None:
    """Key, headers and value as they were, on the way to the clean topic, and `repr` shows nothing of them."""
    found = OPENER.open(RELEASE, sealed())
    assert isinstance(found, Opened)
    assert (found.payload.value, found.target, found.origin) == (VALUE, TARGET, ORIGIN)
    assert "canary" not in repr(found)


@example(packed=zlib.compress(bytes(12)))
@example(packed=zlib.compress(bytes(8) + b"\x80\0\0\0"))
@given(packed=st.binary(max_size=200) | st.binary(max_size=200).map(zlib.compress))
def test_opening_of_anything_that_was_sealed_is_an_answer(packed: bytes) -> None:
    """The public key is public: whoever has it may have sealed anything. What opens is all that was sealed."""
    found = OPENER.open(RELEASE, sealed(packed=packed))
    if isinstance(found, Opened):
        again = pack(found.payload.key, found.payload.headers, found.payload.value)
        assert zlib.decompress(again) == zlib.decompress(packed)
    else:
        assert failure(found) == "cannot_open"


@pytest.mark.parametrize("name", ["\ud800", "a\0b"])
def test_opening_of_a_header_that_kafka_does_not_take_is_an_answer(name: str) -> None:
    """Such a name came through no client of Kafka's, and through none it would go."""
    assert failure(OPENER.open(RELEASE, sealed(packed=pack(None, [(name, b"x")], b"v")))) == "cannot_open"


def test_opening_of_what_is_another_record_is_expired() -> None:
    """Nothing at the offset, or a record with another origin: also one of a replay of the same raw record."""
    assert failure(OPENER.open(RELEASE, None)) == "expired"
    other = RELEASE._replace(record=RecordId(3, "raw/0/15"))
    replayed = RELEASE._replace(record=RecordId(3, "raw/0/14@job"))
    assert [failure(OPENER.open(each, sealed())) for each in (other, replayed)] == ["expired", "expired"]


def test_opening_of_foreign_topics_and_lost_payloads_is_an_answer() -> None:
    """An envelope may name any topic, a payload may not have fitted, and what stands there may be no envelope."""
    elsewhere = {"topic": "elsewhere", "partition": 0, "offset": 14, "timestamp_ms": 5}
    wanted = RELEASE._replace(record=RecordId(3, "elsewhere/0/14"))
    assert failure(OPENER.open(wanted, sealed(source=elsewhere))) == "no_topic"
    assert failure(OPENER.open(RELEASE, sealed(sealed=None))) == "too_large"
    assert failure(OPENER.open(RELEASE, "no envelope: not JSON")) == "no_envelope"


def test_opening_of_what_cannot_fit_is_not_even_tried() -> None:
    """A record many times the clean topic's limit is too large before it is masked; by hand it may become small."""
    large = b'{"message":"' + b"x" * 500_000 + b'"}'
    assert failure(OPENER.open(RELEASE, sealed(large))) == "too_large"
    assert failure(OPENER.open(by_hand(Redaction(path="$.message")), sealed(large))) == "opened"


def test_opening_by_hand_hides_what_was_marked() -> None:
    """A field or a span; a mark that is not there, and a preview that shows another record, are refused."""
    found = OPENER.open(by_hand(Redaction(path="$.message")), sealed())
    assert isinstance(found, Opened)
    assert found.payload.value == b'{"message":"***"}'
    assert failure(OPENER.open(by_hand(Redaction(path="$.other")), sealed())) == "redaction"
    span = by_hand(Redaction(start=12, end=13))
    assert failure(OPENER.open(span, sealed())) == "opened"
    assert failure(OPENER.open(span, sealed(preview='{"level":"x"}'))) == "redaction"


def test_opening_survives_an_error_of_our_own(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A bug met by one record is its failure, and its text is told nowhere."""

    def raises(*_: object) -> bytes:
        raise ValueError(VALUE)

    monkeypatch.setattr("streams.agents.redrive.opening.hidden", raises)
    assert failure(OPENER.open(by_hand(Redaction(path="$.message")), sealed())) == "detector_error"
    assert "canary" not in "".join(capfd.readouterr())
