"""The rounds of undoing in C read a text as the expressions do, or leave it to them."""

from importlib import import_module

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from streams.corpus import generate
from streams.masking.encodings.fold import Fold, fold, fold_by_expressions

#: Units of all encodings, what may begin one and does not, and what stands around them.
PIECES = (
    b"%40", b"%2540", b"%22", b"%5c", b"%5C%22", b"%25", b"%00", b"%e4", b"%C3%A4", b"%2", b"%zz", b"%%40",
    b"%2%340", b"%26lt;", b"%3d40x", b"%5cu0040", b"\\u0040", b"\\/", b"\\", b'\\"', b"\\=", b"\\n", b'""', b"''",
    b"&amp;", b"&#64;", b"&a;", b"&lt", b"&", b";", b"=40", b"=3D", b"=2E", b"=20", b"=2e", b"=3d", b"=4", b"=4f",
    b"406", b"%20+", b"+%3A", b"(", b"\n", b"=\n", b"=\r\n", b"=", b"a=b", b"+", b"+49", b" ", b'"', b"'", b"x",
    b"\x1b[0m", "\uff20".encode(), "ü".encode(), "\u200b".encode(), "\U00020000".encode(), b"\xef\xbc", b"\xff",
    b"=1B[31m", b"=1B", b"[0m", b"#033[1m", b"#033", b"^[[0m", b"^[", b"<ESC>[m", b"=C3=BC", b"=C3", b"00:1b",
    b"4111 1111", b"%20", b"%2F", b"%3A", b"%2C", b"%3F", b"%7C", b"=C", b"&amp",
)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=10).map(b"".join))
@example(b"?email=ann%2540example.org&q=a%20b")
@example(b"q=a+b%20c")
@example(b"q=a+b%40c&d=e+f%2")
@example(b"+%2 +%40")
@example(b"a+%252B+b")
@example(b"=3D=3D=40")
@example(b"a=3D00:1b")
@example(b"%23033[31ma%1B[0m")
@example(b"a=C3=BC")
@example(b'"a=%22""b""')
@example(b"=C%20=")
@example(b"=4%40x=20=3D=3D")
@example(b"\\%2Fa")
@example(b"\\%3Aa")
@example(b'%3A""a""')
@example(b"&amp%3B%20")
@example(b"a+%20%2")
def test_rounds_read_as_expressions_do(text: bytes) -> None:
    """A text made of pieces reads the same, with the same way back to its raw bytes."""
    assert fold(text) == fold_by_expressions(text)


@pytest.mark.parametrize("mix", ["clean", "mixed", "demo"])
def test_rounds_read_logs_as_expressions_do(mix: str) -> None:
    """So do log records."""
    for line in generate(mix, seed=43, count=400):
        assert fold(line.value) == fold_by_expressions(line.value)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (b"a=1&amp;b=token++%3D+%22x%22&amp;c=2", b'a=1&amp;b=token  = "x"&amp;c=2'.replace(b"&amp;", b"&")),
        ("\x1b\uff3b31m\uff21".encode(), b"A"),
    ],
)
def test_disguises_of_disguises_are_undone(text: bytes, read: bytes) -> None:
    """A form in HTML keeps its pluses' meaning, and a colour in full width is a colour."""
    assert fold(text).text == read


def test_rounds_are_built() -> None:
    """The tests run with the rounds, so that a build without them is noticed; they know what they leave to others."""
    rounds = import_module("streams.masking._fold").fold
    nothing = bytes(0x20000 // 8)
    assert rounds(Fold, len, nothing, b"a%2540b").text == b"a@b"
    assert rounds(Fold, len, nothing, b"\\u0040") is None
    wrong: tuple[tuple[object, ...], ...] = (
        (Fold, len, b"short", b"a"), (int, len, nothing, b"a"), (Fold, len, nothing, "a"), (Fold, len, nothing),
    )  # fmt: skip
    for arguments in wrong:
        with pytest.raises(TypeError):
            rounds(*arguments)


@pytest.mark.parametrize("sign", "@ ,/:?|")
def test_one_round_is_enough_for_signs_of_no_unit(sign: str) -> None:
    """What is read where nothing is left to be undone is what further rounds would read."""
    for before in (b"a=b", b"\\", b'""', b"=C", b"=4", b"&amp", b"%"):
        for behind in (b"x", b"=", b'""x', b"40"):
            text = before + f"%{ord(sign):02x}".encode() + behind
            assert fold(text) == fold_by_expressions(text)
