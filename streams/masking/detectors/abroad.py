"""Log-in names in sentences of other languages: in quotes behind the word for a user, in letters that the sentence has not, or
where the sentence goes on as it does about one user.
"""

import re
from typing import Final

from streams.masking.detectors.accounts import account
from streams.masking.detectors.beside import GENERAL, names_nobody
from streams.masking.found import Detector, Verdict
from streams.masking.lookbehind import Lookbehind

__all__ = ["DETECTORS"]

#: The word for a user in languages of Latin letters, where only quotes tell a name from the next word of the sentence.
_LATIN: Final = (
    "benutzer ", "nutzer ", "utilisateur ", "usuario ", "usuário ", "utente ", "gebruiker ", "użytkownik ", "użytkownika ", "användaren ", "användare ", "brukeren ", "bruker ", "brugeren ", "bruger ", "kullanıcı ",
    "usuária ", "utilizador ", "uživatel ", "felhasználó ", "utilizatorul ", "korisnik ",
)  # fmt: skip
#: The same in other scripts, where a name in Latin letters stands out.
_OTHER: Final = (
    "пользователь ", "Пользователь ",
    "пользователя ", "користувач ", "Користувач ",
    "用户", "用戶", "ユーザー", "ユーザ", "사용자",
)  # fmt: skip


_QUOTES, _LETTERS = (Lookbehind([word.encode() for word in words]) for words in (_LATIN, _OTHER))
_NAME: Final = rb"[A-Za-z][A-Za-z0-9_.\-@\\]{1,62}[A-Za-z0-9]"
_QUOTED: Final = re.compile(
    rb" ?(\\{0,7}[\"'`]|\[|\xc2\xab|\xe2\x80[\x9c\x9e]|\xe3\x80\x8c)("
    + _NAME
    + rb")(?=\\{0,7}[\"'`]|\]|\xc2\xbb|\xe2\x80[\x9c\x9d]|\xe3\x80\x8d)"
)
_STANDING_OUT: Final = re.compile(rb" ?(" + _NAME + rb")(?= ?(?:[\xc3-\xf4]|[,.;)\r\n]|\Z))")
#: What only log-in names look like among words: two with a dot between them, or letters and a number.
_SHAPED: Final = re.compile(
    rb"([a-z]{1,24}\.[a-z]{2,24}[0-9]{0,4}|[a-z]{2,24}[0-9]{1,6})(?![A-Za-z0-9_\-/@(=.\x80-\xfe]|\.[A-Za-z0-9])"
)
#: How a sentence goes on behind one user's name: an auxiliary, or what the user or somebody did.
_VERBS: Final = (
    "hat", "ist", "wurde", "war", "konnte", "angemeldet", "abgemeldet", "eingeloggt", "gesperrt", "nicht gefunden", "existiert",
    "s'est", "a été", "est", "n'existe", "connecté", "déconnecté", "authentifié", "introuvable", "verrouillé", "bloqué", "créé", "supprimé",
    "inició", "inicio", "ha iniciado", "cerró", "se ha", "no existe", "no encontrado", "autenticado", "conectado", "desconectado", "bloqueado", "creado", "eliminado", "registrado",
    "ha effettuato", "ha eseguito", "è", "non trovato", "non esiste", "autenticato", "connesso", "disconnesso", "bloccato", "creato", "eliminato",
    "entrou", "saiu", "fez", "foi", "não encontrado", "não existe", "criado", "removido",
    "is", "heeft", "werd", "ingelogd", "uitgelogd", "aangemeld", "afgemeld", "geblokkeerd", "aangemaakt", "verwijderd", "niet gevonden",
    "zalogowany", "zalogowana", "zalogował", "wylogowany", "wylogował", "został", "została", "zablokowany", "nie istnieje", "nie znaleziony",
    "loggade", "har", "är", "blev", "logget", "loggede", "er", "ble", "byl", "byla", "se přihlásil", "nenalezen", "giriş", "çıkış", "bulunamadı", "oluşturuldu", "bejelentkezett", "s-a",
)  # fmt: skip
_GOES_ON: Final = re.compile(
    "((?-i:[a-z][a-z0-9_\\-]{{3,30}})) (?:{})(?![\\w\\-])".format("|".join(_VERBS)).encode(), re.IGNORECASE
)
#: Words of sentences about users in general where a name would stand.
_NO_NAME: Final = frozenset(word for verb in _VERBS for word in verb.encode().split()) | frozenset(
    b"""
    gast lokal locale principal principale premium externo externa interno interna externe interne remoto remota distant temporal temporaire normal valido valide final finale sessie sesion session administrador administrateur beheerder profiel rol role rolle nicht niemand aktuell aktueller neuer nuevo nueva actual nouveau nouvelle actuel courant inconnu anonyme desconocido invitado anonimo
    nuovo attuale sconosciuto ospite novo atual desconhecido huidige nieuwe onbekende nowy obecny nieznany nytt aktuell ukendt ukjent
    konto profil compte perfil cuenta conta account utente usuario benutzer hvis denne dette este esta este cette quel quale welche welcher jeder
    todos tous tutti alle wszyscy mais menos plus moins dont avec sans pour para come como quando wann wenn dass daarom omdat already sempre siempre toujours
    correctamente exitosamente erfolgreich succesvol anche aussi auch ook
    """.split()
)


def judge_user(data: bytes, end: int) -> Verdict:
    """The log-in name behind the word for a user."""
    other = _LETTERS.first_word(data, end)
    if not other and not _QUOTES.first_word(data, end):
        return "no_word"
    quoted = _QUOTED.match(data, end)
    name = (
        quoted
        or (_STANDING_OUT if other else _SHAPED).match(data, end)
        or (None if other else _GOES_ON.match(data, end))
    )
    text = name[name.lastindex or 1] if name else b""
    if name is None or text.lower() in GENERAL or text.lower() in _NO_NAME or names_nobody(text):
        return "general"
    return account(name.start(name.lastindex or 1), text, "user_abroad") or "account_of_system"


DETECTORS: Final = (
    Detector(
        "user_abroad",
        tuple(word.encode().decode("latin-1") for word in (*_LATIN, *_OTHER)),
        judge_user,
        (
            'Benutzer "jmueller" konnte nicht angemeldet werden', "utilisateur 'annlee' introuvable", "Пользователь ivanov вошёл",
            "用户zhangwei登录成功", "El usuario annlee inició sesión", "utente a.lee non trovato", "utilisateur annlee s'est connecté", "gebruiker ann42 ingelogd", "użytkownik annlee został zablokowany",
            "Benutzer annlee hat sich angemeldet", "usuário annlee entrou", "användaren annlee loggade in", "用户 [zhangwei] 登录", "ユーザー yamada がログインしました",
        ),
        ("Benutzer wurde angemeldet", "utilisateur connecté", "用户ID: 4711", "用户 token 过期", "用户登录成功", "Пользователь API не найден", "usuario no encontrado", "gebruiker niet gevonden", "El usuario actual no existe", "utilisateur inconnu est rejeté", "Benutzer Portal ist bereit", "usuario v2.beta"),
        "phrases of logs",
        by_word=True,
    ),
)  # fmt: skip
