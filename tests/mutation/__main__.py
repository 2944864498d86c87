"""`make mutation`: errors put into validators, tokens, overlaps and splicing; each has to fail a test.

    python -m tests.mutation [--only validators]

mutmut works on a copy below .build/mutation. What survives is compared with tests/mutation/accepted.txt, where each
line says why no test can tell it from the original; any other survivor is shown and the status is 1.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

__all__: list[str] = []

_ROOT = Path(__file__).resolve().parents[2]
_TREE = _ROOT / ".build" / "mutation"
_ACCEPTED = Path(__file__).with_name("accepted.txt")

#: What is mutated: file below streams/masking and the names of its functions, as mutmut has them.
_TARGETS = {
    "validators": ("validators.py", "streams.masking.validators.*"),
    "tokens": ("tokens.py", "streams.masking.tokens.*"),
    "overlaps": ("overlaps.py", "streams.masking.overlaps.*"),
    "quoting": ("quoting.py", "streams.masking.quoting.*"),
    "layers": ("encodings/fold.py", "streams.masking.encodings.fold.xǁ*"),
    "splice": ("loop.py", "streams.masking.loop.x*splice*"),
    "odd": ("engine.py", "streams.masking.engine.xǁEngineǁ_odd*"),
}
#: The tests that are asked; mutmut runs only those that come by the function in question.
_TESTS = (
    "tests/unit/test_masking_validators.py",
    "tests/unit/test_masking_overlaps.py",
    "tests/unit/test_masking_splicing.py",
    "tests/unit/test_encodings_fold.py",
    "tests/unit/test_tokens_grammar.py",
    "tests/unit/test_canonical_forms.py",
    "tests/contract/test_tokens_golden.py",
)
_CONFIG = """
[tool.mutmut]
source_paths = ["streams"]
only_mutate = {only}
also_copy = ["tests", "schemas"]
pytest_add_cli_args_test_selection = {tests}
pytest_add_cli_args = ["-p", "no:randomly", "-p", "no:xdist", "--timeout", "60"]
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="make mutation", description=__doc__.partition("\n")[0])
    parser.add_argument("--only", default=",".join(_TARGETS), help="targets, with commas between")
    targets = [_TARGETS[name] for name in parser.parse_args().only.split(",")]
    _copy([f"streams/masking/{file}" for file, _ in targets])
    _mutmut("run", "--max-children", str(os.cpu_count() or 1), *(names for _, names in targets))
    accepted = {line.partition("  # ")[0] for line in _ACCEPTED.read_text("utf-8").splitlines()}
    survivors = list(_survivors())
    fresh = [one for one in survivors if one not in accepted]
    for one in fresh:
        sys.stdout.write(f"{one}\n")
    sys.stdout.write(f"{len(survivors)} survived, {len(fresh)} of them are not explained in {_ACCEPTED.name}.\n")
    sys.exit(bool(fresh))


def _copy(mutated: list[str]) -> None:
    """A tree of its own with what git knows and would add, and mutmut's settings."""
    shutil.rmtree(_TREE, ignore_errors=True)
    listed = subprocess.run(
        ["git", "ls-files", "-coz", "--exclude-standard"], cwd=_ROOT, check=True, capture_output=True
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        target = _TREE / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_ROOT / name, target)
    # Of what git does not know the mint alone: without it its calls are not asked, with the rest the loops in Python.
    for built in (_ROOT / "streams" / "masking").glob("_mint*.so"):
        shutil.copyfile(built, _TREE / "streams" / "masking" / built.name)
    with (_TREE / "pyproject.toml").open("a", encoding="utf-8") as config:
        config.write(_CONFIG.format(only=mutated, tests=list(_TESTS)))


def _mutmut(*words: str, capture: bool = False) -> str:
    path = os.pathsep.join([str(_ROOT / ".build" / "mutmut"), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", "mutmut", *words],
        cwd=_TREE,
        env={**os.environ, "PYTHONPATH": path},
        check=True,
        text=True,
        stdout=subprocess.PIPE if capture else None,
    )
    return done.stdout or ""


def _survivors() -> Iterator[str]:
    """`file function: - before + after` for each mutant that no test saw."""
    for name in re.findall(r"^\s*(\S+): survived", _mutmut("results", capture=True), re.MULTILINE):
        lines = _mutmut("show", name, capture=True).splitlines()
        changed = [line for line in lines if re.match(r"[-+](?![-+])", line)]
        said = " ".join(f"{line[0]} {' '.join(line[1:].split())}" for line in changed)
        yield f"{re.sub('__mutmut_[0-9]+$', '', name).removeprefix('streams.masking.')}: {said}"


if __name__ == "__main__":
    main()
