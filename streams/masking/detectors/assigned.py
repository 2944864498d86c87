"""Values that code gives a name to without a sign right behind it: typed declarations, setters, pairs in parentheses."""

import re
from functools import lru_cache
from typing import Final

from streams.masking.context import value_after
from streams.masking.detectors.named import judge_value
from streams.masking.detectors.ordinary import is_code
from streams.masking.fields import Field, field_of
from streams.masking.found import Detector, Verdict

__all__ = ["DETECTORS", "field_of_method"]

#: What goes before the name of a field in that of a method.
_PREFIX: Final = re.compile(
    rb"(?:set|with|get|find|findOne|findAll|load|fetch|where|update|change|reset|check|find_one|add|put|using)?_?(?:By|by_)?(?=[A-Z_a-z])"
)


@lru_cache(maxsize=1024)
def field_of_method(method: bytes) -> Field | None:
    """The field that a method sets or looks for by its name (`setPassword`, `find_by_user_id`)."""
    prefix = _PREFIX.match(method)
    return field_of(method[prefix.end() if prefix else 0 :].decode("utf-8", "replace"))


# -- typed declarations -------------------------------------------------------------------------------------------------

#: `name: type =` of TypeScript, Python, Kotlin, Swift, Rust and Scala, `name string =` of Go.
_TYPED: Final = re.compile(
    rb"(?:(?<![A-Za-z0-9_.\-\\])|(?<=\\[nrtbf]))([A-Za-z_][A-Za-z0-9_]{1,63})(?:[ \t]{1,8}string ?=|[?!]? ?: ?(?:&?(?:'static )?(?:string|str|any|object|final|bytes|secretstr|nsstring)[?!]?|optional\[(?:str|bytes)\]|str ?\| ?none|string ?\| ?(?:null|undefined)) ?=)\Z",
    re.IGNORECASE,
)
_TYPED_MAX: Final = 120


def judge_typed(data: bytes, end: int) -> Verdict:
    """The literal that a declaration with a type gives to a telling name."""
    named = _TYPED.search(data, max(0, end - _TYPED_MAX), end)
    field = field_of(named[1].decode()) if named else None
    value = value_after(data, end) if named and field else None
    if named is None or field is None or value is None or value.form != "string":
        return "no_literal"
    return judge_value(data, field, value) or "nobody"


# -- calls --------------------------------------------------------------------------------------------------------------

_CALL: Final = re.compile(rb"((?:set|with)_?[A-Za-z_]{2,40})\(\s?(\\{0,31})([\"'])\Z", re.IGNORECASE)
_CALL_MAX: Final = 84


def judge_call(data: bytes, end: int) -> Verdict:
    """The literal that a setter with a telling name is called with."""
    call = _CALL.search(data, max(0, end - _CALL_MAX), end)
    field = field_of_method(call[1]) if call else None
    value = value_after(data, call.end(1) + 1) if call and field else None
    if field is None or value is None or value.form != "string" or is_code(data, b"", value.start, value.start):
        return "other_call"
    return judge_value(data, field, value) or "nobody"


# -- pairs --------------------------------------------------------------------------------------------------------------

_PAIR: Final = re.compile(rb"[(\[]\s?(\\{0,31}[\"'])([A-Za-z_\-.]{2,64})\1, ?\\{0,31}[\"']\Z", re.IGNORECASE)
_PAIR_MAX: Final = 160
_PAIR_END: Final = re.compile(rb"\\{0,31}[\"']\s?[)\]]")
_LETTERS: Final = re.compile(rb"[A-Za-z_\-. ]*\Z")
#: What follows the names of columns in SQL.
_LISTED: Final = re.compile(
    rb"\\{0,31}[\"']\s?\)\s{1,8}(?:values|select|returning|references|where|as)\b", re.IGNORECASE
)
#: Keys of lists of words, of which two are no pair.
_WORDS_OF: Final = re.compile(
    rb"[\"'](?:[a-z]{1,16}_)?(?:tags?|labels?|roles?|groups?|scopes?|permissions?|categories|fields|columns|keys|types?|events?|features?|methods?|keywords|topics?)\\{0,31}[\"']\s?[:=]\s?\Z",
    re.IGNORECASE,
)
_WORDS_OF_MAX: Final = 48
#: A pair of Erlang: an atom and a binary (`{password,<<"hunter2">>}`).
_ATOM: Final = re.compile(rb"\{'?([a-z][A-Za-z0-9_@]{1,63})'?, ?<<(\\{0,31}\")\Z")


def judge_tuple(data: bytes, end: int) -> Verdict:
    """The second of two strings in parentheses of which the first is a telling name; words alone are a list of names."""
    pair = _PAIR.search(data, max(0, end - _PAIR_MAX), end)
    value = value_after(data, data.rfind(b",", 0, end) + 1) if pair else None
    if pair is None or value is None or value.form != "string" or not _PAIR_END.match(data, value.end):
        return "no_pair"
    if _LISTED.match(data, value.end) or _WORDS_OF.search(data, max(0, pair.start() - _WORDS_OF_MAX), pair.start()):
        return "names_of_columns"
    field, text = field_of(pair[2].decode()), data[value.start : value.end]
    if field is None or (_LETTERS.match(text) and (field.kind == "secret" or field_of(text.decode()))):
        return "other_field"
    return judge_value(data, field, value) or "nobody"


def judge_atom(data: bytes, end: int) -> Verdict:
    """The binary behind an atom with a telling name in a tuple of two."""
    pair = _ATOM.search(data, max(0, end - _PAIR_MAX), end)
    field = field_of(pair[1].decode()) if pair else None
    value = value_after(data, pair.start(2)) if pair and field else None
    if field is None or value is None or value.form != "string":
        return "other_pair"
    return judge_value(data, field, value) or "nobody"


#: An environment variable of a container (Kubernetes, EnvVar) as YAML prints one, over two lines.
_YAML: Final = re.compile(
    rb"name: ?(\\{0,31}[\"']?)([A-Za-z_][\w.\-]{1,63})\1[ \t]{0,8}(?:\\{1,31}r)?\r?(?:\n|\\{1,31}n)[ \t]{1,40}value:\Z",
    re.IGNORECASE,
)


def judge_yaml(data: bytes, end: int) -> Verdict:
    """The value of a variable with a telling name, on the line behind it."""
    pair = _YAML.search(data, max(0, end - _PAIR_MAX), end)
    field = field_of(pair[2].decode()) if pair else None
    value = value_after(data, end, secret=True, key_quoted=False) if pair and field else None
    if field is None or value is None or value.form not in ("string", "bare"):
        return "other_variable"
    if data.startswith(b"$(", value.start):
        return "reference"  # Another variable (Kubernetes, "Define dependent environment variables").
    return judge_value(data, field, value) or "nobody"


#: A variable of Terraform and the attributes before its default.
_DECLARED: Final = re.compile(
    rb"variable\s{1,8}(\\{0,31}\")([A-Za-z_][\w\-]{1,63})\1\s{0,8}\{[^{}\xff]{0,400}(?<![\w\-])default\s{0,16}=\Z"
)
_DECLARED_MAX: Final = 520


def judge_default(data: bytes, end: int) -> Verdict:
    """The default of a variable with a telling name."""
    declared = _DECLARED.search(data, max(0, end - _DECLARED_MAX), end)
    field = field_of(declared[2].decode()) if declared else None
    value = value_after(data, end) if field else None
    if field is None or value is None or value.form != "string":
        return "other_variable"
    return judge_value(data, field, value) or "nobody"


DETECTORS: Final = (
    Detector(
        "typed_declaration",
        (r"(?:string|str|any|object|final|bytes|secretstr|str\]|bytes\]|none|null|undefined)[?!]? ?=",),
        judge_typed,
        (
            'const password: string = "hunter22";', 'let api_key: &str = "Sup3rS3cretValue99";', "password: Optional[str] = 'hunter22'", 'var firstName: String? = "Ann"', 'var dbPassword string = "hunter22"',
        ),
        ('const colour: string = "blue";', "password: str = None", "connection string = x", "password: str = os.environ['X']", 'the password string = ""'),
        "TypeScript Handbook, Python Language Reference, The Rust Reference, The Go Programming Language Specification",
    ),
    Detector(
        "setter",
        (r"(?:set|with)_?[a-z_]{2,40}\(\s?\\*[\"']",),
        judge_call,
        ('setPassword("hunter22")', r"setPassword('it\'s hunter22')", "user.setFirstName('Ann');", '.with_api_key("Sup3rS3cretValue99")', r'{"code":"withPassword(\"hunter22\")"}'),
        ('setColour("blue")', 'setPassword("")', "setPassword(value)", 'setTimeout("x")'),
        "JavaBeans, 8.3",
    ),
    Detector(
        "pair_of_strings",
        (),
        judge_tuple,
        ("('password', 'hunter22')", """("password", 'it"s hunter22')""", '[["first_name", "Ann"]]', '[("api_key", "Sup3rS3cretValue99"), ("x", "y")]', "header('X-Api-Key', 'Sup3rS3cretValue99')"),
        ("('password', 'email')", '["first_name", "last_name"]', "('colour', 'blue')", 'INSERT INTO "users" ("first_name", "plan") VALUES (?, ?)', '("password", "must be set")'),
        "Python Language Reference, tuples",
        shapes=(r"[(\[][ \t\n\r\f\v]?\\{0,31}[\"'][a-z_\-.]{2,64}\\{0,31}[\"'], ?\\{0,31}[\"']",),
    ),
    Detector(
        "pair_of_atom",
        (r"\{'?[a-z][a-z0-9_@]{1,63}'?, ?<<\\{0,31}\"",),
        judge_atom,
        ('[{user,<<"annlee9">>},{password,<<"hunter22">>}]', '{first_name, <<"Ann">>}'),
        ('{status,<<"active">>}', '{password,<<"">>}', "{password,undefined}", '{reason,<<"no password">>}'),
        "Erlang reference manual, data types",
    ),
    Detector(
        "variable_of_yaml",
        # Two signs and no more: hyperscan (5.4.12) does not see a single space where one to forty are asked for, and stops at
        # each line's end where there may be any number.
        (r"(?:\n|\\n|[ \t])[ \t]value:",),
        judge_yaml,
        ("- name: DB_PASSWORD\n  value: hunter22\n- name: PORT", r'{"spec":"  - name: API_SECRET\n    value: \"hunter22\"\n"}'),
        ("- name: COLOUR\n  value: blue", "- name: DB_PASSWORD\n  valueFrom: secret", "- name: DB_PASSWORD\n  value: $(PASSWORD)"),
        "Kubernetes API reference, EnvVar",
    ),
    Detector(
        "default_of_variable",
        (r"variable\s{1,8}\\*\"[a-z_][\w\-]{1,63}\\*\"\s{0,8}\{[^{}\xff]{0,400}default\s{0,16}=",),
        judge_default,
        ('variable "db_password" { default = "hunter22" }', 'variable "api_key" {\n  type    = string\n  default = "Sup3rS3cretValue99"\n}'),
        ('variable "colour" { default = "blue" }', 'variable "db_password" { default = "" }', 'variable "db_password" { default = var.x }'),
        "Terraform docs, input variables",
    ),
)  # fmt: skip
