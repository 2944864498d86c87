"""`maskstream settings`: what is set, and where it came from."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from streams.cli.options import ConfigOption, SetOption, load_settings

__all__ = ["app"]

app = typer.Typer(help="Look at the settings.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keeps `show` a command of its own although it is the only one."""


@app.command()
def show(
    *,
    config: ConfigOption = None,
    assignments: SetOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
) -> None:
    """Show the effective settings with the origin of each; secrets stay hidden."""
    from streams.cli.tables import print_table
    from streams.settings import shown, variable_of

    rows = shown(load_settings(config, assignments))
    if as_json:
        typer.echo(json.dumps({row.name: asdict(row) | {"variable": variable_of(row.name)} for row in rows}, indent=2))
        return
    print_table(
        ["setting", "value", "origin", "variable"],
        [
            [row.name, "(not set)" if row.value is None else row.value, row.origin, variable_of(row.name)]
            for row in rows
        ],
    )
