"""Any number of customer records in three systems, with noise of its own: vectorised, seeded, written as Parquet.

Nothing is taken from the synthetic operator or from the linker. Vocabularies have a fixed size, as in life: in a larger
data set more people share a name, a birthday or a postcode. Households share addresses, numbers and mailboxes; there
are twins, namesakes of two generations, recycled numbers, shops' numbers and placeholders.
"""

from __future__ import annotations

from datetime import date
from itertools import product
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.identity.records import Dataset, complete

SYSTEMS = ("billing", "crm", "crm_fixed")
_PRESENCE = (0.85, 0.80, 0.35)
_SHARES = (0.88, 0.04, 0.08)
PERSON, SOLE_TRADER, COMPANY = range(3)
_TYPES = ("person", "sole_trader", "company")
_FIRST_BIRTHDAY = (date(1938, 1, 1) - date(1970, 1, 1)).days
_LAST_BIRTHDAY = (date(2008, 1, 1) - date(1970, 1, 1)).days
_MOBILE = (151, 152, 157, 159)
_DOMAINS = ("gmail.com", "web.de", "gmx.de", "t-online.de", "outlook.com", "freenet.de", "posteo.de", "icloud.com")
_FORMS = ("GmbH", "AG", "GmbH & Co. KG", "UG (haftungsbeschränkt)", "e.K.", "OHG")
_TRADES = (
    "Elektro",
    "Metallbau",
    "Logistik",
    "Software",
    "Immobilien",
    "Bäckerei",
    "Autohaus",
    "Reisen",
    "Pflegedienst",
)
_STREET_KINDS = ("straße", "weg", "allee", "gasse", "ring", "platz", "ufer")
_FOLDS = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"}
_STRIPS = {"ä": "a", "ö": "o", "ü": "u", "ß": "s", "Ä": "A", "Ö": "O", "Ü": "U"}


def write(records: int, seed: int, folder: str) -> dict[str, int]:
    """Write ``records.parquet`` and ``truth.parquet`` (column truth); returns the number of records."""
    made = generate(records, seed)
    Path(folder).mkdir(parents=True, exist_ok=True)
    made.records.write_parquet(Path(folder) / "records.parquet")
    made.truth.to_frame("truth").write_parquet(Path(folder) / "truth.parquet")
    return {"records": len(made.records)}


def generate(records: int, seed: int) -> Dataset:
    """Exactly so many records of about half as many parties; the same arguments give the same records."""
    random = np.random.default_rng([seed, records])
    parties = _parties(int(records / sum(_PRESENCE)) + 200, random)
    parts = []
    for number, (system, share) in enumerate(zip(SYSTEMS, _PRESENCE, strict=True)):
        chosen = parties.filter(pl.Series(random.random(len(parties)) < share))
        again = chosen.sample(fraction=0.02, seed=int(random.integers(2**31)))  # entered twice
        held = pl.concat([chosen, again])
        numbers = random.permutation(len(held)) + 1
        parts.append(
            _claims(held, random, careless=(1.0, 0.8, 1.6)[number]).with_columns(
                system=pl.lit(system),
                record_id=pl.concat_str(pl.lit(f"{system}:"), pl.Series(numbers).cast(pl.String).str.zfill(8)),
            )
        )
    everything = pl.concat(parts)
    if len(everything) < records:
        raise ValueError(f"{len(everything):,} records made, {records:,} asked for")
    sample = everything.sample(records, shuffle=True, seed=seed)
    return Dataset(f"{records:,} synthetic", complete(sample), sample["party"])


def _parties(count: int, random: np.random.Generator) -> pl.DataFrame:
    """One row per true party."""
    kind = random.choice(3, count, p=_SHARES)
    given = _drawn(_given_names(), 10, 1.0, count, random)
    family = _drawn(_family_names(), 15, 0.9, count, random)
    birth = random.integers(_FIRST_BIRTHDAY, _LAST_BIRTHDAY, count)
    postcode = _skewed(8_000, 400, 0.7, count, random)
    street = random.integers(0, 15_000, count)
    house = random.integers(1, 150, count)
    number = random.permutation(count)
    phone = np.array(_MOBILE)[number % 4] * 10**8 + (number // 4 * 7_919 + 12_345_678) % 10**8
    mailbox = np.arange(count)

    people = random.permutation(np.flatnonzero(kind == PERSON))
    shared = len(people) * 12 // 100
    member, host = people[:shared], people[shared : 2 * shared]
    for values in (postcode, street, house):
        values[member] = values[host]
    draw = random.random(shared)
    same_name = draw < 0.8
    family[member[same_name]] = family[host[same_name]]
    twins = draw < 0.02
    birth[member[twins]] = birth[host[twins]]
    namesakes = (draw >= 0.02) & (draw < 0.06)
    given[member[namesakes]] = given[host[namesakes]]
    birth[member[namesakes]] = np.minimum(birth[host[namesakes]] + 9_500, _LAST_BIRTHDAY - 1)
    same_phone, same_mail = random.random(shared) < 0.2, random.random(shared) < 0.1
    phone[member[same_phone]] = phone[host[same_phone]]
    mailbox[member[same_mail]] = mailbox[host[same_mail]]

    trade = np.array(_TRADES, dtype=object)[random.integers(0, len(_TRADES), count)]
    form = np.array(_FORMS, dtype=object)[random.integers(0, len(_FORMS), count)]
    company = np.where(kind == COMPANY, family + " " + trade + " " + form, trade + " " + family)
    style = random.integers(0, 3, count)
    frame = pl.DataFrame(
        {
            "party": np.arange(count),
            "kind": kind,
            "given_name": given.tolist(),
            "family_name": family.tolist(),
            "company_name": company.tolist(),
            "birth_day": birth,
            "street_number": street,
            "house": house,
            "place": postcode,
            "phone": phone,
            # A recycled number: who held it before is still in somebody's books with it.
            "recycled_phone": phone[random.permutation(count)],
            "vat": random.permutation(count) * 7 % 900_000_000 + 100_000_000,
        }
    )
    plain = {
        name: _replaced(pl.col(name), _FOLDS).str.to_lowercase().str.replace_all("[^a-z]", "")
        for name in ("given_name", "family_name", "company_name")
    }
    tail = pl.col("party").cast(pl.String)
    own = frame.select(
        pl.when(pl.col("kind") == COMPANY)
        .then("info@" + plain["company_name"] + tail + ".de")
        .otherwise(
            pl.when(pl.Series(style) == 0).then(plain["given_name"] + "." + plain["family_name"] + tail)
            .when(pl.Series(style) == 1).then(plain["family_name"] + tail)
            .otherwise(plain["given_name"].str.slice(0, 1) + "." + plain["family_name"] + tail)
            + "@"
            + pl.Series(np.array(_DOMAINS, dtype=object)[random.integers(0, len(_DOMAINS), count)].tolist())
        )
        .alias("email")
    )  # fmt: skip
    return frame.with_columns(own["email"].gather(mailbox))


def _claims(parties: pl.DataFrame, random: np.random.Generator, careless: float) -> pl.DataFrame:
    """What one system believes of these parties."""
    count = len(parties)

    def happens(share: float) -> pl.Series:
        return pl.Series(random.random(count) < share * careless)

    def drawn(high: int) -> pl.Series:
        return pl.Series(random.integers(0, high, count))

    company = pl.col("kind") == COMPANY
    person = pl.col("kind") == PERSON
    given, family = pl.col("given_name"), pl.col("family_name")
    other_family = pl.Series(_drawn(_family_names(), 15, 0.9, count, random).tolist())
    family = pl.when(happens(0.006) & person).then(other_family).otherwise(family)
    family = _mistyped(family, happens(0.025), drawn(1_000))
    given = _mistyped(given, happens(0.012), drawn(1_000))
    given = pl.when(happens(0.008)).then(given.str.slice(0, 1) + ".").otherwise(given)
    spelling = random.choice(4, count, p=[0.86, 0.06, 0.03, 0.05])
    given, family, firm = (_spelt(name, pl.Series(spelling)) for name in (given, family, pl.col("company_name")))
    swapped = happens(0.004) & parties.select(person).to_series()

    moved = happens(0.035)
    place = pl.when(moved).then(pl.Series(_skewed(8_000, 400, 0.7, count, random))).otherwise("place")
    street = pl.when(moved).then(drawn(15_000)).otherwise("street_number")
    house = pl.when(moved).then(drawn(149) + 1).otherwise("house").cast(pl.String)
    street_name = _looked_up(street, _street_names())
    short = street_name.str.replace("straße", "str.").str.replace(" platz", " pl.")
    style = random.choice(4, count, p=[0.55, 0.22, 0.13, 0.10])
    address = (
        pl.when(pl.Series(style) == 0).then(street_name + " " + house)
        .when(pl.Series(style) == 1).then(short + " " + house)
        .when(pl.Series(style) == 2).then(_replaced(street_name, _FOLDS) + " " + house)
        .otherwise((street_name + " " + house).str.to_uppercase())
    )  # fmt: skip

    day = pl.from_epoch(pl.col("birth_day"), time_unit="d")
    swapped_day = pl.date(day.dt.year(), pl.min_horizontal(day.dt.day(), 12), day.dt.month())
    birth = pl.when(happens(0.015) & (day.dt.day() <= 12)).then(swapped_day).otherwise(day)
    birth = pl.when(happens(0.004)).then(birth.dt.offset_by("-10y")).otherwise(birth)  # one digit of the year

    mail = pl.col("email")
    mail = (
        pl.when(happens(0.04)).then("x" + mail.str.replace("@", "." + drawn(99).cast(pl.String) + "@")).otherwise(mail)
    )
    mail = pl.when(happens(0.01)).then(mail.str.replace("@", "+shop@")).otherwise(mail)
    mail = pl.when(happens(0.05)).then(mail.str.to_uppercase()).otherwise(mail)
    mail = pl.when(happens(0.003)).then(pl.lit("none@none.com")).otherwise(mail)

    other = pl.Series(np.array(_MOBILE)[random.integers(0, 4, count)] * 10**8 + random.integers(0, 10**8, count))
    phone = pl.when(happens(0.04)).then(other).when(happens(0.01)).then("recycled_phone").otherwise("phone")
    phone = pl.when(happens(0.002)).then(pl.lit(15_112_345_678) + drawn(3)).otherwise(phone)  # a shop's
    number = _phone_text(phone, pl.Series(random.choice(5, count, p=[0.25, 0.30, 0.15, 0.20, 0.10])))
    number = pl.when(happens(0.003)).then(pl.lit("0000000000")).otherwise(number)

    return parties.select(
        "party",
        party_type=pl.col("kind").replace_strict(range(3), _TYPES),
        given_name=pl.when(~company & ~happens(0.004)).then(pl.when(swapped).then(family).otherwise(given)),
        family_name=pl.when(~company).then(pl.when(swapped).then(given).otherwise(family)),
        company_name=pl.when(~person).then(firm),
        birth_date=pl.when(~company & ~happens(0.06)).then(birth),
        emails=pl.when(~happens(0.09)).then(pl.concat_list(mail)),
        phones=pl.when(~happens(0.08)).then(pl.concat_list(number)),
        vat_number=pl.when(~person & ~happens(0.3)).then(pl.lit("DE") + pl.col("vat").cast(pl.String)),
        street=pl.when(~happens(0.01)).then(address),
        postcode=pl.when(~happens(0.01)).then((place + 10_000).cast(pl.String)),
        city=_looked_up(place // 10, _city_names()),
        country_code=pl.lit("DE"),
    )


def _mistyped(name: pl.Expr, happens: pl.Series, place: pl.Series) -> pl.Expr:
    """A letter left out, doubled, or swapped with the next one."""
    at = 1 + pl.lit(place) % (name.str.len_chars().cast(pl.Int64) - 2).clip(1)
    head, letter, tail = name.str.slice(0, at), name.str.slice(at, 1), name.str.slice(at + 1)
    wrong = (
        pl.when(place % 3 == 0).then(head + tail)
        .when(place % 3 == 1).then(head + letter + letter + tail)
        .otherwise(head + tail.str.slice(0, 1) + letter + tail.str.slice(1))
    )  # fmt: skip
    return pl.when(happens).then(wrong).otherwise(name)


def _spelt(name: pl.Expr, style: pl.Series) -> pl.Expr:
    return (
        pl.when(style == 1).then(_replaced(name, _FOLDS))
        .when(style == 2).then(_replaced(name, _STRIPS))
        .when(style == 3).then(name.str.to_uppercase())
        .otherwise(name)
    )  # fmt: skip


def _phone_text(number: pl.Expr, style: pl.Series) -> pl.Expr:
    digits = number.cast(pl.String)
    return (
        pl.when(style == 0).then("+49" + digits)
        .when(style == 1).then("0" + digits)
        .when(style == 2).then("0049 " + digits)
        .when(style == 3).then("0" + digits.str.slice(0, 3) + "/" + digits.str.slice(3))
        .otherwise("+49 " + digits.str.slice(0, 3) + " " + digits.str.slice(3, 4) + " " + digits.str.slice(7))
    )  # fmt: skip


def _replaced(value: pl.Expr, letters: dict[str, str]) -> pl.Expr:
    return value.str.replace_many(list(letters), list(letters.values()))


def _looked_up(position: pl.Expr, words: np.ndarray) -> pl.Expr:
    return pl.lit(pl.Series(words.tolist())).gather(position.cast(pl.Int64))


def _skewed(size: int, flat: int, steepness: float, count: int, random: np.random.Generator) -> np.ndarray:
    """Draws from range(size), the first ones more often, after Zipf; ``flat`` evens out the head."""
    weights = 1 / (np.arange(size) + flat) ** steepness
    return np.searchsorted(np.cumsum(weights) / weights.sum(), random.random(count)).clip(0, size - 1)


def _drawn(words: np.ndarray, flat: int, steepness: float, count: int, random: np.random.Generator) -> np.ndarray:
    return words[_skewed(len(words), flat, steepness, count, random)]


def _words(*parts: tuple[str, ...], limit: int) -> np.ndarray:
    """Every combination of the parts, in an order that shows no pattern."""
    words = np.array(["".join(word) for word in product(*parts)], dtype=object)
    return np.random.default_rng(len(words)).permutation(np.unique(words))[:limit]


_HEADS = ("Bau", "Berg", "Bö", "Brau", "Dorn", "Eb", "Fal", "Fisch", "Gro", "Grü", "Hart", "Haus", "Hel", "Hof", "Jan",
          "Kai", "Kel", "Kirch", "Kö", "Krau", "Lan", "Lin", "Lü", "Mai", "Mül", "Nau", "Neu", "Ober", "Ot", "Pe",
          "Rau", "Rich", "Rö", "Sand", "Schä", "Schnei", "Schu", "Schwar", "See", "Stein", "Thie", "Vo", "Wal",
          "We", "Wil", "Zim")  # fmt: skip
_MIDDLES = ("", "be", "der", "er", "fel", "ge", "hen", "in", "ken", "len", "mer", "ner", "ra", "ser", "ten", "zel")
_TAILS = ("mann", "er", "ke", "bach", "berg", "dorf", "feld", "gruber", "hauer", "ler", "meier", "ner", "rich",
          "schmidt", "sen", "stein", "wald", "weiß", "wicz", "ski", "oğlu", "ova", "ez", "ing")  # fmt: skip


def _family_names() -> np.ndarray:
    return _words(_HEADS, _MIDDLES, _TAILS, limit=16_000)


def _given_names() -> np.ndarray:
    starts = ("A", "Be", "Cla", "Da", "E", "Fri", "Ga", "Han", "I", "Jo", "Ka", "Lu", "Ma", "Ni", "O", "Pe", "Ro", "Sö")
    middles = ("le", "ri", "na", "to", "mi", "de", "ja", "ra", "the", "se", "bi", "li")
    return _words(starts, middles, ("a", "n", "s", "as", "ne", "ko", "us", "rd", "na", "el", "tte", "ah"), limit=2_400)


def _street_names() -> np.ndarray:
    return _words(_HEADS, _MIDDLES, ("er ", "en", "s"), _STREET_KINDS, limit=15_000)


def _city_names() -> np.ndarray:
    return _words(_HEADS, ("", "er", "el"), ("stadt", "burg", "heim", "hausen", "ingen", "au", "furt"), limit=800)
