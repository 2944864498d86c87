"""`maskstream replay diff` on Apache Kafka: a policy rolled out, a clean topic that an older one wrote."""

import json
from pathlib import Path

import pytest

from tests.support.kafka import KafkaBroker
from tests.support.pipeline import read_topic
from tests.support.replay import Replays

KEEPS = "actions: {email: keep}\n"


@pytest.fixture
def replays(kafka: KafkaBroker, tmp_path: Path) -> Replays:
    installed = Replays(kafka, tmp_path)
    installed.prepare()
    return installed


def test_a_range_under_two_policies(replays: Replays, tmp_path: Path) -> None:
    """Status 4 where something would be unmasked, 0 for the way back; the sums are those of the range."""
    replays.produce(300, garbage=50)
    (tmp_path / "keeps.yaml").write_text(KEEPS)
    new = str(tmp_path / "keeps.yaml")
    done = replays.replay("diff", new, "--json", status=4)
    found = json.loads(done.stdout)
    assert (found["records"], found["quarantined_instead"]) == (300, 0)
    assert found["unmasked"] == found["changed"] > 150
    assert {row["path"] for row in found["changes"] if row["path"].startswith("$.")} == {"$.user.email"}
    assert "example.com" not in done.stdout + done.stderr
    assert "unmasked" in replays.replay("diff", new, "--limit", "10", status=4).stdout
    back = json.loads(replays.replay("diff", "default", "--old", new, "--json").stdout)
    assert (back["unmasked"], back["newly_masked"]) == (0, found["unmasked"])
    sampled = json.loads(replays.replay("diff", new, "--sample", "0.3", "--json", status=4).stdout)
    assert 30 < sampled["records"] < 150


def test_a_clean_topic_against_todays_policy(replays: Replays, tmp_path: Path) -> None:
    """What a looser policy wrote is told as newly masked, record by record, in spite of the gaps of quarantine; written
    by today's it differs nowhere, and against a looser one it would be unmasked.
    """
    replays.produce(400, garbage=40)
    (tmp_path / "keeps.yaml").write_text(KEEPS)
    keeps = str(tmp_path / "keeps.yaml")
    replays.environ["MASKSTREAM_POLICY"] = keeps
    replays.start()
    try:
        assert len(read_topic(replays.bootstrap, f"{replays.raw}.clean", count=390)) == 390
    finally:
        replays.end()
    del replays.environ["MASKSTREAM_POLICY"]
    same = json.loads(replays.replay("diff", keeps, "--clean", "--json").stdout)
    assert (same["compared"], same["missing"], same["foreign"], same["changed"]) == (390, 10, 0, 0)
    now = json.loads(replays.replay("diff", "--clean", "--json").stdout)
    assert (now["compared"], now["unmasked"]) == (390, 0)
    assert now["newly_masked"] > 250
