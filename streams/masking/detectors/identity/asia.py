"""Numbers of persons in Asia, Oceania and Africa."""

from typing import Final

from streams.masking.detectors.identity import checks
from streams.masking.detectors.identity.rows import Reach, Row
from streams.masking.validators import luhn

__all__ = ["ROWS"]

ROWS: Final = (
    Row(
        "in_aadhaar", "aadhaar|aadhar|adhaar|uidai|आधार|ஆதார்|আধার|ఆధార్", "[2-9]###[ :.-]?####[ :.-]?####", "in_.aadhaar",
        source="UIDAI", examples=("Aadhaar: 2341 2341 2346", "आधार 234123412346"), counter=("Aadhaar 2341 2341 2347", "2341 2341 2346"),
    ),
    Row("in_vid", "=VID|virtual id|virtual identity|आधार|aadhaar", "[2-9]### #### #### ####", "in_.vid", source="UIDAI", examples=("VID 2341 2341 2341 2341",), counter=("VID 2341 2341 2341 2342",)),
    Row(
        "in_pan", "=PAN|pan card|pan no|pan number|permanent account|income tax|पैन", "@{5} ?#{4} ?@", None,
        source="Income Tax Department", examples=("my PAN is abcpe1234f", "PAN ABCPE1234F"), counter=("ABCDE1234F", "pan ABCDE1234F"),
    ),
    Row("in_voter", "voter|epic number|epic no|=EPIC|electors|election card|election commission|मतदाता", "@{3}[ /]?#{7}", None, Reach.JOINED, source="Election Commission of India", examples=("voter id WKH1186253",), counter=("WKH1186253",)),
    Row(
        "sg_nric", "nric|fin number|=FIN|fin no|singapore id|identity card|identification card|foreign identification", "[STFGM]#{7}@", checks.singapore, Reach.ANY,
        source="ICA", examples=("NRIC s1234567d", "Nric S1234567D", "Nric F1234567N"), counter=("S1234567A", "X1234567D"),
    ),
    Row(
        "my_nric", "nric|mykad|=IC|ic number|ic no|kad pengenalan|malaysian id|mykid", "###### ## ####", "my.nric", Reach.ANY,
        source="JPN", examples=("MyKad 770305021234", "Nric 770305-02-1234"), counter=("771305-02-1234", "770305-17-1234"),
    ),
    Row(
        "th_pin", "เลขประจำตัวประชาชน|เลขบัตรประชาชน|บัตรประชาชน|เลขประจำตัว|รหัสประจำตัว|thai id|thai national|thai identity|tnin|citizen id|national id",
        "[1-8] #### ##### ## #", "th.pin",
        source="กรมการปกครอง", examples=("เลขประจำตัวประชาชน 1100702383039", "เลขประจำตัวประชาชน 1-1007-02383-03-9"), counter=("1-1007-02383-03-8", "1100702383039"),
    ),
    Row("id_nik", "nik|nomor induk|ktp|no ktp|kependudukan|indonesian id", "## ## ## ###### ####", "id.nik", Reach.ANY, source="Permendagri 2010", examples=("NIK 3171011708450001",), counter=("NIK 3171018008450001", "3171011708450001")),
    Row("id_npwp", "npwp|nomor pokok wajib pajak", "##[.]?### ### # ### ###|#{16}", "id.npwp", source="PMK 112/PMK.03/2022", examples=("NPWP 01.300.066.6-091.000", "npwp: 013000666091000"), counter=("NPWP 01.300.066.8-091.000", "013000666091000")),
    Row("jp_number", "マイナンバー|個人番号|my number|mynumber|individual number|kojin bango", "#### #### ####", "jp.in_", source="総務省令第85号", examples=("マイナンバー 6214 9832 0257",), counter=("マイナンバー 6214 9832 0258",)),
    Row(
        "kr_rrn", "kr id|주민등록번호|주민번호|주민등록|rrn|resident registration|korean ssn|jumin", "#{6} [1-4890]#{6}", checks.korean, Reach.ANY,
        source="행정안전부 주민등록법", examples=("주민등록번호 971013-9019902", "RRN 9710139019902"), counter=("RRN 971313-9019902",),
    ),
    Row(
        "kr_frn", "rrn|주민등록번호|주민번호|외국인등록번호|외국인 등록|frn|alien registration|foreigner registration|foreign registration|korean foreigner", "#{6} [5-8]#{6}", checks.korean, Reach.ANY,
        source="출입국관리법", examples=("외국인등록번호 971013-5019909", "RRN 971013-5019909"), counter=("FRN 971313-5019909",),
    ),
    Row("kr_driving", "운전면허|면허번호|면허증|driver license|drivers license|driving licence|license number|my license|korean driver|korea driver", "(?:1[1-9]|2[0-8]) ## ###### ##", None, Reach.SENTENCE, "licence", source="도로교통공단", examples=("운전면허 11-23-123456-78",), counter=("11-23-123456-78",)),
    Row(
        "cn_id", "cn id|身份证|身份號碼|公民身份|居民身份|证件号|sfzh|resident identity|chinese id|china id|shenfenzheng|identity card|id card|id number", "[1-8]#{16}[0-9X]", checks.chinese, Reach.ANY, alone="[1-8]#{16}X",
        source="GB 11643-1999", examples=("身份证号码：11010519491231002X", "ID card 11010519491231002X"), bare=("11010519491231002X",), counter=("110105194912310021", "11010519491331002X"),
    ),
    Row("tw_id", "tw id|身分證|身份證|統一編號|居留證|taiwan id|taiwanese id|national id|identity card|arc number", "[A-Z][1289A-D]#{8}", checks.taiwanese, source="內政部戶政司", examples=("身分證字號 A123456789",), counter=("身分證 A123456788", "A123456789")),
    Row("hk_id", "hk id|香港身份證|身份證|身份证|hkid|hong kong id|hong kong identity|identity card", r"@{1,2}#{6} ?\(?[0-9A]\)?", checks.hong_kong, alone=r"[A-Z]#{6}\([0-9A]\)", source="入境事務處", examples=("HKID A123456(3)", "身份證 A123456(3)"), bare=("A123456(3)",), counter=("A123456(4)",)),
    Row("ph_number", "=TIN|philhealth|sss|gsis|philsys|psn|pcn|pag ibig|umid|=CRN", "#{4}-#{7}-#|#{3}[ -]#{3}[ -]#{3}(?:[ -]#{3,5})?|##-#{7,9}-#|#{9,12}|#{4}[ -]#{4}[ -]#{4}(?:[ -]#{4})?", None, Reach.JOINED, source="BIR, SSS, PSA", examples=("TIN 123-456-789-000", "SSS 34-1234567-8", "SSS number: 0111-1234567-8"), counter=("123-456-789-000",)),
    Row("vn_id", "căn cước|cccd|so cccd|cmnd|chứng minh nhân dân|chứng minh thư|vietnamese id", "#{12}|#{9}", None, Reach.JOINED, source="Thông tư 07/2016/TT-BCA", examples=("CCCD: 001099012345",), counter=("001099012345",)),
    Row("pk_cnic", "cnic|nicop|nadra|شناختی کارڈ|قومی شناختی|pakistani id", "[1-7]#### ####### [1-9]", "pk.cnic", Reach.ANY, source="NADRA", examples=("CNIC 3420103912345", "Cnic 34201-0391234-5"), counter=("84201-0391234-5", "3420103912345")),
    Row("bd_nid", "=NID|nid number|nid no|জাতীয় পরিচয়পত্র|national id", "#{10}|#{13}|#{17}", None, Reach.JOINED, source="Bangladesh Election Commission", examples=("NID 1234567890",), counter=("nid 1234567890",)),
    Row("lk_nic", "=NIC|nic number|nic no", "#{9}[VX]|(?:19|20)#{10}", None, Reach.JOINED, source="Department for Registration of Persons", examples=("NIC 853400937V",), counter=("853400937V",)),
    Row("ae_eid", "emirates id|الهوية الإماراتية|بطاقة الهوية|=EID", "784 #### ####### #", checks.emirates, Reach.ANY, alone="784-[0-9]{4}-[0-9]{7}-[0-9]", source="ICP", examples=("Emirates ID 784198412345674",), bare=("784-1984-1234567-4",), counter=("784-1984-1234567-0",)),
    Row("sa_id", "iqama|الهوية الوطنية|رقم الهوية|الإقامة|saudi id|saudi national|absher", "[12]#{9}", luhn, source="Absher", examples=("iqama 2012345670",), counter=("iqama 2012345679",)),
    Row("gulf_civil", "civil id|civil number|البطاقة المدنية|الرقم المدني|cpr|qid|qatar id|الرقم الشخصي", "[23]#{11}|#{9}|#{11}", None, Reach.JOINED, source="PACI, IGA, MOI Qatar", examples=("civil ID 287042001234",), counter=("287042001234",)),
    Row("eg_id", "الرقم القومي|رقم قومي|بطاقة الرقم|egyptian id|egyptian national|national id", "[23]#{13}", checks.egyptian, Reach.ANY, source="وزارة الداخلية", examples=("الرقم القومي 29001010112345",), counter=("الرقم القومي 29013210112345",)),
    Row("ir_melli", "کد ملی|کدملی|code melli|melli|شماره ملی", "### ###### #", checks.iranian, source="سازمان ثبت احوال", examples=("کد ملی 0499370899",), counter=("کد ملی 0499370898",)),
    Row("il_id", "il id|תעודת זהות|ת.ז|ת״ז|מספר זהות|teudat zehut|mispar zehut|israeli id|israel id", "#{8}-?#", "il.idnr", source="רשות האוכלוסין", examples=("ת.ז. 039337423", "Israeli ID 03933742-3"), counter=("ת.ז. 039337424", "039337423")),
    Row(
        "za_id", "south african id|sa id|rsa id|za id|id number|identity number|south african identity|identity document|permanent resident|refugee id|resident number", "#{6} #{4} [012]# #", checks.south_african, Reach.ANY,
        source="Department of Home Affairs", examples=("My South African ID is 7503305044089", "ID number 7503305044089"), counter=("ID number 8503305044089", "7503305044089"),
    ),
    Row("ng_nin", "nin|national identification number|nimc|bvn|bank verification number|nin number", "#{11}|#### ### ####", None, Reach.JOINED, source="NIMC; CBN", examples=("NIN: 12345678901", "NIN is 1234 567 8901"), counter=("nin 123", "12345678901")),
    Row("ke_pin", "kra|kra pin|kenya revenue", "A#{9}@", None, Reach.JOINED, source="KRA", examples=("KRA A123456789B",), counter=("A123456789B",)),
    Row("gh_card", "ghana card", "GHA-?#{9}-?#", None, Reach.ANY, alone="GHA-[0-9]{9}-[0-9]", source="NIA", examples=("Ghana Card GHA1234567890",), bare=("GHA-123456789-0",), counter=("GHB-123456789-0",)),
    Row("ug_nin", "nin|nira|uganda", "C[MF]#{8}[0-9A-Z]{4}", None, Reach.JOINED, source="NIRA", examples=("NIN CM12345678ABCD",), counter=("CM12345678ABCD",)),
    Row("mu_nid", "=NID|mauritius|mauritian|national identity|nic number", "@#{12}[0-9A-Z]", "mu.nid", Reach.ANY, source="Civil Status Division", examples=("NID J2906201304089",), counter=("J2906201304088",)),
    Row("ma_cin", "=CIN|cnie|carte nationale|البطاقة الوطنية", "@{1,2}#{5,6}", None, Reach.JOINED, source="DGSN", examples=("CIN AB123456",), counter=("AB123456",)),
    Row("au_tfn", "tfn|tax file number|tax file no|tfn", "### ### ###|### ### ##", "au.tfn", source="ATO", examples=("TFN 123 456 782", "tax file number: 123456782"), counter=("TFN 123456783", "123456782")),
    Row("au_medicare", "medicare", "[2-6]### ##### #(?:[ /-]?#)?", checks.australian_medicare, source="Services Australia", examples=("Medicare 2123 45670 1",), counter=("Medicare 2123 45671 1",)),
    Row("au_ihi", "ihi|individual healthcare identifier|healthcare identifier", "8003 60## #### ####", luhn, source="Australian Digital Health Agency", examples=("IHI 8003 6081 6669 0503",), counter=("IHI 8003 6081 6669 0504",)),
    Row("au_crn", "crn|centrelink|customer reference number", "### ### ### ?@", None, Reach.JOINED, source="Services Australia", examples=("CRN 204 123 456A",), counter=("204 123 456A",)),
    Row("nz_ird", "ird|ird number|ird no|inland revenue", "##? ### ###|#{3} ### ###", "nz.ird", source="Inland Revenue", examples=("IRD 49-091-850",), counter=("IRD 49-091-851",)),
    Row("nz_nhi", "nhi|nhi number|national health index", "[A-HJ-NP-Z]{3}(?:#{4}|##[A-HJ-NP-Z]{2})", checks.new_zealand_nhi, source="HISO 10046", examples=("NHI ZZZ0016", "NHI ZBN77VL"), counter=("NHI ZZZ0017",)),
)  # fmt: skip
