"""Names, streets and numbering of six places in the world; each name as it is written and as it stands in an address."""

from typing import Final, NamedTuple

__all__ = ["LOCALES", "Locale"]

Pairs = tuple[tuple[str, str], ...]


class Locale(NamedTuple):
    """Where a person lives."""

    language: str
    country: str
    firsts: Pairs
    lasts: Pairs
    streets: tuple[str, ...]
    #: City and the beginning of its post codes.
    cities: tuple[tuple[str, str], ...]
    #: Country prefix, digits all numbers begin with, how many random digits follow, and how these are grouped.
    phone: tuple[str, str, int, tuple[int, ...]]
    #: Whether the family name is written first.
    family_first: bool
    #: Digits of a bank account in an IBAN; 0 where there are none.
    iban_digits: int
    #: A sentence a customer writes to the support; {phone} and {email} are filled in.
    sentence: str


LOCALES: Final[tuple[Locale, ...]] = (
    Locale(
        "en", "US",
        (("Olivia", "olivia"), ("Liam", "liam"), ("Charlotte", "charlotte"), ("Noah", "noah"), ("Grace", "grace"),
         ("Theodore", "theo"), ("Harper", "harper"), ("Elijah", "elijah")),
        (("Whitfield", "whitfield"), ("O’Connell", "oconnell"), ("Hargreaves", "hargreaves"), ("Castellano", "castellano"),
         ("Kowalczyk", "kowalczyk"), ("Brightwater", "brightwater"), ("Nakashima", "nakashima"), ("Okonkwo", "okonkwo")),
        ("Maple Grove Ave", "Old Mill Rd", "Lakeview Terrace", "Chestnut Hill Blvd"),
        (("Columbus", "432"), ("Portland", "972"), ("Albany", "122")),
        ("+1", "20255501", 2, (3, 3, 4)), False, 0,
        "Please call me back at {phone} or write to {email}, the refund has not arrived.",
    ),
    Locale(
        "de", "DE",
        (("Jürgen", "juergen"), ("Annegret", "annegret"), ("Björn", "bjoern"), ("Käthe", "kaethe"), ("Matthias", "matthias"),
         ("Friederike", "friederike"), ("Günther", "guenther"), ("Sabine", "sabine")),
        (("Müller-Lüdenscheidt", "mueller-luedenscheidt"), ("Schäfer", "schaefer"), ("Großmann", "grossmann"),
         ("Krüger", "krueger"), ("Weißenborn", "weissenborn"), ("Lindemann", "lindemann"), ("Köhler", "koehler")),
        ("Hauptstraße", "Königsallee", "Am Mühlenbach", "Bürgermeister-Smidt-Straße"),
        (("Köln", "506"), ("München", "803"), ("Bremen", "281")),
        ("+49", "171392", 5, (3, 8)), False, 18,
        "Bitte rufen Sie mich unter {phone} zurück oder schreiben Sie an {email}, die Lieferung fehlt noch.",
    ),
    Locale(
        "fr", "FR",
        (("Éloïse", "eloise"), ("François", "francois"), ("Chloé", "chloe"), ("Benoît", "benoit"), ("Zoé", "zoe"),
         ("Jérôme", "jerome"), ("Hélène", "helene"), ("Théo", "theo")),
        (("Lefèvre", "lefevre"), ("Béranger", "beranger"), ("Desrosiers", "desrosiers"), ("Gauthier", "gauthier"),
         ("Châtelain", "chatelain"), ("Mercœur", "mercoeur"), ("Fontaine", "fontaine")),
        ("rue de l’Église", "avenue du Général-Leclerc", "impasse des Forêts", "boulevard Gâtine"),
        (("Besançon", "250"), ("Orléans", "450"), ("Nîmes", "300")),
        ("+33", "61234", 4, (1, 2, 2, 2, 2)), False, 23,
        "Merci de me rappeler au {phone} ou d’écrire à {email}, le remboursement n’est pas arrivé.",
    ),
    Locale(
        "tr", "TR",
        (("Ayşe", "ayse"), ("Çağlar", "caglar"), ("Gülşen", "gulsen"), ("İbrahim", "ibrahim"), ("Şükrü", "sukru"),
         ("Işıl", "isil"), ("Ömer", "omer")),
        (("Yıldırım", "yildirim"), ("Öztürk", "ozturk"), ("Şahin", "sahin"), ("Çelik", "celik"), ("Güneş", "gunes"),
         ("Kılıçdağ", "kilicdag")),
        ("Bağdat Caddesi", "İstiklal Sokağı", "Çınar Sokak"),
        (("İzmir", "352"), ("Eskişehir", "261"), ("Muğla", "481")),
        ("+90", "53200", 5, (3, 3, 4)), False, 22,
        "Lütfen {phone} numarasından arayın veya {email} adresine yazın, iade hâlâ gelmedi.",
    ),
    Locale(
        "ja", "JP",
        (("陽菜", "hina"), ("大輔", "daisuke"), ("さくら", "sakura"), ("健太郎", "kentaro"), ("美咲", "misaki"), ("翔太", "shota")),
        (("佐々木", "sasaki"), ("長谷川", "hasegawa"), ("五十嵐", "igarashi"), ("小笠原", "ogasawara"), ("東海林", "shoji")),
        ("東京都千代田区神田神保町", "大阪府大阪市北区梅田", "京都府京都市左京区鹿ケ谷"),
        (("千代田区", "101"), ("大阪市", "530"), ("京都市", "606")),
        ("+81", "9012", 6, (2, 4, 4)), True, 0,
        "返金がまだ届いていません。{phone} へお電話いただくか、{email} までご連絡ください。",
    ),
    Locale(
        "ar", "SA",
        (("محمد", "mohammed"), ("فاطمة", "fatima"), ("عبدالرحمن", "abdulrahman"), ("ليلى", "layla"), ("يوسف", "youssef"),
         ("نورة", "noura")),
        (("الحربي", "alharbi"), ("القحطاني", "alqahtani"), ("الزهراني", "alzahrani"), ("الشمري", "alshammari"),
         ("العتيبي", "alotaibi")),
        ("شارع الملك فهد", "طريق العليا العام", "شارع التحلية"),
        (("الرياض", "123"), ("جدة", "234"), ("الدمام", "322")),
        ("+966", "50000", 4, (2, 3, 4)), False, 20,
        "يرجى الاتصال بي على {phone} أو مراسلتي على {email} فالمبلغ لم يصل بعد.",
    ),
)  # fmt: skip
