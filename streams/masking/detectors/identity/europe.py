"""Numbers of persons in Europe, the Caucasus and Turkey."""

from typing import Final

from streams.masking.detectors.identity import checks
from streams.masking.detectors.identity.rows import Reach, Row

__all__ = ["ROWS"]

ROWS: Final = (
    Row(
        "at_svnr", "sozialversicherung|versicherungsnummer|svnr|sv nr|sv nummer|vsnr|ecard|ssn", "[1-9]### [0-3]#[01]###", "at.vnr",
        source="Dachverband der österreichischen Sozialversicherung", examples=("SVNR 1237 010180",), counter=("SVNR 2237 010180",),
    ),
    Row(
        "be_nn", "rijksregister|numéro national|registre national|national register|nationalregister|nationaal nummer|insz|niss|nrn|numéro bis|bis number|bis nummer",
        "## ## ## ### ##", "be.ssn", Reach.ANY,
        source="IBZ Rijksregister", examples=("rijksregisternummer 85.07.30-033 28", "Rijksregister 85.07.30-033.28"), counter=("85.07.30-033.29", "rijksregister 85073003329"),
    ),
    Row(
        "be_eid", "eid|identiteitskaart|carte d'identité|kaartnummer|belgian id", "### ####### ##", "be.eid", Reach.ANY,
        source="IBZ eID", examples=("eID 591-1917064-58",), counter=("eID 591-1917064-59",),
    ),
    Row(
        "bg_egn", "егн|egn|единен граждански номер|личен номер|personal number|bulgarian id", "#{10}", "bg.egn", Reach.ANY,
        source="ГРАО, Наредба РД-02-20-9", examples=("ЕГН 7523169263",), counter=("ЕГН 7552A10004", "ЕГН 7523169264"),
    ),
    Row("bg_pnf", "лнч|lnch|pnf|личен номер на чужденец", "#{10}", "bg.pnf", source="МВР", examples=("ЛНЧ 7111042925",), counter=("ЛНЧ 7111042922",)),
    Row(
        "ch_ahv", "ahv|avs|navs|sozialversicherung|assurance sociale|versichertennummer|assicurazione sociale|oasi", "756 #### #### ##", "ch.ssn", Reach.ANY,
        alone=r"756\.[0-9]{4}\.[0-9]{4}\.[0-9]{2}",
        source="Zentrale Ausgleichsstelle, GS1 EAN-13", examples=("AHV-Nummer 7569217076985",), bare=("756.9217.0769.85",), counter=("756.9217.0769.84", "id 7569217076985"),
    ),
    Row(
        "cy_tic", "=TIC|tax identification code|αριθμός φορολογικής", "[0-9]{8}@", "cy.vat", source="Τμήμα Φορολογίας",
        examples=("TIC 10259033P",), counter=("TIC 10259033Z",),
    ),
    Row(
        "cz_rc", "rodné číslo|=RC|rodného čísla|rodné čísla|birth number|rč|r.č|číslo pojištěnce", "######[/ ]?####?", "cz.rc", Reach.ANY,
        source="Zákon 133/2000 Sb.; Zákon 301/1995 Z. z.", examples=("rodné číslo 710319/2745", "RČ: 7103192745"), counter=("rodné číslo 711319/2745", "610319/274"),
    ),
    Row(
        "de_idnr", "steuer id|steueridentifikationsnummer|steuerliche identifikationsnummer|steuer identifikationsnummer|identifikationsnummer|idnr|=TIN|tax id|steuernummer",
        "[1-9]# ### ### ###", "iso7064.mod_11_10", source="BZSt, AO section 139b", examples=("Steuer-ID 36 574 261 809",), counter=("Steuer-ID 36574261890",),
    ),
    Row(
        "de_pension", "rentenversicherung|sozialversicherung|versicherungsnummer|rvnr|svnr|vsnr|sv nummer|sv nr|rv nummer|social security|pension insurance",
        "## ###### [A-Z] ###", checks.german_pension, Reach.ANY,
        source="VKVV section 2", examples=("Rentenversicherungsnummer 15070649C103", "SVNR 15 070649 C 103"), counter=("Rentenversicherungsnummer 15070649C102",),
    ),
    Row(
        "de_health", "krankenversicher|krankenversicherungsnummer|krankenkasse|versichertennummer|versicherten|kvnr|kv nummer|gesundheitskarte|egk|health insurance|krankenkarte", "[A-Z] ### ### ###",
        checks.german_health, source="GKV-Spitzenverband, SGB V section 290", examples=("Versichertennummer A123456780",), counter=("Versichertennummer A123456781", "A123456780"),
    ),
    Row(
        "dk_cpr", "cpr|personnummer|centrale personregister|danish id|person nr|sundhedskort|sygesikring", "###### ####", checks.danish,
        source="CPR-kontoret", examples=("CPR-nr. 211062-5629",), counter=("CPR 321362-5629", "211062-5629"),
    ),
    Row(
        "ee_ik", "isikukood|isiku kood|estonian personal|estonian id|personal code|personal identification code", "[1-8]##########", "ee.ik", Reach.ANY,
        source="EVS 585:2007", examples=("isikukood: 36805280109",), counter=("isikukood: 36805280108",),
    ),
    Row(
        "es_dni", "dni|nif|documento nacional de identidad|documento de identidad|=documento|carnet de identidad|identidad", r"(?:[0-9]{2}\.?[0-9]{3}\.?[0-9]{3}|[KLM][0-9]{7})[ \-]?@", "es.nif", Reach.ANY,
        source="Real Decreto 1553/2005", examples=("mi DNI es 54362315-K", "Dni 54362315K"), counter=("54362315Z", "20240501T", "DNI 54362315Z"),
    ),
    Row(
        "es_nie", "nie|nif|dni|=documento|número de identificación de extranjero|número de identidad de extranjero|identidad de extranjero|tarjeta de residencia|=TIE|extranjería", "[XYZ] ####### @", "es.nie", Reach.ANY,
        source="Orden INT/2058/2008", examples=("Z8078221M en mi NIE", "NIF: X1111111G", "x-2482300w es el NIE", "Nie X2482300W"), counter=("X2482300A", "NIE X2482300A"),
    ),
    Row(
        "es_social", "seguridad social|nuss|nss|naf|número de afiliación|afiliación|social security", "## ####### ##|## ######## ##", checks.spanish_social, Reach.ANY,
        source="TGSS", examples=("NUSS 28/12345678/40",), counter=("NUSS 28/12345678/41",),
    ),
    Row(
        "fi_hetu", "hetu|henkilötunnus|henkilötunnuk|personbeteckning|sotu|personal identity code|finnish id", "[0-3]#[01]###[-+A-FU-Y]###[0-9A-Y]", checks.finnish, Reach.ANY, signs=True,
        source="Digi- ja väestötietovirasto", examples=("henkilötunnus 131052-308T", "Hetu 131052-308T", "Hetu 131052A308T"), counter=("131052-308U", "311352-308T"),
    ),
    Row(
        "fr_nir", "sécurité sociale|numéro de sécu|numéro sécu|num sécu|num secu|nir|insee|carte vitale|social security|assuré social|immatriculation sociale",
        "[12378] ## [0-9]{2} (?:##|2[AB]) ### ###(?: ##)?", checks.french_nir, Reach.ANY,
        alone=r"[12]\x20##\x20##\x20[0-9][0-9AB]\x20###\x20###\x20##",
        source="INSEE, décret 82-103", examples=("numéro de sécurité sociale 295109912611193", "Sécurité sociale 2 95 10 99 126 111 93"), bare=("2 95 10 99 126 111 93",), counter=("NIR 295109912611199", "2 95 10 99 126 111 94"),
    ),
    Row(
        "fr_nif", "numéro fiscal|nif|référence fiscale|identifiant fiscal|spi|avis d'imposition|tax id|tax number", "[0-3]# ## ### ### ###", "fr.nif", Reach.ANY,
        source="DGFiP, OECD TIN", examples=("numéro fiscal 30 23 217 600 053",), counter=("numéro fiscal 30 23 217 600 054",),
    ),
    Row(
        "gb_chi", "=CHI|chi number|chi no|community health index", "### ### ####", checks.scottish_chi, Reach.ANY,
        source="NHS Scotland", examples=("CHI number 0101010028",), counter=("CHI number 0101010029",),
    ),
    Row(
        "gb_nhs", "nhs|nhs number|health and care number|hcn|patient number", "### ### ####", "gb.nhs",
        source="NHS Data Dictionary", examples=("NHS number: 943-476-5870", "943 476 5870 is my NHS number"), counter=("NHS number: 943-476-5871", "943 476 5870"),
    ),
    Row(
        "gb_nino", "national insurance|nino|=NI|ni number|ni no|ni nr|insurance number",
        "[A-CEGHJ-PRSTW-Z][A-CEGHJ-NPRSTW-Z] ## # # ## [A-D]", checks.nino, Reach.ANY,
        alone=r"[A-CEGHJ-PRSTW-Z][A-CEGHJ-NPRSTW-Z]\x20##\x20?#\x20?#\x20?##\x20[A-D]", anchor="[A-Z]{2}\\x20[0-9]{2}\\x20?[0-9]\\x20?[0-9]\\x20?[0-9]{2}\\x20[A-D]",
        source="HMRC NIM39110", examples=("NI number jg 12 13 16 a", "National insurance JG 12 13 16 A", "National insurance JG121316A"), bare=("JG 12 13 16 A", "JG 121 316 A"), counter=("GB 12 13 16 A", "JG 12 13 16 E", "DA 12 13 16 A"),
    ),
    Row(
        "gb_utr", "utr|unique taxpayer reference|self assessment|tax reference", "##### #####K?", "gb.utr",
        source="HMRC", examples=("UTR 1955839661",), counter=("UTR 2955839661",),
    ),
    Row("gb_upn", "upn|unique pupil number|pupil number", "[A-HJ-NP-RT-Z][0-9]{11}[0-9A-HJ-NP-RT-Z]", "gb.upn", source="DfE", examples=("UPN B801200005001",), counter=("UPN A801200005001",)),
    Row(
        "gb_driving", "driving licence|driver licence|driver's licence|driving license|driver's license|licence number|licence|license|dvla",
        "[A-Z9]{5} ?#[0156]# ?[0-3]## ?[A-Z9]{2}[0-9A-Z] ?[A-Z0-9]{2}(?: ?##)?", checks.driving_gb, Reach.ANY, "licence",
        source="DVLA INF45/1", examples=("Driving licence MORGA657054SM9IJ", "licence morga657054sm9ij"), counter=("MORGA697054SM9IJ", "MORGA657324SM9IJ"),
    ),
    Row(
        "gr_amka", "amka|αμκα|κοινωνικής ασφάλισης|social security", "[0-3]#[01]########", "gr.amka", Reach.ANY,
        source="ΗΔΙΚΑ", examples=("ΑΜΚΑ 01013099997",), counter=("ΑΜΚΑ 01013099999",),
    ),
    Row("gr_afm", "afm|αφμ|αριθμός φορολογικού μητρώου", "#{9}", "gr.vat", source="ΑΑΔΕ", examples=("ΑΦΜ 094259216",), counter=("ΑΦΜ 094259217", "094259216")),
    Row("hr_oib", "oib|osobni identifikacijski broj|croatian id", "#{11}", "hr.oib", source="Zakon o osobnom identifikacijskom broju", examples=("OIB: 33392005961",), counter=("OIB: 33392005962",)),
    Row(
        "hu_person", "személyi szám|személyi azonosító|személyazonosító|personal identification", "[1-8] ###### ####", checks.hungarian_person, Reach.ANY,
        source="1996. évi XX. törvény", examples=("személyi szám: 1-850723-1232",), counter=("személyi szám: 1-851323-1230",),
    ),
    Row("hu_health", "taj|taj szám|tajszam|társadalombiztosítási|social security", "### ### ###", checks.hungarian_health, source="1996. évi XX. törvény", examples=("TAJ-szám 123 456 788",), counter=("TAJ-szám 123 456 789",)),
    Row("hu_tax", "adóazonosító|adóazonosító jel|adó azonosító|adószám|tax id", "8#{9}", checks.hungarian_tax, source="1996. évi XX. törvény", examples=("adóazonosító jel 8071592153",), counter=("adóazonosító jel 8071592154",)),
    Row(
        "ie_pps", "pps|ppsn|personal public service|rsi number|uimhir psp|psp", "#{7}[A-W][A-IW]?", "ie.pps", Reach.ANY,
        source="Department of Social Protection", examples=("PPSN 6433435F", "PPS No 6433435OA"), counter=("PPSN 6433435E",),
    ),
    Row("is_kennitala", "kennital|kennitölu|=KT", "[0-3]##### ####", checks.icelandic, Reach.ANY, source="Þjóðskrá", examples=("kennitala 120174-3399",), counter=("kennitala 450401-3150", "kennitala 120174-3389")),
    Row(
        "it_fiscal", "codice fiscale|=CF|cod fisc|fiscal code|codice fisc|national id|tax id|tax code", "@{3} @{3} [0-9L-NP-V]{2}[A-EHLMPRST][0-9L-NP-V]{2} @[0-9L-NP-V]{3} @", "it.codicefiscale", Reach.ANY,
        source="Decreto ministeriale 23 dicembre 1976", examples=("codice fiscale rccmnl83s18d969h", "Codice fiscale RCCMNL83S18D969H", "codice fiscale RCC MNL 83S18 D969 H"), counter=("RCCMNL83S18D969I",),
    ),
    Row("lt_asmens", "asmens kod|lithuanian id|personal code", "[1-9]##########", "lt.asmens", Reach.ANY, source="Gyventojų registro įstatymas", examples=("asmens kodas 33309240064",), counter=("asmens kodas 33309240164",)),
    Row(
        "lu_nin", "matricule|identification national|luxembourg|cns|nin|sozialversicherung|social security", "[12]### ## ## ### ##", checks.luxembourg, Reach.ANY,
        source="CTIE", examples=("matricule 1983 08 12 345 66",), counter=("matricule 1983 13 12 345 66",),
    ),
    Row("lv_pk", "personas kod|latvian id|personal code", "###### #####", checks.latvian, source="Iedzīvotāju reģistra likums", examples=("personas kods 161175-19997", "personas kods 328673-00679"), counter=("personas kods 991375-19997",)),
    Row(
        "mt_id", "maltese id|malta id|karta tal identità|identity card|id card", "#{4,7} [MGAPLHBZ]", None, Reach.JOINED,
        source="Identità Malta", examples=("identity card 0123456M",), counter=("identity card 0123456X",),
    ),
    Row("md_idnp", "idnp|codul personal|cod personal", "[02]############", checks.moldovan, source="Agenția Servicii Publice", examples=("IDNP 2002004512349",), counter=("IDNP 2002004512346",)),
    Row(
        "nl_bsn", "bsn|burgerservicenummer|burger service nummer|sofi nummer|sofinummer|citizen service number|dutch id", "#### ## ###|### ### ###|#{8}", "nl.bsn",
        source="Wet algemene bepalingen burgerservicenummer", examples=("mijn BSN is 111222333", "BSN: 1112.22.333"), counter=("BSN: 111222334", "111222333"),
    ),
    Row("nl_school", "onderwijsnummer|pgn", "10#{7}", "nl.onderwijsnummer", source="DUO", examples=("onderwijsnummer 101222331",), counter=("onderwijsnummer 100252333",)),
    Row(
        "no_fnr", "fødselsnummer|fødselsnr|foedselsnummer|fnr|personnummer|personnr|norwegian id|national identity number", "## ## ## ## # ##", "no.fodselsnummer", Reach.ANY,
        source="Skatteetaten", examples=("fødselsnummer 151086 95088", "fødselsnummer 26 11 15 940 14", "fødselsnummer 13-04-99-58441"), counter=("fødselsnummer 15108695077",),
    ),
    Row("pl_pesel", "pesel|nr ewidencyjny", "#{11}", "pl.pesel", Reach.ANY, source="Ustawa o ewidencji ludności", examples=("PESEL 44051401359", "44051401359 to mój PESEL"), counter=("PESEL 44051401358", "44051401359")),
    Row(
        "pl_card", "dowód osobisty|dowodu osobistego|dowód|dowodu|polish id|id card|identity card", "[A-Z]{3} ######", checks.polish_card,
        source="Rozporządzenie MSWiA w sprawie wzoru dowodu osobistego", examples=("dowód osobisty ABS 123456",), counter=("dowód ABC 023456",),
    ),
    Row(
        "pt_cc", "pt cc|=CC|cartão de cidadão|cartao cidadao|cartão do cidadão|identificação civil|bilhete de identidade|citizen card", "#{8} # [A-Z0-9]{2} #", "pt.cc", Reach.ANY, source="IRN", examples=("cartão de cidadão 00000000 0 ZZ4", "Cartão de cidadão 00000000 0 ZZ4"), counter=("cartão de cidadão 00000000 0 ZZ3",),
    ),
    Row(
        "pt_nif", "nif|identificação fiscal|contribuinte|número fiscal|tax id", "### ### ###", checks.portuguese_nif, source="Autoridade Tributária",
        examples=("NIF 123456789",), counter=("NIF 501964843", "NIF 123456788"),
    ),
    Row("pt_niss", "niss|segurança social|social security", "[12]## #### ####", checks.portuguese_niss, source="Instituto de Informática", examples=("NISS 12345678902",), counter=("NISS 12345678907",)),
    Row("ro_cnp", "cnp|cod numeric personal|romanian id", "[1-9]############", "ro.cnp", Reach.ANY, source="Legea 105/1996", examples=("CNP 1630615123457",), counter=("CNP 1630615123458",)),
    Row(
        "ru_inn", "инн|=INN|identification number of taxpayer|идентификационный номер", "#{12}", "ru.inn", Reach.ANY,
        source="ФНС, приказ ММВ-7-6/435", examples=("ИНН 123456789047",), counter=("ИНН 123456789037",),
    ),
    Row(
        "ru_snils", "снилс|snils|страховой номер", "### ### ### ##", checks.snils, Reach.ANY,
        source="Постановление ПФР 192п", examples=("СНИЛС 112-233-445 95", "Снилс 112-233-445 95"), counter=("112-233-445 96",),
    ),
    Row("kz_iin", "иин|жсн|iin|иин", "#{12}", checks.kazakh, Reach.ANY, source="Закон РК 223-III", examples=("ИИН 930724300024",), counter=("ИИН 931324300024",)),
    Row(
        "by_number", "личный номер|идентификационный номер|асабісты нумар|identification number|personal number", "[1-6]######[ABCHKEM]###(?:PB|BA|BI)#", checks.belarusian, Reach.ANY, source="МВД Республики Беларусь", examples=("Личный номер 3110580A013PB9",), counter=("3319980A013PB9",),
    ),
    Row(
        "se_pnr", "personnummer|personnr|person nr|pnr|samordningsnummer|personal identity number|swedish id|folkbokför|ssn", "(?:19|20)?######[-+ ]?####", checks.swedish, Reach.ANY, signs=True,
        source="Skatteverket SKV 704", examples=("199003052397 is my personnummer", "personnummer 811228-9874", "samordningsnummer 701063-2391"), counter=("811228-9874", "personnummer 811228-9875"),
    ),
    Row(
        "yu_number", "emšo|emso|jmbg|embg|јмбг|ембг|матични број|матичен број|matični broj|matična številka|jedinstveni matični", "#{13}", "si.emso", Reach.ANY,
        source="Zakon o centralnem registru prebivalstva", examples=("EMŠO: 0101006500006",), counter=("EMŠO: 0101006500007",),
    ),
    Row("al_nid", "=NID|numri personal|letërnjoftim|albanian id", "[A-T]#{8}[A-W]", None, Reach.JOINED, source="OECD TIN Albania", examples=("NID J91402501L",), counter=("NID 91402501L",)),
    Row(
        "tr_kimlik", "kimlik|tc kimlik|tckn|vatandaş|kişi|turkish id|turkish identity|turkish citizen", "[1-9]##########", "tr.tckimlik", Reach.ANY,
        source="NVİ", examples=("T.C. Kimlik No: 17291716060",), counter=("kimlik 17291716050", "17291716060"),
    ),
    Row(
        "ua_tax", "рнокпп|ідентифікаційний|ідентифікаційний код|ідентифікаційний номер|іпн|ипн|инн|rntrc|rnokpp|идентификационный код|іпн|tax number|taxpayer", "## ## ## ## ##", "ua.rntrc",
        source="ДПС України", examples=("РНОКПП 1759013776", "РНОКПП 25 30 41 40 71"), counter=("РНОКПП 1759013770",),
    ),
    Row("ge_number", "პირადი ნომერი|პირადი|georgian id|personal number", "#{11}", None, Reach.JOINED, source="SDA", examples=("პირადი ნომერი 01024012345",), counter=("01024012345",)),
    Row("ru_passport", "паспорт|серия паспорта|серия", "## ## ######|## ## ?(?:№|номер) ?######", None, Reach.JOINED, "passport", source="МВД России", examples=("паспорт 4510 123456", "паспорт серия 45 10 номер 123456"), counter=("4510 123456",)),
    Row("li_peid", "peid|personenidentifikationsnummer", "#{4,12}", None, Reach.JOINED, source="OECD TIN Liechtenstein", examples=("PEID 00001234567",), counter=("PEID 12",)),
)  # fmt: skip
