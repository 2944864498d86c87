"""Options that several commands share: which settings file, and settings by flag."""

from pathlib import Path
from typing import Annotated

import typer

from streams.errors import UsageError
from streams.settings import SECRETS, Settings, is_secret, load

__all__ = ["ConfigOption", "SetOption", "load_settings"]

ConfigOption = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="YAML file with settings.", show_default=False)
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="A setting, such as workers=2 or kafka.security.protocol=SSL; repeatable.",
        show_default=False,
    ),
]


def load_settings(
    config: Path | None = None, assignments: list[str] | None = None, **flags: str | float | Path | None
) -> Settings:
    """Effective settings of a command: `--config`, each `--set name=value`, and flags of their own by setting's name.

    A flag of its own beats `--set`. Raises SettingsError, or UsageError for an assignment that is none.
    """
    given: dict[str, object] = dict(map(_assignment, assignments or []))
    return load(config=config, flags=given | {name: value for name, value in flags.items() if value is not None})


def _assignment(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise UsageError("--set needs NAME=VALUE, such as --set workers=2.")
    if name.startswith("kafka.") and is_secret(name.removeprefix("kafka.")):
        raise UsageError(f"--set {name} would show a secret in the list of processes: use the environment or a file.")
    if name.strip().replace("-", "_") in SECRETS:
        raise UsageError(f"--set {name} would show a secret in the list of processes: use the environment or a file.")
    return name.strip().replace("-", "_") if not name.startswith("kafka.") else name.strip(), value
