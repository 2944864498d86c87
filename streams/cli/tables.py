"""Tables for people and pipes: off a terminal a cell is never cut or wrapped, so that `grep` finds it whole."""

import sys
from collections.abc import Iterable, Sequence

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

__all__ = ["print_table"]


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows on standard output as they are (square brackets are no markup): on a terminal long cells fold and
    nothing is lost, elsewhere each row is one line, as long as it must be.
    """
    cells = [list(row) for row in rows]
    if sys.stdout.isatty():
        _print_folded(columns, cells)
    else:
        _print_lines([list(columns), *cells])


def _print_folded(columns: Sequence[str], cells: list[list[str]]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in cells:
        table.add_row(*row)
    Console(markup=False, highlight=False, emoji=False).print(table)


def _print_lines(cells: list[list[str]]) -> None:
    widths = [max(map(cell_len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = (text + " " * (width - cell_len(text)) for text, width in zip(row, widths, strict=True))
        typer.echo("  ".join(padded).rstrip())
