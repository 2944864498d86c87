"""Charts as plain geometry: what stands where in an SVG, made on the server and drawn by `charts.html`.

Every chart has a sentence that says what it shows and the same numbers as a table, for whoever does not see it. The
width fits a phone and a third of a desk, so that letters are readable on both.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from typing import Final, NamedTuple

from streams.review.pages.wording import number, plural, reason_class, span

__all__ = ["Age", "Bar", "Chart", "age_chart", "groups_chart", "inflow_chart", "rect_element"]

WIDTH: Final = 380
HEIGHT: Final = 170
_LEFT: Final = 44
_RIGHT: Final = 6
_TOP: Final = 10
_BOTTOM: Final = 22
#: Share of a column's room that its bar takes.
_FILL: Final = 0.82
#: Names of times along the axis; more would touch each other.
_TIMES: Final = 4
#: Share of retention from which on an age is alarming.
_LATE: Final = 0.9
#: A chart of more seconds names days instead of hours.
_CLOCK_S: Final = 3 * 86_400
_ROW: Final = 34
_BAR_HEIGHT: Final = 12


class Rect(NamedTuple):
    """A bar or a part of one; `css` gives it its colour."""

    x: float
    y: float
    width: float
    height: float
    css: str


def rect_element(rect: Rect) -> str:
    """The element of SVG, escaped; a page has hundreds, and a macro takes ten times as long for each."""
    return f'<rect class="{escape(rect.css)}" x="{rect.x}" y="{rect.y}" width="{rect.width}" height="{rect.height}"/>'


class Words(NamedTuple):
    """A text of the chart; `anchor` is SVG's."""

    x: float
    y: float
    text: str
    anchor: str = "middle"
    css: str = ""


class Column(NamedTuple):
    """What belongs together under the pointer: a title, the room that reacts, and what is drawn in it."""

    title: str
    room: Rect
    rects: tuple[Rect, ...]
    words: tuple[Words, ...] = ()


class Age(NamedTuple):
    """Waiting records of one age: older than `seconds` by less than the next one's."""

    seconds: float
    records: int


class Bar(NamedTuple):
    """One row of a ranking."""

    label: str
    reason: str | None
    records: int


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart, ready to be drawn. `name` makes ids; nothing in it is a value of a log."""

    name: str
    title: str
    says: str
    height: int = HEIGHT
    columns: tuple[Column, ...] = ()
    #: Heights of the grid's lines, with what they count.
    grid: tuple[tuple[float, str], ...] = ()
    words: tuple[Words, ...] = ()
    #: Where retention ends.
    limit: float | None = None
    legend: tuple[tuple[str, str], ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    width: int = field(default=WIDTH, init=False)

    @property
    def floor(self) -> int:
        return self.height - _BOTTOM


def inflow_chart(starts: Sequence[datetime], step_s: float, counts: Mapping[str, Sequence[int]]) -> Chart:
    """Records that came into quarantine by reason, one column a step of `step_s` seconds; `counts` has a number for
    each start.
    """
    reasons = sorted((name for name, row in counts.items() if any(row)), key=lambda name: (-sum(counts[name]), name))
    totals = [sum(counts[name][at] for name in reasons) for at in range(len(starts))]
    top, grid = _scale(max(totals, default=0))
    room = (WIDTH - _LEFT - _RIGHT) / max(1, len(starts))
    columns = tuple(
        _stack(_LEFT + at * room, room, starts[at], [(name, counts[name][at]) for name in reasons], top)
        for at in range(len(starts))
    )
    return Chart(
        "inflow",
        "Inflow by reason",
        _inflow_says(sum(totals), step_s * len(starts), reasons, counts),
        columns=columns,
        grid=grid,
        words=_times(starts, step_s, room),
        legend=tuple((reason_class(name), name) for name in reasons),
        head=("From (UTC)", "All", *reasons),
        rows=tuple(
            (f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}", number(total), *(number(counts[name][at]) for name in reasons))
            for at, (moment, total) in enumerate(zip(starts, totals, strict=True))
            if total
        ),
    )


def age_chart(step_s: float, counts: Sequence[int], retention_s: float | None, soon: int, soon_s: float) -> Chart:
    """Waiting records by age, column i holding those of i to i + 1 steps and the last one all that are older, against
    the retention of quarantine (None: it keeps for ever). `soon` of them expire within `soon_s`.
    """
    top, grid = _scale(max(counts, default=0))
    room = (WIDTH - _LEFT - _RIGHT) / max(1, len(counts))
    ages = [Age(at * step_s, records) for at, records in enumerate(counts)]
    end = step_s * len(counts)
    middle = Words((WIDTH + _LEFT - _RIGHT) / 2, HEIGHT - 6, f"{span(end / 2)} old")
    ruler = [Words(_LEFT, HEIGHT - 6, "new", "start"), middle]
    limit = None
    if retention_s is not None:
        limit = min(float(WIDTH - _RIGHT), _LEFT + retention_s / step_s * room)
        ruler.append(Words(limit, HEIGHT - 6, f"deleted at {span(retention_s)}", "end", "limit-word"))
    return Chart(
        "ages",
        "Age against retention",
        _ages_say(sum(counts), retention_s, soon, soon_s),
        columns=tuple(
            _age_column(_LEFT + at * room, room, age, step_s, retention_s, top) for at, age in enumerate(ages)
        ),
        grid=grid,
        words=tuple(ruler),
        limit=limit,
        head=("Older than", "Records"),
        rows=tuple((span(age.seconds), number(age.records)) for age in ages if age.records),
    )


def groups_chart(bars: Sequence[Bar]) -> Chart:
    """The largest groups, one row each, the largest first."""
    most = max((bar.records for bar in bars), default=0)
    says = "No group waits."
    if bars:
        shown = f"{plural(len(bars), 'group')} {'holds' if len(bars) == 1 else 'hold'}"
        says = f"{shown} {plural(sum(bar.records for bar in bars), 'record')}; the largest has {number(most)}."
    return Chart(
        "groups",
        "Largest groups",
        says,
        height=max(1, len(bars)) * _ROW,
        columns=tuple(_ranked(at, bar, most) for at, bar in enumerate(bars)),
        head=("Group", "Records"),
        rows=tuple((bar.label, number(bar.records)) for bar in bars),
    )


def _stack(x: float, room: float, moment: datetime, parts: Sequence[tuple[str, int]], top: float) -> Column:
    rects, base, gap = [], float(HEIGHT - _BOTTOM), room * (1 - _FILL) / 2
    for name, records in parts:
        height = records / top * _plot()
        base -= height
        if records:
            rects.append(_rect(x + gap, base, room * _FILL, height, f"piece {reason_class(name)}"))
    told = ", ".join(f"{name} {number(records)}" for name, records in parts if records)
    total = plural(sum(records for _, records in parts), "record")
    title = f"{moment.astimezone(UTC):%d %b %H:%M} UTC: {total}{f' ({told})' if told else ''}"
    return Column(title, _hover(x, room), tuple(rects))


def _ages_say(waiting: int, retention_s: float | None, soon: int, soon_s: float) -> str:
    if not waiting:
        return "Nothing waits."
    told = f"{plural(waiting, 'record')} {'waits' if waiting == 1 else 'wait'}"
    if retention_s is None:
        return f"{told}; quarantine keeps them for ever."
    return f"{told}; {plural(soon, 'record')} {'expires' if soon == 1 else 'expire'} in {span(soon_s)}."


def _age_column(x: float, room: float, age: Age, step_s: float, retention_s: float | None, top: float) -> Column:
    height, gap = age.records / top * _plot(), room * (1 - _FILL) / 2
    late = retention_s is not None and age.seconds + step_s >= retention_s * _LATE
    css = "piece danger-bar" if late else "piece plain-bar"
    rects = (_rect(x + gap, HEIGHT - _BOTTOM - height, room * _FILL, height, css),) if age.records else ()
    left = "" if retention_s is None else f", deleted in {span(retention_s - age.seconds)} at the latest"
    return Column(f"{span(age.seconds)} old and more: {plural(age.records, 'record')}{left}", _hover(x, room), rects)


def _ranked(at: int, bar: Bar, most: int) -> Column:
    y = at * _ROW
    width = max(2.0, bar.records / most * WIDTH) if most else 0.0
    return Column(
        f"{bar.label}: {plural(bar.records, 'record')}",
        Rect(0, y, WIDTH, _ROW, "hover"),
        (_rect(0, y + 17, width, _BAR_HEIGHT, f"piece {reason_class(bar.reason)}"),),
        (
            Words(0, y + 12, bar.label, "start", "label"),
            Words(WIDTH, y + 12, number(bar.records), "end", "label"),
        ),
    )


def _scale(most: int) -> tuple[float, tuple[tuple[float, str], ...]]:
    """The number at the top of the chart, and the grid's lines: a round step, two to five of them."""
    if most <= 0:
        return 1.0, ((float(HEIGHT - _BOTTOM), "0"),)
    rough = most / 4
    power = 10 ** math.floor(math.log10(rough)) if rough > 1 else 1
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    lines = math.ceil(most / step)
    top = float(lines * step)
    return top, tuple((HEIGHT - _BOTTOM - at * step / top * _plot(), _short(at * step)) for at in range(lines + 1))


def _times(starts: Sequence[datetime], step_s: float, room: float) -> tuple[Words, ...]:
    """Some starts of columns, said as hours or, where the chart covers days, as dates."""
    form = "%d %b" if step_s * len(starts) > _CLOCK_S else "%H:%M"
    every = max(1, math.ceil(len(starts) / _TIMES))
    return tuple(
        Words(_LEFT + at * room, HEIGHT - 6, f"{starts[at].astimezone(UTC):{form}}", "start")
        for at in range(0, len(starts), every)
    )


def _inflow_says(total: int, period_s: float, reasons: Sequence[str], counts: Mapping[str, Sequence[int]]) -> str:
    length = span(period_s)
    if not total:
        return f"Nothing came into quarantine in the last {length}."
    share = sum(counts[reasons[0]]) / total
    return f"{plural(total, 'record')} in the last {length}, {share:.0%} of them {reasons[0]}."


def _short(value: float) -> str:
    """`950`, `1.5k`, `20M`: what fits beside an axis."""
    for limit, sign in ((1_000_000, "M"), (1000, "k")):
        if value >= limit:
            return f"{value / limit:g}{sign}"
    return f"{value:g}"


def _plot() -> int:
    return HEIGHT - _BOTTOM - _TOP


def _hover(x: float, room: float) -> Rect:
    return _rect(x, _TOP, room, _plot(), "hover")


def _rect(x: float, y: float, width: float, height: float, css: str) -> Rect:
    return Rect(round(x, 2), round(y, 2), round(width, 2), round(height, 2), css)
