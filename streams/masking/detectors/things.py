"""Values that keep their field's promise and are still no person's: accounts of clouds, processes, statements of policies."""

import re
from typing import Final

from streams.masking.context import Key, Value, in_cef, parent_of
from streams.masking.detectors.beside import is_account_of_machine, names_nobody
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
    if not key.quote and key.name[-4:].lower() == b"auth" and text.lower() in _WAYS:
        return "way"
    if not key.quote and key.name == b"auth" and text in _SUBJECTS and data[value.end : value.end + 1] == b" ":
        return "prose"
    if field.kind == "username" and (
        text[:9] == b"Unknown (" or text == b"unauthenticated" or _HOST_BEFORE_LOGIN.match(data, value.end)
    ):
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
    if field.kind in ("name", "username") and (rule := _named_thing(data, field, key, value)):
        return rule
    if field.kind == "session" and _STATEMENT.search(
        data, max(0, key.start - _STATEMENT_MAX), value.end + _STATEMENT_MAX
    ):
        return "statement"
    if (
        field.kind == "session"
        and key.name == b"sid"
        and _RECORDED.search(data, max(0, key.start - _OBJECT_MAX), value.end + _OBJECT_MAX)
    ):
        return "recording"
    if field.kind == "session" and _is_numbered(data, key, value):
        return "numbered"
    if field.kind == "user" and _is_of_cloud(data, key, text):
        return "account_of_cloud"
    if field.kind == "user" and (rule := _of_object(data, key, value)):
        return rule
    if (field.kind == "device" and text.isdigit() and len(text) < _FEW) or (not key.quote and _IKE.match(text)):
        return "few" if field.kind == "device" else "exchange"
    return _of_daemon(data, field, key, value)


def _named_thing(data: bytes, field: Field, key: Key, value: Value) -> str:
    """The rule by which a name is that of an object, a file or a part of a firm, or nothing."""
    if key.quote and _is_of_thing(data, key, value):
        return "object_of_thing"
    if key.name == b"fname" and not key.quote and in_cef(data, key.start):
        return "file"
    shown = field.kind == "name" and key.name.lower().endswith(_SHOWN)
    return "shown_thing" if shown and all(map(names_nobody, data[value.start : value.end].split())) else ""


#: What is shown of persons and of whatever else has a name (`display_name: "Marketing"`).
_SHOWN: Final = (b"displayname", b"display_name")

#: The cookies of an exchange of keys, one of each side (RFC 2408, 2.5.3; FortiOS log message reference, `cookies`).
_IKE: Final = re.compile(rb"[0-9a-f]{16}/[0-9a-f]{16}\Z")


def _of_object(data: bytes, key: Key, value: Value) -> str:
    """The rule by which what a person's number is called elsewhere is that of a process, a part or an object.

    Audit logs say whose it is by name (auditd's enriched format, `UID="root"`; OpenBSM's `SubjectUID`).
    """
    text, name = data[value.start : value.end], key.name.lower()
    if name[-3:] == b"uid":
        if _PROCESS.match(data, value.start):
            return "process"
        if (key.name.isupper() or key.name.startswith(b"Subject")) and is_account_of_machine(text):
            return "account_of_machine"
        if name == b"uid" and _UUID.match(text) and _is_object(data, key, value):
            return "object"
        if (
            name == b"uid"
            and _CONNECTION.match(text)
            and _ZEEK.search(data, max(0, key.start - _OBJECT_MAX), value.end + _OBJECT_MAX)
        ):
            return "connection"
    if name in _NUMBERS_OR_SIDS and not _SID_OF_ONE.match(text):
        return "process"
    if name[-3:] == b"sid" and text[:4] == b"S-1-" and not _SID_OF_ONE.match(text):
        return "well_known"
    if name == b"sub" and _PART_BEFORE.search(data, max(0, key.start - _PART_MAX), key.start):
        return "part"
    return ""


#: What is a person's in CEF and in Microsoft Defender XDR, if it is a security identifier, and elsewhere a process's number
#: (auditd, `suid`) or a customer's (Twilio, `AccountSid`).
_NUMBERS_OR_SIDS: Final = frozenset((b"suid", b"duid", b"account_sid", b"accountsid", b"initiatingprocessaccountsid"))
#: Identifiers of security principals that are no account of one's own (Microsoft, "Security identifiers").
_SID_OF_ONE: Final = re.compile(rb"S-1-(?:5-21-(?:[0-9]{1,10}-){3}[1-9][0-9]{3,9}|12-1-)")
#: What stands before the part of a program or an appliance that wrote a line (VMware ESXi, `[Originator@6876 sub=Vimsvc`;
#: Sophos UTM, `sys="SecureNet" sub="packetfilter"`).
_PART_BEFORE: Final = re.compile(rb"(?:\[Originator@[0-9]{1,6} |\bsys=\\{0,7}\"[^\"\\\xff]{1,40}\\{0,7}\" )\Z")
_PART_MAX: Final = 60
#: A connection's identifier and what stands beside it (Zeek, "conn.log": `ts`, `uid`, `id.orig_h`).
_CONNECTION: Final = re.compile(rb"C(?=[A-Za-z]*[0-9])[A-Za-z0-9]{12,18}\Z")
_ZEEK: Final = re.compile(rb"\"(?:ts|_path|id[._]orig_h|conn_state)\\{0,31}\" ?:")
_UUID: Final = re.compile(rb"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\Z", re.IGNORECASE)
#: Keys of the objects and events of Kubernetes ("Object names and IDs"), Teleport ("Audit events") and OCSF ("Metadata").
_OBJECT_KEYS: Final = re.compile(
    rb"\b(?:apiVersion|resourceVersion|fieldPath|ownerReferences|objectRef|addr\.remote|ei|class_uid|category_uid)\\{0,31}\"?\s?[:=]",
    re.IGNORECASE,
)


def _is_object(data: bytes, key: Key, value: Value) -> bool:
    """Whether a `uid` is that of an object or an event rather than of the user that the object tells of."""
    if parent_of(data, key.start).lower() in _OF_USERS:
        return False
    return _OBJECT_KEYS.search(data, max(0, key.start - _OBJECT_MAX), value.end + _OBJECT_MAX) is not None


_OF_USERS: Final = frozenset(b"user users actor owner account member profile person customer".split())

#: Types of objects that bear names as persons do: Okta's targets, issuers of Amazon's sessions, actors of Azure.
_TYPED: Final = re.compile(
    rb"\"type\\{0,31}\" ?: ?\\{0,31}\"(?:Role|AppInstance|SystemPrincipal|PublicClientApp|UserGroup|PolicyEntity|PolicyRule|ServicePrincipal|AWSService)\\{0,31}\"",
    re.IGNORECASE,
)
#: Types of things that a record of a person may have as well (an appointment's, a ticket's): not beside an address of mail.
_TYPED_ALONE: Final = re.compile(
    rb"\"type\\{0,31}\" ?: ?\\{0,31}\"(?:Application|Service|Folder|File|Group|Team|Organization|Project|Repository|Entitlement|Access_Profile|Workgroup)\\{0,31}\"",
    re.IGNORECASE,
)
#: A program's registration (RFC 7591, 2); a `client_id` alone is a customer's in as many logs, and the name has to tell.
_CLIENT_ID: Final = re.compile(rb"\"client_?id\\{0,31}\" ?:", re.IGNORECASE)
_REGISTRATION: Final = re.compile(
    rb"\"(?:redirect_?uris?|grant_?types?|response_?types?|application_?type|app_?type|token_?endpoint_?auth_?method|client_?uri|logo_?uri|software_?id)\\{0,31}\" ?:",
    re.IGNORECASE,
)
_OBJECT_MAX: Final = 400
#: The rest of an object, over objects in it that hold none.
_REST: Final = re.compile(rb"(?:[^{}\xff]|\{[^{}\xff]{0,200}\})*")
#: What has a version with a point in it is a program (`"driver":{"name":"nodejs","version":"4.1.0"}`, MongoDB's handshake; Auth0's
#: client); the version of a row that several people edit is a number (JPA, `@Version`).
_VERSIONED: Final = re.compile(rb"\\{0,31}\" ?, ?\\{0,31}\"version\\{0,31}\" ?: ?\\{0,31}\"v?[0-9]{1,4}\.[0-9]")


def _is_of_thing(data: bytes, key: Key, value: Value) -> bool:
    """Whether an object says of what type it is and that is none of a person, or names a program (RFC 7591, `client_name`)."""
    low, high = max(0, key.start - _OBJECT_MAX), value.end + _OBJECT_MAX
    before = max(data.rfind(b"{", low, key.start), low)
    rest = _REST.match(data, value.end, high)
    behind = rest.end() if rest else value.end
    if key.name.lower() == b"name" and _VERSIONED.match(data, value.end):
        return b" " not in data[value.start : value.end]
    if key.name.lower().replace(b"_", b"") != b"clientname":
        if _TYPED_ALONE.search(data, before, behind):
            return b"@" not in data[before:behind]
        return _TYPED.search(data, before, behind) is not None
    if _REGISTRATION.search(data, before, behind):
        return True
    return _CLIENT_ID.search(data, before, behind) is not None and any(
        map(names_nobody, data[value.start : value.end].split())
    )


#: A statement of a policy, whose `Sid` is a name that its author chose (AWS IAM, "IAM JSON policy elements: Sid").
_STATEMENT: Final = re.compile(rb"\"Effect\\{0,31}\" ?: ?\\{0,31}\"(?:Allow|Deny)")
_STATEMENT_MAX: Final = 96
#: A session that is recorded bears a number of its own in each of its events (Teleport, "Audit events": `ei`, `event`, `sid`).
_RECORDED: Final = re.compile(rb"\"ei\\{0,31}\" ?: ?[0-9]")
#: So few digits tell no session from another: what has them is an instance, a signature, a channel or a terminal.
_FEW_SESSIONS: Final = 3
#: A rule of Snort, Suricata and SonicOS (`sid:1000001; rev:1;`, `sid=316 ipscat=`), a flow of packets (FortiOS, `sessionid=4711 proto=6`), the instance that a listener of Oracle's connects to (`(SID=ORCL)(CID=`).
_RULE_BEHIND: Final = re.compile(rb" ?;? ?(?:rev|gid|classtype|priority) ?[:=]| (?:proto|srcip|applist|ipscat)=")
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


#: The role of a mail server, the ways of tunnels to prove who they are, and where accounts are looked up (Sendmail,
#: `AUTH=server`; Libreswan; Infoblox NIOS, `auth=LOCAL`; ArubaOS, `auth=VPN`; hostapd, `auth=open`; IMAP, `AUTH=PLAIN`).
_WAYS: Final = frozenset(
    b"server client preshared_key rsasig rsa_sig ecdsa null psk local ldap radius tacacs tacacs+ kerberos saml pam open vpn dot1x 802.1x mab eap peap captive-portal login plain cram-md5 digest-md5 xoauth2 oauthbearer scram-sha-1 scram-sha-256 gssapi ntlm external".split()
)
#: What a sentence behind the name of a part is about (AdGuard Home, `auth: user "ann" successfully logged in`).
_SUBJECTS: Final = frozenset(
    b"user account session failed successful invalid unable error no checking starting".split()
)
#: Cyrus' imapd names the client's host before whoever logged in.
_HOST_BEFORE_LOGIN: Final = re.compile(
    rb" \[[0-9A-Fa-f.:]{2,45}\] [^\s\xff]{1,64} [A-Z0-9\-]{2,24}(?:\+TLS)? User logged in"
)
#: How long a connection has been open, before how long it has been idle (Redis, CLIENT LIST).
_IDLE: Final = re.compile(rb" (?:idle|max_?age|ttl|hits)=[0-9]")
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
