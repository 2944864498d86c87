"""What holds for every text: idempotence, byte-identity, shape, and that the prefilter hides nothing."""

import json
import os
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import streams
from streams.masking import detectors
from streams.masking.engine import Engine
from streams.masking.masker import Masker
from streams.masking.policy import Policy
from streams.masking.tokens import Tokens
from tests.fuzz.invariants import BY_WORD_ONLY
from tests.support.disguise import CONTAINERS, ENCODINGS, VALUES, Value, leaks, masker_keyring, write

_SETTINGS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@lru_cache(maxsize=1)
def _masker() -> Masker:
    return Masker(Policy(), masker_keyring())


@lru_cache(maxsize=2)
def _engine(*, prefilter: bool) -> Engine:
    asked = [one for one in detectors.ALL if one.name not in BY_WORD_ONLY]
    return Engine(Policy(), Tokens(masker_keyring()), asked, prefilter=prefilter)


_WORD = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Z")), max_size=12)
_LEAF = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False, allow_infinity=False), _WORD,
    st.sampled_from(VALUES).map(lambda value: f"about {value.text} again"),
)  # fmt: skip
_JSON = st.recursive(
    _LEAF, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_WORD, inner, max_size=4), max_leaves=12
)
_LINES = st.builds(
    write, st.sampled_from(VALUES), st.tuples(st.sampled_from(sorted(ENCODINGS))), st.sampled_from(sorted(CONTAINERS))
)
_PIECES = st.lists(
    st.one_of(
        _WORD,
        st.sampled_from(VALUES).map(lambda value: value.text),
        st.sampled_from(
            ['"', "'", "\\", '\\"', "{", "}", "[", "]", ":", "=", ",", ";", "&", "%40", "%22", "\\u0022",
             "\\n", "\n", "&quot;", "password", "user_id", "Cookie: ",
             "authorization: ", "Bearer ", "name", "tok_user_k1_",
             "***", "~~", "eyJ", "=40", " "]
        ),
    ),
    max_size=14,
).map("".join)  # fmt: skip


def _twice(text: bytes) -> None:
    once = _masker().mask(text)
    if once.text is not None:
        assert _masker().mask(once.text).text == once.text


@_SETTINGS
@given(st.binary(max_size=200))
def test_masking_bytes_twice_is_masking_them_once(text: bytes) -> None:
    """Masking what was masked changes nothing, whatever bytes came in."""
    _twice(text)


@_SETTINGS
@given(_LINES)
def test_masking_lines_twice_is_masking_them_once(line: bytes) -> None:
    """Masking a masked log line changes nothing."""
    _twice(line)


@_SETTINGS
@given(_PIECES)
def test_masking_fragments_twice_is_masking_them_once(text: str) -> None:
    """Masking what was masked changes nothing in texts made of signs, telling names, values and halves of tokens."""
    _twice(text.encode())


def _shape(before: object, after: object) -> bool:
    """Whether two values have the same structure, but for leaves that became strings and keys that hold tokens."""
    if isinstance(before, dict):
        if not isinstance(after, dict) or len(before) != len(after):
            return False
        keys = all(old == new or "tok_" in new or "***" in new for old, new in zip(before, after, strict=True))
        return keys and all(_shape(old, new) for old, new in zip(before.values(), after.values(), strict=True))
    if isinstance(before, list):
        same = isinstance(after, list) and len(before) == len(after)
        return same and all(_shape(old, new) for old, new in zip(before, after, strict=True))
    return before == after or isinstance(after, str)


@_SETTINGS
@given(_JSON, st.booleans())
def test_json_keeps_its_shape(value: object, ascii_only: bool) -> None:
    """What was JSON is JSON, with the same keys in the same order and the same structure."""
    text = json.dumps(value, ensure_ascii=ascii_only).encode()
    outcome = _masker().mask(text)
    if outcome.text is not None and outcome.text is not text:
        assert _shape(json.loads(text), json.loads(outcome.text))


@_SETTINGS
@given(_JSON)
def test_no_injected_value_survives(value: object) -> None:
    """No personal value that was put into JSON can be read in what comes out, JSON in a JSON string included."""
    inner = json.dumps(value)
    for text in (inner, json.dumps({"body": inner}), json.dumps({"body": json.dumps([inner])})):
        outcome = _masker().mask(text.encode())
        if outcome.text is not None:
            for one in VALUES:
                assert one.text not in text or not leaks(outcome.text, one.needle)


@_SETTINGS
@given(st.text(max_size=60), st.text(max_size=60))
def test_bytes_around_a_finding_stay(before: str, after: str) -> None:
    """Where a finding is replaced, every byte of its surroundings that is no finding itself stays."""
    head, tail = (text.encode("utf-8", "replace") for text in (before, after))
    outcome = _masker().mask(head + b" jane.doe@example.org " + tail)
    if outcome.text is not None and _masker().mask(head).text == head and _masker().mask(tail).text == tail:
        token = _masker().tokens.token("email", "jane.doe@example.org")
        if sum(outcome.findings.values()) == 1:
            assert outcome.text == head + b" " + token + b" " + tail


@pytest.mark.parametrize(
    "text",
    [
        b'{"price": 1.10, "factor":1E5, "big": 123456789012345678901234567890, "neg":-0.0}',
        b'{"a":1,"a":2}',
        rb'{"path":"\/var\/log","smile":"\u263a","half":"\ud800","line":"a\nb\tc"}',
        b'  { "spaced" : [ 1 , 2 ] }  \r',
        b'{"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","at":"2024-05-01T10:00:00.123Z","took":1714557600123}',
        b'{"id":"c56a4180-65aa-42ec-a945-5fd21dec0538","v":"1.2.3.4.5","rev":"9fceb02"}',
        b"level=info msg=started port=8080 ratio=1.10 took=3ms",
        b"",
        b" ",
    ],
)
def test_what_holds_nothing_is_the_same_object(text: bytes) -> None:
    """A text without findings comes back as the very object that went in."""
    assert _masker().mask(text).text is text


@pytest.mark.parametrize(
    "around",
    [
        (b'{"price": 1.10, "f":1E5 , "to":"', b'", "big":123456789012345678901234567890}'),
        (b'{"a":1,"a":2,"to":"', b'","a":3}'),
        (rb'{"p":"\/x\/","u":"\u263a","to":"', rb'","half":"\ud800"}'),
        (b'\t{"to" :  "', b'"  }\r'),
    ],
)
def test_spelling_around_a_finding_stays(around: tuple[bytes, bytes]) -> None:
    """Numbers, escapes, duplicate keys, lone surrogates and spaces around a finding stay as they were written."""
    outcome = _masker().mask(around[0] + b"jane.doe@example.org" + around[1])
    assert outcome.text == around[0] + _masker().tokens.token("email", "jane.doe@example.org") + around[1]


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(VALUES),
    st.sampled_from(
        ("plain", "percent", "u_signs", "x_signs", "html_decimal", "quoted_printable", "base64_0", "full_width")
    ),
    st.sampled_from(("json_field", "json_neutral", "logfmt_field", "csv", "python")),
)
def test_prefilter_hides_nothing(value: Value, encoding: str, place: str) -> None:
    """Asking every detector at every position finds what asking them at their anchors finds."""
    line = write(value, (encoding,), place)
    assert _engine(prefilter=False).mask([line]).outputs == _engine(prefilter=True).mask([line]).outputs


@pytest.mark.parametrize(
    "text", [b'{"a":"b"}', b"took=3ms user=none", b"GET /a?b=c HTTP/1.1 200", b"Error: x at y (z.js:1:2)"]
)
def test_prefilter_hides_nothing_in_neutral_text(text: bytes) -> None:
    """Where the prefilter sees no reason to look there is nothing to be found."""
    assert _engine(prefilter=False).mask([text]).outputs == [text]


_PROGRAM = """
import sys
sys.path.insert(0, {root!r})
from streams.masking.masker import Masker
from streams.masking.policy import Policy
from tests.support.disguise import CONTAINERS, VALUES, masker_keyring, write
masker = Masker(Policy(), masker_keyring())
for value in VALUES:
    for place in sorted(CONTAINERS):
        print(masker.mask(write(value, ("plain",), place)).text)
"""


def test_processes_make_the_same_tokens() -> None:
    """Processes with other hash seeds mask the same lines to the same bytes."""
    root = Path(streams.__file__).resolve().parent.parent
    runs = [
        subprocess.run(
            [sys.executable, "-c", _PROGRAM.format(root=str(root))],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=root,
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "4242")
    ]
    assert runs[0] == runs[1]
    assert len(runs[0].splitlines()) == len(VALUES) * len(CONTAINERS)


def test_json_that_parses_still_parses() -> None:
    """Each JSON container is JSON after masking as it was before."""
    for value in VALUES:
        for encoding in ENCODINGS:
            for place in (name for name in CONTAINERS if name.startswith("json")):
                line = write(value, (encoding,), place)
                outcome = _masker().mask(line)
                if outcome.text is not None:
                    orjson.loads(outcome.text)
