r"""The patterns that a policy may bring, checked before anything compiles them: no engine is trusted to survive them.

The syntax is what hyperscan and RE2 have in common: characters, `.`, classes, `\d \w \s` and their opposites, `\b` and
`\B`, groups, `(?:…)`, `(?i:…)`, `|`, and bounded repeats. What is unbounded, looks around or back, or is anchored to the
beginning or end of the text (which a batch does not have) is refused, and so is what would blow up: the length of a match
and the number of characters after all repeats are written out are limited.
"""

from typing import Final, NamedTuple

from streams.errors import PolicyError

__all__ = ["MATCH_MAX", "Shape", "shape_of"]

#: The longest match of a pattern, in bytes: how far back its beginning is looked for.
MATCH_MAX: Final = 256

#: Characters of a pattern with every repeat written out; a thousand compile in milliseconds.
_SIZE_MAX: Final = 1000
_PATTERN_MAX: Final = 1000
_DEPTH_MAX: Final = 20
_PLAIN_ESCAPES: Final = frozenset("dDwWsSntrfaev")
_GROUPS: Final = ("?:", "?i:", "?s:", "?is:", "?si:")


class Shape(NamedTuple):
    """The shortest and longest match in bytes, and the size with repeats written out."""

    least: int
    most: int
    size: int


_CHARACTER: Final = Shape(1, 1, 1)
#: A character beyond ASCII matches its UTF-8 bytes.
_NOTHING: Final = Shape(0, 0, 0)


def shape_of(pattern: str) -> Shape:
    """The shape of a pattern; PolicyError with one sentence where it is not allowed."""
    if len(pattern) > _PATTERN_MAX:
        raise PolicyError(f"The pattern is longer than {_PATTERN_MAX} characters.")
    reader = _Reader(pattern)
    shape = reader.alternatives(0)
    if reader.at < len(pattern):
        raise PolicyError("The pattern has a ) too much.")
    if shape.least == 0:
        raise PolicyError("The pattern matches nothing at all as well, and so everywhere.")
    if shape.most > MATCH_MAX:
        raise PolicyError(f"The pattern matches more than {MATCH_MAX} bytes: bound its repeats, such as {{1,40}}.")
    return shape


class _Reader:
    """Reads a pattern from left to right."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self.at = 0

    def alternatives(self, depth: int) -> Shape:
        """Everything up to the `)` that closes this group, or the end."""
        if depth > _DEPTH_MAX:
            raise PolicyError(f"The pattern nests more than {_DEPTH_MAX} groups.")
        whole = self._sequence(depth)
        while self._peek() == "|":
            self.at += 1
            other = self._sequence(depth)
            whole = Shape(min(whole.least, other.least), max(whole.most, other.most), whole.size + other.size)
        return whole

    def _sequence(self, depth: int) -> Shape:
        least = most = size = 0
        while self._peek() not in ("", "|", ")"):
            one = self._repeated(self._atom(depth))
            least, most, size = least + one.least, most + one.most, size + one.size
            if size > _SIZE_MAX:
                raise PolicyError(f"The pattern has more than {_SIZE_MAX} characters with its repeats written out.")
        return Shape(least, most, size)

    def _atom(self, depth: int) -> Shape:
        char = self._pattern[self.at]
        self.at += 1
        if char == "(":
            return self._group(depth)
        if char == "[":
            return self._class()
        if char == "\\":
            return self._escape()
        if char in "^$":
            raise PolicyError(
                f"The pattern uses {char}: values stand anywhere in a line; say \\b for the end of a word."
            )
        if char in "*+?{":
            raise PolicyError(f"The pattern has a {char} with nothing before it to repeat.")
        size = len(char.encode())
        return Shape(size, size, size)

    def _group(self, depth: int) -> Shape:
        if self._peek() == "?":
            opening = next((one for one in _GROUPS if self._pattern.startswith(one, self.at)), None)
            if opening is None:
                raise PolicyError("The pattern looks around, names a group or sets flags; use (?:…) or (?i:…).")
            self.at += len(opening)
        inside = self.alternatives(depth + 1)
        if self._peek() != ")":
            raise PolicyError("The pattern has a ( that is not closed.")
        self.at += 1
        return inside

    def _class(self) -> Shape:
        if self._peek() == "^":
            self.at += 1
        first = self.at
        while self._peek() != "]" or self.at == first:
            if not self._peek():
                raise PolicyError("The pattern has a [ that is not closed.")
            if not self._peek().isascii():
                raise PolicyError("The pattern has a character beyond ASCII in [ ]: write it as an alternative.")
            if self._peek() == "[" and self._pattern[self.at + 1 : self.at + 2] in (":", ".", "="):
                raise PolicyError("The pattern uses a named class such as [:alpha:]; write it out.")
            self.at += 2 if self._peek() == "\\" else 1
        self.at += 1
        return _CHARACTER

    def _escape(self) -> Shape:
        char = self._peek()
        self.at += 1
        if char in ("b", "B"):
            return _NOTHING
        if char == "x":
            self.at += 2
            return _CHARACTER
        if not char or (char.isalnum() and char not in _PLAIN_ESCAPES) or not char.isascii():
            raise PolicyError(f"The pattern uses \\{char}, which is not in the common syntax of hyperscan and RE2.")
        return _CHARACTER

    def _repeated(self, one: Shape) -> Shape:
        low, high = self._counts()
        if self._peek() == "?" and (low, high) != (1, 1):
            self.at += 1  # as few as possible: every end is reported anyway
        if self._peek() in ("*", "+", "?", "{") and (low, high) != (1, 1):
            raise PolicyError("The pattern repeats a repeat: put it into (?:…).")
        return Shape(one.least * low, one.most * high, one.size * max(high, 1))

    def _counts(self) -> tuple[int, int]:
        sign = self._peek()
        if sign == "?":
            self.at += 1
            return 0, 1
        if sign in ("*", "+"):
            raise PolicyError(f"The pattern repeats without a bound ({sign}): say how often, such as {{1,40}}.")
        if sign != "{":
            return 1, 1
        inside, closed, _ = self._pattern[self.at + 1 :].partition("}")
        low, comma, high = inside.partition(",")
        if not closed or not low.isdigit() or (comma and not high.isdigit()) or len(inside) > 9:
            raise PolicyError("The pattern has a { that is no bounded repeat such as {3} or {1,40}.")
        if comma and int(high) < int(low):
            raise PolicyError("The pattern has a repeat whose bounds are the wrong way round.")
        self.at += len(inside) + 2
        return int(low), int(high or low)

    def _peek(self) -> str:
        return self._pattern[self.at : self.at + 1]
