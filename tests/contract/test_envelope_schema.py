"""The published schemas are those of the models, and what is written follows them."""

import json

import jsonschema
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from streams.masking.records import REASONS, Failure
from streams.quarantine.envelope import Envelope, EnvelopeWriter, Origin, parse
from tests.support.schemas import FOLDER, MODELS, schema_text

PRIVATE = X25519PrivateKey.generate()


@pytest.mark.parametrize("name", sorted(MODELS))
def test_envelope_and_audit_schemas_are_generated(name: str) -> None:
    """The file in schemas/ is what `python -m tests.support.schemas` writes."""
    assert (FOLDER / f"{name}.schema.json").read_text("utf-8") == schema_text(MODELS[name])


@pytest.mark.parametrize(("field", "number"), [("offset", 2**63), ("partition", 2**31), ("timestamp_ms", 2**63)])
def test_envelope_with_a_number_beyond_kafka_is_none(field: str, number: int) -> None:
    """What no client of Kafka's could take is no envelope, so nobody who opens it can stumble over it."""
    writer = EnvelopeWriter(PRIVATE.public_key(), "p-1", 1 << 20)
    record = writer.write(Origin("raw", 3, 14, 5), Failure("residue", "verify"), None, None, b"\xff")
    document = json.loads(record.value)
    document["source"][field] = number
    assert isinstance(parse(json.dumps(document).encode()), str)


@pytest.mark.parametrize("reason", REASONS)
def test_envelope_written_follows_the_schema(reason: str) -> None:
    """Envelopes of every reason, with and without payload, are valid by the published schema and by the model."""
    schema = json.loads((FOLDER / "envelope.schema.json").read_text("utf-8"))
    writer = EnvelopeWriter(PRIVATE.public_key(), "p-1", 1 << 20)
    failure = Failure(reason, "decode", ("email",))  # type: ignore[arg-type]
    for job in (None, "job-1"):
        origin = Origin("raw", 3, 14, -1, job)
        for record in (
            writer.write(origin, failure, None, None, b"\xff"),
            writer.write(origin, failure, b"", [("é", None)], None),
            writer.write(origin, Failure("too_large", "produce"), None, None, None),
        ):
            jsonschema.validate(json.loads(record.value), schema)
            assert isinstance(parse(record.value), Envelope)
