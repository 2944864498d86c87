"""Values of persons and hosts that look like what is left alone: versions, columns, units, programs, codes."""

import pytest

from tests.support.library import masker

ADDRESS = "203.0.113.9"


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("user_id=omar.khalid action=login", "omar.khalid"),
        ("customer_id: anna.sigrid", "anna.sigrid"),
        ("user[id]=jdoe&x=1", "jdoe"),
        ("user[id]=7&x=1", "=7&"),
        ("user=jane-ro action=login", "jane-ro"),
        (f"ping {ADDRESS} -> 1.25 ms", ADDRESS),
        (f"{ADDRESS} => 0.35 load", ADDRESS),
        (f"1.2.3 -> {ADDRESS}", ADDRESS),
        (f"wrote backup-{ADDRESS}.tar.gz", ADDRESS),
        (f"wrote backup-{ADDRESS}.zip", ADDRESS),
        (f"GET /clients/{ADDRESS}/report-{ADDRESS}.pdf", ADDRESS),
        ('{"client_id":42,"client_name":"Jane Doe"}', "Jane Doe"),
        ("customer Ann LEE called", "LEE"),
        ("assigned to Jean ROY", "ROY"),
        ("approved by Jean Paul ROY on Monday", "ROY"),
        ("customer Eric Idle called", "Idle"),
        ("to ann@mail.service", "ann@mail.service"),
        ("from ann@host.device", "ann@host.device"),
        ("*password: hunter2", "hunter2"),
        ("secret::swordfish", "swordfish"),
        ("auth: correct horse user=ann", "horse"),
    ],
)
def test_persons_and_hosts_are_masked(line: str, value: str) -> None:
    """Whatever it looks like, it is somebody's: a version needs more than an arrow, a program more than a suffix."""
    assert value not in masker().mask(line).text


@pytest.mark.parametrize(
    "line",
    [
        "SELECT 1 FROM c JOIN u ON c.user_id = u.id",
        "SELECT 1 FROM c JOIN u ON c.customer_id = u.customer_id",
        "upgraded user-api 3.12.0.4 -> 3.13.1",
        "loaded user-api-3.12.0.4.jar",
        "systemd[1]: user@1001.service: Succeeded",
        "systemd[1]: Started getty@tty1.service",
        "*v1.Secret: secrets is forbidden",
        "secret::load: started",
        "auth: session expired",
        '{"client_name":"Blue Wren","grant_types":["code"]}',
    ],
)
def test_what_they_look_like_stays(line: str) -> None:
    """The things themselves."""
    assert masker().mask(line).text == line
