"""What the demo makes of the port of its review, before anybody is sent there."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from streams.demo.people import _ready


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
        assert _ready(address) is ready
