"""What people are given where the demo stays: redrive and review, and a link that logs in once."""

import http.client
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from streams.demo.broker import free_ports
from streams.demo.processes import Children, last_words, maskstream, wait_until
from streams.demo.stage import Stage
from streams.errors import RunError
from streams.keystore import new_secret
from streams.review.auth.once import CODE_LIFE_S, mint_once

__all__ = ["LINK_S", "Door", "open_door"]

#: Imports, the embedded broker, a view that is built; 2 loaded cores need more. In seconds.
_START_S: Final = 60.0
#: How long the link logs in, in seconds.
LINK_S: Final = CODE_LIFE_S
_PERSON: Final = "you"
#: So often another port is tried: between its choice and its use a program may have taken it.
_MORE_PORTS: Final = 3


@dataclass(frozen=True, slots=True)
class Door:
    """Where the review is, and the link that logs in once."""

    port: int
    link: str

    @property
    def address(self) -> str:
        return _address(self.port)


def open_door(children: Children, stage: Stage) -> Door:
    """Start redrive and review and return once both answer; RunError where one does not."""
    new_secret(stage.folder / "dev-secret")
    redrive = _Service("redrive", ("run",), {"MASKSTREAM_ROLE": "redrive"}, "MASKSTREAM_HTTP_PORT", "livez")
    _serving(children, stage, redrive, stage.redrive_port)
    review = _Service("review", ("review",), {}, "MASKSTREAM_REVIEW_PORT", "readyz")
    port = _serving(children, stage, review, stage.review_port)
    return Door(port, f"{_address(port)}/login/once/{mint_once(stage.folder / 'state', _PERSON)}")


class _Service(NamedTuple):
    """A command, what it is told, which setting its port is, and the page that answers once it does its work."""

    name: str
    arguments: tuple[str, ...]
    settings: Mapping[str, str]
    port_setting: str
    page: str


def _serving(children: Children, stage: Stage, service: _Service, first: int) -> int:
    """Start a service and return the port on which it answers: not the first one where another program was quicker."""
    log = stage.folder / f"{service.name}.log"
    sorry = f"The {service.name} did not start; run the demo again."
    for port in (first, *free_ports(_MORE_PORTS)):
        environment = {**stage.environment, **service.settings, service.port_setting: str(port)}
        child = children.start([*maskstream(), *service.arguments], environment, log)
        try:
            wait_until(lambda port=port: _ready(f"{_address(port)}/{service.page}"), child, _START_S, sorry)  # type: ignore[misc]
        except RunError:
            if child.poll() is None:
                raise
        else:
            return port
    raise RunError(f"{sorry} {last_words(log)}".strip())


def _address(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def _ready(page: str) -> bool:
    try:
        with urllib.request.urlopen(page, timeout=2):  # noqa: S310  Our own address.
            return True
    except (OSError, http.client.HTTPException):
        # Another program may have taken the port, and speak no HTTP.
        return False
