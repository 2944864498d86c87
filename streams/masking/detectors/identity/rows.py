"""What a table says of one number: the words beside it, its shape, its check."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final

from streams.masking.kinds import Kind
from streams.masking.validators import stdnum_valid

__all__ = ["Reach", "Row", "alone_anchor", "alone_pattern", "number_pattern", "passes", "whole_pattern"]


class Reach(Enum):
    """What may lie between a word and a number; what the number proves decides."""

    #: Anything, within a bounded distance: a date and check digits, or a check that one in fifty passes at most.
    ANY = "any"
    #: Text of one sentence without digits: one check digit, which one number in ten has by chance.
    SENTENCE = "sentence"
    #: Only words that join the two (`number is`, `: `): no check digit at all.
    JOINED = "joined"


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A number that a state, or a body for it, gives to persons.

    `words` is written as `Vocabulary` reads it and `shape` as `_expression` does. `check` takes the number in capitals with
    nothing but letters and digits (`signs`: with `-` and `+` too), or is the name of a python-stdnum module. `alone` is the
    shape, in capitals, in which it is found without a word; `anchor` is what of it hyperscan looks for cheaply, and ends
    where the `>` of the shape stands, or at its end. `bare` are examples of that.
    """

    name: str
    words: str
    shape: str
    check: Callable[[str], bool] | str | None = None
    reach: Reach = Reach.SENTENCE
    kind: Kind = "national_id"
    alone: str = ""
    anchor: str = ""
    signs: bool = False
    source: str = ""
    examples: tuple[str, ...] = ()
    bare: tuple[str, ...] = ()
    counter: tuple[str, ...] = ()


_SEPARATOR: Final = r"[ .\-/]?"

#: A class, an escape, or one of the signs that stand for a class.
_SHAPE_PART: Final = re.compile(r"\[[^\]]*\]|\\.|[ #@]")
_SIGNS: Final = {" ": _SEPARATOR, "#": "[0-9]", "@": "[A-Z]"}


def _expression(shape: str) -> str:
    """A shape as an expression: `#` is a digit, `@` a letter, a space an optional separator; the rest is itself."""
    return _SHAPE_PART.sub(_part, shape)


def _part(part: re.Match[str]) -> str:
    """One part of a shape; inside a class the signs stand for ranges."""
    text = part[0]
    return text.replace("#", "0-9").replace("@", "A-Z") if text[0] == "[" else _SIGNS.get(text, text)


#: What may stand left of a number beside its word: no letter, no digit, no number with a point or a dash, no UUID;
#: `is` glued to it is a slip of writers and templates.
_LEFT: Final = rb"(?:(?<![0-9A-Za-z])|(?<=\\[nrtbf])|(?<=[^A-Za-z]is))(?<![0-9][.,:/\-])(?<![0-9a-f]{4}-)"
#: What may stand right of it.
_RIGHT: Final = rb"(?![0-9A-Za-z]|_[0-9A-Za-z]|[.:/\-][0-9])"


@lru_cache(maxsize=512)
def number_pattern(row: Row) -> re.Pattern[bytes]:
    """The row's number in text."""
    return re.compile(_LEFT + b"(?:" + _expression(row.shape).encode() + b")" + _RIGHT, re.IGNORECASE)


@lru_cache(maxsize=512)
def whole_pattern(row: Row) -> re.Pattern[bytes]:
    """The row's number where it begins at a known place: a value, or right behind its word."""
    return re.compile(b"(?:" + _expression(row.shape).encode() + b")" + _RIGHT, re.IGNORECASE)


@lru_cache(maxsize=64)
def alone_pattern(row: Row) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """The row's number where it stands for itself: its part up to the end of what is searched, and the rest."""
    head, _, rest = row.alone.partition(">")
    return re.compile(b"(?:" + _expression(head).encode() + rb")\Z"), re.compile(_expression(rest).encode())


def alone_anchor(row: Row) -> str:
    """The hyperscan expression for the row's number where it stands for itself."""
    return f"(?-i:{row.anchor or _expression(row.alone)})"


_NOT_ALNUM: Final = re.compile(rb"[^0-9A-Z]+")
_NOT_ALNUM_OR_SIGN: Final = re.compile(rb"[^0-9A-Z+\-]+")


def passes(row: Row, text: bytes) -> bool:
    """Whether a number of the row's shape passes the row's check."""
    if row.check is None:
        return True
    number = (_NOT_ALNUM_OR_SIGN if row.signs else _NOT_ALNUM).sub(b"", text.upper()).decode()
    return stdnum_valid(row.check, number) if isinstance(row.check, str) else row.check(number)
