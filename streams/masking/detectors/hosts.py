"""Addresses in the forms that tables of neighbours, names of hosts and identifiers of clients give them."""

import re
from typing import Final

from streams.masking.context import WORD_START
from streams.masking.detectors.beside import is_account_of_system
from streams.masking.found import Detector, Found, Verdict
from streams.masking.validators import ipv4_octets

__all__ = ["DETECTORS"]

# -- names of hosts -----------------------------------------------------------------------------------------------------

#: What clouds and providers put before an address whose dots became hyphens.
_LABELS: Final = (
    r"ip|ec2|host|static|dynamic|dyn|pool|dhcp|cpe|dsl|adsl|vdsl|ftth|ppp|pppoe|cable|client|customer|cust|broadband|unassigned|nat|vpn|user|"
    r"mobile|wifi|dialup|residential|subscriber"
)
_HOST: Final = re.compile(
    rb"(?:(?<![A-Za-z0-9\-])|(?<=\\[nrtbf]))(?:"
    + _LABELS.encode()
    + rb")-([0-9]{1,3}-[0-9]{1,3}-[0-9]{1,3}-[0-9]{1,3})(?![0-9A-Za-z_\-]|\.[0-9])",
    re.IGNORECASE,
)
_HOST_MAX: Final = 32


def judge_host(data: bytes, end: int) -> Verdict:
    """The address in a host's name (Amazon EC2 User Guide, "Instance hostname types": `ip-10-0-0-5.ec2.internal`)."""
    for host in _HOST.finditer(data, max(0, end - _HOST_MAX), end + 3):
        if host.start(1) < end <= host.end(1):
            octets = ipv4_octets(host[1].replace(b"-", b"."))
            if octets is None or octets[0] in _NOBODYS:
                return "no_address"
            return Found(*host.span(1), "ip", "ipv4_of_host", "octets", 78)
    return "no_address"


#: Networks from which no host has an address: the unspecified and the loopback one (RFC 6890).
_NOBODYS: Final = (0, 127)

# -- hardware addresses -------------------------------------------------------------------------------------------------

_SHORT: Final = rb"[0-9a-f]{1,2}(?::[0-9a-f]{1,2}){5}(?![0-9A-Za-z:])"
#: How BSD's and macOS' arp(8), ifconfig(8) and kernel announce an address; their octets have no leading zeros.
_ANNOUNCED: Final = re.compile(
    rb"(?:\) at|moved from|attempts to modify permanent entry for [0-9.]{7,15} to|"
    + WORD_START
    + rb"(?:ether|hwaddr|lladdr|hw addr(?:ess)?))[ \t]{1,8}("
    + _SHORT
    + rb")(?: to ("
    + _SHORT
    + rb"))?",
    re.IGNORECASE,
)
_ANNOUNCED_MAX: Final = 40


def judge_announced(data: bytes, end: int) -> Verdict:
    """A hardware address without leading zeros where a table of neighbours or an interface's state prints one."""
    for entry in _ANNOUNCED.finditer(data, max(0, end - _ANNOUNCED_MAX), end + 48):
        if entry.start() < end <= entry.end(1):
            return [_mac(*entry.span(group), "mac_of_neighbour") for group in (1, 2) if entry[group]]
    return "no_address"


def _mac(start: int, stop: int, detector: str) -> Found:
    return Found(start, stop, "mac", detector, "eui48", 70)


#: The kind of the hardware before its address, in the identifier of a client (RFC 2132, 9.14).
_CLIENT: Final = re.compile(rb"(?:cid=\[|client[ _\-]?id(?:entifier)?[=: ]{1,3})(0?1:" + _SHORT + rb")", re.IGNORECASE)
_CLIENT_MAX: Final = 40


def judge_client(data: bytes, end: int) -> Verdict:
    """The identifier of a DHCP client that is made of its hardware address."""
    for client in _CLIENT.finditer(data, max(0, end - _CLIENT_MAX), end + 24):
        if client.start() < end <= client.end(1):
            return _mac(*client.span(1), "dhcp_client")
    return "no_address"


# -- ends of a tunnel ---------------------------------------------------------------------------------------------------

#: strongSwan's and Libreswan's ends of a tunnel, each with its identity: `192.0.2.1[gw]...203.0.113.9[ann]`.
_PEER: Final = re.compile(
    rb" between [0-9A-Fa-f.:]{3,45}\[[^\]\r\n\xff]{0,128}\]\.\.\.[0-9A-Fa-f.:]{3,45}\[([A-Za-z0-9_][A-Za-z0-9_\-]{0,63})\]",
    re.IGNORECASE,
)
_PEER_MAX: Final = 60


def judge_peer(data: bytes, end: int) -> Verdict:
    """The log-in name by which the other end of a tunnel identified itself."""
    for peer in _PEER.finditer(data, max(0, end - _PEER_MAX), end + 256):
        if peer.start() < end <= peer.start(1) and not is_account_of_system(peer[1]):
            return Found(*peer.span(1), "username", "tunnel_peer", "format", 40)
    return "no_name"


#: Whose connection a firewall built or tore down, behind all that it says of it (Cisco ASA, messages 302013 to 302021).
_CONNECTION: Final = re.compile(
    rb"(?:Built|Teardown) (?:(?:in|out)bound )?(?:TCP|UDP|ICMP) connection (?:[^\r\n\"\\\xff]|\\{1,4}(?![nr\"\\])){1,400}? "
    rb"\((?:(?:LOCAL|[A-Z][A-Z0-9\-]{1,14})\\{1,4})?([A-Za-z_][A-Za-z0-9_.\-]{0,63})\)(?=\s*(?:\Z|[\r\n\"]|\\{1,4}[nr\"]))",
    re.IGNORECASE,
)
_CONNECTION_MAX: Final = 48


def judge_connection(data: bytes, end: int) -> Verdict:
    """The user behind everything else that a firewall says of a connection."""
    low = max(0, end - _CONNECTION_MAX)
    begun = max(data.rfind(word, low, end) for word in (b"uilt ", b"eardown ", b"UILT ", b"EARDOWN "))
    connection = _CONNECTION.match(data, begun - 1) if begun > 0 else None
    if connection is None or not connection.start() < end <= connection.start() + _CONNECTION_MAX:
        return "no_user"
    if is_account_of_system(connection[1]):
        return "account_of_system"
    return Found(*connection.span(1), "username", "user_of_connection", "format", 40)


DETECTORS: Final = (
    Detector(
        "ipv4_of_host",
        (rf"(?:[^a-z0-9\-]|\\[nrtbf])(?:{_LABELS})-[0-9]{{1,3}}-[0-9]{{1,3}}-[0-9]{{1,3}}-[0-9]",),
        judge_host,
        ("node ip-10-0-1-23.ec2.internal is not ready", "ec2-203-0-113-25.compute-1.amazonaws.com", '"hostname":"ip-10-0-1-23"', "static-203-0-113-25.example.net", "ip-10-0-1-23.eu-west-1.compute.internal"),
        ("ip-2-0-1 done", "zip-1-2-3-4", "user-1-2-3-4-5", "ip-300-1-2-3.example", "host-1-2-3-4a", "ip-127-0-0-1", "client-2-11-0-6.2"),
        "Amazon EC2 User Guide, instance hostname types; RFC 1912, 2.1",
    ),
    Detector(
        "mac_of_neighbour",
        (r"(?:\) at|moved from|entry for [0-9.]{7,15} to|ether|hwaddr|lladdr|hw addr(?:ess)?)[ \t]{1,8}[0-9a-f]{1,2}:[0-9a-f]{1,2}:[0-9a-f]{1,2}:",),
        judge_announced,
        ("? (192.0.2.1) at 0:1b:44:11:3a:b7 on en0 ifscope [ethernet]", "arp: 192.0.2.1 moved from 0:1b:44:11:3a:b7 to 0:1b:44:a:3:f7 on em0", "\tether 8:0:20:1:2:f", "inet6 lladdr a4:8:1:c2:9:e"),
        ("started (again) at 10:12:03", "ether 0:1:2:3:4:5:6", "moved from 1:2:3 to 4:5:6"),
        "FreeBSD arp(8), ifconfig(8)",
    ),
    Detector(
        "dhcp_client",
        (r"cid=\[0?1:[0-9a-f]{1,2}:", r"client[ _\-]?id(?:entifier)?[=: ]{1,3}0?1:[0-9a-f]{1,2}:"),
        judge_client,
        ("cid=[01:00:1b:44:11:3a:b7], tid=0x4f2a9c11", "client-id 01:00:1b:44:11:3a:b7", "client-identifier: 1:0:1b:44:11:3a:b7"),
        ("cid=[01:02]", "cid=[01:00:1b:44:11:3a:b7:aa]"),
        "RFC 2132, 9.14; Kea Administrator Reference Manual",
    ),
    Detector(
        "user_of_connection",
        (r"(?:built|teardown) (?:(?:in|out)bound )?(?:tcp|udp|icmp) connection ",),
        judge_connection,
        (
            "Built inbound TCP connection 11 for net:192.0.2.1/5350 (192.0.2.1/5350) to fw:192.0.2.2/53 (192.0.2.2/53) (ann)",
            "Teardown TCP connection 11 for net:192.0.2.1/5350 to fw:192.0.2.2/53 duration 0:00:00 bytes 0 TCP FINs (ann)",
        ),
        ("Built inbound TCP connection 11 for net:x (y) to z (type 8, code 0)", "Teardown UDP connection 11 for a to b duration 0:00:00 bytes 64585"),
        "Cisco ASA Series Syslog Messages, 302013 to 302021",
    ),
    Detector(
        "tunnel_peer",
        (r" between [0-9a-f.:]{3,45}\[",),
        judge_peer,
        ("IKE_SA home[12] established between 198.51.100.7[vpn.example.com]...203.0.113.9[ann]",),
        ("between 198.51.100.7[a]...203.0.113.9[203.0.113.9]", "between 1[a] and 2[b]"),
        "strongSwan documentation, IKE_SA states",
    ),
)  # fmt: skip
