r"""Cells of a delimited table below a header line that names its columns (`id;first_name\n12;Ann`), RFC 4180 and in practice.

Tables that consoles draw have a rule below the header and spaces around the cells (psql, mysql, Markdown).
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from streams.masking.detectors.listed import field_named, personal
from streams.masking.detectors.promises import PROMISES
from streams.masking.found import Detector, Found, Verdict

__all__ = ["DETECTORS"]

#: Last words of columns that `field_of` knows; addresses of mail have a form of their own.
_COLUMNS: Final = (
    "name", "phone", "mobile", "telephone", "password", "token", "address", "street", "birth_?date", "birthday", "date[_ ]of[_ ]birth", "dob", "ssn", "iban", "passport",
    "passport_?number", "phone_?number", "account_?number", "card_?number", "zip_?code", "postal_?code", "vorname", "nachname", "nom", "prenom", "apellidos?",
)  # fmt: skip
_LINE_END: Final = rb"(?:(?:\r|\\{1,31}r)?(?:\n|\\{1,31}n))"
_ENDS: Final = re.compile(_LINE_END)
_COLUMN: Final = re.compile(rb" {0,64}\\{0,7}[\"']? ?([A-Za-z_][\w\-]*(?: [\w\-]+){0,3}) {0,64}\\{0,7}[\"']?\Z")
#: The rule between the header and the rows of a table that was drawn.
_RULE: Final = re.compile(rb"[ |+:\-=]{3,1024}" + _LINE_END)
#: The longest header and the longest row, in bytes.
_HEADER_MAX: Final = 1024
_ROW_MAX: Final = 8192
#: What is looked at of a table: as much as a record of a megabyte holds.
_CELLS_MAX: Final = 200_000
#: Commas stand in sentences and statements as well.
_COMMAS: Final = 2


def judge_column(data: bytes, end: int) -> Verdict:
    """The cells of a column with a telling name, up to the first line that has another number of cells."""
    header = _header(data, end)
    if header is None:
        return "no_header"
    sign, number, names, at = header
    name = names[number]
    if (plain := name.lower() == b"name") and not _of_person(names):
        return "other_field"
    found: list[Found] = []
    for cells in _table(data, at, sign, len(names)):
        start, stop = cells[number]
        if plain and PROMISES["full_name"](data[start:stop]):
            found.append(Found(start, stop, "name", "column", "full_name", 40))
        elif not plain:
            found += personal(data, name.replace(b" ", b"_"), start, stop)
    return found or "nobody"


def _of_person(names: list[bytes]) -> bool:
    fields = (field_named(name.replace(b" ", b"_")) for name in names)
    return any(field is not None and field.kind in _OF_PERSONS for field in fields)


#: Kinds of columns that make a bare `name` beside them a person's.
_OF_PERSONS: Final = frozenset(("email", "phone", "vitals", "national_id", "passport", "name"))


def _header(data: bytes, end: int) -> tuple[bytes, int, list[bytes], int] | None:
    """The sign between cells, which column ends before a position, the columns' names, and where the rows begin."""
    low = max(0, end - _HEADER_MAX)
    for line_end in _ENDS.finditer(data, low, end - 1):
        low = line_end.end()
    behind = _ENDS.search(data, end - 1, end + _HEADER_MAX)
    if behind is None:
        return None
    line = data[low : behind.start()]
    sign, columns = _columns(line)
    names = list(columns)
    number = line[: end - 1 - low].count(sign)
    # Words of the log may stand before the first column, or cells of its own where it separates them by tabs.
    extra = len(names) - _width(data, behind.end(), sign) if sign in _TABS else 0
    if not 0 <= extra <= min(number, len(names) - 2) or number >= len(names):
        return None
    names = names[extra:]
    if len(names) <= (_COMMAS if sign == b"," else 1) or None in names[1:-1] or names[number - extra] is None:
        return None
    rule = _RULE.match(data, behind.end())
    return sign, number - extra, [name or b"" for name in names], rule.end() if rule else behind.end()


@lru_cache(maxsize=64)
def _columns(line: bytes) -> tuple[bytes, tuple[bytes | None, ...]]:
    """The sign between the cells of a line, and their names; None for what is no name."""
    sign = max((b";", b"|", b"\t", b"\\t", b","), key=line.count)
    return sign, tuple(name and name[1] for name in map(_COLUMN.match, line.split(sign)))


_TABS: Final = (b"\t", b"\\t")


def _width(data: bytes, at: int, sign: bytes) -> int:
    line_end = _ENDS.search(data, at, at + _ROW_MAX)
    return data.count(sign, at, line_end.start() if line_end else at + _ROW_MAX) + 1


_Cells = tuple[tuple[int, int], ...]


@lru_cache(maxsize=1)
def _table(data: bytes, at: int, sign: bytes, width: int) -> tuple[_Cells, ...]:
    """The cells of the lines from a position on, without the quotes around them: read once for all columns of a header.

    Another header ends the table: it has rows of its own, so that a text of headers costs what its lines cost.
    """
    rows: list[_Cells] = []
    while len(rows) * width < _CELLS_MAX:
        line_end = _ENDS.search(data, at, at + _ROW_MAX)
        line = data[at : line_end.start() if line_end else at + _ROW_MAX]
        cells = tuple((at + start, at + stop) for start, stop in _each_cell(line, sign))
        if len(cells) != width or _is_header(line):
            break
        rows.append(cells)
        if line_end is None:
            break
        at = line_end.end()
    return tuple(rows)


def _is_header(line: bytes) -> bool:
    """Whether all cells of a line but the outer ones are names of columns, and a telling one is among them."""
    _, names = _columns(line)
    return None not in names[1:-1] and any(_TELLING.search(name) for name in names if name)


def _each_cell(line: bytes, sign: bytes) -> Iterator[tuple[int, int]]:
    at, end = 0, len(line)
    while at <= end:
        quoted = _QUOTED.match(line, at)
        if quoted:
            yield quoted.span(3)
            at = quoted.end()
            if not line.startswith(sign, at):
                return
            at += len(sign)
            continue
        last = line.find(sign, at)
        last = end if last < 0 else last
        yield _bare(line, at, last)
        at = last + len(sign)


_TELLING: Final = re.compile(rb"(?:%b)\Z" % "|".join(_COLUMNS).encode(), re.IGNORECASE)
_QUOTED: Final = re.compile(rb" ?(\\{0,31})([\"'])((?:(?!\1\2)[^\xff]){0,512})\1\2 ?")


def _bare(data: bytes, start: int, stop: int) -> tuple[int, int]:
    # In the last cell the string around the table may end.
    quote = data.find(b'"', start, stop)
    stop = quote if quote >= 0 else stop
    text = data[start:stop].rstrip(b"\\ ")
    return start + len(text) - len(text.lstrip(b" ")), start + len(text)


DETECTORS: Final = (
    Detector(
        "column",
        (rf"(?:{'|'.join(_COLUMNS)})\\{{0,7}}[\"']? {{0,64}}(?:[;|\t,]|\\t|\\r|\\n|[\r\n])",),
        judge_column,
        (
            "id;first_name;last_name\n12;Ann;Lee", '{"message":"id;name;phone\\n12;Ann Lee;030 901820","n":1}', "id|name|dob\r\n3|Ann Lee|1980-02-03\r\n4|Bob Ray|1981-02-03",
            'id,"first_name","street"\n12,"Ann","1 Main St"', "export: id\tsurname\temail\n12\tLee\tx",
            " id | full_name | tier \n----+-----------+------\n 12 | Ann Lee   | gold", "+----+-----------+\n| id | full_name |\n+----+-----------+\n| 12 | Ann Lee   |\n+----+-----------+",
            "| Name    | E-Mail Address |\n|:--------|---------------:|\n| Ann Lee | none           |",
        ),
        (
            "id;name;price\n12;Blue Shirt;4", "id;first_name;last_name", "first_name, last_name\nAnn is here", "name|status\nweb-1|up", "the name, the host\nand more; of it", "file_name;first_name\none",
            " name  | state\n-------+------\n Blue Shirt | up",
        ),
        "RFC 4180",
    ),
)  # fmt: skip
