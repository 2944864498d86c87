"""Masks files of a test in this process, as a worker of a file job does it in its own."""

import bz2
import functools
import gzip
import io
import lzma
import multiprocessing
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import zstandard

from streams.masking.batch import RecordMasker
from streams.masking.keyring import Keyring
from streams.masking.policy import Policy
from streams.replay.files.listing import entries
from streams.replay.files.naming import masked_names
from streams.replay.files.options import ReadOptions
from streams.replay.files.quarantine import NoQuarantine, Quarantine
from streams.replay.files.target import TargetFolder
from streams.replay.files.work import FileResult, FileWorker, Surroundings

__all__ = ["PACK", "PERSON", "TOKEN", "UNPACK", "archive", "mask_files", "masker", "workers", "zstd_unpacked"]

PERSON = b"zq9canary.person@example.org"
_KEYRING = Keyring("k1", {"k1": b"\x07" * 32})

PACK = {
    "plain": bytes,
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": lambda data: zstandard.ZstdCompressor().compress(data),
}


def zstd_unpacked(data: bytes) -> bytes:
    """Everything in one or several frames."""
    return zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data), read_across_frames=True).read()


UNPACK = {
    "plain": bytes,
    "gz": gzip.decompress,
    "bz2": bz2.decompress,
    "xz": lzma.decompress,
    "zst": zstd_unpacked,
}


@functools.lru_cache(maxsize=1)
def masker() -> RecordMasker:
    return RecordMasker(Policy(), _KEYRING)


#: What the person becomes.
TOKEN = masker().tokens.token("email", PERSON.decode())


def mask_files(
    source: str | Path | Sequence[str],
    target: Path | None,
    read: ReadOptions | None = None,
    *,
    quarantine: Quarantine | None = None,
    storage: Mapping[str, str] | None = None,
) -> list[FileResult]:
    """What becomes of each file, in the order of the listing."""
    paths = [str(source)] if isinstance(source, str | Path) else source
    found = entries(paths, storage)
    folder = TargetFolder(str(target)) if target is not None else None
    around = Surroundings(
        masker(), read or ReadOptions(), folder, quarantine or NoQuarantine(), "job", storage=storage or {}
    )
    worker = FileWorker(around)
    names = masked_names(masker(), [entry.relative for entry in found])
    return [worker.run(entry, name, lambda _, __: None) for entry, name in zip(found, names, strict=True)]


def archive(members: Mapping[str, bytes], kind: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar archive of files; a name that ends with a slash is a folder."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=kind) as opened:
        for name, data in members.items():
            info = tarfile.TarInfo(name.rstrip("/"))
            info.size, info.mtime, info.mode, info.uname = len(data), 1_700_000_000, 0o640, "ann"
            if name.endswith("/"):
                info.type = tarfile.DIRTYPE
            opened.addfile(info, io.BytesIO(data))
    return out.getvalue()


def workers() -> list[int]:
    """The processes of a job of files that this one runs; brokers are children of it, too."""
    return [child.pid or 0 for child in multiprocessing.active_children() if child.name == "maskstream-files"]
