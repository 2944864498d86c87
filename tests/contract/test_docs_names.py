"""Every name in the documents exists: commands and flags, settings, metrics, files, modules, targets, links."""

import importlib
import re
import shlex
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import typer

import streams
from streams.cli.main import COMMANDS
from streams.settings import Settings
from streams.settings.names import KAFKA_PREFIX, setting_names, variable_of
from tests.support.docs import metric_names
from tests.support.markdown import DOCUMENTS, ROOT, anchors, blocks, links, prose, said

VARIABLES = {variable_of(name) for name in setting_names(Settings.model_fields)}
#: Of an installed wheel the package lies elsewhere than the documents.
PACKAGE = Path(streams.__file__).parent.parent

documents = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


@lru_cache(maxsize=1)
def program() -> dict[str, Any]:
    """Every command by its first word, as the command line builds it."""
    commands: dict[str, Any] = {}
    for name, place in COMMANDS.items():
        found = getattr(importlib.import_module(f"streams.cli.{place.module}"), place.attribute)
        if isinstance(found, typer.Typer):
            commands[name] = typer.main.get_command(found)
        else:
            alone = typer.Typer()
            alone.command(name)(found)
            commands[name] = typer.main.get_command(alone)
    return commands


def command_lines(document: Path) -> list[list[str]]:
    """The words behind `maskstream` wherever a command is typed or named."""
    found = []
    for text in said(document):
        for match in re.finditer(r"(?:^|[|;&(]\s*|\bbin/)maskstream(?= |$)([^|;&#\n]*)", text):
            words = match[1].replace("…", "").replace("...", "")
            found.append(shlex.split(words))
    return found


def check(words: list[str]) -> None:
    """Fails where a command, a sub-command or a flag is not the program's."""
    if not words or words[0] in {"--help", "--version"}:
        return
    assert words[0] in program(), words
    command = program()[words.pop(0)]
    while words and hasattr(command, "commands") and words[0] in command.commands:
        command = command.commands[words.pop(0)]
    rest = [word for word in words if not word.startswith("-")]
    assert not (hasattr(command, "commands") and rest), f"no sub-command: {rest}"
    flags = {flag for parameter in command.params for flag in [*parameter.opts, *parameter.secondary_opts]} | {"--help"}
    assert {word.partition("=")[0] for word in words if word.startswith("--")} <= flags, words


@documents
def test_commands_exist(document: Path) -> None:
    """Each `maskstream ...` is a command line that the program would take, by its words and flags."""
    for words in command_lines(document):
        for variant in alternatives(words):
            check(variant)


def alternatives(words: list[str]) -> list[list[str]]:
    """`offsets show|set` as two command lines."""
    found: list[list[str]] = [[]]
    for word in words:
        options = word.split("|") if re.fullmatch(r"[a-z|]+", word) else [word]
        found = [[*line, option] for line in found for option in options]
    return found


@documents
def test_variables_are_settings(document: Path) -> None:
    """Each MASKSTREAM_ name is a setting, or passes a librdkafka property on; what a console shows is run instead."""
    texts = [prose(document), *(block.text for block in blocks(document) if block.language != "console")]
    named = set(re.findall(r"MASKSTREAM_[A-Z0-9_]+", "\n".join(texts)))
    assert {name for name in named if not name.startswith(KAFKA_PREFIX)} <= VARIABLES | {"MASKSTREAM_"}


@documents
def test_metrics_are_in_the_catalogue(document: Path) -> None:
    """Each metric named, in an alert too, is one that a worker has."""
    named = set(re.findall(r"\bmaskstream_[a-z_]+\b", document.read_text("utf-8"))) - {"maskstream_"}
    histograms = {f"{name}{end}" for name in metric_names() for end in ("_bucket", "_sum", "_count")}
    assert named <= metric_names() | histograms


@documents
def test_files_named_exist(document: Path) -> None:
    """Each path of the repository in code exists; `streams/` is looked for where the package is."""
    # Slashes and dots that are no paths: versions of URLs, addresses, files of the reader's.
    pattern = re.compile(r"(?:streams|tests|docs|schemas|deploy|requirements|\.ci)/[A-Za-z0-9_./-]*")
    for text in said(document):
        for path in pattern.findall(text):
            if path.startswith("docs/bench.json"):
                continue
            assert any((base / path).exists() for base in (ROOT, PACKAGE)), path


@documents
def test_modules_named_exist(document: Path) -> None:
    """Each dotted name of our package, or of the tests' support, can be imported."""
    for text in said(document):
        for name in re.findall(r"(?<![\w/.])((?:streams|tests\.support|tests\.bench)(?:\.\w+)+)", text):
            assert importable(name), name


def importable(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError:
        module, _, attribute = name.rpartition(".")
        return hasattr(importlib.import_module(module), attribute)
    return True


@documents
def test_targets_exist(document: Path) -> None:
    """Each `make ...` is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {match for text in said(document) for match in re.findall(r"(?:^|[;&|] *)make ([a-z-]+)", text)}
    assert named <= targets


@documents
def test_links_resolve(document: Path) -> None:
    """Each link of our own leads to a file, and to a heading of it."""
    for link in links(document):
        if link.startswith(("https://", "http://")):
            continue
        name, _, anchor = link.partition("#")
        target = (document.parent / name).resolve() if name else document
        inside = PACKAGE / target.relative_to(ROOT) if name else target
        assert target.exists() or inside.exists(), link
        assert not anchor or anchor in anchors(target), link


@documents
def test_documents_are_of_the_project_only(document: Path) -> None:
    """No machine's paths stand in them, and every fence is closed."""
    text = document.read_text("utf-8")
    assert not re.search(r"(?<![\w.])/(?:work|root|tmp/w)\b", text)
    assert len(re.findall(r"^```", text, re.MULTILINE)) % 2 == 0


def test_readme_names_the_way_of_a_record() -> None:
    """Five files, in the order in which a record meets them."""
    part = (ROOT / "README.md").read_text("utf-8").split("## How a record travels")[1].split("\n## ")[0]
    assert re.findall(r"^\d\. \[`(streams/\S+?)`\]", part, re.MULTILINE) == [
        "streams/kafka/intake.py",
        "streams/agents/worker.py",
        "streams/masking/engine.py",
        "streams/agents/outputs.py",
        "streams/kafka/outbox.py",
    ]


def test_every_document_is_reached_from_readme() -> None:
    """Following links from README, a reader comes to every document."""
    waiting, seen = [ROOT / "README.md"], set[Path]()
    while waiting:
        document = waiting.pop()
        if document in seen or document.suffix != ".md":
            continue
        seen.add(document)
        own = [link.partition("#")[0] for link in links(document) if "://" not in link]
        waiting += [(document.parent / name).resolve() for name in own if name]
    assert set(DOCUMENTS) <= seen


def test_sh_blocks_are_typed_lines() -> None:
    """A block that is not run holds commands only: what is printed belongs into a console, where it is run."""
    for document in DOCUMENTS:
        for block in blocks(document, "sh"):
            assert not re.search(r"^\$ ", block.text, re.MULTILINE), document
