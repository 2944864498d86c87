"""What a document shows against what was printed; letters of tokens, ids of keys and times differ from run to run."""

import re

__all__ = ["same"]

TOKEN = re.compile(r"tok_[a-z_]+_[a-z][a-z0-9]*_[a-p]{20}")
VARIES = re.compile(r"\b[0-9a-f]{12}\b|\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)")


def same(text: list[str], printed: list[str], tokens: dict[str, str]) -> bool:
    """Whether lines agree; `...` in the document stands for any number of lines."""
    if "..." in text:
        at = text.index("...")
        tail = text[at + 1 :]
        return (
            len(printed) >= len(text) - 1
            and same(text[:at], printed[:at], tokens)
            and (not tail or same(tail, printed[-len(tail) :], tokens))
        )
    return len(text) == len(printed) and all(
        agree(line, line_printed, tokens) for line, line_printed in zip(text, printed, strict=True)
    )


def agree(line: str, printed: str, tokens: dict[str, str]) -> bool:
    if plain(line) != plain(printed):
        return False
    pairs = list(zip(TOKEN.findall(line), TOKEN.findall(printed), strict=True))
    return all(tokens.setdefault(ours, theirs) == theirs for ours, theirs in pairs if "_tmp_" not in ours)


def plain(line: str) -> str:
    return VARIES.sub("…", TOKEN.sub(lambda token: token[0][:-20] + "…", line)).rstrip()
