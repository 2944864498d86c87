"""JSON Schema of the settings file, from the model."""

from typing import Any

from streams.settings.model import Settings
from streams.settings.names import setting_of

__all__ = ["json_schema"]


def json_schema() -> dict[str, Any]:
    """What a settings file may hold: each setting under its name, with what is accepted, not what it becomes."""
    schema = Settings.model_json_schema(mode="validation")
    # A settings file does not name a settings file.
    properties = {setting_of(name): value for name, value in schema["properties"].items() if name != "config"}
    properties["kafka"] |= {"additionalProperties": {"type": ["string", "number", "boolean"]}}
    return schema | {
        "title": "Settings of maskstream",
        "description": "The file that --config or MASKSTREAM_CONFIG names.",
        "properties": properties,
    }
