"""Where names of fields stand in text: hyperscan expressions for all that `fields` knows, up to the sign behind them.

What is behind a name may be its plural, words that do not change whose value it is (`email_hash`, `phone_2`), and signs that
lead to the value. The native pass looks for the same names from their last letters (`endings.py`).
"""

import re
from collections.abc import Iterable
from typing import Final

from streams.masking.fields import NAMES, NEUTRAL, PERSONS, SEGMENT

__all__ = ["ANYWHERE", "APART", "BEHIND_PERSONS", "CAPITALS", "FIELD_ANCHORS", "FIELD_SHAPES", "PERSON_WORDS"]

#: What may join the segments of a name, as a hyperscan expression.
_JOIN: Final = r"[_\-. ]?"

#: What stands between a name and its sign: quotes at any nesting, the end of a subscript, a subscript of a list's element,
#: white space.
_SIGN: Final = r"\\*[\"'`]?\]?(?:\[[0-9]{0,3}\])?[ \t]{0,16}[:=]"

#: What may stand behind a name: what makes it several, what does not change whose it is, and what a form or an installer draws
#: before the sign (`Email *:`, `Email ....:`).
_TAILS: Final = rf"(?:[_\-. ]{{0,4}}(?:{'|'.join(sorted(NEUTRAL))}|[0-9]{{1,8}})){{0,3}}"
_BEHIND: Final = rf"(?:e?s)?{_TAILS}[_\-. *]{{0,24}}{_SIGN}"

#: Before a name that has to be a whole element: no letter, but for the letter of an escaped line end.
_START: Final = r"(?:[^a-z0-9]|\\[nrtbf]|http)"

#: Names this short stand inside too many words (`waiting` holds a `tin`) to be looked for without a start, in letters.
_SHORT: Final = 4


def _spelled(name: str) -> str:
    """A name as an expression over the bytes of UTF-8."""
    return _JOIN.join(re.split(r"[_.]", name)).encode().decode("latin-1")


def _cases(name: str) -> set[str]:
    """A name as it is written in small letters, as words, and in capitals, where the scan sees only ASCII's as the same."""
    return {name} if name.isascii() else {name, name[0].upper() + name[1:], name.title(), name.upper()}


#: So many names in one expression compile several times as fast as each by itself, and scan as fast. More of them would
#: compile faster yet, and cost twice as much in each scan; those without a start, whose last letters are literals, do not.
_GROUP: Final = 8
_GROUP_OF_LITERALS: Final = 32


def _grouped(names: Iterable[str], before: str, after: str, size: int = _GROUP) -> list[str]:
    """Expressions for names that share what stands before and behind them, several names in each."""
    ordered = sorted(map(_spelled, names))
    groups = (ordered[first : first + size] for first in range(0, len(ordered), size))
    return [f"{before}(?:{'|'.join(group)}){after}" for group in groups]


def _written(mark: str) -> frozenset[str]:
    """The names with a mark of `fields` before them, or without any, in all their cases."""
    names = {name for _, _, names in NAMES for name in names.split()}
    marked = {name.removeprefix(mark) for name in names if name[0] == mark or not (mark or name[0] in "=?")}
    return frozenset(spelled for name in marked for spelled in _cases(name))


#: Names that hold wherever they end a key (`billing_email`, `userEmail`).
ANYWHERE: Final = frozenset(name for name in _written("") if len(name) > _SHORT)
_SHORT_ONES: Final = _written("") - ANYWHERE
#: Names that have to be a whole element of it; of these the ones that may begin with a capital behind a small letter (`userTin`).
APART: Final = _written("=") | _SHORT_ONES
CAPITALS: Final = frozenset(filter(str.isascii, _SHORT_ONES))
#: Names that hold behind a word for a person (`user_id`, `customers.name`), or below one as whole quoted keys.
BEHIND_PERSONS: Final = _written("?")
PERSON_WORDS: Final = frozenset(SEGMENT.findall(word)[-1] for word in PERSONS)

#: Classes whose objects begin their print with a person's number.
_PRINTED: Final = ("User", "Customer", "Person", "Patient", "Employee", "Passenger", "Student", "Guest", "Subscriber")


def _endings(names: Iterable[str]) -> set[str]:
    """The names that end with no other one, which stands for them."""
    flat = {re.sub(r"[_.]", "", name): name for name in sorted(names, key=len)}
    return {name for one, name in flat.items() if not any(one[first:] in flat for first in range(1, len(one)))}


#: In one expression with another name of the same letters at both ends, hyperscan (5.4.12) does not see it written as one word.
_BY_ITSELF: Final = frozenset(("id_number",))


def _shapes() -> tuple[str, ...]:
    behind = "|".join(sorted(BEHIND_PERSONS))
    capitals = [rf"(?-i:[a-z0-9]{name[0].upper()}){_spelled(name[1:])}" for name in sorted(CAPITALS)]
    return (
        *_grouped(_endings(ANYWHERE) - _BY_ITSELF, "", _BEHIND, _GROUP_OF_LITERALS),
        *_grouped(_BY_ITSELF, "", _BEHIND),
        *_grouped(APART, _START, _BEHIND),
        *(f"(?:{'|'.join(capitals[first : first + _GROUP])}){_BEHIND}" for first in range(0, len(capitals), _GROUP)),
        *_grouped(PERSON_WORDS, "", rf"s{{0,3}}(?:[_\-. $@\[]{{0,3}}|\]?(?:\[[0-9]{{0,3}}\])?\[)(?:{behind}){_BEHIND}"),
        *(rf"[\"'`]{name}\\*[\"'`]\]?[ \t]{{0,16}}[:=]" for name in sorted(BEHIND_PERSONS)),
    )


#: Hyperscan expressions that end at the sign between a telling name and its value; the native pass knows those of
#: `FIELD_SHAPES` by their names.
FIELD_SHAPES: Final[tuple[str, ...]] = _shapes()
FIELD_ANCHORS: Final = tuple(rf"(?-i:{name}[A-Za-z]{{0,6}} ?[({{\[]) ?id ?[:=]" for name in _PRINTED)
