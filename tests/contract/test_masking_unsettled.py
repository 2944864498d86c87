"""Which hits of an output are judged once more: the core in C and the loop in Python agree; tokens are none of them."""

import re
from collections import Counter
from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.masking.engine import Engine
from streams.masking.loop import BLOCK, DISGUISE, Changed, Loop, Packed, packed, spliced_at, unpacked, veiled
from streams.masking.native import native_core, sinks
from streams.masking.policy import Policy
from streams.masking.tokens import Tokens
from tests.support.disguise import masker_keyring
from tests.support.personal import EVIDENT, NAMED

AROUND = (b"", b" ", b'"', b'\\"', b"=", b":", b"(", b")", b"~", b"_", b"x", b"4", b"-", b"/", b"&", b"\n")
NEW = (
    b"tok_user_k1_" + b"a" * 20, b"tok_card_k1_" + b"b" * 20 + b"_4511", b'"tok_national_id_k12_' + b"p" * 20 + b'"',
    b"tok_jwt_k1_" + b"c" * 20 + b"~alg.RS256~~", b"***", b"tok", b"tok_", b"", b"plain", b"tok_user_k1_" + b"a" * 19,
    b"tok_user_k1_" + b"a" * 20 + b'"', b'"tok_user_k1_' + b"a" * 20,
    b"tok_user_1_" + b"a" * 20, b"tok_u_k1_" + b"a" * 20, b"tok_" + b"u" * 17 + b"_k1_" + b"a" * 20, b'"', b'""',
    b"tok_user_k12345678_" + b"a" * 20, b"tok_user_k1234567_" + b"a" * 20, b"tok_user_k1_" + b"q" * 20,
    b"tok__k_" + b"a" * 20,
)  # fmt: skip


_TOKEN = re.compile(rb'(?<=")tok_[a-z_]{2,16}_[a-z][a-z0-9]{0,7}_[^"]++(?=")')


@lru_cache(maxsize=1)
def _engine() -> Engine:
    return Engine(Policy(), Tokens(masker_keyring()))


@given(
    st.lists(st.tuples(st.sampled_from(AROUND), st.integers(0, 30), st.sampled_from(NEW), st.sampled_from(AROUND))),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 4))),
    st.sets(st.tuples(st.integers(0, 200), st.integers(0, 4)), max_size=40),
)
def test_core_and_loop_leave_the_same_hits(
    parts: list[tuple[bytes, int, bytes, bytes]], hits: list[tuple[float, int]], kept: set[tuple[int, int]]
) -> None:
    """Whatever was replaced by whatever, and wherever hits are: both say of the same ones that they are settled."""
    output, rows, old = b"", [], 0
    for before, width, new, behind in parts:
        old += len(before)
        output += before + new
        rows.append((old, old + width, len(output)))
        output, old = output + behind, old + width + len(behind)
    spliced, known = spliced_at(rows), packed(sorted(kept))
    ends = packed(sorted((round(at * (len(output) + 1)), ident) for at, ident in hits))
    core = native_core()
    assert core is not None
    assert core.unsettled(ends, spliced, known, output) == Loop().unsettled(ends, spliced, known, output)
    for folded in (True, False):
        rows_of = [Changed(0, spliced, b"", folded), Changed(1, b"", b"", folded=False)]
        joined = sinks()().join([output, b"x"], 0, 2, 128, rows_of)
        assert joined == sinks(native=False)().join([output, b"x"], 0, 2, 128, rows_of)
    assert joined[0][128:-130] == veiled(output, spliced)
    assert len(joined[0]) == 256 + len(output) + 2


def _left(text: bytes, *, bare: bool) -> tuple[Packed, bytes]:
    """The hits of a masked text that are judged again, and the text."""
    engine = _engine()
    scan = engine._prefilter.packed
    found, kept = engine._judge(text, scan(text), 0)
    spliced, output = engine._splice(Counter(), text, None, found)
    hits = scan(output if bare else veiled(output, spliced))
    return Loop().unsettled(hits, spliced, packed((hit >> 16, hit & 0xFFFF) for hit in kept), output), output


@pytest.mark.parametrize("bare", [True, False])
def test_tokens_are_no_candidates(*, bare: bool) -> None:
    """Values alone in their fields: nothing of their tokens is judged, whatever words the letters make."""
    whole = 0
    for value in (*EVIDENT, *NAMED):
        hits, output = _left(f'{{"{value.field}":"{value.text}","n":1}}'.encode(), bare=bare)
        if token := _TOKEN.search(output):
            whole += 1
            left = {ident for end, ident in unpacked(hits) if token.start() < end <= token.end()}
            assert left <= {DISGUISE}, value.name
    assert whole > 12


def _place(ident: int, end: int) -> list[tuple[int, int]]:
    spliced = spliced_at([(5, 20, 37)])
    return unpacked(Loop().unsettled(packed([(end, ident)]), spliced, b"", b"mail=" + NEW[0] + b" x"))


def test_a_hit_in_a_token_is_settled_and_one_that_disguises_is_not() -> None:
    """A block's anchor has the sign behind the token in it."""
    assert _place(7, 20) == _place(7, 37) == _place(BLOCK, 38) == []
    assert _place(DISGUISE, 20) == [(20, DISGUISE)]
    assert _place(7, 38) == [(38, 7)]


@pytest.mark.parametrize(("before", "behind"), [(b"4", b" "), (b'"', b"4"), (b" ", b"_"), (b"/", b'"'), (b".", b"")])
def test_what_is_glued_to_a_token_is_judged(before: bytes, behind: bytes) -> None:
    """Letters or digits right beside a token may be a value with those of the token."""
    output = before + NEW[0] + behind
    spliced = spliced_at([(1, 9, 1 + len(NEW[0]))])
    hit = (1 + len(NEW[0]) // 2, 7)
    assert unpacked(Loop().unsettled(packed([hit]), spliced, b"", output)) == [hit]


def test_a_veil_leaves_what_is_around_a_token() -> None:
    """Its length, quotes and beginning stay, whatever was said of a JWT goes, and what is no token stays whole."""
    parts = [(b"a=", NEW[0]), (b' "', NEW[3]), (b'", n:', NEW[2]), (b", ", b"***"), (b" x", NEW[0])]
    output, rows, old = b"", [], 0
    for before, new in parts:
        old += len(before)
        output += before + new
        rows.append((old, old + 5, len(output)))
        old += 5
    said = [b"tok_" + b"_" * (len(NEW[at]) - 4 - 2 * (at == 2)) for at in (0, 3, 2)]
    expected = b'a=%b "%b", n:"%b", *** x%b' % (*said, NEW[0])
    assert veiled(output, spliced_at(rows)) == expected
