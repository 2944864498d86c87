"""What a field's name says about its value.

A name is split into segments (`userEmail`, `user_email`, `user-email` and `USER.EMAIL` are all `user`, `email`), plurals
and neutral tails (`value`, `hash`, a number) are dropped, and the last segments, joined, are looked up. Nothing is ever
compared as a substring: `license` does not contain a `lic`, `service_name` is no person's name.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from streams.masking.kinds import Kind

__all__ = [
    "NAMES", "NEUTRAL", "PERSONS", "SEGMENT", "Field", "field_of", "is_person_word", "is_thing", "of_things",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """The kind that a name promises; `needs` is what its value must look like to keep the promise."""

    kind: Kind
    needs: str


#: Names by kind and need, segments joined by underscores. A name that begins with `=` holds only as the whole of the
#: last path element, one that begins with `?` only behind a word for a person (see `PERSONS`).
NAMES: Final[tuple[tuple[Kind, str, str], ...]] = (
    ("email", "email", """
        email e_mail email_address e_mail_address email_addr mail_address email_id mail =to_email =from_email mailbox_address sender_address recipient_address
        vpa upi_id virtual_payment_address reply_to =mail_from =rcpt_to envelope_from envelope_to correo correo_electronico courriel adresse_mail adresse_electronique eposta e_posta epost e_post
        e_mail_adresse email_adresse mailadresse indirizzo_email endereco_email sahkoposti sähköposti почта электронная_почта 邮箱 電子郵件 メール メールアドレス 이메일
        电子邮箱 电子邮件 邮箱地址 電子信箱 電郵 이메일주소 адрес_электронной_почты эл_почта електронна_пошта indirizzo_e_mail endereço_de_email דואר_אלקטרוני البريد_الإلكتروني
        """),
    ("phone", "digits", """
        phone phone_number phone_no phone_num telephone telephone_number telephone_no mobile mobile_number mobile_no mobile_phone cell
        cell_phone cell_number cellphone msisdn fax fax_number fax_no =tel =tel_no whatsapp whatsapp_number caller_id calling_number called_number
        calling_party_number called_party_number =ani =dnis =mdn =ctn caller_number callee_number caller_id_num caller_id_number callerid_num =destination_number home_phone work_phone contact_number contact_no sms_number
        telefon telefonnummer handynummer handy_nummer mobilnummer rufnummer festnetz telefono teléfono telefone telefoonnummer telefoon celular movil móvil portable_number
        numero_telephone numero_de_telephone numero_telefono cellulare telemovel puhelin puhelinnumero telefonnr mobiltelefon komorka =gsm =gsm_no
        телефон мобильный 电话 手机 手机号 手机号码 電話 電話番号 携帯電話 전화번호 휴대폰
        номер_телефона мобильный_телефон контактный_телефон 电话号码 联系电话 联系方式 移动电话 携帯番号 携帯電話番号 電話號碼 手機 手機號碼 연락처 핸드폰 휴대전화 휴대폰번호
        numer_telefonu nr_telefonu telefonszám telefonszam telefonní_číslo telefonni_cislo broj_telefona numar_telefon telefono_numeris τηλέφωνο τηλεφωνο κινητό טלפון טלפון_נייד رقم_الهاتف الهاتف
        so_dien_thoai số_điện_thoại =sdt no_telepon nomor_telepon no_hp nomor_hp เบอร์โทร เบอร์โทรศัพท์
        """),
    ("name", "words", """
        first_name last_name given_name family_name middle_name sur_name full_name display_name maiden_name preferred_name chosen_name former_name previous_name married_name nick_name fore_name
        real_name legal_name birth_name holder_name card_holder card_holder_name name_on_card account_holder second_name
        account_holder_name beneficiary_name recipient_name sender_name cardholder vorname nachname familienname geburtsname vollständiger_name
        prenom prénom nom_de_famille nom_famille nom_complet apellido apellidos primer_apellido segundo_apellido nombre_completo nombres cognome nome_completo
        voornaam achternaam volledige_naam imie nazwisko sobrenome fornamn efternamn fornavn efternavn etternavn förnamn jméno příjmení imię etunimi sukunimi jmeno prijmeni soyad soyadi
        keresztnev vezeteknev prenume nume_familie ime_prezime
        person_name contact_name patient_name customer_name employee_name passenger_name guest_name member_name subscriber_name student_name driver_name
        owner_name author_name user_full_name ?name ?nm ?first ?last patient =fname =lname =mname =fullname payee payer_name shipping_name billing_name buyer_name seller_name
        requester_name reporter_name assignee_name approver_name creator_name doctor_name physician_name insured_name signer_name attendee_name applicant_name
        prezime priimek eesnimi perekonnanimi vardas pavarde pavardė uzvards uzvārds vezetéknév keresztnév utónév utonev teljes_név teljes_nev születési_név apellido_paterno apellido_materno
        apellido_1 apellido_2 nome_e_cognome imie_i_nazwisko imię_i_nazwisko ad_soyad adi_soyadi adı_soyadı soyadı isim_soyisim ho_ten ho_va_ten họ_tên họ_và_tên nama_lengkap nama_depan
        nama_belakang nume_complet kontoinhaber karteninhaber ansprechpartner titular_tarjeta nome_titular όνομα_επώνυμο ονοματεπώνυμο επώνυμο επωνυμο eponymo onomateponymo
        прізвище по_батькові піб презиме полное_имя имя_отчество שם_פרטי שם_משפחה שם_מלא الاسم_الأول اسم_العائلة الاسم_الكامل
        真实姓名 客户姓名 用户姓名 联系人 联系人姓名 收件人 收件人姓名 收货人 收货人姓名 持卡人 持卡人姓名 お名前 苗字 フルネーム フリガナ 氏名カナ 口座名義 성명 고객명 예금주
        spouse_name father_name mother_name mothers_maiden_name next_of_kin emergency_contact contact_person account_owner_name cardholdername
        debtor_name creditor_name ordering_customer =to_name =from_name =realname =global_name name_first name_last name_middle caller_name caller_id_name callerid_name
        calling_name calling_party_name called_name called_party_name callee_name callee_id_name 姓名 氏名 名前 이름 имя фамилия отчество фио
        """),
    ("name", "full_name", """
        =customer =passenger =author =authors =assignee =reporter =employee =payer =payee =beneficiary =recipient =addressee =consignee =attendee =applicant
        =claimant =insured =policy_holder =created_by =updated_by =modified_by =deleted_by =approved_by =requested_by =submitted_by =assigned_to =reviewed_by =signed_by
        =reviewer =approver =requester =committer =commit_author =owner =contact =cn =gecos =nom =nome =naam =nombre =account_name =initiating_process_account_name =initiating_account_name =target_account_name =doctor
        =uploaded_by =changed_by =last_modified_by =initiated_by =performed_by =signatory
        =opened_by =closed_by =resolved_by =invited_by =granted_by =actor =identity =navn =nafn =nama =namn =nimi =nume =ime =név =ονομα =όνομα =onoma =الاسم
        """),
    ("name", "whole_name", """
        =who =holder =visitor =guest =student =pupil =learner =teacher =instructor =tutor =trainer =player =subscriber =courier =rider =cashier =buyer =shopper
        =traveller =traveler =resident =participant =candidate =spouse =guardian =witness =technician =nurse =physician =therapist =pharmacist
        =practitioner =prescriber =counselor =sender =operator =editor =uploader =initiator =invoker =submitter =requestor =invitee =inviter =impersonator =granted_to =shared_with =lessee =debtor =borrower =nominee =line_manager =hiring_manager =advisor
        """),
    ("username", "login", """
        gamertag gamer_tag player_name summoner_name in_game_name user_name login_name login_id log_in_name screen_name preferred_username sam_account_name logon_name logon_user user_principal_name
        =nickname sasl_username benutzername benutzerkennung nom_utilisateur nom_d_utilisateur nombre_usuario nombre_de_usuario nome_utente nome_usuario
        gebruikersnaam nazwa_uzytkownika anvandarnamn brukernavn brugernavn kayttajatunnus kullanici_adi kullanıcı_adı uzivatelske_jmeno käyttäjätunnus
        användarnamn nazwa_użytkownika nutzername nutzerkennung anmeldename identifiant_utilisateur felhasználónév felhasznalonev uživatelské_jméno korisnicko_ime korisničko_ime kasutajanimi vartotojo_vardas
        nume_utilizator nama_pengguna ten_dang_nhap tên_đăng_nhập имя_пользователя όνομα_χρήστη שם_משתמש اسم_المستخدم 用户账号 用戶名 사용자명
        remote_user auth_user db_user effective_user normalized_user_name =username =alternate_id =name_id 用户名 ユーザー名 логин
        """),
    ("username", "person_login", """
        =login =user =user_account =logged_on_user =enrollment_user =handle =logname =ruser =usr =usr_name =set_id =upn =suser =duser =acct =ugi =sudo_user =ssh_user =smtp_user =ftp_user =os_user =run_as =run_as_user
        =login_user =current_user =request_user =authenticated_user =auth_request_user =forwarded_user =src_user =dst_user =dest_user =source_user
        =destination_user =target_user =session_user =principal_name =benutzer =utilisateur =usuario =utente =gebruiker =skype =skype_id =telegram =twitter
        =instagram =twitter_handle =social_handle =wechat =wechat_id =github_user =github_login =slack_user =slack_name =discord_user =x_user =x_username =x_auth_user =x_forwarded_user =x_authenticated_user =x_auth_username
        """),
    ("address", "street", """
        street street_address street_name street_line address_line home_address postal_address mailing_address billing_address
        shipping_address delivery_address residential_address full_address formatted_address home_addr strasse straße anschrift adresse direccion dirección
        domicilio endereco endereço indirizzo hausanschrift wohnadresse straatnaam ulica katuosoite gatuadress work_address current_address permanent_address
        residence_address registered_address address_text strt_nm adr_line 住所 地址 주소
        收货地址 详细地址 家庭住址 家庭地址 联系地址 通讯地址 送货地址 現住所 お届け先住所 배송지 도로명주소 адрес_доставки адрес_проживания адрес_регистрации lieferadresse rechnungsadresse lieferanschrift rechnungsanschrift
        adresse_livraison adresse_de_livraison adresse_facturation adresse_de_facturation direccion_envio direccion_de_envio direccion_facturacion adres_zamieszkania lakcím lakcim bydliste bydliště heimilisfang
        alamat dia_chi địa_chỉ διεύθυνση διευθυνση כתובת العنوان ที่อยู่
        """),
    ("address", "postal", """
        =address =addr =adres =adress =osoite =adresa =adresse_postale =адрес =calle =rue =rua
        =адреса
        """),
    ("address", "postcode", """
        postal_code post_code zip_code =zip postcode zipcode plz postleitzahl codigo_postal código_postal code_postal kod_pocztowy postnummer postinumero =cep =cap =psc pin_code_postal
        =postal address_zip billing_zip shipping_zip pst_cd from_zip to_zip caller_zip called_zip irányítószám iranyitoszam posta_kodu kode_pos postkode psč 邮编 邮政编码 郵便番号 郵遞區號 우편번호 почтовый_индекс поштовий_індекс
        """),
    ("location", "place", """
        place_of_birth birth_place birth_city geburtsort lieu_naissance lieu_de_naissance lugar_nacimiento luogo_di_nascita geboorteplaats
        """),
    ("vitals", "short", """
        date_of_birth birth_date birth_day =dob =d_o_b birth_dt date_birth geburtsdatum geburtstag fecha_nacimiento fecha_de_nacimiento date_naissance
        date_de_naissance data_nascita data_di_nascita data_nascimento data_de_nascimento geboortedatum data_urodzenia fodelsedatum födelsedatum fødselsdato fodselsdato fodselsdag
        syntymaaika datum_narozeni dogum_tarihi year_of_birth birth_year 生年月日 出生日期 생년월일 дата_рождения
        syntymäaika datum_narození doğum_tarihi születési_dátum szuletesi_datum születési_idő datum_rodjenja datum_rođenja datum_rojstva data_nasterii data_nașterii sünniaeg gimimo_data dzimšanas_datums
        fæðingardagur ngay_sinh ngày_sinh tanggal_lahir tgl_lahir ημερομηνία_γέννησης дата_народження תאריך_לידה تاريخ_الميلاد =生日 出生年月 出生年月日 誕生日 생일
        =gender ?gender =sex ?sex geschlecht =sexo =sexe =sesso =geslacht =plec =cinsiyet =gender_identity card_cvv card_cvc =cvv =cvc =cvv2 =cvc2 =csc
        card_security_code cvv_code card_expiry card_exp expiry_month expiry_year exp_month exp_year card_expiration card_pin =ethnicity =ethnic_group
        =race_ethnicity =religion =nationality_at_birth sexual_orientation marital_status blood_type blood_group
        """),
    ("vitals", "age", """
        =age ?age =patient_age =user_age =edad =idade =leeftijd =wiek =lebensalter =age_years
        """),
    ("vitals", "pin", """
        =pin pin_code =pin_number =atm_pin user_pin
        """),
    ("user", "id", """
        user_id user_uid user_uuid user_guid user_identifier anonymous_id user_pseudo_id =uid =suid =duid =account_sid =initiating_process_account_sid =sub =usr_id userid actor_id viewer_id person_id employee_id
        staff_id ?id distinct_id visitor_id profile_id account_user_id login_user_id end_user_id enduser_id =enduser.id =auid user_pk user_ref user_key user_no user_number
        employee_number employee_no personalnummer personnel_number staff_number worker_id player_id contact_id lead_id author_id creator_id
        personal_nr matrikelnummer user_sid member_sid subject_audit_id subject_uid subject_real_uid steam_id steam_id64 xuid psn_id riot_id puuid sso_id ldap_uid subject_id
        """),
    ("customer", "id", """
        shopper_reference customer_id customer_no customer_number customer_uuid customer_ref customer_key cust_id cust_no cust_number member_id member_number member_no patient_id
        patient_number subscriber_id subscriber_number passenger_id student_id student_number policy_holder_id guest_id buyer_id shopper_id rider_id
        medical_record_number =mrn kundennummer kunden_nr kunden_id customerid numero_client id_cliente numero_cliente klantnummer membership_number
        membership_id loyalty_id loyalty_number frequent_flyer_number insurance_policy_number policy_holder_number donor_id
        """),
    ("session", "id", """
        session_id session_key session_uuid =ci_session =sid session_state =jsessionid =phpsessid sess_id =asp_net_session_id connect_sid
        """),
    ("card", "digits", """
        card_number card_no card_num credit_card credit_card_number debit_card_number cc_number cc_num =pan =ccnum primary_account_number
        payment_card card_pan kartennummer
        银行卡号 信用卡号 カード番号 クレジットカード番号 카드번호 номер_карты numero_carte numero_de_carte numero_tarjeta numero_de_tarjeta numero_cartao numero_carta numer_karty
        """),
    ("iban", "account", """
        iban iban_number
        """),
    ("account", "account", """
        account_number account_no account_num acct_number acct_no acct_num bank_account bank_account_number routing_number routing_no
        sort_code bank_routing_number kontonummer
        """),
    ("account", "bic", """
        bic bic_code swift_code swift_bic =swift
        """),
    ("wallet", "wallet", """
        wallet wallet_address crypto_address btc_address eth_address bitcoin_address ethereum_address deposit_address withdrawal_address payout_address
        xpub blockchain_address coin_address
        """),
    ("card", "track", """
        track_1 track_2 track_1_data track_2_data track_data magstripe magnetic_stripe
        """),
    ("national_id", "document", """
        ssn social_security social_security_number social_security_no national_id national_id_number national_identity_number
        nationalid =sin =nino national_insurance_number nhs_number nric aadhaar aadhaar_number =cpf =curp =pesel =bsn =dni =nie
        ssn_last ssn_last_four tax_id tax_number tax_payer_id taxpayer_id tin itin personal_number personnummer personal_code personal_id
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
    ("plate", "plate", """
        license_plate licence_plate number_plate plate_number registration_plate vehicle_registration vehicle_registration_number plate_no car_plate kennzeichen kfz_kennzeichen
        immatriculation matricula_vehiculo targa_veicolo license_tag
        """),
    ("plate", "vin", """
        =vin vin_number vin_no vehicle_identification_number chassis_number fahrgestellnummer vehicle_vin
        """),
    ("device", "id", """
        device_id imei imsi iccid =idfa =gaid =idfv =aaid =oaid =adid advertising_id advertiser_id android_id =udid device_uuid device_serial device_identifier
        gps_adid =rdid =ifa =ifv device_fingerprint browser_fingerprint identifier_for_vendor hardware_id =hwid device_guid mobile_device_id =meid =esn =imeisv =eid_number =tac_snr
        installation_id handset_id
        """),
    ("device", "serial", """
        serial_number serial_no serialnumber hardware_serial =serial seriennummer numero_de_serie sim_serial =service_tag asset_serial
        """),
    ("mac", "mac", """
        mac mac_address mac_addr hw_addr hwaddr bssid hardware_address physical_address bluetooth_address bt_addr wifi_mac =chaddr sta_mac ap_mac mac_id
        client_mac calling_station_id called_station_id
        """),
    ("location", "number", """
        latitude longitude =lat =lng =lon =long geo_location coordinates lat_lng geo_point
        """),
    ("location", "pair", """
        =location =loc =gps =geo =position =ll =latlng =latlon =lat_lon =geoip_location =coords =coord =gps_position =gps_coordinates =geo_coordinates
        """),
    ("secret", "secret", """
        password passwd passphrase pass_word pass_phrase pwd =pass db_pass user_pass smtp_pass password_confirmation secret
        client_secret app_secret shared_secret
        secret_key secret_access_key private_key priv_key privacy_key authentication_key community_string private_key_data private_key_base64 master_token mfa_token service_token app_token admin_token vault_token invite_token secret_token hmac_key auth_pass bind_pw api_key apikey api_token api_secret access_key access_token refresh_token id_token
        auth_token bearer_token session_token security_token csrf_token xsrf_token device_token push_token reset_token
        verification_token registration_token =token user_token bot_token oauth_token jwt_token signing_key encryption_key master_key
        account_key storage_key service_key license_key =credential credentials =otp otp_code one_time_password totp mfa_code
        verification_code passcode pass_code auth_code authorization_code =x_api_key x_auth_token =client_assertion
        =saml_response =saml_request =assertion webhook_secret kennwort passwort contrasena mot_de_passe senha wachtwoord haslo
        connection_string =accountkey =sharedaccesskey sharedaccesssignature security_answer personal_access_token =pat use_auth_token
        =pgpassword =mysql_pwd =rediscli_auth =sshpass =creds subscription_key functions_key =code_verifier =device_code =oauth_verifier
        hf_token github_token gitlab_token npm_token slack_token signature_key web_hook_url webhook_url private_token deploy_token
        auth_key session_cookie auth_cookie remember_token secret_key_base password_digest application_key pre_shared_key =psk wpa_psk seed_phrase recovery_phrase mnemonic_phrase recovery_code backup_code =pw db_pw
        admin_pw root_pw user_pw mail_pw smtp_pw login_pw
        job_token runner_token authenticity_token csrf_middleware_token request_verification_token become_pass ssh_pass sudo_pass root_pass
        admin_pass mysql_pass mail_pass ftp_pass login_pass bind_pass ldap_pass sonar_login sonar_token origin_ca consumer_secret consumer_key token_secret
        contraseña contrasenya palavra_passe hasło lösenord losenord passord adgangskode salasana jelszó jelszo =parola =heslo lozinka zaporka slaptazodis slaptažodis
        lykilorð şifre =sifre mat_khau mật_khẩu kata_sandi пароль κωδικός_πρόσβασης סיסמה كلمة_المرور كلمة_السر รหัสผ่าน 密码 密碼 登录密码 支付密码 パスワード 暗証番号 비밀번호 암호
        """),
    ("secret", "authorization", """
        =authorization =proxy_authorization =x_authorization =www_authenticate_token =auth_header authorization_header =auth =basic_auth =http_basic_auth
        """),
    ("secret", "cookie", """
        =cookie =cookies =set_cookie =cookie2 cookie_header
        """),
)  # fmt: skip

#: Words that make a bare `name` or `age` behind or below them a person's.
PERSONS: Final = frozenset(
    """
    user users usr customer client person people patient employee owner author member contact guest passenger student staff
    recipient sender buyer seller holder cardholder account_holder applicant beneficiary subscriber visitor driver rider
    actor profile account_owner assignee reporter manager teacher parent child spouse tenant_user subject identity
    shipping billing payer payee operator admin agent_name doctor nurse requester approver creator editor viewer
    userinfo user_info pusher dbtr cdtr initg_pty personal participant attendee citizen resident traveller traveler claims
    """.split()
)

#: Of these, words whose bare `id` names a program or a thing as well, and words whose `id` is a customer's.
#: A `parent_id` is that of a span, a comment or a node of a tree (W3C Trace Context, `parent-id`).
_NOT_BY_ID: Final = frozenset(
    "client operator identity shipping billing payment personal claims agent parent child".split()
)
_CUSTOMERS: Final = frozenset("customer patient member subscriber passenger student guest buyer rider holder".split())

#: Names that things bear as well, and the things: `appDisplayName`, `class_full_name`.
_NAMES_OF_THINGS: Final = frozenset("displayname fullname ownername realname nickname street coordinates".split())
#: What is shown under a name of its own wherever it is; containers (`item`, `row`) hold persons as well.
_NAMED_THINGS: Final = frozenset(
    """
    app application service role group policy cluster product feature team project plan category organization organisation company tenant workspace
    channel repository entitlement department licence license permission
    """.split()
)
_THINGS: Final = frozenset(
    """
    activity app application resource service policy device role group operation rule product category module package file host server cluster
    plan event alert job task queue topic index table column field database schema metric sensor node pod container image tenant company
    organization organisation org team project class type method function feature flag package repo repository branch channel room space workspace
    model dataset source target template theme layout page view item sku brand vendor provider plugin extension theme tag label stage step
    pipeline build release environment env zone region location site store bucket disk volume network subnet vpc interface
    """.split()
)

#: Names of objects that hold who did something, person or program: a name below them is one's, an id may be the other's.
_DOERS: Final = frozenset(f"{done}by" for done in "created updated modified deleted approved requested submitted assigned reviewed uploaded changed performed initiated invited".split())  # fmt: skip

#: Tails that do not change whose value it is.
NEUTRAL: Final = frozenset(
    "value raw str string text hash hashed plain encoded encrypted input param field new old original normalized canonical".split()
)

SEGMENT: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_a-zA-Z]+")


#: Letters that Unicode does not take apart into a letter of ASCII and an accent.
_LETTERS: Final = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "đ": "d"})


def _folded(name: str) -> str:
    """A name in lower case without accents: `prénom` and `prenom` are one field."""
    if name.isascii():
        return name
    return "".join(
        char for char in unicodedata.normalize("NFKD", name.translate(_LETTERS)) if not unicodedata.combining(char)
    )


def _spellings() -> tuple[dict[str, Field], dict[str, Field], dict[str, Field]]:
    anywhere: dict[str, Field] = {}
    whole: dict[str, Field] = {}
    person: dict[str, Field] = {}
    for kind, needs, names in NAMES:
        for name in names.split():
            table = whole if name[0] == "=" else person if name[0] == "?" else anywhere
            table[_folded(re.sub(r"[=?_.]", "", name))] = Field(kind, needs)
    return anywhere, whole, person


_ANYWHERE, _WHOLE, _BEHIND_PERSON = _spellings()


#: What is said of a person in an object of its own (`billing_details`, `customerInfo`).
_ABOUT: Final = frozenset("details detail info data record profile dto".split())


def is_person_word(name: str) -> bool:
    """Whether the last word of a key stands for a person (`user`, `billingContact`), or the one before `details` and its like."""
    segments = [segment.lower() for segment in SEGMENT.findall(name)]
    if len(segments) > 1 and segments[-1] in _ABOUT:
        segments.pop()
    return bool(segments) and (segments[-1] in PERSONS or segments[-1].rstrip("s") in PERSONS)


def is_thing(name: str) -> bool:
    """Whether the last word of a key stands for a thing that has a name of its own (`service`, `roles`)."""
    segments = [segment.lower() for segment in SEGMENT.findall(name)]
    return bool(segments) and (segments[-1].removesuffix("s") in _NAMED_THINGS)


def of_things(key: bytes) -> bool:
    """Whether things bear a name under this key as well as persons (`displayName`)."""
    return key.translate(None, b"_-. ").lower() == b"displayname"


def _is_neutral(segment: str) -> bool:
    return segment in NEUTRAL or segment.isdigit()


#: Names that no word ends with, so that they tell as well where another word is glued to them (`dbpassword`, `SLAPIKEY`).
_GLUED: Final = ("password", "passwd", "passphrase", "apikey", "secretkey", "accesskey", "authkey", "apitoken", "accesstoken", "authtoken", "clientsecret", "apisecret")  # fmt: skip


def _look_up(segments: list[str]) -> Field | None:
    for first in range(max(0, len(segments) - 5), len(segments)):
        joined = "".join(segments[first:])
        for spelling in (joined, joined.removesuffix("s"), joined.removesuffix("es")):
            if field := _ANYWHERE.get(spelling):
                of_thing = first > 0 and (
                    (spelling in _NAMES_OF_THINGS and segments[first - 1] in _THINGS)
                    or (
                        spelling == "secret" and segments[first - 1] == "pull"
                    )  # A name (Kubernetes, imagePullSecrets).
                )
                return None if of_thing else field
    return next((_ANYWHERE[glued] for glued in _GLUED if segments and segments[-1].endswith(glued)), None)


def field_of(key: str, parent: str = "") -> Field | None:
    """The field that a key names, or None.

    `key` is one path element or a dotted path as logs flatten it; `parent` is the key of the enclosing object where it
    is known, for names such as `name` that mean a person only below one.
    """
    key = _folded(key).removeprefix("-D")  # A system property of Java.
    segments = [segment.lower() for segment in SEGMENT.findall(key)]
    while not (field := _look_up(segments)) and len(segments) > 1 and _is_neutral(segments[-1]):
        segments.pop()
    if field or not segments:
        return field
    element = [segment.lower() for segment in SEGMENT.findall(key.rpartition(".")[2])] or segments
    if len(element) > 1 and _is_neutral(element[-1]):
        element.pop()
    whole = "".join(element).removeprefix("http")
    if field := _WHOLE.get(whole) or _WHOLE.get(whole.removesuffix("s")):
        return field
    return _behind_person(segments, parent)


def _behind_person(segments: list[str], parent: str) -> Field | None:
    field = _BEHIND_PERSON.get(segments[-1]) or _BEHIND_PERSON.get(segments[-1].removesuffix("s"))
    whose = segments[-2] if len(segments) > 1 else parent
    doer = len(segments) == 1 and "".join(SEGMENT.findall(parent)).lower() in _DOERS
    if field is None or not (is_person_word(whose) or (doer and field.needs != "id")):
        return None
    if field.needs != "id":
        return field
    word = SEGMENT.findall(whose)[-1].lower()
    if word.removesuffix("s") in _NOT_BY_ID or word in _NOT_BY_ID:
        return None
    return Field("customer", "id") if word.removesuffix("s") in _CUSTOMERS else field
