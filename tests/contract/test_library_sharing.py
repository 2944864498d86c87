"""One masker for a whole process: threads, tasks and forked workers get what one caller alone gets."""

import asyncio
import contextvars
import io
import logging
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from streams.integrations.stdlib import MaskingFilter
from tests.support.disguise import VALUES, write
from tests.support.library import EMAIL, masker, on_handler, shown

ROOT = Path(__file__).resolve().parents[2]
LINES = [
    line
    for value in VALUES
    for encoding in ("plain", "percent", "html_decimal", "full_width")
    for line in (f"of {value.text} ok", write(value, (encoding,), "json_message").decode("utf-8", "replace"))
] + [f"clean line {number}" for number in range(20)]


def test_eight_threads_and_objects() -> None:
    """Eight threads that mask texts, batches and objects at once get what one alone gets."""
    alone = [masker().mask(line).safe for line in LINES]
    objects = [{"email": f"{number}.{EMAIL}", "user_id": number + 1000, "line": LINES[number]} for number in range(40)]
    alone_objects = [masker().mask_object(one).value for one in objects]
    ready = threading.Barrier(8)

    def work(shift: int) -> None:
        ready.wait(60)
        for _ in range(3):
            shifted = LINES[shift:] + LINES[:shift]
            assert masker().mask_batch(shifted).outputs == alone[shift:] + alone[:shift]
            assert [masker().mask(line).safe for line in shifted] == alone[shift:] + alone[:shift]
            assert [masker().mask_object(one).value for one in objects] == alone_objects

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(work, number * 3) for number in range(8)]:
            done.result(240)


def test_eight_threads_log() -> None:
    """Eight threads that log through one handler: every line is there once, masked, whole."""
    with on_handler(MaskingFilter(masker())) as (logger, stream):

        def work(number: int) -> None:
            for turn in range(50):
                logger.info("%d/%d login of %s", number, turn, f"{number}x{turn}.{EMAIL}", extra={"user_id": turn})

        with ThreadPoolExecutor(8) as pool:
            for done in [pool.submit(work, number) for number in range(8)]:
                done.result(240)
    wanted = {
        f"{number}/{turn} login of {masker().token('email', f'{number}x{turn}.{EMAIL}')}"
        for number in range(8)
        for turn in range(50)
    }
    lines = stream.getvalue().splitlines()
    assert len(lines) == len(wanted)
    assert set(lines) == wanted


def test_asyncio_under_load() -> None:
    """Hundreds of tasks that mask in the loop and in threads beside it get their own results, in their own contexts."""
    request: contextvars.ContextVar[int] = contextvars.ContextVar("request")
    alone = [masker().mask(line).safe for line in LINES]

    async def task(number: int) -> None:
        request.set(number)
        line = LINES[number % len(LINES)]
        here = masker().mask(line).safe
        await asyncio.sleep(0)
        there = await asyncio.to_thread(masker().mask, line)
        logging.getLogger("tests.library").info("%s of %s", number, EMAIL)
        assert request.get() == number
        assert here == there.safe == alone[number % len(LINES)]

    async def all_of_them() -> None:
        await asyncio.gather(*(task(number) for number in range(400)))

    with on_handler(MaskingFilter(masker())) as (_, stream):
        asyncio.run(all_of_them(), debug=False)
    assert len(stream.getvalue().splitlines()) == 400
    assert not shown(stream.getvalue())


#: A master that loads the masker, is busy with it in other threads, and forks workers, as prefork servers do.
_PREFORK = """
import io, logging, os, signal, sys, threading
from tests.support.library import EMAIL, masker
from streams.integrations.stdlib import MaskingFilter

lines = [f"{number} of {EMAIL} at {number}" for number in range(60)]
alone = masker().mask_batch(lines).outputs
stop = threading.Event()
stream = io.StringIO()
handler = logging.StreamHandler(stream)
handler.addFilter(MaskingFilter(masker()))
logging.getLogger().addHandler(handler)

def busy():
    while not stop.is_set():
        masker().mask_batch(lines)
        logging.getLogger().warning("%s", EMAIL)

threads = [threading.Thread(target=busy) for _ in range(3)]
for thread in threads:
    thread.start()
children = []
for _ in range(4):
    child = os.fork()
    if not child:
        signal.alarm(120)
        stream.truncate(0)
        logging.getLogger().warning("%s", EMAIL)
        same = masker().mask_batch(lines).outputs == alone and masker().mask_object({"x": lines}).value == {"x": alone}
        os._exit(0 if same and "jane.doe" not in stream.getvalue() and "tok_email" in stream.getvalue() else 1)
    children.append(child)
statuses = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
stop.set()
for thread in threads:
    thread.join()
print(statuses, masker().mask_batch(lines).outputs == alone)
"""


def test_forked_workers_mask_alike() -> None:
    """Workers forked from a master that masks in several threads start, mask and log with the same tokens."""
    # Python warns of forks beside threads, which is what is tested here.
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", _PREFORK],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.stdout.split("\n")[0] == "[0, 0, 0, 0] True", done.stderr


def test_a_stream_that_breaks(capsys: pytest.CaptureFixture[str]) -> None:
    """Where writing fails, `logging` prints the record to standard error: a masked one."""

    class Broken(io.StringIO):
        def write(self, _: str) -> int:
            raise OSError("no space")

    with on_handler(MaskingFilter(masker())) as (logger, _):
        handler = logger.handlers[0]
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(Broken())
        logger.info("login of %s", EMAIL, extra={"email": EMAIL})
    printed = capsys.readouterr().err
    assert "Logging error" in printed
    assert not shown(printed.replace('logger.info("login of %s", EMAIL', ""))
