"""Users in the names that a cloud gives its resources."""

import re
from typing import Final

from streams.masking.detectors.accounts import account
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


DETECTORS: Final = (
    Detector(
        "arn_user",
        (":(?:federated-)?user/",),
        judge_user,
        ("User: arn:aws:iam::123456789012:user/ann.lee is not authorized to perform: s3:PutObject", '"arn":"arn:aws:iam::123456789012:user/staff/annlee"', "arn:aws:sts::123456789012:federated-user/ann"),
        ("arn:aws:iam::123456789012:user/*", "arn:aws:iam::123456789012:role/deploy", "GET https://x.example:user/ann", "arn:aws:iam::123456789012:group/user/staff"),
        "AWS IAM docs, identifiers",
    ),
)  # fmt: skip
