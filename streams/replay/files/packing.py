"""Puts the layers back that `unpacking` took off: the same formats in the same order, in streams of our own making.

Nothing of the original's heads is copied: a gzip head may hold a file name and a time.
"""

import bz2
import codecs
import lzma
import zlib
from collections.abc import Callable
from typing import Final, Protocol

import zstandard

__all__ = ["Packer"]

#: The commands' own levels make smaller files, but cost more than the masking does.
_GZIP_LEVEL: Final = 4
_ZSTD_LEVEL: Final = 3
_XZ_PRESET: Final = 3
_GZIP_WBITS: Final = 31


class _Coder(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...
    def flush(self) -> bytes: ...


class Packer:
    """Writes bytes through layers (outermost first) to `write`; of one thread."""

    def __init__(self, layers: tuple[str, ...], write: Callable[[bytes], object]) -> None:
        self._coders = [_coder(layer) for layer in reversed(layers)]
        self._write = write

    def write(self, data: bytes) -> None:
        self._through(data, 0)

    def close(self) -> None:
        """Ends every layer; what was written is whole only now."""
        for place, coder in enumerate(self._coders):
            self._through(coder.flush(), place + 1)

    def _through(self, data: bytes, place: int) -> None:
        for coder in self._coders[place:]:
            if not data:
                return
            data = coder.compress(data)
        if data:
            self._write(data)


class _Transcoder:
    """UTF-8 in, the encoding of the original and its mark out."""

    def __init__(self, encoding: str) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._encoding = encoding
        self._mark = "\ufeff" if encoding.startswith(("utf-16-", "utf-32-")) else ""

    def compress(self, data: bytes, /) -> bytes:
        text, self._mark = self._mark + self._decoder.decode(data), ""
        return text.encode(self._encoding)

    def flush(self) -> bytes:
        text, self._mark = self._mark + self._decoder.decode(b"", final=True), ""
        return text.encode(self._encoding)


def _coder(layer: str) -> _Coder:
    if layer == "gz":
        return zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP_WBITS)
    if layer == "bz2":
        return bz2.BZ2Compressor()
    if layer == "xz":
        return lzma.LZMACompressor(preset=_XZ_PRESET)
    if layer == "zst":
        return zstandard.ZstdCompressor(level=_ZSTD_LEVEL, write_checksum=True).compressobj()
    return _Transcoder(layer)
