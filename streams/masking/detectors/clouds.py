"""Users in the names that a cloud gives its resources."""

import re
from typing import Final

from streams.masking.detectors.accounts import account
from streams.masking.detectors.promises import PROMISES
from streams.masking.found import Detector, Verdict

__all__ = ["DETECTORS"]

#: `arn:aws:iam::123456789012:user/division/ann`, `arn:aws:sts::123456789012:federated-user/ann`.
_USER: Final = re.compile(rb"arn:aws[a-z\-]{0,16}:(?:iam|sts)::[0-9]{12}:(?:federated-)?user/\Z", re.IGNORECASE)
_USER_MAX: Final = 80
#: A path and a name; one or two letters are a placeholder in an example.
_NAME: Final = re.compile(rb"(?:[\w.,+=\-]{1,64}/){0,8}([\w+=,.@\-]{2,63}[\w+=@\-])(?![\w/*])")


def judge_user(data: bytes, end: int) -> Verdict:
    """The user in an Amazon resource name, with or without a path."""
    if not _USER.search(data, max(0, end - _USER_MAX), end):
        return "no_user"
    name = _NAME.match(data, end)
    return (account(name.start(1), name[1], "arn_user") if name else []) or "no_name"


#: `arn:aws:sts::123456789012:assumed-role/Admin/ann.lee`, `AROAEXAMPLE:ann.lee`: whoever assumes a role names the session.
_SESSION: Final = re.compile(
    rb"(?:arn:aws[a-z\-]{0,16}:sts::[0-9]{12}:assumed-role/[\w+=,.@\-]{1,64}/|\bAROA[A-Z0-9]{13,17}:)\Z", re.IGNORECASE
)
_SESSION_MAX: Final = 130
_SESSION_NAME: Final = re.compile(rb"[a-z]{1,24}[._][a-z]{2,24}[0-9]{0,4}(?![\w+=,.@/\-])", re.IGNORECASE)


def judge_session(data: bytes, end: int) -> Verdict:
    """A person's name as that of a session of a role; most are programs', so it has to look like one."""
    name = _SESSION_NAME.match(data, end) if _SESSION.search(data, max(0, end - _SESSION_MAX), end) else None
    if name is None or not PROMISES["full_name"](name[0]):
        return "no_name"
    return account(end, name[0], "role_session") or "account_of_system"


DETECTORS: Final = (
    Detector(
        "role_session",
        (r":assumed-role/[\w+=,.@\-]{1,64}/", "(?-i:AROA)[a-z0-9]{13,17}:"),
        judge_session,
        ('"arn":"arn:aws:sts::123456789012:assumed-role/Admin/ann.lee"', '"principalId":"AROAJ45Q7YFFAREXAMPLE:ann.lee"'),
        ("arn:aws:sts::123456789012:assumed-role/ci-runner/i-0598c7d356eba48d7", "arn:aws:sts::123456789012:assumed-role/ci/GitHubActions", "AROAJ45Q7YFFAREXAMPLE:build_job"),
        "AWS IAM docs, identifiers",
    ),
    Detector(
        "arn_user",
        (":(?:federated-)?user/",),
        judge_user,
        ("User: arn:aws:iam::123456789012:user/ann.lee is not authorized to perform: s3:PutObject", '"arn":"arn:aws:iam::123456789012:user/staff/annlee"', "arn:aws:sts::123456789012:federated-user/ann"),
        ("arn:aws:iam::123456789012:user/*", "arn:aws:iam::123456789012:role/deploy", "GET https://x.example:user/ann", "arn:aws:iam::123456789012:group/user/staff"),
        "AWS IAM docs, identifiers",
    ),
)  # fmt: skip
