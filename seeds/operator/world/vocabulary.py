"""Words that fictional people, firms and places are made of."""

# given names, family names, per origin; the origin decides how a name gets misspelt.
NAMES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "german": (
        (
            "Anna", "Björn", "Britta", "Christian", "Claudia", "Dieter", "Elke", "Florian", "Franziska", "Friederike",
            "Georg", "Gerda", "Günter", "Hannelore", "Hans", "Heike", "Helga", "Ingrid", "Jan", "Johanna", "Jörg",
            "Julia", "Jürgen", "Karin", "Katharina", "Klaus", "Lena", "Lukas", "Maria", "Martin", "Matthias", "Meike",
            "Michael", "Monika", "Niklas", "Nina", "Ole", "Petra", "Rainer", "Renate", "Rüdiger", "Sabine", "Sebastian",
            "Silke", "Stefan", "Susanne", "Sören", "Thomas", "Torsten", "Ulrike", "Uwe", "Volker", "Wiebke", "Wolfgang",
        ),
        (
            "Albrecht", "Bäcker", "Bauer", "Becker", "Behrens", "Böhm", "Brandt", "Carstens", "Dreßler", "Ehlers",
            "Fischer", "Friedrich", "Fröhlich", "Großmann", "Günther", "Hansen", "Hartmann", "Hoffmann", "Jäger",
            "Jansen", "Kaiser", "Keller", "Klein", "Köhler", "König", "Krämer", "Krause", "Krüger", "Kühn", "Lange",
            "Lehmann", "Lüders", "Maier", "Mayer", "Meier", "Meyer", "Möller", "Müller", "Neumann", "Petersen",
            "Pfeiffer", "Richter", "Röhr", "Roth", "Schäfer", "Schmidt", "Schmitt", "Schneider", "Schröder", "Schulz",
            "Schulze", "Schütz", "Schwarz", "Seidel", "Stöver", "Thiele", "Vogel", "Voß", "Wagner", "Weber", "Weiß",
            "Werner", "Wolf", "Zimmermann",
        ),
    ),
    "turkish": (
        (
            "Ahmet", "Ayşe", "Barış", "Cem", "Çağla", "Deniz", "Elif", "Emine", "Fatma", "Gökhan", "Gül", "Hakan",
            "Hüseyin", "İbrahim", "Kübra", "Mehmet", "Murat", "Özlem", "Şeyma", "Süleyman", "Ümit", "Yasemin",
        ),
        (
            "Acar", "Akın", "Aydın", "Çelik", "Çetin", "Demir", "Doğan", "Erdoğan", "Güneş", "Kaya", "Kılıç", "Koç",
            "Öztürk", "Özdemir", "Şahin", "Şimşek", "Taş", "Yıldırım", "Yıldız", "Yılmaz",
        ),
    ),
    "polish": (
        (
            "Agnieszka", "Bartłomiej", "Grażyna", "Jędrzej", "Katarzyna", "Krzysztof", "Łukasz", "Małgorzata", "Michał",
            "Paweł", "Piotr", "Rafał", "Stanisław", "Wojciech", "Zofia",
        ),
        (
            "Dąbrowski", "Grabowski", "Jankowski", "Kamiński", "Kowalczyk", "Kowalski", "Krawczyk", "Lewandowski",
            "Mazur", "Nowak", "Piotrowski", "Wiśniewski", "Wójcik", "Woźniak", "Zieliński",
        ),
    ),
    "greek": (
        ("Aléxandros", "Dimítrios", "Eléni", "Geórgios", "Ioánna", "Katerína", "Konstantínos", "Nikólaos", "Sofía"),
        ("Angelópoulos", "Dimitríou", "Georgíou", "Ioannídis", "Karagiánnis", "Nikolaídis", "Papadópoulos"),
    ),
    "cyrillic": (
        (
            "Aleksandr", "Dmitriy", "Ekaterina", "Evgeniy", "Galina", "Irina", "Lyudmila", "Mikhail", "Nadezhda",
            "Natalya", "Oksana", "Sergey", "Svetlana", "Tatyana", "Valeriy", "Vladimir", "Yuliya", "Zhanna",
        ),
        (
            "Baykov", "Chernov", "Fyodorov", "Ivanov", "Khokhlov", "Kuznetsov", "Lebedev", "Morozov", "Petrov",
            "Shevchenko", "Sokolov", "Solovyov", "Tkachenko", "Vasilyev", "Volkov", "Yakovlev", "Zhukov",
        ),
    ),
    "other": (
        (
            "Amira", "Chiara", "Dario", "Dragan", "Fátima", "François", "Giulia", "Hélène", "José", "Luca",
            "Mohammed", "Nguyen", "Olga", "Samira", "Zoltán",
        ),
        (
            "Al-Hassan", "Bianchi", "Çakmak-Weber", "da Silva", "El Amrani", "Fernández", "García", "Horváth",
            "Jovanović", "Kovačević", "Lefèvre", "Nguyễn", "O'Brien", "Rossi", "Tóth", "van der Berg", "von Hagen",
        ),
    ),
}  # fmt: skip
ORIGINS = tuple(NAMES)
ORIGIN_SHARES = (0.71, 0.09, 0.07, 0.035, 0.035, 0.06)

# Names of other alphabets as a second clerk writes them in Latin letters.
OTHER_LATIN = {
    "Ayşe": "Aysche", "Barış": "Barisch", "Cem": "Dschem", "Çağla": "Tschagla", "Gökhan": "Goekan", "Gül": "Guel",
    "Hüseyin": "Huseyn", "İbrahim": "Ebrahim", "Mehmet": "Mehmed", "Şeyma": "Scheyma", "Süleyman": "Soliman",
    "Çelik": "Tschelik", "Çetin": "Tschetin", "Doğan": "Dohan", "Erdoğan": "Erdogahn", "Kılıç": "Kilitsch",
    "Koç": "Kotsch", "Şahin": "Schahin", "Şimşek": "Schimschek", "Taş": "Tasch", "Yıldız": "Jildis",
    "Agnieszka": "Agnieschka", "Grażyna": "Graschyna", "Jędrzej": "Jendrzej", "Krzysztof": "Krystof",
    "Łukasz": "Lukas", "Małgorzata": "Malgoschata", "Michał": "Michael", "Wojciech": "Woytech", "Zofia": "Sofia",
    "Dąbrowski": "Dombrowski", "Jankowski": "Yankovski", "Kowalczyk": "Kowaltschik", "Kowalski": "Kovalski",
    "Krawczyk": "Krawtschik", "Lewandowski": "Levandovski", "Wiśniewski": "Wischnewski", "Wójcik": "Woitzik",
    "Woźniak": "Wosniak", "Zieliński": "Schelinski",
    "Aléxandros": "Alexander", "Dimítrios": "Dimitris", "Eléni": "Heleni", "Geórgios": "Giorgos",
    "Ioánna": "Joanna", "Katerína": "Ekaterini", "Konstantínos": "Kostas", "Nikólaos": "Nikos", "Sofía": "Sophia",
    "Angelópoulos": "Aggelopoulos", "Dimitríou": "Demetriou", "Georgíou": "Yeoryiou", "Ioannídis": "Joannidis",
    "Karagiánnis": "Karayannis", "Nikolaídis": "Nicolaides", "Papadópoulos": "Papadopulos",
    "Aleksandr": "Alexander", "Dmitriy": "Dmitri", "Ekaterina": "Jekaterina", "Evgeniy": "Jewgenij",
    "Lyudmila": "Ljudmila", "Mikhail": "Michail", "Nadezhda": "Nadeschda", "Natalya": "Natalja",
    "Oksana": "Oxana", "Sergey": "Sergej", "Svetlana": "Swetlana", "Tatyana": "Tatjana", "Valeriy": "Waleri",
    "Vladimir": "Wladimir", "Yuliya": "Julia", "Zhanna": "Schanna",
    "Baykov": "Bajkow", "Chernov": "Tschernow", "Fyodorov": "Fjodorow", "Ivanov": "Iwanow", "Khokhlov": "Chochlow",
    "Kuznetsov": "Kusnezow", "Lebedev": "Lebedew", "Morozov": "Morosow", "Petrov": "Petrow",
    "Shevchenko": "Schewtschenko", "Sokolov": "Sokolow", "Solovyov": "Solowjow", "Tkachenko": "Tkatschenko",
    "Vasilyev": "Wassiljew", "Volkov": "Wolkow", "Yakovlev": "Jakowlew", "Zhukov": "Schukow",
}  # fmt: skip

# What people call themselves where nobody asks for a passport.
NICKNAMES = {
    "Britta": "Britti", "Christian": "Chris", "Claudia": "Claudi", "Florian": "Flo", "Franziska": "Franzi",
    "Friederike": "Rike", "Günter": "Günni", "Hannelore": "Hanne", "Hans": "Hansi", "Ingrid": "Inge",
    "Johanna": "Hanna", "Julia": "Jule", "Katharina": "Kathi", "Lukas": "Luki", "Matthias": "Matze",
    "Michael": "Micha", "Monika": "Moni", "Niklas": "Niki", "Renate": "Reni", "Rüdiger": "Rudi", "Sabine": "Bine",
    "Sebastian": "Basti", "Susanne": "Susi", "Thomas": "Tom", "Ulrike": "Ulli", "Wolfgang": "Wolf",
    "Süleyman": "Sülo", "Katarzyna": "Kasia", "Małgorzata": "Gosia", "Stanisław": "Staszek", "Dimítrios": "Mitsos",
    "Aleksandr": "Sascha", "Ekaterina": "Katja", "Mikhail": "Mischa", "Natalya": "Natascha", "Tatyana": "Tanja",
    "Vladimir": "Wolodja", "José": "Pepe",
}  # fmt: skip

# Letters and endings that sound alike: the first that a name has is written in the other way.
SOUNDALIKES = (
    ("dt", "tt"), ("tt", "t"), ("ck", "k"), ("tz", "z"), ("ph", "f"), ("th", "t"), ("ei", "ai"), ("ey", "ei"),
    ("ie", "i"), ("ss", "s"), ("mm", "m"), ("nn", "n"), ("ll", "l"), ("ff", "f"), ("ks", "x"), ("k", "c"), ("v", "w"),
    ("z", "s"), ("y", "i"), ("d", "t"), ("b", "p"),
)  # fmt: skip
# The key to the right on a German keyboard.
NEXT_KEY = dict(zip("qwertzuioasdfghjklyxcvbnm", "wertzuiopsdfghjklkxcvbnmn", strict=True))

# city, telephone area code without the leading zero, first postcode, number of postcodes
CITIES = (
    ("Hamburg", 40, 20095, 180),
    ("Bremen", 421, 28195, 60),
    ("Kiel", 431, 24103, 40),
    ("Lübeck", 451, 23552, 18),
    ("Rostock", 381, 18055, 16),
    ("Flensburg", 461, 24937, 8),
    ("Oldenburg", 441, 26121, 14),
    ("Hannover", 511, 30159, 90),
    ("Münster", 251, 48143, 24),
    ("Osnabrück", 541, 49074, 16),
    ("Köln", 221, 50667, 120),
    ("Düsseldorf", 211, 40210, 100),
    ("Dortmund", 231, 44135, 70),
    ("Göttingen", 551, 37073, 12),
    ("Stade", 4141, 21680, 6),
    ("Itzehoe", 4821, 25524, 3),
)
CITY_SHARES = (0.26, 0.10, 0.07, 0.05, 0.05, 0.03, 0.04, 0.10, 0.05, 0.03, 0.07, 0.05, 0.04, 0.02, 0.02, 0.02)

STREETS = (
    "Ahornstraße", "Am Markt", "An der Alster", "Bahnhofstraße", "Bergstraße", "Birkenweg", "Blumenstraße",
    "Dorfstraße", "Eichenallee", "Feldstraße", "Fischerstraße", "Friedrich-Ebert-Straße", "Gartenstraße",
    "Goethestraße", "Große Bergstraße", "Hafenstraße", "Hauptstraße", "Heideweg", "Jahnstraße", "Kirchweg",
    "Königstraße", "Lange Reihe", "Lindenallee", "Lübecker Straße", "Mozartstraße", "Mühlenweg", "Neuer Wall",
    "Parkstraße", "Poststraße", "Ringstraße", "Rosenweg", "Schillerstraße", "Schloßstraße", "Schulstraße", "Seestraße",
    "Süderstraße", "Tannenweg", "Uferstraße", "Waldweg", "Wiesenstraße",
)  # fmt: skip

TRADES = (
    "Bau", "Dachdeckerei", "Druck", "Elektrotechnik", "Gartenbau", "Gebäudereinigung", "Hausverwaltung", "Holzhandel",
    "Immobilien", "IT-Systeme", "Kälte- und Klimatechnik", "Logistik", "Metallbau", "Möbel", "Pflegedienst", "Sanitär",
    "Spedition", "Steuerberatung", "Versicherungsmakler", "Werbetechnik",
)  # fmt: skip
LEGAL_FORMS = ("GmbH", "GmbH", "GmbH", "GmbH & Co. KG", "AG", "KG", "UG (haftungsbeschränkt)", "e.K.")
# Each form as other people write it, or shorten it.
FORM_SPELLINGS = {
    "GmbH & Co. KG": ("GmbH u. Co KG", "GmbH + Co.KG", "GmbH&Co. KG"),
    "GmbH": ("G.m.b.H.", "Gesellschaft mit beschränkter Haftung", "gmbh"),
    "UG (haftungsbeschränkt)": ("UG", "UG haftungsbeschränkt", "Unternehmergesellschaft (haftungsbeschränkt)"),
    "AG": ("A.G.", "Aktiengesellschaft", "ag"),
    "KG": ("K.G.", "Kommanditgesellschaft", "kg"),
    "e.K.": ("eK", "e. K.", "eingetragener Kaufmann"),
}
TRADE_ABBREVIATIONS = {
    "Dachdeckerei": "Dachdeck.", "Elektrotechnik": "Elektrotechn.", "Gartenbau": "Gartenb.",
    "Gebäudereinigung": "Gebäudereinig.", "Hausverwaltung": "Hausverw.", "Holzhandel": "Holzh.",
    "Immobilien": "Immob.", "IT-Systeme": "IT Systeme", "Kälte- und Klimatechnik": "Kälte-/Klimatechnik",
    "Metallbau": "Metallb.", "Pflegedienst": "Pfleged.", "Spedition": "Sped.", "Steuerberatung": "StB",
    "Versicherungsmakler": "Vers.-Makler", "Werbetechnik": "Werbetechn.",
}  # fmt: skip
CRAFTS = (
    "Malerbetrieb",
    "Tischlerei",
    "Friseursalon",
    "Café",
    "Kiosk",
    "Fahrschule",
    "Blumenhaus",
    "Änderungsschneiderei",
)
MAIL_DOMAINS = ("gmx.example", "web.example", "t-mail.example", "nordmail.example", "posteo.example")

# Letters that lose their marks, beyond what Unicode decomposition gives.
TRANSLITERATION = {
    "ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss",
}  # fmt: skip
STRIPPING = dict(
    zip(
        "äöüÄÖÜşŞğĞıİçÇłŁąĄęĘśŚźŹżŻćĆńŃóÓéÉèÈêÊáÁíÍúÚčČđñãõâôîûàòùïëễ",
        "aouAOUsSgGiIcClLaAeEsSzZzZcCnNoOeEeEeEaAiIuUcCdnaoaoiuaouiee",
        strict=True,
    )
) | {"ß": "ss"}
