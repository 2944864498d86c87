"""The commands around keys, through the same door as a person's shell."""

import io
import json
from pathlib import Path

import pytest

from streams.cli.main import invoke


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MASKSTREAM_KEYRING", str(tmp_path / "ring.json"))
    monkeypatch.setenv("MASKSTREAM_REVIEW_PUBLIC_KEY", str(tmp_path / "pub.pem"))
    monkeypatch.setenv("MASKSTREAM_REVIEW_PRIVATE_KEY", str(tmp_path / "priv.pem"))
    return tmp_path


def test_keys_life_of_a_ring(capfd: pytest.CaptureFixture[str], places: Path) -> None:
    """Made, rotated, listed and used to look a person up under both keys; never with a secret on the screen."""
    assert invoke(["keys", "new"]) == 0
    assert invoke(["keys", "rotate"]) == 0
    assert invoke(["keys", "list", "--json"]) == 0
    assert invoke(["keys", "list"]) == 0
    assert invoke(["token", "email", "Someone@Example.com"]) == 0
    shown = capfd.readouterr()
    tokens = shown.out.splitlines()[-2:]
    assert [token[:13] for token in tokens] == ["tok_email_k2_", "tok_email_k1_"]
    secrets = [key["secret"] for key in json.loads((places / "ring.json").read_text())["keys"]]
    assert not any(secret in shown.out + shown.err for secret in secrets)


def test_keys_wrong_use_is_one_sentence_and_status_2(capfd: pytest.CaptureFixture[str]) -> None:
    """Without a keyring, with one in the way, and with an unknown kind: a sentence, what to run, status 2."""
    for arguments, said in [
        (["token", "email", "canary@example.com"], "maskstream keys new"),
        (["keys", "list"], "maskstream keys new"),
        (["keys", "rotate"], "maskstream keys new"),
    ]:
        assert invoke(arguments) == 2
        shown = capfd.readouterr()
        assert said in shown.err
        assert "canary" not in shown.err + shown.out
        assert len(shown.err.splitlines()) == 1
    assert invoke(["keys", "new"]) == 0
    assert invoke(["keys", "new"]) == 2
    assert invoke(["token", "mail", "canary@example.com"]) == 2
    assert "canary" not in capfd.readouterr().err


def test_keys_check_names_everything_that_is_wrong(capfd: pytest.CaptureFixture[str], places: Path) -> None:
    """Nothing there: two sentences; all made: status 0; halves of two pairs: said."""
    assert invoke(["keys", "check"]) == 2
    assert len(capfd.readouterr().err.splitlines()) == 2
    assert invoke(["keys", "new"]) == invoke(["keys", "review", "new"]) == invoke(["keys", "check"]) == 0
    (places / "pub.pem").rename(places / "first.pem")
    (places / "priv.pem").rename(places / "first-private.pem")
    assert invoke(["keys", "review", "new"]) == 0
    (places / "first.pem").rename(places / "pub.pem")
    capfd.readouterr()
    assert invoke(["keys", "check"]) == 2
    assert "both halves of one pair" in capfd.readouterr().err


def test_keys_token_reads_standard_input(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` keeps the value out of the shell's history and means the same token."""
    assert invoke(["keys", "new"]) == 0
    capfd.readouterr()
    assert invoke(["token", "phone", "+4930901820"]) == 0
    by_argument = capfd.readouterr().out
    monkeypatch.setattr("sys.stdin", io.StringIO("+49 (0)30 901820\n"))
    assert invoke(["token", "phone", "-"]) == 0
    assert capfd.readouterr().out == by_argument
    assert invoke(["token", "phone", "030 901820", "--region", "DE"]) == 0
    assert capfd.readouterr().out == by_argument
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert invoke(["token", "phone", "-"]) == 2
