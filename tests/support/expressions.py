"""Texts that an expression matches, made from the expression: what hyperscan has to find."""

import random
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

__all__ = ["matching"]

_parser: Final[Any] = vars(re)["_parser"]

#: Of a repetition without an end, and of one with a far end, so many more than the fewest.
_MORE: Final = 6

_CATEGORIES: Final[dict[str, Callable[[int], bool]]] = {
    "CATEGORY_DIGIT": lambda char: 0x30 <= char <= 0x39,
    "CATEGORY_SPACE": lambda char: char in b" \t\n\r\f\v",
    "CATEGORY_WORD": lambda char: char == 0x5F or (char < 0x80 and chr(char).isalnum()),
}


def matching(expression: str, dice: random.Random, *, cased: bool) -> bytes:
    """A text that an expression over single bytes (in the letters of Latin-1) matches.

    With the fewest repetitions half of the time: there engines of bounded ones go wrong. What has to stand around it
    (a border of a word) is not looked at.
    """
    return bytes(_of(_parser.parse(expression, re.IGNORECASE), dice, cased=cased))


def _of(parts: Iterable[tuple[Any, Any]], dice: random.Random, *, cased: bool) -> bytearray:
    text = bytearray()
    for code, value in parts:
        name = str(code)
        if name == "BRANCH":
            text += _of(dice.choice(value[1]), dice, cased=cased)
        elif name == "SUBPATTERN":
            text += _of(value[3], dice, cased=cased or bool(value[2] & re.IGNORECASE))
        elif name in ("MAX_REPEAT", "MIN_REPEAT"):
            for _ in range(_times(int(value[0]), int(value[1]), dice)):
                text += _of(value[2], dice, cased=cased)
        elif name != "AT":
            text.append(_char(name, value, dice, cased=cased))
    return text


def _times(least: int, most: int, dice: random.Random) -> int:
    if dice.random() < 0.5:
        return least
    few = min(most, least + _MORE)
    return most if most < _MORE * _MORE and dice.random() < 0.1 else dice.randint(least, few)


def _char(name: str, value: Any, dice: random.Random, *, cased: bool) -> int:
    char = value if name == "LITERAL" else dice.choice(_chars(name, value))
    swapped = chr(char).swapcase() if char < 0x80 and not cased and dice.random() < 0.3 else chr(char)
    return ord(swapped)


def _chars(name: str, value: Any) -> Sequence[int]:
    """The bytes of a class in order; of what is excluded the printable ones of ASCII, as far as there are any."""
    if name == "ANY":
        return range(0x20, 0x7F)
    items = [("LITERAL", value)] if name == "NOT_LITERAL" else [(str(code), what) for code, what in value]
    negated = name == "NOT_LITERAL" or items[0][0] == "NEGATE"
    chars = set().union(*(_item(code, what) for code, what in items if code != "NEGATE"))
    if negated:
        chars = set(range(0x01, 0xFF)) - chars
        chars = {char for char in chars if 0x20 <= char < 0x7F} or chars
    return sorted(chars - {0xFF})


def _item(code: str, what: Any) -> set[int]:
    if code == "LITERAL":
        return {what}
    if code == "RANGE":
        return set(range(what[0], what[1] + 1))
    category = str(what)
    holds = _CATEGORIES[category.replace("_NOT", "")]
    return {char for char in range(0xFF) if holds(char) != ("_NOT" in category)}
