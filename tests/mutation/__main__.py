"""`make mutation`: errors put into validators, tokens, overlaps, splicing and leaves of JSON; each has to fail a test.

    python -m tests.mutation [--only validators]

mutmut works on a copy below .build/mutation. What no test fails on is compared with tests/mutation/accepted.txt, where
each line says why no test can tell it from the original. Any other such error is shown, and so is a line that explains
none; with either the status is 1.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from fnmatch import fnmatchcase
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
    "leaves": ("leaves.py", "streams.masking.leaves.*"),
    "odd": ("engine.py", "streams.masking.engine.xǁEngineǁ_odd*"),
}
#: The tests that are asked, but for those of the mint's other instructions and of a whole masker, which tell no more;
#: mutmut runs only those that come by the function in question.
_TESTS = (
    "tests/unit/test_masking_validators.py",
    "tests/unit/test_masking_overlaps.py",
    "tests/unit/test_masking_splicing.py",
    "tests/unit/test_masking_leaves.py",
    "tests/unit/test_encodings_fold.py",
    "tests/unit/test_tokens_grammar.py",
    "tests/unit/test_canonical_forms.py",
    "tests/contract/test_tokens_golden.py",
    "tests/contract/test_tokens_minted.py",
)
_PASSED_BY = "not portable and not afar"
_CONFIG = """
[tool.mutmut]
source_paths = ["streams"]
only_mutate = {only}
also_copy = ["tests", "schemas"]
timeout_constant = 4.0
pytest_add_cli_args_test_selection = {tests}
pytest_add_cli_args = [
  "-p", "no:randomly", "-p", "no:xdist", "-p", "tests.mutation.fresh", "--timeout", "60", "-k", {passed_by},
]
"""
#: What mutmut says of an error that a test saw. Whatever else it says has to be looked at: that no test comes by it, or
#: that it ended the process, which no call from Python may do to C.
_SEEN = ("killed", "timeout")
_CACHE = re.compile(r"^@(lru_cache\(.*\))\n(?=def (\w+)\()", re.MULTILINE)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make mutation", description=__doc__.partition("\n")[0])
    parser.add_argument("--only", default=",".join(_TARGETS), help="targets, with commas between")
    targets = [_TARGETS[name] for name in parser.parse_args().only.split(",")]
    patterns = [pattern for _, pattern in targets]
    _copy([f"streams/masking/{file}" for file, _ in targets])
    _mutmut("run", "--max-children", str(os.cpu_count() or 1), *patterns)
    sys.exit(_told(_statuses(patterns), _explained(patterns)))


def _told(statuses: dict[str, str], explained: set[str]) -> bool:
    """Shows what became of all errors; whether anything is left to do."""
    unseen = [f"{_shown(name)}  [{status}]" for name, status in statuses.items() if status not in _SEEN]
    fresh = [one for one in unseen if one.rpartition("  [")[0] not in explained]
    stale = explained.difference(one.rpartition("  [")[0] for one in unseen)
    for title, lines in ("Not explained", fresh), (f"In {_ACCEPTED.name} for nothing", sorted(stale)):
        sys.stdout.writelines(f"{title}: {line}\n" for line in lines)
    killed, known = len(statuses) - len(unseen), len(unseen) - len(fresh)
    sys.stdout.write(f"{len(statuses)} errors: {killed} killed, {known} explained, {len(fresh)} unexplained.\n")
    return bool(fresh or stale)


def _explained(patterns: list[str]) -> set[str]:
    """The errors that accepted.txt has of the functions in question."""
    lines = (line.partition("  # ")[0] for line in _ACCEPTED.read_text("utf-8").splitlines())
    return {line for line in lines if _is_of(f"streams.masking.{line.partition(':')[0]}", patterns)}


def _is_of(name: str, patterns: list[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


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
    for name in mutated:
        _undecorate(_TREE / name)
    with (_TREE / "pyproject.toml").open("a", encoding="utf-8") as config:
        config.write(_CONFIG.format(only=mutated, tests=list(_TESTS), passed_by=f'"{_PASSED_BY}"'))


def _undecorate(module: Path) -> None:
    """Puts the caches of a module around its functions at its end: mutmut passes by what is decorated."""
    source = module.read_text("utf-8")
    caches = "".join(f"{name} = {cache}({name})\n" for cache, name in _CACHE.findall(source))
    module.write_text(f"{_CACHE.sub('', source)}\n\n{caches}" if caches else source, "utf-8")


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


def _statuses(patterns: list[str]) -> dict[str, str]:
    """What mutmut says of each error."""
    rows = re.findall(r"^\s*(\S+): (.+)$", _mutmut("results", "--all", "true", capture=True), re.MULTILINE)
    return {name: status for name, status in rows if _is_of(name, patterns)}


def _shown(name: str) -> str:
    """An error as `file function: - before + after`."""
    lines = _mutmut("show", name, capture=True).splitlines()
    changed = [line for line in lines if re.match(r"[-+](?![-+])", line)]
    said = " ".join(f"{line[0]} {' '.join(line[1:].split())}" for line in changed)
    return f"{re.sub('__mutmut_[0-9]+$', '', name).removeprefix('streams.masking.')}: {said}"


if __name__ == "__main__":
    main()
