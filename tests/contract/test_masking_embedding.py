"""A value is found wherever it stands: values x containers x encodings, two of them in one another."""

import random
from functools import lru_cache

import pytest

from streams.masking.masker import Masker
from streams.masking.policy import Policy
from tests.support.disguise import CONTAINERS, ENCODINGS, VALUES, Value, leaks, masker_keyring, write

#: Encodings that may lie around another one; a base64 run has no character that the others would change.
_OUTER = (
    "plain",
    "percent",
    "percent_all",
    "u_signs",
    "x_signs",
    "html_decimal",
    "base64_0",
    "base64_1",
    "base64_json",
    "gzip_base64",
)
#: A run of base64 is opened for the ASCII in it, so characters that hide every letter are not put into one.
_NOT_INSIDE = ("zero_width", "full_width", "soft_hyphen")
_SEED = 20_240_501
_PAIRS = 1000


@lru_cache(maxsize=1)
def _masker() -> Masker:
    return Masker(Policy(), masker_keyring())


def _check(value: Value, encodings: tuple[str, ...], place: str) -> None:
    line = write(value, encodings, place)
    outcome = _masker().mask(line)
    if outcome.text is None:
        assert outcome.failure is not None
        return
    assert not leaks(outcome.text, value.needle), f"{value.name} in {encodings} in {place}"
    assert _masker().mask(outcome.text).text == outcome.text, f"{value.name} in {encodings} in {place} is masked twice"


@pytest.mark.parametrize("value", VALUES, ids=lambda value: value.name)
def test_no_value_survives_in_any_container_and_encoding(value: Value) -> None:
    """Each value in each encoding in each container is gone from the output as anybody may decode it."""
    for encoding in ENCODINGS:
        for place in CONTAINERS:
            _check(value, (encoding,), place)


def test_no_value_survives_two_deep() -> None:
    """The same holds for a seeded sample of encodings inside encodings."""
    chance = random.Random(_SEED)
    for _ in range(_PAIRS):
        encodings = (chance.choice(sorted(ENCODINGS.keys() - _NOT_INSIDE)), chance.choice(_OUTER))
        _check(chance.choice(VALUES), encodings, chance.choice(sorted(CONTAINERS)))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("value", VALUES, ids=lambda value: value.name)
def test_no_value_survives_in_utf_16(value: Value, encoding: str) -> None:
    """A whole line in UTF-16 is masked and stays UTF-16, or it fails."""
    for place in ("json_message", "logfmt", "syslog", "stack"):
        line = write(value, ("plain",), place).decode()
        outcome = _masker().mask(line.encode(encoding))
        if outcome.text is not None:
            assert not leaks(outcome.text.decode(encoding).encode(), value.needle)


def test_most_disguises_are_masked_and_not_refused() -> None:
    """Failing closed is the exception: nearly every disguised line comes out masked."""
    failed = total = 0
    for value in VALUES:
        for encoding in ENCODINGS:
            for place in CONTAINERS:
                total += 1
                failed += _masker().mask(write(value, (encoding,), place)).text is None
    assert failed * 50 < total
