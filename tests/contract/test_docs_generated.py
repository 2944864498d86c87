"""The tables of the documents are those of the code, and the catalogue of detectors is one that may be shown."""

from pathlib import Path

import pytest

from streams.masking import detectors
from streams.masking.detectors import jose, providers
from streams.masking.prefilter import Prefilter
from tests.support.catalogue import asked, catalogue
from tests.support.docs import PARTS, files, regenerated
from tests.support.markdown import ROOT


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_generated_parts_are_fresh(path: Path) -> None:
    """`python -m tests.support.docs` would change nothing."""
    text = path.read_text("utf-8")
    assert text == regenerated(text)


def test_every_part_is_shown_once() -> None:
    """What can be generated stands in exactly one place."""
    text = "".join(path.read_text("utf-8") for path in files())
    assert {name: text.count(f"<!-- generated: {name} -->") for name in PARTS} == dict.fromkeys(PARTS, 1)


def test_every_detector_is_in_the_catalogue_with_its_source() -> None:
    """Each has one row that begins with its name, and says which standard or documentation it follows."""
    text = catalogue()
    assert [one.name for one in detectors.ALL if text.count(f"\n| `{one.name}` |") != 1] == []
    assert [one.name for one in detectors.ALL if not one.source] == []


def test_every_detector_shows_what_it_finds() -> None:
    """Each has examples that are findings of its own; a key's format has its documented shape instead."""
    forms = {form.name for form in providers.FORMATS if form.example}
    without = [one.name for one in detectors.ALL if not one.examples and one.name not in forms]
    assert without == []
    silent = [(one.name, text) for one in detectors.ALL for text in one.examples if not asked(one, text).found]
    assert silent == []


def test_the_catalogue_holds_no_key() -> None:
    """No detector of keys and no detector of JWTs finds anything in it, so no scanner of repositories will."""
    prefilter = Prefilter([*providers.DETECTORS, *jose.DETECTORS])
    text = catalogue().encode()
    found = []
    for end, ident in prefilter.hits(text):
        judge = prefilter.judges[ident]
        if judge and not isinstance(judge(text, end), str):
            found.append((prefilter.names[ident], text[end - 40 : end]))
    assert found == []
