"""What people are given where the demo stays: redrive and review, and a link that logs in once."""

import http.client
import urllib.request
from dataclasses import dataclass
from typing import Final

from streams.demo.processes import Children, maskstream, wait_until
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


@dataclass(frozen=True, slots=True)
class Door:
    """Where the review is, and the link that logs in once."""

    address: str
    link: str


def open_door(children: Children, stage: Stage) -> Door:
    """Start redrive and review and return once the review answers; RunError where it does not."""
    new_secret(stage.folder / "dev-secret")
    role = {**stage.environment, "MASKSTREAM_ROLE": "redrive", "MASKSTREAM_HTTP_PORT": str(stage.redrive_port)}
    redrive = children.start([*maskstream(), "run"], role, stage.folder / "redrive.log")
    review = children.start([*maskstream(), "review"], stage.environment, stage.folder / "review.log")
    address = f"http://127.0.0.1:{stage.review_port}"
    sorry = "The review did not start; run the demo again."
    wait_until(lambda: _ready(address), review, _START_S, sorry)
    if redrive.poll() is not None:
        raise RunError("The redrive ended by itself; run the demo again.")
    return Door(address, f"{address}/login/once/{mint_once(stage.folder / 'state', _PERSON)}")


def _ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=2):  # noqa: S310  Our own address.
            return True
    except (OSError, http.client.HTTPException):
        # Another program may have taken the port, and speak no HTTP.
        return False
