"""Batches come out of the core in C as the engine's own way, text by text, has them, and no text half masked."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.corpus import generate
from streams.masking import detectors
from streams.masking.encodings.fold import fold
from streams.masking.engine import Engine, Masked
from streams.masking.found import Detector, Found, Verdict
from streams.masking.loop import Acts, Asked, Changed, Grouped, Loop, packed, spliced_at
from streams.masking.native import NativeCore, native_core, sinks
from streams.masking.policy import Allow, FieldRule, Policy
from streams.masking.tokens import Tokens
from tests.support.disguise import masker_keyring
from tests.support.personal import EVIDENT, HARMLESS, NAMED
from tests.support.places import AROUND, BESIDE

_DEFAULT: Final = Policy().actions

#: One policy for each way in which findings are acted on.
POLICIES: Final = {
    "default": Policy(),
    "kept": Policy({**_DEFAULT, "email": "keep", "user": "keep"}),
    "redacted": Policy({**_DEFAULT, "email": "redact", "card": "truncate", "ip": "generalise"}),
    "numbers": Policy(keep_type=True),
    "precise": Policy(level="precise"),
    "allowed": Policy(allow=(Allow(suffix="example.org"), Allow(network="10.0.0.0/8"))),
    "fields": Policy(fields=(FieldRule(("$.user.email", "$..phone"), "drop_field"), FieldRule(("$..id",), "keep"))),
}


def _trouble(text: bytes, end: int) -> Verdict:
    """A judge that answers in each way that there is, as its text says, and raises as well."""
    sign = text[end : end + 1]
    if sign == b"!":
        raise KeyError(text[:end])
    if sign == b"?":
        return [Found(end - 3, end, "name", "own", "own"), Found(0, 1, "email", "own", "own", 99)]
    if sign == b"(":
        return ()
    return Found(end - 3, end, "name", "own", "own", 95) if sign == b"=" else "own_rule"


@lru_cache(maxsize=32)
def _engine(policy: str, *, native: bool) -> Engine:
    own = Detector("own", ("zq9",), _trouble)
    return Engine(POLICIES[policy], Tokens(masker_keyring()), [*detectors.ALL, own], native=native)


def _core() -> NativeCore:
    core = native_core()
    assert core is not None
    return core


def _assert_alike(policy: str, texts: Sequence[bytes]) -> None:
    """What both say of a batch, and of each text by itself where one of them fails."""
    native, plain = _engine(policy, native=True).mask(texts), _engine(policy, native=False).mask(texts)
    assert native == plain
    assert [new is old for new, old in zip(native.outputs, texts, strict=True)] == [
        new is old for new, old in zip(plain.outputs, texts, strict=True)
    ]


def test_what_stays_of_an_escaped_text_is_settled() -> None:
    """A hit that stays lies where it lies in the raw text, and the second pass knows it again, either way."""
    raw = b'{"customer":{"full_name":"Ann Lee"},"url":"/x?email=ann%40example.org","referrer":"none"}'
    rows = []
    for native in (True, False):
        engine = _engine("default", native=native)
        result, read = Masked([raw]), fold(raw)
        hits, _ = engine._prefilter.grouped([read.text])
        [row] = engine._detect(result, [raw], hits, {}, {0: read})
        again = engine._prefilter.packed(result.outputs[0])
        assert not Loop().unsettled(again, row.spliced, row.kept, result.outputs[0])
        rows.append((row, result.outputs))
    assert rows[0] == rows[1]


@pytest.mark.parametrize("policy", POLICIES)
def test_logs_come_out_alike_under_any_policy(policy: str) -> None:
    """Records with everything in them: disguised ones, blocks, and those whose judge raises among them."""
    texts = [line.value for line in generate("mixed", seed=77, count=500)]
    for at, sign in zip(range(0, len(texts), 9), (b"!", b"?", b"(", b"=", b" ") * 99, strict=False):
        texts[at] = texts[at][:-1] + b',"own":"zq9' + sign + b'"}'
    _assert_alike(policy, texts)


_TEXTS: Final = st.one_of(
    st.builds(
        lambda value, beside, around, sign: AROUND[around](BESIDE[beside](value.text, value.field)).encode() + sign,
        st.sampled_from((*EVIDENT, *NAMED)),
        st.sampled_from(sorted(BESIDE)),
        st.sampled_from(sorted(AROUND)),
        st.sampled_from(
            (
                b"",
                b"",
                b"",
                b" zq9!",
                b" zq9?",
                b"zq9=",
                b" zq9(",
                b"%40",
                b"\\u0041",
                b"\xff",
                b" tok_email_k1_",
                b"***",
            )
        ),
    ),
    st.lists(
        st.sampled_from(
            [piece.encode() for piece in (*HARMLESS, *(value.text for value in EVIDENT))]
            + [
                b"zq9!",
                b"zq9?",
                b"zq9=",
                b" ",
                b'"',
                b"{",
                b"}",
                b"[",
                b":",
                b"%40",
                b"tok_",
                b"***",
                b"\x00",
                b"=",
                b"user_id",
            ]
        ),
        max_size=8,
    ).map(b"".join),
)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(POLICIES)), st.lists(_TEXTS, max_size=6))
def test_batches_come_out_alike(policy: str, texts: list[bytes]) -> None:
    """Outputs, failures and counts, whatever stands beside a text in its batch."""
    _assert_alike(policy, texts)


def test_what_raises_is_left_as_it_came() -> None:
    """A text whose judge or replacement raises is left to the engine: no output, no count; others are masked."""
    texts = [b"zq9=", b"zq9!", b"zq9~", b"zq9"]
    outputs, counts = [*texts], Counter[str]()

    def replacement(_one: Found, old: bytes) -> bytes:
        if texts[2] in seen:
            raise ValueError(old)
        return b"***"

    seen: list[bytes] = []

    def judge(text: bytes, end: int) -> Verdict:
        seen[:] = [text]
        return Found(0, 3, "name", "own", "own") if text[3:] == b"~" else _trouble(text, end)

    def fail(_ident: int, _error: Exception) -> None:
        raise RuntimeError

    asked = Asked([judge], b"\0", b"\0", lambda *_: [], fail)
    acts = Acts(True, lambda found, _text: found, lambda _text: False, {}, replacement)
    hits = {index: packed([(3, 0)]) for index in range(4)}
    changed, left = _core().mask(texts, hits, {3: None}, {}, asked, acts, outputs, counts)
    assert left == [1, 2]
    assert changed == [Changed(0, spliced_at([(0, 3, 3)]), b"", False)]
    assert type(changed[0]) is Changed
    assert outputs == [b"***=", *texts[1:]]
    assert counts == {"name": 1}
    assert Loop().mask(texts, hits, {3: None, 2: None}, {}, asked, acts, outputs, counts) == ([], [0, 1])


def test_what_is_read_otherwise_is_spliced_into_its_bytes() -> None:
    """A finding in the reading replaces the bytes it was read from; one with a spelling of its own is left over."""
    texts = [b"a%40b=", b"a%40b="]
    quotes = iter((b"", b'"'))

    def judge(_text: bytes, _end: int) -> Verdict:
        return Found(0, 3, "name", "own", "own", quote=next(quotes))

    asked = Asked([judge], b"\0", b"\0", lambda *_: [], lambda *_: None)
    acts = Acts(True, lambda found, _text: found, lambda _text: False, {}, lambda _one, old: old.upper())
    outputs, hits, reads = list(texts), {0: packed([(4, 0)]), 1: packed([(4, 0)])}, dict(enumerate(map(fold, texts)))
    changed, left = _core().mask(texts, hits, {}, reads, asked, acts, outputs, {})
    assert outputs == [b"A@B=", texts[1]]
    assert changed == [Changed(0, spliced_at([(0, 5, 3)]), b"", True)]
    assert left == [1]


def test_an_interrupt_is_no_failure_of_a_text() -> None:
    """What is no error of a judge ends the batch."""

    def judge(_text: bytes, _end: int) -> Verdict:
        raise KeyboardInterrupt

    asked = Asked([judge], b"\0", b"\0", lambda *_: [], lambda *_: None)
    acts = Acts(True, lambda found, _text: found, lambda _text: False, {}, lambda *_: b"")
    with pytest.raises(KeyboardInterrupt):
        _core().mask([b"x"], {0: packed([(1, 0)])}, {}, {}, asked, acts, [b"x"], {})


@pytest.mark.parametrize(
    ("output", "apart"),
    [(b"a ***", True), (b"***", True), (b"a=***,", True), (b"a*** ", False), (b"a ***f", False), (b'"***"', True)],
)
def test_what_stands_apart_is_told_alike(output: bytes, apart: bool) -> None:
    """A text read otherwise is like the rest where a sign that ends a value stands on both sides of a replacement."""
    begin = output.index(b"***")
    spliced = spliced_at([(begin, begin + 9, begin + 3)])
    for core in (_core(), Loop()):
        changed = [Changed(7, spliced, b"kept", True)]
        assert core.unfold(changed, 0, output) is apart
        assert changed == [Changed(7, spliced, b"kept", not apart)]


def test_what_is_open_is_looked_at() -> None:
    """Hits that are not settled, what is read otherwise and hit at all, and JSON that is none any more."""
    outputs = [b'{"a":"***"}', b'{"a":***}', b"x ***,y", b"x ***,y", b"x ***,y", b"[1,2"]
    spliced, kept = spliced_at([(2, 9, 5)]), packed([(11, 7)])
    changed = [
        Changed(0, spliced_at([(6, 9, 9)]), b"", False), Changed(1, spliced_at([(5, 9, 8)]), b"", False),
        Changed(2, spliced, kept, False), Changed(3, spliced, b"", False), Changed(4, spliced, kept, True),
        Changed(5, b"", b"", True),
    ]  # fmt: skip
    hits, natives = {place: packed([(7, 7)]) for place in (2, 3, 4)}, bytes(8)
    assert _core().open(outputs, changed, hits, natives) == [1, 3, 4, 5]
    assert list(Loop().open(outputs, changed, hits, natives)) == list(range(6))


_ASKED: Final = Asked([None], b"\0", b"\0", lambda *_: [], lambda *_: None)
_ACTS: Final = Acts(True, lambda found, _text: found, lambda _text: False, {}, lambda *_: b"")


def _grouped(text: bytes) -> Grouped:
    """A hit in a text, as a scan gives it."""
    sink = sinks()()
    sink.join([text], 0, 1, 128, [])
    sink(0, 0, 129, 0, None)
    return sink.grouped(b"", 1)[0]


@pytest.mark.parametrize(
    "call",
    [
        lambda core: core.mask([b"x"], {1: b""}, {}, {}, _ASKED, _ACTS, [b"x"], {}),
        lambda core: core.mask([b"x"], {0: b"1234567"}, {}, {}, _ASKED, _ACTS, [b"x"], {}),
        lambda core: core.mask([b"x"], {}, {}, {}, _ASKED, _ACTS, [], {}),
        lambda core: core.mask(["x"], {0: b""}, {}, {}, _ASKED, _ACTS, ["x"], {}),
        lambda core: core.mask([b"x"], {}, {}, {}, _ASKED[:4], _ACTS, [b"x"], {}),
        lambda core: core.mask([b"x"], {}, {}, {}, _ASKED._replace(natives=b""), _ACTS, [b"x"], {}),
        lambda core: core.mask([b"x"], {"0": b""}, {}, {}, _ASKED, _ACTS, [b"x"], {}),
        lambda core: core.mask([], _grouped(b"x"), {}, {}, _ASKED, _ACTS, [], {}),
        lambda core: core.mask([b"x"], [], {}, {}, _ASKED, _ACTS, [b"x"], {}),
        lambda core: core.open([b"x"], [], [], b""),
        lambda core: core.open([b"x"], [], {}, [0]),
        lambda core: core.mask([b"x"], {0: b""}, {}, {0: (b"x",)}, _ASKED, _ACTS, [b"x"], {}),
        lambda core: core.mask([b"x"], {0: b""}, {}, [], _ASKED, _ACTS, [b"x"], {}),
        lambda core: core.unfold([Changed(0, b"", b"", True)], 0, "x"),
        lambda core: core.unfold([Changed(0, b"", b"", True)], 1, b"x"),
        lambda core: core.unfold([Changed(0, b"", b"", True)], "0", b"x"),
        lambda core: core.unfold([(0, b"", b"")], 0, b"x"),
        lambda core: core.unfold([Changed(0, b"1", b"", True)], 0, b"x"),
        lambda core: core.unfold([Changed(0, spliced_at([(0, 1, 2)]), b"", True)], 0, b"x"),
        lambda core: core.open([b"x"], [Changed(1, b"", b"", False)], {}, b""),
        lambda core: core.open([b"x"], [(0, b"", b"")], {}, b""),
        lambda core: core.open([b"x"], [Changed(0, b"1", b"", False)], {0: b""}, b""),
        lambda core: core.open([b"x"], [Changed(-1, b"", b"", False)], {}, b""),
        lambda core: core.open([b"x"], [Changed(0, b"", b"", False)], {0: b"1"}, b""),
        lambda core: core.open([b"x"], [Changed(0, b"", b"1", False)], {0: b""}, b""),
        lambda core: core.open([b"x"], [Changed(0, spliced_at([(0, 1, 2)]), b"", False)], {0: packed([(1, 2)])}, b""),
    ],
)
def test_core_refuses_what_are_no_batches(call: Callable[[Any], object]) -> None:
    """Rows that are none, places outside of a batch, hits that are not packed."""
    with pytest.raises((TypeError, ValueError)):
        call(_core())
