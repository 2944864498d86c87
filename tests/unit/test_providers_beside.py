"""A key that only a name gives away: beside a provider's name, a telling word, an element, an option, a clause."""

import random
import string

import pytest

from streams.masking.detectors import spelled
from streams.masking.detectors.providers import beside
from streams.masking.found import Detector, Found
from streams.masking.prefilter import Prefilter

CHANCE = random.Random(7)
MIXED = "aB3" + "".join(CHANCE.choices(string.ascii_letters + string.digits, k=27))
HEX32, HEX40 = ("".join(CHANCE.choices("0123456789abcdef", k=size)) for size in (32, 40))
UUID = f"{HEX32[:8]}-{HEX32[8:12]}-4{HEX32[13:16]}-8{HEX32[17:20]}-{HEX32[20:]}"

NO_KEYS = [
    *(
        f"{name}_key"
        for name in ("primary", "partition", "cache", "sort", "idempotency", "routing", "public", "foreign")
    )
]
NO_TOKENS = ["next_token", "nextPageToken", "page_token", "continuationToken", "dedupKey", "s3.object.key", "key"]

BY = (*beside.DETECTORS, *spelled.DETECTORS)
PREFILTER = Prefilter(BY)


def secrets(text: str) -> set[str]:
    """The values found behind anchors, by these detectors alone."""
    data = text.encode()
    values = set()
    for end, ident in PREFILTER.hits(data):
        judge = PREFILTER.judges[ident]
        verdict = judge(data, end) if judge else ""
        if not isinstance(verdict, str):
            values |= {
                data[one.start : one.end].decode() for one in ([verdict] if isinstance(verdict, Found) else verdict)
            }
    return values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (f"HEROKU_API_KEY={UUID}", UUID),
        (f'const HEROKU_KEY = "{UUID.upper()}"', UUID.upper()),
        (f'{{"snykToken":"{UUID}"}}', UUID),
        (f'{{"log":"{{\\"snyk_token\\":\\"{UUID}\\"}}"}}', UUID),
        (f'alibabaKey := "{MIXED}"', MIXED),
        (f"stripe.key: {MIXED}", MIXED),
        (f"sourcegraph: {HEX40}", HEX40),
        (f"export DATADOG_AUTH='{HEX32}'", HEX32),
        (f"new-relic-key={HEX40}", HEX40),
        (f"mailgun: {HEX32}-{HEX40[:8]}-{HEX40[8:16]}", f"{HEX32}-{HEX40[:8]}-{HEX40[8:16]}"),
        (f'GHOST_KEY="{HEX32[:24]}:{HEX32}{HEX32}"', f"{HEX32[:24]}:{HEX32}{HEX32}"),
        (f"facebook_token=1234567890123456|{MIXED[:27]}", f"1234567890123456|{MIXED[:27]}"),
        (f"herokukey={UUID}", UUID),
        (f"MERAKI_KEY_2={HEX40};", HEX40),
        (f'heroku_key          = "{UUID}"', UUID),
        (f"billing.hmacKey: {MIXED}", MIXED),
        (f"DEPLOY_CREDENTIAL={MIXED}", MIXED),
        (f"meine_app_token => '{MIXED}'", MIXED),
    ],
)
def test_a_value_beside_a_telling_name_is_a_secret(text: str, value: str) -> None:
    """In assignments, JSON, nested JSON, YAML and shells, names in any case style."""
    assert secrets(text) == {value}


@pytest.mark.parametrize(
    "text",
    [
        *(f"{name}={MIXED}" for name in NO_KEYS),
        *(f'{{"{name}":"{MIXED}"}}' for name in NO_TOKENS),
        f"heroku_request_id={UUID}",
        f"trace_token_count={MIXED}",
        f"orders_key={UUID}",
        f"build_key={HEX40}",
        "service_key=checkout-service-primary-reader",
        "app_key=com.example.payments.CheckoutService2",
        "deploy_key=/etc/keys/2024/deploy.pem",
        "client_auth=https://auth.example/v2/clients",
        "github: da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "jira: PROJECT-1234-fix-the-checkout",
        "monkey=ThreeWiseMonkeysSittingOnAWall",
        "unexpected token: aaaaaaaaaaaaaaaaaaaaaaaa",
        "HEROKU_KEY=xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
        "linkedin_token: authentication",
        "mattermost: mattermost-enterprise-edition-helm-chart-1",
    ],
)
def test_keys_that_every_program_has_are_none(text: str) -> None:
    """Database and cache keys, cursors, ids, paths, class names and placeholders stay."""
    assert secrets(text) == set()


@pytest.mark.parametrize("detector", BY, ids=lambda detector: detector.name)
def test_the_catalogue_tells_the_truth(detector: Detector) -> None:
    """Every example of a detector holds a finding, no counter-example does."""
    assert all(secrets(text) for text in detector.examples), detector.name
    assert not any(secrets(text) for text in detector.counter), detector.name


@pytest.mark.parametrize("detector", BY, ids=lambda detector: detector.name)
def test_a_judge_finds_nothing_without_its_anchor(detector: Detector) -> None:
    """Asked at every position it answers with what stands behind its anchors."""
    for text in detector.examples:
        data = text.encode()
        spans: set[tuple[int, int]] = set()
        for end in range(len(data) + 2):
            verdict = detector.judge(data, end)
            if not isinstance(verdict, str):
                spans |= {(one.start, one.end) for one in ([verdict] if isinstance(verdict, Found) else verdict)}
        assert {data[start:end].decode() for start, end in spans} <= secrets(text)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("<password>hunter2</password>", {"hunter2"}),
        ("<soap:password>hunter2", {"hunter2"}),
        ("<password><![CDATA[hunter2]]></password>", {"hunter2"}),
        (f"<herokuKey>{UUID}</herokuKey>", {UUID}),
        ('<add key="ClearTextPassword" value="hunter2!" />', {"hunter2!"}),
        ("mysql -h db -u root -p'hun ter2' shop", {"hun ter2"}),
        ("mysql -h db -P 3306 shop", set()),
        ("mysql -u root -p shop", set()),
        ("ssh -p 2222 host", set()),
        ("app --db-password hunter2 --verbose", {"hunter2"}),
        ("app --password --verbose", set()),
        ("app --token $TOKEN", set()),
        ("New-App -ClientSecret 'hunter2 x'", {"hunter2 x"}),
        ("ALTER USER app IDENTIFIED WITH caching_sha2_password BY 'hunter2'", {"hunter2"}),
        ("CREATE ROLE app LOGIN PASSWORD 'hunter2' VALID UNTIL 'infinity'", {"hunter2"}),
        ('{"state":"weak password","user":"x"}', set()),
        ("<passwordPolicy>strict</passwordPolicy>", set()),
        ("at com.example.Foo.<init>(Foo.java:12)", set()),
    ],
)
def test_secrets_without_a_sign_before_them(text: str, values: set[str]) -> None:
    """Elements and attributes of XML, options of commands, clauses of SQL."""
    assert secrets(text) == values
