"""Parquet files: the named columns are masked row by row, and no other column comes along unasked."""

import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from streams.replay.files.options import Limits, ReadOptions
from tests.support.files import PERSON, TOKEN, mask_files

NOTICE = '{"maskstream":"quarantined","reason":"too_large"}'


def write(path: Path, columns: dict[str, Any], **options: Any) -> None:
    parquet.write_table(pa.table(columns), path, **options)


def test_named_columns_are_masked_and_the_others_left_out(tmp_path: Path) -> None:
    """The value, its fields by their names and the copied columns stay in their rows; nulls stay nulls."""
    rows = 12_000
    lines = [f"row {number} of {PERSON.decode()}" if number % 3 else None for number in range(rows)]
    write(
        tmp_path / "a.parquet",
        {"id": list(range(rows)), "line": lines, "user_id": ["ann"] * rows, "phone": [441_234_567_890] * rows},
        compression="zstd",
        row_group_size=5_000,
    )
    [result] = mask_files(
        tmp_path, tmp_path.with_name("out"), ReadOptions("parquet", None, ("line", "user_id"), ("id",))
    )
    assert result.status == "done", result.trouble
    assert (result.tally.read, result.tally.written) == (rows, rows)
    with parquet.ParquetFile(tmp_path.with_name("out") / "a.parquet") as opened:
        assert opened.num_row_groups == 3
        assert opened.metadata.row_group(0).column(1).compression == "ZSTD"
        table = opened.read()
    assert table.column_names == ["id", "line", "user_id"]
    assert table["id"].to_pylist() == list(range(rows))
    assert table["line"].to_pylist() == [line and line.replace(PERSON.decode(), TOKEN.decode()) for line in lines]
    [user] = set(table["user_id"].to_pylist())
    assert user.startswith("tok_user_k1_")


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.binary(), pa.large_binary()])
@pytest.mark.parametrize("dictionary", [False, True])
def test_texts_of_every_kind_keep_it(tmp_path: Path, kind: pa.DataType, dictionary: bool) -> None:
    """Strings and bytes, plain or as a dictionary, come out as what they were; a row that fails is a notice."""
    column = pa.array([PERSON, b"x" * 5000, b"", None], pa.binary()).cast(kind)
    if dictionary:
        column = column.dictionary_encode()
    write(tmp_path / "a.parquet", {"line": column, "kept": pa.array([1, 2, 3, 4])})
    read = ReadOptions("parquet", None, ("line",), ("kept",), limits=Limits(max_record=1000))
    [result] = mask_files(tmp_path / "a.parquet", tmp_path / "out", read)
    assert result.status == "done", result.trouble
    assert result.tally.reasons == {"too_large": 1}
    table = parquet.read_table(tmp_path / "out/a.parquet")
    # Parquet knows texts and bytes; how long their offsets are in memory is Arrow's alone.
    assert table.schema.field("line").type == (pa.string() if kind in {pa.string(), pa.large_string()} else pa.binary())
    assert table["line"].cast(pa.binary()).to_pylist() == [TOKEN, NOTICE.encode(), b"", None]
    assert table["kept"].to_pylist() == [1, 2, 3, 4]


def test_a_long_text_in_every_row_is_held_once(tmp_path: Path) -> None:
    """A megabyte in each of 300 rows is a small file; a value over the limit never becomes an object."""
    text = pa.array(["x" * 1_000_000 + " " + PERSON.decode()])
    column = pa.DictionaryArray.from_arrays(pa.array([0] * 300, pa.int32()), text)
    write(tmp_path / "a.parquet", {"line": column})
    read = ReadOptions("parquet", None, ("line",), limits=Limits(max_record=2000))
    [result] = mask_files(tmp_path / "a.parquet", tmp_path / "out", read)
    assert result.tally.reasons == {"too_large": 300}


@pytest.mark.parametrize("columns", [("nothing",), ("id",), ("line", "id"), ("twice",)])
def test_columns_that_hold_no_texts_are_refused(tmp_path: Path, columns: tuple[str, ...]) -> None:
    """A missing column, a number and a name that stands there twice fail with a sentence, and nothing is written."""
    table = pa.Table.from_arrays(
        [pa.array([1]), pa.array(["x"]), pa.array(["x"]), pa.array(["x"])], ["id", "line", "twice", "twice"]
    )
    parquet.write_table(table, tmp_path / "a.parquet")
    [result] = mask_files(tmp_path / "a.parquet", tmp_path / "out", ReadOptions("parquet", None, columns))
    assert result.status == "failed"
    assert "column" in (result.trouble or "")
    assert list((tmp_path / "out").iterdir()) == []


def test_damaged_files_fail_in_one_sentence(tmp_path: Path) -> None:
    """Cut off, overwritten or no Parquet at all; what pyarrow says about it is not passed on."""
    out = io.BytesIO()
    parquet.write_table(pa.table({"line": [PERSON.decode() * 10] * 5000}), out, compression="gzip")
    whole = out.getvalue()
    bad = [whole[:-20], whole[:4] + b"\xff" * 50 + whole[54:], PERSON, b"", whole[:4] + bytes(len(whole) - 4)]
    for number, data in enumerate(bad):
        (tmp_path / f"{number}.parquet").write_bytes(data)
    results = mask_files(
        [str(tmp_path / f"{number}.parquet") for number in range(len(bad))],
        tmp_path / "out",
        ReadOptions("parquet", None, ("line",)),
    )
    assert [result.status for result in results] == ["failed"] * len(bad)
    assert all("Parquet file is" in (result.trouble or "") for result in results)
    assert not any("zq9canary" in (result.trouble or "") for result in results)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_parquet_file_among_lines_is_named(tmp_path: Path) -> None:
    """Read as lines it would end in quarantine piece by piece."""
    write(tmp_path / "a.log", {"line": ["x"]})
    [result] = mask_files(tmp_path / "a.log", tmp_path / "out")
    assert "format parquet and a column" in (result.trouble or "")


def test_a_file_without_rows(tmp_path: Path) -> None:
    """It stays one without rows."""
    write(tmp_path / "a.parquet", {"line": pa.array([], pa.string())})
    [result] = mask_files(tmp_path / "a.parquet", tmp_path / "out", ReadOptions("parquet", None, ("line",)))
    assert result.status == "done"
    assert parquet.read_table(tmp_path / "out/a.parquet").num_rows == 0
