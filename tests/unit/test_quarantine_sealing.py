"""Sealing: opens with the one key at the one place, and no nonce twice under a key, also across a fork."""

import json
import os
import threading
import zlib

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from streams.errors import RunError
from streams.quarantine.payload import pack, readable, unpack
from streams.quarantine.sealing import Sealed, Sealer, open_sealed

PRIVATE = X25519PrivateKey.generate()
BYTES = st.none() | st.binary(max_size=64)


@given(plain=st.binary(), associated=st.binary())
def test_quarantine_seal_opens_again(plain: bytes, associated: bytes) -> None:
    """What was sealed opens to the same bytes and does not contain them."""
    sealed = Sealer(PRIVATE.public_key()).seal(plain, associated)
    assert open_sealed(PRIVATE, sealed, associated) == plain
    assert len(plain) < 8 or plain not in sealed.data


def test_quarantine_seal_opens_nothing_else() -> None:
    """Another key, other coordinates and any changed byte give one clean error that holds nothing."""
    sealed = Sealer(PRIVATE.public_key()).seal(b"canary", b"raw/0/1")
    wrong = [(X25519PrivateKey.generate(), sealed, b"raw/0/1"), (PRIVATE, sealed, b"raw/0/2")]
    wrong += [
        (
            PRIVATE,
            sealed._replace(**{name: bytes([getattr(sealed, name)[0] ^ 1]) + getattr(sealed, name)[1:]}),
            b"raw/0/1",
        )
        for name in Sealed._fields
    ]
    wrong += [(PRIVATE, Sealed(b"", b"", b""), b""), (PRIVATE, sealed._replace(ephemeral=bytes(32)), b"raw/0/1")]
    for key, other, associated in wrong:
        with pytest.raises(RunError, match="does not open") as caught:
            open_sealed(key, other, associated)
        assert "canary" not in repr(caught.value)
        assert caught.value.__cause__ is None


def test_quarantine_seal_takes_a_new_key_before_the_limit() -> None:
    """A key seals as many messages as it may and no more; each pair of key and nonce is used once, also by threads."""
    sealer = Sealer(PRIVATE.public_key(), messages_per_key=10)
    sealed: list[Sealed] = []
    threads = [
        threading.Thread(target=lambda: sealed.extend(sealer.seal(b"x", b"") for _ in range(200))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({(one.ephemeral, one.nonce) for one in sealed}) == 800
    uses = [one.ephemeral for one in sealed]
    assert max(uses.count(key) for key in set(uses)) <= 10
    assert all(open_sealed(PRIVATE, one, b"") == b"x" for one in sealed[::50])


def test_quarantine_seal_survives_a_fork_without_reuse() -> None:
    """Parent and child never seal under the same key."""
    sealer = Sealer(PRIVATE.public_key())
    sealer.seal(b"before", b"")
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover - runs in the child
        os.write(writer, sealer.seal(b"child", b"").ephemeral)
        os._exit(0)
    os.waitpid(child, 0)
    of_child = os.read(reader, 32)
    os.close(reader)
    os.close(writer)
    assert len(of_child) == 32
    assert of_child != sealer.seal(b"parent", b"").ephemeral


@given(
    key=BYTES, headers=st.none() | st.lists(st.tuples(st.text() | st.just("\ud800"), BYTES), max_size=4), value=BYTES
)
def test_quarantine_payload_is_unambiguous(
    key: bytes | None, headers: list[tuple[str, bytes | None]] | None, value: bytes | None
) -> None:
    """None and empty, no headers and an empty list, repeated names and order: all come back as they were."""
    assert unpack(pack(key, headers, value)) == (key, headers, value)


@given(data=st.binary(max_size=60))
def test_quarantine_payload_of_anybody_is_refused_cleanly(data: bytes) -> None:
    """Bytes that were not packed give one sentence, never another error."""
    for packed in (data, pack(data, None, data)[:-1], zlib.compress(b"\x7f\xff\xff\xff" + data)):
        with pytest.raises(RunError, match="not a record") as caught:
            unpack(packed)
        assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_quarantine_payload_shows_nothing() -> None:
    """A payload that lands in a log or traceback says nothing."""
    assert "canary" not in repr(unpack(pack(b"canary", [("canary", b"canary")], b"canary")))


def test_quarantine_payload_is_readable_whatever_it_is() -> None:
    """JSON can be made of any record: text as it is, bytes in base64, half characters in names as escapes."""
    payload = unpack(pack(b"\xff\x00", [("a\ud800", b"text"), ("b", None), ("c", b"\xfe")], b'{"a":1}'))
    assert json.loads(json.dumps(readable(payload), ensure_ascii=False).encode()) == {
        "key": {"base64": "/wA="}, "headers": [["a\\ud800", "text"], ["b", None], ["c", {"base64": "/g=="}]],
        "value": '{"a":1}',
    }  # fmt: skip
    assert readable(unpack(pack(None, None, None))) == {"key": None, "headers": None, "value": None}
