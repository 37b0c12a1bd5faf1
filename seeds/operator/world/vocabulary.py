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
    "other": (
        (
            "Aleksandr", "Amira", "Chiara", "Dario", "Dragan", "Fátima", "François", "Giulia", "Hélène", "José", "Luca",
            "Mohammed", "Nadezhda", "Nguyen", "Olga", "Samira", "Tatyana", "Zoltán",
        ),
        (
            "Al-Hassan", "Bianchi", "Çakmak-Weber", "da Silva", "El Amrani", "Fernández", "García", "Horváth",
            "Ivanova", "Jovanović", "Kovačević", "Lefèvre", "Nguyễn", "O'Brien", "Petrov", "Rossi", "Sokolov", "Tóth",
            "van der Berg", "von Hagen",
        ),
    ),
}  # fmt: skip
ORIGINS = tuple(NAMES)
ORIGIN_SHARES = (0.72, 0.09, 0.08, 0.04, 0.07)

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
