"""The JSON Schemas of the models; `python -m tests.support.schemas` writes those that changed to `schemas/`."""

import json
from pathlib import Path

from pydantic import BaseModel

from streams.quarantine.audit import AuditEvent
from streams.quarantine.envelope import Envelope

__all__ = ["FOLDER", "MODELS", "schema_text"]

FOLDER = Path(__file__).resolve().parents[2] / "schemas"
MODELS: dict[str, type[BaseModel]] = {"envelope": Envelope, "audit": AuditEvent}


def schema_text(model: type[BaseModel]) -> str:
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema(mode="validation")}
    return json.dumps(schema, indent=2) + "\n"


def main() -> None:
    for name, model in MODELS.items():
        (FOLDER / f"{name}.schema.json").write_text(schema_text(model), "utf-8")


if __name__ == "__main__":
    main()
