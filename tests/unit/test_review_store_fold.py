"""The view holds what the fold says, whatever comes in whatever order, and its numbers are those of its rows."""

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.quarantine.decisions import RECORDS_MAX, Event, RecordId, record_id
from streams.quarantine.fold import Fold, RecordState
from streams.quarantine.store.ingest import Arrived, Happened, Place, state_of
from streams.quarantine.store.phases import FOREIGN, phase_of
from tests.support.review import NOW_MS, Filled, decision, envelope, outcome

ACTIONS = ("claim", "unclaim", "release", "mask", "discard", "undo")
STATUSES = ("open", "claimed", "released", "masked_by_hand", "discarded", "failed_again")
ENVELOPES = [envelope(offset) for offset in range(6)]
#: Ids of records that are there, of a topic that was made anew, and of a replay.
IDS = [record_id(offset, item.origin) for offset, item in enumerate(ENVELOPES)]
STRANGERS = [RecordId(offset=offset, origin=f"orders/9/{offset}@again") for offset in range(3)]
FAR = RecordId(offset=2**63 - 1, origin="orders/0/9999999999999999999")
UUIDS = [UUID(int=number) for number in range(12)]

some_ids = st.lists(st.sampled_from([*IDS, *STRANGERS, FAR]), min_size=1, max_size=5, unique=True)
decisions = st.builds(
    decision,
    some_ids,
    id=st.sampled_from(UUIDS),
    actor=st.sampled_from(("ann", "bob")),
    action=st.sampled_from(ACTIONS),
    expected=st.sampled_from(STATUSES),
)
outcomes = st.builds(
    outcome,
    st.sampled_from(UUIDS),
    some_ids,
    id=st.sampled_from(UUIDS),
    result=st.sampled_from(("redriven", "failed_again", "expired")),
)
items: st.SearchStrategy[Any] = st.sampled_from(["no envelope: not JSON", *ENVELOPES])


def fed(filled: Filled, log: list[Any], envelopes: list[Any], rounds: list[tuple[int, int]]) -> None:
    """Puts both topics in, so many of each a batch; the rest in a last one."""
    arrived = [Arrived(0, offset, NOW_MS, item) for offset, item in enumerate(envelopes)]
    happened = [Happened(offset, event) for offset, event in enumerate(log)]
    for of_records, of_events in [*rounds, (len(arrived), len(happened))]:
        positions: dict[Place, int] = {}
        filled.ingest.write(arrived[:of_records], happened[:of_events], positions)
        del arrived[:of_records], happened[:of_events]


def states_of(filled: Filled) -> dict[RecordId, RecordState]:
    rows = filled.db.execute("SELECT offset, origin, status, actor, decision, failures, redriven FROM states")
    return {RecordId(offset=offset, origin=origin): state_of(*state) for offset, origin, *state in rows}


def counted(filled: Filled, table: str, columns: str) -> Counter[tuple[int, ...]]:
    rows = filled.db.execute(f"SELECT {columns}, sum(n) FROM {table} WHERE n <> 0 GROUP BY {columns}")
    return Counter({tuple(key): n for *key, n in rows})


@settings(max_examples=40, deadline=None)
@given(
    log=st.lists(decisions | outcomes, max_size=20),
    shown=st.lists(st.booleans(), min_size=6, max_size=6),
    rounds=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6)), max_size=5),
)
def test_review_store_is_the_fold(log: list[Event], shown: list[bool], rounds: list[tuple[int, int]]) -> None:
    """Any events with repeated ids, strangers and records that come later: states and tallies as by the fold."""
    fold = Fold()
    effects = [(event.id, fold.apply(event)) for event in log]
    envelopes = [item if there else "no envelope: not JSON" for item, there in zip(ENVELOPES, shown, strict=True)]
    with tempfile.TemporaryDirectory() as folder:
        filled = Filled(Path(folder))
        fed(filled, log, envelopes, rounds)
        found = states_of(filled)
        assert {record: found.get(record, RecordState()) for record in fold.states} == fold.states
        assert all(state == RecordState() for record, state in found.items() if record not in fold.states)
        wanted = [
            phase_of(fold.states.get(record, RecordState()), gone=False) if there else FOREIGN
            for record, there in zip(IDS, shown, strict=True)
        ]
        assert [phase for (phase,) in filled.db.execute("SELECT phase FROM records ORDER BY offset")] == wanted
        rows = Counter(filled.db.execute("SELECT kind, topic, phase FROM records").fetchall())
        assert counted(filled, "tally", "kind, topic, phase") == rows
        assert sum(counted(filled, "hours", "phase").values()) == len(envelopes)
        assert counted(filled, "hours", "phase") == Counter(filled.db.execute("SELECT phase FROM records").fetchall())
        assert counted(filled, "minutes", "topic") == Counter(filled.db.execute("SELECT topic FROM records").fetchall())
        assert counted(filled, "recent", "kind") == Counter(filled.db.execute("SELECT kind FROM records").fetchall())
        for number, applied in dict(reversed(effects)).items():
            assert filled.store.wait_for(number, 0) == applied
        filled.store.close()


@settings(max_examples=15, deadline=None)
@given(
    log=st.lists(decisions | outcomes, max_size=12),
    rounds=st.lists(st.tuples(st.just(0), st.integers(0, 4)), max_size=4),
)
def test_review_store_reads_events_again_without_effect(log: list[Event], rounds: list[tuple[int, int]]) -> None:
    """A topic that is folded in twice leaves the states and the history of the first time."""
    with tempfile.TemporaryDirectory() as folder:
        filled = Filled(Path(folder))
        fed(filled, log, ENVELOPES, rounds)
        before = (states_of(filled), filled.db.execute("SELECT * FROM effects").fetchall())
        fed(filled, log, ENVELOPES, [])
        assert (states_of(filled), filled.db.execute("SELECT * FROM effects").fetchall()) == before
        filled.store.close()


TABLES = ("records", "states", "effects", "tally", "minutes", "hours", "recent", "kinds", "topics")


def test_review_store_takes_many_rows_as_it_takes_one(tmp_path: Path) -> None:
    """More records and states than one statement has rows, in one batch: each table as after one at a time."""
    many = [envelope(offset, topic=("orders", "users")[offset % 2]) for offset in range(1203)]
    ids = [record_id(offset, item.origin) for offset, item in enumerate(many)]
    log: list[Event] = [
        decision(ids[first : first + RECORDS_MAX], id=UUID(int=first), action=("release", "discard")[first % 2])
        for first in (0, 350, 701, 1202)
    ]
    log.append(outcome(UUID(int=0), ids[:RECORDS_MAX], id=UUID(int=9999), result="failed_again"))
    found = []
    for name, rounds in (("at once", []), ("one by one", [(1, 0)] * len(many) + [(0, 1)] * len(log))):
        filled = Filled(tmp_path / name)
        fed(filled, log, list(many), rounds)
        found.append({table: filled.db.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES})
        filled.store.close()
    assert found[0] == found[1]
    assert Counter(row[4] for row in found[0]["states"]).keys() == {"failed_again", "released", "discarded"}
