"""Names of fields by their last letters, packed for the native pass: a trie that is walked from a sign towards its name.

The trie is a double array (Aoe, "An Efficient Digital Search Algorithm by Using a Double-Array Structure", 1989): the child
of a node for a symbol is the slot at the node's base plus the symbol, if that slot names the node as its parent.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import count, product
from struct import Struct
from typing import Final, NamedTuple

from streams.masking.field_anchors import ANYWHERE, APART, BEHIND_PERSONS, CAPITALS, PERSON_WORDS
from streams.masking.fields import NEUTRAL

__all__ = ["Endings", "field_endings", "packed_endings"]

#: What a word may be, bit by bit; `_shapes_names.h` has the same.
_SORTS: Final = (ANYWHERE, APART, CAPITALS, BEHIND_PERSONS, PERSON_WORDS, NEUTRAL)

#: What may join the segments of a name: one symbol for all of them.
_JOINS: Final = b"_-. "
_SLOT: Final = Struct("<IHH")
#: The parent of a slot that no node is in.
_NOBODY: Final = 0xFFFF


#: So far behind the first free slot a node may lie before that slot is given up.
_HOLES_MAX: Final = 512


class Endings(NamedTuple):
    """The symbol of each byte, 0 for those of no word; and the trie's slots, each `<IHH`: base, parent, marks; the root first."""

    symbols: bytes
    slots: bytes


class _Node:
    """A node of the trie: what the word that begins here is, and what may stand before."""

    __slots__ = ("before", "marks")

    def __init__(self) -> None:
        self.marks = 0
        self.before: dict[int, _Node] = {}


@lru_cache(maxsize=1)
def field_endings() -> Endings:
    """All words that names of fields are made of."""
    words = {word for sort in _SORTS for word in sort}
    return packed_endings({word: sum(1 << bit for bit, sort in enumerate(_SORTS) if word in sort) for word in words})


def packed_endings(words: Mapping[str, int]) -> Endings:
    """Words in lower case with their marks, packed; `_` and `.` in a word are joins that may be missing."""
    symbols = _symbols(words)
    root = _Node()
    for word, marks in words.items():
        for spelled in _spellings(word):
            node = root
            for symbol in map(symbols.__getitem__, reversed(spelled)):
                node = node.before.get(symbol) or node.before.setdefault(symbol, _Node())
            node.marks |= marks
    return Endings(bytes(symbols), _packed(root))


def _symbols(words: Mapping[str, int]) -> list[int]:
    """The symbol of each byte: letters of ASCII have one in both cases, joins have one together."""
    used = sorted({byte for word in words for byte in word.encode().lower()} - {*_JOINS})
    symbols = [0] * 256
    for symbol, byte in enumerate(used, 1):
        symbols[byte] = symbols[ord(chr(byte).upper()) if byte < 0x80 else byte] = symbol
    for byte in _JOINS:
        symbols[byte] = len(used) + 1
    return symbols


def _spellings(word: str) -> Iterator[bytes]:
    """A word with and without each of its joins."""
    segments = word.replace(".", "_").split("_")
    for joins in product(("", "_"), repeat=len(segments) - 1):
        yield "".join(map("".join, zip(segments, (*joins, ""), strict=True))).encode()


def _packed(root: _Node) -> bytes:
    """The slots of all nodes, and as many free ones behind them that no walk leaves the array."""
    slots: dict[int, tuple[_Node, int]] = {0: (root, _NOBODY)}
    bases: dict[int, int] = {}
    waiting, first = [0], 1
    for place in waiting:
        before = slots[place][0].before
        while first in slots:
            first += 1
        bases[place] = base = _base(before, slots, first)
        for symbol, node in before.items():
            slots[base + symbol] = node, place
            waiting.append(base + symbol)
        # Else one hole that no node fits into makes all later searches begin at it: a minute instead of a second.
        first += base - first > _HOLES_MAX
    size = max(bases.values()) + 256
    free = _SLOT.pack(0, _NOBODY, 0)
    return b"".join(
        _SLOT.pack(bases[place], slots[place][1], slots[place][0].marks) if place in slots else free
        for place in range(size)
    )


def _base(before: Mapping[int, _Node], slots: Mapping[int, object], first: int) -> int:
    """The lowest base from which the slots of all symbols are free; no slot below `first` is."""
    lowest = max(0, first - min(before, default=first))
    return next(base for base in count(lowest) if not any(base + symbol in slots for symbol in before))
