"""Screenshots made small: few colours, one byte a pixel; pages are flat areas and letters."""

import struct
import zlib
from collections import Counter
from pathlib import Path

__all__ = ["write_small"]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOURS = 128


def write_small(png: bytes, path: Path) -> None:
    """Writes a screenshot (RGB or RGBA, 8 bits) with its 128 most used colours, all others at their nearest."""
    width, height, pixels = _pixels(png)
    used = Counter(pixels)
    palette = [colour for colour, _ in used.most_common(_COLOURS)]
    nearest = {colour: _nearest(colour, palette) for colour in used}
    rows = b"".join(
        b"\0" + bytes(nearest[colour] for colour in pixels[start : start + width])
        for start in range(0, width * height, width)
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(
        _SIGNATURE
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0))
        + _chunk(b"PLTE", b"".join(palette))
        + _chunk(b"IDAT", zlib.compress(rows, 9))
        + _chunk(b"IEND", b"")
    )


def _nearest(colour: bytes, palette: list[bytes]) -> int:
    return min(range(len(palette)), key=lambda at: sum((a - b) ** 2 for a, b in zip(colour, palette[at], strict=True)))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _pixels(png: bytes) -> tuple[int, int, list[bytes]]:
    """Width, height and the colours row by row, without transparency."""
    width, height, depth, colour = struct.unpack(">IIBB", png[16:26])
    assert depth == 8
    size = {2: 3, 6: 4}[colour]
    data, at = b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += 12 + length
    raw = zlib.decompress(data)
    stride, before, pixels = width * size, bytearray(width * size), list[bytes]()
    for row in range(height):
        start = row * (stride + 1)
        line = _unfiltered(raw[start], bytearray(raw[start + 1 : start + 1 + stride]), before, size)
        pixels += [bytes(line[place : place + 3]) for place in range(0, stride, size)]
        before = line
    return width, height, pixels


def _unfiltered(kind: int, line: bytearray, above: bytearray, size: int) -> bytearray:
    """One row with PNG's filter undone."""
    for at in range(len(line)):
        left = line[at - size] if at >= size else 0
        corner = above[at - size] if at >= size else 0
        line[at] = (line[at] + _predicted(kind, left, above[at], corner)) & 255
    return line


def _predicted(kind: int, left: int, up: int, corner: int) -> int:
    if kind == 4:
        guess = left + up - corner
        return min((left, up, corner), key=lambda value: abs(guess - value))
    return (0, left, up, (left + up) // 2)[kind]
