"""Values of columns, which stand apart from their names: in statements, errors and traces of databases."""

import re
from collections.abc import Iterator
from typing import Final

from streams.masking.detectors.beside import names_nobody
from streams.masking.detectors.listed import field_named, personal
from streams.masking.detectors.promises import PROMISES
from streams.masking.detectors.statements import table_before
from streams.masking.found import Detector, Found, Verdict

__all__ = ["DETECTORS", "judge_key"]

#: PostgreSQL's names of columns; an index over an expression has parentheses in it.
_KEY: Final = re.compile(
    rb"Key \(((?:[^()\xff]|\((?:[^()\xff]|\([^()\xff]{0,80}\)){0,160}\)){1,300})\)=\(", re.IGNORECASE
)
_KEY_MAX: Final = 512
_KEY_END: Final = re.compile(rb"\)(?= (?:already|is|conflicts)\b|[.\"'\\\r\n\xff]|=|\Z)")
_IDENTIFIER: Final = re.compile(rb"[A-Za-z_][\w$]*")


def judge_key(data: bytes, end: int) -> Verdict:
    """The values behind `Key (columns)=(` (PostgreSQL, errors of constraints)."""
    at = data[max(0, end - _KEY_MAX) : end].lower().rfind(b"key (")
    key = _KEY.match(data, max(0, end - _KEY_MAX) + at) if at >= 0 else None
    if key is None or key.end() != end:
        return "no_key"
    stop = _end_of_values(data, end)
    names = re.split(rb",\s?(?![^()]*\))", key[1])
    spans = _split(data, end, stop)
    if len(spans) != len(names):
        names, spans = [key[1]], [(end, stop)]
    found: list[Found] = []
    for name, (start, last) in zip(names, spans, strict=True):
        found += _column(data, name, start, last)
    return found or "other_field"


#: Where a string of JSON ends, in which the message was cut off; what an escaped quote ends may go on.
_CUT: Final = re.compile(rb"\\{0,31}\"(?=\s{0,4}(?:[,}\]]|\Z))")
_OUTER_CUT: Final = re.compile(rb"(?<!\\)\"(?=\s{0,4}[,}\]])")


def _end_of_values(data: bytes, start: int) -> int:
    """Where the values of a key end: before what is said of them, or where the message was cut off."""
    closing = _KEY_END.search(data, start, start + 4096)
    if closing is None:
        cut = _CUT.search(data, start, start + 4096)
        return cut.start() if cut else min(len(data), start + 4096)
    cut = _OUTER_CUT.search(data, start, closing.start()) if data[:1] in (b"{", b"[") else None
    return cut.start() if cut else closing.start()


def _split(data: bytes, start: int, stop: int) -> list[tuple[int, int]]:
    spans = []
    for part in data[start:stop].split(b", "):
        spans.append((start, start + len(part)))
        start += len(part) + 2
    return spans


def _column(data: bytes, expression: bytes, start: int, end: int) -> list[Found]:
    """What a column or an expression over one (`lower(email::text)`) holds."""
    for name in _IDENTIFIER.findall(expression):
        if found := personal(data, name, start, end):
            return found
    return []


_ENTRY: Final = re.compile(
    rb"Duplicate entry (\\{0,31}['\"])([^\xff]{1,1024}?)\1 for key \\{0,31}['\"]?(?:([\w$\-]{1,64})\.)?([\w$\-]{1,64})",
    re.IGNORECASE,
)
_INDEX: Final = re.compile(
    rb"\A(?:uk|uq|idx|ix|index|unique|ux|uniq|key)_+|_+(?:uk|uq|idx|ix|index|unique|ux|uniq|key)\Z", re.IGNORECASE
)


def judge_entry(data: bytes, end: int) -> Verdict:
    """The entry that an index refuses whose name tells (MySQL, ER_DUP_ENTRY)."""
    entry = _ENTRY.match(data, end - len(b"Duplicate entry"))
    if entry is None:
        return "no_entry"
    return personal(data, _INDEX.sub(b"", entry[4]), *entry.span(2), entry[3] or b"") or "other_field"


#: Values are cut off, not escaped; the row ends with its line.
_ROW: Final = re.compile(rb"(?:[^\r\n\"\\\xff]|\\{1,31}[^rn\xff]|\"(?![\s,}\]]|\Z)){1,8192}")
_ROW_WORDS: Final = b"failing row contains ("
#: A day without a time on which somebody alive may have been born, and few other things happened that are still stored.
_BIRTH: Final = re.compile(rb"(?:19[0-9]{2}|200[0-9])-[0-9]{2}-[0-9]{2}\Z")


def judge_row(data: bytes, end: int) -> Verdict:
    """Names and birth dates in the row that a constraint refuses (PostgreSQL): its columns are not named, so a value has
    to look like one.
    """
    row = _ROW.match(data, end) if data[end - len(_ROW_WORDS) : end].lower() == _ROW_WORDS else None
    if row is None:
        return "no_row"
    found: list[Found] = []
    cells = _split(data, end, row.start() + len(row[0].rstrip(b").\\")))
    for start, stop in cells:
        # Words joined by an underscore are those of an enumeration there.
        if b"_" not in data[start:stop] and PROMISES["full_name"](data[start:stop]):
            found.append(Found(start, stop, "name", "database_row", "words", 40))
        elif _BIRTH.match(data[start:stop]):
            found.append(Found(start, stop, "vitals", "database_row", "date", 40))
    if found or any(_MAIL.search(data, start, stop) for start, stop in cells):
        found += _of_person(data, cells, named=not found or any(one.kind == "name" for one in found))
    return found or "nobody"


#: One word of a name, and a telephone number with its trunk zero, in a row that is a person's.
_ONE_WORD: Final = re.compile(
    rb"(?:[A-Z]|\xc3[\x80-\x9e]|[\xc4-\xca\xd0][\x80-\xbf])[a-z\x80-\xdf'\-][A-Za-z\x80-\xdf'\-]{0,30}\Z"
)
_MAIL: Final = re.compile(rb"\S@\S{1,64}\.[a-z]", re.IGNORECASE)
_TRUNK: Final = re.compile(rb"0[1-9](?:[ /\-]?[0-9]){7,10}\Z")


def _of_person(data: bytes, cells: list[tuple[int, int]], *, named: bool) -> Iterator[Found]:
    """Two words side by side where no cell is a whole name, and telephone numbers."""
    words = [bool(_ONE_WORD.match(data[a:z])) and not names_nobody(data[a:z]) for a, z in cells]
    for number, (start, stop) in enumerate(cells):
        if _TRUNK.match(data[start:stop]):
            yield Found(start, stop, "phone", "database_row", "format", 40)
        if not named and words[number] and any(words[number + 1 : number + 2]):
            named = True
            yield Found(start, stop, "name", "database_row", "words", 40)
            yield Found(*cells[number + 1], "name", "database_row", "words", 40)


#: SQL Server names the constraint or the index before the values that it refuses.
_REFUSED: Final = re.compile(
    rb"(?:constraint|index) \\{0,31}'(?:[\w$\-]{1,64}\.)?([\w$\-]{1,128})\\{0,31}'[^\xff]{0,200}duplicate key value is \(\Z",
    re.IGNORECASE,
)
_REFUSED_MAX: Final = 420
_REFUSED_END: Final = re.compile(rb"\)\.|\)(?=[\s\"\\]|\Z)")


def judge_refused(data: bytes, end: int) -> Verdict:
    """The values that a constraint or an index refuses whose name tells (SQL Server, errors 2601 and 2627)."""
    named = _REFUSED.search(data, max(0, end - _REFUSED_MAX), end)
    if named is None:
        return "no_constraint"
    closing = _REFUSED_END.search(data, end, end + 1024)
    stop = closing.start() if closing else min(len(data), end + 1024)
    name = _INDEX.sub(b"", named[1])
    found: list[Found] = []
    for start, last in _split(data, end, stop):
        found += personal(data, name, start, last)
    return found or "other_field"


#: Spring's and Bean Validation's errors name the field before the value that they reject.
_REJECTED: Final = re.compile(
    rb"on field \\{0,31}['\"]([\w.\[\]$\-]{1,128})\\{0,31}['\"]: rejected value \[\Z", re.IGNORECASE
)
_REJECTED_VALUE: Final = re.compile(rb"([^\xff]{1,1024}?)\](?:; codes|[\s\"\\]|\Z)")


def judge_rejected(data: bytes, end: int) -> Verdict:
    """The value that a field with a telling name rejects (Spring Framework, FieldError)."""
    field = _REJECTED.search(data, max(0, end - 180), end)
    value = _REJECTED_VALUE.match(data, end) if field else None
    if field is None or value is None:
        return "no_field"
    return personal(data, field[1], *value.span(1)) or "other_field"


#: SQL Server names the column before the value that is too long for it (error 2628).
_TRUNCATED: Final = re.compile(
    rb"column \\{0,31}'([\w$ ]{1,128})\\{0,31}'\. Truncated value: (\\{0,31}')\Z", re.IGNORECASE
)
_TRUNCATED_MAX: Final = 190


def judge_truncated(data: bytes, end: int) -> Verdict:
    """The value that is too long for a column with a telling name (SQL Server, error 2628)."""
    column = _TRUNCATED.search(data, max(0, end - _TRUNCATED_MAX), end)
    closing = data.find(column[2], end, end + 1024) if column else -1
    if column is None or closing < 0:
        return "no_column"
    return personal(data, column[1], end, closing) or "other_field"


#: Hibernate's trace of what it binds: `binding parameter [2] as [VARCHAR] - [Ann Lee]`, `binding parameter (2:VARCHAR) <- [Ann Lee]`.
_BOUND: Final = re.compile(
    rb"binding parameter (?:\[[0-9]{1,4}\] as \[(?:N?VARCHAR|CHAR|DATE)\] - |\([0-9]{1,4}:(?:N?VARCHAR|CHAR|DATE)\) <- )\[\Z"
)
_BOUND_MAX: Final = 64
_BOUND_VALUE: Final = re.compile(rb"([^\]\r\n\xff]{1,128})\]")


def judge_bound(data: bytes, end: int) -> Verdict:
    """A name or a date of birth among the parameters of a statement, whose columns are not named: a value has to look like one."""
    value = _BOUND_VALUE.match(data, end) if _BOUND.search(data, max(0, end - _BOUND_MAX), end) else None
    if value is None:
        return "no_parameter"
    if b"_" not in value[1] and PROMISES["full_name"](value[1]):
        return Found(*value.span(1), "name", "database_bound", "words", 40)
    return Found(*value.span(1), "vitals", "database_bound", "date", 40) if _BIRTH.match(value[1]) else "nobody"


#: A command of Redis that writes fields of a hash, as MONITOR prints it: strings in quotes.
_HASH: Final = re.compile(rb"\"h(?:m?set|setnx)\\{0,31}\" \Z", re.IGNORECASE)
_HASH_MAX: Final = 24
_STRING: Final = re.compile(rb"(\\{0,31})\"((?:(?!\1\")[^\xff]){0,2048})\1\" ?")
_STRINGS_MAX: Final = 200
_TABLE: Final = re.compile(rb"[A-Za-z_]{1,40}")


def judge_hash(data: bytes, end: int) -> Verdict:
    """The values of a hash's fields with telling names; the key's first word may complete them (Redis, HSET)."""
    key = _STRING.match(data, end) if _HASH.search(data, max(0, end - _HASH_MAX), end) else None
    if key is None:
        return "no_command"
    table = _TABLE.match(key[2])
    found: list[Found] = []
    at = key.end()
    for _ in range(_STRINGS_MAX):
        field = _STRING.match(data, at)
        value = _STRING.match(data, field.end()) if field else None
        if field is None or value is None:
            break
        found += personal(data, field[2], *value.span(2), table[0] if table else b"")
        at = value.end()
    return found or "other_fields"


_COLUMNS: Final = re.compile(
    rb"([\w$]{0,64})[`\"'\]\\]{0,8}\s{0,4}\(([^()\xff]{1,2000})\)[^()\xff]{0,40}\bvalues\s{0,4}\(\Z", re.IGNORECASE
)
_COLUMNS_MAX, _TABLE_MAX, _CLOSED_MAX = 2001, 76, 52
#: A literal, or anything else up to the next comma; a call has parentheses.
_LITERAL: Final = re.compile(
    rb"\s*+(?:(?:[NEBX]|_utf8)?(\\{0,31}['\"])((?:''(?!')|(?!\1)[^\xff])*+)\1|((?:[^,()'\"\xff]|\((?:[^()\xff]|\([^()\xff]{0,200}\)){0,400}\))*+))\s*+([,)]?)",
    re.IGNORECASE,
)
_NEXT_ROW: Final = re.compile(rb"\s{0,8},\s{0,8}\(")
#: What stands for a value that comes from elsewhere: parameters, numbers of rows, calls.
_PARAMETER: Final = re.compile(rb"[:@?$%#]|[A-Za-z_][\w.]*\s?\(")
_ROWS_MAX: Final = 1000
#: Where the values of a statement's parameters follow it: SQLAlchemy's errors, Django's log of queries.
_BEHIND_STATEMENT: Final = re.compile(rb"[?%s$0-9:@,\s()]{1,400}[^\[;\xff]{0,200}(?:\[parameters: \[?|; args=)\(")
_BEHIND_STATEMENT_MAX: Final = 700


def judge_insert(data: bytes, end: int) -> Verdict:
    """The values of an `INSERT` that names its columns (SQL:2016, 14.11)."""
    closed = data.rfind(b")", max(0, end - _CLOSED_MAX), end)
    opened = data.rfind(b"(", max(0, closed - _COLUMNS_MAX), closed) if closed >= 0 else -1
    columns = _COLUMNS.search(data, max(0, opened - _TABLE_MAX), end) if opened >= 0 else None
    if columns is None:
        return "no_columns"
    table, names = columns[1], [name.strip(b" \t\r\n\\`\"'[]") for name in columns[2].split(b",")]
    if not any(field_named(name) or field_named(table + b"." + name) for name in names):
        return "other_fields"
    found: list[Found] = []
    rows = list(_rows(data, end))
    if behind := _BEHIND_STATEMENT.match(data, end, end + _BEHIND_STATEMENT_MAX):
        rows += _rows(data, behind.end())
    for row in rows:
        for name, (start, stop) in zip(names, row, strict=False):
            found += personal(data, name, start, stop, table)
    return found or "nobody"


def _rows(data: bytes, at: int) -> Iterator[list[tuple[int, int]]]:
    for _ in range(_ROWS_MAX):
        row: list[tuple[int, int]] = []
        while literal := _LITERAL.match(data, at):
            quoted = literal[1] is not None
            bare = not quoted and bool(_PARAMETER.match(literal[3]))
            row.append((at, at) if bare else literal.span(2 if quoted else 3))
            at = literal.end()
            if literal[4] != b",":
                break
        yield row
        behind = _NEXT_ROW.match(data, at)
        if behind is None:
            return
        at = behind.end()


#: One pair of a list of pairs, as Rails logs the parameters of a statement.
_PAIRED: Final = re.compile(
    rb"\[(\\{0,31}[\"'])([^\"'\\\[\]\xff]{1,64})\1, ?(?:(\\{0,31}[\"'])((?:(?!\3)[^\xff]){0,2048}?)\3|([^\[\]\"'\\,\s\xff]{1,64}))\],?\s{0,2}"
)
_PAIRS_MAX: Final = 200


def judge_paired(data: bytes, end: int) -> Verdict:
    """The values of `[["name", "value"], ...]` (Ruby on Rails, Active Record's log)."""
    at = data.rfind(b"[[", max(0, end - 20), end) + 1
    table = table_before(data, at)
    found: list[Found] = []
    for _ in range(_PAIRS_MAX):
        pair = _PAIRED.match(data, at) if at else None
        if pair is None:
            break
        start, stop = pair.span(4) if pair[3] else pair.span(5)
        # `[["first_name", "last_name"]]` are names of columns.
        found += [] if field_named(data[start:stop]) else personal(data, pair[2], start, stop, table)
        at = pair.end()
    return found or "other_fields"


DETECTORS: Final = (
    Detector(
        "database_key",
        (),
        judge_key,
        ("DETAIL:  Key (first_name, age)=(Ann, 31) already exists.", "Key (lower(password::text))=(hunter2) already exists."),
        ("Key (colour)=(blue) already exists.", "f(x)=(y)"),
        "PostgreSQL, errors of constraints",
        shapes=(r"\)=\(",),
    ),
    Detector(
        "database_entry",
        (r"duplicate entry",),
        judge_entry,
        ("Duplicate entry 'usr-77312' for key 'users.user_id'", "Duplicate entry 'Ann Meyer' for key 'users.name'", "Duplicate entry 'annlee9' for key 'uk_username'"),
        ("Duplicate entry '12-3' for key 'orders.PRIMARY'", "Duplicate entry 'Blue Shirt' for key 'products.name'"),
        "MySQL, ER_DUP_ENTRY",
    ),
    Detector(
        "database_refused",
        (r"duplicate key value is \(",),
        judge_refused,
        ("Violation of UNIQUE KEY constraint 'UQ_Users_UserName'. Cannot insert duplicate key in object 'dbo.Users'. The duplicate key value is (annlee).",),
        ("Violation of UNIQUE KEY constraint 'UQ_Colours'. Cannot insert duplicate key in object 'dbo.C'. The duplicate key value is (blue).",),
        "SQL Server, errors 2601 and 2627",
    ),
    Detector(
        "database_row",
        (r"failing row contains \(",),
        judge_row,
        ("DETAIL:  Failing row contains (17, Ann Lee, 1971-02-03, null).", "Failing row contains (17, Lee, Ann, 1971-02-03, t).", '{"error":"Failing row contains (Ann Lee, 3)."}'),
        ("Failing row contains (17, blue, 2024-02-03, null).", "Failing row contains (17, in_progress, null).", "Failing row contains ()"),
        "PostgreSQL, ExecConstraints",
    ),
    Detector(
        "database_truncated",
        (r"truncated value: \\{0,31}'",),
        judge_truncated,
        ("String or binary data would be truncated in table 'shop.dbo.Customers', column 'LastName'. Truncated value: 'Papadopoulos-Lee'.",),
        ("truncated in table 'shop.dbo.Cars', column 'Colour'. Truncated value: 'light bl'.", "truncated value: 'Ann'"),
        "SQL Server, error 2628",
    ),
    Detector(
        "database_bound",
        (r"binding parameter (?:\[[0-9]{1,4}\] as \[[a-z]{1,9}\] - |\([0-9]{1,4}:[a-z]{1,9}\) <- )\[",),
        judge_bound,
        ("binding parameter [2] as [VARCHAR] - [Ann Lee]", "binding parameter (3:DATE) <- [1971-02-03]", "binding parameter (1:VARCHAR) <- [Ann Lee]"),
        ("binding parameter [2] as [VARCHAR] - [ACTIVE]", "binding parameter [1] as [BIGINT] - [4711]", "binding parameter (3:DATE) <- [2024-02-03]"),
        "Hibernate ORM, BasicBinder",
    ),
    Detector(
        "redis_hash",
        (r"\"h(?:m?set|setnx)\\{0,31}\" ",),
        judge_hash,
        ('"HSET" "user:4711" "first_name" "Ann" "age" "31"', '"hmset" "customers:9" "tier" "gold" "name" "Ann Lee"'),
        ('"HSET" "product:1" "name" "Blue Shirt"', '"HGET" "user:4711" "first_name"', '"HSET" failed'),
        "Redis documentation, MONITOR and HSET",
    ),
    Detector(
        "rejected_value",
        (r"rejected value \[",),
        judge_rejected,
        ("Field error in object 'userDto' on field 'lastName': rejected value [Lee]; codes [Size]", "error on field 'password': rejected value [hunter2]"),
        ("Field error in object 'car' on field 'colour': rejected value [blue]; codes [Size]", "on field 'lastName': rejected value [null]; codes"),
        "Spring Framework, FieldError",
    ),
    Detector(
        "insert",
        (r"values\s{0,4}\(",),
        judge_insert,
        ("INSERT INTO u (id, first_name) VALUES (3, 'Ann')", 'INSERT INTO "customers" (id, name) VALUES (3, \'Ann Meyer\')', "insert into u(id,password) values (3,'hunter2'),(4,'hunter3')"),
        ("INSERT INTO c (id, colour) VALUES (3, 'blue')", "INSERT INTO products (id, name) VALUES (3, 'Blue Shirt')", "INSERT INTO u (id, password) VALUES (?, ?)", "values (3)"),
        "SQL:2016, 14.11",
    ),
    Detector(
        "paired",
        (r"\[\[\\{0,31}[\"'][^\"'\\\[\]\xff]",),
        judge_paired,
        ('[["first_name", "Ann"], ["id", 3]]', '[["colour","blue"],["password","hunter2"]]'),
        ('[["colour", "blue"]]', '[["first_name", "last_name"]]'),
        "Ruby on Rails, Active Record's log",
    ),
)  # fmt: skip
