"""Corpora by name: endless streams of lines that depend on nothing but their seed and their start."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final, Literal

from streams.corpus.dice import DEFAULT_START_MS, Clock, Dice
from streams.corpus.edge import EDGE_SHAPES
from streams.corpus.line import Line
from streams.corpus.mixed import mixed
from streams.corpus.ordinary import ordinary
from streams.corpus.people import People
from streams.corpus.scene import Scene
from streams.corpus.services import SERVICE_SHAPES, claims, login, order
from streams.corpus.text import TEXT_SHAPES, captured
from streams.corpus.unmaskable import DEFAULT_OVERSIZE_BYTES, UNMASKABLE_SHAPES, oversize

__all__ = ["MIXES", "Mix", "generate"]

Mix = Literal["demo", "mixed", "clean"]
MIXES: Final[tuple[Mix, ...]] = ("demo", "mixed", "clean")

#: How many people there are; the bench meets many, so that a cache of tokens does not know them all.
_DEMO_PEOPLE: Final = 400
_MIXED_PEOPLE: Final = 5_000

#: The demo's shares: lines about nobody, and requests that are followed through several services.
_ORDINARY_SHARE: Final = 0.3
_JOURNEY_SHARE: Final = 0.12
#: One unmaskable line in so many, and the place of the only oversize one.
_UNMASKABLE_EVERY: Final = 151
_OVERSIZE_AT: Final = 777

_SHAPES: Final[tuple[Callable[[Scene], Line], ...]] = (
    *EDGE_SHAPES,
    *EDGE_SHAPES,
    *SERVICE_SHAPES,
    *SERVICE_SHAPES,
    *TEXT_SHAPES,
)


def generate(
    mix: Mix = "demo",
    *,
    seed: int = 1,
    count: int | None = None,
    start_ms: int = DEFAULT_START_MS,
    oversize_bytes: int = DEFAULT_OVERSIZE_BYTES,
) -> Iterator[Line]:
    """Yield `count` lines of a corpus (endlessly for None): the same mix, seed and start give the same lines.

    `start_ms` is the time of the first line in milliseconds since 1970; `oversize_bytes` the size of the demo's one
    record that is made to be too large. Safe to use from several threads, each with a generator of its own.
    """
    dice, clock = Dice(seed), Clock(start_ms)
    if mix == "demo":
        lines = _demo(dice, clock, People(seed, _DEMO_PEOPLE), oversize_bytes)
    elif mix == "mixed":
        lines = _mixed(dice, clock, People(seed, _MIXED_PEOPLE))
    else:
        lines = _clean(dice, clock)
    return islice(lines, count)


def _clean(dice: Dice, clock: Clock) -> Iterator[Line]:
    while True:
        clock.forward(dice.below(40))
        yield ordinary(dice, clock)


def _mixed(dice: Dice, clock: Clock, people: People) -> Iterator[Line]:
    while True:
        clock.forward(dice.below(40))
        yield mixed(dice, clock, people)


def _demo(dice: Dice, clock: Clock, people: People, oversize_bytes: int) -> Iterator[Line]:
    number = 0
    while True:
        for line in _scene_lines(dice, clock, people):
            number += 1
            yield line
            if number % _UNMASKABLE_EVERY == 0:
                yield UNMASKABLE_SHAPES[number // _UNMASKABLE_EVERY % len(UNMASKABLE_SHAPES)](
                    _scene(dice, clock, people)
                )
            if number == _OVERSIZE_AT:
                yield oversize(_scene(dice, clock, people), oversize_bytes)


def _scene(dice: Dice, clock: Clock, people: People) -> Scene:
    return Scene(dice, clock, people.someone(dice), dice.hex(32))


def _scene_lines(dice: Dice, clock: Clock, people: People) -> Iterator[Line]:
    clock.forward(dice.below(60))
    if dice.chance(_ORDINARY_SHARE):
        yield ordinary(dice, clock)
        return
    scene = _scene(dice, clock, people)
    if not dice.chance(_JOURNEY_SHARE):
        yield dice.pick(_SHAPES)(scene)
        return
    for shape in (dice.pick(EDGE_SHAPES), login, claims, order, captured, dice.pick(TEXT_SHAPES)):
        clock.forward(dice.between(3, 90))
        yield shape(scene)
