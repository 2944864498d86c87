"""What the demo makes of the port of its review, before anybody is sent there."""

import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from streams.demo import people
from streams.demo.people import _ready, _Service, _serving
from streams.demo.processes import Children
from streams.demo.stage import Stage
from streams.errors import RunError


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """A server on loopback that says this to whoever asks first."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def once() -> None:
            asking, _ = server.accept()
            with asking:
                asking.recv(4096)
                asking.sendall(answer)

        thread = threading.Thread(target=once)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join(10)


@pytest.mark.parametrize(
    ("answer", "ready"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", True),
        (b"HTTP/1.1 503 Not Yet\r\nContent-Length: 0\r\n\r\n", False),
        (b"\x00\x00\x00\x08\x00\x00\x00\x23", False),
        (b"", False),
    ],
)
def test_only_a_review_that_is_ready_is_ready(answer: bytes, ready: bool) -> None:
    """A view that is being built, another program on the port, a connection that is closed: people wait or read why."""
    with answering(answer) as address:
        assert _ready(f"{address}/readyz") is ready


_SERVER = """
import http.server, os
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""
_SERVICE = _Service("review", ("-c", _SERVER), {}, "PORT", "readyz")


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """A folder whose only page is that of a service that is ready, and Python in the place of the command."""
    monkeypatch.setattr(people, "maskstream", lambda: [sys.executable])
    (tmp_path / "readyz").touch()
    return Stage(tmp_path, "", (), (), 0, 0, dict(os.environ))


def test_a_port_that_another_program_took_is_left_to_it(stage: Stage) -> None:
    """Between choosing a port and listening on it there is time for others; the service answers on another one."""
    with socket.create_server(("127.0.0.1", 0)) as other, Children() as children:
        taken = other.getsockname()[1]
        port = _serving(children, stage, _SERVICE, taken)
        assert port != taken
        assert _ready(f"http://127.0.0.1:{port}/readyz")


def test_a_service_that_never_starts_tells_its_last_words(stage: Stage) -> None:
    """Whatever keeps it from starting is in its own log, whose last line is what a person reads."""
    service = _SERVICE._replace(arguments=("-c", "raise SystemExit('The view cannot be opened.')"))
    with Children() as children, pytest.raises(RunError, match=r"review did not start.* The view cannot be opened\."):
        _serving(children, stage, service, 1)
