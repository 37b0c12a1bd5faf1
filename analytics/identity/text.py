"""Text as it is compared: one alphabet, one case, no accents; phones in E.164; junk taken out.

Everything is SQL over whole columns; Python is called only for what needs a library (other alphabets, broken
encodings, phone
numbers), on the values that need it.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache

import duckdb
import phonenumbers
import pyarrow as pa
from text_unidecode import unidecode

# Longer than any name, address or number of people; what is cut off never decides, and keeps a 1 MB name harmless.
LONGEST_TEXT = 200
LONGEST_WORD = 40

# The signs of UTF-8 that was read as a Western code page.
_MOJIBAKE = "[ÃÂâÅÄ][\u0080-\u00bf\u0152-\u0178\u2013-\u203a\u20ac\u2122]"
_MOJIBAKE_PATTERN = re.compile(_MOJIBAKE)

# Words people and systems write where they know nothing.
NOTHING_WORDS = (
    "na", "n a", "none", "null", "nil", "nan", "unknown", "unbekannt", "inconnu", "sconosciuto", "desconocido",
    "bilinmiyor",
    "nieznany", "onbekend", "test", "tester", "testkunde", "test test", "dummy", "x", "xx", "xxx", "xxxx", "kunde",
    "customer",
    "keine", "kein", "keine angabe", "k a", "not available", "not provided", "tbd", "default", "no name", "noname",
    "anonymous",
    "anonym", "deleted", "geloscht", "geloescht", "gesperrt", "sonstige", "divers", "undefined", "missing", "empty",
)  # fmt: skip

# What forms hold in place of a given name: who somebody is to somebody else, or merely that it is somebody.
NO_GIVEN_NAMES = (
    "wife", "husband", "mother", "father", "mom", "mum", "dad", "son", "daughter", "child", "male child",
    "female child", "kid", "baby", "boy", "girl", "youngest", "oldest", "eldest", "friend", "gentleman",
    "man", "woman", "lady", "male", "female", "adult", "adult male", "adult female", "minor",
    "inmate", "resident", "granddaughter", "grandson", "grandchild", "brother", "sister", "person", "one", "owner",
    "occupant", "respondent", "respondant", "anon", "householder", "tenant", "spouse", "partner", "roommate", "guest",
    "mann", "frau", "herr", "kind", "sohn", "tochter", "mutter", "vater", "bruder", "schwester", "ehefrau", "ehemann",
    "gatte", "gattin", "familie", "family", "eheleute", "hijo", "hija", "senor", "senora", "madre", "padre", "esposa",
    "esposo", "femme", "fils", "fille", "mere", "pere", "karisi", "koca", "ogul", "kiz", "nephew", "niece",
    "cousin", "uncle", "aunt", "grandmother", "grandfather", "sibling", "gent", "gentelman", "gentlemen",
    "first name", "given name", "vorname", "nombre", "prenom",
    # As clerks shorten lady, gentleman, daughter or child of the house.
    "loh", "goh", "doh", "coh", "moh", "hoh", "soh", "dau",
)  # fmt: skip
NO_FAMILY_NAMES = (
    "wife", "husband", "mother", "father", "daughter", "child", "brother", "sister", "respondent", "respondant", "anon",
    "dont know", "do not know", "refused", "of house", "of the house", "the house", "head of house", "of household",
    "occupant", "resident", "householder", "tenant", "spouse", "roommate", "ehefrau", "ehemann", "bewohner", "mieter",
    "household", "no name", "no last name", "last name", "surname", "family name", "nachname", "familienname",
    "apellido", "nom",
)  # fmt: skip

# Mailboxes that belong to nobody.
NOBODY_MAILBOXES = (
    "none", "noreply", "no-reply", "no_reply", "donotreply", "nomail", "noemail", "no-email", "nobody", "null", "na",
    "n.a", "n/a",
    "unknown", "unbekannt", "keine", "kein", "keinemail", "test", "xxx", "xx", "x", "dummy", "example", "email",
    "mail", "notprovided",
    "not.provided", "empty", "invalid", "fake", "abc", "asdf",
)  # fmt: skip

_TITLES = (
    "dr", "prof", "professor", "doktor", "med", "jur", "rer", "nat", "phil", "hc", "dipl", "ing", "mag", "msc",
    "bsc", "mba", "phd",
    "herr", "frau", "herrn", "mr", "mrs", "ms", "miss", "mme", "mlle", "monsieur", "madame", "sig", "sra", "jr",
    "sr", "junior",
    "senior", "bay", "bayan", "pan", "pani",
)  # fmt: skip

# Particles of family names: written, left out and placed as one likes.
_PARTICLES = (
    "von", "vom", "zu", "zum", "zur", "und", "van", "de", "den", "der", "del", "della", "dello", "di", "da", "do",
    "dos", "du",
    "la", "le", "los", "las", "el", "al", "ter", "ten", "af", "av",
)  # fmt: skip

# Words of company names that tell nothing.
COMPANY_STOP_WORDS = (
    "and",
    "der",
    "die",
    "das",
    "the",
    "of",
    "for",
    "fur",
    "et",
    "y",
    "e",
    "i",
    "in",
    "am",
    "firma",
    "fa",
)

_STREET_WORDS = (
    ("strasse|strase|str", "str"),
    ("street|st", "st"),
    ("avenue|ave|av", "av"),
    ("road|rd", "rd"),
    ("drive|dr", "dr"),
    ("lane|ln", "ln"),
    ("boulevard|blvd|bvd", "blvd"),
    ("court|ct", "ct"),
    ("crescent|cres|cr", "cres"),
    ("place|plc|pl|platz", "pl"),
    ("circle|cir", "cir"),
    ("terrace|ter", "ter"),
    ("parkway|pkwy", "pkwy"),
    ("highway|hwy", "hwy"),
    ("square|sq", "sq"),
    ("caddesi|cad|cd", "cad"),
    ("sokagi|sokak|sok|sk", "sok"),
    ("mahallesi|mah|mh", "mah"),
    ("ulica|ul", "ul"),
    ("north|n", "n"),
    ("south|s", "s"),
    ("east|e", "e"),
    ("west|w", "w"),
)


# Groups of letters that languages write one sound with, the longest first.
_SPOKEN = (
    ("dsch", "k"), ("tsch", "k"), ("dzh", "k"), ("sch", "s"), ("sh", "s"), ("sz", "s"), ("cz", "k"), ("rz", "r"),
    ("kh", "k"), ("ph", "f"),
    ("ck", "k"), ("dt", "t"), ("th", "t"), ("ch", "k"),
)  # fmt: skip


def sql_list(values: tuple[str, ...] | frozenset[str]) -> str:
    """A list of text literals for ``in (…)`` or ``[…]``."""
    return ", ".join("'" + value.replace("'", "''") + "'" for value in sorted(values))


def _repaired(text: str) -> str:
    """Undo UTF-8 read as Windows-1252 or Latin-1; twice, as copies of copies are."""
    for _ in range(2):
        if not _MOJIBAKE_PATTERN.search(text):
            return text
        for encoding in ("cp1252", "latin-1"):
            try:
                text = text.encode(encoding).decode("utf-8")
                break
            except UnicodeError:
                continue
        else:
            return text
    return text


def _repair(values: pa.Array) -> pa.Array:
    return pa.array([None if value is None else _repaired(value) for value in values.to_pylist()], pa.string())


def _transliterate(values: pa.Array) -> pa.Array:
    # One sign may become several letters.
    texts = (None if value is None else unidecode(value).lower()[: 2 * LONGEST_TEXT] for value in values.to_pylist())
    return pa.array(texts, pa.string())


@lru_cache(maxsize=200_000)
def e164(text: str, region: str) -> str | None:
    """A phone number in E.164 ('+4917123456'), or None when no number of that length exists.

    ``region`` (ISO 3166-1 alpha-2) is taken for numbers without a country code.
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _e164(values: pa.Array, regions: pa.Array) -> pa.Array:
    pairs = zip(values.to_pylist(), regions.to_pylist(), strict=True)
    return pa.array([None if text is None else e164(text, region) for text, region in pairs], pa.string())


def install(connection: duckdb.DuckDBPyConnection) -> None:
    """Define the functions and macros of this module on a connection; a second time changes nothing."""
    with suppress(duckdb.CatalogException):
        connection.execute("select filled([])")
        return
    for name, function, arguments in (
        ("repair_encoding", _repair, ["VARCHAR"]),
        ("transliterate", _transliterate, ["VARCHAR"]),
        ("to_e164", _e164, ["VARCHAR", "VARCHAR"]),
    ):
        # Nulls come in and go out: not every text is a number.
        connection.create_function(name, function, arguments, "VARCHAR", type="arrow", null_handling="special")
    for macro in _macros():
        connection.execute(f"create or replace macro {macro}")


def _macros() -> tuple[str, ...]:
    titles, particles = sql_list(_TITLES), sql_list(_PARTICLES)
    street = "' ' || x || ' '"
    for pattern, short in _STREET_WORDS:
        street = f"regexp_replace({street}, ' (?:{pattern}) ', ' {short} ', 'g')"
    any_street_word = "|".join(pattern for pattern, _ in _STREET_WORDS)
    doubled = "regexp_replace(x, '[aeiouhw ]', '', 'g')"
    for letter in "bdfgklmnprst":
        doubled = f"replace({doubled}, '{letter}{letter}', '{letter}')"
    spoken = "x"
    for pattern, letter in _SPOKEN:
        spoken = f"replace({spoken}, '{pattern}', '{letter}')"
    spoken = f"translate({spoken}, 'cqzvyj', 'kkswii')"
    # No sound of its own behind a letter; twice is once.
    spoken = f"replace(regexp_replace({spoken}, '(.)h', '\\1', 'g'), 'ie', 'i')"
    for letter in "aeioubdfgklmnprstw":
        spoken = f"replace({spoken}, '{letter}{letter}', '{letter}')"
    return (
        # One alphabet, in steps: encodings repaired, accents off, other scripts in Latin letters. Few values need
        # the Python.
        f"""repaired(x) as case when regexp_matches(x, '{_MOJIBAKE}') then repair_encoding(x) else x end""",
        f"""cut(x) as nfc_normalize(substr(x, 1, {LONGEST_TEXT}))""",
        """plain(x) as strip_accents(replace(lower(x), 'ß', 'ss'))""",
        """latin(x) as case when regexp_matches(x, '[^\\x00-\\x7F]') then transliterate(x) else x end""",
        # An apostrophe joins, everything else parts.
        """letters(x) as trim(regexp_replace(regexp_replace(x, '[''`]', '', 'g'), '[^a-z0-9]+', ' ', 'g'))""",
        # German vowels written out meet the ones written with dots.
        """vowels(x) as replace(replace(replace(x, 'ae', 'a'), 'oe', 'o'), 'ue', 'u')""",
        f"""something(x) as case when x = '' or x in ({sql_list(NOTHING_WORDS)}) then null else x end""",
        # 'daughter of', 'lady of the house', 'mother r': the word that says who somebody is.
        """role(x) as regexp_replace(regexp_replace(x, '( [a-z])+$', ''), ' (of|in)( the)?( house| home)?$', '')""",
        """filled(x) as case when len(x) > 0 then x end""",
        # Most lists have one entry.
        """sorted_set(x) as case when len(x) > 1 then list_sort(list_distinct(x)) else x end""",
        f"""cut_words(x) as list_transform(list_filter(string_split(x, ' '), lambda w: w <> ''), lambda w: substr(w,
        1, {LONGEST_WORD}))""",
        f"""without_titles(x) as list_filter(x, lambda w: w not in ({titles}))""",
        f"""without_particles(x) as case when len(list_filter(x, lambda w: w not in ({particles}))) > 0
            then list_filter(x, lambda w: w not in ({particles})) else x end""",
        # What a name sounds like, roughly and in any European language: a key for finding candidates, never evidence.
        """hard_letters(x) as translate(
            replace(replace(replace(replace(replace(replace(x, 'sch', 's'), 'ph', 'f'), 'ck', 'k'), 'dt', 't'),
                'th', 't'), 'ch', 'k'),
            'cqgzxvpdyj', 'kkksswbtii')""",
        # The same name as other languages spell it: Vladimir and Wladimir, Şeyma and Scheyma, Cem and Dschem, Julia
        # and Yuliya.
        f"""spoken(x) as {spoken}""",
        f"""consonants(x) as {doubled}""",
        """sound(x) as substr(left(hard_letters(x), 1) || consonants(substr(hard_letters(x), 2)), 1, 5)""",
        # 'Hauptstraße', 'Haupt Str.' and 'Hauptstr' alike.
        f"""spelt_street(x) as regexp_replace(case when regexp_matches(x, '\\b(?:{any_street_word})\\b') then
        trim({street}) else x end,
            '(strasse|strase)$', 'str')""",
        """local_part(x) as regexp_replace(split_part(x, '@', 1), '[+].*$', '')""",
        """mail_domain(x) as case split_part(x, '@', 2) when 'googlemail.com' then 'gmail.com' when 'protonmail.com'
        then 'proton.me'
            when 'pm.me' then 'proton.me' when 'protonmail.ch' then 'proton.me' else split_part(x, '@', 2) end""",
        # Two spellings of one mailbox: what is behind '+' goes to the same person; dots do not count
        # with some providers, and with all others clerks leave them out or put them in.
        f"""mailbox(x) as case
            when not regexp_full_match(x, '[^@ ]+@[^@ ]+[.][^@ .]+') or local_part(x) in ({sql_list(NOBODY_MAILBOXES)})
                or local_part(x) = '' then null
            else replace(local_part(x), '.', '') || '@' || mail_domain(x) end""",
    )
