"""Rows without headers, messages of other trades, and the things in logs that only look like them."""

import pytest

from tests.support.masked import masked

#: What must go, and the line of a log that holds it.
_PERSONAL = (
    (("Horvat", "Ivana"), "17,Horvat,Ivana,ivana.horvat@example.com,gold"),
    (("Horvat", "Ivana"), 'rejected: "Horvat, Ivana";"ivana.horvat@example.com";"Gold"'),
    (("Moreau", "Elise"), "row 12: Moreau;Elise;elise.moreau@example.com;premium"),
    (("Ann", "Lee"), "ann.lee@example.com,Ann,Lee,gold"),
    (("Ann Lee",), "Ann Lee\tx17@example.com\t31"),
    (
        ("Kowalski", "Jan"),
        "Failing row contains (7, Kowalski, Jan, null, 00-238, Warszawa, jan.kowalski@example.com, t).",
    ),
    (("Lee",), '{"type":"user","user_id":"u1","name":"Ann Lee"}'),
    (("4711",), "saved User{id=4711, tier=GOLD}"),
    (("4711",), "&{ID:4711 Name:Ann Lee Email:ann@example.com}"),
    (("4711",), "#<User id: 4711, role: nil>"),
    (("ann.lee",), "java -Duser.name=ann.lee -jar x.jar"),
    (("octoann",), '{"action":"repo.create","actor":"octoann","actor_id":4711}'),
    (("1984-05-02",), '{"birthDate":{"$date":"1984-05-02T00:00:00Z"}}'),
    (("5b10a2844c20165700ede21g",), '{"author":{"accountId":"5b10a2844c20165700ede21g"}}'),
)

#: Lines that stay as they are.
_OF_THINGS = (
    "OAK-1;Oak Table;149.00;Furniture",
    '"Lorem Ipsum","Dolor Amet","2026-01-01"',
    "at Boot.main(Boot.java:12) ~[boot.jar!/:2.7.1.4]",
    "loaded user-api-3.12.0.4.jar, tool_1.2.3.4_amd64.deb",
    "GET /maven2/com/acme/user-api/3.12.0.4/user-api-3.12.0.4.pom",
    "restored Acme.Identity 13.0.0.3 -> 13.0.3.27908",
    "CEF:0|Acme|Gate|4.2.0.1|7|Port scan|2|",
    "fixed in 4.1.0.7, upgraded to 5.0.0.1",
    "systemd[1]: wg-quick@wg0.service: Succeeded.",
    "auth::login: validated token for request 7b1f",
    "failed to list *v1.Secret: secrets is forbidden",
    "-[UserProfile name]: unrecognized selector sent to instance 0x28",
    "SELECT 1 FROM orders o JOIN users u ON o.user_id = u.id",
    '{"sessionIssuer":{"type":"Role","userName":"DataPipeline"}}',
    '{"target":[{"alternateId":"Salesforce.com","displayName":"Salesforce.com","type":"AppInstance"}]}',
    '{"client_id":"0oa1","client_name":"Partner Portal"}',
    '{"tags":["login","vip"]}',
    "user=checkout-api action=cleanup",
    "MIN/MAX MS 1/42; HIT/MISS MS 3; 12 CPU/SYS MS",
    "12:59:59:999 start, :70: end",
    "Failing row contains (1, in_review, not_started, eu_west, 2026-01-02).",
)


@pytest.mark.parametrize(("values", "line"), _PERSONAL)
def test_values_of_a_person_go(values: tuple[str, ...], line: str) -> None:
    """What a neighbour or the form of the message makes a person's is not left."""
    left = masked(line)
    assert not [value for value in values if value in left]


@pytest.mark.parametrize("line", _OF_THINGS)
def test_things_stay(line: str) -> None:
    """Versions, types, modules and rows of things are not touched."""
    assert masked(line) == line


def test_an_address_of_a_department_makes_no_name_of_a_thing() -> None:
    """What stands beside `sales@` is a thing as often as a person."""
    assert "Oak Table" in masked("OAK-1,Oak Table,sales@example.com")


def test_a_row_of_many_addresses_is_read_in_time() -> None:
    """A row that is nothing but cells and addresses is masked as any other."""
    row = ",".join(f"Ann,Lee{i},ann.lee{i}@example.com" for i in range(2000))
    assert "@" not in masked(row)
