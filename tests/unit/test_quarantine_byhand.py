"""Masking by hand: what was marked is gone, JSON stays JSON, and a mark that hides nothing is refused."""

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.quarantine import byhand
from streams.quarantine.byhand import hidden
from streams.quarantine.decisions import Redaction
from streams.quarantine.preview import preview, spans

SECRET = "Zq\u00e9Zq"
TEXT = st.text(max_size=8) | st.sampled_from(
    ['"', "\\", "\\\\", "\n", "\U0001f600", "a\\u0041", "email", "=", '{"a":1}']
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def span(start: int, end: int) -> Redaction:
    return Redaction(start=start, end=end)


def path(text: str) -> Redaction:
    return Redaction(path=text)


def marks_of(value: bytes, part: bytes) -> Redaction:
    """What a person marks who wants this part hidden: every character of the preview that stands for some of it."""
    at = value.index(part)
    touched = [n for n, (start, end) in enumerate(spans(value)) if start < at + len(part) and end > at]
    return span(touched[0], touched[-1] + 1)


@settings(max_examples=400)
@given(document=JSON, data=st.data(), ascii_only=st.booleans())
def test_byhand_keeps_json_json(document: Any, data: st.DataObject, *, ascii_only: bool) -> None:
    """Whatever characters of the preview are marked, the result is JSON of the same form, or the mark is refused."""
    value = json.dumps(document, ensure_ascii=ascii_only).encode("utf-8", "replace")
    size = len(preview(value) or "")
    marks = data.draw(st.lists(st.tuples(st.integers(0, size - 1), st.integers(1, size)), min_size=1, max_size=3))
    result = hidden(value, [span(start, max(start + 1, end)) for start, end in marks])
    if result is not None:
        assert b"***" in result
        assert form(json.loads(result)) == form(json.loads(value))


def form(document: Any) -> Any:
    """Lists and numbers of members: keys may become equal."""
    if isinstance(document, list):
        return [form(one) for one in document]
    return dict if isinstance(document, dict) else None


@settings(max_examples=400)
@given(data=st.binary(max_size=80), marks=st.lists(st.integers(0, 90), min_size=2, max_size=2))
def test_byhand_of_bytes_hides_what_was_marked_and_nothing_before_it(data: bytes, marks: list[int]) -> None:
    """What is no text at all may be hidden by a span like anything else, and the rest stays where it was."""
    start, end = min(marks), max(marks) + 1
    result = hidden(data, [span(start, end)])
    if result is not None:
        places = spans(data)
        assert result.startswith(data[: max(0, places[start][0] - 6)])
        assert b"***" in result


@pytest.mark.parametrize(
    "value",
    [
        b'{"note":"call %s now","n":1}', b'{"a":{"b":["x","%s"]}}', b'{"inner":"{\\"name\\":\\"%s\\"}"}', b"user=%s ok",
        b"\xff\xfe%s\xff", b'2026 INFO {"who":"%s"}', b'{"%s":1}', b'"%s"',
    ],
)  # fmt: skip
@pytest.mark.parametrize("secret", [SECRET.encode(), b"Zq\\u00e9Zq", b"Zq 12 Zq", b"Zq\\n\\tZq"])
def test_byhand_of_a_marked_secret_leaves_none_of_it(value: bytes, secret: bytes) -> None:
    """In a field, nested, in JSON inside a string, in a text, beside bytes that are none, as a key: it is gone."""
    record = value % secret
    result = hidden(record, [marks_of(record, secret)])
    assert result is not None
    assert b"Zq" not in result
    assert result.count(b"***") == 1
    if record[:1] in b'{"':
        json.loads(result)


@pytest.mark.parametrize(
    ("value", "marked", "result"),
    [
        ('{"body":{"name":"Ann","n":7},"x":1}', "$.body.name", '{"body":{"name":"***","n":7},"x":1}'),
        ('{"body":{"name":"Ann","n":7},"x":1}', "$.body", '{"body":"***","x":1}'),
        ('{"body":[{"name":"Ann"},{"name":"Bo"}]}', "$.body[*].name", '{"body":[{"name":"***"},{"name":"***"}]}'),
        ('{"body":["Ann",7,null]}', "$.body", '{"body":"***"}'),
        ('{"n": 1.10 ,"m":true}', "$.n", '{"n": "***" ,"m":true}'),
        ('{"a":"{\\"name\\":\\"Ann\\",\\"n\\":7}"}', "$.a.n", '{"a":"{\\"name\\":\\"Ann\\",\\"n\\":\\"***\\"}"}'),
        ('{"a":"{\\"b\\":{\\"c\\":\\"Ann\\"}}"}', "$.a.b", '{"a":"{\\"b\\":{\\"c\\":\\"***\\"}}"}'),
        ("login name=Ann ok", "$.name", "login name=*** ok"),
        ('x {"name":"Ann"', "$.name", 'x {"name":"***"'),
    ],
)
def test_byhand_of_a_path_hides_the_field_and_all_below(value: str, marked: str, result: str) -> None:
    """Values, objects with their keys, elements of lists, fields of JSON in strings, pairs of a text."""
    assert hidden(value.encode(), [path(marked)]) == result.encode()


@pytest.mark.parametrize(
    ("value", "marks"),
    [
        (None, [span(0, 1)]), (b"", [span(0, 1)]), (b"abc", [span(0, 2)]), (b'{"a":"b"}', [span(0, 1)]),
        (b'{"a":"b"}', [path("$.c")]), (b'{"a":""}', [path("$.a")]), (b'{"a":"b"}', []),
        (b'{"a":"b"}', [path("$.a"), path("$.c")]), (b'{"a":"b"}', [path("$.a"), span(5, 99)]),
    ],
)  # fmt: skip
def test_byhand_refuses_a_mark_that_hides_nothing(value: bytes | None, marks: list[Redaction]) -> None:
    """Outside the preview, only signs, a field that is not there: one such mark refuses them all."""
    assert hidden(value, marks) is None


def test_byhand_of_an_object_and_a_span_over_its_end() -> None:
    """Both are hidden, and the document stays one."""
    value = b'{"a":{"b":"Ann"},"c":"Bo","d":1}'
    places = spans(value)
    inside = places.index((value.index(b"Ann"), value.index(b"Ann") + 3))
    behind = places.index((value.index(b"Bo"), value.index(b"Bo") + 2))
    assert hidden(value, [path("$.a"), span(inside, behind + 1)]) == b'{"a":"***","***":"***","d":1}'


def test_byhand_of_half_an_emoji_hides_the_string() -> None:
    """Two escapes that are one character cannot be cut in two."""
    value = b'{"a":"\\ud83d\\ude00 x"}'
    places = spans(value)
    half = next(n for n, place in enumerate(places) if value[slice(*place)].endswith(b"ud83d"))
    assert json.loads(hidden(value, [span(half - 1, half + 1)]) or b"") == {"a": "***"}


def test_byhand_of_the_mark_that_more_follows_hides_the_rest() -> None:
    """Who marks the end of a long record's preview means everything behind it."""
    value = b'{"a":"' + b"ab12 " * 1000 + SECRET.encode() + b'","z":1}'
    size = len(preview(value) or "")
    result = hidden(value, [span(size - 1, size)])
    assert result is not None
    assert SECRET.encode() not in result
    first, rest = json.loads(result).items()
    assert rest == ("***", "***")
    assert first[1].removesuffix("***") == json.loads(value)["a"][: len(first[1]) - 3]


@pytest.mark.parametrize("unit", [b"\\", b'"', b'{"a":', b"[", b'\\"', b"a=b ", b'"a",'])
def test_byhand_of_hostile_input_is_bounded(unit: bytes) -> None:
    """A megabyte of a pattern's worst case, marked a hundred times over."""
    value = unit * (1_000_000 // len(unit))
    begun = time.process_time()
    hidden(value, [*(span(n, n + 5) for n in range(50)), *(path(f"$..k{n}") for n in range(50))])
    hidden(b'["' + value.replace(b'"', b"x") + b'"]', [span(1, 9)] * 50)
    assert time.process_time() - begun < 20


def test_many_paths_cost_by_what_they_find(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred paths in a record of many fields are no hundred looks at each field, and the redrive is told that it
    lives; one that would take too long is refused, since it would end the redrive again and again.
    """
    value = b"{" + b",".join(b'"k%d":"v"' % number for number in range(20_000)) + b"}"
    signs: list[None] = []
    looks = 0
    of_leaf = byhand._of_leaf

    def counted(*arguments: Any) -> Any:
        nonlocal looks
        looks += 1
        return of_leaf(*arguments)

    monkeypatch.setattr(byhand, "_of_leaf", counted)
    marks = [path("$.k7"), *(path(f"$.k{number}") for number in range(100, 199))]
    made = hidden(value, marks, lambda: signs.append(None))
    assert made is not None
    assert made.count(b"***") == 100
    assert looks == 100
    assert len(signs) > 1
    monkeypatch.setattr(byhand, "_BYTES_MAX", 100)
    assert hidden(value, marks) is None
    assert hidden(value, [span(2, 4)]) is not None
