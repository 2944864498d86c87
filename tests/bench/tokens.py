"""What a value costs that nobody has seen before: its token, a JWT's surrogate, a number's judge; CPU time."""

import secrets
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, TypeVar

from streams.corpus.people import People, Person
from streams.masking.detectors.contact import judge_international, judge_nanp, judge_national
from streams.masking.detectors.jose import judge_jwt
from streams.masking.detectors.money import judge_card
from streams.masking.engine import Engine
from streams.masking.found import Found, Judge
from streams.masking.keyring import Keyring
from streams.masking.policy import Policy
from streams.masking.surrogate import Surrogates
from streams.masking.tokens import Tokens
from tests.bench.figures import Figure, median_of

__all__ = ["token_figures"]

_T = TypeVar("_T")

_PEOPLE: Final = 2_000
_FIRST_SEED: Final = 100

#: Kind of the token, value of a person, first bar and goal in microseconds.
_VALUES: Final[tuple[tuple[str, Callable[[Person], str], float, float], ...]] = (
    ("email", lambda p: p.email, 5.0, 2.5),
    ("user", lambda p: p.user_id, 5.0, 2.5),
    ("ip", lambda p: p.ip6, 5.0, 2.5),
    ("name", lambda p: p.name, 5.0, 2.5),
    ("phone", lambda p: p.phone, 12.0, 6.0),
    ("card", lambda p: p.card, 5.0, 2.5),
)

#: What is judged, the judge, a text that holds nothing else, where in it the anchor ends, and the goal in microseconds.
_JUDGED: Final[tuple[tuple[str, Judge, Callable[[Person], bytes], int, float], ...]] = (
    ("phone, international", judge_international, lambda p: p.phone_spaced.encode(), 13, 2.0),
    ("phone, national", judge_national, lambda p: f"tel 0{p.customer_id[2:]} ".encode(), 5, 2.0),
    ("phone, North American", judge_nanp, lambda p: f"415-555-{p.customer_id[-4:]} ".encode(), 12, 2.0),
    ("card", judge_card, lambda p: p.card.encode(), 12, 4.0),
)


def token_figures(repeats: int) -> list[Figure]:
    """Measure tokens, JWTs and judges; each repeat has people and a key of its own."""
    towns = [_town(seed) for seed in range(_FIRST_SEED, _FIRST_SEED + repeats)]
    figures = []
    for kind, value, bar, goal in _VALUES:
        samples = [_token_us(kind, [value(person) for person in town]) for town in towns]
        figures.append(median_of(f"token of a new value, {kind}", "µs", samples, bar=bar, goal=goal))
    engine = Engine(Policy(), _tokens())
    jwts = [_jwt_us(engine, [person.jwt.encode() for person in town]) for town in towns]
    figures.append(median_of("judge and surrogate of a new JWT", "µs", jwts, bar=60, goal=30))
    for name, judge, text, end, goal in _JUDGED:
        samples = [_us(partial(_judge, judge, end), [text(person) for person in town]) for town in towns]
        figures.append(median_of(f"judge of a {name}", "µs", samples, bar=2 * goal, goal=goal))
    return figures


def _town(seed: int) -> list[Person]:
    people = People(seed, _PEOPLE)
    return [people[number] for number in range(_PEOPLE)]


def _tokens() -> Tokens:
    return Tokens(Keyring.ephemeral(secrets.token_bytes(32)))


def _token_us(kind: str, values: Sequence[str]) -> float:
    return _us(partial(_tokens().token, kind), list(dict.fromkeys(values)))


def _jwt_us(engine: Engine, jwts: Sequence[bytes]) -> float:
    surrogates = Surrogates(_tokens(), engine.mask_text)

    def mask(text: bytes) -> None:
        found = judge_jwt(text, 13)
        if isinstance(found, Found):
            surrogates.of(text[found.start : found.end])

    return _us(mask, list(dict.fromkeys(jwts)))


def _judge(judge: Judge, end: int, text: bytes) -> None:
    judge(text, end)


def _us(work: Callable[[_T], object], values: Sequence[_T]) -> float:
    start = time.process_time()
    for value in values:
        work(value)
    return (time.process_time() - start) / len(values) * 1e6
