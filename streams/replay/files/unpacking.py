"""Compression told by its first bytes and taken off in bounded memory; no file name, no size in a head is believed.

A step never makes more than about 16 MB, whatever it is fed: zlib, bz2 and lzma stop at a limit; Zstandard, whose
blocks make at most 128 KiB of four bytes, is fed 512 bytes at a time (measured to cost nothing).
"""

import bz2
import codecs
import contextlib
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple, Protocol

import zstandard

from streams.errors import UsageError
from streams.replay.files import tar
from streams.replay.files.feed import Feed
from streams.replay.files.options import RATIO_FLOOR_BYTES, BrokenError, FileTroubleError, Limits, ReadOptions

__all__ = ["LAYERS_MAX", "Unpacked", "layer_of", "refuse_inside", "unpack"]

#: A log compressed twice happens; more often it is an attack.
LAYERS_MAX: Final = 3
#: What one step of a decompressor gives at most, and what Zstandard is fed.
_OUT_BYTES: Final = 1 << 20
_ZSTD_IN_BYTES: Final = 512
#: `zstd --long=27`, which its command also takes without being asked.
_ZSTD_WINDOW_BYTES: Final = 1 << 27
#: `xz -9` needs 65 MiB to unpack.
_XZ_MEMORY_BYTES: Final = 128 << 20
_MAGIC_BYTES: Final = 16
_PARQUET: Final = b"PAR1"

_MAGIC: Final = (
    (b"\x1f\x8b\x08", "gz"), (b"BZh", "bz2"), (b"\xfd7zXZ\0", "xz"), (b"\x28\xb5\x2f\xfd", "zst"),
    (b"\xff\xfe\0\0", "utf-32-le"), (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"),
)  # fmt: skip
#: The block or the end that has to follow the head of a bzip2 stream: text may well begin with BZh.
_BZ2_NEXT: Final = (b"1AY&SY", b"\x17rE8P\x90")
_BOMS: Final = {name: mark for mark, name in _MAGIC if name.startswith("utf")}
#: Codecs that unwrap escapes rather than read letters, so that what is written differs from what was read.
_NO_ENCODINGS: Final = frozenset(("unicode-escape", "raw-unicode-escape", "idna", "punycode", "utf-7", "undefined"))
_FOREIGN: Final = (
    (b"PK\x03\x04", "a zip archive"), (b"7z\xbc\xaf\x27\x1c", "a 7z archive"), (b"Rar!\x1a\x07", "a rar archive"),
    (b"\x04\x22\x4d\x18", "compressed with lz4"), (b"\xff\x06\0\0sNaPpY", "compressed with snappy"),
    (b"Obj\x01", "an Avro file"),
)  # fmt: skip


class Unpacked(NamedTuple):
    """The layers that were found, outermost first, and what is inside of them."""

    layers: tuple[str, ...]
    feed: Feed


def layer_of(head: bytes) -> str | None:
    """The outermost layer of data that begins like this; FileTroubleError for containers that nobody here reads."""
    for magic, name in _MAGIC:
        if head.startswith(magic) and (name != "bz2" or head[4:10] in _BZ2_NEXT):
            return name
    for magic, what in _FOREIGN:
        if head.startswith(magic):
            raise FileTroubleError(f"The file is {what}, which is not read: unpack it first.")
    return None


def unpack(raw: Feed, read: ReadOptions) -> Unpacked:
    """Takes off every layer. The limits hold for all of them together, against the bytes of the file itself.

    The chunks raise BrokenError where the data are cut off or damaged, after everything sound before it was given.
    """
    layers: list[str] = []
    feed = raw
    while layer := _next_layer(feed, layers, read):
        if len(layers) == LAYERS_MAX:
            raise FileTroubleError(f"The file is packed more than {LAYERS_MAX} times: unpack it first.")
        layers.append(layer)
        opened = _DECODERS[layer](feed, raw) if layer in _DECODERS else _transcoded(feed, layer, raw)
        feed = Feed(_limited(opened, raw, read.limits))
    return Unpacked(tuple(layers), feed)


def refuse_inside(feed: Feed, *, archives: bool) -> None:
    """FileTroubleError for what cannot be read as text, or masked inside of something else."""
    if feed.peek(len(_PARQUET)) == _PARQUET:
        raise FileTroubleError(
            "The file is a Parquet file: read it with the format parquet and a column, and unpacked."
        )
    if archives and tar.is_tar(feed.peek(tar.BLOCK)):
        raise FileTroubleError("The file is an archive in an archive, which is not read: unpack it first.")


def _next_layer(feed: Feed, layers: list[str], read: ReadOptions) -> str | None:
    if layers and layers[-1] not in _DECODERS:
        return None  # nothing is packed inside a text
    head, first = feed.peek(_MAGIC_BYTES), not layers
    if first and read.compression == "none":
        return _wide(head) or _other(read.encoding)
    layer = layer_of(head)
    if first and read.compression not in {"auto", layer} and head:
        raise FileTroubleError(
            f"The file is not packed as {read.compression}: correct the compression, or leave it out."
        )
    return layer or _other(read.encoding)


def _wide(head: bytes) -> str | None:
    return next((name for name, mark in _BOMS.items() if head.startswith(mark)), None)


def _other(encoding: str) -> str | None:
    """Another encoding than UTF-8 by its name; UsageError where nobody knows it."""
    name, text = encoding, None
    with contextlib.suppress(LookupError, TypeError, UnicodeError):
        name = codecs.lookup(encoding).name
        text = codecs.getincrementaldecoder(name)().decode(b"")
    if not isinstance(text, str) or name in _NO_ENCODINGS:
        raise UsageError(f"The encoding {encoding} is not known: say one such as latin-1 or cp1252.")
    return None if name in {"utf-8", "ascii"} else name


def _limited(chunks: Iterator[bytes], raw: Feed, limits: Limits) -> Iterator[bytes]:
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > limits.max_unpacked:
            raise FileTroubleError(
                f"The file unpacks to more than {limits.max_unpacked} bytes: raise max_unpacked if it may."
            )
        if total > RATIO_FLOOR_BYTES and total > raw.taken * limits.max_ratio:
            raise FileTroubleError(
                f"The file unpacks to more than {limits.max_ratio} times its size, as an attack does: raise max_ratio "
                "if it may."
            )
        yield chunk


class _Decompressor(Protocol):
    """One stream of one format."""

    eof: bool

    def steps(self, data: bytes, /) -> Iterator[bytes]:
        """What these bytes become, a little at a time."""

    def rest(self) -> bytes:
        """What lies behind the end of the stream."""

    def held_back(self) -> bytes:
        """What was already decoded when the data ended too early."""


class _Gzip:
    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(31)
        self.eof = False

    def steps(self, data: bytes, /) -> Iterator[bytes]:
        while True:
            out = self._inflate.decompress(data, _OUT_BYTES)
            data = self._inflate.unconsumed_tail
            self.eof = self._inflate.eof
            yield out
            if self.eof or (not data and len(out) < _OUT_BYTES):
                return

    def rest(self) -> bytes:
        return self._inflate.unused_data

    def held_back(self) -> bytes:
        return self._inflate.flush()


class _Blocks:
    """bz2 and lzma, whose decompressors have one interface."""

    def __init__(self, inner: bz2.BZ2Decompressor | lzma.LZMADecompressor) -> None:
        self._inner = inner
        self.eof = False

    def steps(self, data: bytes, /) -> Iterator[bytes]:
        while True:
            out = self._inner.decompress(data, _OUT_BYTES)
            data = b""
            self.eof = self._inner.eof
            yield out
            if self.eof or self._inner.needs_input:
                return

    def rest(self) -> bytes:
        return self._inner.unused_data

    def held_back(self) -> bytes:
        return b""


class _Zstandard:
    def __init__(self) -> None:
        self._inner = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES).decompressobj()
        self._rest = b""
        self.eof = False

    def steps(self, data: bytes, /) -> Iterator[bytes]:
        for at in range(0, len(data), _ZSTD_IN_BYTES):
            yield self._inner.decompress(data[at : at + _ZSTD_IN_BYTES])
            if self._inner.eof:
                self.eof = True
                self._rest = self._inner.unused_data + data[at + _ZSTD_IN_BYTES :]
                return

    def rest(self) -> bytes:
        return self._rest

    def held_back(self) -> bytes:
        return b""


def _streams(make: Callable[[], _Decompressor], name: str) -> Callable[[Feed, Feed], Iterator[bytes]]:
    """Decodes one stream after the other, as `cat a.gz b.gz` makes them; zeros behind the last are padding."""

    def decoded(feed: Feed, raw: Feed) -> Iterator[bytes]:
        first = True
        while first or _another(feed, name, raw):
            first = False
            yield from _stream(make(), feed, name, raw)

    return decoded


def _stream(decompressor: _Decompressor, feed: Feed, name: str, raw: Feed) -> Iterator[bytes]:
    while not decompressor.eof:
        data = feed.take()
        if not data:
            yield decompressor.held_back()
            raise BrokenError(f"is cut off in the middle of its {name} data", raw.taken)
        steps = decompressor.steps(data)
        while (out := _next(steps, name, raw)) is not None:
            yield out
    feed.give_back(decompressor.rest())


def _next(steps: Iterator[bytes], name: str, raw: Feed) -> bytes | None:
    try:
        return next(steps, None)
    except (zlib.error, OSError, EOFError, ValueError, lzma.LZMAError, zstandard.ZstdError):
        # Their messages are about the format; not one of them is worth the doubt.
        damaged = BrokenError(f"holds {name} data that are damaged or need more than the allowed memory", raw.taken)
    raise damaged


def _another(feed: Feed, name: str, raw: Feed) -> bool:
    while (head := feed.peek(_MAGIC_BYTES)) and head[0] == 0:
        feed.take_exactly(len(head) - len(head.lstrip(b"\0")))
    if not head:
        return False
    if layer_of(head) != name:
        raise BrokenError(f"has something else behind its {name} data", raw.taken)
    return True


def _transcoded(feed: Feed, encoding: str, raw: Feed) -> Iterator[bytes]:
    """UTF-8 of a text in another encoding, without the mark of UTF-16 and UTF-32."""
    decoder = codecs.getincrementaldecoder(encoding)()
    feed.take_exactly(len(_BOMS.get(encoding, b"")))
    ended = False
    while not ended:
        data = feed.take()
        ended = not data
        text = _text(decoder, data, final=ended)
        if text is None:
            raise BrokenError(f"is not all in {encoding.upper()}", raw.taken)
        yield text


def _text(decoder: codecs.IncrementalDecoder, data: bytes, *, final: bool) -> bytes | None:
    try:
        return decoder.decode(data, final).encode()
    except UnicodeError:
        return None  # its message holds the data


_DECODERS: Final[dict[str, Callable[[Feed, Feed], Iterator[bytes]]]] = {
    "gz": _streams(_Gzip, "gz"),
    "bz2": _streams(lambda: _Blocks(bz2.BZ2Decompressor()), "bz2"),
    "xz": _streams(lambda: _Blocks(lzma.LZMADecompressor(lzma.FORMAT_XZ, _XZ_MEMORY_BYTES)), "xz"),
    "zst": _streams(_Zstandard, "zst"),
}
