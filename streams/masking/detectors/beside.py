"""What detectors share that go by words beside a value: words before a position, words that are nobody's name."""

import re
from collections.abc import Iterable
from typing import Final

from streams.masking.context import at_word_start

__all__ = [
    "ACCOUNTS_OF_SYSTEMS",
    "GENERAL",
    "NAME",
    "alternatives",
    "ends_with_words",
    "is_account_of_machine",
    "is_account_of_system",
    "names_nobody",
]

#: Accounts that no person logs in with: those that the Linux Standard Base requires (LSB Core 5.0, 21.2: root, bin,
#: daemon), nobody (optional there, the kernel's overflow user), the accounts under which Debian's, Red Hat's and Apple's
#: packages run their services, and Windows' well-known security principals (Microsoft, "Security identifiers": S-1-5-7,
#: S-1-5-18 to 20, S-1-5-90 and 96), what databases keep for themselves (repmgr, Barman, PgBouncer, Amazon RDS, Cloud SQL, MySQL
#: reserved accounts, Debian's mysql-server), who is at the console of a Cisco ASA, what vCenter and the console of ESXi log in as,
#: and nobody in particular (IBM WebSEAL, AIX, Django). Names that the LSB lists as optional (news, uucp, operator, mail, ftp) are
#: left out: attackers try them and people are given them.
ACCOUNTS_OF_SYSTEMS: Final = frozenset(
    b"""
    root bin daemon nobody www-data postgres systemd-network systemd-resolve systemd-timesync systemd-coredump messagebus
    syslog sshd polkitd dbus chrony rpc rpcuser avahi _apt kube system local_service network_service
    nt\xa0authority local\xa0system localsystem localservice networkservice unauthenticated local\xa0service network\xa0service anonymous\xa0logon anonymous
    _www _mdnsresponder _spotlight _windowserver _securityagent
    replicator repmgr rdsadmin rdsrepladmin rdsproxyadmin cloudsqladmin cloudsqlagent cloudsqlreplica debian-sys-maint mysql.session mysql.sys mysql.infoschema
    streaming_barman pgbouncer enable_15 unauth unknown_user wazuh-wui anonymoususer vpxuser dcui
    """.split()
)
_MACHINE: Final = re.compile(
    rb"(?:systemd-[a-z\-]+|(?:dwm|umfd)-[0-9]{1,3}|nt (?:authority|service)\\.{1,64}|.{1,64}\$)\Z", re.IGNORECASE
)
#: What a program is called that has an account of its own.
_PROGRAM: Final = re.compile(
    rb"(?:[a-z0-9][a-z0-9_\-.]{0,60}[_\-](?:service|svc|server|api|worker|operator|controller|exporter|consumer|producer|backend|frontend|daemon|runner|scheduler|bot|readonly)"
    rb"|[a-z0-9\-]{1,39}\[bot\])\Z",
    re.IGNORECASE,
)


def is_account_of_machine(name: bytes) -> bool:
    """Whether a log-in name is that of a machine or an operating system, whatever else it may be called."""
    plain = name.lower().replace(b" ", b"\xa0")
    return plain in ACCOUNTS_OF_SYSTEMS or _MACHINE.match(name) is not None


def is_account_of_system(name: bytes) -> bool:
    """Whether a log-in name is that of a program, a machine or an operating system."""
    return is_account_of_machine(name) or _PROGRAM.match(name) is not None


#: One word of a name as it is written in prose: a capital letter first, of any script that has them.
_WORD: Final = (
    rb"(?:[A-Z]|\xc3[\x80-\x9e]|[\xc4-\xca][\x80-\xbf]|\xce[\x86-\xab]|\xd0[\x80-\xaf]|\xd2[\x80-\xbf])"
    rb"(?:[A-Za-z\x80-\xc1\xc3-\xdf]|\xe1[\xb8-\xbb][\x80-\xbf]|['-](?=[A-Za-z\x80-\xdf])|\xe2\x80\x99(?=[A-Za-z]))*+"
)
#: Particles between the words of a name, and an initial.
_LINK: Final = (
    rb" (?:(?:van|von|der|den|de|da|di|do|dos|das|del|della|la|le|al|el|bin|ibn|ben|ter|ten|zu|zum|af|av|y|e) ){0,3}"
)

#: A name in prose: up to four words that begin with capital letters, particles and initials between them.
NAME: Final = re.compile(
    rb"(?:[A-Z]\. ?){0,3}" + _WORD + rb"(?:" + _LINK + rb"(?:[A-Z]\.(?![A-Za-z])|" + _WORD + rb")){0,3}"
)

#: What is said of users in general: nouns and the like that follow the word in logs and code.
GENERAL: Final = frozenset(
    b"""
    a about access read write manage readonly successful success succeeded succeeds ok okay pending rejected accepted account accounts action actions active activity added admin agent agents aggregate already an and api app are as asked at attempt authenticate
    attempts attribute attributes auth authenticated authentication authorization avatar backend base batch be because been behavior blocked by cache can
    cancelled cannot capabilities certificate certificates change changed changes claims class clicked client clients closed collection config configuration confirmation connected
    connection consent context controller count counts created creation credential credentials cron d daemon dao data database default defined delete deleted
    deletion denied deposit details devices did directory disabled disconnected do does domain dto email enabled endpoint engagement entered entity entries entry
    environment error event events exists experience failed failure failures feed feedback field fields file files filter folder for found from function generated global got
    group groups guide had handle handler has have he home id identifier identity ids if import in index info information input insert installed interaction
    interface interfaces invalid is it items job journey key lacks language level limit list lists load locale location locked lock logged login logins logoff logon
    logout lookup mailbox management manager mapping mapper match message metadata missing mode model module must name named names namespace no none not
    notification notifications null object of off on only operation option options or order orders page param parameter parameters password path permission
    permissions policy pool portal post preference preferences prefs privilege privileges process profile profiles prompt properties property provided
    provider provisioning query quota rate record records ref reference registered registration repository request requested requests required resource response
    returned rights role roles row rows said scope script search security segment selected selection sent service services session sessions set setting settings setup
    should side sign signed signin signup since so space started state stats status stopped storage store story string submitted such summary support
    sync synced table tables target task task tasks template terminated test text that the their them then they this thread threads time timeout timezone to token
    tokens tool tracking traffic triggered true type types typed undefined unknown unlocked update updated updates upload uses using validation value values
    confusion project projects str didn doesn isn wasn hasn couldn creds node nodes explicitly implicitly site package packages site-package site-packages
    accepts agrees bus button buttons chooses clicks closes controlled cookie cookies creates deletes dialog enters flow flows form forms friendly gets
    guides input inputs interfaces likes makes modal needs nil on-demand opens permitted presses receives screen screens
    excessive incorrect aborted secret secrets selects sends sees specified starts stops supplied text types user users visible visits wants writes
    successfully refused keyring jax-ws username usernames
    acceptance accounting administration adoption agreement aliases analytics annotation annotations application applications apps arguments audience base behaviour binary buffer calibration
    cancels centric churn cluster code command commands comment comments communication completion conditions confirms consents continues contract control databases decision demand device display doc docs documentation
    education elements enters errors exits facing feelings finishes flags font gesture gestures growth handbook happiness header hovers icon icons identification identifiers installation instance instances intent intents interruption
    intervention land leaves license licenses loads log logs machine manual manuals mappings memory menu metrics modification modifications modules mounts navigates needed number onboarding output overrides ownership pages paths payment payments
    persona personas perspective pointer presence presses principal priority privacy processes program programs questions quits reports research resources retention rolls running runtime safety satisfaction scripts scrolls seat seats segments
    settles shell signals simulation simulations specification stack stories structure submits survey surveys swipes taps testing theory training trust tutorial unit units variable variables waits warning workloads
    verification version via view was were when where which who whose will with without workspace would you your
    """.split()
)  # fmt: skip

#: Words with capital letters that are no part of a person's name: how letters and messages go on, and what firms,
#: programs and departments are called.
_NOBODY: Final = frozenset(
    b"""
    a about account accounts admin administrator africa again agent agents all america amazon an and android another any api
    apache app apple application approval are as at australia authentication authority authorization automation aws azure
    backend backlog batch because been billing board boot bot browser build builder but by ca cache can canada card
    certificate chrome ci client cloud cluster co code colleague colleagues com commit company complete config configuration
    contact container controller core corp corporation credentials customer customers cv daemon dashboard data database date
    default demo denied department deploy deployment desk details developer development device devops digicert disabled do docker
    document does done each edge email employee enabled encrypt engine engineering enterprise error europe event everybody
    everyone expired failed failure feature file files finance firefox folks for foundation friend friends from
    frontend gateway git github gitlab global gmbh go google group guest guests guys has have he head helm help her his
    host hr http https i id ids if in inc india info information infrastructure input instance integration internal interface
    internet invalid invoice is issue it its java jenkins job jobs json key kubernetes ladies last launch let let's library
    liable limited linux list llc load local location login ltd mac machine mail maintenance manager marketing master me member
    members message meta microsoft missing mobile model module monday month mr mrs ms my name network new next nginx no node
    none not note now null number object of office ok on one online only operations operator or oracle order orders org our
    out owner package pages partner password patient patients payment payments permission phone pipeline platform please
    plugin plus policy portal post pre premium private process processor prod product production profile program project
    proxy public python query queue red redis reference registry release renovate report request required resource response
    root rule run runtime sales sap schedule scheduler script search security server service services session settings she
    shift sir site so software spark spring sql ssl staff staging status stock storage store support sync system systems task
    team teams technology terraform test tests thank thanks that the their them then there these they this thread tls to
    today token tomorrow tool transaction type undefined unit unknown update updated upgrade usa use user users using valid value
    vendor verification version via view visit wait warning was we web welcome were what when which who windows with
    workflow world write xml yes you your
    warehouse depot limiter healer auto robot rollout rollouts balancer breaker watchdog detector validator crawler importer loader parser cleaner
    collector dispatcher notifier listener watcher tracker router broker scanner analyzer optimizer aggregator generator autoscaler orchestrator reconciler reaper
    archiver automatic failover timeout timeouts level advisory holders copyright memory usage latency disk elastic total nightly hourly weekly monthly quality rate
    holdings traders trading logistics freight shipping bank banks banking insurance ventures industries solutions consulting partners airlines airways
    hotel hotels university college hospital clinic institute ministry council committee agency bureau federation association society fund trust labs
    media telecom communications networks motors electronics pharma transfer transfers visa mastercard debit credit wire sepa ach iban wallet wallets
    escrow deposit deposits withdrawal withdrawals letter letters dead hot cold static dynamic analysis retry retries after before open closed great
    central maven npm pypi nuget crates street map maps kingdom britain england scotland zealand states republic union kingdom strict lazy eager
    supplies supply hardware tools energy bakery pharmacy restaurant furniture technologies enterprises manufacturing construction properties foods
    jdbc odbc driver drivers graphics adapter migration migrations checkout tier blue red purple yellow orange shirt shirts jacket shoes retail wholesale
    recipient recipients rcpt rejected sender deliver delivered outgoing incoming beta alpha bundle tariff newsletter voucher
    gnu texinfo environment variables history visual studio excel outlook exchange stripe paypal webhook webhooks function functions monitor exporter prometheus grafana elasticsearch kibana logstash redshift athena lambda ecs eks gke s3 board
    health check checks probe probes liveness readiness heartbeat nvidia intel amd qualcomm realtek broadcom cisco lenovo logitech mozilla zendesk jira confluence
    salesforce hubspot shopify magento wordpress drupal mysql mariadb mongodb postgres postgresql dynamodb sqlite rabbitmq celery tomcat jetty hikari
    hibernate argo istio envoy traefik haproxy caddy varnish cloudflare akamai datadog splunk sentry pagerduty opsgenie twilio sendgrid mailgun ansible puppet vault consul
    ubuntu debian fedora centos suse raspberry kernel firmware sensor sensors battery kinesis firehose
    multi factor single double triple dual two three four five six seven eight nine first second third fourth fifth top main fiscal quarter quarterly annual yearly
    deluxe suite basics advanced introduction goods sellers chunk size exclusive shared loop virtual classroom remote desktop laptop tablet reviews purchase purchases course
    courses lesson lessons exam exams semester sign signon bulk item items quick partial facebook instagram twitter linkedin whatsapp youtube tiktok netflix spotify uber
    airbnb ebay bitbucket jetbrains medicare medicaid advantage traffic campaign campaigns promotion promo discount clearance shipment shipments delivery deliveries
    pickup return returns exchange tracking feedback survey surveys news podcast webinar events conference workshop summit festival concert tournament championship league
    season playoffs lobby quest dungeon guild inventory currency reward rewards bonus achievement leaderboard boost pack packs edition editions trial subscription
    subscriptions membership memberships plan plans option options features menu button screen form forms table tables row rows column columns index cell chart graph grid
    filter count sum average minimum maximum custom generic regional national international domestic foreign external inbound outbound upstream downstream radio television
    weather sports music video audio photo image images picture pictures camera microphone speaker keyboard mouse printer switch modem antenna tree locks mutex
    semaphore cursor exception debug trace fatal critical severe notice alert alerts alarm alarms incident incidents outage tcp udp dns ssh ftp smtp imap peer peers
    sistema sistemas servicio servicios servidor servidores serveur serveurs systeme servizio servidores tarea tareas tache processus proceso procesos processo planificador
    serwer zadanie correo courrier poczta posta programada automatique automatico centrale dienst aufgabe prozess anwendung aplicacion applicazione aplikacja equipo equipe
    departamento dipartimento abteilung afdeling ministerio widget widgets
    madam madame herr frau kunde kundin kunden nutzer benutzer team leute zusammen welt cliente clientes usuario usuarios mundo
    client clients monsieur mesdames messieurs tous amigo amigos gentleman gentlemen hiring manager recruiter valued sirs
    january february march april may june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday
    """.split()
) - {b"may", b"april", b"june", b"august"}  # fmt: skip


def names_nobody(word: bytes) -> bool:
    """Whether a capitalised word is one of prose, a firm's or a program's rather than a person's."""
    return word.lower().strip(b".,'") in _NOBODY


def alternatives(words: Iterable[str]) -> bytes:
    """The words as alternatives of an expression, longest first."""
    return b"|".join(re.escape(word.encode("latin-1")) for word in sorted(words, key=len, reverse=True))


def ends_with_words(words: re.Pattern[bytes], data: bytes, end: int, most: int) -> re.Match[bytes] | None:
    """The match of an expression that ends at a position and begins where a word begins, within `most` bytes."""
    match = words.search(data, max(0, end - most), end)
    return match if match and at_word_start(data, match.start()) else None
