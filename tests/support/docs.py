"""The generated parts of the documents, from settings, metrics, detectors; `python -m tests.support.docs` writes them.

A part stands between `<!-- generated: NAME -->` and `<!-- end -->`. A test holds the files to what this writes, so a
setting, metric or detector without its line cannot land.
"""

import inspect
import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from streams.agents.heartbeat import STAGE_LIMITS_S
from streams.kafka.config import REFUSED
from streams.masking import detectors, fields
from streams.masking.detectors import listed, named
from streams.masking.kinds import DEFAULT_ACTIONS
from streams.masking.tokens import HINTED_KINDS
from streams.policies.reference import keys, validators
from streams.review.api import common, deciding, reading, revealing
from streams.settings import Settings, shown
from streams.settings.names import attribute_of, variable_of
from streams.telemetry.events import EVENTS, FIELD_TYPES
from streams.telemetry.health import Health
from streams.telemetry.metrics import ReviewMetrics, ReviewState
from streams.telemetry.redrive import RedriveMetrics
from streams.telemetry.replay import ReplayMetrics
from tests.support.catalogue import catalogue, kinds_of
from tests.support.markdown import DOCUMENTS, ROOT, code, table

__all__ = ["DOCS", "PARTS", "files", "metric_names", "regenerated"]

DOCS: Final = ROOT / "docs"
BENCH: Final = DOCS / "bench.json"
ACCURACY: Final = DOCS / "accuracy.json"

_PART: Final = re.compile(r"(<!-- generated: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def files() -> list[Path]:
    """Every document with a generated part."""
    return [path for path in DOCUMENTS if _PART.search(path.read_text("utf-8"))]


def regenerated(text: str) -> str:
    """The text with its generated parts as they should be; KeyError for a part that nobody makes."""
    return _PART.sub(lambda part: f"{part[1]}\n{PARTS[part[2]]()}\n{part[3]}", text)


def main() -> None:
    for path in files():
        path.write_text(regenerated(path.read_text("utf-8")), "utf-8")


def metric_names() -> set[str]:
    """Names as a scraper sees them."""
    return {name for row in [*_metrics(), *_review_metrics()] for name in row[0].split()}


def _settings() -> str:
    # Defaults as they are for anybody: no home, no host of the machine that writes this.
    with patch.dict(os.environ, {"HOME": "~"}, clear=True):
        defaults = {row.name: row.value or "" for row in shown(Settings())}
    defaults["instance"] = ""
    rows = []
    for name, default in defaults.items():
        about = Settings.model_fields[attribute_of(name, Settings.model_fields) or ""].description or ""
        said = "the host's name" if name == "instance" else code(default) or "not set"
        rows.append([code(name), code(variable_of(name)), said, about])
    return table(["Setting", "Variable", "Default", "What it is"], rows)


def _refused() -> str:
    return table(["Property", "Refused because"], [[code(name), why] for name, why in REFUSED.items()])


def _metrics() -> Iterator[list[str]]:
    registry = RedriveMetrics(Health()).registry
    ReplayMetrics(registry, "job")
    yield from map(_row_of_metric, registry._collector_to_names)


def _review_metrics() -> Iterator[list[str]]:
    state = ReviewState({"open": 0}, 0, ready=True, progress=1, age_s=0)
    for collector in ReviewMetrics(lambda: state).registry._collector_to_names:
        if hasattr(collector, "_documentation"):
            yield _row_of_metric(collector)
            continue
        for family in collector.collect():
            labels = ", ".join(code(name) for name in family.samples[0].labels) or "none"
            yield [family.name, family.type, labels, family.documentation]


def _row_of_metric(collector: Any) -> list[str]:
    # prometheus_client tells labels of a metric without samples only by its private attributes.
    labels = ", ".join(map(code, collector._labelnames)) or "none"
    suffix = {"counter": "_total"}.get(collector._type, "")
    return [collector._name + suffix, collector._type, labels, collector._documentation]


def _metric_table(found: Callable[[], Iterator[list[str]]] = _metrics) -> str:
    rows = sorted([code(name), kind, labels, text] for name, kind, labels, text in found())
    return table(["Metric", "Type", "Labels", "What it says"], rows)


def _endpoints() -> str:
    """Every route of the API with the role that it asks for, and the first sentence of what it says of itself."""
    rows = []
    for part in (reading, deciding, revealing):
        for route in part.router.routes:
            found: Any = route
            (method,) = found.methods
            about = inspect.getdoc(found.endpoint) or ""
            rows.append([code(f"{method} {found.path}"), _role(found.endpoint), " ".join(about.split())])
    return table(["Request, under `/api/v1`", "Role", "What it does"], rows)


def _role(endpoint: Callable[..., Any]) -> str:
    annotations = inspect.get_annotations(endpoint)
    return next(role for name in ("who", "by") for kind, role in _ROLES.items() if annotations.get(name) == kind)


_ROLES: Final = {
    common.Viewer: "viewer", common.Operator: "operator", common.ByOperator: "operator", common.Revealer: "revealer",
    common.ByRevealer: "revealer", common.ByRevealing: "revealer",
}  # fmt: skip


def _stages() -> str:
    return table(["Stage", "Limit"], [[code(stage), f"{limit:g} s"] for stage, limit in STAGE_LIMITS_S.items()])


def _events() -> str:
    said = ", ".join(map(code, sorted(EVENTS)))
    held = ", ".join(map(code, sorted(FIELD_TYPES)))
    return f"Events: {said}.\n\nFields: {held}.\n"


def _kinds() -> str:
    by_name = {kind for kind, _, _ in fields.NAMES}
    names = {detector.name for detector in (*named.DETECTORS, *listed.DETECTORS)}
    by_value = {kind for detector in detectors.ALL if detector.name not in names for kind in kinds_of(detector)}
    rows = [
        [
            code(kind),
            code(action) + (", last four digits shown" if kind in HINTED_KINDS else ""),
            "yes" if kind in by_value else "",
            "yes" if kind in by_name else "",
        ]
        for kind, action in DEFAULT_ACTIONS.items()
    ]
    return table(["Kind", "Default action", "Told by the value", "Told by a field's name"], rows)


def _field_names() -> str:
    """Telling names by kind, as the table in `streams.masking.fields` has them."""
    by_kind: dict[str, list[str]] = {}
    for kind, _, names in fields.NAMES:
        by_kind.setdefault(kind, []).extend(names.split())
    rows = [[code(kind), " ".join(map(code, names))] for kind, names in by_kind.items()]
    return table(["Kind", "Names"], rows)


def _bench() -> str:
    if not BENCH.exists():
        return "No figures are kept in the repository yet: `make bench` prints them for your machine.\n"
    content = json.loads(BENCH.read_text("utf-8"))
    about = ", ".join(f"{name} {content[name]}" for name in ("maskstream", "python", "machine", "cores"))
    columns = ["Figure", "Median", "First bar", "Goal", "Reached"]
    return f"{about}\n\n" + table(columns, map(_figure, content["figures"]))


def _accuracy() -> str:
    """One table a set: what each masker found, what it left alone, how fast."""
    if not ACCURACY.exists():
        return "No figures are kept yet: `make bench-accuracy` prints them.\n"
    content = json.loads(ACCURACY.read_text("utf-8"))
    columns = ["Lines", "Masker", "Recall", "Hard negatives left alone", "JSON broken", "Records/s"]
    rows = [
        [
            one["name"] + f" ({one['cases']:,})" if not place else "",
            row["masker"],
            f"{row['recall']:.1f} %",
            f"{row['kept']:.1f} %",
            f"{row['broken']:,}",
            f"{row['records_per_s']:,.0f}",
        ]
        for one in content["sets"]
        for place, row in enumerate(one["rows"])
    ]
    about = (
        f"maskstream {content['maskstream']}; Presidio {content['presidio']} with its {content['recognisers']} English "
        f"recognisers and the language model {content['model']} (spaCy {content['spacy']}); Python {content['python']}."
    )
    return f"{table(columns, rows)}\n{about}\n"


def _figure(figure: dict[str, Any]) -> list[str]:
    def told(value: float | None) -> str:
        return "" if value is None else f"{value:,.{figure['digits']}f} {figure['unit']}".strip()

    return [figure["name"], told(figure["value"]), told(figure["bar"]), told(figure["goal"]), figure["reached"]]


#: What makes each part.
PARTS: Final[dict[str, Callable[[], str]]] = {
    "settings": _settings,
    "refused-properties": _refused,
    "metrics": _metric_table,
    "review-metrics": lambda: _metric_table(_review_metrics),
    "review-endpoints": _endpoints,
    "stages": _stages,
    "log-vocabulary": _events,
    "kinds": _kinds,
    "detectors": catalogue,
    "field-names": _field_names,
    "policy-keys": lambda: keys(""),
    "policy-keys-allow": lambda: keys("allow"),
    "policy-keys-detectors": lambda: keys("detectors"),
    "policy-keys-topics": lambda: keys("topics"),
    "policy-keys-quarantine": lambda: keys("quarantine"),
    "policy-keys-tests": lambda: keys("tests"),
    "policy-validators": validators,
    "bench": _bench,
    "accuracy": _accuracy,
}


if __name__ == "__main__":
    main()
