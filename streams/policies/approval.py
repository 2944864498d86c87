"""Whether a policy may go to work: its tests hold, and its own patterns are cheap enough on ordinary lines."""

import time
from pathlib import Path
from typing import Final

import hyperscan

from streams.corpus import generate
from streams.errors import PolicyError
from streams.masking.policy import DEFAULT_MAX_DEPTH, OwnDetector, Policy
from streams.policies.loading import Loaded, load, load_text
from streams.policies.trials import outcomes

__all__ = ["approved", "approved_text", "check_budget", "check_trials"]

#: Ordinary lines without personal data, on which patterns are measured.
_LINES: Final = 400
_SEED: Final = 7

#: Where a pattern may end in an ordinary record, on average: each costs a call of a detector, half a microsecond.
HITS_MAX: Final = 0.5
#: What the scan for one pattern may cost a record, in seconds of CPU time; the scan for all of ours takes 1 µs.
SCAN_MAX_S: Final = 5e-6
_ROUNDS: Final = 3


def approved(path: Path | None, max_depth: int = DEFAULT_MAX_DEPTH) -> Loaded:
    """The policy in a file after all checks; PolicyError in one sentence, with the line."""
    return _checked(load(path, max_depth))


def approved_text(text: bytes, name: str, max_depth: int = DEFAULT_MAX_DEPTH) -> Loaded:
    """The policy in a text after the same checks; PolicyError in one sentence that calls it `name`, with the line."""
    return _checked(load_text(text, name, max_depth))


def _checked(loaded: Loaded) -> Loaded:
    check_budget(loaded)
    check_trials(loaded)
    return loaded


def check_trials(loaded: Loaded) -> None:
    """PolicyError for the first test that fails."""
    for outcome in outcomes(loaded.policy, loaded.trials):
        if outcome.failed:
            raise PolicyError(
                f"The policy {loaded.name} fails its own test at {outcome.rule}: the line {outcome.failed}; "
                "see `maskstream policy test`."
            )


def check_budget(loaded: Loaded) -> None:
    """PolicyError for a pattern that ends in ordinary lines again and again, or that takes long to look for."""
    own = {one.name: one for rules in _sections(loaded.policy) for one in rules.detectors}
    if not own:
        return
    data = b"\xff".join((b"", *(line.value for line in generate("clean", seed=_SEED, count=_LINES)), b""))
    for one in own.values():
        hits, seconds = _cost(one, data)
        if hits > HITS_MAX * _LINES:
            raise _refused(loaded, one, f"ends {hits / _LINES:.1f} times in an ordinary record (most {HITS_MAX:g})")
        if seconds > SCAN_MAX_S * _LINES:
            raise _refused(loaded, one, f"takes more than {SCAN_MAX_S * 1e6:g} µs a record to look for")


def _sections(policy: Policy) -> list[Policy]:
    return [policy, *(rules for _, rules in policy.topics)]


def _refused(loaded: Loaded, one: OwnDetector, why: str) -> PolicyError:
    file, _, line = one.rule.rpartition(":")
    where = f"line {line}" + ("" if loaded.name.endswith(file) else f" of {file}")
    return PolicyError(
        f"The policy {loaded.name} is slower than its budget in {where}: the pattern of {one.name} {why}; "
        "make it more specific."
    )


def _cost(one: OwnDetector, data: bytes) -> tuple[int, float]:
    """Ends of a pattern in ordinary lines, and the CPU time of the fastest of some scans."""
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    flags = hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_DOTALL
    database.compile(expressions=[one.pattern.encode()], ids=[0], flags=[flags])
    scratch = hyperscan.Scratch(database=database)
    ends: list[int] = []
    fastest = float("inf")
    for _ in range(_ROUNDS):
        ends.clear()
        begun = time.process_time()
        database.scan(
            data, match_event_handler=lambda _ident, _start, end, _flags, _context: ends.append(end), scratch=scratch
        )
        fastest = min(fastest, time.process_time() - begun)
    return len(ends), fastest
