"""The Faust application that hosts one worker: its web server, its agent over batches, its supervision.

Who owns what:
- the thread `mover` runs `Loop.run` and alone touches consumer, producer and administration client. It hands one
  batch at a time to the agent and waits for the outcome; it serves nothing else meanwhile, so that no rebalance
  callback can run while a batch is in hand, and the batch's transaction is begun and committed in this thread;
- the event loop (main thread) runs Faust, the agent `mask` and the web server, and never sees a record's bytes;
- the thread `mask` runs the masking core, off the event loop.
Faust's own Kafka transport is off. Nothing but our own errors leaves a thread or an agent, because Faust logs them.
"""

import asyncio
import signal
import threading
from collections.abc import AsyncIterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import faust
from faust.app.base import BootStrategy
from faust.contrib.asgi import bind_to_running_loop, serve_asgi
from mode import CrashingSupervisor
from mode.utils.queues import FlowControlEvent, ThrowableQueue

from streams.agents.loop import Loop
from streams.agents.mask import MaskBatch
from streams.errors import MaskstreamError, RunError
from streams.masking.records import MaskedColumns, RecordColumns
from streams.telemetry import log
from streams.telemetry.http import TelemetryApp

__all__ = ["AgentMask", "Host"]

#: How often the mover looks up from waiting for a batch, to see that the agent is gone.
LOOK_UP_S: Final = 0.5
#: From the stop to the end of the mover; the supervisor's grace period is 25 s.
DRAIN_S: Final = 20.0

_events: Final = log.EventLog()


class KafkaOff(BootStrategy):
    """Faust without its transport: no consumer, producer, leader or tables."""

    enable_kafka = False


class FaustApp(faust.App):
    """Faust as a host."""

    BootStrategy = KafkaOff


class BatchChannel(faust.Channel[Any]):
    """A channel of whole batches: Faust's flow control starts suspended and clears queues, so it gets a queue that
    neither blocks nor forgets.
    """

    @property
    def queue(self) -> Any:
        if self._queue is None:
            flow = FlowControlEvent(initially_suspended=False)
            self._queue = ThrowableQueue(maxsize=self.maxsize, flow_control=flow, clear_on_resume=False)
        return self._queue


@dataclass(slots=True)
class Job:
    """A batch on its way to the agent; `outcome` takes the masked batch or the error, which goes nowhere else.

    The agent keeps its last job until the next one comes, so both ways a batch travels in a list that whoever takes it
    empties: otherwise one batch and its outputs would stay in memory while the next is collected.
    """

    mask: MaskBatch
    columns: list[RecordColumns]
    outcome: "Future[list[MaskedColumns]]" = field(default_factory=Future)

    def run(self) -> None:
        if not self.outcome.set_running_or_notify_cancel():
            return
        try:
            self.outcome.set_result([self.mask(self.columns.pop())])
        except BaseException as error:  # noqa: BLE001 - it must reach the mover, and nobody else
            self.outcome.set_exception(error)


class AgentMask:
    """Masks a batch through the agent; the mover calls it like the masking core itself."""

    def __init__(self, mask: MaskBatch) -> None:
        self._mask = mask
        self._channel: Any = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._gone = threading.Event()

    def attach(self, channel: Any, loop: asyncio.AbstractEventLoop) -> None:
        """From now on batches go through the agent that reads `channel`."""
        self._channel, self._loop = channel, loop

    def use(self, mask: MaskBatch) -> None:
        """From the next batch on it is masked like this; called between batches by whoever hands them over."""
        self._mask = mask

    def detach(self) -> None:
        """The agent is going: what it has not begun is masked by whoever waits for it."""
        self._gone.set()

    def __call__(self, columns: RecordColumns) -> MaskedColumns:
        job = Job(self._mask, [columns])
        if self._loop is None or self._gone.is_set():
            return self._mask(columns)
        put = self._channel.put(job)
        try:
            asyncio.run_coroutine_threadsafe(put, self._loop)
        except RuntimeError:
            put.close()
            return self._mask(columns)
        while True:
            with suppress(TimeoutError):
                return job.outcome.result(LOOK_UP_S).pop()
            if job.outcome.done():
                return job.outcome.result().pop()
            if self._gone.is_set() and job.outcome.cancel():
                return self._mask(columns)


class Host:
    """Runs one worker under Faust until SIGTERM, SIGINT or an error; call `run` from the main thread."""

    def __init__(
        self,
        worker: Loop,
        mask: AgentMask,
        telemetry: TelemetryApp,
        *,
        stop: threading.Event,
        name: str,
        folder: Path,
    ) -> None:
        self._worker = worker
        self._mask = mask
        self._telemetry = telemetry
        self._stop = stop
        self._name = name
        self._folder = folder
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="mask")

    def run(self, host: str, port: int) -> None:
        """Returns when the worker has drained; raises the error that ended it."""
        failure: MaskstreamError | None = None
        try:
            asyncio.run(self._serve(host, port))
        except SystemExit:
            # uvicorn's way to say that it cannot listen.
            failure = RunError(f"The port {port} of {host} cannot be listened on: free it, or set HTTP_PORT.")
        if failure is not None:
            raise failure

    async def _serve(self, host: str, port: int) -> None:
        loop = asyncio.get_running_loop()
        halted, done = asyncio.Event(), loop.create_future()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, halted.set)
        # Faust's worker would start a debugger on it.
        signal.signal(signal.SIGUSR2, signal.SIG_IGN)
        app = self._app(host, port)
        bind_to_running_loop(app)
        app.finalize()
        await app.start()
        _events.info("http_listening", host=host, port=port)
        mover = threading.Thread(target=self._move, args=(loop, done), name="mover", daemon=True)
        mover.start()
        try:
            await self._until_over(app, halted, done)
        finally:
            self._stop.set()
            with suppress(TimeoutError, MaskstreamError):
                await asyncio.wait_for(asyncio.shield(done), DRAIN_S)
            self._mask.detach()
            await app.stop()
            self._executor.shutdown(wait=False, cancel_futures=True)
        if done.done():
            done.result()

    async def _until_over(self, app: Any, halted: asyncio.Event, done: "asyncio.Future[None]") -> None:
        waits = [asyncio.ensure_future(each) for each in (halted.wait(), app.wait_until_stopped())]
        await asyncio.wait([*waits, done], return_when=asyncio.FIRST_COMPLETED)
        for each in waits:
            each.cancel()
        if not halted.is_set() and not done.done():
            raise RunError("Faust stopped by itself; the slot starts again.")

    def _move(self, loop: asyncio.AbstractEventLoop, done: "asyncio.Future[None]") -> None:
        failure: MaskstreamError | None = None
        try:
            self._worker.run()
        except MaskstreamError as error:
            failure = error
        except BaseException as error:  # noqa: BLE001 - the worker promises none; a bug must not leak through Faust
            failure = RunError(f"The worker broke its promise with {type(error).__name__}; the slot starts again.")

        def settle() -> None:
            if failure is None:
                done.set_result(None)
            else:
                done.set_exception(failure)

        # The loop is gone when draining took too long.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle)

    def _app(self, host: str, port: int) -> Any:
        app = FaustApp(
            self._name,
            broker="kafka://127.0.0.1:1",
            autodiscover=False,
            web_enabled=True,
            topic_allow_declare=False,
            agent_supervisor=CrashingSupervisor,
            stream_wait_empty=False,
            # Nothing is stored there, but Faust makes it, in the working directory if nobody says where.
            datadir=str(self._folder / f"{self._name}-faust"),
        )
        channel = BatchChannel(app, maxsize=1)
        executor = self._executor

        @app.agent(channel, name="mask", supervisor_strategy=CrashingSupervisor)
        async def mask(jobs: AsyncIterable[Job]) -> None:
            async for job in jobs:
                await asyncio.get_running_loop().run_in_executor(executor, job.run)

        web = serve_asgi(
            app, self._telemetry, host=host, port=port, access_log=False, ws="none", server_header=False,
            timeout_graceful_shutdown=2,
        )  # fmt: skip
        web.opentelemetry = False
        self._mask.attach(channel, asyncio.get_running_loop())
        return app
