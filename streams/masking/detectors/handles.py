"""Accounts at social networks and messengers, in prose and in their URLs."""

import re
from typing import Final

from streams.masking.detectors.beside import ends_with_words
from streams.masking.found import Detector, Found, Verdict

__all__ = ["DETECTORS"]

_WORD: Final = re.compile(
    rb"(?:skype|twitter|tweeter|tweet(?:ed|s|ing)?|telegram|instagram|insta|snapchat|tiktok|mastodon|bluesky|discord|facebook|linkedin)\Z",
    re.IGNORECASE,
)
#: A handle with its sign near the word, or a name right behind the word and a sign.
_SIGNED: Final = re.compile(
    rb"(?:[^@\r\n\"<>\xff]{0,24}[\s:(=>\"'])?(@[A-Za-z0-9_](?:[A-Za-z0-9_.\-]{0,38}[A-Za-z0-9_])?)(?![A-Za-z0-9@/])"
)
_NAMED: Final = re.compile(
    rb"(?:(?: (?:id|name|handle|account|username|user|me))? ?[:=(] ?|[ :.]{1,3}(?:my (?:id|name|handle|account) is|id is|handle is|as|under) )([A-Za-z_](?:[A-Za-z0-9_.\-:]{1,38}[A-Za-z0-9_]))(?=[\s,;)\"'\\.]|\Z)",
    re.IGNORECASE,
)
_PERSONAL: Final = re.compile(rb"[A-Za-z]{1,30}[._\-0-9][A-Za-z0-9._\-:]{0,38}\Z")
_BACK: Final = re.compile(rb"(?:\A|[\s\"'(])(@?[A-Za-z_][A-Za-z0-9_.\-]{1,38}) (?:on|at|via) \Z")


def judge_handle(data: bytes, end: int) -> Verdict:
    """The account behind or before the name of a network."""
    word = ends_with_words(_WORD, data, end, 10)
    if word is None:
        return "no_word"
    if (signed := _SIGNED.match(data, end)) and signed[1]:
        return Found(signed.start(1), signed.end(1), "username", "social_handle", "phrase", 40)
    # In capitals stands a kind of event (`discord: MESSAGE_CREATE`).
    if (named := _NAMED.match(data, end)) and _PERSONAL.match(named[1]) and not named[1].isupper():
        return Found(named.start(1), named.end(1), "username", "social_handle", "phrase", 40)
    back = _BACK.search(data, max(0, word.start() - 48), word.start())
    if back and (back[1][:1] == b"@" or _PERSONAL.match(back[1])):
        return Found(back.start(1), back.end(1), "username", "social_handle", "phrase", 40)
    return "no_handle"


_SITE: Final = re.compile(
    rb"(?:(?:twitter|x|instagram|facebook|fb|tiktok|snapchat|threads|vk|pinterest|soundcloud|medium|patreon|onlyfans|twitch|t)\.(?:com|me|net|tv)/(?:add/|u/)?@?|linkedin\.com/in/|reddit\.com/u(?:ser)?/|youtube\.com/@|keybase\.io/|bsky\.app/profile/)\Z",
    re.IGNORECASE,
)
_PROFILE: Final = re.compile(rb"([A-Za-z0-9_](?:[A-Za-z0-9_.\-%]{1,48}[A-Za-z0-9_]))(?=[/?\s\"'<>),.\\]|\Z)")
#: First path elements of these sites that are pages of the site.
_PAGES: Final = frozenset(
    b"""
    home login signup share sharer sharer.php intent search explore hashtag i about privacy tos terms help settings tr plugins dialog pages groups events watch
    marketplace oauth api v1 v2 v3 embed p reel reels stories tv accounts legal developer developers en static js css img images favicon.ico robots.txt
    company jobs feed messages notifications compose business ads policies gaming profile.php photo photo.php story.php login.php
    """.split()
)


def judge_profile(data: bytes, end: int) -> Verdict:
    """The account in the URL of a profile."""
    if not (site := ends_with_words(_SITE, data, end, 32)):
        return "no_site"
    profile = _PROFILE.match(data, end)
    if profile is None or profile[1].lower() in _PAGES or (site.start() and data[site.start() - 1] in b"-"):
        return "page"
    return Found(end, profile.end(1), "username", "social_profile", "url", 40)


#: Numbers of accounts at Steam, and what a game's server writes before one: the nickname and the number of the session.
_STEAM: Final = re.compile(rb"STEAM_[0-5]:[01]:[0-9]{1,10}(?![0-9])|U:1:[0-9]{1,10}(?=\])")
_PLAYING: Final = re.compile(rb"\\{0,7}\"([^\"<>\\\r\n\xff]{1,32})<[0-9]{1,5}><\[?\Z")
_PLAYING_MAX: Final = 56


def judge_steam(data: bytes, end: int) -> Verdict:
    """A SteamID, and the nickname before it (`"ann<12><STEAM_0:1:12345678><CT>"`)."""
    at = max(data.rfind(b"STEAM_", max(0, end - 12), end), data.rfind(b"U:1:", max(0, end - 6), end))
    number = _STEAM.match(data, at) if at >= 0 else None
    if number is None or data[at - 1 : at].isalnum():
        return "no_number"
    nick = _PLAYING.search(data, max(0, at - _PLAYING_MAX), at)
    named = [Found(*nick.span(1), "username", "steam_id", "format", 40)] if nick else []
    return [*named, Found(*number.span(), "user", "steam_id", "format", 50)]


DETECTORS: Final = (
    Detector(
        "social_handle",
        ("skype", "twitter", "tweeter", "tweet(?:ed|s|ing)?", "telegram", "insta(?:gram)?", "snapchat", "tiktok", "mastodon", "bluesky", "discord", "facebook", "linkedin"),
        judge_handle,
        ("contact me on skype (dean.malmgren) to chat", "My tweeter is @John_gmail", "i tweet at @john_gmail", "i'm dean.malmgren on skype", "skype: dean.malmgren"),
        ("facebook login failed", "twitter api timeout", "shared on twitter", "telegram bot started"),
        "help pages of the networks",
        by_word=True,
    ),
    Detector(
        "steam_id",
        ("STEAM_[0-5]:[01]:[0-9]", r"\[U:1:[0-9]"),
        judge_steam,
        ('"ann<12><STEAM_0:1:12345678><CT>" entered the game', "kicked STEAM_1:0:4711", '"ann<2><[U:1:4711]><>" connected'),
        ("STEAM_ID_LAN", "STEAM_0:1:", "[U:1:]", "MYSTEAM_0:1:2x"),
        "Valve Developer Community, SteamID and HL Log Standard",
    ),
    Detector(
        "social_profile",
        (r"(?:twitter|x|instagram|facebook|fb|tiktok|snapchat|threads|vk|pinterest|soundcloud|medium|patreon|onlyfans|twitch|t)\.(?:com|me|net|tv)/(?:add/|u/)?@?", r"linkedin\.com/in/", r"reddit\.com/u(?:ser)?/", r"youtube\.com/@", r"keybase\.io/", r"bsky\.app/profile/"),
        judge_profile,
        ("https://www.linkedin.com/in/ann-lee", "https://twitter.com/annlee?s=20", "t.me/ann_lee", "https://www.youtube.com/@annlee"),
        ("https://twitter.com/intent/tweet", "https://www.facebook.com/sharer/sharer.php", "https://example.com/annlee"),
        "help pages of the networks",
    ),
)  # fmt: skip
