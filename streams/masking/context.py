"""Reading around a position: the key before a value, the value behind a key, words beside a candidate.

Everything here works on the raw bytes and copes with JSON in strings in JSON: at nesting level n a quote is written with
2**n - 1 backslashes before it, so quotes are compared together with the backslashes before them.
"""

import re
from typing import Final, NamedTuple

__all__ = [
    "WORD_START", "WORD_START_ANCHOR", "Key", "Value", "at_word_start", "elements", "in_cef", "key_before", "number_quote", "parent_of", "value_after", "word_byte",
]  # fmt: skip

_KEY_BYTES: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.$@" + bytes(range(0x80, 0xFF))
_QUOTES: Final = b"\"'`"
_DOUBLE: Final = 0x22
_BACKSLASH: Final = 0x5C

#: The longest key that is looked at, in bytes; a longer one is no field name that anybody wrote.
_KEY_MAX: Final = 96
#: The backslashes of a quote that are looked at, and from how many on a key is looked for as much further back.
_SLASHES_MAX: Final = 255
_DEEP: Final = b"\\" * 15


#: What forms put behind a key whose value is one of a list (`tags[]`, `a[tags][0]`).
_ELEMENT_OF_KEY: Final = re.compile(rb"\[[0-9]{0,3}\]\Z")


class Key(NamedTuple):
    """A key, and the quote with its backslashes that closes it (empty where it is not quoted)."""

    name: bytes
    start: int
    quote: bytes


class Value(NamedTuple):
    """The span of a value without its quotes. `form`: "string", "bare", "list" or "object"; `cut`: no closing quote."""

    start: int
    end: int
    form: str
    cut: bool


def word_byte(byte: int) -> bool:
    """Whether a byte is an ASCII letter, digit or underscore; scripts without spaces put values right behind a word."""
    return 0x61 <= byte <= 0x7A or 0x41 <= byte <= 0x5A or 0x30 <= byte <= 0x39 or byte == 0x5F


#: The same in an expression, and in hyperscan's, where what stands before is part of the match.
WORD_START: Final = rb"(?:\b|(?<=\\[nrtbf]))"
WORD_START_ANCHOR: Final = r"(?:\b|\\[nrtbf])"


#: As far before a key as the header of its event is looked for.
_CEF_MAX: Final = 2048


def in_cef(data: bytes, at: int) -> bool:
    """Whether a position is in an event of ArcSight's format (Common Event Format)."""
    return data.rfind(b"CEF:", max(0, at - _CEF_MAX), at) >= 0


def at_word_start(data: bytes, at: int) -> bool:
    r"""Whether no word byte stands before a position; the `n` of an escaped newline is none."""
    if at == 0 or not word_byte(data[at - 1]):
        return True
    return data[at - 1] in b"nrtbf" and at > 1 and data[at - 2] == 0x5C


def key_before(data: bytes, at: int) -> Key | None:
    """The key that ends at the `:` or `=` at a position, with its closing quote."""
    low = at - _KEY_MAX if at > _KEY_MAX else 0
    if at > 1 and data[at - 1] == _DOUBLE and data[at - 2] != _BACKSLASH:
        # What nearly every log has: "key": at the outermost level.
        opening = data.rfind(b'"', low, at - 1)
        return Key(data[opening + 1 : at - 1], opening + 1, b'"') if -1 < opening < at - 2 else None
    window = data[low:at].rstrip(b" \t")
    if window.endswith(b"]") and (element := _ELEMENT_OF_KEY.search(window)):
        window = window[: element.start()]
    bare = window.rstrip(b"]").rstrip(_QUOTES)
    quote = window[len(bare) :].lstrip(b"]")
    if quote:
        if bare.endswith(_DEEP):
            bare = data[max(0, low - 2 * _SLASHES_MAX) : low + len(bare)]
            low = max(0, low - 2 * _SLASHES_MAX)
        name = bare.rstrip(b"\\")
        quote = bare[len(name) :] + quote[:1]
        opening = max(name.rfind(mark.to_bytes()) for mark in _QUOTES)
        inside = name[opening + 1 :]
        return Key(inside, low + opening + 1, quote.replace(b"]", b"")) if inside and b"\xff" not in inside else None
    name = bare.rstrip(b"]")
    stem = name.rstrip(_KEY_BYTES)
    found = name[len(stem) :]
    if stem.endswith(b"\\") and found[:1] in (b"n", b"r", b"t", b"b", b"f"):
        found = found[1:]
    return Key(found, at - len(window) + len(name) - len(found) + (len(window) - (at - low)), b"") if found else None


#: What stands between a sign and a value: the prefixes of Python, Objective-C and SQL (`N'...'`), what wraps a value that may
#: be missing (Rust, Swift, Scala) or holds one of a type of its own (`SecretStr('...')`, `FullName(value=...)`), YAML's tags and
#: the signs of its blocks, Erlang's binaries, dates of databases and JavaScript, sigils of Elixir, types and lengths
#: as Go's spew prints them (`Password: (string) (len=8) "..."`).
_OPENING: Final = re.compile(
    rb"[:=>]{0,3}[ \t\r\n]*+(?:[burf@NE](?=[\"'])"
    rb"|(?:Some|Optional|Just|Ok|Right|Option|Secret|ObjectId|UUID|(?:new )?(?:ISODate|Date|Timestamp))\((?=\\{0,255}[\"'])"
    rb"|[|>][+\-]?[ \t]{0,8}(?:\r?\n|(?:\\{1,255}r)?\\{1,255}n)(?:[ \t]|\\{1,255}t){1,40}(?=\S)|!!(?:str|binary) "
    rb"|[A-Za-z]{0,24}(?:Str|String|Text|Secret|Sensitive|Redacted|Redactable|Masked|Protected|Confidential|PII|Pii|Name|Password|Number|Email|Phone|Token|Address)"
    rb"\((?:value=(?=[^\s)])|(?=\\{0,255}[\"']))"
    rb"|<<(?=\\{0,255}\")|~[DNTU]\[(?=[0-9])"
    rb"|\([A-Za-z*][\w.*]{0,40}\) (?:\(len=[0-9]{1,9}(?: cap=[0-9]{1,9})?\) )?(?=\\{0,255}\"))?(\\{0,255})([\"'`]?)"
)
#: No bare value that is not a secret is half as long; bounds what a text full of names without spaces can cost.
_BARE: Final = re.compile(rb"[^\s\"'`&,;|<>(){}\[\]\\\xff]{1,1024}")
#: A secret may hold an ampersand or a semicolon; one before another parameter of a query or a connection string ends it.
_BARE_SECRET: Final = re.compile(
    rb"(?:[^\s\"'`&;<>\\\xff]|&(?!amp;|[A-Za-z0-9_.\[\]%\-]{1,64}=)|;(?![ ]?[A-Za-z][A-Za-z0-9_.\- ]{1,40}=|[ ]|\Z))+"
)


#: A value of JSON without quotes; unlike a secret that was written without them it ends before a comma or a brace.
_LITERAL: Final = re.compile(
    rb"(null|true|false|-?[0-9]{1,64}(?:\.[0-9]{1,64})?(?:[eE][+\-]?[0-9]{1,9})?)(?=\s{0,64}[}\]]{1,64}\s{0,64}(?:,|\Z)|,\s{0,64}\\{0,255}[\"'])"
)


#: A value of ODBC's connection strings between braces, of which one that closes is doubled ([MS-ODBCSTR], 2.1.2); letters
#: alone are a placeholder's name, and what has a name and a colon is an object.
_BRACED: Final = re.compile(
    rb"\{(?=[^}]{0,256}[^A-Za-z_}])(?!\s{0,8}[\"']?[A-Za-z_]\w{0,64}[\"']?\s{0,8}:)((?:[^{}\r\n\"\\\xff]|\}\}){1,256})\}(?=;|\s{0,8}\Z|\\{0,255}[\"'])"
)


def _closing(data: bytes, at: int, quote: bytes, level: int) -> int:
    """Where the string ends that began at a position with this quote behind `level` backslashes; -1 if it does not."""
    mark = at
    while (mark := data.find(quote, mark)) >= 0:
        run = mark
        while run > at and data[run - 1] == 0x5C:
            run -= 1
        slashes = mark - run
        if slashes < level:
            return run
        if (slashes - level) % (2 * (level + 1)) == 0:
            return mark - level
        mark += 1
    return -1


#: How far back the quote that opened a string is looked for, in bytes; bounds what a text full of keys can cost.
_QUOTES_MAX: Final = 65_536
_BEFORE_OPENING: Final = b"{[,:(= \t\r\n"
_BEHIND_CLOSING: Final = re.compile(rb"\s*+(?:[,:}\]]|\Z)")


def _closes(data: bytes, at: int, level: int) -> bool:
    """Whether the quote behind the backslashes at a position ends the JSON string around it.

    The nearest quote of its level before it tells: one behind a sign or a space opened a string, one before a sign closed
    one. Where both could be, the quote counts as the beginning of a value: a value too much is masked, never one too few.
    """
    if data[:1] not in (b"{", b"[", b'"'):
        return False
    low = max(0, at - _QUOTES_MAX)
    mark = at
    while (mark := data.rfind(b'"', low, mark)) >= 0:
        run = mark
        while run > low and data[run - 1] == _BACKSLASH:
            run -= 1
        if mark - run <= level:
            opens = mark - run == level and (run == 0 or data[run - 1] in _BEFORE_OPENING)
            return opens and not _BEHIND_CLOSING.match(data, mark + 1)
    return False


def value_after(data: bytes, at: int, *, secret: bool = False, key_quoted: bool = True) -> Value | None:
    """The value that begins behind the `:` or `=` before a position.

    Behind a key without quotes a quote may be the end of the string that both stand in (`"message": "password="`).
    """
    if key_quoted and data[at : at + 1] == b'"':
        # What nearly every log has: "value" at the outermost level, without escapes.
        end = data.find(b'"', at + 1)
        if end > 0 and data[end - 1] != _BACKSLASH:
            return Value(at + 1, end, "string", False)
    opening = _OPENING.match(data, at)
    if opening is None:  # pragma: no cover - every part is optional
        return None
    start = opening.end()
    if opening[2]:
        if not key_quoted and opening[2] == b'"' and _closes(data, opening.start(1), len(opening[1])):
            return None
        end = _closing(data, start, opening[2], len(opening[1]))
        if end >= 0 and (not opening[1] or data.startswith(opening[1] + opening[2], end)):
            return Value(start, end, "string", False)
        # It was cut off, or only the string around it ends.
        return Value(start, _cut_off(data, start, end if end >= 0 else len(data), secret), "string", end < 0)
    if data[start : start + 1] in (b"[", b"{"):
        return _compound(data, start, braces=secret and data[at - 1 : at] == b"=")
    if secret and key_quoted and (literal := _LITERAL.match(data, opening.start(1))):
        return Value(*literal.span(1), "bare", False)
    bare = (_BARE_SECRET if secret else _BARE).match(data, opening.start(1))
    if bare is None:
        return None
    end = bare.end() - (len(bare[0]) - len(bare[0].rstrip(b",;)]}"))) if secret else bare.end()
    return Value(bare.start(), end, "bare", False) if end > bare.start() else None


def _compound(data: bytes, start: int, *, braces: bool) -> Value:
    """A list, an object, or a value that stands between braces."""
    braced = _BRACED.match(data, start) if braces else None
    if braced is not None:
        return Value(*braced.span(1), "string", False)
    return Value(start, start, "list" if data[start : start + 1] == b"[" else "object", False)


#: What closes the element or the print in which a string was cut off.
_CLOSING_TAG: Final = re.compile(rb"</[A-Za-z]|(?:\n|\\{1,255}n)[ \t]{0,32}[)\]}]")
#: How far behind its beginning that is looked for, in bytes.
_CUT_MAX: Final = 1024


def _cut_off(data: bytes, start: int, end: int, secret: bool) -> int:
    """Where a string without its end ends: with the text, or with the element around it; a secret may hold anything."""
    tag = None if secret else _CLOSING_TAG.search(data, start, min(end, start + _CUT_MAX))
    return tag.start() if tag else end


#: Elements of a flat list: strings at any nesting level, or bare values.
_ELEMENT: Final = re.compile(rb"[\[,]\s{0,8}(\\{0,255})([\"'])?")


#: Between the last element of a list and the next list in the same one.
_NEXT_LIST: Final = re.compile(rb"(?:\]\s{0,64}){1,8},\s{0,64}(?=\[)(?:\[\s{0,64}){0,7}(?=\[)")


def elements(data: bytes, at: int, most: int = 1000, *, nested: bool = False) -> list[Value]:
    """The strings and bare values of the flat list that opens at a position, up to its first `]`.

    Those of a `nested` list go on in the lists beside it.
    """
    found: list[Value] = []
    mark = at
    while len(found) < most:
        if nested and (next_list := _NEXT_LIST.match(data, mark)):
            mark = next_list.end()
        sign = _ELEMENT.match(data, mark)
        if sign is None:
            break
        start = sign.end()
        if sign[2]:
            end = _closing(data, start, sign[2], len(sign[1]))
            if end < 0:
                return [*found, Value(start, len(data), "string", True)]
            found.append(Value(start, end, "string", False))
            mark = end + len(sign[1]) + 1
        elif bare := _BARE.match(data, start):
            found.append(Value(start, bare.end(), "bare", False))
            mark = bare.end()
        else:
            return found
        mark += len(data[mark : mark + 8]) - len(data[mark : mark + 8].lstrip())
    return found


_NUMBER_BEFORE: Final = re.compile(rb"(?:(\\{0,255}\")\s{0,8}:|([\[,]))\s{0,32}-?\Z")
#: The bytes that this may end with.
_BEFORE_NUMBER: Final = b":[,- \t\n\r\f\v"
_NUMBER_BEHIND: Final = re.compile(rb"\s{0,32}[,\]}]")
_LAST_QUOTE: Final = re.compile(rb"\\{0,255}\"")
_NUMBERS: Final = re.compile(rb"\s*[:,][\s\[\],0-9.eE+\-]*\Z")
#: How far before an element of a list a quote of its level is looked for, in bytes.
_LIST_MAX: Final = 512


def number_quote(data: bytes, start: int, end: int) -> bytes:
    """The quote that a string in the place of a bare JSON number needs on both sides; empty where none stands there."""
    if not start or data[start - 1] not in _BEFORE_NUMBER:
        return b""
    before = _NUMBER_BEFORE.search(data, max(0, start - 80), start)
    if before is None or not _NUMBER_BEHIND.match(data, end):
        return b""
    if before[1]:
        return before[1]
    if data[:1] not in (b"{", b"["):
        return b""
    low = max(0, start - _LIST_MAX)
    last = data.rfind(b'"', low, start)
    if last < 0:
        return b'"' if low == 0 else b""
    # Behind the quote that ends a key or an element; in a string with `ids [4111...` in it there are words or no sign.
    return _LAST_QUOTE.findall(data, low, last + 1)[-1] if _NUMBERS.match(data, last + 1, start) else b""


#: How far back the enclosing object is looked for, in bytes and in braces.
_PARENT_MAX: Final = 2048
_BRACES_MAX: Final = 64

_OPENER: Final = re.compile(rb"([A-Za-z0-9_\-.$@]+)\\*[\"']?\s{0,8}[:=]\s{0,8}\Z")


#: A word for a person right before an object that a message prints (Serilog, `User {"Id": 42, "Name": ...} logged in`).
_NOUN: Final = re.compile(
    rb"(?<![A-Za-z0-9_.\-/])(user|customer|person|patient|employee|passenger|student|guest|subscriber|member|contact)\s?:?\s?\Z",
    re.IGNORECASE,
)


def parent_of(data: bytes, at: int) -> bytes:
    """The key of the object that encloses a position, or the word for a person before it, or nothing; braces inside strings may mislead it."""
    depth = 0
    low = max(0, at - _PARENT_MAX)
    mark = at
    for _ in range(_BRACES_MAX):
        opens, closes = data.rfind(b"{", low, mark), data.rfind(b"}", low, mark)
        if opens < 0:
            return b""
        if closes > opens:
            depth += 1
            mark = closes
        elif depth:
            depth -= 1
            mark = opens
        else:
            before = data[max(0, opens - _KEY_MAX) : opens]
            key = _OPENER.search(before) or _NOUN.search(before)
            return key[1] if key else b""
    return b""
