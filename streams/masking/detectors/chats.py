"""Who speaks in a chat: IRC, XMPP, games, and logs that repeat messages with their authors."""

import re
from typing import Final

from streams.masking.detectors.accounts import account
from streams.masking.detectors.beside import GENERAL, ends_with_words, names_nobody
from streams.masking.detectors.people import person_at
from streams.masking.found import Detector, Found, Verdict

__all__ = ["DETECTORS"]

#: What IRC allows in a nickname (RFC 2812, 2.3.1), and games in a player's name.
_NICK: Final = rb"[A-Za-z_\[\]^{}|`][A-Za-z0-9_\-\[\]^{}|`]{1,30}"
#: Who is none: programs that speak in chats, and players in general.
_NO_SPEAKER: Final = frozenset(
    b"""
    server system console bot admin player players someone anonymous guest chanserv nickserv info warn warning error debug trace fatal notice
    init module lambda anonymous stdin string eval frozen script html body div span head title none nil null undefined object array function input
    """.split()
)


def _speaker(start: int, nick: bytes, detector: str) -> list[Found]:
    plain = nick.lower()
    return [] if plain in _NO_SPEAKER or plain in GENERAL else account(start, nick, detector)


# -- IRC ----------------------------------------------------------------------------------------------------------------

_COMMANDS: Final = "(?:privmsg|notice|join|part|quit|nick|kick|mode|topic)"
_PREFIX: Final = re.compile(
    rb"(?:\A|(?<=[\s:\"'>]))("
    + _NICK
    + rb")!([~^+=\-]?)([A-Za-z0-9_.\-]{1,20})@[A-Za-z0-9.:_\-/]{1,64} "
    + _COMMANDS.encode()
    + rb"\Z",
    re.IGNORECASE,
)
_PREFIX_MAX: Final = 140


def judge_prefix(data: bytes, end: int) -> Verdict:
    """The nickname and the user of a message's prefix, `:nick!user@host` (RFC 2812, 2.3.1)."""
    prefix = _PREFIX.search(data, max(0, end - _PREFIX_MAX), end)
    if prefix is None:
        return "no_prefix"
    return (
        _speaker(prefix.start(1), prefix[1], "irc_prefix") + account(prefix.start(3), prefix[3], "irc_prefix")
        or "nobody"
    )


_CAME: Final = re.compile(
    rb"(?:\A|(?<=[\s:\"'>]))[@+%&~]?("
    + _NICK
    + rb") [\[(]([~^+=\-]?)([A-Za-z0-9_.\-]{1,20})@[A-Za-z0-9.:_\-/]{1,64}[\])] has (?:joined|left|quit)\Z",
    re.IGNORECASE,
)
_KNOWN: Final = re.compile(rb"(?:\A|(?<=[\s:\"'>]))(" + _NICK + rb") is now known as \Z", re.IGNORECASE)
_NEW_NICK: Final = re.compile(_NICK + rb"(?=[\s\"'\\.]|\Z)")


def judge_came(data: bytes, end: int) -> Verdict:
    """Who came, went or changed the nickname, as clients print it (irssi, WeeChat)."""
    if came := _CAME.search(data, max(0, end - _PREFIX_MAX), end):
        return _speaker(came.start(1), came[1], "irc_came") + account(came.start(3), came[3], "irc_came") or "nobody"
    known = _KNOWN.search(data, max(0, end - _PREFIX_MAX), end)
    new = _NEW_NICK.match(data, end) if known else None
    if known is None or new is None:
        return "no_nick"
    return _speaker(known.start(1), known[1], "irc_came") + _speaker(end, new[0], "irc_came") or "nobody"


# -- between signs ------------------------------------------------------------------------------------------------------

_SIGNED: Final = re.compile(
    rb"(?:[0-9]:[0-9]{2}\]? |\[(?:[\w .#\-]{1,40}/)?INFO\]: (?:\[[\w ]{1,20}\] )?|\[CHAT\] )<[@+%&~ ]?([A-Za-z_])\Z"
)
_SIGNED_MAX: Final = 80
_NICK_BETWEEN: Final = re.compile(rb"(" + _NICK + rb")> (?=[^\s<])")


def judge_between(data: bytes, end: int) -> Verdict:
    """The speaker between angle brackets behind a time or a game's thread (irssi, ZNC, Minecraft)."""
    signed = _SIGNED.search(data, max(0, end - _SIGNED_MAX), end)
    nick = _NICK_BETWEEN.match(data, signed.start(1)) if signed else None
    return _speaker(nick.start(1), nick[1], "chat_nick") if nick else "no_nick"


# -- games --------------------------------------------------------------------------------------------------------------

_PLAYED: Final = re.compile(
    rb"(?:\A|(?<=[\s:\"'>]))([A-Za-z0-9_]{3,16})(?: (?:joined|left) the game|\[/[0-9a-f.:]{3,45}\] logged out due to)\Z"
    # What machines do as well, in the thread of a game's server.
    rb"|/INFO\](?: \[[\w.$]{1,64}\])?: ([A-Za-z0-9_]{3,16}) (?:lost connection:|was kicked|issued server command:)\Z",
    re.IGNORECASE,
)
#: Whom a connection is of that has not joined yet (Mojang's authlib, `GameProfile.toString()`).
_PROFILE: Final = re.compile(rb"gameprofile@[0-9a-f]{1,8}\[id=[^,\xff]{1,40},name=\Z", re.IGNORECASE)
_PROFILE_MAX: Final = 80
_PROFILE_NAME: Final = re.compile(rb"([A-Za-z0-9_]{3,16})(?=[,\]])")
_PLAYED_MAX: Final = 120
_PLAYER: Final = re.compile(rb"([A-Za-z0-9_]{3,16}) is ([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})", re.IGNORECASE)


def judge_player(data: bytes, end: int) -> Verdict:
    """The player before `joined the game`, or behind `UUID of player` with the number, or in a profile (Minecraft)."""
    if _PROFILE.search(data, max(0, end - _PROFILE_MAX), end):
        name = _PROFILE_NAME.match(data, end)
        return _speaker(end, name[1], "player") or "nobody" if name else "no_player"
    if played := _PLAYED.search(data, max(0, end - _PLAYED_MAX), end):
        group = played.lastindex or 1
        return _speaker(played.start(group), played[group], "player") or "nobody"
    player = _PLAYER.match(data, end) if data[end - 15 : end].lower() == b"uuid of player " else None
    if player is None:
        return "no_player"
    return [*_speaker(end, player[1], "player"), Found(*player.span(2), "user", "player", "format", 40)]


# -- authors of messages ------------------------------------------------------------------------------------------------

#: Behind the names of networks stand as often events of the program that talks to them, so that a room has to be named.
_CHAT: Final = re.compile(
    rb"(?:(?:live|web)?chat[\])>]?(?: message)?|(?:whatsapp|messenger)[\])>]?(?: message)?|"
    rb"(?:irc|slack|xmpp|ms teams|telegram|discord|matrix)(?:[\])>]? message|([\])>]?))):? \Z",
    re.IGNORECASE,
)
_CHAT_MAX: Final = 26
#: A room or a time before the author.
_ROOM: Final = re.compile(rb"(?:[\[(][^\[\]()\r\n\"\\\xff]{1,40}[\])]|#[a-z0-9_\-]{1,40}):? ")
_SAYS: Final = re.compile(rb"(?: \([^()\r\n\xff]{1,30}\))?: ?[^\s:=]")
_LOGIN: Final = re.compile(rb"@?((?:[a-z]{1,24}[._][a-z]{2,24}|[a-z]{2,24})[0-9]{0,4})(?=: )")


def judge_author(data: bytes, end: int) -> Verdict:
    """The author of a message that a log repeats behind the name of a chat (`chat: Ann Lee: text`)."""
    chat, room = ends_with_words(_CHAT, data, end, _CHAT_MAX), _ROOM.match(data, end)
    if chat is None or (chat[1] is not None and room is None):
        return "no_chat"
    start = room.end() if room else end
    stop = person_at(data, start, least=2)
    if stop > 0 and _SAYS.match(data, stop):
        known = any(word.lower() in GENERAL or names_nobody(word) for word in data[start:stop].split())
        return "general" if known else Found(start, stop, "name", "chat_author", "phrase", 41)
    login = _LOGIN.match(data, start)
    if login is None or not re.search(rb"[._0-9]", login[1]):
        return "no_name"
    return _speaker(login.start(1), login[1], "chat_author") or "general"


_OCCUPANT: Final = re.compile(rb"@(?:conference|muc|groupchat|chat|rooms?)\.[a-z0-9.\-]{3,80}/\Z", re.IGNORECASE)
_OCCUPANT_MAX: Final = 100
_RESOURCE: Final = re.compile(
    rb"([^\s\"'<>&\\/@]{2,40}(?: [^\s\"'<>&\\/@]{1,40}){0,2})(?=\\{0,7}[\"'])|([^\s\"'<>&\\/@,;:]{2,40})"
)


def judge_occupant(data: bytes, end: int) -> Verdict:
    """The nickname of an occupant of a room (XEP-0045, Multi-User Chat)."""
    room = _OCCUPANT.search(data, max(0, end - _OCCUPANT_MAX), end)
    nick = _RESOURCE.match(data, end) if room else None
    return _speaker(end, nick[0], "room_occupant") or "nobody" if nick else "no_room"


DETECTORS: Final = (
    Detector(
        "irc_prefix",
        (rf"![~^+=\-]?[a-z0-9_.\-]{{1,20}}@[a-z0-9.:_\-/]{{1,64}} {_COMMANDS}",),
        judge_prefix,
        (":annlee!~ann@192.0.2.1 PRIVMSG #ops :hello", "<< :annlee!ann@web1 JOIN #ops"),
        ("cmd!x@y failed", "mail ann@web1 JOIN #ops", ":server!root@web1 NOTICE #ops"),
        "RFC 2812, 2.3.1",
    ),
    Detector(
        "irc_came",
        (r"@[a-z0-9.:_\-/]{1,64}[\])] has (?:joined|left|quit)", " is now known as "),
        judge_came,
        ("-!- annlee [~ann@192.0.2.1] has joined #ops", "12:03 -!- annlee is now known as ann_away"),
        ("the product is now known as", "node [a] has joined the cluster", "NickServ [x] has quit"),
        "irssi and WeeChat, messages of channels",
    ),
    Detector(
        "chat_nick",
        (r"[0-9]:[0-9]{2}\] <[@+%&~ ]?[a-z_]", r"[0-9]:[0-9]{2} <[@+%&~ ]?[a-z_]", r"info\]: (?:\[[\w ]{1,20}\] )?<[a-z_]", r"\[chat\] <[a-z_]"),
        judge_between,
        ("[12:03:44] <annlee> hello", "12:03 <@ann_lee> hello", "[Server thread/INFO]: <Ann42> anyone here?", "[Render thread/INFO]: [System] [CHAT] <Ann42> hi"),
        ("[12:03:44] <module> line 12", "10:00:00 <script> removed", "[main/INFO]: <init> called", "[12:03:44] <user><name>x</name>"),
        "irssi, ZNC and Minecraft, logs of chats",
    ),
    Detector(
        "player",
        (" (?:joined|left) the game", "uuid of player ", " lost connection:", " was kicked", " issued server command:", r"\] logged out due to", r"gameprofile@[0-9a-f]{1,8}\[id=[^,\xff]{1,40},name="),
        judge_player,
        ("[Server thread/INFO]: Ann42 joined the game", "[Server thread/INFO]: Ann42 lost connection: Disconnected", "INFO > ann42[/192.0.2.7:61743] logged out due to client disconnect", "GameProfile@1d41db4[id=<null>,name=ann42,properties={}] lost connection", "UUID of player Ann42 is 069a79f4-44e9-4726-a5be-fca90e38aaf5"),
        ("a player joined the game", "[Server thread/INFO]: server lost connection", "client7 lost connection: timeout", "the user was kicked", "UUID of player not found", "everyone who left the game"),
        "Minecraft, server log",
    ),
    Detector(
        "chat_author",
        (r"(?:chat|irc|slack|xmpp|ms teams|telegram|whatsapp|discord|matrix|messenger)[\])>]?(?: message)?:? ",),
        judge_author,
        ("chat: Ann Lee: are you coming?", "[slack] [#ops] Ann Lee: done", "telegram message: @ann.lee: hi", "WhatsApp message: Ann Lee (iOS): see you"),
        ("chat: Connection Lost: retrying", "slack: rate limited: retry", "chat: service started", "discord: Shard Ready: 4", "slack: Channel Archived: ops", "matrix: Ann Lee"),
        "logs of chats",
    ),
    Detector(
        "room_occupant",
        (r"@(?:conference|muc|groupchat|chat|rooms?)\.[a-z0-9.\-]{3,80}/",),
        judge_occupant,
        ("from='ops@conference.example.com/annlee' type='groupchat'", '<presence to="ops@muc.example.com/Ann Lee"/>'),
        ("ops@conference.example.com joined", "https://chat.example.com/rooms", "ops@rooms.example.com/admin"),
        "XEP-0045, Multi-User Chat",
    ),
)  # fmt: skip
