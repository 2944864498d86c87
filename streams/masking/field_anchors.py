"""Where names of fields stand in text: hyperscan expressions for all that `fields` knows, up to the sign behind them."""

import re
from collections.abc import Iterable
from typing import Final

from streams.masking.fields import NAMES, NEUTRAL, PERSONS, SEGMENT

__all__ = ["BEGINNINGS", "FIELD_ANCHORS", "FIELD_SHAPES", "TAILS", "WHOLE_WORDS"]

#: What may join the segments of a name, as a hyperscan expression.
_JOIN: Final = r"[_\-. ]?"

#: What stands between a name and its sign: quotes at any nesting, the end of a subscript, white space.
_SIGN: Final = r"\\*[\"'`]?(?:\[?\])?[ \t]{0,16}[:=]"

#: Behind a name that holds with more words behind it, and behind one that has to be the last.
_MORE: Final = r"[a-z0-9_\-. ]{0,24}" + _SIGN
_LAST: Final = rf"s?(?:{_JOIN}(?:{'|'.join(sorted(NEUTRAL))}|[0-9]{{1,4}}))?" + _SIGN
#: The same but for words that nothing joins to the name.
_LAST_APART: Final = rf"s?(?:[_\-. ](?:{'|'.join(sorted(NEUTRAL))})|{_JOIN}[0-9]{{1,4}})?" + _SIGN

#: Before a name that has to be a whole element: no letter, but for the letter of an escaped line end.
_START: Final = r"(?:[^a-z0-9]|\\[nrtbf]|http)"
_START_OF_WORD: Final = r"(?:[^a-z0-9]|\\[nrtbf])"


#: Names this short stand inside too many words (`waiting` holds a `tin`) to be looked for without a start, in letters.
_SHORT: Final = 4


def _spelled(name: str) -> str:
    """A name as an expression over the bytes of UTF-8."""
    return _JOIN.join(re.split(r"[_.]", name.lstrip("=?"))).encode().decode("latin-1")


def _cases(name: str) -> list[str]:
    """A name as it is written in small letters, as words, and in capitals, where the scan sees only ASCII's as the same."""
    if name.isascii():
        return [name]
    mark = name[0] if name[0] in "=?" else ""
    bare = name.removeprefix(mark)
    return (
        sorted({mark + one for one in (bare, bare[0].upper() + bare[1:], bare.title(), bare.upper())}) if bare else []
    )


#: So many names in one expression compile several times as fast as each by itself, and scan as fast. More of them would
#: compile faster yet, and cost twice as much in each scan; those without a start, whose first letters are literals, do not.
_GROUP: Final = 8
_GROUP_OF_LITERALS: Final = 32


def _grouped(names: list[str], before: str, after: str, size: int = _GROUP) -> list[str]:
    """Expressions for names that share what stands before and behind them, several names in each."""
    names = sorted(names)
    groups = (names[first : first + size] for first in range(0, len(names), size))
    return [f"{before}(?:{'|'.join(group)}){after}" for group in groups]


def _of_persons(names: list[str]) -> list[str]:
    """Names that hold behind a word for a person (`user_id`, `customers.name`), or below one as whole quoted keys."""
    last = "|".join(sorted(name[1:] for name in names))
    persons = {SEGMENT.findall(word)[-1] for word in PERSONS}
    return [
        *_grouped(list(persons), "", rf"s{{0,3}}[_\-. $@\[]{{0,3}}(?:{last}){_LAST}"),
        *(rf"(?-i:{name}[A-Za-z]{{0,6}}[({{\[]) ?id ?[:=]" for name in _PRINTED),
        *(rf"[\"'`]{name[1:]}\\*[\"'`]\]?[ \t]{{0,16}}[:=]" for name in names),
    ]


#: Classes whose objects begin their print with a person's number.
_PRINTED: Final = ("User", "Customer", "Person", "Patient", "Employee", "Passenger", "Student", "Guest", "Subscriber")


def _beginnings(texts: Iterable[str]) -> list[str]:
    """The texts that no other one begins: in their order, what a text begins stands right behind it.

    What goes on in another script (`手机` and `手机号`) is a name of its own: the expression for more words is of ASCII.
    """
    found: list[str] = []
    for text in sorted(texts):
        if not found or not (text.startswith(found[-1]) and text[len(found[-1]) :].isascii()):
            found.append(text)
    return found


_WRITTEN: Final = [spelled for _, _, names in NAMES for name in names.split() for spelled in _cases(name)]


def _first() -> list[str]:
    """The names that hold with more words behind them and that no other name begins; `email` stands for `email_address`."""
    # Names that differ in their joins alone: the one with all of them stands for the others.
    spelled = sorted((name for name in _WRITTEN if name[0] not in "=?"), key=len)
    anywhere = {re.sub(r"[_.]", "", name): name for name in spelled}
    return [anywhere[flat] for flat in _beginnings(anywhere)]


_FIRST: Final = _first()
_LAST_ONLY: Final = [_spelled(name) for name in _WRITTEN if name[0] == "="]

#: The shortest names, which the native pass looks for (`_names.h`): those that have to be whole words, and those that more
#: may follow, as far as it has an eye on their letters. And what may follow the former.
WHOLE_WORDS: Final = tuple(name for name in _LAST_ONLY if re.fullmatch("[a-z]{2,3}", name))
BEGINNINGS: Final = tuple(name for name in _FIRST if re.fullmatch("p[a-z]{2}|[a-z]{2}[cnx]", name))
TAILS: Final = tuple(sorted(NEUTRAL))


def _behind_small(names: Iterable[str]) -> list[str]:
    """Names as they begin with a capital behind a small letter or a digit (`userTin`)."""
    return [rf"(?-i:[a-z0-9]{name[0].upper()}){name[1:]}" for name in names if name.isascii()]


def _shapes() -> tuple[str, ...]:
    """Expressions for the shortest names, whose letters stand in many a word."""
    return (
        f"{_START_OF_WORD}(?:{'|'.join(WHOLE_WORDS)}){_LAST_APART}",
        f"{_START_OF_WORD}(?:{'|'.join(BEGINNINGS)}){_MORE}",
        f"(?:{'|'.join(_behind_small(BEGINNINGS))}){_LAST}",
    )


def _anchors() -> tuple[str, ...]:
    """Expressions for all other names, and for what is glued to the shortest."""
    short = [name for name in _FIRST if len(name) <= _SHORT and name not in BEGINNINGS]
    return (
        *_grouped([_spelled(name) for name in _FIRST if len(name) > _SHORT], "", _MORE, _GROUP_OF_LITERALS),
        *_grouped([_spelled(name) for name in short], _START, _MORE),
        *_grouped(_behind_small(short), "", _LAST),
        *_grouped([name for name in _LAST_ONLY if name not in WHOLE_WORDS], _START, _LAST),
        f"http(?:{'|'.join(WHOLE_WORDS)}){_LAST}",
        f"http(?:{'|'.join(BEGINNINGS)}){_MORE}",
        f"{_START_OF_WORD}(?:{'|'.join(WHOLE_WORDS)})s?(?:{'|'.join(TAILS)}){_SIGN}",
        *_of_persons([name for name in _WRITTEN if name[0] == "?"]),
    )


#: Hyperscan expressions that end at the sign between a telling name and its value; those of `FIELD_SHAPES` hold a literal
#: of two or three letters only.
FIELD_ANCHORS: Final[tuple[str, ...]] = _anchors()
FIELD_SHAPES: Final[tuple[str, ...]] = _shapes()
