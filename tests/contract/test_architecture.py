"""The arrows between the rooms of the house hold."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import streams

_ROOT = Path(streams.__file__).resolve().parent
#: What the masking core may import of the standard library: nothing that reads the world or the clock.
_PURE = {
    "array", "ast", "base64", "binascii", "bisect", "collections", "dataclasses", "enum", "functools", "hashlib",
    "hmac", "html", "importlib", "ipaddress", "itertools", "json", "math", "operator", "re", "string", "struct",
    "threading", "types", "typing", "unicodedata", "zlib",
}  # fmt: skip
#: Libraries of pure functions over values.
_LIBRARIES = {"hyperscan", "orjson", "phonenumbers", "stdnum"}


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


def test_import_contracts_hold() -> None:
    """import-linter finds no room that imports another one against the arrows of the configuration."""
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=_ROOT.parent,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_masking_imports_nothing_impure() -> None:
    """Each import of the masking core is a pure module of the standard library, a library of values or a leaf."""
    for path in sorted((_ROOT / "masking").rglob("*.py")):
        for name in _imports(path):
            top = name.partition(".")[0]
            allowed = top in _PURE | _LIBRARIES or name.startswith("streams.masking") or name == "streams.errors"
            assert allowed, f"{path.name} imports {name}"


def test_masking_reads_no_world() -> None:
    """The masking core calls neither open nor print nor anything that executes text."""
    for path in sorted((_ROOT / "masking").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in {"open", "print", "eval", "exec", "input", "__import__"}, path.name


def test_masking_works_without_the_rest() -> None:
    """Importing the masking core imports neither Kafka nor Faust nor any other room."""
    code = (
        "import sys, streams.masking.batch, streams.masking.lines; "
        "print(*[name for name in sys.modules if name.split('.')[0] in "
        "('confluent_kafka', 'faust', 'mode', 'structlog', 'prometheus_client', 'pydantic', 'typer') "
        "or name.startswith(('streams.kafka', 'streams.agents', 'streams.cli', 'streams.telemetry', "
        "'streams.settings'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=_ROOT.parent, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
