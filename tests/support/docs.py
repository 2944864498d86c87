"""The generated parts of docs/: tables from settings, metrics, detectors; `python -m tests.support.docs` writes them.

A part stands between `<!-- generated: NAME -->` and `<!-- end -->`. A test holds the files to what this writes, so a
setting, metric or detector without its line cannot land.
"""

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from streams.agents.heartbeat import STAGE_LIMITS_S
from streams.kafka.config import REFUSED
from streams.masking import detectors, fields
from streams.masking.detectors import identity, listed, named, providers
from streams.masking.found import Detector, Found
from streams.masking.kinds import DEFAULT_ACTIONS, Kind
from streams.masking.prefilter import Prefilter
from streams.masking.tokens import HINTED_KINDS
from streams.policies.reference import keys, validators
from streams.settings import Settings, shown
from streams.settings.names import attribute_of, variable_of
from streams.telemetry.events import EVENTS, FIELD_TYPES
from streams.telemetry.health import Health
from streams.telemetry.metrics import WorkerMetrics

__all__ = ["DOCS", "PARTS", "files", "metric_names", "regenerated"]

DOCS: Final = Path(__file__).resolve().parents[2] / "docs"
BENCH: Final = DOCS / "bench.json"

#: The table of numbers that states give; a catalogue without one has its detectors among the others.
ROWS: Final[Sequence[Any]] = getattr(identity, "ROWS", ())

_PART: Final = re.compile(r"(<!-- generated: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def files() -> list[Path]:
    """Every file of docs/ with a generated part."""
    return [path for path in sorted(DOCS.rglob("*.md")) if _PART.search(path.read_text("utf-8"))]


def regenerated(text: str) -> str:
    """The text with its generated parts as they should be; KeyError for a part that nobody makes."""
    return _PART.sub(lambda part: f"{part[1]}\n{PARTS[part[2]]()}\n{part[3]}", text)


def main() -> None:
    for path in files():
        path.write_text(regenerated(path.read_text("utf-8")), "utf-8")


def metric_names() -> set[str]:
    """Names as a scraper sees them."""
    return {name for row in _metrics() for name in row[0].split()}


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _settings() -> str:
    # Defaults as they are for anybody: no home, no host of the machine that writes this.
    with patch.dict(os.environ, {"HOME": "~"}, clear=True):
        defaults = {row.name: row.value or "" for row in shown(Settings())}
    defaults["instance"] = ""
    rows = []
    for name, default in defaults.items():
        about = Settings.model_fields[attribute_of(name, Settings.model_fields) or ""].description or ""
        said = "the host's name" if name == "instance" else _code(default) or "not set"
        rows.append([_code(name), _code(variable_of(name)), said, about])
    return _table(["Setting", "Variable", "Default", "What it is"], rows)


def _refused() -> str:
    return _table(["Property", "Refused because"], [[_code(name), why] for name, why in REFUSED.items()])


def _metrics() -> Iterator[list[str]]:
    # prometheus_client tells labels of a metric without samples only by its private attributes.
    for collector in WorkerMetrics(Health()).registry._collector_to_names:
        metric: Any = collector
        labels = ", ".join(map(_code, metric._labelnames)) or "none"
        suffix = {"counter": "_total"}.get(metric._type, "")
        yield [metric._name + suffix, metric._type, labels, metric._documentation]


def _metric_table() -> str:
    rows = sorted([_code(name), kind, labels, text] for name, kind, labels, text in _metrics())
    return _table(["Metric", "Type", "Labels", "What it says"], rows)


def _stages() -> str:
    return _table(["Stage", "Limit"], [[_code(stage), f"{limit:g} s"] for stage, limit in STAGE_LIMITS_S.items()])


def _events() -> str:
    said = ", ".join(map(_code, sorted(EVENTS)))
    held = ", ".join(map(_code, sorted(FIELD_TYPES)))
    return f"Events: {said}.\n\nFields: {held}.\n"


def _kinds() -> str:
    by_name = {kind for kind, _, _ in fields._NAMES}
    names = {detector.name for detector in (*named.DETECTORS, *listed.DETECTORS)}
    by_value = {kind for detector in detectors.ALL if detector.name not in names for kind in _kinds_of(detector)}
    rows = [
        [
            _code(kind),
            _code(action) + (", last four digits shown" if kind in HINTED_KINDS else ""),
            "yes" if kind in by_value else "",
            "yes" if kind in by_name else "",
        ]
        for kind, action in DEFAULT_ACTIONS.items()
    ]
    return _table(["Kind", "Default action", "Told by the value", "Told by a field's name"], rows)


def _kinds_of(detector: Detector) -> list[Kind]:
    """The kinds of what a detector finds in its own examples; a key's format has none and is a secret."""
    prefilter = _prefilter()
    found: set[Kind] = set()
    for example in detector.examples:
        data = example.encode()
        for end, ident in prefilter.hits(data):
            if prefilter.names[ident] == detector.name and (judge := prefilter.judges[ident]):
                verdict = judge(data, end)
                one = (verdict,) if isinstance(verdict, Found) else () if isinstance(verdict, str) else verdict
                found |= {span.kind for span in one}
    return sorted(found) or ["secret"]


@lru_cache(maxsize=1)
def _prefilter() -> Prefilter:
    return Prefilter(detectors.ALL)


def _general() -> str:
    """Detectors that are functions of their own: neither rows of a table of numbers nor formats of keys."""
    special = {row.name for row in ROWS} | {form.name for form in providers.FORMATS}
    rows = [
        [_code(one.name), ", ".join(_kinds_of(one)), (one.judge.__doc__ or "").strip(), one.source]
        for one in detectors.ALL
        if one.name not in special
    ]
    return _table(["Detector", "Kind", "Finds", "After"], rows)


def _numbers() -> str:
    rows = [
        [
            _code(row.name),
            row.kind,
            "check digits" if row.check else "shape",
            "yes" if row.alone else "beside its word",
            row.source,
        ]
        for row in ROWS
    ]
    if not rows:
        return "So far the US social security number and its relatives: `us_ssn` and `us_ssn_named` above.\n"
    return _table(["Detector", "Kind", "Proven by", "Stands alone", "After"], rows)


def _providers() -> str:
    rows = [[_code(form.name), form.source] for form in providers.FORMATS]
    return f"{len(rows)} formats.\n\n" + _table(["Detector", "After"], rows)


def _field_names() -> str:
    """Telling names by kind, as the table in `streams.masking.fields` has them."""
    by_kind: dict[str, list[str]] = {}
    for kind, _, names in fields._NAMES:
        by_kind.setdefault(kind, []).extend(names.split())
    rows = [[_code(kind), " ".join(map(_code, names))] for kind, names in by_kind.items()]
    return _table(["Kind", "Names"], rows)


def _bench() -> str:
    if not BENCH.exists():
        return "No figures are kept in the repository yet: `make bench` prints them for your machine.\n"
    content = json.loads(BENCH.read_text("utf-8"))
    about = ", ".join(f"{name} {content[name]}" for name in ("maskstream", "python", "machine", "cores"))
    columns = ["Figure", "Median", "First bar", "Goal", "Reached"]
    return f"{about}\n\n" + _table(columns, map(_figure, content["figures"]))


def _figure(figure: dict[str, Any]) -> list[str]:
    def told(value: float | None) -> str:
        return "" if value is None else f"{value:,.{figure['digits']}f} {figure['unit']}".strip()

    return [figure["name"], told(figure["value"]), told(figure["bar"]), told(figure["goal"]), figure["reached"]]


#: What makes each part.
PARTS: Final[dict[str, Callable[[], str]]] = {
    "settings": _settings,
    "refused-properties": _refused,
    "metrics": _metric_table,
    "stages": _stages,
    "log-vocabulary": _events,
    "kinds": _kinds,
    "detectors": _general,
    "national-numbers": _numbers,
    "provider-keys": _providers,
    "field-names": _field_names,
    "policy-keys": lambda: keys(""),
    "policy-keys-allow": lambda: keys("allow"),
    "policy-keys-detectors": lambda: keys("detectors"),
    "policy-keys-topics": lambda: keys("topics"),
    "policy-keys-quarantine": lambda: keys("quarantine"),
    "policy-keys-tests": lambda: keys("tests"),
    "policy-validators": validators,
    "bench": _bench,
}


if __name__ == "__main__":
    main()
