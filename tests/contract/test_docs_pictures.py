"""Pictures of the documents: each that is named is there, none is left over, and all are small."""

import re
from pathlib import Path

from tests.support.markdown import DOCUMENTS, ROOT

PICTURES = ROOT / "docs" / "pictures"
#: Of one picture; a page that is flat areas and letters has half of it.
BYTES_MAX = 80_000


def named() -> set[Path]:
    """Files of pictures that documents show, in Markdown or as an element."""
    found = set()
    for document in DOCUMENTS:
        text = document.read_text("utf-8")
        for path in re.findall(r"!\[[^\]]*\]\(([^)]+\.png)\)|<img src=\"([^\"]+\.png)\"", text):
            found.add((document.parent / "".join(path)).resolve())
    return found


def test_pictures_are_there_and_shown() -> None:
    """What documents show exists, and what exists is shown."""
    assert named() == set(PICTURES.glob("*.png"))


def test_pictures_are_described() -> None:
    """Each has words for whoever does not see it."""
    for document in DOCUMENTS:
        assert "![](" not in document.read_text("utf-8"), document


def test_pictures_are_small() -> None:
    """A clone stays quick."""
    assert [path.name for path in PICTURES.glob("*.png") if path.stat().st_size > BYTES_MAX] == []
