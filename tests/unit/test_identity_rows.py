"""Each row of the tables of national numbers finds its examples, leaves the others, and reads names of fields."""

from functools import lru_cache
from typing import Final, NamedTuple

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.masking.detectors.identity import DETECTORS, ROWS
from streams.masking.detectors.identity.rows import Row
from streams.masking.found import Found
from streams.masking.masker import Masker
from streams.masking.policy import Policy
from streams.masking.prefilter import Prefilter
from tests.support.disguise import masker_keyring

_EXAMPLES: Final = [(row, text) for row in ROWS for text in (*row.examples, *row.bare)]
_COUNTERS: Final = [(row, text) for row in ROWS for text in row.counter]


@lru_cache(maxsize=1)
def _prefilter() -> Prefilter:
    return Prefilter(DETECTORS)


@lru_cache(maxsize=1)
def _masker() -> Masker:
    return Masker(Policy(), masker_keyring())


def _found(row: Row, text: str) -> list[Found]:
    """What the family finds in a text as this row's number, at its anchors alone."""
    data = text.encode()
    found: list[Found] = []
    for end, ident in _prefilter().hits(data):
        judge = _prefilter().judges[ident]
        verdict = judge(data, end) if judge else ""
        if not isinstance(verdict, str):
            found += [verdict] if isinstance(verdict, Found) else verdict
    return [one for one in found if one.detector == row.name]


def _ids(value: object) -> str:
    return value.name if isinstance(value, Row) else ""


@pytest.mark.parametrize(("row", "text"), _EXAMPLES, ids=_ids)
def test_example_is_found_as_its_row(row: Row, text: str) -> None:
    """Each example passes the check of its own row and carries its name."""
    assert _found(row, text)


@pytest.mark.parametrize(("row", "text"), _COUNTERS, ids=_ids)
def test_counter_example_is_not_found_as_its_row(row: Row, text: str) -> None:
    """A failed check, a missing word or another shape is never this row's number."""
    assert _found(row, text) == []


@pytest.mark.parametrize(("row", "text"), _EXAMPLES[::3], ids=_ids)
def test_judges_answer_at_their_anchors_alone(row: Row, text: str) -> None:
    """Asked at every position, the family answers with the same spans as at its anchors, and no others."""
    data = f"a {text} b".encode()
    hits = set(_prefilter().hits(data))
    judges = [(ident, judge) for ident, judge in enumerate(_prefilter().judges) if judge]
    asked = [
        (end, ident) for end in range(len(data) + 1) for ident, judge in judges if not isinstance(judge(data, end), str)
    ]
    assert asked
    assert hits >= set(asked)


def test_rows_name_their_sources_and_have_names_of_their_own() -> None:
    """Every row cites where its format comes from, shows an example, and is told apart from the others."""
    assert all(row.source and row.examples and bool(row.alone) == bool(row.bare) for row in ROWS)
    assert len({row.name for row in ROWS}) == len(ROWS)


#: Scripts whose words are found as they stand in the table.
_UNSPACED: Final = 0x590


class _Case(NamedTuple):
    word: str
    number: str


def _case(row: Row, text: str) -> _Case:
    found = _found(row, text)[0]
    word = row.words.split("|")[0].strip().removeprefix("=").lower()
    key = word.replace(" ", "_").replace("'", "") if ord(word[0]) < _UNSPACED else word
    return _Case(key, text.encode()[found.start : found.end].decode())


_CASES: Final = [_case(row, text) for row in ROWS for text in row.examples]
_KEYS: Final = ("@", "customer_@", "br_@", "@_number", "@_no", "user.@", "@_value")
_CONTAINERS: Final = (
    '{"#":"@"}',
    '{"a":1,"#": "@", "b":[2]}',
    '{"msg":"{\\"#\\":\\"@\\"}"}',
    'x=1 #="@" y=2',
    "{'#': '@'}",
    '{"#":["@"]}',
)
_BARE: Final = ("x=1 #=@ y=2", "/find?#=@&y=2", "<r><#>@</#></r>", "DETAIL:  Key (#)=(@) already exists.")


def _masked(key: str, container: str, number: str) -> str:
    outcome = _masker().mask(container.replace("#", key).replace("@", number).encode())
    assert outcome.failure is None
    return outcome.text.decode()


@settings(deadline=None)
@given(st.sampled_from(_CASES), st.sampled_from(_KEYS), st.sampled_from(_CONTAINERS))
def test_number_is_found_in_a_field_of_its_word(case: _Case, key: str, container: str) -> None:
    """What is found beside its word in a sentence is found under a key of that word, whatever joins the key."""
    assert case.number not in _masked(key.replace("@", case.word), container, case.number)


@settings(deadline=None)
@given(
    st.sampled_from([one for one in _CASES if one.number.isalnum() and " " not in one.word]),
    st.sampled_from(_KEYS),
    st.sampled_from(_BARE),
)
def test_number_is_found_bare_behind_its_word(case: _Case, key: str, container: str) -> None:
    """Numbers without separators are found without quotes too: logfmt, queries, XML, PostgreSQL's refusals."""
    assert case.number not in _masked(key.replace("@", case.word), container, case.number)


@settings(deadline=None)
@given(
    st.sampled_from([one for one in _CASES if one.number.isdigit() and one.number[0] != "0"]), st.sampled_from(_KEYS)
)
def test_bare_json_number_becomes_a_string(case: _Case, key: str) -> None:
    """A number of JSON under its word is masked, and the record stays JSON."""
    text = _masked(key.replace("@", case.word), '{"a":1,"#":@,"b":2}', case.number)
    assert case.number not in text
    assert orjson.loads(text)["b"] == 2


_KEPT: Final = (
    '{"pan":0.25,"tilt":44051401359}',
    "panic: 1234567890",
    '{"sin":0.5,"cos":0.8}',
    "tin=12 lead=7 total=46000",
    '{"license":"Apache-2.0"}',
    '{"pesel_valid":true,"count":44051401359}',
    "run 20240501123456789 finished",
    "nie 12345678",
    '{"cpf":"missing","order":"39053344706"}',
    "passport.js 0.6.0 loaded in 123456 us",
    '{"social":"facebook","likes":123456789}',
    "identity provider answered in 123456 us",
    '{"nif":null,"rows":123456789}',
    "personal best 123456789 ns",
    "national park 12345678",
    '{"nid":"node-7","vid":42}',
    "Key (documento)=(12345678) already exists.",
    "Key (kt, cbu)=(1201743398, 12345678) already exists.",
)


@pytest.mark.parametrize("text", _KEPT)
def test_everyday_words_and_neighbours_are_left_alone(text: str) -> None:
    """Neither a word with another meaning nor the value of another key makes a number personal."""
    outcome = _masker().mask(text.encode())
    assert outcome.text == text.encode()
