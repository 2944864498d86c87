"""Runs the installed command as people do: its own process, its own environment."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

__all__ = ["environment", "maskstream"]

#: Next to the interpreter that runs the tests, be it of a checkout or of an installed wheel.
COMMAND = Path(sys.executable).parent / "maskstream"


def environment(settings: Mapping[str, str] | None = None) -> dict[str, str]:
    """The present environment without anybody's MASKSTREAM_ variables, with these settings (`RAW_TOPICS`, …)."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("MASKSTREAM_")}
    return own | {f"MASKSTREAM_{name}": value for name, value in (settings or {}).items()}


def maskstream(
    *arguments: str, settings: Mapping[str, str] | None = None, stdin: str = "", timeout_s: float = 60
) -> subprocess.CompletedProcess[str]:
    """Run `maskstream …` to its end."""
    return subprocess.run(
        [str(COMMAND), *arguments],
        check=False,
        env=environment(settings),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=timeout_s,
    )
