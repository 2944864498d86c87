"""The command `maskstream`: finds the module of a command, and turns every error into one sentence and an exit status.

How a command is added: a line in `COMMANDS` below and a module in this folder with the attribute named there.
- A group (`maskstream topics plan | apply`) is a `typer.Typer`, by convention called `app`.
- A single command (`maskstream run`) is a function with typer's annotations, called like the command; its docstring is
  its help.
Only the module of the command that was typed is imported, so `maskstream mask` does not wait for Kafka or Faust;
modules import what is heavy inside their functions, because `maskstream --help` imports them all.

What a command may do: return None when all is well, raise a `MaskstreamError` (its message is the sentence, its
`exit_status` the status), raise `typer.Exit(status)` when it has already said why. It never catches `Exception` to
print it: messages of foreign exceptions may hold log data, and here they are replaced by type and place.
"""

import importlib
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Annotated, Final, NamedTuple

import typer

from streams import __version__
from streams.errors import MaskstreamError

__all__ = ["COMMANDS", "Place", "invoke", "main"]

#: Exit status after Ctrl-C, as shells have it.
INTERRUPTED: Final = 128 + signal.SIGINT


class Place(NamedTuple):
    """Where a command lives: module in `streams.cli`, attribute, and the panel of `--help` that shows it."""

    module: str
    attribute: str
    panel: str


COMMANDS: Final = {
    "run": Place("run", "run", "Service"),
    "topics": Place("topics", "app", "Service"),
    "offsets": Place("offsets", "app", "Service"),
    "settings": Place("settings", "app", "Service"),
    "mask": Place("mask", "mask", "Masking"),
    "explain": Place("mask", "explain", "Masking"),
    "policy": Place("policy", "app", "Masking"),
    "token": Place("keys", "token", "Masking"),
    "keys": Place("keys", "app", "Masking"),
    "review": Place("review", "review", "Quarantine"),
    "quarantine": Place("quarantine", "app", "Quarantine"),
    "purge": Place("purge", "app", "Service"),
    "replay": Place("replay", "app", "Replay"),
    "audit": Place("audit", "app", "Quarantine"),
    "dev-token": Place("devtoken", "dev_token", "Quarantine"),
    "generate": Place("generate", "generate", "Trying it"),
    "demo": Place("demo", "demo", "Trying it"),
}


def main() -> None:
    """Entry point of the installed command."""
    sys.exit(invoke(sys.argv[1:]))


def invoke(arguments: Sequence[str]) -> int:
    """Run one command line and give its exit status; nothing is raised and no foreign message printed."""
    _silence_foreign_tracebacks()
    try:
        status = _run(list(arguments) or ["--help"])
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 1
    except BaseException as error:  # noqa: BLE001 - the last line of defence: nothing foreign is printed
        return _report(error)
    return status


def _run(arguments: list[str]) -> int:
    result = typer.main.get_command(_application(arguments[0])).main(
        arguments, prog_name="maskstream", standalone_mode=False
    )
    # Commands return None; an int is the status of a typer.Exit that was raised.
    return result if isinstance(result, int) else 0


def _application(first: str) -> typer.Typer:
    application = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich")
    application.callback(help="Masks personal data in logs: raw Kafka topics in, clean topics out, exactly once.")(
        _root
    )
    for name in _wanted(first):
        _register(application, name, COMMANDS[name])
    return application


def _wanted(first: str) -> list[str]:
    if first == "--version":
        return []
    return [first] if first in COMMANDS else list(COMMANDS)


def _register(application: typer.Typer, name: str, place: Place) -> None:
    command = getattr(importlib.import_module(f"streams.cli.{place.module}"), place.attribute)
    if isinstance(command, typer.Typer):
        application.add_typer(command, name=name, rich_help_panel=place.panel)
    else:
        application.command(name, rich_help_panel=place.panel)(command)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"maskstream {__version__}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Options of `maskstream` itself; --version has ended the program by now."""
    del version


def _report(error: BaseException) -> int:
    status = 1
    if isinstance(error, MaskstreamError):
        sentence, status = str(error), error.exit_status
    elif isinstance(error, typer.TyperException):
        # A group without a command has shown its help and has nothing to say.
        said = error.format_message().strip()
        sentence, status = f"{said} See `maskstream --help`." if said else "", error.exit_code
    elif isinstance(error, typer.Abort):
        sentence = "Aborted."
    else:
        sentence = _without_content(type(error), error.__traceback__, error)
    try:
        typer.echo(sentence.rstrip("\n"), err=True, nl=bool(sentence))
    except OSError:
        _drop_output()
    return status


def _without_content(
    kind: type[BaseException], traceback: TracebackType | None, error: BaseException | None = None
) -> str:
    """One sentence with an exception's type and place; its message may hold log data, the system's words cannot."""
    reason = f" ({os.strerror(error.errno)})" if isinstance(error, OSError) and error.errno else ""
    place = ""
    while traceback:
        code = traceback.tb_frame.f_code
        if "streams" in Path(code.co_filename).parts:
            place = f" in {code.co_qualname}, line {traceback.tb_lineno}"
        traceback = traceback.tb_next
    return (
        f"maskstream failed unexpectedly with {kind.__name__}{reason}{place}; please report this sentence "
        "(the message is withheld because it may hold log data)."
    )


def _silence_foreign_tracebacks() -> None:
    """Exceptions of threads and finalisers are printed by Python with their message: type and place must do."""

    def of_thread(event: threading.ExceptHookArgs) -> None:
        if event.exc_type is not SystemExit:
            typer.echo(_without_content(event.exc_type, event.exc_traceback), err=True)

    def of_finaliser(event: "sys.UnraisableHookArgs") -> None:
        typer.echo(_without_content(event.exc_type, event.exc_traceback), err=True)

    threading.excepthook = of_thread
    sys.unraisablehook = of_finaliser


def _drop_output() -> None:
    # The reader is gone (`| head`); without this Python complains once more when it flushes at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
