"""Decoded objects written as JSON for the engine, and built again from what it made of them.

An object is masked as the JSON that it would be logged as, so that names of fields, lists and neighbours tell the same as in
a record, and tokens are the same. What comes back takes nothing from the original but what stands unchanged in the masked
JSON; a value that JSON does not have is looked at as its text.
"""

import dataclasses
import json
import math
from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson

__all__ = ["Node", "TooLargeError", "parsed", "read"]

#: Values in one object; an object that holds itself many times over (ten lists in ten lists ...) has no end otherwise.
MAX_NODES: Final = 1_000_000

#: Stands where an object holds itself, as `...` does in Python's own prints.
CYCLE: Final = "[cycle]"

_UNSAID: Final = "***"

#: Immutable values that say all they hold in their text, told by name, since this room imports no clock and no files.
_VALUES: Final = frozenset(
    {
        ("datetime", "datetime"), ("datetime", "date"), ("datetime", "time"), ("datetime", "timedelta"), ("datetime", "timezone"),
        ("decimal", "Decimal"), ("fractions", "Fraction"), ("uuid", "UUID"), ("builtins", "complex"),
        ("ipaddress", "IPv4Address"), ("ipaddress", "IPv6Address"), ("ipaddress", "IPv4Network"), ("ipaddress", "IPv6Network"),
        ("pathlib", "PosixPath"), ("pathlib", "PurePosixPath"), ("pathlib._local", "PosixPath"), ("zoneinfo", "ZoneInfo"),
    }
)  # fmt: skip


class TooLargeError(Exception):
    """An object has more values than are looked at."""


class _Object:
    """A JSON object as read: its pairs in their order, equal keys included."""

    __slots__ = ("pairs",)

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        self.pairs = pairs


class Node:
    """A part of an object: how it is written as JSON, and what comes of it."""

    __slots__ = ()

    def write(self, pieces: list[bytes]) -> None:
        """Adds its JSON."""
        raise NotImplementedError

    def built(self, decoded: Any) -> Any:
        """The masked value, from the JSON that the engine gave for it."""
        raise NotImplementedError

    def same(self) -> Any:
        """The value where nothing was masked; containers are new ones."""
        raise NotImplementedError


class _Leaf(Node):
    """A single value: what stands for it in JSON, and what is given back where that is unchanged."""

    __slots__ = ("given", "plain")

    def __init__(self, plain: str | float | bool | None, given: Any) -> None:
        self.plain = plain
        self.given = given

    def write(self, pieces: list[bytes]) -> None:
        pieces.append(_scalar(self.plain))

    def built(self, decoded: Any) -> Any:
        if type(decoded) is type(self.plain) and decoded == self.plain:
            return self.given
        changed = _decoded(decoded)
        return changed.encode() if isinstance(self.given, bytes) and isinstance(changed, str) else changed

    def same(self) -> Any:
        return self.given


class _Many(Node):
    """Values in a row; `make` builds the container again."""

    __slots__ = ("make", "nodes")

    def __init__(self, nodes: list[Node], make: Callable[[list[Any]], Any]) -> None:
        self.nodes = nodes
        self.make = make

    def write(self, pieces: list[bytes]) -> None:
        sign = b"["
        for node in self.nodes:
            pieces.append(sign)
            node.write(pieces)
            sign = b","
        pieces.append(b"]" if self.nodes else b"[]")

    def built(self, decoded: Any) -> Any:
        if type(decoded) is not list or len(decoded) != len(self.nodes):
            return _decoded(decoded)
        return self.make([node.built(one) for node, one in zip(self.nodes, decoded, strict=True)])

    def same(self) -> Any:
        return self.make([node.same() for node in self.nodes])


class _Named(Node):
    """Values with names; `make` builds from names and values, the keys are given back where they are unchanged."""

    __slots__ = ("keys", "make", "nodes", "texts")

    def __init__(self, texts: list[str], keys: list[Any], nodes: list[Node], make: "_Make") -> None:
        self.texts = texts
        self.keys = keys
        self.nodes = nodes
        self.make = make

    def write(self, pieces: list[bytes]) -> None:
        sign = b"{"
        for text, node in zip(self.texts, self.nodes, strict=True):
            pieces += (sign, _scalar(text), b":")
            node.write(pieces)
            sign = b","
        pieces.append(b"}" if self.nodes else b"{}")

    def built(self, decoded: Any) -> Any:
        if type(decoded) is not _Object or len(decoded.pairs) != len(self.nodes):
            return _decoded(decoded)
        keys: list[Any] = []
        values: list[Any] = []
        for text, key, node, (name, value) in zip(self.texts, self.keys, self.nodes, decoded.pairs, strict=True):
            keys.append(key if name == text else name)
            values.append(node.built(value))
        return self.make(keys, values)

    def same(self) -> Any:
        return self.make(self.keys, [node.same() for node in self.nodes])


_Make = Callable[[list[Any], list[Any]], Any]


def read(value: object, opaque: Callable[[bytes], bytes]) -> Node:
    """What an object is as JSON; `opaque` gives the token of bytes that are no text.

    TooLargeError above a million values, RecursionError where it is nested deeper than the interpreter's stack.
    """
    return _Reader(opaque).read(value)


def parsed(text: bytes) -> Any:
    """JSON as `Node.built` takes it; ValueError where it is none."""
    return json.loads(text.decode(), object_pairs_hook=_Object)


class _Reader:
    """Reads one object; knows the containers around a place, so that a cycle ends."""

    def __init__(self, opaque: Callable[[bytes], bytes]) -> None:
        self._opaque = opaque
        self._around: set[int] = set()
        self._left = MAX_NODES

    def read(self, value: Any) -> Node:
        """Types are asked, never the value itself: a proxy's `__class__` is the application's code."""
        self._left -= 1
        if self._left < 0:
            raise TooLargeError
        kind = type(value)
        if value is None or kind is str or kind is bool:
            return _Leaf(value, value)
        if issubclass(kind, str):
            return _leaf(str.__str__(value))
        if issubclass(kind, int | float):
            return _number(value, kind)
        if issubclass(kind, bytes | bytearray | memoryview):
            return self._bytes(bytes(value))
        if id(value) in self._around:
            return _leaf(CYCLE)
        self._around.add(id(value))
        try:
            return self._container(value, kind) or _text_of(value, kind)
        finally:
            self._around.discard(id(value))

    def _bytes(self, value: bytes) -> Node:
        try:
            return _Leaf(value.decode(), value)
        except UnicodeDecodeError:
            token = self._opaque(value)
            return _Leaf(token.decode(), token)

    def _container(self, value: Any, kind: type) -> Node | None:
        """The node of a container of the language, told by what it is rather than by what it says it is."""
        if issubclass(kind, dict):
            return self._pairs(list(dict.items(value)), _dict)
        if issubclass(kind, tuple):
            values = tuple.__getitem__(value, slice(None))
            fields = getattr(kind, "_fields", None)
            if isinstance(fields, tuple) and len(fields) == len(values):
                return self._pairs(list(zip(fields, values, strict=True)), _named_tuple_maker(kind))
            return self._row(values, tuple)
        if issubclass(kind, list):
            return self._row(list.__getitem__(value, slice(None)), list)
        if issubclass(kind, set | frozenset):
            return self._row(
                tuple(set.copy(value) if issubclass(kind, set) else frozenset.copy(value)), _set_maker(kind)
            )
        pairs = _pairs_of(value, kind)
        return None if pairs is None else self._pairs(pairs, _dict)

    def _row(self, values: list[Any] | tuple[Any, ...], make: Callable[[list[Any]], Any]) -> Node:
        return _Many([self.read(one) for one in values], make)

    def _pairs(self, pairs: list[tuple[Any, Any]], make: _Make) -> Node:
        keys = [_key(key) for key, _ in pairs]
        return _Named([text for text, _ in keys], [key for _, key in keys], [self.read(one) for _, one in pairs], make)


def _leaf(text: str) -> _Leaf:
    return _Leaf(text, text)


def _number(value: Any, kind: type) -> _Leaf:
    """A number of the language; of its subclasses the plain number, whatever they print."""
    if issubclass(kind, int):
        number = value if kind is int else int.__int__(value)
        # An integer that Python refuses to print has no text that could be looked at.
        return _Leaf(number, number) if _printable(number) else _leaf(_UNSAID)
    number = value if kind is float else float.__float__(value)
    return _Leaf(number if math.isfinite(number) else None, number)


def _printable(number: int) -> bool:
    try:
        int.__repr__(number)
    except ValueError:
        return False
    return True


def _text_of(value: Any, kind: type) -> _Leaf:
    """Anything else as its text; the value itself is given back only where its type is known to hold no more than that."""
    text = said(value)
    return _Leaf(text, value if (kind.__module__, kind.__qualname__) in _VALUES else text)


def said(value: Any) -> str:
    """The text of a value, `***` where it has none; a moment in time as ISO 8601, as JSON has it."""
    try:
        iso = getattr(value, "isoformat", None) if type(value).__module__ == "datetime" else None
        text = iso() if iso else str(value)
        return text if type(text) is str else str.__str__(text)
    except Exception:  # noqa: BLE001 - whatever the application's code raises, there is no text
        return _UNSAID


def _key(key: Any) -> tuple[str, Any]:
    """A key as JSON has it, and what is given back where that is unchanged."""
    kind = type(key)
    if kind is str:
        return key, key
    if kind is bool or key is None:
        return {True: "true", False: "false", None: "null"}[key], key
    if (kind is int and _printable(key)) or kind is float:
        return repr(key), key
    text = str.__str__(key) if issubclass(kind, str) else said(key)
    return text, text


def _pairs_of(value: Any, kind: type) -> list[tuple[Any, Any]] | None:
    """The pairs of a mapping or the fields of a dataclass; None where it is neither, or does not give them."""
    try:
        if issubclass(kind, Mapping):
            return [(key, one) for key, one in value.items()]
        if hasattr(kind, "__dataclass_fields__"):
            return [(field.name, getattr(value, field.name)) for field in dataclasses.fields(value)]
    except Exception:  # noqa: BLE001 - the application's code
        return None
    return None


def _dict(keys: list[Any], values: list[Any]) -> Any:
    return dict(zip(keys, values, strict=True))


def _named_tuple_maker(kind: type) -> _Make:
    def make(_: list[Any], values: list[Any]) -> Any:
        return tuple.__new__(kind, values)

    return make


def _set_maker(kind: type) -> Callable[[list[Any]], Any]:
    def make(values: list[Any]) -> Any:
        try:
            return set(values) if issubclass(kind, set) else frozenset(values)
        except TypeError:
            return values

    return make


def _scalar(value: str | float | bool | None) -> bytes:
    if isinstance(value, str):
        try:
            return orjson.dumps(value)
        except TypeError:
            # A lone surrogate, which only an escape can write.
            return json.dumps(value).encode()
    if isinstance(value, bool) or value is None:
        return b"null" if value is None else b"true" if value else b"false"
    return repr(value).encode()


def _decoded(value: Any) -> Any:
    """JSON as read, with dicts for its objects."""
    if type(value) is _Object:
        return {key: _decoded(one) for key, one in value.pairs}
    return [_decoded(one) for one in value] if isinstance(value, list) else value
