"""`maskstream quarantine claim | unclaim | release | mask | discard | undo`: decisions, on records or on a group."""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

import typer

from streams.cli.options import ConfigOption, SetOption
from streams.cli.quarantine_desk import (
    Desk,
    DirectOption,
    JsonOption,
    UrlOption,
    Wanted,
    at_desk,
    check_record,
    options,
)
from streams.cli.quarantine_words import number, said
from streams.errors import CheckFoundError, RunError, UsageError
from streams.quarantine.decisions import Action

__all__ = ["register"]

RecordsArgument = Annotated[
    list[str] | None, typer.Argument(metavar="RECORD...", help="Records of the list, such as 0:17.", show_default=False)
]
GroupOption = Annotated[
    str | None, typer.Option("--group", help="All records that fail like these.", show_default=False)
]
CodeOption = Annotated[
    str | None, typer.Option("--code", help="All records with this reason code, such as residue.", show_default=False)
]
TopicOption = Annotated[str | None, typer.Option("--topic", help="All records of this raw topic.", show_default=False)]
ReasonOption = Annotated[
    str, typer.Option("--reason", metavar="TEXT", help="Why, in one line; it is masked and kept.", show_default=False)
]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask before many records are decided about.")]

#: What comes after an action, as a command line; {} is the record or group that it was about.
_NEXT: Final[dict[Action, str]] = {
    "claim": "try {0}`, then `maskstream quarantine release {0}",
    "unclaim": "list",
    "release": "undo {0}`, until the redrive has written it; `maskstream quarantine show {0}",
    "mask": "show {0}",
    "discard": "undo {0}",
    "undo": "show {0}",
}
_SPAN: Final = re.compile(r"([0-9]{1,6})-([0-9]{1,6})")


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    for action, text in _HELP.items():
        app.command(action)(_command(action, text))
    app.command()(mask)


_HELP: Final[dict[Action, str]] = {
    "claim": "Take records for yourself, so that two do not work on one; a claimed one is taken over.",
    "unclaim": "Give claimed records back.",
    "release": "Let records go through masking again with the policy in use, and from there to their clean topic.",
    "discard": "Keep records out of the clean topic for good; needs a reason.",
    "undo": "Take a decision back, as long as the redrive has not carried it out.",
}


def _command(action: Action, text: str) -> Any:
    def command(  # noqa: PLR0913 - each flag is a parameter
        records: RecordsArgument = None,
        *,
        group: GroupOption = None,
        code: CodeOption = None,
        topic: TopicOption = None,
        reason: ReasonOption = "",
        yes: YesOption = False,
        url: UrlOption = None,
        direct: DirectOption = False,
        as_json: JsonOption = False,
        config: ConfigOption = None,
        assignments: SetOption = None,
    ) -> None:
        wanted = Wanted(group=group, reason=code, topic=topic)
        if bool(records) == bool(wanted.given):
            raise UsageError("Name records, or a group with --group, --code or --topic.")
        with at_desk(options(url, direct, config, assignments)) as desk:
            if records:
                told = desk.decide(action, list(dict.fromkeys(map(check_record, records))), reason, ())
                _tell_decided(action, told, as_json=as_json)
            else:
                _bulk(desk, action, wanted, reason, yes=yes, as_json=as_json)

    command.__doc__ = text
    return command


def mask(  # noqa: PLR0913 - each flag is a parameter
    record: Annotated[str, typer.Argument(help="A record of the list, such as 0:17.")],
    *,
    field: Annotated[
        list[str] | None,
        typer.Option("--field", metavar="PATH", help="A whole field to hide, such as $.body.name.", show_default=False),
    ] = None,
    span: Annotated[
        list[str] | None,
        typer.Option("--span", metavar="START-END", help="Characters of the preview to hide.", show_default=False),
    ] = None,
    reason: ReasonOption = "",
    only_try: Annotated[bool, typer.Option("--try", help="Show what would come of it, and decide nothing.")] = False,
    url: UrlOption = None,
    direct: DirectOption = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    assignments: SetOption = None,
) -> None:
    """Hide fields or spans of the preview by hand and release the rest through the policy in use."""
    redactions: list[Mapping[str, Any]] = [{"path": path} for path in field or ()]
    redactions += [_span(text) for text in span or ()]
    if not redactions:
        raise UsageError("Say what to hide: --field $.body.name, or --span 10-24 of the preview that `show` has.")
    with at_desk(options(url, direct, config, assignments)) as desk:
        if only_try:
            _tell_by_hand(record, desk.try_mask(check_record(record), redactions), as_json=as_json)
        else:
            _tell_decided("mask", desk.decide("mask", [check_record(record)], reason, redactions), as_json=as_json)


def _tell_by_hand(record: str, told: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(told))
    elif told["preview"]:
        typer.echo(said(told["preview"]))
    if told["passes"]:
        typer.echo(f"It would pass: the same without --try releases record {record} so.", err=True)
        return
    why = (
        "what was marked is not in it, or hides nothing" if told["misses"] else said(told["reason"] or told["unopened"])
    )
    raise CheckFoundError(f"It would not pass: {why.replace('_', ' ')}.")


def _span(text: str) -> Mapping[str, int]:
    found = _SPAN.fullmatch(text)
    if found is None or int(found[1]) >= int(found[2]):
        raise UsageError("A span is START-END, such as 10-24: characters of the preview, the first is 0.")
    return {"start": int(found[1]), "end": int(found[2])}


def _tell_decided(action: Action, told: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(told))
    else:
        typer.echo(told["sentence"])
        if told["changed"]:
            typer.echo(f"Next: `maskstream quarantine {_NEXT[action].format(told['changed'][0]['record'])}`.")
    if not told["changed"]:
        raise RunError("Nothing was changed: look at the records again.")


def _bulk(desk: Desk, action: Action, wanted: Wanted, reason: str, *, yes: bool, as_json: bool) -> None:
    count = desk.matching(action, wanted)
    if not count:
        raise RunError("No record matches: see `maskstream quarantine groups`.")
    if not yes:
        _confirm(f"{action.capitalize()} {number(count)} record{'s' * (count > 1)}?")
    report = desk.bulk(action, wanted, reason, count, _progress)
    if as_json:
        typer.echo(json.dumps(report))
    else:
        typer.echo(report["sentence"])
        _tell_next(action, wanted, report["examples"])
    if report["cancelled"] or report["problem"]:
        raise RunError("It did not come to its end: the same command goes on with what is left.")


def _tell_next(action: Action, wanted: Wanted, lost: Sequence[str]) -> None:
    if lost:
        typer.echo(f"Lost to somebody else: {', '.join(lost)}; `maskstream quarantine show {lost[0]}`.")
    if action == "release" and wanted.group:
        typer.echo(f"Next: `maskstream quarantine undo --group {wanted.group}`, until the redrive has written them.")


def _confirm(question: str) -> None:
    if not sys.stdin.isatty():
        raise UsageError(f"{question} Say --yes where nobody can be asked.")
    if not typer.confirm(question):
        raise CheckFoundError("Nothing was done.")


def _progress(report: Mapping[str, Any]) -> None:
    if sys.stderr.isatty():
        done = report["done"] + report["lost"] + report["unknown"]
        typer.echo(
            f"{number(done)} of {number(report['total'])} records; Ctrl-C stops after what is in hand.", err=True
        )
