"""`maskstream keys`: the keyring and the review pair; `maskstream token`: what a value is called in masked logs."""

import json
import os
import sys
from dataclasses import asdict
from typing import Annotated

import typer

from streams.cli.options import ConfigOption, SetOption, load_settings
from streams.errors import KeyringError, UsageError

__all__ = ["app", "token"]

app = typer.Typer(help="Make, rotate and check keys.", no_args_is_help=True)
review = typer.Typer(help="The pair of keys that quarantine is sealed with.", no_args_is_help=True)
app.add_typer(review, name="review")

#: Longer than any value worth looking for; protects from `maskstream token email - < huge.log`.
_MAX_STDIN_CHARS = 65_536


@app.command()
def new(*, config: ConfigOption = None, assignments: SetOption = None) -> None:
    """Make the keyring that KEYRING names; never overwrites one."""
    from streams.keystore import new_keyring

    path = load_settings(config, assignments).keyring
    entry = new_keyring(path)
    typer.echo(f"Keyring {path} made with key {entry.id}; keep a copy: without it no token can be looked up again.")


@app.command()
def rotate(*, config: ConfigOption = None, assignments: SetOption = None) -> None:
    """Add a key and make it the active one; the old ones stay for look-up."""
    from streams.keystore import rotate_keyring

    path = load_settings(config, assignments).keyring
    entry = rotate_keyring(path)
    typer.echo(f"Key {entry.id} is active now; restart the workers, and give them all the same keyring.")


@app.command("list")
def list_(
    *,
    config: ConfigOption = None,
    assignments: SetOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array instead of a table.")] = False,
) -> None:
    """Show the keys without their secrets."""
    from streams.cli.tables import print_table
    from streams.keystore import read_keyring

    entries = read_keyring(load_settings(config, assignments).keyring)
    if as_json:
        typer.echo(json.dumps([asdict(entry) for entry in entries], indent=2))
        return
    print_table(
        ["key", "state", "created", "fingerprint"],
        [[entry.id, entry.state, entry.created, entry.fingerprint] for entry in entries],
    )


@app.command()
def check(*, config: ConfigOption = None, assignments: SetOption = None) -> None:
    """Check that keyring and review keys can be used and belong together; says all that is wrong at once."""
    from streams import keystore

    settings = load_settings(config, assignments)
    problems: list[str] = []
    try:
        ring = keystore.load_keyring(settings.keyring)
        typer.echo(f"keyring: {len(ring.keys)} keys, active {ring.active}, version {ring.version}")
    except KeyringError as error:
        problems.append(str(error))
    try:
        public = keystore.load_review_public(settings.review_public_key)
        typer.echo(f"public review key: {keystore.review_key_id(public)}")
        if os.access(settings.review_private_key, os.F_OK):
            private = keystore.load_review_private(settings.review_private_key)
            opens = keystore.review_key_id(private.public_key())
            if opens != keystore.review_key_id(public):
                problems.append(
                    f"The private review key belongs to {opens}, not to the public one: set both halves of one pair."
                )
            else:
                typer.echo("private review key: opens what is sealed to the public one")
    except KeyringError as error:
        problems.append(str(error))
    if problems:
        raise KeyringError("\n".join(problems))


@review.callback()
def _review() -> None:
    """Keeps `new` a command of its own although it is the only one."""


@review.command("new")
def new_pair(*, config: ConfigOption = None, assignments: SetOption = None) -> None:
    """Make the pair that REVIEW_PUBLIC_KEY and REVIEW_PRIVATE_KEY name; never overwrites one."""
    from streams.keystore import new_review_pair

    settings = load_settings(config, assignments)
    key = new_review_pair(settings.review_public_key, settings.review_private_key)
    typer.echo(
        f"Review pair {key} made: workers need {settings.review_public_key} only; "
        f"keep {settings.review_private_key} away from them."
    )


def token(
    kind: Annotated[str, typer.Argument(help="What the value is, such as email, phone, user or name.")],
    value: Annotated[str, typer.Argument(help="The value; - reads it from standard input, past the shell's history.")],
    *,
    config: ConfigOption = None,
    assignments: SetOption = None,
    region: Annotated[
        str | None, typer.Option(help="Region of phone numbers without country code, such as DE.", show_default=False)
    ] = None,
) -> None:
    """Print the token of a value under each live key, active first, so that logs can be searched for a person."""
    from streams.keystore import load_keyring
    from streams.masking.kinds import KINDS
    from streams.masking.tokens import Tokens

    if kind not in KINDS:
        raise UsageError(f"The kind should be one of {', '.join(sorted(KINDS))}.")
    tokens = Tokens(load_keyring(load_settings(config, assignments).keyring), region)
    for _, found in tokens.lookup(kind, _from_stdin() if value == "-" else value):
        typer.echo(found.decode())


def _from_stdin() -> str:
    text = sys.stdin.read(_MAX_STDIN_CHARS)
    value = text.removesuffix("\n").removesuffix("\r")
    if not value:
        raise UsageError("There is no value on standard input: pipe it in, or type it and end with Ctrl-D.")
    return value
