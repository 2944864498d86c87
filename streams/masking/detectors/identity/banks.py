"""Accounts at banks in the national form of a country, whose check digits no IBAN stands around."""

from typing import Final

from streams.masking.detectors.identity import checks
from streams.masking.detectors.identity.rows import Reach, Row

__all__ = ["ROWS"]

ROWS: Final = (
    Row("mx_clabe", "clabe|clave bancaria|clave interbancaria", "### ### ########### #", checks.clabe, kind="account", source="Banco de México, Circular 3/2012", examples=("CLABE 032180000118359719", "clabe interbancaria: 032 180 00011835971 9"), counter=("CLABE 032180000118359718", "032180000118359719")),
    Row("ar_cbu", "cbu|cvu|clave bancaria uniforme|clave virtual uniforme", "#{8} #{14}", "ar.cbu", Reach.ANY, "account", source="BCRA, comunicación A 2622", examples=("CBU 28505909 40090418135201",), counter=("CBU 2850590940090418135202", "2850590940090418135201")),
    Row("es_ccc", "ccc|código cuenta cliente|cuenta corriente|cuenta bancaria", "#### #### ## #{10}", "es.ccc", Reach.ANY, "account", source="Consejo Superior Bancario", examples=("CCC 1234-1234-16 1234567890", "cuenta bancaria 12341234161234567890"), counter=("CCC 12341234171234567890", "12341234161234567890")),
    Row("pl_nrb", "nrb|rachunek|rachunku|numer konta|nr konta", "## #### #### #### #### #### ####", checks.polish_account, Reach.ANY, "account", source="Zarządzenie Prezesa NBP 15/2010", examples=("rachunek 61 1090 1014 0000 0712 1981 2874", "NRB: 61109010140000071219812874"), counter=("rachunek 62 1090 1014 0000 0712 1981 2874",)),
    Row("no_konto", "kontonummer|kontonr|bankkonto", "#### ## #####", "no.kontonr", kind="account", source="Finans Norge, kontonummerstandarden", examples=("kontonummer 8601.11.17947", "kontonr: 86011117947"), counter=("kontonr 86011117948", "86011117947")),
    Row("cz_ucet", "číslo účtu|bankovní účet|bankového účtu", "(?:#{2,6}-)?#{2,10}/####", checks.czech_account, kind="account", signs=True, source="ČNB, vyhláška 169/2011 Sb.", examples=("číslo účtu 34278-727558021/0100",), counter=("číslo účtu 34278-727558022/0100",)),
    Row("hu_giro", "bankszámla|számlaszám", "#{8}-#{8}(?:-#{8})?", checks.hungarian_account, kind="account", source="MNB rendelet 35/2017", examples=("bankszámlaszám 11773016-11111018",), counter=("számlaszám 11773017-11111018",)),
    Row("au_bsb", "bsb", "###-###", None, Reach.JOINED, "account", source="AusPayNet, BSB numbers", examples=("BSB 062-000", "bsb number: 062-000"), counter=("bsb 12", "062-000")),
)  # fmt: skip
