"""Writes `schemas/*.schema.json` from the models: `python -m streams.cli.schemas [FOLDER]`; a line below for each.

A test keeps the committed files equal to what this writes.
"""

import importlib
import json
import sys
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

__all__ = ["SCHEMAS", "generated", "main"]

#: Name of the file, and as module:attribute the pydantic model or the function that gives the schema.
SCHEMAS: Final = {
    "audit": "streams.quarantine.audit:AuditEvent",
    "decision": "streams.quarantine.decisions:json_schema",
    "envelope": "streams.quarantine.envelope:Envelope",
    "policy": "streams.policies.model:json_schema",
    "replay": "streams.replay.spec:json_schema",
    "settings": "streams.settings.schema:json_schema",
}

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def generated() -> dict[str, str]:
    """Text of each schema file by its name."""
    return {f"{name}.schema.json": _text(_schema(place)) for name, place in SCHEMAS.items()}


def main(arguments: list[str]) -> None:
    """Write every schema into the folder."""
    folder = Path(arguments[0] if arguments else "schemas")
    for name, text in generated().items():
        (folder / name).write_text(text, encoding="utf-8")


def _schema(place: str) -> dict[str, Any]:
    module, _, attribute = place.partition(":")
    source = getattr(importlib.import_module(module), attribute)
    is_model = isinstance(source, type) and issubclass(source, BaseModel)
    schema: dict[str, Any] = source.model_json_schema(mode="validation") if is_model else source()
    return {"$schema": _DIALECT} | schema


def _text(schema: dict[str, Any]) -> str:
    return json.dumps(schema, indent=2) + "\n"


if __name__ == "__main__":
    main(sys.argv[1:])
