"""Where a record could not be masked: the byte of its value, and the path that an envelope tells of it."""

import base64
import re
from typing import Final

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from streams.masking.batch import RecordMasker
from streams.masking.policy import OwnDetector, Policy
from streams.masking.records import Failure, RecordColumns
from streams.quarantine.envelope import Envelope, EnvelopeWriter, Origin, parse
from streams.quarantine.preview import KEPT_KEYS
from streams.quarantine.store.clear import Clear, read_clear
from streams.quarantine.whereabouts import PATH, path_at
from tests.unit.test_policy_patterns import KEYRING

#: Each of its replacements is followed by what the next round finds: `qqxyzuvw` holds more of it than there are rounds.
STUBBORN: Final = Policy(
    actions={**Policy().actions, "user": "redact"},
    detectors=(OwnDetector("letters", "user", "qq"), OwnDetector("star", "user", r"\*[a-z]")),
)
DEEP: Final = b"ann@example.org"


def failure_of(value: bytes, key: bytes | None = None, header: bytes | None = None) -> Failure:
    headers = [("trace", header)] if header else None
    (failure,) = RecordMasker(STUBBORN, KEYRING)(RecordColumns([key], [value], [headers])).failures.values()
    return failure


def wrapped(text: bytes, times: int) -> bytes:
    for _ in range(times):
        text = base64.b64encode(text)
    return text


@pytest.mark.parametrize(
    ("before", "seen", "after"),
    [
        (b'{"message":"ok ', b"qqxyzuvw", b'"}'),
        (b'{"email":"ann@example.org","message":"', b"qqxyzuvw", b'"}'),
        (b'{"email":"ann%40example.org","message":"', b"%71qxyzuvw", b'"}'),
        (b'{"email":"ann@example.org","message":"\\u0041', b"\\u0071qxyzuvw", b'"}'),
        (b'{"message":"caf', b"\xff", b'"}'),
        (b'{"message":"', wrapped(DEEP, 7), b'"}'),
        (b'{"message":"', base64.b64encode(b"a longer text, qqxyzuvw, in a block"), b'"}'),
    ],
)  # fmt: skip
def test_a_failure_knows_its_byte(before: bytes, seen: bytes, after: bytes) -> None:
    """Whatever was masked or undone before it: the byte is that of the value as it came in."""
    failure = failure_of(before + seen + after)
    assert (failure.part, failure.at) == ("value", len(before))


def test_keys_and_headers_are_told_from_values() -> None:
    """What is wrong with a key or a header is not looked for in the value."""
    assert failure_of(b"{}", key=b"qqxyzuvw").part == "key"
    assert failure_of(b"{}", header=b"qqxyzuvw").part == "header"


def envelope_of(value: bytes, failure: Failure) -> Envelope:
    writer = EnvelopeWriter(X25519PrivateKey.generate().public_key(), "p1")
    envelope = parse(writer.write(Origin("orders", 0, 7, -1), failure, None, None, value).value)
    assert isinstance(envelope, Envelope)
    return envelope


def test_a_path_parts_groups() -> None:
    """Two fields of one shape, one of which cannot be masked: whichever it is, it is a group of its own."""
    value = b'{"request":{"body":"abc","message":"abc"}}'
    places = value.index(b"abc"), value.rindex(b"abc"), -1
    made = [envelope_of(value, Failure("residue", "verify", ("email",), at=at)) for at in places]
    assert [one.path for one in made] == ["$.request.body", "$.request.message", None]
    assert len({one.fingerprint for one in made}) == len(made)


keys = st.sampled_from(KEPT_KEYS) | st.text()
values = st.recursive(st.none() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(keys, inner))


@given(values, st.binary(max_size=40), st.data())
def test_a_path_holds_common_names_alone(value: object, noise: bytes, data: st.DataObject) -> None:
    """At each byte of whatever came, a path is of names that say nothing about anybody, and an envelope may hold it."""
    text = orjson.dumps(value) + noise
    path = path_at(text, data.draw(st.integers(0, len(text))))
    assert re.fullmatch(PATH, path)
    assert set(re.findall(r"[a-z_-]+", path)) <= set(KEPT_KEYS)


def test_an_envelope_that_tells_no_place_is_read() -> None:
    """What was sealed before envelopes told the place can still be decided on."""
    writer = EnvelopeWriter(X25519PrivateKey.generate().public_key(), "p1")
    written = writer.write(Origin("orders", 0, 7, -1), Failure("residue", "verify"), None, None, b"x").value
    document = orjson.loads(written)
    del document["path"]
    envelope, clear = parse(orjson.dumps(document)), read_clear(orjson.dumps(document))
    assert isinstance(envelope, Envelope)
    assert isinstance(clear, Clear)
    assert (envelope.path, clear.kind.path) == (None, None)
    assert clear == read_clear(written)
