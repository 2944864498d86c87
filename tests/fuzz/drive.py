"""The fuzzer's process: atheris feeds bytes, what breaks an invariant is made small and kept, and it goes on.

Started by `tests.fuzz`; libFuzzer ends it.
"""

import hashlib
import sys
import time
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["streams.masking"]):
    from tests.fuzz.invariants import Broken, check, prepare
    from tests.fuzz.pieces import mutated

__all__: list[str] = []

#: CPU seconds for making one input smaller; it counts towards libFuzzer's limit for that input.
_SHRINK_S = 8.0


def main() -> None:
    kept, everywhere = Path(sys.argv[1]), sys.argv[2] == "everywhere"
    seen: set[str] = set()
    prepare(everywhere=everywhere)

    def one(data: bytes) -> None:
        try:
            check(data, everywhere=everywhere)
        except Broken as broken:
            if str(broken) not in seen:
                seen.add(str(broken))
                keep(kept, str(broken), smaller(data, str(broken), everywhere))

    atheris.Setup([sys.argv[0], *sys.argv[3:]], one, custom_mutator=mutate)
    atheris.Fuzz()


def mutate(data: bytes, size: int, seed: int) -> bytes:
    """Bytes by libFuzzer's own mutations as often as by pieces of logs."""
    return atheris.Mutate(data, size) if seed % 2 else mutated(data, seed)[:size]


def keep(folder: Path, what: str, data: bytes) -> None:
    path = folder / hashlib.sha256(what.encode()).hexdigest()[:12]
    path.write_bytes(data)
    path.with_suffix(".txt").write_text(f"{what}\n{data!r}\n", "utf-8")
    sys.stderr.write(f"FOUND {what}: {data!r}\n")


def smaller(data: bytes, what: str, everywhere: bool) -> bytes:
    """As few bytes as break the same, by leaving out runs that are not needed."""
    until, size = time.process_time() + _SHRINK_S, max(1, len(data) // 2)
    while size:
        at = 0
        while at < len(data) and time.process_time() < until:
            shorter = data[:at] + data[at + size :]
            if breaks(shorter, what, everywhere):
                data = shorter
            else:
                at += size
        size //= 2
    return data


def breaks(data: bytes, what: str, everywhere: bool) -> bool:
    try:
        check(data, everywhere=everywhere)
    except Broken as broken:
        return str(broken) == what
    return False


if __name__ == "__main__":
    main()
