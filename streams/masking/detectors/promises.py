"""What a value has to look like to be what its field's name promises, for names that other things have too."""

import re
from collections.abc import Callable
from typing import Final

from streams.masking.detectors.beside import is_account_of_machine, is_account_of_system, names_nobody
from streams.masking.detectors.persons import is_log_in

__all__ = [
    "HALVES",
    "OPENED",
    "PROMISES",
    "beside_a_person",
    "is_half",
    "is_method",
    "is_typed_person",
    "near_a_person",
]

_CAPITALISED: Final = re.compile(rb"(?:[A-Z]|[\xc3-\xf4][\x80-\xbf]{1,3})[A-Za-z\x80-\xf4.'\-]*\Z")
_LETTER: Final = re.compile(rb"[A-Za-z\x80-\xfe]")
_WORDS: Final = re.compile(rb"[^\s:;=<>{}\[\]/]{1,40}(?: [^\s:;=<>{}\[\]/]{1,40}){0,4}\Z")
#: `ann.lee`, `ann_lee`, `CORP\\ann`: what only a log-in name looks like.
_PERSONAL: Final = re.compile(
    rb"(?:[A-Za-z][A-Za-z0-9\-]{0,20}\\{1,4})?[a-z]{1,24}[._][a-z]{2,24}[0-9]{0,4}\Z", re.IGNORECASE
)
#: Suffixes of files and domains, and words of programs behind a dot or an underscore.
_NO_PERSON: Final = re.compile(
    rb".*[._](?:com|net|org|io|py|js|ts|go|java|rb|exe|sh|html?|php|png|jpe?g|gif|svg|css|pdf|aspx?|jsp|json|xml|yaml|yml|log|txt|csv|service|svc|app|api|bot|job|system|server|client|worker|admin|user|id|name|key|prod|dev|test)\Z",
    re.IGNORECASE,
)


def _words(value: bytes) -> bool:
    """Letters, and no path (GitHub's `full_name` is `owner/repository`)."""
    return _LETTER.search(value) is not None and not _PATH.match(value)


_PATH: Final = re.compile(rb"[^\s/\\]*[/\\]\S*\Z|[A-Za-z]:\\")


#: Chinese, Japanese or Korean characters, of which two to five are a name without a space in it, and what firms and their
#: parts end in or hold.
_IDEOGRAPHS: Final = rb"(?:[\xe3-\xed][\x80-\xbf]{2})"
_UNSPACED_NAME: Final = re.compile(_IDEOGRAPHS + rb"{2,5}\Z")
_FIRM: Final = re.compile(
    "公司|会社|會社|集团|集團|银行|銀行|大学|大學|회사|은행|部|课|課|科|组|組|系统|管理|用户|客户|ユーザ|システム|사용자|시스템".encode()
)


def _full_name(value: bytes) -> bool:
    """Two to four capitalised words of which none is a firm's or a program's, a log-in name, or a name in ideographs."""
    if _UNSPACED_NAME.match(value):
        return not _FIRM.search(value)
    words = [word.rstrip(b"\\") for word in value.replace(b",", b"").split()]
    if len(words) == 1:
        return is_log_in(value) or (_PERSONAL.match(value) is not None and not _NO_PERSON.match(value))
    particles = [word for word in words if not _CAPITALISED.match(word)]
    return (
        len(words) <= 5
        and len(words) - len(particles) > 1
        and all(len(word) < 4 and word.isalpha() for word in particles)
        and not any(map(names_nobody, words))
    )


#: The one account of a system that people log in with, and give as theirs where they are asked for one.
_ROOT: Final = b"root"


def _login(value: bytes) -> bool:
    """A log-in name: letters or four digits, at most five words."""
    if is_account_of_machine(value) and value.lower() != _ROOT:
        return False
    letters = _LETTER.search(value) is not None or (value.isdigit() and len(value) > 3)
    value = value.rstrip(b"=")  # In base64, as the manifest of a Kubernetes Secret has it.
    # Ruby prints an object as `#<User:0x00007f...>`.
    return letters and not value.startswith((b"arn:", b"0x")) and _WORDS.match(value) is not None


def _whole_name(value: bytes) -> bool:
    """Several words of a name, or one without spaces in ideographs: in fields that programs and machines stand in as well."""
    return not _PERSONAL.match(value) and _full_name(value)


#: Words for many.
_NOT_ONE: Final = frozenset(b"all any everyone everybody public shared".split())


def _account(value: bytes) -> bool:
    """A log-in name of a person, in a field that programs' accounts stand in as well."""
    return _login(value) and not is_account_of_system(value) and value.lower() not in _NOT_ONE


#: Nobody has been older than 122 years.
_AGE: Final = re.compile(
    rb"(?:[0-9]{1,2}|1[01][0-9]|12[0-2])(?:\.[0-9])?(?: ?(?:y|yo|yrs?|years?|jahre|ans)\b.{0,8})?\Z", re.IGNORECASE
)
_PIN: Final = re.compile(rb"[0-9]{4,12}\Z")
_VIN: Final = re.compile(rb"(?=.*[0-9])(?=.*[A-Za-z])[A-HJ-NPR-Za-hj-npr-z0-9]{17}\Z")
#: What manufacturers print; certificates' numbers are longer, hexadecimal or written with colons.
_SERIAL: Final = re.compile(rb"(?=.*[0-9])(?=.*[G-Zg-z])[A-Za-z0-9][A-Za-z0-9\-]{4,23}\Z")
_POSTAL: Final = re.compile(
    rb"(?![,;:)+])(?=.*[A-Za-z\x80-\xfe])(?=.*[ ,]|" + _IDEOGRAPHS + rb"{3}.*[0-9])(?!.*://)(?!\S*:[0-9]+\Z)"
)
#: Letters and digits in groups, a digit among them.
_PLATE: Final = re.compile(rb"(?=.*[0-9])(?:[A-Za-z0-9\x80-\xf4]{1,16}[ .\-]{0,3}){1,5}\Z")
_PAIR: Final = re.compile(
    rb"[\[(]?-?[0-9]{1,3}\.[0-9]{1,15}(?: ?[NSns])?[ ]{0,2}[,;/ |][ ]{0,2}-?[0-9]{1,3}\.[0-9]{1,15}(?: ?[EWew])?[\])]?\Z"
)

_DEGREES: Final = re.compile(rb"-?[0-9]{1,3}\.[0-9]+(?:[eE][+\-]?[0-9]+)?\Z")


def _coordinate(value: bytes) -> bool:
    """Degrees with a fraction, or a pair of them."""
    return _DEGREES.match(value) is not None or _PAIR.match(value) is not None


#: A UUID (RFC 9562) or a number is no address of mail, wherever it stands.
_OPAQUE: Final = re.compile(rb"(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9]{1,6})\Z", re.IGNORECASE)
_ADDRESS_AMONG: Final = re.compile(rb"\S@\S|\btok_email_")


def _email(value: bytes) -> bool:
    """One address, however it is written; of an address among words only the address goes, by its own form."""
    if b"@" not in value and (_OPAQUE.match(value) or value.startswith(b"system:")):
        return False  # An identifier, or who a component of Kubernetes logs in as ("Authenticating", system:serviceaccount).
    return value.count(b" ") < 4 and not (b" " in value and _ADDRESS_AMONG.search(value))


_BIC: Final = re.compile(rb"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?\Z", re.IGNORECASE)
#: Addresses of all currencies, with or without a prefix (`bitcoincash:`); digits among the letters.
_WALLET: Final = re.compile(rb"(?=.*[0-9])(?:[a-z]{3,12}:)?[A-Za-z0-9]{24,112}\Z")
_TRACK: Final = re.compile(rb"[%;]?B?[0-9]{12,19}[\^=D].{4,80}\Z", re.IGNORECASE)

#: What a value has to be, by need.
PROMISES: Final[dict[str, Callable[[bytes], bool]]] = {
    "words": _words,
    "full_name": _full_name,
    "whole_name": _whole_name,
    "login": _login,
    "person_login": _account,
    "age": lambda value: _AGE.match(value) is not None,
    "pin": lambda value: _PIN.match(value) is not None,
    "plate": lambda value: len(value) <= 16 and _PLATE.match(value) is not None,
    "vin": lambda value: _VIN.match(value) is not None,
    "serial": lambda value: _SERIAL.match(value) is not None,
    "postal": lambda value: _POSTAL.match(value) is not None,
    "email": _email,
    "bic": lambda value: _BIC.match(value) is not None,
    "wallet": lambda value: _WALLET.match(value) is not None,
    "track": lambda value: _TRACK.match(value) is not None,
    "pair": lambda value: _PAIR.match(value) is not None,
    "number": _coordinate,
    "place": lambda value: _LETTER.search(value) is not None,
}


#: Fields of a person beside a bare `name` make it that person's, if it looks like one.
_BESIDE_A_NAME: Final = re.compile(
    rb"(?:(?<![a-z])|(?<=\\[nrtbf]))(?:e-?mail|phone|mobile|telefon|birth|dob|ssn|first_?name|last_?name|user_?name|passport|gender|street|zip_?code|postal_?code|iban|card_?number)"
    rb"(?!_?(?:enabled|required|subject|template|allowed|verified|optional|sent|count|type|format|limit|max|min|length|field|column|index|regex|pattern|view))[a-z_]{0,12}\\{0,7}[\"']?\]?\s{0,2}[:=]",
    re.IGNORECASE,
)
_BESIDE_MAX: Final = 256
#: What an object says that it is, which holds for its own fields alone.
_TYPE: Final = re.compile(
    rb"\"type\\{0,7}\"\s?:\s?\\{0,7}\"(?:user|person|contact|customer|patient|employee)\\{0,7}\"", re.IGNORECASE
)
_BRACES: Final = re.compile(rb"[{}\[\]]")


#: What stands between a sign and a name: what is left of an arrow, and what wraps a value that may be missing, or bytes.
OPENED: Final = rb">?[ \t]{0,4}(?:(?:Some|Optional|Just|Option)\(|<<)?\\{0,31}[\"']?"

#: What may be two words of a name; looked at first because it is cheap.
_TWO_WORDS: Final = re.compile(
    OPENED + rb"(?:[A-Z]|[\xc3-\xf4][\x80-\xbf])[^\s\"'\\<>:=/]{0,30},? [A-Za-z\xc3-\xf4]"
    rb"|" + OPENED + _IDEOGRAPHS + rb"{2,5}(?:[\"'\\,;)}\]<]|\Z)"
)


#: A name and right behind it an age, in what a program prints (Elixir, `%{name: "Ann Lee", age: 34}`).
_AGED: Final = re.compile(
    OPENED
    + rb"[^\"'\\\xff]{3,60}\\{0,31}[\"'], ?:?\\{0,31}[\"']?age\\{0,31}[\"']? ?(?:[:=]|=>) ?\\{0,31}[\"']?[0-9]{1,3}(?![0-9.])"
)


def near_a_person(data: bytes, at: int) -> bool:
    """Whether a field that only a person has stands near a position."""
    return _BESIDE_A_NAME.search(data, max(0, at - _BESIDE_MAX), at + _BESIDE_MAX) is not None


def beside_a_person(data: bytes, at: int, end: int) -> bool:
    """Whether fields that only a person has stand near a position, where what begins at `end` may be a name."""
    if not _TWO_WORDS.match(data, end):
        return False
    if near_a_person(data, at) or _AGED.match(data, end):
        return True
    return is_typed_person(data, at)


def is_typed_person(data: bytes, at: int) -> bool:
    """Whether the object around a position says that its type is a person."""
    low = max(0, at - _BESIDE_MAX)
    low = max(data.rfind(sign, low, at) for sign in (b"{", b"}", b"[", b"]"))
    behind = _BRACES.search(data, at, at + _BESIDE_MAX)
    return low >= 0 and _TYPE.search(data, low, behind.start() if behind else at + _BESIDE_MAX) is not None


#: Words for a name of anything that are a person's beside their other half: French `nom` and `prenom`, Italian `nome` and
#: `cognome`, Spanish `nombre` and `apellidos`.
HALVES: Final = frozenset(b"nom nome nombre nume ime onoma imya".split())
_OTHER_HALF: Final = re.compile(
    rb"(?<![a-z])(?:pr(?:e|\xc3\xa9)nom|cognome|sobrenome|apellidos?|(?:primer_?)?apellido(?:_?[a-z0-9]{1,12})?|prenume|prezime|eponymo|familia)\\{0,7}[\"']?\s{0,2}[:=]",
    re.IGNORECASE,
)
_HALF_MAX: Final = 160


def is_half(data: bytes, name: bytes, start: int) -> bool:
    """Whether a word for any name stands beside a word for the other half of a person's."""
    if name.lower() not in HALVES:
        return False
    return _OTHER_HALF.search(data, max(0, start - _HALF_MAX), start + _HALF_MAX) is not None


#: Ways to authenticate, which no credential is called.
_METHOD: Final = re.compile(
    rb"(?:simple|kerberos|ldap|saml2?|oauth2?|oidc|token|basic|bearer|digest|ntlm|negotiate|certificate|proxy|plain|password|jwt|mtls|sspi|gssapi|sasl|external|publickey)\Z",
    re.IGNORECASE,
)


def is_method(value: bytes) -> bool:
    """Whether a value in the place of a credential names a way to authenticate."""
    return _METHOD.match(value.strip(b" ()")) is not None
