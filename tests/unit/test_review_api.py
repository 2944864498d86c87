"""The JSON API on a real store: what people get, whom it is kept from, and that no answer holds a value of a record."""

import io
import json
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from streams.errors import RunError
from streams.telemetry import log as telemetry
from tests.support.review import HOUR_MS, NOW_MS, outcome, written
from tests.support.reviewapp import Desk

API = "/api/v1"
FOREIGN = b"\x1b[31mcanary, and no envelope"
BROKEN = b"\xff\xfe\xfacanary@example.com"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.close()


def test_groups_and_records_are_listed_in_pages(desk: Desk) -> None:
    """Groups with counts, their records page by page with a cursor, and one record with why it is there."""
    desk.canaries(5)
    client = desk.client("viewer")
    (group,) = client.get(f"{API}/groups").json()["items"]
    assert group["matching"] == 5
    seen: list[str] = []
    cursor: dict[str, Any] = {}
    while True:
        page = client.get(f"{API}/records", params={"group": group["group"], "limit": 2, **cursor}).json()
        seen += [row["record"] for row in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert sorted(seen) == [f"0:{offset}" for offset in range(5)]
    record = client.get(f"{API}/records/0/3").json()
    assert record["row"]["status"] == "open"
    assert record["explanation"]["what"]
    assert record["history"] == []


def test_filters_narrow(desk: Desk) -> None:
    """By topic, reason, status, time and text; a filter that is none is refused with where it is wrong."""
    desk.canaries(2, topic="orders")
    desk.add(written(5, topic="users"), FOREIGN, seen_ms=NOW_MS - 2 * HOUR_MS)
    client = desk.client("viewer")

    def found(**params: Any) -> int:
        return len(client.get(f"{API}/records", params=params).json()["items"])

    assert found() == 4
    assert found(topic="users") == 1
    assert found(reason="residue") == 3
    assert found(reason="poison") == 0
    assert found(status=["open", "claimed"], topic="orders") == 2
    assert found(since=NOW_MS - HOUR_MS) == 2
    assert found(until=NOW_MS - HOUR_MS) == 2
    assert found(text="users/0/5") == 1
    wrong = client.get(f"{API}/records", params={"reason": "canary", "limit": 0})
    assert wrong.status_code == 422
    assert {one["where"] for one in wrong.json()["errors"]} == {"query.reason", "query.limit"}
    assert "canary" not in wrong.text
    assert client.get(f"{API}/records", params={"cursor": "rubbish"}).status_code == 422


def test_numbers_of_the_moment(desk: Desk) -> None:
    """Counts by status, series of inflow and of ages, and who one is."""
    desk.canaries(3)
    client = desk.client("viewer", "operator", topics=["orders"])
    stats = client.get(f"{API}/stats").json()
    assert stats["counts"]["waiting"] == 3
    assert stats["policy"] == desk.services.policies.version
    inflow = client.get(f"{API}/series/inflow", params={"buckets": 4}).json()
    assert sum(map(sum, inflow["by_reason"].values())) == 3
    assert sum(client.get(f"{API}/series/ages").json()["counts"]) == 3
    me = client.get(f"{API}/me").json()
    assert (me["roles"], me["topics"], me["opens"]) == (["viewer", "operator"], ["orders"], True)


def test_decision_is_answered_with_what_it_did(desk: Desk) -> None:
    """Claim, release, undo: each answer is read back from the fold, and the history has who and why."""
    desk.canaries()
    client = desk.client("operator")
    assert client.post(f"{API}/records/0/0/claim", json={}).json()["changed"] == [
        {"record": "0:0", "status": "claimed"}
    ]
    made = client.post(f"{API}/records/0/0/release", json={"expected": "claimed", "reason": "INC-7"}).json()
    assert made["sentence"] == "Record 0:0 released."
    assert client.post(f"{API}/records/0/0/undo", json={}).status_code == 200
    items = client.get(f"{API}/records/0/0/history").json()
    assert [item["action"] for item in items] == ["claim", "release", "undo"]
    assert items[1]["actor"] == "ann@example.com"
    assert items[1]["reason"] == "INC-7"


def test_second_of_two_is_told_who_was_first(desk: Desk) -> None:
    """Two people, one record: the loser gets 409 and the name of who won, and the record has one decision in effect."""
    desk.canaries()
    barrier = threading.Barrier(2)

    def press(subject: str) -> Any:
        client = desk.client("operator", subject=subject)
        barrier.wait()
        return client.post(f"{API}/records/0/0/release", json={"expected": "open"})

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(press, ("ann@example.com", "bob@example.com")))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    loser = next(answer for answer in answers if answer.status_code == 409).json()
    winner = "bob@example.com" if answers[0].status_code == 409 else "ann@example.com"
    assert loser["lost"][0]["actor"] == winner
    assert f"Record 0:0 was released by {winner}" in loser["sentence"]


def test_decision_on_what_the_redrive_has_written_changes_nothing(desk: Desk) -> None:
    """Undo comes too late once the clean record is written: 409 and a sentence."""
    (record,) = desk.canaries()
    client = desk.client("operator")
    made = client.post(f"{API}/records/0/0/release", json={}).json()
    desk.filled.events(outcome(made["events"][0], [record]))
    late = client.post(f"{API}/records/0/0/undo", json={})
    assert late.status_code == 409
    assert "clean topic already" in late.json()["sentence"]


def test_some_records_are_decided_at_once(desk: Desk) -> None:
    """A selection of records in different states is one request; those that were lost are named."""
    desk.canaries(4)
    client = desk.client("operator")
    client.post(f"{API}/records/0/1/discard", json={"reason": "noise"})
    body = {"action": "release", "records": ["0:0", "0:1", "0:2"], "expected": "open"}
    made = client.post(f"{API}/decisions", json=body).json()
    assert {one["record"] for one in made["changed"]} == {"0:0", "0:2"}
    assert [one["record"] for one in made["lost"]] == ["0:1"]


def test_masking_by_hand_takes_spans_and_fields(desk: Desk) -> None:
    """What is to be hidden is in the decision; spans of nothing and paths that are none are refused."""
    desk.canaries()
    client = desk.client("operator")
    hidden = [{"path": "$.email"}, {"start": 1, "end": 8}]
    made = client.post(f"{API}/records/0/0/mask", json={"redactions": hidden, "reason": "by hand"})
    assert made.json()["changed"] == [{"record": "0:0", "status": "masked_by_hand"}]
    for wrong in ([], [{"start": 5, "end": 5}], [{"path": "email"}], [{"path": "$.a", "start": 1, "end": 2}], [{}]):
        assert client.post(f"{API}/records/0/0/mask", json={"redactions": wrong}).status_code == 422


def test_masking_by_hand_can_be_tried(desk: Desk) -> None:
    """What would come of it as a shape, or that it hides nothing; nothing is decided and no value is told."""
    desk.canaries()
    client = desk.client("operator")
    hides = client.post(f"{API}/records/0/0/mask/try", json={"redactions": [{"path": "$.email"}]}).json()
    assert hides["passes"]
    assert "***" in hides["preview"]
    misses = client.post(f"{API}/records/0/0/mask/try", json={"redactions": [{"path": "$.nothing"}]}).json()
    assert (misses["passes"], misses["misses"]) == (False, True)
    assert client.get(f"{API}/records/0/0").json()["row"]["status"] == "open"
    assert "canary" not in json.dumps([hides, misses])


def test_span_behind_the_preview_is_refused_at_once(desk: Desk) -> None:
    """What is not in the preview cannot be hidden, and the person learns it now, not from the redrive."""
    desk.canaries()
    shown = desk.client("viewer").get(f"{API}/records/0/0").json()["row"]["preview"]
    body = {"redactions": [{"start": 0, "end": len(shown) + 1}]}
    answer = desk.client("operator").post(f"{API}/records/0/0/mask", json=body)
    assert answer.status_code == 422
    assert f"has {len(shown)} characters" in answer.json()["detail"]
    assert desk.audited == []


def test_decision_that_is_not_read_back_in_time_is_told_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """202: it is written, under this id, and what came of it is not known yet."""
    desk.canaries()
    monkeypatch.setattr(desk.store, "wait_for", lambda *_: None)
    answer = desk.client("operator").post(f"{API}/records/0/0/claim", json={})
    assert answer.status_code == 202
    event = desk.client("viewer").get(f"{API}/records/0/0").json()["history"][0]["id"]
    assert event in answer.json()["detail"]


def test_try_says_how_many_would_pass(desk: Desk) -> None:
    """The policy in use or a text of one, on a record, a group, a filter or a sample of it; nothing is decided."""
    desk.canaries(6)
    desk.add(written(1, value=BROKEN), written(2, value=BROKEN))
    client = desk.client("operator")
    assert client.post(f"{API}/records/0/0/try", json={}).json()["passed"] == 1
    run = client.post(f"{API}/tries", json={"filter": {}}, params={"wait": 20}).json()
    assert run["done"]
    assert run["tried"]["sentence"].startswith("6 of 8 would pass; 2 fail with invalid_encoding")
    group = client.get(f"{API}/groups").json()["items"][0]["group"]
    sampled = client.post(f"{API}/tries", json={"group": group, "sample": 2}, params={"wait": 20}).json()
    assert (sampled["tried"]["total"], sampled["tried"]["passed"]) == (2, 2)
    strict = client.post(f"{API}/records/0/0/try", json={"policy": "require_json: true\n"}).json()
    assert strict["policy"] != desk.services.policies.version
    assert client.get(f"{API}/records/0/0").json()["row"]["status"] == "open"
    assert client.get(f"{API}/runs/{run['id']}").json()["tried"] == run["tried"]


def test_policy_that_is_wrong_is_told_with_its_line(desk: Desk) -> None:
    """One sentence with the line; too large a policy is refused by its size."""
    desk.canaries()
    client = desk.client("operator")
    wrong = client.post(f"{API}/tries", json={"records": ["0:0"], "policy": "actions:\n  email: shout\n"})
    assert wrong.status_code == 422
    assert "line 2" in wrong.json()["detail"]
    huge = client.post(f"{API}/records/0/0/try", json={"policy": "#" * (300 * 1024)})
    assert huge.status_code == 422
    files = client.post(f"{API}/records/0/0/try", json={"policy": "extends: /etc/passwd\n"})
    assert files.status_code == 422
    assert "root:" not in files.text


def test_tries_of_one_person_are_limited(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who tries too often waits, told for how long; somebody else does not."""
    desk.canaries()
    # Time stands still, so that sixty at once are at once on any machine.
    monkeypatch.setattr(desk.services.tries, "_clock", lambda: 0.0)
    client = desk.client("operator")
    codes = {client.post(f"{API}/records/0/0/try", json={}).status_code for _ in range(60)}
    late = client.post(f"{API}/records/0/0/explain")
    assert codes == {200}
    assert late.status_code == 429
    assert int(late.headers["retry-after"]) >= 1
    assert desk.client("operator", subject="bob@example.com").post(f"{API}/records/0/0/explain").status_code == 200


def test_explain_names_detector_rule_and_path(desk: Desk) -> None:
    """Why a record would pass or not under the policy in use: no value, but where and by what."""
    desk.canaries()
    told = desk.client("operator").post(f"{API}/records/0/0/explain").json()
    assert told["passes"]
    assert ("$.email", "email") in {(row["path"], row["kind"]) for row in told["findings"]}
    assert "canary" not in json.dumps(told)


def test_bulk_decides_about_a_group_and_is_watched(desk: Desk) -> None:
    """A group becomes events of at most 500 with one id; the report adds up, and asking twice changes nothing."""
    desk.canaries(1200)
    client = desk.client("operator")
    group = client.get(f"{API}/groups").json()["items"][0]["group"]
    bulk = str(uuid4())
    body = {"action": "release", "group": group, "reason": "INC-7", "at_most": 1200, "id": bulk}
    run = client.post(f"{API}/bulk", json=body, params={"wait": 20}).json()
    assert run["id"] == bulk
    assert (run["bulk"]["done"], run["bulk"]["lost"], run["bulk"]["remaining"]) == (1200, 0, 0)
    again = client.post(f"{API}/bulk", json=body, params={"wait": 20}).json()
    assert again["bulk"]["total"] == 0
    item = client.get(f"{API}/records/0/7/history").json()[0]
    assert (item["bulk"], item["records"]) == (bulk, 500)
    assert client.get(f"{API}/stats").json()["counts"]["pending"] == 1200


def test_bulk_does_nothing_where_more_match_than_were_seen(desk: Desk) -> None:
    """Records that came since somebody looked are not decided about unseen."""
    desk.canaries(3)
    client = desk.client("operator")
    answer = client.post(f"{API}/bulk", json={"action": "discard", "filter": {}, "reason": "noise", "at_most": 2})
    assert answer.status_code == 422
    assert "3 records match now" in answer.json()["detail"]
    assert client.get(f"{API}/stats").json()["counts"]["waiting"] == 3


def test_two_bulk_runs_at_once_give_each_record_one_winner(desk: Desk) -> None:
    """Ann releases and Bob discards the same thousand: every record is done once, and the reports say so."""
    desk.canaries(1000)
    barrier = threading.Barrier(2)

    def press(action: str, subject: str) -> Any:
        client = desk.client("operator", subject=subject)
        barrier.wait()
        body = {"action": action, "filter": {}, "reason": "race"}
        return client.post(f"{API}/bulk", json=body, params={"wait": 20}).json()["bulk"]

    with ThreadPoolExecutor(2) as pool:
        ann, bob = pool.map(press, ("release", "discard"), ("ann@example.com", "bob@example.com"))
    assert ann["done"] + bob["done"] == 1000
    counts = desk.client("viewer").get(f"{API}/stats").json()["counts"]["by_status"]
    assert (counts.get("released", 0), counts.get("discarded", 0)) == (ann["done"], bob["done"])


def test_runs_are_their_owners(desk: Desk) -> None:
    """Nobody sees or stops a run of somebody else; one that is not there is 404 as well."""
    desk.canaries(2)
    run = desk.client("operator").post(f"{API}/tries", json={"filter": {}}, params={"wait": 20}).json()["id"]
    other = desk.client("operator", subject="bob@example.com")
    assert other.get(f"{API}/runs/{run}").status_code == 404
    assert other.delete(f"{API}/runs/{run}").status_code == 404
    body = {"action": "claim", "filter": {}, "id": run}
    assert other.post(f"{API}/bulk", json=body).status_code == 422
    assert other.get(f"{API}/runs/{uuid4()}").json() == other.get(f"{API}/runs/{run}").json()
    assert desk.client("operator").delete(f"{API}/runs/{run}").status_code == 200


def test_scope_hides_records_of_other_topics_everywhere(desk: Desk) -> None:
    """For somebody of team A a record of team B is what a record is that never was: the same 404, by every way."""
    desk.canaries(2, topic="team-a.logs")
    desk.canaries(2, topic="team-b.logs")
    desk.add(FOREIGN)
    client = desk.client("viewer", "operator", "revealer", topics=["team-a.*"])
    assert {row["record"] for row in client.get(f"{API}/records").json()["items"]} == {"0:0", "0:1"}
    assert client.get(f"{API}/stats").json()["counts"]["total"] == 2
    assert [group["topics"] for group in client.get(f"{API}/groups").json()["items"]] == [["team-a.logs"]]
    for hidden in ("0/2", "0/4"):
        for method, path, body in ways():
            seen = client.request(method, f"{API}/records/{hidden}{path}", json=body)
            missing = client.request(method, f"{API}/records/0/999{path}", json=body)
            assert seen.status_code == missing.status_code == 404, path
            assert seen.content == missing.content
    for body in ({"records": ["0:2"]}, {"records": ["0:0", "0:3"]}):
        assert client.post(f"{API}/decisions", json={"action": "claim", **body}).status_code == 404
    tried = client.post(f"{API}/tries", json={"records": ["0:0", "0:2"]}, params={"wait": 20}).json()["tried"]
    assert (tried["passed"], tried["unopened"]) == (1, {"gone": 1})
    whole = client.post(f"{API}/tries", json={"filter": {}}, params={"wait": 20}).json()["tried"]
    assert whole["total"] == 2
    bulk = client.post(f"{API}/bulk", json={"action": "release", "filter": {}}, params={"wait": 20}).json()["bulk"]
    assert bulk["done"] == 2
    assert {row["status"] for row in desk.client("viewer").get(f"{API}/records").json()["items"]} == {
        "released",
        "open",
    }
    assert client.get("/metrics").status_code == 403
    assert desk.client("viewer").get("/metrics").status_code == 200
    outside = desk.client("viewer", "revealer", topics=["team-b.*"])
    assert [act["actor"] for act in outside.get(f"{API}/audit").json()["items"]] == []


def ways() -> list[tuple[str, str, Any]]:
    """Every route of one record."""
    read = [("GET", path, None) for path in ("", "/history", "/neighbours", "/looks", "/reveal-requests")]
    decide = [("POST", f"/{action}", {}) for action in ("claim", "unclaim", "release", "undo", "try", "explain")]
    return [
        *read,
        *decide,
        ("POST", "/discard", {"reason": "INC-7"}),
        ("POST", "/mask/try", {"redactions": [{"path": "$.a"}]}),
        ("POST", "/mask", {"redactions": [{"path": "$.a"}]}),
        ("POST", "/reveal", {"reason": "INC-7"}),
        ("POST", "/reveal-requests", {"reason": "INC-7"}),
        ("POST", f"/reveal-requests/{uuid4()}/approval", None),
    ]


def test_every_route_asks_who_is_there(desk: Desk) -> None:
    """Without a token nothing but the probes answers, and a path that is none answers as one that is."""
    desk.canaries()
    stranger = desk.client()
    paths = [(method, f"{API}/records/0/0{path}") for method, path, _ in ways()]
    paths += [
        ("GET", f"{API}/{name}") for name in ("me", "groups", "records", "stats", "audit", "openapi.json", "none")
    ]
    paths += [("GET", "/metrics"), ("GET", "/docs"), ("POST", f"{API}/bulk"), ("POST", f"{API}/tries")]
    for method, path in paths:
        answer = stranger.request(method, path, headers={"Origin": "http://127.0.0.1", "Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == 401, path
    assert stranger.get("/livez").text == "alive\n"
    assert stranger.get("/readyz").status_code in {200, 503}


def test_roles_are_asked_for(desk: Desk) -> None:
    """A viewer decides nothing, an operator reveals nothing; the refusal tells nothing of what is there."""
    desk.canaries()
    viewer, operator = desk.client("viewer"), desk.client("operator")
    for method, path, body in ways():
        if method == "POST" or path == "/reveal-requests":
            there = viewer.request(method, f"{API}/records/0/0{path}", json=body)
            missing = viewer.request(method, f"{API}/records/7/7{path}", json=body)
            assert there.status_code == missing.status_code == 403, path
            assert there.content == missing.content
        if "reveal" in path:
            assert operator.request(method, f"{API}/records/0/0{path}", json=body).status_code == 403
    assert viewer.post(f"{API}/bulk", json={"action": "release", "filter": {}}).status_code == 403
    assert desk.audited == []


def test_foreign_bytes_are_shown_as_such_and_not_decided_about(desk: Desk) -> None:
    """What is no envelope has a problem and no actions; nothing breaks."""
    desk.add(FOREIGN)
    client = desk.client("operator")
    row = client.get(f"{API}/records").json()["items"][0]
    assert row["problem"]
    assert row["reason"] is None
    answer = client.post(f"{API}/records/0/0/release", json={})
    assert answer.status_code == 422
    assert "no envelope" in answer.json()["detail"]
    assert client.get(f"{API}/records/0/0/neighbours").json() == {"items": []}


def test_every_act_is_in_the_audit_before_it_is_done(desk: Desk) -> None:
    """Decisions, bulk decisions, tries and uploads of a policy: who, what, how many; without audit none of them."""
    desk.canaries(3)
    client = desk.client("operator")
    client.post(f"{API}/records/0/0/claim", json={})
    client.post(f"{API}/records/0/0/try", json={"policy": "level: strict\n"})
    client.post(f"{API}/tries", json={"filter": {}}, params={"wait": 20})
    client.post(f"{API}/bulk", json={"action": "release", "filter": {"status": ["open"]}}, params={"wait": 20})
    assert [(event.action, event.records) for event in desk.audited] == [
        ("decide", 1), ("policy_upload", 1), ("try", 3), ("decide", 2),
    ]  # fmt: skip
    assert {event.address for event in desk.audited} == {"192.0.2.7"}
    desk.refuse_audit = RunError("the audit is away")
    assert client.post(f"{API}/records/0/0/unclaim", json={}).status_code == 503
    assert client.post(f"{API}/records/0/0/try", json={}).status_code == 503
    assert client.get(f"{API}/records/0/0").json()["row"]["status"] == "claimed"


def test_unexpected_errors_say_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is raised inside, the answer is one sentence without content, and the log has type and place only."""
    desk.canaries()

    def raises(*_: Any, **__: Any) -> Any:
        raise ValueError("canary")

    monkeypatch.setattr(desk.store, "record", raises)
    said = io.StringIO()
    telemetry.configure("DEBUG", stream=said)
    answer = desk.client("viewer").get(f"{API}/records/0/0")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "canary" not in answer.text + said.getvalue()
    assert "ValueError" in said.getvalue()


def test_metrics_count_by_route_and_never_by_path(desk: Desk) -> None:
    """The scraper's page has routes, decisions and records by status; a path that anybody made up is `other`."""
    desk.canaries(2)
    client = desk.client("operator")
    client.post(f"{API}/records/0/0/release", json={})
    client.get("/canary/path")
    text = client.get("/metrics").text
    assert 'maskstream_review_decisions_total{action="release",outcome="changed"} 1.0' in text
    assert 'maskstream_review_records{status="open"} 1.0' in text
    assert 'route="/api/v1/records/{partition}/{offset}/{action}"' in text
    assert "canary" not in text


@pytest.mark.parametrize("roles", [("viewer",), ("operator",), ("viewer", "operator")])
def test_canaries_are_in_no_answer(desk: Desk, roles: tuple[str, ...], caplog: Any, capfd: Any) -> None:
    """Every route, right and wrong requests: no canary in body, headers, log or output for viewers and operators."""
    logged = io.StringIO()
    telemetry.configure("DEBUG", stream=logged)
    caplog.set_level(logging.DEBUG)
    desk.canaries(3)
    desk.add(FOREIGN, written(9, value=BROKEN), written(10, value=b'{"canary@example.com":{"canary":1}}'))
    client = desk.client(*roles)
    answers = [client.request(method, f"{API}/records/0/{offset}{path}", json=body)
               for offset in range(6) for method, path, body in ways()]  # fmt: skip
    answers += [client.get(f"{API}/{name}") for name in ("me", "groups", "records", "stats", "audit", "series/ages")]
    answers += [client.get(f"{API}/records", params={"text": "orders", "sort": "oldest"}), client.get("/metrics")]
    for body in ({"filter": {}}, {"filter": {}, "policy": "level: strict\n"}, {"records": ["0:0", "0:4", "0:5"]}):
        answers.append(client.post(f"{API}/tries", json=body, params={"wait": 20}))
    answers.append(client.post(f"{API}/bulk", json={"action": "release", "filter": {}}, params={"wait": 20}))
    said = capfd.readouterr()
    answered = "".join(str(answer.headers) + answer.text for answer in answers)
    everything = said.out + said.err + logged.getvalue() + caplog.text + answered
    assert "canary" not in everything
    files = b"".join(path.read_bytes() for path in desk.settings.state_dir.rglob("*") if path.is_file())
    assert b"canary" not in files
