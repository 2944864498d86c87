"""Log-in names where daemons write them: in brackets, before or behind words of theirs, beside an address.

`accounts` reads what sshd, PAM, sudo and Windows print; here are the rest of PAM, and servers for mail, files, networks
and databases.
"""

import re
from typing import Final

from streams.masking.detectors.accounts import account
from streams.masking.found import Detector, Found, Verdict
from streams.masking.lookbehind import Lookbehind

__all__ = ["DETECTORS"]

_NAME: Final = rb"[A-Za-z0-9_][A-Za-z0-9_.\-+@$\x80-\xfe]{0,63}"

# -- behind words -------------------------------------------------------------------------------------------------------

#: What a daemon prints right before a name (an expression, and the end of it that is the anchor), and right behind it.
_AUTHENTICATORS: Final = "login|plain|cram|cram_md5|scram|server|auth|sasl|spa|gssapi|ntlm"
_PHRASES: Final[tuple[tuple[str, str, str], ...]] = (
    # Linux-PAM's modules; sshd's `error: PAM: Authentication failure for ann from host`.
    ("pam: ", "authentication failure for ", r" from |\s*\Z|[\"\\]"),
    ("too many ", "authentication failures for ", r" (?:\[|from )|\s*\Z|[\"\\]"),
    ("consecutive ", "login failures for user ", " account "),
    ("", "access denied for user ", " by pam "),
    (r"pam_tally2?\([a-z\-]{1,24}", r":auth\): user ", r" \("),
    # util-linux's login: `LOGIN ON tty1 BY ann`, `FAILED LOGIN 1 FROM tty1 FOR ann, ...`.
    ("", "login on tty[a-z]{0,4}[0-9]{1,3} by ", r"[\s\"\\]|\Z"),
    ("failed login (?:[0-9]{1,3}|session)", " from tty[a-z]{0,4}[0-9]{1,3} for ", ","),
    # su: the name outside of the brackets of `(to root) ann on pts/0` is read by `accounts`.
    (r"(?:\b|(?<=\\[nrtbf]))su(?:\[[0-9]{1,7}\])?", r": (?:failed su )?\(to ", r"\) "),
    # Exim and Sendmail.
    (r"\(", "set_id=", r"\)"),
    (r"[ \"]", f"a=(?:{_AUTHENTICATORS})(?:_[a-z0-9]{{1,16}})?:", r"[\s\"\\]|\Z"),
    (r"[ \"]a=[a-z0-9]{1,16}", f"_(?:{_AUTHENTICATORS})(?:_[a-z0-9]{{1,16}})?:", r"[\s\"\\]|\Z"),
    ("", "ctladdr=", r" \([0-9]{1,10}/[0-9]{1,10}\)|,"),
    # Samba, Pure-FTPd, strongSwan, Cisco IOS, MongoDB.
    ("", r"for user \[", r"\]"),
    # WordPress' plugins, Elasticsearch, Cassandra.
    ("", "authentication failure for ", r" from (?:[0-9]{1,3}\.){3}| from [0-9a-f]{0,4}:[0-9a-f:]{2}"),
    ("", r"authentication of \[", r"\] was terminated"),
    ("", r"authenticate user \[", r"\]"),
    ("", "provided username ", " and/or password"),
    ("", r"\] -> \[", r"\]"),
    ("", r"user \[[a-z0-9\-]{1,20}\]\\{1,4}\[", r"\]"),
    ("", r"mapped to \[[a-z0-9\-]{1,20}\]\\{1,4}\[", r"\]"),
    ("", "initially as user ", r" \("),
    ("", "eap identity '", "'"),
    # Samba's vfs_full_audit, Oracle's audit trail in syslog.
    ("", r"smbd_audit(?:\[[0-9]{1,7}\])?: ", r"\|"),
    ("", r"user:\[[0-9]{1,3}\] \\{0,7}['\"]", r"\\{0,7}['\"]"),
    ("", "configured from console by ", " on "),
    ("", "scram(?:-sha-[0-9]{1,3})? authentication failed for ", r" on [A-Za-z0-9_$\-]{1,64} from "),
    # Cisco ASA and IOS, FortiOS, F5's TMOS, Junos' peers, RouterOS, Dell's iDRAC, vCenter.
    ("", ", uname: ", r"(?: from:|\s*\Z|[\"\\])"),
    ("", "changed: uname: ", " from:"),
    ("group ", r"[a-z0-9_.\-]{1,40} user ", r" ip [0-9a-f]"),
    ("", ", user ", r" (?:stored|retrieved|deleted|renamed|created|removed|successful)\b"),
    ("", "accessed (?:java )?url ", r"@[0-9a-f][0-9a-f.:]{2,44}:"),
    ("", "logout: user ", " has exited "),
    ("", "administrator ", " (?:logged (?:in|out)|login failed|timed out)"),
    ("", "audit - user ", " - "),
    (r"[^\s\"'(]", r"\(local\\{1,4}(?:[a-z0-9_.\-]{1,32}\\{1,4})?", r"\)"),
    ("", r"\): user=", r"\("),
    ("", r">, name = \\{0,7}\"", r"\\{0,7}\""),
    ("", "virtual ip [0-9a-f.:]{3,45} to peer '", "'"),
    ("", ",account ", r" logged (?:in|out)[, ]"),
    (r"\[", r"user [a-z0-9.\-]{1,32}\\{1,4}", r"@[0-9a-f]"),
    (r"\[", r"(?:info|warning|error)\] \[[a-z0-9.\-]{1,32}\\{1,4}", r"\]"),
    # Dropbear, cron, polkit, Apache's mod_authnz_ldap, Sendmail, SpamAssassin, CUPS, Nagios, Grafana, Mosquitto, MySQL.
    ("(?:auth|password|login) ", "(?:succeeded|attempt) for '", "'"),
    (r"(?:\]: |dropbear: )", r"exit \(", r"\)(?: from <[^>\xff]{1,64}>)?: "),
    ("", r"\) (?:(?:begin|end) edit|list|replace|delete) \(", r"\)"),
    (r"(?:\b|(?<=\\[nrtbf]))", "unix-user:", r"[ )\"\\]|\Z"),
    ("", "authenticate: user ", " authentication "),
    (": ", "from=", ", size=[0-9]"),
    (", ", "relay=", "@localhost"),
    ("", r"(?:clean message|identified spam|processing message) [^\s\xff]{1,128} for ", r":([0-9]{1,10}) in "),
    ("", r"queued on \\{0,7}\"[^\"\\\xff]{1,64}\\{0,7}\" by \\{0,7}\"", r"\\{0,7}\""),
    ("", "owned by ", r" (?:on \\{1,8}[a-z0-9.\-]{1,64} )?was (?:printed|deleted|paused|resumed)"),
    ("", "(?:service|host) notification: ", ";"),
    ("", "orgid=[0-9]{1,9} uname=", r"[\s\"\\]|\Z"),
    (r", k[0-9]{1,5}", ", u'", "'"),
    ("", "user@host: ", r"\["),
    # TACACS+, RouterOS, ocserv, Roundcube, Sendmail, Db2, ActiveMQ, IBM MQ.
    ("", "authorization for user ", " (?:accepted|rejected|denied|failed)"),
    ("", "(?:login|enable) query for '", "'"),
    ("", "<(?:pppoe|pptp|l2tp|sstp|ovpn)-", ">"),
    ("", r": (?:worker|main|sec-mod)\[", r"\]: ?[0-9a-f]{1,4}[.:][0-9a-f.:]"),
    ("", "login failed for ", r" against [a-z0-9.\-]{1,64} from "),
    (", ", "authid=", ","),
    (r"(?:\A|[\s\"]|\\[nrt])", "authid {0,3}: ", " {1,40}(?:hostname|appid|appname)\\b"),
    ("", r"user name \[", r"\] or password is invalid"),
    ("", "user id initialization failed for '", "'"),
    ("", r"userid:\[[0-9]{1,3}\] \\{0,7}['\"]", r"\\{0,7}['\"]"),
    # What a server process of PostgreSQL calls itself.
    ("", "postgres: ", r" [A-Za-z0-9_\-]{1,63} (?:[0-9a-f.:]{3,45}\([0-9]{1,5}\)|\[local\]) "),
    # GitHub: `Permission to shop/web.git denied to ann.`
    ("", r"\.git denied to ", r"\.(?:[\s\"\\]|\Z)"),
    # FreeRADIUS, OpenVPN, ProFTPD.
    ("", r"login ok: \[", r"[\]/]"),
    ("", r"login incorrect: \[", r"[\]/]"),
    ("", r"sent control \[", r"\]"),
    (r"\]\)", " - user ", r" \(| ?:"),
    ("", r"multi: learn: [0-9a-f.:/]{2,45} -> ", r"/[0-9.]{7,15}:[0-9]{1,5}"),
    # cPanel, OpenVPN's certificates of clients, strongSwan, pppd, rshd, shadow-utils' userdel, NX-OS, Meraki, Nextcloud.
    ("", "invalid cpanel user ", r" \("),
    ("", r"\(possessor: ", r"\) - (?:success|failed) login"),
    ("", "primary virtual ip for ", "/[0-9a-f.:]{3,45}"),
    (r"[0-9a-f.:]{3,45}:[0-9]{1,5} ", "verify ok: depth=0, (?:[a-z]{1,12}=[^,\xff]{0,64}, ?){0,8}cn=", r"[,\s\"\\]|\Z"),
    ("", r"authentication of \\{0,7}'", r"\\{0,7}' with (?:eap|pre-shared key|rsa|ecdsa|xauth)"),
    ("", "(?:pap|chap|eap) peer authentication failed for ", r"[\s\"\\]|\Z"),
    ("", "removed (?:shadow )?group '[a-z0-9_.@\\-]{1,64}' owned by '", "'"),
    ("", "removed (?:shadow )?group '", "' owned by"),
    ("", "configured from vty by ", " on "),
    ("", "change [0-9]{1,10} on [0-9/]{10}(?: [0-9:]{8})? by ", "@"),
    ("", "accounting_message: [a-z]{4,8}:[0-9a-f.:]{3,45}@[a-z0-9/.]{1,16}:", ":"),
    ("", "8021x_[a-z_]{2,24} port='[^']{0,16}' identity='", "'"),
    ("", r"login (?:failed|successful): \\{0,7}['\"]", r"\\{0,7}['\"](?: \(remote ip:|\s*(?:\Z|\\{0,7}\"))"),
    # su of AIX, Solaris and shadow-utils, Solaris' login, ftpd, sshd and audit, SUSE's useradd, util-linux' login.
    ("", "bad su (?:from )?", " to [a-z]"),
    ("", "'su ", "' (?:succeeded|failed) for "),
    ("", "' (?:succeeded|failed) for ", " on /dev/"),
    ("failed: [a-z0-9/]{2,16} ", "changing from ", " to [a-z]"),
    ("", "login restricted for ", ":"),
    ("", "authentication tried for ", " with correct key"),
    ("", "(?:login|logout) by ", r" \(pid="),
    ("", r"login failure on [a-z0-9/]{3,20} from [^\s,\xff]{1,128}, ", r"\s*(?:\Z|[\"\\])"),
    ("(?:: |^)", r"ftp login from [^\s,\xff]{1,128}, ", r"\s*(?:\Z|[\"\\])"),
    ("", "session [0-9]{1,12} by ", " as [a-z0-9_-]{1,32}:"),
    ("", "account=", ", (?:uid|gid|group|home|by)="),
    ("", r"failed login \([0-9]{1,3}\) on '[^'\xff]{1,32}' for '", "'"),
    # Cisco's VPN 3000 and Secure ACS, Juniper's Secure Access, vpopmail, Open WebMail, VMware ESX, Asterisk.
    ("", r"group \[[^\]\xff]{1,40}\] user \[", r"\]"),
    ("", ",authen (?:failed|ok),", ","),
    (
        "",
        "(?:login succeeded for |(?:primary|secondary) authentication (?:successful|failed) for |session timed out for |remote address for user )",
        r"/[^\xff]{1,64} (?:from |\(session:|changed from )",
    ),
    ("", r"user\[", r"\]:? peer ip="),
    ("", "user id '", "' local ip "),
    ("", "vpopmail user not found ", "@:"),
    ("", "null password given ", ":[0-9a-f]"),
    ("", r"\) login success ", ":[0-9a-f]"),
    ("", " - log(?:in|out) - ", r"\*[a-z0-9.\-]{1,128}-session-"),
    ("", "(?:event [0-9]{1,9} : user |failed login attempt for )", r"@(?:[0-9]{1,3}\.){3}[0-9]{1,3}"),
    ("", "to extension '", "' rejected"),
    # FastIron, Commvault, Cohesity, Aviatrix, BeyondTrust.
    ("", "(?:ssh|telnet|console|https?|snmp) (?:session )?(?:terminated|access|logout) by ", " from src "),
    ("", r"(?:log-?in|password) attempts? (?:for|by) user \[(?:[a-z0-9.\-]{1,32}\\{1,4})?", r"\]"),
    ("", "token for user ", " on domain "),
    ("", "rejected vpn user name is ", r"\s*(?:\Z|[\"\\])"),
    ("", r";who=(?:[^;()\xff]{1,64}\()?", r"\)? using (?:password|saml|token|a )"),
    # ESXi and vCenter: who is logged in, and for whom a task runs.
    (
        "",
        r"(?: sid=[0-9a-f]{8}|opid=[^\s\]\xff]{1,80}) user=",
        r":(?:<no user>|[a-z0-9.\-]{1,64}(?:\\{1,4}[^\s\]\xff]{1,64})?)\]",
    ),
    ("", r" user=[a-z0-9_.\-]{1,64}:[a-z0-9.\-]{1,64}\\{1,4}", r"\]"),
    ("", r"\{name: ", r", domain: [a-z0-9.\-]{1,64}\}"),
    ("", "ssh session was (?:opened|closed) for '?", r"@(?:[0-9]{1,3}\.){3}[0-9]{1,3}"),
    # ADAudit Plus.
    ("", r" by {1,2}'[a-z0-9][a-z0-9.\-]{0,31}\\{1,4}", "'"),
    # PAN-OS' groups of users and its administrators' changes; IBM MQ.
    ("", r",userid,(?:login|logout),[^\xff]{1,120},(?:[0-9]{1,3}\.){3}[0-9]{1,3},[a-z0-9.\-]{1,32}\\{1,4}", ","),
    ("", r",config,[^\xff]{1,120},(?:set|edit|delete|commit|clone|rename|move),", ",(?:web|cli|gui|panorama|unknown),"),
    (r"process\([0-9]{1,10}\.[0-9]{1,10}", r"\) user\(", r"\) program\("),
    # SoftEther VPN, DirectAdmin, FreeSWITCH, Cyrus, SquirrelMail, Gitea, Authelia, Apereo CAS (Inspektr's trail), Proxmox VE.
    ("", r"user name that has been provided was \\{0,7}\"", r"\\{0,7}\""),
    ("", r"failed login attempts?\. (?:invalid )?account '", "'"),
    ("", "successful login to '", "' after [0-9]"),
    ("on sofia profile '[^'\xff]{1,64}' ", r"for \[", r"@[0-9a-f.:]{2,45}\] from "),
    ("", r"can't find user \[", r"@[0-9a-f.:]{2,45}\] from "),
    (r"badlogin: [^\xff]{1,128}\]", " plaintext ", r"(?:@[a-z0-9.\-]{1,64})? sasl\("),
    ("", r"\[login_error\] ", r" \([a-z0-9.\-]{1,64}\) from "),
    ("", r"\[uid: [0-9]{1,12}, name: ", r"[,\]]"),
    ("", "username input '", "' which"),
    ("", "login failed: ", r" \(remote ip: "),
    ("", r"logged on users: \((?:[a-z0-9.\-]{1,32}\\{1,4})?", r"[),]"),
    ("", r"\|cas\|[^|\xff]{1,300}\|[a-z_]{4,60}\|", r"\|[0-9a-f.:]{3,45}(?:\||\s*(?:\Z|[\"\\]))"),
    ("", r"no such user \('", r"@[a-z0-9.\-]{2,32}'\)"),
    ("", "successful auth for user '", "@[a-z0-9.\\-]{2,32}'"),
    ("", "upid:[a-z0-9.\\-]{1,64}(?::[0-9a-f]{8}){3}:[a-z0-9]{2,24}:[^:\\s\xff]{0,64}:", "@[a-z0-9.\\-]{2,32}[:!]"),
    # Bitbucket's access and audit logs, apt's history, OpenBSM, what Nagios is told to do.
    (r"\| (?:https?|ssh|grpc)", r" \| [oi]?\*?@[a-z0-9]{6,40} \| ", r" \| [0-9]{4}-[0-9]{2}-[0-9]{2} "),
    (r"\| [a-z]{3,60}", r"event \| ", r" \| [0-9]{13} \|"),
    (r"(?:\b|(?<=\\[nrtbf]))", "requested-by: ", r" \([0-9]{1,10}\)"),
    ("", "verify password for record type users '", "' node "),
    (
        "",
        (
            "external command: (?:schedule_[a-z_]{3,40}_downtime;[^;\xff]{1,128};(?:[^;\xff]{1,128};)?[0-9]{5,12};[0-9]{5,12};[01];[0-9]{1,9};[0-9]{1,9};"
            "|acknowledge_(?:host|svc)_problem;[^;\xff]{1,128};(?:[^;\xff]{1,128};)?[012];[01];[01];|add_(?:host|svc)_comment;[^;\xff]{1,128};(?:[^;\xff]{1,128};)?[01];)"
        ),
        ";",
    ),
    # SQL's users: `ALTER USER ann WITH PASSWORD`, `CREATE ROLE ann LOGIN`.
    (
        "",
        "(?:create|alter) (?:user|role) ",
        r" (?:with (?:encrypted )?password|identified |password |login\b|superuser\b|account (?:un)?lock)",
    ),
)
_BEFORE: Final = Lookbehind([(before + anchor).encode() for before, anchor, _ in _PHRASES])
_FOLLOWED: Final = tuple(
    re.compile(b"(" + _NAME + b")(?=" + behind.encode() + b")", re.IGNORECASE) for _, _, behind in _PHRASES
)


def judge_behind_words(data: bytes, end: int) -> Verdict:
    """The account behind words that a daemon prints before one, where the line goes on as that daemon's does."""
    phrases = _BEFORE.matches(data, end)
    if not phrases:
        return "no_phrase"
    name = next((name for number, _ in phrases if (name := _FOLLOWED[number].match(data, end))), None)
    if name is None:
        return "no_name"
    found = account(end, name[1], "account_of_daemon")
    if found and name.lastindex == _NUMBER:
        found.append(Found(*name.span(_NUMBER), "user", "account_of_daemon", "format", 40))
    return found or "account_of_system"


#: The group of the account's number, where one stands behind its name.
_NUMBER: Final = 2


# -- before words -------------------------------------------------------------------------------------------------------

#: Names before words of a daemon: an expression with a group for each name and, in some, one for a password, the words
#: that are the anchor, and what has to stand behind them.
_TAILS: Final[tuple[tuple[str, str, str], ...]] = (
    # FreeRADIUS: `[ann/password] (from client`, or without the password.
    (r"\[(@)(?:/([^\]\r\n\xff]{1,64}))?", r"\] \(from client ", ""),
    # OpenVPN: `[ann] Peer Connection Initiated`, `ann/192.0.2.1:1194 MULTI_sva: ...`.
    (r"\[(@)\] ", "peer connection initiated", ""),
    (r"(?:\A|[\s\":])(@)/[0-9.]{7,15}:[0-9]{1,5} ", "multi(?:_sva)?: ", ""),
    (r"(?:\A|[\s\":]|\\[nrt])(@)/[0-9.]{7,15}:[0-9]{1,5} ", "(?:peer info|verify ok): ", ""),
    (
        r"(?:\A|[\s\":]|\\[nrt])(@)/[0-9.]{7,15}:[0-9]{1,5} \[?",
        "(?:data channel|control channel|sent control|push: |inactivity timeout|connection reset|sigterm|sigusr1|delayed exit|options import|tls: |tls error|inactive)",
        "",
    ),
    # Minecraft: `Ann42[/192.0.2.1:51234] logged in with entity id 4`.
    (r"(?:\A|[\s\":])(@)\[/[0-9.]{7,15}:[0-9]{1,5}", r"\] logged in with entity id ", ""),
    # Pure-FTPd: `(ann@192.0.2.1) [INFO]`.
    (r"\((@)@[0-9a-f.:]{3,45}", r"\) \[(?:info|notice|warning|error|debug)\]", ""),
    (r"\[info\] (@) is now ", "logged in", ""),
    # Samba: `ann (ipv4:192.0.2.1:445) connect to service`.
    (r"(?:\A|[\s\":])(@) \(ipv[46]:[0-9a-f.:]{3,50}\) (?:signed )?", "connect to service", ""),
    (r"(?:\A|[\s\":])(@) \(ipv[46]:[0-9a-f.:]{3,50}\) closed ", "connection to service", ""),
    # Squid's native log: `GET http://example.com/ ann HIER_DIRECT/192.0.2.1`.
    (r"[A-Z]{3,10} [^\s\"\\\xff]{4,400} (@)", " (?:hier_direct|hier_none|direct|none|first_up_parent|default_parent|hier_parent_hit)/", "(?:[0-9a-f.:]{3,45}|-)"),
    # vsftpd's protocol of commands.
    (r"\[(@)", r"\] ftp (?:command|response): ", ""),
    # PostgreSQL with the prefix of Amazon RDS, `%t:%r:%u@%d:[%p]:`.
    (r"\([0-9]{1,5}\):(@)", r"@[a-z0-9_\-]{1,63}:\[[0-9]{1,7}\]:(?:log|error|fatal|warning|detail|statement|hint|notice):", ""),
    # Sophos Firewall, RouterOS' hotspot, Cyrus, Argo CD, Neo4j, ActiveMQ.
    (r"user (@)", r' of group [^\s"\xff]{1,32}(?: [^\s"\xff]{1,32}){0,3} (?:logged|failed|was) ', ""),
    (r"(?:\A|[\s,:\"])(@) \([0-9a-f.:]{3,45}", r"\): (?:logged (?:in|out)|login failed|trying to log in)", ""),
    (r"login: [^\s\xff]{1,255} \[[0-9a-f.:]{2,45}\] (@) [a-z0-9\-]{2,24}(?:\+TLS)?", " user logged in", ""),
    (r"msg=\\{0,7}\"(?![a-z\-]{0,40}controller )(@)", " initiated (?:automated )?(?:sync|rollback|refresh)", r"\b"),
    (r"\[(@)", r"\]: (?:logged (?:in|out)|failed to log in)", r"\s*(?:\Z|[\"\\\r\n])"),
    (r"\| (@)", r" called org\.apache\.", ""),
    # PostgreSQL with the prefix `%t [%p] %u@%d`.
    (r"(?:\A|[\s\]])(@)", "@[a-z0-9_\\-]{1,63} (?:log|error|fatal|panic|warning|detail|statement|hint|notice|context):  ", ""),
    # OpenBSD's doas; cron's tables; MySQL's slow log; the audit plugin of MariaDB; wu-ftpd's list of transfers; CUPS' pages.
    (r"doas(?:\[[0-9]{1,7}\])?: (@)", " ran command ", ""),
    (r"\((@)", r"\) (?:(?:begin|end) edit|list|replace|delete) \(", ""),
    (r"@host: [^\s\xff]{0,64}\[(@)", r"\] @ ", ""),
    (
        r"[0-9]{8} [0-9:]{8},[^,\xff]{1,64},(@),[0-9a-z.:\-]{1,64}",
        ",[0-9]{1,20},[0-9]{1,20},(?:query|connect|disconnect|failed_connect|read|write|create|alter|rename|drop|table),",
        "",
    ),
    (r" [ab] [CTU_]{1,3} [oid] [gr] (@)", " s?ftp [01] ", ""),
    (r"[^\s\xff]{1,64} (@) [0-9]{1,9}", r" \[[0-9]{2}/[a-z]{3}/[0-9]{4}:[0-9:]{8} [+\-][0-9]{4}\] (?:total|[0-9]{1,5}) [0-9]{1,5} ", ""),
    # F5's TMOS: `user=ann(ann) partition=[All]`.
    (r"\((@)", r"\) partition=", ""),
    # Junos' flows: `12345 ann(N/A) ge-0/0/1.0`.
    (r" [0-9]{1,12} (@)", r"\(n/a\) ", r"[a-z]{2,5}-?[0-9/.]{1,12} "),
    # su of shadow-utils: `+ /dev/pts/0 ann:root`.
    (r"[+\-] [a-z0-9/?]{3,16} (@)", ":root", r"(?:[\s\"\\]|\Z)"),
    # cPanel: `192.0.2.1 - ann - SUCCESS LOGIN cpaneld`; Infoblox; rshd; Citrix ADC.
    (r" - (@)(?: \(possessor: [^()\xff]{1,64}\))?", " - (?:success|failed) login ", ""),
    (r" - (@) \\{0,7}\"[^\"\\\xff]{1,160}\\{0,7}\"", " failed login [a-z]{3,16}", ":"),
    (r"\[(@)", r"\]: (?:login_(?:allowed|denied)|logout|first_login|password_reset(?:_error)?) - - ", ""),
    (r"\]: (@)@[a-z0-9_.\-]{1,64} as [^\s:\xff]{1,64}", ": cmd='", ""),
    (r"\]: [a-z0-9_.\-]{1,32}@[a-z0-9_.\-]{1,64} as (@)", ": cmd=", ""),
    (r"(?:\A|[\s\"\]])user (@)", " - (?:client_ip|adm_user|remote_ip) ", ""),
    (r"(?:\A|[\s\"\]])user (@)", r" : group\(s\) ", ""),
    # su of BSD and Solaris; Juniper's Secure Access; Open WebMail; Wazuh's API.
    (r"(?:\b|(?<=\\[nrt]))su(?:\[[0-9]{1,7}\])?: (@)", " to [a-z][a-z0-9_]{0,31} on /dev/", ""),
    (r"[+\-] (?:pts/|tty|console|\?\?\?)[a-z0-9/]{0,8} (@)", "-root", r"(?:[\s\"\\]|\Z)"),
    (
        r"\[[0-9a-f.:]{2,45}\] (?:[^\]:\xff]{1,32}::)?(?:[a-z0-9.\-]{1,32}\\{1,4})?(@)\([^()\xff]{0,64}\)\[[^\]\xff]{0,120}(?:\]\[[^\]\xff]{0,40})?",
        r"\] - (?:(?:agent )?login |logout |session |(?:primary|secondary) auth|\*?network connect|vpn tunneling|remote address |host checker |radius server |closed connection |connected to )",
        "",
    ),
    (r"\([0-9a-f.:]{3,45}\) (@)", " - (?:login|logout|userinfo error|session error|filter message) - ", ""),
    (r"(?:info|warning|error): (@) [0-9a-f.:]{3,45}", r' \\{0,7}"(?:get|post|put|delete) /[^\s\xff]{0,200}\\{0,7}" with parameters ', ""),
    (r"user (@)", " (?:succeeded|failed) in authentication", ""),
    (r"user (@)@[a-z0-9.\-]{1,64}@[0-9a-f.:]{3,45}", " (?:failed to log in|successfully logged in)", ""),
    (r"user=(@)", ": authentication request (?:accepted|rejected|denied)", ""),
    # ISA Server's log of its proxy.
    (
        r"(?:\t|\\t)[a-z0-9.\-]{1,32}\\{1,4}(@)(?:\t|\\t)[^\t\xff]{1,160}(?:\t|\\t)[yn](?:\t|\\t)[0-9\-]{10}(?:\t|\\t)[0-9:]{8}",
        r"(?:\t|\\t)w3proxy(?:\t|\\t)",
        "",
    ),
    # ZNC, Mumble's Murmur, Domino, ActiveMQ, Proxmox VE, Cowrie; 3proxy's log by default.
    (r"\[(@)", r"\] (?:failed to login from|connected to znc|disconnected from znc)", ""),
    (r"<[0-9]{1,6}:(@)", r"\(-?[0-9]{1,6}\)> (?:rejected connection|authenticated|connection closed|new connection|moved|disconnecting|kicked|banned|timeout|client version)", ""),
    (r"(?:smtp|imap|pop3|http|ldap): {1,3}(@) \[[0-9a-f.:]{3,45}", r"\] authentication failure using internet password", ""),
    (r"\| (@)", " requested /", r"[^\s\xff]{0,200} from [0-9a-f]"),
    (r"<(@)@[a-z0-9.\-]{2,32}", "> (?:successful auth for user|starting task upid:|end task upid:)", ""),
    (r"login attempt \[(?![0-9]{1,3}/[0-9]{1,3}\])(?:b')?(@)'?/(?:b')?([^\]'\r\n\xff]{1,64})'?", r"\] (?:failed|succeeded)", ""),
    (r"[0-9]{12}\.[0-9]{3} [0-9]{2,5} [0-9]{5} (@) [0-9a-f.:]{3,45}:[0-9]{1,5} [0-9a-f.:]{3,45}:[0-9]{1,5} [0-9]{1,12} [0-9]{1,12} [0-9]{1,3}", " (?:connect|get|post|head|put|http_[a-z]{2,8}|socks_[a-z]{2,8}|tcpm) ", ""),
    # What `svn log` prints.
    (r"(?:\b|(?<=\\[nrt]))r[0-9]{1,8} \| (@)", r" \| [0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8} [+\-][0-9]{4}", ""),
    # squidGuard's log of what it blocked; ProxySG's main format.
    (r" [0-9a-f.:]{3,45}/[^\s/\xff]{1,128} (@)", " (?:get|post|connect|head|put) redirect", r"[\s\"\\]|\Z"),
    (r" [0-9a-f.:]{3,45} (@)", r" [^\s\xff]{1,64} [^\s\xff]{1,64} (?:observed|proxied|denied) \\{0,7}\"", ""),
    # The file in which tac_plus accounts for commands.
    (r"(?:\t|\\t)(@)(?:\t|\\t)[a-z0-9/]{1,12}(?:\t|\\t)[0-9a-f.:]{3,45}", r"(?:\t|\\t)(?:start|stop|update)(?:\t|\\t)task_id=", ""),
    # MySQL's general log: `Connect ann@localhost on shop`.
    (r"connect(?:\\t|\s){1,4}(@)", "@localhost on ", ""),
)  # fmt: skip
_TAIL: Final = Lookbehind(
    [(before.replace("@)", "@N)") + words).encode().replace(b"@N", _NAME) for before, words, _ in _TAILS]
)
_GOES_ON: Final = tuple(re.compile(behind.encode(), re.IGNORECASE) for _, _, behind in _TAILS)


def judge_before_words(data: bytes, end: int) -> Verdict:
    """The account before words that a daemon prints behind one, and the password that FreeRADIUS prints beside it."""
    name = next((name for number, name in _TAIL.matches(data, end) if _GOES_ON[number].match(data, end)), None)
    if name is None:
        return "no_name"
    found = account(name.start(1), name[1], "account_before_words")
    if name.lastindex == _PASSWORD:
        found.append(Found(*name.span(_PASSWORD), "secret", "account_before_words", "format", 40))
    return found or "account_of_system"


#: The group of the password, where there is one.
_PASSWORD: Final = 2

DETECTORS: Final = (
    Detector(
        "account_of_daemon",
        tuple(anchor for _, anchor, _ in _PHRASES),
        judge_behind_words,
        (
            "sshd[2]: error: PAM: Authentication failure for ann from 192.0.2.1", "Too many authentication failures for ann [preauth]",
            "pam_faillock(sshd:auth): Consecutive login failures for user ann account temporarily locked", "fatal: Access denied for user ann by PAM account configuration",
            "pam_tally2(sshd:auth): user ann (1001) tally 5, deny 3", "login[33]: LOGIN ON tty1 BY ann", "FAILED LOGIN 1 FROM tty1 FOR ann, Authentication failure",
            "su: (to ann) root on pts/0", "su: FAILED SU (to ann) root on pts/1", "535 Incorrect authentication data (set_id=ann)", "P=esmtpsa A=dovecot_login:ann S=4412", "MULTI: Learn: 10.8.0.6 -> ann/192.0.2.1:1194", "to=x, ctladdr=ann (1001/1001), delay=1",
            "Authentication for user [ann] -> [ann] FAILED", "Auth: [SMB2,(null)] user [CORP]\\[ann] at [now]", "mapped to [CORP]\\[ann]", "Authentication failed for user [ann]", "wordpress(shop)[8]: Authentication failure for ann from 192.0.2.1", "Authentication of [ann] was terminated by realm [native1] - failed to authenticate user [ann]",
            "Provided username ann and/or password are incorrect",
            "connect to service share initially as user ann (uid=1001, gid=1001)", "received EAP identity 'ann'", "postgres: ann shop 192.0.2.1(51234) SELECT", "smbd_audit[4]: ann|192.0.2.1|share|open|ok|r|report.doc", "ACTION:[7] 'CONNECT' DATABASE USER:[3] 'ann' PRIVILEGE:[4] 'NONE'", "Configured from console by ann on vty0",
            "SCRAM-SHA-256 authentication failed for ann on admin from client 192.0.2.1:1", "Login OK: [ann] (from client nas1 port 0)", "SENT CONTROL [ann]: 'PUSH_REPLY'",
            "User authentication succeeded: IP address: 192.0.2.1, Uname: ann", "User priv level changed: Uname: ann From: 1 To: 15", "Group staff-policy User ann IP 192.0.2.1 WebVPN session terminated", "to fw:192.0.2.2/21, user ann Stored file /srv/x", "Accessed URL ann@192.0.2.1:http://x.example/",
            "%SYS-6-LOGOUT: User ann has exited tty session 2(192.0.2.1)", "Administrator ann logged in successfully from https(192.0.2.1)", "Authorization for user ann accepted", "login query for 'ann' port tty2 from 192.0.2.1 accepted", "ppp,info <pppoe-ann>: authenticated", "ocserv[1]: worker[ann]: 192.0.2.1 suggesting DPD", "IMAP Error: Login failed for ann against localhost from 192.0.2.1", "relay=x [192.0.2.1], authid=ann, mech=PLAIN", "AUTHID : ANN  HOSTNAME: db1", "User name [ann] or password is invalid", "AMQ9557E: Queue Manager User ID initialization failed for 'ann'.", "OS$USERID:[3] 'ann' DBID:[10]", "AUDIT - user ann - RAW: x", r"src if:192.0.2.1(LOCAL\ann) dst", "httpd(pam_audit): user=ann(ann) partition=[All]", 'rcvd [CHAP Response id=0x1 <0102>, name = "ann"]', "assigning virtual IP 10.9.0.2 to peer 'ann'", "l2tp,ppp,info,account ann logged in, 10.9.0.2",
            r"[User CORP\ann@192.0.2.1 logged in as x]", r"[info] [CORP\ann] [] [12]", "dropbear[8]: Password auth succeeded for 'ann' from 192.0.2.1:1", "dropbear[8]: Exit (ann): Disconnect received", "crontab[3]: (root) LIST (ann)", "authenticated as unix-user:ann to gain", "auth_ldap authenticate: user ann authentication failed; URI /",
            "421AF1x: from=ann, size=312, class=0", ", relay=ann@localhost", "spamd: identified spam (12.3/5.0) for ann:1001 in 1.2 seconds", 'Queued on "HP" by "ann".', r"Document 12, x owned by ann on \\WS12 was printed on HP", "SERVICE NOTIFICATION: ann;web1;HTTP;CRITICAL", "orgId=1 uname=ann t=1", "(p2, c1, k60, u'ann')", "# User@Host: ann[ann] @ [192.0.2.1]",
            "host (x[192.0.2.1]) - USER ann (Login failed): Incorrect password.", "ALTER USER ann WITH PASSWORD 'x'", "FAILED LOGIN cpaneld: invalid cpanel user ann (loadcpdata failed)", "MULTI: primary virtual IP for ann/192.0.2.1:1194: 10.8.0.6", "192.0.2.1:1194 VERIFY OK: depth=0, C=US, CN=ann",
            "authentication of 'ann' with EAP successful", "pppd[3]: PAP peer authentication failed for ann", "userdel[8]: removed group 'ann' owned by 'ann'", "Configured from vty by ann on 192.0.2.1@pts/0", "Change 4711 on 2024/03/01 by ann@ws 'fix'", "%AAA-6-AAA_ACCOUNTING_MESSAGE: update:192.0.2.1@pts/0:ann:configure terminal (SUCCESS)",
            "events type=8021x_eap_success port='' identity='ann' vap='0'", "Login failed: 'ann' (Remote IP: '192.0.2.1')", '{"message":"Login successful: \\"ann\\""}', r"1,x,USERID,login,2049,x,vsys1,192.0.2.1,corp\ann,ad-agent,0", "1,x,CONFIG,0,0,x,192.0.2.1,,set,ann,Web,Succeeded,vsys", "Process(988.1) User(ann) Program(strmqm.exe)", "192.0.2.1 - ann@example.test (possessor: ann) - SUCCESS LOGIN webmaild",
            "su: BAD SU from ann to root at /dev/pts/1", "'su oracle' failed for ann on /dev/pts/3", "'su ann' succeeded for root on /dev/console", "failed: ttyq4 changing from ann to root", "sshd[4]: Login restricted for ann: You entered an invalid login name", "Authentication tried for ann with correct key but not from a permitted host", "limdaemon: login by ann (pid=248,cost=1)",
            "login: Login failure on /dev/pts/7 from x.example.com, ann", "ftpd[2]: FTP LOGIN FROM x.example.com, ann", "su ok session 3668 by ann as root:other from 192.0.2.1", "account added to group - account=ann, group=video, gid=33", "FAILED LOGIN (1) on '/dev/tty1' FOR 'ann', Authentication failure", "Group [VPNFull] User [ann] Remote peer has failed", "05/18/2004,02:11:03,Authen failed,ann,punks,192.0.2.1", "Login succeeded for ann/Users from 192.0.2.1.", "Session timed out for ann/Users (session:0) due to inactivity", "events client_vpn_connect user id 'ann' local ip 192.0.2.2", "Session connected. User[ann]: Peer IP=192.0.2.1",
            "vchkpw-pop3: vpopmail user not found ann@:192.0.2.1", "vchkpw-pop3: null password given ann:192.0.2.1", "vchkpw-imap: (PLAIN) login success ann:192.0.2.1", "x - login - ann*www.example.com-session-0.51", "Event 285 : Failed login attempt for ann@192.0.2.1", "to extension '70046313115067' rejected because",
            r"[Originator@6876 sub=Libs opID=x1 sid=52f14cc5 user=ann:CORP\ann] Util: x", "[Originator@6876 sub=Libs opID=x1 user=ann:<no user>] File - failed", "Adding users '[{Name: ann, Domain: corp.example}]' to local group", "[SSH session was opened for ann@192.0.2.1.]", r"was added to Global Security Group 'Ops' by 'CORP\ann'.", "remote: Permission to shop/web.git denied to ann.", "Security: SSH terminated by ann from src IP 192.0.2.1", r"Login attempts for user [CORP\ann] exceeded limit", "generate new access token for user ann on domain local from 192.0.2.1", "The rejected VPN user name is ann", ";when=1738778086;who=Ann Lee(ann) using password;who_ip=192.0.2.1",
            'The user name that has been provided was "ann", from 192.0.2.1.', "'192.0.2.1' 2 failed login attempts. Account 'ann'", "'192.0.2.1' successful login to 'ann' after 1 attempts", "SIP auth failure (INVITE) on sofia profile 'internal' for [1001@192.0.2.2] from ip 192.0.2.1", "Can't find user [1001@192.0.2.2] from 192.0.2.1", "badlogin: x.example [192.0.2.1] plaintext ann SASL(-13): authentication failure",
            "[LOGIN_ERROR] ann (example.org) from 192.0.2.1: Unknown user", "user does not exist [uid: 0, name: ann, keyid: 0]", "user with username input 'ann' which usually indicates they do not exist", "2021|CAS|Supplied credentials|AUTHENTICATION_FAILED|ann|192.0.2.1|192.0.2.2", "msg=no such user ('ann@pam')", "successful auth for user 'ann@pve'", "Login failed: ann (Remote IP: 192.0.2.1)", "192.0.2.1 | https | o@9K7Z3NNx6x3112x1 | ann | 2012-10-29 00:06:26,838 | GET", "192.0.2.1 | RepositoryCreatedEvent | ann | 1400681373433 | PROJECT/x", "Requested-By: ann (1005)", "Verify password for record type Users 'ann' node '/Local/Default'",
            "EXTERNAL COMMAND: SCHEDULE_HOST_DOWNTIME;web1;1334665800;1334553600;1;0;120;ann;test;", "EXTERNAL COMMAND: ACKNOWLEDGE_SVC_PROBLEM;web1;HTTP;2;1;0;ann;on it", "EXTERNAL COMMAND: ADD_HOST_COMMENT;web1;1;ann;x", r"MAC Address: (x), Logged On Users: (CORP\ann), OS: x", "end task UPID:pve1:0009A6C4:01E61B5F:62B1F3A2:qmstart:100:ann@pam: OK",
        ),
        (
            "Authentication failure for tenant acme", "LOGIN ON tty1 BY root", "Access denied for user group by policy", "job submitted for user [1 of 3]", "create user failed", "create role admin done",
            "map [a] -> [b c]", "postgres: checkpointer process started", "postgres: postgres shop [local] idle", "deny (to ann) now",
            "uname: Linux 6.1.0", "in group a user b joined", "the main[1]: 12", "VERIFY OK: depth=1, CN=Example CA", "Login failed: 'x' is no module", "Login failed: invalid credentials", "set,edit,web,cli", "authentication of 'ann' started", "removed group 'staff'", "User(s) Program(s)", "'su root' succeeded for root on /dev/console", "order changing from new to paid", "account=4711, amount=3", "login by mail (optional)", "ANONYMOUS FTP LOGIN FROM x [192.0.2.1], a", "login failed for users of a against b", "login failed for reasons against policy", r"(local\path) missing", "authid : missing", "user name [a-z0-9] or password pattern invalid", "user name [a] is taken", ", user agent failed to load", "the administrator disabled it", "Exit (1): error", "owned by the team", "from=cache, size=12px", "host notification: sent", "the url a@b:c", "|CAS|ticket|TICKET_CREATED|audit:unknown|x", "no such user ('root@pam')", "| https | o@9K7Z3NNx6x3112x1 | - | 2012-10-29 00:06:26,838", "requested-by: the team (12)", "| UserCreatedEvent | root | 1400681400000 | -", "EXTERNAL COMMAND: ENABLE_NOTIFICATIONS;x", "Can't find user [list] from cache", "in plaintext form", "UPID:pve1:0009A6C4:01E61B5F:62B1F3A2:vzdump::root@pam: OK",
        ),
        "Linux-PAM, util-linux login, shadow-utils su, Exim, Sendmail, Samba, Pure-FTPd, strongSwan, FreeRADIUS, OpenVPN, ProFTPD, MongoDB, Elasticsearch, Cassandra, WP fail2ban, Oracle Database, SQL:2016; Cisco ASA and IOS, FortiOS, F5 TMOS, RouterOS and VMware message references; cPanel & WHM, cpsrvd; Nextcloud; su(1), login(1) and audit of Solaris and AIX; SUSE pwdutils; Ruckus FastIron, Commvault, Cohesity, Aviatrix, ManageEngine ADAudit Plus, BeyondTrust, Message Format; Pulse Connect Secure, Cisco Meraki; Cisco VPN 3000 and Secure ACS; vpopmail; Open WebMail; VMware ESX; Asterisk; PAN-OS and Cisco NX-OS and Meraki syslog references; IBM MQ error logs; Perforce, p4 changes; pppd(8), Dropbear, cron, polkit, mod_authnz_ldap, SpamAssassin, CUPS, Nagios, Grafana, Mosquitto, MySQL; GitHub Docs, Error: Permission to user/repo denied; SoftEther VPN manual, logging; DirectAdmin, brute force log; FreeSWITCH sofia_reg.c; Cyrus IMAP; SquirrelMail Squirrel Logger; Gitea auth.go; Authelia; Apereo CAS, Inspektr; Proxmox VE, UPID; Cylance Syslog Guide, device events; Bitbucket Data Center, access log format; apt, history.log; OpenBSM; Nagios Core, external commands",
    ),
    Detector(
        "account_before_words",
        tuple(words for _, words, _ in _TAILS),
        judge_before_words,
        (
            "Login incorrect: [ann/hunter22] (from client nas1 port 0)", "192.0.2.1:1194 [ann] Peer Connection Initiated with x", "openvpn[1]: ann/192.0.2.1:1194 MULTI_sva: pool returned",
            "pure-ftpd: (ann@192.0.2.1) [INFO] now logged in", "ann (ipv4:192.0.2.1:445) connect to service share", "1286536308.779 180 192.0.2.7 TCP_MISS/200 411 GET http://example.com/ ann HIER_DIRECT/192.0.2.1 text/html",
            "su[123]: + /dev/pts/0 ann:root", '[pid 2] [ann] FTP command: Client "192.0.2.1", "RETR /x"', "2024-05-01 10:00:00 UTC:192.0.2.1(51234):ann@shop:[881]:LOG:  duration: 12 ms", "pure-ftpd: (?@192.0.2.1) [INFO] ann is now logged in", "12 Connect ann@localhost on shop", "ann/192.0.2.1:1194 peer info: IV_VER=2.6", "INFO: Ann42[/192.0.2.1:51234] logged in with entity id 4",
            "ann/192.0.2.1:1194 Data Channel: using negotiated cipher 'AES-256-GCM'", "10:17:01 UTC [12] ann@shop LOG:  connection authorized", "doas: ann ran command /bin/ls as root", "crontab[3]: (ann) BEGIN EDIT (root)", "20240301 10:17:03,db1,ann,192.0.2.1,12,345,QUERY,shop,'SELECT 1',0",
            "1234 /srv/x.txt b _ o r ann ftp 0 * c", "HP_LaserJet ann 12 [01/Mar/2024:10:20:01 +0100] total 3 - localhost report.pdf", "User ann of group staff logged in successfully", "hotspot,info,debug ann (192.0.2.1): logged in", "login: x.example.com [192.0.2.1] ann PLAIN+TLS User logged in", 'msg="ann initiated sync to 4f2a9c1 (HEAD)"', "INFO  [ann]: logged in", "INFO | ann called org.apache.activemq.broker.jmx.QueueView.purge[]", "user=ann(ann) partition=[All]", "trust untrust 12345 ann(N/A) ge-0/0/1.0 UNKNOWN",
            "info [cpsrvd] 192.0.2.1 - ann - SUCCESS LOGIN whostmgrd", "192.0.2.1 - ann (possessor: root) - SUCCESS LOGIN cpaneld", '192.0.2.1 - ann "POST /login/?login_only=1 HTTP/1.1" FAILED LOGIN cpaneld: invalid', r"2022-03-21 08:53:51.087Z [ann]: Login_Allowed - - to=AdminConnector\040x", "SSLVPN LOGOUT 12 0 :  User ann - Client_ip 192.0.2.1 - Nat_ip x", "User ann : Group(s) N/A : Vserver 192.0.2.1:113", "rshd[9]: ann@web1 as bob: cmd='ls'", "rshd[9]: db@web1 as ann: cmd='ls'", "su: ann to root on /dev/ttyp0", "SU 07/23 01:24 + pts/4 ann-root", "2005-12-07 02:13:19 - ive - [192.0.2.1] Root::ann(Users)[Users] - Login failed", "msg=User ann succeeded in authentication", "User ann@CORP@192.0.2.1 failed to log in with response code 401", "AnyConnect: User=ann: Authentication request accepted", "[11719] (192.0.2.1) ann - login - x", 'INFO: ann 192.0.2.1 "GET /agents" with parameters {} and body {}', "192.0.2.1\tCORP\\ann\tMozilla/5.0\tY\t2006-11-12\t00:00:00\tw3proxy\tPROXY1", "r4711 | ann | 2024-03-01 10:11:12 +0000 (Fri, 01 Mar 2024) | 1 line", "Request(default/ads/-) http://x.example/ 192.0.2.1/- ann GET REDIRECT", '45 192.0.2.1 ann - - OBSERVED "Technology/Internet" https://x.example/', "192.0.2.1\tann\ttty1\t192.0.2.7\tstop\ttask_id=2331\tservice=shell", "User ann of group Open Group logged in successfully",
            "[2018-10-27 01:40:55] [ann] failed to login from 192.0.2.1", "1 => <4:ann(-1)> Rejected connection from 192.0.2.1:29530", "smtp: ann [192.0.2.1] authentication failure using internet password", "WARN  | ann requested /admin/queues.jsp from 192.0.2.1 | qtp2", "<ann@pve> starting task UPID:pve1:1:1", "login attempt [b'ann'/b'hunter22'] failed", "190820200558.429 9051 00005 ann 192.0.2.1:62700 192.0.2.2:80 0 0 0 CONNECT 192.0.2.2:80",
        ),
        ("(?@192.0.2.1) [INFO] x", "GET http://example.com/ - HIER_DIRECT/192.0.2.1", "chown x:root /srv", "[1/2] (from cache)", "+ pts/0 root:root", "b _ o r root ftp 0 * c", 'msg="application-controller initiated automated sync to 4f2a9c1"', "main: [main]: logged in 3 consumers", "12345 N/A(N/A) ge-0/0/1.0", "[main]: Logout - done", "by [root]: Logout - - x", "root - root - SUCCESS LOGIN whostmgrd", "User root - Client_ip x", "su: root to root on /dev/ttyp0", "runs as non-root", "- see non-root", "<root@pam> end task UPID:pve1:1", "190820200525.712 9051 00005 - 192.0.2.1:40562 192.0.2.2:443 0 0 0 CONNECT x", "INFO | servlet requested /x", "login attempt [1/3] failed", "[12] postgres@shop LOG:  x", "(root) LIST (root)"),
        "FreeRADIUS, OpenVPN, Pure-FTPd, vsftpd, Samba, Squid, shadow-utils su, MySQL, MariaDB, PostgreSQL, Amazon RDS, doas(1), cron, xferlog(5), CUPS page_log, Junos OS, cPanel & WHM, Infoblox NIOS audit log, Citrix ADC syslog messages, Sophos Firewall, squidGuard, tac_plus, ProxySG, Subversion, su(1) of BSD and Solaris, Juniper Secure Access, Open WebMail, Wazuh API, ISA Server; ZNC adminlog; Mumble server, Server.cpp; HCL Domino; ActiveMQ audit log; Proxmox VE, tasks; Cowrie; 3proxy, logformat",
    ),
)  # fmt: skip
