"""What a log line is written from: who, when, in which request."""

from dataclasses import dataclass
from typing import Final

from streams.corpus.dice import Clock, Dice
from streams.corpus.people import Person

__all__ = ["AGENTS", "Scene"]

#: User agents; each holds a version of four parts that looks like an IP address and is none.
AGENTS: Final = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.6367.91 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/123.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4.1",
    "okhttp/4.12.0",
    "shop-android/8.14.2.20771 (Android 14; build 240419001)",
)


@dataclass(slots=True)
class Scene:
    """One request on its way through the services; `trace` is the same in each of them."""

    dice: Dice
    clock: Clock
    person: Person
    trace: str
