"""Which of several findings holds: nothing that any of them covers is left, and nothing is replaced twice."""

from itertools import pairwise, product

import pytest

from streams.masking.found import Found
from streams.masking.overlaps import apart, resolved
from tests.support.library import masker

_DATA = b"user=ann@example.com, 4111"


def _found(start: int, end: int, certain: int = 50, name: str = "d", quote: bytes = b"") -> Found:
    return Found(start, end, "user", name, "v", certain, quote)


def _spans(found: list[Found]) -> list[tuple[int, int, str]]:
    return [(one.start, one.end, one.detector) for one in found]


def test_findings_apart_are_put_in_order() -> None:
    """What does not overlap stays as it is, touching neighbours too."""
    one, two, three = _found(0, 4), _found(4, 8), _found(12, 14)
    assert resolved([three, one, two], _DATA) == [one, two, three]


def test_the_more_certain_of_two_on_one_place_holds() -> None:
    """Whatever their order; of two equally certain ones there is one left."""
    weak, strong = _found(5, 20, 40, "weak"), _found(5, 20, 60, "strong")
    assert resolved([weak, strong], _DATA) == resolved([strong, weak], _DATA) == [strong]
    other = weak._replace(detector="other", replacement=b"x")
    assert resolved([weak, other], _DATA) == [weak]
    assert resolved([other, weak], _DATA) == [other]
    assert resolved([weak, weak._replace(replacement=b"x")], _DATA) == [weak]


def test_a_quote_that_one_of_them_knows_is_kept() -> None:
    """A bare number of JSON gets its quotes also where another detector wins."""
    weak, strong = _found(5, 20, 40, "weak", b'"'), _found(5, 20, 60, "strong")
    assert resolved([weak, strong], _DATA) == [strong._replace(quote=b'"')]
    assert resolved([strong, weak], _DATA) == [strong._replace(quote=b'"')]
    own = strong._replace(quote=b"'")
    assert resolved([weak, own], _DATA) == [own]


@pytest.mark.parametrize("certain", [40, 50, 60])
def test_a_wide_finding_that_says_more_takes_the_inner_one(certain: int) -> None:
    """`user=ann@example.com` as a whole is one finding, however certain the address in it is."""
    wide, inner = _found(0, 20, 50, "wide"), _found(5, 20, certain, "inner")
    assert _spans(resolved([inner, wide], _DATA)) == [(0, 20, "wide")]


def test_a_wide_finding_that_only_adds_signs_gives_way() -> None:
    """Quotes, signs and the letters of escapes around a more certain value are no part of it."""
    data = b'"\\n ann@example.com\\t"'
    wide, inner = _found(0, len(data), 50, "wide"), _found(4, 19, 80, "inner")
    assert _spans(resolved([wide, inner], data)) == [(4, 19, "inner")]
    assert _spans(resolved([wide, inner._replace(end=18)], data)) == [(0, len(data), "wide")]
    assert _spans(resolved([wide, inner._replace(start=5)], data)) == [(0, len(data), "wide")]


@pytest.mark.parametrize("rest", [b"\xc3\xa9", b"a", b"7", b"\x80"])
def test_a_letter_or_digit_between_is_said(rest: bytes) -> None:
    """Two values in a wide finding hold by themselves only if nothing but signs lies between them."""
    data = b"1.1.1.1" + b", " + b"2.2.2.2"
    first, last = _found(0, 7, 80, "first"), _found(9, 16, 80, "last")
    assert _spans(resolved([_found(0, 16), first, last], data)) == [(0, 7, "first"), (9, 16, "last")]
    data = b"1.1.1.1" + rest + b"2.2.2.2"
    last = _found(7 + len(rest), len(data), 80, "last")
    assert _spans(resolved([_found(0, len(data), 50, "wide"), first, last], data)) == [(0, len(data), "wide")]


def test_what_stands_before_a_wide_finding_is_no_part_of_it() -> None:
    """Only what it covers itself counts as left over."""
    data = b"abc 'ann@example.com'"
    assert _spans(resolved([_found(4, 21, 50, "wide"), _found(5, 20, 80, "inner")], data)) == [(5, 20, "inner")]


def test_a_finding_that_gives_way_takes_no_other_with_it() -> None:
    """A third one that only touches what gave way is still there."""
    data = b"'ann@example.com' x"
    found = [_found(0, 17, 50, "wide"), _found(1, 16, 80, "inner"), _found(16, 19, 40, "third")]
    assert _spans(resolved(found, data)) == [(1, 16, "inner"), (16, 19, "third")]


def test_of_two_that_overlap_partly_the_less_certain_keeps_its_own_part() -> None:
    """Every byte of both is covered, each once, on either side."""
    left, right = _found(0, 12, 80, "left"), _found(8, 20, 50, "right")
    assert _spans(resolved([left, right], _DATA)) == [(0, 12, "left"), (12, 20, "right")]
    left, right = _found(0, 12, 50, "left"), _found(8, 20, 80, "right")
    assert _spans(resolved([left, right], _DATA)) == [(0, 8, "left"), (8, 20, "right")]


def test_a_finding_cut_by_a_more_certain_one_keeps_both_ends() -> None:
    """What a third one covers in the middle is left to it."""
    wide, first, second = _found(2, 24, 50, "wide"), _found(0, 6, 90, "first"), _found(20, 26, 90, "second")
    assert _spans(resolved([wide, first, second], _DATA)) == [(0, 6, "first"), (6, 20, "wide"), (20, 26, "second")]


def test_clusters_are_settled_apart() -> None:
    """An overlap at one place changes nothing at another, and one that touches is no overlap."""
    apart, touching = _found(21, 22, 10, "apart"), _found(20, 21, 10, "touching")
    found = resolved([apart, touching, _found(5, 20, 60, "strong"), _found(8, 12, 40, "weak")], _DATA)
    assert _spans(found) == [(5, 20, "strong"), (20, 21, "touching"), (21, 22, "apart")]


def test_equal_certainty_is_settled_by_length_and_then_by_place() -> None:
    """The longer holds; of two of one length the first does."""
    long, short = _found(0, 12, 50, "long"), _found(8, 16, 50, "short")
    assert _spans(resolved([short, long], _DATA)) == [(0, 12, "long"), (12, 16, "short")]
    short, long = _found(0, 6, 50, "short"), _found(4, 20, 50, "long")
    assert _spans(resolved([short, long], _DATA)) == [(0, 4, "short"), (4, 20, "long")]
    first, last = _found(0, 10, 50, "first"), _found(5, 15, 50, "last")
    assert _spans(resolved([last, first], _DATA)) == [(0, 10, "first"), (10, 15, "last")]


def test_whatever_overlaps_every_byte_is_covered_once() -> None:
    """All triples of spans and certainties over a short text: the union stays, nothing overlaps, order holds."""
    spans = [(0, 3), (1, 4), (2, 6), (0, 6), (3, 5), (1, 2)]
    for (a, b, c), levels in product(product(spans, repeat=3), product((40, 60), repeat=3)):
        found = [_found(*span, level) for span, level in zip((a, b, c), levels, strict=True)]
        result = resolved(found, b"a b, c")
        assert all(one.end <= other.start for one, other in pairwise(result))
        assert all(one.start < one.end for one in result)
        wanted = {at for one in found for at in range(one.start, one.end)}
        covered = {at for one in result for at in range(one.start, one.end)}
        assert covered <= wanted
        assert {at for at in wanted - covered if chr(b"a b, c"[at]).isalnum()} == set()


@pytest.mark.parametrize(
    "line",
    [
        '{"patient":{"mrn":"usr-77312","name":{"family":"Lee"}}}',
        '{"patient":{"mrn":"usr-77312","dob":"1980-02-03","colour":"a long and harmless word","family":"Lee"}}',
        "INSERT INTO u (first_name, note, last_name) VALUES ('Ann', 'mrn=usr-77312', 'Lee')",
    ],
)
def test_a_name_before_a_value_found_from_afar_is_still_asked(line: str) -> None:
    """What an object's own name or a list of columns finds farther on hides no field before it or between."""
    masked = masker().mask(line).safe
    assert "usr-77312" not in masked
    assert "Lee" not in masked


def test_a_crowd_is_one_finding() -> None:
    """More findings over one another than any log has are a secret as a whole, and what stands apart is not of them."""
    crowd = [_found(10 + at, 400 + at, 50 + at % 3) for at in range(257)]
    alone = [_found(0, 10, name="before"), _found(656, 660, name="behind")]
    before, one, behind = resolved([*crowd, *alone], b"x" * 700)
    assert (before, behind) == tuple(alone)
    assert one == Found(10, 656, "secret", "crowd", "overlap", 99)
    settled = resolved(crowd[:256], b"x" * 700)
    assert "crowd" not in {one.detector for one in settled}
    assert {at for one in settled for at in range(one.start, one.end)} == set(range(10, 655))


def test_findings_that_only_touch_are_no_crowd() -> None:
    """However many stand in a row; an overlap elsewhere is settled by itself."""
    row = [_found(at, at + 1) for at in range(300)]
    assert resolved(row, b"x" * 400) == row
    settled = resolved([*row, _found(300, 320, 60, "strong"), _found(310, 330, 40, "weak")], b"x" * 400)
    assert settled[:300] == row
    assert _spans(settled[300:]) == [(300, 320, "strong"), (320, 330, "weak")]


def test_findings_are_apart_when_none_reaches_into_the_next() -> None:
    """Touching is apart; the order counts, and nothing is apart as well."""
    one, two, three = _found(0, 4), _found(4, 8), _found(7, 9)
    assert apart([])
    assert apart([one])
    assert apart([one, two])
    assert not apart([two, one])
    assert not apart([one, two, three])
