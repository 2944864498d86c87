"""The bench's plot is a document that any viewer reads."""

import xml.etree.ElementTree as ET

import pytest

from tests.bench.svg import Line, below, plot

_SVG = "{http://www.w3.org/2000/svg}"


def test_each_point_is_drawn_within_the_picture() -> None:
    """A line has its points, its name and a height in proportion to its value."""
    root = ET.fromstring(plot("cost & size", "n", "µs", [Line("a", [(0, 0), (10, 5)]), Line("b", [(10, 2.5)])]))
    heights = [float(one.attrib["cy"]) for one in root.iter(f"{_SVG}circle")]
    assert heights[0] == pytest.approx(348)
    assert (heights[0] - heights[2]) * 2 == pytest.approx(heights[0] - heights[1])
    assert {"a", "b", "cost & size", "n", "µs"} <= {one.text for one in root.iter(f"{_SVG}text")}


@pytest.mark.parametrize(("highest", "top"), [(0.3, "1"), (1.2, "1.5"), (9.0, "10"), (14.0, "15"), (123.0, "150")])
def test_the_axis_ends_at_a_round_number(highest: float, top: str) -> None:
    """No point lies above it."""
    root = ET.fromstring(plot("t", "n", "µs", [Line("a", [(1, highest)])]))
    assert top in {one.text for one in root.iter(f"{_SVG}text")}


def test_plots_stand_below_one_another() -> None:
    """Each in its place, in one document."""
    one = plot("t", "n", "µs", [Line("a", [(1, 1)])])
    root = ET.fromstring(below([one, one]))
    assert [inner.attrib["y"] for inner in root.findall(f"{_SVG}svg")] == ["0", "400"]
