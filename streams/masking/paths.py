r"""Fields by their paths: `$.user.email`, `$..comment`, `$.items[*].note`, `$.http.headers.*`.

A pattern names keys from the outermost object inwards. `*` is any one key (or any run of characters in a key), `**` or `..`
any number of keys, elements of lists have the path of their list, and dots inside a key count as levels, since loggers
flatten objects that way. Case makes no difference. A string that holds JSON goes on with the path of its field, and so do
`key=value` pairs in a text: their keys are below the field of the text, or below `$`.

The way through the keys is an automaton over all patterns at once, its states made when they are met: a field costs one
look-up, however deep it is and however many patterns there are. A text is read in one pass, and so is a broken one.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from streams.errors import PolicyError
from streams.masking.context import key_before, value_after

__all__ = ["Leaf", "Paths", "Selector", "State", "leaves", "parts_of", "trigger_of"]

#: A pattern has at most this many keys, and a key this many bytes.
_PARTS_MAX: Final = 32
_KEY_MAX: Final = 96
#: States that one state remembers the way to; what is met beyond is worked out anew.
_NEXT_MAX: Final = 256
#: Strings in strings that are read; deeper quotes have 255 backslashes.
_LEVELS_MAX: Final = 8
#: The shortest part of a key that is looked for by itself, in characters.
_TRIGGER_MIN: Final = 3
#: Runs whose case differs in one bit; others have no case that the scan knows.
_ASCII: Final = re.compile(r"[!-)+-~]+")

_STEP: Final = re.compile(r"\.\.|\.(?=\[)|\.|(?=\[)")
_NAME: Final = re.compile(r"[^.\[\]\s'\"]+")
_BRACKET: Final = re.compile(r"\[(?:\*|'([^']{1,96})'|\"([^\"]{1,96})\")?\]")


class Selector(NamedTuple):
    """The fields that one of `include` and none of `exclude` describes, all below them included."""

    include: tuple[str, ...]
    exclude: tuple[str, ...] = ()


def parts_of(pattern: str) -> tuple[str, ...]:
    """The keys of a pattern in lower case, `**` for any number of them; PolicyError where it is no field path."""
    if not pattern.startswith("$"):
        raise PolicyError("A field path begins with $, such as $.user.email, or $..email for any depth.")
    at, parts = 1, list[str]()
    while at < len(pattern):
        at = _part(pattern, at, parts)
    if not parts or len(parts) > _PARTS_MAX:
        raise PolicyError(f"A field path names one to {_PARTS_MAX} keys.")
    return tuple(part for index, part in enumerate(parts) if part != "**" or parts[index - 1 : index] != ["**"])


def _part(pattern: str, at: int, parts: list[str]) -> int:
    step = _STEP.match(pattern, at)
    if step is None:
        raise PolicyError("A field path has a . or [ before each key.")
    if step[0] == "..":
        parts.append("**")
    at = step.end()
    if bracket := _BRACKET.match(pattern, at):
        quoted = bracket[1] or bracket[2]
        parts += quoted.lower().split(".") if quoted else []
        return bracket.end()
    name = _NAME.match(pattern, at)
    if name is None or len(name[0].encode()) > _KEY_MAX:
        raise PolicyError("A field path has an empty or overlong key, or an index: elements are all alike, say [*].")
    parts.append(name[0].lower())
    return name.end()


def trigger_of(pattern: str) -> bytes:
    """What a text holds, in whatever case, wherever it has a field of this pattern: part of a key, or nothing certain."""
    literals = [run for part in parts_of(pattern) for run in _ASCII.findall(part)]
    longest = max(literals, key=len, default="")
    return longest.encode() if len(longest) >= _TRIGGER_MIN else b""


class State:
    """Where in the patterns a path has come to; `selected` are the selectors that it is in, the last first."""

    __slots__ = ("dead", "exact", "next", "positions", "selected")

    def __init__(self, positions: tuple[frozenset[int], ...], selected: tuple[int, ...], exact: frozenset[int]) -> None:
        self.positions = positions
        self.selected = selected
        #: Selectors that mean this very field, not one above it.
        self.exact = exact
        #: Whether no pattern goes on from here.
        self.dead = not any(positions)
        self.next: dict[bytes, State] = {}


class Paths:
    """The automaton of some selectors; threads may share it, a lost race costs a computation."""

    def __init__(self, selectors: Sequence[Selector]) -> None:
        self._patterns: list[tuple[str, ...]] = []
        self._owners: list[tuple[int, bool]] = []
        self._known: dict[tuple[frozenset[int], ...], State] = {}
        for index, selector in enumerate(selectors):
            for excludes, texts in ((False, selector.include), (True, selector.exclude)):
                self._patterns += map(parts_of, texts)
                self._owners += [(index, excludes)] * len(texts)
        self.root = self._state(tuple(_skipped(parts, {0}) for parts in self._patterns))

    def step(self, state: State, key: bytes) -> State:
        """The state behind a key; dots in it are levels."""
        if state.dead:
            return state
        found = state.next.get(key)
        if found is None:
            found = state
            for name in key[:_KEY_MAX].decode("utf-8", "replace").lower().split("."):
                found = self._behind(found, name) if name else found
            if len(state.next) < _NEXT_MAX and len(key) <= _KEY_MAX:
                state.next[key] = found
        return found

    def _behind(self, state: State, name: str) -> State:
        return self._state(
            tuple(_moved(parts, at, name) for parts, at in zip(self._patterns, state.positions, strict=True))
        )

    def _state(self, positions: tuple[frozenset[int], ...]) -> State:
        """The one state of these positions: there are only as many as the patterns make, whatever keys come."""
        known = self._known.get(positions)
        if known is None:
            known = self._known[positions] = self._made(positions)
        return known

    def _made(self, positions: tuple[frozenset[int], ...]) -> State:
        inside: set[int] = set()
        outside: set[int] = set()
        exact: set[int] = set()
        for (owner, excludes), parts, at in zip(self._owners, self._patterns, positions, strict=True):
            if len(parts) in at or len(parts) + 1 in at:
                (outside if excludes else inside).add(owner)
                if len(parts) in at and not excludes:
                    exact.add(owner)
        return State(positions, tuple(sorted(inside - outside, reverse=True)), frozenset(exact - outside))


def _moved(parts: tuple[str, ...], positions: frozenset[int], name: str) -> frozenset[int]:
    """Positions behind one more key; one past the end stands for a field below the one that is meant."""
    size = len(parts)
    behind = set()
    for at in positions:
        if at >= size:
            behind.add(size + 1)
        elif parts[at] == "**":
            behind.update((at, size) if at + 1 == size else (at,))
        elif parts[at] == "*" or _fits(parts[at], name):
            behind.add(at + 1)
    return _skipped(parts, behind)


def _skipped(parts: tuple[str, ...], positions: set[int]) -> frozenset[int]:
    """The positions, and those that are there as well because `**` may stand for no key."""
    reached = set(positions)
    for at in positions:
        # Runs of `**` are one, and `$.user.**` is what is below user, not user itself.
        if at + 1 < len(parts) and parts[at] == "**":
            reached.add(at + 1)
    return frozenset(reached)


def _fits(part: str, name: str) -> bool:
    """Whether a key is what a part with `*` for any run of characters describes; linear but for the literals' lengths."""
    first, *rest = part.split("*")
    if not rest:
        return part == name
    if not name.startswith(first):
        return False
    at = len(first)
    for literal in rest[:-1]:
        found = name.find(literal, at)
        if found < 0:
            return False
        at = found + len(literal)
    return len(name) - len(rest[-1]) >= at and name.endswith(rest[-1])


class Leaf(NamedTuple):
    """The value of a field in a text: its span without quotes, and the quote (with backslashes) that its key has.

    `member` is where the field begins with its key, -1 for an element of a list; `stop` is where it ends with its quote.
    `form`: "string", "bare", "pair" (`key=value` in a text) or "object", which lists are as well.
    """

    start: int
    end: int
    state: State
    quote: bytes
    form: str
    member: int
    stop: int


class _Frame:
    """An object or a list that is open; `mark` is where a bare value would begin, -1 where none can."""

    __slots__ = ("base", "child", "is_object", "level", "mark", "member", "own_member", "start")

    def __init__(self, level: int, start: int, base: State, member: int, *, is_object: bool) -> None:
        self.level = level
        self.start = start
        self.base = base
        self.child = base
        self.is_object = is_object
        self.own_member = member
        self.member = -1
        self.mark = start + 1


#: What a value in a text begins with that is in quotes, and one that is not.
_OPENING: Final = re.compile(rb"[ \t]{0,16}(\\{0,31}[\"'`])")
_PAIR_BARE: Final = re.compile(rb">?[ \t]{0,16}([^\s\"'`&,;|<>(){}\[\]\\\xff]+)")
#: Pairs inside a bare value as long as this are not looked for, in bytes: it bounds what a text full of signs can cost.
_BARE_MAX: Final = 512

# A run of backslashes is looked at from its beginning only: from each of them it would cost the square of its length.
_TOKEN: Final = re.compile(rb"(?<!\\)\\*+\"|[{}\[\]:,=]")
#: Outside strings, a string without signs is read as one, and so is the colon behind a key.
_OUTSIDE: Final = re.compile(rb"\"([^\"\\{}\[\]:,=]*+)\"(?:[ \t\r\n]*+(:))?|(?<!\\)\\*+\"|[{}\[\]:,=]")
#: How far behind a key its colon may stand, in bytes.
_COLON_MAX: Final = 64


# One pass over the signs of JSON, long and flat on purpose. At nesting level n of strings in strings a quote has 2**n - 1
# backslashes; `strings[n]` is the string that is open at level n, with the field that it is the value of.
def leaves(data: bytes, paths: Paths, *, every: bool = True) -> list[Leaf]:  # noqa: C901, PLR0912, PLR0915 - one pass, see above
    """The values of all fields of a text in the order of their beginnings, outer ones first.

    `every=False` leaves out pairs in texts about which no pattern says more than about the text.
    """
    found: list[Leaf] = []
    frames: list[_Frame] = []
    strings: list[tuple[int, State, bool, int]] = []
    key_at = key_end = -1
    skip_to = -1
    pair: Leaf | None = None
    step = paths.step
    end = 0
    while token := (_TOKEN if strings else _OUTSIDE).search(data, end):
        at, end = token.span()
        level = len(strings)
        frame = frames[-1] if frames else None
        if frame is not None and frame.level != level:
            frame = None
        simple = not level and token.start(1) >= 0
        if simple and frame is not None:
            begun, stop = token.span(1)
            if not frame.is_object or frame.mark >= 0:
                found.append(Leaf(begun, stop, frame.child, b'"', "string", frame.member, stop + 1))
                frame.mark = -1
            elif token.start(2) >= 0:
                frame.child, frame.member, frame.mark = step(frame.base, data[begun:stop]), at, end
                continue
            key_at, key_end, end = begun, stop, stop + 1
            continue
        if simple:
            # In a text a string may be the value of a pair: its quotes are read one by one.
            end = at + 1
        sign = data[end - 1]
        here = frame.child if frame is not None else strings[-1][1] if strings else paths.root
        if sign == 0x22:
            slashes = end - 1 - at
            closes = _closing_level(slashes, level)
            if closes < 0:
                if level < _LEVELS_MAX and slashes == (1 << level) - 1:
                    is_key = frame is not None and frame.is_object and frame.mark < 0
                    member = frame.member if frame is not None and frame.is_object else -1
                    if pair is not None and pair.start == end:
                        here, member = pair.state, pair.member
                    strings.append((end, here, is_key, member))
                    if frame is not None:
                        frame.mark = -1
                continue
            # A string ends, and whatever was open inside it with it.
            while frames and frames[-1].level > closes:
                _close(found, frames.pop(), end)
            begun, state, is_key, member = strings[closes]
            del strings[closes:]
            quote = data[end - 1 - ((1 << closes) - 1) : end]
            stop = end - len(quote)
            if is_key:
                key_at, key_end = begun, stop
            else:
                found.append(Leaf(begun, stop, state, quote, "string", member, end))
                key_at, key_end = begun, stop
            continue
        if sign in (0x7B, 0x5B):
            if frame is not None:
                frame.mark = -1
            member = frame.member if frame is not None and frame.is_object else -1
            frames.append(_Frame(level, at, here, member, is_object=sign == 0x7B))
            if sign == 0x7B:
                frames[-1].mark = -1
            continue
        if frame is None:
            if sign in (0x3A, 0x3D) and at >= skip_to and (every or not here.dead):
                pair = _pair(data, at, _inside(pair, at, here), level, paths, found) or pair
                skip_to = _skip_to(pair)
            continue
        if sign in (0x3A, 0x3D):
            if not frame.is_object and at >= skip_to and (every or not here.dead):
                pair = _pair(data, at, _inside(pair, at, here), level, paths, found) or pair
                skip_to = _skip_to(pair)
            elif frame.is_object and frame.mark < 0:
                quoted = key_end > -1 and at - key_end <= _COLON_MAX and not data[key_end:at].strip(b' \t\r\n\\"')
                if quoted:
                    frame.child, frame.member = step(frame.base, data[key_at:key_end]), key_at - (1 << level)
                    frame.mark = end
                elif key := key_before(data, at):
                    frame.child, frame.member = step(frame.base, key.name), key.start - len(key.quote)
                    frame.mark = end
            continue
        if frame.mark >= 0:
            _bare(data, frame, at, found)
        if sign == 0x2C:
            frame.mark = -1 if frame.is_object else end
            key_end = -1
        else:
            frames.pop()
            _close(found, frame, end)
            if frames and frames[-1].level == level:
                frames[-1].mark = -1
    _finish(data, frames, strings, found)
    found.sort(key=lambda leaf: (leaf.start, -leaf.end))
    return found


def _inside(pair: Leaf | None, at: int, here: State) -> State:
    """The field at a position: a pair may stand in the value of the one before it, as in the address of a page."""
    return pair.state if pair is not None and pair.start <= at < pair.end else here


def _skip_to(pair: Leaf | None) -> int:
    return pair.end if pair is not None and pair.end - pair.start > _BARE_MAX else -1


def _closing_level(slashes: int, level: int) -> int:
    """The outermost open string that a quote behind so many backslashes ends, or -1."""
    for index in range(level):
        base = (1 << index) - 1
        if slashes < base:
            return -1
        if (slashes - base) % (2 * (base + 1)) == 0:
            return index
    return -1


def _bare(data: bytes, frame: _Frame, at: int, found: list[Leaf]) -> None:
    """The number or word that ends at a sign."""
    text = data[frame.mark : at]
    start = frame.mark + len(text) - len(text.lstrip())
    end = at - (len(text) - len(text.rstrip()))
    if end > start + 1 and data[start] == data[end - 1] == 0x27:
        # How Python prints a string; it is no JSON, and the quotes stay.
        found.append(Leaf(start + 1, end - 1, frame.child, b"'", "string", frame.member, end))
    elif end > start:
        quote = b"\\" * ((1 << frame.level) - 1) + b'"'
        found.append(Leaf(start, end, frame.child, quote, "bare", frame.member if frame.is_object else -1, end))


def _close(found: list[Leaf], frame: _Frame, end: int) -> None:
    found.append(Leaf(frame.start, end, frame.base, b"", "object", frame.own_member, end))


def _pair(data: bytes, at: int, here: State, level: int, paths: Paths, found: list[Leaf]) -> Leaf | None:
    """The value of a key that stands in a text outside objects, also put among those found."""
    if data[at + 1 : at + 3] == b"//":
        return None
    key = key_before(data, at)
    if key is None:
        return None
    state = paths.step(here, key.name)
    opening = _OPENING.match(data, at + 1)
    if opening and opening[1].endswith(b'"') and len(opening[1]) != 1 << level:
        return None
    if opening:
        value = value_after(data, at + 1, key_quoted=bool(key.quote))
        if value is None or value.form != "string":
            return None
        start, end, stop = value.start, value.end, value.end + (0 if value.cut else len(opening[1]))
    elif bare := _PAIR_BARE.match(data, at + 1):
        start, end = bare.span(1)
        stop = end
    else:
        return None
    found.append(Leaf(start, end, state, b"", "pair", key.start - len(key.quote), stop))
    return found[-1]


def _finish(data: bytes, frames: list[_Frame], strings: list[tuple[int, State, bool, int]], found: list[Leaf]) -> None:
    """What is still open where a text ends is cut off there."""
    end = len(data)
    for begun, state, is_key, member in strings:
        if not is_key:
            found.append(Leaf(begun, end, state, b"", "string", member, end))
    if frames and frames[-1].mark >= 0 and frames[-1].level == len(strings):
        _bare(data, frames[-1], end, found)
    for frame in frames:
        _close(found, frame, end)
