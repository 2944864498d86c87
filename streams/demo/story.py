"""The demo from the first sentence to the last; a thin driver over the real commands."""

import contextlib
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Final

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from streams.corpus import Line
from streams.demo.broker import require_broker, start_broker
from streams.demo.choose import examples, followed, survivors
from streams.demo.gather import Harvest, gather, masking_seconds
from streams.demo.look import Look
from streams.demo.people import LINK_S, Door, open_door
from streams.demo.processes import Children, ending_on_signals, last_words, maskstream
from streams.demo.source import generated, users_file
from streams.demo.stage import WORKERS, Stage, create_raw_topics, prepare, produce, run_command
from streams.errors import RunError

__all__ = ["run_demo"]

#: Two workers join the embedded broker's group in 4 s and mask 4 000 records in 1 s; a loaded machine needs more.
_PATIENCE_S: Final = 120.0
_EXAMPLES: Final = 8


def run_demo(stream: IO[str], *, keep: bool, logs: Path | None, count: int, seed: int) -> None:
    """Show masking on an embedded broker: `count` generated lines, or those of the file `logs`, through two workers.

    With `keep` everything runs on until Ctrl-C. Whatever ends it, no process and no file is left. Main thread only.
    Raises UsageError for a file that cannot be read, RunError where a step fails.
    """
    look = Look(stream)
    program = require_broker()
    lines, left_out = users_file(logs) if logs else (generated(count, seed), "")
    with (
        ending_on_signals(),
        tempfile.TemporaryDirectory(prefix="maskstream-demo-", ignore_cleanup_errors=True) as folder,
        Children() as children,
    ):
        _play(look, children, program, Path(folder), lines, left_out, keep=keep)


def _play(
    look: Look, children: Children, program: str, folder: Path, lines: Sequence[Line], left_out: str, *, keep: bool
) -> None:
    stage = _set_up(look, children, program, folder, lines)
    with _step(look, f"writing {len(lines):,} log records"):
        sent = produce(stage, lines)
    if left_out:
        look.say(f"  {left_out}")
    workers = children.start([*maskstream(), "run", "--workers", str(WORKERS)], stage.environment, folder / "run.log")
    harvest = _masking(look, stage, workers, sent, folder)
    _show(look, stage, harvest, own=lines[0].service == "yours")
    if keep:
        _stay(look, stage, workers, _open_door(look, children, stage))
    else:
        _next(look)


def _set_up(look: Look, children: Children, program: str, folder: Path, lines: Sequence[Line]) -> Stage:
    look.say("maskstream demo: logs through Kafka, personal data masked", "bold")
    with _step(look, "starting an embedded broker"):
        bootstrap = start_broker(children, program, folder)
    look.say(f"  It is on {bootstrap}, demonstrates and proves nothing; the proofs run on Apache Kafka: make test.")
    stage = prepare(folder, bootstrap, lines)
    with _step(look, "making keys: one to mask with, a pair to seal quarantine with"):
        run_command(children, stage, "keys", "new")
        run_command(children, stage, "keys", "review", "new")
    with _step(look, "making topics with a limit of retention"):
        create_raw_topics(stage)
        run_command(children, stage, "topics", "apply")
    return stage


@contextlib.contextmanager
def _step(look: Look, text: str) -> Iterator[None]:
    start = time.monotonic()
    yield
    look.say(f"* {text}: {time.monotonic() - start:.1f} s")


def _masking(
    look: Look, stage: Stage, workers: subprocess.Popen[bytes], sent: dict[tuple[str, int], list[Line]], folder: Path
) -> Harvest:
    total = sum(map(len, sent.values()))
    columns = (TextColumn("* {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=look.console, transient=True, disable=not look.terminal) as progress:
        task = progress.add_task(f"masking with {WORKERS} workers", total=total)
        try:
            harvest = gather(
                stage, sent, lambda: workers.poll() is None, lambda n: progress.update(task, completed=n), _PATIENCE_S
            )
        except RunError as error:
            raise RunError(f"{error} {last_words(folder / 'run.log')}".strip()) from None
    look.say(f"* masking with {WORKERS} workers: {harvest.last_s:.1f} s")
    return harvest


def _show(look: Look, stage: Stage, harvest: Harvest, *, own: bool) -> None:
    look.title("Before and after")
    chosen = examples(harvest.masked, _EXAMPLES)
    for one in chosen:
        look.example(one)
    if not chosen:
        look.say("  Nothing personal was found in a line short enough to show.")
    token, sightings = followed(harvest.masked)
    if token:
        look.title(f"One person through {len(sightings)} services, known by nothing but {token}")
        for seen in sightings:
            look.sighting(seen, token)
    look.title("In quarantine, sealed: why, and the shape of it")
    look.quarantined(harvest.quarantined)
    if not harvest.quarantined:
        look.say("  nothing")
    look.title("Counts")
    known, left = (0, 0) if own else survivors(harvest.masked)
    look.counts(harvest, known, left, masking_seconds(stage))


def _next(look: Look) -> None:
    look.title("Next")
    look.say("  make demo LOGS=path/to/your.log   masks lines of yours the same way")


def _open_door(look: Look, children: Children, stage: Stage) -> Door:
    with _step(look, "starting the review, and the redrive that carries out what you decide there"):
        return open_door(children, stage)


def _stay(look: Look, stage: Stage, workers: subprocess.Popen[bytes], door: Door) -> None:
    look.title("Still running; Ctrl-C ends it all")
    look.say(f"  review     {door.link}")
    look.say(
        f"             logs you in once, within {LINK_S / 60:.0f} minutes; what was in quarantine waits there for you"
    )
    look.say(f"  Kafka      {stage.bootstrap}, raw topics {', '.join(stage.topics)}, each with its .clean")
    for slot, port in enumerate(stage.ports):
        look.say(f"  worker {slot}   http://127.0.0.1:{port}/metrics  /livez  /readyz")
    look.say(f"  files      {stage.folder}")
    look.say("  To look around in another terminal:")
    for name, value in {**stage.settings, "MASKSTREAM_REVIEW_PORT": str(door.port)}.items():
        look.say(f"    export {name}={value}")
    look.say("    maskstream quarantine list")
    look.say(f"    maskstream dev-token --sub you --role operator   for another log-in at {door.address}/")
    workers.wait()
    raise RunError("The workers ended by themselves; run the demo again.")
