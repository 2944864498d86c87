"""What programs print beside telling names without saying anything of a person stays as it is."""

from functools import lru_cache

import pytest

from streams.masking.masker import Masker
from streams.masking.policy import Policy
from tests.support.disguise import masker_keyring

_JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"

_STAYS = (
    # answers and messages
    "Access denied for user (using password: YES)",
    "(using password: NO)",
    "password: must contain a digit",
    '{"password":"must have 8-64 characters and a digit"}',
    '{"password":"can\'t be blank"}',
    '{"errors":{"email":["has already been taken"],"password":["is too short (minimum is 8 characters)"]}}',
    '{"email":"is invalid"}',
    "ConstraintViolationException: firstName: size must be between 2 and 40",
    "refresh_token: not provided",
    "Passcode: from Off to On",
    "cookie: none",
    "credentials: The credentials to use to connect.",
    ":param credentials: Used to sign requests.",
    "invalid password for user",
    "the user accepts the terms",
    "passwd: password updated successfully",
    "passwd: all authentication tokens updated successfully.",
    "passwd: password expiry information changed.",
    "auth[221]: worker started, cache warmed",
    "docker login registry.example.com",
    "CREATE POLICY own ON documents USING (owner_name = current_user)",
    "connecting with password=%APP_PASSWORD% of the environment",
    # code
    "password = getpass()",
    'password = config.get("password")',
    'token = os.environ["TOKEN"]',
    "token = os.getenv('GITHUB_TOKEN')",
    "secret = process.env.SECRET",
    "const token = req.headers.authorization;",
    "api_key = settings.API_KEY",
    "self.password = password",
    "this.token = token;",
    "netloc, user_pass = split_auth_from_netloc(self.netloc)",
    "users.map(user => user.name)",
    "user: User",
    "password: String!",
    "ucred.Uid = uint32(os.Getuid())",
    "void *operator new(size_t S) { return User::operator new(S, 2); }",
    'GIVEN_NAME: "givenName"',
    "initWithName:deviceIdentifier:deviceType:]",
    "keywords = (b'hwaddr', b'address:', b'lladdr')",
    "args[1::2]",
    "DEBUG:auth:headers={'Host': 'x'}",
    # placeholders and references
    "UPDATE accounts SET password = :password WHERE id = :id",
    "secret: ${{ secrets.GITHUB_TOKEN }}",
    "password: !vault |",
    "password: !Ref DbPassword",
    "private_key=/etc/ssl/private/server.key",
    "token=/var/run/secrets/kubernetes.io/serviceaccount/token",
    "ssl_private_key=server.pem",
    "--secret=projects/my-project/secrets/my-secret/versions/1",
    "secret_arn=arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/db-abc123",
    # words of parsers and prints of objects
    "Unexpected token: punc (,)",
    "next token: SEMICOLON",
    '{"type":"Punctuator","token":"{"}',
    "Token: Token { kind: ContainerToken }",
    "wtoken = AppWindowToken{df0798e token=Token{78af589 u0}}",
    "Bad activity token: android.os.BinderProxy@1234abc",
    "SCM_CREDENTIALS = 0x2",
    # things and their numbers
    '{"OwnerId":"123456789012","VpcId":"vpc-0123456789abcdef0"}',
    '{"AddressOwnerId": "123456789012", "x": "arn:aws:ec2:x"}',
    '{"Statement":[{"Sid":"SharePolicyForDocs","Effect":"Allow"}]}',
    "arn:aws:greengrass:us-west-2:675946970638:components:x",
    "uid: 1000, pid: 2227",
    "auid=4294967295",
    "deviceId=4",
    "member_id=consumer-1-5c1f2a3b-1111-4222-8333-444455556666",
    '{"service":{"displayName":"Payments"}}',
    '{"email":"550e8400-e29b-41d4-a716-446655440000"}',
    "tin=0.123456789",
    "Age: 300",
    "pass=12 fail=0 skip=3",
    "zip:amd64 (3.0-13)",
    # versions and addresses that are nobody's
    "librtmp1 (2.4+20151223.gitfa8646d.1-2)",
    "libkmod2:amd64 (30+20221128-1)",
    "Upgraded to standards version 3.7.2.0",
    "0.0.0.0:8080",
    "HOST=0.0.0.0",
    "tcp 0 0 0.0.0.0:22 0.0.0.0:* LISTEN",
    '{"cidr_blocks":["0.0.0.0/0"]}',
    "subnet mask 255.255.255.0",
    'DETAIL:  Connection matched pg_hba.conf line 95: "host all all 0.0.0.0/0 md5"',
    # few sessions, rules and instances under their names
    "sid=3 rev=1 signature loaded",
    'alert tcp any any -> any 80 (msg:"test"; sid:1000001; rev:1;)',
    "(CONNECT_DATA=(SID=ORCL)(CID=(PROGRAM=sqlplus)))",
    "name= age=12 idle=0 flags=N db=0",
    # what daemons say beside words for users and numbers
    "srcport=56603 sessionid=2345678 proto=6 action=close",
    "AUTH=server, verify=NO",
    "ISAKMP SA established {auth=PRESHARED_KEY cipher=aes_256}",
    "db: 'unconnected' user: 'unauthenticated'",
    "gkr-pam: unlocked login keyring",
    "PLAIN login refused: invalid credentials",
    'reason="login successfully"',
    "unzip -P a.zip",
    "VPA: web@deployment updated",
    "transferred +12345678 bytes in 12.3 s",
    "telephone exchange 12345678 lines provisioned",
    "file extension: 1001",
    "extension: 7z",
    "build host-1-2-3-4-5 of ip-2-0-1",
)

_GOES = (
    "password=hunter2",
    "password = correct.horse.battery",
    "password: mustang99",
    "token = abc(def",
    'password="is"',
    "secret: /Zm9vYmFyMTIzNDU2Nzg5MA",
    "password: :x9!k",
    "pass=1234",
    "invalid token: abcdef123456",
    "self.password = 'hunter2'",
    '{"password":"is too Sh0rt!"}',
    '{"password":"must have 8 characters: Tr0ub4dor"}',
    "self.password = hunter2",
    "user=ann",
    '{"user":{"displayName":"Ann Lee"}}',
    '{"displayName":"Ann Lee"}',
    '{"owner_id":"123456789012"}',
    "uid=1000",
    "deviceId=4711a",
    "Cookie: theme=dark; sid=4f2a",
    "Cookie: lang=4f2a9c",
    "0.0.0.0/0",
    "client 0.0.0.0",
    "Broadcast 255.255.255.255",
    '{"email":"ann at example"}',
    "call +49 30 901820",
    "auth: secretvalue99",
    '{"password":"not a secret"}',
    "usermod[12]: add 'ann' to group 'staff'",
    "Age: 42",
    "arn:aws:iam::123456789012:user/x password=hunter2",
    '{"Sid":"4f2a9c"}',
    "password=hunter2 fail=0",
    "User Slice of ann",
    "sid=4711",
    "sessionid=2345678 done",
    "Authorization for user ann accepted",
    "(SID=4f2a9c)",
    "age=12 flags=N",
    "VPA: web@okbank",
    "+49 30 901820 bytes",
    "node ip-10-0-1-23 is not ready",
    "hostd: Accepted password for user ann from host",
)


@lru_cache(maxsize=1)
def _masker() -> Masker:
    return Masker(Policy(), masker_keyring())


@pytest.mark.parametrize("text", _STAYS)
def test_ordinary_text_stays(text: str) -> None:
    """A line that says nothing of a person and shows no credential leaves byte-identical, in JSON as well."""
    assert _masker().mask(text).text == text


@pytest.mark.parametrize("text", _GOES)
def test_what_only_resembles_it_goes(text: str) -> None:
    """The rules for ordinary text let no value through that lacks the form they ask for."""
    assert _masker().mask(text).text not in (text, None)


@pytest.mark.parametrize(
    ("before", "behind"),
    [
        ("Set-Cookie: access_token=", "; Path=/; HttpOnly; SameSite=Lax"),
        ("curl -X GET https://api.example.com/v1/users -H 'Authorization: Bearer ", "' -H 'Accept: application/json'"),
        ("verify failed (token=", ")"),
        ("ts=2024-05-01T10:00:00Z level=info jwt=", ""),
        ("redirecting to https://app.example.com/#id_token=", ""),
    ],
)
def test_words_around_a_token_stay_in_a_field_for_tokens(before: str, behind: str) -> None:
    """A sentence in a field for credentials loses the JSON web token in it and keeps its own words."""
    masked = _masker().mask(f'{{"token":"{before}{_JWT}{behind}"}}').text
    assert masked is not None
    assert _JWT not in masked
    assert masked.startswith(f'{{"token":"{before}')
    assert masked.endswith(f'{behind}"}}')


@pytest.mark.parametrize("other", ["4f2a9c7d1e", "hunter2hunter2", "Zm9vYmFyMTIz"])
def test_another_credential_beside_a_token_goes(other: str) -> None:
    """Where something beside the token may be a credential too, the whole field is masked."""
    masked = _masker().mask(f'{{"token":"{_JWT} {other}"}}').text
    assert masked is not None
    assert other not in masked


def test_types_of_a_dump_stay() -> None:
    """PHP's var_dump prints types between a name and its value: they are no part of the value."""
    dumped = b'["password"]=> string(11) "hunter2hunt" ["pin"]=> int(4711)'
    assert _masker().mask(dumped).text == b'["password"]=> string(11) "***" ["pin"]=> int(***)'
