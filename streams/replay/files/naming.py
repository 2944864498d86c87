"""Names of files as they may be seen: a path is masked like a line, since people's names and addresses stand in it."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Final

from streams.errors import GuardError
from streams.masking.batch import RecordMasker
from streams.masking.records import RecordColumns

__all__ = ["NAME_BYTES_MAX", "masked_name", "masked_names"]

#: Of one part of a path, in most file systems.
NAME_BYTES_MAX: Final = 255
#: Of a name without its endings, so that these still fit behind it.
_STEM_BYTES_MAX: Final = 200
#: What files are called behind their names; otherwise `ann@example.org.log` would be an address that ends with `.log`.
_ENDINGS: Final = re.compile(
    rb"(?:\.(?:log|txt|out|err|json|jsonl|ndjson|csv|parquet|tar|tgz|gz|bz2|xz|zst)(?:[.-]\d{1,8})?)+\Z", re.IGNORECASE
)
_NO_NAMES: Final = frozenset((b"", b".", b".."))


def masked_name(mask: RecordMasker, name: str) -> str:
    """The path with tokens for what is personal in it; parts that cannot be masked are a token of all of them."""
    raw = name.encode("utf-8", "surrogateescape")
    match = _ENDINGS.search(raw)
    endings = match[0] if match else b""
    stem = raw.removesuffix(endings)
    parts = stem.split(b"/")
    whole = _masked(mask, [stem])[0]
    same = whole is not None and whole.count(b"/") == len(parts) - 1
    masked = [*whole.split(b"/")] if whole is not None and same else _masked(mask, parts)
    return "/".join(_usable(mask, new, old) for new, old in zip(masked, parts, strict=True)) + endings.decode()


def masked_names(mask: RecordMasker, names: Iterable[str]) -> list[str]:
    """The same for many, GuardError where two of them would be one."""
    given = list(names)
    shown = [masked_name(mask, name) for name in given]
    seen: dict[str, int] = {}
    for number, name in enumerate(shown):
        # `a//b` and `./a` are names of an object store, and one path of a folder.
        first = seen.setdefault(str(PurePosixPath(name)), number)
        if first != number:
            raise GuardError(
                f"Files {first} and {number} of the source would both be written to {name!r}: replay them by jobs of "
                "their own."
            )
    return shown


def _masked(mask: RecordMasker, texts: list[bytes]) -> list[bytes | None]:
    done = mask(RecordColumns([None] * len(texts), [*texts], [None] * len(texts)))
    return [None if index in done.failures else value for index, value in enumerate(done.values)]


def _usable(mask: RecordMasker, new: bytes | None, old: bytes) -> str:
    """A part of a path that every file system takes."""
    if new is not None and len(new) <= _STEM_BYTES_MAX and b"\0" not in new and (new == old or new not in _NO_NAMES):
        try:
            return new.decode()
        except UnicodeDecodeError:
            pass
    return mask.tokens.opaque(old).decode()
