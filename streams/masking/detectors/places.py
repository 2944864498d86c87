"""Where people live and are: postal addresses in text, geo URIs, coordinates in degrees."""

import re
from typing import Final

from streams.masking.context import at_word_start
from streams.masking.detectors.beside import NAME, ends_with_words, names_nobody
from streams.masking.detectors.people import person_at
from streams.masking.found import Detector, Found, Verdict
from streams.masking.lookbehind import Lookbehind

__all__ = ["DETECTORS"]

# -- streets ----------------------------------------------------------------------------------------------------------------

#: Street suffixes (USPS Publication 28, appendix C1, the usual ones), long and short; the short ones end a word.
_SUFFIXES: Final = (
    "street", "avenue", "boulevard", "drive", "road", "lane", "court", "parkway", "highway", "crescent", "terrace", "square", "circle", "trail", "way", "plaza",
    "place", "close", "gardens", "grove", "mews", "st", "ave", "blvd", "dr", "rd", "ln", "ct", "pkwy", "hwy", "cres", "ter", "sq", "cir", "trl", "pl",
)  # fmt: skip
#: A suffix this short begins too many words (`status`) to be looked for without its end.
_SHORT: Final = 4
_CAPITAL: Final = rb"(?:[A-Z\xc3-\xc5][A-Za-z\x80-\xc5'.\-]{0,24}|[0-9]{1,3}(?:st|nd|rd|th))"
_STREET: Final = re.compile(
    rb"([0-9]{1,6}[A-Za-z]?(?:[-/][0-9]{1,4})?,? (?:(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West)\.? )?(?:"
    + _CAPITAL
    + rb" ){1,4})(?i:%b)\Z" % "|".join(suffix for suffix in _SUFFIXES if len(suffix) > _SHORT).encode()
)
_STREET_SHORT: Final = re.compile(
    _STREET.pattern.rpartition(b"(?i:")[0]
    + b"(?i:%b)\\Z" % "|".join(suffix for suffix in _SUFFIXES if len(suffix) <= _SHORT).encode()
)
#: Suffixes that say nothing else behind a number and a word, so that the word may be written small.
_SMALL: Final = re.compile(rb"([0-9]{1,6} (?:[a-z]{3,20} ){1,2})(?:street|avenue|boulevard)\Z")
_SMALL_SHORT: Final = re.compile(rb"([0-9]{1,6} (?:[a-z]{3,20} ){1,2})(?:st|ave|blvd)\Z")
_STREET_MAX: Final = 120
#: Words before a number that counts something.
_COUNTED: Final = re.compile(
    rb"\b(?:thread|step|line|stage|item|node|task|worker|shard|phase|chunk|page|row|level|part|build|version|round|batch|attempt|test|for|took|after|code)s?[ #]\Z",
    re.IGNORECASE,
)
_SUFFIX_ENDS: Final = re.compile(rb"\.?(?![A-Za-z0-9_\-:=(/])")

#: Countries' and states' parts behind a street: unit, city, state and ZIP code (USPS Publication 28), or another postcode.
_UNIT: Final = rb"(?:[,\s]{1,3}(?i:apt|apartment|suite|ste|unit|floor|fl|bldg|building|room|rm|flat|#)\.?[ #]{0,2}[A-Za-z0-9\-]{1,6})?"
_GAP: Final = rb"(?:,? |\\[nr]|[\r\n]|,){1,4}"
#: Words end before a digit: `LS` of `Leeds LS1 4AP` begins a postcode.
_TOWN_WORD: Final = rb"[A-Z\xc3-\xc5][A-Za-z\x80-\xc5.'\-]{1,24}(?![A-Za-z0-9])"
_CITY: Final = rb"(?:" + _TOWN_WORD + rb"(?: " + _TOWN_WORD + rb"){0,3})"
_REST: Final = re.compile(
    rb"\.?" + _UNIT + rb"(?:" + _GAP + _CITY + rb"(?:" + _GAP + _CITY + rb")?)?(?:" + _GAP + rb"(?:[A-Z]{2}\.?,? ?[0-9]{5}(?:-[0-9]{4})?|"
    rb"[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}|[A-Z]{2}(?![A-Za-z0-9])|[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]|[0-9]{4,5}(?:-[0-9]{4})?(?![0-9])(?: [A-Z\xc3-\xc5][A-Za-z\x80-\xc5]{2,20})?))?"
)  # fmt: skip
_TOO_MUCH: Final = re.compile(rb"(?:\.?" + _UNIT + rb")")
_CODE: Final = re.compile(
    rb"(?:[0-9]{4,5}(?:-[0-9]{4})?|[A-Z]{2}|[0-9][A-Z]{2}|[A-Z][0-9])(?: [A-Z\xc3-\xc5][A-Za-z\x80-\xc5]{2,20})?\Z"
)


def _street_end(data: bytes, end: int) -> int:
    """Where the address ends whose street ends at a position; city and state count only with a postcode or a state."""
    rest = _REST.match(data, end)
    if rest and _CODE.search(rest[0]):
        return rest.end()
    unit = _TOO_MUCH.match(data, end)
    return unit.end() if unit else end


def judge_street(data: bytes, end: int) -> Verdict:
    """A numbered street of the English-speaking world, with unit, city, state and postcode behind it."""
    low = max(0, end - _STREET_MAX)
    street = _STREET.search(data, low, end) or _SMALL.search(data, low, end)
    if street is None:
        end -= 1
        street = _STREET_SHORT.search(data, low, end) or _SMALL_SHORT.search(data, low, end)
    if street is None or not _SUFFIX_ENDS.match(data, end):
        return "no_street"
    start = street.start()
    if (
        start
        and (data[start - 1] in b".-/:=#" or not at_word_start(data, start))
        and data[start - 1 : start] not in (b"=", b":")
    ):
        return "part_of_number"
    if _COUNTED.search(data, max(0, start - 16), start):
        return "counted"
    return _with_addressee(data, Found(start, _street_end(data, end), "address", "street", "usps28", 46))


#: What ends an address as letters and parcels have it: a postcode, and a town before or behind it.
_WHOLE: Final = re.compile(
    rb"[0-9]{4,5}(?:-[0-9]{4})?(?: [A-Z\xc3-\xc5].{1,64})?\Z|[0-9][A-Z]{2}\Z|[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]\Z"
)
_ADDRESSEE_MAX: Final = 72


def _with_addressee(data: bytes, street: Found) -> Verdict:
    """A whole address, with the person named before it (UPU S42: the addressee is the line above the delivery point)."""
    stop = street.start - len(b", ")
    if data[max(0, stop) : street.start] != b", " or not _WHOLE.search(data, street.start, street.end):
        return street
    for name in NAME.finditer(data, max(0, stop - _ADDRESSEE_MAX), stop):
        if name.end() == stop and at_word_start(data, name.start()) and person_at(data, name.start(), least=2) == stop:
            return [Found(name.start(), stop, "name", "addressee", "format", 41), street]
    return street


#: Streets whose kind is written at the end of the name (German, Dutch, Scandinavian) or before it (Romance languages).
_EUROPEAN: Final = re.compile(
    rb"[A-Z\xc3-\xc5][A-Za-z\x80-\xc5.\-]{1,30}(?:[ -][A-Z\xc3-\xc5][A-Za-z\x80-\xc5.\-]{1,30}){0,2}[ -]?(?i:stra(?:\xc3\x9fe|sse)|str\.|straat|gatan|gasse) \Z"
)
_EUROPEAN_MAX: Final = 100
_NUMBER_BEHIND: Final = re.compile(
    rb"[0-9]{1,4}(?: ?[a-zA-Z](?![A-Za-z0-9]))?(?:[-/][0-9]{1,4})?(?![0-9A-Za-z.:])(?:"
    + _GAP
    + rb"(?:[A-Z]{1,2}-)?[0-9]{4,5}(?: ?[A-Z]{2}(?![A-Za-z]))?(?: [A-Z\xc3-\xc5][A-Za-z\x80-\xc5\-]{1,30}){0,2})?"
)
_ROMANCE: Final = re.compile(
    rb"[0-9]{1,4}(?: ?(?:bis|ter|[a-z]))?,? (?:rue|avenue|boulevard|place|chemin|impasse|all\xc3\xa9e|route|quai|cours) \Z",
    re.IGNORECASE,
)
_ROMANCE_NAME: Final = re.compile(
    rb"(?:(?:de la |de l'|des |du |de |d'|la |le |les )?[A-Z\xc3-\xc5][A-Za-z\x80-\xc5'\-]{1,30}(?: (?:de |du |des |la )?[A-Z\xc3-\xc5][A-Za-z\x80-\xc5'\-]{1,30}){0,3})"
    rb"(?:" + _GAP + rb"[0-9]{5}(?: [A-Z\xc3-\xc5][A-Za-z\x80-\xc5\-]{1,30}){0,3})?"
)


def judge_european(data: bytes, end: int) -> Verdict:
    """A street with its number behind it (`Hauptstraße 12, 10115 Berlin`), or before it (`12 rue de la Paix`)."""
    low = max(0, end - _EUROPEAN_MAX)
    if (street := _EUROPEAN.search(data, low, end)) and (rest := _NUMBER_BEHIND.match(data, end)):
        if not at_word_start(data, street.start()):
            return "part_of_word"
        return _with_addressee(data, Found(street.start(), rest.end(), "address", "street_european", "format", 46))
    if (
        (street := _ROMANCE.search(data, low, end))
        and (rest := _ROMANCE_NAME.match(data, end))
        and at_word_start(data, street.start())
    ):
        return Found(street.start(), rest.end(), "address", "street_european", "format", 46)
    return "no_street"


#: Streets of German towns whose name says so less surely than `-straße`: only before a postcode and a town.
_KINDS: Final = "(?:allee|weg|platz|damm|ufer|chaussee|steig|ring|graben|hof|berg)"
_GERMAN: Final = re.compile(
    rb"(?:(?:Am|An der|Auf dem|Im|In der|Zum|Zur|Alte[rn]?|Neue[rn]?) )?[A-Z\xc3][A-Za-z\x80-\xc5.\-]{1,30}"
    + _KINDS.encode()
    + rb" (?=[0-9]\Z)"
)
_GERMAN_REST: Final = re.compile(
    rb"[0-9]{1,4}(?: ?[a-zA-Z](?![A-Za-z0-9]))?,? (?:(?:D|A|CH)-)?[0-9]{4,5} [A-Z\xc3][A-Za-z\x80-\xc5\-]{1,30}"
)


def judge_german(data: bytes, end: int) -> Verdict:
    """A street of a German-speaking town with number, postcode and town (`Lindenallee 23, 10247 Berlin`)."""
    street = _GERMAN.search(data, max(0, end - _EUROPEAN_MAX), end)
    rest = _GERMAN_REST.match(data, end - 1) if street else None
    if street is None or rest is None or not at_word_start(data, street.start()):
        return "no_street"
    return Found(street.start(), rest.end(), "address", "street_german", "format", 46)


#: Kinds of streets that are written before the name, with the number behind it (Italian, Spanish, Portuguese, Polish).
_KIND_FIRST: Final = (
    "Via", "Viale", "Piazza", "Piazzale", "Corso", "Largo", "Calle", "Avenida", "Avda\\.", "Paseo", "Plaza", "Rua", "Travessa", "ul\\.", "al\\.", "os\\.", "pl\\.",
)  # fmt: skip
_FIRST: Final = re.compile("(?:{}) ?\\Z".format("|".join(_KIND_FIRST)).encode())
_FIRST_MAX: Final = 12
#: Words for other things as well, behind which a postcode or the end has to come.
_OTHER_WORDS: Final = frozenset((b"Via", b"Corso", b"Largo", b"Paseo", b"Plaza"))
_ADDRESS_ENDS: Final = re.compile(rb"[,;)\"'<\r\n\\]|\.(?![0-9A-Za-z])|\Z")
_NAMED: Final = rb"[A-Z\xc3-\xc5][A-Za-z\x80-\xc5'.\-]{1,24}"
_FIRST_REST: Final = re.compile(
    rb"(?:(?:de la |de los |de las |de |del |della |delle |dei |di |do |da |dos |das )?"
    + _NAMED
    + rb"(?: (?!,? ?(?:n|[0-9]))|(?=,? ))){1,4}"
    + rb",? (?:n\.? ?|n\xc2\xba ?)?[0-9]{1,4}(?: ?[a-zA-Z](?![A-Za-z0-9]))?(?:[/\-][0-9]{1,4})?(?![0-9A-Za-z:%]|\.[0-9])"
    rb"(,? (?:[0-9]{5}|[0-9]{2}-[0-9]{3}|[0-9]{4}-[0-9]{3}) " + _NAMED + rb"(?: " + _NAMED + rb"){0,2})?"
)


def judge_kind_first(data: bytes, end: int) -> Verdict:
    """A street with its kind before its name and its number behind (`Via Roma 12, 10121 Torino`, `ul. Długa 5`)."""
    kind = ends_with_words(_FIRST, data, end, _FIRST_MAX)
    rest = _FIRST_REST.match(data, end) if kind else None
    if kind is None or rest is None or any(names_nobody(word) for word in rest[0].split()):
        return "no_street"
    if kind[0].strip() in _OTHER_WORDS and not rest[1] and not _ADDRESS_ENDS.match(data, rest.end()):
        return "no_address"
    return Found(kind.start(), rest.end(), "address", "street_kind_first", "format", 46)


_BOX: Final = re.compile(
    rb"(?:P\.? ?O\.? ?Box|Postfach|Apartado(?: de Correos)?|Bo\xc3\xaete Postale|Casella Postale|Postbus)\Z",
    re.IGNORECASE,
)
_BOX_NUMBER: Final = re.compile(rb"(?: ?(?:no\.?|#|:))? ?[0-9](?: ?[0-9]){1,7}(?![0-9])")


def judge_box(data: bytes, end: int) -> Verdict:
    """A post office box and the town behind it."""
    box = ends_with_words(_BOX, data, end, 24)
    number = _BOX_NUMBER.match(data, end) if box else None
    if box is None or number is None:
        return "no_box"
    return Found(box.start(), _street_end(data, number.end()), "address", "post_box", "usps28", 46)


# -- phrases ----------------------------------------------------------------------------------------------------------------

_PHRASES: Final = (
    "address is", "address:", "lives at", "living at", "live at", "resides at", "residing at", "ship to", "shipped to", "shipping to", "deliver to", "delivered to",
    "delivering to", "address changed to", "address updated to", "wohnhaft in", "wohnt in", "adresse:", "anschrift:", "domicili\xc3\xa9", "direcci\xc3\xb3n:", "address =", "address=",
)  # fmt: skip
_PHRASE: Final = Lookbehind([f"{re.escape(phrase)} ".encode("latin-1") for phrase in _PHRASES])
#: An address in words: a house number, words, a comma or a postcode; to the end of the line or the sentence.
_LINE: Final = re.compile(
    rb"(?=[^\r\n\"<>{}|=;]{0,120}[0-9])(?=[^\r\n\"<>{}|=;]{0,120}[A-Za-z\x80-\xc5]{3})[A-Za-z0-9\x80-\xc5#](?:[A-Za-z0-9\x80-\xc5'#/\-]|[ ,](?! )|\.(?=[ ,]?[a-z0-9]|, )|\\n(?! {2})){6,120}(?<![ ,])"
)
_HOUSE: Final = re.compile(rb"(?:\A|[ ,])[0-9]{1,6}[A-Za-z]?(?:\Z|[ ,.\\])")
#: Two words, one of them a name.
_TOWN: Final = re.compile(rb"[ ,][A-Z\xc3-\xc5][a-z\x80-\xc5]")
_NO_HOUSE: Final = re.compile(
    rb"(?:[0-9]+ (?:[a-z]+ )?(?:minutes|items|seconds|ms|days|hours|bytes|times)\b|port [0-9]|0x|[0-9]+\.[0-9]+\.[0-9]|:[0-9]|(?:in|already|not|invalid|required|use|bound|being|version|node|step|stage|state|status|partition|offset)\b)",
    re.IGNORECASE,
)


def judge_phrase(data: bytes, end: int) -> Verdict:
    """What stands behind `lives at` or `address:`, where it has a house number and words."""
    if not _PHRASE.first_word(data, end):
        return "no_phrase"
    line = _LINE.match(data, end)
    if line is None or not _HOUSE.search(line[0]) or _NO_HOUSE.search(line[0]) or not _TOWN.search(line[0]):
        return "no_address"
    return Found(end, line.end(), "address", "address_phrase", "phrase", 39)


# -- coordinates ------------------------------------------------------------------------------------------------------------

_GEO: Final = re.compile(
    rb"-?[0-9]{1,3}(?:\.[0-9]{1,15})?(?:,|%2C)-?[0-9]{1,3}(?:\.[0-9]{1,15})?(?:,-?[0-9.]{1,10})?", re.IGNORECASE
)
_GEO_WORD: Final = re.compile(rb"geo:\Z", re.IGNORECASE)


def judge_geo(data: bytes, end: int) -> Verdict:
    """The coordinates of a geo URI (RFC 5870)."""
    if not ends_with_words(_GEO_WORD, data, end, 4):
        return "no_scheme"
    point = _GEO.match(data, end)
    if point is None or (data[point.end() : point.end() + 1].isalnum()):
        return "no_point"
    return Found(end, point.end(), "location", "geo_uri", "rfc5870", 60)


_DECIMAL: Final = rb"[+\-]?(?:[0-9]{1,2}|1[0-8][0-9])\.[0-9]{4,15}\xc2?\xb0?"
_PAIR: Final = re.compile(
    rb"[\s:=(\[{\"'\\@]{0,6}(?:(?:lat(?:itude)?|is|at|of|are|point)[\s:=(]{1,3})?("
    + _DECIMAL
    + rb"(?: ?[NS])?(?:,|, | |;|%2C|/)(?:(?:lng|lon(?:gitude)?)[\s:=]{1,3})?"
    + _DECIMAL
    + rb"(?: ?[EW])?)(?![0-9.])",
    re.IGNORECASE,
)
_POINT_WORDS: Final = re.compile(
    rb"(?:coordinates?|gps|geo ?location|location|latlng|lat[,/ ]?lon(?:g)?|position|maps/@|maps\?q=|[?&](?:ll|sll|center|q|loc|daddr|saddr)=|geopoint|koordinaten|standort)\Z",
    re.IGNORECASE,
)


def judge_pair(data: bytes, end: int) -> Verdict:
    """Two decimal degrees behind a word for a place, or in the URL of a map."""
    if not _POINT_WORDS.search(data, max(0, end - 16), end):
        return "no_word"
    pair = _PAIR.match(data, end)
    return Found(pair.start(1), pair.end(1), "location", "coordinates", "decimal_degrees", 45) if pair else "no_point"


_DEGREES: Final = re.compile(
    rb"[0-9]{1,3}(?:\.[0-9]{1,8})?(?:\xc2\xb0|\\u00b0) ?(?:[0-9]{1,2}(?:\.[0-9]{1,8})?['\xe2][\x80\x99\xb2]{0,2} ?)?(?:[0-9]{1,2}(?:\.[0-9]{1,8})?(?:\\?\"|''|\xe2\x80[\xb3\x9d]) ?)?[NS],?[ ;/]{0,2}"
    rb"[0-9]{1,3}(?:\.[0-9]{1,8})?(?:\xc2\xb0|\\u00b0) ?(?:[0-9]{1,2}(?:\.[0-9]{1,8})?['\xe2][\x80\x99\xb2]{0,2} ?)?(?:[0-9]{1,2}(?:\.[0-9]{1,8})?(?:\\?\"|''|\xe2\x80[\xb3\x9d]) ?)?[EWO]"
)


def judge_degrees(data: bytes, end: int) -> Verdict:
    """Degrees, minutes and seconds of a latitude and a longitude (ISO 6709, annex D)."""
    if data[end - 2 : end] != b"\xc2\xb0":
        return "no_sign"
    start = end - 2
    while start and end - start < 16 and data[start - 1] in b"0123456789.":
        start -= 1
    point = _DEGREES.match(data, start)
    return Found(start, point.end(), "location", "degrees", "iso6709", 60) if point else "no_point"


DETECTORS: Final = (
    Detector(
        "street",
        tuple(rf" {suffix}" for suffix in _SUFFIXES if len(suffix) > _SHORT) + tuple(rf" {suffix}[^a-z0-9_\-:=(/]" for suffix in _SUFFIXES if len(suffix) <= _SHORT),
        judge_street,
        ("ships to 123 Main St, Springfield, IL 62704", "label: Ann Lee, 14 Rowan Close, Leeds LS1 4AP", "12 Elm Street", "3 elm boulevard ", "221B Baker Street, London NW1 6XE", "1600 Pennsylvania Avenue NW, Washington, DC 20500"),
        ("10 Thread Courts", "running 3 way handshake", "2 hard drive errors", "step 4 Pull Request Drive-by"),
        "USPS Publication 28",
    ),
    Detector(
        "street_european",
        (r"stra(?:\xc3\x9fe|sse) ", r"str\. ", "straat ", "gatan ", "gasse ", "(?:rue|avenue|boulevard|place|chemin|impasse|all\xc3\xa9e|route|quai|cours) "),
        judge_european,
        ("Hauptstra\u00dfe 12, 10115 Berlin", "Lange Str. 5a", "Kalverstraat 92, 1012 PH Amsterdam", "12 rue de la Paix, 75002 Paris"),
        ("Stra\u00dfe gesperrt", "route 12 added", "str. 12"),
        "Universal Postal Union, addressing systems",
    ),
    Detector(
        "street_german",
        (_KINDS + " [0-9]",),
        judge_german,
        ("wohnt Lindenallee 23, 10247 Berlin", "Am Birkenweg 4a, 80331 M\u00fcnchen", "Schottenring 12 1010 Wien"),
        ("Umweg 5 Minuten", "during 5 runs", "monitoring 12 of 30 nodes", "Bahnhof 3, Gleis 12"),
        "Universal Postal Union, addressing systems",
    ),
    Detector(
        "street_kind_first",
        tuple(f"(?-i:{kind} )" for kind in _KIND_FIRST),
        judge_kind_first,
        ("Via Garibaldi 8, 20121 Milano", "vive en Calle Mayor 5, 28013 Madrid", "ul. D\u0142uga 5, 00-238 Warszawa", "Rua Augusta, 12", "Avda. de la Constituci\u00f3n 7"),
        ("Via Proxy 2", "Via: SIP/2.0", "Plaza 3", "Corso 12 runs", "Plaza Mall 2 online", "Calle Mayor 12:30"),
        "Universal Postal Union, addressing systems",
    ),
    Detector(
        "post_box",
        (r"p\.? ?o\.? ?box", "postfach", r"apartado(?: de correos)?", "bo\xc3\xaete postale", "casella postale", "postbus"),
        judge_box,
        ("send it to P.O. Box 234234", "Postfach 12 34 56", "PO Box 12, Springfield, IL 62704"),
        ("po box", "postfach voll"),
        "USPS Publication 28, 241",
    ),
    Detector(
        "address_phrase",
        tuple(re.escape(words).replace("\\ ", " ") + " " for words in _PHRASES),
        judge_phrase,
        ("customer lives at 17693 Kir\u00e1ly u. 15", "address: 5 The Green, Oxford", "ship to 12 High Holborn, London"),
        ("address: 192.0.2.1", "lives at 3 other nodes", "address: in use", "shipped to 12 customers"),
        "phrases of logs",
        by_word=True,
    ),
    Detector("geo_uri", ("geo:",), judge_geo, ("geo:37.786971,-122.399677", "open geo:48.2010,16.3695,183"), ("geo:eu-west-1", "geo:12"), "RFC 5870"),
    Detector(
        "coordinates",
        ("coordinates?", "gps", "geo ?location", "location", "latlng", "lat[,/ ]?long?", "position", "maps/@", r"maps\?q=", "[?&](?:ll|sll|center|q|loc|daddr|saddr)=", "geopoint", "koordinaten", "standort"),
        judge_pair,
        ("GPS 52.520008, 13.404954", "https://www.google.com/maps/@52.5200,13.4050,17z", "location: 40.7128,-74.0060", "?ll=48.8584,2.2945"),
        ("position 1.234, 5.678 of file", "gps disabled", "location 12.5 m"),
        "ISO 6709",
    ),
    Detector("degrees", (r"[0-9]\xc2\xb0",), judge_degrees, ("at 52\u00b031'12\"N 13\u00b024'18\"E", "48.8584\u00b0 N, 2.2945\u00b0 E"), ("21\u00b0C", "90\u00b0 N"), "ISO 6709, annex D"),
)  # fmt: skip
