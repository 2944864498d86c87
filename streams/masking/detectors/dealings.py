"""With whom something was done: whole names behind nouns and participles of dealings, in several languages."""

import re
from typing import Final

from streams.masking.context import at_word_start
from streams.masking.detectors.beside import GENERAL
from streams.masking.detectors.people import person_at
from streams.masking.found import Detector, Found, Verdict
from streams.masking.lookbehind import Lookbehind

__all__ = ["DETECTORS"]

#: Nouns of dealings and what joins a name to them. The name begins with a capital letter, which the anchors ask for.
_DEALINGS: Final = (
    (
        "message|e-?mail|mail|sms|call|voicemail|reply|comment|feedback|request|application|payment|complaint|refund|invitation|letter|fax|ticket|claim|question|purchase|gift|chat|visit|sign-?up|bid|donation|enquiry|inquiry|submission|registration|referral|deposit|cheque|note|review|response|order|parcel|package|transfer|withdrawal|refill",
        "from|by|to",
    ),
    ("interview|meeting|appointment|session|consultation|conversation|call|chat|lesson", "with"),
    ("prescription|lease|birthday|payslip|salary|profile|diagnosis|treatment|referral|loan|account|vaccination|lab results|test results|appointment", "for|of"),
    ("commit|revision|edit|signature|article", "by"),
    ("booking|reservation|payslip|medical record|patient record|(?:background|kyc|credit|identity|id|aml|eligibility|dbs) check", "for|of"),
    ("bestellung|nachricht|anfrage|anruf|zahlung|rechnung|auftrag|bewerbung|antrag|r\xc3\xbcckruf|\xc3\xbcberweisung|lieferung|sendung", "von|an|f\xc3\xbcr"),
    ("termin|gespr\xc3\xa4ch|besprechung|telefonat|vertrag", "mit"),
    # What stands behind `de` and `di` is as often what sort of request or invoice it is.
    ("commande|appel|courriel", "de|pour|par"),
    ("demande|paiement|facture|rendez-vous|dossier|livraison|virement", "pour|par|avec"),
    ("pedido|mensaje|llamada|cita|mensagem|liga\xc3\xa7\xc3\xa3o", "de|para|por|con|com"),
    ("solicitud|pago|factura|reserva|correo|env\xc3\xado|solicita\xc3\xa7\xc3\xa3o|pagamento|fatura|consulta", "para|por|con|com"),
    ("ordine|messaggio|chiamata", "di|da|per"),
    ("richiesta|fattura|appuntamento|prenotazione|bonifico", "da|per|con"),
    ("bestelling|bericht|aanvraag|oproep|betaling|factuur|afspraak", "van|voor|aan|met|door"),
    ("zam\xc3\xb3wienie|wiadomo\xc5\x9b\xc4\x87|wniosek|p\xc5\x82atno\xc5\x9b\xc4\x87|faktura|wizyta|przelew", "od|dla|przez"),
    ("best\xc3\xa4llning|meddelande|betalning|ordre|bestilling|besked|melding|betaling", "fr\xc3\xa5n|fra|till|til|f\xc3\xb6r|for|av|af"),
)  # fmt: skip
#: Words for a person in other languages, behind which a whole name stands.
_PERSONS: Final = (
    "kund", "anv\xc3\xa4ndare", "anv\xc3\xa4ndaren", "bruker", "brukeren", "nutzer", "utilisateur", "utilisatrice", "patiente", "utente", "usu\xc3\xa1rio", "utilizador", "gebruiker", "pati\xc3\xabnt",
    "u\xc5\xbcytkownik", "uzivatel", "u\xc5\xbeivatel", "felhaszn\xc3\xa1l\xc3\xb3", "kullan\xc4\xb1c\xc4\xb1", "hasta", "utilizatorul", "clientul", "pacientul", "pelanggan", "pengguna", "pasien",
    "kh\xc3\xa1ch h\xc3\xa0ng", "ng\xc6\xb0\xe1\xbb\x9di d\xc3\xb9ng", "b\xe1\xbb\x87nh nh\xc3\xa2n",
)  # fmt: skip
_CYRILLIC: Final = (
    "на имя", "ользователь", "ользователя", "ользователю", "олучатель", "тправитель", "бонент", "одитель", "тудент", "ациента", "ациентка", "окупателя", "лиентка", "аявитель", "ообщение от",
    "латёж от", "латеж от", "аказ от", "исьмо от", "вонок от", "ористувач",
)  # fmt: skip
#: Participles of what is done by persons and by programs, firms and things alike.
_OF_THINGS: Final = re.compile(
    rb"(?:powered|caused|published|developed|designed|distributed|manufactured|sponsored|produced|maintained|hosted|licensed|certified|backed|managed|operated|"
    rb"supported|triggered|generated|detected|blocked|protected|secured|scanned|killed|terminated|preceded|followed|divided|sorted|ordered|grouped|provided|required|"
    rb"used|translated|separated|partitioned|prefixed|indexed|filtered|trusted|acquired|inspired|rated|controlled|governed|replaced|superseded|deprecated|implemented|"
    rb"extended|called|invoked|referenced|injected|emitted|raised|returned|defined|declared|delimited|limited|affected|accompanied|characterized|signed|owned|funded|launched|deployed|synced|provisioned|scheduled|validated|"
    rb"cached|monitored|processed|handled|imported|exported|enforced|installed|started|stopped|restarted|patched)\Z",
    re.IGNORECASE,
)
_PARTICIPLE: Final = re.compile(rb"(?:[a-z]{2,14}ed|sent|paid|given|taken|seen|led) by \Z", re.IGNORECASE)
_PARTICIPLE_MAX: Final = 24
_DONE_TO: Final = "received from|forwarded to|addressed to|refunded to|dispensed to|prescribed to|administered to|merged into|introduced to|granted to|revoked from|credited to|awarded to|points added to"

#: What is made out, granted or sent for somebody, with the participle behind it (`Label created for`); what things have as
#: often (reports, orders, checks) is none of it.
_MADE_OUT: Final = (
    r"(?:(?:profiles?|labels?|badges?|voicemail|membership|invoices?|receipts?|visa|payslips?|salary|enrol?lment|application|"
    r"prescriptions?|referral|(?:background|kyc|aml|credit|identity|id|eligibility) check|(?:medical|patient) records?|lab results?)"
    r"(?: [#a-z0-9\-]{1,16})? (?:[a-z]{2,12}ed|sent|paid|left|ready|due)|accounts? (?:created|opened|closed|locked|unlocked|suspended|provisioned|reactivated|deactivated))"
)
_MADE_OUT_FOR: Final = rf"{_MADE_OUT} for "

#: What was done about a person who is named behind the sign (`driver assigned: Ann Lee`).
_NOTED: Final = (
    r"(?:(?:boarding pass|driver|nurse|doctor|patient|user|member|employee|guest|visitor|student|passenger|subscriber|candidate|contact|beneficiary|payee|recipient|"
    r"teacher|technician|courier|volunteer|applicant|new hire) (?:[a-z]{2,12}ed|checked in|found)|account (?:locked|unlocked|suspended|deactivated)): "
)

_CAPITAL: Final = r"(?-i:[A-Z\xc3-\xc5\xd0])"
#: A number may stand between a noun and its preposition (`Order 4412 from`).
_NUMBERED: Final = r"(?: [#a-z0-9\-]{1,16})? "
_PHRASES: Final = (
    *(rf"(?:{nouns})s?{_NUMBERED}(?:{joins}) " for nouns, joins in _DEALINGS),
    _MADE_OUT_FOR,
    _NOTED,
    rf"(?:{'|'.join(_PERSONS)}):? ",
    rf"(?:{'|'.join(word.encode().decode('latin-1') for word in _CYRILLIC)}):? ",
    rf"(?:{_DONE_TO}) ",
)
_PHRASE: Final = Lookbehind([phrase.encode("latin-1") for phrase in _PHRASES])


def judge_dealing(data: bytes, end: int) -> Verdict:
    """The whole name behind words for a dealing with a person (`Payment from Ann Lee`, `Bestellung von Anna Weber`)."""
    start = end - 1
    if not data[start:end].isupper() and data[start:end] < b"\x80":
        return "no_capital"
    if not _done_by_somebody(data, start):
        phrase = _PHRASE.first(data, start)
        if phrase is None or not (at_word_start(data, phrase.start()) or phrase[0][0] >= _NOT_ASCII):
            return "no_phrase"
    if title := _TITLE.match(data, start):
        if not title[1]:
            return "title_goes_on"
        start = title.end()
    stop = person_at(data, start, least=2)
    if stop < 0 or _NOT.match(data, start) or any(word.lower() in GENERAL for word in data[start:stop].split()):
        return "no_name"
    return [Found(start, stop, "name", "dealing", "phrase", 41), *_other_party(data, stop)]


#: Another person behind the first one (`from Ann Lee to Bob Ray`).
_AND: Final = re.compile(
    rb" (?:to|and|with|by|an|und|mit|\xc3\xa0|et|avec|a|y|e|para|con|com|naar|en|met|och|og|til|till) (?=[A-Z\xc3-\xc5\xd0])"
)


def _other_party(data: bytes, at: int) -> list[Found]:
    and_whom = _AND.match(data, at)
    stop = person_at(data, and_whom.end(), least=2) if and_whom else -1
    return [Found(and_whom.end(), stop, "name", "dealing", "phrase", 41)] if and_whom and stop > 0 else []


_NOT_ASCII: Final = 0x80
#: How sentences deny in titles (`Utilisateur Non Trouv\xe9`).
_NOT: Final = re.compile(
    "(?:non|not|nicht|nie|ikke|inte|niet|no|não|ne|nu|Не|Нет|Неизвестный) ".encode(), re.IGNORECASE
)
#: Titles: those that stand for too much else for `title_name`, and all others, which it reads.
_TITLE: Final = re.compile(
    rb"(M\. |Mme\.? |Sr\. |Fr\. |\xd0\xb3-\xd0\xbd )|(?:Herrn?|Frau|Mrs?|Ms|Dr|Prof|Monsieur|Madame|Se\xc3\xb1ora?|Sra|Signora?)\.? "
)


def _done_by_somebody(data: bytes, at: int) -> bool:
    low = max(0, at - _PARTICIPLE_MAX)
    if done := _PARTICIPLE.search(data, low, at):
        return not _OF_THINGS.search(data, done.start(), done.end() - len(b" by "))
    return _DONE_BY_ABROAD.first(data, at) is not None and not _OF_THINGS_ABROAD.search(data, low, at)


#: How participles end before the word for `by` in French, Spanish and Portuguese, Italian and Polish; German and Dutch ones, and
#: those of Scandinavia, one by one, since more than participles end as they do.
_BY_ABROAD: Final = (
    r"(?:\xc3\xa9e?s?|ise?s?|ue?s?) par",
    r"[ai]d[oa]s? por",
    r"[aiu]t[oaie] da",
    r"[nt][aeoy] przez",
    (
        r"(?:erstellt|angelegt|genehmigt|bearbeitet|gebucht|bestellt|eingereicht|unterschrieben|unterzeichnet|ge\xc3\xa4ndert|gemeldet|gel\xc3\xb6scht|aktualisiert|"
        r"hochgeladen|storniert|bezahlt|aufgegeben|abgelehnt|best\xc3\xa4tigt|freigegeben|angenommen|gepr\xc3\xbcft|\xc3\xbcbernommen|angefragt|abgeholt|verschickt|gesendet) (?:von|durch)"
    ),
    r"(?:aangemaakt|geplaatst|goedgekeurd|ingediend|gewijzigd|verwijderd|ondertekend|afgewezen|bijgewerkt|geannuleerd|betaald|besteld|gemeld|aangevraagd|geboekt) door",
    r"(?:skapad|godk\xc3\xa4nd|skickad|\xc3\xa4ndrad|signerad|bokad|best\xc3\xa4lld|oprettet|godkendt|\xc3\xa6ndret|slettet|opprettet|godkjent|endret) a[vf]",
)
_DONE_BY_ABROAD: Final = Lookbehind([f"{by} ".encode("latin-1") for by in _BY_ABROAD])
#: Stems of what programs, firms and things do there.
_OF_THINGS_ABROAD: Final = re.compile(
    rb"\b(?:d\xc3\xa9velopp|desenvolv|desarroll|svilupp|g\xc3\xa9n\xc3\xa9r|gener|ger[ai]d|caus|provoqu|provoc|fourn|forn|propuls|prot[\xc3e]|limit|bloqu|blocc|h\xc3\xa9berg|d\xc3\xa9tect|detect|"
    rb"wygenerow|spowodow|opracow|zablok|utilis|usad|remplac|d\xc3\xa9clench|distribu|produ)[^ ]{0,16} (?:par|por|da|przez) \Z",
    re.IGNORECASE,
)


# -- Chinese and Korean -------------------------------------------------------------------------------------------------

#: The family names of most people in China and Korea (Ministry of Public Security, 2021; Statistics Korea, 2015).
_CHINESE: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦傅方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
    "張劉陳楊黃趙吳孫馬鄭謝許韓馮鄧蔣葉蘇呂盧鍾譚陸賈韋鄒龍顧龔萬錢嚴湯"
)
_KOREAN: Final = "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민진나지엄채원천방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국어은편용"
_WHO: Final = (
    "用户",
    "用戶",
    "客户",
    "客戶",
    "收件人",
    "收货人",
    "寄件人",
    "联系人",
    "聯絡人",
    "患者",
    "病人",
    "乘客",
    "会员",
    "學生",
    "学生",
    "员工",
    "司机",
    "顾客",
    "买家",
)
_WHO_KOREAN: Final = ("고객", "사용자", "회원", "환자", "수령인", "받는 분", "받는분", "예약자", "직원", "승객")
_SEPARATED: Final = r"(?: |: ?|\xef\xbc\x9a ?)"
_UNSPACED: Final = re.compile(
    f"((?:[{_CHINESE}])[\u4e00-\u9fff]{{1,2}}|[{_KOREAN}][가-힣]{{1,2}})(?=[\\s,.;:)\"'\\\\，。；、）」]|님|씨|\\Z)"
)
_LABEL: Final = re.compile("(?:{})(?: |: ?|：[ ]?)\\Z".format("|".join((*_WHO, *_WHO_KOREAN))).encode())
_LABEL_MAX: Final = 24
#: Bytes that a name of at most three characters and what ends it take.
_UNSPACED_MAX: Final = 16
#: What is said of users in general, and begins like a name.
_SAID: Final = frozenset(
    "登录 注册 系统 管理 高级 金额 成功 余额 程序 方式 石油 江苏 하기 정보 이름 주소 번호 전화 등급 조회 인증 이용 구매 문의 신규 유형 전용 지원 서비스 가입".split()
)


def judge_unspaced(data: bytes, end: int) -> Verdict:
    """The name behind a word for a person, in Chinese and Korean, told by the family name and the sign around it."""
    if not _LABEL.search(data, max(0, end - _LABEL_MAX), end):
        return "no_word"
    name = _UNSPACED.match(data[end : end + _UNSPACED_MAX].decode("utf-8", "ignore"))
    if name is None or name[1] in _SAID:
        return "no_name"
    return Found(end, end + len(name[1].encode()), "name", "dealing_unspaced", "phrase", 41)


_HONOURED: Final = re.compile(f"(?<![가-힣])([{_KOREAN}][가-힣]{{1,2}}) ?(?:님|씨)\\Z")
_HONOURED_MAX: Final = 16


def judge_honoured(data: bytes, end: int) -> Verdict:
    """The Korean name before an honorific that goes with whole names."""
    text = data[max(0, end - _HONOURED_MAX) : end].decode("utf-8", "ignore")
    name = _HONOURED.search(text)
    if name is None or name[1] in _TITLES or name[1] in _SAID:
        return "no_name"
    start = end - len(text[name.start() :].encode())
    return Found(start, start + len(name[1].encode()), "name", "honoured_korean", "title", 41)


#: Words for everybody that go with the honorific.
_TITLES: Final = frozenset(
    "고객 회원 선생 사용자 이용자 구매자 예약자 고객님 주인 손님 부장 과장 대표 사장 기사 교수 원장 여러분 박사 하느 임금 선배 형 누나 어머 아버".split()
)


def _sequence(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word.encode().decode("latin-1") + _SEPARATED for word in words)


DETECTORS: Final = (
    Detector(
        "dealing",
        (*(phrase + _CAPITAL for phrase in _PHRASES), rf"(?:ed|sent|paid|given|taken|seen|led) by {_CAPITAL}", *(rf"{by} {_CAPITAL}" for by in _BY_ABROAD)),
        judge_dealing,
        (
            "Payment of 12 EUR received from Ann Lee", "Message to Bob Ray could not be delivered", "Interview with Ann Lee on Monday", "Loan application from Ann Lee approved", "Order 4412 placed by Ann Lee", "sent by Ann Lee",
            "Neue Bestellung von Anna M\u00fcller", "Commande 4412 de Jean Dupont", "Pedido 4412 de Mar\u00eda Garc\u00eda", "Kund Erik Svensson loggade in", "Пользователь Иван Петров оплатил", "Заказ оформлен на имя Анна Смирнова", "Contact merged into Anne Lee",
            "Shipping label created for Ann Lee", "ride 12: driver assigned: Ann Lee", "account locked: Ann Lee", "Found 3 bookings for Ann Lee", "Access granted to Ann Lee", "ticket 12 from Ann Lee", "commit 9f3c2e1 by Ann Lee", "commande 12 pass\xe9e par Odile Roux", "pedido aprobado por Ana Ruiz",
            "zam\xf3wienie z\u0142o\u017cone przez Anna Kowalska", "Antrag genehmigt von Anna Weber", "approvato da Anna Rossi", "aangemaakt door Anna Jansen", "ordern skapad av Anna Berg",
        ),
        (
            "Request from Load Balancer timed out", "Payment from Stripe Connect settled", "powered by Apache Tomcat", "developed by Acme Widgets", "message to Support Team", "sent by Mail Gateway", "Comment by Review Bot",
            "email from ann", "Bestellung von Hand", "unsorted by Ann Lee", "payment from Northwind Traders", "transfer to Deutsche Bank", "message to Dead Letter queue",
            "review by Static Analysis", "refund by Bank Transfer", "parcel to Great Britain", "check passed for Health Probe", "access granted to Storage Bucket", "d\xe9velopp\xe9 par Blue Widgets", "generado por Blue Widgets",
            "erzeugt von Blue Widgets", "call from Health Check", "account created for Service Desk", "customer updated: Blue Widgets", "refund issued for Broken Display", "account created: Savings Basic", "envoy\xe9 par Courrier Postal", "iniciado por Tarea Programada", "package installed: Blue Lagoon", "user added: Admin Group", "order created for Blue Lagoon",
        ),
        "phrases of logs",
        by_word=True,
    ),
    Detector(
        "dealing_unspaced",
        (*_sequence(_WHO), *_sequence(_WHO_KOREAN)),
        judge_unspaced,
        ("用户 张伟 登录成功", "订单收件人：李娜，电话", "客户: 王小明", "고객 김민수 님이 로그인했습니다", "받는 분: 이영희"),
        ("用户 登录 成功", "用户：管理员", "고객 정보 조회", "客户 高级 服务"),
        "phrases of logs",
        by_word=True,
    ),
    Detector(
        "honoured_korean",
        tuple(word.encode().decode("latin-1") for word in ("님", "씨")),
        judge_honoured,
        ("김민수님의 주문", "주문자 박지성 님"),
        ("고객님", "선생님", "회원님 환영합니다", "날씨"),
        "forms of address",
    ),
)  # fmt: skip
