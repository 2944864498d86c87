"""Replacements land on the raw bytes of what was found, in the right quotes, and everything else stays."""

import base64
import re
from collections import Counter
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

import pytest

from streams.masking.encodings.fold import fold
from streams.masking.engine import Engine
from streams.masking.found import Detector, Found, Verdict
from streams.masking.kinds import Kind
from streams.masking.loop import replacements
from streams.masking.policy import Policy
from streams.masking.quoting import percent_encoded, raw_quote
from streams.masking.tokens import Tokens
from tests.support.disguise import masker_keyring

_NAMES = re.compile(rb"(?:ann|bob)[a-z]{0,8}")


def _judge(quote: bytes = b"", kind: str = "username") -> Callable[[bytes, int], Verdict]:
    def judge(data: bytes, end: int) -> Verdict:
        name = _NAMES.match(data, end - 3)
        return Found(end - 3, name.end(), kind, "names", "list", 50, quote) if name else "none"  # type: ignore[arg-type]

    return judge


def _engine(policy: Policy | None = None, quote: bytes = b"", kind: str = "username") -> Engine:
    """An engine that finds ann and bob and nothing else."""
    judge = _judge(quote, kind)
    return Engine(policy or Policy(), Tokens(masker_keyring()), [Detector("names", ("ann", "bob"), judge)])


def _token(value: str) -> bytes:
    return Tokens(masker_keyring()).token("username", value)


def test_several_findings_are_spliced_in_order() -> None:
    """What stands before, between and behind stays, and each is counted."""
    masked = _engine().mask([b"<ann|bobby>", b"none", b"annbob", b"ann", b"ann ann"])
    ann = _token("ann")
    assert masked.outputs == [
        b"<" + ann + b"|" + _token("bobby") + b">", b"none", _token("annbob"), ann, ann + b" " + ann,
    ]  # fmt: skip
    assert masked.findings == {"username": 6}
    assert masked.failures == {}


def test_a_disguised_finding_is_replaced_with_its_escapes() -> None:
    """Escapes that belong to a value go with it; those beside it stay as they were written."""
    masked = _engine().mask([rb"%2F%61nn%2F", rb"\u003cb\u006fbby\u003e", b"%61%6E%6E%62ob %3A ann"])
    assert masked.outputs == [
        b"%2F" + _token("ann") + b"%2F",
        rb"\u003c" + _token("bobby") + rb"\u003e",
        _token("annbob") + b" %3A " + _token("ann"),
    ]


def test_what_the_policy_keeps_is_no_finding() -> None:
    """Neither changed nor counted, and the text is the object that came in."""
    text = b"user ann"
    policy = Policy({**Policy().actions, "username": "keep"})
    masked = _engine(policy).mask([text])
    assert masked.outputs[0] is text
    assert masked.findings == {}


def test_a_bare_number_gets_the_quote_of_its_key_as_written() -> None:
    """In JSON its own, in JSON in a string the escaped one, in an encoded query the encoded one."""
    masked = _engine(quote=b'"').mask([b'{"a":ann}', b"%7B%22a%22:ann}", b"{&quot;a&quot;:ann}"])
    ann = _token("ann")
    assert masked.outputs == [
        b'{"a":"' + ann + b'"}', b"%7B%22a%22:%22" + ann + b"%22}", b"{&quot;a&quot;:&quot;" + ann + b"&quot;}",
    ]  # fmt: skip


def test_positions_lead_back_through_every_layer() -> None:
    """A span of what is read is the raw bytes that it stands for; an escape that is touched counts whole."""
    raw = b"a%2540b%40c"
    read = fold(raw)
    assert read.text == b"a@b@c"
    spans = [(start, end) for start in range(5) for end in range(start + 1, 6)]
    edges = [0, 1, 6, 7, 10]
    ends = [1, 6, 7, 10, 11]
    assert [read.raw_span(*span) for span in spans] == [(edges[start], ends[end - 1]) for start, end in spans]


@pytest.mark.parametrize(
    ("raw", "read", "span", "back"),
    [
        ("a\u200bb\u200bc".encode(), b"abc", (1, 2), (4, 5)),
        ("\u200babc".encode(), b"abc", (0, 2), (3, 5)),
        ("abc\u200b".encode(), b"abc", (1, 3), (1, 3)),
        ("x\uff41\uff42y".encode(), b"xaby", (1, 3), (1, 7)),
        (b"\x1b[31mred\x1b[0m", b"red", (0, 3), (5, 8)),
        (rb"\/a\/b", b"/a/b", (1, 2), (2, 3)),
        (b"plain", b"plain", (1, 3), (1, 3)),
        ("a\u200bb\u200bc".encode(), b"abc", (0, 3), (0, 9)),
        ("\u200b\u200babc".encode(), b"abc", (0, 3), (6, 9)),
        ("\u200b%61bc".encode(), b"abc", (0, 1), (3, 6)),
        ("ab\u200b\u200bc".encode(), b"abc", (0, 2), (0, 2)),
    ],
)
def test_what_is_read_as_nothing_belongs_to_a_span_only_inside(
    raw: bytes, read: bytes, span: tuple[int, int], back: tuple[int, int]
) -> None:
    """Invisible characters and colours within a value go with it; those at its edges stay."""
    folded = fold(raw)
    assert folded.text == read
    assert folded.raw_span(*span) == back


@pytest.mark.parametrize(
    ("before", "quote"),
    [
        (b'"a":', b'"'), (b"'a' : ", b"'"), (rb'\"a\":', rb"\""), (rb'\\\"a\\\":', rb"\\\""), (b"%22a%22%3A", b"%22"),
        (b"%2522a%2522%253A", b"%2522"), (b"&quot;a&quot;:", b"&quot;"), (b"&#34;a&#34;:", b"&#34;"),
        (rb"\u0022a\u0022:", rb"\u0022"), (rb"\x22a\x22:", rb"\x22"), (b"%5C%22a%5C%22:", b"%5C%22"), (b'"a"=', b'"'),
        (b'"a":%20', b'"'), (b'"a":+', b'"'), (b"%27a%27:", b"%27"), (b'":', b'"'),
        (b"a:", b"?"), (b'"a"', b"?"), (b'"a":     ', b"?"),
        (b'"a"     :', b"?"), (b'"a": "', b"?"), (b"", b"?"), (b'"' + b"a" * 60 + b'":', b'"'),
    ],
)  # fmt: skip
def test_quote_of_the_key_before(before: bytes, quote: bytes) -> None:
    """It is the one that closes the key, as it is written there; another one where none is seen."""
    assert raw_quote(before + b"42", len(before), b"?") == quote


def test_a_quote_is_looked_for_in_a_bounded_window() -> None:
    """Any number of backslashes costs the same."""
    text = b"\\" * 100 + b'":'
    assert raw_quote(text, len(text), b"?") == b"\\" * 46 + b'"'


def test_each_replacement_is_told_with_where_it_ends_now() -> None:
    """Begin and end before, end afterwards; a value that its policy keeps is passed by, those behind it are not."""
    policy = Policy({**Policy().actions, "user": "keep"})
    raw = b"<bob> <ann> <ann>, bobby."
    found = [_at(raw, 1, 4, "user"), _at(raw, 7, 10), _at(raw, 13, 16), _at(raw, 19, 24)]
    counts: Counter[str] = Counter()
    packed, output = _engine(policy)._splice(counts, raw, None, found)
    spliced = [*replacements(packed)]
    ann, bobby = _token("ann"), _token("bobby")
    assert output == b"<bob> <" + ann + b"> <" + ann + b">, " + bobby + b"."
    assert [(start, end) for start, end, _ in spliced] == [(7, 10), (13, 16), (19, 24)]
    assert [output[:size].endswith(token) for (_, _, size), token in zip(spliced, (ann, ann, bobby), strict=True)] == [
        True, True, True,
    ]  # fmt: skip
    assert spliced[-1][2] == len(output) - 1
    assert counts == {"username": 3}


def test_a_disguised_number_without_a_key_gets_the_quote_that_was_found() -> None:
    """Where the raw bytes show no quote, the one that the detector gave stands."""
    assert _engine(quote=b'"').mask([b"%61nn"]).outputs == [b'"' + _token("ann") + b'"']


def test_a_disguised_value_that_needs_no_quote_gets_none() -> None:
    """A key's quote before it is not its own."""
    ann = _token("ann")
    assert _engine().mask([b'"a":%61nn', rb"'a'=\u0061nn"]).outputs == [b'"a":' + ann, b"'a'=" + ann]


def _at(raw: bytes, start: int, end: int, kind: Kind = "username") -> Found:
    assert _NAMES.fullmatch(raw, start, end)
    return Found(start, end, kind, "names", "list")


def test_a_block_in_percent_encoding_keeps_its_signs_so() -> None:
    """Base64 that is written with `%2B` and `%3D` is written so again, as often encoded as it was, and can be read."""
    for times, plain in ((0, b">>>> ann ????"), (1, b">>>> ann ????"), (2, b">>>> ann ???")):
        block = base64.b64encode(plain + b" and something more")
        for _ in range(times):
            block = block.replace(b"%", b"%25").replace(b"+", b"%2B").replace(b"/", b"%2F").replace(b"=", b"%3D")
        (output,) = _engine().mask([b"q=" + block + b"&x=%20"]).outputs
        assert output.endswith(b"&x=%20")
        written = output[2:-6]
        for _ in range(times):
            assert b"+" not in written
            assert b"/" not in written
            assert b"=" not in written
            written = unquote_to_bytes(written)
        assert base64.b64decode(written) == plain.replace(b"ann", _token("ann")) + b" and something more"


@pytest.mark.parametrize("raw", [b"=%3D ab+/ =%3D", b"=%2B ab+/"])
def test_signs_are_those_of_the_run_itself(raw: bytes) -> None:
    """What is encoded before a run of base64, or behind it, says nothing of how the run is written."""
    start = raw.index(b"ab")
    assert percent_encoded(b"c+/=", raw, start, start + 4) == b"c+/="
