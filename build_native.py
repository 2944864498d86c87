"""Builds the native parts (`streams/masking/_core.c` and others), where a C compiler and Python's headers are found.

A hook of hatchling for wheels and editable installs, and a command: `python build_native.py`. Without a compiler the
package is made without them; it then works as well, slower.
"""

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
SOURCES = (
    *(ROOT / "streams" / "masking" / name for name in ("_shapes.c", "_core.c", "_fold.c", "_mint.c")),
    ROOT / "streams" / "kafka" / "_columns.c",
)
FLAGS = ("-O3", "-DNDEBUG", "-std=c99", "-fPIC", "-shared", "-fvisibility=hidden", "-Wall", "-Wextra", "-Werror")


def target(source: Path) -> Path:
    """Where the running Python looks for a native part."""
    return source.with_name(source.stem + sysconfig.get_config_var("EXT_SUFFIX"))


def build() -> str:
    """Compile the native parts; says why not where they cannot be, else nothing."""
    compiler = shutil.which((sysconfig.get_config_var("CC") or "cc").split()[0]) or shutil.which("cc")
    headers = Path(sysconfig.get_paths()["include"])
    if compiler is None:
        return "there is no C compiler"
    if not (headers / "Python.h").exists():
        return "Python's headers are not installed"
    for source in SOURCES:
        command = [compiler, *FLAGS, f"-I{headers}", str(source), "-o", str(target(source))]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  Its parts are ours.
        if done.returncode:
            return f"the compiler says: {done.stderr.strip()}"
    return ""


class NativeBuildHook(BuildHookInterface[Any]):
    """What hatchling calls before it makes a wheel."""

    def initialize(self, _version: str, build_data: dict[str, Any]) -> None:
        """Add what was compiled, so that the wheel is one for this Python and platform."""
        if self.target_name != "wheel" or build():
            return
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        build_data["artifacts"] += [f"/{target(source).relative_to(ROOT)}" for source in SOURCES]


if __name__ == "__main__":
    if trouble := build():
        sys.stderr.write(f"maskstream runs without its native parts, at a third of the speed or less: {trouble}.\n")
