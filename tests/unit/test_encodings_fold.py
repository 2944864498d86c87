"""What is read through a disguise, and what only looks like one."""

import pytest

from streams.masking.encodings.fold import fold
from streams.masking.masker import Masker
from streams.masking.policy import Policy
from tests.support.disguise import masker_keyring


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        (b"ann=40example.com", b"ann@example.com"),
        (b"ann=40mail=2Eex1=2Ecom.", b"ann@mail.ex1.com."),
        (b"password=3Dhunter2", b"password=hunter2"),
        (b"to=40x.example", b"to@x.example"),
    ],
)
def test_quoted_printable_is_read(raw: bytes, read: bytes) -> None:
    """The signs of an address and of an assignment, with upper-case hex digits, before what can follow them."""
    assert fold(raw).text == read


@pytest.mark.parametrize(
    "raw",
    [
        b"user_id=40bc2e59-a467-4906-a833-39bbaf29c953",
        b"session=3dd38bfc2efdb45881ddfb1df5bdc99e",
        b"SESSION=3DD38BFC2EFDB45881DDFB1DF5BDC99E",
        b"id=2EFA01BC-a467-4906-a833-39bbaf29c953",
        b"id=2efd",
        b"count=40x",
    ],
)
def test_a_value_that_begins_with_two_hex_digits_is_no_quoted_printable(raw: bytes) -> None:
    """An assignment of an id stays an assignment, so that its name still tells what the value is."""
    assert fold(raw).text == raw


@pytest.mark.parametrize("first", ["40bc2e59", "2efd01bc", "3dd38bfc", "3DD38BFC", "2EFD01BC", "40ABCDEF"])
def test_an_id_is_masked_whatever_it_begins_with(first: str) -> None:
    """A user's id and a session are found behind their names also where they begin as an escape would."""
    masker = Masker(Policy(), masker_keyring())
    for line in (f"user_id={first}-a467-4906-a833-39bbaf29c953 ok", f'{{"cookie":"session={first}2efdb458; a=b"}}'):
        outcome = masker.mask(line.encode())
        assert outcome.failure is None
        assert first.encode() not in (outcome.text or b"")
