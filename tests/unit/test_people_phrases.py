"""People in the phrases, paths and signs of logs that are not about one detector alone."""

import pytest

from tests.support.masked import masked

#: What must go, and the line of a log that holds it.
_PERSONAL = (
    ("ann", "sshd[1]: Postponed publickey for ann from 192.0.2.1 port 22 ssh2 [preauth]"),
    ("ann", "sshd[1]: User ann from 192.0.2.1 not allowed because not listed in AllowUsers"),
    (
        "ann",
        "sshd[1]: error: maximum authentication attempts exceeded for invalid user ann from 192.0.2.1 port 22 ssh2",
    ),
    ("hunter two", "sshd[1]: Invalid user hunter two from 192.0.2.1"),
    ("ann", "su[1]: Successful su for root by ann"),
    ("ann", "su: FAILED SU (to root) ann on pts/0"),
    ("ann", "pam_unix(su:session): session opened for user root by ann(uid=1000)"),
    ("1000", "pam_unix(su:session): session opened for user root by ann(uid=1000)"),
    ("ann", "passwd[1]: pam_unix(passwd:chauthtok): password changed for ann"),
    ("ann", "useradd[1]: add 'ann' to group 'sudo'"),
    ("ann", "type=USER_LOGIN msg=audit(1): uid=0 msg='op=login acct=\"ann\" hostname=?'"),
    ("ann", "mysqld: Access denied for user 'ann'@'192.0.2.1' (using password: YES)"),
    ("ann", 'FATAL:  password authentication failed for user "ann"'),
    ("ann", "proftpd[1]: web (host[192.0.2.1]) - USER ann: Login successful."),
    ("ann.lee", '{"msg":"Account Name:\\t\\tann.lee\\r\\n\\tAccount Domain:\\t\\tCORP"}'),
    ("ann.lee", "New Logon: Security ID: S-1-5-18 Account Name: ann.lee Account Domain: CORP"),
    ("Lee", 'From: "Lee, Ann" <ann@example.com>'),
    ("Stone", "To: Ann Lee <ann@example.com>, Bob Stone <bob@example.com>"),
    ("Lee", "customer=Ann Lee order=12"),
    ("O'Brien", "Order placed by customer John O'Brien for $12"),
    ("M\u00fcller", "Sehr geehrter Herr Dr. M\u00fcller, Ihre Bestellung"),
    ("ann lee", r'{"path":"C:\\Users\\ann lee\\x"}'),
    ("123", "phone +1 415 555 0132 ext. 123"),
    ("12704", "address: 12 Main St, Springfield, IL 12704"),
    ("NW1 6XE", "shipping to 221B Baker Street, London NW1 6XE"),
    ("4AP", "deliver to 14 Rowan Close, Leeds LS1 4AP"),
    ("1234", "1 Main St, St. Louis, MO 63101-1234"),
    ("Lee", '{"message":"Name: Ann Lee, Age: 34, Gender: F"}'),
    ("Ray", "Transfer from Ann Lee to Bob Ray completed"),
    ("Ray", "visitor Ann Lee and Bob Ray signed the book"),
    ("Lee", "holder=Ann Lee status=CLOSED"),
    ("Lee", '{"class":"7b","teacher":"Ann Lee"}'),
    ("ann42", "gamertag=ann42 level=12"),
    ("Lee", "label: Ann Lee, 14 Rowan Close, Leeds LS1 4AP"),
    ("ann.lee", "ticket 12 reassigned to ann.lee by bob.ray"),
    ("bob.ray", "ticket 12 approved by bob.ray."),
    ("Lee", '{"body":"Best regards,\\nAnn Lee\\nSales"}'),
    ("10115", "Anschrift: Hauptstra\u00dfe 12, 10115 Berlin"),
    ("13.4049", "https://www.google.com/maps/@52.5200,13.4049,17z"),
    ("2607:f140", "network changed: v6(en0!:2607:f140:6000:8:f1dc:a608:863:19ad) DNS"),
)


@pytest.mark.parametrize(("value", "line"), _PERSONAL)
def test_person_in_a_log_line_is_masked(value: str, line: str) -> None:
    """A name, number or place in the phrase in which logs write it does not get through."""
    assert value not in masked(line)


@pytest.mark.parametrize(
    "line",
    [
        "user session expired after 30 minutes",
        "User service started on port 8080",
        "Pushing user passwords",
        "username must not be empty",
        "Logged in users: 12",
        "Customer Portal v2 deployed",
        "created by Terraform Cloud",
        "signed by Let's Encrypt Authority X3",
        "owner: Platform Team",
        '{"author":"Acme Bot","owner":"payments-team","created_by":"terraform"}',
        '{"full_name":"org/repo","appDisplayName":"Azure Portal","users":["All"]}',
        "thread 5 Event Loop Drive",
        '{"address":"10-0-0-1-node","location":"us-east-1","lat":12}',
        "GET /home/index HTTP/1.1",
        "GET /api/users/list HTTP/1.1",
        "running as user 1000",
        "CRON[1]: pam_unix(cron:session): session opened for user root by (uid=0)",
        "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=web-1",
        "sudo:     root : TTY=pts/0 ; PWD=/srv/app ; USER=root ; COMMAND=/bin/ls",
        'scopes: ["users:read","user:write"]',
        "User: arn:aws:iam::123456789012:user/x is not authorized",
        "krbtgt/EXAMPLE.COM@EXAMPLE.COM",
        "call 2024-05-01 10:00",
        "Age: 12345",
        '{"age":86400,"pin":13}',
        "login(username, password)",
        "card reader exp 12 of 27",
        "certificate expires 12/27",
        "Welcome to Ubuntu 22.04",
        "holder=pod/web-7d9f8 lease=leader; player=vlc state=paused; guest=win_vm; caller=main.go:12",
        "Transfer from Warehouse North to Warehouse South completed",
        "call from Health Check, driver NVIDIA Tesla loaded",
        "access granted to Read Only role, role revoked from Remote Desktop group, points added to Reward Wallet",
        "email sent for Password Reset, account enabled for Multi Factor, refund due for Order 12",
        "updated by ansible.builtin, requested by acme.shop, created by terraform.tfstate, issued to mail.acme.io",
        "Auth successful for job_1 (auth:SIMPLE)",
    ],
)
def test_line_without_a_person_stays(line: str) -> None:
    """Programs, things and words about users in general stay as they are."""
    assert masked(line) == line


def test_one_name_is_one_token_wherever_it_stands() -> None:
    """A log-in name has the same token in a phrase, a path and a field."""
    first = masked("Accepted publickey for ann from host").split(" for ")[1].split()[0]
    assert masked("/home/ann/x") == f"/home/{first}/x"
    assert masked('{"user":"ann"}') == f'{{"user":"{first}"}}'


@pytest.mark.parametrize("end", [r"\n", r"\r\n", r"\\n", r"\t"])
def test_name_ends_where_the_line_does(end: str) -> None:
    """An escaped end of a line is not the backslash of a domain, and what stands behind it stays."""
    for user in ("root", "system", "annlee"):
        for rest in ("mode: 3", "", "next_state=idle", "note to self: none"):
            line = f'{{"message":"username: {user}{end}{rest}"}}'
            assert masked(line).endswith(f'{end}{rest}"}}'), line


@pytest.mark.parametrize(
    "line", [r'{"message":"user: CORP\\nancy logged in"}', r"user: CORP\nancy logged in", r"user: CORP\rob logged in"]
)
def test_domain_belongs_to_the_name(line: str) -> None:
    """The domain of Windows goes with the name behind it, also where that begins like an escape."""
    assert "CORP" not in masked(line)
    assert "logged in" in masked(line)
