"""Anchors that begin a word: which expressions are literals that the native pass finds by a table.

Hyperscan slows down with short literals: it stops wherever one of them may stand (decision 19). A literal that begins a word is
looked for at the beginnings of words alone.
"""

import re
from typing import Final, NamedTuple

__all__ = ["Beginning", "beginning_of"]

#: What stands before a literal, in the order of `_shapes_words.h`: no letter and no digit but the letter of an escape; no
#: capital and no digit; a small letter or a digit, where a capital begins a segment, as in `userSsn`.
_WORD, _CAPITALS, _SEGMENT = range(3)

_FORMS: Final = (
    (re.compile(r"\(\?:\[\^(?:A-Za-z|a-z)0-9\]\|\\\\\[nrtbf\]\)(.+)", re.DOTALL), _WORD, False),
    (re.compile(r"\(\?-i:\(\?:\[\^A-Za-z0-9\]\|\\\\\[nrtbf\]\)(.+)\)", re.DOTALL), _WORD, True),
    (re.compile(r"\(\?-i:\[\^A-Z0-9\]([A-Z].+)\)", re.DOTALL), _CAPITALS, True),
    (re.compile(r"\(\?-i:\[a-z0-9\]([A-Z][a-z]+)\)"), _SEGMENT, True),
)
#: A literal: characters that stand for themselves, and escapes of bytes.
_LITERAL: Final = re.compile(r"(?:[A-Za-z0-9 _/\x80-\xff]|\\x[0-9a-f]{2})+")
_BYTE: Final = re.compile(r"\\x([0-9a-f]{2})")

#: The table knows literals by their first three bytes, and looks where a letter stands.
_SHORTEST: Final = 3


class Beginning(NamedTuple):
    """A literal, in small letters unless its case counts, and what stands before it."""

    literal: bytes
    before: int
    cased: bool


def beginning_of(expression: str) -> Beginning | None:
    """What an expression (caseless, in the letters of Latin-1) is in the table; None where it is no such literal."""
    for form, before, cased in _FORMS:
        match = form.fullmatch(expression)
        if match and _LITERAL.fullmatch(match[1]):
            literal = _BYTE.sub(lambda byte: chr(int(byte[1], 16)), match[1]).encode("latin-1")
            literal = literal if cased else literal.lower()
            return Beginning(literal, before, cased) if len(literal) >= _SHORTEST and literal[:1].isalpha() else None
    return None
