"""Every error that maskstream raises on purpose; it knows no payload.

The message is one sentence for a person and says what to do next. Coordinates (topic, partition, offset) may appear in
it, a value from a log never. `exit_status` is what the command line ends with (blueprint: 1 failed while running,
2 wrong usage or settings, 3 refused by a guard, 4 a check found what it looks for).
"""

__all__ = [
    "CheckFoundError",
    "FencedError",
    "GuardError",
    "KeyringError",
    "MaskstreamError",
    "PolicyError",
    "RunError",
    "SettingsError",
    "UnreachableError",
    "UsageError",
]


class MaskstreamError(Exception):
    """maskstream failed."""

    exit_status = 1

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.__doc__)


class RunError(MaskstreamError):
    """maskstream failed while running."""

    def __init__(
        self,
        message: str | None = None,
        *,
        topic: str | None = None,
        partition: int | None = None,
        offset: int | None = None,
    ) -> None:
        super().__init__(message)
        self.topic = topic
        self.partition = partition
        self.offset = offset


class FencedError(RunError):
    """Another producer took over this slot's transactional id."""


class UnreachableError(RunError):
    """Kafka cannot be reached; waiting and trying again may help."""


class UsageError(MaskstreamError):
    """The command was used in a way it does not understand."""

    exit_status = 2


class SettingsError(UsageError):
    """The settings are wrong; `problems` holds one sentence for each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class KeyringError(UsageError):
    """The keyring cannot be used."""


class PolicyError(UsageError):
    """The policy cannot be used."""


class GuardError(MaskstreamError):
    """A guard refuses to run, because running would break a promise."""

    exit_status = 3


class CheckFoundError(MaskstreamError):
    """A check found what it looks for."""

    exit_status = 4
