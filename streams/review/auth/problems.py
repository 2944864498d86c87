"""Why somebody was not let in: codes for the audit and the log; a stranger gets none of them to see."""

from typing import Final, Literal, get_args

__all__ = ["PROBLEMS", "IssuerAwayError", "Problem", "RefusedError"]

Problem = Literal[
    "malformed", "too_large", "header", "type", "algorithm", "key_unknown", "signature", "duplicate", "claims",
    "issuer", "audience", "expired", "not_yet", "too_old", "revoked", "nonce", "no_role", "state", "provider", "code",
    "session", "no_token",
]  # fmt: skip

PROBLEMS: Final = frozenset(get_args(Problem))


class RefusedError(Exception):
    """A token, session or log-in that does not count; `problem` is all that is ever told about it."""

    def __init__(self, problem: Problem, subject: str | None = None, token_id: str | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        #: Of a token whose signature is right; None of all others, whose words are anybody's.
        self.subject = subject
        self.token_id = token_id


class IssuerAwayError(Exception):
    """The issuer cannot be asked at present, so that nobody can tell whether this is right."""
