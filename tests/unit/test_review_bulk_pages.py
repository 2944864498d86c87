"""Decisions about all records of a view are about these, whatever the form says or leaves out."""

from pathlib import Path

from streams.review.api.routes import PREFIX as API
from tests.support.reviewapp import Desk


def test_view_of_what_needs_no_decision_decides_about_nothing(tmp_path: Path) -> None:
    """Who looks at discarded records and lets them go does not release all that are open."""
    desk = Desk(tmp_path)
    try:
        desk.canaries(3)
        client = desk.client("operator")
        assert client.post(f"{API}/records/0/0/discard", json={"reason": "INC-7"}).status_code == 200
        for seen in ("", "1", "3"):
            answer = client.post("/bulk", data={"action": "release", "status": "discarded", "seen": seen})
            assert answer.status_code == 422, seen
        statuses = [row["status"] for row in client.get(f"{API}/records").json()["items"]]
        assert sorted(statuses) == ["discarded", "open", "open"]
    finally:
        desk.close()
