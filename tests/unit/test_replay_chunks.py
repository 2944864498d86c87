"""Cutting streams into records: however the bytes arrive, the records are the same."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.replay.files.feed import Feed
from streams.replay.files.options import ReadOptions
from streams.replay.files.packing import Packer
from streams.replay.files.records import StartPattern, grouped, lines
from streams.replay.files.unpacking import unpack

TEXTS = st.lists(st.sampled_from([b"\n", b"\r\n", b"\r", b"a", b"start ", b"xyz" * 9, b"\0", b"\xff"])).map(b"".join)
STARTS = StartPattern("start ")


def pieces(data: bytes, seed: int) -> list[bytes]:
    """The data in chunks of one to thirty bytes, empty ones between them."""
    dice = random.Random(seed)
    out = []
    while data:
        size = dice.randrange(31)
        out.append(data[:size])
        data = data[size:]
    return out


def wanted(data: bytes, limit: int) -> list[tuple[bytes | int, bytes]]:
    """The slow and obvious way."""
    found: list[tuple[bytes | int, bytes]] = []
    for line in data.split(b"\n")[:-1]:
        body, end = (line[:-1], b"\r\n") if line.endswith(b"\r") else (line, b"\n")
        found.append((body if len(body) <= limit else len(body), end))
    if last := data.split(b"\n")[-1]:
        found.append((last if len(last) <= limit else len(last), b""))
    return found


@given(TEXTS, st.integers(0, 40), st.integers())
@settings(deadline=None)
def test_lines_do_not_depend_on_chunks(data: bytes, limit: int, seed: int) -> None:
    """Bodies, ends of lines and sizes of what is too large are those of the whole text."""
    found: list[tuple[bytes | int, bytes]] = []
    for portion in lines(pieces(data, seed), limit):
        for index, (body, end) in enumerate(zip(portion.bodies, portion.ends, strict=True)):
            found.append((portion.too_large.get(index, body), end))
    assert found == wanted(data, limit)


@given(TEXTS, st.integers())
@settings(deadline=None)
def test_groups_put_together_are_the_text(data: bytes, seed: int) -> None:
    """No byte is lost between records of several lines, and each but the first begins with the pattern."""
    portions = [*grouped(lines(pieces(data, seed), 1 << 20), STARTS, 1 << 20)]
    bodies = [body for portion in portions for body in portion.bodies]
    ends = [end for portion in portions for end in portion.ends]
    assert b"".join(body + end for body, end in zip(bodies, ends, strict=True)) == data
    assert all(body.startswith(b"start ") for body in bodies[1:])
    assert all(b"\nstart " not in body for body in bodies)


@given(TEXTS, st.lists(st.sampled_from(["gz", "bz2", "xz", "zst"]), max_size=2), st.integers())
@settings(deadline=None, max_examples=60)
def test_layers_come_off_as_they_were_put_on(data: bytes, layers: list[str], seed: int) -> None:
    """What is packed and arrives in small pieces is unpacked to the same bytes and the same layers."""
    out: list[bytes] = []
    packer = Packer(tuple(layers), out.append)
    for piece in pieces(data, seed):
        packer.write(piece)
    packer.close()
    unpacked = unpack(Feed(iter(pieces(b"".join(out), seed))), ReadOptions())
    if not data.startswith((b"\xff\xff", b"\xff\0")):
        assert unpacked.layers == tuple(layers)
        assert b"".join(unpacked.feed) == data


@given(
    st.binary(max_size=4000), st.sampled_from([b"\x1f\x8b\x08", b"BZh91AY&SY", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b""])
)
@settings(deadline=None)
def test_any_bytes_are_read_or_refused(data: bytes, magic: bytes) -> None:
    """Nothing but our own errors comes out of the unpacking, whatever it is given."""
    from streams.errors import MaskstreamError  # noqa: PLC0415

    try:
        for _ in unpack(Feed(iter([magic + data])), ReadOptions()).feed:
            pass
    except MaskstreamError:
        pass
