"""What the name of a key says of its value."""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from streams.masking.detectors.providers.format import entropy
from streams.masking.detectors.providers.names import KNOWN, NEVER_ALONE, NO_SECRETS, SECRET_WORDS, SHAPES, TAILS

__all__ = ["Told", "looks_random", "telling", "varied"]

#: The longest number behind a telling word (`token_2`), in digits.
_DIGITS_MAX: Final = 4

_SEGMENT: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

_PROVIDERS: Final[dict[str, re.Pattern[bytes] | None]] = {
    **dict.fromkeys(KNOWN),
    **{
        name: re.compile(f"(?:{shape})\\Z".encode(), re.IGNORECASE) for names, shape in SHAPES for name in names.split()
    },
}


class Told(NamedTuple):
    """What a name says of its value: a provider's documented shape, and whether anything random will do."""

    shape: re.Pattern[bytes] | None
    random: bool
    provider: bool


def _provider(words: list[str]) -> str | None:
    """The provider named by neighbouring words, the longest name first."""
    for size in (4, 3, 2, 1):
        for first in range(len(words) - size + 1):
            if (name := "".join(words[first : first + size])) in _PROVIDERS:
                return name
    return None


@lru_cache(maxsize=8192)
def telling(key: bytes) -> Told | None:
    """What a key's name says of its value; None where it names no secret."""
    words = [word.lower() for word in _SEGMENT.findall(key.decode("utf-8", "replace"))]
    whole = "".join(words)
    if whole not in NEVER_ALONE and (shape := _PROVIDERS.get(whole)) is not None:
        return Told(shape, random=False, provider=True)
    if len(words) > 1 and (words[-1] in TAILS or (words[-1].isdigit() and len(words[-1]) <= _DIGITS_MAX)):
        words.pop()
        whole = "".join(words)
    tail = next((tail for tail in SECRET_WORDS if whole.removesuffix("s").endswith(tail)), None)
    if tail is None:
        return None
    return _told(words, whole.removesuffix("s").removesuffix(tail))


def _told(words: list[str], rest: str) -> Told | None:
    """What the words before the telling last one make of it."""
    last = words[-1].removesuffix("s")
    if last not in SECRET_WORDS and not (last == "id" and "access" in words):
        # Written in one: `herokukey` is read, `monkey` is not.
        return Told(_PROVIDERS[rest], random=True, provider=True) if rest in _PROVIDERS else None
    before = [word for word in words[:-1] if word not in ("api", "access", "secret", "auth")]
    name = _provider(words[:-1])
    if name is not None and not NO_SECRETS.intersection(before):
        return Told(_PROVIDERS[name], random=True, provider=True)
    if not before or NO_SECRETS.intersection(before):
        return None
    return Told(None, random=True, provider=False)


_TOKEN: Final = re.compile(rb"[A-Za-z\d_\-+/=.~:%!]+\Z")
_HEX: Final = re.compile(rb"[\da-fA-F]+(?:-[\da-fA-F]+)*\Z")
_RUN: Final = re.compile(rb"[A-Za-z\d]+")
_DIGIT: Final = re.compile(rb"\d")
_TURN: Final = re.compile(rb"\d(?=[A-Za-z])|[A-Za-z](?=\d)|[a-z](?=[A-Z])")

#: The shortest value taken for random, its least Shannon entropy (bits a character), and how often letters, cases and
#: digits have to take turns within it: words, numbers and dates joined by signs do not.
_RANDOM_MIN: Final = 16
_RANDOM_BITS: Final = 3.2
_RANDOM_TURNS: Final = 4
_RANDOM_RUN: Final = 10

#: The shortest run of hexadecimal digits taken for a provider's key.
_HEX_MIN: Final = 32


def looks_random(value: bytes, *, hexadecimal: bool) -> bool:
    """Whether a value is none that a person or a program would have named; hashes and ids (`hexadecimal`) on demand."""
    if len(value) < _RANDOM_MIN or not _TOKEN.match(value) or b"://" in value:
        return False
    if _HEX.match(value):
        return hexadecimal and len(value) >= _HEX_MIN and entropy(value) >= _RANDOM_BITS - 0.5
    if max(map(len, _RUN.findall(value)), default=0) < _RANDOM_RUN or not _DIGIT.search(value):
        return False
    return len(_TURN.findall(value)) >= _RANDOM_TURNS and entropy(value) >= _RANDOM_BITS


#: Least entropy of a value in its provider's shape, in bits a character; what is poorer is a placeholder.
_SHAPE_BITS: Final = 2.2


def varied(value: bytes, *, alone: bool = False) -> bool:
    """Whether a value in its provider's shape is neither words nor a placeholder; `alone`: without `key` or `token`."""
    turns = len(_TURN.findall(value))
    if entropy(value) < _SHAPE_BITS:
        return False
    return turns >= _RANDOM_TURNS or b":" in value if alone else turns > 1 or not value.isalpha()
