"""The bench's own arithmetic; it never asserts on time."""

import json
from pathlib import Path

import orjson
import pytest

from tests.bench.figures import Figure, median_of, show, verdict, write_json
from tests.bench.large import large_record


@pytest.mark.parametrize(
    ("samples", "better", "expected"),
    [((4.0,), "lower", "goal"), ((9.0, 5.1, 5.1), "lower", "bar"), ((11.0,), "lower", "below"),
     ((60.0,), "higher", "goal"), ((30.0,), "higher", "bar"), ((10.0,), "higher", "below")],
)  # fmt: skip
def test_a_figure_is_judged_by_its_median(samples: tuple[float, ...], better: str, expected: str) -> None:
    """The first bar and the goal are compared in the figure's own direction."""
    bar, goal = (10.0, 5.0) if better == "lower" else (25.0, 50.0)
    assert verdict(median_of("x", "x", samples, bar=bar, goal=goal, better=better)) == expected


def test_a_figure_without_bars_is_not_judged() -> None:
    """What has no bar says nothing."""
    assert verdict(Figure("x", "s", (1.0,))) == ""


def test_figures_are_written_as_table_and_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both hold the median and what it reaches; the table is not cut off where there is no terminal."""
    figures = [median_of("a figure with a long name that no window cuts", "x", [3.0, 1.0, 2.0], bar=3, goal=2)]
    show(figures)
    assert "a figure with a long name that no window cuts" in capsys.readouterr().out
    write_json(figures, tmp_path / "bench.json")
    written = json.loads((tmp_path / "bench.json").read_text())["figures"][0]
    assert (written["value"], written["reached"], written["samples"]) == (2.0, "goal", [3.0, 1.0, 2.0])


def test_a_large_record_is_json_of_the_asked_depth() -> None:
    """The record of the bench nests as deep as it says and parses."""
    record = large_record(200_000, 50)
    node, depth = orjson.loads(record), 0
    while node is not None:
        node, depth = node["next"], depth + 1
    assert depth == 50
    assert 200_000 <= len(record) < 220_000
