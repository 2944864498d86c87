"""Checks that a value passes only if it is what it looks like; pure functions over ASCII digits and letters."""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from typing import Final

from stdnum import iban

__all__ = [
    "CARD_RANGES", "IBAN_LENGTHS", "base58", "base58check", "base64_text", "bech32", "card_brand", "day_exists", "iban_structured", "iban_valid", "ipv4_octets",
    "luhn", "mod11_digit", "mod97", "short_year_day_exists", "ss58", "ssn_valid", "stdnum_valid", "strkey", "weighted",
]  # fmt: skip

#: A digit as it counts where it is doubled, for the Luhn algorithm (ISO/IEC 7812-1, annex B).
_DOUBLED: Final = bytes.maketrans(b"0123456789", bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))
_SINGLE: Final = bytes.maketrans(b"0123456789", bytes(range(10)))

#: Length of an IBAN by country (SWIFT, IBAN Registry, release 99; for the last lines the banks and central banks themselves).
IBAN_LENGTHS: Final[dict[str, int]] = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29, "BY": 28,
    "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18,
    "FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HN": 28, "HR": 21, "HU": 28,
    "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20,
    "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28,
    "NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24,
    "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26,
    "UA": 29, "VA": 22, "VG": 24, "XK": 20, "YE": 30,
    # Given out by the banks of a country that is not in the registry: Iran's (SHEBA), those of BCEAO and BEAC, and others.
    "AO": 25, "BF": 28, "BJ": 28, "CF": 27, "CG": 27, "CI": 28, "CM": 27, "CV": 25, "DZ": 26, "GA": 27, "GQ": 27, "GW": 25,
    "IR": 26, "KM": 27, "MA": 28, "MG": 27, "ML": 28, "MZ": 25, "NE": 28, "SN": 28, "TD": 27, "TG": 28,
}  # fmt: skip
#: What those have behind their check digits: a country and a number, or digits only.
_UNLISTED: Final = re.compile(
    r"(?:AO|CF|CG|CM|CV|DZ|GA|GQ|IR|KM|MA|MG|MZ|TD)[0-9]+\Z|(?:BF|BJ|CI|GW|ML|NE|SN|TG)[0-9]{2}[A-Z]{2}[0-9]+\Z"
    r"|(?:BF|BJ|CI|ML|NE|SN|TG)[0-9]{2}[A-Z][0-9]+\Z"
)

#: Issuer ranges (first digits, lowest and highest) with the lengths they are issued in (ISO/IEC 7812; the brands'
#: published BIN tables). Maestro only by its own prefixes: its nominal range would take every number that begins with 5 or 6.
CARD_RANGES: Final[tuple[tuple[str, int, int, int, frozenset[int]], ...]] = (
    ("visa", 1, 4, 4, frozenset({13, 16, 19})),
    ("mastercard", 2, 51, 55, frozenset({16})),
    ("mastercard", 4, 2221, 2720, frozenset({16})),
    ("amex", 2, 34, 34, frozenset({15})),
    ("amex", 2, 37, 37, frozenset({15})),
    ("diners", 3, 300, 305, frozenset({14, 16, 19})),
    ("diners", 4, 3095, 3095, frozenset({14, 16, 19})),
    ("diners", 2, 38, 39, frozenset({14, 16, 19})),
    ("diners", 2, 36, 36, frozenset({14, 16, 19})),
    ("jcb", 4, 3528, 3589, frozenset({16, 17, 18, 19})),
    ("jcb", 4, 2131, 2131, frozenset({15})),
    ("jcb", 4, 1800, 1800, frozenset({15})),
    ("discover", 4, 6011, 6011, frozenset({16, 17, 18, 19})),
    ("discover", 3, 644, 649, frozenset({16, 17, 18, 19})),
    ("discover", 2, 65, 65, frozenset({16, 17, 18, 19})),
    ("unionpay", 2, 62, 62, frozenset({16, 17, 18, 19})),
    ("unionpay", 2, 81, 81, frozenset({16, 17, 18, 19})),
    ("rupay", 2, 60, 60, frozenset({16})),
    ("rupay", 2, 82, 82, frozenset({16})),
    ("rupay", 3, 508, 508, frozenset({16})),
    ("elo", 4, 5067, 5067, frozenset({16})),
    ("elo", 3, 509, 509, frozenset({16})),
    ("verve", 4, 5061, 5061, frozenset({16, 18, 19})),
    ("mir", 4, 2200, 2204, frozenset({16, 17, 18, 19})),
    ("troy", 4, 9792, 9792, frozenset({16})),
    ("dankort", 4, 5019, 5019, frozenset({16})),
    ("maestro", 4, 5018, 5018, frozenset(range(12, 20))),
    ("maestro", 4, 5020, 5020, frozenset(range(12, 20))),
    ("maestro", 4, 5038, 5038, frozenset(range(12, 20))),
    ("maestro", 4, 5893, 5893, frozenset(range(12, 20))),
    ("maestro", 4, 6304, 6304, frozenset(range(12, 20))),
    ("maestro", 4, 6759, 6759, frozenset(range(12, 20))),
    ("maestro", 4, 6761, 6763, frozenset(range(12, 20))),
)


def luhn(digits: str) -> bool:
    """Whether the last of ASCII digits is the Luhn check digit of the others (ISO/IEC 7812-1)."""
    backwards = digits.encode()[::-1]
    return (sum(backwards[::2].translate(_SINGLE)) + sum(backwards[1::2].translate(_DOUBLED))) % 10 == 0


def card_brand(digits: str) -> str | None:
    """The brand whose issuer range and length the digits have, or None; the check digit is not looked at."""
    return _brand(digits[:_RANGE_DIGITS], len(digits))


#: As many first digits as an issuer range has at most.
_RANGE_DIGITS: Final = 4


@lru_cache(maxsize=16_384)
def _brand(first: str, length: int) -> str | None:
    for brand, size, low, high, lengths in CARD_RANGES:
        if length in lengths and low <= int(first[:size]) <= high:
            return brand
    return None


#: Letters in both cases as 10 to 35.
_AS_NUMBERS: Final = str.maketrans({chr(base + at): str(10 + at) for base in (65, 97) for at in range(26)})


def mod97(text: str) -> int:
    """The remainder by 97 of ASCII letters and digits, letters as 10 to 35 (ISO/IEC 7064, MOD 97-10)."""
    return int(text.translate(_AS_NUMBERS)) % 97


def iban_valid(text: str) -> bool:
    """Whether upper-case text without spaces is an IBAN: length of its country and check digits (ISO 13616)."""
    return IBAN_LENGTHS.get(text[:2]) == len(text) and mod97(text[4:] + text[:4]) == 1


def iban_structured(text: str) -> bool:
    """Whether an upper-case IBAN holds letters and digits where its country has them."""
    return bool(_UNLISTED.match(text)) or iban.is_valid(text, check_country=False)


def ssn_valid(digits: str) -> bool:
    """Whether nine digits can be a US social security number or an ITIN.

    Source: SSA, POMS RM 10201.035 (no area 000 or 666, no group 00, no serial 0000); IRS Publication 1915 (ITIN: area
    9xx, group 50-65, 70-88, 90-92, 94-99).
    """
    area, group, serial = int(digits[:3]), int(digits[3:5]), int(digits[5:])
    if not (area and group and serial) or area == 666:
        return False
    return area < 900 or 50 <= group <= 65 or 70 <= group <= 88 or 90 <= group <= 92 or group >= 94


def ipv4_octets(text: bytes) -> tuple[int, ...] | None:
    """The four octets of a dotted quad, or None where one is over 255 or has a leading zero."""
    octets = tuple(map(int, text.split(b".")))
    if len(octets) != 4 or max(octets) > 255:
        return None
    return octets if b"%d.%d.%d.%d" % octets == text else None


#: Bitcoin's base58 alphabet (Bitcoin Core, base58.cpp).
_BASE58: Final = {
    char: value for value, char in enumerate("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
}


def base58(text: str) -> bytes | None:
    """The bytes that base58 stands for, each leading `1` a zero, or None."""
    number = 0
    for char in text:
        if char not in _BASE58:
            return None
        number = number * 58 + _BASE58[char]
    return bytes(len(text) - len(text.lstrip("1"))) + number.to_bytes((number.bit_length() + 7) // 8)


def base58check(text: str, size: int = 25) -> bool:
    """Whether the text is base58 of so many bytes, of which the last four are a double SHA-256 checksum (Bitcoin)."""
    raw = base58(text)
    if raw is None or len(raw) != size:
        return False
    return raw[-4:] == hashlib.sha256(hashlib.sha256(raw[:-4]).digest()).digest()[:4]


#: Bytes before the checksum of an SS58 address of 32 bytes, by its length: a network's number takes one or two.
_SS58_NETWORK: Final = {35: 1, 36: 2}


def ss58(text: str) -> bool:
    """Whether the text is an SS58 address of an account's public key (Polkadot, Kusama, Substrate)."""
    raw = base58(text)
    if raw is None or len(raw) not in _SS58_NETWORK:
        return False
    return raw[-2:] == hashlib.blake2b(b"SS58PRE" + raw[:-2]).digest()[:2]


def strkey(text: str) -> bool:
    """Whether the text is a key of Stellar's in base32, of which the last two bytes are a CRC-16 (SEP 23)."""
    try:
        raw = base64.b32decode(text)
    except binascii.Error:
        return False
    return int.from_bytes(raw[-2:], "little") == binascii.crc_hqx(raw[:-2], 0)


_BECH32: Final = {char: value for value, char in enumerate("qpzry9x8gf2tvdw0s3jn54khce6mua7l")}


def bech32(text: str) -> bool:
    """Whether the text has a valid bech32 (BIP 173) or bech32m (BIP 350) checksum."""
    human, _, data = text.lower().rpartition("1")
    if not human or any(char not in _BECH32 for char in data):
        return False
    values = (
        [ord(char) >> 5 for char in human] + [0] + [ord(char) & 31 for char in human] + [_BECH32[char] for char in data]
    )
    check = 1
    for value in values:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> bit & 1 else 0
    return check in (1, 0x2BC830A3)


def base64_text(text: bytes) -> bytes | None:
    """The bytes that standard or URL-safe base64 stands for, padding optional, or None."""
    body = text.rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
    if len(body) % 4 == 1:
        return None
    try:
        return base64.b64decode(body + b"=" * (-len(body) % 4), validate=True)
    except binascii.Error:
        return None


_DAYS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FEBRUARY: Final = 2


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def day_exists(year: int, month: int, day: int) -> bool:
    """Whether the Gregorian calendar has this day, between the years 1800 and 2199."""
    if not (_FIRST_YEAR <= year <= _LAST_YEAR and 1 <= month <= len(_DAYS)):
        return False
    return 1 <= day <= _DAYS[month - 1] + (month == _FEBRUARY and _leap(year))


#: Years in which somebody who is in today's registers was or will be born.
_FIRST_YEAR: Final = 1800
_LAST_YEAR: Final = 2199


def short_year_day_exists(year: str, month: str, day: str) -> bool:
    """Whether a day exists in the year of that ending in some century (29 February 00 existed in 2000)."""
    return day_exists(2000 + int(year), int(month), int(day))


def weighted(digits: str, weights: tuple[int, ...]) -> int:
    """The sum of the digits times their weights; both have the same length."""
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


def mod11_digit(total: int) -> int:
    """The digit that makes a weighted sum divisible by 11; 10 where there is none."""
    return -total % 11


@lru_cache(maxsize=128)
def _stdnum(module: str) -> Callable[[str], bool]:
    """The check of a python-stdnum module, loaded when its first number comes."""
    check: Callable[[str], bool] = import_module(f"stdnum.{module}").is_valid
    return check


def stdnum_valid(module: str, number: str) -> bool:
    """Whether python-stdnum takes the number; `module` is named below `stdnum` (`pl.pesel`)."""
    try:
        return bool(_stdnum(module)(number))
    except (ValueError, IndexError, KeyError):  # Some modules raise other than ValidationError on odd characters.
        return False
