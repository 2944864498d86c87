"""`maskstream dev-token`: a token for trying the review without an issuer; real ones come from your issuer."""

from typing import Annotated

import typer

from streams.cli.options import ConfigOption, SetOption, load_settings
from streams.errors import UsageError

__all__ = ["dev_token"]


def dev_token(
    *,
    sub: Annotated[str, typer.Option(help="Who it is for.")],
    role: Annotated[
        list[str] | None, typer.Option(help="viewer, operator or revealer; repeatable.", show_default="viewer")
    ] = None,
    topics: Annotated[
        str | None, typer.Option(help="Raw topics as globs with commas between; all without.", show_default=False)
    ] = None,
    ttl: Annotated[str, typer.Option(help="How long it counts, such as 30m.")] = "1h",
    config: ConfigOption = None,
    assignments: SetOption = None,
) -> None:
    """Print a token for development, signed with the secret that REVIEW_DEV_SECRET names; makes the secret once."""
    from streams.keystore import new_secret
    from streams.review.auth.devtoken import make_dev_token
    from streams.settings.units import duration_ms

    settings = load_settings(config, assignments)
    settings.require("review_dev_secret")
    roles = _roles(role or ["viewer"])
    try:
        ttl_s = duration_ms(ttl) / 1000
    except ValueError as error:
        raise UsageError(f"--ttl {error}.") from None
    path = settings.review_dev_secret
    if path is not None and not path.exists():
        new_secret(path)
        typer.echo(f"Secret {path} made; the review has to be started with REVIEW_DEV_SECRET naming it.", err=True)
    typer.echo(make_dev_token(settings, sub, roles, _globs(topics), ttl_s))
    said = f"it lets {sub} in as {', '.join(roles)} for {ttl}, wherever this secret is used"
    typer.echo(f"This token is for development only: {said}.", err=True)


def _roles(given: list[str]) -> list[str]:
    from streams.review.auth.principal import ROLES

    if not set(given) <= set(ROLES):
        raise UsageError(f"--role should be one of {', '.join(ROLES)}.")
    return sorted(set(given))


def _globs(topics: str | None) -> list[str] | None:
    from streams.review.auth.principal import TOPIC_GLOB

    if topics is None:
        return None
    globs = [part.strip() for part in topics.split(",") if part.strip()]
    if not globs or not all(map(TOPIC_GLOB.fullmatch, globs)):
        raise UsageError("--topics should be names of topics with * and ? in them, with commas between.")
    return globs
