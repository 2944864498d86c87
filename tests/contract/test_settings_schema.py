"""The published schemas are those of the models, and the settings' one accepts what the program accepts."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from streams.cli.schemas import generated
from streams.errors import SettingsError
from streams.settings import Settings, load
from streams.settings.names import setting_names

FOLDER = Path(__file__).resolve().parents[2] / "schemas"


@pytest.mark.parametrize("name", sorted(generated()))
def test_settings_and_other_schemas_are_generated(name: str) -> None:
    """The committed file is what `python -m streams.cli.schemas` writes."""
    assert (FOLDER / name).read_text("utf-8") == generated()[name]


def test_every_published_schema_is_registered() -> None:
    """No schema is written by hand."""
    assert {path.name for path in FOLDER.glob("*.schema.json")} == set(generated())


def test_schema_has_every_setting_of_a_file() -> None:
    """Editors complete each setting but the file's own name."""
    schema = json.loads((FOLDER / "settings.schema.json").read_text())
    assert set(schema["properties"]) == set(setting_names(Settings.model_fields)) - {"config"}


GOOD = """
bootstrap_servers: localhost:9092
raw_topics: a,b
max_retention: 20d
clean_retention: 3600000
batch_bytes: 4MiB
kafka:
  security.protocol: SASL_SSL
  socket.keepalive.enable: true
"""


@pytest.mark.parametrize(
    ("text", "good"),
    [
        (GOOD, True),
        ("{}", True),
        ("wokers: 2", False),
        ("workers: 0", False),
        ("start: now", False),
        ("role: x", False),
    ],
)
def test_schema_and_program_agree(tmp_path: Path, text: str, good: bool) -> None:
    """A file that the schema accepts is accepted by the program, and the other way round."""
    schema = json.loads((FOLDER / "settings.schema.json").read_text())
    accepted = not list(jsonschema.Draft202012Validator(schema).iter_errors(yaml.safe_load(text)))
    path = tmp_path / "settings.yaml"
    path.write_text(text)
    assert accepted is good
    if good:
        load(config=path, environ={})
    else:
        with pytest.raises(SettingsError):
            load(config=path, environ={})
