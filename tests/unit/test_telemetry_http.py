"""The three pages of a worker over a real socket, served by the server that Faust uses."""

import asyncio
import http.client
import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn

from streams.telemetry.health import Health
from streams.telemetry.http import TelemetryApp
from streams.telemetry.metrics import WorkerMetrics


class Pulse:
    stage = "commit"
    overdue = -1.0

    def overdue_s(self) -> float:
        return self.overdue


class Server:
    def __init__(self) -> None:
        self.pulse = Pulse()
        self.health = Health(self.pulse)
        self.metrics = WorkerMetrics(self.health)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None) -> tuple[int, str, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, headers=headers or {})
            response = connection.getresponse()
            return response.status, response.read().decode(), {k.lower(): v for k, v in response.getheaders()}
        finally:
            connection.close()


@pytest.fixture
def server() -> Iterator[Server]:
    served = Server()
    app = TelemetryApp(served.metrics, served.health)
    uvicorn_server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="on"))
    thread = threading.Thread(target=lambda: asyncio.run(uvicorn_server.serve([served.socket])))
    thread.start()
    yield served
    uvicorn_server.should_exit = True
    thread.join(10)
    served.socket.close()
    assert not thread.is_alive()


def test_metrics_page_is_prometheus_text(server: Server) -> None:
    """The page has the fixed text format whatever is accepted, and is not stored."""
    status, body, headers = server.ask("GET", "/metrics", {"Accept": "application/openmetrics-text; version=evil"})
    assert status == 200
    assert headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert headers["cache-control"] == "no-store"
    assert "maskstream_build_info" in body
    lines = [line for line in body.splitlines() if not line.startswith("#")]
    assert lines
    assert all(line.startswith("maskstream_") for line in lines)


def test_readiness_says_why(server: Server) -> None:
    """503 with one sentence of each reason, 200 when there is none."""
    assert server.ask("GET", "/readyz")[:2] == (503, "No partitions are assigned yet.\n")
    server.health.assigned(4)
    assert server.ask("GET", "/readyz")[:2] == (200, "ready\n")


def test_liveness_follows_the_heartbeat(server: Server) -> None:
    """A stage past its limit makes the worker dead, although its server answers."""
    assert server.ask("GET", "/livez")[:2] == (200, "alive\n")
    server.pulse.overdue = 7.2
    assert server.ask("GET", "/livez")[:2] == (503, "The stage commit is 7 s past its limit.\n")


@pytest.mark.parametrize("path", ["/", "/metrics/", "/METRICS", "/docs", "/..%2fmetrics", "/livez/secret@example.org"])
def test_everything_else_is_denied(server: Server, path: str) -> None:
    """404 with a fixed body that repeats nothing of the request."""
    assert server.ask("GET", path + "?q=secret@example.org")[:2] == (404, "Not found.\n")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"])
def test_other_methods_are_denied(server: Server, method: str) -> None:
    """405 with the methods that are allowed."""
    status, _, headers = server.ask(method, "/metrics")
    assert status == 405
    assert headers["allow"] == "GET, HEAD"


def test_head_has_no_body(server: Server) -> None:
    """HEAD answers as GET without the body."""
    status, body, headers = server.ask("HEAD", "/readyz")
    assert (status, body) == (503, "")
    assert int(headers["content-length"]) > 0


def test_the_application_is_an_object() -> None:
    """Faust would bind a plain function to its service class and crash."""
    assert not asyncio.iscoroutinefunction(TelemetryApp)
    assert not hasattr(TelemetryApp(WorkerMetrics(Health()), Health()), "__get__")
