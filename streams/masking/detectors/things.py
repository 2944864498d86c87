"""Values that keep their field's promise and are still no person's: accounts of clouds, processes, statements of policies."""

import re
from typing import Final

from streams.masking.context import Key, Value
from streams.masking.detectors.beside import names_nobody
from streams.masking.detectors.ordinary import is_own_name
from streams.masking.fields import Field

__all__ = ["is_counted", "other_thing"]


#: Of what programs count as well as keep (language models, limits of rates): a number behind the plural is how many.
_COUNTED: Final = frozenset((b"tokens",))
_COUNT: Final = re.compile(rb"[0-9]{1,9}(?:\.[0-9]{1,3})?\Z")


def is_counted(name: bytes) -> bool:
    """Whether a name is the plural of something secret, of which a log may say how many there are."""
    return name.lower() in _COUNTED


def other_thing(data: bytes, field: Field, key: Key, value: Value) -> str:
    """The rule by which a single value under a telling name is no person's, or nothing."""
    text = data[value.start : value.end]
    if field.needs != "secret" and is_own_name(key.name, text):
        return "own_name"
    if is_counted(key.name) and _COUNT.match(text):
        return "count"
    if field.kind in ("name", "username") and key.quote and _is_of_thing(data, key, value):
        return "object_of_thing"
    if field.kind == "session" and _STATEMENT.search(
        data, max(0, key.start - _STATEMENT_MAX), value.end + _STATEMENT_MAX
    ):
        return "statement"
    if field.kind == "user" and _is_of_cloud(data, key, text):
        return "account_of_cloud"
    if field.kind == "user" and key.name[-3:].lower() == b"uid" and _PROCESS.match(data, value.start):
        return "process"
    return "few" if field.kind == "device" and text.isdigit() and len(text) < _FEW else ""


#: Types of objects that bear names as persons do: Okta's targets, issuers of Amazon's sessions, actors of Azure.
_TYPED: Final = re.compile(
    rb"\"type\\{0,31}\" ?: ?\\{0,31}\"(?:Role|AppInstance|UserGroup|PolicyEntity|PolicyRule|ServicePrincipal|AWSService)\\{0,31}\"",
    re.IGNORECASE,
)
#: A program's registration (RFC 7591, 2); a `client_id` alone is a customer's in as many logs, and the name has to tell.
_CLIENT_ID: Final = re.compile(rb"\"client_?id\\{0,31}\" ?:", re.IGNORECASE)
_REGISTRATION: Final = re.compile(
    rb"\"(?:redirect_?uris?|grant_?types?|response_?types?|application_?type|app_?type|token_?endpoint_?auth_?method|client_?uri|logo_?uri|software_?id)\\{0,31}\" ?:",
    re.IGNORECASE,
)
_OBJECT_MAX: Final = 400


def _is_of_thing(data: bytes, key: Key, value: Value) -> bool:
    """Whether an object says of what type it is and that is none of a person, or names a program (RFC 7591, `client_name`)."""
    low, high = max(0, key.start - _OBJECT_MAX), value.end + _OBJECT_MAX
    before = max(data.rfind(b"{", low, key.start), low)
    behind = min(at for at in (data.find(b"}", value.end, high), data.find(b"{", value.end, high), high) if at >= 0)
    if key.name.lower().replace(b"_", b"") != b"clientname":
        return _TYPED.search(data, before, behind) is not None
    if _REGISTRATION.search(data, before, behind):
        return True
    return _CLIENT_ID.search(data, before, behind) is not None and any(
        map(names_nobody, data[value.start : value.end].split())
    )


#: A statement of a policy, whose `Sid` is a name that its author chose (AWS IAM, "IAM JSON policy elements: Sid").
_STATEMENT: Final = re.compile(rb"\"Effect\\{0,31}\" ?: ?\\{0,31}\"(?:Allow|Deny)")
_STATEMENT_MAX: Final = 96
#: How Android prints the number of an application beside that of its process.
_PROCESS: Final = re.compile(rb"[0-9]{1,6}, ?pid ?[:=]")
#: Devices with so few digits are inputs and ports of one machine.
_FEW: Final = 3

#: Amazon numbers its customers' accounts in twelve digits, beside identifiers of resources (AWS, "Resource IDs").
_CLOUD_ACCOUNT: Final = re.compile(rb"[0-9]{12}\Z")
_RESOURCE: Final = re.compile(
    rb"[\"'](?:arn:aws[a-z\-]*:|(?:i|ami|vpc|subnet|eni|sg|vol|snap|acl|rtb|igw|nat|lt|eipalloc|pcx|vpce|dopt|tgw)-[0-9a-f]{4,17}[\"'])"
)
_RESOURCE_MAX: Final = 1024


def _is_of_cloud(data: bytes, key: Key, value: bytes) -> bool:
    """Whether the owner of a resource in Amazon's cloud is an account, which a company holds."""
    if not key.name.lower().replace(b"_", b"").endswith(b"ownerid") or not _CLOUD_ACCOUNT.match(value):
        return False
    return _RESOURCE.search(data, max(0, key.start - _RESOURCE_MAX), key.start + _RESOURCE_MAX) is not None
