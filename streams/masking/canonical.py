"""One spelling for each value, so that one person is one token; it knows no key and decides nothing about findings.

This is a contract with golden vectors (`schemas/golden/canonical.json`): a change makes other tokens out of the same
values and therefore a new `CANONICAL_VERSION`, which goes into the derivation of the token keys. Every form is
idempotent, and a value that is not of its kind's form (`phone: n/a`) is folded as text: it never raises, never
becomes empty unless it is blank, and never a value of another shape.
"""

import ipaddress
import re
import unicodedata
from collections.abc import Callable
from functools import partial
from typing import Final

import phonenumbers

from streams.masking.numbering import plan_of

__all__ = ["CANONICAL_VERSION", "UNFOLDED", "canonical", "folded_letters", "form_of"]

#: Raised with every change of a form; part of the token keys' derivation.
CANONICAL_VERSION: Final = 1

#: Longer than a number with its extension in words; what is longer is folded as text (phonenumbers stops at 250).
_MAX_PHONE_CHARS: Final = 64
#: `@` and `.` written as words in brackets, which no address holds outside of quotes.
_SPELLED: Final = re.compile(r" ?[\[({<] ?(at|dot) ?[\])}>] ?", re.IGNORECASE)
#: What people put between the digits of a number, as characters that phonenumbers skips.
_PHONE_SEPARATORS: Final = str.maketrans("", "", " ().-/")
_MAC_HEX_DIGITS: Final = (12, 16)
_MAC_SEPARATORS: Final = str.maketrans("", "", ":.-")

_IPV4: Final = re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}", re.ASCII)
#: IPv6 as RFC 5952 writes it: no zeros but those behind the one `::`, which are two groups or more.
_IPV6_GROUPS: Final = r"[1-9a-f][0-9a-f]{0,3}(?::[1-9a-f][0-9a-f]{0,3}){0,4}+"
_IPV6: Final = re.compile(rf"(?=[^:]*+(?::[^:]*+){{2,6}}+\Z)(?!::ffff:)(?:{_IPV6_GROUPS})?::(?:{_IPV6_GROUPS})?")
_NOT_ALNUM: Final = re.compile(r"[^A-Za-z0-9]+")
_MAC: Final = re.compile(r"[0-9A-Fa-f]{2,4}(?:[:.-]?[0-9A-Fa-f]{2,4})+")
_CASELESS_WALLET: Final = re.compile(r"0x[0-9a-f]{40}|(?:bc|tb|ltc)1[0-9a-z]{6,90}", re.IGNORECASE | re.ASCII)


def canonical(kind: str, value: str, region: str | None = None) -> str:
    """The one spelling of a value of this kind.

    `region` is the policy's default region (`DE`, `US`), used for phone numbers written without a country code.
    Kinds without a form of their own (`user`, `customer`, `session`, `jwt`, `opaque`, `secret` ...) are exact.
    """
    form = form_of(kind, region)
    return form(value) if form else value


def form_of(kind: str, region: str | None = None) -> Callable[[str], str] | None:
    """What `canonical` does with the values of a kind, or None where they are exact."""
    return partial(_phone, region=region) if kind == "phone" else _FORMS.get(kind)


def _email(value: str) -> str:
    if "@" not in value:
        value = _SPELLED.sub(lambda sign: "@" if sign[1][0] in "aA" else ".", value)
    if value.isascii():
        return value.strip().lower()
    return _nfkc(_nfkc(value).lower()).strip()


def _text(value: str) -> str:
    """NFKC, case-folded, single spaces: how names and postal addresses are compared."""
    folded = value.casefold() if value.isascii() else _nfkc(_nfkc(_nfkc(value).casefold()).casefold())
    return " ".join(folded.split())


#: Letters that are compared as they are, whatever stands beside them: kana, ideographs, syllables of Hangul.
UNFOLDED: Final = ((0x3041, 0x3096), (0x30A1, 0x30FA), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3))
#: Scripts with letters of two bytes in UTF-8, from Latin-1 to Arabic.
_FOLDED: Final = range(0x80, 0x650)
_FOLDED_BYTES: Final = 2


def folded_letters() -> dict[int, bytes]:
    """Code points of letters and what they are compared as by themselves, in two bytes of UTF-8 as they are (`é`, `ß` as `ss`),
    where that does not depend on their neighbours.

    A letter that another one may be composed with is none of them.
    """
    found = {}
    for code in _FOLDED:
        char = chr(code)
        text = _text(char) if unicodedata.category(char) in ("Lu", "Ll", "Lo") else ""
        if len(text.encode()) == _FOLDED_BYTES and _text(text) == text:
            found[code] = text.encode()
    return found


def _identifier(value: str) -> str:
    """Bare digits and upper-case letters: separators, case and the script of digits are how it was written."""
    if value.isdecimal() and value.isascii():
        return value
    upper = value.upper() if value.isascii() else _nfkc(_nfkc(value).upper()).upper()
    bare = _NOT_ALNUM.sub("", upper) if upper.isascii() else _bare(upper)
    return bare or _text(value)


def _bare(text: str) -> str:
    return "".join(_ascii_digit(char) for char in text if char.isalnum())


def _phone(value: str, region: str | None) -> str:
    """E.164 where a country is known, bare digits where not. Extensions are dropped: they are no other person's."""
    text = _nfkc(value).strip()
    if len(text) > _MAX_PHONE_CHARS:
        return _text(value)
    explicit = "+" + text[2:] if text.startswith("00") else text
    possible = _possible_as_written(explicit) if explicit.startswith("+") else None
    if possible:
        return explicit.translate(_PHONE_SEPARATORS)
    if possible is None and (number := _parsed(explicit, None if explicit.startswith("+") else region)):
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    digits = "".join(_ascii_digit(char) for char in explicit if char.isdecimal())
    if not digits or digits == text:
        return digits or _text(value)
    # What is left may be a number by itself: `030:901820` is the `030901820` that is +4930901820; a country's code stays one.
    return "+" + digits if explicit.startswith("+") else _phone(digits, region)


def _possible_as_written(text: str) -> bool | None:
    """Whether a number with a `+` is possible, in phonenumbers' sense, with just the digits that are written.

    None where that is not all there is to it: a national prefix to be stripped (`+49 (0)30`), an extension, letters.
    """
    digits = text[1:].translate(_PHONE_SEPARATORS)
    if not (digits.isdecimal() and text.isascii() and text[-1].isdecimal()):
        return None
    plan = plan_of(digits)
    if plan is None:
        return False
    national = digits[len(plan.code) :]
    if plan.national_prefix is not None and plan.national_prefix.match(national):
        return None
    return len(national) in plan.main_lengths


def _parsed(text: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None


def _ip(value: str) -> str:
    """RFC 5952. An IPv4-mapped address is the IPv4 address (a dual-stack socket logs the same client either way), and
    the zone is dropped (it names the reader's interface, not the peer).
    """
    if _IPV4.fullmatch(value) or _IPV6.fullmatch(value):
        return value
    text = value.strip().removeprefix("[").removesuffix("]")
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return _text(value)
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def _mac(value: str) -> str:
    text = value.strip()
    digits = text.translate(_MAC_SEPARATORS).lower()
    if len(digits) not in _MAC_HEX_DIGITS or not _MAC.fullmatch(text):
        return _text(value)
    return ":".join(digits[i : i + 2] for i in range(0, len(digits), 2))


def _wallet(value: str) -> str:
    """Hex and bech32 addresses have no case (EIP-55's is a checksum, BIP 173's a choice); base58 has."""
    text = value.strip()
    return text.lower() if _CASELESS_WALLET.fullmatch(text) else text


def _jwt(value: str) -> str:
    return value.rstrip("=")


def _nfkc(value: str) -> str:
    return value if value.isascii() else unicodedata.normalize("NFKC", value)


def _ascii_digit(char: str) -> str:
    return char if char.isascii() else str(unicodedata.decimal(char, char))


_FORMS: Final[dict[str, Callable[[str], str]]] = {
    "account": _identifier,
    "address": _text,
    "card": _identifier,
    "device": _identifier,
    "email": _email,
    "iban": _identifier,
    "ip": _ip,
    "jwt": _jwt,
    "licence": _identifier,
    "location": _text,
    "mac": _mac,
    "name": _text,
    "national_id": _identifier,
    "passport": _identifier,
    "plate": _identifier,
    "username": _text,
    "wallet": _wallet,
}
