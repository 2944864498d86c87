"""What the YAML file, the environment and flags say, by attribute; it reads and names, but judges no value.

A problem is one sentence. None shows a value or a line of a file: passwords stand there.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from streams.settings.names import KAFKA_PREFIX, PREFIX, attribute_of, is_service_link, setting_names, suggestion
from streams.settings.names import variable_of as variable

__all__ = ["Source", "from_environment", "from_file", "from_flags"]

_PROPERTY: Final = re.compile(r"[a-z][a-z0-9]*(?:[._][a-z0-9]+)*")


@dataclass(slots=True)
class Source:
    """Values by attribute, librdkafka properties by name, and what was wrong with their names."""

    values: dict[str, object] = field(default_factory=dict)
    kafka: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def from_environment(environ: Mapping[str, str], attributes: list[str]) -> Source:
    """Variables that begin with MASKSTREAM_; an empty one counts as not set."""
    source = Source()
    known = {variable(name): attribute_of(name, attributes) for name in setting_names(attributes) if name != "kafka"}
    for name, value in sorted(environ.items()):
        attribute = known.get(name)
        if not name.startswith(PREFIX) or not value or is_service_link(name, value, known=attribute is not None):
            continue
        if name.startswith(KAFKA_PREFIX):
            _add_property(source, name.removeprefix(KAFKA_PREFIX).lower().replace("_", "."), value, name)
        elif attribute is None:
            source.problems.append(f"{name} is no setting: {suggestion(name, known)}")
        else:
            source.values[attribute] = value
    return source


def from_file(path: Path, attributes: list[str]) -> Source:
    """Keys of the YAML file; null counts as not set."""
    source = Source()
    document = _document(path, source.problems)
    known = [name for name in setting_names(attributes) if name != "config"]
    for key, value in document.items():
        attribute = attribute_of(key, attributes) if key in known else None
        if attribute is None:
            source.problems.append(f"{key} in the settings file is no setting: {suggestion(str(key), known)}")
        elif key == "kafka":
            _add_mapping(source, value)
        elif value is not None:
            source.values[attribute] = value
    return source


def from_flags(flags: Mapping[str, object], attributes: list[str]) -> Source:
    """Flags by setting or attribute, `kafka.` and a property for librdkafka; None counts as not given."""
    source = Source()
    known = setting_names(attributes)
    for name, value in flags.items():
        attribute = name if name in attributes else attribute_of(name, attributes)
        if value is None:
            continue
        if name.startswith("kafka."):
            _add_property(source, name.removeprefix("kafka."), value, name)
        elif attribute is None or attribute == "kafka":
            source.problems.append(f"{name} is no setting: {suggestion(name, known)}")
        else:
            source.values[attribute] = value
    return source


def _document(path: Path, problems: list[str]) -> dict[str, object]:
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        problems.append(f"The settings file {path} cannot be read ({error.strerror}): correct --config or CONFIG.")
    except UnicodeDecodeError:
        problems.append(f"The settings file {path} is not UTF-8: save it as UTF-8.")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problems.append(f"The settings file {path} is not valid YAML{where}: correct it there.")
    else:
        if document is None:
            return {}
        if isinstance(document, dict):
            problems += _repeated_keys(node)
            return document
        problems.append(f"The settings file {path} must hold `name: value` lines.")
    return {}


def _repeated_keys(node: Any) -> list[str]:
    # YAML's last one wins silently, which hides a leftover line.
    problems = []
    seen: set[str] = set()
    for key, value in node.value:
        if key.value in seen:
            problems.append(f"{key.value} stands twice in the settings file: keep one.")
        seen.add(key.value)
        if isinstance(value, yaml.MappingNode):
            problems += _repeated_keys(value)
    return problems


def _add_mapping(source: Source, value: object) -> None:
    if not isinstance(value, dict):
        if value is not None:
            source.problems.append("kafka in the settings file must hold `property: value` lines.")
        return
    for name, content in value.items():
        if content is not None:
            _add_property(source, str(name), content, f"kafka.{name} in the settings file")


def _add_property(source: Source, name: str, value: object, said: str) -> None:
    if not _PROPERTY.fullmatch(name):
        source.problems.append(f"{said} is no librdkafka property: write names such as security.protocol.")
    elif isinstance(value, bool):
        source.kafka[name] = str(value).lower()
    elif isinstance(value, str | int | float):
        source.kafka[name] = str(value)
    else:
        source.problems.append(f"{said} should be text or a number: write the property's name with dots.")
