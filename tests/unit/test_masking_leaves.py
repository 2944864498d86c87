"""The leaves of JSON, and which of them something reaches into."""

import pytest

from streams.masking.encodings.fold import Fold, fold
from streams.masking.found import Found
from streams.masking.leaves import leaves, reached, redacted, torn
from streams.masking.loop import spliced_at

TEXT = b'{"a\\"b": [1.5, true], "c":"\\\\", "d" : null}'


def _said(spans: list[tuple[int, int]]) -> list[bytes]:
    return [TEXT[start:end] for start, end in spans]


def test_leaves_are_strings_numbers_and_words() -> None:
    """Names among them, with their quotes; a quote behind a backslash ends none, one behind two does."""
    expected = [b'"a\\"b"', b"1.5", b"true", b'"c"', b'"\\\\"', b'"d"', b"null"]
    assert _said(leaves(TEXT)) == expected
    assert leaves(b"[]") == []
    assert leaves(b'"a\n"') == [(0, 4)]


@pytest.mark.parametrize(
    ("part", "within", "those"),
    [
        (b'a\\"b', True, [b'"a\\"b"']),
        (b"b", True, [b'"a\\"b"']),
        (b'"b', False, [b'"a\\"b"']),
        (b'"a', False, [b'"a\\"b"']),
        (b"a\\", False, [b'"a\\"b"']),
        (b'"a\\"b"', False, [b'"a\\"b"']),
        (b'b"', False, [b'"a\\"b"']),
        (b'b": [1', False, [b'"a\\"b"', b"1.5"]),
        (b"1.5", True, [b"1.5"]),
        (b"1.", False, [b"1.5"]),
        (b".5", False, [b"1.5"]),
        (b"5, true], ", False, [b"1.5", b"true"]),
        (b"\\\\", True, [b'"\\\\"']),
        (b'":"', False, [b'"c"', b'"\\\\"']),
        (b" [", False, [b'"a\\"b"', b"1.5"]),
        (b"{", False, [b'"a\\"b"']),
        (b"}", False, [b"null"]),
        (b"null}", False, [b"null"]),
        (b"c", True, [b'"c"']),
    ],
)
def test_what_something_reaches_into(part: bytes, *, within: bool, those: list[bytes]) -> None:
    """All of a string but its quotes, no half of an escape, a whole number; signs between leaves belong to both."""
    start = TEXT.index(part)
    is_within, found = reached(TEXT, leaves(TEXT), start, start + len(part), quoted=True)
    assert (is_within, _said(found)) == (within, those)
    if part == b"1.5":
        assert reached(TEXT, leaves(TEXT), start, start + 3, quoted=False) == (False, found)


def test_an_escape_before_a_span_is_not_cut() -> None:
    """The letter behind a backslash is no beginning, one behind two of them is."""
    text = b'["a\\nb", "a\\\\b"]'
    for part, within in ((b"nb", False), (b'b"', False), (b"a", True), (b"a\\", False), (b"a\\n", True), (b"b", True)):
        start = text.index(part)
        assert reached(text, leaves(text), start, start + len(part), quoted=True)[0] is within, part
    start = text.rindex(b"b")
    assert reached(text, leaves(text), start, start + 1, quoted=True) == (True, [(9, 15)])


def _found(read: bytes, part: bytes, quote: bytes = b"") -> Found:
    start = read.index(part)
    return Found(start, start + len(part), "name", "some", "rule", 40, quote)


def test_findings_within_a_leaf_are_told_from_those_that_tear_some() -> None:
    """A leaf that a finding tears is whole, what lies within it included; a number may become a string."""
    text = b'{"a":"x ann","b":["y",12],"c":"lee","n":4711,"m":4712}'
    read = Fold(text, ())
    ann, tearing, lee = _found(text, b"ann"), _found(text, b'12],"c":"l'), _found(text, b"ee")
    quoted, bare = _found(text, b"4711", b'"'), _found(text, b"4712")
    free, whole = torn(text, [ann, tearing, lee, quoted, bare], read)
    assert free == [ann, quoted]
    assert {text[slice(*leaf)]: one for leaf, one in whole.items()} == {
        b"12": tearing, b'"c"': tearing, b'"lee"': tearing, b"4712": bare,
    }  # fmt: skip
    assert torn(text, [], read) == ([], {})


def test_findings_lie_where_they_are_written() -> None:
    """Leaves are those of the text as it is written, wherever a finding lies in it as it is read."""
    text = b'{"a":"x%20%20%20ann","b":"bob"}'
    read = fold(text)
    assert len(read.text) < len(text)
    within, tearing = _found(read.text, b"ann"), _found(read.text, b'"bob')
    free, whole = torn(text, [within, tearing], read)
    assert free == [within]
    assert [text[slice(*leaf)] for leaf in whole] == [b'"bob"']


def test_leaves_are_redacted_beside_what_was_replaced() -> None:
    """Their places are those of the text before, whatever was put in before and behind them."""
    text = b'{"x":"ann","y":[1,22],"z":"lee"}'
    output = b'{"x":"longer","y":[1,22],"z":""}'
    spliced = spliced_at([(6, 9, 12), (27, 30, 30)])
    whole = [leaf for leaf in leaves(text) if text[slice(*leaf)] in (b"1", b'"y"', b"22")]
    assert len(whole) == 3
    assert redacted(output, whole, spliced) == b'{"x":"longer","***":["***","***"],"z":""}'
    assert redacted(output, [], spliced) == output
    many = spliced_at([(1, 2, 4), (3, 4, 8), (5, 6, 12)])
    for number in (2, 3):
        rows = many[: 24 * number]
        size = 2 * number
        before = b"[" + b"...," * number
        assert redacted(before + b"7]", [(size + 1 - 0, size + 2)], rows)[-6:-1] == b'"***"'
    assert redacted(output, whole[:1], spliced_at([])) == output[:11] + b'"***"' + output[14:]
    assert redacted(b'{"x":"","y":1}', [(11, 14), (15, 16)], spliced_at([(6, 9, 6)])) == b'{"x":"","***":"***"}'
