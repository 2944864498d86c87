"""The catalogue of detectors, docs/detectors.md: from the detectors and what they do with their examples.

A family is a module of `streams.masking.detectors` with DETECTORS. Whatever looks like a key is cut off after its first
characters, so that no scanner takes the catalogue for a leak.
"""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType
from typing import Final

from streams.masking import detectors
from streams.masking.detectors import providers
from streams.masking.encodings.fold import fold
from streams.masking.found import Detector, Found
from streams.masking.kinds import KINDS
from streams.masking.prefilter import Prefilter
from tests.support.markdown import code, table

__all__ = ["asked", "catalogue", "families", "kinds_of", "shape"]

#: Kinds whose values open doors: of their examples only the beginning is shown.
_DOORS: Final = {"secret", "jwt", "session"}
_SHOWN: Final = 6
_KEY: Final = re.compile(r"(?=[A-Za-z0-9+/_.=-]*[0-9])[A-Za-z0-9+/_=-]{16,}(?:\.[A-Za-z0-9+/_=-]+)*")

#: What the letters of a provider's example stand for (see `streams.masking.detectors.providers.format.Format`).
_ALPHABETS: Final = {
    "b": "A-Z2-7", "d": "0-9", "h": "0-9A-F", "l": "a-z0-9", "q": "bech32", "s": "A-Za-z0-9_-", "u": "A-Z0-9",
    "w": "A-Za-z0-9", "x": "0-9a-f",
}  # fmt: skip

_BY_PROVIDER: Final = {form.name: form for form in providers.FORMATS}


@dataclass(frozen=True, slots=True)
class _Tried:
    """What a detector says of one of its texts by itself."""

    found: tuple[Found, ...]
    kept_by: tuple[str, ...]


def catalogue() -> str:
    """All families, each with a heading, what its module says of itself, and a table."""
    total = f"{len(detectors.ALL)} detectors in {len(families())} families.\n"
    return "\n".join([total, _by_kind(), *map(_family, families())])


@lru_cache(maxsize=1)
def families() -> dict[str, tuple[str, tuple[Detector, ...]]]:
    """Name of the module to what it says of itself and its detectors; a detector of ALL in no module is an error."""
    found = {}
    for module in _modules():
        rows = tuple(one for one in getattr(module, "DETECTORS", ()) if any(one is other for other in detectors.ALL))
        if rows:
            found[module.__name__.rpartition(".")[2]] = ((module.__doc__ or "").partition("\n")[0], rows)
    missing = {one.name for one in detectors.ALL} - {one.name for _, rows in found.values() for one in rows}
    if missing:
        raise LookupError(f"{min(missing)} is in no module's DETECTORS below streams.masking.detectors.")
    return found


def _modules() -> Iterator[ModuleType]:
    """The modules of detectors; a package stands for all that it holds."""
    for info in pkgutil.iter_modules(detectors.__path__, f"{detectors.__name__}."):
        yield importlib.import_module(info.name)


def _by_kind() -> str:
    by_kind: dict[str, list[str]] = {}
    for _, rows in families().values():
        for one in rows:
            if one.name not in _BY_PROVIDER:
                for kind in kinds_of(one):
                    by_kind.setdefault(kind, []).append(code(one.name))
    by_kind.setdefault("secret", []).append(f"and {len(_BY_PROVIDER)} formats of [keys](#providers)")
    return table(["Kind", "Detectors"], [[kind, " ".join(by_kind[kind])] for kind in sorted(by_kind)])


def _family(name: str) -> str:
    about, rows = families()[name]
    general = [one for one in rows if one.name not in _BY_PROVIDER]
    parts = [f"## {name.replace('_', ' ').capitalize()}\n", f"{about}\n"]
    if len(general) < len(rows):
        forms = [_BY_PROVIDER[one.name] for one in rows if one.name in _BY_PROVIDER]
        columns = ["Detector", "Shape", "Checksum", "After"]
        cells = [
            [code(form.name), code(shape(form.example)), "yes" if form.checksum else "", form.source] for form in forms
        ]
        parts += [_SHAPES, table(columns, cells)]
    columns = ["Detector", "Kind", "Finds", "Proven by", "Needs beside it", "Found in", "Stays", "After"]
    parts.append(table(columns, map(_row, general)) if general else "")
    return "\n".join(part for part in parts if part)


_SHAPES: Final = (
    "`{n of set}` stands for n characters of a set. What has too little entropy for a key is a placeholder and stays.\n"
    "A test makes keys of each shape and looks for them in eight surroundings.\n"
)


def _row(one: Detector) -> list[str]:
    tried = [asked(one, text) for text in one.examples]
    validators = dict.fromkeys(found.validator for each in tried for found in each.found)
    doors = bool(_DOORS & set(kinds_of(one)))
    stays = [
        f"{code(_safe(text, doors=doors))} ({', '.join(asked(one, text).kept_by) or 'no anchor'})"
        for text in one.counter
    ]
    return [
        code(one.name),
        ", ".join(kinds_of(one)),
        (one.judge.__doc__ or "").strip(),
        ", ".join(validators),
        "" if all(map(_alone, [one] * len(one.examples), one.examples, tried)) else "a word or a name",
        "<br>".join(code(_safe(text, doors=doors)) for text in one.examples),
        "<br>".join(stays),
        one.source,
    ]


def _alone(one: Detector, text: str, tried: _Tried) -> bool:
    """Whether the detector finds the value without anything around it."""
    read = fold(text.encode()).text
    return any(asked(one, read[found.start : found.end].decode("utf-8", "replace")).found for found in tried.found)


def _safe(text: str, *, doors: bool) -> str:
    shown = _KEY.sub(lambda run: run[0][:_SHOWN] + "…", text) if doors else text
    return shown.replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t")


def shape(example: str) -> str:
    """A documented shape as people read it: `AKIA{16 of A-Z2-7}`."""

    def said(part: re.Match[str]) -> str:
        return "{uuid}" if part[1] == "uuid" else f"{{{part[1][1:]} of {_ALPHABETS[part[1][0]]}}}"

    return re.sub(r"\{(uuid|[a-z][0-9]+)\}", said, example)


def kinds_of(one: Detector) -> list[str]:
    """The kinds of what a detector finds in its own examples; a key's format has none and is a secret."""
    found = {span.kind for text in one.examples for span in asked(one, text).found}
    return sorted(found & KINDS) or ["secret"]


@lru_cache(maxsize=4096)
def asked(one: Detector, text: str) -> _Tried:
    """What one detector says at its own anchors of a text as it reads."""
    read = fold(text.encode()).text
    prefilter = _prefilter()
    ident = next(place for place, judge in enumerate(prefilter.judges) if judge is one.judge)
    found: list[Found] = []
    kept: dict[str, None] = {}
    for end, hit in prefilter.hits(read):
        verdict = one.judge(read, end) if hit == ident else ()
        if isinstance(verdict, str):
            kept[verdict] = None
        else:
            found += [verdict] if isinstance(verdict, Found) else verdict
    return _Tried(tuple(dict.fromkeys(found)), tuple(kept))


@lru_cache(maxsize=1)
def _prefilter() -> Prefilter:
    return Prefilter(detectors.ALL)
