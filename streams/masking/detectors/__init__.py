"""Every detector, one module a family."""

from typing import Final

from streams.masking.detectors import (
    accounts,
    assigned,
    banking,
    births,
    consoles,
    contact,
    credentials,
    daemons,
    devices,
    frames,
    handles,
    headers,
    identity,
    interchange,
    jose,
    listed,
    money,
    named,
    network,
    paths,
    people,
    phones,
    places,
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
    *accounts.DETECTORS,
    *daemons.DETECTORS,
    *paths.DETECTORS,
    *people.DETECTORS,
    *births.DETECTORS,
    *phones.DETECTORS,
    *places.DETECTORS,
    *handles.DETECTORS,
    *devices.DETECTORS,
    *banking.DETECTORS,
    *named.DETECTORS,
    *headers.DETECTORS,
    *interchange.DETECTORS,
    *frames.DETECTORS,
    *assigned.DETECTORS,
    *consoles.DETECTORS,
)
