"""What a policy does to records: actions, rules for fields, allow-lists, levels, topics; and that it does it once."""
# ruff: noqa: E501 - a case is easier to read on one line.

from collections.abc import Mapping
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.masking.batch import RecordMasker
from streams.masking.keyring import Keyring
from streams.masking.kinds import DEFAULT_ACTIONS, Action, Kind
from streams.masking.masker import Masker
from streams.masking.policy import Allow, FieldRule, OwnDetector, Policy
from streams.masking.records import RecordColumns
from streams.masking.selection import detectors_for
from streams.policies.trials import told

KEYRING = Keyring("k1", {"k1": b"policies" * 4})


def actions(**changed: Action) -> Mapping[Kind, Action]:
    return {**DEFAULT_ACTIONS, **changed}  # type: ignore[typeddict-item]


def masked(text: str, policy: Policy) -> str:
    """The line with `<kind>` for tokens; masking it again changes nothing, or this fails."""
    masker = Masker(policy, KEYRING)
    outcome = masker.mask(text.encode())
    assert outcome.text is not None, outcome.failure
    assert masker.mask(outcome.text).text == outcome.text
    return told(outcome.text)


def by_fields(*rules: FieldRule, **more: Any) -> Policy:
    return Policy(fields=rules, **more)


def test_default_policy_has_no_rules() -> None:
    """Without a policy the detectors are the very catalogue, and nothing of the rules is there to cost time."""
    masker = Masker(Policy(), KEYRING)
    assert detectors_for(Policy()) is detectors_for(Policy(level="balanced"))
    assert masker._engine._actions._rules is None


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("from 203.0.113.9 to 198.51.100.255", "from 203.0.113.0 to 198.51.100.0"),
        ('{"ip":"203.0.113.9:443"}', '{"ip":"203.0.113.0:443"}'),
        ("[2001:db8:1:2:3::4]:443", "[2001:db8:1::]:443"),
        ("peer fe80::1:2%eth0 up", "peer fe80:: up"),
        ("::ffff:203.0.113.9", "::ffff:203.0.113.0"),
        ("203.0.113.0", "203.0.113.0"),
        ('{"ip":"not one"}', '{"ip":"not one"}'),
    ],
)
def test_addresses_are_generalised(text: str, becomes: str) -> None:
    """An address becomes the first of its network, /24 or /48; once more changes nothing."""
    assert masked(text, Policy(actions=actions(ip="generalise"))) == becomes


@pytest.mark.parametrize(
    ("value", "becomes"),
    [
        ("Annabella", "An***"), ("Ann Lee X", "An***"), ("Ann", "***"), ("Łukasz Nowak", "Łu***"), ("A. Miller", "A.***"),
        ("An***", "An***"), ("Ann***", "***"), ("***", "***"), ("J\\u0101nis Lee", "Jā***"), ('\\"Bo\\" Longname', "***"),
    ],
)  # fmt: skip
def test_values_are_truncated(value: str, becomes: str) -> None:
    """Two characters are shown where three times as many stay hidden; once more changes nothing."""
    policy = Policy(actions=actions(name="truncate"))
    text = masked(f'{{"first_name":"{value}"}}', policy)
    assert orjson.loads(text)["first_name"] == becomes


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ('{"email":"a@b.com","x":1}', '{"x":1}'),
        ('{"x":1,"email":"a@b.com"}', '{"x":1}'),
        ('{"x":1,"email":"a@b.com","y":2}', '{"x":1,"y":2}'),
        ('{"email":"a@b.com"}', "{}"),
        ('{"email":"a@b.com","work_email":"c@d.de"}', "{}"),
        ('{"email":"a@b.com","work_email":"c@d.de","x":1}', '{"x":1}'),
        ('{"x":1,"email":"a@b.com","work_email":"c@d.de"}', '{"x":1}'),
        ('{"x":1, "email" : "a@b.com" , "y":2}', '{"x":1 , "y":2}'),
        ('{"u":{"email":"a@b.com"},"l":[{"email":"a@b.com","k":1}]}', '{"u":{},"l":[{"k":1}]}'),
        ('{"m":"{\\"email\\":\\"a@b.com\\",\\"k\\":1}"}', '{"m":"{\\"k\\":1}"}'),
        ('{"to":["a@b.com","c@d.de"],"m":"mail a@b.com"}', '{"to":["***","***"],"m":"mail ***"}'),
        ("x=1 email=a@b.com y=2", "x=1 y=2"),
        ("email=a@b.com y=2", "y=2"),
        ("https://h/p?x=1&email=a%40b.com&y=2", "https://h/p?x=1&y=2"),
        ("https://h/p?email=a%40b.com&y=2", "https://h/p?y=2"),
        ("User{email=a@b.com, id=x}", "User{id=x}"),
    ],
)
def test_fields_are_dropped(text: str, becomes: str) -> None:
    """A field goes with its key and one of the commas; what is no whole field is redacted; JSON stays JSON."""
    assert masked(text, Policy(actions=actions(email="drop_field"))) == becomes


_MEMBERS = st.lists(st.sampled_from(["email", "mail", "note", "x"]), max_size=6)


@given(_MEMBERS, st.booleans())
def test_dropping_keeps_json(names: list[str], nested: bool) -> None:
    """Whichever members of an object are dropped, what is left is JSON with the others in their order."""
    members = [f'"{name}":"{name}@b.com"' if name != "x" else f'"x":{index}' for index, name in enumerate(names)]
    text = "{" + ",".join(members) + "}"
    policy = Policy(actions=actions(email="drop_field"))
    masker = _masker(policy)
    if nested:
        text = orjson.dumps({"m": text}).decode()
    outcome = masker.mask(text.encode())
    assert outcome.text is not None
    value = orjson.loads(outcome.text)
    value = orjson.loads(value["m"]) if nested else value
    assert set(value) == {"x"} & set(names)


_MADE: dict[str, Masker] = {}


def _masker(policy: Policy) -> Masker:
    return _MADE.setdefault(policy.version, Masker(policy, KEYRING))


COMMENT = FieldRule(("$.body.comment", "$..note"), "redact", rule="p:1")


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ('{"body":{"comment":"hello","n":1}}', '{"body":{"comment":"***","n":1}}'),
        ('{"comment":"hello"}', '{"comment":"hello"}'),
        ('{"a":{"note":5,"notes":"x"}}', '{"a":{"note":"***","notes":"x"}}'),
        ('{"note":null,"b":{"note":""}}', '{"note":null,"b":{"note":""}}'),
        ('{"note":{"a":"x","b":["y",true]}}', '{"note":{"a":"***","b":["***","***"]}}'),
        ('{"n\\u006fte":"hello"}', '{"n\\u006fte":"***"}'),
        ('{"note":"mail a@b.com now"}', '{"note":"***"}'),
        ('{"m":"{\\"note\\":\\"hi\\",\\"n\\":3}"}', '{"m":"{\\"note\\":\\"***\\",\\"n\\":3}"}'),
        ('note="hello world" x=1', 'note="***" x=1'),
        ("a note on this", "a note on this"),
        ('{"note":"cut of', '{"note":"***'),
        ('{"note":"aGVsbG8gd29ybGQsIG1haWwgYUBiLmNvbSBub3cgcGxlYXNl"}', '{"note":"***"}'),
    ],
)
def test_whole_values_are_masked_by_their_field(text: str, becomes: str) -> None:
    """What no detector would find is masked where a rule names the field, in whatever wrapping."""
    assert masked(text, by_fields(COMMENT)) == becomes


def test_whole_values_take_the_kind_that_they_are() -> None:
    """A token is of the kind that the rule names, or else of what a detector finds the value to be."""
    text = '{"a":{"m":"a@b.com","t":"x"},"b":{"m":"a@b.com","n":7}}'
    policy = by_fields(FieldRule(("$.a",), "token"), FieldRule(("$.b",), "token", kind="customer"))
    assert masked(text, policy) == '{"a":{"m":"<email>","t":"<opaque>"},"b":{"m":"<customer>","n":"<customer>"}}'


def test_last_rule_for_a_field_holds() -> None:
    """So that a file changes what it extends, and an exception stands behind its rule."""
    policy = by_fields(FieldRule(("$.a",), "redact"), FieldRule(("$.a.b",), "truncate"), FieldRule(("$.a.c",), "keep"))
    text = '{"a":{"x":"something","b":"something","c":"a@b.com"}}'
    assert masked(text, policy) == '{"a":{"x":"***","b":"so***","c":"a@b.com"}}'


def test_all_but_some_fields() -> None:
    """Everything can be masked but what is excluded."""
    policy = by_fields(FieldRule(("$.**",), "redact", exclude=("$.level", "$..ts")))
    assert (
        masked('{"level":"INFO","m":"x","a":{"ts":1,"b":[2]}}', policy)
        == '{"level":"INFO","m":"***","a":{"ts":1,"b":["***"]}}'
    )


def test_rules_for_findings_leave_the_rest() -> None:
    """A rule for some kinds of findings changes their action in its fields alone."""
    policy = by_fields(FieldRule(("$.client",), "generalise", findings=("ip",)))
    text = '{"client":{"ip":"203.0.113.9","m":"a@b.com"},"ip":"203.0.113.9"}'
    assert masked(text, policy) == '{"client":{"ip":"203.0.113.0","m":"<email>"},"ip":"<ip>"}'


def test_objects_are_dropped_with_all_in_them() -> None:
    """An object or list that a rule names goes as one; what a rule only reaches from above goes field by field."""
    policy = by_fields(FieldRule(("$.a", "$.l"), "drop_field"))
    assert masked('{"x":1,"a":{"b":{"c":"a@b.com"}},"l":[1,2],"y":2}', policy) == '{"x":1,"y":2}'


def test_masked_numbers_keep_their_type() -> None:
    """With `keep_type` a number becomes 0, whichever rule masks it."""
    assert masked('{"note":5.5,"user_id":42}', by_fields(COMMENT, keep_type=True)) == '{"note":0,"user_id":0}'


def test_what_is_kept_covers_nothing_else() -> None:
    """A value of a kind that is kept does not save another value that stands in it."""
    policy = Policy(actions=actions(address="keep"))
    assert masked('{"address":"1 High Street, mail a@b.com"}', policy) == '{"address":"1 High Street, mail <email>"}'


@pytest.mark.parametrize(
    ("allow", "stays", "goes"),
    [
        (Allow(exact="Bot@Example.org"), ["bot@example.ORG"], ["bot@example.org.uk", "xbot@example.org"]),
        (Allow(exact="+49 30 901820"), ["+4930901820"], ["+4930901821"]),
        (Allow(suffix="@example.com"), ["ann@example.com", "Ann@EXAMPLE.com"], ["ann@sub.example.com", "ann@badexample.com"]),
        (Allow(suffix=".example.com"), ["ann@sub.example.com"], ["ann@badexample.com", "ann@example.com.evil.org"]),
        (Allow(suffix="example.com"), ["ann@example.com", "ann@sub.example.com"], ["ann@badexample.com"]),
        (Allow(network="10.0.0.0/8"), ["10.255.0.1", "::ffff:10.0.0.1"], ["11.0.0.1", "2001:db8::1"]),
        (Allow(network="2001:db8::/32"), ["2001:db8::5", "2001:DB8:0::6"], ["2001:db9::5"]),
        (Allow(exact="203.0.113.9", kinds=("email",)), [], ["203.0.113.9"]),
    ],
)  # fmt: skip
def test_allowed_values_stay(allow: Allow, stays: list[str], goes: list[str]) -> None:
    """Exactly what the allow-list says stays, compared in canonical form and at the borders of names."""
    policy = Policy(allow=(allow,))
    for value in stays:
        assert masked(f"saw {value} here", policy) == f"saw {value} here"
    for value in goes:
        assert value not in masked(f"saw {value} here", policy)


def test_allowed_fields() -> None:
    """What is found below a path stays, for the kinds that are said; conditions are joined by and."""
    policy = Policy(allow=(Allow(path="$.svc", kinds=("email",)), Allow(path="$.hops", network="10.0.0.0/8")))
    text = (
        '{"svc":{"owner":"a@b.com","ip":"203.0.113.9"},"o":"a@b.com","hops":["10.0.0.1","203.0.113.9"],"ip":"10.0.0.1"}'
    )
    assert masked(text, policy) == (
        '{"svc":{"owner":"a@b.com","ip":"<ip>"},"o":"<email>","hops":["10.0.0.1","<ip>"],"ip":"<ip>"}'
    )


def test_a_kept_value_beside_a_masked_one_is_no_residue() -> None:
    """The verifier decides as the masker did."""
    policy = Policy(allow=(Allow(suffix="@example.com"),), fields=(FieldRule(("$.keep",), "keep"),))
    text = '{"m":"a@example.com to b@c.de","keep":"b@c.de"}'
    assert masked(text, policy) == '{"m":"a@example.com to <email>","keep":"b@c.de"}'


def test_explanations_name_the_rule() -> None:
    """Kept or masked, the rule of the policy that decided is told."""
    policy = Policy(
        allow=(Allow(suffix="@example.com", rule="p.yaml:3"),), fields=(COMMENT,), origins={"actions.ip": "p.yaml:9"}
    )
    rows = Masker(policy, KEYRING).explain(b'{"note":"x","m":"a@example.com 203.0.113.9"}')
    assert {(row.detector, row.action, row.rule, row.kept_by) for row in rows if row.kind} == {
        ("field_rule", "redact", "p:1", ""),
        ("email", "keep", "p.yaml:3", "p.yaml:3"),
        ("ipv4", "token", "p.yaml:9", ""),
    }


@pytest.mark.parametrize(
    ("text", "precise", "balanced"),
    [
        ("call me at phone 030 901820", "call me at phone 030 901820", "call me at phone <phone>"),
        ("mail a@b.com", "mail <email>", "mail <email>"),
        ('{"phone":"030 901820"}', '{"phone":"<phone>"}', '{"phone":"<phone>"}'),
        ("password=hunter2 Bearer mF_9.B5f-4.1JqM", "password=*** Bearer ***", "password=*** Bearer ***"),
        ('{"phone":"home office"}', '{"phone":"home office"}', '{"phone":"home office"}'),
    ],
)
def test_precise_leaves_what_only_words_tell(text: str, precise: str, balanced: str) -> None:
    """Values that prove themselves, telling fields and credentials are masked at every level."""
    assert masked(text, Policy(level="precise")) == precise
    assert masked(text, Policy()) == balanced


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ('{"phone":"home office"}', '{"phone":"<phone>"}'),
        ('{"email":"at home","x":1}', '{"email":"<email>","x":1}'),
        ('{"phone":null,"email":"","name":"unknown"}', '{"phone":null,"email":"","name":"unknown"}'),
        ("plain text stays", "plain text stays"),
        ("phone=home", "phone=<phone>"),
    ],
)
def test_strict_masks_whatever_a_telling_field_holds(text: str, becomes: str) -> None:
    """Also what does not look like what the name says, but for what says that there is nothing."""
    assert masked(text, Policy(level="strict")) == becomes


def test_strict_quarantines_broken_json() -> None:
    """Where fields cannot be told for certain the record is not let through; a required JSON is required of all."""
    strict, required = Masker(Policy(level="strict"), KEYRING), Masker(Policy(require_json=True), KEYRING)
    for masker, text, reason in (
        (strict, b'{"a":"cut', "policy_requires_json"), (strict, b"text", None), (strict, b'{"a":1}', None),
        (required, b"text", "policy_requires_json"), (required, b'{"a":1}', None), (required, b"", None),
    ):  # fmt: skip
        failure = masker.mask(text).failure
        assert (failure.reason if failure else None) == reason


def columns(**topics: str) -> RecordColumns:
    size = len(topics)
    return RecordColumns([None] * size, [text.encode() for text in topics.values()], [None] * size, list(topics))


def test_topics_have_rules_of_their_own() -> None:
    """Each record is masked by the section of its topic, in the order that it came."""
    shop = Policy(actions=actions(ip="generalise"))
    policy = Policy(topics=(("pay.*", Policy(require_json=True)), ("s*p", shop)))
    batch = columns(shop="203.0.113.9", other="203.0.113.9")
    batch.topics += ["pay.eu", "shop"]
    batch.values += [b"203.0.113.9", b"198.51.100.7"]
    batch.keys += [None, b"198.51.100.7"]
    batch.headers += [None, [("h", b"198.51.100.7")]]
    done = RecordMasker(policy, KEYRING)(batch)
    assert [told(value) if value and index not in done.failures else None for index, value in enumerate(done.values)] == [
        "203.0.113.0", "<ip>", None, "198.51.100.0",
    ]  # fmt: skip
    assert done.failures[2].reason == "policy_requires_json"
    assert (done.keys[3], done.headers[3]) == (b"198.51.100.0", [("h", b"198.51.100.0")])


@pytest.mark.parametrize(
    ("mode", "keys"),
    [
        ("mask", ["user <email>", "<opaque>", None]),
        ("token", ["<opaque>", "<opaque>", None]),
        ("drop", [None, None, None]),
    ],
)
def test_kafka_keys(mode: Any, keys: list[str | None]) -> None:
    """Keys are masked like text, tokenised as a whole, or left away; a token stays the token that it is."""
    masker = RecordMasker(Policy(keys=mode), KEYRING)
    batch = RecordColumns([b"user a@b.com", b"\x00\x00\x00\x05", None], [b"x", b"x", b"x"], [None, None, None])
    done = masker(batch)
    assert [told(key) if key is not None else None for key in done.keys] == keys
    again = masker(RecordColumns(done.keys, done.values, done.headers))
    assert again.keys == done.keys


def test_headers_follow_the_policy() -> None:
    """A header under a telling name is generalised, allowed or kept like anything else."""
    policy = Policy(actions=actions(ip="generalise"), allow=(Allow(suffix="@example.com"),))
    headers: list[tuple[str, bytes | None]] = [("email", b"a@example.com"), ("user_id", b"42"), ("x", b"203.0.113.9")]
    done = RecordMasker(policy, KEYRING)(RecordColumns([None], [b"x"], [headers]))
    assert [(name, told(value or b"")) for name, value in done.headers[0] or []] == [
        ("email", "a@example.com"), ("user_id", "<user>"), ("x", "203.0.113.0"),
    ]  # fmt: skip


def test_versions_are_of_the_content() -> None:
    """Where a rule stands makes no other version, what it says does."""
    base = Policy(allow=(Allow(suffix="@a.example", rule="x:1"),), origins={"level": "x:2"})
    assert base.version == Policy(allow=(Allow(suffix="@a.example", rule="y:9"),)).version
    others = [
        Policy(), Policy(level="strict"), Policy(fields=(COMMENT,)), Policy(keys="drop"), Policy(truncate=3),
        Policy(topics=(("a", Policy()),)), Policy(topics=(("b", Policy()),)), Policy(detectors=(OwnDetector("x", "user", "abc"),)),
    ]  # fmt: skip
    assert len({policy.version for policy in [base, *others]}) == len(others) + 1
