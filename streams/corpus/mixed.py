"""The corpus of the bench: JSON records of about 450 bytes, 40 % clean, 60 % with 1 to 5 findings, a quarter with JWTs."""

from collections.abc import Callable
from typing import Final
from urllib.parse import quote

from streams.corpus.dice import Clock, Dice
from streams.corpus.line import Line
from streams.corpus.ordinary import envelope, ordinary
from streams.corpus.people import People, Person

__all__ = ["mixed"]

#: A field with one finding, and the substring that is found.
Field = Callable[[Person], tuple[str, str]]

_FIELDS: Final[tuple[Field, ...]] = (
    lambda p: (f'"user_id":"{p.user_id}"', p.user_id),
    lambda p: (f'"email":"{p.email}"', p.email),
    lambda p: (f'"client_ip":"{p.ip}"', p.ip),
    lambda p: (f'"customer":{{"full_name":"{p.name}"}}', p.name),
    lambda p: (f'"message":"confirmation sent to {p.email} after 2 attempts"', p.email),
    lambda p: (f'"contact_phone":"{p.phone_spaced}"', p.phone_spaced),
    lambda p: (f'"url":"/v1/lookup?email={(e := quote(p.email, safe=""))}&page=2"', e),
    lambda p: (f'"card_number":"{p.card}"', p.card),
    lambda p: (f'"cookie":"session={p.session}"', p.session),
    lambda p: (f'"customer_id":"{p.customer_id}"', p.customer_id),
    lambda p: (f'"detail":"Key (phone)=({p.phone}) already exists."', p.phone),
    lambda p: (f'"password":"{p.password}"', p.password),
)

_FILLERS: Final[tuple[Callable[[Dice, Clock], str], ...]] = (
    lambda d, _: f',"duration_ms":{d.between(1, 900)}.{d.digits(2)},"status":200',
    lambda d, _: f',"order_id":"ord_{d.hex(12)}","total":{d.between(1, 999)}.90',
    lambda d, c: f',"epoch_ms":{c.ms},"shard":{d.below(64)}',
)

#: How many of the records without findings, with findings, and of the latter with a JWT as one of them (a quarter of all).
_CLEAN_SHARE: Final = 0.4
_JWT_SHARE: Final = 0.25 / (1 - _CLEAN_SHARE)


def mixed(dice: Dice, clock: Clock, people: People) -> Line:
    if dice.chance(_CLEAN_SHARE):
        return ordinary(dice, clock)
    person, count = people.someone(dice), dice.between(1, 5)
    parts: list[str] = []
    personal: list[str] = []
    if dice.chance(_JWT_SHARE):
        parts.append(f'"authorization":"Bearer {person.jwt}"')
        personal += (person.jwt, person.jwt_payload)
        count -= 1
    first = dice.below(len(_FIELDS))
    for step in range(count):
        field, found = _FIELDS[(first + 5 * step) % len(_FIELDS)](person)
        parts.append(field)
        personal.append(found)
    head, filler = envelope(dice, clock), dice.pick(_FILLERS)(dice, clock)
    text = f"{head},{','.join(parts)}{filler}}}"
    return Line("orders", text.encode(), tuple(personal), (head[head.index('"trace_id"') :],), person.number)
