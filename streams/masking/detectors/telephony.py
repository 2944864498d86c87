"""Extensions and numbers where telephone systems write them: fields for extensions, SIP's users, dial plans."""

import re
from typing import Final

from streams.masking.detectors.beside import is_account_of_system, names_nobody
from streams.masking.found import Detector, Found, Verdict

__all__ = ["DETECTORS"]

# -- extensions ---------------------------------------------------------------------------------------------------------

#: The field of an extension and its digits; a file's extension that is all digits is a part of an archive.
_EXTENSION: Final = re.compile(
    rb"(?:(?<![A-Za-z0-9_])|(?<=\\[nrtbf])|(?<=phone)|(?<=phone_)|(?<=desk)|(?<=desk_)|(?<=office)|(?<=office_))ext(?:ension|n)?(?:[ _\-]?(?:number|no))?\\{0,7}[\"']?[ \t]?[:=][ \t]?\\{0,7}[\"']?"
    rb"([1-9][0-9]{2,5})(?![0-9A-Za-z%_]|\.[0-9A-Za-z]|,[0-9]|\(|[ ]?(?:ms|bytes|[kmg]i?b)\b)",
    re.IGNORECASE,
)
_EXTENSION_MAX: Final = 40
_FILE: Final = re.compile(rb"(?:file|php|name|image|mime|volume|part) ?\Z", re.IGNORECASE)


def judge_extension(data: bytes, end: int) -> Verdict:
    """Three to six digits in a field for the extension of a telephone."""
    for field in _EXTENSION.finditer(data, max(0, end - _EXTENSION_MAX), end + 8):
        if field.start() < end <= field.end(1):
            if _FILE.search(data, max(0, field.start() - 8), field.start()):
                return "file"
            return Found(*field.span(1), "phone", "phone_extension", "digits", 40)
    return "no_extension"


# -- SIP ----------------------------------------------------------------------------------------------------------------

#: The user of an address whose host is a number (RFC 3261, 19.1); one with a domain is found as a mailbox is.
_SIP: Final = re.compile(
    rb"(?<![A-Za-z])sips?:(\+?[A-Za-z0-9_.\-]{2,64})@(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![0-9])", re.IGNORECASE
)
_SIP_MAX: Final = 72
_NUMBER: Final = re.compile(rb"\+?[0-9]{3,15}\Z")


def judge_sip(data: bytes, end: int) -> Verdict:
    """The number or the log-in name before the address in a URI of SIP."""
    for uri in _SIP.finditer(data, max(0, end - _SIP_MAX), end + 20):
        if uri.start() < end <= uri.end():
            number = _NUMBER.match(uri[1])
            if not number and is_account_of_system(uri[1]):
                return "account_of_system"
            return Found(*uri.span(1), "phone" if number else "username", "sip_user", "rfc3261", 60)
    return "no_user"


# -- dial plans ---------------------------------------------------------------------------------------------------------

#: FreeSWITCH's dial plan: `Processing Ann Lee <4930555123>->4930555999 in context public`.
_PROCESSING: Final = re.compile(
    rb"Processing ([^<>\r\n\"\\\xff]{1,64}) <(\+?[0-9]{3,15})?>->(\+?[0-9]{3,15})? ?in context"
)
#: Asterisk's: `Executing [4930555123@from-internal:1]`, `-- Called SIP/trunk/4930555123`.
_EXECUTING: Final = re.compile(
    rb"(?:Executing \[|Called (?:PJ)?SIP/(?:[\w\-]{1,32}/)?)(\+?[0-9]{7,15})(?=[@\s\"\\]|\Z)"
)
_DIAL_MAX: Final = 48


def judge_dialled(data: bytes, end: int) -> Verdict:
    """Caller and called number in what a dial plan says that it does."""
    low = max(0, end - _DIAL_MAX)
    if (call := _PROCESSING.search(data, low, end + 160)) and call.start() < end <= call.end():
        found = [Found(*call.span(group), "phone", "dialled", "format", 58) for group in (2, 3) if call[group]]
        if not call[1].isdigit() and not all(map(names_nobody, call[1].split())):
            found.append(Found(*call.span(1), "name", "dialled", "format", 42))
        elif call[1].isdigit():
            found.append(Found(*call.span(1), "phone", "dialled", "format", 58))
        return found
    if (call := _EXECUTING.search(data, low, end + 24)) and call.start() < end <= call.end():
        return Found(*call.span(1), "phone", "dialled", "format", 58)
    return "no_number"


#: The extension of a peer or a channel of Asterisk's: `Registered SIP '1001'`, `Peer '1001' is now`, `PJSIP/1001-0000001a`.
_PEER: Final = re.compile(
    rb"(?:registered (?:PJ)?SIP ')([0-9]{3,15})'|(?:Peer ')([0-9]{3,15})' is now |(?:PJ)?SIP/([0-9]{3,15})-[0-9a-f]{8}(?![0-9a-f])",
    re.IGNORECASE,
)
_PEER_MAX: Final = 24


def judge_peer(data: bytes, end: int) -> Verdict:
    """The extension that is the name of a peer or of a channel."""
    for peer in _PEER.finditer(data, max(0, end - _PEER_MAX), end + 32):
        group = peer.lastindex or 1
        if peer.start() < end <= peer.end():
            return Found(*peer.span(group), "phone", "sip_peer", "format", 45)
    return "no_peer"


#: A telephone of Cisco's is named after its address.
_DEVICE: Final = re.compile(rb"(?<![0-9A-Za-z])SEP([0-9A-F]{12})(?![0-9A-Za-z])")


def judge_device(data: bytes, end: int) -> Verdict:
    """The hardware address in the name of a telephone (`SEP001B44113AB7`)."""
    start = end - 15
    device = _DEVICE.match(data, start) if start >= 0 else None
    return Found(*device.span(1), "mac", "mac_of_telephone", "eui48", 60) if device else "no_device"


DETECTORS: Final = (
    Detector(
        "phone_extension",
        (r"(?:[^a-z0-9]|\\[nrtbf]|phone|desk|office)ext(?:ension|n)?(?:[ _\-]?(?:number|no))?\\{0,7}[\"']?[ \t]?[:=][ \t]?\\{0,7}[\"']?[1-9]",),
        judge_extension,
        ("extension: 4021", "ext=4021 department=sales", '"telephoneExtension":"4021"', "phone_ext=4021", 'extension_number: "204"'),
        ("extension: pdf", "extension: 7z", "file extension: 1001", "extension: 12", "ext=4021.log", "extension=1.3.4", "text=4021", "max_ext: 4096", "extension: 4021ms"),
        "X.520, 6.7.1; directories of telephone systems",
        by_word=True,
    ),
    Detector(
        "sip_user",
        (r"sips?:\+?[a-z0-9_.\-]{2,64}@[0-9]",),
        judge_sip,
        ('Registration from "x" <sip:1001@192.0.2.9>', "INVITE sip:+4930555123@192.0.2.9:5060", "sips:ann@192.0.2.9"),
        ("sip:192.0.2.9", "gossip:ann@192.0.2.9", "sip:@192.0.2.9"),
        "RFC 3261, 19.1",
    ),
    Detector(
        "sip_peer",
        (r"registered (?:pj)?sip '[0-9]", r"peer '[0-9]{3,15}' is now ", r"sip/[0-9]{3,15}-[0-9a-f]{8}"),
        judge_peer,
        ("-- Registered SIP '1001' at 192.0.2.9:5060", "Peer '1001' is now Reachable.", "PJSIP/1001-0000001a answered"),
        ("Registered SIP 'trunk'", "Peer 'trunk' is now Lagged", "SIP/trunk-0000001b", "SIP/2.0"),
        "Asterisk documentation, channels and registrations",
    ),
    Detector(
        "mac_of_telephone",
        ("(?-i:SEP)[0-9a-f]{12}",),
        judge_device,
        ("[DeviceName=SEP001B44113AB7]", "phone SEP001B44113AB7 unregistered"),
        ("SEP2024", "xSEP001B44113AB7", "SEP001B44113AB7A"),
        "Cisco Unified Communications Manager, phone names",
    ),
    Detector(
        "dialled",
        (r"(?-i:Processing) [^<>\r\n\xff]{1,64} <\+?[0-9]{3,15}>->", r"executing \[\+?[0-9]{7}", r"called (?:pj)?sip/(?:[\w\-]{1,32}/)?\+?[0-9]{7}"),
        judge_dialled,
        ("Processing Ann Lee <4930555123>->4930555999 in context public", "Executing [4930555123@from-internal:1] Dial(", "-- Called SIP/trunk/4930555123"),
        ("Processing <4930>", "Executing [s@macro:12]", "Called SIP/1001"),
        "FreeSWITCH, mod_dialplan_xml; Asterisk documentation, dial plan",
    ),
)  # fmt: skip
