"""Which of many expressions ends at a position: the same as all of them searched for one by one."""

import re
from itertools import chain
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.masking import detectors
from streams.masking.lookbehind import Lookbehind, reach_of

_EXPRESSIONS = (
    rb"for user \[",
    rb"a=(?:login|plain)(?:_[a-z0-9]{1,16})?:",
    rb"user [a-z]{1,8}\\{1,4}",
    rb"(?:[0-9]{1,3}|session)",
    rb"x{2,3}",
    rb"'? [,;] ",
    rb"(?:ab|c)?de?",
    rb"\.git denied to\x20",
    rb"a|bc ",
)
#: The modules of detectors that have some, in order.
_MODULES = [
    module
    for name, module in sorted(vars(detectors).items())
    if isinstance(module, ModuleType) and any(isinstance(one, Lookbehind) for one in vars(module).values())
]


@pytest.mark.parametrize("expression", _EXPRESSIONS)
def test_what_matches_is_within_reach(expression: bytes) -> None:
    """What an expression matches is no longer than it may be, and ends with one of its tails, whatever the case."""

    @given(st.from_regex(re.compile(expression, re.IGNORECASE), fullmatch=True))
    def check(text: bytes) -> None:
        reach = reach_of(expression)
        assert len(text) <= reach.most
        assert text.lower().endswith(tuple(reach.tails))

    check()


@given(st.binary(max_size=4), st.lists(st.sampled_from(_EXPRESSIONS), min_size=1, unique=True), st.data())
def test_it_finds_what_each_expression_finds(before: bytes, expressions: list[bytes], data: st.DataObject) -> None:
    """All that end at a position are found, those that begin first before the others."""
    text = before + data.draw(st.one_of([st.from_regex(one, fullmatch=True) for one in expressions]))
    matches = Lookbehind(expressions).matches(text, len(text))
    searched = [re.compile(rb"(?:%b)\Z" % one, re.IGNORECASE).search(text) for one in expressions]
    assert {number: match.start() for number, match in matches} == {
        number: match.start() for number, match in enumerate(searched) if match
    }
    assert [match.start() for _, match in matches] == sorted(match.start() for _, match in matches)


@pytest.mark.parametrize("module", _MODULES, ids=[module.__name__.rpartition(".")[2] for module in _MODULES])
def test_detectors_find_what_their_expressions_find(module: ModuleType) -> None:
    """At each position of its examples a detector's expressions are found as if each had been searched for."""
    shipped = [one for one in vars(module).values() if isinstance(one, Lookbehind)]
    texts = [text.encode() for text in chain.from_iterable(one.examples for one in module.DETECTORS)]
    for one in shipped:
        for text in texts:
            for end in range(len(text) + 1):
                searched = {n for n, expression in enumerate(one.expressions) if expression.search(text, 0, end)}
                assert {number for number, _ in one.matches(text, end)} == searched


def test_what_is_not_read_is_refused() -> None:
    """A reference back to a group says nothing of its own bytes, and is refused."""
    with pytest.raises(ValueError, match="back reference"):
        reach_of(rb"(a)\1")


def test_an_end_behind_the_text_is_that_of_the_text() -> None:
    """An anchor may end with the separator behind a text: nothing is read there."""
    one = Lookbehind([rb"ab"])
    assert one.matches(b"", 0) == one.matches(b"", 1) == []
    assert [match.span() for _, match in one.matches(b"xab", 4)] == [(1, 3)]
