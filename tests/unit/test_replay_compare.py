"""What another policy would change: told by detector, field and shape, and never by a value."""

import json
import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.masking.batch import RecordMasker
from streams.masking.keyring import Keyring
from streams.masking.policy import Policy
from streams.masking.records import RecordColumns
from streams.policies.loading import load
from streams.policies.trials import Maskers
from streams.replay.compare import Comparison, Part
from streams.replay.compare_clean import Pair, Seen, clean_changes, hidden_in, paired
from streams.replay.compare_paths import paths_at
from streams.replay.compare_records import Compared, PolicyComparer

RING = Keyring("k1", {"k1": b"\x07" * 32})
ANN = "zq9canary.person@example.org"


def policy(tmp_path: Path, text: str) -> Policy:
    (tmp_path / "new.yaml").write_text(text)
    return load(tmp_path / "new.yaml").policy


def compared(old: Policy, new: Policy, records: Sequence[Compared]) -> Comparison:
    comparer = PolicyComparer(old, new)
    comparer.add(records)
    return comparer.found


def record(value: bytes | None, *, key: bytes | None = None, headers: list[tuple[str, bytes | None]] | None = None,
           number: int = 0) -> Compared:  # fmt: skip
    return Compared(f"raw/0/{number}", "raw", key, value, headers)


def rows(found: Comparison) -> list[tuple[object, ...]]:
    names = ("what", "kind", "path", "before", "after", "records")
    return [tuple(row[name] for name in names) for row in found.as_rows()]


def test_the_same_policy_changes_nothing() -> None:
    """Not one of any kind of record, and tokens of both sides compare."""
    values = [f"mail {ANN}".encode(), None, b"", b"\xff\xfe\xff", b'{"a": 1}']
    found = compared(Policy(), Policy(), [record(value, key=ANN.encode()) for value in values])
    assert (found.records, found.changed, found.as_rows()) == (5, 0, [])


def test_what_would_be_unmasked_is_told_by_field(tmp_path: Path) -> None:
    """A kind that is kept is unmasked in value, key and header, each told by its place; the way back masks."""
    kept = policy(tmp_path, "actions: {email: keep}\n")
    value = json.dumps({"user": {"contacts": [{"email": ANN}]}, "n": 1}).encode()
    one = [record(value, key=ANN.encode(), headers=[("from.mail", ANN.encode()), ("n", None)])]
    assert rows(compared(Policy(), kept, one)) == [
        ("unmasked", "email", "$.user.?[*].email", "token", "keep", 1),
        ("unmasked", "email", "header.?", "token", "keep", 1),
        ("unmasked", "email", "key", "token", "keep", 1),
    ]
    back = compared(kept, Policy(), one)
    assert {row[0] for row in rows(back)} == {"newly_masked"}
    assert (back.unmasked, back.newly_masked, back.changed) == (0, 1, 1)


def test_a_header_that_is_masked_for_its_name_counts(tmp_path: Path) -> None:
    """What no finding of a text explains is unmasked as a whole."""
    found = compared(
        Policy(), policy(tmp_path, "actions: {user: keep}\n"), [record(b"x", headers=[("user_id", b"ann")])]
    )
    assert found.unmasked == 1


def test_what_goes_to_quarantine_instead_is_no_unmasking(tmp_path: Path) -> None:
    """Reasons are counted in both directions."""
    strict = policy(tmp_path, "require_json: true\n")
    found = compared(Policy(), strict, [record(b"text"), record(b'{"a":1}')])
    assert (found.quarantined_instead, found.unmasked) == (1, 0)
    assert found.reasons == {"written -> policy_requires_json": 1}
    assert compared(strict, Policy(), [record(b"text")]).written_instead == 1


def test_names_of_fields_are_shown_only_when_they_are_a_schema_s(tmp_path: Path) -> None:
    """A key that stands in one record may be a person's; one in many is a field."""
    kept = policy(tmp_path, "actions: {email: keep}\n")
    odd = [record(json.dumps({"orderNotes": ANN, f"zq9key{n}": ANN}).encode(), number=n) for n in range(5)]
    found = compared(Policy(), kept, odd)
    told = json.dumps(found.as_rows())
    assert "zq9" not in told
    assert {row["path"] for row in found.as_rows()} == {"$.orderNotes", "$.?"}


def test_nothing_clear_is_shown(tmp_path: Path) -> None:
    """Neither a value nor its neighbours, whatever changes and wherever it stands."""
    kept = policy(tmp_path, "actions: {email: keep, name: keep, ip: keep}\n")
    texts = [f"zq9word {ANN} from 203.0.113.77", json.dumps({"name": "Zq9first Zq9last", "zq9note": [ANN, 7654321]})]
    found = compared(Policy(), kept, [record(text.encode(), key=text.encode()) for text in texts])
    told = json.dumps(found.as_rows()).lower()
    assert found.unmasked == 2
    assert not any(word in told for word in ("zq9", "203.0.113", "7654321"))


@pytest.mark.parametrize(
    ("text", "needle", "path"),
    [
        (b'{"a": {"b": [1, {"c": "X"}]}}', b"X", "$.a.b[*].c"),
        (b'{"a": 1, "X": 2}', b"X", "$.X"),
        (b'[["X"]]', b"X", "$[*][*]"),
        (b'{"a": [], "b": {}, "c": "X"}', b"X", "$.c"),
        (b'{"a\\"b,{": "X"}', b"X", '$.a"b,{'),
        (b'{"a.b": "X"}', b"X", "$.?"),
        (b'{"a": "{\\"b\\": \\"X\\"}"}', b"X", "$.a"),
        (b"plain X", b"X", "$"),
        (b'{"a": "X"', b"X", "$"),
        (b'"X"', b"X", "$"),
    ],
)
def test_paths_of_places(text: bytes, needle: bytes, path: str) -> None:
    """The field in which a place lies; a text that is no JSON has none."""
    assert paths_at(text, [text.index(needle)]) == [path]


def test_paths_of_several_places_keep_their_order() -> None:
    """Asked for in any order, answered in that."""
    text = b'{"a": 1, "b": {"c": 2}, "d": 3}'
    places = [text.index(sign) for sign in (b"3", b"1", b"2")]
    assert paths_at(text, places) == ["$.d", "$.a", "$.b.c"]


def masked(values: Sequence[bytes], rules: Policy) -> list[bytes | None]:
    done = RecordMasker(rules, RING)(RecordColumns([None] * len(values), [*values], [None] * len(values)))
    return [None if at in done.failures else value for at, value in enumerate(done.values)]


LINES = [b"user %d logged in from 203.0.113.%d as ann%d@example.org" % (n, n, n) for n in range(40)]


@given(st.integers(), st.sets(st.integers(0, 39)), st.integers(1, 5))
@settings(deadline=None, max_examples=40)
def test_pairs_are_found_whatever_is_missing(seed: int, missing: set[int], per_time: int) -> None:
    """Records that were quarantined or are gone leave gaps; each that is there is paired with its own."""
    dice = random.Random(seed)
    today = masked(LINES, Policy())
    raw = [Seen(n, n // per_time, line, today[n]) for n, line in enumerate(LINES)]
    clean = [Seen(n, n // per_time, today[n]) for n in range(40) if n not in missing]
    for _ in range(3):
        clean.insert(dice.randrange(len(clean) + 1), Seen(1000, dice.randrange(40), b"of somebody else"))
    pairs = list(paired(iter(raw), iter(clean)))
    both = [pair for pair in pairs if pair.raw is not None and pair.clean is not None]
    assert both == [Pair(n, n) for n in range(40) if n not in missing]
    assert [pair.raw for pair in pairs if pair.raw is not None] == list(range(40))


@given(st.lists(st.sampled_from([b"a", b"bc", b" ", b"x@y.zz", b"1"]), min_size=1, max_size=12), st.data())
@settings(deadline=None)
def test_a_masked_form_is_recognised(pieces: list[bytes], data: st.DataObject) -> None:
    """Whatever parts of a text became stars, the rest leads back to where they were."""
    hide = data.draw(st.lists(st.booleans(), min_size=len(pieces), max_size=len(pieces)))
    written = b"".join(b"***" if gone else piece for piece, gone in zip(pieces, hide, strict=True))
    raw = b"".join(pieces)
    spans = hidden_in(raw, written)
    if any(hide):
        assert spans is not None
        assert sum(end - start for start, end in spans) >= 1


def test_what_is_on_the_clean_topic_is_compared_by_what_can_be_read(tmp_path: Path) -> None:
    """Masked then and open today is unmasked, though nobody knows the policy of then; the other way newly masked."""
    raw = json.dumps({"email": ANN, "ip": "203.0.113.9", "note": "hello"}).encode()
    strict, loose = Policy(), policy(tmp_path, "actions: {ip: keep}\n")
    (then,), (today,) = masked([raw], strict), masked([raw], loose)

    def found(before: bytes | None, after: bytes | None, rules: Policy) -> list[tuple[str, str, str]]:
        explain = Maskers(rules, RING).of(None).explain
        return [(key.what, key.kind, key.path) for key, _ in clean_changes(Part("value", raw, before, after), explain)]

    assert set(found(then, today, loose)) == {("unmasked", "ip", "$.ip")}
    assert set(found(today, then, strict)) == {("newly_masked", "ip", "$.ip")}
    stars = raw.replace(ANN.encode(), b"***").replace(b"203.0.113.9", b"***")
    assert {what for what, _, _ in found(stars, then, strict)} == {"changed"}
    nearly = raw.replace(ANN.encode(), b"***").replace(b"203.0.113.9", b"203.0.113.0")
    assert set(found(nearly, today, loose)) >= {("unmasked", "ip", "$.ip")}
