"""Reads tar archives as a stream and writes them; made for archives of people who mean harm.

`tarfile` holds the extended heads of a member whole, whatever size they claim. Here every one of them is bounded;
links, devices, sparse files and names that lead out of a folder are refused, since a log has no use for them.
"""

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from streams.replay.files.feed import Feed
from streams.replay.files.options import BrokenError, FileTroubleError

__all__ = ["Member", "end_of_archive", "head_of", "is_tar", "members", "padding"]

BLOCK: Final = 512
#: Magic, where it stands; old archives without it are not told from text and not read.
_MAGIC_AT: Final = 257
_MAGIC: Final = b"ustar"
#: Long names and their like; a name of a file system has at most 4 096 bytes.
_EXTENDED_BYTES_MAX: Final = 1 << 16
_MEMBERS_MAX: Final = 1_000_000
_OCTAL_MARK: Final = 0x80
_PERMISSIONS: Final = 0o777
_RECORD_BYTES: Final = 20 * BLOCK

_FILES: Final = frozenset((b"0", b"\0", b"7"))
_FOLDER: Final = b"5"
_REFUSED: Final = {
    b"1": "a hard link", b"2": "a symbolic link", b"3": "a device", b"4": "a device", b"6": "a pipe",
    b"S": "a sparse file", b"V": "a volume label", b"M": "a part of another archive", b"D": "a dump",
}  # fmt: skip


@dataclass(slots=True)
class Member:
    """A file or folder of an archive; `feed` gives a file's bytes and has to be read before the next member is."""

    number: int
    name: str
    size: int
    mode: int
    mtime: int
    folder: bool
    feed: Feed = field(repr=False)


def is_tar(head: bytes) -> bool:
    """Whether 512 bytes are the head of an archive's member."""
    return head[_MAGIC_AT : _MAGIC_AT + len(_MAGIC)] == _MAGIC and _checked(head)


def members(feed: Feed) -> Iterator[Member]:
    """Files and folders in their order. BrokenError where the archive is cut off or damaged, FileTroubleError where a
    member is refused.
    """
    reader = _Reader(feed)
    number = 0
    while (member := reader.member(number)) is not None:
        number += 1
        if number > _MEMBERS_MAX:
            raise FileTroubleError(f"The archive has more than {_MEMBERS_MAX} members: unpack it first.")
        yield member
        reader.skip_rest(member)


class _Reader:
    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._extended: dict[str, str] = {}
        self._global: dict[str, str] = {}

    def member(self, number: int) -> Member | None:
        """The next member, or None at the end."""
        self._extended = {}
        while True:
            head = self._block()
            if not head.strip(b"\0"):
                return None
            if not _checked(head):
                raise BrokenError("holds a tar archive that is damaged", self._feed.taken)
            kind = head[156:157]
            if kind not in {b"x", b"g", b"L", b"K"}:
                return self._described(number, kind, head)
            self._extend(kind, self._content(_number(head[124:136])))

    def skip_rest(self, member: Member) -> None:
        for _ in member.feed:
            pass
        self._exactly(-member.size % BLOCK)

    def _described(self, number: int, kind: bytes, head: bytes) -> Member:
        if kind not in _FILES and kind != _FOLDER:
            what = _REFUSED.get(kind, "of an unknown kind")
            raise FileTroubleError(f"Member {number} of the archive is {what}, which is refused: unpack it first.")
        known = {**self._global, **self._extended}
        if any(name.startswith("GNU.sparse") for name in known):
            raise FileTroubleError(
                f"Member {number} of the archive is a sparse file, which is refused: unpack it first."
            )
        folder = kind == _FOLDER
        size = 0 if folder else _whole(known["size"]) if "size" in known else _number(head[124:136])
        name = known.get("path") or _name(head)
        _check_name(name, number)
        feed = Feed(self._bytes(size))
        return Member(number, name, size, _number(head[100:108]) & _PERMISSIONS, _number(head[136:148]), folder, feed)

    def _bytes(self, size: int) -> Iterator[bytes]:
        while size:
            chunk = self._feed.take_up_to(size)
            if not chunk:
                raise BrokenError("holds a tar archive that is cut off", self._feed.taken)
            size -= len(chunk)
            yield chunk

    def _extend(self, kind: bytes, content: bytes) -> None:
        if kind == b"L":
            self._extended["path"] = content.rstrip(b"\0").decode("utf-8", "surrogateescape")
        elif kind == b"x":
            self._extended |= _pax(content)
        elif kind == b"g":
            self._global |= _pax(content)

    def _content(self, size: int) -> bytes:
        if size > _EXTENDED_BYTES_MAX:
            raise FileTroubleError("The archive has a head that is far too long, as an attack has: unpack it first.")
        content = self._exactly(size)
        self._exactly(-size % BLOCK)
        return content

    def _block(self) -> bytes:
        # An archive should end with two blocks of zeros; one that ends between two members has lost none.
        return self._exactly(BLOCK) if self._feed.peek(1) else bytes(BLOCK)

    def _exactly(self, size: int) -> bytes:
        data = self._feed.take_exactly(size)
        if len(data) < size:
            raise BrokenError("holds a tar archive that is cut off", self._feed.taken)
        return data


def _checked(head: bytes) -> bool:
    """Whether the sum of a head's bytes is the one that stands in it."""
    if len(head) < BLOCK:
        return False
    stored = head[148:156].strip(b"\0 ")
    return stored.isdigit() and int(stored, 8) == sum(head) - sum(head[148:156]) + 8 * 32 if _octal(stored) else False


def _octal(digits: bytes) -> bool:
    return bool(digits) and not digits.strip(b"01234567")


def _number(field_: bytes) -> int:
    if field_[0] & _OCTAL_MARK:
        number = int.from_bytes(field_[1:], "big")
        if field_[0] == _OCTAL_MARK and number < 1 << 63:
            return number
        raise FileTroubleError("The archive has a number that no file can have: it is damaged.")
    digits = field_.strip(b"\0 ")
    if not digits:
        return 0
    if not _octal(digits):
        raise FileTroubleError("The archive has a number that is none: it is damaged.")
    return int(digits, 8)


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 18:  # noqa: PLR2004 - digits of 63 bits
        raise FileTroubleError("The archive has a size that is none: it is damaged.")
    return int(text)


def _name(head: bytes) -> str:
    name, prefix = head[:100].partition(b"\0")[0], head[345:500].partition(b"\0")[0]
    joined = prefix + b"/" + name if prefix and head[257:265] == b"ustar\x0000" else name
    return joined.decode("utf-8", "surrogateescape")


def _check_name(name: str, number: int) -> None:
    parts = name.rstrip("/").split("/")
    if name.startswith("/") or ".." in parts or "\0" in name or "\\" in name or not name.strip("/"):
        raise FileTroubleError(
            f"Member {number} of the archive has a name that leads out of a folder, which is refused: unpack it first."
        )


def _pax(content: bytes) -> dict[str, str]:
    """Lines of `length name=value`."""
    found: dict[str, str] = {}
    while content:
        digits, space, _ = content.partition(b" ")
        if not space or not digits.isdigit() or len(digits) > 6 or not 0 < int(digits) <= len(content):  # noqa: PLR2004
            raise FileTroubleError("The archive has an extended head that is damaged.")
        line, content = content[len(digits) + 1 : int(digits)], content[int(digits) :]
        name, _, value = line.removesuffix(b"\n").partition(b"=")
        found[name.decode("utf-8", "replace")] = value.decode("utf-8", "surrogateescape")
    return found


def head_of(name: str, size: int, mode: int, mtime: int, *, folder: bool) -> bytes:
    """The head of a member that we write: no owner, whose name is a person's."""
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size, mode, mtime
    info.type = tarfile.DIRTYPE if folder else tarfile.REGTYPE
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def padding(size: int) -> bytes:
    """What fills a member's last block."""
    return bytes(-size % BLOCK)


def end_of_archive(written: int) -> bytes:
    """Two blocks of zeros, and more up to a whole record, as `tar` writes them."""
    return bytes(2 * BLOCK + -(written + 2 * BLOCK) % _RECORD_BYTES)
