"""What the demo reads: generated lines and a user's file, whatever state it is in."""

import gzip
from pathlib import Path

import pytest

from streams.demo import source
from streams.demo.source import MAX_LINE_BYTES, generated, topic_of, users_file
from streams.errors import UsageError


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_file_is_read_plain_or_zipped(tmp_path: Path, pack: object) -> None:
    """Lines come without their ends, blank ones are left out, the last needs no end, the name does not matter."""
    path = tmp_path / "some.log"
    path.write_bytes(pack(b'{"a":1}\n\r\n\nplain text\r\nlast \xff'))  # type: ignore[operator]
    lines, left_out = users_file(path)
    assert [line.value for line in lines] == [b'{"a":1}', b"plain text", b"last \xff"]
    assert left_out == ""


@pytest.mark.parametrize("content", [b"", b"\n\n\r\n", gzip.compress(b"", mtime=0)])
def test_a_file_without_lines_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    """Nothing to mask is wrong usage, not an empty demo."""
    path = tmp_path / "empty.log"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="holds no lines"):
        users_file(path)


def test_a_broken_zip_is_one_sentence(tmp_path: Path) -> None:
    """Truncated and damaged gzip files are wrong usage."""
    whole = gzip.compress(b"some lines\n" * 1000, mtime=0)
    for number, content in enumerate((whole[:-9], whole[:12], whole[:20] + b"\xff" * 30 + whole[50:])):
        path = tmp_path / f"{number}.gz"
        path.write_bytes(content)
        with pytest.raises(UsageError, match="cannot be read"):
            users_file(path)


@pytest.mark.parametrize("name", ["missing.log", "."])
def test_what_is_no_file_is_one_sentence(tmp_path: Path, name: str) -> None:
    """A missing file and a folder are wrong usage; the sentence names the path."""
    with pytest.raises(UsageError, match="cannot be read") as caught:
        users_file(tmp_path / name)
    assert str(tmp_path) in str(caught.value)


def test_a_line_that_no_producer_sends_is_left_out_and_said(tmp_path: Path) -> None:
    """Too long a line does not end the demo, is not cut, and its rest is no line of its own."""
    path = tmp_path / "long.log"
    path.write_bytes(b"first\n" + b"x" * (3 * MAX_LINE_BYTES) + b"\n" + b"y" * MAX_LINE_BYTES + b"\nlast\n")
    lines, left_out = users_file(path)
    assert [len(line.value) for line in lines] == [5, MAX_LINE_BYTES, 4]
    assert left_out.startswith("1 lines over")


def test_a_long_file_is_taken_in_part_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the first lines are taken."""
    monkeypatch.setattr(source, "MAX_LINES", 3)
    path = tmp_path / "many.log"
    path.write_bytes(b"line\n" * 10)
    lines, left_out = users_file(path)
    assert len(lines) == 3
    assert "first 3 lines" in left_out


def test_generated_lines_go_to_three_topics() -> None:
    """Several raw topics are shown, each with a name that says whose logs it holds."""
    assert {topic_of(line) for line in generated(500, 1)} == {"logs.web", "logs.shop", "logs.platform"}
