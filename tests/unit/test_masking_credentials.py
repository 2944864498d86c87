"""Credentials as protocols, programs and people write them, and what only looks like one."""
# ruff: noqa: E501 - a line is easier to read whole.

from functools import lru_cache

import pytest

from streams.masking.masker import Masker
from streams.masking.policy import Policy
from tests.support.disguise import leaks, masker_keyring


@lru_cache(maxsize=1)
def _masker() -> Masker:
    return Masker(Policy(), masker_keyring())


#: What must not be left, what has to stay, and the line.
_LINES: tuple[tuple[tuple[str, ...], tuple[str, ...], str], ...] = (
    (
        ("c2lnbmF0",),
        (),
        "token eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c3ItNzczMSJ9.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg",
    ),
    (
        ("OKOawDo13", "XFBoMYUZ", "5eym8TW"),
        (),
        "jwe=eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.OKOawDo13gRp2ojaHV7LFpZcgV7T6DVZKTyKOMTYUmKoTCVJRgckCL9kiMT03JGe.48V1_ALb6US04U3b.5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6ji.XFBoMYUZodetZdvTiFvSkQ ok",
    ),
    (
        ("c2lnbmF0", "eyJzdWIi"),
        (),
        "tok eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ\nzdWIiOiJ1c3ItNzczMSJ9.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg end",
    ),
    (
        ("c2lnbmF0", "eyJzdWIi"),
        (),
        "tok eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ\\nzdWIiOiJ1c3ItNzczMSJ9.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg end",
    ),
    (
        ("c2lnbmF0", "eyJzdWIi"),
        (),
        "tok eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.\neyJzdWIiOiJ1c3ItNzczMSJ9.\nc2lnbmF0dXJlLW9mLXRoZS10b2tlbg end",
    ),
    (
        ("c2lnbmF0", "eyJzdWIi"),
        ("theme", "sid"),
        "Cookie: sid=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c3ItNzczMSJ9.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg; theme=dark",
    ),
    (
        ("c2lnbmF0",),
        ("state",),
        "GET /cb?id_token=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c3ItNzczMSJ9.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg&state=af0 HTTP/1.1",
    ),
    (
        ("c2lnbmF0",),
        ("/cb#", "page=2"),
        "GET /cb#access_token=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c3ItNzczMSJ9.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg&page=2",
    ),
    (("SplxlOBeZQQYbYS6WxSbIA",), ("redirect",), "GET /cb?code=SplxlOBeZQQYbYS6WxSbIA&redirect=x HTTP/1.1"),
    (
        ("2YotnFZFEjr1zCsicMWpAA", "tGzv3JOkF0XG5Qx2TlKWIA"),
        ("3600", "bearer"),
        '{"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"bearer","expires_in":3600,"refresh_token":"tGzv3JOkF0XG5Qx2TlKWIA"}',
    ),
    (
        ("SplxlOBeZQQYbYS6WxSbIA", "s3cr3tX9"),
        ("authorization_code",),
        "grant_type=authorization_code&code=SplxlOBeZQQYbYS6WxSbIA&client_secret=s3cr3tX9",
    ),
    (("dBjftJeZ4CVP",), (), "code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
    (("WDJBMjht",), (), "device_code=WDJBMjhtcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS"),
    (
        ("fZJNT8MwDIb",),
        ("RelayState",),
        "SAMLRequest=fZJNT8MwDIbvSPyHKPe2abcBq9ZOMIQ0CcQ0CgeuWeJukZqkxClj%2F56sHTAk2CWx49evH9uZXO90Td7AobImo2nMKAEjrFRmk9GX8j66otf55ARXpqn5vPVbs4TXFtCTjgmkRRmtnOFWoEJusAbknvCns8eHfBgz3jjrjbA1JfM5XVnn2Ywxtq5wFowDQXdN0xB9NBx%3D&RelayState=x",
    ),
    (
        ("PHNhbWxwOlJlc3BvbnNl",),
        (),
        "SAMLResponse=PHNhbWxwOlJlc3BvbnNlIHhtbG5zOnNhbWxwPSJ1cm46b2FzaXM6bmFtZXM6dGM6U0FNTDoyLjA6cHJvdG9jb2wiPg%3D%3D",
    ),
    (("0a4f113b",), ("X-Api-Key", "200"), "X-Api-Key: 0a4f113b9c7d4e2f8a6b1c3d HTTP 200"),
    (("0a4f113b",), ("X-Auth-Token",), "> X-Auth-Token: 0a4f113b9c7d4e2f8a6b1c3d"),
    (("0a4f113b",), (), "-H 'X-Amz-Security-Token: 0a4f113b9c7d4e2f8a6b1c3d'"),
    (("0a4f113b",), (), "Ocp-Apim-Subscription-Key: 0a4f113b9c7d4e2f8a6b1c3d"),
    (("0a4f113b",), (), "PRIVATE-TOKEN: 0a4f113b9c7d4e2f8a6b1c3d"),
    (("0a4f113b",), (), "x-vault-token: hvs.0a4f113b9c7d4e2f8a6b1c3d"),
    (("0a4f113b",), (), "X-CSRF-Token: 0a4f113b9c7d4e2f8a6b1c3d"),
    (("0a4f113b",), (), "Proxy-Authorization: Basic amFuZTowYTRmMTEzYjk="),
    (("amFuZTpodW50ZXIy",), (), "Authorization: Basic amFuZTpodW50ZXIy"),
    (
        ("fe5f80f77d5fa3be",),
        (),
        "Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;range;x-amz-date, Signature=fe5f80f77d5fa3beca038a248ff027d0445342fe2855ddc963176630326f1024",
    ),
    (("0a4f113b",), (), "Authorization: Token token=0a4f113b9c7d4e2f8a6b1c3d"),
    (("0a4f113b",), (), "Authorization: ApiKey 0a4f113b9c7d4e2f8a6b1c3d"),
    (("0a4f113b",), (), "Authorization: 0a4f113b9c7d4e2f8a6b1c3d"),
    (("0a4f113b",), (), "Authorization: SSWS 0a4f113b9c7d4e2f8a6b1c3d"),
    (("0a4f113b",), (), "authorization=Bearer 0a4f113b9c7d4e2f8a6b1c3d"),
    (("7c9f1b3e",), ("sid", "Path"), "Set-Cookie: sid=7c9f1b3e2d4a; Path=/; HttpOnly"),
    (("7c9f1b3e",), (), "JSESSIONID=7c9f1b3e2d4a PHPSESSID=7c9f1b3e2d4b"),
    (("7c9f1b3e",), ("/shop;jsessionid=",), "GET /shop;jsessionid=7c9f1b3e2d4a9f?x=1"),
    (("pa!30", "!30"), ("postgres://", "host", "/db"), "postgres://user:pa!30@host/db"),
    (("p@ss", "ss/w"), ("mydb", "db.local"), "connect to postgresql://app:p@ss/w0rd@db.local:5432/mydb failed"),
    (("p:ss", "w0rd"), ("db.local",), "mysql://app:p:ss#w0rd@db.local:3306/mydb"),
    (("hunter2",), ("redis.local", "6379"), "redis://:hunter2@redis.local:6379/0"),
    (
        ("hunter2",),
        ("cluster0.mongodb.net", "retryWrites"),
        "mongodb+srv://app:hunter2@cluster0.mongodb.net/shop?retryWrites=true",
    ),
    (("hunter2",), ("rabbit", "5672"), "amqp://guest:hunter2@rabbit:5672/%2f"),
    (("hunt%40er",), ("db.local",), "postgres://app:hunt%40er2@db.local/x"),
    (
        ("hunter2",),
        ("Server=db.local", "Database=orders"),
        "Server=db.local;Database=orders;User Id=app;Password=hunter2;",
    ),
    (
        ("hunter2",),
        ("Initial Catalog=orders", "Encrypt=True"),
        "Data Source=db.local;Password=hunter2;Initial Catalog=orders;Encrypt=True",
    ),
    (("hunter2",), ("Database=orders",), "Server=db;Uid=app;Pwd=hunter2;Database=orders;"),
    (("hun;ter2",), ("Database=orders",), 'Server=db;Uid=app;Pwd="hun;ter2";Database=orders;'),
    (
        ("hunter2",),
        ("db.local", "orders", "sslmode=require"),
        "host=db.local dbname=orders user=app password=hunter2 sslmode=require",
    ),
    (("hunter2",), ("jdbc:oracle:thin", "db.local"), "jdbc:oracle:thin:app/hunter2@db.local:1521:ORCL"),
    (
        ("hunter2",),
        ("jdbc:mysql://db.local/x", "useSSL"),
        "jdbc:mysql://db.local/x?user=app&password=hunter2&useSSL=false",
    ),
    (
        ("hunter2",),
        ("databaseName=x",),
        "jdbc:sqlserver://db.local:1433;databaseName=x;user=app;password=hunter2;encrypt=true",
    ),
    (("hunter2",), ("tcp(db.local:3306)",), "app:hunter2@tcp(db.local:3306)/orders?parseTime=true"),
    (
        ("Zm9vYmFy",),
        ("AccountName=acct", "EndpointSuffix"),
        "DefaultEndpointsProtocol=https;AccountName=acct;AccountKey=Zm9vYmFyMTIzNDU2Nzg5MGFiY2RlZg==;EndpointSuffix=core.windows.net",
    ),
    (("hunter2",), ("github.com/acme/x.git",), "fatal: could not read https://ci:hunter2@github.com/acme/x.git"),
    (
        ("ghp_0123",),
        ("github.com",),
        "git clone https://ghp_0123456789abcdefghijABCDEFGHIJ012345@github.com/acme/x.git",
    ),
    (("hunter2",), ("smtp.local",), "smtp://app%40example.org:hunter2@smtp.local:587"),
    (("hunter2",), ("ldap",), "ldap://cn=admin:hunter2@ldap.local"),
    (
        ("0123456789abcdef0123456789abcdef",),
        ("o0.ingest.sentry.io",),
        "dsn=https://0123456789abcdef0123456789abcdef@o0.ingest.sentry.io/12",
    ),
    (("hunter2",), (), "password        = hunter2"),
    (("hunter2",), (), "db.password          : hunter2"),
    (("hunter2",), (), "PASSWORD='hunter2'"),
    (("hunter2",), ("user",), "{user: 'x', pwd: 'hunter2'}"),
    (("hunter2",), (), "pwd: hunter2"),
    (("hunter2",), (), 'secret = "hunter2"'),
    (("hunter2",), (), "const password = 'hunter2';"),
    (("hunter2",), (), 'String dbPassword = "hunter2";'),
    (("hunter2",), (), "DB_PASS=hunter2"),
    (("hunter2",), (), "MYSQL_ROOT_PASSWORD=hunter2"),
    (("hunter2",), (), "spring.datasource.password=hunter2"),
    (("hunter2",), (), "--password hunter2"),
    (("hunter2",), (), "--password=hunter2 --user app"),
    (("hunter2",), ("-h", "db"), "mysql -u app -phunter2 -h db"),
    (("hunter2",), (), "sshpass -p hunter2 ssh ap"),
    (("hunter2",), ("https://api.local",), "curl -u app:hunter2 https://api.local"),
    (("hunter2",), (), "curl --user app:'hunter2' https://api.local"),
    (("hunter2",), (), 'curl -X POST --user "app":"hunter2" https://api.local'),
    (("hunter2",), (), "curl -uapp:hunter2 https://api.local"),
    (("hunter2",), (), "wget --password=hunter2 --user=app http://x"),
    (("hunter2",), (), "wget --http-password hunter2 http://x"),
    (("hunter2",), (), "redis-cli -a hunter2 ping"),
    (("hunter2",), (), '1714557600.123456 [0 127.0.0.1:1] "AUTH" "hunter2"'),
    (("hunter2",), (), '"AUTH" "default" "hunter2"'),
    (("hunter2",), (), "CREATE USER app WITH PASSWORD 'hunter2'"),
    (("hunter2",), (), "ALTER USER app IDENTIFIED BY 'hunter2'"),
    (("hunter2",), (), "SET PASSWORD FOR app = 'hunter2'"),
    (("hunter2",), (), "SET PASSWORD FOR 'app'@'%' = PASSWORD('hunter2')"),
    (("hunter2",), (), "CREATE LOGIN app WITH PASSWORD = 'hunter2'"),
    (("hunter2",), ("orders",), "PGPASSWORD=hunter2 psql orders"),
    (("hunter2",), (), "openssl enc -k x -pass pass:hunter2"),
    (("hunter2",), (), "docker login -u app -p hunter2"),
    (("hunter2",), (), "machine api.local login app password hunter2"),
    (("hunter2",), (), "password is hunter2x9!"),
    (("hunter2",), (), "Enter password: hunter2"),
    (("hunter2x9",), (), "the password is: hunter2x9"),
    (("hunter2",), (), "kubectl create secret generic x --from-literal=password=hunter2"),
    (("hunter2",), (), '<property name="password" value="hunter2"/>'),
    (("hunter2",), (), "<password>hunter2</password>"),
    (("hunter2",), (), '<user name="x" password="hunter2" />'),
    (("hunter2",), (), 'passphrase: "hunter2"'),
    (("hunter2",), ("user",), 'user = app, passwd => "hunter2"'),
    (("hunter2",), (), '{"credentials":{"secret":"hunter2"}}'),
    (("hunter2",), (), '{"password":["hunter2"]}'),
    (("hunter2",), (), "environ({'DB_PASSWORD': 'hunter2'})"),
    (
        ("MIIEvQIBADANBg",),
        (),
        'key: "-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\\n-----END PRIVATE KEY-----\\n"',
    ),
    (
        ("b3BlbnNzaC1rZXk",),
        (),
        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ\n-----END OPENSSH PRIVATE KEY-----",
    ),
    (("MIIEvQIBADANBg",), (), "-----BEGIN PRIVATE KEY----- MIIEvQIBADANBgkqhkiG9w0BAQEFAASC"),
    (("MIIEvQIBADANBg",), (), "private_key=MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7"),
    (("123456",), (), "otp=123456"),
    (("123456",), (), "Your verification code is 123456"),
    (("hunter2",), (), "login=app&pass=hunter2&x=1"),
    (("hunter2",), (), "https://x.local/login?user=app&pwd=hunter2"),
    (("0a4f113b9c7d",), (), "https://x.local/reset?token=0a4f113b9c7d4e2f"),
    (("0a4f113b9c7d",), (), "https://x.local/reset-password/0a4f113b9c7d4e2f8a6b1c3d5e7f9a0b"),
    (
        ("T00000000/B00000000/XXXXXXXX",),
        (),
        "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXabc123DEF456ghi7",
    ),
    (("hunter2",), (), "USER app PASS hunter2"),
    (("aHVudGVyMg",), (), "password_hash=$2b$12$aHVudGVyMgaHVudGVyMgaHVudGVyMgaHVudGVyMgaHVudGVyMgaHV"),
)

#: Lines in which nothing is a credential.
_HARMLESS = (
    "prompt_tokens=123 completion_tokens=45 total_tokens=168",
    '{"token_type":"bearer","expires_in":3600}',
    '{"token":"EOF"}',
    "unexpected token: EOF",
    "SyntaxError: Unexpected token } in JSON at position 12",
    "Unexpected token: 'identifier'",
    '{"usage":{"input_tokens":12,"output_tokens":34,"max_tokens":4096}}',
    "token=null secret=true password=false",
    '{"secret":true,"hasPassword":false,"passwordResetRequired":true}',
    "password_policy=strict password_min_length=12 password_expired=true",
    "passwordEncoder=bcrypt passwordLength=12",
    "password authentication failed",
    "Password changed successfully",
    "secretName=db-credentials secretRef=app",
    '"secretKeyRef": {"name": "db-credentials", "key": "password"}',
    "code=200 code=404 status code: 500 exit code=137",
    '{"code":"ECONNREFUSED","errno":-111}',
    "error code=E11000 code=P2002 code=23505",
    '{"code":"USD","state":"open"}',
    "state=RUNNING state=TX",
    "key=orders.created partition=3 key: user-events",
    "color: #ff00aa; margin: 0 auto; --token-color: #abc",
    '<input type="password" name="x">',
    "auth=none auth_method=password auth: enabled",
    "Bearer authentication required",
    'WWW-Authenticate: Bearer realm="example"',
    'Basic realm="restricted"',
    "tokenizer=bert-base-uncased token_count=12",
    "page_token=3",
    "csrf token missing or incorrect",
    "session=closed session: 12ms",
    "cookie=accepted cookies=true",
    "signature=valid",
    "cache_key=user:list:page:3",
    "primary_key=id foreign_key=order_id",
    "public_key=enabled",
    "sort_key=created_at partition_key=region",
    "keyboard=qwerty monkey=1",
    "secrets=3 secret_count=4",
    "passing tests=12 passed=12 compass=north bypass=true",
    "curl -u option requires argument",
    "date -u 12:00:01",
    "git push -u origin main",
    "docker run -u 1000:1000 nginx",
    "ssh -p 2222 host",
    "http://example.com:8080/path",
    "http://[::1]:8080/",
    "see https://example.com/@user/post:12",
    "npm ERR! code ERESOLVE",
    "Authorization failed for request 12",
    "authorization: denied",
    "token expired at 2024-05-01T10:00:00Z",
    "token_expiry=2024-05-01T10:00:00Z token_ttl=3600",
    "access_token_expires_in=3600 refresh_token_lifetime=86400",
    "api_key_id=12 api_key_name=checkout",
    "passwordAuthentication no",
    "grep -p pattern file",
    "mkdir -p /var/lib/x",
    "jwt: malformed",
    "The cookie jar is empty",
    "credentials: include",
    "credentials=same-origin",
    "fetch('/x', {credentials: 'include'})",
    "otp_enabled=true mfa=required",
    "hash=sha256 digest=none",
    "PASS src/app.test.js",
    "PASS: test_login (0.01s)",
    "--- PASS: TestLogin (0.00s)",
    "AUTH ok",
)


@pytest.mark.parametrize(("needles", "stays", "line"), _LINES, ids=[line[:60] for _, _, line in _LINES])
def test_no_credential_is_left(needles: tuple[str, ...], stays: tuple[str, ...], line: str) -> None:
    """Nothing of a credential can be read afterwards, and what stands beside it stays."""
    masked = _masker().mask(line.encode()).text
    assert masked is not None
    assert not [needle for needle in needles if leaks(masked, needle)]
    assert not [text for text in stays if text not in masked.decode()]


@pytest.mark.parametrize("line", _HARMLESS)
def test_what_only_sounds_like_a_credential_stays(line: str) -> None:
    """Numbers of tokens, error codes, states and settings are left alone."""
    assert _masker().mask(line.encode()).text == line.encode()
