"""The native pass for shapes finds what the detectors' own expressions find, as far as a judge would take it."""

import struct
from collections.abc import Iterator
from functools import cache
from importlib import import_module

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from streams.corpus import generate
from streams.masking import detectors
from streams.masking.beginnings import beginning_of
from streams.masking.encodings.units import characters
from streams.masking.endings import field_endings, packed_endings
from streams.masking.field_anchors import ANYWHERE, APART, BEHIND_PERSONS, CAPITALS, PERSON_WORDS
from streams.masking.fields import NEUTRAL
from streams.masking.found import Found, Verdict
from streams.masking.prefilter import BLOCK, DISGUISE, Prefilter
from streams.masking.shapes import MARGIN, SHAPES, native_scan

#: What shapes are made of, and what stands around them.
PIECES = (
    *"0123456789", "4111", "3782", "822463", "10005", "1111", "12", "123", "1234", "DE89", "iban", "192.0.2.1",
    "::", ":", ".", "-", "--", "/", "_", "+", "@", " ", "  ", "(", ")", "\t", "\n", "\\n", "\\b", '"', "=", "==",
    "x", "0x", "fe80", "2001", "db8", "00", "1b", "ab", "f", "eyJ", "eJw", "H4sI", "eNo", "QUJD", "YW5u", "ZXhh",
    "bXBs", "AHQA", "card", "card-", "no.", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "ü", "例", "a" * 40, "1" * 12,
    "7" * 13, "5555555555554444", "<ab", "<a x='1'", ">", "<![CDATA[", "<![cdata[x", "cc", "ccn", "PAN ", "_cc-",
    "123.", "1.234-5", "1.234-K", "0123456789abcdef", "0x", "ab" * 20, ";",
    "123456789012=", "ur12345", "u1234567-", "0.", "s.", "hvs.",
    "12345678-1234-1234-1234-123456789012.", "abcdefghijklmnopqrstuvwxyz", "A123456(3)", "1EG4-TE5-MK72", "NO71.4202.",
    "12345678901234567X", "AB 12 34 56 78 A", "AB 123456 A", "GB 12", "\\nGB-12", "DE12 3456 ",
    "EYA", "ewo", "Ew0", "ewK_hbGc", "ewkü", "bearer ", "Bearer", "BEARER: ", 'bearer\\" +', "=", "~tok/en!", "a$b*c=.",
    "LVg2kJoFNg45Nbpy53h7Fe1wKyeXVRhMH9", "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh", "180044131759185",
    ")=(", ")=", "=(", "^", "1^", '("', "['", '\\"', "', '", '","', "password", "x", "[", "(\t",
)  # fmt: skip

#: What disguises are made of.
DISGUISES = (
    "\\", "\\\\", "u", "{", "00", "e9", "x", "U0001f600", "%", "%2", "4", "=", "=c3", "=40",
    "=40a", "=3D", "=3d", "=20", "=2E", "=1B[", "0;1", "m", "a", "*", '"', "(", "x" * 58,
    "\n", "\r\n", "\\n",
    "\\r\\n", " ", "\t", "   ", "&", "#x41", "#64", "amp;", ";", "lt", "é", "\uff41", "\u200b", "\ufeff", "\U0001d400",
    "\u0663",
    "\u2167", "\u00a0", "¼", "例", "\x1b", "[", "\\e[", "\\033[", "\0", "/", ":", '""',
    "''", "'", "\\" * 15, '"' * 8, ',"',
)  # fmt: skip

#: Spellings that begin or end otherwise than the examples do.
EDGES = {"ipv6": ("::1f2e", "::4111:", "peer:::ffff:8.8.8.8", "fe80::", "2001:db8:0:1:2:3:4:5", "::ffff:192.0.2.1")}


@cache
def prefilter(*, native: bool) -> Prefilter:
    """One database of each sort for all tests: compiling it is what takes time."""
    return Prefilter(detectors.ALL, native=native)


def _spans(verdict: Verdict) -> set[tuple[str, int, int]]:
    found = [] if isinstance(verdict, str) else [verdict] if isinstance(verdict, Found) else verdict
    return {(one.detector, one.start, one.end) for one in found}


def _found(text: bytes, *, native: bool) -> tuple[set[tuple[str, int, int]], set[int]]:
    """The spans of all shapes in a text, and the ends of blocks."""
    asked = prefilter(native=native)
    found: set[tuple[str, int, int]] = set()
    blocks = set()
    for end, ident in asked.hits(text):
        if ident == BLOCK:
            blocks.add(end)
        elif asked.names[ident] in SHAPES and (judge := asked.judges[ident]):
            found |= _spans(judge(text, end))
    return found, blocks


@pytest.fixture(autouse=True, params=[(16, False), (32, False), (64, False), (64, True)], ids=str)
def width(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test runs with registers of each width that this processor has, and with tables in the widest."""
    choose = import_module("streams.masking._shapes").choose
    if choose(*request.param) != request.param[0]:
        pytest.skip("this processor's registers are narrower")
    yield
    choose(64)


def test_native_pass_is_built() -> None:
    """The tests run with the native pass, so that a build without it is noticed."""
    assert native_scan({}) is not None


@pytest.mark.parametrize("mix", ["clean", "mixed", "demo"])
def test_shapes_of_logs_are_found_alike(mix: str) -> None:
    """In log records the pass and the expressions lead judges to the same spans and to the same blocks."""
    for line in generate(mix, seed=31, count=300):
        text = line.value.replace(b"\xff", b"")
        assert _found(text, native=True) == _found(text, native=False)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
@example("4111 1111 1111 1111 ")
@example("\\n3782-822463-10005 ")
@example("a" * 63 + "4111111111111111 ")
@example("x" * 51 + "2001:db8::1")
@example("postgres://app:s3/c//r@t@db")
@example("https://0f1e2d3c@o1.example://a@b")
@example("H4sI041114111192.0.2.1eJw1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa")
@example("H4sI4111822463eJw")
@example("eJw1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa=0")
def test_shapes_of_pieces_are_found_alike(text: str) -> None:
    """So they do in texts made of the pieces of shapes, wherever these lie in the pass's blocks of 64 bytes."""
    raw = text.encode()
    assert _found(raw, native=True) == _found(raw, native=False)


def _disguises(text: bytes, *, native: bool) -> list[int]:
    return [end for end, ident in prefilter(native=native).hits(text) if ident == DISGUISE]


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 70), st.lists(st.sampled_from(DISGUISES), max_size=24).map("".join))
@example(0, "=\\r\\n  x")
@example(61, "=C3=A9")
@example(0, "=\n")
def test_disguises_are_found_alike(before: int, text: str) -> None:
    """What makes a record be read otherwise ends at the same bytes for the pass and for the expressions."""
    raw = b"." * before + text.encode()
    assert _disguises(raw, native=True) == _disguises(raw, native=False)


def test_every_character_that_is_taken_for_another_is_a_disguise() -> None:
    """Each of the characters that folding replaces is seen by the pass, and by the expressions."""
    chars = list(characters())
    for native in (True, False):
        seen, _ = zip(
            *(hit for hit in prefilter(native=native).hits(b" ".join(chars)) if hit[1] == DISGUISE), strict=True
        )
        assert len(set(seen)) == len(chars)


@pytest.mark.parametrize(
    "heads", [[(b"", 1, 2)], [(b"a", 1, 2)], [(b"\xc3\xa9", 1, 2)], [(b"\xf8\x80\x80", 1, 2)], (), [1]]
)
def test_heads_that_begin_no_character_are_refused(heads: object) -> None:
    """The pass keeps a place for first bytes of UTF-8 and for nothing else."""
    native = import_module("streams.masking._shapes")
    with pytest.raises((TypeError, ValueError)):
        native.heads(heads)
    assert native_scan({}) is not None


def _signs(text: bytes, *, native: bool) -> set[int]:
    """Where the signs end behind names of fields."""
    asked = prefilter(native=native)
    return {end for end, ident in asked.hits(text) if asked.names[ident] == "field"}


NAMES = st.sampled_from(sorted(ANYWHERE | APART | BEHIND_PERSONS | PERSON_WORDS)).flatmap(
    lambda name: st.sampled_from((name, name.upper(), name.title(), name.replace("_", ""), name.replace("_", "-")))
)
#: What stands before names, between them and their signs.
JOINTS = st.sampled_from((
    '"', "'", "`", "\\", '\\"', "\\\\", "[", "]", "[]", "[0]", "][", "[1234]",
    " ", "  ", "\t", ":", "=", "s", "S", "es", "_", "-", ".", "1",
    "12345", "123456789", "1" * 25, "\\n", "\\nx", "\\1", "\n", "user", "x", "é", "http", " " * 16, " " * 17, "." * 24,
    "." * 25, "*", "$", "@", "sss", *sorted(NEUTRAL),
))  # fmt: skip


@settings(max_examples=1000, deadline=None)
@given(st.integers(0, 70), st.lists(NAMES | JOINTS, max_size=12).map("".join))
@example(0, "user_tin: 1")
@example(60, '{"pinHash":1}')
@example(0, "\\nages [] \t=")
@example(62, "userTIN=")
@example(0, "email_1_hash_22_old ....:")
@example(0, "email_1_hash_22_old_2=")
@example(0, "email - _1 * . *=")
@example(0, "track_1234567890=")
@example(0, "users[$name]=")
@example(0, "users[0][name][]=")
@example(0, "user][12][names]=")
@example(0, "user]1234][name]=")
@example(0, '"name" ]:')
@example(0, '"name"[]:')
def test_names_of_fields_are_found_alike(before: int, text: str) -> None:
    """The sign behind a telling name is found by the pass where the expressions find it."""
    raw = b"." * before + text.encode()
    assert _signs(raw, native=True) == _signs(raw, native=False)


@pytest.mark.parametrize("sort", [ANYWHERE, APART, CAPITALS, BEHIND_PERSONS], ids=["any", "apart", "capital", "person"])
def test_every_name_is_found_with_each_tail(sort: frozenset[str]) -> None:
    """So it is as a key of JSON, by itself, in the plural and with each word that may follow."""
    for name in sorted(sort):
        tails = ("", "s", "es", "-12", *(f"_{word}" for word in sorted(NEUTRAL)))
        known = name.title() if sort is CAPITALS else name
        before = "old" if sort is CAPITALS else "user_" if sort is BEHIND_PERSONS else ""
        raw = b"".join(f'{{"{before}{known}{tail}":1}}'.encode() for tail in tails)
        found = _signs(raw, native=True)
        assert found == _signs(raw, native=False), name
        assert len(found) == len(tails), name


def test_no_name_is_cut_short() -> None:
    """A key that ends like a telling name and is none is passed over, and so is a name with too much behind it."""
    for text in (
        "level=",
        '"subscription":',
        "hostname:",
        "email" + "1" * 25 + "=",
        "email" + "_1" * 4 + "=",
        "waiting=",
    ):
        assert _signs(text.encode(), native=True) == _signs(text.encode(), native=False) == set(), text


def test_what_was_decided_of_a_key_is_said_of_no_other() -> None:
    """Keys that end alike are told apart however often either was seen; the pass keeps what it decided."""
    for name in sorted(ANYWHERE | APART):
        for before in ("", "x", "no_", "users[0][", "\\n", "http"):
            raw = f"{before}{name[1:]}= {name}= {before}{name}= {before}{name[1:]}= ".encode()
            assert _signs(raw, native=True) == _signs(raw, native=False), raw


#: Literals that begin a word, and the detectors that have any.
BEGINNINGS = sorted({word for one in detectors.ALL for text in one.anchors if (word := beginning_of(text))})
OF_WORDS = frozenset(one.name for one in detectors.ALL if any(map(beginning_of, one.anchors)))


def _words(text: bytes, *, native: bool) -> list[tuple[str, int]]:
    """Where the anchors end of the detectors that have words."""
    asked = prefilter(native=native)
    return [(asked.names[ident], end) for end, ident in asked.hits(text) if asked.names[ident] in OF_WORDS]


SPELLED = st.sampled_from(BEGINNINGS).flatmap(
    lambda word: st.sampled_from((word.literal, word.literal.lower(), word.literal.upper(), word.literal.title()))
)


@settings(max_examples=1000, deadline=None)
@given(
    st.integers(0, 140), st.lists(SPELLED | JOINTS.map(str.encode) | st.binary(max_size=2), max_size=12).map(b"".join)
)
@example(0, b"SSN: 1")
@example(60, b"userSsn userSSN UserSSN uSSN 1SSN ASsn aSsn \xc3\xa9SSN")
@example(61, b"\\nssn \\Nssn \\nRC: \\NRC: \\xssn \\\\tssn nssn tssn")
@example(0, b"s\xff/n s/n S/N")
@example(0, b"ss\x0e ss. s3n")
@example(
    0, b"phone (0)30 tel ((12 visa (4 fax1 fax 1 gsm\n\n(2 cell...................( 1 cell.......................2"
)
@example(0, b"dial)1 sms: +1 fax,fax,fax 12 mobile phone 1 mobile \xc3\xa9 1 handy,")
def test_words_are_found_alike(before: int, raw: bytes) -> None:
    """A literal that begins a word is found by the table where the expressions find it, each of them once."""
    raw = b"." * before + raw.replace(b"\xff", b"")
    assert _words(raw, native=True) == _words(raw, native=False)


def test_every_word_is_found_at_each_place_of_a_block() -> None:
    """So is each of them by itself, whatever stands before it and over the borders of blocks."""
    for place, word in enumerate(BEGINNINGS):
        for before in (b"", b" ", b"_", b"\\n", b"a", b"A", b"7", b"\xc3\xa9"):
            raw = b"." * (place % 70) + before + word.literal + b": (" + b" " * (place % 30) + b"1"
            assert _words(raw, native=True) == _words(raw, native=False), raw


WORD = (b"abc", 0, False, 0, 1)


@pytest.mark.parametrize(
    "rows",
    [
        (), [1], [()], [(b"ab", *WORD[1:])], [("abc", *WORD[1:])], [(bytearray(b"abc"), *WORD[1:])],
        [(b"abc", 3, False, 0, 1)], [(b"abc", -1, False, 0, 1)], [(b"abc", 0, False, 0, 1 << 16)],
        [(b"abc", 0, False, 0, -1)], [(b"abc", 0, False, 3, 1)], [(b"abc", 0, False, -1, 1)], [WORD] * (1 << 15),
    ],
)  # fmt: skip
def test_words_that_are_none_are_refused(rows: object) -> None:
    """The table takes literals of three bytes and more, whose identifiers fit into a hit, and nothing else."""
    native = import_module("streams.masking._shapes")
    with pytest.raises((TypeError, ValueError)):
        native.words(rows)


def test_only_a_table_of_words_is_taken() -> None:
    """The pass goes through no memory that is not a table of its own."""
    scan = import_module("streams.masking._shapes").scan
    with pytest.raises((TypeError, ValueError)):
        scan(b"\xff" * 2 * MARGIN, (None,) * len(SHAPES), None)


SYMBOLS, SLOTS = field_endings()


@pytest.mark.parametrize(
    "names",
    [
        (SYMBOLS[:-1], SLOTS),
        (SYMBOLS, SLOTS[:-1]),
        (SYMBOLS, SLOTS[:8]),
        (SYMBOLS, b""),
        (SYMBOLS, SLOTS[:-2048]),
        ("", SLOTS),
    ],
)
def test_endings_that_a_walk_could_leave_are_refused(names: tuple[object, object]) -> None:
    """The pass takes slots that are there for each byte behind each of them, and nothing else."""
    with pytest.raises((TypeError, ValueError)):
        import_module("streams.masking._shapes").names(*names)
    assert native_scan({}) is not None


def test_packed_words_are_walked_from_their_ends() -> None:
    """The child of a slot for a byte lies at its base plus the byte's symbol, if that names the slot as its parent."""
    symbols, slots = packed_endings({"user_id": 1, "id": 2, "çid": 4})
    rows = list(struct.iter_unpack("<IHH", slots))

    def walk(word: bytes) -> int:
        slot = 0
        for byte in reversed(word):
            above, slot = slot, rows[slot][0] + symbols[byte]
            if rows[slot][1] != above:
                return -1
        return rows[slot][2]

    assert [walk(word) for word in (b"id", b"ID", b"userid", b"user-id", b"USER.Id", "çid".encode())] == [
        2,
        2,
        1,
        1,
        1,
        4,
    ]
    assert [walk(word) for word in (b"d", b"rid", b"-id")] == [0, 0, 0]
    assert [walk(word) for word in (b"uid", b"us_erid", b"user--id", b"xid", "Çid".encode())] == [-1] * 5


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 70), st.sampled_from(PIECES[10:]), st.sampled_from(PIECES[10:]), st.sampled_from(PIECES[10:]))
def test_place_does_not_matter(before: int, one: str, two: str, three: str) -> None:
    """A shape is found at every offset, over the borders of the pass's blocks too."""
    raw = b"." * before + f" {one}{two}{three}{one} ".encode()
    assert _found(raw, native=True) == _found(raw, native=False)


@pytest.mark.parametrize("name", [name for name in SHAPES if name not in ("block", "disguise", "field")])
def test_every_offset_finds_an_example(name: str) -> None:
    """The examples of each shape are found wherever they begin in a block of 64 bytes, behind whatever stands there."""
    [detector] = [one for one in detectors.ALL if one.name == name]
    for written in (*detector.examples, *EDGES.get(name, ())):
        for before in range(66):
            raw = b"." * before + f" {written} ".encode()
            assert _found(raw, native=True) == _found(raw, native=False), before


@pytest.mark.parametrize("data", [b"", b"4111111111111111", b"\xff" * MARGIN + b"x", b"\xff" * (2 * MARGIN - 1)])
def test_text_without_margins_is_refused(data: bytes) -> None:
    """The pass never reads beyond what it is given: without its margins it raises."""
    scan = native_scan({"card": 1})
    assert scan is not None
    with pytest.raises(ValueError, match="128"):
        scan(data)
