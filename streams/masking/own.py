"""Detectors that a policy brings: a pattern, a validator by name, words before the value.

The pattern is the anchor in the database of all anchors; where it ends, it is run once more by itself over the few bytes
before, by hyperscan again, to tell where it began. Nothing here backtracks.
"""

import re
import threading
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, cast

import hyperscan

from streams.errors import PolicyError
from streams.masking.found import Detector, Found, Verdict
from streams.masking.patterns import MATCH_MAX, shape_of
from streams.masking.policy import OwnDetector
from streams.masking.validators import (
    IBAN_LENGTHS,
    base58check,
    bech32,
    card_brand,
    iban_valid,
    luhn,
    ssn_valid,
    stdnum_valid,
)

__all__ = ["VALIDATORS", "detector_of"]

#: How far before a value its words may stand, in bytes.
_WORDS_MAX: Final = 64

#: Rank in an overlap: a policy that names a format knows it better than the general detectors do.
_CERTAIN: Final = 88

_FLAGS: Final = hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_DOTALL
_NOT_ALNUM: Final = re.compile(r"[^A-Za-z0-9]+")
_SSN_DIGITS: Final = 9


def _digits(check: Callable[[str], bool]) -> Callable[[str], bool]:
    """A check of digits that leaves the signs between them out of account."""

    def passes(text: str) -> bool:
        bare = _NOT_ALNUM.sub("", text)
        return bare.isdigit() and bare.isascii() and check(bare)

    return passes


def _number(module: str) -> Callable[[str], bool]:
    def passes(text: str) -> bool:
        return stdnum_valid(module, text)

    return passes


def _iban(text: str) -> bool:
    bare = _NOT_ALNUM.sub("", text).upper()
    return bare[:2] in IBAN_LENGTHS and iban_valid(bare)


def _ssn(text: str) -> bool:
    return len(text) == _SSN_DIGITS and ssn_valid(text)


#: What a detector of a policy may ask of its value, by name: checksums and structures, all of them linear.
VALIDATORS: Final[Mapping[str, Callable[[str], bool]]] = MappingProxyType(
    {
        "luhn": _digits(luhn),
        "card": _digits(lambda text: card_brand(text) is not None and luhn(text)),
        "iban": _iban,
        "us_ssn": _digits(_ssn),
        "base58check": base58check,
        "bech32": bech32,
        "mod_11_10": _number("iso7064.mod_11_10"),
        "mod_11_2": _number("iso7064.mod_11_2"),
        "mod_37_36": _number("iso7064.mod_37_36"),
        "mod_97_10": _number("iso7064.mod_97_10"),
        "verhoeff": _number("verhoeff"),
        "damm": _number("damm"),
        "imei": _number("imei"),
        "isin": _number("isin"),
        "lei": _number("lei"),
        "vat_eu": _number("eu.vat"),
    }
)


def detector_of(own: OwnDetector) -> Detector:
    """The row of a policy's detector; PolicyError with one sentence where its pattern cannot be compiled."""
    shape_of(own.pattern)
    return Detector(f"own_{own.name}", (own.pattern.encode().decode("latin-1"),), _Judge(own), source=own.rule)


class _Judge:
    """Judges where the pattern of one detector ended; threads may share it."""

    def __init__(self, own: OwnDetector) -> None:
        self._own = own
        self._name = f"own_{own.name}"
        self._validator = VALIDATORS[own.validator] if own.validator else None
        self._words = _words(own.words) if own.words else None
        self._database = _compiled(own.pattern)
        self._scratches = threading.local()

    def __call__(self, data: bytes, end: int) -> Verdict:
        start = self._start(data, end)
        if start < 0:
            return "no_match"
        if self._words is not None and not self._words.search(data, max(0, start - _WORDS_MAX), start):
            return "no_word"
        if self._validator is not None and not self._validator(data[start:end].decode("utf-8", "replace")):
            return self._own.validator
        return Found(start, end, self._own.kind, self._name, self._own.validator or "pattern", _CERTAIN)

    def _start(self, data: bytes, end: int) -> int:
        """Where the match began that ends at a position, the longest of them; -1 where none does.

        One byte on both sides is seen as well, for the ends of words.
        """
        low = max(0, end - MATCH_MAX - 1)
        starts: list[int] = []

        def on_match(_ident: int, start: int, stop: int, _flags: int, _context: object) -> None:
            if low + stop == end:
                starts.append(low + start)

        self._database.scan(data[low : end + 1], match_event_handler=on_match, scratch=self._scratch())
        return min(starts, default=-1)

    def _scratch(self) -> hyperscan.Scratch:
        scratch = getattr(self._scratches, "scratch", None)
        if scratch is None:
            scratch = self._scratches.scratch = hyperscan.Scratch(database=self._database)
        return cast("hyperscan.Scratch", scratch)


def _words(words: tuple[str, ...]) -> re.Pattern[bytes]:
    either = b"|".join(re.escape(word.encode()) for word in words)
    return re.compile(rb"(?<![A-Za-z0-9])(?:%b)(?![A-Za-z0-9])" % either, re.IGNORECASE)


def _compiled(pattern: str) -> hyperscan.Database:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    try:
        database.compile(expressions=[pattern.encode()], ids=[0], flags=[_FLAGS | hyperscan.HS_FLAG_SOM_LEFTMOST])
    except hyperscan.HyperscanError:
        # Its message is about the pattern alone, but in the words of a compiler.
        raise PolicyError(
            "The pattern cannot be compiled: it is no expression, or has too many different lengths; shorten its repeats."
        ) from None
    return database
