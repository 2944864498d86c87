"""One record with what happened to it, and what one event did."""

import sqlite3
from typing import Any
from uuid import UUID

import orjson

from streams.quarantine.decisions import RecordId, Redaction
from streams.quarantine.envelope import Sizes
from streams.quarantine.fold import Applied, RecordState
from streams.quarantine.store.explain import explain, explain_foreign, explain_forgotten
from streams.quarantine.store.ingest import state_of
from streams.quarantine.store.model import HistoryItem, RecordRow, RecordView, in_scope
from streams.quarantine.store.phases import phase_of, status_of
from streams.quarantine.store.records import load_rows

__all__ = ["applied", "view_record"]


def view_record(
    db: sqlite3.Connection, partition: int, offset: int, topics: tuple[str, ...], retention_ms: int | None
) -> RecordView | None:
    """The record at a place; what its decisions alone tell of it, where it is not there; None out of scope."""
    found = db.execute(
        "SELECT id, kind, detail FROM records WHERE partition = ? AND offset = ?", (partition, offset)
    ).fetchone()
    if found is None:
        return _forgotten(db, partition, offset, topics)
    number, kind, detail = found
    (row,) = load_rows(db, [number], retention_ms)
    if not in_scope(topics, row.source.topic if row.source else None):
        return None
    stage, cause = db.execute("SELECT stage, cause FROM kinds WHERE id = ?", (kind,)).fetchone()
    return _view(db, row, stage, cause, orjson.loads(detail) if detail is not None else {})


def applied(db: sqlite3.Connection, event: UUID) -> Applied | None:
    """What an event did; None where it has not been read."""
    found = db.execute("SELECT id FROM events WHERE event = ? ORDER BY id", (str(event),)).fetchone()
    if found is None:
        return None
    result = Applied()
    rows = db.execute(
        "SELECT states.offset, origin, effective, effects.status, effects.actor, effects.decision, effects.failures,"
        " effects.redriven FROM effects JOIN states ON states.id = state WHERE event = ?",
        found,
    )
    for offset, origin, effective, *state in rows:
        (result.changed if effective else result.lost)[RecordId(offset=offset, origin=origin)] = state_of(*state)
    return result


def _view(db: sqlite3.Connection, row: RecordRow, stage: Any, cause: Any, detail: dict[str, Any]) -> RecordView:
    state, number = _state(db, row.partition, row.id)
    if row.reason is not None:
        explanation = explain(row.reason, cause, row.detectors, row.path)
    else:
        explanation = explain_foreign(row.problem or "unknown") if row.problem else explain_forgotten(gone=row.gone)
    return RecordView(
        row=row,
        stage=stage,
        cause=cause,
        policy=detail.get("policy"),
        program=detail.get("program"),
        preview_key=detail.get("preview_key"),
        preview_headers=tuple(detail.get("preview_headers", ())),
        sizes=Sizes(**detail["sizes"]) if "sizes" in detail else None,
        sealed_to=detail.get("sealed_to"),
        explanation=explanation,
        history=tuple(_history(db, number)),
        decision=state.decision,
    )


def _state(db: sqlite3.Connection, partition: int, record: RecordId | None) -> tuple[RecordState, int | None]:
    if record is None:
        return RecordState(), None
    found = db.execute(
        "SELECT id, status, actor, decision, failures, redriven FROM states"
        " WHERE partition = ? AND offset = ? AND origin = ?",
        (partition, record.offset, record.origin),
    ).fetchone()
    return (RecordState(), None) if found is None else (state_of(*found[1:]), found[0])


def _history(db: sqlite3.Connection, state: int | None) -> list[HistoryItem]:
    rows = db.execute(
        "SELECT event, partition, offset, records, body, effective, status FROM"
        " (SELECT event AS number, effective, status FROM effects WHERE state = ?)"
        " JOIN events ON events.id = number ORDER BY offset",
        (state,),
    )
    return [_item(*row) for row in rows]


def _item(event: str, partition: int, offset: int, records: int, body: str, effective: int, status: Any) -> HistoryItem:
    said = orjson.loads(body)
    decision = said.get("decision")
    bulk = said.get("bulk")
    return HistoryItem(
        id=UUID(event),
        time_ms=said["time"],
        partition=partition,
        offset=offset,
        effective=bool(effective),
        status=status,
        actor=said.get("actor"),
        role=said.get("role"),
        via=said.get("via"),
        action=said.get("action"),
        expected=said.get("expected"),
        reason=said.get("reason", ""),
        policy=said["policy"],
        bulk=UUID(bulk) if bulk else None,
        redactions=tuple(Redaction(**redaction) for redaction in said.get("redactions", ())),
        records=records,
        result=said.get("result"),
        decision=UUID(decision) if decision else None,
        failure=said.get("failure"),
        detectors=tuple(said.get("detectors", ())),
    )


def _forgotten(db: sqlite3.Connection, partition: int, offset: int, topics: tuple[str, ...]) -> RecordView | None:
    found = db.execute(
        "SELECT origin, status, actor, decision, failures, redriven FROM states"
        " WHERE partition = ? AND offset = ? ORDER BY id DESC",
        (partition, offset),
    )
    visible = (row for row in found if in_scope(topics, row[0].split("/", 1)[0]))
    last = next(visible, None)
    if last is None:
        return None
    low = db.execute("SELECT low FROM positions WHERE topic = 'quarantine' AND partition = ?", (partition,)).fetchone()
    gone = low is not None and offset < low[0]
    return _view(db, _ghost(partition, offset, last[0], state_of(*last[1:]), gone=gone), None, None, {})


def _ghost(partition: int, offset: int, origin: str, state: RecordState, *, gone: bool) -> RecordRow:
    status, pending = status_of(phase_of(state, gone=gone), gone=gone)
    return RecordRow(
        partition=partition,
        offset=offset,
        seen_ms=-1,
        id=RecordId(offset=offset, origin=origin),
        source=None,
        job=None,
        reason=None,
        path=None,
        detectors=(),
        fingerprint="",
        preview=None,
        problem=None,
        status=status,
        pending=pending,
        actor=state.actor,
        failures=state.failures,
        expires_ms=None,
        gone=gone,
    )
