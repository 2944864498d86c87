"""The catalogue of what a finding can be; the names stand in tokens and metrics, so changing one breaks users."""

from typing import Final, Literal

__all__ = ["DEFAULT_ACTIONS", "KINDS", "Action", "Kind"]

Kind = Literal[
    "account", "address", "card", "customer", "device", "email", "iban", "ip", "jwt", "licence", "location", "mac",
    "name", "national_id", "opaque", "passport", "phone", "plate", "secret", "session", "user", "username", "vitals",
    "wallet",
]  # fmt: skip

#: What is done with a finding: `surrogate` is for JWTs only, `generalise` for addresses of networks.
Action = Literal["token", "redact", "surrogate", "truncate", "generalise", "drop_field", "keep"]

#: Every kind with its action where no policy says otherwise. `vitals` is what is too poor to tokenise (birth date,
#: age, gender): a token over a few thousand possible values can be reversed by trying them. `opaque` is a key or a
#: header that is not text and becomes one token as a whole.
DEFAULT_ACTIONS: Final[dict[Kind, Action]] = {
    "account": "token",
    "address": "token",
    "card": "token",
    "customer": "token",
    "device": "token",
    "email": "token",
    "iban": "token",
    "ip": "token",
    "jwt": "surrogate",
    "licence": "token",
    "location": "token",
    "mac": "token",
    "name": "token",
    "national_id": "token",
    "opaque": "token",
    "passport": "token",
    "phone": "token",
    "plate": "token",
    "secret": "redact",
    "session": "token",
    "user": "token",
    "username": "token",
    "vitals": "redact",
    "wallet": "token",
}

KINDS: Final[frozenset[str]] = frozenset(DEFAULT_ACTIONS)
