"""Records that hardly anybody writes, through the real masking core and a real Kafka: each comes out, none unmasked."""

import re
from pathlib import Path

from streams.agents.worker import Masking
from streams.masking.batch import RecordMasker
from streams.masking.keyring import Keyring
from streams.masking.policy import Policy
from tests.support.kafka import KafkaBroker
from tests.support.pipeline import STAMP, Pipeline, masking

PERSON = b"zq9canary.person@example.org"
#: What `topics apply` gives to clean and quarantine topics of a raw topic with Kafka's default limit.
ROOM = {"max.message.bytes": "4000000"}


def real() -> Masking:
    plain = masking()
    return Masking(RecordMasker(Policy(), Keyring("k1", {"k1": b"\x07" * 32})), plain.seal, plain.stamp)


def test_a_topic_of_tombstones_passes(kafka: KafkaBroker, tmp_path: Path) -> None:
    """Nothing but records without a value: all come out in order, keys masked, still without a value."""
    line = Pipeline.create(kafka.bootstrap, tmp_path, partitions=1, batch_records=300)
    keys = [b"order-%d" % n if n % 2 else b"user-%d %b" % (n, PERSON) for n in range(1000)]
    line.produce([{"value": None, "key": key, "partition": 0} for key in keys])
    with line.running(using=real()):
        clean = line.read(count=1000)
    assert [message.value() for message in clean] == [None] * 1000
    assert [message.key() for message in clean][1::2] == keys[1::2]
    assert all(
        (message.key() or b"").startswith(b"user-%d tok_email_k1_" % n) for n, message in enumerate(clean) if n % 2 == 0
    )
    assert line.read(line.quarantine) == []


def test_keys_that_are_no_text_and_headers_without_value(kafka: KafkaBroker, tmp_path: Path) -> None:
    """A key that is no text becomes one token, the same each time; a header without value keeps its place."""
    line = Pipeline.create(kafka.bootstrap, tmp_path, partitions=1)
    keys = [b"\xff\xfe" + PERSON, b"\x00\x00\x00\x00\x00\x00\x10\x01", b"\xc3", b"\xff" * 1000]
    headers = [("user", None), ("user", PERSON), ("", None), ("raw", b"\xff\x00" + PERSON), ("empty", b"")]
    line.produce([{"value": b"plain", "key": key, "partition": 0, "headers": headers} for key in [*keys, *keys]])
    line.produce([{"value": None, "key": None, "partition": 0, "headers": [("password", None)]}])
    with line.running(using=real()):
        clean = line.read(count=9)
    found = [message.key() or b"" for message in clean[:8]]
    assert found[:4] == found[4:]
    assert len(set(found)) == 4
    assert all(key.startswith(b"tok_") for key in found)
    for message in clean[:8]:
        written = message.headers() or []
        assert [name for name, _ in written[:5]] == ["user", "user", "", "raw", "empty"]
        assert [value for _, value in written[:5]][::2] == [None, None, b""]
        assert not any(PERSON in (value or b"") for _, value in written)
    assert clean[8].headers() == [("password", None), *STAMP]
    assert line.read(line.quarantine) == []


def test_records_of_nearly_a_megabyte_full_of_findings_flow(kafka: KafkaBroker, tmp_path: Path) -> None:
    """900 kB each with thousands of findings, far smaller in Kafka than unpacked: in batches of few, all come out."""
    line = Pipeline.create(
        kafka.bootstrap,
        tmp_path,
        partitions=2,
        raw_config={"compression.type": "zstd"},
        clean_config=ROOM,
        quarantine_config=ROOM,
        batch_bytes=2 << 20,
    )
    row = b'{"email":"%b","ip":"203.0.113.9"}' % PERSON
    value = b"[%b]" % b",".join([row] * (900_000 // (len(row) + 1)))
    line.produce([{"value": value, "partition": n % 2} for n in range(12)])
    with line.running(using=real()) as running:
        clean = line.read(count=12)
    page = running.metrics.render()
    assert len({message.value() for message in clean}) == 1
    assert PERSON not in (clean[0].value() or b"")
    assert (clean[0].value() or b"").count(b"tok_email_k1_") == value.count(PERSON)
    assert b'maskstream_aborts_total{cause="kafka"}' not in page
    # Two megabytes a batch, and what the one record more has.
    (batches,) = re.findall(rb"^maskstream_batch_records_count ([0-9.]+)$", page, re.MULTILINE)
    assert float(batches) >= 12 / 3
    assert line.read(line.quarantine) == []
