"""The records of a file one portion after the other, whatever it is made of, for targets that know no files."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from streams.masking.records import RecordColumns
from streams.replay.files import tar
from streams.replay.files.feed import Feed
from streams.replay.files.listing import Entry, opened, read_chunks
from streams.replay.files.options import BrokenError, ReadOptions
from streams.replay.files.parquet import parquet_rows
from streams.replay.files.records import Portion, StartPattern, grouped, lines
from streams.replay.files.unpacking import refuse_inside, unpack

__all__ = ["Records", "portions_of", "records_of"]


class Records(NamedTuple):
    """Records without keys, and which of them are over the limit and therefore empty."""

    columns: RecordColumns
    too_large: Mapping[int, int]


def portions_of(
    entry: Entry, read: ReadOptions, starts: StartPattern | None, storage: Mapping[str, Any] | None = None
) -> Iterator[Records]:
    """Every record of a file, those of an archive's members one after the other.

    Raises FileTroubleError; BrokenError where the file breaks off, after every record before that was given.
    """
    if read.form == "parquet":
        with opened(entry, storage) as source:
            yield from (Records(rows.columns, rows.too_large) for rows in parquet_rows(source, read))
        return
    unpacked = unpack(Feed(read_chunks(entry, storage)), read)
    refuse_inside(unpacked.feed, archives=False)
    if tar.is_tar(unpacked.feed.peek(tar.BLOCK)):
        yield from _as_records(_members(unpacked.feed, read, starts))
    else:
        yield from _as_records(records_of(unpacked.feed, read, starts))


def records_of(feed: Feed, read: ReadOptions, starts: StartPattern | None) -> Iterator[Portion]:
    """The records of a text."""
    limit = read.limits.max_record
    portions = lines(feed, limit)
    return grouped(portions, starts, limit) if starts is not None else portions


def _as_records(portions: Iterable[Portion]) -> Iterator[Records]:
    for portion in portions:
        if portion.bodies:
            columns = RecordColumns([], [*portion.bodies], [None] * len(portion.bodies))
            yield Records(columns, portion.too_large)


def _members(feed: Feed, read: ReadOptions, starts: StartPattern | None) -> Iterator[Portion]:
    """A member whose own compression breaks off does not take the others along."""
    broken: BrokenError | None = None
    # What is said of the file's compression says nothing of a member's.
    inner = replace(read, compression="auto")
    for member in tar.members(feed):
        try:
            unpacked = unpack(member.feed, inner)
            refuse_inside(unpacked.feed, archives=True)
            yield from records_of(unpacked.feed, read, starts)
        except BrokenError as error:
            broken = broken or error
    if broken is not None:
        raise broken
