"""The effective settings: defaults, then the YAML file, then the environment, then flags; all problems at once."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from streams.errors import SettingsError
from streams.settings.model import Origin, Settings
from streams.settings.names import setting_of, variable_of
from streams.settings.sources import Source, from_environment, from_file, from_flags

__all__ = ["load"]


def load(
    *,
    config: Path | str | None = None,
    flags: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Effective settings, each knowing its origin.

    `config` is --config and beats MASKSTREAM_CONFIG; `flags` has a setting's name or `kafka.<property>` for each flag
    and None for those not given; `environ` is the process's own unless given. Raises SettingsError with one sentence
    for each problem, none of which shows a value.
    """
    attributes = list(Settings.model_fields)
    by_environment = from_environment(os.environ if environ is None else environ, attributes)
    by_flags = from_flags({**(flags or {}), "config": config or (flags or {}).get("config")}, attributes)
    path = by_flags.values.get("config") or by_environment.values.get("config")
    by_file = from_file(Path(str(path)).expanduser(), attributes) if path else Source()
    return _merged({"file": by_file, "environment": by_environment, "flag": by_flags})


def _merged(sources: dict[Origin, Source]) -> Settings:
    values: dict[str, Any] = {}
    kafka: dict[str, str] = {}
    origins: dict[str, Origin] = {}
    for origin, source in sources.items():
        values |= source.values
        kafka |= source.kafka
        origins |= dict.fromkeys(source.values, origin)
        origins |= {f"kafka.{name}": origin for name in source.kafka}
    if kafka:
        values["kafka"] = kafka
    problems = [problem for source in sources.values() for problem in source.problems]
    try:
        settings = Settings(**values)
    except ValidationError as error:
        raise SettingsError(problems + _sentences(error, values, origins)) from None
    if problems:
        raise SettingsError(problems)
    return settings.with_origins(origins)


def _sentences(error: ValidationError, values: dict[str, Any], origins: dict[str, Origin]) -> list[str]:
    """Wrong values first; then contradictions among the settings that are right."""
    details = error.errors(include_url=False, include_input=False)
    if details[0]["type"] == "contradiction":
        return [sentence for _, sentence in details[0]["ctx"]["found"]]
    # A default that could not be worked out because another value is wrong is no problem of its own.
    own = [detail for detail in details if detail["type"] != "default_factory_not_called"]
    wrong = {str(detail["loc"][0]): _sentence(str(detail["loc"][0]), detail["msg"], origins) for detail in own}
    return [*wrong.values(), *_contradictions_elsewhere(values, set(wrong))]


def _contradictions_elsewhere(values: dict[str, Any], wrong: set[str]) -> list[str]:
    try:
        Settings(**{name: value for name, value in values.items() if name not in wrong})
    except ValidationError as error:
        found = error.errors()[0]["ctx"]["found"]
        return [sentence for involved, sentence in found if not involved & wrong]
    return []


def _sentence(attribute: str, message: str, origins: dict[str, Origin]) -> str:
    name = setting_of(attribute)
    origin = origins.get(attribute, "default")
    said = {
        "environment": variable_of(name),
        "file": f"{name} in the settings file",
        "flag": "--" + name.replace("_", "-"),
    }
    text = message.removeprefix("Value error, ").removeprefix("Input ")
    return f"{said.get(origin, name)} {text}."
