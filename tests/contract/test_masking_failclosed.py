"""What cannot be masked with certainty fails; whoever writes only what did not fail writes nothing personal."""

import threading
from collections.abc import Callable
from functools import lru_cache

import orjson
import pytest

from streams.masking import detectors
from streams.masking.batch import RecordMasker
from streams.masking.engine import Engine
from streams.masking.found import Detector, Found, Verdict
from streams.masking.lines import LineFilter
from streams.masking.masker import Masker
from streams.masking.policy import Policy
from streams.masking.records import Failure, Headers, RecordColumns
from streams.masking.tokens import Tokens
from tests.support.disguise import CONTAINERS, VALUES, leaks, masker_keyring, write

_SECRET = "hunter2-canary"


@lru_cache(maxsize=1)
def _masker() -> Masker:
    return Masker(Policy(), masker_keyring())


@lru_cache(maxsize=1)
def _records() -> RecordMasker:
    return RecordMasker(Policy(), masker_keyring())


def _engine(name: str, anchor: str, judge: Callable[[bytes, int], Verdict]) -> Engine:
    return Engine(Policy(), Tokens(masker_keyring()), [*detectors.ALL, Detector(name, (anchor,), judge)])


def test_detector_that_raises_fails_its_text_only() -> None:
    """A detector that raises fails the text it was asked about, by name and without a value; the others are masked."""

    def judge(data: bytes, end: int) -> Verdict:
        raise KeyError(data[:end])

    masked = _engine("bang", "canary", judge).mask([f"x {_SECRET}".encode(), b"jane.doe@example.org", b"neutral"])
    assert masked.failures[0] == Failure("detector_error", "detect", ("bang",))
    assert list(masked.failures) == [0]
    assert _SECRET not in repr(masked.failures)
    assert b"jane" not in masked.outputs[1]


def test_detector_with_a_wrong_span_is_residue() -> None:
    """A finding that leaves something is residue if masking again and again leaves something still."""

    def judge(data: bytes, end: int) -> Verdict:
        at = data.find(b"canary")
        return Found(at, at + 3, "name", "half", "none", 99) if at >= 0 else "none"

    engine = _engine("half", "canary", judge)
    failures = engine.mask([b"a canary and " * 6]).failures
    assert failures[0].reason == "residue"
    assert failures[0].stage == "verify"
    masked = engine.mask([b"a canary and " * 5])
    assert not masked.failures
    assert b"canary" not in masked.outputs[0]
    assert len(engine.explain(b"a canary and " * 5).later) == 4


@pytest.mark.parametrize("text", [b"\xff\xfe\xfa", b"caf\xe9 jane.doe@example.org", b"\x80", b'{"a":"\xed\xa0\x80"}'])
def test_bytes_that_are_not_utf8_fail(text: bytes) -> None:
    """Bytes that are neither UTF-8 nor UTF-16 fail as invalid encoding."""
    failure = _masker().mask(text).failure
    assert failure is not None
    assert failure.reason == "invalid_encoding"


@pytest.mark.parametrize("text", [b"[" * 3000 + b"]" * 3000, b'{"a":' * 3000 + b"1" + b"}" * 3000, b"[" * 3000])
def test_json_that_is_too_deep_fails(text: bytes) -> None:
    """JSON that is nested 3 000 deep fails, also where it never closes."""
    outcome = _masker().mask(text)
    assert outcome.text is None
    assert outcome.failure is not None
    assert outcome.failure.reason == "too_deep"


def test_brackets_inside_strings_are_no_depth() -> None:
    """Brackets in a string do not nest."""
    text = b'{"art":"' + b"[" * 3000 + b'"}'
    assert _masker().mask(text).text is text


def _one(value: bytes | None, key: bytes | None = None, headers: Headers | None = None) -> RecordColumns:
    return RecordColumns([key], [value], [headers])


def test_schema_registry_frame_fails() -> None:
    """A value in the frame of a schema registry is named and not guessed at."""
    done = _records()(_one(b"\x00\x00\x00\x00\x07\x28jane.doe@example.org"))
    assert done.failures[0].reason == "unsupported_format"


def test_keys_and_headers_are_masked() -> None:
    """Values in keys and headers are masked, by their own form and by the header's name; tombstones stay."""
    headers: Headers = [
        ("authorization", b"Bearer 7c9f1b3e2d4a9f8b"), ("x-user-id", b"u-77"), ("note", b"jane.doe@example.org"),
        ("cookie", b"sid=abcdef; theme=x"), ("trace", b"4bf92f3577b34da6"), ("none", None), ("note", b""),
    ]  # fmt: skip
    done = _records()(_one(None, b"jane.doe@example.org", headers))
    assert done.values == [None]
    assert not done.failures
    masked = done.headers[0]
    assert masked is not None
    assert [name for name, _ in masked] == [name for name, _ in headers]
    whole = b" ".join([done.keys[0] or b"", *(value or b"" for _, value in masked)])
    for canary in (b"7c9f", b"u-77", b"jane", b"abcdef"):
        assert canary not in whole
    assert masked[4:] == headers[4:]


def test_input_columns_are_not_changed() -> None:
    """Masking makes new columns; what was read stays as it was."""
    headers: Headers = [("email", b"jane.doe@example.org")]
    columns = _one(b"jane.doe@example.org", b"jane.doe@example.org", headers)
    _records()(columns)
    assert columns.values == columns.keys == [b"jane.doe@example.org"]
    assert headers == [("email", b"jane.doe@example.org")]


@pytest.mark.parametrize(
    "raw",
    [
        b"\xff\xfeX\x00\xd8\xff\x80",
        b"\x00\x00\x00\x00\x00\x00\x30\x39",
        b"\x00\x00\x00\x00\x07\x0aann-7",
        b"\x0a\x05ann-7",
        b"caf\xe9-ann-7",
    ],
)
def test_key_and_header_that_are_no_text_become_one_token(raw: bytes) -> None:
    """Binary keys and headers (a serialized number, a framed message) become one token of their bytes."""
    done = _records()(_one(b"fine", raw, [("k", raw)]))
    assert not done.failures
    token = _records().tokens.opaque(raw)
    assert done.keys == [token]
    assert done.headers == [[("k", token)]]


def test_every_record_is_clean_or_failed() -> None:
    """In a mixed batch each record is either masked everywhere or listed as failed, by its own index."""
    good, bad = b'{"email":"jane.doe@example.org"}', b"\xe9 jane.doe@example.org"
    columns = RecordColumns(
        [b"jane.doe@example.org"] * 6,
        [good, bad, good, None, b"\0\0\0\0\1\2\3", bad],
        [None, [("email", b"jane.doe@example.org")]] * 3,
    )
    done = _records()(columns)
    assert set(done.failures) == {1, 4, 5}
    for index in (0, 2, 3):
        assert b"jane" not in (done.values[index] or b"")
        assert b"jane" not in (done.keys[index] or b"")
        assert not any(b"jane" in (value or b"") for _, value in done.headers[index] or [])


def test_line_filter_writes_no_failed_line() -> None:
    """One line comes out for each that goes in, in chunks of any size, and a failed one is named instead of shown."""
    data = b"jane.doe@example.org\r\ncaf\xe9 " + _SECRET.encode() + b"\n\nlast 203.0.113.9"
    for size in (1, 3, 7, 1000):
        lines = LineFilter(lambda texts: _masker().mask_batch(texts))
        out = b"".join(lines.feed(data[at : at + size]) for at in range(0, len(data), size)) + lines.close()
        parts = out.split(b"\n")
        assert len(parts) == 4
        assert parts[0].endswith(b"\r")
        assert orjson.loads(parts[1]) == {"maskstream": "quarantined", "reason": "invalid_encoding"}
        assert parts[2] == b""
        assert lines.reasons == {"invalid_encoding": 1}
        assert not any(leak in out for leak in (b"jane", b"hunter2", b"203.0"))


def test_threads_share_one_masker() -> None:
    """Eight threads that share a masker get what one alone gets."""
    lines = [write(value, ("plain",), place) for value in VALUES for place in CONTAINERS]
    alone = _masker().mask_batch(lines).outputs
    results: dict[int, list[bytes]] = {}
    begin = threading.Barrier(8)

    def run(number: int) -> None:
        begin.wait(timeout=30)
        shifted = lines[number * 7 :] + lines[: number * 7]
        results[number] = _masker().mask_batch(shifted).outputs

    threads = [threading.Thread(target=run, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    for number in range(8):
        assert results[number] == alone[number * 7 :] + alone[: number * 7]


def test_failed_explanation_holds_no_value() -> None:
    """A failure shown or logged has names only."""
    outcome = _masker().mask(b"\xe9" + _SECRET.encode())
    assert not leaks(repr(outcome).encode(), "hunter2")
