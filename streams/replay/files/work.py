"""One file through masking: read, unpacked, masked, packed again, and there only when it is whole."""

import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from streams.errors import MaskstreamError, UsageError
from streams.masking.batch import RecordMasker
from streams.replay.files import tar
from streams.replay.files.feed import Feed
from streams.replay.files.listing import Entry, opened, read_chunks
from streams.replay.files.masking import PortionMasker, Select, Tally
from streams.replay.files.naming import masked_name
from streams.replay.files.options import BrokenError, FileTroubleError, ReadOptions
from streams.replay.files.packing import Packer
from streams.replay.files.parquet import mask_parquet
from streams.replay.files.quarantine import Quarantine
from streams.replay.files.reading import records_of
from streams.replay.files.records import StartPattern
from streams.replay.files.target import Draft, FileDraft, Target
from streams.replay.files.unpacking import refuse_inside, unpack

__all__ = ["FileResult", "FileWorker", "StoppedError", "Surroundings", "check_form"]

#: Told after each portion: records and bytes of the file since the last time. Raises StoppedError to give up.
Progress = Callable[[int, int], None]


class StoppedError(MaskstreamError):
    """The job was asked to stop; the file that was being written is begun anew when it goes on."""


@dataclass(slots=True)
class FileResult:
    """What has become of a file. `incomplete`: its end could not be read, what came before it was written."""

    status: Literal["done", "incomplete", "failed"]
    tally: Tally = field(default_factory=Tally)
    bytes_read: int = 0
    bytes_written: int = 0
    checksum: int = 0
    confirmed: bool | None = None
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all files of a job have in common; `target` is None for a dry run."""

    mask: RecordMasker
    read: ReadOptions
    target: Target | None
    quarantine: Quarantine
    job: str
    topic: str | None = None
    select: Callable[[int], Select] | None = None
    storage: Mapping[str, Any] = field(default_factory=dict, repr=False)


def check_form(read: ReadOptions) -> StartPattern | None:
    """The start pattern of records of several lines; UsageError where it cannot be used."""
    if read.form != "multiline":
        return None
    if read.start is None:
        raise UsageError("Records of several lines need a start pattern, such as \\d{4}-\\d\\d-\\d\\d.")
    return StartPattern(read.start)


class FileWorker:
    """Masks file after file; of one thread. Whatever goes wrong with a file is in its result, as a sentence."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._starts = check_form(around.read)

    def run(self, entry: Entry, shown: str, progress: Progress) -> FileResult:
        """Masks a file; only StoppedError is raised."""
        job = _One(self._around, self._starts, entry, shown, progress)
        try:
            job.run()
        except StoppedError:
            raise
        except (FileTroubleError, UsageError) as error:
            return FileResult("failed", bytes_read=job.bytes_read, trouble=str(error))
        except Exception as error:  # noqa: BLE001 - a foreign message may hold a record
            trouble = f"Masking the file failed unexpectedly ({type(error).__name__}{_place_of(error)}): report this."
            return FileResult("failed", bytes_read=job.bytes_read, trouble=trouble)
        return self._confirmed(job.result(), shown)

    def _confirmed(self, result: FileResult, shown: str) -> FileResult:
        """The result after the file that was written was read once more."""
        target = self._around.target
        if target is None:
            return result
        try:
            result.confirmed = target.checksum(shown) == result.checksum
        except FileTroubleError:
            result.confirmed = False
        if not result.confirmed:
            result.status, result.trouble = "failed", "The file does not read back as it was written: look at the disk."
        return result


class _One:
    """The state of one file on its way."""

    def __init__(
        self,
        around: Surroundings,
        starts: StartPattern | None,
        entry: Entry,
        shown: str,
        progress: Progress,
    ) -> None:
        self._around = around
        self._mark = f"{around.job}-{entry.number}"
        self._starts = starts
        self._entry = entry
        self._shown = shown
        self._progress = progress
        self._raw = Feed(read_chunks(entry, around.storage))
        # What is said of the file's compression says nothing of a member's.
        self._member_read = replace(around.read, compression="auto")
        self._told = 0
        self._broken: BrokenError | None = None
        self._draft: Draft | None = None
        self._collected = around.quarantine.collect(entry.number, shown, self._mark)
        self._masker = PortionMasker(
            around.mask,
            topic=around.topic,
            select=around.select(entry.number) if around.select else None,
            seal=self._collected.seal,
        )
        self.bytes_read = self._parquet_bytes = 0

    def run(self) -> None:
        target = self._around.target
        try:
            self._draft = target.draft(self._shown, self._mark) if target else None
            self._mask()
            self._collected.commit()
            if self._draft is not None:
                self._draft.commit()
        finally:
            self.bytes_read = self._raw.taken + self._parquet_bytes
            self._collected.discard()
            if self._draft is not None:
                self._draft.discard()

    def result(self) -> FileResult:
        draft, broken = self._draft, self._broken
        done = FileResult("incomplete" if broken else "done", bytes_read=self.bytes_read)
        done.tally = self._masker.tally
        if draft is not None:
            done.bytes_written, done.checksum = draft.size, draft.checksum
        if broken is not None:
            done.trouble = f"{str(broken).removesuffix('.')}; {done.tally.read} records before it were read."
        return done

    def _mask(self) -> None:
        if self._around.read.form == "parquet":
            self._parquet()
            return
        unpacked = unpack(self._raw, self._around.read)
        refuse_inside(unpacked.feed, archives=False)
        packer = Packer(unpacked.layers, self._write)
        if tar.is_tar(unpacked.feed.peek(tar.BLOCK)):
            self._archive(unpacked.feed, packer.write)
        else:
            self._stream(unpacked.feed, packer.write)
        packer.close()

    def _parquet(self) -> None:
        with opened(self._entry, self._around.storage) as source:
            mask_parquet(source, self._around.read, self._masker, self._write, lambda rows: self._progress(rows, 0))
        self._parquet_bytes = self._entry.size
        self._progress(0, self._entry.size)

    def _write(self, data: bytes) -> None:
        if self._draft is not None:
            self._draft.write(data)

    def _stream(self, feed: Feed, write: Callable[[bytes], object]) -> None:
        """The records of a stream; where it breaks off, those before."""
        try:
            for portion in records_of(feed, self._around.read, self._starts):
                write(self._masker(portion))
                self._tell(len(portion.bodies))
        except BrokenError as error:
            self._broken = self._broken or error

    def _tell(self, records: int) -> None:
        taken, self._told = self._raw.taken - self._told, self._raw.taken
        self._progress(records, taken)

    def _archive(self, feed: Feed, write: Callable[[bytes], object]) -> None:
        """Member after member under its masked name; what it becomes waits on the disk until it is measured."""
        written = 0
        try:
            for member in tar.members(feed):
                written += self._member(member, write)
        except BrokenError as error:
            self._broken = self._broken or error
        write(tar.end_of_archive(written))

    def _member(self, member: tar.Member, write: Callable[[bytes], object]) -> int:
        """Bytes that were written for a member."""
        name = masked_name(self._around.mask, member.name)
        if member.folder:
            head = tar.head_of(name, 0, member.mode, member.mtime, folder=True)
            write(head)
            return len(head)
        with _spooled(self._around.target) as spool:
            self._content(member, spool.write)
            head = tar.head_of(name, spool.size, member.mode, member.mtime, folder=False)
            write(head)
            for chunk in spool.read_back():
                write(chunk)
            write(tar.padding(spool.size))
            return len(head) + spool.size + len(tar.padding(spool.size))

    def _content(self, member: tar.Member, write: Callable[[bytes], object]) -> None:
        try:
            unpacked = unpack(member.feed, self._member_read)
            refuse_inside(unpacked.feed, archives=True)
            packer = Packer(unpacked.layers, write)
            self._stream(unpacked.feed, packer.write)
            packer.close()
        except BrokenError:
            raise
        except FileTroubleError as error:
            raise FileTroubleError(f"Member {member.number} of the archive: {error}") from None


def _place_of(error: Exception) -> str:
    """Where in our own code an error was raised."""
    places = [frame for frame in traceback.extract_tb(error.__traceback__) if "streams" in Path(frame.filename).parts]
    return f" in {places[-1].name}, line {places[-1].lineno}" if places else ""


class _Nowhere:
    """The spool of a dry run: what is written is only counted."""

    size = 0

    def write(self, data: bytes) -> None:
        self.size += len(data)

    def read_back(self) -> Iterator[bytes]:
        return iter(())

    def discard(self) -> None:
        """There is nothing."""


@contextmanager
def _spooled(target: Target | None) -> Iterator[FileDraft | _Nowhere]:
    spool = target.spool() if target is not None else _Nowhere()
    try:
        yield spool
    finally:
        spool.discard()
