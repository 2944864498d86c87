"""Numbers of persons in the Americas; the US social security number has a module of its own."""

from typing import Final

from streams.masking.detectors.identity import checks
from streams.masking.detectors.identity.rows import Reach, Row
from streams.masking.validators import luhn, ssn_valid

__all__ = ["ROWS"]

#: A cédula or a DNI has no check digit in many countries; words and the number's length are all there is.
_CEDULA: Final = (
    "cédula de ciudadanía|cédula de identidad|cédula de extranjería|cédula|cedula|carné de identidad|carnet de identidad|documento de identidad|documento nacional|tarjeta de identidad|"
    "número de identidad|número de documento|identificación personal"
)

ROWS: Final = (
    Row(
        "us_ssn_named", "ssn|social security|social sec|ss number|taxpayer id|tax payer id", "###[ .-]?##[ .-]?####", ssn_valid, Reach.JOINED,
        source="SSA POMS RM 10201.035", examples=("my social security number is 078051120", "ssn: 123 45 6789"), counter=("ssn count 12", "ssn 666-12-3456"),
    ),
    Row("us_itin", "itin|individual taxpayer", "###[ -]?##[ -]?####", "us.itin", source="IRS Publication 1915", examples=("ITIN 911-70-1234",), counter=("ITIN 111-70-1234",)),
    Row("us_atin", "atin|adoption taxpayer", "###[ -]?##[ -]?####", checks.atin, source="IRS Form W-7A", examples=("ATIN 923-93-1234",), counter=("ATIN 123-93-1234",)),
    Row("us_ptin", "ptin|preparer tax", "P-?#{8}", None, Reach.JOINED, source="IRS", examples=("PTIN P00634642",), counter=("P00634642",)),
    Row(
        "us_mbi", "mbi|medicare|hicn|beneficiary id", "[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]#[ -]?[AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]#[ -]?[AC-HJKMNP-RT-Y]{2}##",
        checks.mbi, Reach.ANY, alone="[1-9][A-Z][0-9A-Z]#-[A-Z][0-9A-Z]#-[A-Z]{2}##",
        source="CMS, Understanding the MBI format", examples=("medicare 1eg4te5mk73",), bare=("1EG4-TE5-MK73",), counter=("1SG4-TE5-MK73", "0EG4-TE5-MK73"),
    ),
    Row("us_npi", "=NPI|npi number|national provider identifier", "[12]#{9}", checks.npi, kind="licence", source="45 CFR 162.406", examples=("NPI 1234567893", "npi number: 1234567893"), counter=("NPI 1234567894", "1234567893")),
    Row(
        "us_dea", "=DEA|certificate number|dea number|drug enforcement|medical license|medical licence|medical certificate|physician|prescriber|practitioner|prescription", "[ABCDEFGHJKLMPRSTUX][A-Z9]#{7}",
        checks.dea, kind="licence", source="21 CFR 1301", examples=("DEA number BB1388568", "medical license AP5836727"), counter=("DEA number BB1388569", "BB1388568"),
    ),
    Row(
        "us_alien", "alien number|alien registration|a-number|uscis number|uscis", "A-?#{8,9}|#{9}", None, Reach.JOINED,
        source="USCIS, A-Number", examples=("alien number: A123456789", "A-Number A012345678"), counter=("A123456789", "uscis 12"),
    ),
    Row(
        "ca_sin", "=SIN|sin number|social insurance|assurance sociale|nas|numéro d'assurance", "[0-79]## ### ###", luhn,
        source="Service Canada", examples=("my SIN is 123 456 782", "assurance sociale 130692544", "SIN: 046 454 286"), counter=("my SIN is 123 456 783", "sin 123456782"),
    ),
    Row("ca_bc_health", "phn|personal health number|carecard|care card|health number", "9### ### ###", "ca.bc_phn", source="BC Ministry of Health", examples=("PHN 9698 658 215",), counter=("PHN 9698 648 215",)),
    Row("ca_on_health", "ohip|health card|health number|carte santé", "[1-9]### ### ###", luhn, source="Ontario Ministry of Health", examples=("OHIP 1234-567-897",), counter=("OHIP 1234-567-890",)),
    Row("ca_qc_health", "ramq|assurance maladie|health card|carte soleil", "@{4} #### ####", None, Reach.JOINED, source="RAMQ", examples=("RAMQ TREM 5312 1234",), counter=("TREM 5312 1234",)),
    Row(
        "mx_curp", "curp|clave única de registro", "[A-Z][AEIOUX][A-Z]{2}#{6}[HMX][A-Z]{2}[B-DF-HJ-NP-TV-Z]{3}[0-9A-Z]#", "mx.curp", Reach.ANY,
        alone="[A-Z][AEIOUX][A-Z]{2}[0-9]{6}[HMX][A-Z]{2}[B-DF-HJ-NP-TV-Z]{3}[0-9A-Z][0-9]", source="RENAPO", examples=("CURP BOXW310820HNERXN09",), bare=("BOXW310820HNERXN09",), counter=("BOXW310820HNERXN08",),
    ),
    Row(
        "mx_rfc", "rfc|registro federal de contribuyentes", "(?:[A-Z&]|Ñ|ñ){3,4} ?#{6} ?[0-9A-Z]{3}", checks.rfc, Reach.ANY,
        source="SAT", examples=("RFC GODE 561231 GR8", "rfc GODE561231GR8"), counter=("RFC GODE 561331 GR8",),
    ),
    Row("mx_social", "nss|imss|seguro social|seguridad social", "#{11}", luhn, source="IMSS", examples=("NSS 12345678903",), counter=("NSS 12345678904",)),
    Row("mx_voter", "clave de elector|=INE|=IFE|credencial para votar", "@{6}#{8}[HM]#{3}", None, Reach.ANY, source="INE", examples=("clave de elector GMVLMR80070501M100", "Clave de elector GMVLMR80070501M100"), counter=("GMVLMR80070501X100",)),
    Row(
        "br_cpf", "cpf|cadastro de pessoa", r"### ### ### ##", "br.cpf", Reach.ANY, alone=r"###\.###\.###-#>#", anchor=r"[0-9]\.[0-9]{3}-[0-9K]",
        source="Receita Federal", examples=("CPF 39053344705",), bare=("390.533.447-05",), counter=("390.533.447-06", "39053344705"),
    ),
    Row("br_cnh", "cnh|habilitação|carteira nacional de habilitação", "#{11}", checks.brazilian_cnh, Reach.ANY, "licence", source="CONTRAN", examples=("CNH 12345678900",), counter=("CNH 12345678901",)),
    Row("br_pis", "pis|pasep|=NIS|nit|pis pasep", "### ##### ## #", checks.brazilian_pis, source="Caixa", examples=("PIS 120.12345.67-2",), counter=("PIS 120.12345.67-9",)),
    Row("br_health", "cartão nacional de saúde|cartão sus|cns", "### #### #### ####", checks.brazilian_cns, source="DATASUS", examples=("CNS 898 0000 0004 3208",), counter=("CNS 898 0000 0004 3209",)),
    Row("br_rg", "registro geral|=RG|numero rg|carteira de identidade", r"##?\.###\.###-?[0-9X]", None, Reach.JOINED, source="Lei 7.116/1983", examples=("registro geral 12.345.678-X",), counter=("12.345.678-9",)),
    Row("br_voter", "título de eleitor|título eleitoral", "#### #### ####", None, Reach.JOINED, source="TSE", examples=("título de eleitor 1023 8501 0671",), counter=("1023 8501 0671",)),
    Row("ar_cuil", "cuil|cuit|código único de identificación laboral", "## ######## #", checks.cuil, Reach.ANY, source="ANSES", examples=("CUIL 20-05536168-2",), counter=("CUIL 20-05536168-3", "CUIT 30-50001091-2")),
    Row(
        "cl_rut", "rut|rol único|cédula de identidad|chilean id", r"##? ### ### [0-9K]", "cl.rut", Reach.ANY, alone=r"##?\.###\.###-[0-9K]", anchor=r"[0-9]\.[0-9]{3}-[0-9K]",
        source="Registro Civil de Chile", examples=("RUT 12531909-2",), bare=("12.531.909-2",), counter=("12.531.909-3", "12531909-2"),
    ),
    Row("latin_dni", "dni|documento nacional de identidad|nro documento|nro de documento|num documento", "##? ### ###(?: [0-9A-K])?", None, Reach.JOINED, source="RENAPER; RENIEC", examples=("DNI 20.123.456", "DNI: 30123456"), counter=("dni 2012", "20.123.456")),
    Row("pe_cui", "cui|dni|código único de identificación", "#{8}[ -]?[0-9A-K]", "pe.cui", source="RENIEC", examples=("CUI 10117410-2",), counter=("CUI 10117410-3",)),
    Row("do_cedula", "cédula|cedula|dominican id", "### ####### #", "do.cedula", Reach.ANY, source="JCE", examples=("cédula 00113918205",), counter=("00113918204",)),
    Row("ec_ci", "cédula|=CI|ecuadorian id", "#{9}-?#", "ec.ci", source="Registro Civil del Ecuador", examples=("cédula 171430710-3",), counter=("171430710-4",)),
    Row(
        "cr_dimex", "cédula de residencia|dimex|documento de identidad migratorio", "1#{10,11}", "cr.cr", Reach.JOINED,
        source="DGME de Costa Rica, DIMEX", examples=("DIMEX: 155812994816", "cédula de residencia 184000074805"), counter=("155812994816", "DIMEX 255812994816"),
    ),
    Row("cr_fisica", "cédula", "0?[1-9]-?#{4}-?#{4}", "cr.cpf", source="TSE de Costa Rica", examples=("cédula 3-0455-0175",), counter=("3-0455-0175",)),
    Row("latin_cedula", _CEDULA, r"(?:[VE]-?)?(?:[0-9]{1,3}(?:\.[0-9]{3}){2,3}(?:-[0-9])?|[0-9]{3}-[0-9]{6,7}-[0-9]{1,4}[A-Z]?|[0-9]-[0-9]{3,4}-[0-9]{3,5}|[0-9]{6,14}(?:-[0-9])?)", None, Reach.JOINED, source="national registers", examples=("cédula de ciudadanía 1.020.304.050", "cédula V-12345678"), counter=("1.020.304.050",)),
    Row("gt_dpi", "dpi|cui|documento personal de identificación", "#### ##### ####", None, Reach.JOINED, source="RENAP", examples=("DPI 2520 12345 0101",), counter=("2520 12345 0101",)),
    Row("sv_dui", "dui|documento único de identidad", "#{8}-#", None, Reach.JOINED, source="RNPN", examples=("DUI 04567890-1",), counter=("04567890-1",)),
    Row("cu_ni", "carné de identidad|carnet de identidad|número de identidad", "#{11}", "cu.ni", Reach.ANY, source="DIIE", examples=("carné de identidad 91021027775",), counter=("carne 91021027775",)),
)  # fmt: skip
