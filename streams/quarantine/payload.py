"""Packs a record's key, headers and value into bytes and back: None is not empty, names may repeat, order is kept.

Layout, before compression by zlib: key, number of headers (4 bytes), each header's name and value, value. Each piece is
a length (4 bytes, big endian, signed; -1 is None) and its bytes; a record without headers has the number -1.
"""

import base64
import struct
import zlib
from typing import Any, Final, NamedTuple

from streams.errors import RunError
from streams.masking.records import Headers

__all__ = ["Payload", "pack", "readable", "unpack"]

#: A broker takes no record near this size; what claims to be larger was not packed by us.
_MAX_BYTES: Final = 1 << 28
#: Speed before size: a storm of garbage must not stop the others (zlib 1 is a third of the time of 6).
_COMPRESSION_LEVEL: Final = 1
_LENGTH: Final = struct.Struct(">i")
_NONE: Final = _LENGTH.pack(-1)


class Payload(NamedTuple):
    """The original record."""

    key: bytes | None
    headers: Headers | None
    value: bytes | None

    def __repr__(self) -> str:
        return "Payload(...)"


def pack(key: bytes | None, headers: Headers | None, value: bytes | None) -> bytes:
    """One compressed string of bytes for one record; never raises for content."""
    pieces = [_piece(key), _NONE if headers is None else _LENGTH.pack(len(headers))]
    for name, text in headers or ():
        pieces += [_piece(name.encode("utf-8", "surrogatepass")), _piece(text)]
    pieces.append(_piece(value))
    return zlib.compress(b"".join(pieces), _COMPRESSION_LEVEL)


def unpack(packed: bytes) -> Payload:
    """The record; RunError for bytes that `pack` did not make."""
    try:
        reader = _Reader(_decompressed(packed))
        key, count = reader.piece(), reader.length()
        headers = None if count < 0 else [reader.header() for _ in range(count)]
        payload = Payload(key, headers, reader.piece())
        if reader.at_end():
            return payload
    except (zlib.error, struct.error, ValueError):
        pass
    raise RunError("The opened payload is not a record that maskstream packed: look at who else writes to the topic.")


def readable(payload: Payload) -> dict[str, Any]:
    """Key, headers and value as JSON shows them: text as it is, bytes that are no text as `{"base64": ...}`."""
    return {
        "key": _content(payload.key),
        "headers": None
        if payload.headers is None
        else [[_name(name), _content(text)] for name, text in payload.headers],
        "value": _content(payload.value),
    }


def _name(name: str) -> str:
    # Half of a character may stand in what another program sealed; no JSON can hold it.
    return name.encode("utf-8", "backslashreplace").decode()


def _content(data: bytes | None) -> str | dict[str, str] | None:
    if data is None:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


def _piece(data: bytes | None) -> bytes:
    return _NONE if data is None else _LENGTH.pack(len(data)) + data


def _decompressed(packed: bytes) -> bytes:
    inflate = zlib.decompressobj()
    data = inflate.decompress(packed, _MAX_BYTES)
    if not inflate.eof:
        raise ValueError("cut off or too large")
    return data


class _Reader:
    """Reads pieces one after the other; ValueError where the bytes end too early or tell no length."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def length(self) -> int:
        (length,) = _LENGTH.unpack_from(self._data, self._at)
        self._at += _LENGTH.size
        # One way to say each thing: bytes that `pack` would not make are no record.
        if length < -1:
            raise ValueError("not a length")
        return int(length)

    def piece(self) -> bytes | None:
        length = self.length()
        if length < 0:
            return None
        piece = self._data[self._at : self._at + length]
        if len(piece) != length:
            raise ValueError("cut off")
        self._at += length
        return piece

    def header(self) -> tuple[str, bytes | None]:
        name = self.piece()
        if name is None:
            raise ValueError("a header without name")
        return name.decode("utf-8", "surrogatepass"), self.piece()

    def at_end(self) -> bool:
        return self._at == len(self._data)
