"""What goes into the view of an envelope: as `parse` judges it, and nothing of the payload."""

import json
from typing import Any

import orjson
from hypothesis import example, given, settings
from hypothesis import strategies as st

from streams.masking.records import Failure
from streams.quarantine.envelope import parse
from streams.quarantine.store.clear import Clear, _is_ours, clear_of, read_clear
from tests.support.review import written

VALUES = [
    written(7).value,
    written(2**63 - 1, value=None, job="again").value,
    written(0, failure=Failure("too_large", "produce"), value=b"\xff" * 9000).value,
]
DOCUMENTS = [orjson.loads(value) for value in VALUES]
PATHS = [
    (*outer, name)
    for outer, names in (((), DOCUMENTS[0]), (("source",), DOCUMENTS[0]["source"]), (("sizes",), DOCUMENTS[0]["sizes"]),
                         (("sealed",), DOCUMENTS[0]["sealed"]))
    for name in names
]  # fmt: skip
ODD: list[Any] = [
    None, True, 0, 1, -1, 1.0, 1e300, 2**31 - 1, 2**31, 2**63 - 1, 2**63, 2**64, -(2**63), -(2**63) - 1, "", "a\n",
    "\x7f", "é", "…", "a…", "a……", "…a", "x" * 200, "x" * 201, "a" * 249, "a" * 250, "0" * 16, "0" * 16 + "\n",
    "A" * 12, "residue", "verify", [], {}, ["a"], [1], [None], ["…"], ["a\n"], [[]], {"key": 1}, "\ud800", "\x00", "٣",
    " ",
]  # fmt: skip


def taken(found: Clear | str) -> Any:
    """For a comparison that does not mind the order of names."""
    return found if isinstance(found, str) else (found.kind, found.origin, orjson.loads(found.detail))


def judged(value: bytes) -> Any:
    found = parse(value)
    return taken(found if isinstance(found, str) else clear_of(found))


def test_clear_agrees_with_parse_about_every_odd_field() -> None:
    """Each field as each odd value, with a sibling too many, or missing: as its model says, or refused."""
    for document in DOCUMENTS:
        for path in PATHS:
            for change in (
                *((path[-1], odd) for odd in ODD),
                (f"{path[-1]}2", None),
                (f"{path[-1]}2", ""),
                (path[-1], ...),
            ):
                value = json.dumps(changed(document, path[:-1], *change)).encode()
                assert taken(read_clear(value)) == judged(value), (path, change)


def changed(document: dict[str, Any], outer: tuple[str, ...], name: str, odd: Any) -> dict[str, Any]:
    """The document with a field set, or without it where `odd` is `...`."""
    copy: dict[str, Any] = json.loads(json.dumps(document))
    place = copy[outer[0]] if outer else copy
    if place is None:
        return copy
    place.pop(name, None)
    if odd is not ...:
        place[name] = odd
    return copy


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(VALUES), st.integers(0, 5000), st.binary(max_size=4), st.integers(0, 3))
@example(b"", 0, b"", 0)
@example(b"[]", 0, b"", 0)
@example(b'{"version":1}', 0, b"", 0)
def test_clear_agrees_with_parse_about_broken_bytes(value: bytes, at: int, put: bytes, cut: int) -> None:
    """Bytes put in, or taken out, anywhere."""
    broken = value[:at] + put + value[at + cut :]
    assert taken(read_clear(broken)) == judged(broken)


def test_clear_agrees_with_parse_about_repeated_names() -> None:
    """Of a name that is there twice both take the same one, whatever it holds."""
    for document in DOCUMENTS:
        for path in PATHS:
            for odd in ODD:
                if isinstance(odd, str) and not odd.isascii():
                    continue
                value = repeated(document, path, odd)
                assert taken(read_clear(value)) == judged(value), (path, odd)


def repeated(document: dict[str, Any], path: tuple[str, ...], odd: Any) -> bytes:
    text = json.dumps(document)
    holder = text if len(path) == 1 else json.dumps(document[path[0]])
    if holder == "null":
        return text.encode()
    pair = f"{json.dumps(path[-1])}: {json.dumps(odd)}"
    before, after = f"{{{pair}, {holder[1:]}", f"{holder[:-1]}, {pair}}}"
    return text.replace(holder, before if len(path) % 2 else after).encode()


def test_clear_takes_what_we_write_the_short_way() -> None:
    """What an EnvelopeWriter has written needs no second look, and the sealed bytes are not in what is kept."""
    for document, value in zip(DOCUMENTS, VALUES, strict=True):
        assert _is_ours(document)
        found = read_clear(value)
        assert isinstance(found, Clear)
        sealed = document["sealed"]
        assert sealed is None or not any(sealed[name].encode() in repr(found).encode() for name in ("data", "nonce"))
