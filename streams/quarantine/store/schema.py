"""The tables of the view; another version of them is another file, made anew from the topics.

What is in here is what envelopes and decisions show in clear: coordinates, codes, shapes, who, when and why. The sealed
payload never is. Numbers of groups and charts are kept by triggers, so that they cannot differ from the rows.
"""

from typing import Final

__all__ = ["APPLICATION_ID", "SCHEMA", "SCHEMA_VERSION"]

#: "msrv", so that `file` and we tell it from another program's.
APPLICATION_ID: Final = 0x6D737276
#: Of tables, of what is put into them, and of the fold that made the states.
SCHEMA_VERSION: Final = 2

#: Topics are 'quarantine' and 'decisions' here. `records.topic` is 0 for foreign bytes. The columns of indexes behind
#: the sorted ones let a filter look without a visit to the row. `recent` tells a group's rate, and holds two hours.
SCHEMA: Final = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE positions (
    topic TEXT, partition INTEGER, next INTEGER NOT NULL, low INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (topic, partition)
) WITHOUT ROWID;
CREATE TABLE lows (
    partition INTEGER, low INTEGER, noticed INTEGER NOT NULL, PRIMARY KEY (partition, low)
) WITHOUT ROWID;

CREATE TABLE topics (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE kinds (
    id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL, reason TEXT, stage TEXT, cause TEXT, path TEXT,
    detectors TEXT NOT NULL, problem TEXT, words TEXT NOT NULL
);
CREATE INDEX kinds_by_fingerprint ON kinds (fingerprint);
CREATE TABLE records (
    id INTEGER PRIMARY KEY, partition INTEGER NOT NULL, offset INTEGER NOT NULL, seen INTEGER NOT NULL,
    kind INTEGER NOT NULL, topic INTEGER NOT NULL, phase INTEGER NOT NULL,
    source_partition INTEGER, source_offset INTEGER, source_ms INTEGER, job TEXT, detail BLOB
);
CREATE UNIQUE INDEX records_by_place ON records (partition, offset);
CREATE INDEX records_by_phase ON records (phase, seen, partition, offset, kind, topic, source_partition);
CREATE INDEX records_by_kind ON records (kind, phase, seen, partition, offset, topic, source_partition);
CREATE INDEX records_by_topic ON records (topic, phase, seen, partition, offset, kind, source_partition);
CREATE INDEX records_by_source ON records (source_offset, topic, source_partition);

CREATE TABLE states (
    id INTEGER PRIMARY KEY, partition INTEGER NOT NULL, offset INTEGER NOT NULL, origin TEXT NOT NULL,
    status TEXT NOT NULL, actor TEXT, decision TEXT, failures INTEGER NOT NULL, redriven INTEGER NOT NULL,
    UNIQUE (partition, offset, origin)
);
CREATE TABLE events (
    id INTEGER PRIMARY KEY, event TEXT NOT NULL, partition INTEGER NOT NULL, offset INTEGER NOT NULL,
    records INTEGER NOT NULL, body TEXT NOT NULL, UNIQUE (event, partition)
);
CREATE INDEX events_by_place ON events (partition, offset);
CREATE TABLE effects (
    state INTEGER, event INTEGER, effective INTEGER NOT NULL, status TEXT NOT NULL, actor TEXT, decision TEXT,
    failures INTEGER NOT NULL, redriven INTEGER NOT NULL, PRIMARY KEY (state, event)
) WITHOUT ROWID;
CREATE INDEX effects_by_event ON effects (event);

CREATE TABLE tally (
    kind INTEGER, topic INTEGER, phase INTEGER, n INTEGER NOT NULL, PRIMARY KEY (kind, topic, phase)
) WITHOUT ROWID;
CREATE TABLE recent (
    minute INTEGER, kind INTEGER, topic INTEGER, n INTEGER NOT NULL, PRIMARY KEY (minute, kind, topic)
) WITHOUT ROWID;
CREATE TABLE minutes (
    minute INTEGER, reason TEXT, topic INTEGER, n INTEGER NOT NULL, PRIMARY KEY (minute, reason, topic)
) WITHOUT ROWID;
CREATE TABLE hours (
    hour INTEGER, reason TEXT, topic INTEGER, phase INTEGER, n INTEGER NOT NULL,
    PRIMARY KEY (hour, reason, topic, phase)
) WITHOUT ROWID;

CREATE TRIGGER record_came AFTER INSERT ON records BEGIN
    INSERT INTO tally VALUES (new.kind, new.topic, new.phase, 1) ON CONFLICT DO UPDATE SET n = n + 1;
    INSERT INTO minutes SELECT new.seen / 60000, coalesce(reason, 'foreign'), new.topic, 1
        FROM kinds WHERE id = new.kind ON CONFLICT DO UPDATE SET n = n + 1;
    INSERT INTO hours SELECT new.seen / 3600000, coalesce(reason, 'foreign'), new.topic, new.phase, 1
        FROM kinds WHERE id = new.kind ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER record_came_now AFTER INSERT ON records WHEN new.seen / 60000 >= strftime('%s', 'now') / 60 - 120 BEGIN
    INSERT INTO recent VALUES (new.seen / 60000, new.kind, new.topic, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER record_changed AFTER UPDATE OF phase ON records BEGIN
    UPDATE tally SET n = n - 1 WHERE kind = old.kind AND topic = old.topic AND phase = old.phase;
    INSERT INTO tally VALUES (new.kind, new.topic, new.phase, 1) ON CONFLICT DO UPDATE SET n = n + 1;
    INSERT INTO hours SELECT old.seen / 3600000, coalesce(reason, 'foreign'), old.topic, old.phase, -1
        FROM kinds WHERE id = old.kind ON CONFLICT DO UPDATE SET n = n - 1;
    INSERT INTO hours SELECT new.seen / 3600000, coalesce(reason, 'foreign'), new.topic, new.phase, 1
        FROM kinds WHERE id = new.kind ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER record_went AFTER DELETE ON records BEGIN
    UPDATE tally SET n = n - 1 WHERE kind = old.kind AND topic = old.topic AND phase = old.phase;
    INSERT INTO hours SELECT old.seen / 3600000, coalesce(reason, 'foreign'), old.topic, old.phase, -1
        FROM kinds WHERE id = old.kind ON CONFLICT DO UPDATE SET n = n - 1;
END;
"""
