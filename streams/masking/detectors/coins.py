"""Addresses, keys and seeds of currencies beside Bitcoin's and Ethereum's own: by their prefix, or by the currency's word."""

import re
from collections.abc import Callable
from typing import Final, Literal

from streams.masking.beginnings import begun
from streams.masking.context import at_word_start
from streams.masking.detectors.beside import ends_with_words
from streams.masking.found import Detector, Found, Verdict
from streams.masking.validators import base58, base58check, bech32, ss58, strkey

__all__ = ["DETECTORS"]

_BASE58: Final = "[1-9A-HJ-NP-Za-km-z]"
_BECH32: Final = "[02-9ac-hj-np-z]"

#: What stands before the `1` of a bech32 address (BIP 173): Cardano (CIP 5), Cosmos and the chains of its SDK, Elrond,
#: Zilliqa, Harmony, Zcash (ZIP 316), Nostr's keys (NIP 19).
_HUMAN: Final = "addr|stake|cosmos|osmo|terra|juno|inj|kava|akash|celestia|stars|evmos|band|thor|dydx|erd|zil|npub|nsec"
_PREFIXED: Final = re.compile(rf"(?:{_HUMAN})1{_BECH32}{{38,120}}(?![0-9A-Za-z])".encode())
_HUMAN_MAX: Final = 8


def _kind(address: bytes) -> Literal["secret", "user", "wallet"]:
    return "secret" if address.startswith(b"nsec") else "user" if address.startswith(b"npub") else "wallet"


def judge_prefixed(data: bytes, end: int) -> Verdict:
    """An address with the prefix of its chain and a bech32 checksum; Nostr's keys are a person's name and secret."""
    sign = data.rfind(b"1", max(0, end - _LEAD), end - _LEAD + 1)
    for start in range(max(0, sign - _HUMAN_MAX), max(0, sign)):
        address = _PREFIXED.match(data, start)
        if address and at_word_start(data, start) and bech32(address[0].decode()):
            return Found(start, address.end(), _kind(address[0]), "prefixed_address", "bech32", 79)
    return "checksum"


#: As much of an address as its anchor reads behind the prefix, the `1` included.
_LEAD: Final = 12

#: Keys of a wallet of many addresses with their version (BIP 32; SLIP 132), 78 bytes and a checksum.
_EXTENDED: Final = re.compile(rf"[xyztuvXYZTUV]p(?:ub|rv){_BASE58}{{90,110}}(?![0-9A-Za-z])".encode())
_EXTENDED_BYTES: Final = 82
_EXTENDED_LEAD: Final = 12


def judge_extended(data: bytes, end: int) -> Verdict:
    """A public or private key that all addresses of a wallet come from."""
    start = end - _EXTENDED_LEAD
    key = _EXTENDED.match(data, start) if start >= 0 and at_word_start(data, start) else None
    if key is None or not base58check(key[0].decode(), _EXTENDED_BYTES):
        return "checksum"
    return Found(start, key.end(), "secret" if key[0][1:4] == b"prv" else "wallet", "extended_key", "base58check", 80)


_CASH: Final = re.compile(rf"bitcoincash:[qp]{_BECH32}{{41}}(?![0-9A-Za-z])".encode(), re.IGNORECASE)


def judge_cash(data: bytes, end: int) -> Verdict:
    """An address of Bitcoin Cash with its prefix (CashAddr)."""
    address = _CASH.match(data, end - len("bitcoincash:q")) if end >= len("bitcoincash:q") else None
    return Found(*address.span(), "wallet", "cash_address", "length", 79) if address else "no_address"


# -- by a checksum alone ------------------------------------------------------------------------------------------------

#: XRP Ledger's order of the letters of base58.
_RIPPLE: Final = str.maketrans(
    "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz",
    "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
)
#: As many characters of an address as its anchor reads.
_COIN_LEAD: Final = 33
_COIN: Final = re.compile(rb"[0-9A-Za-z]{33,106}(?![0-9A-Za-z])")


def _checks(size: int) -> Callable[[str], bool]:
    return lambda text: base58check(text, size)


def _ripple(text: str) -> bool:
    return base58check(text.translate(_RIPPLE))


def _monero(text: str) -> bool:
    """No checksum that could be computed here (Keccak): its length, and letters of both cases with digits among them."""
    raw = text[2:]
    return raw.isalnum() and not (raw.islower() or raw.isupper() or raw.isalpha() or raw.isdigit())


#: What each address or private key looks like as a whole, its check, and whether it is a key: Litecoin, Dogecoin, Dash, TRON and
#: Bitcoin's test network; Zcash; XRP Ledger; Tezos; Substrate (SS58); Monero; Bitcoin's private keys (WIF, BIP 38); Stellar (SEP 23).
_COINS: Final[tuple[tuple[re.Pattern[str], Callable[[str], bool], bool], ...]] = (
    (re.compile(r"[LMDXTmn2A97].{32,34}\Z"), _checks(25), False),
    (re.compile(r"t[123].{33}\Z"), _checks(26), False),
    (re.compile(r"r.{32,34}\Z"), _ripple, False),
    (re.compile(r"tz[1-4].{33}\Z"), _checks(27), False),
    (re.compile(r"[15CDEFGHJ].{46,47}\Z"), ss58, False),
    (re.compile(r"[48][0-9AB][1-9A-HJ-NP-Za-km-z]{93}(?:.{11})?\Z"), _monero, False),
    (re.compile(r"[59].{50}\Z"), _checks(37), True),
    (re.compile(r"[KL].{51}\Z"), _checks(38), True),
    (re.compile(r"6P.{56}\Z"), _checks(43), True),
    (re.compile(r"G[A-Z2-7]{55}\Z"), strkey, False),
    (re.compile(r"S[A-Z2-7]{55}\Z"), strkey, True),
)


def judge_coin(data: bytes, end: int) -> Verdict:
    """An address or a private key of a currency that stands alone and has the checksum of its kind."""
    start = end - _COIN_LEAD
    word = _COIN.match(data, start) if start >= 0 and at_word_start(data, start) else None
    if word is None:
        return "length"
    text = word[0].decode()
    for shape, check, is_key in _COINS:
        if shape.match(text) and not text.islower() and check(text):
            return Found(*word.span(), "secret" if is_key else "wallet", "coin", "checksum", 79)
    return "checksum"


# -- by the word of the currency ----------------------------------------------------------------------------------------

_SOLANA_BYTES: Final = 32


def _solana(text: str) -> bool:
    raw = base58(text)
    return raw is not None and len(raw) == _SOLANA_BYTES and any(char.isdigit() for char in text)


def _shape(text: str) -> bool:
    return any(char.isdigit() for char in text)


#: Words of a currency, what its addresses look like, and their check; the last are those with Bitcoin's checksum and a version of
#: their own, which `coin` does not find behind an underscore.
_CURRENCIES: Final[tuple[tuple[str, str, Callable[[str], bool]], ...]] = (
    ("xrp|ripple", r"r[1-9A-HJ-NP-Za-km-z]{24,34}", _ripple),
    ("solana|phantom", r"[1-9A-HJ-NP-Za-km-z]{32,44}", _solana),
    ("monero|xmr", r"[48][0-9AB][1-9A-HJ-NP-Za-km-z]{93}(?:[1-9A-HJ-NP-Za-km-z]{11})?", _shape),
    ("stellar|xlm", r"G[A-Z2-7]{55}", _shape),
    ("tezos|xtz", r"tz[1-4][1-9A-HJ-NP-Za-km-z]{33}", _checks(27)),
    (
        "litecoin|dogecoin|doge|dash|tron|trx|ltc|testnet|wallet|address",
        r"[LMDXTmn29A][1-9A-HJ-NP-Za-km-z]{25,34}",
        base58check,
    ),
)
_GAP: Final = rb"(?:[\W_]{0,3}\b(?:wallet|address|addr|account|pubkey|is|to|from|of)){0,3}[^0-9A-Za-z\x80-\xff]{1,6}"
_OF_CURRENCY: Final = tuple(
    (re.compile(rb"(?:%b)\Z" % words.encode(), re.IGNORECASE), re.compile(b"(?i:%b)(%b)(?![0-9A-Za-z])" % (_GAP, shape.encode())), check)
    for words, shape, check in _CURRENCIES
)  # fmt: skip


def judge_currency(data: bytes, end: int) -> Verdict:
    """An address behind the word of its currency, in the form and with the checksum that the currency has."""
    for words, shape, check in _OF_CURRENCY:
        if ends_with_words(words, data, end, 12):
            address = shape.match(data, end)
            good = address is not None and check(address[1].decode())
            return (
                Found(*address.span(1), "wallet", "currency_address", "checksum", 62)
                if address and good
                else "checksum"
            )
    return "no_word"


# -- seeds --------------------------------------------------------------------------------------------------------------

#: Twelve to twenty-four words of three to eight letters (BIP 39), on one line or numbered.
_SEED: Final = re.compile(
    rb"(?:mnemonic|seed|recovery|backup)(?:[ _\-]?(?:phrase|words?|seed))?(?: is| was)?\\{0,31}[\"']?[ \t]{0,4}[:=]?[ \t]{0,4}\\{0,31}[\"'\[]?"
    rb"([a-z]{3,8}(?:(?:[ ,]|, )[a-z]{3,8}){11,23})(?![A-Za-z])"
)
_SEED_LENGTHS: Final = (12, 15, 18, 21, 24)
_SEED_MAX: Final = 40


def judge_seed(data: bytes, end: int) -> Verdict:
    """The words that a wallet is made again from, behind a word for them."""
    for seed in _SEED.finditer(data, max(0, end - _SEED_MAX), end + 260):
        if seed.start() < end <= seed.start(1) + 1:
            count = len(seed[1].replace(b",", b" ").split())
            return Found(*seed.span(1), "secret", "seed_phrase", "bip39", 60) if count in _SEED_LENGTHS else "length"
    return "no_seed"


_HEX_KEY: Final = re.compile(
    rb"priv(?:ate)?[ _\-]?key(?: is| was)?[: =]{1,3}(0x[0-9a-f]{64})(?![0-9a-f])", re.IGNORECASE
)


def judge_hex_key(data: bytes, end: int) -> Verdict:
    """A private key of 32 bytes behind the words for one, as Ethereum's tools print it."""
    for key in _HEX_KEY.finditer(data, max(0, end - 32), end + 80):
        if key.start() < end <= key.end():
            return Found(*key.span(1), "secret", "hex_key", "length", 62)
    return "no_key"


DETECTORS: Final = (
    Detector(
        "prefixed_address", (rf"(?:[^a-z0-9]|\\[nrtbf])(?:{_HUMAN})1{_BECH32}{{11}}",), judge_prefixed,
        (
            "to addr1vx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzers66hrl8 sent", "cosmos1hsk6jryyqjfhp5dhc55tc9jtckygx0eph6dd02",
            "npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg",
        ),
        ("cosmos1hsk6jryyqjfhp5dhc55tc9jtckygx0eph6dd03", "stake1 of 12", "addr1qx2fxv2umyhttkxyxp"),
        "BIP 173, CIP 5, NIP 19",
    ),
    Detector(
        "extended_key", (rf"(?:[^a-z0-9]|\\[nrtbf])[xyztuv]p(?:ub|rv){_BASE58}{{8}}",), judge_extended,
        ("xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD265TMg7usUDFdp6W1EGMcet8",),
        ("xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD265TMg7usUDFdp6W1EGMcet9", "xpublish12345678"),
        "BIP 32, SLIP 132",
    ),
    Detector(
        "coin", (), judge_coin,
        (
            "withdraw to LVg2kJoFNg45Nbpy53h7Fe1wKyeXVRhMH9 queued", "TJRyWwFs9wTFGZg3JbrVriFbNfCug5tDeC", "t1YRyNQjP85DpNBSQzvmjmc3nq7Qdfx8ib7",
            "to 15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5.", "GAAZI4TCR3TY5OJHCTJC2A4QSY6CJWJH5IAJTGKIN2ER7LBNVKOCCWN7",
            "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh", "imported 5K2cg5rGqAXJuatkhkz7Yw8E1nwUpugT72niWpB5VGveKzA5U5a",
        ),
        ("withdraw to LVg2kJoFNg45Nbpy53h7Fe1wKyeXVRhMH8 queued", "GAAZI4TCR3TY5OJHCTJC2A4QSY6CJWJH5IAJTGKIN2ER7LBNVKOCCWN6", "Md5Sum0fAFileThatIsNoAddressAtA11xx"),
        "Bitcoin Core base58check, BIP 38, Zcash protocol specification, XRP Ledger docs, SS58 registry, SEP 23, Monero docs",
        shapes=(r"[^0-9ac-eg-mo-qsu-z](?-i:[12456789ACDEFGHJKLMSTXmnrt][1-9A-HJ-NP-Za-km-z]{32}|[GS][A-Z2-7]{32})",),
    ),
    Detector(
        "cash_address", ("bitcoincash:[qp]",), judge_cash,
        ("bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a",), ("bitcoincash:query", "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a1"), "CashAddr specification",
    ),
    Detector(
        "currency_address", begun(*(word for words, _, _ in _CURRENCIES for word in words.split("|"))), judge_currency,
        (
            "xrp address rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh", "solana wallet 7EcDhSYGxXyscszYEp35KHN8vvw3svAuLKTzXwCFLtV",
            "stellar account GAAZI4TCR3TY5OJHCTJC2A4QSY6CJWJH5IAJTGKIN2ER7LBNVKOCCWN7", "dogecoin DBXu2kgc3xtvCUWFcxFE3r9hEYgmuaaCyD sent",
        ),
        ("xrp address rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTi", "solana validator ready", "xlm price 12", "dash board", "wallet DBXu2kgc3xtvCUWFcxFE3r9hEYgmuaaCyE"),
        "XRP Ledger docs, Solana docs, Monero docs, SEP 23, Tezos docs; Bitcoin Core base58check and the currencies' version bytes",
        by_word=True,
    ),
    Detector(
        "seed_phrase", ("mnemonic", r"(?:seed|recovery|backup)[ _\-]?(?:phrase|words)"), judge_seed,
        (
            "seed phrase: legal winner thank year wave sausage worth useful legal winner thank yellow",
            'mnemonic: "abandon ability able about above absent absorb abstract absurd abuse access accident"',
        ),
        ("mnemonic is missing in the request", "seed phrase must have twelve words", "recovery phrase was shown to the user and then hidden again by the app"),
        "BIP 39", by_word=True,
    ),
    Detector(
        "hex_key", (r"priv(?:ate)?[ _\-]?key(?: is| was)?[: =]{1,3}0x",), judge_hex_key,
        ("using private key 0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318",), ("private key 0x12", "private key: 0xdeadbeef is short"),
        "Ethereum docs, accounts", by_word=True,
    ),
)  # fmt: skip
