"""What the bench says: figures next to their bars, as a table and as JSON."""

import json
import os
import platform
import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from streams import __version__
from streams.cli.tables import print_table

__all__ = ["Figure", "Verdict", "median_of", "show", "verdict", "write_json"]

Verdict = Literal["goal", "bar", "below", ""]


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement, the median of `samples`, with its first bar and its goal where there are such."""

    name: str
    unit: str
    samples: tuple[float, ...]
    bar: float | None = None
    goal: float | None = None
    better: Literal["lower", "higher"] = "lower"
    #: Digits after the point.
    digits: int = 2

    @property
    def value(self) -> float:
        return statistics.median(self.samples)


def median_of(name: str, unit: str, samples: Sequence[float], **more: object) -> Figure:
    return Figure(name, unit, tuple(samples), **more)  # type: ignore[arg-type]


def verdict(figure: Figure) -> Verdict:
    """Say which of its marks a figure reaches; nothing is judged without one."""
    if figure.bar is None or figure.goal is None:
        return ""
    sign = 1 if figure.better == "lower" else -1
    if sign * figure.value <= sign * figure.goal:
        return "goal"
    return "bar" if sign * figure.value <= sign * figure.bar else "below"


def show(figures: Sequence[Figure]) -> None:
    """Print the figures as a table on standard output."""
    columns = ("figure", "median", "lowest", "highest", "n", "first bar", "goal", "reached")
    print_table(columns, [_cells(figure) for figure in figures])
    sys.stdout.write("\n")
    sys.stdout.flush()


def _cells(figure: Figure) -> list[str]:
    def shown(value: float | None) -> str:
        return "" if value is None else f"{value:,.{figure.digits}f} {figure.unit}".rstrip()

    numbers = map(shown, (figure.value, min(figure.samples), max(figure.samples)))
    return [figure.name, *numbers, str(len(figure.samples)), shown(figure.bar), shown(figure.goal), verdict(figure)]


def write_json(figures: Sequence[Figure], path: Path) -> None:
    """Write figures with what they were measured on."""
    rows = [{**asdict(figure), "value": figure.value, "reached": verdict(figure)} for figure in figures]
    machine = {"cores": os.cpu_count(), "machine": platform.machine(), "python": platform.python_version()}
    path.write_text(json.dumps({"maskstream": __version__, **machine, "figures": rows}, indent=2) + "\n")
