"""Which hits of an output are judged once more: the core in C and the loop in Python agree; tokens are none of them."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.masking.engine import Engine
from streams.masking.loop import BLOCK, DISGUISE, Changed, Grouped, Loop, Packed, packed, spliced_at, unpacked, veiled
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
    b"tok__k_" + b"a" * 20, b"bWFpbCB0b2tfZW1h", b"bWFpbCB0b2-_",
)  # fmt: skip


_PIECES = (
    b'"', b'","', b'":"', b'"}', b"{", b" ", b" ", b"=", b", ", b"\\", b"\\n", b"/", b"[", b"]", b")", b":", b"@",
    b"; ", b"a", b"4", b"user", b"root", b"user_id", b"email", b"phone: ", b"card ", b"ip=", b"Authorization: Bearer ",
    b"null", b"password=", b"Ann Lee", b"4711", b"ann@example.org", b"4111111111111111", b"+4930901820", b"192.0.2.1",
    b"DE89370400440532013000", b"***", NEW[0], NEW[1],
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


@pytest.mark.parametrize(
    ("output", "settled"),
    [
        (b'{"user":%b}', True), (b"user=%b rest", True), (b"user=%b", True), (b"(user)=(%b) is", True),
        (b"user: Bearer %b,", True), (b"user=%b/rest", False), (b'"user":"%b"rest"', False), (b'"user":"%b\\d"', False),
        (b'"user":"%b\\n"', True), (b"user: No. 1 %b,", False), (b"user: \xc3\xa9 %b,", False),
        (b"user: [%b, x", False), (b"user: %b, x", True), (b'"user":"%b\\\\x"', False), (b'"user":"%b\\\\\\""', True),
        (b'user="%b rest"', False), (b'user="" %b rest', True),
    ],
)  # fmt: skip
def test_a_name_is_settled_where_its_value_surely_ends(output: bytes, *, settled: bool) -> None:
    """Nothing is said between a name and its token, and nothing behind the token may belong to the value."""
    begin, text = output.index(b"%b"), output % NEW[0]
    hit = (text.index(b"user") + 4, 7)
    for core in (native_core(), Loop()):
        assert core is not None
        left = core.unsettled(packed([hit]), spliced_at([(begin, begin + 5, begin + len(NEW[0]))]), b"", text)
        assert unpacked(left) == ([] if settled else [hit])


@pytest.mark.parametrize(
    ("new", "settled"),
    [(b"Ann***", True), (b"192.0.2.0", True), (b"bWFpbCB0b2tfZW1h", False), (b"bWFpbCB0b2-_", False), (b"bWFp", True)],
)
def test_a_name_before_a_block_is_asked_again(new: bytes, *, settled: bool) -> None:
    """What was closed again stands for itself no more than it did before."""
    text = b'"user":"' + new + b'"'
    hit = (7, 7)
    for core in (native_core(), Loop()):
        assert core is not None
        left = core.unsettled(packed([hit]), spliced_at([(8, 13, 8 + len(new))]), b"", text)
        assert unpacked(left) == ([] if settled else [hit])


@pytest.mark.parametrize(
    ("output", "settled"),
    [
        (b"%b rest a", True), (b"*** rest a", False), (b"***] rest a", True), (b'***" rest a', True),
        (b"%b) rest a", True), (b"***) rest a", False), (b"%b: rest a", False),
        (b"%b: rest, and much more than that a", True),
        (b"a %20d %b", True), (b"a %20d ***", False), (b'a %20d "***"', True), (b"a %20d [***", False),
        (b"a %40d [***", True), (b'a "%20d %b', False), (b'a "" %20d %b', True),
    ],
)  # fmt: skip
def test_what_was_kept_is_settled_where_nothing_it_was_kept_for_was_replaced(output: bytes, *, settled: bool) -> None:
    """Close behind a replacement that may go on, or before one that may have begun before it, it is judged again."""
    text = output.replace(b"%20d", b"-" * 18).replace(b"%40d", b"-" * 38)
    new = NEW[0] if b"%b" in text else b"***"
    begin, text = text.index(b"%b" if b"%b" in text else b"***"), text.replace(b"%b", NEW[0])
    hit = (text.rindex(b"a", 0, None if begin == 0 else begin) + 1, 7)
    was = (hit[0] + (9 - len(new) if begin == 0 else 0), 7)
    for core in (native_core(), Loop()):
        assert core is not None
        left = core.unsettled(packed([hit]), spliced_at([(begin, begin + 9, begin + len(new))]), packed([was]), text)
        assert unpacked(left) == ([] if settled else [hit])


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(st.sampled_from(_PIECES), min_size=1, max_size=8).map(b"".join), min_size=1, max_size=20))
def test_what_the_core_passes_over_has_no_residue(texts: list[bytes]) -> None:
    """Whatever judges in C say of hits that are not settled: where no place is open, those in Python find nothing."""
    engine, passed = _engine(), []

    class Watched(Loop):
        def __getattribute__(self, name: str) -> object:
            return object.__getattribute__(self, name) if name == "open" else getattr(core, name)

        def open(self, outputs: list[bytes], changed: list[Changed], hits: Grouped, natives: bytes) -> Sequence[int]:
            places = core.open(outputs, changed, hits, natives)
            passed.extend(
                (changed[row], outputs[changed[row].place], hits.get(row, b""))
                for row in range(len(changed))
                if row not in places
            )
            return places

    core = engine._core
    try:
        engine._core = Watched()
        engine.mask(texts)
    finally:
        engine._core = core
    for one, output, hits in passed:
        assert engine._residue(one, output, None, hits) is None


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
