"""What a text can cost: twice the text is about twice the work, whatever it is made of."""

import base64
import sys
from collections.abc import Callable
from functools import lru_cache
from types import FrameType
from typing import Any

import pytest

from streams.masking.context import value_after
from streams.masking.masker import Masker
from streams.masking.policy import Policy
from tests.support.disguise import masker_keyring

#: Bytes of the smaller text: far above every window that a detector looks at.
_SIZE = 24_000


@lru_cache(maxsize=1)
def _masker() -> Masker:
    return Masker(Policy(), masker_keyring())


def _wrapped(size: int) -> bytes:
    text = b"mail jane.doe@example.org " * 8
    while len(text) < size:
        text = base64.b64encode(text) + b" "
    return (text * 2)[:size]


def _repeated(piece: bytes) -> Callable[[int], bytes]:
    return lambda size: piece * (size // len(piece))


_PIECES = (
    b"a@", b"(", b'{"a":', b"[", b'password="', b"password='", b'password=\\"', b"password='x\\", b"user:", b'{"name":',
    b"Cookie: a=1; ", b"authorization: ", b"%25", b"%2525", b"\\", b"\\u0041", b"=20", b'""', b'a=""b', b'="', b"&amp;",
    b"//a:b", b"//a:b@", b"/", b"-----BEGIN PRIVATE KEY-----", b"Key (a)=(", b"(email) values (", b'[["a", "b"],',
    b'form-data; name="email"\r\n\r\n', b's:5:"email";s:9:"', b"<password>", b"<a b='c' ", b"eyJhbGciOiJIUzI1NiJ9.",
    b"eyJhbGciOiJIUzI1NiJ9.\nabcDEF123ghi.\n", b"1", b"4111 ", b"+49 30 ", b"a:", b"1::", b"1.2.", b"login a password ",
    b"USER a PASS ", b"password is ", b"code=", b'"email":["x",', b'"password":[', b"a\0", b"\x1b[31m", b"\xe2\x80\x8b",
    b"QUJD", b"QUJDREVGR0hJ ", b"secret:", b'\\"', b'=\\"\\"', b',""""a""""=', b"a=3D1 ", b"=C3=BC", b"#033[1m",
    b"#033[", b"=1B[", b'\\"first_name\\": \\"', b'"first_name": "a\\n', b"/name=A ", b"=\n ", b"\\=C3",
    b"BEGIN:VCARD ", b"BEGIN:VCARD FN:A ", b"id_a:", b"email_1_hash=",
)  # fmt: skip


def _work(text: bytes) -> int:
    """How many functions are called to mask a text, those in C included."""
    calls = 0

    def count(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        _masker().mask(text)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("make", [*map(_repeated, _PIECES), _wrapped], ids=[*map(repr, _PIECES), "base64 of base64"])
def test_twice_the_text_is_twice_the_work(make: Callable[[int], bytes]) -> None:
    """The number of calls grows no faster than a text that was made to cost as much as it can."""
    _work(make(_SIZE // 8))  # What is compiled or remembered at first use is not counted.
    once, twice = _work(make(_SIZE)), _work(make(2 * _SIZE))
    assert twice < 2.5 * once + 500


def test_a_bare_value_is_read_within_bounds() -> None:
    """A name in a text without spaces looks at no more of it than a value can be long."""
    value = value_after(b"user:" * 10_000, 5)
    assert value is not None
    assert value.end - value.start <= 1024
