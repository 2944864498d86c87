"""structlog: an event is masked whole, whichever renderer comes after, and through the bridge to `logging`."""

import io
import json
from typing import Any

import pytest
import structlog

from streams.integrations.stdlib import MaskingFilter
from streams.integrations.structlog import MaskingProcessor
from tests.support.library import CARD, EMAIL, NAME, PASSWORD, masker, on_handler, shown

SAID = f"login of {EMAIL}"
RENDERERS = {
    "json": structlog.processors.JSONRenderer(),
    "logfmt": structlog.processors.LogfmtRenderer(),
    "key_value": structlog.processors.KeyValueRenderer(),
    "console": structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.RichTracebackFormatter(show_locals=True)
    ),
}


def logger(*processors: Any) -> tuple[Any, io.StringIO]:
    stream = io.StringIO()
    made = structlog.wrap_logger(
        structlog.WriteLogger(stream), processors=[*processors], wrapper_class=structlog.stdlib.BoundLogger
    )
    return made, stream


def fail() -> None:
    password = PASSWORD
    try:
        {}[EMAIL]
    except KeyError as error:
        raise RuntimeError(f"password={password}") from error


@pytest.mark.parametrize("renderer", RENDERERS.values(), ids=RENDERERS)
def test_events_are_masked_for_every_renderer(renderer: Any) -> None:
    """Event, keys, nested values, bound context, positional arguments and exceptions with their frames."""
    log, stream = logger(structlog.stdlib.add_log_level, MaskingProcessor(masker()), renderer)
    log = log.bind(email=EMAIL, user={"name": NAME, "cards": [CARD]})
    log.info(SAID, password=PASSWORD, flat_key=1, raw=EMAIL.encode())
    log.info("password=%s of %s", PASSWORD, EMAIL)
    for exc_info in (True, None):
        try:
            fail()
        except RuntimeError as error:
            log.exception("failed", exc_info=exc_info or error)
            log.exception("failed", exc_info=exc_info or (type(error), error, error.__traceback__))
    assert not shown(stream.getvalue())
    assert stream.getvalue().count("RuntimeError: password=***") == 4
    assert "flat_key" in stream.getvalue()


def test_events_keep_their_types_and_tokens() -> None:
    """The processor gives a new event: numbers stay numbers, tokens are the masker's, the given one is untouched."""
    event = {"event": "login", "user_id": 4711, "took": 1.5, "ok": True, "email": EMAIL}
    before = dict(event)
    assert MaskingProcessor(masker())(None, "info", event) == {
        "event": "login",
        "user_id": masker().token("user", "4711"),
        "took": 1.5,
        "ok": True,
        "email": masker().token("email", EMAIL),
    }
    assert event == before


def test_unmaskable_events_say_so() -> None:
    """What cannot be masked, or raises, becomes the fixed line with its level and nothing else."""
    deep: list[Any] = []
    for _ in range(50_000):
        deep = [deep]
    processor = MaskingProcessor(masker())
    done = processor(None, "info", {"event": EMAIL, "level": "info", "deep": deep})
    assert done == {"event": '{"maskstream":"quarantined","reason":"too_deep"}', "level": "info"}
    done = processor(None, "info", {"event": "%d", "positional_args": (EMAIL,), "level": EMAIL})
    assert done == {"event": '{"maskstream":"quarantined","reason":"detector_error"}'}


def test_no_exception_no_text() -> None:
    """`exc_info` without an exception leaves no field."""
    processor = MaskingProcessor(masker())
    for given in (True, False, None, (None, None, None)):
        assert processor(None, "error", {"event": "x", "exc_info": given}) == {"event": "x"}


def test_bridge_to_logging() -> None:
    """With structlog's formatter for `logging`, events of both sides are masked, with the filter and without."""
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_log_level, structlog.stdlib.ExtraAdder()],
        processors=[
            MaskingProcessor(masker()),
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(),
        ],
    )
    for filters in ([], [MaskingFilter(masker())]):
        with on_handler(*filters, formatter=formatter, name="tests.bridge") as (foreign, stream):
            own = structlog.wrap_logger(
                foreign,
                processors=[structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
                wrapper_class=structlog.stdlib.BoundLogger,
            )
            own.info("login", email=EMAIL, user={"name": NAME})
            try:
                fail()
            except RuntimeError:
                foreign.exception("login of %s", EMAIL, extra={"first_name": NAME})
                own.exception("failed", password=PASSWORD)
        lines = [json.loads(line) for line in stream.getvalue().splitlines()]
        assert len(lines) == 3
        assert not shown(stream.getvalue())
        assert lines[0]["email"] == masker().token("email", EMAIL)
        assert lines[1]["event"].startswith("login of tok_email_")
