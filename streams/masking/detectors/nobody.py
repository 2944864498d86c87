"""Values that stand for none: what is missing, hidden already, or a placeholder of a template."""

import re
from typing import Final

__all__ = ["is_nobody", "is_workload"]

#: What stands where a value is missing, hidden already, or a placeholder of a template. Between brackets only words that
#: say so, and names of variables as templates write them: `[hunter2]` and `$ecret` are passwords.
_HIDDEN: Final = (
    r"(?:(?:your|my|the|a|an|no|not|some|user|new|old|value|data|is|was|be|to|here|field|sensitive|secret|api|access|auth|client|db)[ _\-])*"
    r"(?:redacted|masked|filtered|hidden|removed|omitted|secret|password|passwd|pwd|token|key|value|name|email|phone|user|username|"
    r"address|id|string|number|object|array|null|none|empty|unknown|undefined|missing|protected|sensitive|deleted|scrubbed|"
    r"object [a-z]+|circular|data|binary|bytes|here|anonymi[sz]ed)"
)
_NOBODY: Final = re.compile(
    rb"(?:null|none|nil|nan|true|false|undefined|unknown|anonymous|default|n/?a|empty|blank|missing|present|set|unset|0x[0-9a-f]{1,4}|not[_ ]set|required|"
    rb"invalid|expired|optional|redacted|masked|filtered|protected|hidden|removed|\[(?:%b)?\]|<(?:%b)?>|\{\{?[ ]?[a-z_][a-z_.]{0,38}[ ]?\}?\}|\{\}|"
    rb"\$\{[a-z_][a-z0-9_.:\-]{0,58}\}?|\$(?-i:[A-Z_][A-Z0-9_]{1,40})|\$[0-9]{1,2}|"
    rb"%%(?:\([a-z_]+\))?[sdvq]|%%(?-i:[A-Z_][A-Z0-9_]{1,40})%%|\*+|(?:\xe2\x80\xa2)+|-+|x{3,}(?:[_\- ]x{2,})*|\.{2,}|\?+|\(?null\)?|\((?:redacted|masked|filtered|hidden|removed|omitted|none|empty|unset|not set|not shown)\)?|self|system|localhost|current_user|session_user|system_user|current_role|object|string|number|boolean|any|int|str|bool|enum|varchar|bigint|"
    rb"enabled|disabled|accepted|denied|granted|failed|rejected|succeeded|success|sent|issued|verified|generated|include|omit|same-origin|eof|eol|ok|valid|revoked|refreshed|identifier|punctuation|"
    rb"bearer|basic|oauth2?|jwt|mfa|not found|array|secretstr|securestring|(?:none|null|nil|true|false|undefined)\)[:;]?)\Z"
    % (_HIDDEN.encode(), _HIDDEN.encode()),
    re.IGNORECASE,
)
#: The longest word for nobody, in bytes, and what all longer placeholders begin with: most values are neither.
_NOBODY_MAX: Final = 12
_SIGNS: Final = b"[<{$%*-x.?(X\xe2"


def is_nobody(value: bytes) -> bool:
    """Whether a value says that there is none, or stands for one."""
    return (len(value) <= _NOBODY_MAX or value[0] in _SIGNS) and _NOBODY.match(value) is not None


#: A workload of Kubernetes and its kind, as the vertical pod autoscaler (VPA) names what it scales.
_WORKLOAD: Final = re.compile(
    rb"@(?:deployment|statefulset|daemonset|replicaset|replicationcontroller|cronjob|job|pod|rollout)s?\Z",
    re.IGNORECASE,
)


def is_workload(value: bytes) -> bool:
    """Whether what looks like a mailbox names a workload of Kubernetes (`web@deployment`)."""
    return _WORKLOAD.search(value) is not None
