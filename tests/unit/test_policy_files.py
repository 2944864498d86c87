"""Policy files: what they may hold, what they extend, and with which sentence and line they are refused."""
# ruff: noqa: E501 - a case is easier to read on one line.

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.errors import PolicyError
from streams.masking.kinds import DEFAULT_ACTIONS
from streams.masking.policy import Allow, FieldRule, OwnDetector, Policy, QuarantineLimits
from streams.policies.approval import approved
from streams.policies.loading import load
from streams.policies.source import parsed
from streams.policyfile import load_policy

CANARY = "ann.canary@example.com"

WHOLE = """
extends: default
level: precise
default_region: NO   # Norway, not false
keep_type: true
truncate: 3
keys: token
timestamps: quarantine
actions: {ip: generalise, jwt: redact}
allow:
  - suffix: "@example.com"
    kinds: [email]
  - {path: $.svc, cidr: 10.0.0.0/8}
fields:
  - include: [$.body.comment, "$..note"]
    exclude: $.body.comment.id
    action: redact
  - include: $.client
    action: generalise
    findings: [ip]
detectors:
  - name: order
    kind: account
    pattern: '\\bORD-[0-9]{8}\\b'
    validator: luhn
    words: [order]
topics:
  - match: [pay.*, billing]
    level: strict
    actions: {ip: redact}
    allow:
      - exact: bot@example.org
quarantine: {share: 0.5, records: 1000, action: stop}
tests:
  - line: mail ann@example.org
    becomes: mail <email>
"""


def written(folder: Path, text: str, name: str = "policy.yaml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def refused(path: Path) -> str:
    with pytest.raises(PolicyError) as caught:
        approved(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_everything_that_a_file_says_is_in_the_policy(tmp_path: Path) -> None:
    """Each key arrives, defaults stand beneath, and a section for topics stands on all that is above it."""
    loaded = load(written(tmp_path, WHOLE), max_depth=99)
    policy = loaded.policy
    first = Allow(suffix="@example.com", kinds=("email",))
    second = Allow(path="$.svc", network="10.0.0.0/8")
    fields = (
        FieldRule(("$.body.comment", "$..note"), "redact", ("$.body.comment.id",)),
        FieldRule(("$.client",), "generalise", findings=("ip",)),
    )
    own = (OwnDetector("order", "account", r"\bORD-[0-9]{8}\b", "luhn", ("order",)),)
    more = {
        "default_region": "NO",
        "keep_type": True,
        "truncate": 3,
        "keys": "token",
        "timestamps": "quarantine",
        "max_depth": 99,
    }
    base = {**DEFAULT_ACTIONS, "jwt": "redact"}
    section = Policy(
        actions={**base, "ip": "redact"}, level="strict", fields=fields, detectors=own,
        allow=(first, second, Allow(exact="bot@example.org")), **more,
    )  # fmt: skip
    assert policy == Policy(
        actions={**base, "ip": "generalise"}, level="precise", fields=fields, detectors=own, allow=(first, second),
        quarantine=QuarantineLimits(0.5, 1000, "stop"), topics=(("pay.*", section), ("billing", section)), **more,
    )  # fmt: skip
    assert policy.for_topic("pay.eu").level == "strict"
    assert policy.for_topic("payments").level == "precise"
    assert [trial.rule for trial in loaded.trials] == ["policy.yaml:35"]


def test_rules_know_their_lines(tmp_path: Path) -> None:
    """Explanations lead to the line of the file, also of a file that is extended."""
    written(tmp_path, "actions:\n  ip: keep\n  mac: keep\nallow:\n  - exact: x", "base.yaml")
    policy = load(written(tmp_path, "extends: base.yaml\nactions: {mac: redact}\n")).policy
    assert policy.origins == {"actions.ip": "base.yaml:2", "actions.mac": "policy.yaml:2"}
    assert policy.allow[0].rule == "base.yaml:5"


def test_default_pack_is_the_default(tmp_path: Path) -> None:
    """The pack in the package says what applies without one, down to the version."""
    assert load(written(tmp_path, "extends: default")).policy == Policy()
    assert load(written(tmp_path, "")).policy.version == Policy().version == load_policy(None).version


def test_files_are_added_up(tmp_path: Path) -> None:
    """What is extended comes first: lists are added, a detector of the same name and a kind's action are replaced."""
    written(
        tmp_path,
        "fields:\n  - {include: $.a, action: keep}\ndetectors:\n  - {name: x, kind: user, pattern: aaaa}",
        "sub/one.yaml",
    )
    written(tmp_path, "extends: one.yaml\ntopics:\n  - {match: t, level: strict}", "sub/two.yaml")
    path = written(
        tmp_path,
        "extends: [default, sub/two.yaml]\nfields:\n  - {include: $.a, action: redact}\n"
        "detectors:\n  - {name: x, kind: name, pattern: bbbb}\ntopics:\n  - {match: '*', level: precise}",
    )
    loaded = load(path)
    assert [rule.action for rule in loaded.policy.fields] == ["keep", "redact"]
    assert [(one.kind, one.pattern) for one in loaded.policy.detectors] == [("name", "bbbb")]
    assert loaded.policy.for_topic("t").level == "precise"
    assert [file.name for file in loaded.files] == ["one.yaml", "two.yaml", "policy.yaml"]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: 1\nactions:\n  emial: redact", 1, "no key 'a'"),
        ("actions:\n  ip: keep\n  emial: redact", 3, "'emial' is no kind"),
        ("actions:\n  ip: hide", 2, "ip has to be 'token', 'redact'"),
        ("actions:\n  ip: surrogate", 2, "surrogate is for the kind jwt"),
        ("actions:\n  mac: generalise", 2, "generalise is for the kind ip"),
        ("level: fast", 1, "level has to be 'strict'"),
        ("\nkeep_type: yes", 2, "keep_type: input should be a valid boolean"),
        ("default_region: germany", 1, "default_region: string should match"),
        ("truncate: 9", 1, "truncate: input should be less"),
        ("actions:\n  ip: keep\n  ip: keep", 3, "there twice"),
        ("- a", 1, "a mapping at its top level"),
        ("hello", 1, "a mapping at its top level"),
        ("a: &x [1]\nb: *x", 1, "anchors and aliases"),
        ("a: *x", 1, "anchors and aliases"),
        ("a: !!python/object/apply:os.system [x]", 1, "tags"),
        ("<<: {a: 1}", 1, "merge keys"),
        ("? [a, b]\n: c", 1, "a key has to be a word"),
        ("level: strict\n---\nlevel: precise", 2, "a second document"),
        ("x: " + "[" * 40, 1, "nested deeper"),
        ("allow:\n  - kinds: [ip]", 2, "exact, suffix, cidr or path"),
        ("allow:\n  - suffix: '.'", 2, "signs alone"),
        ("allow:\n  - suffix: ''", 2, "suffix: string should have at least 1"),
        ("allow:\n  - suffix: '@'", 2, "signs alone"),
        ("allow:\n  - suffix: com", 2, "belongs to everybody"),
        ("allow:\n  - suffix: .co.uk", 2, "belongs to everybody"),
        ("allow:\n  - exact: ' '", 2, "blank"),
        ("allow:\n  - cidr: 0.0.0.0/0", 2, "the whole Internet"),
        ("allow:\n  - cidr: 8.0.0.0/7", 2, "the whole Internet"),
        ("allow:\n  - cidr: ::/0", 2, "the whole Internet"),
        ("allow:\n  - cidr: 10.0.0.1/8", 2, "no network"),
        ("allow:\n  - path: $.**", 2, "every field"),
        ("allow:\n  - path: svc", 2, "begins with $"),
        ("fields:\n  - action: redact", 2, "'include' is missing"),
        ("fields:\n  - {include: [], action: redact}", 2, "at least one path"),
        ("fields:\n  - include: $.a[0]\n    action: redact", 2, "elements are all alike"),
        ("fields:\n  - {include: $.**, action: keep}", 2, "every field"),
        ("fields:\n  - {include: $.a, exclude: $.A, action: redact}", 2, "included and excluded"),
        ("fields:\n  - {include: $.a, action: keep, kind: ip}", 2, "not with keep"),
        ("fields:\n  - {include: $.a, action: redact, kind: ip, findings: [ip]}", 2, "not with findings"),
        ("fields:\n  - {include: $.a, action: generalise}", 2, "for the kind ip"),
        ("fields:\n  - {include: $.a, action: keep}\n  - {include: $.b, action: keep}\n  - {include: $.A, action: redact}", 4, "line 2 says keep"),
        ("fields:\n  - {include: $.a, action: redact}\nallow:\n  - path: $.a", 4, "line 2 masks the same field"),
        ("detectors:\n  - {name: x, kind: user, pattern: 'a.*'}", 2, "repeats without a bound"),
        ("detectors:\n  - {name: x, kind: user, pattern: '(?:a{1,90}){1,90}'}", 2, "written out"),
        ("detectors:\n  - {name: x, kind: user, pattern: 'a?'}", 2, "matches nothing at all"),
        ("detectors:\n  - {name: x, kind: user, pattern: abc, validator: magic}", 2, "validator has to be"),
        ("detectors:\n  - {name: x, kind: user, pattern: abc, words: ['-']}", 2, "letters or digits"),
        ("detectors:\n  - {name: X y, kind: user, pattern: abc}", 2, "name: string should match"),
        ("detectors:\n  - {name: x, kind: user, pattern: abc}\n  - {name: x, kind: user, pattern: def}", 3, "there already"),
        ("topics:\n  - level: strict", 2, "'match' is missing"),
        ("topics:\n  - {match: '*'}\n  - {match: a}", 3, "this one is for none"),
        ("topics:\n  - {match: a}\n  - {match: a}", 3, "there already"),
        ("topics:\n  - {match: a, topics: []}", 2, "no key 'topics' here"),
        ("quarantine: {share: 0}", 1, "share: input should be greater"),
        ("tests:\n  - line: a", 2, "becomes, masked, kept or quarantined"),
        ("tests:\n  - {line: a, kept: [a], quarantined: residue}", 2, "becomes nothing"),
        ("actions: {" + ", ".join(f"{kind}: keep" for kind in DEFAULT_ACTIONS) + "}", 1, "nothing would be masked"),
    ],
)  # fmt: skip
def test_wrong_policies_are_refused_with_the_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    """One sentence, the line of what is wrong, and what is wrong with it."""
    path = written(tmp_path, text)
    sentence = refused(path)
    assert sentence.startswith(f"The policy {path} is wrong in line {line}: "), sentence
    assert said in sentence


def test_yaml_that_is_none_is_refused_with_the_line(tmp_path: Path) -> None:
    """Where the parser stops is told, not what stood there."""
    path = written(tmp_path, f"actions:\n  ip: [keep\nx: {CANARY}")
    assert refused(path) == f"The policy {path} is not YAML in line 3."
    path.write_bytes(b"a: \xff\xfe")
    assert "no text in UTF-8" in refused(path)


def test_values_of_a_policy_are_not_repeated(tmp_path: Path) -> None:
    """An allow-list may hold a person's address: no sentence shows it."""
    for text in (
        f"allow:\n  - {{exact: {CANARY}, kinds: [x]}}",
        f"allow:\n  - {CANARY}",
        f"tests:\n  - {{line: {CANARY}, masked: [a], kept: [zz]}}",
    ):
        assert CANARY not in refused(written(tmp_path, text))


@pytest.mark.parametrize("name", ["../policy.yaml", "/etc/passwd", "sub/../../x.yaml", "", "a\\0b"])
def test_extends_leads_no_way_up(tmp_path: Path, name: str) -> None:
    """Files beside the policy and below it, nothing else."""
    sentence = refused(written(tmp_path, f'extends: "{name}"'))
    assert "in line 1: extends names default or a file beside the policy" in sentence


def test_cycles_are_refused(tmp_path: Path) -> None:
    """A policy that extends itself, by whatever way, is told with the line that closes the circle."""
    path = written(tmp_path, "extends: b.yaml")
    written(tmp_path, "level: strict\nextends: [c.yaml]", "b.yaml")
    written(tmp_path, "extends: ./b.yaml", "c.yaml")
    assert (
        refused(path)
        == f"The policy {tmp_path / 'c.yaml'} is wrong in line 1: './b.yaml' extends itself, or is extended over too many files."
    )
    assert "extends itself" in refused(written(tmp_path, "extends: policy.yaml"))


def test_fans_of_extends_end(tmp_path: Path) -> None:
    """Files that extend one another twice each are not read two to the power of their number times."""
    for number in range(8):
        written(tmp_path, f"extends: [f{number + 1}.yaml, f{number + 1}.yaml]", f"f{number}.yaml")
    written(tmp_path, "level: strict", "f8.yaml")
    assert "at most 20 files" in refused(tmp_path / "f0.yaml") or "too many files" in refused(tmp_path / "f0.yaml")


def test_missing_and_huge_files(tmp_path: Path) -> None:
    """What cannot be read or is no policy by its size is a sentence."""
    assert (
        refused(tmp_path / "none.yaml")
        == f"The policy {tmp_path / 'none.yaml'} cannot be read: No such file or directory."
    )
    assert "larger than" in refused(written(tmp_path, "#" * (1 << 20) + "\n"))
    assert f"The policy {tmp_path / 'gone.yaml'} cannot be read" in refused(written(tmp_path, "extends: gone.yaml"))


def test_failing_tests_refuse_the_policy(tmp_path: Path) -> None:
    """A service does not take a policy whose own tests fail; the sentence names the line and no content."""
    path = written(
        tmp_path,
        f"tests:\n  - line: mail {CANARY}\n    masked: [{CANARY}]\n  - line: mail {CANARY}\n    kept: [{CANARY}]\n",
    )
    sentence = refused(path)
    assert (
        sentence
        == f"The policy {path} fails its own test at policy.yaml:4: the line lost what should be kept; see `maskstream policy test`."
    )


@pytest.mark.parametrize("pattern", ["[a-z]{3,9}", "[0-9]{2}", ".", "error|info"])
def test_patterns_beyond_the_budget_are_refused(tmp_path: Path, pattern: str) -> None:
    """A pattern that ends everywhere in ordinary lines would cost a call of a detector each time."""
    sentence = refused(written(tmp_path, f"detectors:\n  - name: x\n    kind: user\n    pattern: '{pattern}'"))
    assert "slower than its budget in line 2: the pattern of x ends" in sentence


@given(st.binary(max_size=300))
def test_any_bytes_are_a_policy_or_a_sentence(data: bytes) -> None:
    """Nothing but PolicyError comes out of reading a file."""
    with suppress(PolicyError):
        assert isinstance(parsed(data, "x").content, dict)
