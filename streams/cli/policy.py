"""`maskstream policy`: is a policy right, what does it say, do its tests hold, what would another one change."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.errors import UsageError

if TYPE_CHECKING:
    from streams.masking.policy import Policy
    from streams.policies.difference import Change

__all__ = ["app"]

app = typer.Typer(help="Check, explain, test and compare policies.", no_args_is_help=True)

_FOUND = 4
#: Lines that are shown of a difference; the counts are of all.
_SHOWN_MAX = 20

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="The policy file.", show_default=False)]
TopicOption = Annotated[
    str | None, typer.Option("--topic", metavar="NAME", help="The raw topic whose rules are meant.", show_default=False)
]


@app.command()
def check(file: FileArgument) -> None:
    """Check a policy as a service does before it takes it: form, contradictions, cost, its own tests."""
    from streams.policies.approval import approved

    loaded = approved(file)
    tests = len(loaded.trials)
    typer.echo(
        f"The policy {file} is right: version {loaded.policy.version}, {tests} test{'' if tests == 1 else 's'} held."
    )


@app.command()
def explain(
    file: FileArgument,
    line: Annotated[
        str | None, typer.Argument(help="A line that it masks; without one, the policy is told.", show_default=False)
    ] = None,
    *,
    topic: TopicOption = None,
    show_values: Annotated[
        bool, typer.Option("--show-values", help="Show what was found; it is personal data.")
    ] = False,
) -> None:
    """Tell what a policy says and where it says it, or which of its rules decides over what is found in a line."""
    from streams.cli.mask import tell_failure
    from streams.cli.tables import print_table
    from streams.policies.loading import load
    from streams.policies.trials import maskers

    policy = load(file).policy
    if line is None:
        print_table(["what", "is", "said in"], _rows(policy.for_topic(topic) if topic is not None else policy))
        return
    raw = line.encode("utf-8", "surrogateescape")
    masker = maskers(policy).of(topic)
    columns = ["start", "end", "kind", "detector", "action", "rule", *(["value"] if show_values else [])]
    rows = []
    for one in masker.explain(raw):
        cells = [one.start, one.end, one.kind, one.detector, one.action, one.rule or one.kept_by or "default"]
        if show_values:
            cells.append(raw[one.start : one.end].decode("utf-8", "replace"))
        rows.append([str(cell) for cell in cells])
    outcome = masker.mask(raw)
    if rows:
        print_table(columns, rows)
    elif outcome.failure is None:
        typer.echo("Nothing is found in this line, and nothing in it had to be considered.")
    tell_failure(outcome)


def _rows(policy: "Policy") -> list[list[str]]:
    origin = policy.origins
    rows = [
        [name, str(getattr(policy, name)), origin.get(name, "default")]
        for name in ("level", "default_region", "keep_type", "truncate", "require_json", "keys", "timestamps")
    ]
    rows += [
        [f"kind {kind}", action, origin.get(f"actions.{kind}", "default")] for kind, action in policy.actions.items()
    ]
    rows += [[f"field {' '.join(rule.include)}", rule.action, rule.rule] for rule in policy.fields]
    rows += [[f"detector {one.name}", one.kind, one.rule] for one in policy.detectors]
    # What is allowed may be a person's: it is told by its line.
    rows += [["allowed", ", ".join(one.kinds) or "any kind", one.rule] for one in policy.allow]
    return rows + [[f"topics {pattern}", f"version {rules.version}", ""] for pattern, rules in policy.topics]


@app.command()
def test(file: FileArgument) -> None:
    """Run the tests that stand in a policy; exit status 4 when one fails."""
    from streams.policies.loading import load
    from streams.policies.trials import outcomes

    loaded = load(file)
    done = list(outcomes(loaded.policy, loaded.trials))
    failed = [outcome for outcome in done if outcome.failed]
    for outcome in failed:
        typer.echo(f"{outcome.rule}: the line {outcome.failed}.")
    typer.echo(f"{len(done) - len(failed)} of {len(done)} tests held.")
    if failed:
        raise typer.Exit(_FOUND)


@app.command()
def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The present policy file, or `default`.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The policy file to come, or `default`.")],
    sample: Annotated[Path, typer.Argument(metavar="SAMPLE", help="A file of lines, or - for standard input.")],
    *,
    topic: TopicOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a changed line.")] = False,
    show_values: Annotated[
        bool, typer.Option("--show-values", help="Show both outcomes; what would be unmasked is personal data.")
    ] = False,
) -> None:
    """Show which lines of a sample a new policy masks differently; exit status 4 when something would be unmasked."""
    from streams.policies.difference import changes

    count = unmasked = shown = 0
    for change in changes(_policy(old), _policy(new), _lines(sample), topic):
        count += 1
        unmasked += bool(change.less)
        if as_json:
            typer.echo(json.dumps(_facts(change, show_values=show_values)))
        elif shown < _SHOWN_MAX or change.less:
            shown += 1
            _tell(change, show_values=show_values)
    if not as_json:
        lines = "1 line" if count == 1 else f"{count} lines"
        typer.echo(f"{lines} would change; in {unmasked} something would be less masked than now.")
    if unmasked:
        raise typer.Exit(_FOUND)


def _policy(name: str) -> "Policy":
    from streams.policies.loading import PACKS, load

    return load(None if name in PACKS else Path(name)).policy


def _lines(sample: Path) -> Iterator[bytes]:
    if str(sample) == "-":
        yield from (line.rstrip(b"\r\n") for line in sys.stdin.buffer)
        return
    try:
        with sample.open("rb") as opened:
            yield from (line.rstrip(b"\r\n") for line in opened)
    except OSError as error:
        raise UsageError(f"The sample {sample} cannot be read: {error.strerror}.") from None


def _tell(change: "Change", *, show_values: bool) -> None:
    if not change.less:
        what = (
            "is quarantined instead"
            if change.after is None
            else "is masked instead"
            if change.before is None
            else "changes"
        )
        typer.echo(f"line {change.line}: {what}")
    for one in change.less:
        said = f"{one.before} becomes {one.after} ({one.rule or 'default'})"
        typer.echo(f"line {change.line}: {one.kind} at {one.start} to {one.end}: {said}")
    if show_values:
        for sign, text in (("-", change.before), ("+", change.after)):
            typer.echo(f"{sign} {text.decode('utf-8', 'replace') if text is not None else '(quarantined)'}")


def _facts(change: "Change", *, show_values: bool) -> dict[str, object]:
    facts: dict[str, object] = {
        "line": change.line,
        "quarantined": {"before": change.before is None, "after": change.after is None},
        "less": [
            {
                "start": one.start,
                "end": one.end,
                "kind": one.kind,
                "before": one.before,
                "after": one.after,
                "rule": one.rule,
            }
            for one in change.less
        ],
    }
    if show_values:
        facts["before"], facts["after"] = (
            text.decode("utf-8", "replace") if text is not None else None for text in (change.before, change.after)
        )
    return facts


@app.command()
def docs(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="A policy to write a page about.", show_default=False)
    ] = None,
) -> None:
    """Write the reference of the policy file in Markdown, or a page about one policy."""
    from streams.policies.loading import load
    from streams.policies.reference import about, reference

    typer.echo(reference() if file is None else about(load(file)), nl=False)
