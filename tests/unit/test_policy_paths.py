"""Fields by their paths: patterns, and the one pass over a text that finds the values of fields."""

import time
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.errors import PolicyError
from streams.masking.paths import Paths, Selector, leaves, parts_of, trigger_of


def selected(text: bytes, *patterns: str, exclude: tuple[str, ...] = ()) -> list[bytes]:
    """The values (of objects none) in the fields of one selector."""
    paths = Paths([Selector(patterns, exclude)])
    found = [leaf for leaf in leaves(text, paths) if leaf.form != "object" and leaf.state.selected]
    return [text[leaf.start : leaf.end] for leaf in found]


@pytest.mark.parametrize(
    ("pattern", "parts"),
    [
        ("$.user.email", ("user", "email")),
        ("$..Comment", ("**", "comment")),
        ("$.items[*].note", ("items", "note")),
        ("$.items[].note", ("items", "note")),
        ("$['odd key'].x", ("odd key", "x")),
        ('$.a["b.c"]', ("a", "b", "c")),
        ("$.**.**.a", ("**", "a")),
        ("$.user.*_name", ("user", "*_name")),
    ],
)
def test_patterns_are_read(pattern: str, parts: tuple[str, ...]) -> None:
    """Dots, brackets and quotes name keys; elements of lists are transparent."""
    assert parts_of(pattern) == parts


@pytest.mark.parametrize(
    "pattern", ["a.b", "$", "", "$.", "$a", "$.a[0]", "$.a..", "$.a[", "$.a b", f"$.{'a' * 97}", "$" + ".a" * 33]
)
def test_wrong_patterns_are_refused(pattern: str) -> None:
    """What is no field path is a sentence, not a pattern that matches nothing."""
    with pytest.raises(PolicyError, match="field path"):
        parts_of(pattern)


@pytest.mark.parametrize(
    ("text", "pattern", "values"),
    [
        (b'{"user":{"email":"a"},"email":"b"}', "$.user.email", [b"a"]),
        (b'{"user":{"email":"a"},"email":"b"}', "$..email", [b"a", b"b"]),
        (b'{"user":{"email":"a","x":{"y":1}}}', "$.user", [b"a", b"1"]),
        (b'{"user":{"email":"a"},"users":"b"}', "$.user*", [b"a", b"b"]),
        (b'{"user":"a","x":{"user":"b"}}', "$.*.user", [b"b"]),
        (b'{"user":"a","x":{"user":"b","z":"c"}}', "$.x.**", [b"b", b"c"]),
        (b'{"a":[{"n":"1"},{"n":"2","m":"3"},"4"]}', "$.a[*].n", [b"1", b"2"]),
        (b'{"a":["x",1,true,null,[2]]}', "$.a", [b"x", b"1", b"true", b"null", b"2"]),
        (b'{"user.email":"a"}', "$.user.email", [b"a"]),
        (b'{"USER":{"Email":"a"}}', "$.user.email", [b"a"]),
        (b'{"a" : {"b"\n:\t"c"} , "d":1}', "$.a.b", [b"c"]),
        (b'{"a":"x","a":"y"}', "$.a", [b"x", b"y"]),
        (b'{"m":"{\\"user\\":{\\"email\\":\\"a\\",\\"n\\":5}}"}', "$.m.user", [b"a", b"5"]),
        (b'{"m":"{\\"i\\":\\"{\\\\\\"e\\\\\\":\\\\\\"a\\\\\\"}\\"}"}', "$.m.i.e", [b"a"]),
        (b'{"m":"said \\"e\\" and e=a, e: b"}', "$.m.e", [b"a", b"b"]),
        (b'level=info user.email=a msg="x y" n=1', "$.user.email", [b"a"]),
        (b'e="a b" f=1', "$.e", [b"a b", b"a b"]),
        (b"GET https://h/p?e=a&f=b", "$.e", [b"a"]),
        (b"{'user': {'email': 'a b', 'n': 3}}", "$.user", [b"a b", b"3"]),
        (b"User{email=a, name=b c}", "$.name", [b"b c"]),
        (b'{"p":"C:\\\\","e":"a"}', "$.e", [b"a"]),
        (b'{"p":"a\\"b","e":"a"}', "$.e", [b"a"]),
        (b'{"e":"cut of', "$.e", [b"cut of"]),
        (b'{"x":{"e":12', "$.x.e", [b"12"]),
        (b'[{"e":"a"},{"e":"b"}]', "$.e", [b"a", b"b"]),
        ('{"größe":"a"}'.encode(), "$.größe", [b"a"]),
    ],
)  # fmt: skip
def test_values_of_fields_are_found(text: bytes, pattern: str, values: list[bytes]) -> None:
    """In JSON, in JSON in strings, in pairs, in object prints, in what is cut off."""
    assert selected(text, pattern) == values


def test_excluded_fields_are_not_selected() -> None:
    """What is below an excluded field is excluded as well."""
    text = b'{"u":{"a":"1","b":{"c":"2"},"d":"3"}}'
    assert selected(text, "$.u", exclude=("$.u.b", "$..d")) == [b"1"]


_KEYS = st.sampled_from(["a", "b", "user", "e.f", "\u00fc", 'q"', "{", "x=y", "k:", "\\"])
_JSON = st.recursive(
    st.one_of(st.integers(-(1 << 63), (1 << 63) - 1), st.booleans(), st.none(), st.text(max_size=6)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=12,
)


def scalars(value: Any) -> list[bytes]:
    """The scalars below the key `user`, in their order, as JSON writes them without quotes."""
    if isinstance(value, dict):
        return [found for key, inner in value.items() for found in (all_of(inner) if key == "user" else scalars(inner))]
    return [found for inner in value for found in scalars(inner)] if isinstance(value, list) else []


def all_of(value: Any) -> list[bytes]:
    if isinstance(value, dict | list):
        return [found for inner in (value.values() if isinstance(value, dict) else value) for found in all_of(inner)]
    return [orjson.dumps(value).strip(b'"')] if not isinstance(value, str) else [orjson.dumps(value)[1:-1]]


@given(_JSON)
def test_fields_are_those_that_a_parser_sees(value: Any) -> None:
    """Of any JSON, however its keys and strings look, the values below a key are all found."""
    text = orjson.dumps(value)
    paths = Paths([Selector(("$..user",))])
    found = [leaf for leaf in leaves(text, paths) if leaf.state.selected and leaf.form in ("string", "bare")]
    # Inside strings there may be more, which is nobody's loss: the strings are there.
    assert {text[leaf.start : leaf.end] for leaf in found} >= set(scalars(value))


@given(st.binary(max_size=200))
def test_any_bytes_are_read(data: bytes) -> None:
    """Whatever the text is, spans lie in it and are in the order of their beginnings."""
    found = leaves(data, Paths([Selector(("$..a",))]))
    assert all(0 <= leaf.start <= leaf.end <= leaf.stop <= len(data) for leaf in found)
    assert [leaf.start for leaf in found] == sorted(leaf.start for leaf in found)


@pytest.mark.parametrize(
    "unit",
    [
        b'{"a":',
        b"a=",
        b'"',
        b"\\",
        b'\\"',
        b'{"a":"',
        b'[{"a":1},',
        b'a:"',
        b"a='",
        b"a=b&",
        b"{a:",
        b"]}",
        b"https://",
        b'a=\\\\"x',
        b"(:",
    ],
)
def test_hostile_texts_take_linear_time(unit: bytes) -> None:
    """Eight times as much takes about eight times as long, not sixty-four."""
    paths = Paths([Selector(("$..a", "$.b"))])

    def seconds(size: int) -> float:
        data = b'{"k"(' + unit * (size // len(unit))
        begun = time.process_time()
        leaves(data, paths)
        return time.process_time() - begun

    small, large = (min(seconds(size) for _ in range(3)) for size in (20_000, 160_000))
    assert large < 30 * small + 0.05


def test_states_do_not_grow_with_keys() -> None:
    """Unknown keys, however many, are remembered only up to a limit."""
    paths = Paths([Selector(("$..note",)), Selector(("$.user.*",))])
    for number in range(2_000):
        leaves(b'{"key%d":{"user":{"k%d":1}}}' % (number, number), paths)
    assert len(paths._known) < 50
    assert all(len(state.next) <= 256 for state in paths._known.values())


@pytest.mark.parametrize(
    ("pattern", "trigger"),
    [("$.user.comment", b"comment"), ("$..*_note", b"_note"), ("$.id", b""), ("$.**", b""), ("$.größe", b"")],
)
def test_triggers_are_parts_of_keys(pattern: str, trigger: bytes) -> None:
    """A text without the trigger has no such field; where no part is telling, any sign is one."""
    assert trigger_of(pattern) == trigger
