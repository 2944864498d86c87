"""The rights that docs/replay.md lists are enough for a job, and each is needed: its lines on a broker with ACLs."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AclBinding, AclBindingFilter, AdminClient

from tests.support.kafka import KafkaBroker
from tests.support.rights import RAW, act_as, client, documented, installation, ruled_broker
from tests.support.service import Service

DEADLINE_S = 30.0


@pytest.fixture(scope="module")
def ruled() -> Iterator[KafkaBroker]:
    broker = ruled_broker()
    yield broker
    broker.close()


@pytest.fixture(scope="module")
def replaying(ruled: KafkaBroker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Topics made by the administrator, a record that can be masked and one that cannot, a user who may replay."""
    with pytest.MonkeyPatch.context() as patch:
        service = installation(ruled, "replay.md", tmp_path_factory.mktemp("replay"), patch)
        service.environ["MASKSTREAM_REPLAY_PORT"] = str(service.ports[0])
        act_as(service, "admin")
        service.prepare()
        producer = Producer(client(ruled, "admin"))
        producer.produce(RAW, b"from ann@example.org", partition=0)
        producer.produce(RAW, b"\xff\xfe\xfd", partition=1)
        assert producer.flush(60) == 0
        act_as(service, "replay")
        yield service


def told(service: Service, *arguments: str) -> Any:
    done = service.call("replay", *arguments, "--json")
    assert done.returncode == 0, done.stderr[-5000:]
    return json.loads(done.stdout.splitlines()[-1])


@contextmanager
def without(broker: KafkaBroker, operation: str, name: str) -> Iterator[None]:
    """While one documented right is taken away."""
    rights = documented("replay.md")
    lost = next(one for one in rights if (one.operation.name, one.name) == (operation, name))
    admin = AdminClient(client(broker, "admin"))
    for removed in admin.delete_acls([only(lost)]).values():
        assert len(removed.result(30)) == 1
    wait_for(admin, lost, there=False)
    try:
        yield
    finally:
        for made in admin.create_acls([lost]).values():
            made.result(30)
        wait_for(admin, lost, there=True)


def only(one: AclBinding) -> AclBindingFilter:
    return AclBindingFilter(
        one.restype, one.name, one.resource_pattern_type, one.principal, one.host, one.operation, one.permission_type
    )


def wait_for(admin: AdminClient, rule: AclBinding, *, there: bool) -> None:
    """Until the broker goes by the rule, or no longer: it confirms a change a little before."""
    deadline = time.monotonic() + DEADLINE_S
    while bool(admin.describe_acls(only(rule)).result(30)) is not there:
        assert time.monotonic() < deadline


def test_documented_rights_are_enough(replaying: Service) -> None:
    """With the lines of the document and no others a job is planned, run, confirmed by reading, listed and shown."""
    planned = replaying.call("replay", "plan")
    assert "about 2 records" in planned.stdout, planned.stderr
    report = told(replaying, "start", "--id", "whole")
    assert (report["state"], report["confirmed"]) == ("complete_with_quarantine", True)
    assert (report["read"], report["written"], report["quarantined"]) == (2, 1, 1)
    assert "whole" in [row["job"] for row in told(replaying, "list")]
    assert told(replaying, "status", "whole")["left"] == 0
    assert told(replaying, "report", "whole")["confirmed"] is True


TARGET, JOB_GROUP = f"{RAW}.clean.replay.", "maskstream.replay."


@pytest.mark.parametrize(
    ("operation", "name", "mend"),
    [
        ("READ", RAW, f"allow DESCRIBE on topic {RAW} "),
        ("DESCRIBE_CONFIGS", RAW, f"allow DESCRIBE_CONFIGS on topic {RAW} "),
        ("CREATE", TARGET, f"allow Create on topic {TARGET}"),
        ("WRITE", TARGET, f"allow WRITE on topic {TARGET}"),
        ("DESCRIBE_CONFIGS", TARGET, f"allow DESCRIBE_CONFIGS on topic {TARGET}"),
        ("WRITE", "maskstream.quarantine", "allow WRITE on topic maskstream.quarantine "),
        ("DESCRIBE_CONFIGS", "maskstream.quarantine", "allow DESCRIBE_CONFIGS on topic maskstream.quarantine "),
        ("READ", "maskstream.jobs", "allow READ on topic maskstream.jobs."),
        ("WRITE", "maskstream.jobs", "allow WRITE on topic maskstream.jobs."),
        ("DESCRIBE_CONFIGS", "maskstream.jobs", "allow DESCRIBE_CONFIGS on topic maskstream.jobs "),
        ("READ", JOB_GROUP, f"allow READ on group {JOB_GROUP}"),
        ("DESCRIBE", "maskstream-replay-", "allow DESCRIBE on group maskstream-replay-plan."),
        ("WRITE", "maskstream.replay.", "allow WRITE and DESCRIBE on transactional ids"),
    ],
)
def test_a_right_that_is_missing_is_named(
    ruled: KafkaBroker, replaying: Service, operation: str, name: str, mend: str
) -> None:
    """Without one of the rights a job is refused with 3, and the sentence it ends with says which to give."""
    with without(ruled, operation, name):
        refused = replaying.call("replay", "start", "--json")
    assert refused.returncode == 3, refused.stderr[-5000:]
    assert mend in refused.stderr.splitlines()[-1]


def test_without_reading_the_target_counts_are_not_confirmed(ruled: KafkaBroker, replaying: Service) -> None:
    """A job whose target may not be read goes through all the same, and says that nothing confirms its counts."""
    with without(ruled, "READ", TARGET):
        report = told(replaying, "start")
    assert (report["state"], report["confirmed"]) == ("complete_with_quarantine", None)
