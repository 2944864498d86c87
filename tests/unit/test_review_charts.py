"""Charts of the review pages: geometry that adds up, and the same numbers in words and as a table."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.review.pages.charts import WIDTH, Bar, Chart, age_chart, groups_chart, inflow_chart
from streams.review.pages.rendering import environment

_START = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)
_HOUR_S = 3600.0


def drawn(chart: Chart) -> str:
    module = environment().get_template("charts.html").make_module({})
    return str(getattr(module, "chart")(chart))  # noqa: B009 - a macro of the template


def test_inflow_stacks_reasons_to_the_height_of_their_sum() -> None:
    """Parts of a column stand on one another, and their heights are as their counts."""
    chart = inflow_chart([_START], _HOUR_S, {"residue": [30], "too_deep": [10]})
    below, above = chart.columns[0].rects
    assert below.css.endswith("r-residue")
    assert above.y + above.height == pytest.approx(below.y, abs=0.02)
    assert below.height == pytest.approx(3 * above.height, abs=0.05)
    assert chart.columns[0].title == "28 Nov 02:00 UTC: 40 records (residue 30, too_deep 10)"


def test_inflow_says_what_the_table_holds() -> None:
    """The sentence has the sum and the largest share; columns without records are no rows."""
    starts = [_START + timedelta(hours=at) for at in range(3)]
    chart = inflow_chart(starts, _HOUR_S, {"residue": [9, 0, 0], "poison": [1, 0, 2], "timestamp": [0, 0, 0]})
    assert chart.says == "12 records in the last 3 h, 75% of them residue."
    assert chart.head == ("From (UTC)", "All", "residue", "poison")
    assert [row[0] for row in chart.rows] == ["2026-11-28 02:00", "2026-11-28 04:00"]


def test_foreign_bytes_have_a_colour_too() -> None:
    """A reason that is none of ours is drawn in the colour of the others."""
    chart = inflow_chart([_START], _HOUR_S, {"foreign": [3]})
    assert chart.legend == (("r-other", "foreign"),)


def test_ages_alarm_before_retention_ends() -> None:
    """The last tenth of retention is red, and the line stands where retention ends."""
    chart = age_chart(_HOUR_S, [5] * 20, 20 * _HOUR_S, 7, 6 * _HOUR_S)
    danger = [index for index, column in enumerate(chart.columns) if "danger" in column.rects[0].css]
    assert danger == [17, 18, 19]
    assert chart.limit == pytest.approx(WIDTH - 6)
    assert chart.says == "100 records wait; 7 records expire in 6 h."


def test_ages_of_a_topic_without_retention_have_no_line() -> None:
    """What is kept for ever is said to be."""
    chart = age_chart(_HOUR_S, [1, 0], None, 0, 6 * _HOUR_S)
    assert chart.limit is None
    assert chart.says == "1 record waits; quarantine keeps them for ever."


def test_groups_are_as_wide_as_their_counts() -> None:
    """The largest fills the width, the smallest is still seen."""
    chart = groups_chart([Bar("residue", "residue", 10_000), Bar("poison", "poison", 1)])
    assert [column.rects[0].width for column in chart.columns] == [WIDTH, 2.0]
    assert chart.rows == (("residue", "10\u00a0000"), ("poison", "1"))


@pytest.mark.parametrize(
    "chart",
    [inflow_chart([], _HOUR_S, {}), age_chart(_HOUR_S, [0, 0], 2 * _HOUR_S, 0, 60), groups_chart([])],
    ids=["inflow", "ages", "groups"],
)
def test_nothing_is_said_and_not_drawn(chart: Chart) -> None:
    """A chart of nothing is a sentence."""
    assert "<svg" not in drawn(chart)
    assert chart.says in drawn(chart)


def test_a_chart_is_read_without_being_seen() -> None:
    """It has title and description, its numbers as a table, and no style of its own."""
    text = drawn(inflow_chart([_START], _HOUR_S, {"residue": [3]}))
    assert re.search(r'role="img" aria-labelledby="chart-inflow-title chart-inflow-desc"', text)
    assert "<desc id=" in text
    assert '<th scope="col">From (UTC)</th>' in text
    assert "style=" not in text


def test_labels_are_escaped() -> None:
    """What stands in a label is text, whatever it looks like."""
    text = drawn(groups_chart([Bar("</svg><script>x</script>", None, 3)]))
    assert "<script>" not in text
    assert "&lt;/svg&gt;" in text


@given(st.lists(st.integers(0, 10**9), max_size=60))
def test_everything_drawn_is_inside(counts: list[int]) -> None:
    """Whatever the counts are, no bar leaves the picture, and the grid's top is above them all."""
    chart = age_chart(_HOUR_S, counts, len(counts) * _HOUR_S or 1, 0, 60)
    for rect in (rect for column in chart.columns for rect in column.rects):
        assert 0 <= rect.x <= rect.x + rect.width <= WIDTH + 0.02
        assert 0 <= rect.y <= rect.y + rect.height <= chart.floor + 0.02
    assert min(y for y, _ in chart.grid) >= 0 if chart.grid else True
