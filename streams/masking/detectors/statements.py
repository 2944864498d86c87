"""What statements of SQL compare with persons' columns, and the values that are bound to their parameters."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from streams.masking.context import Value
from streams.masking.detectors.listed import personal
from streams.masking.detectors.named import judge_value
from streams.masking.detectors.promises import PROMISES
from streams.masking.fields import Field
from streams.masking.found import Detector, Found, Verdict

__all__ = ["DETECTORS", "table_before"]

_IDENTIFIER: Final = re.compile(rb"[A-Za-z_][\w$]*")
#: A column as dialects quote it, with what it belongs to, in a call or a cast (`u.name`, `"users"."name"`, `[Name]`, `lower(name)::text`).
_COLUMN: Final = rb"((?:[A-Za-z_]{1,20}\(){0,3}[\w$.\"`\[\]\\]{1,128}(?:::[a-z ]{1,20}|\)){0,4})"

# -- comparisons --------------------------------------------------------------------------------------------------------

_COMPARED: Final = re.compile(
    _COLUMN + rb"\s{1,4}(?:not\s{1,4})?(?:i?like|between|in\s{0,2}\()\s{0,2}[NEB]?(?:\\{0,31}['\"])?\Z", re.IGNORECASE
)
_COMPARED_MAX: Final = 200
#: The quote before a string, with its backslashes.
_OPENING_MAX: Final = 34
#: The table that a column without one belongs to.
_TABLE: Final = re.compile(
    rb"(?:from|update|into|join)\s{1,4}(?:[\w$\"`\[\]\\]{1,64}\.)?[\"`\[\\]{0,8}([A-Za-z_]\w{0,62})", re.IGNORECASE
)
_STATEMENT_MAX: Final = 2048
_STRING: Final = re.compile(rb"\s{0,2}[NEB]?(\\{0,31}['\"])((?:''|(?!\1)[^\xff]){0,512}?)\1(?!')")
_STRINGS_MAX: Final = 100
_BETWEEN: Final = re.compile(rb"\s{0,2},|\s{1,4}and\b", re.IGNORECASE)


def judge_compared(data: bytes, end: int) -> Verdict:
    """The strings that a column with a telling name is compared with by words (SQL:2016, 8.3 to 8.5)."""
    compared = _COMPARED.search(data, max(0, end - _COMPARED_MAX), end)
    if compared is None:
        return "no_column"
    head = data[max(0, end - _OPENING_MAX) : end]
    at, found = end - len(head) + len(head.rstrip(b"'\"\\")), []
    at -= data[at - 1 : at] in (b"N", b"E", b"B") and data[at - 2 : at - 1] in (b" ", b"(")
    column = _column_of(data, compared[1], compared.start())
    for _ in range(_STRINGS_MAX):
        string = _STRING.match(data, at)
        if string is None:
            break
        found += _held(data, column, *_without_wildcards(data, *string.span(2)))
        sign = _BETWEEN.match(data, string.end())
        if sign is None:
            break
        at = sign.end()
    return found or "other_field"


def _without_wildcards(data: bytes, start: int, stop: int) -> tuple[int, int]:
    while start < stop and data[start] in b"%_":
        start += 1
    while stop > start and data[stop - 1] in b"%_":
        stop -= 1
    return start, stop


class _Column(NamedTuple):
    """The name of a column, and that of its table where a statement tells it."""

    name: bytes
    table: bytes


def _column_of(data: bytes, expression: bytes, at: int) -> _Column:
    """The column in an expression that begins at a position of a statement."""
    names = _IDENTIFIER.findall(expression.partition(b"::")[0])
    own = names[-2] if len(names) > 1 and b"." in expression else b""
    # An alias says nothing (`u.name`): the table of the statement does.
    return _Column(names[-1] if names else b"", own if len(own) > _ALIAS_MAX else table_before(data, at) or own)


def table_before(data: bytes, at: int) -> bytes:
    """The table that a statement before a position named last; empty where none did."""
    tables: list[bytes] = _TABLE.findall(data, max(0, at - _STATEMENT_MAX), at)
    return tables[-1] if tables else b""


_ALIAS_MAX: Final = 3


def _held(data: bytes, column: _Column, start: int, stop: int) -> list[Found]:
    return personal(data, column.name, start, stop, column.table) if column.name and stop > start else []


# -- a person's row -----------------------------------------------------------------------------------------------------

_KEY: Final = re.compile(
    rb"where\s(?:[\w$\"`\[\]\\]{1,64}\.)?[\"`\[\\]{0,8}(id|name)[\"`\]\\]{0,8}\s?=\s?[NEB]?\Z", re.IGNORECASE
)
_KEY_MAX: Final = 110
_NUMBER: Final = re.compile(rb"[0-9]{2,20}(?![\w.])")


def judge_row_key(data: bytes, end: int) -> Verdict:
    """The number or the name by which a statement finds the row of a person."""
    key = _KEY.search(data, max(0, end - _KEY_MAX), end)
    if key is None:
        return "no_key"
    column = _column_of(data, data[key.start(1) - 64 : key.start(1)].rpartition(b" ")[2] + key[1], key.start())
    if string := _STRING.match(data, end):
        return _held(data, column, *string.span(2)) or "other_table"
    number = _NUMBER.match(data, end)
    return (_held(data, column, *number.span()) if number else []) or "other_table"


#: A column that only its table makes a person's, where it is assigned a string (SQL:2016, 14.15).
_ASSIGNED: Final = re.compile(
    rb"(?:\sset |, ?)[\"`\[\\]{0,8}name[\"`\]\\]{0,8}\s?=\s?[NEB]?(?=\\{0,31}')", re.IGNORECASE
)
_ASSIGNED_MAX: Final = 72
_UPDATED: Final = re.compile(
    rb"(?:\b|(?<=\\[nrtbf]))update\s{1,4}(?:only\s)?(?:[\w$\"`\[\]\\]{1,64}\.)?[\"`\[\\]{0,8}([A-Za-z_]\w{0,62})[\"`\]\\]{0,8}\s{1,4}(?:(?:as )?[a-z]\w{0,8} )?set\s",
    re.IGNORECASE,
)


def judge_row_set(data: bytes, end: int) -> Verdict:
    """The name that a statement gives the row of a person."""
    assigned = _ASSIGNED.search(data, max(0, end - _ASSIGNED_MAX), end + 1)
    string = _STRING.match(data, assigned.end()) if assigned else None
    if assigned is None or string is None:
        return "no_column"
    updated = list(_UPDATED.finditer(data, max(0, end - _STATEMENT_MAX), assigned.start() + 5))
    if not updated or data.find(b";", updated[-1].end(), assigned.start()) >= 0:
        return "no_statement"
    return _held(data, _Column(b"name", updated[-1][1]), *string.span(2)) or "other_table"


# -- parameters ---------------------------------------------------------------------------------------------------------

#: Parameters by name or number, as PostgreSQL, Entity Framework and SQL Server list them.
_NAMED: Final = re.compile(
    rb"(\$[0-9]{1,3}|@\w{1,64}) ?= ?[NE]?(?:(\\{0,31}')((?:''|(?!\2)[^\xff]){0,2048}?)\2(?!')|([^\s,'()\[\]]{1,64}))(?: \([^()\xff]{1,80}\))*(?:, ?)?"
)
#: Parameters in their order: literals of Python and JSON, and values with their types (MyBatis).
_LISTED: Final = re.compile(
    rb"\s?(?:[Nbur]?(\\{0,31}['\"])((?:(?!\1)[^\xff]){0,2048}?)\1|([^,()\[\]'\"\\\xff]{1,128}))(?:\([A-Za-z]{1,20}\))?\s?([,)\]]?)"
)
_PARAMETERS_MAX: Final = 64
_PLACEHOLDERS: Final = re.compile(rb"\$[0-9]{1,3}|%s|\?|(?<![\w@])@\w{1,64}|(?<![:\w]):[a-z_]\w{0,62}")
_SIGN: Final = re.compile(
    _COLUMN + rb"\s{0,4}(?:=|<>|!=|[<>]=?|i?like|in\s?\()\s{0,4}(?:[a-z]{1,12}\()?\Z", re.IGNORECASE
)
_SIGN_MAX: Final = 200
_INSERTED: Final = re.compile(
    rb"into\s{1,4}([\w$.\"`\[\]\\]{1,128})\s{0,4}\(([^()\xff]{1,2000})\)[^()\xff]{0,80}values\s{0,4}\(([^()\xff]{0,2000})\Z",
    re.IGNORECASE,
)
_LEADS: Final = re.compile(
    rb"(?:parameters: (\$1 = )|\[parameters=\[|',n'|(==> {1,2}parameters: |; args=\(|parameters: [\[(]|params: \[|bindings: \[|\$[0-9]{1,2}\)? \[|returning (?:\\{0,31}\"\w{1,40}\\{0,31}\",? ?){1,4} \[|args: [\[(]))\Z",
    re.IGNORECASE,
)
_LEADS_MAX: Final = 96
#: Where a statement begins or ends whose parameters stand before it.
_BEHIND_MAX: Final = 2048
_MAIL: Final = re.compile(rb"[^\s'\"@]@[^\s'\"@]{1,64}\.[a-z]")


class _Parameter(NamedTuple):
    """What is bound to a parameter, and the name by which a statement holds its place (none for one by its order)."""

    start: int
    stop: int
    name: bytes


def judge_bound(data: bytes, end: int) -> Verdict:
    """The values bound to parameters in the places of telling columns, wherever the log writes the statement."""
    lead = _LEADS.search(data, max(0, end - _LEADS_MAX), end)
    if lead is None:
        return "no_parameters"
    at = lead.start(1) if lead[1] else end
    parameters = list(_listed(data, at) if lead[2] else _named(data, at))
    columns = _places(data, at, parameters)
    mailed = any(_MAIL.search(data, one.start, one.stop) for one in parameters)
    found: list[Found] = []
    for number, one in enumerate(parameters):
        column = columns.get(one.name or b"#%d" % number) or _column_before_value(data, at, one)
        found += _held(data, column, one.start, one.stop) if column else _by_itself(data, one, mailed)
    return found or "other_fields"


def _named(data: bytes, at: int) -> Iterator[_Parameter]:
    for _ in range(_PARAMETERS_MAX):
        one = _NAMED.match(data, at)
        if one is None:
            # SQL Server declares the types of all before their values.
            at = data.find(b"',@", at, at + _STATEMENT_MAX) + 2
            one = _NAMED.match(data, at) if at > 1 else None
        if one is None:
            return
        yield _Parameter(*one.span(3 if one[2] else 4), one[1])
        at = one.end()


def _listed(data: bytes, at: int) -> Iterator[_Parameter]:
    for _ in range(_PARAMETERS_MAX):
        one = _LISTED.match(data, at)
        if one is None:
            return
        yield _Parameter(*one.span(2 if one[1] else 3), b"")
        if one[4] != b",":
            return
        at = one.end()


def _places(data: bytes, start: int, parameters: list[_Parameter]) -> dict[bytes, _Column]:
    """The columns for which placeholders stand, by their names and by their order, in the statement before or behind a list."""
    stop = parameters[-1].stop if parameters else start
    low = max(0, start - _STATEMENT_MAX)
    places = list(_PLACEHOLDERS.finditer(data, low, start)) or list(
        _PLACEHOLDERS.finditer(data, stop, stop + _BEHIND_MAX)
    )
    columns: dict[bytes, _Column] = {}
    for name, place in _first_of_each(places, parameters):
        if column := _column_before(data, place.start()):
            columns[name] = column
    return columns


def _first_of_each(
    places: list[re.Match[bytes]], parameters: list[_Parameter]
) -> Iterator[tuple[bytes, re.Match[bytes]]]:
    """Where the place of each parameter is, by its name, or by its order where it has none."""
    if parameters and not parameters[0].name:
        yield from ((b"#%d" % number, place) for number, place in enumerate(places[: len(parameters)]))
        return
    firsts: dict[bytes, re.Match[bytes]] = {}
    for place in places:
        firsts.setdefault(place[0], place)
    yield from ((one.name, firsts[one.name]) for one in parameters if one.name in firsts)


def _column_before(data: bytes, at: int) -> _Column | None:
    """The column that a placeholder at a position is compared with, assigned to or inserted into."""
    if sign := _SIGN.search(data, max(0, at - _SIGN_MAX), at):
        return _column_of(data, sign[1], sign.start())
    inserted = _INSERTED.search(data, max(0, at - _STATEMENT_MAX), at)
    if inserted is None:
        return None
    names = inserted[2].split(b",")
    place = inserted[3].count(b",")
    tables = _IDENTIFIER.findall(inserted[1])
    name = _IDENTIFIER.search(names[place]) if place < len(names) else None
    return _Column(name[0], tables[-1] if tables else b"") if name else None


def _column_before_value(data: bytes, at: int, one: _Parameter) -> _Column | None:
    """The column that a value is compared with in a statement that repeats it before the list (Django)."""
    value = b"'%b'" % data[one.start : one.stop]
    place = data.rfind(value, max(0, at - _STATEMENT_MAX), at) if one.stop > one.start and not one.name else -1
    return _column_before(data, place) if place >= 0 else None


_NAME: Final = Field("name", "full_name")


def _by_itself(data: bytes, one: _Parameter, mailed: bool) -> list[Found]:
    """What the name of a parameter tells (`@__email_0`), or that a name stands beside an address of mail."""
    name = one.name.strip(b"@_$0123456789")
    if name and (found := personal(data, name, one.start, one.stop)):
        return found
    if mailed and PROMISES["full_name"](data[one.start : one.stop]):
        return judge_value(data, _NAME, Value(one.start, one.stop, "string", False))
    return []


DETECTORS: Final = (
    Detector(
        "compared",
        (r"(?:like|between)\s{1,2}[neb]?\\{0,31}['\"]", r"\sin \([neb]?\\{0,31}['\"]", r" in\([neb]?\\{0,31}['\"]"),
        judge_compared,
        (
            "DELETE FROM p WHERE surname LIKE 'Papadop%'", "SELECT 1 FROM users u WHERE u.name ILIKE 'Ann%' LIMIT 1", "WHERE username IN ('annlee', 'bobray')",
            "WHERE birth_date BETWEEN '1980-02-03' AND '1980-02-04'", 'where lower("people"."last_name") like N\'%papadop%\'',
        ),
        ("WHERE colour LIKE 'bl%'", "SELECT 1 FROM products WHERE name LIKE 'Shirt%'", "WHERE last_name IN (?)", "looks like 'surname'", "status in ('open', 'closed')"),
        "SQL:2016, 8.3 to 8.5",
    ),
    Detector(
        "row_key",
        (r"where\s[\w$\"`\[\].\\]{0,80}(?:id|name)[\"`\]\\]{0,8}\s?=\s?[neb]?",),
        judge_row_key,
        ("UPDATE customers SET tier = 'gold' WHERE id = 4711", 'SELECT * FROM "users" WHERE "users"."id" = 4711 LIMIT 1', "SELECT 1 FROM patients p WHERE p.name = 'Ann Lee'"),
        ("UPDATE products SET price = 1 WHERE id = 4711", "SELECT 1 FROM users WHERE id = $1", "WHERE id = 12", "SELECT 1 FROM cities WHERE name = 'Ann Arbor'", "SELECT 1 FROM user_roles WHERE id = 4711"),
        "SQL:2016, 8.2",
    ),
    Detector(
        "row_set",
        (r"\sset [\"`\[\\]{0,8}name[\"`\]\\]{0,8}\s?=\s?[neb]?\\{0,31}'", r", ?[\"`\[\\]{0,8}name[\"`\]\\]{0,8}\s?=\s?[neb]?\\{0,31}'"),
        judge_row_set,
        ("UPDATE users SET name = 'Ann Lee' WHERE id = 4711", 'UPDATE "public"."customers" SET "tier" = 1, "name" = \'Ann Lee\' WHERE 1=1'),
        ("UPDATE products SET name = 'Blue Shirt' WHERE id = 1", "Config(kind='x', name='Ann Lee')", "UPDATE users SET tier = 1; UPDATE shops SET name = 'Ann Lee'"),
        "SQL:2016, 14.15",
    ),
    Detector(
        "bound_parameter",
        (
            r"parameters: \$1 = ", r"parameters=\[", r"',n'", "==> {1,2}parameters: ", r"; args=\(", r"parameters: [\[(]", r"params: \[", r"bindings: \[", r"\$[0-9]{1,2}\)? \[",
            r"returning \\{0,31}\"[a-z_0-9,\" \\]{1,80}\" \[", r"args: [\[(]",
        ),
        judge_bound,
        (
            "SELECT 1 FROM t WHERE last_name = $1 DETAIL:  parameters: $1 = 'Lee'", "[Parameters=[@p0='Ann' (Size = 40), @p1='4'], CommandType='Text'] UPDATE [U] SET [FirstName] = @p0 WHERE [N] = @p1",
            "exec sp_executesql N'UPDATE U SET LastName=@p0 WHERE Id=@p1',N'@p0 nvarchar(50),@p1 int',@p0=N'Lee',@p1=3", "WHERE \"u\".\"username\" = %s; args=('annlee',); alias=default", "WHERE u.login = 'annlee' LIMIT 21; args=('annlee', 21); alias=default",
            'query: INSERT INTO "u"("colour", "first_name") VALUES ($1, $2) -- PARAMETERS: ["blue","Ann"]', "==> Parameters: 3(Long), Ann Lee(String), ann@example.com(String)",
            "[SQL: UPDATE u SET last_name=%s WHERE u.id = %s] [parameters: ('Lee', 3)]", 'WHERE (u0."username" = $1) ["annlee"]',
            "[Parameters=[@__userName_0='annlee' (Size = 256)], CommandType='Text']", 'INSERT INTO "users" ("email","name") VALUES ($1,$2) RETURNING "id" ["x", "Ann Lee"]', "Task accounts.welcome[0c3b1f9e] args: ('ann@example.com', 'Ann Lee') kwargs: {}",
        ),
        (
            "SELECT 1 FROM products WHERE name = $1 DETAIL:  parameters: $1 = 'Blue Shirt'", "==> Parameters: Blue Shirt(String), 4711(Long)", "[Parameters=[@p0='?' (DbType = Int32)], CommandType='Text'] SELECT 1 WHERE [LastName] = @p0",
            "Parameters: [a, b]", "args: ('Blue Shirt', 12) kwargs: {}", 'WHERE (p0."id" = $1) [12]', "params: []",
        ),
        "PostgreSQL, log_statement; Entity Framework Core; SQL Server, sp_executesql; Django; TypeORM; MyBatis; SQLAlchemy; Ecto; Celery",
    ),
)  # fmt: skip
