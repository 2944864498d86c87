"""Spares the live path: looks at how far it lags behind, without ever joining its group, and leaves it the cores."""

import os
import threading
import time
from collections.abc import Callable
from typing import Final

from streams.errors import MaskstreamError
from streams.kafka.admin import Admin
from streams.kafka.offsets import standings
from streams.settings import Settings

__all__ = ["NICENESS", "LiveLag", "leave_the_cores", "live_lag"]

#: Between two looks.
LOOK_S: Final = 3.0
#: Of a worker beside a live path: Linux gives one of 5 a quarter of a core that both want (setpriority(2), sched(7)).
NICENESS: Final = 5


def leave_the_cores() -> None:
    """Has this process, and all that it starts, stand back for others on the same cores; there is no way back.

    The brake hears of a lag after seconds; a start, which imports and compiles, is over by then.
    """
    os.nice(max(0, NICENESS - os.nice(0)))


def live_lag(settings: Settings, admin: Admin) -> int | None:
    """Offsets that the live group has not committed yet, over all its topics; None where it has committed none or has
    no members, so that there is no live path to spare.
    """
    if not admin.group_is_active(settings.group_id):
        return None
    existing = admin.topic_names() if settings.raw_topics.startswith("^") else []
    rows = standings(admin, settings.group_id, settings.resolve_raw_topics(existing))
    lags = [lag for row in rows if (lag := row.lag) is not None]
    return sum(lags) if lags else None


class LiveLag:
    """`lag` is what was seen last, None for nothing; `looks` counts, so that a caller sees what is new."""

    def __init__(self, settings: Settings, sleep: Callable[[float], object] | None = None) -> None:
        self.lag: int | None = None
        self.looks = 0
        self._settings = settings
        self._over = threading.Event()
        self._sleep = sleep or self._over.wait
        self._thread = threading.Thread(target=self._watch, name="live-lag", daemon=True)

    def start(self) -> None:
        """Begins to look; a second time does nothing."""
        if not self._thread.is_alive():
            self._thread.start()

    def stop(self) -> None:
        self._over.set()

    def _watch(self) -> None:
        admin: Admin | None = None
        while not self._over.is_set():
            begun_s = time.monotonic()
            try:
                admin = admin or Admin(self._settings)
                self.lag = live_lag(self._settings, admin)
                self.looks += 1
            except MaskstreamError:
                # What cannot be seen is no reason to stand still, and the worker says itself when Kafka is away.
                self.lag = None
            except Exception:  # noqa: BLE001 - a thread that looks must not end anything
                self.lag = None
            self._sleep(max(0.1, LOOK_S - (time.monotonic() - begun_s)))
