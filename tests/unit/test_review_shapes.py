"""Shapes cut into pieces for the eye and for choosing by hand."""

from hypothesis import given
from hypothesis import strategies as st

from streams.quarantine.preview import preview
from streams.review.pages.shapes import choices, merged, pieces, tokens


@given(st.text(max_size=300) | st.sampled_from(["***", '{"user":"x x","msg":"x@x.x 0"}', "a: ??…"]))
def test_pieces_are_the_whole_text(text: str) -> None:
    """Nothing is lost, doubled or moved by colouring."""
    assert "".join(piece.text for piece in pieces(text)) == text


@given(st.binary(max_size=400))
def test_choices_are_what_stands_there(data: bytes) -> None:
    """Each choice is the text between its offsets, none is empty, and they come in reading order."""
    shape = preview(data) or ""
    found = choices(shape)
    assert all(choice.text == shape[choice.start : choice.end] != "" for choice in found)
    assert [choice.start for choice in found] == sorted(choice.start for choice in found)


def test_names_and_secrets_are_told_apart() -> None:
    """A kept name, a hidden secret, odd bytes and signs each have a kind."""
    kinds = {piece.text: piece.kind for piece in pieces('{"user":"x","password":"***","x":??}')}
    assert kinds["user"] == "name"
    assert kinds["***"] == "hidden"
    assert kinds["??"] == "odd"
    assert kinds["x"] == "value"
    assert kinds['{"'] == "sign"


def test_an_address_is_one_choice_and_a_sentence_one_more() -> None:
    """Values are chosen whole; a text of several words can be chosen as a whole too; names cannot."""
    shape = '{"email":"x@x.x","msg":"x x 0.0.0.0"}'
    texts = [choice.text for choice in choices(shape)]
    assert texts == ["x@x.x", "x x 0.0.0.0", "x", "x", "0.0.0.0"]


def test_spans_that_touch_become_one() -> None:
    """What is chosen twice is hidden once."""
    assert merged([(5, 9), (0, 2), (2, 4), (6, 7)]) == [(0, 4), (5, 9)]


def test_tokens_are_found_in_masked_text() -> None:
    """A token stands out, also behind characters of several bytes."""
    token = "tok_email_k1_abcdefghijklmnopabcd"
    found = list(tokens(f"é {token} end"))
    assert [(piece.text, piece.kind) for piece in found] == [("é ", "text"), (token, "token"), (" end", "text")]
