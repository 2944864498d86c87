"""What the names of JWT claims say: which are harmless, and what kind of person's value the others hold."""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from streams.masking.kinds import Kind

__all__ = ["WORDS", "Claim", "claim_of"]


class Claim(NamedTuple):
    """A known claim: how it begins in a surrogate (`~sub.`), and the kind of its values; None where they are harmless."""

    mark: bytes
    kind: Kind | None
    is_time: bool = False


#: Moments in seconds or milliseconds since 1970; said as they are written.
_TIMES: Final = frozenset({"exp", "iat", "nbf", "auth_time"})

#: No registered name is longer; a longer one is not worth remembering.
_MAX_NAME_CHARS: Final = 100

#: Harmless claims as written -> as said.
_READABLE: Final = {
    "iss": "iss", "aud": "aud", "azp": "azp", "appid": "client_id", "client_id": "client_id", "cid": "client_id",
    "scope": "scope", "scp": "scope", "scopes": "scope", "roles": "roles", "role": "roles", "acr": "acr", "amr": "amr",
    "ver": "ver", "token_use": "token_use", "token_type": "token_use", "gty": "gty", "email_verified": "email_verified",
    "phone_number_verified": "phone_verified",
}  # fmt: skip

#: Personal claims (last segment, small letters, no separators) -> as said, kind of a value without a form of its own.
_PERSONAL: Final[dict[str, tuple[str, Kind]]] = {
    "sub": ("sub", "user"), "subject": ("sub", "user"), "userid": ("user_id", "user"), "uid": ("user_id", "user"),
    "oid": ("user_id", "user"), "user": ("user_id", "user"), "puid": ("user_id", "user"),
    "actorid": ("user_id", "user"), "employeeid": ("user_id", "user"),
    "customerid": ("customer_id", "customer"), "memberid": ("customer_id", "customer"),
    "patientid": ("customer_id", "customer"), "subscriberid": ("customer_id", "customer"),
    "email": ("email", "email"), "emails": ("email", "email"), "mail": ("email", "email"),
    "emailaddress": ("email", "email"), "upn": ("username", "username"), "uniquename": ("username", "username"),
    "preferredusername": ("username", "username"), "username": ("username", "username"),
    "cognitousername": ("username", "username"), "nickname": ("username", "username"),
    "login": ("username", "username"),
    "name": ("name", "name"), "givenname": ("given_name", "name"), "familyname": ("family_name", "name"),
    "middlename": ("middle_name", "name"), "firstname": ("given_name", "name"), "lastname": ("family_name", "name"),
    "surname": ("family_name", "name"), "fullname": ("name", "name"), "displayname": ("name", "name"),
    "phone": ("phone", "phone"), "phonenumber": ("phone", "phone"), "mobile": ("phone", "phone"),
    "mobilephone": ("phone", "phone"), "sid": ("session", "session"), "sessionid": ("session", "session"),
    "sessionstate": ("session", "session"), "jti": ("jti", "session"), "uti": ("jti", "session"),
    "ip": ("ip", "ip"), "ipaddr": ("ip", "ip"), "ipaddress": ("ip", "ip"), "clientip": ("ip", "ip"),
    "deviceid": ("device_id", "device"), "accountid": ("account_id", "account"), "address": ("address", "address"),
    "nationalid": ("national_id", "national_id"), "ssn": ("national_id", "national_id"),
}  # fmt: skip

#: Words of the standards that nobody has to look at.
WORDS: Final = frozenset({
    "JWT", "jwt", "at+jwt", "RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "ES512", "HS256", "HS384",
    "HS512", "EdDSA", "none", "RSA-OAEP", "RSA-OAEP-256", "dir", "A128GCM", "A256GCM", "openid", "profile",
    "email", "phone", "address", "offline_access", "access", "id", "Bearer", "pwd", "mfa", "otp", "sms", "hwk",
    "user", "admin",
})  # fmt: skip


def claim_of(name: str) -> Claim | None:
    """What is known of a claim by its name, or None."""
    return _claim_of(name) if len(name) <= _MAX_NAME_CHARS else None


@lru_cache(maxsize=512)
def _claim_of(name: str) -> Claim | None:
    if name in _TIMES:
        return Claim(_mark(name), None, is_time=True)
    if name in _READABLE:
        return Claim(_mark(_READABLE[name]), None)
    # Namespaced claims, `https://example.com/email` or `custom:email`, are what their last segment says.
    bare = re.sub(r"[_.-]", "", re.split(r"[/:]", name)[-1].lower())
    if bare not in _PERSONAL:
        return None
    said, kind = _PERSONAL[bare]
    return Claim(_mark(said), kind)


def _mark(said: str) -> bytes:
    return f"~{said}.".encode()
