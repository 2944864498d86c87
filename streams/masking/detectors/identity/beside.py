"""Numbers beside their words: in a field of that name, behind the word in a text, or before it."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from streams.masking.context import Value, elements, number_quote, value_after
from streams.masking.detectors.identity.rows import Reach, Row, number_pattern, passes, whole_pattern
from streams.masking.detectors.identity.words import Vocabulary, Word
from streams.masking.found import Found, Verdict

__all__ = ["Beside"]

#: How far from its word a number may begin or end, in bytes, by what it proves.
_FAR_BYTES: Final = 64
_NEAR_BYTES: Final = 44

#: The longest number with its separators, in bytes.
_NUMBER_MAX: Final = 40

#: How far around the core of a word the digits of a number can stand, in bytes: that way, a number, and the longest word.
_AROUND: Final = _FAR_BYTES + _NUMBER_MAX + 64
#: What every number of the tables holds: four digits with little between them, or New Zealand's two between letters.
_DIGITS: Final = re.compile(rb"[0-9](?:[^0-9]{0,4}[0-9]){3}|[A-Z]{3}[0-9]{2}[A-Z]{2}", re.IGNORECASE)

#: The ranks of findings (`Found.certain`): cards have 78, telephone numbers in context 60, names of fields 30.
_CERTAIN: Final = {Reach.ANY: 79, Reach.SENTENCE: 70, Reach.JOINED: 57}
_CERTAIN_EVIDENT: Final = 31

#: Words that join a name to its number, in the languages of the tables; `n`, `r`, `t` are escapes too.
_JOINING: Final = frozenset(
    b"""
    n r t no nr nro num number numbers nummer numero n\xc3\xbamero num\xc3\xa9ro numer numeru num\xc4\x83r \xc4\x8d\xc3\xadslo cislo broj szam sz\xc3\xa1m numarasi
    numaras\xc4\xb1 nomor s\xe1\xbb\x91 so \xd0\xbd\xd0\xbe\xd0\xbc\xd0\xb5\xd1\x80 \xe2\x84\x96 n\xc2\xba n\xc2\xb0 \xc2\xba \xc2\xb0 id code kod value val is are was as the a an and or
    und et y e i with of for my his her their your our its it was being equals has holder owner user card document doc issued valid given
    ist lautet hei\xc3\x9ft mein meine ihre ihr mit der die das den von f\xc3\xbcr es el la le les los de del du des au un una mi su est mon ma son sa votre
    son sono mio mia suo il lo di da \xc3\xa8 \xc3\xa9 o do meu minha seu sua com jest moj m\xc3\xb3j to je moje \xc3\xa4r mitt min er mit on minun is mijn zijn het een
    como en na nel je cu este e m\xc4\x83 olan benim adalah saya number: ssn uk us usa gb eu serie series seria ref reference expires
    on file user client customer patient member applicant employee person taxpayer citizen this new old used invalid duplicate wrong
    """.split()
)
_LETTERS: Final = re.compile(rb"[A-Za-z\x80-\xfe]+")
_DIGIT: Final = re.compile(rb"[0-9]")
#: Signs that end a sentence or the value of another key.
_BREAK: Final = re.compile(rb"[\"=&{}|<>;]|\.\s")

#: The end of a string of JSON, or of a quoted value before another key: nothing behind it belongs to the word.
_STRING_END: Final = re.compile(rb"\\*\"(?:\s{0,4}[,}\]]|\s{1,4}[\w.\-]{1,40}=)")
#: The beginning of one: nothing before it belongs to the word.
_STRING_BEGIN: Final = re.compile(rb"[:=\[,]\s{0,4}\\*\"")

#: From a word's end to its sign, where it is the last telling part of a key (`pesel_number":`, `cpf=`, `<nif>`, and
#: PostgreSQL's `Key (pesel)=(`).
_NEUTRAL: Final = (
    rb"(?:[ _.\-]?(?:numbers?|no|nr|num|nummer|numero|value|val|id|code|card|raw|plain|text|str|hash|input|new|old|original|field|"
    rb"(?<=[_.\-])[a-z]{2}(?![a-z])|[0-9]{1,2})){0,3}s?"
)
_SIGN: Final = rb"(?:\\*[\"'`\]]{1,2}[ \t]{0,8}[:=]|=|:(?=\S)|>|\)=\()"
_PAIRED: Final = rb"(?:\\*[\"'][ \t]{0,4},?[ \t]{0,4}\\*[\"']?(?:value|val|v)\\*[\"']?[ \t]{0,4}[:=])"
_KEY: Final = re.compile(_NEUTRAL + b"(" + _PAIRED + b"|" + _SIGN + b")", re.IGNORECASE)
#: The same where other words stand in between (`cpf_cnpj`, `pesel_of_customer`): the number has to prove itself.
_LOOSE_KEY: Final = re.compile(rb"[A-Za-z0-9_.\-\x80-\xfe]{0,32}(" + _PAIRED + b"|" + _SIGN + b")", re.IGNORECASE)

#: Names of measures and states, whatever they are measured of.
_MEASURED: Final = re.compile(
    rb"(?:counts?|counter|total|sum|valid|invalid|status|retries|attempts|errors?|failures|size|length|len|time|ms|ns|us|sec|seconds|rows|"
    rb"rate|limit|version|ts|timestamp|at|date|hits|misses|offset|bytes|took|duration|latency|checks?|enabled|type)\Z",
    re.IGNORECASE,
)

#: What is a number of some document under a name that leaves no doubt: digits enough, and no date.
_DOCUMENT: Final = re.compile(
    rb"(?!(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2})(?=(?:[^0-9]*[0-9]){5})[A-Za-z0-9](?:[A-Za-z0-9*]|[ .\-+/()](?=[A-Za-z0-9*(])|\)(?=\Z)){3,31}\Z"
)

#: A word of so few letters is an abbreviation of something else as well: a bare number under it has to be of a row's shape.
_AMBIGUOUS: Final = 3

#: Before a number that is the value of another key.
_OTHER_VALUE: Final = re.compile(rb"[:=][ \t]{0,4}\\*[\"'`]?\Z")


class _Place(NamedTuple):
    """A word in a text, and the bounds of the string that it stands in."""

    data: bytes
    word: Word
    low: int
    high: int


class Beside:
    """Finds the numbers of rows by the words of a vocabulary that was made of them."""

    def __init__(self, rows: Sequence[Row], vocabulary: Vocabulary) -> None:
        self._rows = tuple(rows)
        self._vocabulary = vocabulary

    def judge(self, data: bytes, end: int) -> Verdict:
        """A number from a state's register near a word for it: in a field of that name, behind the word or before it."""
        word = self._vocabulary.at(data, end)
        if word is None:
            return "no_word"
        if not _DIGITS.search(data, max(0, end - _AROUND), end + _AROUND):
            return "no_number"
        return _beside(data, word, [self._rows[place] for place in word.rows])


def _beside(data: bytes, word: Word, rows: list[Row]) -> Verdict:
    """What a word's field holds; without a field, what stands behind the word, else before it."""
    key = _KEY.match(data, word.end) if word.whole else None
    evident = key is not None
    key = key or _LOOSE_KEY.match(data, word.end)
    if key is not None and not evident and _MEASURED.search(data, word.end, key.start(1)):
        return "measure"
    if key is not None:
        value = value_after(data, key.end(), key_quoted=key[1][:1] in b"\\\"'`")
        if value is not None and (found := _in_field(data, word, rows, value, evident=evident)):
            return found
        if key[1][:1] in b"\\\"'`" or b"=" in key[1]:
            return "no_number"
    if word.capitals and not data[word.start : word.end].rstrip(b"s").isupper():
        return "everyday_word"
    place = _Place(data, word, *_string(data, word))
    if found := _nearest([_after(row, place) for row in rows]):
        return found
    if _masked_behind(place, rows):
        return "masked"
    return _nearest([_before(row, place) for row in rows]) or "no_number"


def _masked_behind(place: _Place, rows: list[Row]) -> bool:
    """Whether the number behind a word is a token by now: the word says nothing then of a number before it."""
    low, high = place.word.start, min(place.high, place.word.end + _FAR_BYTES + _NUMBER_MAX)
    at = place.data.find(b"tok_", low, high)
    return at >= 0 and any(place.data.startswith(b"tok_%b_" % row.kind.encode(), at) for row in rows)


def _nearest(found: list[list[Found]]) -> list[Found]:
    """The findings of the rows; those that need no check only where no row with one found anything."""
    flat = [one for row in found for one in row]
    best = [one for one in flat if one.certain > _CERTAIN[Reach.JOINED]]
    return best or flat


def _string(data: bytes, word: Word) -> tuple[int, int]:
    """The bounds within which a number may stand: those of the window, or of the string around the word."""
    low = max(0, word.start - _FAR_BYTES - _NUMBER_MAX)
    high = min(len(data), word.end + _FAR_BYTES + _NUMBER_MAX)
    for begin in _STRING_BEGIN.finditer(data, low, word.start):
        low = begin.end()
    end = _STRING_END.search(data, word.end, high)
    return low, end.start() if end else high


# -- fields ---------------------------------------------------------------------------------------------------------------


def _in_field(data: bytes, word: Word, rows: list[Row], value: Value, *, evident: bool) -> list[Found]:
    if value.form == "list":
        return [one for element in elements(data, value.start) for one in _value(data, word, rows, element, evident)]
    return _value(data, word, rows, value, evident)


def _value(data: bytes, word: Word, rows: list[Row], value: Value, evident: bool) -> list[Found]:
    """The number that a value is, or the numbers in it."""
    text = data[value.start : value.end]
    start = value.start + len(text) - len(text.lstrip())
    text = text.strip()
    if value.form == "object" or not _DIGIT.search(text):
        return []
    for row in rows:
        if not evident and row.check is None:
            continue
        number = whole_pattern(row).match(data, start, start + len(text))
        if number and number.end() == start + len(text) and passes(row, number[0]):
            return [_found(row, data, start, number.end(), max(_CERTAIN[row.reach], 61))]
        if value.form == "bare" and row.check is not None and data[value.end : value.end + 1] == b" ":
            number = number_pattern(row).match(
                data, start, start + _NUMBER_MAX
            )  # Its groups, in a print without quotes.
            if number and number.end() > value.end and passes(row, number[0]):
                return [_found(row, data, start, number.end(), max(_CERTAIN[row.reach], 61))]
    telling = value.form == "string" or word.end - word.start > _AMBIGUOUS
    if evident and telling and not word.capitals and _DOCUMENT.match(text):
        return [_found(rows[0], data, start, start + len(text), _CERTAIN_EVIDENT, "field")]
    if value.form != "string":
        return []
    if evident and not word.capitals:
        return [one for row in rows for one in _inside(row, data, value)]
    place = _Place(data, word._replace(end=start), value.start, value.end)
    return _nearest([_after(row, place) for row in rows if row.reach is not Reach.JOINED])


#: Longer values are prose, in which a number has to prove itself or stand beside its word, in bytes.
_SHORT_MAX: Final = 256
_FEW_DIGITS: Final = 8


def _inside(row: Row, data: bytes, value: Value) -> list[Found]:
    """The numbers among the words of a field whose name leaves no doubt; those without a check are not too short."""
    found = []
    for number in number_pattern(row).finditer(data, value.start, min(value.end, value.start + _SHORT_MAX)):
        if row.check is not None or len(number[0]) >= _FEW_DIGITS:
            certain = _CERTAIN[row.reach] if row.check is not None and passes(row, number[0]) else _CERTAIN_EVIDENT
            found.append(_found(row, data, *number.span(), certain))
    return found


# -- text -----------------------------------------------------------------------------------------------------------------


def _after(row: Row, place: _Place) -> list[Found]:
    """The numbers behind a word, one after the other as long as the way to each is short enough."""
    data, mark = place.data, place.word.end
    reach = _FAR_BYTES if row.reach is Reach.ANY else _NEAR_BYTES
    found: list[Found] = []
    pattern = number_pattern(row)
    number = whole_pattern(row).match(data, mark, place.high) if data[mark : mark + 1].isdigit() else None
    number = number or pattern.search(data, mark, place.high)
    while number and number.start() - mark <= reach:
        if not _reaches(row, data[mark : number.start()], first=not found):
            break
        if passes(row, number[0]):
            found.append(_found(row, data, number.start(), number.end(), _CERTAIN[row.reach]))
            mark = number.end()
        elif row.reach is not Reach.ANY:
            break
        number = pattern.search(data, number.end(), min(place.high, mark + reach + _NUMBER_MAX))
    return found


def _reaches(row: Row, gap: bytes, *, first: bool) -> bool:
    if row.reach is Reach.ANY or _joined(gap):
        return True
    return first and row.reach is Reach.SENTENCE and not _DIGIT.search(gap) and not _BREAK.search(gap)


@lru_cache(maxsize=1024)
def _joined(gap: bytes) -> bool:
    """Whether nothing but signs and joining words lie between a word and a number."""
    return not _DIGIT.search(gap) and all(word.lower() in _JOINING for word in _LETTERS.findall(gap))


def _before(row: Row, place: _Place) -> list[Found]:
    """The nearest number that ends before a word (`X1234567L is my NIE`)."""
    data, at = place.data, place.word.start
    reach = _FAR_BYTES if row.reach is Reach.ANY else _NEAR_BYTES
    low = max(place.low, at - reach - _NUMBER_MAX)
    numbers = [one for one in number_pattern(row).finditer(data, low, at) if at - one.end() <= reach]
    for number in reversed(numbers):
        if row.reach is not Reach.ANY and (
            not _joined(data[number.end() : at])
            or _OTHER_VALUE.search(data, max(0, number.start() - 8), number.start())
        ):
            return []
        if passes(row, number[0]):
            return [_found(row, data, number.start(), number.end(), _CERTAIN[row.reach])]
    return []


def _found(row: Row, data: bytes, start: int, end: int, certain: int, validator: str = "") -> Found:
    proof = validator or ("shape" if row.check is None else "check")
    return Found(start, end, row.kind, row.name, proof, certain, number_quote(data, start, end))
