"""What people rely on of policies: the schema accepts what the program accepts, and the pack is the default."""
# ruff: noqa: E501 - a case is easier to read on one line.

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from streams.errors import PolicyError
from streams.masking.kinds import DEFAULT_ACTIONS
from streams.policies.loading import PACKS, load
from streams.policies.model import PolicyFile
from streams.policies.reference import keys

SCHEMA = json.loads((Path(__file__).resolve().parents[2] / "schemas" / "policy.schema.json").read_text("utf-8"))

GOOD = """
extends: [default]
level: strict
actions: {ip: generalise, email: drop_field}
allow: [{suffix: "@example.com", kinds: [email]}, {cidr: 10.0.0.0/8}]
fields: [{include: [$.a, "$..b"], exclude: $.a.c, action: truncate, kind: name}]
detectors: [{name: x, kind: user, pattern: 'abc[0-9]{3}', validator: luhn, words: [staff]}]
topics: [{match: [a, b*], keys: drop}]
quarantine: {share: 0.1, records: 1000, action: stop}
tests: [{line: x, becomes: x}, {line: x, kept: [x], topic: a}]
"""


@pytest.mark.parametrize(
    ("text", "good"),
    [
        (GOOD, True), ("{}", True), ("level: fast", False), ("actions: {emial: token}", False), ("actions: {ip: hide}", False),
        ("fields: [{action: keep}]", False), ("fields: [{include: a.b, action: keep}]", False), ("wrong: 1", False),
        ("truncate: 0", False), ("topics: [{match: a, tests: []}]", False), ("quarantine: {share: 2}", False),
        ("detectors: [{name: x, kind: user, pattern: abc, validator: magic}]", False), ("keys: hide", False),
    ],
)  # fmt: skip
def test_schema_and_program_agree(tmp_path: Path, text: str, good: bool) -> None:
    """A file that the schema refuses is refused by the program, and one that it takes is taken."""
    accepted = not list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(yaml.safe_load(text)))
    path = tmp_path / "policy.yaml"
    path.write_text(text)
    assert accepted is good
    if good:
        assert load(path).policy.version
    else:
        with pytest.raises(PolicyError):
            load(path)


@pytest.mark.parametrize("pack", PACKS)
def test_packs_are_policies(pack: str) -> None:
    """Each pack of the package loads and says what its schema allows."""
    text = (Path(load.__code__.co_filename).parent / "packs" / f"{pack}.yaml").read_text("utf-8")
    jsonschema.validate(yaml.safe_load(text), SCHEMA)
    assert set(yaml.safe_load(text)["actions"]) == set(DEFAULT_ACTIONS)


def test_every_key_is_described() -> None:
    """The reference has a line with words for each key of the file and its parts."""
    for part in ("", "allow", "fields", "detectors", "topics", "quarantine", "tests"):
        rows = keys(part).splitlines()[2:]
        assert rows
        assert all(len(row.split("|")[3].strip()) > 10 for row in rows), part
    assert {row.split("`")[1] for row in keys("").splitlines()[2:]} == set(PolicyFile.model_fields)
