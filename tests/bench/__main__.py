"""`make bench`: what masking costs, next to its bars. Ratios within one run, medians, CPU seconds; nothing is asserted.

    python -m tests.bench [--only engine,tokens,large,hostile,detectors,pipeline] [--repeats 5]
                          [--json FILE] [--svg FILE] [--logs PATH]

The environment's LOGS is the default of --logs: real log files, one or a folder of them, gz too.
"""

import argparse
import os
import signal
import sys
from pathlib import Path

from tests.bench.detectors import detector_figures
from tests.bench.engine import engine_figures, log_figures
from tests.bench.figures import Figure, show, write_json
from tests.bench.hostile import hostile_figures
from tests.bench.large import large_figures
from tests.bench.tokens import token_figures

__all__: list[str] = []

_PARTS = ("engine", "tokens", "large", "hostile", "detectors", "pipeline")


def main() -> None:
    asked = _arguments()
    # Brokers and workers are ended, however the bench is.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    figures: list[Figure] = []
    for part in asked.only.split(","):
        found = _measure(part, asked)
        show(found)
        figures += found
    if asked.json:
        write_json(figures, asked.json)


def _measure(part: str, asked: argparse.Namespace) -> list[Figure]:
    if part == "engine":
        real = log_figures(asked.logs, asked.repeats) if asked.logs else []
        return [*engine_figures(asked.repeats, asked.records), *real]
    if part == "tokens":
        return token_figures(asked.repeats)
    if part == "large":
        return large_figures(asked.repeats)
    if part == "hostile":
        return hostile_figures(asked.repeats)
    if part == "detectors":
        return detector_figures(asked.repeats, asked.records, asked.svg)
    from tests.bench.pipeline import pipeline_figures  # noqa: PLC0415  The other parts need no Java.

    return pipeline_figures(asked.repeats, asked.pipeline_records)


def _arguments() -> argparse.Namespace:
    as_written = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__, formatter_class=as_written)
    logs = os.environ.get("LOGS")
    parser.add_argument("--only", default=",".join(_PARTS), help="parts to run, with commas between")
    parser.add_argument("--repeats", type=int, default=5, help="samples of each figure")
    parser.add_argument("--records", type=int, default=20_000, help="records of a sample of the engine")
    parser.add_argument("--pipeline-records", type=int, default=200_000, help="records of a run of the pipeline")
    parser.add_argument("--logs", type=Path, default=Path(logs) if logs else None, help="real log files to measure too")
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    parser.add_argument("--svg", type=Path, help="draw the cost by the number of detectors into this file")
    asked = parser.parse_args()
    if unknown := set(asked.only.split(",")) - set(_PARTS):
        parser.error(f"unknown part {min(unknown)}; there are {', '.join(_PARTS)}")
    if asked.logs and not asked.logs.exists():
        parser.error(f"{asked.logs} does not exist; give LOGS a file of log lines or a folder of such files")
    return asked


if __name__ == "__main__":
    main()
