"""Anchors that begin a word: which expressions are literals that the native pass finds by a table.

Hyperscan slows down with short literals: it stops wherever one of them may stand (decision 19). A literal that begins a word is
looked for at the beginnings of words alone.
"""

import re
from typing import Final, NamedTuple

__all__ = ["TO_DIGIT", "TO_NUMBER", "Beginning", "beginning_of", "begun"]

#: What stands before a literal, in the order of `_shapes_words.h`: no letter and no digit but the letter of an escape; no
#: capital and no digit; a small letter or a digit, where a capital begins a segment, as in `userSsn`.
_WORD, _CAPITALS, _SEGMENT = range(3)

#: From behind a word to the next digit, or also to a parenthesis before it, across so much that a line may say in between.
TO_DIGIT: Final = r"[^0-9a-z\xff][^0-9\xff]{0,23}[0-9]"
TO_NUMBER: Final = r"[^0-9a-z\xff][^0-9\xff]{0,23}[0-9(]"
#: In the order of `_shapes_words.h`.
_TAILS: Final = ("", TO_DIGIT, TO_NUMBER)

_START: Final = r"(?:[^a-z0-9]|\\[nrtbf])"
_FORMS: Final = (
    (re.compile(r"\(\?:\[\^(?:A-Za-z|a-z)0-9\]\|\\\\\[nrtbf\]\)(.+)", re.DOTALL), _WORD, False),
    (re.compile(r"\(\?-i:\(\?:\[\^A-Za-z0-9\]\|\\\\\[nrtbf\]\)(.+)\)", re.DOTALL), _WORD, True),
    (re.compile(r"\(\?-i:\[\^A-Z0-9\]([A-Z].+)\)", re.DOTALL), _CAPITALS, True),
    (re.compile(r"\(\?-i:\[a-z0-9\]([A-Z][a-z]+)\)"), _SEGMENT, True),
)
#: A literal: characters that stand for themselves, and escapes of bytes.
_LITERAL: Final = re.compile(r"(?:[A-Za-z0-9 _/:,=\x80-\xff]|\\x[0-9a-f]{2})+")
_NOT_LITERAL: Final = re.compile(r"[^A-Za-z0-9 _/:,=\x80-\xff]")
_BYTE: Final = re.compile(r"\\x([0-9a-f]{2})")

#: The table knows literals by their first three bytes, and looks where a letter stands.
_SHORTEST: Final = 3


class Beginning(NamedTuple):
    """A literal, in small letters unless its case counts, what stands before it, and what behind it up to the anchor's end."""

    literal: bytes
    before: int
    cased: bool
    tail: int = 0


def begun(*words: str, tail: str = "") -> tuple[str, ...]:
    """Anchors for words of which each stands where a word begins, with `tail` behind them (an expression): what judges take for a
    word of their own. The table finds those of three bytes and more without a tail, or with `TO_DIGIT` or `TO_NUMBER`.
    """
    return tuple(f"{_START}{_NOT_LITERAL.sub(_spelled, word.encode().decode('latin-1'))}{tail}" for word in words)


def _spelled(character: re.Match[str]) -> str:
    return f"\\x{ord(character[0]):02x}"


def beginning_of(expression: str) -> Beginning | None:
    """What an expression (caseless, in the letters of Latin-1) is in the table; None where it is no such literal."""
    tail = max((tail for tail, text in enumerate(_TAILS) if expression.endswith(text)), default=0)
    for form, before, cased in _FORMS if not tail else _FORMS[:1]:
        match = form.fullmatch(expression.removesuffix(_TAILS[tail]))
        if match and _LITERAL.fullmatch(match[1]):
            literal = _BYTE.sub(lambda byte: chr(int(byte[1], 16)), match[1]).encode("latin-1")
            literal = literal if cased else literal.lower()
            return (
                Beginning(literal, before, cased, tail) if len(literal) >= _SHORTEST and literal[:1].isalpha() else None
            )
    return None
