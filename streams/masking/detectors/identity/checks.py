"""Checks of national numbers that python-stdnum has not, or not in this form; each takes digits and capitals only."""

from typing import Final

from streams.masking.validators import (
    day_exists,
    iban_valid,
    luhn,
    mod11_digit,
    short_year_day_exists,
    stdnum_valid,
    weighted,
)

__all__ = [
    "atin", "australian_medicare", "belarusian", "brazilian_cnh", "brazilian_cns", "brazilian_pis", "chinese", "clabe", "cuil", "czech_account", "danish",
    "date_first", "dea", "driving_gb", "egyptian", "emirates", "finnish", "french_nir", "german_health",
    "german_pension", "hong_kong", "hungarian_account", "hungarian_health", "hungarian_person", "hungarian_tax", "icelandic",
    "iranian", "kazakh", "korean", "latvian", "luxembourg", "mbi", "moldovan",
    "new_zealand_nhi", "nino", "npi", "polish_account", "polish_card", "portuguese_nif", "portuguese_niss", "rfc",
    "scottish_chi", "singapore", "snils", "south_african", "spanish_social", "swedish", "taiwanese",
]  # fmt: skip


def _century_day(number: str, first: int = 0) -> bool:
    return short_year_day_exists(
        number[first : first + 2], number[first + 2 : first + 4], number[first + 4 : first + 6]
    )


def date_first(number: str) -> bool:
    """Whether six digits YYMMDD begin the number."""
    return _century_day(number)


def swedish(number: str) -> bool:
    """Date and Luhn digit; a coordination number has 60 added to the day (Skatteverket, SKV 704)."""
    digits = number.replace("-", "").replace("+", "")[-10:]
    if len(digits) != 10 or not digits.isdigit():
        return False
    day = int(digits[4:6])
    return short_year_day_exists(digits[:2], digits[2:4], str(day - 60 if day > 60 else day)) and luhn(digits)


def finnish(number: str) -> bool:
    """Date and check character (Finnish Digital and Population Data Services Agency)."""
    digits = number[:6] + number[7:10]
    if len(number) != 11 or not digits.isdigit():
        return False
    return (
        short_year_day_exists(number[4:6], number[2:4], number[:2])
        and "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(digits) % 31] == number[10]
    )


def danish(number: str) -> bool:
    """DDMMYY; the check digit has not been kept since 2007 (CPR-kontoret)."""
    return short_year_day_exists(number[4:6], number[2:4], number[:2])


def latvian(number: str) -> bool:
    """DDMMYY, or a number since 2017 that begins with 32 to 39 (Latvian Population Register Law)."""
    return "32" <= number[:2] <= "39" or short_year_day_exists(number[4:6], number[2:4], number[:2])


def icelandic(number: str) -> bool:
    """A person's kennitala; a company's has 40 added to the day (Registers Iceland)."""
    return int(number[:2]) <= 31 and stdnum_valid("is_.kennitala", number)


def french_nir(number: str) -> bool:
    """Thirteen characters with month and department, or fifteen with their key (INSEE, decree 82-103)."""
    if len(number) == 15:
        return stdnum_valid("fr.nir", number)
    month = int(number[3:5])
    return 1 <= month <= 12 or 20 <= month <= 42 or month >= 50


def german_pension(number: str) -> bool:
    """Area, date, initial, serial, check digit (VKVV section 2, DEUeV annex 8)."""
    digits = number[:8] + f"{ord(number[8]) - 64:02d}" + number[9:11]
    total = sum(
        sum(divmod(int(digit) * weight, 10))
        for digit, weight in zip(digits, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=True)
    )
    day = int(number[2:4])
    return 1 <= (day - 50 if day > 50 else day) <= 31 and 0 <= int(number[4:6]) <= 12 and total % 10 == int(number[11])


def german_health(number: str) -> bool:
    """A letter and nine digits, Luhn over the letter's place in the alphabet (GKV, SGB V section 290)."""
    digits = f"{ord(number[0]) - 64:02d}" + number[1:9]
    total = sum(sum(divmod(int(digit) * (1 + place % 2), 10)) for place, digit in enumerate(digits))
    return total % 10 == int(number[9])


def hungarian_health(number: str) -> bool:
    """TAJ: weights 3 and 7, mod 10 (Act XX of 1996, annex)."""
    return weighted(number[:8], (3, 7) * 4) % 10 == int(number[8])


def hungarian_tax(number: str) -> bool:
    """Adóazonosító jel: begins with 8, weights 1 to 9, mod 11 (Act XX of 1996, annex)."""
    return number[0] == "8" and weighted(number[:9], tuple(range(1, 10))) % 11 == int(number[9])


def hungarian_person(number: str) -> bool:
    """Személyi azonosító: sex and century, YYMMDD, serial; weights up to 1996, down since (Act XX of 1996, annex)."""
    up = weighted(number[:10], tuple(range(1, 11))) % 11
    down = weighted(number[:10], tuple(range(10, 0, -1))) % 11
    return _century_day(number, 1) and int(number[10]) in (up, down)


def luxembourg(number: str) -> bool:
    """YYYYMMDD, serial, Luhn digit and Verhoeff digit (CTIE, matricule)."""
    return (
        day_exists(int(number[:4]), int(number[4:6]), int(number[6:8]))
        and luhn(number[:12])
        and stdnum_valid("verhoeff", number[:11] + number[12])
    )


#: What a letter counts in identity documents (ICAO 9303, part 3, section 4.9).
_ICAO: Final = {char: value for value, char in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}


def polish_card(number: str) -> bool:
    """Three letters, a check digit, five digits (Polish identity card, weights 7, 3, 1)."""
    values = [_ICAO[char] for char in number]
    rest = values[:3] + values[4:]
    return sum(value * weight for value, weight in zip(rest, (7, 3, 1, 7, 3, 1, 7, 3), strict=True)) % 10 == values[3]


def portuguese_nif(number: str) -> bool:
    """A person's NIF begins with 1, 2, 3 or 45 (Autoridade Tributária)."""
    return (number[0] in "123" or number[:2] == "45") and stdnum_valid("pt.nif", number)


def portuguese_niss(number: str) -> bool:
    """NISS of a person, begins with 1 or 2 (Instituto de Informática, weights of primes)."""
    return 9 - weighted(number[:10], (29, 23, 19, 17, 13, 11, 7, 5, 3, 2)) % 10 == int(number[10])


def spanish_social(number: str) -> bool:
    """Province, eight digits, two check digits by 97; a serial below ten million without leading zeros counts."""
    province, serial, check = number[:2], number[2:10], int(number[10:12])
    short = province + serial[1:] if serial[0] == "0" else province + serial
    return int(short) % 97 == check or int(province + serial) % 97 == check


def moldovan(number: str) -> bool:
    """IDNP: begins with 0, 2 or 09, weights 7, 3, 1 (Agenția Servicii Publice)."""
    return number[0] in "02" and weighted(number[:12], (7, 3, 1) * 4) % 10 == int(number[12])


def snils(number: str) -> bool:
    """Weights 9 to 1, mod 101 (Pension Fund of Russia, resolution 192p)."""
    total = weighted(number[:9], tuple(range(9, 0, -1))) % 101 % 100
    return total == int(number[9:])


def kazakh(number: str) -> bool:
    """YYMMDD, century and sex, weights mod 11 twice (Republic of Kazakhstan, law 223-III)."""
    first = weighted(number[:11], tuple(range(1, 12))) % 11
    if first == 10:
        first = weighted(number[:11], (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)) % 11
    return _century_day(number) and number[6] in "0123456" and first == int(number[11])


def nino(number: str) -> bool:
    """A prefix that is given out (HMRC, NIM39110)."""
    return number[:2] not in ("BG", "GB", "NK", "KN", "TN", "NT", "ZZ")


def scottish_chi(number: str) -> bool:
    """DDMMYY and a mod 11 digit (NHS Scotland, Community Health Index)."""
    return short_year_day_exists(number[4:6], number[2:4], number[:2]) and mod11_digit(
        weighted(number[:9], tuple(range(10, 1, -1)))
    ) == int(number[9])


def driving_gb(number: str) -> bool:
    """Decade, month (50 more for women), day and year digit between name and initials (DVLA)."""
    month = int(number[6:8])
    return 1 <= (month - 50 if month > 50 else month) <= 12 and 1 <= int(number[8:10]) <= 31


def atin(number: str) -> bool:
    """An adoption taxpayer number: 9xx-93-xxxx (IRS, Internal Revenue Manual 3.13.40)."""
    return number[0] == "9" and number[3:5] == "93"


def mbi(number: str) -> bool:
    """A Medicare beneficiary identifier: none of S, L, O, I, B, Z (CMS, MBI format)."""
    return not set("SLOIBZ") & set(number)


def dea(number: str) -> bool:
    """A registrant's letters and seven digits with a checksum (DEA, 21 CFR 1301)."""
    digits = [int(char) for char in number[2:]]
    return (digits[0] + digits[2] + digits[4] + 2 * (digits[1] + digits[3] + digits[5])) % 10 == digits[6]


def brazilian_cnh(number: str) -> bool:
    """Carteira Nacional de Habilitação: two digits mod 11 (CONTRAN, resolution 886)."""
    first = weighted(number[:9], tuple(range(9, 0, -1))) % 11
    second = weighted(number[:9], tuple(range(1, 10))) % 11
    less = 2 if first == 10 else 0
    first = 0 if first == 10 else first
    second = (second - less) % 11 if second != 10 else 0
    return len(set(number)) > 1 and number[9:] == f"{first}{0 if second == 10 else second}"


def brazilian_pis(number: str) -> bool:
    """PIS, PASEP, NIS: weights 3 2 9 to 2, mod 11 (Caixa Econômica Federal)."""
    rest = 11 - weighted(number[:10], (3, 2, 9, 8, 7, 6, 5, 4, 3, 2)) % 11
    return len(set(number)) > 1 and (0 if rest > 9 else rest) == int(number[10])


def brazilian_cns(number: str) -> bool:
    """Cartão Nacional de Saúde: weights 15 to 1, mod 11 (DATASUS)."""
    return number[0] in "12789" and weighted(number, tuple(range(15, 0, -1))) % 11 == 0


def cuil(number: str) -> bool:
    """A person's CUIL or CUIT begins with 20, 23, 24, 25, 26 or 27 (ANSES, AFIP)."""
    return number[:2] in ("20", "23", "24", "25", "26", "27") and stdnum_valid("ar.cuit", number)


def rfc(number: str) -> bool:
    """Letters, YYMMDD and three characters of homonymy and check (SAT, Registro Federal de Contribuyentes)."""
    return _century_day(number, len(number) - 9)


def korean(number: str) -> bool:
    """YYMMDD and the digit of century, sex and nationality; since October 2020 there is no check digit (MOIS)."""
    return _century_day(number)


def chinese(number: str) -> bool:
    """Region, YYYYMMDD, serial and check character, MOD 11-2 (GB 11643-1999)."""
    return day_exists(int(number[6:10]), int(number[10:12]), int(number[12:14])) and stdnum_valid(
        "iso7064.mod_11_2", number
    )


#: What the first letter of a Taiwanese number stands for (Ministry of the Interior, household registration).
_TAIWAN: Final = {letter: 10 + place for place, letter in enumerate("ABCDEFGHJKLMNPQRSTUVXYWZIO")}


def taiwanese(number: str) -> bool:
    """A county's letter, sex (residents: 8, 9, A to D), seven digits and a check digit."""
    first = _TAIWAN[number[0]]
    second = _TAIWAN[number[1]] % 10 if number[1].isalpha() else int(number[1])
    total = first // 10 + first % 10 * 9 + second * 8 + weighted(number[2:9], (7, 6, 5, 4, 3, 2, 1)) + int(number[9])
    return total % 10 == 0


def hong_kong(number: str) -> bool:
    """One or two letters, six digits, a check character mod 11 (Hong Kong Immigration Department)."""
    values = [36 if len(number) == 8 else 0, *(_ICAO[char] for char in number[:-1])]
    total = sum(value * weight for value, weight in zip(values[-8:], (9, 8, 7, 6, 5, 4, 3, 2), strict=True))
    return (total + _ICAO[number[-1]]) % 11 == 0


def emirates(number: str) -> bool:
    """784, year of birth, serial, Luhn digit (ICP)."""
    return 1900 <= int(number[3:7]) <= 2100 and luhn(number)


def south_african(number: str) -> bool:
    """YYMMDD, sex, citizenship (0 citizen, 1 permanent resident, 2 refugee), Luhn digit (Identification Act 68 of 1997)."""
    return _century_day(number) and luhn(number)


def egyptian(number: str) -> bool:
    """Century, YYMMDD, governorate (Egyptian Ministry of Interior)."""
    year = (1900 if number[0] == "2" else 2000) + int(number[1:3])
    return day_exists(year, int(number[3:5]), int(number[5:7])) and (1 <= int(number[7:9]) <= 35 or number[7:9] == "88")


def iranian(number: str) -> bool:
    """کد ملی: weights 10 to 2, mod 11 (National Organization for Civil Registration)."""
    rest = weighted(number[:9], tuple(range(10, 1, -1))) % 11
    return len(set(number)) > 1 and int(number[9]) == (rest if rest < 2 else 11 - rest)


def australian_medicare(number: str) -> bool:
    """Eight digits with weights 1 3 7 9, a check digit, the issue number (Services Australia)."""
    return weighted(number[:8], (1, 3, 7, 9) * 2) % 10 == int(number[8])


def new_zealand_nhi(number: str) -> bool:
    """Three letters without I and O, three digits, a check digit or, since 2019, two digits and two letters (HISO 10046)."""
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    values = [letters.index(char) + 1 if char.isalpha() else int(char) for char in number]
    total = sum(value * weight for value, weight in zip(values[:6], (7, 6, 5, 4, 3, 2), strict=True))
    if number[-1].isalpha():
        return 23 - total % 23 == values[6] or (24 - total % 24) % 24 == values[6] % 24
    return total % 11 != 0 and (11 - total % 11) % 10 == values[6]


def belarusian(number: str) -> bool:
    """Century and sex, DDMMYY, region, serial, nationality (Ministry of Internal Affairs of Belarus)."""
    return short_year_day_exists(number[5:7], number[3:5], number[1:3])


def singapore(number: str) -> bool:
    """NRIC or FIN with its check letter (ICA; weights 2 7 6 5 4 3 2, series T, G and M shifted)."""
    series = number[0]
    total = weighted(number[1:8], (2, 7, 6, 5, 4, 3, 2)) + {"S": 0, "F": 0, "T": 4, "G": 4, "M": 3}[series]
    if series == "M":
        return "KLJNPQRTUWX"[10 - total % 11] == number[8]
    return ("JZIHGFEDCBA" if series in "ST" else "XWUTRQPNMLK")[total % 11] == number[8]


def clabe(number: str) -> bool:
    """Weights 3, 7 and 1 over 17 digits, the last digits of the products summed (Banco de México, CLABE)."""
    total = sum(int(digit) * (3, 7, 1)[place % 3] % 10 for place, digit in enumerate(number[:17]))
    return -total % 10 == int(number[17])


def polish_account(number: str) -> bool:
    """An account without its country, whose first two digits are those of the IBAN (NBP, NRB)."""
    return iban_valid("PL" + number)


def hungarian_account(number: str) -> bool:
    """Weights 9, 7, 3 and 1 over the bank's eight digits, and over the eight or sixteen behind them (MNB, GIRO)."""
    return all(
        sum(int(digit) * (9, 7, 3, 1)[place % 4] for place, digit in enumerate(part)) % 10 == 0
        for part in (number[:8], number[8:])
    )


def czech_account(number: str) -> bool:
    """Prefix and number before a bank's four digits, with the dash between them (ČNB)."""
    return stdnum_valid("cz.bankaccount", f"{number[:-4]}/{number[-4:]}")


def npi(number: str) -> bool:
    """A Luhn digit over the number behind the prefix of health care in the United States (45 CFR 162.406)."""
    return luhn("80840" + number)
