"""Decisions are found by their numbers: one each, without a gap, under the title that they bear."""

import re
from itertools import count
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "docs" / "decisions"
ROW = re.compile(r"^\| \[(\d{4})\]\(([\w-]+\.md)\) \| (.+) \|$", re.MULTILINE)


def test_decisions_are_listed_under_their_numbers_and_titles() -> None:
    """The list has each file once, in order, with its number and its title."""
    rows = ROW.findall((FOLDER / "README.md").read_text())
    files = sorted(path.name for path in FOLDER.glob("[0-9]*.md"))
    assert [name for _, name, _ in rows] == files
    for number, (shown, name, title) in zip(count(1), rows, strict=False):
        assert (shown, name[:4]) == (f"{number:04}", f"{number:04}")
        assert (FOLDER / name).read_text().startswith(f"# {number}. {title}\n")
