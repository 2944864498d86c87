"""How a setting is called where, and which setting a misspelt name may have meant; it holds no values."""

import difflib
import re
from collections.abc import Iterable
from typing import Final

__all__ = [
    "DURATIONS",
    "KAFKA_PREFIX",
    "PREFIX",
    "attribute_of",
    "is_service_link",
    "setting_names",
    "setting_of",
    "suggestion",
    "variable_of",
]

#: Every variable of the environment that concerns maskstream begins with this.
PREFIX: Final = "MASKSTREAM_"
#: `MASKSTREAM_KAFKA__SECURITY_PROTOCOL` is librdkafka's `security.protocol`.
KAFKA_PREFIX: Final = "MASKSTREAM_KAFKA__"

#: Attributes that hold milliseconds; people write durations with a unit and the setting's name has none.
DURATIONS: Final = ("_retention_ms", "_age_ms", "_leeway_ms")

# Kubernetes writes the address of every Service of the namespace into the environment of a pod; Services called
# maskstream, maskstream-http or maskstream-review thereby set MASKSTREAM_PORT, MASKSTREAM_HTTP_PORT and so on.
_SERVICE_LINK: Final = re.compile(
    r"MASKSTREAM_(?:.+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_.+)?|PORT(?:_[0-9]+_(?:TCP|UDP|SCTP)(?:_.+)?)?)"
)
_LINKED_PORT: Final = re.compile(r"(?:tcp|udp|sctp)://.+")


def setting_of(attribute: str) -> str:
    """Name of a setting in files and flags: the attribute, but `max_retention` for `max_retention_ms`."""
    return attribute.removesuffix("_ms") if attribute.endswith(DURATIONS) else attribute


def attribute_of(setting: str, attributes: Iterable[str]) -> str | None:
    """Attribute of a setting's name; None where there is none."""
    return next((attribute for attribute in attributes if setting_of(attribute) == setting), None)


def setting_names(attributes: Iterable[str]) -> list[str]:
    """Names of the settings behind attributes of the model."""
    return [setting_of(attribute) for attribute in attributes]


def variable_of(setting: str) -> str:
    """Variable of the environment for a setting's name or, with `kafka.` in front, a librdkafka property."""
    if setting.startswith("kafka."):
        return KAFKA_PREFIX + setting.removeprefix("kafka.").replace(".", "_").upper()
    return PREFIX + setting.upper()


def suggestion(name: str, known: Iterable[str]) -> str:
    """What to do about an unknown name: the nearest known one, or to take it away."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else "remove it, or see `maskstream settings show` for the names."


def is_service_link(variable: str, value: str, *, known: bool) -> bool:
    """Whether Kubernetes, not a person, set this variable; a known setting only where its value is a link's."""
    return bool(_SERVICE_LINK.fullmatch(variable)) and (not known or bool(_LINKED_PORT.fullmatch(value)))
