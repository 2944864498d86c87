"""`maskstream topics`: shows, makes and checks the topics that maskstream writes."""

import time
from typing import TYPE_CHECKING, Final

import typer

from streams.cli.options import ConfigOption, SetOption, load_settings
from streams.errors import CheckFoundError, GuardError, RunError

if TYPE_CHECKING:
    from streams.kafka.admin import Admin
    from streams.kafka.topics import Plan
    from streams.settings import Settings

__all__ = ["app"]

#: A new topic is visible everywhere in well under a second; a loaded controller took up to 5 s.
VISIBLE_DEADLINE_S: Final = 30.0

app = typer.Typer(
    help="Plan, apply and check the clean, quarantine, decisions, audit and jobs topics.", no_args_is_help=True
)


@app.command("plan")
def show_plan(*, config: ConfigOption = None, assignments: SetOption = None) -> None:
    """Show what `topics apply` would do."""
    _, found = _planned(load_settings(config, assignments))
    for step in found.steps:
        typer.echo(f"would {step}")
    if not found.steps:
        typer.echo("Nothing to do: the topics are as they should be.")


@app.command()
def apply(*, config: ConfigOption = None, assignments: SetOption = None) -> None:
    """Make the topics as they should be; does nothing where they are. Raw topics are never touched."""
    settings = load_settings(config, assignments)
    admin, found = _planned(settings)
    for step in found.steps:
        admin.take(step)
        typer.echo(f"done: {step}")
    if not found.steps:
        typer.echo("Nothing to do: the topics are as they should be.")
        return
    _wait_until_visible(settings, admin)


@app.command()
def check(*, config: ConfigOption = None, assignments: SetOption = None) -> None:
    """Exit with status 4 when something differs from how the topics should be."""
    _, found = _planned(load_settings(config, assignments))
    for step in found.steps:
        typer.echo(f"differs: {step}")
    if found.steps:
        raise CheckFoundError("The topics differ from the settings: run `maskstream topics apply`.")
    typer.echo("The topics are as they should be.")


def _planned(settings: "Settings", admin: "Admin | None" = None) -> "tuple[Admin, Plan]":
    from streams.kafka.admin import Admin
    from streams.kafka.topics import TopicFacts, Unseen, plan, unseen_sentence, wishes

    settings.require("bootstrap_servers", "raw_topics")
    admin = admin or Admin(settings)
    existing = admin.topic_names() if settings.raw_topics.startswith("^") else []
    states = admin.describe(settings.resolve_raw_topics(existing))
    unseen = [unseen_sentence(state, "raw") for state in states.values() if isinstance(state, Unseen)]
    if unseen or not states:
        raise GuardError("\n".join(unseen) or "RAW_TOPICS matches no topic: correct the pattern or create the topics.")
    wished = wishes(settings, [state for state in states.values() if isinstance(state, TopicFacts)])
    return admin, plan(wished, admin.describe(wish.name for wish in wished))


def _wait_until_visible(settings: "Settings", admin: "Admin") -> None:
    """Brokers learn of a change a little later than the controller that confirmed it."""
    deadline = time.monotonic() + VISIBLE_DEADLINE_S
    while _planned(settings, admin)[1].steps:
        if time.monotonic() > deadline:
            raise RunError("Kafka accepted the changes but does not show them: run `maskstream topics check`.")
        time.sleep(0.1)
