"""What people are called beside the name in their papers: call names of European and American languages.

One name and its call names a line, without accents; a word may stand in several lines ('Chris' is Christian as well as
Christine). Only what one person is called: what other languages make of the same saint is another name. Words of which
one holds the other need no entry: comparisons find short forms themselves.
"""

from __future__ import annotations

_CALL_NAMES = """
aaron ron ronnie
abigail abby gail
abraham abe
adelheid heidi adele
albert al bert bertie
alexander alex alec sandy sascha sander olek
alexandra alex sandra sandy sascha lexi ola
alfred al fred freddie alf
alice elsie ally allie
aloysius alois
amanda mandy
andrew andy drew
angela angie geli
ann annie nan nancy
anna anni annie anja anke nan nancy ania
anthony tony
anton toni tony
antonia toni
antonio tony toni
arthur art artie
ashley ash lee
august gus gustl
barbara babs barb bobbie barbel basia
beatrice bea trixie
benjamin ben benny benni
bernard bernie
bernhard bernd berni
bertha bertie
bradley brad
bridget biddy
brigitte gitte gitta
candace candy
carol carrie cassie
carolyn carrie lynn
caroline carrie lina caro lynn
katharina kathi kathe trina katja kate rina kasia
catherine cathy kate katie kitty kathy cat kay trina
dennis denny
elaine lainie
ellen ella nell nellie
faith fay
isaac ike
joanna jo
joanne jo
katherine kathy kate katie kitty kat kay
kathleen kathy kate katie kit kittie kitty
cecilia sheila cissy celia cilly
charles charlie chuck chas chip
charlotte lotte lottie charlie
christian chris kit
christina tina chris chrissy christy stina kris
christine tina chris chrissy christy christa kris
christoph chris toffer stoffel
christopher chris kit topher
clarence clair clancy
cornelia conny nele nelly
cornelius niels conny
cynthia cindy
daniel dan danny
danielle ellie dani
daniela dani ela
david dave davy davey
deborah debbie deb
diana di didi
diane di didi
dimitri dima mitja
dolores lola dolly
donald don donnie
dorothea dora thea dorle doro dorte
dorothy dot dotty dolly dora
douglas doug
edmund ed eddie ned ted
eduard ede eddi
edward ed eddie ned ted teddy
eleanor ellie nell nellie nora
eleonore lore nora elli
elisabeth lisa liesel lisbeth elli else ella sissi bettina betti lilli ilse elsbeth
elizabeth beth betty bess bessie betsy eliza elsie libby liz lizzie liza lisa lizzy
emanuel manuel manny
emily em emmy millie
emmanuel manny manu
eric rick
ernest ernie
esther essie hetty
eugene gene
evelyn eve evie
florence flo flossie
frances fran frankie fannie fanny francie
francis frank fran frankie
francisco paco pancho
franz franzl
franziska franzi ziska fanny
frederick fred freddie freddy fritz rick
friederike rike frieda fritzi
friedrich fritz fred fiete
gabriel gabe gabby
gabriele gabi gaby ela
genevieve gen jenny viv
georg schorsch
gerald gerry jerry
gerard gerry jerry
gerhard gerd hardy
gertrud trude traudl gerti
gertrude trudy gertie
gregory greg
gwendolyn gwen wendy
harold harry hal
harriet hattie
heinrich heinz heiner hein hinnerk
helena lena leni nell
helene lena leni
henry hank harry hal
herbert herb bert
hildegard hilde hilla
ignacio nacho
irene rena reni
isabella bella izzy belle
jacob jake
jakob jascha jockel
jakub kuba
james jim jimmy jamie jem jimmie
janet jenny nettie
jeannette nettie
jeffrey jeff geoff
geoffrey jeff geoff
jennifer jen jenny
jeremiah jerry jem
jerome jerry
jessica jess jessie
joachim jochen achim jo
johann hans hannes
johanna hanna hanne jo
johannes hans hannes jo johann
john jack johnny jock
jonathan jon johnny nathan jonny jonnie
jose pepe
josef sepp jupp seppi beppo
joseph joe joey jos jody
josephine josie jo posy
joshua josh
juanita nita
julia jill
juliana jill
judith judy jutta
karl kalle
kenneth ken kenny
konrad kurt conny
kristen kris chris krissy
kristin kris chris krissy
krzysztof krzys
laurence larry laurie
lawrence larry laurie
linda lynn lindy
lorenz lenz
leonard len lenny leo
leslie les
lillian lily lil
loretta retta etta lori
louis lou louie
louise lou lulu
lucas luke
lucinda lucy cindy
ludwig lutz lude
luise lulu lou
magdalena lena leni magda
madeline maddie
madison maddy maddie
malgorzata gosia
manfred manni fred mane
margaret rita maggie meg peggy madge marge margie margo greta daisy
margarete grete gretel gretchen margret gitta
margarita madge rita margie
margaretha gretha greta gretel
marjorie marge margie
maria mia mariechen mitzi ria
martha marty mattie
martin marty
mary molly polly mamie mae may mitzi
mathilde tilly hilde tilda
matilda tilly mattie tilda
matthew matt matty
matthias matze hias
maximilian max maxl
mehmet memo
melanie mel mela mellie
melissa mel missy lissa
mercedes merche
michael mike mick mickey micha micky michi mikey
michaela micha ela
michelle mickey micky shelly
mildred millie milly
mitchell mitch
mustafa musti
nathaniel nathan nat nate
nicholas nick nicky nico
nicole nikki nicky
nikolaus klaus niko
norbert norb bert
oliver ollie
pamela pam
patricia pat patty tricia trish patsy patti
patrick pat paddy patsy
paula polly
penelope penny
peter pete pit
philipp lippo phil
phillip phil pip
rachel shelly rae
rebecca becky becca reba
regina gina
reginald reg reggie rex
reinhard hardy
renate rena nate
richard rick dick rich ricky richie dicky dickie
robert rob bob bobby robbie bert
roberta bobbie robbie
roderick rod rory
ronald ron ronnie ronny
rosemary rose rosie romy
rudolf rudi rolf dolf
rudolph rudy
russell russ rusty
ryan ry
salvatore toto sal turi
samantha sam sammy
samuel sam sammy
sandra sandy
sarah sally sadie
sebastian basti seb wastl
siegfried sigi siggi
siegmund sigi siggi
sophie fieke
stanislaw staszek stas
stanley stan
stefan steff steffen
stefanie steffi
stephanie steph stevie
stephen steve stevie
steven steve stevie
susan sue susi susie suzie sukey
susanne susi sanne suse
tabitha tabby
tamara tammy mara
teresa terry tess tessa terri tracy
theresa terry tess tessa terri tracy
theresia resi
terence terry
theodor theo teddy
theodore ted teddy theo
thomas tom tommy
timothy tim timmy
tobias toby tobi
ulrich uli utz
ulrike rike uli ulli
ursula uschi ursel ulla
valentin veit valli
valerie val
veronika vroni nika
veronica ronnie vera
victor vic
victoria vicky vicki tori
vincent vince vinnie
vinzenz zenz
virginia ginny ginger
vladimir volodja vova
walter walt wally
waltraud traudl traudel walli
wilhelm willi willy helm
wilhelmine minna mina wilma helma
william bill billy will willy liam willie
winifred winnie freddie
wolfgang wolf wolfi
xaver vere
zachary zach zack
"""


def call_names() -> list[tuple[str, str]]:
    """Pairs of a word and a name that it may stand for; a name stands for itself."""
    groups = [line.split() for line in _CALL_NAMES.split("\n") if line]
    return sorted({(word, words[0]) for words in groups for word in words})
