"""Addresses of networks and devices: IPv4, IPv6, MAC."""

import ipaddress
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from streams.masking.found import Detector, Found, Verdict
from streams.masking.validators import ipv4_octets

__all__ = ["DETECTORS", "judge_ipv4"]

_QUAD: Final = re.compile(rb"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}(?![0-9])")

#: `Chrome/91.0.4.1`, `version 10.2.3.4`, `v1.2.3.4`, `release=1.2.3.4`: a version, not an address.
_VERSION_BEFORE: Final = re.compile(
    rb"(?:(?:^|[\s(;\"',])[A-Za-z_+]{0,24}(?:chrom[a-z]+|crios|edg[a-z]*|opr|opera|fxios|firefox|safari|version|webkit|samsungbrowser|"
    rb"yabrowser|vivaldi|electron|git|svn|wget|dalvik|outlook|skype|teams|openssl|python|java|jdk|jre|curl|okhttp|sdk|lib[a-z]+)/|"
    # Amazon's own tools, as the user agents of their requests (AWS CloudTrail, `ec2-api-tools 1.6.12.2`).
    rb"[a-z0-9]-(?:api-)?(?:tools|cli|sdk|agent) |"
    # Azure Monitor writes the type of a column behind its name (`AppVersion_s`).
    rb"(?:(?<!con)(?<!in)(?<!di)version(?:_s)?|(?:\b|_)(?:ver|release|build|firmware|v|rev|oid|objectidentifier|driver))s?(?: (?:to|is|of|was))?\\*[\"']?[ :=v(]{0,3}\\*[\"']?"
    rb"|\b(?:(?:up|down)grad(?:e|ed|ing) to|(?:fixed|introduced|deprecated|released|available) (?:in|since)) v?)\Z",
    re.IGNORECASE,
)
#: A product of any name whose version ends in zeros (`Thing/12.0.0.0`); `host/203.0.113.9` is how Java prints an address.
_PRODUCT_BEFORE: Final = re.compile(rb"(?:^|[\s(;\"',])[A-Za-z][A-Za-z_+]{1,30}/\Z")
#: A package's own revision before that of a distribution (`8.0.43-0ubuntu0.24.04.1`; Ubuntu, "Version strings").
_REVISED_BEFORE: Final = re.compile(
    rb"-[0-9]{1,3}(?:\.[0-9]{1,3}){0,3}[a-z]{0,4}(?:ubuntu|debian|build)\Z", re.IGNORECASE
)
#: A kernel or a product of which something built its own (`kernel/5.15.90.1-microsoft-standard-WSL2`, `Linux ws 5.15.90.1-...`).
_BUILT_BEFORE: Final = re.compile(rb"(?:\bkernel[/ ]|\bLinux (?:[A-Za-z0-9.\-]{1,32} )?)\Z", re.IGNORECASE)
_BUILT_BEHIND: Final = re.compile(rb"-[A-Za-z][A-Za-z0-9]")
#: A package's version with its revision (Debian Policy 5.6.12): `gnutls28 (3.6.11.1-2)`, `libc6:amd64 2.36.0.1-9`.
_PACKAGE_BEFORE: Final = re.compile(
    rb"(?:[a-z0-9][a-z0-9+.\-]{1,30} \(|:(?:amd64|arm64|i386|all|armhf) \(?|[(\s][0-9]:)\Z"
)
_REVISION: Final = re.compile(rb"-[0-9]{1,3}(?![0-9]{0,2}\.[0-9]{1,3}\.)[a-z0-9.+~]{0,24}(?:[)\s,]|\Z)")

#: A version in the name of a file of a package (`user-api-3.12.0.4.jar`; archives hold whatever, of a host as well), or behind one (Logback's packaging data:
#: `~[user-api.jar:3.12.0.4]`).
_FILE_BEHIND: Final = re.compile(
    rb"(?:[.\-_][A-Za-z0-9_]{1,16}){0,4}\.(?:jar|pom|module|war|ear|whl|nupkg|rpm|deb|apk|ipa|aab|exe|msi|msix|dll|dmg|pkg|gem|crate)\b",
    re.IGNORECASE,
)
_NAME_BEFORE: Final = re.compile(rb"[A-Za-z0-9][\-_]v?\Z")
_JAR_BEFORE: Final = re.compile(rb"\.(?:jar|war|dll)(?:!/)?:\Z", re.IGNORECASE)
#: The version of a product in the header of an event (ArcSight CEF, IBM LEEF): `CEF:0|Acme|IDS|4.2.0.1|`.
_EVENT_HEADER: Final = re.compile(rb"(?:CEF:[0-9]|LEEF:[0-9.]{1,4})\|[^|\r\n\xff]{0,64}\|[^|\r\n\xff]{0,64}\|\Z")
_HEADER_MAX: Final = 144
#: From one version to another, of which one is no address; of two numbers alone it may be a time that something took.
_UPGRADED: Final = re.compile(rb" ?(?:->|=>|\xe2\x86\x92) ?v?([0-9]{1,5}(?:\.[0-9]{1,6}){2,3})(?![0-9.])")
#: Hardly anything with four numbers in its version has had so many of the first.
_MAJOR_MAX: Final = 100
_UPGRADED_FROM: Final = re.compile(rb"(?<![0-9.])([0-9]{1,5}(?:\.[0-9]{1,6}){2,3}) ?(?:->|=>|\xe2\x86\x92) ?v?\Z")


def _is_packaged(data: bytes, before: bytes, start: int, stop: int, octets: Sequence[int]) -> bool:
    """Whether a package's file or another version tells that this is a version."""
    if _JAR_BEFORE.search(before) or (_FILE_BEHIND.match(data, stop) and _NAME_BEFORE.search(before)):
        return True
    # A repository's directory of the version, with the file of that version in it (Maven's layout).
    if before.endswith(b"/") and data[stop : stop + 1] == b"/":
        again = data.find(b"-" + data[start:stop], stop, stop + 160)
        if again > 0 and _FILE_BEHIND.match(data, again + 1 + stop - start):
            return True
    if before.endswith(b"|") and _EVENT_HEADER.search(data, max(0, start - _HEADER_MAX), start):
        return True
    other = _UPGRADED.match(data, stop) or _UPGRADED_FROM.search(before)
    return other is not None and ipv4_octets(other[1]) is None and octets[0] < _MAJOR_MAX


#: What a server that listens everywhere says before the unspecified address (RFC 1122, 3.2.1.3), and what names a range of
#: all addresses (`0.0.0.0/0`) in routes and rules of firewalls.
_ANYWHERE_BEFORE: Final = re.compile(
    rb"(?:listen(?:s|ing|er)?|bind(?:s|ing)?|bound|serving|running|started|enabled|address(?:es)?|host|ip|area)\b\\*[\"']?(?: (?:on|at|to|address|all addresses|http on|https on|tcp|udp))*[:= \[(]{0,3}\\*[\"']?(?:[a-z]{2,5}://)?\Z"
    rb"|[ \"'](?:https?|tcp|udp|grpc|ws)://\Z",
    re.IGNORECASE,
)
_RANGE_BEFORE: Final = re.compile(
    rb"(?:cidr[a-z_]{0,12}|(?:source|destination|dest|address|ip)[a-z_]{0,8}(?:range|block|prefix|cidr)[a-z_]{0,4}|ranges?|routes?|allow|deny|from|to|via|permit|ingress|egress|-[sd]|host(?:no)?(?:ssl|gssenc)?[ \t]+\S{1,40}[ \t]+\S{1,40})\\*[\"']?[:= \[({]{1,4}\\*[\"']?\Z",
    re.IGNORECASE,
)
_SOCKET: Final = re.compile(rb":(?:\*|[0-9]{1,5})(?![0-9]|\.[0-9])")


def _is_anywhere(data: bytes, before: bytes, stop: int) -> bool:
    """Whether the unspecified address is one to listen on or a range of all; alone it may stand for a client."""
    if data[stop : stop + 2] == b"/0":
        return _RANGE_BEFORE.search(before) is not None
    if _SOCKET.match(data, stop) and (before.endswith(b"://") or not before.endswith(b"/")):
        return True
    return _ANYWHERE_BEFORE.search(before) is not None


#: A mask of a network or a host's broadcast is announced as one.
_MASK_BEFORE: Final = re.compile(
    rb"(?:net|sub|subnet|genmask)[ _]?mask\\*[\"']?[:= ]{0,3}\\*[\"']?\Z|\bmask[:= ]{1,3}\\*[\"']?\Z", re.IGNORECASE
)
_PADDING: Final = re.compile(rb"(?<![0-9])0+(?=[0-9])")
#: Private ranges (RFC 1918): a product's version seldom looks like one, and `host/10.0.0.5` is how Java prints an address.
_PRIVATE: Final = re.compile(rb"(?:10\.|192\.168\.|172\.(?:1[6-9]|2[0-9]|3[01])\.)")


#: A port behind a dot, between the addresses of a packet (tcpdump(1), Dante) or in the columns of BSD's netstat(1).
_PORT: Final = re.compile(rb"\.(?:[0-9]{1,5})(?= [<>] |: |\s+(?:[0-9*]|[A-Z_]{5,12}\b))")
_SOCKET_BEFORE: Final = re.compile(
    rb"(?:\bIP |[<>] |\b(?:tcp|udp)/[a-z]{3,12} [\[\]\-]: (?:[0-9.]{9,21} )?|\blength [0-9]{1,5}: |\b(?:tcp|udp)[46]{0,2} +[0-9]+ +[0-9]+ +(?:[0-9.*]{3,24} +)?)\Z"
)


def _is_socket(data: bytes, start: int, stop: int) -> bool:
    """Whether a fifth number behind four is their port."""
    return _PORT.match(data, stop) is not None and _SOCKET_BEFORE.search(data, max(0, start - 56), start) is not None


def judge_ipv4(data: bytes, end: int) -> Verdict:
    """A dotted quad that is neither loopback nor a version nor part of a longer number."""
    if end < 1:
        return "no_quad"
    run = data[max(0, end - 17) : end - 1]
    start = end - 1 - len(run) + len(run.rstrip(b"0123456789."))
    if (ellipsis := data.rfind(b"...", start, end)) >= 0:
        start = ellipsis + 3  # What stands between the ends of a connection or a range: `192.0.2.1...198.51.100.7`.
    quad = _QUAD.match(data, start)
    if quad is None:
        return "no_quad"
    stop = quad.end()
    if (start and data[start - 1] in b"0123456789." and not data.startswith(b"...", start - 3)) or (
        data[stop : stop + 1] == b"." and data[stop + 1 : stop + 2].isdigit() and not _is_socket(data, start, stop)
    ):
        return "part_of_number"
    octets = ipv4_octets(_PADDING.sub(b"", quad[0]))
    if octets is None:
        return "octet_range"
    if rule := _other_quad(data, start, stop, octets):
        return rule
    return Found(start, stop, "ip", "ipv4", "octets", 70)


def _other_quad(data: bytes, start: int, stop: int, octets: Sequence[int]) -> str:
    """The rule by which four octets are no host's address, or nothing."""
    before = data[max(0, start - 40) : start]
    if octets[0] == _LOOPBACK:
        return "loopback"
    if not any(octets) and _is_anywhere(data, before, stop):
        return "unspecified"
    if octets[0] == _MASK and _MASK_BEFORE.search(before):
        return "netmask"
    return "version" if _is_version(data, before, start, stop, octets) else ""


_LOOPBACK: Final = 127
_MASK: Final = 255


@lru_cache(maxsize=1024)
def _tells_version(before: bytes) -> bool:
    return _VERSION_BEFORE.search(before) is not None


def _is_version(data: bytes, before: bytes, start: int, stop: int, octets: Sequence[int]) -> bool:
    if _PACKAGE_BEFORE.search(before) and _REVISION.match(data, stop):
        return True
    if (_BUILT_BEHIND.match(data, stop) and _BUILT_BEFORE.search(before)) or _REVISED_BEFORE.search(before):
        return True
    if _is_packaged(data, before, start, stop, octets):
        return True
    # No version is told over a comma, and what stands behind one is nearly always the same key.
    if _tells_version(before.rpartition(b",")[2]) and not (
        _PRIVATE.match(data, start) or data[stop : stop + 1] == b":"
    ):
        return True
    return octets[1:].count(0) > 1 and _PRODUCT_BEFORE.search(before) is not None


#: So many colons are an address's even behind `_` or `-`; `x-dead::beef` is a name.
_EVIDENT_COLONS: Final = 3
#: The longest spelling of an address is 45 characters.
_V6_MAX: Final = 46
_V6_BYTES: Final = b"0123456789abcdefABCDEF:."
_ZONE: Final = re.compile(rb"%(?:25)?[A-Za-z0-9_.\-]{1,16}")


def judge_ipv6(data: bytes, end: int) -> Verdict:
    """An address in any spelling of RFC 4291, with its zone (RFC 4007); loopback and unspecified stay."""
    anchor = end - 1
    if not 0 <= anchor < len(data) or data[anchor] not in _V6_BYTES:
        return "no_address"
    before, behind = data[max(0, anchor - _V6_MAX) : anchor], data[anchor + 1 : anchor + 1 + _V6_MAX]
    start = anchor - (len(before) - len(before.rstrip(_V6_BYTES)))
    stop = anchor + 1 + len(behind) - len(behind.lstrip(_V6_BYTES))
    if start and data[start - 1 : start].isalpha() and not _escaped(data, start):
        start = data.find(b":", start, anchor) + 1 or start  # the sign behind a name: `peer:2001:db8::1`
    while stop < len(data) and data[stop] in _V6_BYTES and stop - anchor < 46:
        stop += 1
    text = data[start:stop]
    if text[:1] == b":" and text[1:2] != b":":
        start, text = start + 1, text[1:]  # the sign behind a name that ends in another sign: `en0+:2001:db8::1`
    shorn = text.rstrip(b".")
    if shorn.endswith(b":") and not shorn.endswith(b"::"):
        shorn = shorn[:-1]
    glued = start and (data[start - 1 : start].isalnum() or data[start - 1] in b"_-") and not _escaped(data, start)
    if glued and (data[start - 1 : start].isalnum() or shorn.count(b":") < _EVIDENT_COLONS):
        return "glued"
    return _address(data, start, shorn)


def _escaped(data: bytes, start: int) -> bool:
    return start > 1 and data[start - 2] == 0x5C and data[start - 1] in b"nrtbf"


def _address(data: bytes, start: int, text: bytes) -> Verdict:
    stop = start + len(text)
    if data[stop : stop + 1].isalnum() or data[stop : stop + 1] == b"_":
        # Something else begins in the last group; what stands before it can still be an address.
        text = text.rpartition(b":")[0]
        stop = start + len(text)
        if text.count(b":") < _EVIDENT_COLONS:
            return "glued"
    if text.startswith(b"::") and data[stop : stop + 1] == b"-" and data[stop + 1 : stop + 2].isalpha():
        return "glued"  # A command in a log: `::add-mask::`.
    try:
        address = ipaddress.IPv6Address(text.decode())
    except ValueError:
        return "no_address"
    if address.is_loopback or address.is_unspecified or (address.ipv4_mapped and address.ipv4_mapped.is_loopback):
        return "loopback_or_unspecified"
    if _SLICE.match(text) and data[stop : stop + 1] == b"]" and _SLICED.search(data, max(0, start - 3), start):
        return "slice"
    if text.count(b":") == 7 and all(len(group) == 2 for group in text.split(b":")):
        # RFC 4291, appendix A: what a 48-bit address became; else it may be a fingerprint.
        return Found(start, stop, "mac", "ipv6", "eui64", 72) if text[9:14].lower() == b"ff:fe" else "fingerprint"
    zone = _ZONE.match(data, stop)
    return Found(start, zone.end() if zone else stop, "ip", "ipv6", "rfc4291", 72)


#: What is cut in slices (`args[1::2]`) is a name, or an element or the result of something.
_SLICE: Final = re.compile(rb"[0-9]{0,3}::[0-9]{0,3}\Z")
_SLICED: Final = re.compile(rb"[A-Za-z0-9_)\]]\[\Z")


_MAC: Final = re.compile(
    rb"(?:[0-9a-f]{2}(?:(?::[0-9a-f]{2}){5}|(?:-[0-9a-f]{2}){5})|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4})(?![0-9a-z]|[:\-][0-9a-f]{2}(?![0-9a-z])|\.[0-9a-f])",
    re.IGNORECASE,
)
_MAC_LENGTHS: Final = (17, 14)
#: Letters, or another pair of digits before a sign; `ap:00:1b:...` and `wlan-00:1b:...` are names before an address.
_MAC_BEFORE: Final = re.compile(rb"(?:[A-Za-z0-9]|[0-9A-Fa-f]{2}[:\-.]|[0-9][:\-._])\Z")


def judge_mac(data: bytes, end: int) -> Verdict:
    """A 48-bit address in colon, dash or dot spelling; all zeros and all ones are nobody's."""
    for size in _MAC_LENGTHS:
        start = end - size
        if start < 0 or not (address := _MAC.match(data, start)) or address.end() != end:
            continue
        if start and _MAC_BEFORE.search(data, max(0, start - 3), start) and not _escaped(data, start):
            return "glued"
        digits = set(address[0].lower()) - set(b":-.")
        if digits in ({0x30}, {0x66}):
            return "nobody"
        if size == 14 and address[0].replace(b".", b"").isdigit():
            return "digits_only"
        return Found(start, end, "mac", "mac", "eui48", 70)
    return "no_address"


#: Netfilter prints the receiver's and the sender's address and the frame's type as one (Linux, nf_log_syslog.c).
_FRAME: Final = re.compile(
    rb"((?:[0-9a-f]{2}:){5}[0-9a-f]{2}):((?:[0-9a-f]{2}:){5}[0-9a-f]{2})(?::[0-9a-f]{2}){2}(?![:0-9a-f])", re.IGNORECASE
)


def judge_frame(data: bytes, end: int) -> Verdict:
    """Both addresses of a frame's header in a firewall's log (`MAC=` and fourteen octets)."""
    frame = _FRAME.match(data, end) if data[end - 4 : end].upper() == b"MAC=" else None
    if frame is None:
        return "no_header"
    spans = [frame.span(group) for group in (1, 2) if set(frame[group].lower()) - set(b":") not in ({0x30}, {0x66})]
    return [Found(start, stop, "mac", "frame_header", "eui48", 71) for start, stop in spans] or "nobody"


#: The nibbles of an address in the reverse zone, the last one first (RFC 3596, 2.5).
_REVERSE: Final = re.compile(rb"(?:(?<![0-9A-Za-z.])|(?<=\\[nrtbf]))((?:[0-9a-f]\.){16,32})ip6\.arpa\Z", re.IGNORECASE)


def judge_reverse(data: bytes, end: int) -> Verdict:
    """An IPv6 address as a name of the reverse zone."""
    name = _REVERSE.search(data, max(0, end - 80), end)
    return Found(name.start(1), name.end(1) - 1, "ip", "ipv6_reverse", "rfc3596", 72) if name else "no_address"


#: Signs put into an address so that nobody follows it, as reports of incidents are written.
_DEFANGED: Final = re.compile(
    rb"(?<![0-9A-Za-z.])[0-9]{1,3}(?:(?:\[\.\]|\(\.\)|\[dot\]|\.)[0-9]{1,3}){3}(?![0-9.])", re.IGNORECASE
)
_FANG: Final = re.compile(rb"[^0-9]+")


def judge_defanged(data: bytes, end: int) -> Verdict:
    """A dotted quad with brackets around its dots (`192[.]0[.]2[.]1`)."""
    for quad in _DEFANGED.finditer(data, max(0, end - 24), end + 24):
        if quad.start() < end <= quad.end():
            octets = ipv4_octets(_FANG.sub(b".", quad[0]))
            known = octets is None or octets[0] == _LOOPBACK
            return "no_address" if known else Found(*quad.span(), "ip", "ipv4_defanged", "octets", 71)
    return "no_address"


#: Six pairs with the joins that D-Bus allows in a path (BlueZ, org.bluez.Device: `/org/bluez/hci0/dev_00_1B_44_11_3A_B7`).
_JOINED: Final = re.compile(rb"dev_([0-9a-f]{2}(?:_[0-9a-f]{2}){5})(?![0-9A-Za-z])", re.IGNORECASE)


def judge_joined(data: bytes, end: int) -> Verdict:
    """The address of a Bluetooth device in the path of its object."""
    path = _JOINED.match(data, end - len(b"dev_00_"))
    return Found(*path.span(1), "mac", "mac_of_path", "eui48", 70) if path else "no_address"


DETECTORS: Final = (
    Detector(
        "ipv6_reverse",
        (r"\.ip6\.arpa",),
        judge_reverse,
        ("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",),
        ("zone 8.b.d.0.1.0.0.2.ip6.arpa", "x.ip6.arpa"),
        "RFC 3596",
    ),
    Detector(
        "ipv4_defanged",
        (r"[0-9](?:\[\.\]|\(\.\)|\[dot\])[0-9]",),
        judge_defanged,
        ("beacon to 192[.]0[.]2[.]1", "hxxp://203.0.113[.]5/x"),
        ("v1[.]2[.]3", "[0-9]{1,3}(.)1", "127[.]0[.]0[.]1"),
        "written so that nobody follows it",
    ),
    Detector(
        "mac_of_path",
        ("dev_[0-9a-f]{2}_",),
        judge_joined,
        ("/org/bluez/hci0/dev_38_18_4C_11_22_33",),
        ("dev_12_build", "dev_38_18_4C_11_22_33x"),
        "BlueZ, D-Bus API",
    ),
    Detector(
        "ipv4",
        (),
        judge_ipv4,
        (
            "client 203.0.113.9",
            "block(1): tcp/accept ]: 203.0.113.9.50550 192.0.2.1.1080: error",
            "conversion: 203.0.113.9",
            "between 198.51.100.7[gw]...203.0.113.9[ann]",
            "length 74: 192.0.2.1.51234 > 198.51.100.7.443: Flags [S]",
            "client 0.0.0.0",
            "range 10.0.0.1-10.0.0.9",
            "/10.10.34.17:51214",
            "ip=198.51.100.7,",
            "ns.example.com [192.0.2.1]",
            "IP 192.0.2.1.51234 > 198.51.100.7.443: Flags [S]",
        ),
        (
            "127.0.0.1",
            "Chrome/91.0.4472.124",
            '"" "git/1.7.4.1" | 200',
            '{"agentVersion":"7.16.0.4"}',
            '{"AppVersion_s":"7.16.0.4"}',
            "Version: 8.0.43-0ubuntu0.24.10.1 ((Ubuntu))",
            "kernel/5.15.90.1-microsoft-standard-WSL2 os/linux",
            "Linux ws12 5.15.90.1-microsoft-standard-WSL2 #1 SMP",
            "1.3.6.1.5.5.7.3.1",
            "version 10.1.2.3.4",
            "999.1.1.1",
            "listening on 0.0.0.0",
            "tcp 0 0 0.0.0.0:22 0.0.0.0:* LISTEN",
            '"CidrIp":"0.0.0.0/0"',
            "IP 1.2.3.4.5 is an object",
            "http://0.0.0.0:8000",
            "netmask 255.255.255.0",
            'pg_hba.conf line 95: "host all all 0.0.0.0/0 md5"',
            "sections 1..2.3.4",
            "range 1..10.0.0.1",
            "gnutls28 (3.6.11.1-2) unstable",
            'ObjectIdentifier("2.5.29.9")',
            "standards version to 3.7.2.0",
        ),
        "RFC 791, RFC 1122",
        shapes=(r"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}",),
    ),
    Detector(
        "ipv6",
        (),
        judge_ipv6,
        (
            "2001:db8::1",
            "fe80::1%eth0",
            "[2001:db8:0:0:0:0:0:1]:443",
            "::ffff:192.0.2.1",
            "v6(en0+:2001:db8:6000:8:c6b3:1ff:fecd:467f)",
            "helo=<[IPv6:2001:db8::1]>",
            "00:1a:2b:ff:fe:3c:4d:5e",
        ),
        (
            "::add-mask::x",
            "::1",
            "::",
            "std::deque",
            "12:34:56",
            "00:11:22:33:44:55:66:77",
            "args[1::2]",
            "args[::2]",
            "08:57:00:ff:aa:11:ff:99:ee:44",
        ),
        "RFC 4291, RFC 4007",
        shapes=(
            r"(?:[^0-9a-z:]|\\[nrtbf]|[g-z_\-][a-f]{0,3}[0-9]?:)(?:[0-9a-f]{1,4}:){1,7}:[0-9a-f]",
            r"(?:[^0-9a-z:]|\\[nrtbf])::[0-9a-f]",
            r"(?:[^0-9a-z:]|\\[nrtbf]|[g-z_\-][a-f]{0,3}[0-9]?:)[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){1,6}::",
            r"(?:[0-9a-f]{1,4}:){7}[0-9a-f]",
            r"(?:[0-9a-f]{1,4}:){6}[0-9]{1,3}\.",
        ),
    ),
    Detector(
        "frame_header",
        ("mac=",),
        judge_frame,
        ("[UFW BLOCK] IN=eth0 OUT= MAC=00:11:22:33:44:55:66:77:88:99:aa:bb:08:00 SRC=192.0.2.1",),
        ("MAC=", "hmac=00:11:22", "MAC=ff:ff:ff:ff:ff:ff:00:00:00:00:00:00:08:00"),
        "Linux, nf_log_syslog.c",
    ),
    Detector(
        "mac",
        (),
        judge_mac,
        ("00:1B:44:11:3A:B7", "00-1b-44-11-3a-b7", "001b.4411.3ab7"),
        ("00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "00:1B:44:11:3A:B7:01", "1111.2222.3333"),
        "IEEE 802",
        shapes=(
            r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}",
            r"[0-9a-f]{2}(?:-[0-9a-f]{2}){5}",
            r"[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}",
        ),
    ),
)
