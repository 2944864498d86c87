"""The Python that documents show runs as it stands, and prints what they say.

A document is one session in an empty folder and home with a keyring: `python` blocks are files of the reader's, `pycon`
blocks are typed.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli import environment
from tests.support.markdown import DOCUMENTS, ROOT, Block, blocks
from tests.support.session import examples
from tests.support.shown import same

LANGUAGES = {"python", "pycon"}


def shown(document: Path) -> list[Block]:
    return [block for block in blocks(document) if block.language in LANGUAGES]


SHOWN = [document for document in DOCUMENTS if shown(document)]


@pytest.mark.parametrize("document", SHOWN, ids=lambda path: str(path.relative_to(ROOT)))
def test_python_blocks_are_true(document: Path, tmp_path: Path) -> None:
    """Each block runs; each example prints what the document has, and equal tokens there are equal tokens in fact."""
    own = {name: value for name, value in environment().items() if not name.startswith("XDG_")} | {
        "HOME": str(tmp_path)
    }
    maskstream = Path(sys.executable).parent / "maskstream"
    subprocess.run([maskstream, "keys", "new"], env=own, check=True, capture_output=True)
    given = [[block.language, block.text] for block in shown(document)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.session"],
        input=json.dumps(given),
        env=own | {"PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    wanted = [pair for language, text in given for pair in examples(language, text)]
    tokens: dict[str, str] = {}
    for (source, want), printed in zip(wanted, json.loads(done.stdout), strict=True):
        assert same(want.splitlines(), printed.splitlines(), tokens), (
            f"{source}\n--- the document\n{want}\n--- printed\n{printed}"
        )


def test_the_library_is_shown() -> None:
    """README and the library's page show Python, so nothing of it goes unchecked by an oversight."""
    assert {ROOT / "README.md", ROOT / "docs" / "library.md"} <= set(SHOWN)
