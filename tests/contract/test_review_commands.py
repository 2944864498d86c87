"""Command lines that the review pages show are ones that the program takes."""

import html
import re
import shlex
from typing import Any

import pytest
import typer
from starlette.testclient import TestClient

from streams.cli.quarantine import app
from tests.support.reviewstand import Rows, group_row, person, record_view, stand


def taken(words: list[str]) -> None:
    """Raises where the program would not take these words."""
    group: Any = typer.main.get_command(app)
    assert words[0] == "quarantine"
    with group.commands[words[1]].make_context(words[1], words[2:]):
        pass


def shown(text: str) -> list[list[str]]:
    """The commands of a page, without the program's name."""
    found = re.findall(r'<code class="command"[^>]*>(.*?)</code>', text, re.DOTALL)
    return [shlex.split(html.unescape(command))[1:] for command in found]


@pytest.mark.parametrize("status", ["open", "claimed", "released", "discarded"])
def test_commands_on_pages_are_commands(status: str) -> None:
    """Whatever the state of a record, each command beside a form is a command line with its needed options."""
    view = record_view(0, 7, status=status, actor="ann", pending=status == "released")
    rows = Rows([view], [group_row(view)])
    asked = TestClient(stand(rows, person(), trier=object()), base_url="http://127.0.0.1")
    pages = ["/records/0/7", f"/groups/{view.row.fingerprint}"]
    commands = [command for page in pages for command in shown(asked.get(page).text)]
    assert len(commands) > 4
    for command in commands:
        taken(command)


def test_a_check_would_see_a_wrong_command() -> None:
    """The check itself refuses what is no option."""
    with pytest.raises(Exception, match="No such option"):
        taken(["quarantine", "mask", "0:7", "--path", "x"])
