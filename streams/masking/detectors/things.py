"""Values that keep their field's promise and are still no person's: accounts of clouds, processes, statements of policies."""

import re
from typing import Final

from streams.masking.context import Key, Value
from streams.masking.detectors.beside import names_nobody
from streams.masking.detectors.nobody import is_workload
from streams.masking.detectors.ordinary import is_own_name
from streams.masking.fields import Field

__all__ = ["is_counted", "other_thing"]


#: Of what programs count as well as keep (language models, limits of rates): a number behind the plural is how many.
_COUNTED: Final = frozenset((b"tokens",))
_COUNT: Final = re.compile(rb"[0-9]{1,9}(?:\.[0-9]{1,3})?\Z")


def is_counted(name: bytes) -> bool:
    """Whether a name is the plural of something secret, of which a log may say how many there are."""
    return name.lower() in _COUNTED


def _of_daemon(data: bytes, field: Field, key: Key, value: Value) -> str:
    """The rule by which a value is what a server says of itself, its connections or its workloads, or nothing."""
    text = data[value.start : value.end]
    if field.needs == "authorization" and text.lower() in _WAYS and not key.quote:
        return "way"
    if field.kind == "username" and (text == b"unauthenticated" or _HOST_BEFORE_LOGIN.match(data, value.end)):
        return "no_login"
    if field.kind == "email" and is_workload(text):
        return "workload"
    if field.kind == "vitals" and key.name.lower() == b"age" and _IDLE.match(data, value.end):
        return "connection"
    return ""


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
    if field.kind == "session" and _is_numbered(data, key, value):
        return "numbered"
    if field.kind == "user" and _is_of_cloud(data, key, text):
        return "account_of_cloud"
    if field.kind == "user" and key.name[-3:].lower() == b"uid" and _PROCESS.match(data, value.start):
        return "process"
    if field.kind == "device" and text.isdigit() and len(text) < _FEW:
        return "few"
    return _of_daemon(data, field, key, value)


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
#: So few digits tell no session from another: what has them is an instance, a signature, a channel or a terminal.
_FEW_SESSIONS: Final = 3
#: A rule of Snort and Suricata (`sid:1000001; rev:1;`), a flow of packets (FortiOS, `sessionid=4711 proto=6`), the instance that a listener of Oracle's connects to (`(SID=ORCL)(CID=`).
_RULE_BEHIND: Final = re.compile(rb" ?;? ?(?:rev|gid|classtype|priority) ?[:=]| (?:proto|srcip|applist)=")
_INSTANCE: Final = re.compile(rb"[A-Z]{3,8}\Z")
_CONNECT_DATA: Final = re.compile(rb"\((?:CONNECT_DATA=\(|[A-Z_]{2,16}=[^()]{1,64}\)\()SID ?\Z", re.IGNORECASE)


def _is_numbered(data: bytes, key: Key, value: Value) -> bool:
    """Whether what is named like a session is one of a few things that are counted, a rule or a database's instance."""
    text = data[value.start : value.end]
    if text.isdigit() and (len(text) <= _FEW_SESSIONS or _RULE_BEHIND.match(data, value.end)):
        return True
    if key.name[-3:].lower() != b"sid" or key.quote:
        return False
    if _INSTANCE.match(text):
        return True
    around = data[max(0, key.start - 64) : key.start + len(key.name)]
    return data[value.end : value.end + 1] == b")" and _CONNECT_DATA.search(around) is not None


#: The role of a mail server and the ways of tunnels to prove who they are (Sendmail, `AUTH=server`; Libreswan).
_WAYS: Final = frozenset((b"server", b"client", b"preshared_key", b"rsasig", b"rsa_sig", b"ecdsa", b"null", b"psk"))
#: Cyrus' imapd names the client's host before whoever logged in.
_HOST_BEFORE_LOGIN: Final = re.compile(
    rb" \[[0-9A-Fa-f.:]{2,45}\] [^\s\xff]{1,64} [A-Z0-9\-]{2,24}(?:\+TLS)? User logged in"
)
#: How long a connection has been open, before how long it has been idle (Redis, CLIENT LIST).
_IDLE: Final = re.compile(rb" idle=[0-9]")
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
