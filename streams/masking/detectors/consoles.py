"""Passwords in the commands of network devices and in those that make accounts, which logs of both repeat."""

import re
from typing import Final

from streams.masking.context import WORD_START
from streams.masking.detectors.accounts import account
from streams.masking.found import Detector, Found, Verdict

__all__ = ["DETECTORS"]

#: Words before a secret, and how it is encoded (0 clear, 5 MD5, 7 Vigenère; ENC at FortiOS): Cisco IOS, NX-OS and ASA, Junos, FortiOS, Arista EOS, MikroTik.
_DEVICE: Final = re.compile(
    WORD_START
    + rb"(?:username (?P<user>\S{1,64})(?: privilege [0-9]{1,2})?(?: role \S{1,32})? (?:password|secret)|enable (?:password|secret)(?: level [0-9]{1,2})?|"
    rb"set (?:user \S{1,64} |system \S{1,40} )?(?:password|passwd|secret|psksecret|passphrase|psk)|neighbor \S{1,64} password|key-string|wpa-psk|pre-shared-key(?: \S{1,16}-text| local| remote)?|"
    rb"message-digest-key [0-9]{1,3} md5|(?:tacacs|radius)-server (?:host \S{1,64} )?key|crypto isakmp key|snmp(?:-server)? community|"
    rb"(?:encrypted-password|plain-text-password-value|authentication-key|shared-secret)) "
    rb"(?:(?P<code>[0-9]|ENC|enc|encrypted|hash|plaintext|ascii(?: [0-9])?|hex(?: [0-9])?) )?"
    rb"(?:(?:\\{0,31}[\"'])?(?P<secret>[^\s\"'\\;|<>\xff]{4,512}))",
    re.IGNORECASE,
)
_DEVICE_MAX: Final = 200
#: Prose has words where a command has a password: `set password failed`, `enable secret rotation`.
_MIXED: Final = re.compile(rb"(?=.*[0-9$!@#%^&*_])(?=.*[A-Za-z])|[^A-Za-z]*\Z")


def judge_device(data: bytes, end: int) -> Verdict:
    """The secret in a line of a network device's configuration."""
    for line in _DEVICE.finditer(data, max(0, end - _DEVICE_MAX), end + 520):
        if line.start() < end <= line.start("secret"):
            if line["code"] is None and not _MIXED.match(line["secret"]):
                return "prose"
            user = account(line.start("user"), line["user"], "device_command") if line["user"] else []
            return [*user, Found(*line.span("secret"), "secret", "device_command", "command", 57)]
    return "no_command"


#: Commands whose password stands where it stands, not behind an option: (before the user, between, behind).
_ACCOUNT: Final = re.compile(
    WORD_START
    + rb"(?:net1?(?:\.exe)? user (?P<a>[^\s/\"'\\]{1,64}) (?P<b>[^\s/*\"'\\]{3,128})(?= /(?:add|domain|active))"
    rb"|htpasswd -[A-Za-z5]{0,6}b[A-Za-z5]{0,6}(?: -\w{1,4})* (?!-)\S{1,128} (?P<c>[^\s\"'\\]{1,64}) \\{0,31}[\"']?(?P<d>[^\s\"'\\]{3,128})"
    rb"|(?:user(?:add|mod)|adduser) (?:[^\n\r;|\xff]{0,100}? )?(?:-p|--password)[ =]\\{0,31}[\"']?(?P<e>[^\s\"'\\\-][^\s\"'\\]{2,128})"
    rb"|chpasswd\b[ <]{1,5}\\{0,31}[\"']?(?P<f>[^\s:\"'\\]{1,64}):(?P<g>[^\s\"'\\]{3,128})"
    rb"|echo (?:-n )?\\{0,31}[\"']?(?:(?P<h>[^\s:\"'\\]{1,64}):)?(?P<i>[^\s\"'\\]{3,128})\\{0,31}[\"']? ?\| ?(?:sudo (?:chpasswd\b|-[A-Za-z]{0,4}S)|chpasswd\b)"
    rb"|openssl (?:enc|aes[\w\-]{1,20}|des3)[^\n\r;|\xff]{0,160}? -k \\{0,31}[\"']?(?P<j>[^\s\"'\\]{3,128})"
    rb"|aws configure set (?:[\w\-]{1,32}\.){0,3}aws_(?:secret_access_key|session_token) \\{0,31}[\"']?(?P<k>[^\s\"'\\]{8,1024}))",
    re.IGNORECASE,
)
_USERS: Final = frozenset("acfh")
_ACCOUNT_MAX: Final = 300


def judge_account_command(data: bytes, end: int) -> Verdict:
    """The user and the password of a command that makes an account or takes a password among its arguments."""
    for command in _ACCOUNT.finditer(data, max(0, end - _ACCOUNT_MAX), end + _ACCOUNT_MAX):
        if command.start() < end <= command.end():
            found: list[Found] = []
            for name, text in command.groupdict().items():
                if text and name in _USERS:
                    found += account(command.start(name), text, "account_command")
                elif text and not text.startswith((b"$", b"%")):
                    found.append(Found(*command.span(name), "secret", "account_command", "command", 57))
            return found or "variable"
    return "no_command"


#: A word of a command line without its quotes.
_WORD: Final = rb"\\{0,31}[\"']?([^\s\"'\\;|<>&\xff]{3,256})"
_WINDOWS_USER: Final = rb"[ \t]/u(?:ser)?:(?:[^\s\"'\\/]{1,64}\\{1,31})?[^\s\"'\\/]{1,64}"
#: Programs, and what stands before a secret among their arguments.
_TOOLS: Final = (
    (r"ldap(?:search|modify|add|delete|passwd|compare|whoami|modrdn|exop)", rb"[ \t]-[A-Za-z]{0,4}w[ \t]?" + _WORD),
    (r"snmp(?:walk|bulkwalk|get|getnext|bulkget|set|trap|inform|table|status|df)", rb"[ \t]-[cAX][ \t]?" + _WORD),
    (r"mosquitto_(?:pub|sub|rr)", rb"[ \t]-P[ \t]" + _WORD),
    ("ipmitool", rb"[ \t]-[PE][ \t]" + _WORD),
    (r"(?:bcp|osql|isql|bteq)", rb"[ \t]-P[ \t]?" + _WORD),
    # Without a password it asks for one, and the archive stands behind the option.
    ("unzip", rb"[ \t]-[A-OQ-Za-z]{0,4}P[ \t]?(?![^\s]{1,256}\.zip\b)" + _WORD + rb"(?=[ \t]+[^\s|;&>])"),
    (r"(?:twine|cqlsh|psexec(?:64)?(?:\.exe)?|crackmapexec|netexec|evil-winrm|rdesktop|nodetool)", rb"[ \t]-pw?[ \t]" + _WORD),
    (r"(?:smbclient|smbmap|rpcclient|winexe|smbget)", rb"[ \t](?:-U|--user)[ \t=]?[^\s%\"']{1,96}%" + _WORD),
    ("az keyvault secret set", rb"[ \t]--value[ \t=]" + _WORD),
    ("gh secret set", rb"[ \t](?:--body|-b)[ \t=]" + _WORD),
    ("aws secretsmanager (?:create-secret|put-secret-value|update-secret)", rb"[ \t]--secret-string[ \t=](?!file:|\{|\\{0,31}[\"'] ?\{)" + _WORD),
    ("aws ssm put-parameter", rb"[ \t]--value[ \t=](?!file:)" + _WORD + rb"(?=[^\n|;]{0,200}SecureString)"),
    ("aws ssm put-parameter", rb"SecureString\b[^\n|;]{0,200}?[ \t]--value[ \t=](?!file:)" + _WORD),
    (r"[xw]freerdp3?", rb"[ \t]/p:" + _WORD),
    ("nmcli", rb"[ \t](?:password|(?:wifi-sec|802-11-wireless-security)\.psk)[ \t]" + _WORD),
    ("wpa_passphrase", rb"[ \t](?:\\{0,31}[\"'][^\"'\n]{1,64}[\"']|[^\s\"'<>|]{1,64})[ \t]" + _WORD),
    (r"(?:impdp|expdp|sqlldr)", rb"[ \t](?:userid=)?\\{0,31}[\"']?[A-Za-z][\w$#]{0,29}/([^\s\"'\\;|<>&@\xff]{3,64})"),
    ("security add-(?:generic|internet)-password", rb"[ \t]-w[ \t]" + _WORD),
    ("lftp", rb"[ \t](?:-u|--user)[ \t=]?\\{0,31}[\"']?[^\s,\"']{1,64}," + _WORD),
    ("rabbitmqctl", rb"[ \t](?:add_user|change_password|authenticate_user)[ \t][^\s\"']{1,64}[ \t]" + _WORD),
    (r"(?:keytool|jarsigner)", rb"[ \t]-(?:src|dest)?(?:store|key)pass[ \t]" + _WORD),
    (r"(?:npm|yarn|pnpm)", rb":_(?:authToken|auth|password)[ \t=]" + _WORD),
    ("schtasks", rb"[ \t]/rp[ \t]" + _WORD),
    ("cmdkey", rb"[ \t]/pass:" + _WORD),
    ("ConvertTo-SecureString", rb"[ \t](?:-String[ \t])?(?!-)" + _WORD + rb"(?=[^\n|;]{0,80}-AsPlainText)"),
    (r"net(?:\.exe)? use", rb"[ \t]\\{2,62}[^\s\"']{1,128}[ \t](?!/)" + _WORD + rb"(?=" + _WINDOWS_USER + rb")"),
    (r"net(?:\.exe)? use", _WINDOWS_USER + rb"[ \t](?!/)" + _WORD),
)  # fmt: skip
_TOOL_NAMES: Final = tuple(dict.fromkeys(name for name, _ in _TOOLS))
_TOOL: Final = tuple(
    (re.compile(WORD_START + name.encode() + rb"[ \t]\Z", re.IGNORECASE), re.compile(options))
    for name, options in _TOOLS
)
#: The longest name of a program, and as far as its arguments are read, up to the next command.
_TOOL_NAME_MAX: Final = 56
_ARGUMENTS: Final = re.compile(rb"[^\n\r;|\xff]{0,400}")
_VARIABLE: Final = (b"$", b"%", b"{", b"*")


def judge_tool(data: bytes, end: int) -> Verdict:
    """The password among the arguments of a program that takes one behind a short option, or in a place of its own."""
    arguments = _ARGUMENTS.match(data, end - 1)
    stop = arguments.end() if arguments else end
    found = [
        Found(*secret.span(1), "secret", "tool_password", "command", 57)
        for name, options in _TOOL
        if name.search(data, max(0, end - _TOOL_NAME_MAX), end)
        for secret in options.finditer(data, end - 1, stop)
        if not secret[1].startswith(_VARIABLE)
    ]
    return found or "no_password"


#: Lines that a server or a runner repeats: Redis' and Sentinel's configuration and rules for accounts, what Vault prints when
#: it is set up, what a pipeline is told to hide (GitHub, "Masking a value in a log"; Azure Pipelines, "Logging commands"), the
#: text of a code for a wireless network.
_DIRECTIVE: Final = re.compile(
    WORD_START
    + rb"(?:requirepass|masterauth|masteruser \S{1,64}\s+masterauth|auth-pass(?: \S{1,64}(?= \S))?|acl setuser [^\n\r>\xff]{1,120}>|unseal key(?: [0-9]{1,2})?:|add-mask::|(?:tacacs|radius)_passkey update : {0,4}[^\s\xff]{0,256} {0,2}->|"
    rb"wifi:(?:[A-OQ-Z]:(?:[^;\\\xff]|\\.){0,64};){0,4}p:|vso\[task\.setvariable [^\]\n\xff]{1,120}issecret=true[^\]\n\xff]{0,60}\]) ?\\{0,31}[\"']?([^\s\"'\\;|<>\xff]{4,512})",
    re.IGNORECASE,
)


def judge_directive(data: bytes, end: int) -> Verdict:
    """The password behind a directive of Redis (redis.conf, `requirepass`)."""
    for line in _DIRECTIVE.finditer(data, max(0, end - 40), end + 720):
        if line.start() < end <= line.start(1):
            if line[1].islower() and line[1].isalpha():
                return "prose"
            return Found(*line.span(1), "secret", "directive", "command", 57)
    return "no_directive"


DETECTORS: Final = (
    Detector(
        "device_command",
        (
            r"username [^\s]{1,64} (?:privilege|role|password|secret) ", r"enable (?:password|secret) ", r"set (?:user [^\s]{1,64} |system [^\s]{1,40} )?(?:password|passwd|secret|psksecret|passphrase|psk) ",
            r"neighbor [^\s]{1,64} password ", r"(?:key-string|wpa-psk|pre-shared-key) ", r" md5 ", r"(?:tacacs|radius)-server ", r"crypto isakmp key ", r"snmp(?:-server)? community ",
            r"(?:encrypted-password|plain-text-password-value|authentication-key|shared-secret) ",
        ),
        judge_device,
        (
            "username ann privilege 15 secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0", "username ann password 0 S3cretPw99", "enable secret 9 $9$abc", "snmp-server community S3cretComm RO",
            "set system root-authentication plain-text-password-value S3cretPw99", "neighbor 192.0.2.1 password 7 0822455D0A16", "set psksecret ENC aBcD1234==", "radius-server key 7 0822455D0A16", 'set password "S3cretPw99"',
        ),
        ("set password failed", "enable secret rotation", "set password for the account", "username ann password reset", "tacacs-server timeout", "snmp community string"),
        "Cisco IOS, Junos OS, FortiOS: configuration guides",
    ),
    Detector(
        "account_command",
        (
            r"net1?(?:\.exe)? user ", r"htpasswd -", r"(?:user(?:add|mod)|adduser) ", r"chpasswd\b", r"\| ?sudo -[a-z]{0,4}s", r"openssl (?:enc|aes|des3)", r"configure set ",
        ),
        judge_account_command,
        (
            "net user ann S3cretPw99 /add", "htpasswd -bB /etc/nginx/users ann S3cretPw99", "useradd -m -p S3cretPw99 ann", "echo 'ann:S3cretPw99' | chpasswd", "echo S3cretPw99 | sudo -S ls",
            "openssl enc -aes-256-cbc -k S3cretPw99", "aws configure set aws_secret_access_key S3cretPw99S3cretPw99",
        ),
        ("net user /domain", "useradd -m ann", "useradd -p $HASH ann", "adduser --disabled-password ann", "echo done | sudo tee /x", "aws configure set region eu-west-1", "openssl enc -d -aes256"),
        "net user (Microsoft), htpasswd(1), useradd(8), chpasswd(8), openssl-enc(1), aws configure set",
    ),
    Detector(
        "tool_password",
        tuple(rf"(?:[^a-z0-9_]|\\[nrtbf]){name}[ \t]" for name in _TOOL_NAMES),
        judge_tool,
        (
            'ldapsearch -x -D "cn=admin,dc=example" -w S3cretPw99 -b dc=example', "snmpwalk -v3 -u ann -A S3cretPw99 -X S3cretPw88 192.0.2.1", "mosquitto_pub -h mq -u ann -P S3cretPw99 -t a",
            "ipmitool -I lanplus -U admin -P S3cretPw99 power status", "smbclient //fs/x -U ann%S3cretPw99 -c ls", "rabbitmqctl add_user ann S3cretPw99", "unzip -P S3cretPw99 a.zip", "keytool -list -storepass S3cretPw99",
            "npm config set //npm.example/:_authToken S3cretPw99S3cretPw99", r"net use Z: \\fs1\share S3cretPw99 /user:CORP\ann", "twine upload -u ann -p S3cretPw99 dist/x",
            "lftp -u ann,S3cretPw99 ftp.example.com",
            "az keyvault secret set --vault-name v --name db --value S3cretPw99", "gh secret set DB -b S3cretPw99", "aws ssm put-parameter --type SecureString --name /db --value S3cretPw99", "aws ssm put-parameter --value S3cretPw99 --name /db --type SecureString",
            "aws secretsmanager put-secret-value --secret-id db --secret-string S3cretPw99", "xfreerdp /v:srv1 /u:ann /p:S3cretPw99", "nmcli dev wifi connect Home password S3cretPw99", "wpa_passphrase Home S3cretPw99", "impdp system/S3cretPw99@orcl directory=d",
            "security add-generic-password -a ann -s shop -w S3cretPw99",
        ),
        (
            "ldapsearch -x -W -b dc=example", "snmpwalk -v2c 192.0.2.1 system", "mosquitto_sub -h mq -t a", "npm config set registry https://r.example", "rabbitmqctl list_users", "unzip -P a.zip", "unzip -P a.zip -d /srv", r"net use Z: \\fs1\share",
            "twine upload -p $TWINE_PASSWORD dist/x", "ipmitool power status", "lftp -u ann ftp.example.com",
            "aws ssm put-parameter --name /colour --value blue77 --type String", "nmcli dev wifi list", "wpa_passphrase Home", "impdp help=y", "gh secret set DB < token.txt", "aws secretsmanager put-secret-value --secret-string file://db.json",
        ),
        "ldapsearch(1), snmpcmd(1), mosquitto_pub(1), ipmitool(1), smbclient(1), lftp(1), az keyvault, gh secret, aws ssm and secretsmanager, xfreerdp(1), nmcli(1), wpa_passphrase(8), Oracle Data Pump, security(1), rabbitmqctl(8), keytool, npm-config, net use (Microsoft)",
    ),
    Detector(
        "directive",
        (
            r"(?:requirepass|masterauth|auth-pass) ", "_passkey update : {0,4}[^\\s\xff]{0,256} {0,2}->", "acl setuser ", r"unseal key(?: [0-9]{1,2})?:", "::add-mask::", r"task\.setvariable ", r"wifi:[a-z]:",
        ),
        judge_directive,
        ("requirepass S3cretPw99", "CONFIG SET requirepass S3cretPw99", "masterauth S3cretPw99", "sentinel auth-pass mymaster S3cretPw99", "auth-pass S3cretPw99S3cret", "ACL SETUSER ann on >S3cretPw99 ~* +@all", "TACACS global default tacacs_passkey update :   -> AQBapS3cretPw99", "Unseal Key 1: 4jYbl2CBIv6SpkKj6Hos9iD32k5RfGkLzlosrrq/JgOm", "::add-mask::S3cretPw99",
            "##vso[task.setvariable variable=dbPassword;issecret=true]S3cretPw99", "WIFI:T:WPA;S:home;P:S3cretPw99;;",
        ),
        ("requirepass is not set", "masterauth missing", "auth-pass mymaster", "ACL SETUSER ann on +@all", "unseal key missing", "radius_passkey update : failed", "##vso[task.setvariable variable=colour]blue"),
        "redis.conf; Redis docs, ACL; Vault docs, operator init; GitHub Actions docs, workflow commands; Azure Pipelines docs, logging commands; ZXing, barcode contents; AOS-CX event log message reference, 2302",
    ),
)  # fmt: skip
