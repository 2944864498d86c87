"""`maskstream dev-token`: a token that the review takes in development, and that says what it is."""

from pathlib import Path

import pytest

from streams.cli.main import invoke
from streams.review.auth.access import open_access
from streams.settings import load


@pytest.fixture
def secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "conf" / "dev-secret"
    monkeypatch.setenv("MASKSTREAM_REVIEW_DEV_SECRET", str(path))
    return path


def run(capfd: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> tuple[str, str]:
    capfd.readouterr()
    assert invoke(["dev-token", *arguments]) == status
    shown = capfd.readouterr()
    return shown.out, shown.err


def test_dev_token_is_taken_by_the_review(secret: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The secret is made once, 0600; tokens hold subject, roles, scopes; standard error says what it is for."""
    out, err = run(capfd, "--sub", "ann", "--role", "operator", "--role", "revealer", "--topics", "shop.*, pay")
    assert "for development only" in err
    assert f"Secret {secret} made" in err
    assert secret.stat().st_mode & 0o777 == 0o600
    person = open_access(load(), lambda _: None).verifier.principal(out.strip())
    assert (person.subject, person.roles, person.topics) == ("ann", {"operator", "revealer"}, ("shop.*", "pay"))
    again, err = run(capfd, "--sub", "bob")
    assert "made" not in err
    person = open_access(load(), lambda _: None).verifier.principal(again.strip())
    assert (person.subject, person.roles, person.topics) == ("bob", {"viewer"}, ("*",))
    assert secret.read_text().strip() not in out + again + err


def test_dev_token_speaks_as_the_issuer_would(
    secret: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issuer, audience, claims and names of roles are those of the settings."""
    for name, value in {
        "ISSUER": "https://issuer.example", "AUDIENCE": "logs", "ROLES_CLAIM": "realm_access.roles",
        "OPERATOR_ROLES": "sre, oncall", "TOPICS_CLAIM": "a.b",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"MASKSTREAM_REVIEW_{name}", value)
    out, _ = run(capfd, "--sub", "ann", "--role", "operator", "--topics", "x")
    verified = open_access(load(), lambda _: None).verifier.verify(out.strip())
    assert verified.claims["realm_access"] == {"roles": ["sre"]}
    assert verified.claims["a"] == {"b": ["x"]}
    assert (verified.claims["iss"], verified.claims["aud"]) == ("https://issuer.example", "logs")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--sub", "ann", "--role", "root"], "should be one of"), (["--sub", " "], "should be printable"),
        (["--sub", "ann", "--ttl", "soon"], "should be a duration"), (["--sub", "ann", "--topics", "a b["], "--topics"),
        ([], "sub"),
    ],
)  # fmt: skip
def test_dev_token_refuses_what_makes_no_sense(
    secret: Path, capfd: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    """Status 2 and a sentence; nothing on standard output."""
    out, err = run(capfd, *arguments, status=2)
    assert out == ""
    assert said in err


def test_dev_token_needs_the_setting(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Without REVIEW_DEV_SECRET nobody asked for development; a weak secret, or one open to others, signs nothing."""
    monkeypatch.delenv("MASKSTREAM_REVIEW_DEV_SECRET", raising=False)
    assert "REVIEW_DEV_SECRET is not set" in run(capfd, "--sub", "ann", status=2)[1]


def test_dev_token_secret_must_be_a_secret(secret: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Shorter than 32 bytes or readable by others: status 2."""
    secret.parent.mkdir()
    secret.touch(mode=0o600)
    secret.write_text("short")
    assert "shorter than 32 bytes" in run(capfd, "--sub", "ann", status=2)[1]
    secret.write_text("x" * 40)
    secret.chmod(0o644)
    assert "open to others" in run(capfd, "--sub", "ann", status=2)[1]
