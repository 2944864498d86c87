"""Values in the formats of programs, networks and banks, in lines as software prints them, and what looks like them."""

from functools import lru_cache

import pytest

from streams.masking.masker import Masker
from streams.masking.policy import Policy
from tests.support.disguise import masker_keyring


@lru_cache(maxsize=1)
def _masker() -> Masker:
    return Masker(Policy(), masker_keyring())


#: What must not be left, what has to stay, and the line.
_LINES: tuple[tuple[tuple[str, ...], tuple[str, ...], str], ...] = (
    # Accounts behind their domain (Microsoft, "User Name Formats").
    (("kari", "ACME"), ("ok",), r"login user=ACME\kari ok"),
    (("kari",), ("status",), r'{"message":"login user=ACME\\kari","status":1}'),
    (("nils",), ("failed",), r"User: ACME\nils failed"),
    (("kari",), ("x=1",), r"user=acme.local\kari,x=1"),
    (("KARI",), (r"\nstatus=ok",), r'{"m":"user=KARI\nstatus=ok"}'),
    # Commands that take a password in a place of their own.
    (
        ("S3cretPw99", "S3cretPw88"),
        ("snmpwalk",),
        "snmpwalk -v3 -l authPriv -u ann -A S3cretPw99 -X S3cretPw88 host system",
    ),
    (("S3cretPw99",), (r"\\fs1\share",), r"net use Z: \\fs1\share /user:CORP\ann S3cretPw99 /persistent:yes"),
    (("S3cretPw99",), ("ldapsearch", "dc=io"), "ldapsearch -xw S3cretPw99 -b dc=io"),
    (("S3cretPw99",), ("s3://",), "+ rabbitmqctl change_password ann S3cretPw99; ls s3://b"),
    # Literals of SQL and Go, and configuration.
    (("hunter22x",), ("LOGIN", "N'"), "CREATE LOGIN app WITH PASSWORD = N'hunter22x'"),
    (("hunter22",), ("dbPassword",), '{"src":"var dbPassword string = \\"hunter22\\""}'),
    (
        ("S3cretPw99",),
        ("PORT", "8080"),
        r'{"m":"env:\n- name: DB_PASSWORD\n  value: S3cretPw99\n- name: PORT\n  value: \"8080\""}',
    ),
    (("GQlmejnqOk",), ("requirepass",), "requirepass GQlmejnqOk"),
    (("q8Zr2LxV0nT5",), (), "SECRET_KEY_BASE=q8Zr2LxV0nT5"),
    (("hunter2",), (), "DB_PW=hunter2"),
    # What forms write with a plus, and prints without quotes.
    (("4111+1111",), ("x=1",), "card_number=4111+1111+1111+1111&x=1"),
    (("901820",), ("x=1",), "phone=030+901820&x=1"),
    (("0440",), (), "iban=DE89+3704+0044+0532+0130+00"),
    (("574 261",), ("rejected",), "[Steuer-ID=36 574 261 809] rejected"),
    # Keys of keys, hashes of passwords, what a pipeline hides.
    (("AyM1SysPpbyD",), ("oct",), '{"keys":[{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ"}]}'),
    (("31d6cfe0d16ae931",), (), "ann:1001:aad3b435b51404eeaad3b435b51404ee:31d6cfe0d16ae931b73c59d7e0c089c0:::"),
    (("q8Zr2LxV0nT5",), (), "ann:$5$rounds=535000$Kq7Lm2Vx9Rt4Bn6W$q8Zr2LxV0nT5cW7yB3mKq8Zr2LxV0nT5cW7yB3mKa1B:19000:"),
    (("q8Zr2LxV0nT5",), ("enable",), "enable secret 9 $9$Kq7Lm2Vx9Rt4Bn$q8Zr2LxV0nT5cW7yB3mKq8Zr2LxV0nT5cW7yB3mKa1B"),
    (
        ("8AAAA0%2Bx%3D",),
        (),
        "got AAAAAAAAAAAAAAAAAAAAAKq7Lm2Vx8AAAA0%2Bx%3Dq8Zr2LxV0nT5cW7yB3mKq8Zr2LxV0nT5cW7yB3mKa1B from X",
    ),
    (("5f4dcc3b5aa765d6",), (), '"ann" "md55f4dcc3b5aa765d61d8327deb882cf99"'),
    (("S3cretPw99",), ("AsPlainText",), '$p = ConvertTo-SecureString "S3cretPw99" -AsPlainText -Force'),
    (("S3cretPw99",), (), "::add-mask::S3cretPw99"),
    # Addresses of networks as tools print them.
    (
        ("203.0.113.5", "198.51.100.7"),
        (".51234", ".443"),
        "10:00:00.12 IP 203.0.113.5.51234 > 198.51.100.7.443: Flags [S], seq 1",
    ),
    (("192.0.2.5",), ("ESTABLISHED",), "tcp4       0      0  192.0.2.5.51234       *.*        ESTABLISHED"),
    (("1B-44-11",), ("CorpWifi",), 'Called-Station-Id = "00-1B-44-11-3A-B7:CorpWifi"'),
    (("198[.]51",), (), '{"ioc":"198[.]51[.]100[.]7"}'),
    # Telephone numbers beside words of other languages.
    (("612 34 56 78",), (), '{"m":"móvil: 612 34 56 78"}'),
    (("40612345",), ("ok",), "tlf=40612345 ok"),
    (("050-234-5678",), (), "נייד: 050-234-5678"),
    (("081 234 5678",), (), "เบอร์โทร: 081 234 5678"),
    (("8 (912) 345-67-89",), (), "Телефон: 8 (912) 345-67-89"),
    (("010-2000-0000",), (), "연락처 010-2000-0000 already registered"),
    # Cards with the rest of their track, numbers of telephones and subscribers.
    (("4111111111111111", "2812", "1234567"), ("DE55",), "DE35: 4111111111111111D281220112345678 DE55: 9F26"),
    (("4111111111111111", "2812201"), (), "track2=4111111111111111=28122011234567800?"),
    (("7911 123456",), (), "dialing 011 44 7911 123456"),
    (("123-4567",), (), "contact number 070 123-4567"),
    (("209900",), (), "imei_number: 35-209900-176148-1"),
    (("ann@okbank",), (), '{"vpa":"ann@okbank"}'),
    (("cdda802e",), ("is_lat",), "/v1?rdid=cdda802e-fb9c-47ad-9866-0794d394c912&is_lat=0"),
)


@pytest.mark.parametrize(("needles", "stays", "line"), _LINES, ids=[line[:60] for _, _, line in _LINES])
def test_nothing_of_a_value_is_left(needles: tuple[str, ...], stays: tuple[str, ...], line: str) -> None:
    """No part of a value in its own format can be read afterwards, and what stands beside it stays."""
    masked = _masker().mask(line.encode()).text.decode()
    assert not [needle for needle in needles if needle in masked]
    assert all(one in masked for one in stays)


_HARMLESS: tuple[str, ...] = (
    r"user=NT AUTHORITY\SYSTEM started",
    r"user=ACME\WEB01$ logon type 3",
    "snmpwalk -v2c -c $COMMUNITY host system",
    "ldapsearch -x -W -b dc=io",
    "rabbitmqctl list_queues name messages",
    "requirepass is not set",
    "- name: COLOUR\n  value: blue",
    "db_pw is missing",
    "sms_count=12345678",
    "cell_id=12345678",
    "sms sent 20240501",
    "automobil 123456789",
    "auth: success",
    "otp=sent",
    '{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78L","e":"AQAB"}',
    "md5:d41d8cd98f00b204e9800998ecf8427e",
    "file.md5d41d8cd98f00b204e9800998ecf8427e.js",
    "snmp oid 1.3.6.1.4.1 > 2",
    "version 1.2.3.4.5 > 1.2.3.4.4",
    "hash 4111111111111111d28122f",
    "arr[@] and x[.]y",
    'var colour string = "blue"',
)


@pytest.mark.parametrize("line", _HARMLESS)
def test_what_only_looks_like_a_value_stays(line: str) -> None:
    """Accounts of systems, variables, other options and plain settings are left alone."""
    assert _masker().mask(line.encode()).text == line.encode()
