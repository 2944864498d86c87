r"""Hyperscan finds each anchor where its expression matches: an engine that misses one lets a value through.

Python's `re` is the measure. Bounded repetitions have been missed where there were as few as may be
(`\n[ \t]{1,40}value:` with one space), by the whole database and by the expression alone.
"""

import random
import re
from functools import cache

import hyperscan
import pytest

from streams.masking import databases, detectors, prefilter
from streams.masking.databases import Anchor
from streams.masking.prefilter import Prefilter
from tests.support.expressions import matching

#: What stands around: hyperscan goes other ways through short texts.
AROUND = (
    b'{"timestamp":"2024-05-01T10:05:56.503Z","level":"INFO","message":"cache refreshed in 12 ms',
    b'", "thread":"HikariPool-1","count":12} and more text behind it, so that no way for short texts is taken',
    b"\n" * 70,
)
RIGHT_BEFORE = (b"", b" ", b'"', b"x", b"_", b"1")
PARTS = 8


@cache
def _built(*, native: bool) -> tuple[Prefilter, list[Anchor]]:
    """A prefilter, and the anchors that its database was made of."""
    made: list[tuple[Anchor, ...]] = []
    with pytest.MonkeyPatch.context() as patch:
        known = databases.database
        patch.setattr(prefilter, "database", lambda anchors, store: (made.append(anchors), known(anchors, store))[1])
        built = Prefilter(detectors.ALL, native=native)
    return built, [anchor for anchor in made[0] if anchor.ident < len(built.judges)]


def _missed(asked: Prefilter, anchor: Anchor, times: int, dice: random.Random) -> list[bytes]:
    """Texts that end with a match which was not found."""
    cased = not anchor.flags & hyperscan.HS_FLAG_CASELESS
    flags = re.DOTALL | (re.NOFLAG if cased else re.IGNORECASE)
    known = re.compile(b"(?:" + anchor.expression.encode("latin-1") + rb")\Z", flags)
    missed = []
    for _ in range(times):
        text = dice.choice(AROUND) + dice.choice(RIGHT_BEFORE) + matching(anchor.expression, dice, cased=cased)
        hits = asked.hits(text + dice.choice(AROUND)) if known.search(text) else [(len(text), anchor.ident)]
        if (len(text), anchor.ident) not in hits:
            missed.append(text)
    return missed


def _assert_found(part: int, *, native: bool, times: int) -> None:
    dice = random.Random(part)
    asked, anchors = _built(native=native)
    missed = {anchor.expression: _missed(asked, anchor, times, dice) for anchor in anchors[part::PARTS]}
    assert not {expression: texts[:2] for expression, texts in missed.items() if texts}


@pytest.mark.parametrize("part", range(PARTS))
def test_what_an_expression_matches_is_found(part: int) -> None:
    """Each anchor of all detectors is found in texts made from its expression."""
    _assert_found(part, native=True, times=12)


@pytest.mark.parametrize("part", range(PARTS))
def test_what_an_expression_matches_is_found_without_the_native_pass(part: int) -> None:
    """So it is where hyperscan looks for shapes and words as well."""
    _assert_found(part, native=False, times=4)


@pytest.mark.long
@pytest.mark.parametrize("native", [True, False])
@pytest.mark.parametrize("part", range(PARTS))
def test_what_an_expression_matches_is_found_in_many_texts(part: int, native: bool) -> None:
    """So it is in hundreds of texts for each."""
    _assert_found(part, native=native, times=200)
