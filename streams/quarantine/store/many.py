"""One statement for many rows.

Between two rows of `executemany` the interpreter lets other threads in, and while twenty people look at pages each row
waits for its turn: a statement of all rows waits once.
"""

import sqlite3
from collections.abc import Iterable
from itertools import chain, islice
from typing import Final

__all__ = ["Many"]

#: Rows of a statement: a larger one takes memory for as long as SQLite keeps it prepared, and gains nothing.
_ROWS: Final = 500


class Many:
    """A statement with `{}` where its rows stand, and how one row is written."""

    def __init__(self, statement: str, row: str) -> None:
        self._statement, self._row = statement, row

    def run(self, db: sqlite3.Connection, rows: Iterable[tuple[object, ...]]) -> None:
        """Carries it out for all rows, in their order."""
        left = iter(rows)
        while batch := list(islice(left, _ROWS)):
            sql = self._statement.format(", ".join([self._row] * len(batch)))
            db.execute(sql, tuple(chain.from_iterable(batch)))
