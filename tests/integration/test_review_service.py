"""The review service on real Kafka: instances that agree, a process that starts and stops, guards, the command line."""

import http.client
import json
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Producer

from streams.cli.main import invoke
from streams.errors import GuardError
from streams.kafka.admin import Admin
from streams.review.start import check_topics
from tests.support.kafka import KafkaBroker, alter_topic, create_topic, delete_records
from tests.support.reviewapp import token
from tests.support.reviewing import CANARY, Review, until

API = "/api/v1"
BROKEN = b"\xff\xfe\xfacanary@example.com"


@pytest.fixture
def review(kafka: KafkaBroker, tmp_path: Path) -> Iterator[Review]:
    made = Review(kafka, tmp_path)
    yield made
    made.producer.flush(10)


@pytest.fixture
def command(review: Review, monkeypatch: pytest.MonkeyPatch) -> Review:
    """The settings of `review` in the environment of this process, for commands."""
    for name, value in review.environ.items():
        monkeypatch.setenv(name, value)
    return review


def run(capfd: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> tuple[str, str]:
    capfd.readouterr()
    code = invoke(["quarantine", *arguments])
    shown = capfd.readouterr()
    assert code == status, shown
    return shown.out, shown.err


def test_two_instances_race_for_each_record(review: Review) -> None:
    """Ann at one instance, Bob at another, the same records: one winner each, the loser is told who it was, and both
    instances and the topic say the same.
    """
    review.write(*[CANARY] * 20)
    with review.instance("one") as one, review.instance("two") as two:
        ann, bob = one.client("operator"), two.client("operator", subject="bob@example.com")
        barrier = threading.Barrier(2)

        def press(client: Any, action: str, offset: int) -> Any:
            barrier.wait()
            body = {"expected": "open", "reason": "race"}
            return client.post(f"{API}/records/0/{offset}/{action}", json=body)

        with ThreadPoolExecutor(2) as pool:
            for offset in range(20):
                first = pool.submit(press, ann, "release", offset)
                second = pool.submit(press, bob, "discard", offset)
                codes = (first.result().status_code, second.result().status_code)
                assert sorted(codes) == [200, 409]
                loser, winner = (second, "ann@example.com") if codes[0] == 200 else (first, "bob@example.com")
                lost = loser.result().json()["lost"][0]
                assert lost["actor"] == winner
                assert f"Record 0:{offset} was " in lost["sentence"]
        until(lambda: state(one) == state(two))
        assert len(review.written_events()) == 40


def state(instance: Any) -> list[Any]:
    rows = instance.client("viewer").get(f"{API}/records").json()["items"]
    return sorted((row["record"], row["status"], row["actor"]) for row in rows)


def test_two_bulk_runs_on_two_instances_give_each_record_one_winner(review: Review) -> None:
    """A group released at one instance and discarded at another at once: the reports add up to the group."""
    review.write(*[CANARY] * 1500)
    with review.instance("one") as one, review.instance("two") as two:
        barrier = threading.Barrier(2)

        def press(instance: Any, action: str, subject: str) -> Any:
            client = instance.client("operator", subject=subject)
            barrier.wait()
            body = {"action": action, "filter": {}, "reason": "race"}
            run = client.post(f"{API}/bulk", json=body, params={"wait": 0}).json()
            while not run["done"]:
                run = client.get(f"{API}/runs/{run['id']}", params={"wait": 5}).json()
            return run["bulk"]

        with ThreadPoolExecutor(2) as pool:
            ann, bob = pool.map(press, (one, two), ("release", "discard"), ("ann@example.com", "bob@example.com"))
        assert ann["done"] + bob["done"] == 1500
        assert (ann["unknown"], bob["unknown"]) == (0, 0)
        wanted = {"released": ann["done"], "discarded": bob["done"]}
        until(lambda: {status: count for _, status, count in counted(two)} == {k: v for k, v in wanted.items() if v})


def counted(instance: Any) -> list[tuple[str, str, int]]:
    counts = instance.client("viewer").get(f"{API}/stats").json()["counts"]["by_status"]
    return [("", status, count) for status, count in counts.items() if count]


def test_reveal_and_its_approval_are_seen_by_all_instances(review: Review) -> None:
    """Asked at one instance, approved at another, shown at the first, seen at both; the audit topic has all of it."""
    review.write(CANARY)
    why = {"reason": "INC-7 lost order"}
    with (
        review.instance("one", review_four_eyes=True) as one,
        review.instance("two", review_four_eyes=True, instance="there") as two,
    ):
        ann, bob = one.client("revealer"), two.client("revealer", subject="bob@example.com")
        assert ann.post(f"{API}/records/0/0/reveal", json=why).status_code == 403
        wanted = ann.post(f"{API}/records/0/0/reveal-requests", json=why).json()["id"]
        until(lambda: [one["id"] for one in bob.get(f"{API}/records/0/0/reveal-requests").json()] == [wanted])
        assert bob.post(f"{API}/records/0/0/reveal-requests/{wanted}/approval").status_code == 200
        until(lambda: ann.get(f"{API}/records/0/0/reveal-requests").json()[0]["approved_by"] == "bob@example.com")
        assert ann.post(f"{API}/records/0/0/reveal", json=why).json()["value"] == CANARY.decode()
        until(lambda: [act["action"] for act in two.client("viewer").get(f"{API}/records/0/0/looks").json()["items"]]
              == ["reveal", "reveal_approve", "reveal_request"])  # fmt: skip
    with review.instance("three") as three:
        viewer = three.client("viewer")
        until(lambda: len(viewer.get(f"{API}/audit").json()["items"]) == 3)
        page = viewer.get(f"{API}/audit", params={"limit": 2}).json()
        rest = viewer.get(f"{API}/audit", params={"limit": 2, "before": page["next"]}).json()
        assert (len(page["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
    audited = b"".join(review.values("audit", 0) + review.values("audit", 1))
    assert b"canary" not in audited


def test_released_records_reach_the_clean_topic_once(review: Review) -> None:
    """Released, masked by hand, discarded, failing: the redrive carries out what was decided, each once, and the API
    says what came of it; undo comes too late and is told so.
    """
    review.write(*[CANARY] * 3, BROKEN, CANARY)
    with review.instance() as one, review.redrive():
        client = one.client("operator")
        url = f"{API}/records/0"
        assert client.post(f"{url}/4/discard", json={"reason": "noise"}).status_code == 200
        assert client.post(f"{url}/2/mask", json={"redactions": [{"path": "$.msg"}]}).status_code == 200
        body = {"action": "release", "filter": {"status": ["open"]}, "reason": "INC-7"}
        run = client.post(f"{API}/bulk", json=body, params={"wait": 20}).json()
        assert run["bulk"]["done"] == 3

        def rows() -> dict[str, Any]:
            return {row["record"]: row for row in client.get(f"{API}/records").json()["items"]}

        until(lambda: not any(row["pending"] for row in rows().values()))
        assert {place: row["status"] for place, row in rows().items()} == {
            "0:0": "released", "0:1": "released", "0:2": "masked_by_hand", "0:3": "failed_again", "0:4": "discarded",
        }  # fmt: skip
        late = client.post(f"{url}/0/undo", json={})
        assert late.status_code == 409
        assert "on its clean topic already" in late.json()["sentence"]
        history = client.get(f"{url}/3/history").json()
        assert [item["result"] for item in history] == [None, "failed_again"]
        assert history[1]["failure"] == "invalid_encoding"
        clean = [json.loads(value) for value in review.values("clean")]
        assert len(clean) == 3
        assert [value["msg"] for value in clean].count("***") == 1
        assert len({value["email"] for value in clean}) == 1
        assert clean[0]["email"].startswith("tok_email_")


def test_a_record_is_opened_exactly_or_not_at_all(review: Review) -> None:
    """After retention took records, those behind are tried and opened, those before are gone, and never another one."""
    review.write(*[CANARY] * 5)
    review.write(*[CANARY] * 5, first=5)
    with review.instance() as one:
        client = one.client("operator", "revealer")
        delete_records(review.bootstrap, f"{review.raw}.quarantine", 0, 3)
        tried = client.post(f"{API}/tries", json={"records": [f"0:{offset}" for offset in range(11)]}).json()["tried"]
        # Offset 5 is the marker of a transaction.
        assert (tried["passed"], tried["unopened"]) == (7, {"gone": 4})
        gone = client.post(f"{API}/records/0/1/reveal", json={"reason": "INC-7"})
        assert gone.status_code in {404, 503}
        assert "canary" not in gone.text


def test_neighbours_are_clean_records_around_its_time(review: Review) -> None:
    """What stands before and after on the clean topic, in order; nothing where there is nothing."""
    review.write(CANARY)
    with review.instance() as one:
        client = one.client("viewer")
        assert client.get(f"{API}/records/0/0/neighbours").json() == {"items": []}
        at = client.get(f"{API}/records/0/0").json()["row"]["source"]["timestamp_ms"]
        producer = Producer({"bootstrap.servers": review.bootstrap})
        for number in range(-8, 8):
            producer.produce(f"{review.raw}.clean", f"clean {number}".encode(), partition=0, timestamp=at + number * 10)
        producer.flush(30)
        found = client.get(f"{API}/records/0/0/neighbours", params={"each": 3}).json()["items"]
        assert [one["text"] for one in found] == [f"clean {number}" for number in (-3, -2, -1, 0, 1, 2)]


def test_review_process_starts_serves_and_stops(review: Review) -> None:
    """As a command: it is alive at once, ready once the view is built, stops at SIGTERM with status 0, and its log and
    files hold no canary.
    """
    review.write(CANARY, BROKEN)
    with review.command(MASKSTREAM_LOG_LEVEL="DEBUG") as process:
        until(lambda: page(review, "/readyz")[0] == 200)
        assert page(review, "/livez") == (200, "alive\n")
        assert page(review, f"{API}/me")[0] == 401
        status, text = page(review, f"{API}/groups", token("viewer"))
        assert status == 200
        assert "canary" not in text
        assert page(review, f"{API}/records/0/0", token("viewer"))[0] == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    log = review.log.read_text()
    assert "canary" not in log
    assert '"review_started"' in log
    assert '"review_stopped"' in log
    files = [path for path in (review.folder / "state").rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if b"canary" in path.read_bytes()]


def page(review: Review, path: str, bearer: str | None = None) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", review.port, timeout=30)
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {bearer}"} if bearer else {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except OSError:
        return 0, ""
    finally:
        connection.close()


def test_review_refuses_to_start_with_a_sentence(
    command: Review, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each thing that is missing is one sentence: status 2 for settings, 3 for what a guard finds."""

    def said(status: int) -> str:
        capfd.readouterr()
        assert invoke(["review"]) == status
        return capfd.readouterr().err

    monkeypatch.setenv("MASKSTREAM_DECISIONS_TOPIC", f"{command.raw}.none")
    assert "topics apply" in said(3)
    monkeypatch.setenv("MASKSTREAM_DECISIONS_TOPIC", f"{command.raw}.decisions")
    monkeypatch.delenv("MASKSTREAM_REVIEW_DEV_SECRET")
    assert "REVIEW_ISSUER" in said(2)
    monkeypatch.setenv("MASKSTREAM_REVIEW_PRIVATE_KEY", str(command.folder / "none.pem"))
    assert "private review key" in said(2)
    monkeypatch.setenv("MASKSTREAM_REVIEW_PRIVATE_KEY", str(command.private))
    monkeypatch.setenv("MASKSTREAM_POLICY", str(command.folder / "none.yaml"))
    assert "cannot be read" in said(2)
    monkeypatch.delenv("MASKSTREAM_BOOTSTRAP_SERVERS")
    assert "BOOTSTRAP_SERVERS" in said(2)


def test_guard_wants_decisions_that_outlive_quarantine(review: Review) -> None:
    """Too few partitions, or decisions that are forgotten before their records: refused, with what to run."""
    settings = review.settings()
    check_topics(settings, Admin(settings))
    alter_topic(review.bootstrap, f"{review.raw}.decisions", {"retention.ms": "3600000"})
    with pytest.raises(GuardError, match="forgets before"):
        check_topics(settings, Admin(settings))
    few = create_topic(review.bootstrap, f"{review.raw}.few", partitions=1)
    settings = review.settings(decisions_topic=few)
    with pytest.raises(GuardError, match="has 1 partitions and needs 2"):
        check_topics(settings, Admin(settings))


def test_command_line_through_the_service(  # noqa: PLR0915 - one night's work
    command: Review, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Groups, list, explain, try, claim, release, undo, discard, mask, bulk, reveal, watch: with a token, in words and
    as JSON, and nothing of a record but in the answer to a reveal.
    """
    command.write(*[CANARY] * 6, BROKEN)
    held = tmp_path / "token"
    held.write_text(token("operator"))
    held.chmod(0o600)
    monkeypatch.setenv("MASKSTREAM_REVIEW_URL", f"http://127.0.0.1:{command.port}")
    monkeypatch.setenv("MASKSTREAM_REVIEW_TOKEN_FILE", str(held))
    with command.command():
        until(lambda: page(command, "/readyz")[0] == 200)
        everything = ""

        def said(*arguments: str, status: int = 0) -> str:
            nonlocal everything
            out, err = run(capfd, *arguments, status=status)
            everything += out + err
            return out

        groups = [json.loads(line) for line in said("groups", "--json").splitlines()]
        assert sorted(group["matching"] for group in groups) == [1, 6]
        group = max(groups, key=lambda one: one["matching"])["group"]
        assert group in said("groups")
        assert len([json.loads(line) for line in said("list", "--json").splitlines()]) == 7
        assert "$.email" in said("explain", "0:0")
        assert "would fail again" in said("explain", "0:6")
        assert "1 of 1 would pass" in said("try", "0:0")
        assert "6 of 6 would pass" in said("try", "--group", group)
        assert "6 of 7 would pass" in said("try", "--code", "residue", status=4)
        policy = tmp_path / "policy.yaml"
        policy.write_text("actions:\n  email: shout\n")
        assert "line 2" in run(capfd, "try", "0:0", "--policy", str(policy), status=2)[1]
        claimed = said("claim", "0:0")
        assert "Record 0:0 claimed." in claimed
        assert "Next: `maskstream quarantine try 0:0`" in claimed
        assert "Record 0:0 released." in said("release", "0:0", "--reason", "INC-7")
        assert "opened again" in said("undo", "0:0")
        run(capfd, "discard", "0:1", status=2)
        assert "discarded" in said("discard", "0:1", "--reason", "noise")
        assert "***" in said("mask", "0:2", "--field", "$.email", "--try")
        said("mask", "0:2", "--field", "$.nothing", "--try", status=4)
        assert "masked by hand" in said("mask", "0:2", "--field", "$.msg", "--span", "1-5")
        run(capfd, "release", "--group", group, status=2)
        assert "4 of 4 records done" in said("release", "--group", group, "--yes")
        run(capfd, "release", "0:1", status=1)
        run(capfd, "release", "0:99", status=1)
        shown = said("show", "0:0")
        assert "release" in shown
        assert "ann@example.com" in shown
        assert said("show", f"{command.raw}/0/0") == shown
        assert "released" in said("watch", "--times", "1")
        assert json.loads(said("watch", "--times", "1", "--json"))["by_status"]["discarded"] == 1
        assert "role" in run(capfd, "reveal", "0:0", "--reason", "INC-7", status=3)[1]
        assert "canary" not in everything
        held.write_text(token("revealer"))
        original = json.loads(run(capfd, "reveal", "0:0", "--reason", "INC-7", "--json")[0])
        assert original["value"] == CANARY.decode()
        assert original["seconds"] == 60
        held.write_text("not a token at all")
        assert "none" in run(capfd, "groups", status=2)[1]
        held.write_text("aaaa.bbbb.cccc")
        assert "does not take the token" in run(capfd, "groups", status=2)[1]
    assert "cannot be reached" in run(capfd, "groups", status=1)[1]


def test_command_line_keeps_tokens_off_the_line_and_off_the_wire(
    command: Review, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A token goes to https or this machine only, comes from a file that others cannot read, and is never a flag."""
    monkeypatch.setenv("MASKSTREAM_REVIEW_TOKEN", "secret-token")
    _, err = run(capfd, "groups", "--url", "http://review.example.com", status=2)
    assert "https://" in err
    _, err = run(capfd, "groups", "--set", "review_token=secret", status=2)
    assert "list of processes" in err
    assert invoke(["settings", "show"]) == 0
    assert "secret-token" not in capfd.readouterr().out
    monkeypatch.delenv("MASKSTREAM_REVIEW_TOKEN")
    held = tmp_path / "token"
    held.write_text(token("operator"))
    held.chmod(0o644)
    _, err = run(capfd, "groups", "--url", "http://127.0.0.1:1", "--set", f"review_token_file={held}", status=2)
    assert "0600" in err
    assert "Say where" in run(capfd, "groups", status=2)[1]
    run(capfd, "groups", "--url", "http://127.0.0.1:1", "--direct", status=2)


def test_command_line_directly_on_kafka(command: Review, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The same without a service: read from the topics as of now, decided in the topic, told who was first."""
    command.write(*[CANARY] * 4, BROKEN)
    command.write(CANARY, partition=1)
    everything = ""

    def said(*arguments: str, status: int = 0) -> str:
        nonlocal everything
        out, err = run(capfd, *arguments, "--direct", status=status)
        everything += out + err
        return out

    groups = [json.loads(line) for line in said("groups", "--json").splitlines()]
    assert Counter({group["group"]: group["matching"] for group in groups}).total() == 6
    group = max(groups, key=lambda one: one["matching"])["group"]
    assert "5 of 5 would pass" in said("try", "--group", group)
    assert "1 fails with invalid_encoding" in said("try", "0:0", "0:4", status=4)
    assert "$.email" in said("explain", "0:0")
    assert "***" in said("mask", "0:2", "--field", "$.email", "--try")
    said("mask", "0:2", "--field", "email", "--try", status=2)
    assert "Record 0:0 claimed." in said("claim", "0:0")
    with command.instance() as one:
        client = one.client("operator", subject="bob@example.com")
        assert client.post(f"{API}/records/0/1/discard", json={"reason": "noise"}).status_code == 200
        lost = client.post(f"{API}/records/0/0/release", json={})
        assert lost.status_code == 409
        assert "was claimed by" in lost.json()["sentence"]
        assert "Record 0:2 released." in said("release", "0:2", "--reason", "INC-7")
        until(lambda: client.get(f"{API}/records/0/2").json()["row"]["status"] == "released")
        item = client.get(f"{API}/records/0/2/history").json()[0]
        assert (item["via"], "@" in item["actor"]) == ("cli", True)
        late = client.post(f"{API}/records/0/2/claim", json={"expected": "open"})
        assert "s earlier" in late.json()["sentence"]
    assert "on its clean topic" not in said("undo", "0:2")
    report = json.loads(said("release", "--group", group, "--yes", "--json"))
    assert (report["done"], report["lost"]) == (4, 0)
    assert json.loads(said("watch", "--times", "1", "--json"))["by_status"] == {
        "released": 4, "discarded": 1, "open": 1,
    }  # fmt: skip
    said("release", "0:1", status=1)
    said("release", "1:99", status=1)
    policy = tmp_path / "policy.yaml"
    policy.write_text("require_json: true\n")
    said("try", "0:0", "--policy", str(policy))
    assert "canary" not in everything
    original = json.loads(run(capfd, "reveal", "0:0", "--reason", "INC-7", "--direct", "--json")[0])
    assert original["value"] == CANARY.decode()
