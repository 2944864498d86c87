"""Decoded objects: masked as the JSON that they stand for, with their types, and nothing of them left by the way."""

import collections
import dataclasses
import datetime as dt
import decimal
import enum
import http
import json
import pathlib
import types
import uuid
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.masking.masker import notice
from tests.support.disguise import VALUES
from tests.support.library import EMAIL, NAME, PASSWORD, masker, shown


class Row(NamedTuple):
    email: str
    count: int


@dataclasses.dataclass(frozen=True)
class User:
    first_name: str
    email: str
    password: str = PASSWORD


class Colour(enum.Enum):
    RED = 1


def masked(value: Any) -> Any:
    done = masker().mask_object(value)
    assert done.failure is None, done.failure
    return done.value


def test_fields_are_known_by_name_and_place() -> None:
    """Names of fields, enclosing objects, lists and pairs of name and value tell as they do in a record."""
    token = masker().token
    assert masked(
        {
            "user_id": 4711,
            "user": {"name": NAME, "id": 7001},
            "service": {"name": "api", "id": 12},
            "emails": ["someone at x"],
            "first_name": NAME,
            "pair": {"name": "password", "value": PASSWORD},
        }
    ) == {
        "user_id": token("user", "4711"),
        "user": {"name": token("name", NAME), "id": token("user", "7001")},
        "service": {"name": "api", "id": 12},
        "emails": [token("email", "someone at x")],
        "first_name": token("name", NAME),
        "pair": {"name": "password", "value": "***"},
    }


def test_keys_are_masked() -> None:
    """A key is data as well, at any depth; the order stays."""
    assert list(masked({"a": 1, EMAIL: {EMAIL: 2}, "z": 3}).items()) == [
        ("a", 1),
        (masker().token("email", EMAIL), {masker().token("email", EMAIL): 2}),
        ("z", 3),
    ]


@pytest.mark.parametrize(
    "value",
    [
        None, True, 1, -5, 10**40, 1.5, float("inf"), -0.0, "", "héllo", b"raw", b"", (), [], {},
        set(), frozenset({1}), (1, (2,)), [[]],
        dt.datetime(2024, 1, 2, 3, 4, 5, tzinfo=dt.UTC), dt.date(2024, 1, 2), dt.timedelta(1),
        decimal.Decimal("1.10"), uuid.UUID(int=2**70), 3 + 4j, pathlib.PurePosixPath("/srv/app"),
        {7: 2, None: 3, True: 4.5},
        {"a": (1, {"b": {2}})},
    ],
    ids=repr,
)  # fmt: skip
def test_types_stay_where_nothing_is_masked(value: Any) -> None:
    """What is not personal comes back equal and of its own type, below other things too."""
    for wrapped in (value, [value], {"x": value}, (value, EMAIL), {EMAIL: [value]}):
        done = masked(wrapped)
        inner = done if wrapped is value else next(iter(done.values())) if isinstance(done, dict) else done[0]
        inner = inner[0] if isinstance(wrapped, dict) and EMAIL in wrapped else inner
        assert inner == value
        assert type(inner) is type(value)


def test_containers_keep_their_types() -> None:
    """Tuples, sets, named tuples and bytes are what they were, with tokens in them."""
    token = masker().token("email", EMAIL)
    assert masked((EMAIL, 1)) == (token, 1)
    assert masked({EMAIL, "x"}) == {token, "x"}
    assert masked(frozenset({EMAIL})) == frozenset({token})
    assert masked(Row(EMAIL, 3)) == Row(token, 3)
    assert type(masked(Row(EMAIL, 3))) is Row
    assert masked(f"to {EMAIL}".encode()) == f"to {token}".encode()
    assert masked(bytearray(EMAIL.encode())) == token.encode()


def test_what_json_does_not_have() -> None:
    """Mappings and dataclasses are dicts, anything else is its masked text; subclasses become what they derive from."""
    token = masker().token
    user = {"first_name": token("name", NAME), "email": token("email", EMAIL), "password": "***"}
    assert masked(User(NAME, EMAIL)) == masked(dataclasses.asdict(User(NAME, EMAIL))) == user
    assert masked({User(NAME, EMAIL)}) == [user]
    assert masked(types.MappingProxyType({"email": EMAIL})) == {"email": token("email", EMAIL)}
    assert type(masked(collections.OrderedDict(a=1))) is dict
    assert masked([Colour.RED, http.HTTPStatus.OK, ValueError(f"no {EMAIL}")]) == [
        "Colour.RED", 200, f"no {token('email', EMAIL)}",
    ]  # fmt: skip
    assert masked({(1, EMAIL): 2}) == {f"(1, '{token('email', EMAIL)}')": 2}
    assert masked({"birth_date": dt.date(1980, 2, 3)}) == {"birth_date": "***"}
    assert masked({"thumbnail": b"\xff\xd8\xff\xe0"}) == {"thumbnail": masker().tokens.opaque(b"\xff\xd8\xff\xe0")}


def test_objects_cannot_show_what_was_not_looked_at() -> None:
    """Text and number types that print otherwise than they are come back as plain ones."""

    class Sly(str):
        __slots__ = ()

        def __str__(self) -> str:
            return EMAIL

        __repr__ = __str__

    class SlyNumber(int):
        def __repr__(self) -> str:
            return EMAIL

    done = masked([Sly("plain"), SlyNumber(4), {Sly("key"): 1}])
    assert done == ["plain", 4, {"key": 1}]
    assert not shown(repr(done))
    assert [type(one) for one in done] == [str, int, dict]


def test_application_code_that_fails() -> None:
    """Objects that raise when they are printed, asked or walked cost nothing but their own text."""

    class Raises:
        def __str__(self) -> str:
            raise RuntimeError(EMAIL)

        @property
        def __class__(self) -> type:
            raise RuntimeError(EMAIL)

    class Broken(collections.UserDict[str, str]):
        def items(self) -> Any:
            raise RuntimeError(EMAIL)

    done = masked({"a": Raises(), "b": Broken(email=EMAIL), "c": 10**5000, "d": 1})
    assert (done["a"], done["c"], done["d"]) == ("***", "***", 1)
    assert not shown(repr(done))


def test_iterators_are_not_consumed() -> None:
    """A generator that is logged still has all its values afterwards."""

    def numbers() -> Iterator[int]:
        yield from range(3)

    generator = numbers()
    assert "generator object" in masked({"rows": generator})["rows"]
    assert list(generator) == [0, 1, 2]


def test_the_given_object_stays() -> None:
    """Nothing of the given object changes, and nothing that comes back changes with it later."""
    given_one: dict[str, Any] = {"a": [1, {"email": EMAIL}], "b": {"c": []}}
    before = json.dumps(given_one)
    done = masked(given_one)
    assert json.dumps(given_one) == before
    given_one["b"]["c"].append(PASSWORD)
    given_one["a"].append(EMAIL)
    assert not shown(repr(done))
    clean: dict[str, Any] = {"a": []}
    done = masked(clean)
    clean["a"].append(EMAIL)
    assert done == {"a": []}


def test_cycles_end() -> None:
    """Where an object holds itself stands a word; what merely occurs twice is there twice."""
    ring: dict[str, Any] = {"email": EMAIL, "twice": [[1]] * 2}
    ring["self"] = [ring]
    assert masked(ring) == {"email": masker().token("email", EMAIL), "twice": [[1], [1]], "self": ["[cycle]"]}


def test_endless_objects_fail() -> None:
    """Too deep and too large are failures with their reasons, and what is safe to log says so."""
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    many: list[Any] = [1] * 10
    for _ in range(9):
        many = [many] * 10
    for value, reason in ((deep, "too_deep"), (many, "too_large")):
        done = masker().mask_object(value)
        assert done.failure is not None
        assert done.failure.reason == reason
        assert done.value is None
        assert done.safe == json.loads(notice(done.failure.reason))


def test_equal_keys_after_masking() -> None:
    """Two keys that are one person's are one key, as in JSON that is read."""
    assert masked({EMAIL: 1, EMAIL.upper(): 2}) == {masker().token("email", EMAIL): 2}


def test_findings_are_counted() -> None:
    """What was masked is counted by its kind."""
    done = masker().mask_object({"email": EMAIL, "x": [f"to {EMAIL}"], "password": PASSWORD})
    assert done.findings == {"email": 2, "secret": 1}


_TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from([value.text for value in VALUES]),
    st.sampled_from(
        [f"of {EMAIL}, twice: {EMAIL}", f"password={PASSWORD}", f'{{"email":"{EMAIL}"}}', "2024-01-02T03:04:05Z"]
    ),
)
_KEYS = st.one_of(
    st.sampled_from(["email", "user_id", "name", "user", "password", "value", "id", "msg", "items", EMAIL, "phone"]),
    st.text(max_size=6),
)
_SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), _TEXTS)
_OBJECTS = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_KEYS, inner, max_size=4)),
    max_leaves=12,
)


@settings(deadline=None, max_examples=150)
@given(st.dictionaries(_KEYS, _OBJECTS, max_size=4), st.booleans())
def test_an_object_is_masked_as_its_json(value: dict[str, Any], escaped: bool) -> None:
    """mask_object(json.loads(x)) is json.loads(mask(x)) in either spelling: the same tokens and keys, or both fail."""
    text = json.dumps(value, ensure_ascii=escaped, separators=(",", ":"))
    done, decoded = masker().mask(text), masker().mask_object(json.loads(text))
    assert decoded.failure == done.failure
    assert decoded.safe == json.loads(done.safe)


@settings(deadline=None, max_examples=100)
@given(st.dictionaries(_KEYS, _OBJECTS, max_size=4))
def test_masked_objects_stay(value: dict[str, Any]) -> None:
    """Masking a masked object changes nothing."""
    once = masker().mask_object(value).safe
    assert masked(once) == once
