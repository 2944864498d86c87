"""Names in rows without headers: the cells beside a mail address that look like the person's name, or that the address repeats."""

import re
import unicodedata
from typing import Final

from streams.masking.detectors.beside import GENERAL, names_nobody
from streams.masking.detectors.promises import PROMISES
from streams.masking.found import Found

__all__ = ["names_in_row"]

#: A sign between two cells, with the quotes that close the one and open the other (RFC 4180; `;` and `|` in practice).
_BEFORE: Final = re.compile(rb"(\\{0,3}[\"']?)([,;|\t])( ?)(\\{0,3}[\"']?)\Z")
_BEHIND: Final = re.compile(rb"(\\{0,3}[\"']?)([,;|\t])( ?)(\\{0,3}[\"']?)")
#: A cell: no sign of another structure in it; a comma only between quotes.
_CELL: Final = re.compile(rb"[A-Za-z\x80-\xfe][A-Za-z\x80-\xfe.'\- ]{0,38}[A-Za-z\x80-\xfe.]")
_QUOTED_CELL: Final = re.compile(rb"[A-Za-z\x80-\xfe][A-Za-z\x80-\xfe.,'\- ]{0,48}[A-Za-z\x80-\xfe.]")
_SIGNS: Final = frozenset((b",", b";", b"|", b"\t"))
_OTHER_CELL: Final = re.compile(rb"[^,;|\t\"'\r\n{}\[\]\xff]{0,40}")
_ROW_MAX: Final = 120
_CELLS_MAX: Final = 8
#: So many words has a name at most.
_NAME_MAX: Final = 4
#: So many letters in common are no chance.
_COMMON: Final = 3
_CONTAINED: Final = 4


def names_in_row(data: bytes, start: int, at: int, stop: int) -> list[Found]:
    """The cells around a mail address (with its `@` at a position) that hold the name of the person whose it is."""
    if not _is_cell(data, start, stop):
        return []
    local = _folded(data[start:at])
    return [*_walk_back(data, start, local), *_walk_on(data, stop, local)]


#: What a row says of somebody in one word beside the name.
_SAID: Final = frozenset(
    b"""
    gold silver bronze platinum premium basic standard free paid trial active inactive pending enabled disabled verified unverified blocked locked banned
    deleted new old open closed yes no male female married single divorced true false admin member owner editor viewer guest manager monthly yearly
    """.split()
)
_ONE_WORD: Final = re.compile(rb"(?:[A-Z]|\xc3[\x80-\x9e]|[\xc4-\xca\xd0][\x80-\xbf])[A-Za-z\x80-\xdf'\-]{1,30}\Z")


def _other_half(data: bytes, cells: list[tuple[int, int]], held: list[bool]) -> list[Found]:
    """The one word beside the one word that the address repeats, of the two cells next to the address."""
    words = [_is_word_of_name(data[start:stop]) for start, stop in cells[:2]]
    if len(words) < 2 or not all(words) or held[0] == held[1]:
        return []
    return [_name(*cells[0 if held[1] else 1])]


def _is_word_of_name(text: bytes) -> bool:
    return _ONE_WORD.match(text) is not None and text.lower() not in _SAID | GENERAL and not names_nobody(text)


def _is_cell(data: bytes, start: int, stop: int) -> bool:
    """Whether a sign of a row stands before an address, or right behind one without quotes."""
    before = data[max(0, start - 8) : start]
    bare = before.rstrip(b"\"'")
    if len(bare) < len(before):
        bare = bare.rstrip(b"\\")
    elif data[stop : stop + 1] in _SIGNS:
        return True
    return bare.removesuffix(b" ")[-1:] in _SIGNS


def _walk_back(data: bytes, start: int, local: str) -> list[Found]:
    found: list[Found] = []
    cells: list[tuple[int, int]] = []
    held: list[bool] = []
    sign = b""
    for number in range(_CELLS_MAX):
        low = max(0, start - _ROW_MAX)
        before = _BEFORE.search(data, low, start)
        if before is None or (sign and before[2] != sign):
            break
        sign, last = before[2], before.start()
        first = data.rfind(before[1][-1:], low, last) + 1 if before[1] else _bare_start(data, low, last, sign)
        if not low < first <= last and not (first == low == 0):
            break
        cells.append((first, last))
        held.append(_holds_name(data[first:last], local, quoted=bool(before[1]), adjacent=number == 0))
        if held[-1]:
            found.append(_name(first, last))
        start = first - len(before[1])
    return found + _other_half(data, cells, held)


def _bare_start(data: bytes, low: int, last: int, sign: bytes) -> int:
    """Where a cell without quotes begins: behind the sign before it, or behind what begins the row."""
    first = last
    while first > low and data[first - 1 : first] not in (
        sign,
        b"\n",
        b"\t",
        b'"',
        b"'",
        b"(",
        b"[",
        b"{",
        b"=",
        b":",
        b">",
        b"\\",
    ):
        first -= 1
    while first < last and data[first : first + 1] == b" ":
        first += 1
    return first


def _walk_on(data: bytes, stop: int, local: str) -> list[Found]:
    found: list[Found] = []
    cells: list[tuple[int, int]] = []
    held: list[bool] = []
    sign = b""
    for _ in range(_CELLS_MAX):
        behind = _BEHIND.match(data, stop)
        if behind is None or (sign and behind[2] != sign):
            break
        sign, first = behind[2], behind.end()
        quoted = bool(behind[4])
        cell = (_QUOTED_CELL if quoted else _CELL).match(data, first) or _OTHER_CELL.match(data, first)
        if cell is None:
            break
        last = cell.end()
        if data[last : last + 1] not in (b"", sign, b'"', b"'", b"\\", b"\n", b"\r", b")"):
            break
        cells.append((first, last))
        held.append(_holds_name(cell[0], local, quoted=quoted, adjacent=False))
        if held[-1]:
            found.append(_name(first, last))
        stop = last
    return found + _other_half(data, cells, held)


def _name(start: int, stop: int) -> Found:
    return Found(start, stop, "name", "row_name", "mail_beside", 41)


def _holds_name(text: bytes, local: str, *, quoted: bool, adjacent: bool) -> bool:
    cell = (_QUOTED_CELL if quoted else _CELL).fullmatch(text)
    if cell is None or text.lower() in GENERAL:
        return False
    words = text.replace(b",", b" ").split()
    if any(names_nobody(word) for word in words):
        return False
    if any(_repeats(_folded(word), local) for word in words):
        return len(words) < _NAME_MAX and all(word[:1].isupper() or word[0] >= 0x80 or len(words) > 1 for word in words)
    # Behind an address of a part of a firm stands a firm or a thing.
    return adjacent and b" " in text and not _is_role(local.encode()) and PROMISES["full_name"](text)


#: Parts of firms that receive mail (RFC 2142, and usual ones).
_ROLES: Final = frozenset(
    b"info sales support postmaster webmaster hostmaster abuse noc security no-reply noreply donotreply do-not-reply alerts alert ops devops build builds ci cd notifications notification jobs hr newsletter mailer-daemon monitor monitoring office team hello contact billing orders".split()
)


def _is_role(local: bytes) -> bool:
    return local in _ROLES or local in GENERAL or names_nobody(local)


def _repeats(word: str, local: str) -> bool:
    """Whether the local part of an address holds a word of a name (`lee` in `ann.lee7`)."""
    pieces = re.split(r"[^a-z]+", local)
    return len(word) >= _COMMON and (word in pieces or (len(word) >= _CONTAINED and word in local))


_LETTERS: Final = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "ı": "i", "æ": "ae", "đ": "d"})


def _folded(text: bytes) -> str:
    lower = text.decode("utf-8", "replace").lower().translate(_LETTERS)
    if lower.isascii():
        return lower
    return "".join(char for char in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(char))
