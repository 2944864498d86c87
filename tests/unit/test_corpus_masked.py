"""The corpus through the engine: what is labelled personal goes, what is labelled kept stays, shape by shape."""

from collections.abc import Callable
from urllib.parse import unquote

import pytest

from streams.corpus import Line, generate
from streams.corpus.dice import Clock, Dice
from streams.corpus.edge import EDGE_SHAPES, nginx_json
from streams.corpus.people import People
from streams.corpus.scene import Scene
from streams.corpus.services import SERVICE_SHAPES, claims, order
from streams.corpus.text import TEXT_SHAPES, captured, chat
from streams.corpus.unmaskable import UNMASKABLE_SHAPES
from streams.masking.batch import RecordMasker
from streams.masking.keyring import Keyring
from streams.masking.policy import Policy
from streams.masking.records import MaskedColumns, RecordColumns

_PEOPLE = 60
Shape = Callable[[Scene], Line]


_SHAPES = [pytest.param(shape, id=shape.__name__) for shape in (*EDGE_SHAPES, *SERVICE_SHAPES, *TEXT_SHAPES)]


@pytest.fixture(scope="module")
def masker() -> RecordMasker:
    return RecordMasker(Policy(), Keyring("k1", {"k1": b"\x07" * 32}))


def _masked(masker: RecordMasker, lines: list[Line]) -> MaskedColumns:
    headers = [list(line.headers) or None for line in lines]
    return masker(RecordColumns([line.key for line in lines], [line.value for line in lines], headers))  # type: ignore[arg-type]


def _lines(shape: Shape) -> list[Line]:
    dice, clock, people = Dice(4), Clock(), People(4, _PEOPLE)
    return [shape(Scene(dice, clock, people[number], dice.hex(32))) for number in range(_PEOPLE)]


def _whole(masked: MaskedColumns, index: int) -> str:
    headers = masked.headers[index] or []
    parts = [masked.keys[index] or b"", masked.values[index] or b"", *(value or b"" for _, value in headers)]
    return b"\n".join(parts).decode()


@pytest.mark.parametrize("shape", _SHAPES)
def test_no_personal_value_of_a_shape_survives(masker: RecordMasker, shape: Shape) -> None:
    """Value, key and headers hold none of the labelled values, as written or percent-decoded; what must stay does."""
    lines = _lines(shape)
    masked = _masked(masker, lines)
    assert masked.failures == {}
    for index, line in enumerate(lines):
        whole = _whole(masked, index)
        left = [value for value in line.personal if value in whole or unquote(value) in unquote(whole)]
        assert left == []
        assert [value for value in line.kept if value.encode() not in (masked.values[index] or b"")] == []


@pytest.mark.parametrize("shape", UNMASKABLE_SHAPES, ids=lambda shape: shape.__name__)
def test_an_unmaskable_shape_fails_with_its_reason(masker: RecordMasker, shape: Shape) -> None:
    """What nothing can mask with certainty is a failure, each time."""
    lines = _lines(shape)[:10]
    masked = _masked(masker, lines)
    assert [masked.failures[index].reason for index in range(len(lines))] == [line.unmaskable for line in lines]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_records_about_nobody_stay_the_same_to_the_byte(masker: RecordMasker, seed: int) -> None:
    """Trace ids, hashes, offsets, versions, prices and blocks are no findings."""
    lines = list(generate("clean", seed=seed, count=2000))
    masked = _masked(masker, lines)
    assert masked.failures == {}
    assert [value for value, line in zip(masked.values, lines, strict=True) if value != line.value] == []


def test_the_mixed_corpus_of_the_bench_is_masked(masker: RecordMasker) -> None:
    """What the bench measures is masking that masks: nothing labelled survives and nothing fails."""
    lines = list(generate("mixed", seed=9, count=2000))
    masked = _masked(masker, lines)
    assert masked.failures == {}
    left = [value for index, line in enumerate(lines) for value in line.personal if value in _whole(masked, index)]
    assert left == []


def test_a_person_is_one_token_in_every_service(masker: RecordMasker) -> None:
    """The same user id gives the same token in JSON, logfmt, decoded claims and inside a JWT."""
    dice, clock, person = Dice(4), Clock(), People(4, 10)[3]
    lines = [shape(Scene(dice, clock, person, dice.hex(32))) for shape in (nginx_json, claims, order, captured, chat)]
    masked = _masked(masker, lines)
    token = masker.tokens.token("user", person.user_id).decode()
    assert all(token in _whole(masked, index) for index in range(len(lines)))
