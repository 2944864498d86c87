"""One value of each kind, as it proves itself in any text, and as it needs its field's name beside it."""

from dataclasses import dataclass

__all__ = ["EVIDENT", "HARMLESS", "NAMED", "Personal"]


@dataclass(frozen=True, slots=True)
class Personal:
    """Something personal: its text, the name of a field that holds it, and the parts that must not be left of it."""

    name: str
    text: str
    field: str
    needles: tuple[str, ...]


_JWT = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c3ItNzczMSIsImVtYWlsIjoiamFuZUBleGFtcGxlLm9yZyJ9"
    ".c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"
)
_SPACED_JWT = "eyAiYWxnIjogIkhTMjU2IiB9.eyAic3ViIjogInVzci03NzMxIiB9.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"
_PEM = "-----BEGIN {0}PRIVATE KEY-----\n{1}\n-----END {0}PRIVATE KEY-----".format(
    "RSA ", "MIIEpAIBAAKCAQEAq8Zr2LxV0nT5cW7yB3mKz9dQ4fGh1jPsU6wXoYvEtRaNbLcM\nIuHgZk5rT8sVxW2qEoPdJyFm3nAb"
)

#: What is found in any text, with nothing beside it but what is written here.
EVIDENT: tuple[Personal, ...] = (
    Personal("email", "jane.doe@example.org", "email", ("jane.doe", "doe@exam")),
    Personal("plus_email", "o.neil+shop@mail.example.co.uk", "contact_email", ("o.neil", "neil+shop")),
    Personal("phone", "+4930901820417", "phone", ("309018", "820417")),
    Personal("spaced_phone", "+49 30 901820417", "mobile", ("901820", "20417")),
    Personal("card", "4111111111111111", "card_number", ("4111", "11111111")),
    Personal("spaced_card", "5500 0055 5555 5559", "card_number", ("5500 0055", "5555 5559")),
    Personal("iban", "DE89370400440532013000", "iban", ("DE893704", "32013000")),
    Personal("ipv4", "203.0.113.97", "client_ip", ("203.0.113", "113.97")),
    Personal("ipv6", "2001:db8:85a3::8a2e:370:7334", "client_ip", ("85a3::8a2e", "370:7334")),
    Personal("mac", "00:1b:44:11:3a:b7", "mac", ("44:11:3a", "3a:b7")),
    Personal("ssn", "SSN: 536-90-4399", "note", ("536-90", "90-4399")),
    Personal("jwt", _JWT, "access_token", ("eyJhbGciOiJI", "eyJzdWIiOiJ1c3", "c2lnbmF0dXJl")),
    Personal("spaced_jwt", _SPACED_JWT, "id_token", ("eyAiYWxnIjog", "eyAic3ViIjog", "c2lnbmF0dXJl")),
    Personal("aws_key", "AKIAQYLPMN5HFIQR7XYA", "aws_key", ("AKIAQYLP", "IQR7XYA")),
    Personal("stripe_key", "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc", "api_key", ("4eC39Hq", "zdp7dc")),
    Personal("password", "password=Zq7hunter2x", "note", ("Zq7hun", "hunter2x")),
    Personal("spoken_password", "password: Zq7!hunter2x", "note", ("Zq7!hun", "hunter2x")),
    Personal("bearer", "Bearer 7c9f1b3e2d4a9f8b7c6d5e4f", "authorization", ("7c9f1b3e", "7c6d5e4f")),
    Personal("basic", "Basic amFuZTpodW50ZXIyeDk3MTM=", "authorization", ("amFuZTpo", "eDk3MTM")),
    Personal("cookie", "Cookie: sid=7c9f1b3e2d4a9f8b; theme=dark", "note", ("7c9f1b3e", "2d4a9f8b")),
    Personal("dsn", "postgres://app:Zq7hunter2x@db.internal:5432/orders", "database_url", ("Zq7hun", "hunter2x")),
    Personal("private_key", _PEM, "signing_key", ("MIIEpAIB", "AKCAQEAq8Zr2", "qEoPdJyFm3nAb")),
)

#: What is personal only under its name.
NAMED: tuple[Personal, ...] = (
    Personal("first_name", "Anneliese", "first_name", ("Anneliese",)),
    Personal("full_name", "Jane Dorothea Doering", "full_name", ("Jane", "Dorothea", "Doering")),
    Personal("user_id", "usr-77312", "user_id", ("77312",)),
    Personal("session", "q8Zr2LxV0nT5cW7y", "session_id", ("q8Zr2Lx", "T5cW7y")),
    Personal("secret", "Zq7hunter2x", "password", ("Zq7hun", "hunter2x")),
    Personal("odd_secret", "pa!30@w/x:9", "db_password", ("pa!30", "w/x:9")),
    Personal("client_secret", "q8Zr2LxV0nT5cW7yB3mK", "client_secret", ("q8Zr2Lx", "yB3mK")),
    Personal("birth", "1980-02-03", "date_of_birth", ("1980", "02-03")),
    Personal("national_id", "536-90-4399", "ssn", ("536-90", "90-4399")),
    Personal("local_phone", "030 901820417", "phone_number", ("901820", "20417")),
)

#: What has to stay wherever it stands.
HARMLESS: tuple[str, ...] = (
    "4bf92f3577b34da6a3ce929d0e0e4736",
    "2024-05-01T10:00:00.123Z",
    "1714557600123",
    "c56a4180-65aa-42ec-a945-5fd21dec0538",
    "v1.27.3-rc.1+build.5114f85",
    "com.acme.shop.OrderService.load",
    "retry 3 of 5 took 1.27 ms",
    "9fceb02d0ae598e95dc970b74767f19372d61af8",
    "application/vnd.api+json; charset=utf-8",
    "left-pad@1.3.0",
)
