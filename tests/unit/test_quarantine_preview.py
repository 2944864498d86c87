"""Previews: the shape is there, the content is not, whatever the bytes."""

import re
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from streams.quarantine.preview import _HIDDEN_KEYS, KEPT_KEYS, Shape, preview, spans

ALLOWED = {piece for key in (*KEPT_KEYS, *_HIDDEN_KEYS) for piece in re.findall(r"[^\W_]+", key)}
HOSTILE = st.lists(
    st.sampled_from([
        "password", "passwort", "email", "user_id", "Ann", "ünï", "x0x", "123", "\u0661\u0662\u0663", "e\u0301",
        '"', "'", "\\", "\\\\", " ", "\n", "\t", "bearer ", "***", "{", "}", "%40", "\ue0a5", "\uf8ff", "\x00", "_",
        "-", ".", "\u2028", "\U0001f600", "\u00b2", "\u2167", "\u212a", "\u017f", "\ufb01", "=", ":", "\\u0041",
        "\ue000",
    ]),
    max_size=30,
).map("".join)  # fmt: skip


@settings(max_examples=600)
@given(text=st.text() | HOSTILE | st.binary().map(lambda data: data.decode("latin-1")))
def test_quarantine_preview_keeps_no_content(text: str) -> None:
    """No run of two or more letters or digits is in a preview but pieces of kept keys and the marks x0 and 0x; nothing
    of the private area and no character outside printable ASCII comes through.
    """
    for data in (text, text.encode("utf-8", "surrogatepass")):
        shown = preview(data)
        assert shown is not None
        shown = shown.removesuffix("…")
        assert all(" " <= char <= "~" for char in shown)
        for run in re.findall(r"[^\W_]+", shown):
            assert run in {"x", "0", "x0", "0x"} or run in ALLOWED
        assert len(shown) <= 40 * 1000


@given(secret=st.from_regex(r"[A-Za-z0-9!@#$%^*()+/]{6,40}", fullmatch=True), key=st.sampled_from(_HIDDEN_KEYS))
def test_quarantine_preview_shows_not_even_the_shape_of_a_secret(secret: str, key: str) -> None:
    """What stands behind a secret's name is three stars, as JSON, escaped JSON, logfmt and headers."""
    assert preview(f'{{"{key}":"{secret}"}}') == f'{{"{key}":"***"}}'
    assert preview(f'{{\\"{key}\\":\\"{secret}\\"}}') == f'{{\\"{key}\\":\\"***\\"}}'
    assert preview(f"x {key}={secret}") == f"x {key}=***"
    assert preview(f"{key}: Bearer {secret}") == f"{key}: ***"


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b'{"level":"info","email":"ann@x.com","n":[1,22]}', '{"level":"x","email":"x@x.x","x":[0,0]}'),
        (b"GET /a?user=ann%40x.com 200", "x /x?user=x%0x.x 0"),
        ("Jürgen Müller, ١٢٣".encode(), "x x, 0"),
        (b"2024-05-01T10:00:00.123Z", "0-0-x0:0:0.0x"),
        (b"deadbeef01 4111 1111", "x0 0 0"),
        (b'{"ann smith":1,"ann_smith":2,"email_of_ann":3}', '{"x x":0,"x_x":0,"x_x_x":0}'),
        (b"\xff\xfe\x00a\x00", "?x?"),
        (b"{{{{{{{{", "{{"),
        (b"", ""),
        (None, None),
    ],
)
def test_quarantine_preview_keeps_the_shape(data: bytes | None, shown: str | None) -> None:
    """An engineer sees what kind of thing it was."""
    assert preview(data) == shown


@pytest.mark.parametrize(
    "unit", [b"a", b"a-", b'"', b"\\", b"key=", b'password="', b"password ", b" ", b"x0", b"\xff", b"a:", b"\\\"'"]
)
def test_quarantine_preview_of_hostile_input_is_bounded(unit: bytes) -> None:
    """Ten megabytes of a pattern's worst case take no longer than its beginning and give a bounded text."""
    data = unit * (10_000_000 // len(unit))
    begun = time.process_time()
    shown = preview(data)
    assert time.process_time() - begun < 0.5
    assert shown is not None
    assert len(shown) < 20_000


def test_quarantine_fingerprint_groups_what_fails_alike() -> None:
    """Two records of one shape are one group; another shape, reason or detector is another."""
    first, second = Shape(b'{"user":"ann b. smith","n":1}'), Shape(b'{"user":"bob jones","n":99999}')
    assert first.fingerprint("residue", ("email",)) == second.fingerprint("residue", ("email",))
    others = {
        first.fingerprint("residue", ()),
        first.fingerprint("poison", ("email",)),
        Shape(b"user=ann").fingerprint("residue", ("email",)),
        first.fingerprint("residue", ("email",)),
    }
    assert len(others) == 4


@settings(max_examples=600)
@example(data=b"_-" * 499 + b"-a1b2c3 more")
@given(data=(st.text() | HOSTILE).map(lambda text: text.encode("utf-8", "surrogatepass")) | st.binary() | HOSTILE.map(
    lambda text: text.encode() * 90))  # fmt: skip
def test_quarantine_preview_knows_where_its_characters_come_from(data: bytes) -> None:
    """One span of bytes for each character, in order and without gaps: what somebody marks is what they see."""
    shown, places = preview(data) or "", spans(data)
    assert len(places) == len(shown)
    covered = 0
    for index, (start, end) in enumerate(places):
        assert start <= end
        assert start == covered or places[index - 1] == (start, end)
        covered = end
    assert covered == len(data)


def test_quarantine_preview_of_a_known_record_knows_its_places() -> None:
    """The name of a key, the stars of a secret and the end mark stand for exactly their bytes."""
    data = b'{"email":"ann@x.com","password":"hunter2"}' + b" " * 5000
    shown, places = preview(data) or "", spans(data)
    assert shown == '{"email":"x@x.x","password":"***"}  \u2026'
    assert bytes_of(data, shown, places, "email") == b"email"
    assert bytes_of(data, shown, places, "x@x.x") == b"ann@x.com"
    assert bytes_of(data, shown, places, "***") == b"hunter2"
    assert data[slice(*places[-1])] == data[2048:]


def bytes_of(data: bytes, shown: str, places: list[tuple[int, int]], part: str) -> bytes:
    at = shown.index(part)
    return data[places[at][0] : places[at + len(part) - 1][1]]


def test_what_is_no_text_is_one_group() -> None:
    """Records behind a schema registry's frame fail alike, whatever their bytes look like."""
    one, other = Shape(b"\x00\x00\x00\x00\x07ann"), Shape(b"\x00\x00\x00\x00\x07\x9f41(x")
    assert one.fingerprint("unsupported_format", ()) == other.fingerprint("unsupported_format", ())
