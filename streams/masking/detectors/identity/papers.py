"""Passports, driving licences and identity cards of any country, by the words for them alone."""

from typing import Final

from streams.masking.detectors.identity.rows import Reach, Row

__all__ = ["ROWS"]

#: Passports in most of the languages in which logs are written.
_PASSPORT: Final = (
    "passport|reisepass|pass nr|passnr|pass nummer|ausweisdokument|pasaporte|passaporte|passaporto|passeport|paspoort|paszport|pasport|паспорт|διαβατήριο|διαβατηρίου|"
    "útlevél|passinumero|passin|pašaport|pașaport|putovnica|putovnice|пасош|potni list|cestovní pas|cestovný pas|pasas|passi number|pasaport|여권|パスポート|旅券|护照|護照|"
    "หนังสือเดินทาง|hộ chiếu|paspor|جواز سفر|جواز السفر|דרכון|पासपोर्ट|travel document|vegabréf"
)

#: Driving licences likewise.
_LICENCE: Final = (
    "driver license|driver licence|drivers license|drivers licence|driving license|driving licence|drivers lic|driver lic|dl number|dl no|dln|license number|licence number|licence no|driving permit|führerschein|fahrerlaubnis|"
    "permis de conduire|patente di guida|patente|patente n|carnet de conducir|permiso de conducir|licencia de conducir|licencia conducir|licencia de conducción|"
    "carta de condução|carteira de motorista|rijbewijs|prawo jazdy|prawa jazdy|körkort|førerkort|kørekort|ajokortti|řidičský průkaz|vodičský preukaz|vodačka dozvola|"
    "jogosítvány|permis de conducere|водительское удостоверение|водительские права|посвідчення водія|ehliyet|sürücü belgesi|運転免許|驾驶证|駕照|ใบขับขี่|surat izin mengemudi|"
    "רישיון נהיגה|رخصة القيادة|ड्राइविंग लाइसेंस"
)

#: Identity cards and personal numbers, where no country's own word is used.
_CARD: Final = (
    "national id|national identity|national identification|national insurance id|nationalid|identity card|identity number|identification card|identity document|id card|id document|"
    "personalausweis|ausweisnummer|ausweis nr|ausweis|carte d'identité|carte nationale d'identité|cni|carta d'identità|documento d'identità|carta identità|"
    "documento de identidad|documento de identidade|cartão de identidade|carteira de identidade|identiteitskaart|identiteitsbewijs|id kaart|dowód osobisty|dowodu osobistego|"
    "občanský průkaz|občiansky preukaz|osobna iskaznica|osebna izkaznica|lična karta|лична карта|buletin|carte de identitate|identitetskort|legitimation|"
    "henkilökortti|személyi igazolvány|δελτίο ταυτότητας|ταυτότητα|αδτ|удостоверение личности|посвідчення особи|kimlik kartı|nüfus cüzdanı|kartu tanda penduduk|"
    "身份证|身份證|身分證|신분증|บัตรประชาชน|هوية|बहचान पत्र|taxpayer id|tax payer id|tax identification|tax id|tax number|steuer id|steuernummer|"
    "social security|social insurance|personal id|personal number|personal identification number|personal code|citizen id|citizen number|residence permit|aufenthaltstitel|"
    "resident id"
)

#: Countries whose name stands before `ID` (`my Thai ID is ...`).
_COUNTRIES: Final = (
    "african|albanian|american|argentin|argentinian|australian|austrian|belgian|brazilian|british|bulgarian|canadian|chilean|chinese|colombian|croatian|cuban|cypriot|czech|danish|"
    "dominican|dutch|ecuadorian|egyptian|emirati|estonian|finnish|french|german|greek|hungarian|icelandic|indian|indonesian|iranian|irish|israeli|italian|japanese|kenyan|korean|"
    "kuwaiti|latvian|lithuanian|luxembourgish|malaysian|maltese|mauritian|mexican|moroccan|nigerian|norwegian|pakistani|peruvian|philippine|polish|portuguese|romanian|russian|"
    "saudi|serbian|singaporean|slovak|slovenian|spanish|swedish|swiss|taiwanese|thai|turkish|ukrainian|vietnamese"
)
_COUNTRY_ID: Final = "|".join(f"{name} id" for name in _COUNTRIES.split("|"))

#: Letters, six to nine digits, a letter; or a mixed number of eight to ten with at least three digits (ICAO 9303, part 4).
_PASSPORT_SHAPE: Final = (
    r"(?:(?-i:@{1,3})[ \-]|@{0,3})#{6,9}[A-Z]?|(?=(?:[A-Z]*[0-9]){3})[A-Z0-9]{8,10}|##\x20##\x20#{6}"
)

#: As states print them: letters and digits in up to five groups, at least five digits (AAMVA, driver licence formats).
_LICENCE_SHAPE: Final = r"(?=(?:[A-Z*\-\x20]*[0-9]){5}|[A-Z*]+[0-9](?:[A-Z*]*[0-9]){3})(?:(?-i:@{1,3})[ \-])?[A-Z*]{0,7}[0-9][0-9A-Z*]*(?:[ .\-/][0-9][0-9A-Z]*){0,4}(?:-[A-Z])?"

#: At least five digits; letters before, after and, without spaces, between them.
_CARD_SHAPE: Final = r"(?=(?:[A-Z.\-/\x20]*[0-9]){5})(?:(?-i:@{1,3})[ \-])?[A-Z]{0,4}[0-9][0-9A-Z]*(?:[ .\-/][0-9][0-9A-Z]*){0,4}(?:-[A-Z])?"

ROWS: Final = (
    Row("passport", _PASSPORT, _PASSPORT_SHAPE, None, Reach.JOINED, "passport", source="ICAO 9303", examples=("Passport No: X1234567", "C01X00T47 is my passport number", "Reisepass Nr. C01X00T47"), counter=("passport check took 123456789 ns", "X1234567", "passport_retries=12")),
    Row("driving_licence", _LICENCE, _LICENCE_SHAPE, None, Reach.JOINED, "licence", source="AAMVA, national authorities", examples=("driver's license: D1234567", "DL number A123-456-78-901-0", "Führerschein B072RRE2I55", "license number 123-45-6789"), counter=("driver license 12", "software licence 2024", "D1234567")),
    Row("medical_record", "mrn|medical record number|medical record no|medical record|patient number|patient no|patient nr|hospital number|patientennummer|numéro de dossier médical|historia clínica", r"@{0,3}-?#{5,10}", None, Reach.JOINED, "customer", source="HL7 v2.5.1, table 0203 (MR)", examples=("patient MRN 12345678 admitted", "MRN#0012345 discharged", "Medical record number: AB-123456"), counter=("mrn 42", "patient no 3", "MRN missing in 12345678")),
    Row("identity_card", f"{_CARD}|{_COUNTRY_ID}", _CARD_SHAPE, None, Reach.JOINED, source="national registers", examples=("Personalausweis T220001293", "my Thai ID is 1-1007-02383-03-8", "national id 12345678"), counter=("national id 42", "tax id missing, order 12345678", "12345678")),
)  # fmt: skip
