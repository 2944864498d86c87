"""Log-in names in sentences of other languages: in quotes behind the word for a user, or in letters that the sentence has not."""

import re
from typing import Final

from streams.masking.detectors.accounts import account
from streams.masking.detectors.beside import GENERAL, ends_with_words
from streams.masking.found import Detector, Verdict

__all__ = ["DETECTORS"]

#: The word for a user in languages of Latin letters, where only quotes tell a name from the next word of the sentence.
_LATIN: Final = (
    "benutzer ", "nutzer ", "utilisateur ", "usuario ", "usuário ", "utente ", "gebruiker ", "użytkownik ", "użytkownika ", "användaren ", "brukeren ", "kullanıcı ",
)  # fmt: skip
#: The same in other scripts, where a name in Latin letters stands out.
_OTHER: Final = (
    "пользователь ", "Пользователь ",
    "пользователя ", "користувач ", "Користувач ",
    "用户", "用戶", "ユーザー", "ユーザ", "사용자",
)  # fmt: skip


def _words(words: tuple[str, ...]) -> re.Pattern[bytes]:
    return re.compile(b"(?:%b)\\Z" % "|".join(sorted(words, key=len, reverse=True)).encode(), re.IGNORECASE)


_QUOTES, _LETTERS = _words(_LATIN), _words(_OTHER)
_WORD_MAX: Final = 28
_NAME: Final = rb"[A-Za-z][A-Za-z0-9_.\-@\\]{1,62}[A-Za-z0-9]"
_QUOTED: Final = re.compile(
    rb" ?(\\{0,7}[\"'`]|\[|\xc2\xab|\xe2\x80[\x9c\x9e]|\xe3\x80\x8c)("
    + _NAME
    + rb")(?=\\{0,7}[\"'`]|\]|\xc2\xbb|\xe2\x80[\x9c\x9d]|\xe3\x80\x8d)"
)
_STANDING_OUT: Final = re.compile(rb" ?(" + _NAME + rb")(?= ?(?:[\xc3-\xf4]|[,.;)\r\n]|\Z))")


def judge_user(data: bytes, end: int) -> Verdict:
    """The log-in name behind the word for a user."""
    other = ends_with_words(_LETTERS, data, end, _WORD_MAX)
    if not other and not ends_with_words(_QUOTES, data, end, _WORD_MAX):
        return "no_word"
    quoted = _QUOTED.match(data, end)
    name = quoted or (_STANDING_OUT.match(data, end) if other else None)
    text = name[name.lastindex or 1] if name else b""
    if name is None or text.lower() in GENERAL:
        return "general"
    return account(name.start(name.lastindex or 1), text, "user_abroad") or "account_of_system"


DETECTORS: Final = (
    Detector(
        "user_abroad",
        tuple(word.encode().decode("latin-1") for word in (*_LATIN, *_OTHER)),
        judge_user,
        (
            'Benutzer "jmueller" konnte nicht angemeldet werden', "utilisateur 'annlee' introuvable", "Пользователь ivanov вошёл",
            "用户zhangwei登录成功", "用户 [zhangwei] 登录", "ユーザー yamada がログインしました",
        ),
        ("Benutzer wurde angemeldet", "utilisateur connecté", "用户ID: 4711", "用户 token 过期", "用户登录成功", "Пользователь API не найден"),
        "phrases of logs",
        by_word=True,
    ),
)  # fmt: skip
