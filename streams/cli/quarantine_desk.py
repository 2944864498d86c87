"""Where the commands of `maskstream quarantine` do their work: at a review service, or on Kafka itself (`--direct`)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Protocol

import typer

from streams.cli.options import ConfigOption, SetOption, load_settings
from streams.errors import UsageError
from streams.quarantine.decisions import Action

__all__ = [
    "Desk", "DirectOption", "JsonOption", "Options", "Tell", "UrlOption", "Wanted", "at_desk", "check_record",
    "options",
]  # fmt: skip

#: Takes how far a run is, in the API's form.
Tell = Callable[[Mapping[str, Any]], None]

UrlOption = Annotated[
    str | None, typer.Option("--url", metavar="URL", help="Address of the review service.", show_default=False)
]
DirectOption = Annotated[
    bool, typer.Option("--direct", help="On Kafka itself, as the operator of it, and not through a review service.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON for programs instead of words.")]

_CHOOSE: Final = (
    "Say where: set MASKSTREAM_REVIEW_URL or --url to go through a review service, or --direct to work on Kafka itself."
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records; as the API's filter has it."""

    group: str | None = None
    reason: str | None = None
    topic: str | None = None
    status: tuple[str, ...] = ()
    text: str = ""

    @property
    def given(self) -> dict[str, Any]:
        """What was said."""
        pairs = {"group": self.group, "reason": self.reason, "topic": self.topic, "text": self.text}
        return {name: value for name, value in pairs.items() if value} | (
            {"status": list(self.status)} if self.status else {}
        )


class Desk(Protocol):
    """What can be done; documents are those of the API (`docs/review-api.md`)."""

    def groups(self, wanted: Wanted, limit: int) -> list[dict[str, Any]]: ...
    def records(self, wanted: Wanted, limit: int) -> list[dict[str, Any]]: ...
    def record(self, record: str) -> dict[str, Any]: ...
    def stats(self) -> dict[str, Any]: ...
    def decide(
        self, action: Action, records: Sequence[str], reason: str, redactions: Sequence[Mapping[str, Any]]
    ) -> dict[str, Any]: ...
    def try_mask(self, record: str, redactions: Sequence[Mapping[str, Any]]) -> dict[str, Any]: ...
    def matching(self, action: Action, wanted: Wanted) -> int: ...
    def bulk(self, action: Action, wanted: Wanted, reason: str, at_most: int, tell: Tell) -> dict[str, Any]: ...
    def try_records(self, records: Sequence[str], policy: str | None, tell: Tell) -> dict[str, Any]: ...
    def try_wanted(self, wanted: Wanted, policy: str | None, sample: int | None, tell: Tell) -> dict[str, Any]: ...
    def explain(self, record: str) -> dict[str, Any]: ...
    def reveal(self, record: str, reason: str) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Options:
    """Where and how, of one command line."""

    url: str | None
    direct: bool
    settings: Any
    flags: list[str] = field(default_factory=list)


def options(url: str | None, direct: bool, config: ConfigOption, assignments: SetOption) -> Options:
    """From flags and settings; a flag beats a setting."""
    settings = load_settings(config, assignments)
    if url and direct:
        raise UsageError("--url and --direct are two ways: take one.")
    return Options(None if direct else url or settings.review_url, direct, settings)


@contextmanager
def at_desk(where: Options) -> Iterator[Desk]:
    """The desk that the options mean; UsageError where they mean none."""
    if where.url:
        from streams.cli.quarantine_remote import RemoteDesk

        with RemoteDesk(where.url, where.settings) as remote:
            yield remote
    elif where.direct:
        from streams.cli.quarantine_direct import DirectDesk

        with DirectDesk(where.settings) as direct:
            yield direct
    else:
        raise UsageError(_CHOOSE)


def check_record(text: str) -> str:
    """A record as `PARTITION:OFFSET`; UsageError otherwise."""
    partition, separator, offset = text.partition(":")
    if not separator or not _is_number(partition, 9) or not _is_number(offset, 18):
        raise UsageError("A record is PARTITION:OFFSET, as the list has it, such as 0:17.")
    return f"{int(partition)}:{int(offset)}"


def _is_number(text: str, digits: int) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= digits
