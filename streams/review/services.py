"""What the routes work with, made once and kept at `app.state.services`."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from fastapi import Request

from streams.review.auth.limits import Buckets
from streams.review.remembered import Remembered

if TYPE_CHECKING:
    from streams.quarantine.actions import Actions
    from streams.quarantine.auditlog import WriteAudit
    from streams.quarantine.store.model import AgeSeries, InflowSeries
    from streams.quarantine.store.store import ReviewStore
    from streams.quarantine.trying import Trier
    from streams.review.looks import Looks
    from streams.review.neighbours import Neighbours
    from streams.review.policies import PolicySource
    from streams.review.reveals import Reveals
    from streams.review.runs import Runs
    from streams.settings import Settings
    from streams.telemetry.metrics import ReviewMetrics

__all__ = ["Services", "services_of"]

#: Tries at once, and a second.
_TRIES: Final = (60.0, 1.0)


@dataclass(frozen=True, slots=True)
class Services:
    """Without the private key there is neither a `trier` nor `reveals`, and the service says so where it is asked."""

    settings: "Settings"
    store: "ReviewStore"
    actions: "Actions"
    policies: "PolicySource"
    runs: "Runs"
    neighbours: "Neighbours"
    metrics: "ReviewMetrics"
    looks: "Looks"
    audit: "WriteAudit"
    trier: "Trier | None" = None
    reveals: "Reveals | None" = None
    #: Of each person: a try opens records and takes a core for a while.
    tries: Buckets = field(default_factory=lambda: Buckets(*_TRIES))
    #: Numbers of charts by scope and view.
    charts: "Remembered[tuple[InflowSeries, AgeSeries]]" = field(default_factory=Remembered)


def services_of(request: Request) -> Services:
    """The services of the application that a request came to; a FastAPI dependency."""
    services = request.app.state.services
    if not isinstance(services, Services):
        raise TypeError("the application was put together without its services")
    return services
