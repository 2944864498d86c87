"""Settings from defaults, YAML file, environment and flags, with the origin of each."""

from streams.settings.display import SECRETS, Shown, is_secret, shown
from streams.settings.loading import load
from streams.settings.model import Origin, Settings
from streams.settings.names import PREFIX, setting_names, variable_of

__all__ = [
    "PREFIX",
    "SECRETS",
    "Origin",
    "Settings",
    "Shown",
    "is_secret",
    "load",
    "setting_names",
    "shown",
    "variable_of",
]
