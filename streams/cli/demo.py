"""`maskstream demo`: see it work, on an embedded broker."""

import sys
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["demo"]


def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Leave all running afterwards, until Ctrl-C.")] = False,
    logs: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="Mask this file (ndjson or text, gz too) instead of generated logs."),
    ] = None,
    count: Annotated[int, typer.Option(min=1, max=200_000, help="How many generated lines.")] = 4000,
    seed: Annotated[int, typer.Option(min=0, help="The same seed generates the same lines.")] = 1,
) -> None:
    """See logs flow through an embedded broker and come out masked."""
    from streams.demo import run_demo

    run_demo(sys.stdout, keep=keep, logs=logs, count=count, seed=seed)
