"""What the comparison of maskers counts."""

import gzip
import json
from pathlib import Path

import pytest

from tests.accuracy.cases import Case, line_of, own, read
from tests.accuracy.maskers import regular_expressions
from tests.accuracy.scoring import gated, score


def _case(text: str, kind: str = "EMAIL", mask: tuple[str, ...] = (), keep: tuple[str, ...] = ()) -> Case:
    return Case(text, kind, mask, keep, "strong", hard=not mask)


@pytest.mark.parametrize(
    ("output", "caught"),
    [
        ("mail *** now", 1), ("mail ann@x.org now", 0), ('{"a":"mail ann@x.org"}', 0), (r'{"a":"ann\u0040x.org"}', 0),
        (r'{"a":"{\"b\":\"ann\\u0040x.org\"}"}', 0), ('{"ann@x.org":1}', 0), ("", 1),
    ],
)  # fmt: skip
def test_a_value_is_left_if_a_reader_sees_it(output: str, caught: int) -> None:
    """As it is, as a leaf or key of JSON, and in JSON in its strings."""
    result = score([_case("ann@x.org", mask=("ann@x.org",))], ["mail ann@x.org now"], [output])
    assert (result.positives, result.caught) == (1, caught)
    assert result.quarantined == (output == "")


def test_a_hard_negative_is_kept_as_a_whole() -> None:
    """Every substring that must stay is still there."""
    case = _case("v 1.2.3.4 at 12:00", keep=("1.2.3.4", "12:00"))
    kept, lost = score([case], [case.text], [case.text]), score([case], [case.text], ["v 1.2.3.4 at ***"])
    assert (kept.kept, lost.kept) == (100, 0)
    assert kept.hard == lost.hard == 1


def test_json_that_is_none_any_more_is_broken() -> None:
    """Only what was JSON before can break."""
    case = _case("x", mask=("x",))
    assert score([case, case, case], ['{"a":1}', "a", '{"a":1}'], ['{"a":', "a", ""]).broken == 1


@pytest.mark.parametrize(
    ("case", "wrap", "counts"),
    [
        (_case("ann@x.org", "EMAIL", ("ann@x.org",)), "raw", True),
        (_case("44051401458", "PL_PESEL", ("44051401458",)), "raw", False),
        (_case("44051401458", "PL_PESEL", ("44051401458",)), "field", True),
        (_case("pesel 44051401458", "PL_PESEL", ("44051401458",)), "raw", True),
        (_case("+4930901820", "PHONE", ("+4930901820",)), "raw", True),
        (_case("030901820", "PHONE", ("030901820",)), "raw", False),
        (_case("DE123", "DE_VAT_ID", ("DE123",)), "field", False),
        (_case("ann@x.org", "EMAIL", ("ann@x.org",))._replace(strength="weak"), "raw", False),
        (_case("12:00", keep=("12:00",)), "raw", True),
        (_case("12:00", keep=("12:00",))._replace(hard=False), "raw", False),
    ],
)
def test_which_cases_count(case: Case, wrap: str, counts: bool) -> None:
    """Persons' values that are evident as they are shown, and hard negatives."""
    assert gated(case, wrap) is counts  # type: ignore[arg-type]


def test_cases_are_read_without_loopback_addresses(tmp_path: Path) -> None:
    """Those are nobody's; a case that has nothing else is left out. Compressed files are read too."""
    rows = [
        {
            "text": "a",
            "kind": "IP_ADDRESS",
            "must_mask": ["127.0.0.1", "10.1.2.3"],
            "must_keep": ["a"],
            "strength": "strong",
        },
        {"text": "b", "kind": "IP_ADDRESS", "must_mask": ["::1"], "must_keep": []},
        {"text": "c", "kind": "X", "must_mask": [], "must_keep": ["c"], "neg": "hard"},
    ]
    path = tmp_path / "cases.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    cases = list(read(path))
    assert [case.text for case in cases] == ["a", "c"]
    assert cases[0].must_mask == ("10.1.2.3",)
    assert cases[1].hard


def test_a_text_becomes_a_line_in_three_ways() -> None:
    """As it is, in a message, and in a field of its kind's name; one of several lines is always wrapped."""
    case = _case("a\nb", "PHONE", ("a",))
    assert line_of(case._replace(text="ab"), "raw") == "ab"
    assert json.loads(line_of(case, "raw"))["message"] == json.loads(line_of(case, "message"))["message"] == "a\nb"
    assert json.loads(line_of(case, "field"))["phone"] == "a\nb"
    assert "national_id" in line_of(case._replace(kind="NATIONAL_ID:be.bis"), "field")


def test_the_projects_own_lines_have_both_kinds() -> None:
    """Lines with something personal and lines about nobody, all of which count."""
    cases = list(own())
    assert sum(bool(case.must_mask) for case in cases) > 3000
    assert sum(case.hard for case in cases) > 1000
    assert all(gated(case, "raw") for case in cases)


def test_the_pasted_expressions_mask_what_they_are_made_for() -> None:
    """An email, a card, a phone, an address, a number, a token and a password."""
    lines = [
        "ann@example.org",
        "4111 1111 1111 1111",
        "415-555-0132",
        "10.1.2.3",
        "123-45-6789",
        "Bearer abc",
        "password=x1",
    ]
    (run,) = regular_expressions(lines, lambda done: None)
    assert all(output != line and "[" in output for output, line in zip(run.outputs, lines, strict=True))
