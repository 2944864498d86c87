"""What a provider's key looks like, and the judge that follows from it."""

import re
from collections.abc import Callable
from math import log2
from typing import Final, Literal, NamedTuple

from streams.masking.found import Detector, Found, Judge, Verdict
from streams.masking.shapes import SHAPES

__all__ = ["Format", "detector", "entropy"]

#: Whether a key's own checksum holds; it only raises the certainty, a key of the right shape never passes for its lack.
Checksum = Callable[[bytes], bool]


class Format(NamedTuple):
    """A key is `head`, `lead` and `rest`; the anchor is the first two, so that no key is without its anchor.

    `head` and `lead` are written for hyperscan and for Python alike, case-sensitive and bounded; `rest` for Python.
    `example` spells a key's documented shape: `{w36}` stands for 36 letters and digits, see the tests for the other
    letters. `reach` bounds how long head and lead may be, in bytes. With `bare` the head is no part of the secret.
    `bits` is the least Shannon entropy, in bits a character: what is poorer is a placeholder (the path of an address
    is measured without its host). `behind` says what may stand before: a sign only, a sign or one of `_` and `-`, or
    anything. `anchor` replaces head and lead where those are too wide to look for.
    """

    name: str
    head: str
    lead: str
    rest: str
    example: str
    source: str
    reach: int = 48
    bare: bool = False
    bits: float = 2.0
    checksum: Checksum | None = None
    anchor: str = ""
    behind: Literal["sign", "joint", "any"] = "joint"


#: No key begins within a word of ASCII letters and digits; the `n` of an escaped newline is no part of a word.
_STARTS: Final = {
    "sign": r"(?:(?<![A-Za-z0-9_-])|(?<=\\[nrtbf]))",
    "joint": r"(?:(?<![A-Za-z0-9])|(?<=\\[nrtbf]))",
    "any": "",
}

#: How far behind an anchor a key may reach, in bytes.
_KEY_MAX: Final = 8192

#: Certainty of a shape that only its provider gives out, and of one whose checksum holds as well.
_SHAPE: Final = 84
_PROVEN: Final = 88


def entropy(text: bytes) -> float:
    """Shannon entropy of a text, in bits a byte."""
    size = len(text)
    return -sum(count / size * log2(count / size) for count in map(text.count, set(text)))


def _judge(form: Format) -> Judge:
    begin = re.compile(f"{_STARTS[form.behind]}{form.head}{form.lead}".encode())
    whole = re.compile(f"{form.head}(?P<key>{form.lead}{form.rest})".encode())

    def judge(data: bytes, end: int) -> Verdict:
        at = max(0, end - form.reach)
        while candidate := begin.search(data, at, end):
            at = candidate.start() + 1
            key = whole.match(data, candidate.start(), end + _KEY_MAX)
            if key is None or key.end() < end:
                continue
            if entropy(key["key"] if "/" in form.head else key[0]) < form.bits:
                return "placeholder"
            proven = form.checksum is not None and form.checksum(key[0])
            start = key.start("key") if form.bare else key.start()
            validator = "checksum" if proven else "format"
            return Found(start, key.end(), "secret", form.name, validator, _PROVEN if proven else _SHAPE)
        return "format"

    return judge


def detector(form: Format) -> Detector:
    """The detector of one format."""
    anchor = form.anchor or f"(?-i:{form.head}{form.lead})"
    if form.name in SHAPES:
        return Detector(form.name, (), _judge(form), source=form.source, shapes=(anchor,))
    return Detector(form.name, (anchor,), _judge(form), source=form.source)
