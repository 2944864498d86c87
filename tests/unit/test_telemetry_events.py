"""The vocabulary of the service's own log."""

from pathlib import Path

import streams
from streams.telemetry.events import EVENTS

STREAMS = Path(streams.__file__).parent


def test_every_event_is_said_somewhere() -> None:
    """A name that nobody uses would promise an operator a line that never comes."""
    sources = [path.read_text() for path in STREAMS.rglob("*.py") if path.name != "events.py"]
    unsaid = {event for event in EVENTS if not any(f'"{event}"' in source for source in sources)}
    assert not unsaid
