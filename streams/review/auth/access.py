"""Everything that lets people in, put together from the settings; one for a process, kept at `app.state.access`."""

import queue
import threading
from dataclasses import dataclass
from typing import Final

from streams.errors import MaskstreamError, SettingsError
from streams.quarantine.audit import AuditEvent
from streams.quarantine.auditlog import WriteAudit
from streams.review.auth.claims import Expected
from streams.review.auth.jwks import Jwks
from streams.review.auth.limits import Buckets
from streams.review.auth.oidc import Discovery, Provider
from streams.review.auth.sessions import Sessions
from streams.review.auth.signing import Signer
from streams.review.auth.site import Site
from streams.review.auth.verifier import FixedKey, Keys, Verifier, revocations
from streams.review.auth.verifykeys import development_key, key_of_file
from streams.review.auth.web import Web
from streams.settings import Settings
from streams.settings.urls import is_loopback
from streams.telemetry.log import EventLog

__all__ = ["DEV_AUDIENCE", "DEV_ISSUER", "Access", "Notes", "open_access"]

#: Of tokens of `maskstream dev-token`, unless the settings say otherwise.
DEV_ISSUER: Final = "maskstream-dev"
DEV_AUDIENCE: Final = "maskstream-review"

#: Refused tokens that are written down, for each network: ten at once, then one in ten seconds.
_FAILURES: Final = (10.0, 0.1)
#: Log-ins that are tried, for each network: they ask the provider.
_ATTEMPTS: Final = (30.0, 0.5)
#: Looks at once, before the hourly rate begins to count.
_REVEALS_BURST: Final = 10
#: People of whom one network may look as often as they may; a proxy in front makes them one.
_PEOPLE: Final = 5
#: Failures that wait to be written; more at once say nothing new.
_NOTES_MAX: Final = 256

_events: Final = EventLog()


class Notes:
    """Writes audit events that nobody waits for, by a thread of its own: what failed shows nothing to anybody."""

    def __init__(self, audit: WriteAudit) -> None:
        self._audit = audit
        self._waiting: queue.Queue[AuditEvent | None] = queue.Queue(_NOTES_MAX)
        self._thread = threading.Thread(target=self._run, name="review-audit-notes", daemon=True)
        self._thread.start()

    def __call__(self, event: AuditEvent) -> None:
        """Takes an event to write it soon; never waits."""
        try:
            self._waiting.put_nowait(event)
        except queue.Full:
            _events.warning("review_unaudited", action=event.action)

    def close(self, wait_s: float = 10.0) -> None:
        """Writes what waits, for a while."""
        try:
            self._waiting.put(None, timeout=wait_s)
        except queue.Full:
            return
        self._thread.join(wait_s)

    def _run(self) -> None:
        while (event := self._waiting.get()) is not None:
            try:
                self._audit(event)
            except MaskstreamError as error:
                _events.warning("review_unaudited", action=event.action, error=error)


@dataclass(frozen=True, slots=True)
class Access:
    """What gate and log-in work with. `provider` is there where browsers log in elsewhere."""

    settings: Settings
    site: Site
    verifier: Verifier
    sessions: Sessions
    provider: Provider | None
    development: bool
    audit: WriteAudit
    notes: Notes
    failures: Buckets
    attempts: Buckets
    reveals: Buckets
    reveals_near: Buckets
    web: Web

    def ready(self) -> bool:
        """Whether there are keys to verify tokens with."""
        return self.verifier.ready()

    def close(self) -> None:
        """Ends what runs in the background."""
        self.notes.close()
        self.web.close()


def open_access(settings: Settings, audit: WriteAudit) -> Access:
    """All of it; SettingsError where nobody could get in, KeyringError where a file cannot be used."""
    web = Web()
    discovery = Discovery(settings.review_issuer or "", web)
    revoked = revocations(settings.review_revoked)
    verifier = Verifier(settings, _keys(settings, discovery, web), _expected(settings), revoked)
    signer = Signer(settings.review_session_key)
    per_hour = settings.review_reveals_per_hour
    development = settings.review_dev_secret is not None
    if development:
        _events.warning("review_development", healthy=is_loopback(settings.http_host))
    return Access(
        settings=settings,
        site=Site(settings),
        verifier=verifier,
        sessions=Sessions(signer, settings.review_session_max_age_ms / 1000, revoked),
        provider=Provider(settings, discovery, web, signer, verifier) if settings.review_client_id else None,
        development=development,
        audit=audit,
        notes=Notes(audit),
        failures=Buckets(*_FAILURES),
        attempts=Buckets(*_ATTEMPTS),
        reveals=Buckets(min(_REVEALS_BURST, per_hour), per_hour / 3600),
        reveals_near=Buckets(_REVEALS_BURST * _PEOPLE, per_hour * _PEOPLE / 3600),
        web=web,
    )


def _expected(settings: Settings) -> Expected:
    development = settings.review_dev_secret is not None
    issuer = settings.review_issuer or (DEV_ISSUER if development else None)
    audience = settings.review_audience or (DEV_AUDIENCE if development else None)
    if issuer is None or audience is None:
        raise SettingsError(
            [_nobody(name) for name, value in (("ISSUER", issuer), ("AUDIENCE", audience)) if not value]
        )
    return Expected(issuer, audience, settings.review_leeway_ms / 1000, settings.review_token_max_age_ms / 1000)


def _nobody(name: str) -> str:
    return (
        f"REVIEW_{name} is not set, so nobody could get in: set MASKSTREAM_REVIEW_{name}, or to try it "
        "MASKSTREAM_REVIEW_DEV_SECRET to a file that `maskstream dev-token` makes."
    )


def _keys(settings: Settings, discovery: Discovery, web: Web) -> Keys:
    if settings.review_dev_secret is not None:
        return FixedKey(settings.review_dev_secret, "review_dev_secret", development_key)
    if settings.review_jwt_key is not None:
        return FixedKey(settings.review_jwt_key, "review_jwt_key", key_of_file)
    url = settings.review_jwks_url
    return Jwks((lambda: url) if url else (lambda: discovery.address("jwks_uri")), web)
