"""A plot of lines as SVG, readable in light and dark, without anything that draws."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

__all__ = ["Line", "below", "plot"]

_WIDTH, _HEIGHT = 720, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 176, 48, 52
_COLOURS = ("#2a78d6", "#1b9e77", "#d97706", "#b5307a", "#6b7280")
_GREY = "#808080"
_TICKS = 5


class Line(NamedTuple):
    """A name and its points, ordered from left to right."""

    name: str
    points: Sequence[tuple[float, float]]
    dashed: bool = False


def plot(title: str, across: str, up: str, lines: Sequence[Line]) -> str:
    """An SVG document; both axes begin at zero and are linear."""
    right = max(x for line in lines for x, _ in line.points)
    top = _round_up(max(y for line in lines for _, y in line.points))
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{escape(title)}" font-family="sans-serif" font-size="13" fill="{_GREY}">'
    )
    body = [
        head,
        f'<text x="{_LEFT}" y="24" font-size="15" font-weight="bold">{escape(title)}</text>',
        *_axes(right, top, across, up),
    ]
    for line, colour in zip(lines, _COLOURS, strict=False):
        body += _drawn(line, colour, right, top)
    body += _names(lines, right, top)
    return "\n".join([*body, "</svg>"]) + "\n"


def below(plots: Sequence[str]) -> str:
    """One document with plots below one another."""
    parts = [
        plot.replace("<svg ", f'<svg y="{place * _HEIGHT}" height="{_HEIGHT}" ', 1) for place, plot in enumerate(plots)
    ]
    whole = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT * len(plots)}">'
    return f"{whole}\n{''.join(parts)}</svg>\n"


def _x(value: float, right: float) -> float:
    return _LEFT + value / right * (_WIDTH - _LEFT - _RIGHT)


def _y(value: float, top: float) -> float:
    return _HEIGHT - _BOTTOM - value / top * (_HEIGHT - _TOP - _BOTTOM)


def _axes(right: float, top: float, across: str, up: str) -> Iterator[str]:
    base, end = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    for step in range(_TICKS + 1):
        y, x = _y(top * step / _TICKS, top), _x(right * step / _TICKS, right)
        yield f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{end}" y2="{y:.1f}" stroke="{_GREY}" stroke-opacity="0.25"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{top * step / _TICKS:g}</text>'
        yield f'<text x="{x:.1f}" y="{base + 20}" text-anchor="middle">{right * step / _TICKS:.0f}</text>'
    yield f'<text x="{(_LEFT + end) / 2}" y="{_HEIGHT - 8}" text-anchor="middle">{escape(across)}</text>'
    yield f'<text x="16" y="{_TOP - 8}">{escape(up)}</text>'


def _drawn(line: Line, colour: str, right: float, top: float) -> Iterator[str]:
    places = [(_x(x, right), _y(y, top)) for x, y in line.points]
    dashes = ' stroke-dasharray="5 4"' if line.dashed else ""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>'
    for x, y in places:
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'


def _names(lines: Sequence[Line], right: float, top: float) -> Iterator[str]:
    """Each name at the end of its line, pushed down where two would stand on one another."""
    ends = sorted(
        (_y(line.points[-1][1], top), line.name, colour) for line, colour in zip(lines, _COLOURS, strict=False)
    )
    last = 0.0
    for y, name, colour in ends:
        last = max(y, last + 16)
        yield f'<text x="{_x(right, right) + 10:.1f}" y="{last + 4:.1f}" fill="{colour}">{escape(name)}</text>'


def _round_up(value: float) -> float:
    """The next number that divides well into ticks."""
    size = 10 ** len(str(int(value))) / 10
    return next(step * size for step in (1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10) if step * size >= value)
