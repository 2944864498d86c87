"""The core in C says what the judges and the engine's own loop say, and refuses what it is not made for."""

from functools import lru_cache
from importlib import import_module
from string import ascii_lowercase
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from streams.corpus import generate
from streams.masking import detectors
from streams.masking.encodings.fold import Fold, fold
from streams.masking.engine import Engine
from streams.masking.found import Found, Verdict
from streams.masking.loop import IDENT_BITS, Changed, Known, Loop, packed, spliced_at, unpacked
from streams.masking.native import JUDGES, NativeCore, native_core, sinks
from streams.masking.policy import Policy
from streams.masking.prefilter import Prefilter
from streams.masking.tokens import Tokens
from streams.masking.validators import luhn
from tests.support.disguise import masker_keyring
from tests.support.personal import EVIDENT, HARMLESS, NAMED, Personal
from tests.support.places import AROUND, BESIDE

#: What the plainest candidates are made of, what stands around them, and what makes them less plain.
PIECES = (
    *(value.text for value in (*EVIDENT, *NAMED) if len(value.text) < 160), *HARMLESS,
    *(f'"{value.field}":"' for value in (*EVIDENT, *NAMED)), "email=", "?email=", "&", "user_id", "Key (", ")=(",
    ") already exists.", '"customer":{', '"value":', '"cookie":"', "session=", "; theme=", '"authorization":"',
    "Bearer ", "Basic ", '"', '\\"', "\\", "'", ":", "=", " ", "  ", "\t", "\n", "\\n", ",", ";", "{", "}", "[", "]",
    "(", ")", "<", ">", "@", ".", "..", "-", "_", "+", "/", "//", "%", "*", "***", "0", "1", "7", "12", "4711", "999",
    "0.0.0.0", "10.0.0.1", "127.0.0.1", "version ", "v", "to ", "git", "ann", "Ann", "Lee", "self.", "beef", "null",
    "none", "unknown", "must be", "is ", "x", "xxx", "eyJ", "eyJhbGciOiJIUzI1NiJ9", ".eyJzdWIiOiIxIn0",
    "tok_email_k1_", "a" * 70, "1" * 12, "ü", "例", "\x00", "bearer",
)  # fmt: skip

_SETTINGS = settings(max_examples=250, deadline=None)


@lru_cache(maxsize=1)
def _prefilter() -> Prefilter:
    return Prefilter(detectors.ALL)


@lru_cache(maxsize=2)
def _engine(*, native: bool) -> Engine:
    return Engine(Policy(), Tokens(masker_keyring()), native=native)


def _core() -> NativeCore:
    built = native_core()
    assert built is not None
    return built


def _alike(text: bytes, ends: range) -> int:
    """Compares the core with every judge at these ends; how often it had something to say."""
    said = 0
    for which, (name, judge) in enumerate(JUDGES.items(), 1):
        for end in ends:
            verdict = _core().verdict(which, text, end)
            if verdict is not None:
                said += 1
                assert _plain(verdict) == _plain(judge(text, end)), name
    return said


def _plain(verdict: Verdict) -> object:
    return verdict if isinstance(verdict, (str, Found)) else list(verdict)


def _veiled(output: bytes, spliced: bytes) -> object:
    return sinks()().join([output], 0, 1, 128, [Changed(0, spliced, b"", folded=False)])


def test_core_is_built() -> None:
    """The tests run with the core, so that a build without it is noticed."""
    assert native_core() is not None
    assert sinks() is not sinks(native=False)


@pytest.mark.parametrize("mix", ["clean", "mixed", "demo"])
def test_core_says_of_logs_what_judges_say(mix: str) -> None:
    """In log records the core's verdicts are the judges', and of what is hit it knows most."""
    natives, hit, said = _prefilter().natives, 0, 0
    for line in generate(mix, seed=37, count=300):
        text = line.value.replace(b"\xff", b"")
        for end, ident in _prefilter().hits(text):
            if natives[ident]:
                hit += 1
                said += _alike(text, range(end, end + 1)) > 0
    assert said * 2 > hit


@_SETTINGS
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@example('{"user_id":4711}')
@example('{"email":"ann@example.org","authorization":"Bearer 7c9f1b3e2d4a9f8b"}')
@example('{"card_number":"4111111111111111"}')
@example('"full_name":"fullName"')
@example("/x?email=email.ann@example.org&")
@example("email=ann.lee@beef.org,")
@example("to=ann@example.org.")
@example('"v":"10.0.0.1"')
@example("Key (email)=(a@b.cd) already exists.")
@example("Bearer bearer12x")
def test_core_says_what_judges_say(text: str) -> None:
    """So they are in texts made of pieces, at every position."""
    raw = text.encode()
    _alike(raw, range(len(raw) + 2))


def test_core_says_of_words_that_go_on_what_the_judge_says() -> None:
    """Of each three letters that are a word for a number, with all that may stand around them."""
    words = {text[-3:] for text in (anchor.lower() for anchor in _words()) if text[-3:].isalpha()}
    texts = [
        f"{before}{word}{behind}x".encode()
        for word in sorted(words)
        for before in (":", "-", "2-", "a-", "a ", "\\n", "ü", "ab", "")
        for behind in ascii_lowercase + "X1- "
    ]
    said = sum(_alike(text, range(3, len(text) + 1)) for text in texts)
    # All letters but four, behind all that stands before but a join and its letter, a letter, and nothing at all.
    assert said >= len(words) * 22 * 4


def _words() -> tuple[str, ...]:
    return next(detector.anchors for detector in detectors.ALL if detector.name == "national_number")


@pytest.mark.parametrize("length", range(12, 20))
def test_core_knows_all_issuers(length: int) -> None:
    """Of any first digits and any length the core says of a card what its judge says, right check digit or wrong."""
    for first in range(10_000):
        body = f"{first:04}".ljust(length - 1, "7")
        right = next(digit for digit in "0123456789" if luhn(body + digit))
        text = f'{{"n":"{body}{right if first % 3 else (int(right) + 1) % 10}"}}'.encode()
        verdict = _core().verdict([*JUDGES].index("card") + 1, text, 18)
        assert verdict == JUDGES["card"](text, 18), text


@given(st.lists(st.one_of(st.none(), st.binary(max_size=40), st.text(max_size=12).map(str.encode)), max_size=8))
@example([b"x", b"\x80"])
@example([b"x", b"\x00"])
@example([b"x", b""])
@example([b"x" * 77, b"y" * 70 + b"\xff"])
def test_core_surveys_batches_as_the_loop_in_python_does(texts: list[bytes | None]) -> None:
    """Whether all are filled, and how long they are together."""
    assert _core().survey(texts) == Loop().survey(texts)
    assert _core().survey(tuple(texts)) == Loop().survey(texts)


@_SETTINGS
@given(
    st.lists(st.text("%4aGz0é", max_size=12).map(str.encode) | st.binary(max_size=8), max_size=8),
    st.integers(0, 9),
    st.integers(0, 9),
    st.integers(0, 9),
)
@example([b"%40", b"%4", b"%", b"%4g", b"%%4", b"%zz%4F", b"\xc3\xa4%40", b"%40\xff"], 0, 9, 3)
def test_core_tells_at_a_glance_what_the_loop_in_python_does(
    texts: list[bytes], start: int, stop: int, size: int
) -> None:
    """Texts in ASCII with a percent sign before two hexadecimal digits, each disguised for the scan, and long ones."""
    escaped, longer = _core().glance(texts, start, stop, size)
    assert (escaped, longer) == Loop().glance(texts, start, stop, size)
    assert {*escaped} <= _prefilter().grouped(texts)[1].keys()


@_SETTINGS
@given(st.sampled_from((*EVIDENT, *NAMED)), st.sampled_from(sorted(BESIDE)), st.sampled_from(sorted(AROUND)), st.data())
def test_core_masks_as_the_loop_in_python_does(value: Personal, beside: str, around: str, data: st.DataObject) -> None:
    """A text comes out of both loops alike, with the same findings and failures; so do its broken copies."""
    whole = AROUND[around](BESIDE[beside](value.text, value.field)).encode()
    at = data.draw(st.integers(0, len(whole)))
    piece = data.draw(st.sampled_from(PIECES)).encode()
    texts = [whole, whole[:at] + piece + whole[at:], whole[:at], whole[at:]]
    assert _engine(native=True).mask(texts) == _engine(native=False).mask(texts)


@pytest.mark.parametrize("mix", ["clean", "mixed", "demo"])
def test_core_masks_logs_as_the_loop_in_python_does(mix: str) -> None:
    """Log records come out of both loops alike."""
    texts = [line.value for line in generate(mix, seed=41, count=600)]
    assert _engine(native=True).mask(texts) == _engine(native=False).mask(texts)


#: What a text is made of that is read otherwise: units of one and of more layers, of several characters, and of none.
WRITTEN = (
    b"%61", b"%2540", b"&#64;", b"\\u0041", b"%25u", "\uff41".encode(), "\u200b".encode(), "\u2121".encode(), b"ann",
    b" ", b'"', "\u00fc".encode(), b"%c3%bc",
)  # fmt: skip


@_SETTINGS
@given(st.lists(st.sampled_from(WRITTEN), max_size=12).map(b"".join), st.data())
def test_core_splices_what_is_read_otherwise_as_the_loop_in_python_does(raw: bytes, data: st.DataObject) -> None:
    """Wherever findings lie in what was read: the same bytes, places and counts."""
    read = fold(raw)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(read.text)), max_size=6)))
    known: dict[Any, Known] = {"phone": b"***"}
    found = [
        Found(start, end, data.draw(st.sampled_from(("email", "phone"))), "d", "v", 50)._replace(
            quote=data.draw(st.sampled_from((b"", b'"'))), replacement=data.draw(st.sampled_from((None, b"%41")))
        )
        for start, end in zip(cuts[::2], cuts[1::2], strict=False)
    ]

    def replacement(one: Found, old: bytes) -> bytes:
        return b"***" if one.kind == "phone" else b"<" + old + b">"

    def odd(one: Found, start: int, end: int) -> bytes:
        return b"%s %d %d" % (one.kind.encode(), start, end)

    told: list[dict[str, int]] = [{}, {}]
    assert _core().splice_read(raw, read, found, known, replacement, odd, told[0]) == Loop().splice_read(
        raw, read, found, known, replacement, odd, told[1]
    )
    assert told[0] == told[1]


@_SETTINGS
@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=6))
def test_core_gives_what_was_written_as_the_loop_in_python_does(rows: list[tuple[int, bool]]) -> None:
    """The output of each text that was changed, and which of them were read otherwise."""
    outputs, changed = [b"a", b"b", b"c", b"d"], [Changed(place, b"", b"", folded) for place, folded in rows]
    assert _core().written(outputs, changed) == Loop().written(outputs, changed)


def test_core_refuses_what_it_is_not_made_for() -> None:
    """Wrong types, unknown judges and findings out of order raise; nothing is read outside of a text."""
    one = Found(4, 2, "email", "email", "rfc5322")
    whole = one._replace(start=0, end=3)
    for call in (
        lambda: _core().verdict(99, b"x", 0),
        lambda: _core().judge(b"x", packed([(1, 7)]), [None], b"\0", b"\0", lambda *_: [], lambda *_: None),
        lambda: _core().judge(b"x", packed([(1, 0)]), [None], b"", b"\0", lambda *_: [], lambda *_: None),
        lambda: _core().judge(b"x", b"1234567", [None], b"\0", b"\0", lambda *_: [], lambda *_: None),
        lambda: _core().unsettled(packed([(1, 0)]), b"1234567", b"", b"x"),
        lambda: _core().unsettled(packed([(1, 0)]), spliced_at([(0, 1, 2)]), b"", b"x"),
        lambda: _core().unsettled(packed([(1, 0)]), b"", {}, b"x"),  # type: ignore[arg-type]
        lambda: _veiled(b"x", b"1234567"),
        lambda: _veiled(b"x", spliced_at([(1, 0, 1)])),
        lambda: sinks()().join([b"x"], 0, 1, 128, [(b"x", b"")]),  # type: ignore[list-item]
        lambda: sinks()().join([b"x", b"y"], 0, 2, 128, [Changed(0, b"", b"", folded=False)]),
        lambda: sinks()().join([b"x"], 0, 1, 128, ()),  # type: ignore[arg-type]
        lambda: _core().splice(b"abc", [one], {}, lambda *_: b"", {}),
        lambda: _core().splice(b"abc", [one._replace(start=0, end=9)], {}, lambda *_: b"", {}),
        lambda: _core().splice_read(b"abc", Fold(b"abc", ()), [one], {}, lambda *_: b"", lambda *_: b"", {}),
        lambda: _core().splice_read(b"abc", Fold(b"ab", ()), [whole], {}, lambda *_: b"", lambda *_: b"", {}),
        lambda: _core().splice_read(b"a", Fold(b"abc", ()), [whole], {}, lambda *_: b"", lambda *_: b"", {}),
        lambda: _core().splice_read(b"abc", Fold(b"abc", ([1],)), [whole], {}, lambda *_: b"", lambda *_: b"", {}),  # type: ignore[arg-type]
        lambda: _core().any_below(b"1234567", 1),
        lambda: _core().survey([b"x", "x"]),  # type: ignore[list-item]
        lambda: _core().survey(None),  # type: ignore[arg-type]
        lambda: _core().glance([b"x", "x"], 0, 2, 1),  # type: ignore[list-item]
        lambda: _core().glance((b"x",), 0, 1, 1),  # type: ignore[arg-type]
        lambda: _core().glance([b"x"], -1, 1, 1),
        lambda: _core().written([b"x"], [Changed(1, b"", b"", folded=False)]),
        lambda: _core().written([b"x"], [(0, b"", b"")]),  # type: ignore[list-item]
        lambda: _core().written((b"x",), []),  # type: ignore[arg-type]
        lambda: sinks()().join(["x"], 0, 1, 128, []),  # type: ignore[list-item]
        lambda: sinks()().join(None, 0, 1, 128, []),  # type: ignore[arg-type]
        lambda: sinks()().join([b"x"], -1, 1, 128, []),
        lambda: sinks()().join([b"x"], 0, 1, 0, []),
        lambda: sinks()().grouped(b"1234567", 0),
        lambda: sinks()().grouped(b"", 0)[0]["0"],  # type: ignore[index]
        lambda: sinks()().grouped(b"", 0)[0].get("0", b""),  # type: ignore[arg-type]
        type(sinks()().grouped(b"", 0)[0]),
        lambda: type(_core())(Found, Changed, (("x", 5, 1, 1, 1),), *[len] * 6),  # type: ignore[call-arg]
        lambda: type(_core())(Found, Changed, (("x", 4, 1, 1, 1), ("x",)), *[len] * 6),  # type: ignore[call-arg]
        lambda: _core().is_json("{}"),  # type: ignore[arg-type]
    ):
        with pytest.raises((TypeError, ValueError, IndexError)):
            call()


def test_core_takes_verdicts_of_any_judge() -> None:
    """A judge of one's own may answer with a finding, several, or a rule, and what it raises reaches the engine."""
    one = Found(0, 1, "email", "own", "own")
    for verdict, expected in ((one, [one]), ([one], [one]), ((one,), [one]), ("rule", [])):
        found, kept = _core().judge(
            b"x",
            packed([(1, 0)]),
            [lambda _text, _end, verdict=verdict: verdict],
            b"\0",
            b"\0",
            lambda *_: [],
            lambda *_: None,
        )
        assert (found, kept) == (expected, {} if expected else {1 << IDENT_BITS: "rule"})
    with pytest.raises(TypeError):
        _core().judge(b"x", packed([(1, 0)]), [lambda *_: 7], b"\0", b"\0", lambda *_: [], lambda *_: None)  # type: ignore[arg-type, return-value]


@pytest.mark.parametrize("loop", [Loop(), native_core()])
@pytest.mark.parametrize(
    ("text", "span", "asked"),
    [
        (b"eyJ.eyJ.c2ln", (0, 12), []),
        (b"-- c2ln.eyJ", (3, 11), []),
        (b"c2lnbmF0dXJl", (0, 12), [13]),
        (b"a.b c2lnbmF0", (4, 12), [13]),
        (b"eyJ.eyJ.c2ln", (0, 11), [13]),
        (b"eyJ.eyJ.c2ln", (12, 12), [13]),
    ],
)
def test_run_that_ends_with_a_conclusive_finding_is_not_opened(
    loop: Any, text: bytes, span: tuple[int, int], asked: list[int]
) -> None:
    """A run of base64 ends one before its hit; it began in the finding that ends there if that has a dot."""
    seen: list[int] = []

    def blocks(_text: bytes, end: int, _ident: int) -> list[Found]:
        seen.append(end)
        return []

    found = Found(*span, "jwt", "jwt", "jose_header", 90)
    hits = packed([(1, 2), (len(text) + 1, 1)])
    loop.judge(text, hits, [None, None, lambda *_: found], bytes(3), bytes(3), blocks, len)
    assert seen == asked


@pytest.mark.parametrize("native", [True, False])
def test_sink_gives_hits_to_their_texts(*, native: bool) -> None:
    """Hits are given to the text that they end in, in their order, whichever order they come in."""
    texts = [b"before", b"abcdef", b"", b"ghij", b"behind"]
    sink = sinks(native=native)()
    sink.join(texts, 1, 4, 128, [])
    for end in (*range(140, 132, -1), 1):
        sink(3, 0, end, 0, None)
    with pytest.raises(ValueError, match="before"):
        sink.grouped(b"", 0)
    sink = sinks(native=native)()
    assert sink.join(texts, 1, 4, 128, []) == (b"\xff" * 128 + b"abcdef\xff\xffghij" + b"\xff" * 128, [])
    for end in range(141, 128, -1):
        sink(3, 0, end, 0, None)
    found, disguised = sink.grouped(packed([(131, 0)]), 0)
    assert unpacked(found[1]) == [(1, 3), (2, 3), (3, 0), (3, 3), (4, 3), (5, 3), (6, 3), (7, 3)]
    assert unpacked(found[2]) == [(1, 3)]
    assert [end for end, _ in unpacked(found[3])] == [1, 2, 3, 4, 5]
    assert disguised == {1: None}
    assert list(found) == [1, 2, 3]
    assert found.get(2, b"") == found[2]
    assert found.get(0, b"none") == b"none"
    with pytest.raises(KeyError):
        _ = found[4]


@given(
    st.lists(st.binary(max_size=90), max_size=6),
    st.integers(0, 6),
    st.integers(0, 9),
    st.lists(st.tuples(st.integers(129, 400), st.integers(0, 9)), max_size=90),
    st.lists(st.tuples(st.integers(129, 400), st.integers(0, 9)), max_size=90),
)
def test_sinks_give_hits_alike(
    texts: list[bytes], start: int, stop: int, hits: list[tuple[int, int]], shapes: list[tuple[int, int]]
) -> None:
    """Both lay texts out alike, and give each of them its hits of both scans, whichever order they come in."""
    said = []
    for sink in (sinks()(), sinks(native=False)()):
        joined = sink.join(texts, start, stop, 128, [])
        for end, ident in hits:
            sink(ident, 0, end, 0, None)
        found, disguised = sink.grouped(packed(shapes), 3)
        said.append((joined, len(found), {text: found[text] for text in found}, disguised))
    assert said[0] == said[1]


_CHARACTERS = ("a", "\u0080", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\uffff", "\U00010000", "\U0010ffff")


@given(
    st.lists(
        st.one_of(
            st.sampled_from(_CHARACTERS).map(str.encode),
            st.integers(0x80, 0xFF).map(lambda byte: bytes((byte,))),
            st.binary(max_size=2),
            st.just(b"x" * 31),
        ),
        max_size=9,
    ).map(b"".join)
)
@example(b"\xc0\x80")
@example(b"\xc1\xbf")
@example(b"\xe0\x9f\xbf")
@example(b"\xed\xa0\x80")
@example(b"\xf0\x8f\xbf\xbf")
@example(b"\xf4\x90\x80\x80")
@example(b"\xf5\x80\x80\x80")
@example(b"x" * 8 + b"\xe2\x82")
@example("x€".encode() * 40 + b"\x80")
def test_sinks_tell_utf8_alike(text: bytes) -> None:
    """What is UTF-8 is what Python decodes: no overlong form, no surrogate, nothing above U+10FFFF, nothing cut."""
    assert sinks()().join([text], 0, 1, 128, []) == sinks(native=False)().join([text], 0, 1, 128, [])


@pytest.mark.parametrize("byte", range(0x80, 0x100))
def test_sinks_tell_utf8_of_any_two_bytes(byte: int) -> None:
    """Whatever the first two bytes of a character are, with one or two behind them and without."""
    texts = [bytes((byte, second)) + rest for second in range(0x100) for rest in (b"", b"\x80", b"\xbf\xbf")]
    assert sinks()().join(texts, 0, len(texts), 128, []) == sinks(native=False)().join(texts, 0, len(texts), 128, [])


@pytest.mark.parametrize("attribute", ["INTERFACE", "NAMES"])
def test_core_of_another_source_is_not_used(attribute: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was compiled before an update and not since stays unused, and texts are masked as well."""
    monkeypatch.setattr(import_module("streams.masking._core"), attribute, 0 if attribute == "INTERFACE" else "x")
    native_core.cache_clear()
    try:
        assert native_core() is None
        assert sinks() is sinks(native=False)
        masked = Engine(Policy(), Tokens(masker_keyring())).mask([b"login of ann@example.com"])
    finally:
        monkeypatch.undo()
        native_core.cache_clear()
    assert masked.outputs[0].startswith(b"login of tok_email_")


@given(st.sets(st.integers(0, 400), max_size=40), st.integers(-1, 401))
def test_grouped_hits_are_found_by_their_texts(texts: set[int], asked: int) -> None:
    """Each text with a hit has its own, and no other has any."""
    sink = sinks()()
    sink.join([b""] * 400, 0, 400, 128, [])
    for text in texts:
        sink(text, 0, 129 + text, 0, None)
    found, _ = sink.grouped(b"", 500)
    assert unpacked(found.get(asked, b"")) == ([(1, asked)] if asked in texts - {400} else [])


@given(st.lists(st.tuples(st.integers(0, 2**40), st.integers(0, 600))), st.integers(0, 600))
def test_core_tells_hits_of_lower_identifiers(hits: list[tuple[int, int]], ident: int) -> None:
    """As the loop in Python does."""
    assert _core().any_below(packed(hits), ident) == Loop().any_below(packed(hits), ident)
