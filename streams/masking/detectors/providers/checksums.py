"""Checksums inside keys, as their providers describe them."""

from binascii import crc32
from typing import Final

__all__ = ["base62_crc32", "gitlab_crc32", "grafana_crc32"]

_BASE62: Final = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE36: Final = b"0123456789abcdefghijklmnopqrstuvwxyz"
_CRC_BASE62: Final = 6
_CRC_BASE36: Final = 7


def _written(number: int, digits: bytes, width: int) -> bytes:
    written = b""
    while number:
        number, digit = divmod(number, len(digits))
        written = digits[digit : digit + 1] + written
    return written.rjust(width, b"0")


def base62_crc32(key: bytes) -> bool:
    """`ghp_`, 30 random characters and their CRC-32 in base 62 (GitHub's and npm's tokens)."""
    body = key.partition(b"_")[2]
    return body[-_CRC_BASE62:] == _written(crc32(body[:-_CRC_BASE62]), _BASE62, _CRC_BASE62)


def grafana_crc32(key: bytes) -> bool:
    """`glsa_`, 32 random characters, `_` and the CRC-32 of all before it, lowest byte first, in hexadecimal."""
    head, _, check = key.rpartition(b"_")
    return check == crc32(head).to_bytes(4, "little").hex().encode()


def gitlab_crc32(key: bytes) -> bool:
    """Routable tokens: prefix, payload, `.`, version, length and the CRC-32 of all before it in base 36."""
    return key.count(b".") >= 1 and key[-_CRC_BASE36:] == _written(crc32(key[:-_CRC_BASE36]), _BASE36, _CRC_BASE36)
