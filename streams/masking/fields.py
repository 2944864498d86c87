"""What a field's name says about its value.

A name is split into segments (`userEmail`, `user_email`, `user-email` and `USER.EMAIL` are all `user`, `email`), plurals
and neutral tails (`value`, `hash`, a number) are dropped, and the last segments, joined, are looked up. Nothing is ever
compared as a substring: `license` does not contain a `lic`, `service_name` is no person's name.
"""

import re
from dataclasses import dataclass
from typing import Final

from streams.masking.kinds import Kind

__all__ = ["FIELD_ANCHORS", "Field", "field_of", "is_person_word"]


@dataclass(frozen=True, slots=True)
class Field:
    """The kind that a name promises; `needs` is what its value must look like to keep the promise."""

    kind: Kind
    needs: str


#: Names by kind and need, segments joined by underscores. A name that begins with `=` holds only as the whole of the
#: last path element, one that begins with `?` only behind a word for a person (see `_PERSONS`).
_NAMES: Final[tuple[tuple[Kind, str, str], ...]] = (
    ("email", "email", """
        email e_mail email_address e_mail_address email_addr mail_address email_id mail =to_email =from_email
        correo correo_electronico courriel eposta e_posta
        """),
    ("phone", "digits", """
        phone phone_number phone_no phone_num telephone telephone_number mobile mobile_number mobile_no mobile_phone cell
        cell_phone cell_number cellphone msisdn fax fax_number =tel whatsapp whatsapp_number caller_id calling_number called_number
        home_phone work_phone contact_number telefon telefonnummer handynummer telefono telefone telefoonnummer celular =gsm
        """),
    ("name", "words", """
        first_name last_name given_name family_name middle_name sur_name full_name display_name maiden_name nick_name
        real_name legal_name birth_name holder_name card_holder card_holder_name name_on_card account_holder
        account_holder_name beneficiary_name recipient_name sender_name cardholder vorname nachname familienname
        prenom nom_de_famille apellido apellidos cognome voornaam achternaam imie nazwisko sobrenome
        person_name contact_name patient_name customer_name employee_name passenger_name guest_name member_name
        owner_name author_name user_full_name ?name patient =fname =lname =fullname payee payer_name shipping_name billing_name
        """),
    ("username", "login", """
        user_name login_name login_id log_in_name screen_name preferred_username sam_account_name logon_name logon_user
        remote_user auth_user db_user effective_user =login =user =handle =username =logname =ruser =usr =upn =nickname
        benutzername nom_utilisateur nombre_usuario
        """),
    ("address", "street", """
        street street_address street_name street_line address_line home_address postal_address mailing_address billing_address
        shipping_address delivery_address residential_address =address full_address strasse anschrift adresse direccion
        endereco indirizzo
        """),
    ("address", "postcode", """
        postal_code post_code zip_code =zip postcode zipcode plz codigo_postal code_postal
        """),
    ("vitals", "short", """
        date_of_birth birth_date birth_day =dob geburtsdatum fecha_nacimiento date_naissance data_nascita data_nascimento
        =age ?age =gender ?gender =sex ?sex geschlecht card_cvv card_cvc =cvv =cvc =cvv2 =cvc2 =csc card_security_code cvv_code
        card_expiry card_exp expiry_month expiry_year exp_month exp_year card_expiration =pin pin_code card_pin =ethnicity
        marital_status blood_type
        """),
    ("user", "id", """
        user_id user_uid user_uuid user_guid user_identifier =uid =sub =usr_id userid actor_id viewer_id person_id employee_id
        staff_id ?id distinct_id visitor_id profile_id account_user_id login_user_id end_user_id enduser_id =enduser.id
        """),
    ("customer", "id", """
        customer_id customer_no customer_number customer_uuid customer_ref cust_id cust_no member_id member_number patient_id
        patient_number subscriber_id passenger_id student_id policy_holder_id guest_id buyer_id shopper_id rider_id
        medical_record_number =mrn kundennummer kunden_nr customerid
        """),
    ("session", "id", """
        session_id session_key session_uuid =sid session_state =jsessionid =phpsessid sess_id =asp_net_session_id connect_sid
        """),
    ("card", "digits", """
        card_number card_no card_num credit_card credit_card_number debit_card_number cc_number cc_num =pan =ccnum primary_account_number
        payment_card card_pan kartennummer
        """),
    ("iban", "account", """
        iban iban_number
        """),
    ("account", "account", """
        account_number account_no account_num acct_number acct_no acct_num bank_account bank_account_number routing_number
        sort_code bank_routing_number kontonummer
        """),
    ("national_id", "document", """
        ssn social_security social_security_number social_security_no national_id national_id_number national_identity_number
        nationalid =sin =nino national_insurance_number nhs_number nric aadhaar aadhaar_number =cpf =curp =pesel =bsn =dni =nie
        tax_id tax_number tax_payer_id taxpayer_id tin itin personal_number personnummer personal_code personal_id
        citizen_id identity_number id_card_number id_card fiscal_code codice_fiscale =rut =rrn =egn =cnp =oib steuer_id
        personal_identity_code identity_card_number medicare_number =tfn ssn_last4 id_number national_identifier
        identification_number
        """),
    ("passport", "document", """
        passport passport_number passport_no passport_num reisepass travel_document_number
        """),
    ("licence", "document", """
        driver_license driver_licence drivers_license drivers_licence driving_license driving_licence driver_license_number
        driving_licence_number drivers_license_number driver_license_no dl_number =dln fuehrerschein
        """),
    ("plate", "document", """
        license_plate licence_plate number_plate plate_number registration_plate vehicle_registration
        """),
    ("device", "id", """
        device_id imei imsi iccid =idfa =gaid =idfv advertising_id android_id =udid device_uuid device_serial
        """),
    ("mac", "mac", """
        mac mac_address mac_addr hw_addr hwaddr bssid
        """),
    ("location", "number", """
        latitude longitude =lat =lng =lon =long geo_location coordinates lat_lng geo_point
        """),
    ("secret", "secret", """
        password passwd passphrase pass_word pass_phrase pwd =pass db_pass user_pass smtp_pass password_confirmation secret
        client_secret app_secret shared_secret
        secret_key secret_access_key private_key api_key apikey api_token api_secret access_key access_token refresh_token id_token
        auth_token bearer_token session_token security_token csrf_token xsrf_token device_token push_token reset_token
        verification_token registration_token =token user_token bot_token oauth_token jwt_token signing_key encryption_key master_key
        account_key storage_key service_key license_key =credential credentials =otp otp_code one_time_password totp mfa_code
        verification_code passcode pass_code auth_code authorization_code =x_api_key x_auth_token =client_assertion
        =saml_response =saml_request =assertion webhook_secret kennwort passwort contrasena mot_de_passe senha wachtwoord haslo
        connection_string =accountkey =sharedaccesskey sharedaccesssignature security_answer personal_access_token =pat use_auth_token
        hf_token github_token gitlab_token npm_token slack_token signature_key web_hook_url webhook_url private_token deploy_token
        job_token runner_token sonar_login sonar_token origin_ca consumer_secret consumer_key token_secret
        """),
    ("secret", "authorization", """
        =authorization =proxy_authorization =x_authorization =www_authenticate_token =auth_header authorization_header =auth
        """),
    ("secret", "cookie", """
        =cookie =cookies =set_cookie =cookie2 cookie_header
        """),
)  # fmt: skip

#: Words that make a bare `name` or `age` behind or below them a person's.
_PERSONS: Final = frozenset(
    """
    user users customer client person people patient employee owner author member contact guest passenger student staff
    recipient sender buyer seller holder cardholder account_holder applicant beneficiary subscriber visitor driver rider
    actor profile account_owner assignee reporter manager teacher parent child spouse tenant_user subject identity
    shipping billing payer payee operator admin agent_name doctor nurse requester approver creator editor viewer
    userinfo user_info personal participant attendee citizen resident traveller traveler claims
    """.split()
)

#: Of these, words whose bare `id` names a program or a thing as well, and words whose `id` is a customer's.
_NOT_BY_ID: Final = frozenset("client operator identity shipping billing payment personal claims agent".split())
_CUSTOMERS: Final = frozenset("customer patient member subscriber passenger student guest buyer rider holder".split())

#: Tails that do not change whose value it is.
_NEUTRAL: Final = frozenset(
    "value raw str string text hash hashed plain encoded encrypted input param field new old original".split()
)

_SEGMENT: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_a-zA-Z]+")


def _spellings() -> tuple[dict[str, Field], dict[str, Field], dict[str, Field]]:
    anywhere: dict[str, Field] = {}
    whole: dict[str, Field] = {}
    person: dict[str, Field] = {}
    for kind, needs, names in _NAMES:
        for name in names.split():
            table = whole if name[0] == "=" else person if name[0] == "?" else anywhere
            table[re.sub(r"[=?_.]", "", name)] = Field(kind, needs)
    return anywhere, whole, person


_ANYWHERE, _WHOLE, _BEHIND_PERSON = _spellings()

#: What may join the segments of a name, as a hyperscan expression.
_JOIN: Final = r"[_\-. ]?"

#: What stands between a name and its sign: quotes at any nesting, white space.
_SIGN: Final = r"\\*[\"'`\]]?[ \t]{0,16}[:=]"

#: Behind a name that holds with more words behind it, and behind one that has to be the last.
_MORE: Final = r"[a-z0-9_\-. ]{0,24}" + _SIGN
_LAST: Final = rf"s?(?:{_JOIN}(?:{'|'.join(sorted(_NEUTRAL))}|[0-9]{{1,4}}))?" + _SIGN

#: Before a name that has to be a whole element: no letter, but for the letter of an escaped line end.
_START: Final = r"(?:[^a-z0-9]|\\[nrtbf]|http)"


#: Names this short stand inside too many words (`waiting` holds a `tin`) to be looked for without a start, in letters.
_SHORT: Final = 4


def _spelled(name: str) -> str:
    return _JOIN.join(re.split(r"[_.]", name.lstrip("=?")))


def _of_persons(names: list[str]) -> list[str]:
    """Names that hold behind a word for a person (`user_id`, `customers.name`), or below one as whole quoted keys."""
    last = "|".join(sorted(name[1:] for name in names))
    persons = {_SEGMENT.findall(word)[-1] for word in _PERSONS}
    return [
        *(rf"{word}s{{0,3}}[_\-. $@]{{0,3}}(?:{last}){_LAST}" for word in sorted(persons)),
        *(rf"[\"'`]{name[1:]}\\*[\"'`]\]?[ \t]{{0,16}}[:=]" for name in names),
    ]


def _anchors() -> tuple[str, ...]:
    """One expression for each name that no other name begins; `email` also stands for `email_address`."""
    names = [name for _, _, names in _NAMES for name in names.split()]
    # Names that differ in their joins alone: the one with all of them stands for the others.
    plain = {re.sub(r"[=?_.]", "", name): name for name in sorted(names, key=len)}
    anywhere = {flat: name for flat, name in plain.items() if name[0] not in "=?"}
    first = [
        name
        for flat, name in anywhere.items()
        if not any(flat != other and flat.startswith(other) for other in anywhere)
    ]
    return (
        *((_START if len(name) <= _SHORT else "") + _spelled(name) + _MORE for name in first),
        *(rf"(?-i:[a-z0-9]{name[0].upper()}){name[1:]}{_LAST}" for name in first if len(name) <= _SHORT),
        *(_START + _spelled(name) + _LAST for name in names if name[0] == "="),
        *_of_persons([name for name in names if name[0] == "?"]),
    )


#: Hyperscan expressions that end at the sign between a telling name and its value.
FIELD_ANCHORS: Final[tuple[str, ...]] = _anchors()


def is_person_word(name: str) -> bool:
    """Whether the last word of a key stands for a person (`user`, `billingContact`)."""
    segments = [segment.lower() for segment in _SEGMENT.findall(name)]
    return bool(segments) and (segments[-1] in _PERSONS or segments[-1].rstrip("s") in _PERSONS)


def _look_up(segments: list[str]) -> Field | None:
    for first in range(max(0, len(segments) - 5), len(segments)):
        joined = "".join(segments[first:])
        for spelling in (joined, joined.removesuffix("s"), joined.removesuffix("es")):
            if field := _ANYWHERE.get(spelling):
                return field
    return None


def field_of(key: str, parent: str = "") -> Field | None:
    """The field that a key names, or None.

    `key` is one path element or a dotted path as logs flatten it; `parent` is the key of the enclosing object where it
    is known, for names such as `name` that mean a person only below one.
    """
    segments = [segment.lower() for segment in _SEGMENT.findall(key)]
    while len(segments) > 1 and (segments[-1] in _NEUTRAL or segments[-1].isdigit()):
        segments.pop()
    if not segments:
        return None
    if field := _look_up(segments):
        return field
    element = [segment.lower() for segment in _SEGMENT.findall(key.rpartition(".")[2])] or segments
    if len(element) > 1 and (element[-1] in _NEUTRAL or element[-1].isdigit()):
        element.pop()
    whole = "".join(element).removeprefix("http")
    if field := _WHOLE.get(whole) or _WHOLE.get(whole.removesuffix("s")):
        return field
    return _behind_person(segments, parent)


def _behind_person(segments: list[str], parent: str) -> Field | None:
    field = _BEHIND_PERSON.get(segments[-1]) or _BEHIND_PERSON.get(segments[-1].removesuffix("s"))
    whose = segments[-2] if len(segments) > 1 else parent
    if field is None or not is_person_word(whose):
        return None
    if field.needs != "id":
        return field
    word = _SEGMENT.findall(whose)[-1].lower()
    if word.removesuffix("s") in _NOT_BY_ID or word in _NOT_BY_ID:
        return None
    return Field("customer", "id") if word.removesuffix("s") in _CUSTOMERS else field
