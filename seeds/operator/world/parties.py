"""Persons, households, sole traders and companies: who the customers truly are."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from seeds.operator.world.clock import day_number
from seeds.operator.world.parameters import Parameters
from seeds.operator.world.vocabulary import (
    CITIES,
    CITY_SHARES,
    CRAFTS,
    LEGAL_FORMS,
    MAIL_DOMAINS,
    NAMES,
    ORIGIN_SHARES,
    ORIGINS,
    STREETS,
    STRIPPING,
    TRADES,
    TRANSLITERATION,
)

PERSON, SOLE_TRADER, COMPANY = range(3)
_SHARES = (0.86, 0.05, 0.09)
_CONTACT_NUMBERS = 4_915_200_000_000


def scramble(index: np.ndarray, size_exponent: int, offset: int = 0) -> np.ndarray:
    """A permutation of range(10**size_exponent), so that numbers are unique yet show no order."""
    return (index.astype(np.int64) * 7_654_321 + 1_234_567 + offset) % 10**size_exponent


def _names(origin: np.ndarray, draw_given: np.ndarray, draw_family: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Given and family names by origin, from two uniform draws."""
    given = np.empty(len(origin), dtype=object)
    family = np.empty(len(origin), dtype=object)
    for number, name in enumerate(ORIGINS):
        members = origin == number
        for target, draw, words in ((given, draw_given, NAMES[name][0]), (family, draw_family, NAMES[name][1])):
            target[members] = np.array(words, dtype=object)[(draw[members] ** 1.4 * len(words)).astype(int)]
    return given, family


def build_parties(parameters: Parameters) -> pl.DataFrame:
    """One row per customer.

    Columns: customer, kind, origin, given_name, family_name, company_name, birth_day (local day, null for companies),
    street, house_number, postcode, city, area_code, email, phone (digits, international), household (host's number).
    """
    random = parameters.random("parties")
    count = parameters.customers
    customer = np.arange(count)
    kind = random.choice(3, count, p=_SHARES)
    origin = random.choice(len(ORIGINS), count, p=ORIGIN_SHARES)
    given, family = _names(origin, random.random(count), random.random(count))
    city = random.choice(len(CITIES), count, p=np.array(CITY_SHARES) / sum(CITY_SHARES))
    postcode_draw = random.random(count)
    street = (random.random(count) * len(STREETS)).astype(int)
    house = random.integers(1, 180, count)
    letter = np.where(random.random(count) < 0.08, random.integers(1, 4, count), 0)
    oldest, youngest = (
        day_number(date(parameters.start.year - 88, 1, 1)),
        day_number(date(parameters.start.year - 18, 1, 1)),
    )
    birth_day = random.integers(oldest, youngest, count)
    phone = _CONTACT_NUMBERS + scramble(customer, 8)
    mail_style = random.integers(0, 3, count)
    mail_owner = customer.copy()
    household = customer.copy()

    # Members of a household share the address, mostly the name, sometimes telephone and mailbox.
    people = np.flatnonzero(kind == PERSON)
    shuffled = random.permutation(people)
    pairs = int(len(people) * 0.12)
    member, host = shuffled[:pairs], shuffled[pairs : 2 * pairs]
    for values in (city, postcode_draw, street, house, letter):
        values[member] = values[host]
    household[member] = host
    same_name = random.random(pairs) < 0.8
    family[member[same_name]] = family[host[same_name]]
    origin[member[same_name]] = origin[host[same_name]]
    same_phone = random.random(pairs) < 0.2
    phone[member[same_phone]] = phone[host[same_phone]]
    same_mail = random.random(pairs) < 0.1
    mail_owner[member[same_mail]] = host[same_mail]
    # Father and child of one name at one address; only the birth date tells them apart.
    namesakes = np.flatnonzero(same_name)[: max(1, pairs // 25)]
    given[member[namesakes]] = given[host[namesakes]]
    birth_day[member[namesakes]] = np.minimum(birth_day[host[namesakes]] + 10_500, youngest - 1)

    company = np.full(count, None, dtype=object)
    firms = np.flatnonzero(kind == COMPANY)
    trade = np.array(TRADES, dtype=object)[random.integers(0, len(TRADES), len(firms))]
    form = np.array(LEGAL_FORMS, dtype=object)[random.integers(0, len(LEGAL_FORMS), len(firms))]
    company[firms] = family[firms] + " " + trade + " " + form
    traders = np.flatnonzero(kind == SOLE_TRADER)
    craft = np.array(CRAFTS, dtype=object)[random.integers(0, len(CRAFTS), len(traders))]
    company[traders] = craft + " " + family[traders]

    cities = pl.DataFrame(CITIES, schema=["city", "area_code", "first_postcode", "postcodes"], orient="row")
    frame = pl.DataFrame(
        {
            "customer": customer,
            "kind": kind,
            "origin": origin,
            "given_name": given.tolist(),
            "family_name": family.tolist(),
            "company_name": pl.Series(company.tolist(), dtype=pl.String),
            "birth_day": np.where(kind == COMPANY, -1, birth_day),
            "street": np.array(STREETS, dtype=object)[street].tolist(),
            "house_number": house,
            "letter": letter,
            "postcode_draw": postcode_draw,
            "phone": phone,
            "mail_style": mail_style,
            "mail_owner": mail_owner,
            "household": household,
        }
    ).with_columns(cities[city])
    return _with_mailboxes(frame).select(
        "customer",
        "kind",
        "origin",
        "given_name",
        "family_name",
        "company_name",
        pl.when(pl.col("birth_day") >= oldest).then("birth_day").alias("birth_day"),
        "street",
        (
            pl.col("house_number").cast(pl.String)
            + pl.when(pl.col("letter") > 0)
            .then(pl.col("letter").replace_strict([1, 2, 3], ["a", "b", "c"], default=""))
            .otherwise(pl.lit(""))
        ).alias("house_number"),
        (pl.col("first_postcode") + (pl.col("postcode_draw") * pl.col("postcodes")).cast(pl.Int64))
        .cast(pl.String)
        .str.zfill(5)
        .alias("postcode"),
        "city",
        "area_code",
        "email",
        "phone",
        "household",
    )


def _with_mailboxes(frame: pl.DataFrame) -> pl.DataFrame:
    """E-mail addresses in plain ASCII; the number in them keeps namesakes apart."""
    plain = {
        name: pl.col(f"{name}_name")
        .str.replace_many(list(TRANSLITERATION), list(TRANSLITERATION.values()))
        .str.replace_many(list(STRIPPING), list(STRIPPING.values()))
        .str.to_lowercase()
        .str.replace_all(r"[^a-z]", "")
        for name in ("given", "family")
    }
    number = pl.col("customer").cast(pl.String)
    domain = (pl.col("customer") * 7 % len(MAIL_DOMAINS)).replace_strict(
        list(range(len(MAIL_DOMAINS))), list(MAIL_DOMAINS)
    )
    firm = (
        pl.col("company_name").str.replace_many(list(TRANSLITERATION), list(TRANSLITERATION.values()))
        .str.replace_many(list(STRIPPING), list(STRIPPING.values()))
        .str.to_lowercase().str.replace_all(r"[^a-z]+", "-").str.strip_chars("-")
    )  # fmt: skip
    own = frame.select(
        "customer",
        pl.when(pl.col("kind") == COMPANY)
        .then("info@" + firm + "-" + number + ".example")
        .when(pl.col("mail_style") == 0)
        .then(plain["given"] + "." + plain["family"] + number + "@" + domain)
        .when(pl.col("mail_style") == 1)
        .then(plain["family"] + "." + plain["given"].str.slice(0, 1) + "." + number + "@" + domain)
        .otherwise(plain["given"] + number + "@" + domain)
        .alias("email"),
    )
    return frame.with_columns(own["email"].gather(frame["mail_owner"]))
