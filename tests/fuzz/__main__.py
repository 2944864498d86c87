"""`make fuzz`: random bytes and mutated log lines at the masking core, for a while.

    python -m tests.fuzz [--seconds 60] [--seed 0] [--everywhere] [--quiet]

What breaks an invariant is kept under .build/fuzz/found, as small as it could be made; the status is 1 where there is
something. Inputs that reach new code are kept under .build/fuzz/corpus for the next run; tests/fuzz/corpus.txt holds
those that are replayed in every test run.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from tests.fuzz.kept import inputs

__all__: list[str] = []

_ROOT = Path(__file__).resolve().parents[2]
_WORK = _ROOT / ".build" / "fuzz"

#: Bytes of the longest input, seconds that one input may take and megabytes that the process may hold.
_MAX_LEN = 1_500
_TIMEOUT_S = 60
_RSS_MB = 3_000


def main() -> None:
    asked = _arguments()
    found, corpus = _WORK / "found", _WORK / "corpus"
    for folder in (found, corpus):
        folder.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(inputs()):
        (corpus / f"seed-{number}").write_bytes(data)
    for old in found.iterdir():
        old.unlink()
    options = {
        "max_total_time": asked.seconds,
        "max_len": _MAX_LEN,
        "timeout": _TIMEOUT_S,
        "rss_limit_mb": _RSS_MB,
        "artifact_prefix": f"{found}/",
        "len_control": 0,
        "seed": asked.seed,
        "verbosity": 0 if asked.quiet else 1,
    }
    mode = "everywhere" if asked.everywhere else "anchors"
    flags = [f"-{name}={value}" for name, value in options.items()]
    command = [sys.executable, "-m", "tests.fuzz.drive", str(found), mode, *flags, str(corpus)]
    path = os.pathsep.join([str(_ROOT), str(_ROOT / ".build" / "atheris"), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(command, cwd=_ROOT, env={**os.environ, "PYTHONPATH": path}, check=False)
    notes = sorted(found.glob("*.txt"))
    for note in notes:
        sys.stdout.write(note.read_text("utf-8"))
    sys.stdout.write(f"{len(notes)} invariants broken; what breaks them is in {found.relative_to(_ROOT)}.\n")
    sys.exit(done.returncode or bool(notes))


def _arguments() -> argparse.Namespace:
    as_written = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__, formatter_class=as_written)
    parser.add_argument("--seconds", type=int, default=60, help="how long")
    parser.add_argument("--seed", type=int, default=0, help="of the random numbers; 0 takes another each time")
    parser.add_argument("--everywhere", action="store_true", help="ask detectors at every position of short texts, too")
    parser.add_argument("--quiet", action="store_true", help="without libFuzzer's own lines")
    return parser.parse_args()


if __name__ == "__main__":
    main()
