"""The documents of the repository as tests read and write them: blocks, links, headings, tables, words in code."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["DOCUMENTS", "ROOT", "Block", "anchors", "blocks", "code", "links", "prose", "said", "table"]

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]

_FENCE = re.compile(r"^```(\S*)[^\n]*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"(?<!!)\[(?:[^\]\[]|\[[^\]]*\])*\]\(([^)\s]+)\)")
_SPAN = re.compile(r"(`+)(.+?)\1", re.DOTALL)
_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a document."""

    language: str
    text: str

    def commands(self) -> Iterator[tuple[str, list[str]]]:
        """Each `$ ` line of a console with the lines printed after it; a command goes on behind a backslash."""
        command, printed = "", list[str]()
        for line in self.text.splitlines():
            if command.endswith("\\") and not printed:
                command += "\n" + line
            elif line.startswith("$ "):
                if command:
                    yield command, printed
                command, printed = line[2:], []
            else:
                printed.append(line)
        if command:
            yield command, printed


def blocks(document: Path, language: str = "") -> list[Block]:
    """The fenced blocks of a document, of one language if it is given."""
    found = (Block(*match.groups()) for match in _FENCE.finditer(document.read_text("utf-8")))
    return [block for block in found if language in {"", block.language}]


def prose(document: Path) -> str:
    """The text without its fenced blocks."""
    return _FENCE.sub("", document.read_text("utf-8"))


def said(document: Path) -> list[str]:
    """What stands in code: words between backticks, and lines of fenced blocks that are typed."""
    spans = [" ".join(match[2].split()) for match in _SPAN.finditer(prose(document))]
    typed = [command for block in blocks(document, "console") for command, _ in block.commands()]
    return spans + typed + [line for block in blocks(document, "sh") for line in block.text.splitlines()]


def links(document: Path) -> list[str]:
    """Targets of links in prose."""
    return [match[1] for match in _LINK.finditer(prose(document))]


def anchors(document: Path) -> set[str]:
    """Anchors of headings, as GitHub makes them."""
    titles = (re.sub(r"[`*]|\]\([^)]*\)|\[", "", match[1]) for match in _HEADING.finditer(prose(document)))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table with these columns; a cell is one line."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")


def code(text: str) -> str:
    """A text in code, backticks in it too; nothing for nothing."""
    if not text:
        return ""
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    return f"`{text}`" if fence == "`" else f"{fence} {text} {fence}"
