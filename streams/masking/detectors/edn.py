"""Values behind keywords of EDN, Clojure's notation (`{:first-name "Ann" :password "..."}`): no colon stands behind them."""

import re
from functools import lru_cache
from typing import Final

from streams.masking.detectors.named import judge_whole
from streams.masking.detectors.promises import PROMISES
from streams.masking.fields import field_of, is_person_word
from streams.masking.found import Detector, Verdict

__all__ = ["DETECTORS"]

#: Last words of keys with values in quotes, of those that `field_of` knows. Numbers of mail have forms of their own.
_LAST_WORDS: Final = (
    "name", "phone", "mobile", "telephone", "password", "passwd", "secret", "token", "api-key", "access-key", "secret-key", "address", "street", "birth-date",
    "birthday", "date-of-birth", "dob", "ssn", "login", "iban", "passport", "zip-code", "postal-code", "postcode", "user-id", "customer-id", "passport-number",
    "account-number", "card-number", "phone-number",
)  # fmt: skip
_KEYWORD: Final = re.compile(
    rb"(?<![\w:\"'])::?(?:([a-z][\w.\-]{0,40})/)?([a-z][\w\-]{0,40}\??),? (\\{0,7})\"\Z", re.IGNORECASE
)
_KEYWORD_MAX: Final = 110
#: The longest string that is looked at, in bytes, and what ends one that was cut off.
_VALUE_MAX: Final = 4096
_CUT: Final = re.compile(rb"\\{0,31}\"|[\r\n]|\\{1,31}[nr](?![A-Za-z])")
#: The map that a keyword stands in: what it is under, or the namespace of its keys.
_MAP: Final = re.compile(rb":(?:[\w.\-]{1,40}/)?([\w\-]{1,40}) ?\{[^{}\xff]{0,240}\Z")
_BESIDE: Final = re.compile(
    rb"(?<![\w:]):(?:[\w.\-]{1,40}/)?(?:e-?mail|phone|mobile|first-name|last-name|birth-?(?:date|day)|dob|ssn|gender|passport)(?:-[a-z]{1,12})? [\"\\:]",
    re.IGNORECASE,
)
_BESIDE_MAX: Final = 240


@lru_cache(maxsize=1024)
def _tells(name: str) -> bool:
    return field_of(name) is not None


def judge_keyword(data: bytes, end: int) -> Verdict:
    """The string behind a keyword that names a person's field; behind a bare `:name` only in a person's map."""
    keyword = _KEYWORD.search(data, max(0, end - _KEYWORD_MAX), end)
    if keyword is None:
        return "no_keyword"
    name, value = keyword[2].decode("utf-8", "replace"), data[end : _end_of_value(data, end, keyword[3] + b'"')]
    if not _tells(name):
        namespace = (keyword[1] or b"").rpartition(b".")[2].decode("utf-8", "replace")
        if name != "name" or not (is_person_word(namespace) or _of_person(data, keyword.start(), value)):
            return "other_field"
        name = "full-name"
    return [one._replace(start=end + one.start, end=end + one.end) for one in judge_whole(name, value)] or "nobody"


def _end_of_value(data: bytes, start: int, quote: bytes) -> int:
    """Where a string ends; one that was cut off with what it stands in, or at the end of its line."""
    stop = data.find(quote, start, start + _VALUE_MAX)
    cut = _CUT.search(data, start, start + _VALUE_MAX) if stop < 0 else None
    return cut.start() if cut else stop if stop >= 0 else min(len(data), start + _VALUE_MAX)


def _of_person(data: bytes, at: int, value: bytes) -> bool:
    if not PROMISES["full_name"](value):
        return False
    around = _MAP.search(data, max(0, at - _BESIDE_MAX), at)
    if around and is_person_word(around[1].decode("utf-8", "replace")):
        return True
    low = max(data.rfind(b"{", max(0, at - _BESIDE_MAX), at), at - _BESIDE_MAX, 0)
    closing = data.find(b"}", at, at + _BESIDE_MAX)
    return _BESIDE.search(data, low, closing if closing >= 0 else at + _BESIDE_MAX) is not None


DETECTORS: Final = (
    Detector(
        "edn_keyword",
        tuple(rf"{word},? \\{{0,7}}\"" for word in _LAST_WORDS),
        judge_keyword,
        ('{:email "ann@example.com" :name "Ann Lee"}', '{:first-name "Ann", :last-name "Lee"}', '#:user{:full-name "Ann Lee"}', '{:user {:name "Ann Lee"}}', '{:db/password "hunter2x"}', '{:db/password "hunter2x', '{:user/name "Ann Lee"}'),
        ('{:name "Blue Shirt" :sku "BS-12"}', 'the name "x" is taken', '{:column-name "first"', 'no phone "', 'ns:name "Ann Lee"', '{:product/name "Blue Shirt"}'),
        "EDN, keywords and maps",
    ),
)  # fmt: skip
