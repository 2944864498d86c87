"""What the documents show on a console is what the program does: every `$ ` line is run and its output compared.

A document is one session of one shell in an empty folder and an empty home. README begins without keys, as a newcomer
does; the others have a keyring. Letters of tokens, ids of keys and times differ from run to run: what is compared is
that the same token stands where the document has the same one, and another where it has another.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from streams.policies.approval import approved
from streams.settings import load
from tests.support.cli import environment, maskstream
from tests.support.markdown import DOCUMENTS, ROOT, blocks
from tests.support.shown import same

SHOWN = [document for document in DOCUMENTS if blocks(document, "console")]
HOME = "/home/you"
END = "\x1e"


def relative(document: Path) -> str:
    return str(document.relative_to(ROOT))


def run(document: Path, home: Path) -> list[tuple[str, list[str], list[str]]]:
    """Each command with the lines that the document has and those that were printed."""
    shown = [pair for block in blocks(document, "console") for pair in block.commands()]
    steps = [f"{command}\n_status=$?; printf '{END}'; (exit $_status)" for command, _ in shown]
    own = environment() | {
        "HOME": str(home),
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "COLUMNS": "200",
    }
    own = {name: value for name, value in own.items() if not name.startswith("XDG_")}
    if document.name != "README.md":
        made = subprocess.run([Path(sys.executable).parent / "maskstream", "keys", "new"], env=own, check=True,
                              capture_output=True)  # fmt: skip
        assert made.returncode == 0
    done = subprocess.run(
        ["bash", "--norc", "-c", "\n".join(steps)],
        check=False,
        env=own,
        cwd=home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=240,
    )
    printed = done.stdout.replace(str(home), HOME).split(END)
    assert len(printed) == len(shown) + 1, printed[-1]
    return [(command, text, out.splitlines()) for (command, text), out in zip(shown, printed, strict=False)]


@pytest.mark.parametrize("document", SHOWN, ids=relative)
def test_console_blocks_are_true(document: Path, tmp_path: Path) -> None:
    """Each command prints what the document shows, and equal tokens in a document are equal tokens in fact."""
    tokens: dict[str, str] = {}
    for command, text, printed in run(document, tmp_path):
        assert same(text, printed, tokens), f"{command}\n--- the document\n{text}\n--- printed\n{printed}"
    assert len(set(tokens.values())) == len(tokens)


def test_readme_shows_a_masked_record() -> None:
    """A newcomer sees a token before anything is configured."""
    first = next(block for block in blocks(ROOT / "README.md", "console"))
    assert any("tok_email_tmp_" in line for _, text in first.commands() for line in text)


@pytest.mark.parametrize("number", range(len(blocks(ROOT / "docs" / "policy.md", "yaml"))))
def test_policies_shown_are_policies(number: int, tmp_path: Path) -> None:
    """Every policy of docs/policy.md is taken by a service, its tests included."""
    path = tmp_path / "policy.yaml"
    path.write_text(blocks(ROOT / "docs" / "policy.md", "yaml")[number].text)
    assert approved(path).policy.version


@pytest.mark.parametrize("number", range(len(blocks(ROOT / "docs" / "operations.md", "yaml"))))
def test_settings_shown_are_settings(number: int, tmp_path: Path) -> None:
    """Every settings file of docs/operations.md loads."""
    path = tmp_path / "settings.yaml"
    path.write_text(blocks(ROOT / "docs" / "operations.md", "yaml")[number].text)
    assert load(config=path, environ={}).bootstrap_servers


def test_version_of_the_changelog() -> None:
    """The program's version has its section."""
    version = maskstream("--version").stdout.split()[1]
    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")
