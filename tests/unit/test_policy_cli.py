"""`maskstream policy`: exit statuses, what is told, and that nothing personal is."""

import base64
import gzip
import json
from pathlib import Path

import pytest

from tests.support.cli import maskstream

ANN = "ann@example.com"
GOOD = """actions: {ip: generalise}
allow:
  - suffix: "@example.com"
topics:
  - {match: pay, actions: {ip: redact}}
tests:
  - {line: mail a@b.org from 203.0.113.9, becomes: mail <email> from 203.0.113.0}
  - {line: from 203.0.113.9, becomes: "from ***", topic: pay}
"""


@pytest.fixture
def policy(tmp_path: Path) -> str:
    path = tmp_path / "policy.yaml"
    path.write_text(GOOD)
    return str(path)


@pytest.fixture
def sample(tmp_path: Path) -> str:
    path = tmp_path / "sample.log"
    path.write_text(f"nothing here\nmail {ANN}\nfrom 203.0.113.9\nmail a@b.org\n")
    return str(path)


def test_check_tells_the_version(policy: str) -> None:
    """A right policy is 0, a wrong one 2 with one sentence on the error output."""
    done = maskstream("policy", "check", policy)
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 tests held" in done.stdout
    Path(policy).write_text("level: fast")
    wrong = maskstream("policy", "check", policy)
    assert (wrong.returncode, wrong.stdout, wrong.stderr.count("\n")) == (2, "", 1)


def test_test_tells_what_fails(policy: str) -> None:
    """Tests that hold are 0; one that does not is 4, with its line and without its content."""
    assert maskstream("policy", "test", policy).returncode == 0
    Path(policy).write_text(
        GOOD + f"  - {{line: mail {ANN}, masked: [{ANN}]}}\n  - {{line: x, quarantined: residue}}\n"
    )
    done = maskstream("policy", "test", policy)
    assert done.returncode == 4
    assert done.stdout == (
        "policy.yaml:9: the line still holds what should be masked.\n"
        "policy.yaml:10: the line is not quarantined as residue.\n2 of 4 tests held.\n"
    )
    assert ANN not in done.stdout + done.stderr


def test_explain_tells_the_rule(policy: str) -> None:
    """Without a line the policy is told with its origins; with one, the rule that decides over each finding."""
    whole = maskstream("policy", "explain", policy)
    assert whole.returncode == 0
    assert any(line.split() == ["kind", "ip", "generalise", "policy.yaml:1"] for line in whole.stdout.splitlines())
    one = maskstream("policy", "explain", policy, f"mail {ANN} from 203.0.113.9")
    assert [line.split()[-2:] for line in one.stdout.splitlines()[1:3]] == [
        ["keep", "policy.yaml:3"],
        ["generalise", "policy.yaml:1"],
    ]
    assert ANN not in one.stdout
    assert ANN in maskstream("policy", "explain", policy, f"mail {ANN}", "--show-values").stdout
    assert "redact" in maskstream("policy", "explain", policy, "from 203.0.113.9", "--topic", "pay").stdout
    bomb = base64.b64encode(gzip.compress(b"a" * (5 << 20))).decode()
    failed = maskstream("policy", "explain", policy, bomb)
    assert (failed.returncode, failed.stdout) == (4, "")
    assert failed.stderr == "The line goes to quarantine: too_large (gzip).\n"


def test_diff_ends_with_4_when_something_would_be_unmasked(policy: str, sample: str) -> None:
    """From the default to a policy that keeps and generalises two lines lose; the other way nothing is lost."""
    worse = maskstream("policy", "diff", "default", policy, sample)
    assert worse.returncode == 4
    assert worse.stdout == (
        "line 2: email at 5 to 20: token becomes keep (policy.yaml:3)\n"
        "line 3: ip at 5 to 16: token becomes generalise (policy.yaml:1)\n"
        "2 lines would change; in 2 something would be less masked than now.\n"
    )
    better = maskstream("policy", "diff", policy, "default", sample)
    assert (better.returncode, better.stdout.splitlines()[-1]) == (
        0, "2 lines would change; in 0 something would be less masked than now.",
    )  # fmt: skip
    same = maskstream("policy", "diff", policy, policy, "-", stdin=f"mail {ANN}\n")
    assert (same.returncode, same.stdout) == (
        0,
        "0 lines would change; in 0 something would be less masked than now.\n",
    )


def test_diff_shows_values_only_when_asked(policy: str, sample: str) -> None:
    """What would be unmasked is personal data: hidden, but for those who ask."""
    plain = maskstream("policy", "diff", "default", policy, sample, "--json")
    assert [json.loads(line)["line"] for line in plain.stdout.splitlines()] == [2, 3]
    assert ANN not in plain.stdout
    assert ANN in maskstream("policy", "diff", "default", policy, sample, "--show-values").stdout


def test_diff_looks_into_blocks(tmp_path: Path) -> None:
    """What is kept inside base64 counts as unmasked like anything else."""
    (tmp_path / "new.yaml").write_text('allow:\n  - suffix: "@example.com"\n')
    block = "bWFpbCBhbm5AZXhhbXBsZS5jb20gYW5kIDIwMy4wLjExMy45IG5vdywgcGxlYXNl"
    done = maskstream("policy", "diff", "default", str(tmp_path / "new.yaml"), "-", stdin=f'{{"b":"{block}"}}\n')
    assert done.returncode == 4


def test_diff_tells_what_goes_to_quarantine(tmp_path: Path) -> None:
    """A line that is quarantined instead is a change, and none that unmasks."""
    (tmp_path / "new.yaml").write_text("require_json: true\n")
    done = maskstream("policy", "diff", "default", str(tmp_path / "new.yaml"), "-", stdin="mail a@b.org\n")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "line 1: is quarantined instead")


def test_docs_are_markdown(policy: str) -> None:
    """The reference has every key; the page about a policy has its rules and no value of its allow-list."""
    assert "| `fields` |" in maskstream("policy", "docs").stdout
    Path(policy).write_text(GOOD + "fields:\n  - {include: $.a, action: keep}\n")
    page = maskstream("policy", "docs", policy).stdout
    assert "| `$.a` |  | findings | keep | policy.yaml:10 |" in page
    assert "## Topics `pay`" in page


def test_mask_and_explain_take_the_policy(policy: str) -> None:
    """The filter masks as the policy says, and `explain` names what the policy keeps."""
    done = maskstream("mask", "--policy", policy, stdin=f"mail {ANN} from 203.0.113.9\n")
    assert (done.returncode, done.stdout) == (0, f"mail {ANN} from 203.0.113.0\n")
    told = maskstream("explain", f"mail {ANN}", "--policy", policy, "--json")
    assert json.loads(told.stdout)[0]["kept by"] == "policy.yaml:3"
