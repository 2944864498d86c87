"""Envelopes: nothing of the record in clear, always small enough, never an error, opened only where they belong."""

import json
import random

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from streams.errors import RunError
from streams.masking.records import Failure
from streams.quarantine.envelope import Envelope, EnvelopeWriter, Origin, QuarantineRecord, parse

PRIVATE = X25519PrivateKey.generate()
ORIGIN = Origin("raw-logs", 3, 14, 1735689600000)
FAILURE = Failure("residue", "verify", ("email", "card"))
WRITER = EnvelopeWriter(PRIVATE.public_key(), "policy-1", 1 << 20)
BYTES = st.none() | st.binary(max_size=200)


def envelope_of(record: QuarantineRecord) -> Envelope:
    envelope = parse(record.value)
    assert isinstance(envelope, Envelope)
    return envelope


@given(key=BYTES, headers=st.none() | st.lists(st.tuples(st.text(max_size=20), BYTES), max_size=20), value=BYTES)
def test_envelope_holds_the_whole_record(
    key: bytes | None, headers: list[tuple[str, bytes | None]] | None, value: bytes | None
) -> None:
    """Any record at all is sealed without an error and opens to exactly what it was."""
    envelope = envelope_of(WRITER.write(ORIGIN, FAILURE, key, headers, value))
    assert envelope.open(PRIVATE) == (key, headers, value)
    assert envelope.origin == ORIGIN


def test_envelope_tells_why_and_where_and_nothing_else() -> None:
    """Canaries in key, names and values of headers, and value are in no byte of the record, its key and its headers."""
    record = WRITER.write(
        ORIGIN, FAILURE, b"canary-key", [("canary-name", b"canary-text"), ("authorization", b"Bearer canary")],
        b'{"email":"canary@example.com","canary":1,"password":"canary"}',
    )  # fmt: skip
    everything = record.key + record.value + repr(record.headers).encode()
    assert b"canary" not in everything
    envelope = envelope_of(record)
    assert (envelope.reason, envelope.stage, envelope.detectors) == ("residue", "verify", ("email", "card"))
    assert envelope.preview == '{"email":"x@x.x","x":0,"password":"***"}'
    assert envelope.preview_headers == ("x-x: x-x", "authorization: ***")
    assert record.key == b"raw-logs/3/14"


def test_envelope_headers_are_those_of_connect_and_streams() -> None:
    """Tools that read dead letter queues find the names they know; the values are ours alone."""
    headers = dict(WRITER.write(ORIGIN, FAILURE, None, None, None).headers)
    assert headers["maskstream.reason"] == b"residue"
    assert headers["maskstream.policy"] == b"policy-1"
    for family in ("__connect.errors", "__streams.errors"):
        assert headers[f"{family}.topic"] == b"raw-logs"
        assert headers[f"{family}.partition"] == b"3"
        assert headers[f"{family}.offset"] == b"14"


def test_envelope_that_would_not_fit_has_no_payload() -> None:
    """Where the topic's limit is too small, coordinates, shape and the first reason go without the payload."""
    limits = [10_000]
    writer = EnvelopeWriter(PRIVATE.public_key(), "p", lambda: limits[0])
    value = random.Random(7).randbytes(10_000)
    big = writer.write(ORIGIN, FAILURE, None, [("h" * 500, b"v" * 500)] * 40, value)
    envelope = envelope_of(big)
    assert (envelope.sealed, envelope.reason, envelope.cause) == (None, "too_large", "residue")
    assert len(big.value) < 10_000
    with pytest.raises(RunError, match="raw-logs/3/14"):
        envelope.open(PRIVATE)
    limits[0] = 1 << 20
    assert envelope_of(writer.write(ORIGIN, FAILURE, None, None, value)).sealed is not None


def test_envelope_of_a_worker_that_cannot_send_is_no_tombstone() -> None:
    """When the worker gives up a record as too large, nothing pretends that the record was empty."""
    record = WRITER.write(ORIGIN, Failure("too_large", "produce"), None, None, None)
    assert envelope_of(record).sealed is None
    tombstone = WRITER.write(ORIGIN, FAILURE, None, None, None)
    assert envelope_of(tombstone).open(PRIVATE) == (None, None, None)


def test_envelope_opens_only_in_its_place() -> None:
    """A payload moved to other coordinates, another time, job or version of the envelope does not open."""
    document = json.loads(WRITER.write(ORIGIN, FAILURE, None, None, b"canary").value)
    source = document["source"]
    for change in (
        {"source": {**source, "offset": 15}}, {"source": {**source, "partition": 0}},
        {"source": {**source, "topic": "x"}},
        {"source": {**source, "timestamp_ms": 1}}, {"job": "j"}, {"sealed": {**document["sealed"], "data": "AAAA"}},
    ):  # fmt: skip
        envelope = parse(json.dumps({**document, **change}).encode())
        assert isinstance(envelope, Envelope)
        with pytest.raises(RunError, match="does not open"):
            envelope.open(PRIVATE)
    bad = parse(json.dumps({**document, "sealed": {**document["sealed"], "nonce": "!"}}).encode())
    assert isinstance(bad, Envelope)
    with pytest.raises(RunError, match="not in the form"):
        bad.open(PRIVATE)


def test_envelope_names_both_keys_where_they_differ() -> None:
    """With the wrong private key the error says which one is needed."""
    envelope = envelope_of(WRITER.write(ORIGIN, FAILURE, None, None, b"canary"))
    assert envelope.sealed is not None
    with pytest.raises(RunError, match=envelope.sealed.key):
        envelope.open(X25519PrivateKey.generate())


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "not JSON"), (b"", "not JSON"), (b"\xff", "not JSON"), (b"canary", "not JSON"), (b"[1]", "another kind"),
        (b"{}", "another kind"), (b'{"version":2}', "does not know"), (b'{"version":"canary"}', "does not know"),
        (b'{"version":1}', "missing or wrong"), (b'{"version":true}', "missing or wrong"), (b"[" * 5000, "not JSON"),
    ],
)  # fmt: skip
def test_envelope_of_others_is_named_and_not_repeated(value: bytes | None, said: str) -> None:
    """Foreign bytes and unknown versions on the topic are said to be so, without a byte of them."""
    told = parse(value)
    assert isinstance(told, str)
    assert said in told
    assert "canary" not in told
