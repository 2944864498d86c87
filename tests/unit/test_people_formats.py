"""People in the formats of other software: forms, prints of objects, statements, chats, calls, webhooks, sentences."""

import pytest

from tests.support.masked import masked

#: What must go, and the line of a log that holds it.
_PERSONAL = (
    (("Maria Silva",), "[12/03/2024, 10:15:22] Maria Silva: are you coming?"),
    (("Priya Nair",), "3/12/24, 10:15 PM - Priya Nair: <Media omitted>"),
    (("Ann Lee", "hunter2x"), '{:email "ann@example.com" :name "Ann Lee" :password "hunter2x"}'),
    (("Ann Lee",), '{:user {:name "Ann Lee"}}'),
    (
        ("hunter22x", "Tom", "Baker"),
        "password=SecretStr('hunter22x') first_name=Sensitive(\"Tom\") last_name=LastName(value=Baker)",
    ),
    (("Ann Lee",), 'Customer { full_name: FullName("Ann Lee") }'),
    (("Ленина", "Тверская"), "ул. Ленина, д. 5, кв. 12; доставка: город Москва, ул. Тверская, д. 7"),
    (("Хрещатик",), "адреса: вул. Хрещатик, 22, кв. 8"),
    (("Ann", "Lee", "Bob", "Ray"), "id;first_name;last_name;plan\\n12;Ann;Lee;gold\\n13;Bob;Ray;free"),
    (("Ann Lee", "030 901820"), "| id | name | phone |\\n|---|---|---|\\n| 1 | Ann Lee | 030 901820 |"),
    (("Ann Lee",), "payment from Ann Lee was booked"),
    # Forms and queries.
    (("hunter22x", "hunter33x"), "POST /signup body=a[password][]=hunter22x&a[password][1]=hunter33x&a[colour][]=blue"),
    (("Ann", "Lee"), "users[0][first_name][]=Ann&last_names[0]=Lee"),
    (("Ann+Lee",), "GET /v1/find?name=Ann+Lee&phone=%2B4930901820&page=2"),
    (("Ann", "Oak", "6XE"), "https://shop.example/r?recipient_name=Ann+Lee&street=12+Oak+Lane&zip=NW1+6XE"),
    (("Ann", "Bob"), "users[0][name]=Ann&order[customer][name]=Bob&order[name]=Blue"),
    (("4711",), "order[customer][id]=4711&order[total]=12"),
    (
        ("Ann",),
        "302 https://a.internal/login?next=https://b.internal/x?q=fetch https://c.internal/f#user[full_name]=Ann",
    ),
    (("Ann",), '$user["name"] = "Ann"; $shop["name"] = "Blue";'),
    # Labels of several words.
    (("Ann", "Lee"), "Form submitted. First Name: Ann | Last Name: Lee | Colour: blue"),
    (("Ann", "E-4711"), r'{"message":"New ticket\nContact Person : Ann Lee\nEmployee ID = E-4711"}'),
    (("Smith",), "Mother's maiden name: Smith"),
    # Prints of objects.
    (("Ann",), "UserPrincipal: {name: Ann Lee, tenant: acme}"),
    (("Ann",), "Employee(name='Ann Lee', dept='IT')"),
    (("Ann",), '%Shop.User{tier: 3, name: "Ann Lee", inserted_at: ~N[2024-05-01 10:00:00]}'),
    (("4711", "Ann"), "Customer [id=4711, tier=GOLD, name=Ann Lee]"),
    (("4711",), "User { id: 4711, active: true }"),
    # Statements and their parameters.
    (("Papadop",), "DELETE FROM patients WHERE patient_id = 88231 AND surname NOT LIKE '%Papadop%'"),
    (("Ann", "Bob"), "SELECT 1 FROM users WHERE name IN ('Ann Lee', 'Bob Ray') AND colour = 'blue'"),
    (("4711",), 'UPDATE "users" SET "colour" = $1 WHERE "users"."id" = $2 [["colour", "blue"], ["id", 4711]]'),
    (("4711", "Ann"), "UPDATE customers SET name = 'Ann Lee', phone = '030 901820' WHERE id = 4711"),
    (
        ("Lee", "4711"),
        (
            "exec sp_executesql N'UPDATE Users SET LastName=@p0 WHERE Id=@p1',"
            "N'@p0 nvarchar(50),@p1 int',@p0=N'Lee',@p1=4711"
        ),
    ),
    (
        ("Ann", "shop"),
        (
            "SELECT id FROM users WHERE email = $1 AND name = $2 "
            "DETAIL:  parameters: $1 = 'ann@shop.example', $2 = 'Ann Lee'"
        ),
    ),
    (("Ann Lee",), "[Parameters=[@__email_0='ann@shop.example' (Size = 25), @__name_1='Ann Lee' (Size = 10)]"),
    (("'Ann'", "'Lee'"), "INSERT INTO customers VALUES (12, 'Ann', 'Lee', 'ann@shop.example', 'active')"),
    # Chats and calls.
    (("Ann",), "chat: Ann Lee: are you coming tonight?"),
    (("Ann",), '{"message":"[slack] [#support] Ann Lee: my package never arrived"}'),
    (("annlee",), "[12:03:44] <annlee> hello everyone"),
    (("annlee", "~annl@"), ":annlee!~annl@192.0.2.1 PRIVMSG #ops :hello there"),
    (("annlee", "~annl@"), "12:03 -!- annlee [~annl@192.0.2.1] has joined #ops"),
    (("Ann42",), "[10:00:00] [Server thread/INFO]: Ann42 joined the game"),
    (
        ("Ann", "4930901820", "4930445566"),
        (
            r'{"message":"\"\",\"4930901820\",\"4930445566\",\"internal\",\"\"\"Ann Lee\"\" <4930901820>\",'
            r"\"SIP/101-01\",\"SIP/102-02\",\"Dial\",\"SIP/102,30\",\"2024-05-01 10:00:00\",,"
            r'\"2024-05-01 10:00:09\",9,0,\"NO ANSWER\",\"BILLING\""}'
        ),
    ),
    (
        ("Ann", "4930901820"),
        '"Ann Lee","101","4930901820","default","2024-05-01 10:00:00","","","180","175","USER_BUSY","4f1b"',
    ),
    (("4930901820", "Ann"), "-- Executing [4930901820@internal:1] Set(CALLERID(name)=Ann Lee) in new stack"),
    # Webhooks, claims, daemons.
    (("4711", "Ann"), '{"type":"user.created","data":{"id":4711,"first_name":"Ann","last_name":"Lee"}}'),
    (("pat-88",), '{"resourceType":"Patient","id":"pat-88","active":true}'),
    (("LEE", "ANN", "ABC123"), "ST*837*0001~NM1*IL*1*LEE*ANN*M***MI*ABC123456789~"),
    (("OAK", "1980"), r'{"message":"N3*12 OAK LANE~\nDMG*D8*19800203*F~"}'),
    (("Ann",), "CEF:0|Shop|App|1.0|100|Login|3|cs1=Ann Lee cs1Label=Full Name act=x"),
    (("ann",), "2024-05-01 10:00:00 UTC:192.0.2.1(51234):ann@shop:[881]:LOG:  duration: 12 ms"),
    (("Lee", "Ann"), r"bind failed for CN=Lee\, Ann,OU=Staff,DC=corp"),
    (("annlee",), r"winbindd: authenticating user CORP\annlee"),
    (("annlee",), r'{"message":"CORP\\annlee logged on"}'),
    (("annlee",), "changed by user annlee at 10:00"),
    (("Ann",), "ORGANIZER;CN=Ann Lee:mailto:ann@shop.example"),
    (("Ann",), r'{"message":"[customer]\nname = \"Ann Lee\"\nphone = \"030 901820\""}'),
    # Sentences.
    (("Ann",), "Payment of 12.00 EUR received from Ann Lee"),
    (("Bob",), '{"message":"Message to Bob Ray could not be delivered"}'),
    (("Schulz",), "Rechnung an Herrn Karl Schulz versendet"),
    (("Dupont",), "Commande 4412 de M. Jean Dupont expédiée"),
    (("García",), "Pedido 4412 de María García enviado"),
    (("Svensson",), "Kund Erik Svensson loggade in"),
    (("Иван", "Петров"), "Пользователь Иван Петров оплатил заказ 4412"),
    (("张伟",), "用户 张伟 登录成功"),
    (("민수",), "고객 김민수 님이 로그인했습니다"),
    (("Ann",), "Ann Lee was added to the project"),
    # Machine-readable zones, games, registers.
    (
        ("ERIKSSON", "L898902C3", "740812", "ZE184226B"),
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<< / L898902C36UTO7408122F1204159ZE184226B<<<<<10",
    ),
    (("ann42", "12345678"), '"ann42<12><STEAM_0:1:12345678><CT>" entered the game'),
    (("Ann Lee",), "attendance: Ann Lee marked absent (period 3)"),
    (("Ann Lee",), "boarding pass issued: Ann Lee seat 14C"),
    (("Ann",), '{"preferredName":"Ann","gradeLevel":7}'),
    # Names of fields.
    (("Ann",), '{"billing_details":{"name":"Ann Lee"},"deviceInfo":{"name":"eth0"}}'),
    (("Ann",), '{"real_name_normalized":"Ann Lee","global_name":"Ann Lee"}'),
    (("annlee", "ANNLEE"), '{"username_canonical":"annlee","normalizedUserName":"ANNLEE"}'),
    (("Ann", "4930901820"), "caller_id_name=Ann Lee caller_id_number=4930901820"),
)

#: Lines that stay as they are.
_OF_THINGS = (
    "GET /products?filter[name][]=shirt&filter[colour][0]=blue&page[size]=10&name=Blue+Shirt",
    "password[0] == input[0]",
    'service[name]=api&order[id]=4711&items[0][name]=Blue&$row["name"]="Blue"',
    "File Name: Report, Host Name: Web, Product Name: Blue Shirt, Event Name: Click",
    "Unknown user id: not found; first name: too long; Last Name: Please enter it; login name: required",
    "Product [id=4711, name=Blue Shirt, price=12.0]",
    "UserRole [id=12, name=Store Admin]",
    "SELECT 1 FROM products WHERE name IN ('Blue Shirt') AND id = 4711 AND title LIKE '%Ann Lee%'",
    "UPDATE products SET name = 'Blue Shirt' WHERE id = 4711",
    'UPDATE "orders" SET "state" = $1 WHERE "orders"."id" = $2 [["state", "open"], ["id", 4711]]',
    "UPDATE [Users] SET [FirstName] = @p0, [LastName] = @p1",
    "mutation Create($firstName: String!, $lastName: String!) { createUser(firstName: $firstName) { id } }",
    "ValidationError: {'username': ['This field is required.'], 'last_name': 'The value must not be blank'}",
    "[user] => Array ( [city] => Leeds )",
    "CustomerType{id=3, name='Big Business'}",
    "User(name=None, id=None)",
    "Service(name='Billing Service', owner=User(id=None))",
    "chat: Connection Lost: retrying in 5 s; slack: rate limited: retry; [chat] room lobby: 12 users",
    "NetworkManager[881]: <info>  [1714557600.1234] device; [12:03:44] <module> line 12; 10:00:00 <script> gone",
    "discord: MESSAGE_CREATE; the library is now known as libfoo; node [a] has left the cluster",
    "[main/INFO]: <init> called; a player joined the game",
    '"","101","102","internal","""Support"" <101>","SIP/101-01","SIP/102-02","Dial","","2024-05-01","ANSWERED"',
    "Request from Load Balancer timed out, sent by Mail Gateway, powered by Apache Tomcat, developed by Blue Widgets",
    "用户 登录成功; 고객님 환영합니다; 고객 정보 조회; 用户\uff1a管理员",
    "Bestellung von Hand erfasst, commande de test, Kund registrerad, пользователь не найден",
    '{"id":4711,"customer":{"tags":[]},"name":"Blue"},{"template":{"name":"Welcome Back"}}',
    '{"resourceType":"Observation","id":"obs-88"}',
    "NM1*PR*2*ACME HEALTH*****XV*12345~CLM*26463774*100***11:B:1~",
    "cs1Label=Rule cs1=Blue Shirt cs2Label=FullName",
    "slack: Channel Archived: ops, discord: Shard Ready: 3",
    "Bestellung mit Express Versand angelegt, factura de Venta Directa emitida, deployed by Argo CD to cluster",
    "N3 is a node name; n1*2 + n3*4",
    '{"deviceInfo":{"name":"Pixel Seven"},"jobDetails":{"name":"Night Run"}}',
    "payment from Acme Tools Ltd received, payment from Northern Light Trading booked, order from Blue Harbor Supplies",
    "driver: PostgreSQL JDBC Driver, driver: Intel Graphics, order for Blue Shirt placed, updated by Flyway Migration",
    "name=Spring Bundle, category=Clothing, email_enabled=true",
    '{"name":"Spring Bundle","email_subject":"Hello","phone_required":false}',
    "12/03/24, 10:15 - Messages are end-to-end encrypted; [12/03/2024, 10:15:22] Build Server: done",
    '{:name "Blue Shirt" :sku "BS-12" :stock 4}',
    "order_id;sku;qty\\n1001;TS-44;3\\n1002;TS-45;1",
    "name;type;owner_count\\nBlue Shirt;vm;3",
    'title=ProductName("Blue Shirt")',
    "<<<<<<< HEAD\\n=======\\n>>>>>>> main",
    "package installed: Visual Studio, feature enabled: Dark Mode, user added: Admin Group",
    '{"display":"Body Weight","system":"http://loinc.org","reference":"Location/12"}',
)


@pytest.mark.parametrize(("values", "line"), _PERSONAL)
def test_person_in_a_format_of_other_software_is_masked(values: tuple[str, ...], line: str) -> None:
    """A value of a person does not get through in the format in which other software writes it."""
    left = masked(line)
    assert [value for value in values if value in left] == []


@pytest.mark.parametrize("line", _OF_THINGS)
def test_what_only_has_the_format_stays(line: str) -> None:
    """A line of the same formats in which nobody is stays as it is."""
    assert masked(line) == line
