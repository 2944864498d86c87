"""`maskstream mask`: standard input to standard output; `maskstream explain`: why a line is masked as it is."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.options import ConfigOption, SetOption, load_settings
from streams.errors import UsageError
from streams.settings import Settings

if TYPE_CHECKING:
    from streams.masking.masker import Explanation, Masker, Outcome

__all__ = ["explain", "mask", "tell_failure"]

#: Read at once; lines are masked as soon as they are there, so output never waits for more input.
_CHUNK_BYTES = 1 << 20
_FOUND_UNMASKABLE = 4

PolicyOption = Annotated[
    Path | None, typer.Option("--policy", metavar="FILE", help="Policy to mask by.", show_default=False)
]


def mask(*, policy: PolicyOption = None, config: ConfigOption = None, assignments: SetOption = None) -> None:
    """Mask standard input line by line; one line out for one line in, exit status 4 if some could not be masked."""
    from streams.masking.lines import LineFilter

    lines = LineFilter(_masker(load_settings(config, assignments, policy=policy)).mask_batch)
    while chunk := os.read(sys.stdin.fileno(), _CHUNK_BYTES):
        _write(lines.feed(chunk))
    _write(lines.close())
    if lines.reasons:
        said = ", ".join(f"{count} {reason}" for reason, count in sorted(lines.reasons.items()))
        typer.echo(f"Lines that could not be masked with certainty: {said}.", err=True)
        raise typer.Exit(_FOUND_UNMASKABLE)


def _write(data: bytes) -> None:
    if data:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def _masker(settings: Settings) -> "Masker":
    from streams.anchorstore import user_store
    from streams.keystore import ephemeral_keyring, load_keyring
    from streams.masking.masker import Masker
    from streams.policyfile import load_policy

    if settings.origin("keyring") == "default" and not settings.keyring.exists():
        typer.echo(
            "No keyring: tokens are made with a key that ends with this process (`maskstream keys new` makes one).",
            err=True,
        )
        keyring = ephemeral_keyring()
    else:
        keyring = load_keyring(settings.keyring)
    return Masker(load_policy(settings.policy, settings.max_depth), keyring, store=user_store())


def explain(
    line: Annotated[
        str, typer.Argument(help="The line, or - to read it from standard input.", show_default=False)
    ] = "-",
    *,
    show_values: Annotated[
        bool, typer.Option("--show-values", help="Show what was found; it is personal data.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array instead of a table.")] = False,
    policy: PolicyOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
) -> None:
    """Show what is found in a line: what, where, by which detector and validator, and what was considered and kept."""
    raw = os.fsencode(line) if line != "-" else sys.stdin.buffer.readline().rstrip(b"\r\n")
    if not raw:
        raise UsageError("There is no line to explain; give one, or - and a line on standard input.")
    masker = _masker(load_settings(config, assignments, policy=policy))
    outcome = masker.mask(raw)
    rows = masker.explain(raw)
    if as_json:
        _write(_as_json(rows, raw, show_values=show_values))
    elif rows or outcome.failure is None:
        _as_table(rows, raw, show_values=show_values)
    tell_failure(outcome)


def tell_failure(outcome: "Outcome[bytes]") -> None:
    """Says of a line that fails why it goes to quarantine, and ends with the status of that."""
    if outcome.failure:
        by = ", ".join(outcome.failure.detectors) or outcome.failure.stage
        typer.echo(f"The line goes to quarantine: {outcome.failure.reason} ({by}).", err=True)
        raise typer.Exit(_FOUND_UNMASKABLE)


def _cells(row: "Explanation", raw: bytes, *, show_values: bool) -> dict[str, str | int]:
    cells: dict[str, str | int] = {
        "start": row.start, "end": row.end, "kind": row.kind, "detector": row.detector, "validator": row.validator,
        "action": row.action, "kept by": row.kept_by,
    }  # fmt: skip
    if show_values:
        cells["value"] = raw[row.start : row.end].decode("utf-8", "replace")
    return cells


def _as_json(rows: "list[Explanation]", raw: bytes, *, show_values: bool) -> bytes:
    import orjson

    return orjson.dumps([_cells(row, raw, show_values=show_values) for row in rows], option=orjson.OPT_INDENT_2) + b"\n"


def _as_table(rows: "list[Explanation]", raw: bytes, *, show_values: bool) -> None:
    from streams.cli.tables import print_table

    if not rows:
        typer.echo("Nothing is found in this line, and nothing in it had to be considered.")
        return
    cells = [_cells(row, raw, show_values=show_values) for row in rows]
    print_table(list(cells[0]), [[str(cell) for cell in row.values()] for row in cells])
