"""A value is found wherever it stands: values x containers x positions x encodings, two of them around one another."""

import random
from collections.abc import Callable, Iterator
from functools import lru_cache

import pytest

from streams.masking.masker import Masker
from streams.masking.policy import Policy
from tests.support.disguise import ENCODINGS, leaks, masker_keyring
from tests.support.personal import EVIDENT, HARMLESS, NAMED, Personal
from tests.support.places import AROUND, BESIDE, POSITIONS

_SEED = 20_240_501
_PAIRS = 2_500

#: Everything that may lie around a text; an encoding is one more container.
_STEPS: dict[str, Callable[[str], str]] = {**AROUND, **{f"encoded {name}": one for name, one in ENCODINGS.items()}}

#: A run of base64 is opened for the ASCII in it, so characters that hide every letter are not put into one.
_RUNS = ("bytes_list", *(f"encoded {name}" for name in ENCODINGS if "base64" in name))
_HIDING = ("encoded zero_width", "encoded full_width", "encoded soft_hyphen")
#: Its soft line breaks stand at the ends of lines; in a string that escapes line ends they are told by other escapes.
_BREAKING = "encoded quoted_printable"
#: Strings of JSON in one another beyond what anybody writes: each doubles the backslashes.
_DEEPEST = "\\" * 32


@lru_cache(maxsize=1)
def _masker() -> Masker:
    return Masker(Policy(), masker_keyring())


def _written(value: Personal) -> dict[str, str]:
    """The value under its name in each way, and as itself in each position where it needs no name."""
    texts = {f"beside {name}": write(value.text, value.field) for name, write in BESIDE.items()}
    return texts | {name: place(value.text) for name, place in POSITIONS.items() if value in EVIDENT}


def _around(text: str, outer: tuple[str, ...]) -> str | None:
    """The text in these steps, the last outermost; None where nobody would read it."""
    for inner, name in zip((None, *outer), outer, strict=False):
        if (inner in _HIDING and name in _RUNS) or inner == _BREAKING:
            return None
        text = _STEPS[name](text)
    return None if _DEEPEST in text or _DEEPEST.replace("\\", "%5C") in text else text


def _leaking(value: Personal, line: str) -> str:
    """What is wrong with how a line is masked: empty where it is failed closed, or nothing of the value is left."""
    outcome = _masker().mask(line.encode())
    if outcome.text is None:
        assert outcome.failure is not None
        return ""
    left = [needle for needle in value.needles if leaks(outcome.text, needle)]
    return f"{value.name}: {left} left of {line!r}" if left else ""


def _all_wrong(value: Personal, lines: Iterator[str]) -> list[str]:
    return [wrong for line in lines if (wrong := _leaking(value, line))][:5]


_ids = lambda value: value.name  # noqa: E731 - pytest's own idiom


@pytest.mark.parametrize("value", [*EVIDENT, *NAMED], ids=_ids)
def test_no_value_survives_under_its_name(value: Personal) -> None:
    """However a name is written beside a value, nothing of the value is left."""
    assert _all_wrong(value, iter(_written(value).values())) == []


@pytest.mark.parametrize("value", [*EVIDENT, *NAMED], ids=_ids)
def test_no_value_survives_in_any_container(value: Personal) -> None:
    """In every container and encoding, at every position, nothing of a value is left in anything that can be read."""
    texts = _written(value)
    first = [texts[name] for name in (*POSITIONS, "beside json", "beside logfmt") if name in texts]
    lines = (line for text in first for step in _STEPS if (line := _around(text, (step,))))
    assert _all_wrong(value, lines) == []


def test_no_value_survives_two_deep() -> None:
    """The same holds for a seeded sample of containers in containers."""
    chance = random.Random(_SEED)
    steps = sorted(_STEPS)
    for _ in range(_PAIRS):
        value = chance.choice((*EVIDENT, *NAMED))
        text = chance.choice(sorted(_written(value).items()))[1]
        line = _around(text, (chance.choice(steps), chance.choice(steps)))
        assert line is None or not _leaking(value, line)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("value", [*EVIDENT, *NAMED], ids=_ids)
def test_no_value_survives_in_any_pair_of_containers(value: Personal) -> None:
    """Every container in every container and encoding, each pair around the value as another way writes it."""
    texts = sorted(_written(value).values())
    pairs = [(inner, outer) for inner in sorted(_STEPS) for outer in sorted(_STEPS)]
    lines = (line for at, pair in enumerate(pairs) if (line := _around(texts[at % len(texts)], pair)))
    assert _all_wrong(value, lines) == []


@pytest.mark.parametrize("value", [*EVIDENT, *NAMED], ids=_ids)
def test_what_is_masked_is_masked_once(value: Personal) -> None:
    """Masking what was masked in a container changes nothing."""
    for text in _written(value).values():
        once = _masker().mask(text.encode()).text
        assert once is None or _masker().mask(once).text == once


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_harmless_stays_in_any_container(text: str) -> None:
    """Times, identifiers, versions and names of code stay as they are wherever they stand."""
    lines = [step(place(text)).encode() for step in _STEPS.values() for place in POSITIONS.values()]
    lines += [write(text, "detail").encode() for write in BESIDE.values()]
    assert [line for line in lines if _masker().mask(line).text is not line][:5] == []


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("value", EVIDENT, ids=_ids)
def test_no_value_survives_in_utf_16(value: Personal, encoding: str) -> None:
    """A whole line in UTF-16 is masked and stays UTF-16, or it fails."""
    for name in ("json_leaf", "logfmt", "syslog_5424", "java_trace"):
        outcome = _masker().mask(AROUND[name](value.text).encode(encoding))
        if outcome.text is not None:
            assert not any(leaks(outcome.text.decode(encoding).encode(), needle) for needle in value.needles)


def test_most_lines_are_masked_and_not_refused() -> None:
    """Failing closed is the exception: nearly every disguised line comes out masked."""
    lines = [step(value.text).encode() for value in EVIDENT for step in _STEPS.values()]
    failed = sum(_masker().mask(line).text is None for line in lines)
    assert failed * 200 < len(lines)
