"""Trying a policy on sealed records: counts, paths, bounded memory, scopes, and nothing of a record in the result."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from streams.errors import PolicyError
from streams.kafka.targets import Target
from streams.kafka.timestamps import TimestampLimits
from streams.keystore import ephemeral_keyring
from streams.masking.policy import Policy
from streams.masking.records import Failure, MaskedColumns
from streams.policies.loading import load_text
from streams.quarantine import trying
from streams.quarantine.decisions import Redaction
from streams.quarantine.envelope import EnvelopeWriter, Origin, parse
from streams.quarantine.preview import preview
from streams.quarantine.reader import Stored
from streams.quarantine.trying import Control, Trier
from streams.quarantine.whereabouts import path_at

KEY = X25519PrivateKey.generate()
OTHER = X25519PrivateKey.generate()
KEYRING = ephemeral_keyring()
MASKABLE = b'{"email":"canary@example.com","msg":"canary"}'
BROKEN = b'\xff\xfe\xfa{"email":"canary@example.com"}'


class Log:
    """Quarantine records of one partition as they are written, in memory; what is read is parsed as from a topic."""

    def __init__(self) -> None:
        self.values: dict[int, bytes] = {}
        self.most = 0
        self.writer = EnvelopeWriter(KEY.public_key(), "p0")

    def add(self, value: bytes | None, *, topic: str = "raw", reason: Any = "residue", writer: Any = None) -> int:
        offset = len(self.values)
        origin = Origin(topic, 0, 1000 + offset, 5)
        failure = Failure(reason, "verify", ("email",))
        headers: list[tuple[str, bytes | None]] = [("h", b"canary")]
        self.values[offset] = (writer or self.writer).write(origin, failure, b"canary-key", headers, value).value
        return offset

    def fetch_all(self, partition: int, offsets: Sequence[int]) -> Iterator[tuple[int, Stored | None]]:
        self.most = max(self.most, len(offsets))
        for offset in offsets:
            value = self.values.get(offset) if partition == 0 else None
            yield offset, Stored("q", partition, offset, 5, parse(value)) if value is not None else None

    @contextmanager
    def opened(self) -> Iterator["Log"]:
        yield self

    def places(self) -> list[tuple[int, int]]:
        return [(0, offset) for offset in self.values]


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture(scope="module")
def policy() -> Policy:
    return Policy()


def trier(log: Log, **options: Any) -> Trier:
    return Trier(KEY, KEYRING, log.opened, **options)


def test_try_counts_and_says_where(log: Log, policy: Policy) -> None:
    """Records that would pass are counted, and those that fail alike are one failure with places to look at."""
    for _ in range(8):
        log.add(MASKABLE)
    for _ in range(2):
        log.add(BROKEN)
    result = trier(log).try_records(log.places(), policy, total=10)
    assert (result.tried, result.passed, result.failed) == (10, 8, 2)
    (failure,) = result.failures
    assert failure.reason == "invalid_encoding"
    assert failure.places == ("0:8", "0:9")
    assert result.sentence.startswith("8 of 10 would pass; 2 fail with invalid_encoding")
    assert result.policy == policy.version


def test_try_names_the_path_of_residue(log: Log, policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the verifier would still see is told with the path of the field, by the names of common fields only."""
    log.add(b'{"body":{"ann.miller":"x","message":"write to canary@example.com"}}')
    made = trier(log)

    def residue(_self: Any, columns: Any) -> Any:
        return replace_failures(columns)

    monkeypatch.setattr(trying.RecordMasker, "__call__", residue)
    result = made.try_records(log.places(), policy, total=1)
    (failure,) = result.failures
    assert (failure.reason, failure.detectors, failure.path) == ("residue", ("email",), "$.body.message")
    assert result.sentence == "0 of 1 would pass; 1 fails with residue (email) at $.body.message."


#: Of the address in the record above.
AT = len(b'{"body":{"ann.miller":"x","message":"write to ')


def replace_failures(columns: Any) -> Any:
    failures = dict.fromkeys(range(len(columns.values)), Failure("residue", "verify", ("email",), at=AT))
    return MaskedColumns(columns.keys, columns.values, columns.headers, failures)


def test_try_holds_nothing_of_a_record(log: Log, policy: Policy) -> None:
    """Neither results, nor their text, nor explanations, nor the trier's own form hold a canary."""
    log.add(MASKABLE)
    log.add(BROKEN)
    log.add(b'{"canary@example.com":{"canary":"canary@example.com"}}')
    made = trier(log)
    result = made.try_records(log.places(), policy, total=3)
    explained = [made.explain(place, policy) for place in log.places()]
    assert explained[0].rows[0].path == "$.email"
    assert "canary" not in json.dumps([repr(result), result.sentence, repr(explained), repr(made)])


def test_try_explains_by_detector_rule_and_path(log: Log, policy: Policy) -> None:
    """One record under the policy in use: what is found, where, and what is done; or why it fails."""
    log.add(MASKABLE)
    log.add(BROKEN)
    passes, fails = (trier(log).explain(place, policy) for place in log.places())
    assert passes.failure is None
    assert [(row.path, row.kind, row.action) for row in passes.rows if row.kind] == [("$.email", "email", "token")]
    assert fails.failure is not None
    assert fails.failure.reason == "invalid_encoding"
    assert fails.rows == ()


def test_try_tells_what_cannot_be_opened(log: Log, policy: Policy) -> None:
    """Foreign bytes, other keys, dropped payloads, changed ciphertext, what is gone, what kills: each by its name."""
    log.add(MASKABLE)
    log.values[1] = b"canary, no envelope"
    log.add(MASKABLE, writer=EnvelopeWriter(OTHER.public_key(), "p0"))
    log.add(MASKABLE, writer=EnvelopeWriter(KEY.public_key(), "p0", 10))
    log.add(MASKABLE, reason="poison")
    document = json.loads(log.values[0])
    document["sealed"]["data"] = document["sealed"]["data"][:-8] + "AAAAAAA="
    log.values[5] = json.dumps(document).encode()
    document = json.loads(log.values[0])
    document["source"]["offset"] = 1
    log.values[6] = json.dumps(document).encode()
    result = trier(log).try_records([*log.places(), (0, 99), (7, 0)], policy, total=9)
    assert result.passed == 1
    assert result.unopened == {
        "no_envelope": 1, "other_key": 1, "no_payload": 1, "poison": 1, "damaged": 2, "gone": 2,
    }  # fmt: skip
    assert result.tried == result.total
    assert trier(log).explain((0, 1), policy).unopened == "no_envelope"


def test_try_keeps_to_the_scope(log: Log, policy: Policy) -> None:
    """A record of a raw topic that the person may not see counts as gone, like one that never was."""
    log.add(MASKABLE, topic="team-a.logs")
    log.add(MASKABLE, topic="team-b.logs")
    made = trier(log)
    result = made.try_records(log.places(), policy, total=2, sees=lambda topic: topic == "team-a.logs")
    assert (result.passed, result.unopened) == (1, {"gone": 1})
    assert made.explain((0, 1), policy, sees=lambda topic: topic == "team-a.logs").unopened == "gone"


def test_try_masks_each_topic_by_its_rules(log: Log) -> None:
    """Rules of a policy for some topics hold for their records alone."""
    log.add(b"plain text", topic="strict.logs")
    log.add(b"plain text", topic="other.logs")
    text = b"topics:\n  - match: strict.*\n    require_json: true\n"
    result = trier(log).try_records(log.places(), load_text(text, "given").policy, total=2)
    assert result.passed == 1
    assert [(one.reason, one.places) for one in result.failures] == [("policy_requires_json", ("0:0",))]


def test_try_asks_the_clean_topic_for_its_limits(log: Log, policy: Policy) -> None:
    """What the clean topic would refuse fails here as it would there: by size, and by time where the policy says so."""
    log.add(b"x" * 5000)
    log.add(b"short")
    limits = TimestampLimits(retention_ms=1000, after_max_ms=1000, before_max_ms=2**62)
    made = trier(log, target=lambda _: Target("raw.clean", 1, 2000, limits), now_ms=lambda: 10**12)
    assert [one.reason for one in made.try_records(log.places(), policy, total=2).failures] == ["too_large"]
    strict = replace(policy, timestamps="quarantine")
    failures = made.try_records(log.places(), strict, total=2).failures
    assert {one.reason for one in failures} == {"too_large", "timestamp"}


def test_try_reads_in_small_batches_and_stops_when_told(
    log: Log, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never more than a batch in hand; progress after each; a cancelled run says how many were not tried."""
    monkeypatch.setattr(trying, "_BATCH_RECORDS", 4)
    monkeypatch.setattr(trying, "_PLACES_AT_ONCE", 6)
    for _ in range(20):
        log.add(MASKABLE)
    seen: list[int] = []

    class Watched(Control):
        @property
        def cancelled(self) -> bool:
            if self.result is not None:
                seen.append(self.result.tried)
            return len(seen) > 3

    result = trier(log).try_records(iter(log.places()), policy, total=20, control=Watched())
    assert log.most <= 6
    assert result.cancelled
    assert 0 < result.tried < 20
    assert f"{20 - result.tried} were not tried" in result.sentence


def test_try_splits_large_records(log: Log, policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Payloads in hand are bounded by bytes too."""
    monkeypatch.setattr(trying, "_BATCH_BYTES", 1000)
    for _ in range(5):
        log.add(b"y" * 900)
    assert trier(log).try_records(log.places(), policy, total=5).passed == 5


def test_try_masker_that_raises_fails_its_records_only(
    log: Log, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error inside masking fails the record it happens to, by the type of the error and without its words."""
    log.add(MASKABLE)
    log.add(b"RAISE canary")
    own = trying.RecordMasker.__call__

    def raising(self: Any, columns: Any) -> Any:
        if any(value is not None and value.startswith(b"RAISE") for value in columns.values):
            raise ValueError(columns.values)
        return own(self, columns)

    monkeypatch.setattr(trying.RecordMasker, "__call__", raising)
    result = trier(log).try_records(log.places(), policy, total=2)
    assert result.passed == 1
    assert [(one.reason, one.detectors) for one in result.failures] == [("detector_error", ("ValueError",))]
    assert "canary" not in repr(result)


def test_policy_text_is_checked_with_lines() -> None:
    """A policy that is handed over is read as a file would be, extends packs only, and is refused with its line."""
    assert load_text(b"extends: default\nlevel: strict\n", "given").policy.level == "strict"
    for text, said in (
        (b"level: strict\nactions:\n  email: shout\n", "line 3"),
        (b"extends: ../secret.yaml\n", "line 1"),
        (b"extends: [default, other.yaml]\n", "line 1"),
        (b"\xff\xfe\x00", "no text"),
        (b"x" * (1 << 21), "larger"),
    ):
        with pytest.raises(PolicyError) as raised:
            load_text(text, "given")
        assert said in str(raised.value)


@pytest.mark.parametrize(
    ("value", "at", "path"),
    [
        (b'{"email":"HERE"}', b"HERE", "$.email"),
        (b'{"a":1,"body":{"x y":[{"name":"HERE"}]}}', b"HERE", "$.body.*[*].name"),
        (b'[["HERE"]]', b"HERE", "$[*][*]"),
        (b'{"user":{"id":1},"message":"HERE"}', b"HERE", "$.message"),
        (b'{"message":"a \\"quoted, {brace\\" HERE"}', b"HERE", "$.message"),
        (b'{"body":"{\\"email\\":\\"HERE\\"}"}', b"HERE", "$.body"),
        (b'{"items":[1,2],"count":HERE}', b"HERE", "$.*"),
        (b"plain HERE", b"HERE", "$"),
        (b'{"a":{"b":{"c":{"d":{"e":{"f":{"g":{"h":{"i":"HERE"}}}}}}}}}', b"HERE", "$" + ".*" * 8),
        (b'{"broken":{"email":"HERE', b"HERE", "$.*.email"),
        (b"}}}]]]{", b"{", "$"),
        (b'{"":"HERE"}', b"HERE", "$.*"),
    ],
)
def test_paths_name_common_fields_only(value: bytes, at: bytes, path: str) -> None:
    """The path of a byte in a value; names that might be somebody's are a star."""
    assert path_at(value, value.index(at)) == path


def test_hiding_by_hand_is_tried_before_it_is_released(log: Log, policy: Policy) -> None:
    """What would be hidden is seen as its shape, with whether the rest would pass; nothing clear is in it."""
    log.add(b'{"note":"canary \xff\xfe","user":"canary@example.com"}')
    made = trier(log)
    shape = preview(b'{"note":"canary \xff\xfe","user":"canary@example.com"}') or ""
    at = shape.index("?")
    bad = made.by_hand((0, 0), [Redaction(path="$.user")], policy)
    assert (bad.failure and bad.failure.reason) == "invalid_encoding"
    good = made.by_hand((0, 0), [Redaction(start=at, end=at + 1)], policy)
    assert (good.failure, good.unopened, good.misses) == (None, None, False)
    assert good.preview == shape.replace("?", "***")


def test_a_mark_that_is_not_there_is_told(log: Log, policy: Policy) -> None:
    """Neither a place behind the end nor a field that is not there counts as hidden."""
    log.add(b'{"user":"canary"}')
    made = trier(log)
    assert made.by_hand((0, 0), [Redaction(start=900, end=901)], policy).misses
    assert made.by_hand((0, 0), [Redaction(path="$.other")], policy).misses


def test_what_cannot_be_opened_is_not_tried_by_hand(log: Log, policy: Policy) -> None:
    """A record that is gone, of another's topic, or of a foreign key gives a reason and no shape."""
    log.add(b"canary", writer=EnvelopeWriter(OTHER.public_key(), "p0"))
    log.add(b"canary")
    made, marks = trier(log), [Redaction(start=0, end=1)]
    found = [
        made.by_hand((0, 0), marks, policy),
        made.by_hand((0, 1), marks, policy, lambda _: False),
        made.by_hand((0, 7), marks, policy),
    ]
    assert [one.unopened for one in found] == ["other_key", "gone", "gone"]
    assert [one.preview for one in found] == [None, None, None]
