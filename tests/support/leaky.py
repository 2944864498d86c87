"""A process that tries hard to get a canary into its log; run as `python -m tests.support.leaky SCENARIO`.

Each scenario is what some library or a mistake of ours could do with a record in its hands.
"""

import asyncio
import logging
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable
from typing import Any, cast

import orjson
from confluent_kafka import Producer
from mode.utils.logging import get_logger, setup_logging

from streams.errors import RunError
from streams.telemetry import log

CANARY = "canary-7f3a-anna.lindqvist@example.org"
DOCUMENT = b'{"email": "canary-7f3a-anna.lindqvist@example.org", "broken": \xff}'

library = logging.getLogger("some.library")
events = log.EventLog(slot=0)


def _raise_the_value() -> None:
    try:
        DOCUMENT.decode()
    except UnicodeDecodeError:
        raise KeyError(CANARY) from None


def log_arguments() -> None:
    library.debug("decoding %s", CANARY)
    library.error("cannot decode %r", DOCUMENT)
    library.warning(f"formatted before {CANARY}")
    library.info(DOCUMENT)
    library.error("extra", extra={"payload": CANARY})
    logging.getLogger(CANARY).error("a literal message")


def log_own_handler() -> None:
    handler = logging.StreamHandler(sys.__stderr__)
    handler.setFormatter(logging.Formatter("%(message)s %(args)s %(exc_text)s"))
    library.addHandler(handler)
    log_arguments()
    log_exception()


def log_exception() -> None:
    try:
        DOCUMENT.decode()
    except UnicodeDecodeError:
        library.exception("the library failed")
    try:
        {}[CANARY]
    except KeyError as error:
        library.error("failed", exc_info=error, stack_info=True)
    try:
        orjson.loads(DOCUMENT)
    except orjson.JSONDecodeError as error:
        error.add_note(CANARY)
        library.critical(error, exc_info=True)
    library.error("%d is no number", CANARY)


def own_log() -> None:
    said = cast("Any", events)
    said.info("batch_committed", value=CANARY, records=CANARY, topic=CANARY, code=CANARY, sentence=DOCUMENT)
    said.info(CANARY)
    said.bind(**{CANARY: CANARY}).warning("batch_failed", error=CANARY)
    events.error("batch_failed", error=type(CANARY, (ValueError,), {})(CANARY))


def own_log_chain() -> None:
    try:
        try:
            DOCUMENT.decode()
        except UnicodeDecodeError as cause:
            raise RunError("Batch of topic logs failed; restart the worker.", topic="logs") from cause
    except RunError as error:
        group = ExceptionGroup(CANARY, [error, ValueError(CANARY)])
        events.error("batch_failed", error=group)


def uncaught() -> None:
    _raise_the_value()


def uncaught_group() -> None:
    raise ExceptionGroup(CANARY, [ValueError(CANARY), KeyError(CANARY)])


def in_thread() -> None:
    thread = threading.Thread(target=_raise_the_value, name=CANARY)
    thread.start()
    thread.join()


def unraisable() -> None:
    class Finalised:
        def __del__(self) -> None:
            raise ValueError(CANARY)

    Finalised()


def warned() -> None:
    warnings.simplefilter("always")
    warnings.warn(CANARY, UserWarning, stacklevel=1)
    warnings.warn_explicit(CANARY, DeprecationWarning, "library.py", 3)


async def _leave_a_failed_task() -> None:
    async def fail() -> None:
        _raise_the_value()

    task = asyncio.ensure_future(fail())
    task.set_name(CANARY)
    await asyncio.wait([task])
    del task
    loop = asyncio.get_running_loop()
    loop.call_soon(_raise_the_value)
    loop.call_exception_handler({"message": CANARY, "exception": ValueError(CANARY), "payload": DOCUMENT})
    loop.call_soon(time.sleep, 0.2)
    await asyncio.sleep(0)


def in_asyncio() -> None:
    asyncio.run(_leave_a_failed_task(), debug=True)


def printed() -> None:
    print(CANARY)  # noqa: T201 - printing is what is tried
    print(CANARY, file=sys.stderr)  # noqa: T201 - printing is what is tried
    sys.__stderr__.write(CANARY)
    try:
        _raise_the_value()
    except KeyError:
        traceback.print_exc()
        traceback.print_exc(file=sys.__stderr__)
    traceback.print_stack()


def librdkafka() -> None:
    settings = {"bootstrap.servers": "127.0.0.1:1", "debug": "all", "client.id": CANARY, "log_level": 7}
    producer = Producer(settings, logger=log.librdkafka_logger())
    producer.produce("logs", key=CANARY, value=DOCUMENT, headers=[("h", CANARY)])
    producer.flush(0.5)
    producer.purge()
    producer.flush(0.5)


def with_mode() -> None:
    setup_logging(loglevel="DEBUG", logfile=None)
    mode_log = get_logger("mode.service")
    mode_log.error("[%s] crashed: %r", CANARY, UnicodeDecodeError("utf-8", DOCUMENT, 0, 1, CANARY))
    try:
        _raise_the_value()
    except KeyError:
        mode_log.exception("service %s", CANARY)


SCENARIOS: dict[str, Callable[[], None]] = {
    function.__name__: function
    for function in (
        log_arguments, log_own_handler, log_exception, own_log, own_log_chain, uncaught, uncaught_group, in_thread,
        unraisable, warned, in_asyncio, printed, librdkafka, with_mode,
    )
}  # fmt: skip


if __name__ == "__main__":
    log.configure("DEBUG", closed=True, slot=0)
    SCENARIOS[sys.argv[1]]()
