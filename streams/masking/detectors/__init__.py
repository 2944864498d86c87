"""Every detector, one module a family."""

from typing import Final

from streams.masking.detectors import (
    contact,
    credentials,
    identity,
    jose,
    listed,
    money,
    named,
    network,
    providers,
    spelled,
    spoken,
    userinfo,
)
from streams.masking.found import Detector

__all__ = ["ALL"]

#: In no order that matters: overlaps are decided by `Found.certain` and length.
ALL: Final[tuple[Detector, ...]] = (
    *contact.DETECTORS,
    *network.DETECTORS,
    *money.DETECTORS,
    *identity.DETECTORS,
    *jose.DETECTORS,
    *credentials.DETECTORS,
    *providers.DETECTORS,
    *userinfo.DETECTORS,
    *spelled.DETECTORS,
    *spoken.DETECTORS,
    *listed.DETECTORS,
    *named.DETECTORS,
)
