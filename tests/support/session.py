"""Runs the Python that a document shows, as one session; `python -m tests.support.session` reads the blocks as JSON.

Standard input is a list of pairs of language and text; standard output a list of what each `python` block and each
example of a `pycon` block printed, standard error included.
"""

import doctest
import io
import json
import logging
import sys
from typing import Any

__all__ = ["examples"]


def examples(language: str, text: str) -> list[tuple[str, str]]:
    """What is run one after the other, and what the document says that it prints."""
    if language == "python":
        return [(text, "")]
    return [(example.source, example.want) for example in doctest.DocTestParser().get_examples(text)]


def main() -> None:
    known: dict[str, Any] = {"__name__": "__main__"}
    printed = []
    out, sys.stdout = sys.stdout, io.StringIO()
    sys.stderr = sys.stdout
    for language, text in json.load(sys.stdin):
        for source, _ in examples(language, text):
            before = len(sys.stdout.getvalue())
            exec(compile(source, "<document>", "exec" if language == "python" else "single"), known)
            printed.append(sys.stdout.getvalue()[before:])
    logging.shutdown()
    json.dump(printed, out)


if __name__ == "__main__":
    main()
