"""The hash chain: whatever is done to a copy of the audit shows at the place where it was done."""

import copy
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from streams.cli.main import invoke
from streams.errors import RunError
from streams.quarantine.audit import AuditEvent, Place, parse_audit
from streams.quarantine.audittrail import Line, verify_files, verify_topic
from streams.quarantine.chain import Break, Chains, Head, entry_of, hash_of, linked
from streams.quarantine.envelope import Source
from streams.quarantine.journal import Journal

KEY = b"k" * 32
SOURCE = Source(topic="raw", partition=0, offset=7, timestamp_ms=5)
PLACE = Place(topic="q", partition=0, offset=1)


def event(**changes: Any) -> AuditEvent:
    return AuditEvent.model_validate({"action": "login", "via": "review", "actor": "ann"} | changes)


def chain_of(length: int, key: bytes | None = None, writer: str = "review-a") -> list[dict[str, Any]]:
    head, documents = Head(writer), []
    for number in range(length):
        document, head = linked(event(actor=f"person {number}").document(), head, key)
        documents.append(document)
    return documents


def breaks_of(documents: list[dict[str, Any]], *keys: bytes, **options: Any) -> list[Break]:
    chains = Chains(**options)
    return [found for at, each in enumerate(documents) for found in chains.follow(entry_of(str(at), each, keys))]


@pytest.mark.parametrize("key", [None, KEY])
def test_chain_of_events_fits(key: bytes | None) -> None:
    """What was written is whole, with a key and without; several writers do not disturb each other."""
    one, two = chain_of(20, key), chain_of(20, key, "cli-b")
    mixed = [document for pair in zip(one, two, strict=True) for document in pair]
    keys = [key] if key else []
    assert breaks_of(mixed, *keys) == []
    assert breaks_of(json.loads(json.dumps(mixed)), *keys) == []
    assert breaks_of(one, *([] if key else [KEY])) != []


def test_chain_keys_rotate() -> None:
    """A chain goes on under a new key, and both parts fit while both keys are known."""
    documents, other = chain_of(3, KEY), b"another key of thirty-two bytes!"
    last = documents[-1]["chain"]
    documents.append(linked(event().document(), Head(last["writer"], 2, last["hash"]), other)[0])
    assert breaks_of(documents, other, KEY) == []
    assert [found.at for found in breaks_of(documents, KEY)] == ["3"]


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_chain_shows_what_was_done_to_it(data: st.DataObject) -> None:
    """One event removed, changed, moved, doubled or put in, at any place but the end: the place of it is named."""
    documents = chain_of(12)
    spot = data.draw(st.integers(0, 10), "spot")
    deed = data.draw(st.sampled_from(["remove", "change", "swap", "double", "insert", "forge", "renumber"]), "deed")
    if deed == "remove":
        del documents[spot : spot + data.draw(st.integers(1, 11 - spot), "count")]
    elif deed == "change":
        name = data.draw(st.sampled_from(["actor", "action", "time", "via", "id"]), "name")
        documents[spot][name] = documents[spot][name][:-1] + "~"
    elif deed == "swap":
        documents[spot], documents[spot + 1] = documents[spot + 1], documents[spot]
    elif deed == "double":
        documents.insert(spot + 1, documents[spot])
    elif deed == "insert":
        documents.insert(spot + 1, {**chain_of(1)[0], "chain": {**documents[spot]["chain"]}})
    elif deed == "forge":
        # With its own hash made right: the next one tells.
        documents[spot]["actor"] = "somebody else"
        documents[spot]["chain"]["hash"] = hash_of(documents[spot])
    else:
        del documents[spot]
        for document in documents[spot:]:
            document["chain"]["sequence"] -= 1
    found = breaks_of(documents)
    assert found
    assert min(int(wrong.at) for wrong in found) in {spot, spot + 1}


@given(st.integers(0, 10), st.integers(1, 11))
def test_chain_with_a_key_cannot_be_made_anew(first: int, length: int) -> None:
    """Who has no key cannot write a rest of the chain that fits."""
    documents = chain_of(12, KEY)
    chain = documents[first]["chain"]
    head = Head(chain["writer"], chain["sequence"], chain["hash"])
    kept = documents[: first + 1]
    for _ in range(length):
        document, head = linked(event(actor="mallory").document(), head, b"another key of thirty-two bytes!")
        kept.append(document)
    assert len(breaks_of(kept, KEY)) == length


def test_chain_that_is_cut_at_its_beginning() -> None:
    """Where the beginning may have expired it is no break, and nothing else is forgiven."""
    documents = chain_of(12)
    assert breaks_of(documents[4:], cut=True) == []
    assert [found.sentence for found in breaks_of(documents[4:])] == ["events 0 to 3 of review-a are missing before it"]
    assert [found.sentence for found in breaks_of(documents[4:6] + documents[7:], cut=True)] == [
        "event 6 of review-a is missing before it"
    ]
    assert breaks_of([{**documents[0], "chain": {**documents[0]["chain"], "previous": "1" * 64}}], cut=True)


def test_chain_events_sent_twice_are_no_break_in_a_topic() -> None:
    """After an outage events come again in their order; in a file the same is a break."""
    documents = chain_of(6)
    again = documents[:4] + documents[2:4] + documents[2:]
    assert breaks_of(again, resent=True) == []
    assert breaks_of(again) != []
    other = copy.deepcopy(documents[2])
    other["actor"] = "mallory"
    other["chain"]["hash"] = hash_of(other)
    assert breaks_of([*documents[:4], other, *documents[4:]], resent=True) != []


def test_event_of_version_one_still_parses() -> None:
    """Looks that were written before there were chains are events; version 1 of anything else is none."""
    old = {
        "version": 1, "id": "1b4e28ba-2fa1-11d2-883f-0016d3cca427", "time": "2026-01-01T00:00:00Z", "action": "reveal",
        "via": "cli", "actor": "ann@host", "reason": "INC-7", "record": PLACE.model_dump(),
        "source": SOURCE.model_dump(), "key": "0" * 12,
    }  # fmt: skip
    parsed = parse_audit(json.dumps(old).encode())
    assert isinstance(parsed, AuditEvent)
    assert (parsed.version, parsed.id, parsed.chain) == (1, UUID(old["id"]), None)  # type: ignore[arg-type]
    assert parse_audit(json.dumps({**old, "action": "login"}).encode()) == "no event: fields are missing or wrong"
    lines = [Line("0:0", json.dumps(old).encode()), *(Line("0", json.dumps(each).encode()) for each in chain_of(3))]
    report = verify_topic(lines, (), cut=False)
    assert (report.breaks, report.unchained, report.chains.events) == ((), 1, 3)


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"x",
        b"[]",
        b"{}",
        b'{"action":"login"}',
        b'{"version":9,"action":"login"}',
        b'{"version":2,"action":"x"}',
    ],
)
def test_foreign_bytes_are_no_event(value: bytes | None) -> None:
    """Whoever writes something else to the topic is shown as a break, without their words."""
    found = parse_audit(value)
    assert isinstance(found, str)
    assert verify_topic([Line("0:1", value or b"")], (), cut=False).breaks == (Break("0:1", found),)


def test_event_says_all_that_its_action_needs() -> None:
    """A look without a record, key or reason, a decision without a verb, an address that is none: no event."""
    whole = {"action": "reveal", "record": PLACE, "source": SOURCE, "key": "0" * 12, "reason": "INC-7"}
    assert event(**whole).document()["record"] == {"topic": "q", "partition": 0, "offset": 1}
    for name in ("record", "source", "key", "reason"):
        with pytest.raises(ValidationError):
            event(**whole | {name: None})
    for changes in (
        {"action": "decide"},
        {"address": "canary"},
        {"problem": "Any Words"},
        {"actor": ""},
        {"token": "é"},
    ):
        with pytest.raises(ValidationError) as refused:
            event(**changes)
        assert "canary" not in str(refused.value)
    assert event(action="decide", decision="release", records=500, role="operator").document()["records"] == 500
    assert "decisions" not in event().document()


class Topic:
    """What was sent, and a broker that can be away."""

    def __init__(self) -> None:
        self.sent: list[int] = []
        self.away = False

    def __call__(self, documents: list[dict[str, Any]]) -> None:
        if self.away:
            raise RunError("away")
        self.sent += [document["chain"]["sequence"] for document in documents]


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.jsonl"))


def test_journal_goes_on_after_a_restart_and_rotates(tmp_path: Path) -> None:
    """One chain over restarts, processes and files; each file is called by its first event and is its owner's alone."""
    folder, topic = tmp_path / "audit", Topic()
    for number in range(30):
        journal = Journal(folder, "review", "host", file_bytes_max=2000)
        journal.append(event(actor=f"person {number}").document(), topic)
    assert topic.sent == list(range(30))
    assert len(files(folder)) > 3
    assert {path.stat().st_mode & 0o777 for path in files(folder)} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    report = verify_files(files(folder), ())
    assert (report.breaks, report.chains.events, len(report.chains.heads)) == ((), 30, 1)
    Journal(folder, "cli", "host").append(event(via="cli").document(), topic)
    assert sorted(name[:9] for name in verify_files(files(folder), ()).chains.heads) == ["cli-host-", "review-ho"]


def test_journal_sends_what_the_topic_did_not_take(tmp_path: Path) -> None:
    """Events of an outage stay in the file, are refused to whoever asked, and are sent in order with the next one."""
    topic = Topic()
    journal = Journal(tmp_path, "review", "host", file_bytes_max=500)
    journal.append(event().document(), topic)
    topic.away = True
    for _ in range(5):
        with pytest.raises(RunError, match="away"):
            journal.append(event().document(), topic)
    topic.away = False
    Journal(tmp_path, "review", "host", file_bytes_max=500).append(event().document(), topic)
    assert topic.sent == list(range(7))
    assert verify_files(files(tmp_path), ()).breaks == ()
    (tmp_path / "review.sent").unlink()
    journal.append(event().document(), topic)
    assert sorted(set(topic.sent)) == list(range(8))


def test_journal_cuts_off_what_a_crash_tore(tmp_path: Path) -> None:
    """Half a line at the end was never answered; the chain goes on behind the last whole one."""
    topic = Topic()
    journal = Journal(tmp_path, "review", "host")
    journal.append(event().document(), topic)
    (path,) = files(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:40])
    journal.append(event().document(), topic)
    assert verify_files([path], ()).breaks == ()
    assert topic.sent == [0, 1]


def test_journal_does_not_go_on_behind_damage(tmp_path: Path) -> None:
    """An end that is no event means that nothing is done; moved away, a new chain begins."""
    topic = Topic()
    journal = Journal(tmp_path, "review", "host")
    journal.append(event().document(), topic)
    (path,) = files(tmp_path)
    path.write_bytes(path.read_bytes() + b"rubbish\n")
    with pytest.raises(RunError, match="damaged"):
        journal.append(event().document(), topic)
    path.rename(tmp_path / "kept")
    journal.append(event().document(), topic)
    assert topic.sent == [0, 0]


def test_journal_refuses_after_a_long_outage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many unsent events are enough: no more are written, and the disk stays free."""
    monkeypatch.setattr("streams.quarantine.journal._UNSENT_MAX", 5)
    topic = Topic()
    topic.away = True
    journal = Journal(tmp_path, "review", "host")
    for number in range(8):
        with pytest.raises(RunError, match="away" if number < 5 else "for long"):
            journal.append(event().document(), topic)
    assert len(files(tmp_path)[0].read_bytes().splitlines()) == 5


def test_journal_keeps_so_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest files go, and what is left is a chain that begins later."""
    monkeypatch.setattr("streams.quarantine.journal._FILES_MAX", 3)
    topic = Topic()
    for _ in range(10):
        Journal(tmp_path, "review", "host", file_bytes_max=1).append(event().document(), topic)
    assert [path.name for path in files(tmp_path)] == [f"review-{number:012}.jsonl" for number in (7, 8, 9)]
    assert verify_files(files(tmp_path), ()).breaks == ()


def verify(capfd: pytest.CaptureFixture[str], *paths: Path, status: int = 0) -> str:
    capfd.readouterr()
    assert invoke(["audit", "verify", *(part for path in paths for part in ("--file", str(path)))]) == status
    shown = capfd.readouterr()
    return shown.out + shown.err


@pytest.fixture
def written(tmp_path: Path) -> Path:
    for number in range(6):
        Journal(tmp_path, "review", "host").append(event(actor=f"person {number}").document(), Topic())
    (path,) = files(tmp_path)
    return path


@pytest.mark.parametrize("line", range(5))
def test_audit_verify_names_the_line(written: Path, capfd: pytest.CaptureFixture[str], line: int) -> None:
    """A removed line: exit status 4 and the place behind which it stood; a changed one is named itself."""
    assert "Nothing is missing or changed." in verify(capfd, written)
    lines = written.read_bytes().splitlines(keepends=True)
    written.write_bytes(b"".join(lines[:line] + lines[line + 1 :]))
    said = verify(capfd, written, status=4)
    assert f"{written.name}:{line + 1}" in said
    assert "missing" in said
    written.write_bytes(b"".join(lines).replace(f"person {line}".encode(), b"somebody"))
    assert f"{written.name}:{line + 1}: event {line} of review-host" in verify(capfd, written, status=4)


def test_audit_verify_of_a_key(written: Path, capfd: pytest.CaptureFixture[str], tmp_path: Path,
                               monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """With a key that the chain was not made with nothing fits; a short key is refused."""
    key = tmp_path / "audit.key"
    key.touch(mode=0o600)
    key.write_text("x" * 40)
    monkeypatch.setenv("MASKSTREAM_REVIEW_AUDIT_KEY", str(key))
    assert "another key" in verify(capfd, written, status=4)
    key.write_text("short")
    assert "shorter than 32 bytes" in verify(capfd, written, status=2)


def test_audit_list_shows_who_did_what(written: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A table or JSON lines, of one person or action; foreign lines are left out, terminal escapes are shown."""
    written.write_bytes(written.read_bytes() + b"rubbish\n")
    Journal(written.parent / "b", "review", "host").append(event(actor="bob", action="logout").document(), Topic())
    other = files(written.parent / "b")[0]
    arguments = ["audit", "list", "--file", str(written), "--file", str(other)]
    capfd.readouterr()
    assert invoke(arguments) == 0
    table = capfd.readouterr()
    assert table.out.count("person") == 6
    assert "7 of 7 events" in table.err
    assert invoke([*arguments, "--actor", "bob", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["action"] == "logout"
    assert invoke([*arguments, "--action", "login", "--limit", "2"]) == 0
    assert "2 of 6 events" in capfd.readouterr().err
    assert invoke(["audit", "list", "--file", str(written.parent / "missing")]) == 1
    assert "cannot be read" in capfd.readouterr().err


def test_audit_time_without_a_zone_is_none() -> None:
    """It could not be compared with the others, and would end the page of each record that it is about."""
    event = json.loads(json.dumps(AuditEvent(action="login", via="review", actor="ann").document()))
    assert isinstance(parse_audit(json.dumps(event).encode()), AuditEvent)
    event["time"] = "2026-11-01T03:00:00"
    assert parse_audit(json.dumps(event).encode()) == "no event: fields are missing or wrong"
