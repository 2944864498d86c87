"""Keeps the view abreast of both topics, in a thread of its own, through everything that Kafka and the disk may do."""

import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from typing import Final

from confluent_kafka import Message

from streams.errors import MaskstreamError
from streams.quarantine.decisions import parse_event
from streams.quarantine.store.clear import read_clear
from streams.quarantine.store.feed import Feed, Slice
from streams.quarantine.store.file import is_damage
from streams.quarantine.store.holder import Holder
from streams.quarantine.store.ingest import Arrived, Happened, Ingest, Place, read_positions
from streams.quarantine.store.model import Health, Progress
from streams.quarantine.store.sweep import Sweep
from streams.quarantine.store.topics import TOPICS, Looked, Role, Topics
from streams.settings import Settings
from streams.telemetry.log import EventLog

__all__ = ["Follower"]

#: How often Kafka is asked whether the topics are still the same, where they begin and end.
_LOOK_S: Final = 2.0
#: What is written in one transaction, during which other decisions wait; an event may be of 500 records.
_SLICE_RECORDS: Final[dict[Role, int]] = {"quarantine": 2_000, "decisions": 20}
#: The longest wait for a decision, while records may wait as long.
_WAIT_S: Final = 0.05
#: Between two attempts after something went wrong.
_AGAIN_S: Final = 1.0

_events: Final = EventLog()


class _OtherTopicError(Exception):
    """The topics are no longer those that the view was built from."""


class Follower:
    """`run` is the thread's; `health` and `position` are for any. `written` is called after each change of the view."""

    def __init__(self, settings: Settings, holder: Holder, written: Callable[[], None]) -> None:
        self._settings = settings
        self._holder = holder
        self._written = written
        self._stop = threading.Event()
        self._positions: dict[Place, int] = {}
        self._looked: Looked | None = None
        self._problem: str | None = None
        self._fresh_ms = 0
        self._wait_s = 0.0

    def stop(self) -> None:
        """Asks `run` to end after the batch in hand."""
        self._stop.set()

    def run(self) -> None:
        """Follows until it is told to stop; whatever fails is tried again."""
        while not self._stop.is_set():
            try:
                self._session()
            except _OtherTopicError:
                self._rebuild()
            except MaskstreamError as error:
                self._fail(str(error), error)
            except sqlite3.Error as error:
                self._disk(error)
            except Exception as error:  # noqa: BLE001 - the thread must outlive what nobody has thought of.
                self._fail(f"The review store failed ({type(error).__name__}) and tries again: report it.", error)

    def health(self) -> Health:
        """As of the last batch and the last look."""
        return Health(self._holder.built, self._progress(), self._fresh_ms, self._problem)

    def position(self, place: Place) -> int:
        """The next offset of a partition; 0 where nothing was read."""
        return self._positions.get(place, 0)

    def _session(self) -> None:
        topics = Topics(self._settings)
        looked = topics.look()
        if self._holder.damaged or not self._holder.fits(looked.identity):
            raise _OtherTopicError
        ingest = Ingest(self._holder.view.writer)
        self._positions = read_positions(self._holder.view.writer)
        with ExitStack() as opened:
            feeds = {role: opened.enter_context(closing(self._feed(role))) for role in TOPICS}
            self._follow(feeds, topics, looked, ingest)

    def _feed(self, role: Role) -> Feed:
        names = {"quarantine": self._settings.quarantine_topic, "decisions": self._settings.decisions_topic}
        return Feed(self._settings, names[role], _SLICE_RECORDS[role])

    def _follow(self, feeds: Mapping[Role, Feed], topics: Topics, looked: Looked, ingest: Ingest) -> None:
        sweep, due = Sweep(self._holder.view.writer), 0.0
        self._note(looked, ingest)
        self._assign(feeds)
        while not self._stop.is_set():
            if time.monotonic() >= due:
                known = set(self._looked.ends) if self._looked else set()
                self._note(topics.look(), ingest)
                if self._looked and set(self._looked.ends) != known:
                    self._assign(feeds)
                due = time.monotonic() + _LOOK_S
            idle = not self._read(feeds, ingest)
            idle = not sweep.some(int(time.time() * 1000)) and idle
            self._wait_s = _WAIT_S if idle else 0.0

    def _read(self, feeds: Mapping[Role, Feed], ingest: Ingest) -> bool:
        """One batch of both topics; False where nothing came."""
        decided, came = feeds["decisions"].take(self._wait_s), feeds["quarantine"].take(0.0)
        positions: dict[Place, int] = {("decisions", number): offset for number, offset in decided.next.items()}
        positions |= {("quarantine", number): offset for number, offset in came.next.items()}
        if positions:
            ingest.write(_arrived(came), _happened(decided), positions)
            self._positions |= positions
            self._caught_up()
            self._problem = None
            self._written()
        if decided.gone or came.gone:
            self._lost({"decisions": decided.gone, "quarantine": came.gone})
        return bool(positions)

    def _lost(self, gone: Mapping[Role, set[int]]) -> None:
        """Positions that are not in the log: retention has passed them, or the log is another one."""
        looked = Topics(self._settings).look()
        for role in TOPICS:
            for number in gone[role]:
                if self._positions.get((role, number), 0) > looked.ends.get((role, number), 0):
                    raise _OtherTopicError
        # The next session begins where the topics begin now.
        raise MaskstreamError("Retention was faster than the review store: it goes on with what is left.")

    def _note(self, looked: Looked, ingest: Ingest) -> None:
        """Takes note of a look: other topics, new partitions, what retention has taken."""
        if self._holder.damaged or not self._holder.view.is_there() or not self._holder.fits(looked.identity):
            raise _OtherTopicError
        self._holder.set_retention(looked.retention_ms)
        self._looked = looked
        ingest.begin_at(looked.begins, int(time.time() * 1000))
        self._positions = {
            place: max(self._positions.get(place, begin), begin) for place, begin in looked.begins.items()
        }
        self._caught_up()
        self._written()

    def _assign(self, feeds: Mapping[Role, Feed]) -> None:
        for role, feed in feeds.items():
            feed.assign({number: offset for (of, number), offset in self._positions.items() if of == role})

    def _caught_up(self) -> None:
        looked = self._looked
        if looked and all(self._positions.get(place, 0) >= end for place, end in looked.ends.items()):
            self._fresh_ms = int(time.time() * 1000)
            if not self._holder.built:
                self._holder.set_built()
                _events.info("review_view_ready")

    def _progress(self) -> Progress:
        looked, positions = self._looked, self._positions
        if looked is None:
            return Progress(0, 0)
        total = sum(end - looked.begins[place] for place, end in looked.ends.items())
        done = sum(
            max(0, min(positions.get(place, 0), end) - looked.begins[place]) for place, end in looked.ends.items()
        )
        return Progress(done, total)

    def _rebuild(self) -> None:
        _events.info("review_view_building")
        self._looked, self._positions, self._fresh_ms = None, {}, 0
        try:
            self._holder.rebuild(Topics(self._settings).look().identity)
        except MaskstreamError as error:
            self._fail(str(error), error)
        except (OSError, sqlite3.Error) as error:
            self._fail("The review store cannot make its file: look at the disk and the rights of STATE_DIR.", error)

    def _disk(self, error: sqlite3.Error) -> None:
        if is_damage(error):
            self._holder.damaged = True
        self._fail("The review store cannot write its file: look at the disk of STATE_DIR.", error)

    def _fail(self, sentence: str, error: BaseException) -> None:
        if sentence != self._problem:
            _events.warning("review_view_trouble", sentence=sentence, error=error)
        self._problem = sentence
        self._stop.wait(_AGAIN_S)


def _arrived(found: Slice) -> list[Arrived]:
    return [
        Arrived(*_place(message), message.timestamp()[1], read_clear(message.value())) for message in found.messages
    ]


def _happened(found: Slice) -> list[Happened]:
    """Events; what is none, or of another partition, tells nothing of any record."""
    happened = []
    for message in found.messages:
        partition, offset = _place(message)
        event = parse_event(message.value(), partition)
        if not isinstance(event, str):
            happened.append(Happened(offset, event))
    return happened


def _place(message: Message) -> tuple[int, int]:
    # A message without an error has both.
    return message.partition() or 0, message.offset() or 0
