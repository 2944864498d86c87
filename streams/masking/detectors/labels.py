"""Labels of several words, as forms, mails and tickets write the names of fields: `First Name: Ann`, `Employee ID = E-4711`."""

import re
from functools import lru_cache
from typing import Final

from streams.masking.context import Key
from streams.masking.detectors.beside import GENERAL, names_nobody
from streams.masking.fields import Field, field_of, of_things

__all__ = ["label_before"]

_WORDS: Final = re.compile(rb"(?:[A-Za-z\x80-\xf4][A-Za-z'\x80-\xf4]{0,23} ){1,3}\Z")
_WORDS_MAX: Final = 60
#: What a label names that is worth a value beside prose; credentials are told by their own detectors.
_KINDS: Final = frozenset(
    "name username user customer address location phone email vitals passport national_id licence account card".split()
)
#: Words for a password that are several by themselves; what stands behind one has a digit.
_PASSWORDS: Final = frozenset(("mot_de_passe", "palavra_passe", "kata_sandi", "mật_khẩu", "mat_khau"))
_SPACE: Final = re.compile(rb"[ \t]{0,16}\\{0,7}[\"']?")
#: Numbers and dates have digits, which prose behind a word has not: `user id: not found`.
_WITH_DIGIT: Final = re.compile(rb"[^\s,;]{0,24}?[0-9]")
#: An identifier has two signs at least: `#<User id: 3>` and `<user id="3">` are as often the third of an example.
_IDENTIFIER: Final = re.compile(rb"(?=[^\s,;\"'\\)\]}>]{2})[^\s,;]{0,24}?[0-9]")
_NAME: Final = re.compile(rb"((?:[A-Z]|[\xc3-\xf4][\x80-\xbf])[^\s,;|]{0,40})")
_LOGIN: Final = re.compile(rb"([A-Za-z0-9_][A-Za-z0-9_.\-\\@]{1,62})(?=[\s,;|\"'\\)]|\Z)")


def label_before(data: bytes, key: Key, end: int) -> Field | None:
    """The field that a bare word and those before it name, where what stands behind the sign looks like its value."""
    if key.quote or data[key.start - 1 : key.start] != b" ":
        return None
    words = _WORDS.search(data, max(0, key.start - _WORDS_MAX), key.start)
    field = _named(words[0], key.name) if words else None
    space = _SPACE.match(data, end) if field else None
    return field if field and space and _looks_like(field, data, space.end()) else None


@lru_cache(maxsize=4096)
def _named(before: bytes, last: bytes) -> Field | None:
    """What the shortest label says that ends with a word."""
    words = [*before.split(), last]
    for first in range(len(words) - 2, -1, -1):
        name = b"_".join(words[first:])
        if (field := field_of(name.decode("utf-8", "replace"))) and not of_things(name):
            return field if field.kind in _KINDS or name.decode("utf-8", "replace").lower() in _PASSWORDS else None
    return None


def _looks_like(field: Field, data: bytes, at: int) -> bool:
    if field.kind == "name":
        name = _NAME.match(data, at)
        return name is not None and not names_nobody(name[1]) and name[1].lower() not in GENERAL
    if field.kind == "username":
        login = _LOGIN.match(data, at)
        return login is not None and login[1].lower() not in GENERAL
    if field.needs == "id":
        return _IDENTIFIER.match(data, at) is not None
    return field.kind in ("address", "location", "email") or _WITH_DIGIT.match(data, at) is not None
