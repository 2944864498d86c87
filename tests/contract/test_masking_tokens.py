"""One person is one token wherever it stands, and nothing but our own tokens passes for one."""

from functools import lru_cache

import pytest

from streams.masking.masker import Masker
from streams.masking.policy import Policy
from streams.masking.tokens import TOKEN_RE
from tests.support.disguise import CONTAINERS, VALUES, container, leaks, masker_keyring

_LETTERS = "abcdefghijklmnopabcd"


@lru_cache(maxsize=1)
def _masker() -> Masker:
    return Masker(Policy(), masker_keyring())


def _mask(text: str) -> str:
    outcome = _masker().mask(text.encode())
    assert outcome.text is not None, outcome.failure
    return outcome.text.decode()


def _only_token(text: str) -> str:
    tokens = {match[0].decode() for match in TOKEN_RE.finditer(_mask(text).encode())}
    assert len(tokens) == 1, (text, tokens)
    return tokens.pop()


@pytest.mark.parametrize(
    "spellings",
    [
        (
            "to Jane.Doe@Example.org",
            '{"email":"jane.doe@example.org"}',
            "user=jane.doe%40example.org",
            '{"user":"jane.doe\\u0040example.org"}',
        ),
        (
            "card 4111 1111 1111 1111 ",
            '{"card_number":"4111-1111-1111-1111"}',
            "pan=4111111111111111",
            '{"card_number":4111111111111111}',
        ),
        (
            "call +49 30 901820417",
            "tel:+4930901820417",
            '{"phone":"+49 (0)30 901820417"}',
            '{"mobile":"+49-30-901820417"}',
        ),
        ("from 2001:db8:0:0:0:0:0:7 x", '{"client_ip":"2001:DB8::7"}', "[2001:0db8::0007]:443"),
        ("IBAN DE89 3704 0044 0532 0130 00 ", '{"iban":"de89370400440532013000"}'),
        ("dev 00:1B:44:11:3A:B7 x", '{"mac":"00-1b-44-11-3a-b7"}', "dev 001b.4411.3ab7 x"),
        ('{"user_id":4711}', '{"userId":"4711"}', "uid=4711", '{"a":{"sub":"4711"}}'),
    ],
    ids=lambda spellings: spellings[0],
)
def test_one_value_is_one_token_in_every_spelling(spellings: tuple[str, ...]) -> None:
    """The same value in other spellings and containers is the same token."""
    assert len({_only_token(text) for text in spellings}) == 1


def test_token_does_not_depend_on_the_container() -> None:
    """An email is the same token in each container."""
    value = VALUES[0]
    token = _masker().tokens.token("email", value.text).decode()
    for place in CONTAINERS:
        assert token in _mask(container(place, value.text, value.field).decode()), place


def test_own_tokens_and_surrogates_stay_in_every_container() -> None:
    """What masking wrote is left alone in each container, under a telling name and under a neutral one."""
    jwt = next(value for value in VALUES if value.name == "jwt")
    surrogate = _mask(jwt.text)
    assert surrogate.endswith("~~")
    own = [surrogate, "***", _mask("jane.doe@example.org"), _mask("+4930901820417")]
    for text in own:
        for field in ("password", "email", "user_id", "authorization", "cookie", "phone", "detail"):
            for place in CONTAINERS:
                line = container(place, text, field)
                assert _masker().mask(line).text == line, (place, field, text)


@pytest.mark.parametrize("fake", [
    f"tok_user_zz_{_LETTERS}", "tok_user_k1_hunter2hunter2hunter", f"tok_nokind_k1_{_LETTERS}",
    f"tok_user_k1_{_LETTERS}x9_hunter2",
    f"tok_jwt_zz_{_LETTERS}~sub.hunter2~~", f"xtok_user_k1_{_LETTERS}",
    f"tok_user_k1_{_LETTERS}hunter2", "***hunter2", "tok_hunter2",
])  # fmt: skip
def test_look_alike_is_masked_under_a_secret_name(fake: str) -> None:
    """What only looks like a token (foreign key, unknown kind, something glued to it) is a value like any other."""
    for line in (f'{{"password":"{fake}"}}', f"password={fake} x", f"Cookie: sid={fake}"):
        assert fake not in _mask(line), line


def test_foreign_surrogate_is_looked_into() -> None:
    """What a surrogate of an unknown key says is masked like any text."""
    assert not leaks(_mask(f"x tok_jwt_zz_{_LETTERS}~ip.203-0-113-9~~ jane.doe@example.org").encode(), "jane")


def test_value_next_to_a_token_is_masked() -> None:
    """A token does not protect its neighbours."""
    token = _mask("jane.doe@example.org")
    for text in (
        f"{token} ann@example.org",
        f"{token},ann@example.org",
        f"<{token}>ann@example.org",
        f"ann@example.org/{token}",
    ):
        masked = _mask(text)
        assert "ann@" not in masked
        assert token in masked


def test_short_bare_numbers_say_nothing_by_themselves() -> None:
    """No detector finds up to eight digits that stand alone, so a JWT's numeric subject is a user's without a look."""
    numbers = [str(number).encode() for size in range(1, 9) for number in range(10 ** (size - 1), 10**size, 7**size)]
    result = _masker().mask_batch([*numbers, *(b"%08d" % number for number in range(0, 10**8, 99_991))])
    assert not result.findings
    assert not result.failures
