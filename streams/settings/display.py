"""The effective settings for people's eyes: what may be a secret is hidden."""

import re
from dataclasses import dataclass
from typing import Final

from streams.settings.model import Origin, Settings
from streams.settings.names import DURATIONS, setting_of

__all__ = ["HIDDEN", "SECRETS", "Shown", "is_secret", "shown"]

#: Stands for a value that may be a secret.
HIDDEN: Final = "(hidden)"

#: Settings of ours that are a secret themselves, not a file with one.
SECRETS: Final = frozenset({"review_token"})

# Hidden by the words of the name rather than by a list of properties: the next librdkafka has new ones. `config` is
# sasl.oauthbearer.config and sasl.jaas.config, both of which hold credentials.
_SECRET_WORDS: Final = frozenset(
    ("assertion", "cert", "config", "credential", "credentials", "extensions", "jaas", "key", "keystore", "passphrase",
     "passwd", "password", "pem", "private", "secret", "token")
)  # fmt: skip
_USER_INFO: Final = re.compile(r"(?<=://)[^/@\s]*@")


@dataclass(frozen=True, slots=True)
class Shown:
    """A setting as `maskstream settings show` prints it; `value` None means not set."""

    name: str
    value: str | None
    origin: Origin


def is_secret(librdkafka_property: str) -> bool:
    """Whether the value of a librdkafka property may be a secret."""
    return not _SECRET_WORDS.isdisjoint(re.split(r"[._]", librdkafka_property))


def shown(settings: Settings) -> list[Shown]:
    """Every effective setting in the model's order, librdkafka properties last and by name."""
    rows = [
        Shown(setting_of(name), _text(name, getattr(settings, name)), settings.origin(name))
        for name in Settings.model_fields
        if name != "kafka"
    ]
    return rows + [
        Shown(f"kafka.{name}", HIDDEN if is_secret(name) else _text(name, value), settings.origin(f"kafka.{name}"))
        for name, value in sorted(settings.kafka.items())
    ]


def _text(name: str, value: object) -> str | None:
    if value is None or value == "":
        return None
    if name in SECRETS:
        return HIDDEN
    if name.endswith(DURATIONS) and isinstance(value, int):
        return _duration(value)
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return _USER_INFO.sub("***@", text)


def _duration(milliseconds: int) -> str:
    for unit, length in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)):
        if milliseconds % length == 0:
            return f"{milliseconds // length}{unit}"
    return f"{milliseconds}ms"
