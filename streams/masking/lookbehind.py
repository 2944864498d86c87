"""Expressions of which one has to end at a position, told apart by their last bytes.

An alternation that is searched for before a position is tried at every byte of a window, branch by branch; a hundred branches
take a millisecond. Here those alone are tried whose last bytes stand there, and no further back than they are long.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from streams.masking.context import at_word_start

__all__ = ["Lookbehind", "Reach", "reach_of"]

#: Bytes of an ending that are compared, and how many endings an expression may have before they are cut to fewer bytes.
_TAIL_MAX: Final = 6
_TAILS_MAX: Final = 48
#: The bytes that a class may list to be read as so many literals.
_LISTED_MAX: Final = 4
#: How far back what is repeated without a bound is looked for.
_UNBOUNDED: Final = 256


class Reach(NamedTuple):
    """The longest match in bytes, and what matches end with, in small letters: one of the tails, which may be empty.

    `whole`: the tails are all that there is to match.
    """

    most: int
    tails: frozenset[bytes]
    whole: bool


_NOTHING: Final = Reach(0, frozenset({b""}), True)
_ANY_BYTE: Final = Reach(1, frozenset({b""}), False)


def reach_of(expression: bytes) -> Reach:
    """The reach of an expression of `re`; ValueError where it uses what is not read here (back references, conditions)."""
    reader = _Reader(expression)
    reach = reader.alternatives()
    if reader.at < len(expression):
        raise ValueError(f"{expression!r} has a ) too much")
    return reach


class Lookbehind:
    """Which of some expressions, none of which matches nothing, ends at a position. Threads may share one.

    `expressions` are they, compiled to end where what is searched ends.
    """

    def __init__(self, expressions: Sequence[bytes], flags: int = re.IGNORECASE) -> None:
        self.expressions = tuple(re.compile(b"(?:%b)\\Z" % expression, flags) for expression in expressions)
        self._by_last: list[list[_Candidate]] = [[] for _ in range(256)]
        for number, compiled in enumerate(self.expressions):
            reach = reach_of(expressions[number])
            one = _Candidate(number, reach.most, tuple(reach.tails), compiled)
            lasts = {tail[-1:] for tail in reach.tails}
            for byte, candidates in enumerate(self._by_last):
                if b"" in lasts or bytes((byte,)).lower() in lasts:
                    candidates.append(one)

    def matches(self, data: bytes, end: int) -> list[tuple[int, re.Match[bytes]]]:
        """The numbers of the expressions that end at a position, and their matches: those that begin first before others."""
        end = min(end, len(data))  # That of an anchor may be one behind the text's.
        tail = data[max(0, end - _TAIL_MAX) : end].lower()
        found = []
        for number, most, tails, expression in self._by_last[tail[-1]] if tail else ():
            if tail.endswith(tails) and (match := expression.search(data, max(0, end - most), end)):
                found.append((number, match))
        return sorted(found, key=_start) if len(found) > 1 else found

    def first(self, data: bytes, end: int) -> re.Match[bytes] | None:
        """The match that ends at a position and begins first."""
        return next((match for _, match in self.matches(data, end)), None)

    def first_word(self, data: bytes, end: int) -> re.Match[bytes] | None:
        """The match that ends at a position and begins first of those that begin where a word begins."""
        found = self.matches(data, end)
        return next((match for _, match in found if at_word_start(data, match.start())), None)


def _start(found: tuple[int, re.Match[bytes]]) -> int:
    return found[1].start()


class _Candidate(NamedTuple):
    number: int
    most: int
    tails: tuple[bytes, ...]
    expression: re.Pattern[bytes]


class _Reader:
    """Reads an expression that `re` takes from left to right."""

    def __init__(self, expression: bytes) -> None:
        self._text = expression.decode("latin-1")
        self.at = 0

    def alternatives(self) -> Reach:
        """Everything up to the `)` that closes this group, or the end."""
        whole = self._sequence()
        while self._peek() == "|":
            self.at += 1
            other = self._sequence()
            tails = whole.tails | other.tails
            whole = _cut(Reach(max(whole.most, other.most), tails, whole.whole and other.whole))
        return whole

    def _sequence(self) -> Reach:
        reach = _NOTHING
        while self._peek() not in ("", "|", ")"):
            reach = _joined(reach, self._repeated(self._atom()))
        return reach

    def _peek(self) -> str:
        return self._text[self.at : self.at + 1]

    def _atom(self) -> Reach:
        char = self._text[self.at]
        self.at += 1
        if char == "(":
            return self._group()
        if char == "[":
            return self._class()
        if char == "\\":
            return self._escape()
        if char in "^$":
            return _NOTHING
        return _ANY_BYTE if char == "." else _literal(char)

    def _group(self) -> Reach:
        opening = _OPENING.match(self._text, self.at)
        if opening is None:
            raise ValueError(f"a group that is not read here: {self._text[self.at : self.at + 8]!r}")
        self.at = opening.end()
        inside = self.alternatives()
        if self._peek() != ")":
            raise ValueError("a ( that is not closed")
        self.at += 1
        return _NOTHING if opening[1] else inside

    def _class(self) -> Reach:
        whole = _CLASS.match(self._text, self.at)
        if whole is None:
            raise ValueError("a [ that is not closed")
        self.at = whole.end()
        listed = _LISTED.fullmatch(whole[1])
        if listed is None:
            return _ANY_BYTE
        chars = re.sub(r"\\(.)", r"\1", whole[1])
        return _cut(Reach(1, frozenset(char.encode("latin-1").lower() for char in chars), True))

    def _escape(self) -> Reach:
        char = self._text[self.at]
        self.at += 1
        if char in "AZbB":
            return _NOTHING
        if char == "x":
            self.at += 2
            return _literal(chr(int(self._text[self.at - 2 : self.at], 16)))
        if char.isdigit():
            raise ValueError("a back reference")
        if char in "dDwWsS":
            return _ANY_BYTE
        return _literal(_CONTROLS.get(char, char))

    def _repeated(self, one: Reach) -> Reach:
        times = _TIMES.match(self._text, self.at)
        if times is None:
            return one
        self.at = times.end()
        least, most = _SHORT.get(times[0][0], (0, 0))
        if times[1] is not None:
            least = int(times[1] or 0)
            most = least if times[2] is None else int(times[2] or _UNBOUNDED)
        tails = one.tails if least else one.tails | {b""}
        return Reach(most * one.most, tails, one.whole and most == 1)


_OPENING: Final = re.compile(r"(\?<?[=!])|\?(?:-?i)?:|\?P<\w+>|(?!\?)")
#: A class up to its closing bracket, which may stand first in it.
_CLASS: Final = re.compile(r"(\^?\]?(?:[^\]\\]|\\.)*)\]", re.DOTALL)
#: A class that lists a few bytes.
_LISTED: Final = re.compile(rf"(?:[^\^\]\\\-]|\\[^\w]){{1,{_LISTED_MAX}}}", re.DOTALL)
_TIMES: Final = re.compile(r"(?:[?*+]|\{([0-9]*)(?:(?=\})|,([0-9]*))\})\??")
_SHORT: Final = {"?": (0, 1), "*": (0, _UNBOUNDED), "+": (1, _UNBOUNDED)}
_CONTROLS: Final = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v", "a": "\a"}


def _literal(char: str) -> Reach:
    return Reach(1, frozenset({char.encode("latin-1").lower()}), True)


def _joined(first: Reach, second: Reach) -> Reach:
    most = first.most + second.most
    # Behind what may be empty stands what ends the first.
    tails = frozenset(one + two for one in first.tails for two in second.tails) if second.whole else second.tails
    if not second.whole and b"" in tails:
        return Reach(most, frozenset({b""}), False)
    return _cut(Reach(most, tails, first.whole and second.whole))


def _cut(reach: Reach) -> Reach:
    """The same with shorter tails, where they are too long or too many."""
    tails, keep = reach.tails, _TAIL_MAX
    whole = reach.whole and all(len(tail) <= keep for tail in tails)
    tails = frozenset(tail[-keep:] for tail in tails)
    while len(tails) > _TAILS_MAX:
        keep, whole = keep - 1, False
        tails = frozenset(tail[-keep:] if keep else b"" for tail in tails)
    return Reach(reach.most, frozenset({b""}) if b"" in tails and not whole else tails, whole)
