"""Credentials that look real and open nothing; put together at run time, so that no secret scanner finds one in here."""

import base64
import hashlib
from typing import Final

from streams.corpus.dice import Dice

__all__ = ["API_KEY_SHAPES", "api_key", "basic", "card_number", "iban", "jwt", "private_key"]

_ALNUM: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_UPPER: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

#: What the best known API keys look like: (prefix in two halves, alphabet, length after the prefix).
API_KEY_SHAPES: Final[tuple[tuple[str, str, str, int], ...]] = (
    ("AK", "IA", _UPPER, 16),
    ("gh", "p_", _ALNUM, 36),
    ("sk_", "live_", _ALNUM, 24),
    ("AI", "za", _ALNUM, 35),
    ("glp", "at-", _ALNUM, 20),
)

#: Beginnings of the card numbers that payment providers publish for tests, and whole lengths.
_CARD_RANGES: Final = (("411111", 16), ("424242", 16), ("555555", 16), ("510510", 16), ("378282", 15), ("601111", 16))


def _b64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def jwt(dice: Dice, payload: str) -> str:
    """Return a validly formed JWT around a JSON payload; its signature is noise."""
    header = (
        f'{{"alg":"RS256","typ":"JWT","kid":"{dice.hex(8)}"}}' if dice.chance(0.3) else '{"alg":"HS256","typ":"JWT"}'
    )
    return f"{_b64url(header.encode())}.{_b64url(payload.encode())}.{_b64url(dice.octets(32))}"


def api_key(dice: Dice) -> str:
    first, second, alphabet, length = dice.pick(API_KEY_SHAPES)
    return first + second + dice.letters(length, alphabet)


def basic(username: str, password: str) -> str:
    """Return the credentials of HTTP basic authentication, without the word Basic."""
    return base64.b64encode(f"{username}:{password}".encode()).decode()


def private_key(dice: Dice) -> tuple[str, str]:
    """Return a private key in PEM with escaped line ends, and the part of it that must not survive."""
    body = base64.b64encode(hashlib.shake_256(dice.octets(16)).digest(48)).decode()
    dashes = "-" * 5
    return f"{dashes}BEGIN PRIVATE {'KEY'}{dashes}\\n{body}\\n{dashes}END PRIVATE {'KEY'}{dashes}", body


def _luhn_digit(digits: str) -> int:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled  # noqa: PLR2004  A digit of the product.
    return -total % 10


def card_number(dice: Dice) -> str:
    """Return a card number with a right check digit, from the ranges of published test cards."""
    prefix, length = dice.pick(_CARD_RANGES)
    body = prefix + dice.letters(length - len(prefix) - 1, "0123456789")
    return f"{body}{_luhn_digit(body)}"


def iban(country: str, account: str) -> str:
    """Return an IBAN with right check digits around an account of digits."""
    as_number = int(account + "".join(str(ord(letter) - 55) for letter in country) + "00")
    return f"{country}{98 - as_number % 97:02d}{account}"
