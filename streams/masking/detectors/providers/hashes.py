"""Passwords as systems store them: hashes that say by which method they were made."""

from typing import Final

from streams.masking.detectors.providers.format import Format

__all__ = ["FORMATS"]

FORMATS: Final[tuple[Format, ...]] = (
    Format("bcrypt_hash", r"\$2[abxy]\$\d\d\$", r"[./A-Za-z\d]{16}", r"[./A-Za-z\d]{0,37}+", "$2b$12${w53}", "crypt(5), bcrypt"),
    Format("shacrypt_hash", r"\$[156]\$(?:rounds=\d{1,9}\$)?[./A-Za-z\d]{2,16}\$", r"[./A-Za-z\d]{20}", r"[./A-Za-z\d]{2,66}+", "$6${w16}${w86}", "crypt(5), sha512crypt, sha256crypt, md5crypt"),
    Format("yescrypt_hash", r"\$g?y\$[./A-Za-z\d]{2,12}\$[./A-Za-z\d]{2,86}\$", r"[./A-Za-z\d]{20}", r"[./A-Za-z\d]{2,66}+", "$y$j9T${w22}${w43}", "crypt(5), yescrypt", reach=136),
    Format("phc_hash", r"\$(?:argon2(?:id|i|d)|scrypt|pbkdf2(?:-sha(?:1|256|512))?)\$", r"[\w=,]{3}", r"[\w=,.-]{0,64}(?:\$[\w+/.=,-]{4,128}){0,2}\$(?:[\w+/]|\.(?=[\w+/])){16,128}+={0,2}", "$argon2id$v=19$m=65536,t=3,p=4${w22}${w43}", "PHC string format; Passlib docs, pbkdf2"),
    Format("phpass_hash", r"\$(?:[PHS])\$", r"[./A-Za-z\d]{20}", r"[./A-Za-z\d]{11,32}+(?![./\w])", "$P$B{w30}", "Openwall, phpass; Drupal docs, passwords", bits=3.0),
    Format("django_hash", r"(?:pbkdf2_sha(?:1|256|512)|bcrypt_sha256|scrypt|argon2)\$(?:\d{1,9}\$)?", r"[\w+/=$.]{6}", r"(?:[\w+/=.,-]{0,100}\$){1,5}(?:[\w+/]|\.(?=[\w+/])){16,200}+={0,2}", "pbkdf2_sha256$600000${w22}${w43}=", "Django docs, password management"),
    Format("werkzeug_hash", r"(?:pbkdf2:sha\d{1,3}:\d{3,8}|scrypt:\d{3,7}:\d{1,3}:\d{1,3})\$", r"[\w./+-]{4}", r"[\w./+-]{0,60}+\$[\da-f]{32,128}+", "scrypt:32768:8:1${w16}${x128}", "Werkzeug docs, generate_password_hash"),
    Format("ldap_hash", r"\{(?:S?SHA(?:256|384|512)?|S?MD5|CRYPT|PBKDF2(?:-SHA(?:1|256|512))?)\}", r"[A-Za-z\d+/.$]{12}", r"[A-Za-z\d+/.$]{8,200}+={0,2}", "{SSHA}{w38}==", "RFC 2307, userPassword; OpenLDAP docs, password storage"),
)  # fmt: skip
