"""Reveals through the JSON API: first written down, then shown once; limited, and for two people where that is set."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from streams.errors import RunError
from streams.masking.records import Failure
from streams.quarantine.audit import AuditEvent
from streams.quarantine.envelope import EnvelopeWriter, Origin
from tests.support.review import PRIVATE
from tests.support.reviewapp import CANARY, Desk

API = "/api/v1"
FOREIGN = b"\x1b[31mcanary, and no envelope"
BROKEN = b"\xff\xfe\xfacanary@example.com"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.close()


def test_reveal_is_written_down_then_shown_once(desk: Desk) -> None:
    """The original comes with when it must be out of sight, after who, why and from where is in the audit for all."""
    desk.canaries()
    client = desk.client("revealer", subject="rita@example.com")
    answer = client.post(f"{API}/records/0/0/reveal", json={"reason": "INC-7, lost order of canary@example.com"})
    assert answer.json()["value"] == CANARY.decode()
    assert answer.json()["seconds"] == 60
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers
    (event,) = [event for event in desk.audited if event.action == "reveal"]
    assert (event.actor, event.role, event.address) == ("rita@example.com", "revealer", "192.0.2.7")
    assert event.token
    assert "canary" not in event.model_dump_json()
    (look,) = desk.client("viewer").get(f"{API}/records/0/0/looks").json()["items"]
    assert (look["action"], look["actor"]) == ("reveal", "rita@example.com")
    assert "canary" not in json.dumps(desk.client("viewer").get(f"{API}/records/0/0").json())


def test_reveal_shows_nothing_that_is_not_written_down(desk: Desk) -> None:
    """No audit, no reason, no role, no key that fits: no original, and nothing of it in the refusal."""
    desk.canaries()
    desk.add(FOREIGN)
    client = desk.client("revealer")
    assert client.post(f"{API}/records/0/0/reveal", json={}).status_code == 422
    assert client.post(f"{API}/records/0/0/reveal", json={"reason": "  x "}).status_code == 422
    assert client.get(f"{API}/records/0/0/reveal").status_code == 405
    for roles in (("viewer",), ("operator",), ("viewer", "operator")):
        assert desk.client(*roles).post(f"{API}/records/0/0/reveal", json={"reason": "INC-7"}).status_code == 403
    assert desk.audited == []
    foreign = client.post(f"{API}/records/0/1/reveal", json={"reason": "INC-7"})
    assert foreign.status_code == 422
    assert "no envelope" in foreign.json()["detail"]
    desk.refuse_audit = RunError("Nothing is shown, because the look could not be written.")
    refused = client.post(f"{API}/records/0/0/reveal", json={"reason": "INC-7"})
    assert refused.status_code == 503
    assert "canary" not in refused.text + foreign.text


def test_reveal_of_what_does_not_open_is_told_why(desk: Desk) -> None:
    """Another key, no payload, taken by retention: a sentence each, nothing in the audit; changed ciphertext is found
    out only when it is opened, so that look is in the audit, and shows nothing.
    """
    other = EnvelopeWriter(X25519PrivateKey.generate().public_key(), "p")
    failure = Failure("residue", "verify", ("email",))
    small = EnvelopeWriter(PRIVATE.public_key(), "p", 10)
    writers = (other, small)
    desk.add(*(one.write(Origin("orders", 0, n, 5), failure, None, None, CANARY) for n, one in enumerate(writers)))
    desk.canaries(2)
    del desk.values[0, 2]
    document = json.loads(desk.values[0, 3])
    document["sealed"]["data"] = document["sealed"]["data"][:-8] + "AAAAAAA="
    desk.values[0, 3] = json.dumps(document).encode()
    client = desk.client("revealer")
    told = [client.post(f"{API}/records/0/{offset}/reveal", json={"reason": "INC-7"}) for offset in range(4)]
    assert [answer.status_code for answer in told] == [422, 422, 404, 503]
    assert "sealed to the review key" in told[0].json()["detail"]
    assert "too large to keep" in told[1].json()["detail"]
    assert [event.record.offset for event in desk.audited if event.record] == [3]
    assert "canary" not in "".join(answer.text for answer in told)


def test_token_id_that_is_no_ascii_hinders_nobody(desk: Desk) -> None:
    """A token's id is written down where it can be, and what its person does is written down all the same."""
    desk.canaries()
    client = desk.client("operator", "revealer", jti="jeton-é")
    assert client.post(f"{API}/records/0/0/claim", json={}).status_code == 200
    assert client.post(f"{API}/records/0/0/reveal", json={"reason": "INC-7"}).status_code == 200
    assert [event.token for event in desk.audited] == [None, None]


def test_reveals_are_limited(tmp_path: Path) -> None:
    """Who looks too often waits: 429 and for how long; the refused look is not in the audit."""
    desk = Desk(tmp_path, review_reveals_per_hour=2)
    desk.canaries()
    client = desk.client("revealer")
    answers = [client.post(f"{API}/records/0/0/reveal", json={"reason": "INC-7"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[2].headers["retry-after"]) > 60
    assert len([event for event in desk.audited if event.action == "reveal"]) == 2
    desk.close()


def test_four_eyes_need_a_second_person_and_count_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked by one, approved by another within fifteen minutes, used once: nothing less shows an original."""
    desk = Desk(tmp_path, review_four_eyes=True)
    desk.canaries(2)
    ann, bob = desk.client("revealer"), desk.client("revealer", subject="bob@example.com")
    url, why = f"{API}/records/0/0", {"reason": "INC-7"}
    assert ann.post(f"{url}/reveal", json=why).status_code == 403
    asked = ann.post(f"{url}/reveal-requests", json=why)
    assert asked.status_code == 201
    wanted = asked.json()["id"]
    assert ann.post(f"{url}/reveal-requests/{wanted}/approval").status_code == 422
    assert ann.post(f"{url}/reveal", json=why).status_code == 403
    assert bob.post(f"{API}/records/0/1/reveal-requests/{wanted}/approval").status_code == 422
    assert desk.client("operator").post(f"{url}/reveal-requests/{wanted}/approval").status_code == 403
    assert bob.get(f"{url}/reveal-requests").json()[0]["actor"] == "ann@example.com"
    assert bob.post(f"{url}/reveal-requests/{wanted}/approval").json()["approved_by"] == "bob@example.com"
    assert bob.post(f"{url}/reveal", json=why).status_code == 403
    assert ann.post(f"{API}/records/0/1/reveal", json=why).status_code == 403
    assert ann.post(f"{url}/reveal", json=why).status_code == 200
    assert ann.post(f"{url}/reveal", json=why).status_code == 403
    wanted = ann.post(f"{url}/reveal-requests", json=why).json()["id"]
    bob.post(f"{url}/reveal-requests/{wanted}/approval")
    later = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=16)
    monkeypatch.setattr(desk.services.reveals, "_now", lambda: later)
    assert ann.post(f"{url}/reveal", json=why).status_code == 403
    desk.close()


def test_four_eyes_count_once_over_all_instances(tmp_path: Path) -> None:
    """Two instances take one approval at the same moment: the look that stands first in the topic is the one."""
    desk = Desk(tmp_path, review_four_eyes=True)
    desk.canaries()
    ann, bob = desk.client("revealer"), desk.client("revealer", subject="bob@example.com")
    url, why = f"{API}/records/0/0", {"reason": "INC-7"}
    wanted = ann.post(f"{url}/reveal-requests", json=why).json()["id"]
    assert bob.post(f"{url}/reveal-requests/{wanted}/approval").status_code == 200
    own = desk.services.reveals
    assert own is not None

    def write(event: AuditEvent) -> None:
        # The other instance's look comes to the topic just before ours.
        desk.audit(event.model_copy(update={"id": uuid4()}))
        desk.audit(event)

    own._write_audit = write
    refused = ann.post(f"{url}/reveal", json=why)
    assert refused.status_code == 403
    assert b"canary" not in refused.content
    desk.close()


def test_service_without_private_key_says_so(tmp_path: Path) -> None:
    """All but opening works; what would open is a sentence."""
    desk = Desk(tmp_path, private=False)
    desk.canaries()
    client = desk.client("operator", "revealer")
    assert client.post(f"{API}/records/0/0/claim", json={}).status_code == 200
    assert client.get(f"{API}/me").json()["opens"] is False
    for path, body in (("try", {}), ("explain", None), ("reveal", {"reason": "INC-7"})):
        answer = client.post(f"{API}/records/0/0/{path}", json=body)
        assert answer.status_code == 503
        assert "private key" in answer.json()["detail"]
    desk.close()
