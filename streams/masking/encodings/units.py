r"""What is written instead of characters, and what a reader takes it for: `\u0040`, `%40`, `&#64;`, `=40`, full width.

A unit is an expression with one group and a handler, which gives what the unit reads as. `fold.py` undoes them, layer by
layer. JSON's `\"`, `\\` and `\n` are none, since they carry the nesting of strings.
"""

import html.entities
import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

__all__ = ["OPENED", "Table", "breaks", "character_heads", "characters", "fold_anchors", "fold_shapes", "units"]

#: Ranges that hold characters which NFKC turns into ASCII, decimal digits, invisible characters and odd spaces.
_RANGES: Final = (
    (0xA0, 0x3100),
    (0xA620, 0xAC00),
    (0xFB00, 0x10000),
    (0x104A0, 0x11E00),
    (0x1D400, 0x1D800),
    (0x1E100, 0x1FC00),
    (0xE0000, 0xE0200),
)


def _plain(char: str) -> str | None:
    """The ASCII that a reader takes a character for; None where it is just itself."""
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.digit(char))
    if category in ("Cf", "Mn") and (category == "Cf" or 0xFE00 <= ord(char) <= 0xFE0F):
        return ""
    if category in ("Zs", "Zl", "Zp"):
        return " "
    if category == "Pd":
        return "-"
    form = unicodedata.normalize("NFKC", char)
    return form if form != char and form.isascii() and form.isprintable() and not form.startswith(" ") else None


@lru_cache(maxsize=1)
def characters() -> dict[bytes, bytes]:
    """What characters are taken for, all in UTF-8."""
    found = {}
    for low, high in _RANGES:
        for code in range(low, high):
            if not 0xD800 <= code < 0xE000 and (plain := _plain(chr(code))) is not None:
                found[chr(code).encode()] = plain.encode()
    return found


@lru_cache(maxsize=1)
def character_heads() -> dict[bytes, list[int]]:
    """The first bytes of the characters above in UTF-8, and the last bytes of each in order."""
    heads: dict[bytes, set[int]] = {}
    for char in characters():
        heads.setdefault(char[:-1], set()).add(char[-1])
    return {head: sorted(heads[head]) for head in sorted(heads)}


def _prefixes() -> list[str]:
    """The same, as one hyperscan expression for each sequence of first bytes."""
    return [
        "".join(f"\\x{byte:02x}" for byte in head) + f"[\\x{lasts[0]:02x}-\\x{lasts[-1]:02x}]"
        for head, lasts in character_heads().items()
    ]


#: A doubled quote, up to four of them. Written out, and backslashes without an end: hyperscan (5.4.12) misses some texts with
#: `(?:""){1,4}` behind `\\\\{0,15}`.
_DOUBLED_QUOTE: Final = r"(?:\"\"(?:\"\"(?:\"\"(?:\"\")?)?)?|''(?:''(?:''(?:'')?)?)?|\"\\+\"|'\\+')"


@lru_cache(maxsize=1)
def fold_shapes() -> tuple[str, ...]:
    """Hyperscan expressions; where one of them stands, a record is folded before detectors look at it."""
    return (
        r"\\u\{?[0-9a-f]{2}",
        r"\\U[0-9a-f]{8}",
        r"\\x[0-9a-f]{2}",
        r"\\/",
        r"\\[=:]",
        r"\\(?:e|033)\[",
        r"\x1b\[",
        r"%[0-9a-f]{2}",
        r"&(?:#x?[0-9a-f]{1,7}|[a-z]{2,8});",
        r"=(?:\r?\n|(?:\\{1,7}r)?\\{1,7}n)[ \t]{0,2}[^\s]",
        r"(?:=[89a-f][0-9a-f]){2}",
        r"[a-z0-9._\-]=(?:40|2e)[a-z*]",
        r"[a-z0-9._\-\"')\]]=(?-i:3D)(?:[a-z0-9*+\"']|\\{1,15}[\"'])",
        r"=(?-i:3D)[ (>\[{]",
        r"=(?:3d|20|40)[^\s\xff]{1,60}=(?-i:20|2E|3D|3F|40|5F)",
        r"=(?-i:1B)\[[0-9;]{0,16}[mk]",
        rf"[=:()\[{{,>;|\t] ?\\*{_DOUBLED_QUOTE}(?:[a-z0-9+{{\[(<$_@*\-]|\\+[\"'])",
        rf"[a-z0-9_]\\*{_DOUBLED_QUOTE}[ ]?[:=][^:=]",
        *_prefixes(),
    )


@lru_cache(maxsize=1)
def fold_anchors() -> tuple[str, ...]:
    """The same with a literal that hyperscan is quick to find; the others are left to the native pass where there is one."""
    return (r"(?:#033|\^\[|<(?-i:ESC)>)\[[0-9;]{0,16}[mk]",)


def _hexadecimal(group: bytes, raw: bytes, slashes: bytes) -> bytes | None:
    plain = _character(int(group, 16), raw, slashes)
    return plain if plain is None or plain[:1] == b"\\" else _before_escape(raw) + plain


def _before_escape(raw: bytes) -> bytes:
    """The backslashes before an escape that are characters of the string: an even number before the escape's own.

    JSON in strings of JSON has two, four, eight ... of them before the letter of one escape.
    """
    own = len(raw) - len(raw.lstrip(b"\\"))
    return b"\\" * (own - 1) if own % 2 else b""


def _pair(group: bytes, raw: bytes, _: bytes) -> bytes | None:
    """Two halves of one character in UTF-16, as JSON writes what lies beyond the first 65 536 (RFC 8259, 7)."""
    high, low = int(group[:4], 16), int(group[-4:], 16)
    return _before_escape(raw) + _read_as(0x10000 + ((high - 0xD800) << 10) + low - 0xDC00)


def _decimal(group: bytes, raw: bytes, slashes: bytes) -> bytes | None:
    return _character(int(group), raw, slashes)


def _entity(group: bytes, _: bytes, slashes: bytes) -> bytes | None:
    name = html.entities.html5.get(group.decode() + ";")
    return slashes + b'"' if name == '"' else name.encode() if name else None


def _slash(_: bytes, raw: bytes, __: bytes) -> bytes:
    return _before_escape(raw) + b"/"


def _same(group: bytes, _: bytes, __: bytes) -> bytes:
    return group


def _halved(group: bytes) -> tuple[bytes, bytes]:
    """Doubled quotes as single ones, one string of JSON deeper, and the one without its double.

    They stand in the string that the same sign delimits.
    """
    sign = group[-1:]
    quotes = group.count(sign)
    slashes = len(group) - len(group.lstrip(b"\\"))
    inner = b"\\" * (2 * slashes + 1) + sign
    if not group.endswith(2 * sign):
        return inner * (quotes // 2), b"\\" * slashes + sign if quotes % 2 else b""
    if not slashes:
        return (b"\\" + sign) * (quotes // 2), sign if quotes % 2 else b""
    # Only the first was escaped before all of them were doubled.
    return inner, (b"\\" + sign) * (quotes // 2 - 1) + sign * (quotes % 2)


def _opening(group: bytes, _: bytes, __: bytes) -> bytes:
    """Doubled quotes that open a string, behind the one that opens the field around it; a space keeps them apart."""
    inside, around = _halved(group)
    return around + b" " + inside if around else inside


def _closing(group: bytes, _: bytes, __: bytes) -> bytes:
    inside, around = _halved(group)
    return inside + b" " + around if around else inside


def _octets(group: bytes, _: bytes, __: bytes) -> bytes:
    return bytes.fromhex(group.decode().replace("=", ""))


def _backslash(_: bytes, __: bytes, slashes: bytes) -> bytes:
    """A backslash before a quote that is escaped as that one is."""
    return slashes + b"\\"


def _nothing(_: bytes, __: bytes, ___: bytes) -> bytes:
    return b""


def _look_alike(group: bytes, _: bytes, slashes: bytes) -> bytes | None:
    plain = characters().get(group)
    return slashes + plain if plain == b'"' else plain


#: A quote and a backslash in full width, which escapes stand for as they do for the plain ones.
_SIGNS_IN_WIDTH: Final = {0xFF02: 0x22, 0xFF3C: 0x5C}


def _character(code: int, raw: bytes, slashes: bytes) -> bytes | None:
    r"""What a code point written as an escape reads as; an escaped quote or backslash stays escaped as JSON writes it."""
    if raw[:1] == b"\\" and code in (0x22, 0x5C):
        own = raw[: len(raw) - len(raw.lstrip(b"\\"))]
        return own + (b'"' if code == 0x22 else own)
    if code == 0x22:
        return slashes + b'"'
    if code in _SIGNS_IN_WIDTH:
        return _character(_SIGNS_IN_WIDTH[code], raw, slashes)
    if raw[:1] in (b"%", b"=") or (raw.lstrip(b"\\")[:1] == b"x" and code >= 0x80):
        return bytes((code,)) if code else b""
    if 0xD800 <= code < 0xE000 or code > 0x10FFFF:
        return None
    if code < 0x20 and code not in (0x09, 0x0A, 0x0D, 0x1B):
        return b""
    return _read_as(code)


def _read_as(code: int) -> bytes:
    plain = chr(code).encode()
    return characters().get(plain, plain)


#: What follows a sign of equality in quoted-printable, and no hash that begins with `3D`: a word, a quote, a number in groups
#: or of nothing but digits, an address of a network or of a device, an account's number behind its country.
_ASSIGNED: Final = (
    rb"(?!3D[0-9A-Fa-f]{6})3D[A-Za-z]|3D(?:[*\"']|\\{1,63}[\"']|[A-Z]{2}[0-9]{13,30}(?![0-9A-Za-z])"
    rb"|[(+]{0,2}[0-9]{1,5}[ .\-/()]{1,2}[0-9]{1,5}[ .\-/()]?[0-9]|\+?[0-9]{9,19}(?![0-9A-Za-z])"
    rb"|[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{0,4}[:%]|[\-][0-9A-Fa-f]{2}-|\.[0-9A-Fa-f]{4}\.))"
)

#: Quoted-printable (RFC 2045, 6.7: hex digits are upper case) of an address's signs. What follows has to be a domain or
#: a word: `page=40",`, `user_id=40bc2e59` and `session=3dd38bfc` are assignments.
_QUOTED_PRINTABLE: Final = (
    rb"(?<=[A-Za-z0-9._\-])=(?:"
    rb"(?=40(?:\*|[A-Za-z][A-Za-z0-9\-]{0,62}(?:\.|=2E)[A-Za-z]))"
    rb"|(?=2E(?:\*|[A-Za-z][A-Za-z0-9\-]{0,62}(?![A-Za-z0-9_\-])))(?!2E[0-9A-Fa-f]{6})"
    rb")(40|2E)"
)
_EQUALS: Final = rb"(?<=[A-Za-z0-9._\-\"')\]])=(?=" + _ASSIGNED + rb")(3D)"

#: A character beyond ASCII in quoted-printable: its two to four bytes in UTF-8.
_LEAD: Final = rb"(?:C[2-9A-F]|D[0-9A-F]|E[0-9A-F]|F[0-4])"
_OCTETS: Final = rb"((?:=C[2-9A-F]|=D[0-9A-F]|=E[0-9A-F]=[89AB][0-9A-F]|=F[0-4](?:=[89AB][0-9A-F]){2})=[89AB][0-9A-F])"

#: A soft line break of quoted-printable text (RFC 2045, 6.7) where lines are as long as its lines are, and as plain; base64
#: of a header that happens to be as long ends before the next header.
_SOFT_BREAK: Final = rb"(?<=[\t\x20-\x7e]{60})(?:(?<![A-Za-z0-9+/=_\-]{20})|(?:(?<=\n.{75})|(?<=\A.{75}))(?!=\r?\n[A-Za-z][A-Za-z0-9\-]{1,40}: ))(=\r?\n)"
#: Any, in a text that is quoted-printable all over.
_ANY_BREAK: Final = rb"(=(?:\r?\n|\\{1,7}r\\{1,7}n|\\{1,7}n))"

#: An opening bracket in full width, and what nobody sees before a plain one.
_IN_WIDTH: Final = rb"\xef\xbc\xbb|\xc2\xad|\xe2\x80[\x8b-\x8f]|\xe2\x81\xa0|\xef\xbb\xbf"

#: What is undone, and how: each expression has one group. Colours first: their `\u001b` is an escape of its own.
_UNITS: Final = (
    (
        rb"((?:\x1b|(?<!\\)\\++(?:e|033|u001[bB]|x1[bB]))\[[0-9;?]{0,16}[A-Za-z]|\x1b(?![\[\\%&]|=5B|"
        + _IN_WIDTH
        + rb"))",
        _nothing,
    ),  # ANSI colours, ECMA-48
    (rb"(=1B\[[0-9;]{0,16}[mK])", _nothing),
    (rb"(?<!\\)\\++u([dD][89abAB][0-9a-fA-F]{2}\\++u[dD][c-fC-F][0-9a-fA-F]{2})", _pair),  # the same, two of them
    (rb"(?<!\\)\\++u([0-9a-fA-F]{4})", _hexadecimal),  # JSON, Java, JavaScript
    (rb"(?<!\\)\\++u\{([0-9a-fA-F]{1,6})\}", _hexadecimal),  # ECMAScript 2015
    (rb"(?<!\\)\\++U([0-9a-fA-F]{8})", _hexadecimal),  # Python
    (rb"(?<!\\)\\++x([0-9a-fA-F]{2})", _hexadecimal),  # C, Python, nginx
    (rb"(%5[cC])(?=(?:%5[cC])*%22)", _backslash),
    (rb"%([0-9a-fA-F]{2})", _hexadecimal),  # RFC 3986
    (rb"&#[xX]([0-9a-fA-F]{1,6});", _hexadecimal),  # HTML
    (rb"&#([0-9]{1,7});", _decimal),
    (rb"&([A-Za-z]{2,8});", _entity),
    (_QUOTED_PRINTABLE, _hexadecimal),
    (_EQUALS, _hexadecimal),
    (_OCTETS, _octets),
    (rb"(?<=[A-Za-z0-9._\-\"')\] ])=(3D)(?=[ (>\[{])", _hexadecimal),
    (_SOFT_BREAK, _nothing),
    (rb"((?<!\\)\\++/)", _slash),  # JSON's optional escape
    (rb"(?<!\\)\\++([=:])(?!" + _LEAD + rb"=[89AB])", _same),  # ArcSight's CEF, Java's properties
    (rb"([\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})", _look_alike),
)
#: What is undone besides in a text that is quoted-printable all over.
_PRINTABLE: Final = (
    (rb"=(0[9AD]|2[0E]|3[DF]|40|5F|[89A-F][0-9A-F])", _hexadecimal),
    (_ANY_BREAK, _nothing),
)
#: Colours behind what programs print for the escape character: rsyslog, `cat -v`, names of characters.
_COLOURED: Final = ((rb"((?:#033|\^\[|<ESC>)\[[0-9;]{0,16}[mK])", _nothing),)
#: A quote that is doubled in quotes (RFC 4180, SQL), and as it is when all of that is escaped: a run of them that are escaped
#: alike, or two of which the first was escaped before it was doubled. Each alternative begins with a character of its own,
#: so that most places cost a look at one.
_TWICE: Final = (
    rb"\"\"++|''++|\\(?:\\*+(?:\"\"++|''++)"
    rb"|\"(?:\\\")++|'(?:\\')++|\\\"(?:\\{2}\")++|\\{2}\"(?:\\{3}\")++|\\{2}'(?:\\{3}')++|\\{6}\"(?:\\{7}\")++|\\{6}'(?:\\{7}')++"
    rb"|\\{14}\"(?:\\{15}\")++"
    rb"|\\*+\"\\\"|\\*+'\\'|\\++\"\\{2}\"|\\{2,}+\"\\{3}\"|\\{2,}+'\\{3}'|\\{6,}+\"\\{7}\"|\\{6,}+'\\{7}'|\\{14,}+\"\\{15}\")"
)
_OPENS: Final = (
    rb"(?:(?<=[=:(\[{,>;|\t])|(?<=[=:(\[{,>);|\t] ))(" + _TWICE + rb")(?=[A-Za-z0-9+{\[(<$_@*\-\x80-\xfe]|\\++[\"'])"
)
_CLOSES: Final = rb"(?<=[A-Za-z0-9}\])>.!?*_+/\-\x80-\xfe])(" + _TWICE + rb")(?=[ ]?[:=,;}\])>\"'\\]|\s|\Z)"
#: What is undone besides where such a quote opens a string; nothing but an empty string looks like one elsewhere.
_DOUBLED: Final = ((_OPENS, _opening), (_CLOSES, _closing))
#: Whether a text has such quotes.
OPENED: Final = re.compile(_OPENS + rb"|(?<=[A-Za-z0-9_])(?:(?:\"\"){1,4}|\\++\"\\++\")[ ]?[:=](?![:=])")


#: What an escape reads as, from its group, all of it, and the backslashes that a quote in it gets.
_Handler = Callable[[bytes, bytes, bytes], bytes | None]


class Table(NamedTuple):
    """One expression for many units, and the bytes that they begin with; group i belongs to handler i - 1."""

    begins: re.Pattern[bytes]
    pattern: re.Pattern[bytes]
    handlers: tuple[_Handler, ...]


def _table(units: Sequence[tuple[bytes, _Handler]], begins: bytes) -> Table:
    any_of = b"|".join(pattern for pattern, _ in units)
    return Table(re.compile(begins), re.compile(any_of), tuple(handler for _, handler in units))


@lru_cache(maxsize=8)
def units(*, printable: bool, doubled: bool, coloured: bool) -> Table:
    """What is undone in a text: of one that is quoted-printable all over, with doubled quotes or with colours, more."""
    chosen = (
        *(_PRINTABLE if printable else ()),
        *(_COLOURED if coloured else ()),
        *(_DOUBLED if doubled else ()),
        *_UNITS,
    )
    return _table(
        chosen, rb"[\\%&=\x1b\xc2-\xf4" + (rb"\"'" if doubled else b"") + (rb"#^<" if coloured else b"") + rb"]"
    )


@lru_cache(maxsize=2)
def breaks(*, printable: bool) -> Table:
    """Where lines are joined before anything is undone."""
    return _table([(_ANY_BREAK if printable else _SOFT_BREAK, _nothing)], rb"=")
