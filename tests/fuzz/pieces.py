"""What the fuzzer puts texts together from: values, disguises, surroundings, examples and counter-examples."""

import random
from collections.abc import Callable, Sequence

from streams.masking import detectors
from tests.support.disguise import CONTAINERS, ENCODINGS, VALUES

__all__ = ["mutated"]

_SIGNS = (
    b'"', b"'", b"\\", b"\\n", b"\\u0040", b"%40", b"=40", b"&#64;", b":", b"=", b"@", b".", b"+", b"-", b"{", b"}",
    b"[", b"]", b",", b";", b" ", b"\t", b"\n", b"\r\n", b"\x00", b"\xff", b"\xc3\xa9", b"\xe2\x80\x8b",
    b"\xef\xbc\xa0", b"***", b"tok_email_k1_abcdefghijklmnopabcd", b"tok_user_k9_abcdefghijklmnopabcd",
    b'"password":', b"password=", b'"user_id":', b"Bearer ", b"Cookie: ", b"https://", b"card ", b"phone ", b"null",
    b"-----BEGIN PRIVATE KEY-----", b"eyJ", b"0", b"1e5", b"127.0.0.1", b"::1", b"\x1b[31m",
)  # fmt: skip
_WHOLE = tuple(text.encode() for one in detectors.ALL for text in (*one.examples, *one.counter)) + tuple(
    value.text.encode() for value in VALUES
)


def mutated(data: bytes, seed: int) -> bytes:
    """The bytes with something personal, or something that looks like it, put in, taken out or wrapped around."""
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 3)):
        data = chance.choice(_STEPS)(data, chance)
    return data


def _insert(data: bytes, chance: random.Random, pieces: Sequence[bytes] = _SIGNS) -> bytes:
    at = chance.randint(0, len(data))
    return data[:at] + chance.choice(pieces) + data[at:]


def _insert_whole(data: bytes, chance: random.Random) -> bytes:
    return _insert(data, chance, _WHOLE)


def _replace(data: bytes, chance: random.Random) -> bytes:
    at = chance.randint(0, len(data))
    return data[:at] + chance.choice(_WHOLE) + data[at + chance.randint(0, 40) :]


def _cut(data: bytes, chance: random.Random) -> bytes:
    at = chance.randint(0, len(data))
    return data[:at] + data[at + chance.randint(1, 12) :]


def _cut_off(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randint(0, len(data))]


def _encode(data: bytes, chance: random.Random) -> bytes:
    """A part in another way of writing it."""
    text = data.decode("utf-8", "replace")
    first = chance.randint(0, len(text))
    last = min(len(text), first + chance.randint(1, 60))
    return (text[:first] + ENCODINGS[chance.choice(_NAMES)](text[first:last]) + text[last:]).encode("utf-8", "replace")


def _wrap(data: bytes, chance: random.Random) -> bytes:
    text = data.decode("utf-8", "replace")
    return CONTAINERS[chance.choice(_PLACES)](text, chance.choice(VALUES).field).encode("utf-8", "replace")


_NAMES = sorted(ENCODINGS)
_PLACES = sorted(CONTAINERS)
_STEPS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _insert, _insert, _insert_whole, _replace, _cut, _cut_off, _encode, _wrap,
)  # fmt: skip
