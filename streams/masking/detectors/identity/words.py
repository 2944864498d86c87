"""The words that stand beside numbers of persons, and how one of them is recognised in raw bytes.

A word is looked for by a literal inside it that is rare in logs (its core); hyperscan takes hundreds of literals for
nearly nothing. Where a core ends, the text around it is read as segments without their joins, accents and case, so that
`social security`, `socialSecurity`, `SOCIAL_SECURITY` and `Número fiscal` are one spelling each.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from streams.masking.context import at_word_start

__all__ = ["Vocabulary", "Word"]


class Word(NamedTuple):
    """A word that was recognised: where it begins and ends (its inflection included), and the rows that go by it.

    `capitals`: an everyday word too, which counts only in capitals or as a key. `whole`: nothing is glued to it.
    """

    start: int
    end: int
    rows: tuple[int, ...]
    capitals: bool
    whole: bool


class _Entry(NamedTuple):
    """A word by its core: the folded word, and how much of it stands before the core's end."""

    folded: str
    before: int
    rows: tuple[int, ...]
    capitals: bool


class _Core(NamedTuple):
    """What a literal stands for; `back` bytes at its end are no part of the word.

    `nexts` are the letters of which one has to follow, in lower case; empty where a word may end with the literal. `glued` are
    those that can follow in the same segment; empty where any can. `hexadecimal`: a number in base 16 may begin like the word.
    """

    entries: tuple[_Entry, ...]
    back: int
    nexts: bytes
    glued: bytes
    hexadecimal: bool

    @classmethod
    def of(cls, entries: tuple[_Entry, ...], back: int) -> "_Core":
        """The core of some words; of letters that are not ASCII any may follow."""
        nexts = {entry.folded[entry.before : entry.before + 1] for entry in entries}
        short = all(entry.before < len(entry.folded) or len(entry.folded) < LONG_WORD for entry in entries)
        glued = nexts | {tail[:1] for tail in _SHORT_TAILS} if "" in nexts and short else {""}
        hexadecimal = all(_HEXADECIMAL.issuperset(entry.folded) for entry in entries)
        return cls(entries, back, b"" if "" in nexts else _letters(nexts), _letters(glued), hexadecimal)

    def goes_on(self, data: bytes, end: int) -> bool:
        """Whether what follows a literal that ends at a position can be the rest of a word; cheap, and true where in doubt."""
        if self.hexadecimal and _REST_OF_ID.match(data, end - self.back):
            return False
        if self.glued and data[end - self.back - 1 : end - self.back + 1].translate(_SMALL) == _TWO_SMALL:
            return data[end - self.back] in self.glued
        if not self.nexts:
            return True
        following = _FOLLOWING.match(data, end - self.back)
        letter = following[1] if following else b""
        return letter >= b"\x80" or (letter != b"" and letter.lower() in self.nexts)


def _letters(found: set[str]) -> bytes:
    return "".join(sorted(found)).encode()


_HEXADECIMAL: Final = frozenset("abcdef")
#: What goes on as a hash or a trace id does: no number of a person has a digit and then a letter in base 16 without others.
_REST_OF_ID: Final = re.compile(rb"(?=[0-9a-f]*[0-9][a-f])[0-9a-f]{5,}(?![0-9A-Za-z])")

#: Two small letters are in one segment; all of them are the same here.
_SMALL: Final = bytes(0x61 if 0x61 <= byte <= 0x7A else 0 for byte in range(0x100))
_TWO_SMALL: Final = b"aa"

#: Letters that have no decomposition into a plain one and an accent.
_PLAIN: Final = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "ð": "d", "þ": "th"})

#: Code points from here on belong to scripts that put no spaces around a word, or join prepositions to it.
_UNSPACED: Final = 0x590

#: A word shorter than this has to be a whole segment: `nin`, `sin`, `rut` begin too many others.
LONG_WORD: Final = 5

#: A word from this length on counts with other letters before it (`Auslandsreisepass`).
_COMPOUND: Final = 8

#: Runs of letters that stand in many words of the tables and seldom in logs, so that one literal does for all of them.
_STEMS: Final = (
    "passport", "identit", "identida", "identific", "national", "personal", "social", "sozial", "fiscal", "insurance", "licens", "licenc",
    "personnum", "kimlik", "steuer", "reisepass", "ausweis", "versicher", "osobist", "medicare", "habilita",
)  # fmt: skip

#: Parts of words that stand in any log, and therefore are no core.
_COMMON: Final = frozenset(
    "number numero nummer card kaart karte code document security register reference service services personal account "
    "address state status driver virtual system client carte central civil citizen resident registration individual customer unique certificate".split()
)

#: The longest core that is looked for, in bytes; hyperscan hashes the last eight of a literal.
_CORE_MAX: Final = 12
_CORE_MIN: Final = 5


def folded(text: str) -> str:
    """Letters and digits alone, without case and accents."""
    if text.isascii():
        return "".join(char for char in text.lower() if char.isalnum())
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN)).translate(_PLAIN)
    return "".join(char for char in plain if char.isalnum())


_RUN: Final = re.compile(r"[a-z]+")


def _literals(word: str) -> list[str]:
    """The literals, in lower case where they are ASCII, of which one stands in each spelling of a word."""
    if ord(word[0]) >= _UNSPACED:
        return [word]
    flat = word.lower()
    if stem := next((stem for stem in _STEMS if stem in flat), None):
        return [stem]
    least = _CORE_MIN if flat.isascii() else _CORE_MIN - 1
    runs = [run for run in _RUN.findall(flat) if len(run) >= least and run not in _COMMON]
    if runs:
        return [max(runs, key=len)[:_CORE_MAX]]
    if flat.isascii():
        return list(dict.fromkeys(flat.replace(" ", join) for join in ("", " ", "_", "-")))
    # Only ASCII letters are caseless in the scan.
    longest = max(flat.split(), key=len)
    plain = folded(longest)
    forms = [longest, longest.upper(), longest.capitalize()]
    return list(dict.fromkeys([*forms, plain] if plain.isascii() and len(plain) >= _CORE_MIN else forms))


#: What stands behind an everyday word that is a key or an element, and what stands around one of two letters.
_BEHIND_KEY: Final = ('"', "'", "=", ">", "\\", "_n", "_v", ")=(")
_AS_KEY: Final = ('"@"', '_@"', '"@\\', "@=", "<@>", "(@)=(")

#: Words of two letters are looked for with what stands around them.
_WORD_MIN: Final = 3
#: Also the letter of an escaped line end.
_BEFORE_WORD: Final = r"(?:[^A-Za-z0-9]|\\[nrtbf])"

#: A segment: capitals, or a capital and what follows; bytes over 0x7F are letters.
_SEGMENT: Final = re.compile(rb"[A-Z]+(?![a-z\x80-\xfe])|[A-Z]?[a-z\x80-\xfe]+|[A-Z]")
_GAP: Final = re.compile(rb"[ _.\-'/]{0,2}\Z|\xe2\x80\x99\Z")

#: The next letter of a word behind a core, over what may stand between two of its segments.
_FOLLOWING: Final = re.compile(rb"[ _.\-'/]{0,2}([A-Za-z\x80-\xfe])")

#: How far around a core the segments of its word are read, in bytes, and how many of them.
_AROUND: Final = 64
_SEGMENTS_MAX: Final = 5

#: What may follow a short word in the same segment.
_SHORT_TAILS: Final = frozenset(("", "s", "n", "nr", "no", "num", "number", "nummer", "id", "code", "card"))

_ALNUM: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")


class Vocabulary:
    """The words of a sequence of rows; written `a|b c|=D`: a space joins in any way, `=` counts in capitals or as a key."""

    def __init__(self, words_of_rows: Iterable[str]) -> None:
        self._cores: dict[bytes, _Core] = {}
        self._exact: dict[bytes, _Core] = {}
        self._raw: dict[bytes, tuple[int, ...]] = {}
        self._build(_rows_of(words_of_rows))
        self._sizes = _sizes((*self._cores, *self._exact, *self._raw))

    def _build(self, rows_of: dict[tuple[str, bool], tuple[int, ...]]) -> None:
        entries: dict[str, dict[_Entry, None]] = {}
        literals = {key: _literals(key[0]) for key in rows_of}
        wanted = {literal for texts in literals.values() for literal in texts}
        shared = _shared(rows_of)
        for (word, capitals), rows in rows_of.items():
            if ord(word[0]) >= _UNSPACED:
                self._raw[word.encode()] = rows
                continue
            for text in literals[word, capitals]:
                core = next((one for one in _parts(text, _CORE_MIN) if one in wanted), text)
                entry = _entry(word, core, shared[folded(word)], capitals=capitals)
                entries.setdefault(core, {})[entry] = None
        for literal, found in entries.items():
            self._add(literal, sorted(found, key=lambda one: -len(one.folded)))

    def _add(self, literal: str, entries: list[_Entry]) -> None:
        plain = tuple(one for one in entries if not one.capitals)
        strict = tuple(one for one in entries if one.capitals)
        if plain:
            self._cores[literal.lower().encode() if literal.isascii() else literal.encode()] = _Core.of(plain, 0)
        if strict:
            behind = ("",) if len(literal) >= _WORD_MIN else (" ", ":")
            self._exact.update({f"{literal.upper()}{sign}".encode(): _Core.of(strict, len(sign)) for sign in behind})
            forms = [f"@{sign}" for sign in _BEHIND_KEY] if len(literal) >= _WORD_MIN else _AS_KEY
            for form in forms:
                self._cores[form.replace("@", literal.lower()).encode()] = _Core.of(strict, len(form.partition("@")[2]))

    def anchors(self) -> tuple[str, ...]:
        """Hyperscan expressions that end where `at` recognises a word."""
        found = [_expression(one) for one in self._raw]
        for one, core in self._exact.items():
            before = _BEFORE_WORD if core.back else "[^A-Z0-9]"
            found.append(f"(?-i:{before}{_expression(one)})")
        for one, core in self._cores.items():
            if core.back and one[:1].isalnum():
                found.append(f"{_BEFORE_WORD}{_expression(one)}")
            elif len(one) >= LONG_WORD or core.back or not one.isascii():
                found.append(_expression(one))
            else:
                found += [f"{_BEFORE_WORD}{_expression(one)}", f"(?-i:[a-z0-9]{_expression(one.capitalize())})"]
        return tuple(found)

    def at(self, data: bytes, end: int) -> Word | None:
        """The longest word whose core ends at a position."""
        for size in self._sizes.get(data[end - _LAST : end].lower(), ()):
            if size > end:
                continue
            text = data[end - size : end]
            if rows := self._raw.get(text):
                return Word(end - size, end, rows, False, True)
            if (core := self._exact.get(text)) is None or not _stands_in_capitals(data, end - size, core):
                core = self._cores.get(text if not text.isascii() else text.lower())
                if core is None or not _stands(data, end - size, text, core.back):
                    continue
            if core.goes_on(data, end) and (word := _word(data, end - core.back, core.entries)):
                return word
        return None


#: So many last bytes of a literal lead to it; none is shorter.
_LAST: Final = 3


def _sizes(literals: Iterable[bytes]) -> dict[bytes, tuple[int, ...]]:
    """The lengths of literals by their last bytes in lower case, the longest first."""
    sizes: dict[bytes, set[int]] = {}
    for literal in literals:
        sizes.setdefault(literal[-_LAST:].lower(), set()).add(len(literal))
    return {last: tuple(sorted(found, reverse=True)) for last, found in sizes.items()}


def _rows_of(words_of_rows: Iterable[str]) -> dict[tuple[str, bool], tuple[int, ...]]:
    """Each word with the rows that go by it."""
    rows: dict[tuple[str, bool], tuple[int, ...]] = {}
    for place, words in enumerate(words_of_rows):
        for word in filter(None, (one.strip() for one in words.split("|"))):
            key = (word.removeprefix("="), word.startswith("="))
            rows[key] = (*rows.get(key, ()), place)
    return rows


def _shared(rows_of: dict[tuple[str, bool], tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    """The rows of each folded word, and of the long words within it (`license` in `driving license`)."""
    own: dict[str, list[int]] = {}
    for (word, _), rows in rows_of.items():
        own.setdefault(folded(word), []).extend(rows)
    places = {word: place for place, word in enumerate(own)}
    shared: dict[str, tuple[int, ...]] = {}
    for word, its_own in own.items():
        within = sorted(places.keys() & set(_parts(word, LONG_WORD)), key=places.__getitem__)
        shared[word] = tuple(dict.fromkeys([*its_own, *(row for other in within for row in own[other])]))
    return shared


def _parts(text: str, least: int) -> Iterator[str]:
    """All that stands in a text from so many letters on, the shortest first."""
    for size in range(least, len(text) + 1):
        for first in range(len(text) - size + 1):
            yield text[first : first + size]


def _entry(word: str, core: str, rows: tuple[int, ...], *, capitals: bool) -> _Entry:
    whole = folded(word)
    before = whole.index(folded(core)) + len(folded(core))
    return _Entry(whole, before, rows, capitals)


def _expression(literal: bytes) -> str:
    """A literal as hyperscan reads it, and Latin-1 keeps it."""
    return "".join(chr(byte) if byte in _ALNUM else f"\\x{byte:02x}" for byte in literal)


def _stands(data: bytes, start: int, text: bytes, back: int) -> bool:
    """Whether a short core begins a segment, as its anchor asks."""
    if len(text) - back >= LONG_WORD or not text[:1].isalnum() or start == 0 or data[start - 1] not in _ALNUM:
        return True
    if at_word_start(data, start):
        return True  # Behind the letter of an escaped line end.
    return not back and text == text.capitalize()


def _stands_in_capitals(data: bytes, start: int, core: _Core) -> bool:
    """Whether capitals begin a segment, as their anchor asks: those of two letters not behind a small letter."""
    before = data[start - 1 : start] if start else b""
    return not before.isalnum() or (before.islower() and not core.back)


def _unescaped(data: bytes, start: int, end: int) -> tuple[int, int]:
    """A segment without the letter of an escaped line end before it."""
    escaped = start > 0 and data[start - 1] == _BACKSLASH and data[start] in b"nrtbf"
    return start + escaped, end


_BACKSLASH: Final = 0x5C


#: Zero for all that no word goes on over: neither letters nor what joins them.
_JOINED: Final = (
    bytes(byte if byte >= 0x80 or chr(byte).isalpha() or byte in b" _.-'/" else 0 for byte in range(0xFF)) + b"\0"
)


def _unbroken(data: bytes, end: int) -> tuple[int, int]:
    """Where the letters and joins around a position begin and end."""
    low = max(0, end - _AROUND)
    around = data[low : end + _AROUND].translate(_JOINED)
    stop = around.find(0, end - low)
    return low + around.rfind(0, 0, end - low) + 1, low + (stop if stop >= 0 else len(around))


def _segments(data: bytes, end: int) -> tuple[list[tuple[int, int]], int] | None:
    """The segments around a core that ends at a position, as far as they can be one word, and which of them holds it."""
    spans = [_unescaped(data, *match.span()) for match in _SEGMENT.finditer(data, *_unbroken(data, end))]
    place = next((index for index, (start, stop) in enumerate(spans) if start < end <= stop), -1)
    if place < 0:
        return None
    first = last = place
    joins = [bool(_GAP.match(data[a[1] : b[0]])) for a, b in pairwise(spans)]
    while first > 0 and place - first < _SEGMENTS_MAX and joins[first - 1]:
        first -= 1
    while last < len(joins) and last - place < _SEGMENTS_MAX and joins[last]:
        last += 1
    return spans[first : last + 1], place - first


@lru_cache(maxsize=4096)
def _folded(segment: bytes) -> str:
    return folded(segment.decode("utf-8", "ignore"))


def _word(data: bytes, end: int, entries: tuple[_Entry, ...]) -> Word | None:
    around = _segments(data, end)
    if around is None:
        return None
    spans, place = around
    texts = [_folded(data[start:stop]) for start, stop in spans]
    begins = [0]
    for text in texts:
        begins.append(begins[-1] + len(text))
    joined = "".join(texts)
    at = begins[place] + len(_folded(data[spans[place][0] : end]))
    for entry in entries:
        first = at - entry.before
        if first < 0 or not joined.startswith(entry.folded, first):
            continue
        if word := _bounded(entry, first, begins, texts, spans):
            return word
    return None


def _bounded(
    entry: _Entry, first: int, begins: list[int], texts: list[str], spans: list[tuple[int, int]]
) -> Word | None:
    """The word where it begins and ends as a word of its length has to."""
    size = len(entry.folded)
    last = first + size
    left = max(index for index, begin in enumerate(begins[:-1]) if begin <= first)
    right = next(index for index, begin in enumerate(begins[1:]) if last <= begin)
    tail = texts[right][last - begins[right] :]
    if begins[left] != first and size < _COMPOUND:
        return None
    if size < LONG_WORD and tail not in _SHORT_TAILS:
        return None
    whole = begins[left] == first and tail in _SHORT_TAILS
    return Word(spans[left][0], spans[right][1], entry.rows, entry.capitals, whole)
