"""The tables of docs/ are those of the code."""

from pathlib import Path

import pytest

from tests.support.docs import DOCS, PARTS, files, regenerated


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(DOCS)))
def test_generated_parts_are_fresh(path: Path) -> None:
    """`python -m tests.support.docs` would change nothing."""
    text = path.read_text("utf-8")
    assert text == regenerated(text)


def test_every_part_is_shown_once() -> None:
    """What can be generated stands in exactly one place."""
    text = "".join(path.read_text("utf-8") for path in files())
    assert {name: text.count(f"<!-- generated: {name} -->") for name in PARTS} == dict.fromkeys(PARTS, 1)
