"""Faults for the leak test, in every process that has this folder on PYTHONPATH and FAULTS in its environment.

FAULTS is a folder with a `plan.json`: places ("module:Class.method") in which an exception is raised after so many
calls of a process, once over all processes for each kind that `kinds/<place>` names, with the canaries of `canary.txt`
inside. Restarts are quick.
"""

import functools
import importlib.abc
import importlib.machinery
import json
import os
import sys
import types
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

FOLDER = Path(os.environ["FAULTS"]) if "FAULTS" in os.environ else None
SUPERVISOR = "streams.agents.supervisor"


def _unicode(canary: str) -> Exception:
    return UnicodeDecodeError("utf-8", canary.encode() + b"\xff", 0, 1, canary)


def _json(canary: str) -> Exception:
    import orjson  # noqa: PLC0415 - only where the fault is

    try:
        orjson.loads('{"value": "' + canary)
    except orjson.JSONDecodeError as error:
        error.add_note(canary)
        return error
    raise AssertionError


RAISE: dict[str, Callable[[str], Exception]] = {"unicode": _unicode, "key": KeyError, "json": _json}


def _next_fault(place: str) -> Exception | None:
    assert FOLDER is not None
    for kind in (FOLDER / "kinds" / place).read_text().split():
        try:
            # Whoever makes the file raises: each fault happens once in the whole run.
            (FOLDER / f"{place}={kind}").open("x").close()
        except FileExistsError:
            continue
        return RAISE[kind]((FOLDER / "canary.txt").read_text())
    return None


def _faulty(function: Callable[..., Any], place: str, after: int) -> Callable[..., Any]:
    calls = 0

    def call(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > after and (fault := _next_fault(place)) is not None:
            raise fault
        return function(*arguments, **named)

    return call


def _sabotage(module: types.ModuleType, plan: dict[str, int]) -> None:
    if module.__name__ == SUPERVISOR:
        patience: Any = module
        patience.Patience = functools.partial(patience.Patience, restart_first_s=0.05, restart_max_s=0.2)
    for place, after in plan.items():
        name, _, path = place.partition(":")
        if name == module.__name__:
            *outer, last = path.split(".")
            owner: Any = module
            for each in outer:
                owner = getattr(owner, each)
            setattr(owner, last, _faulty(getattr(owner, last), place, after))


class Saboteur(importlib.abc.MetaPathFinder):
    """Finds what the ordinary finder finds, and changes it after it was loaded."""

    def __init__(self, plan: dict[str, int]) -> None:
        self._plan = plan
        self._names = {SUPERVISOR, *(place.partition(":")[0] for place in plan)}

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name not in self._names:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or spec.loader is None:
            return None
        loader, plan = spec.loader, self._plan
        execute = loader.exec_module

        def exec_module(module: types.ModuleType) -> None:
            execute(module)
            _sabotage(module, plan)

        loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


if FOLDER is not None:
    sys.meta_path.insert(0, Saboteur(json.loads((FOLDER / "plan.json").read_text())))
