"""The invented people of a corpus: person i is a function of the seed and i alone."""

from typing import Final, NamedTuple

from streams.corpus.credentials import card_number, iban, jwt
from streams.corpus.dice import Dice
from streams.corpus.locales import LOCALES, Locale

__all__ = ["People", "Person"]

_ALNUM: Final = "abcdefghijkmnpqrstuvwxyz23456789"
_DOMAINS: Final = ("example.com", "example.org", "example.net", "mail.example", "post.example")
#: RFC 5737 and RFC 3849: addresses for documentation.
_NETWORKS: Final = ("192.0.2", "198.51.100", "203.0.113")
#: An odd number that keeps the seeds of neighbouring people far apart (2**64 divided by the golden ratio).
_STRIDE: Final = 0x9E3779B97F4A7C15


class Person(NamedTuple):
    """One person with the same values in every service."""

    number: int
    language: str
    country: str
    name: str
    email: str
    username: str
    user_id: str
    customer_id: str
    #: E.164, and as people write it with the country's prefix.
    phone: str
    phone_spaced: str
    street: str
    city: str
    postcode: str
    birth_date: str
    card: str
    #: None where the country has no IBAN.
    iban: str | None
    #: None outside the US.
    ssn: str | None
    ip: str
    ip6: str
    mac: str
    session: str
    password: str
    jwt: str
    #: The middle part of the JWT, which must not survive either.
    jwt_payload: str
    sentence: str


class People:
    """A town of `size` people, made when first met."""

    __slots__ = ("_known", "_seed", "size")

    def __init__(self, seed: int, size: int) -> None:
        self._seed = seed
        self._known: dict[int, Person] = {}
        self.size = size

    def __getitem__(self, number: int) -> Person:
        person = self._known.get(number)
        if person is None:
            person = self._known[number] = _person(Dice(self._seed * _STRIDE + number), number)
        return person

    def someone(self, dice: Dice) -> Person:
        """Return a person; low numbers are seen far more often than high ones."""
        return self[dice.skewed(self.size)]


def _phones(dice: Dice, place: Locale) -> tuple[str, str]:
    prefix, begins, free, groups = place.phone
    digits = begins + dice.digits(free)
    parts, at = [prefix], 0
    for group in groups:
        parts.append(digits[at : at + group])
        at += group
    return prefix + digits, " ".join(parts)


def _user_id(dice: Dice, number: int) -> str:
    shape = dice.below(3)
    if shape == 0:
        return f"{48_210_000 + number * 7}"
    return f"usr_{dice.letters(10, _ALNUM)}" if shape == 1 else dice.uuid()


def _person(dice: Dice, number: int) -> Person:
    place = LOCALES[number % len(LOCALES)]
    first, first_ascii = dice.pick(place.firsts)
    last, last_ascii = dice.pick(place.lasts)
    city, code = dice.pick(place.cities)
    phone, spaced = _phones(dice, place)
    email = f"{first_ascii}.{last_ascii}{number}@{dice.pick(_DOMAINS)}"
    user_id = _user_id(dice, number)
    token = _access_token(dice, user_id, email)
    return Person(
        number=number,
        language=place.language,
        country=place.country,
        name=f"{last} {first}" if place.family_first else f"{first} {last}",
        email=email,
        username=f"{first_ascii}{last_ascii[:1]}{number}",
        user_id=user_id,
        customer_id=f"C-{dice.digits(8)}",
        phone=phone,
        phone_spaced=spaced,
        street=f"{dice.pick(place.streets)} {dice.between(11, 199)}",
        city=city,
        postcode=f"{code}{dice.between(10, 99)}",
        birth_date=f"{dice.between(1948, 2004)}-{dice.between(1, 12):02d}-{dice.between(1, 28):02d}",
        card=card_number(dice),
        iban=iban(place.country, dice.digits(place.iban_digits)) if place.iban_digits else None,
        ssn=f"{dice.between(110, 660)}-{dice.between(11, 99)}-{dice.digits(4)}" if place.country == "US" else None,
        ip=f"{dice.pick(_NETWORKS)}.{dice.between(10, 254)}",
        ip6=f"2001:db8:{dice.between(4096, 65535):x}:{dice.between(16, 255):x}::{dice.between(4096, 65535):x}",
        mac=":".join(["02", *(f"{octet:02x}" for octet in dice.octets(5))]),
        session=dice.hex(32),
        password=f"{dice.letters(6, _ALNUM)}-{dice.letters(5, _ALNUM)}!{dice.below(90) + 10}",
        jwt=token,
        jwt_payload=token.split(".")[1],
        sentence=place.sentence.format(phone=spaced, email=email),
    )


def _access_token(dice: Dice, user_id: str, email: str) -> str:
    issued = 1_714_550_000 + dice.below(7_000)
    who = f',"email":"{email}"' if dice.chance(0.5) else ""
    scope = dice.pick(("openid orders:read", "openid profile", "cart:write"))
    times = f'"iat":{issued},"exp":{issued + 900}'
    return jwt(dice, f'{{"iss":"id.shop","sub":"{user_id}"{who},{times},"scope":"{scope}"}}')
