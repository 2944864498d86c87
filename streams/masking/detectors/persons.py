"""Frequent names of persons: what tells a log-in name from a word, and a person's name from that of a thing."""

import re
from typing import Final

__all__ = ["GIVEN", "is_known", "is_log_in"]

#: Frequent family names of North America and Europe, of India, and of others that are written in Latin letters there (U.S.
#: Census Bureau, "Frequently Occurring Surnames from the 2010 Census"; the names that Faker knows in its locales), without those
#: that are words of English or of programs (`Page`, `Lang`; `Park` is kept).
_FAMILY: Final = frozenset(
    b"""
    aalts aarts aasen abad abascal abatantuono abate abba abbagnale abdullah abella abellan abrahamsen abreu abril accardo acedo acerbi acero acevedo
    acharya ackermann acosta acuna adadia adams adan adelaar adeyemi adinolfi adkins adler adolph adriaansen adriaensdr adriaense adryaens aeije
    aertsz agarwal agate agazzi aggarwal agnesi agostinelli agostini agrawal aguado agudo aguilar aguilera aguilo aguirre agullo agusti agustin
    ahluwalia ahmed ahuja ajello akcay aksu alarcon alberdi albero alberola albers albertini alberto alboni albuquerque alcala alcalde alcantara
    alcaraz alcazar alcolea aldobrandi alegre alegria aleman alemany alexander alfaro alfieri alfonsi alfonso aliaga alighieri allen almagia almagro
    almansa almazan almeida aloisio alonso alonzi alpaidis alsina altera alvarado alvarez amador amaldi amalrada amat amato amaya amble amigo ammaniti
    amor amores amoros amundsen anand anastasi anaya andersen anderson andersson andrade andre andreassen andreotti andreozzi andres andresen andreu
    andrews angeli angiolello anglada anguillara anguissola anguita angulo anichini anne ansems antelami anton antonacci antonelli antonello antonetti
    antonini antonioni antonsen antonucci antunez aparecida aparicio aporti appelman apte aragao aragon aragones aramburu arana aranda araujo arco
    arcos arellano arevalo argan argentero argenti argento argurio ariasso ariens arino ariosto ariza arjona armani armas armellini armengol armstrong
    arnaiz arnal arnau arnaud arnesen arnold aroca arora arranz arregui arribas arrieta arroyo arslan arsoy arteaga artigas arya aschman asenjo
    asensio aslan asmundo asprucci atienza atwal atzler aubert aulenti aumann aune aurora austermuehle austin aviles avogadro axelsson ayala ayllon
    ayuso azcona azevedo aziz aznar azorin babati babato babbo babic babu bachmann backer bacosi badal badami badia badoer badoglio baehr baena baerer
    baeza baggio baglioni bahl bahri bailey bains bajaj bajamonti bajardi bajwa baker bakke bakken bakker bakr bakshi balaguer balakrishnan balan
    balasubramanian balay balbi balbo baldwin bali balla ballard balotelli bandello bandi banerjee banik bansal baracca barad baral barbarigo barber
    barberini barbier barbosa barcaccia barcella barents barese baresi baria barillaro barker barkholz barman barnes barnett baroffio barozzi barrett
    barros barta bartels barth barton bartos basak bassi bastiaanse bastiaense basu bates bath batra batta bauer baum bava bave bawa becht beck becker
    beckmann bedi bednar beekman beer beernink begum behl beier beijring bekbergen bellemans belpere bender benes bengtsson bennett benoit benson
    benthin beourgeois beran beranek berends berendse berge berger berglund bergstroem bernaards bernard berntsen berry bertho bertrand beyer bezemer
    bhagat bhakta bhalla bhandari bhardwaj bhargava bhasin bhat bhatia bhatnagar bhatt bhattacharyya bhatti bhavsar bianchi bien bierstraten biggen
    bijlsma bilek bilgin billung binner birkeland birnbaum bishop biswas blaak blaha blair blake blanchard blazek blees bleijenberg blewanus bloch
    bloemendaal blokland blom blonk bluemel boase bobal boddaugh boer boerner boers boeser boetet bohlander bohnbach bolander bolkesteijn bolnbach
    bolzmann bonbach bondarenko bonnet booden boogaerts bora borah borde borges borman borra bosch bose bosman botha boucsein boudewijns bouhuizen
    bourgeois bouthoorn bouwhuisen bowen bowers bowman boyd boyer bradley brady brahmbhatt brandon brands brandt brar brekke brewer briemer briggs
    brito brock broz bruder brun brunet bryan bryant buch buchanan buchholz budig bumb bures burgess burke burnett burton butala butler butte byrd
    cabrera caldeira calderon caldwell camara camargo campbell campos cannon cardenas cardoso carey carlson carlsson carpentier carr carrillo carroll
    carson carsten carter carvalho casey caspar cassiano castillo castro cavalcante cavalcanti cech cermak cerny cervantes chacko chad chada chadha
    chahal chakrabarti chakraborty chambers chana chand chandler chang chapman chavez chen chevalier choi chowdhury christensen christoph cichorius
    cirino clark clarke clayton clement cochran cohen coleman colin collier collins conner conradi contreras corlu correia cortez costela cox craig
    crawford cruz cummings cunha cunningham curry curtis dabrowski dahl daniels danielsen davids davidson davies davis dawson decker dehmel deleon
    delgado demir denis dennis devries diallo dias diaz dietz dimitrov dippel ditschlerin dixon dlamini dobes doe doehn doering doerr doerschner
    dolezal dominguez dostal douglas dowerg doyle drewes drub drubin duarte dubois dufour dumanl dumont duncan dunn dupont duran durand durdu durmus
    dusek duval dvorak eberhardt ebert eberth eckbauer edvardsen edwards ehlert eigenwillig eimer eliassen ellingsen elliott ellis engen eraslan
    erdogan erguel erickson eriksen eriksson ertas espinoza estrada etzler etzold evans evensen fabre farias farouk faure faust fechner ferguson
    fernandes fernandez ferrari ferreira fiala fiebig figueroa finke fischer fiser fitzgerald flantz fleming fletcher fliegner flores floyd flynn
    foerster fogaca fonseca fontaine forsberg fournier fowler francis francois frank franke franklin frat frazier fredriksen fredriksson freeman
    freitas freudenberger friedman fritsch froehlich fuentes fuller gaillard gallagher gallegos garcia gardner garnier garrett garza gauthier gautier
    gehringer geisel geisler geissler george georgiev gerard gerlach gertz gibbs gibson gierschner giess gilbert girard giraud girschner glover gnatz
    goldberg gomes gomez goncalves gonzales gonzalez goodman goodwin gordon gorlitz gotthard graham greene greer gregory griffin griffith griffiths
    groettner gross gruber gude gueclue guelen guerin guerra guerrero guillaume gulbrandsen gumprich gundersen gunpf gupta gustafsson gustavsson gute
    gutierrez gutknecht guzman haase haddad haemaelaeinen haenel haering hagen hahn hajek halvorsen hamann hamilton hammond hampton hancer hande
    hansen hanson hanssen hansson harloff harper harrington harris harrison hartman hartmann hartung harvey hassan hauffer hauge haugen haugland havel
    havlicek hawkins hayes haynes hayrioglu hecker heidrich heikkilae heikkinen hein heinonen heinrich heintze heinz hellwig henck henderson hendriks
    henk henriksson henry henschel hentschel hering hermann hermighausen hernandez herrera herrmann hertrampf heser hesse hethur hettner heuser
    heydrich hicks higgins hiller hodges hoefig hoelzenbecher hoerle hoevel hoffman hoffmann hofmann hogan holland holloway holmes holsten holt holub
    holzapfel hoover hopkins hopper horacek hornich hornig horton horvat horvath howard howell huang hubbard huber hudson huebel hughes huhn hussain
    ibrahim ilic ingram ionescu iqbal islam ivanov ivanova jackson jacob jacobs jaehn jaekel jaentsch jaervinen jakobsson james jansen janssen jansson
    jenkins jennings jensen jessel jesus jimenez jockel joensson johann johansson johnson johnston joly jones jonsson jopich joseph jovanovic juarez
    juettner junck juncken jungfer junitz junken kabus kade kaester kallert kamara kamau kambs kaminski kang karlsson keller kelley kelly kennedy khan
    kim kinnunen klein korhonen koskinen kovacs kovalenko kowalska kowalski kozlov kramer ksakuerek kumar kuznetsov lacroix laine lambert larsen
    larson larsson laurent lawrence lawson leao lebedev leclerc leclercq lecomte lee lefebvre lefevre legrand lehtinen lehtonen lemaire lemoine leon
    leonard leroux leroy lewandowski lewis lima lind lindberg lindgren lindqvist lindsey lindstroem lloyd logan lopez lovelace luna lundberg lundgren
    lynch lyons macedo machado maekelae maekinen magnusson maier maldonado malik malone manco manning mansour mansz marchand marie marinov marques
    marquez marshall martinez martins masson mathieu matthews mattsson maxwell mayer mcbride mccarthy mccormick mccoy mcdaniel mcdonald mcgee mcguire
    mckenzie mckinney mclaughlin medina mehta meier mejia melo mendes mendez mendoza mensah mercier meunier meyer meyers michel miller miranda
    mitchell mohamed molina montgomery montoya moody moore morales moran moreau morel moreno morgan morin morozov morris morrison morton mueller
    muller mullins munoz murphy murray mwangi myers nagy nakamura navarro ndlovu neal nelson newman newton nguyen nichols nicholson nielsen niemi
    nieminen nikolic nilsson nkosi norman norris norton novak novotny nowak nunez obrien ochoa oconnor okafor okonkwo oliveira oliver olivier olofsson
    olsen olson olsson orlov ortega ortiz osborne otieno owen owens pacheco padilla palmer papadaki papadopoulos park parker parsons patel patrick
    patterson patton payet payne pearson pedersen pena pereira perez perkins perrin perry persson peters petersen peterson petersson petrov petrova
    petrovic pettersson pham philippe phillips picard pierre popescu popov popovic potter powell pratt quinn qureshi rahman ramirez ramos ramsey reddy
    reese reeves reid renard renaud reyes reynolds rhodes ribeiro richard richards richardson riley rivas rivera riviere robbins robert roberts
    robertson robinson robles rodgers rodrigues rodriguez roe roger rogers rojas romanov romero rossi roth rousseau roussel roux rowe ruiz russell
    russo ryan saarinen safak sakarya salazar saleh salinas salminen salonen sama sanchez sandberg sanders sandoval santiago santos sato saunders
    schmid schmidt schmitt schneider schroeder schultz schwartz scott serrano shaffer sharma shaw shelton sherman shevchenko siddiqui sidorov silva
    simmons simpson singh sjoeberg smirnov smirnova smith snyder sokolov solis soto soylu spencer stanley steele stephens stevens stevenson stewart
    stokes stoyanov strickland sullivan sutton suzuki svensson swanson szabo szymanski takahashi tanaka taylor terry tevetoglu thompson thornton
    tkachenko todorov torres torvalds townsend traore trujillo tucker tuerk turing turner turunen underwood valdez vance vargas vasquez vaughn vazquez
    velasquez vidal vincent virtanen vogt volkov wagner wallace walsh walters walton wang wanjiru warner warren washington watanabe watkins watson
    weber webster weiss welch wheeler whitaker wilcox wilkins wilkinson williams williamson willis wilson wisniewski wojcik wolfe wong wright yamada
    yaman yates yilmaz yldrm ylmaz yorulmaz yueksel zengin zhang zhao zhou zielinski zimmerman zorlu
    """.split()
)  # fmt: skip

#: Frequent given names (U.S. Social Security Administration, "Popular Baby Names"; the same statistics elsewhere).
GIVEN: Final = frozenset(
    """
    aaron abigail adele adrian agnieszka ahmed aiden aileen aisha alan albert alejandro alessandro alexander alexandra alexey alexis alfred ali alice
    alicia allison amanda amara amelia amina amit amy ana andrea andreas andrew andrey andrzej angela anita anja anjali anke ann anna anne annette
    annie annika antoine anton antonio arjun arthur ashley astrid audrey aurelie ayse barbara bartosz beatrice beatriz benjamin bernard bernd bettina
    birgit bjorn bob bogdan brandon brenda brian bridget britta bruno bryan camille carla carlos carmen carol carolina caroline catherine cavaleria
    cecilia celine chantal charlie charlotte chiara chidi chloe chris christian christina christine christoph christopher claire clara claudia claudio
    connor craig cristina cynthia dagmar daniel daniela danielle darren darya dave david deborah deepak denise dennis derek diana diane diego dieter
    dimitri dmitri dmitry dominik donald dorota dorothy douglas duncan edith eduardo edward eileen ekaterina elena eleni elias elif elisabeth
    elizabeth ella ellen elsa emilia emilie emily emma emre enrique eric erik erika erin esther ethan eugene eva evelyn ewa fabian fabio fatima fatma
    federico felicia felipe fernanda fernando filip fiona florence florian francesca francesco francis francisco francois frank frederic frederick
    freya friedrich gabriel gabriela gareth geoffrey george gerald gerard gerhard gianni giovanni giulia giuseppe gonzalo gordon grace graham greta
    gudrun guillaume gunther gustavo hanna hannah hans harald harold harriet harry hassan heather hector heidi heike heinrich heinz helen helena helga
    henrik henry herbert hiroshi holger howard hugo hussein ibrahim ignacio igor ilya imran ines ingrid irene irina isabel isabella isabelle isla ivan
    jack jacob jacqueline jacques jakob jakub james jane janet janice jason javier jean jeanne jeffrey jennifer jeremy jerome jessica jim joachim joan
    joanna joanne joao jochen joe joel johan johann johanna john jonas jonathan jorge jose josef joseph josh joshua joyce juan judith judy julian
    juliette jurgen justin justyna kacper kamil karen karim karin karl karolina katarzyna kate kateryna katharina katherine kathleen kathryn katja
    katrin kavita keith kelly kenji kenneth kerem kerstin kevin khalid kimberly kirsten klaus krishna kristen kristin krystyna krzysztof kwame kyle
    larissa lars laura lauren laurent layla leila leonard leonie leroy leslie lewis liam lidia linda lindsay linh lisa liu lorenzo louis louise luca
    lucas lucia luis luisa lukas luke lydia maciej madeleine magdalena malcolm manfred manon manuel manuela marc marcel marcelo marcezuzanna marcin
    marco marcus marek margaret margarita maria mariana marie marina mario marion marius marjorie mark markus marlene marta martha martin martina mary
    mateo mateusz mathieu matteo matthew matthias maureen mauricio maurizio max maxim maximilian megan mehmet mei melanie melissa michael michaela
    michal michel michelle miguel mikael mike mikhail minh mohamed mohammed monica monika muhammad mustafa nadia nadine nancy natalia natalie natasha
    nathalie nathan neha neil ngozi nicholas nicola nicolas nicole niels nikita nikolai nina noah nora norbert norman olaf oleg olga oliver olivia
    olivier omar oscar oskar otto pablo paola paolo pascal patricia patrick paul paula paulina pauline pavel pawel pedro pernille peter petra philip
    philipp philippe pierre piotr pooja prakash priya rachel radek rafael rahul rainer raj rajesh ralf ralph ramona raphael raul ravi raymond rebecca
    regina reinhard renata renate ricardo richard rita robert roberto robin rodrigo roger roland rolf ronald rosa rosemary roy rudolf rui russell ruth
    ryan sabine sabrina sakura salvatore sam samantha samuel sandra sanjay santiago sara sarah sebastian sergei sergey sergio sharon sheila shirley
    silke silvia simon simone sofia sofie sonia sonja sophia sophie stacey stanislaw stefan stefania stefanie steffen stella stephanie stephen steve
    steven stewart stuart sunil susan susanne suzanne svein sven svetlana sylvia sylvie szymon tamara tania tanja tariq tatiana tatyana teresa thabo
    theodore theresa thiago thomas tiago tiffany tim timothy tobias tom tomas tomasz torsten tove tracy travis tyler ulrich ulrike ursula uwe
    valentina valerie vanessa vera veronica veronika vicente victor victoria vikram viktor vincent vinod virginia vladimir walter wanda wei wendy
    werner wilhelm willem william wolfgang xavier ximena yann yasmin yolanda youssef yuki yulia yusuf yvonne zachary zoe zofia
    """.split()
)  # fmt: skip
_GIVEN: Final = frozenset(name.encode() for name in GIVEN)
#: Those of them that places, products and words are called by themselves.
_AMBIGUOUS: Final = frozenset(
    b"""
    adele adrian aiden alan albert alexander alexis ali amara amelia ana andrea angela anita anton antonio ashley audrey bruno camila carmen charlotte
    chris christian claire clara claudia connor darya diana diane diego dmitri dominik douglas edith elena elias ella elsa emre eric erika erin eva
    ewa fabian felicia florence francis francisco frank freya gabriel gerald gordon grace graham hanna hans harold harry hector helena henry herbert
    hugo igor ilya ines irene isabella isla jack jakub jason jean jerome jim joan joe joel jonas josef joyce julian justin kate kelly kevin krishna
    kwame lars laurent layla leila leonard leroy leslie lewis linda linh lisa liu lorenzo louis luca lucas lucia luke lydia madeleine malcolm marc
    marcel marco marina mario marion marius mark marta martin mateo max maxim mei michel minh monica nadia nathan neha neil nicola niels nikita nina
    nora norman olaf oleg oliver olivia omar oscar otto pablo pascal patrick paul paula pavel philip pierre rafael raj ralph raul ravi raymond regina
    renata rita robin roger roland rolf rosa rosemary roy rui russell ruth sakura sam samuel sandra santiago sebastian simon simone sofia sonia sophia
    stefan stella stewart stuart sven sylvia tamara tania tariq tatiana thabo theodore thiago tim tom tracy travis tyler valentina valeria vera
    veronica victor victoria vincent virginia vladimir wanda wei wendy werner xavier yann yuki zoe
    """.split()
)  # fmt: skip
#: Family names that are words: names only behind a given name that is nothing else.
_FAMILY_WORDS: Final = frozenset(
    b"""
    bass bell berg best bird black blake bond branch brooks brown buck burns bush carpenter case cash chase cherry church clay cline cole cook cotton crane cross dale daniel
    david dean drake duke farmer field fields fisher ford foster fox frank french frost gardner garner gill glass gold gordon grant graves gray green grey hale hall hand hardy harmon hart
    hess high hill holder hood horn house hunt hunter jordan joyce king knight lake lamb lane lang lara lawson lin lim little long love lynn mack marsh martin mason may mercer miles mills
    moon morrow moss nash newman noble norman page park parks paul peck pierce pike pitt poole pope porter potter powers price prince pugh reed rees rice rich rivers robin rose rush sage
    savage sharp shaw shepherd short simon singer small snow sparks stark steele stein stone story strong summers swift terrell thomas todd travis tyler valentine wade walker wall ward ware
    waters watts weaver webb wells west wiley winter winters wise wolf wood woods workman yates york young
    lang otto ernst winter sommer petit blanc michel noel rosa costa villa conte bos vos mol das shah pal rana nair kapoor tran vu cho
    """.split()
)
#: Words that are spelled as an initial and a family name.
_SPELLED_ALIKE: Final = frozenset(
    b"""
    adar alang blind caller candra checker froman marco marcos madam parent parents parts parens parce proche shopper sharper shines slopes smack skim
    slee spark sparkle taller tarts trousseau usato vallen valves varias waarden wanders warts whines halves harts fallen faller beide barco baller
    bamble broman certas camat tabella yamato oadan uarts lellis earnal handers
    """.split()
)  # fmt: skip
#: Firms, brands and figures that are called like persons.
_THINGS: Final = frozenset(
    (
        b"calvin klein", b"harry potter", b"jack daniels", b"james bond", b"charles schwab", b"johnson johnson", b"thomas cook", b"tommy bahama",
        b"perry ellis", b"michael kors", b"marc jacobs", b"christian louboutin", b"peter pan", b"mary kay", b"arthur andersen", b"frank miller",
        b"martin luther", b"santa maria", b"san martin", b"max mara", b"virginia beach", b"paul smith", b"john lewis", b"stella artois", b"philip morris", b"leo burnett", b"oscar mayer", b"ella fitzgerald", b"harry winston", b"thomas edison", b"tom collins",
    )
)  # fmt: skip

_LOG_IN: Final = re.compile(rb"(?:([a-z]{3,24})|([a-z]{1,16})[._]([a-z]{3,20}))[0-9]{0,4}\Z")
#: The shortest given and family name that a log-in name may be put together of.
_PART_MIN: Final = 3


def is_log_in(word: bytes) -> bool:
    """Whether a word in small letters is a person's log-in name: `ann`, `jdoe`, `john.smith`, `johnsmith2`."""
    match = _LOG_IN.match(word)
    if match is None:
        return False
    if match[1] is None:
        return (match[2] in _GIVEN or len(match[2]) == 1) and match[3] in _FAMILY
    stem = match[1]
    if stem in _GIVEN:
        return stem not in _AMBIGUOUS
    if stem[1:] in _FAMILY:
        return stem not in _SPELLED_ALIKE
    return any(stem[:at] in _GIVEN and stem[at:] in _FAMILY for at in range(_PART_MIN, len(stem) - _PART_MIN + 1))


def is_known(first: bytes, last: bytes) -> bool:
    """Whether two words are a frequent given and a frequent family name, and nothing that is called like a person."""
    first, last = first.lower(), last.lower()
    if first not in _GIVEN or first + b" " + last in _THINGS:
        return False
    return last in _FAMILY or (last in _FAMILY_WORDS and first not in _AMBIGUOUS)
