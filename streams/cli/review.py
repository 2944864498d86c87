"""`maskstream review`: the review service, pages and API in a process of its own, until SIGTERM or Ctrl-C."""

import os
import signal
import socket
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Final

import typer

from streams.cli.options import ConfigOption, SetOption, load_settings
from streams.errors import RunError, UnreachableError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import uvicorn
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from starlette.types import ASGIApp

    from streams.review.services import Services
    from streams.settings import Settings

__all__ = ["review"]

#: Seconds between two attempts to reach Kafka at the start; the attempt itself takes up to 15 s.
_RETRY_FIRST_S: Final = 1.0
_RETRY_MAX_S: Final = 30.0
#: How long answers that are under way may take at the end.
_GRACE_S: Final = 10
#: Between two words on how far the view is.
_PROGRESS_S: Final = 5.0


def review(
    *,
    port: Annotated[int | None, typer.Option(help="Port of the service.", show_default=False)] = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
) -> None:
    """Serve review of the quarantine, as pages and as an API, until SIGTERM or Ctrl-C."""
    from streams.review.start import private_key_of
    from streams.telemetry import log
    from streams.telemetry.log import EventLog

    settings = load_settings(config, assignments, review_port=port)
    log.configure(settings.log_level, role="review")
    settings.require("bootstrap_servers")
    _check_port(settings)
    private_key = private_key_of(settings)
    if private_key is None:
        EventLog().warning("review_without_key")
        _say("There is no private key (REVIEW_PRIVATE_KEY), so that nothing can be tried or revealed here.")
    with _opened(settings, private_key) as services:
        _serve(settings, services)


@contextmanager
def _opened(settings: "Settings", private_key: "X25519PrivateKey | None") -> "Iterator[Services]":
    """The services; waits for a Kafka that does not answer, as a worker would."""
    from contextlib import ExitStack

    from streams.review.start import open_services
    from streams.telemetry.log import EventLog

    delay_s = _RETRY_FIRST_S
    with ExitStack() as stack:
        while True:
            try:
                services = stack.enter_context(open_services(settings, private_key))
                break
            except UnreachableError as error:
                EventLog().warning("kafka_unreachable", sentence=str(error), delay_s=delay_s)
            time.sleep(delay_s)
            delay_s = min(2 * delay_s, _RETRY_MAX_S)
        yield services


def _configured(settings: "Settings", app: "ASGIApp") -> "uvicorn.Config":
    """How the application is served."""
    import uvicorn

    return uvicorn.Config(
        app, host=settings.http_host, port=settings.review_port, log_config=None, access_log=False,
        server_header=False, date_header=False, lifespan="on", ws="none", timeout_graceful_shutdown=_GRACE_S,
        # Whoever is on this machine may say any address in `X-Forwarded-For`, and uvicorn would believe it by itself.
        forwarded_allow_ips=os.environ.get("FORWARDED_ALLOW_IPS", ""),
    )  # fmt: skip


def _serve(settings: "Settings", services: "Services") -> None:
    import uvicorn

    from streams.review.app import create_app
    from streams.review.auth.access import open_access
    from streams.telemetry.log import EventLog

    access = open_access(settings, services.audit)
    server = uvicorn.Server(_configured(settings, create_app(services, access)))
    # uvicorn stops by itself and then sends the signal once more to whoever was there before it.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    done = threading.Event()
    threading.Thread(target=_progress, args=(services, done), name="progress", daemon=True).start()
    EventLog().info("review_started", host=settings.http_host, port=settings.review_port)
    _say(f"Review is at http://{settings.http_host}:{settings.review_port}/. Ctrl-C stops it.")
    try:
        server.run()
    finally:
        done.set()
        access.close()
        EventLog().info("review_stopped")
    if not server.started:
        raise RunError("The review service did not start: its log says why.")


def _progress(services: "Services", done: threading.Event) -> None:
    """Says on a terminal how far the view is until it has caught up; the log says it anyway."""
    while not done.is_set():
        health = services.store.health()
        if health.ready:
            _say("The view of the topics is up to date.")
            return
        _say(f"The view of the topics is being built: {health.progress.share:.0%}.")
        done.wait(_PROGRESS_S)


def _check_port(settings: "Settings") -> None:
    with socket.socket(socket.AF_INET6 if ":" in settings.http_host else socket.AF_INET) as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((settings.http_host, settings.review_port))
        except OSError:
            raise UsageError(
                f"Port {settings.review_port} on {settings.http_host} cannot be listened on: set REVIEW_PORT or --port."
            ) from None


def _say(sentence: str) -> None:
    if sys.stderr.isatty():
        typer.echo(sentence, err=True)
