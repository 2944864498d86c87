"""The settings as one frozen model with their defaults and limits; it does not know where values come from."""

import os
import re
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, model_validator
from pydantic_core import PydanticCustomError

from streams.errors import SettingsError
from streams.settings import topics
from streams.settings.checks import DECISIONS_MARGIN_MS, contradictions
from streams.settings.names import setting_of, variable_of
from streams.settings.units import duration_ms, size_bytes

__all__ = ["Origin", "Settings"]

Origin = Literal["default", "file", "environment", "flag"]

_DAY_MS: Final = 86_400_000
_WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


def _user_folder(variable: str, fallback: str) -> Path:
    base = os.environ.get(variable) or str(Path(os.environ.get("HOME") or "/var/lib/maskstream") / fallback)
    return Path(base) / "maskstream"


def _state_folder() -> Path:
    return _user_folder("XDG_STATE_HOME", ".local/state")


def _config_file(name: str) -> Path:
    return _user_folder("XDG_CONFIG_HOME", ".config") / name


def _host_name() -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "-", socket.gethostname()).lstrip("._-")[:100] or "localhost"


# A default gives way to what was set on purpose: whoever shortens MAX_RETENTION has not asked for a contradiction.
def _at_most_maximum(retention_ms: int, earlier: dict[str, Any]) -> int:
    return min(retention_ms, int(earlier.get("max_retention_ms", retention_ms)))


def _outliving_quarantine(retention_ms: int, earlier: dict[str, Any]) -> int:
    return max(retention_ms, int(earlier.get("quarantine_retention_ms", 0)) + DECISIONS_MARGIN_MS)


def _word(value: str) -> str:
    if not _WORD.fullmatch(value):
        raise ValueError("should be letters, digits, dots, hyphens and underscores, at most 200")
    return value


def _topic(value: str) -> str:
    if not topics.is_topic_name(value):
        raise ValueError("should be a topic name: letters, digits, dots, hyphens and underscores, at most 249")
    return value


def _template(value: str) -> str:
    if not topics.is_topic_name(value.replace(topics.PLACEHOLDER, "x")):
        raise ValueError("should be a topic name in which {topic} stands for the raw topic")
    return value


def _raw_topics(value: str) -> str:
    if topics.is_pattern(value):
        try:
            re.compile(value)
        except re.error:
            raise ValueError("should be a valid regular expression, since it starts with ^") from None
    elif not all(map(topics.is_topic_name, topics.raw_topic_list(value))):
        raise ValueError("should be topic names with commas between, or a regular expression that starts with ^")
    return value


def _downstream(value: str) -> str:
    if not value.isprintable():
        raise ValueError("should be names of systems with commas between, on one line")
    return value


def _no_bool(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("should be a whole number")  # noqa: TRY004 - pydantic turns ValueError into a problem
    return value


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _expanded(value: Path) -> Path:
    # A leading ~ is the shell's to expand, but not in a YAML file or a unit's environment.
    return Path(os.path.expanduser(value))  # noqa: PTH111 - Path.expanduser raises where there is no home


Word = Annotated[str, AfterValidator(_word)]
Topic = Annotated[str, AfterValidator(_topic)]
File = Annotated[Path, AfterValidator(_expanded)]
Number = Annotated[int, BeforeValidator(_no_bool)]
Duration = Annotated[int, BeforeValidator(duration_ms, json_schema_input_type=int | str)]
Size = Annotated[int, BeforeValidator(size_bytes, json_schema_input_type=int | str), Field(ge=1024, le=1 << 30)]
Port = Annotated[int, BeforeValidator(_no_bool), Field(ge=1, le=65_535)]


class Settings(BaseModel):
    """Everything that can be set. Attributes of retention end in `_ms`, their settings do not (`max_retention`).

    Frozen and picklable; `repr` never shows librdkafka properties, since passwords are among them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    bootstrap_servers: str = Field("", description="Kafka brokers, host:port with commas between.")
    raw_topics: Annotated[str, AfterValidator(_raw_topics)] = Field(
        "", description="Topics to mask: names with commas between, or a regular expression that starts with ^."
    )
    clean_topic: Annotated[str, AfterValidator(_template)] = Field(
        "{topic}.clean", description="Where masked records go; {topic} is the raw topic."
    )
    quarantine_topic: Topic = Field("maskstream.quarantine", description="Where unmaskable records go, sealed.")
    decisions_topic: Topic = Field("maskstream.decisions", description="Where decisions on quarantined records go.")
    audit_topic: Topic = Field("maskstream.audit", description="Where it is recorded who looked at what.")
    jobs_topic: Topic = Field("maskstream.jobs", description="Where replays keep what they are and how far they are.")
    downstream: Annotated[str, AfterValidator(_downstream)] = Field(
        "", description="Where copies of clean topics go, with commas between: what a purge does not reach."
    )
    group_id: Word = Field("maskstream", description="Kafka consumer group.")
    start: Literal["earliest", "latest"] = Field("earliest", description="Where a new group begins; only a new one.")
    static_membership: bool = Field(
        False, description="Give each worker a group.instance.id, so that a restart moves no partition."
    )
    kafka: dict[str, str] = Field(
        default_factory=dict, repr=False, description="librdkafka properties passed to every client."
    )

    max_retention_ms: Duration = Field(
        30 * _DAY_MS, description="Longest retention that clean and quarantine topics may have."
    )
    clean_retention_ms: Duration = Field(
        default_factory=lambda earlier: _at_most_maximum(7 * _DAY_MS, earlier),
        description="Retention that `topics apply` gives clean topics; 7d unless MAX_RETENTION is shorter.",
    )
    quarantine_retention_ms: Duration = Field(
        default_factory=lambda earlier: _at_most_maximum(14 * _DAY_MS, earlier),
        description="Retention that `topics apply` gives the quarantine topic; 14d unless MAX_RETENTION is shorter.",
    )
    decisions_retention_ms: Duration = Field(
        default_factory=lambda earlier: _outliving_quarantine(28 * _DAY_MS, earlier),
        description="Retention that `topics apply` gives the decisions topic; 28d, or a day more than quarantine.",
    )
    audit_retention_ms: Duration = Field(
        400 * _DAY_MS, description="Retention that `topics apply` gives the audit topic."
    )
    jobs_retention_ms: Duration = Field(
        90 * _DAY_MS, description="Retention that `topics apply` gives the jobs topic; no replay may take longer."
    )

    workers: Number = Field(1, ge=1, le=256, description="Worker processes on this machine.")
    role: Literal["mask", "redrive"] = Field("mask", description="What the workers do.")
    batch_records: Number = Field(10_000, ge=1, le=1_000_000, description="Most records in a batch.")
    batch_bytes: Size = Field(8 << 20, description="Most bytes in a batch, such as 8MiB.")
    batch_ms: Number = Field(200, ge=1, le=60_000, description="Longest time a batch is collected, in milliseconds.")
    max_depth: Number = Field(1024, ge=1, le=100_000, description="Deepest nesting before a record is too_deep.")
    instance: Word = Field(default_factory=_host_name, description="This machine's name in transactional ids.")
    state_dir: File = Field(
        default_factory=_state_folder, description="Folder of lock files, the audit and the review store."
    )
    policy: File | None = Field(None, description="Policy file; the default policy pack without one.")
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)] = Field(
        "INFO", description="Least severity that the service logs."
    )
    config: File | None = Field(None, description="YAML file with settings.")

    keyring: File = Field(default_factory=lambda: _config_file("keyring.json"), description="File of masking keys.")
    review_public_key: File = Field(
        default_factory=lambda: _config_file("review-public.pem"), description="Key that quarantine is sealed to."
    )
    review_private_key: File = Field(
        default_factory=lambda: _config_file("review-private.pem"), description="Key that opens quarantine."
    )

    http_host: Annotated[str, Field(min_length=1)] = Field("127.0.0.1", description="Address of the worker's pages.")
    http_port: Port = Field(9464, description="Port of slot 0; slot i listens on this port + i.")
    replay_port: Port = Field(
        9564, description="Port of slot 0 of a replay, or the next that is free; slot i listens on this port + i."
    )
    review_port: Port = Field(8464, description="Port of `maskstream review`.")
    review_public_url: str | None = Field(
        None, description="Address of `maskstream review` in browsers, such as https://review.example.com."
    )
    review_issuer: str | None = Field(None, description="Required issuer of JWTs.")
    review_audience: str | None = Field(None, description="Required audience of JWTs.")
    review_jwks_url: str | None = Field(
        None, repr=False, description="Where the issuer publishes its keys; by default where its discovery says."
    )
    review_jwt_key: File | None = Field(None, description="Public key of the issuer, instead of a JWKS.")
    review_dev_secret: File | None = Field(
        None, description="For development, instead of an issuer: secret of `maskstream dev-token`, 32 bytes or more."
    )
    review_token_max_age_ms: Duration = Field(86_400_000, description="Longest time since a JWT was issued.")
    review_leeway_ms: Duration = Field(60_000, description="How far the issuer's clock may be off; 5m at most.")
    review_revoked: File | None = Field(
        None, description="File of revoked tokens: one `jti` a line, read when changed."
    )
    review_roles_claim: Annotated[str, Field(min_length=1)] = Field(
        "roles", description="Claim that holds roles; dots go inside, such as realm_access.roles."
    )
    review_viewer_roles: str = Field("viewer", description="The issuer's names of the role viewer, commas between.")
    review_operator_roles: str = Field("operator", description="The issuer's names of the role operator.")
    review_revealer_roles: str = Field("revealer", description="The issuer's names of the role revealer.")
    review_topics_claim: Annotated[str, Field(min_length=1)] = Field(
        "topics", description="Claim that holds the raw topics that a person may see, as globs; all without it."
    )
    review_client_id: str | None = Field(None, description="Client of browsers' log-in (OpenID Connect with PKCE).")
    review_client_secret: File | None = Field(None, description="The client's secret, if it has one.")
    review_login_scope: str = Field("openid", description="Scopes asked for at log-in; openid among them.")
    review_session_max_age_ms: Duration = Field(8 * 3_600_000, description="Longest life of a browser's session.")
    review_session_key: File | None = Field(
        None, description="Secrets that sign sessions, one a line, the first signs; else each start makes one."
    )
    review_reveals_per_hour: Number = Field(30, ge=1, le=3600, description="Looks at originals that a person has.")
    review_audit_key: File | None = Field(
        None, description="Secret that the audit's hash chain is keyed with; without it the chain is a plain SHA-256."
    )

    review_four_eyes: bool = Field(
        False, description="Whether a second revealer has to approve each look at an original first."
    )
    review_url: str | None = Field(None, description="Review service that the command line goes through.")
    review_token: str | None = Field(None, repr=False, description="JWT of the command line for the review service.")
    review_token_file: File | None = Field(None, description="File with that JWT, instead; mode 0600.")

    _origins: dict[str, Origin] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _agree(self) -> Self:
        found = contradictions(self)
        if found:
            context: dict[str, Any] = {"found": found}
            raise PydanticCustomError("contradiction", "the settings contradict each other", context)
        return self

    def with_origins(self, origins: Mapping[str, Origin]) -> Self:
        """The same settings, knowing where each value came from (`workers`, `kafka.security.protocol`)."""
        copy = self.model_copy()
        copy._origins = dict(origins)  # noqa: SLF001 - our own copy
        return copy

    def origin(self, name: str) -> Origin:
        """Where an effective value came from; `name` is an attribute or `kafka.` and a librdkafka property."""
        return self._origins.get(name, "default")

    def require(self, *attributes: str) -> None:
        """Raise SettingsError, one sentence each, for settings that a command needs and nobody set."""
        missing = [setting_of(name) for name in attributes if getattr(self, name) in {None, ""}]
        if missing:
            raise SettingsError(
                [
                    f"{name.upper()} is not set: set {variable_of(name)}, or `{name}:` in the settings file."
                    for name in missing
                ]
            )

    def clean_topic_for(self, raw_topic: str) -> str:
        """The clean topic of a raw topic."""
        return topics.fill(self.clean_topic, raw_topic)

    @property
    def downstream_list(self) -> tuple[str, ...]:
        """Each place where copies of clean topics go."""
        return tuple(part.strip() for part in self.downstream.split(",") if part.strip())

    def resolve_raw_topics(self, existing: Iterable[str]) -> tuple[str, ...]:
        """Raw topics meant by RAW_TOPICS; a list is taken as it stands, a pattern never matches our own outputs."""
        own = (self.quarantine_topic, self.decisions_topic, self.audit_topic, self.jobs_topic)
        return topics.resolve(self.raw_topics, self.clean_topic, own, existing)
