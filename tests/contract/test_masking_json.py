"""What the core in C takes for JSON is JSON, and of logs it takes nearly all."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from streams.corpus import generate
from streams.masking.native import native_core
from streams.masking.wellformed import is_json

#: What JSON is made of, and what makes it none.
PIECES = (
    "{", "}", "[", "]", ",", ":", '"', '"a"', '"a":', '""', "\\", '\\"', "\\u0041", "\\ud800", "\\x", "0", "-", "01",
    "1.5", "1.", ".5", "1e5", "1E400", "-0", "12345678901234567890123", "true", "false", "null", "tru", "NaN",
    "Infinity", " ", "\n", "\r", "\t", "\x0b", "\x00", "\x7f", "é", "\ufeff", "'", "//", "{}", "[]", "[[", "]]",
)  # fmt: skip

CORE = native_core()


def said(text: bytes) -> bool:
    assert CORE is not None
    return CORE.is_json(text)


@given(st.lists(st.sampled_from(PIECES), max_size=24).map("".join))
@example("[" * 64 + "]" * 64)
@example("[" * 65 + "]" * 65)
@example('{"a":1}}')
@example('{"a":1,}')
@example("[1,]")
@example('{"a":[1,{"b":2}]} x')
@example('["\\')
@example("9" * 309)
@example("9" * 310)
def test_core_takes_nothing_else_for_json(text: str) -> None:
    """What it says yes to is parsed, whole and cut off anywhere."""
    raw = text.encode()
    for size in range(len(raw) + 1):
        assert not said(raw[:size]) or is_json(raw[:size])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inside: st.lists(inside) | st.dictionaries(st.text(), inside),
)


@given(JSON, st.binary(max_size=3), st.integers(0, 400))
def test_core_takes_nothing_else_for_json_where_it_is_changed(value: object, instead: bytes, at: int) -> None:
    """Nor does it where JSON was changed in one place."""
    raw = json.dumps(value).encode()
    for text in (raw, raw[:at] + instead + raw[at:], raw[:at] + instead + raw[at + len(instead) :]):
        assert not said(text) or is_json(text)


@pytest.mark.parametrize("mix", ["clean", "mixed"])
def test_core_knows_the_json_of_logs(mix: str) -> None:
    """Of logs in JSON it leaves hardly any to the parser."""
    values = [line.value for line in generate(mix, seed=3, count=500)]
    told = [is_json(value) for value in values if value.isascii() and b"\\u" not in value]
    assert sum(map(said, values)) >= 0.98 * sum(told)
