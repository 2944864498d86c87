"""`logging`: nothing of a record gets out unmasked, whoever prints it, and no record is lost."""

import copy
import json
import logging
import logging.config
import logging.handlers
import pickle
import queue
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.integrations.records import LogRecords
from streams.integrations.stdlib import MaskingFilter, MaskingFormatter, handlers_of, mask_logging
from streams.keystore import new_keyring
from tests.support.library import CARD, EMAIL, NAME, PASSWORD, masker, on_handler, shown

NOTICE = '{"maskstream":"quarantined","reason":"detector_error"}'


class JsonFormatter(logging.Formatter):
    """Prints every attribute of a record, as formatters for log collectors do, and objects by their text."""

    def format(self, record: logging.LogRecord) -> str:
        super().format(record)
        return json.dumps(vars(record), default=str)


class Person:
    """An object as applications hand them to loggers."""

    def __init__(self, email: str = EMAIL) -> None:
        self.email = email

    def __str__(self) -> str:
        return f"Person({self.email})"


def failing() -> None:
    try:
        {}[EMAIL]
    except KeyError as error:
        error.add_note(f"while paying with {CARD}")
        raise ExceptionGroup("two", [ValueError(f"password={PASSWORD}"), RuntimeError("x")]) from error


def record_of(msg: Any, *args: Any, **fields: Any) -> logging.LogRecord:
    record = logging.LogRecord("tests", logging.INFO, "x.py", 1, msg, args, None)
    vars(record).update(fields)
    return record


@pytest.mark.parametrize("formatter", [None, JsonFormatter()], ids=["text", "json"])
@pytest.mark.parametrize(
    ("msg", "args", "extra"),
    [
        (f"login of {EMAIL}", (), {}),
        ("login of %s", (EMAIL,), {}),
        ("login with password=%s", (PASSWORD,), {}),
        ("login of %s@%s", tuple(EMAIL.split("@")), {}),
        ("login of %(email)s", ({"email": EMAIL, "password": PASSWORD, "unused": CARD},), {}),
        ("login of %s", (Person(),), {}),
        ("login of %r with %s", ({"first_name": NAME, EMAIL: 1}, [Person()]), {}),
        (Person(), (), {}),
        ({"event": "login", "email": EMAIL, "people": [Person()]}, (), {}),
        (ValueError(EMAIL), (), {}),
        ("login", (), {"email": EMAIL, "first_name": NAME, "who": Person(), EMAIL: "as a key"}),
        ("login", (), {"deep": {"user": [{"password": PASSWORD}, {EMAIL}]}, "raw": EMAIL.encode()}),
    ],
    ids=range(12),
)
def test_no_part_of_a_record_gets_out(msg: Any, args: Any, extra: Any, formatter: logging.Formatter | None) -> None:
    """Message, arguments and extra fields are masked for formatters that print text and for those that print all."""
    with on_handler(MaskingFilter(masker()), formatter=formatter) as (logger, stream):
        logger.info(msg, *args, extra=extra)
    assert not shown(stream.getvalue())
    assert "quarantined" not in stream.getvalue()
    assert stream.getvalue().strip()


@pytest.mark.parametrize("formatter", [None, JsonFormatter()], ids=["text", "json"])
def test_exceptions_and_stacks_are_masked(formatter: logging.Formatter | None) -> None:
    """The whole traceback is text afterwards, with chain, group and notes, and holds no value."""
    with on_handler(MaskingFilter(masker()), formatter=formatter, name=f"of.{EMAIL}") as (logger, stream):
        try:
            failing()
        except ExceptionGroup:
            logger.exception("no", stack_info=True)
    assert not shown(stream.getvalue())
    for said in (
        "KeyError: ",
        "ExceptionGroup: two",
        "ValueError: password=***",
        "paying with tok_card_",
        "Stack (most",
    ):
        assert said in stream.getvalue()


def test_message_has_the_tokens_of_the_line() -> None:
    """What is printed is what the masker makes of the printed line."""
    with on_handler(MaskingFilter(masker())) as (logger, stream):
        logger.info("user_id=%s mail %s", 4711, EMAIL)
    assert stream.getvalue().rstrip("\n") == masker().mask(f"user_id=4711 mail {EMAIL}").text


_SAID = st.one_of(st.text(max_size=8), st.sampled_from([EMAIL, CARD, f"password={PASSWORD}", "100%", "%s", "%(x)d"]))
_ARGUMENTS = st.one_of(
    _SAID, st.integers(), st.floats(), st.none(), st.builds(Person, _SAID), st.lists(_SAID, max_size=2)
)
_TEMPLATES = st.lists(
    st.sampled_from(["%s", "%r", "%d", "%.2s", "%5s", "%%", "%", " ", "to ", "password=", "@", EMAIL]), max_size=6
)


@settings(deadline=None, max_examples=150)
@given(_TEMPLATES.map("".join), st.lists(_ARGUMENTS, max_size=4), st.dictionaries(_SAID, _ARGUMENTS, max_size=3))
def test_any_record_prints_what_its_line_is_masked_to(msg: str, args: list[Any], extra: dict[str, Any]) -> None:
    """Whatever is logged: printed is the masked line, or the one that says why not; no other part holds a value."""
    record = record_of(msg, *args)
    vars(record).update({name: value for name, value in extra.items() if name not in vars(record)})
    try:
        said = masker().mask(record.getMessage()).safe
    except (TypeError, ValueError, OverflowError):
        said = NOTICE
    LogRecords(masker()).mask(record)
    assert record.getMessage() in (said, NOTICE, NOTICE.replace("detector_error", "residue"))
    assert not shown(repr({name: value for name, value in vars(record).items() if name != "msg"}))


def test_template_and_types_stay() -> None:
    """Reporters that group by template, and formatters that take arguments apart, still can."""
    record = record_of("%s took %d ms, %.1f %%", EMAIL, 12, 0.5, took=12, tags=("a", 1), none=None)
    LogRecords(masker()).mask(record)
    assert record.msg == "%s took %d ms, %.1f %%"
    assert record.args == (masker().token("email", EMAIL), 12, 0.5)
    assert (vars(record)["took"], vars(record)["tags"], vars(record)["none"]) == (12, ("a", 1), None)


def test_nothing_personal_nothing_changed() -> None:
    """A record about nobody prints the same with and without the filter."""
    plain = record_of("batch %d of %s done in %.2f s: 100%%", 3, "orders", 1.5, shard=7)
    masked = copy.copy(plain)
    LogRecords(masker()).mask(masked)
    assert vars(masked) == vars(plain)


def test_arguments_that_the_message_hides_are_masked() -> None:
    """A precision, an unused key or an object can hold more than the message shows."""
    for msg, args in (
        ("%.3s", (EMAIL,)),
        ("%s%s", (None, CARD)),
        ("%.2s of %s", (Person(), 1)),
        ("%(a)s", ({"a": 1, "b": [EMAIL]},)),
    ):
        record = record_of(msg, *args)
        LogRecords(masker()).mask(record)
        assert not shown(repr(record.args) + str(record.args))


def test_attributes_may_be_anything() -> None:
    """A record made of a dict, as those that come over a network are, holds text where it held anything else."""
    made = {
        "msg": "x",
        "name": [EMAIL],
        "threadName": Person(),
        "lineno": EMAIL,
        "stack_info": [EMAIL],
        "asctime": EMAIL,
    }
    record = logging.makeLogRecord(made | {"pathname": f"/srv/{EMAIL}", "exc_text": EMAIL, "message": EMAIL})
    LogRecords(masker()).mask(record)
    assert not shown(repr(vars(record)))
    assert record.name == f"['{masker().token('email', EMAIL)}']"
    assert vars(record)["message"] == "x"


def test_masking_twice_changes_nothing() -> None:
    """Two handlers with the filter print the same."""
    record = record_of("login of %s with %s", EMAIL, Person(), email=EMAIL)
    LogRecords(masker()).mask(record)
    once = dict(vars(record))
    LogRecords(masker()).mask(record)
    assert vars(record) == once


def test_records_that_cannot_be_printed_say_so() -> None:
    """Arguments that do not fit, a text that raises: a fixed line instead of the values that logging prints."""

    class Raises:
        def __str__(self) -> str:
            raise ValueError(EMAIL)

    for msg, args in (("%d of", (EMAIL,)), ("%s %s", (EMAIL,)), ("%s", (Raises(),)), ("%(email)s", ({"x": EMAIL},))):
        record = record_of(msg, *args, email=EMAIL)
        record.exc_info = (ValueError, "no exception", None)  # type: ignore[assignment]
        LogRecords(masker()).mask(record)
        assert record.getMessage() == NOTICE
        assert not shown(str(vars(record)))


def test_a_failing_masker_lets_nothing_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without memory, stack or a working masker the record keeps level and place and loses the rest."""

    def fail(*_: object) -> None:
        raise MemoryError(EMAIL)

    monkeypatch.setattr(LogRecords, "_texts", fail)
    with on_handler(MaskingFilter(masker()), formatter=JsonFormatter(), name=f"of.{EMAIL}") as (logger, stream):
        logger.error("login of %s", EMAIL, extra={"who": NAME})
    printed = json.loads(stream.getvalue())
    assert (printed["msg"], printed["levelname"], printed["name"]) == (NOTICE, "ERROR", "withheld")
    assert printed["funcName"] == "test_a_failing_masker_lets_nothing_through"
    assert not shown(stream.getvalue())


def test_unmaskable_text_names_its_reason() -> None:
    """The reason of the failed part stands in the line."""
    nested: list[Any] = []
    for _ in range(50_000):
        nested = [nested]
    record = record_of("deep", data=nested)
    LogRecords(masker()).mask(record)
    assert record.getMessage() == NOTICE.replace("detector_error", "too_deep")


def test_filter_of_a_handler_sees_children() -> None:
    """Installed on handlers, records of child loggers are masked too; on a logger they would pass."""
    with on_handler() as (logger, stream):
        child = logging.getLogger("tests.library.child")
        mask_logging(masker(), handlers=handlers_of(child.name))
        child.warning("login of %s", EMAIL)
        mask_logging(masker(), handlers=logger.handlers)
        assert len(logger.handlers[0].filters) == 1
    assert stream.getvalue().startswith("login of tok_email_")


def test_one_line_masks_all_handlers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Handlers of every logger and the last resort get the filter; they are given back as they were here."""
    with on_handler() as (logger, stream):
        last = logging.Handler()
        monkeypatch.setattr(logging, "lastResort", last)
        before = [(one, list(one.filters)) for one in logging.getLogger().handlers]
        try:
            mask = mask_logging(masker())
        finally:
            for handler, filters in before:
                handler.filters[:] = filters
        logger.info("%s", EMAIL)
        assert last.filters == logger.handlers[0].filters == [mask]
    assert not shown(stream.getvalue())


def test_queues_and_pickles_hold_masked_records() -> None:
    """Handlers that send records elsewhere send masked ones."""
    waiting: queue.Queue[logging.LogRecord] = queue.Queue()
    handler = logging.handlers.QueueHandler(waiting)
    handler.addFilter(MaskingFilter(masker()))
    data = {"email": EMAIL}
    handler.handle(record_of("login of %s", EMAIL, data=data))
    data["password"] = PASSWORD
    record = waiting.get_nowait()
    assert not shown(str(vars(record)))
    socket = logging.handlers.SocketHandler("localhost", 1)
    assert not shown(str(pickle.loads(socket.makePickle(record)[4:])))


def test_logging_inside_masking() -> None:
    """An object that logs when it is printed is masked, and what it logs as well."""
    with on_handler(MaskingFilter(masker())) as (logger, stream):

        class Chatty:
            def __str__(self) -> str:
                logger.info("printing %s", EMAIL)
                return EMAIL

        logger.info("login of %s", Chatty())
    assert stream.getvalue().count("tok_email_") == len(stream.getvalue().splitlines()) > 1
    assert not shown(stream.getvalue())


def test_access_records_can_be_taken_apart() -> None:
    """uvicorn's formatter gets five arguments of their types, also where the line alone tells what is personal."""
    records = LogRecords(masker())
    for path in (f"/users/{EMAIL}?token=abcdefgh1234", "/orders/7"):
        record = record_of('%s - "%s %s HTTP/%s" %d', "203.0.113.9:5000", "GET", path, "1.1", 200)
        record.name = "uvicorn.access"
        said = masker().mask(record.getMessage()).safe
        records.mask(record)
        assert record.getMessage() == said
        client, method, masked, version, status = record.args  # type: ignore[misc]
        assert (method, version, status) == ("GET", "1.1", 200)
        assert not shown(str(masked))
        assert str(client).startswith("tok_ip_")
    record = record_of("100%% password=%s %d %s", PASSWORD, 7, None)
    record.name = "uvicorn.access"
    records.mask(record)
    assert record.getMessage().startswith("100% password=*** 7")
    assert record.args == ("***", 0, None)


def test_formatter_masks_what_it_is_given() -> None:
    """The whole text of another formatter is masked; the record stays, and holds no cached exception."""
    with on_handler(formatter=MaskingFormatter(JsonFormatter(), masker())) as (logger, stream):
        seen: list[logging.LogRecord] = []
        logger.handlers[0].addFilter(lambda record: seen.append(record) or True)
        try:
            failing()
        except ExceptionGroup:
            logger.exception("login of %s", EMAIL, extra={"first_name": NAME})
    assert not shown(stream.getvalue())
    assert seen[0].args == (EMAIL,)
    assert seen[0].exc_text is None


def test_formatter_fails_closed(capsys: pytest.CaptureFixture[str]) -> None:
    """A record that cannot be formatted is a fixed line, and logging has nothing to print to standard error."""
    with on_handler(formatter=MaskingFormatter(masker=masker())) as (logger, stream):
        logger.info("%d", EMAIL)
        logger.info("login of %s", EMAIL)
    assert stream.getvalue().splitlines()[0] == NOTICE
    assert stream.getvalue().splitlines()[1].startswith("login of tok_email_")
    assert capsys.readouterr().err == ""


def test_declared_by_dict_config(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """A configuration names the filter and the keyring, or leaves that to the settings."""
    path = tmp_path / "keyring.json"
    new_keyring(path)
    monkeypatch.setenv("MASKSTREAM_KEYRING", str(path))
    config = {
        "version": 1,
        "disable_existing_loggers": False,
        "incremental": False,
        "filters": {
            "mask": {"()": "maskstream.MaskingFilter"},
            "mask_too": {"()": "maskstream.MaskingFilter", "keyring": str(path)},
        },
        "handlers": {
            "memory": {
                "class": "logging.handlers.MemoryHandler",
                "capacity": 10,
                "filters": ["mask", "mask_too"],
            }
        },
        "loggers": {"tests.declared": {"handlers": ["memory"], "level": "INFO", "propagate": False}},
    }
    logging.config.dictConfig(config)
    logger = logging.getLogger("tests.declared")
    handler = logger.handlers[0]
    logger.info("login of %s", EMAIL)
    assert isinstance(handler, logging.handlers.MemoryHandler)
    assert not shown(handler.buffer[0].getMessage())
    logger.removeHandler(handler)
    handler.buffer.clear()
    handler.close()
