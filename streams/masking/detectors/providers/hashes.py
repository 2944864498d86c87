"""Passwords as systems store them: hashes that say by which method they were made."""

from typing import Final

from streams.masking.detectors.providers.format import Format

__all__ = ["FORMATS"]

FORMATS: Final[tuple[Format, ...]] = (
    Format("bcrypt_hash", r"\$2[abxy]\$\d\d\$", r"[./A-Za-z\d]{16}", r"[./A-Za-z\d]{0,37}+", "$2b$12${w53}", "crypt(5), bcrypt"),
    Format("shacrypt_hash", r"\$(?:[15689]|apr1|sha1\$\d{1,9})\$(?:rounds=\d{1,9}\$)?[./A-Za-z\d]{2,16}\$", r"[./A-Za-z\d]{20}", r"[./A-Za-z\d]{2,66}+", "$6${w16}${w86}", "crypt(5), sha512crypt, sha256crypt, md5crypt, sha1crypt; htpasswd(1); Cisco IOS docs, enable secret, types 8 and 9", reach=80),
    Format("yescrypt_hash", r"\$g?y\$[./A-Za-z\d]{2,12}\$[./A-Za-z\d]{2,86}\$", r"[./A-Za-z\d]{20}", r"[./A-Za-z\d]{2,66}+", "$y$j9T${w22}${w43}", "crypt(5), yescrypt", reach=136),
    Format("phc_hash", r"\$(?:argon2(?:id|i|d)|scrypt|pbkdf2(?:-sha(?:1|256|512))?)\$", r"[\w=,]{3}", r"[\w=,.-]{0,64}(?:\$[\w+/.=,-]{4,128}){0,2}\$(?:[\w+/]|\.(?=[\w+/])){16,128}+={0,2}", "$argon2id$v=19$m=65536,t=3,p=4${w22}${w43}", "PHC string format; Passlib docs, pbkdf2"),
    Format("phpass_hash", r"\$(?:[PHS])\$", r"[./A-Za-z\d]{20}", r"[./A-Za-z\d]{11,32}+(?![./\w])", "$P$B{w30}", "Openwall, phpass; Drupal docs, passwords", bits=3.0),
    Format("django_hash", r"(?:pbkdf2_sha(?:1|256|512)|bcrypt_sha256|scrypt|argon2)\$(?:\d{1,9}\$)?", r"[\w+/=$.]{6}", r"(?:[\w+/=.,-]{0,100}\$){1,5}(?:[\w+/]|\.(?=[\w+/])){16,200}+={0,2}", "pbkdf2_sha256$600000${w22}${w43}=", "Django docs, password management"),
    Format("werkzeug_hash", r"(?:pbkdf2:sha\d{1,3}:\d{3,8}|scrypt:\d{3,7}:\d{1,3}:\d{1,3})\$", r"[\w./+-]{4}", r"[\w./+-]{0,60}+\$[\da-f]{32,128}+", "scrypt:32768:8:1${w16}${x128}", "Werkzeug docs, generate_password_hash"),
    Format("ldap_hash", r"\{(?:S?SHA(?:256|384|512)?|S?MD5|CRYPT|PBKDF2(?:-SHA(?:1|256|512))?)\}", r"[A-Za-z\d+/.$]{12}", r"[A-Za-z\d+/.$]{8,200}+={0,2}", "{SSHA}{w38}==", "RFC 2307, userPassword; OpenLDAP docs, password storage"),
    Format("kerberos_hash", r"\$krb5(?:tgs|asrep|pa|tgt)\$\d{1,2}\$", r"[\w*./@$:-]{8}", r"[\w*./@$:-]{0,400}?\$[\da-f]{16,64}\$[\da-f]{24,8192}+", "$krb5tgs$23$*{w8}$EXAMPLE.COM$host/db*${x32}${x64}", "hashcat, example hashes; RFC 4120"),
    Format("postgres_hash", r"md5", r"[\da-f]{32}", r"(?![\w.-])", "md5{x32}", "PostgreSQL docs, pg_authid", behind="sign"),
    Format("scram_verifier", r"SCRAM-SHA-(?:1|256|512)\$\d{1,8}:", r"[A-Za-z\d+/=]{12}", r"[A-Za-z\d+/=]{0,80}\$[A-Za-z\d+/=]{20,100}:[A-Za-z\d+/=]{20,100}+", "SCRAM-SHA-256$4096:{w22}==${w43}=:{w43}=", "PostgreSQL docs, pg_authid; RFC 5803", reach=64),
    Format("windows_hashes", r":[\da-f]{32}:", r"[\da-f]{32}", r":::", ":{x32}:{x32}:::", "Impacket docs, secretsdump; pwdump format", anchor=r"(?-i:[\da-f]{8}:::)", reach=80, behind="any"),
)  # fmt: skip
