"""`make bench-accuracy`: the same labelled lines through maskstream, pasted regular expressions and Presidio.

    python -m tests.accuracy [--cases FILE --name TEXT] [--wrap raw,message,field] [--presidio PYTHON] [--json FILE]

Without --cases the lines are the project's own, from its corpus. With --json the figures replace those of the same
name in that file; docs/accuracy.json is what README shows.
"""

import argparse
import json
import platform
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args

from rich.console import Console
from rich.progress import Progress

from streams import __version__
from streams.cli.tables import print_table
from tests.accuracy.cases import Case, Wrap, line_of, own, read
from tests.accuracy.maskers import Run, maskstream, presidio, regular_expressions
from tests.accuracy.scoring import gated, score

__all__: list[str] = []

_COLUMNS = ("masker", "recall", "hard negatives kept", "JSON broken", "records/s")


def main() -> None:
    asked = _arguments()
    cases = list(read(asked.cases) if asked.cases else own())
    about: dict[str, Any] = {"maskstream": __version__, "python": platform.python_version()}
    sets = []
    for wrap in asked.wrap.split(",") if asked.cases else ["raw"]:
        counted = [case for case in cases if gated(case, wrap)]
        lines = [line_of(case, wrap) for case in counted]
        rows = [_row(run, counted, lines) for run in _runs(lines, asked.presidio, about)]
        name = f"{asked.name or asked.cases.name}, {_SHOWN[wrap]}" if asked.cases else "the project's own lines"
        sets.append({"name": name, "cases": len(counted), "rows": rows})
        _show(sets[-1])
    if asked.json:
        _write(asked.json, about, sets)


_SHOWN: dict[Wrap, str] = {"raw": "as they are", "message": "in a message", "field": "in a named field"}


def _runs(lines: list[str], python: Path | None, about: dict[str, Any]) -> Iterator[Run]:
    with Progress(console=Console(stderr=True), transient=True) as bars:
        for name, work in (("maskstream", maskstream), ("regular expressions", regular_expressions)):
            bar = bars.add_task(name, total=len(lines))
            yield from work(lines, lambda done, bar=bar: bars.update(bar, completed=done))
        if python:
            bar = bars.add_task("Presidio", total=len(lines))
            runs, said = presidio(python, lines, lambda done: bars.update(bar, completed=done))
            about.update(said)
            yield from runs


def _row(run: Run, cases: list[Case], lines: list[str]) -> dict[str, Any]:
    result = score(cases, lines, run.outputs)
    return {
        "masker": run.name,
        **asdict(result),
        "recall": round(result.recall, 1),
        "kept": round(result.kept, 1),
        "records_per_s": round(len(lines) / max(run.seconds, 1e-9), -1),
    }


def _show(one: dict[str, Any]) -> None:
    console = Console()
    console.print(f"\n{one['name']}: {one['cases']:,} lines", highlight=False)
    print_table(_COLUMNS, [_cells(row) for row in one["rows"]])


def _cells(row: dict[str, Any]) -> list[str]:
    return [
        row["masker"],
        f"{row['recall']:.1f} %",
        f"{row['kept']:.1f} %",
        str(row["broken"]),
        f"{row['records_per_s']:,.0f}",
    ]


def _write(path: Path, about: dict[str, Any], sets: list[dict[str, Any]]) -> None:
    """Replaces the sets of these names; other sets stay, and so do the rows of maskers that did not run."""
    content = json.loads(path.read_text("utf-8")) if path.exists() else {"sets": []}
    by_name = {one["name"]: one for one in content["sets"]}
    for one in sets:
        before = by_name.get(one["name"], one)
        ran = {row["masker"] for row in one["rows"]}
        if before["cases"] == one["cases"]:
            one["rows"] += [row for row in before["rows"] if row["masker"] not in ran]
        by_name[one["name"]] = one
    path.write_text(json.dumps({**content, **about, "sets": list(by_name.values())}, indent=2) + "\n", "utf-8")


def _arguments() -> argparse.Namespace:
    as_written = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="make bench-accuracy", description=__doc__, formatter_class=as_written)
    parser.add_argument("--cases", type=Path, help="labelled lines (see tests/accuracy/cases.py)")
    parser.add_argument("--name", help="what the set of --cases is called in the table")
    parser.add_argument("--wrap", default="raw,message,field", help="ways of showing a text, with commas between")
    parser.add_argument("--presidio", type=Path, help="the Python of an environment with requirements/accuracy.txt")
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    asked = parser.parse_args()
    if unknown := set(asked.wrap.split(",")) - set(get_args(Wrap)):
        parser.error(f"unknown wrap {min(unknown)}; there are {', '.join(get_args(Wrap))}")
    if asked.cases and not asked.cases.exists():
        parser.error(f"{asked.cases} does not exist; give CASES a file of labelled lines")
    return asked


if __name__ == "__main__":
    main()
