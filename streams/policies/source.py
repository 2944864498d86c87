"""YAML as data with the line of everything in it; a subset in which nothing is what it does not look like.

Neither anchors, aliases, tags, merge keys nor repeated keys: each of them can make a policy say something else than a
reader sees, or more than memory holds. Of the plain scalars only `true`, `false`, `null` and numbers are not text: `NO`
is Norway.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from streams.errors import PolicyError

__all__ = ["Place", "Source", "parsed"]

#: Where something is in the data: keys and indices from the outside in.
Place = tuple[str | int, ...]

_DEPTH_MAX: Final = 16
#: Scalars, lists and mappings of a file; a thousand rules have ten thousand.
_NODES_MAX: Final = 100_000
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,18}")
_FLOAT: Final = re.compile(r"[+-]?[0-9]{0,18}\.[0-9]{1,18}")
_WORDS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(slots=True)
class Source:
    """What a file says; `name` is how sentences call it."""

    name: str
    content: dict[str, Any] = field(default_factory=dict)
    lines: dict[Place, int] = field(default_factory=dict)

    def line(self, place: Place) -> int:
        """The line of a place, or of the nearest one around it that has any."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def wrong(self, place: Place, sentence: str) -> PolicyError:
        """The error that something there is wrong; `sentence` begins in the middle and ends with its stop."""
        return PolicyError(f"The policy {self.name} is wrong in line {self.line(place)}: {sentence}")


@dataclass(slots=True)
class _Open:
    """A list or mapping being read; `key` is the key whose value comes next."""

    value: dict[str, Any] | list[Any]
    place: Place
    key: str | None = None


def parsed(text: bytes, name: str) -> Source:
    """The data of a policy file; PolicyError with the line where it is no such YAML."""
    source = Source(name)
    try:
        _read(text, source)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise PolicyError(f"The policy {name} is not YAML in line {line}.") from None
    except (UnicodeDecodeError, ValueError):
        raise PolicyError(f"The policy {name} is not YAML: it is no text in UTF-8.") from None
    return source


def _read(text: bytes, source: Source) -> None:
    opened: list[_Open] = []
    documents = nodes = 0
    # Events come one by one from the C-free parser, which keeps its own stack: depth cannot overflow ours.
    for event in yaml.parse(text.decode("utf-8-sig"), Loader=yaml.SafeLoader):
        line = _line(event)
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _refused(source, line, "there is a second document; a policy is one.")
        elif isinstance(event, yaml.CollectionEndEvent):
            opened.pop()
        elif isinstance(event, yaml.NodeEvent):
            nodes += 1
            _check(event, source, line, nodes, len(opened))
            _add(event, source, line, opened)


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _check(event: yaml.NodeEvent, source: Source, line: int, nodes: int, depth: int) -> None:
    if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
        raise _refused(source, line, "anchors and aliases are not read; write it out.")
    if getattr(event, "tag", None) is not None:
        raise _refused(source, line, "tags (!) are not read.")
    if depth > _DEPTH_MAX or nodes > _NODES_MAX:
        raise _refused(source, line, "it is nested deeper or has more entries than any policy.")


def _add(event: yaml.NodeEvent, source: Source, line: int, opened: list[_Open]) -> None:
    top = opened[-1] if opened else None
    if top is None:
        _begin(event, source, line, opened)
        return
    if isinstance(top.value, dict) and top.key is None:
        _key(event, source, line, top)
        return
    key: str | int = len(top.value) if isinstance(top.value, list) else top.key or ""
    place = (*top.place, key)
    # A value that is a mapping begins a line below its key; the key is what a reader looks for.
    source.lines.setdefault(place, line)
    value = _value(event)
    if isinstance(top.value, list):
        top.value.append(value)
    else:
        top.value[str(key)], top.key = value, None
    if isinstance(value, dict | list):
        opened.append(_Open(value, place))


def _begin(event: yaml.NodeEvent, source: Source, line: int, opened: list[_Open]) -> None:
    if isinstance(event, yaml.ScalarEvent) and _value(event) is None:
        return
    if not isinstance(event, yaml.MappingStartEvent):
        raise _refused(source, line, "it has to be a mapping at its top level.")
    opened.append(_Open(source.content, ()))


def _key(event: yaml.NodeEvent, source: Source, line: int, top: _Open) -> None:
    if not isinstance(event, yaml.ScalarEvent):
        raise _refused(source, line, "a key has to be a word.")
    if event.value in top.value:
        raise _refused(source, line, f"the key {event.value[:40]!r} is there twice.")
    if event.value == "<<":
        raise _refused(source, line, "merge keys (<<) are not read; use extends.")
    top.key = event.value
    source.lines[*top.place, event.value] = line


def _value(event: yaml.NodeEvent) -> Any:
    if isinstance(event, yaml.MappingStartEvent):
        return {}
    if isinstance(event, yaml.SequenceStartEvent):
        return []
    if not isinstance(event, yaml.ScalarEvent):  # pragma: no cover - there is no other node
        return None
    text = str(event.value)
    return text if event.style in ("'", '"', "|", ">") else _plain(text)


def _plain(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def _refused(source: Source, line: int, sentence: str) -> PolicyError:
    return PolicyError(f"The policy {source.name} is wrong in line {line}: {sentence}")
