"""Parquet files: the given columns masked row by row into a file of the same form; needs pyarrow.

Columns that nobody named are left out, since a number in one may be a person's. Texts are read as dictionaries, so that
a value of ten megabytes that stands in every row is in memory once.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from streams.errors import UsageError
from streams.masking.masker import notice
from streams.masking.records import Headers, RecordColumns
from streams.replay.files.masking import PortionMasker
from streams.replay.files.options import FileTroubleError, ReadOptions

__all__ = ["ParquetRows", "mask_parquet", "parquet_rows"]

_BATCH_ROWS: Final = 5_000
_PORTION_BYTES: Final = 1 << 20
#: Rows are collected up to here for one row group of the output.
_GROUP_BYTES: Final = 64 << 20
#: A column of a row group is unpacked as a whole: what claims more is refused.
_COLUMN_BYTES_MAX: Final = 2 << 30


class ParquetRows(NamedTuple):
    """Some rows that fit into memory as records, which of them are too large, and the columns that are copied."""

    columns: RecordColumns
    too_large: dict[int, int]
    kept: Any


def mask_parquet(
    source: Any, read: ReadOptions, masker: PortionMasker, write: Callable[[bytes], object], told: Callable[[int], None]
) -> None:
    """Masks a file that can be sought in. FileTroubleError where it is damaged or has no such columns of texts.

    The first column is the value of each record, the others are its fields: a row fails as a whole, and then has the
    notice as its value and nothing in its fields.
    """
    arrow, parquet = _libraries()
    sink = _Sink(write)
    failure = None
    try:
        with parquet.ParquetFile(source, pre_buffer=False) as opened:
            _check(arrow, opened, read)
        with parquet.ParquetFile(source, read_dictionary=list(read.columns), pre_buffer=False) as opened:
            _Copier(arrow, read, opened, masker, told).copy(parquet, sink)
    except arrow.ArrowException as error:
        # Its message may hold a value.
        failure = sink.failure or FileTroubleError(f"The Parquet file is damaged ({type(error).__name__}).")
    except OSError:
        failure = sink.failure or FileTroubleError("The Parquet file is cut off or damaged.")
    if failure is not None:
        raise failure


def parquet_rows(source: Any, read: ReadOptions) -> Iterator[ParquetRows]:
    """The rows of a file as records; FileTroubleError as above."""
    arrow, parquet = _libraries()
    failure = None
    try:
        with parquet.ParquetFile(source, pre_buffer=False) as opened:
            _check(arrow, opened, read)
        with parquet.ParquetFile(source, read_dictionary=list(read.columns), pre_buffer=False) as opened:
            reader = _Reader(arrow, read, opened)
            for number in range(opened.num_row_groups):
                yield from reader.group(number, [*read.columns, *read.keep_columns])
    except (arrow.ArrowException, OSError):
        failure = FileTroubleError("The Parquet file is cut off or damaged.")
    if failure is not None:
        raise failure


def _libraries() -> tuple[Any, Any]:
    try:
        import pyarrow as arrow  # noqa: ICN001, PLC0415 - an extra
        import pyarrow.compute  # noqa: PLC0415
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError:
        raise UsageError("Parquet files cannot be read without pyarrow: install maskstream[parquet].") from None
    return arrow, parquet


class _Sink(io.RawIOBase):
    """What pyarrow writes to; it may replace what is raised in here by something of its own."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._at = 0
        self.failure: FileTroubleError | None = None

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def write(self, data: Any, /) -> int:
        piece = bytes(data)
        try:
            self._write(piece)
        except FileTroubleError as error:
            self.failure = error
            raise
        self._at += len(piece)
        return len(piece)


def _check(arrow: Any, opened: Any, read: ReadOptions) -> None:
    schema = opened.schema_arrow
    for name in (*read.columns, *read.keep_columns):
        if schema.names.count(name) != 1:
            raise FileTroubleError("The Parquet file has not one column of each given name: correct the columns.")
    for place, name in enumerate(read.columns, 1):
        kind = schema.field(name).type
        kind = kind.value_type if arrow.types.is_dictionary(kind) else kind
        if kind not in {arrow.string(), arrow.large_string(), arrow.binary(), arrow.large_binary()}:
            raise FileTroubleError(f"The given column {place} of the Parquet file holds no texts: name others.")
    for number in range(opened.num_row_groups):
        group = opened.metadata.row_group(number)
        sizes = [group.column(place).total_uncompressed_size for place in range(group.num_columns)]
        if max(sizes, default=0) > _COLUMN_BYTES_MAX:
            raise FileTroubleError("The Parquet file has a row group of over 2 GiB, as an attack has: split it first.")


class _Reader:
    """Gives a file's rows in portions of about a megabyte of text."""

    def __init__(self, arrow: Any, read: ReadOptions, opened: Any) -> None:
        self._arrow = arrow
        self._read = read
        self._opened = opened

    def group(self, number: int, wanted: Sequence[str]) -> Iterator[ParquetRows]:
        """The rows of a row group."""
        for batch in self._opened.iter_batches(_BATCH_ROWS, row_groups=[number], columns=wanted):
            yield from self._portions(batch)

    def _portions(self, batch: Any) -> Iterator[ParquetRows]:
        lengths = [self._lengths(batch.column(name)) for name in self._read.columns]
        sizes = [sum(row) for row in zip(*lengths, strict=True)]
        begin = size = 0
        for end, one in enumerate(sizes, 1):
            size += one if one <= self._read.limits.max_record else 0
            if size >= _PORTION_BYTES or end == len(sizes):
                yield self._rows(batch, begin, sizes[begin:end])
                begin, size = end, 0

    def _lengths(self, column: Any) -> list[int]:
        """Bytes of each text, none of which becomes an object for that."""
        dictionary, indices = column.dictionary, column.indices
        known = self._arrow.compute.binary_length(dictionary).to_pylist()
        return [known[place] or 0 if place is not None else 0 for place in indices.to_pylist()]

    def _rows(self, batch: Any, begin: int, sizes: Sequence[int]) -> ParquetRows:
        too_large = {at: size for at, size in enumerate(sizes) if size > self._read.limits.max_record}
        part = batch.slice(begin, len(sizes))
        values, *fields = (self._texts(part.column(name), too_large) for name in self._read.columns)
        names = self._read.columns[1:]
        rows = zip(*fields, strict=True) if fields else [()] * len(values)
        headers: list[Headers | None] = [[*zip(names, row, strict=True)] or None for row in rows]
        return ParquetRows(RecordColumns([], values, headers), too_large, part.select(list(self._read.keep_columns)))

    def _texts(self, column: Any, too_large: dict[int, int]) -> list[bytes | None]:
        places = column.indices.to_pylist()
        wanted = {place for at, place in enumerate(places) if place is not None and at not in too_large}
        dictionary = column.dictionary
        known = {place: dictionary[place].as_buffer().to_pybytes() for place in wanted}
        return [
            None if place is None else b"" if at in too_large else known.get(place) for at, place in enumerate(places)
        ]


class _Copier:
    """One file on its way to another."""

    def __init__(
        self, arrow: Any, read: ReadOptions, opened: Any, masker: PortionMasker, told: Callable[[int], None]
    ) -> None:
        self._arrow = arrow
        self._read = read
        self._opened = opened
        self._masker = masker
        self._told = told
        self._schema = self._target_schema()
        self._reader = _Reader(arrow, read, opened)

    def copy(self, parquet: Any, sink: _Sink) -> None:
        packed = self._packed()
        with parquet.ParquetWriter(sink, self._schema, compression=packed, store_schema=False) as writer:
            for number in range(self._opened.num_row_groups):
                held: list[Any] = []
                for table in self._group(number):
                    held.append(table)
                    if sum(each.nbytes for each in held) > _GROUP_BYTES:
                        writer.write_table(self._arrow.concat_tables(held))
                        held = []
                if held:
                    writer.write_table(self._arrow.concat_tables(held))

    def _target_schema(self) -> Any:
        arrow, fields = self._arrow, []
        for field in self._opened.schema_arrow:
            if field.name in self._read.columns:
                kind = field.type.value_type if arrow.types.is_dictionary(field.type) else field.type
                fields.append(arrow.field(field.name, kind))
            elif field.name in self._read.keep_columns:
                fields.append(arrow.field(field.name, field.type, field.nullable))
        return arrow.schema(fields)

    def _packed(self) -> dict[str, str]:
        """The compression of each column, as the first row group has it."""
        metadata = self._opened.metadata
        if not metadata.num_row_groups:
            return {}
        group = metadata.row_group(0)
        columns = [group.column(place) for place in range(group.num_columns)]
        names = {"UNCOMPRESSED": "none"}
        return {each.path_in_schema: names.get(each.compression, each.compression.lower()) for each in columns}

    def _group(self, number: int) -> Iterator[Any]:
        for rows in self._reader.group(number, self._schema.names):
            yield self._masked(rows)
            self._told(len(rows.columns.values))

    def _masked(self, rows: ParquetRows) -> Any:
        chosen, masked = self._masker.columns(rows.columns, rows.too_large)
        outputs: list[list[bytes | None]] = [[] for _ in self._read.columns]
        for place in range(len(chosen)):
            failure = masked.failures.get(place)
            outputs[0].append(notice(failure.reason) if failure else masked.values[place])
            found = masked.headers[place]
            for number in range(1, len(outputs)):
                outputs[number].append(None if failure or not found else found[number - 1][1])
        return self._table(outputs, rows.kept, chosen)

    def _table(self, outputs: list[list[bytes | None]], kept: Any, chosen: Sequence[int]) -> Any:
        arrow = self._arrow
        by_name = dict(zip(self._read.columns, outputs, strict=True))
        columns = []
        for field in self._schema:
            if field.name in by_name:
                large = field.type in {arrow.large_string(), arrow.large_binary()}
                texts = arrow.array(by_name[field.name], arrow.large_binary() if large else arrow.binary())
                # Seen as text without asking whether it is one: that was the masker's to decide.
                columns.append(texts if texts.type == field.type else texts.view(field.type))
            else:
                columns.append(kept.column(field.name).take(arrow.array(chosen, arrow.int64())))
        return arrow.Table.from_arrays(columns, schema=self._schema)
