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
_FORMER_NUMBERS = 4_915_100_000_000
# Shares of the customers (of persons, or of households, where it says so).
_HOUSEHOLDS = 0.12  # of persons: members that join somebody else's address
_NAMESAKES_AT_HOME = 0.02  # of households: father and child of one name
_TWINS = 0.02  # of households
_NAMESAKES_IN_TOWN = 0.006  # of persons
_SECOND_NAME = 0.25  # of persons
_DOUBLE_NAME = 0.05  # of persons: Weber-Krause
_FORMER_NAME = 0.05  # of persons
_FORMER_ADDRESS = 0.15
_FORMER_PHONE = 0.15
_RECYCLED = 0.04  # of former telephone numbers: somebody else among the customers has it today
_FORMER_MAILBOX = 0.12


# A twin's given name: another one of the same origin, half the alphabet away.
_OTHER_CHILD = {
    name: given[(position + len(given) // 2) % len(given)]
    for given, _ in NAMES.values()
    for position, name in enumerate(given)
}


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

    Columns: customer, kind, origin, given_name, second_name (or null), family_name, former_name (before a marriage, or
    null), company_name, birth_day (local day, null for companies), street, house_number, postcode, city, area_code,
    former_street, former_house_number, former_postcode, former_city (null for those who never moved), email,
    former_email, phone (digits, international; a company's ends in the extension 0), former_phone, household (host's
    number), namesake (the number of the person in the same town whose name it is too, else its own), is_twin,
    phone_heir (the number of the customer who has the former telephone number today, or -1).
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
    namesake = customer.copy()
    is_twin = np.zeros(count, dtype=bool)
    more = parameters.random("parties' past")
    other_given, other_family = _names(origin, more.random(count), more.random(count))
    is_person = kind == PERSON
    single = ~np.char.count(family.astype(str), "-").astype(bool) & ~np.char.count(family.astype(str), " ").astype(bool)
    doubled = is_person & single & (more.random(count) < _DOUBLE_NAME) & (other_family != family)
    family[doubled] = family[doubled] + "-" + other_family[doubled]

    # Members of a household share the address, mostly the name, sometimes telephone and mailbox.
    people = np.flatnonzero(is_person)
    shuffled = random.permutation(people)
    pairs = int(len(people) * _HOUSEHOLDS)
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
    of_one_name = np.flatnonzero(same_name)
    fathers = max(1, round(pairs * _NAMESAKES_AT_HOME))
    namesakes, of_one_name = of_one_name[:fathers], of_one_name[fathers:]
    given[member[namesakes]] = given[host[namesakes]]
    birth_day[member[namesakes]] = np.minimum(birth_day[host[namesakes]] + 10_500, youngest - 1)
    # Twins share everything but the given name; names with one initial could not be told apart where a clerk cuts them.
    twins = of_one_name[: max(1, round(pairs * _TWINS))]
    given[member[twins]] = pl.Series(given[host[twins]].tolist(), dtype=pl.String).replace_strict(_OTHER_CHILD)
    for values in (birth_day, phone):
        values[member[twins]] = values[host[twins]]
    mail_owner[member[twins]] = mail_owner[host[twins]]
    is_twin[member[twins]] = True
    # Two strangers of one name in one town.
    strangers = shuffled[2 * pairs :]
    towns = min(max(1, round(len(people) * _NAMESAKES_IN_TOWN)), len(strangers) // 2)
    one, other = strangers[:towns], strangers[towns : 2 * towns]
    for values in (given, family, origin, city):
        values[other] = values[one]
    namesake[other] = one

    company = np.full(count, None, dtype=object)
    firms = np.flatnonzero(kind == COMPANY)
    trade = np.array(TRADES, dtype=object)[random.integers(0, len(TRADES), len(firms))]
    form = np.array(LEGAL_FORMS, dtype=object)[random.integers(0, len(LEGAL_FORMS), len(firms))]
    company[firms] = family[firms] + " " + trade + " " + form
    traders = np.flatnonzero(kind == SOLE_TRADER)
    craft = np.array(CRAFTS, dtype=object)[random.integers(0, len(CRAFTS), len(traders))]
    company[traders] = craft + " " + family[traders]
    # A firm's number is a switchboard's: area code, six digits of its own, extension 0.
    area = np.array([row[1] for row in CITIES])[city]
    area_size = np.where(area < 100, 100, np.where(area < 1000, 1000, 10_000))
    switchboard = ((49 * area_size + area) * 10**6 + scramble(customer, 6)) * 10
    phone = np.where(kind == COMPANY, switchboard, phone)

    moved_within = more.random(count) < 0.8
    former_city = np.where(moved_within, city, more.choice(len(CITIES), count))
    has_moved = more.random(count) < _FORMER_ADDRESS
    former_phone = np.where(more.random(count) < _FORMER_PHONE, _FORMER_NUMBERS + scramble(customer, 8, 7), 0)
    heir = _recycle(more, kind, household, phone, former_phone)
    former_phone = np.where(heir >= 0, phone[np.maximum(heir, 0)], former_phone)

    frame = pl.DataFrame(
        {
            "customer": customer,
            "kind": kind,
            "origin": origin,
            "given_name": given.tolist(),
            "second_name": np.where(
                is_person & (more.random(count) < _SECOND_NAME) & (other_given != given), other_given, None
            ).tolist(),
            "family_name": family.tolist(),
            "former_name": np.where(
                is_person & (more.random(count) < _FORMER_NAME) & (other_family != family), other_family, None
            ).tolist(),
            "company_name": pl.Series(company.tolist(), dtype=pl.String),
            "birth_day": birth_day,
            **_address("", city, postcode_draw, street, house, letter),
            "area_code": area,
            **_address(
                "former_",
                former_city,
                more.random(count),
                (more.random(count) * len(STREETS)).astype(int),
                more.integers(1, 180, count),
                np.zeros(count, dtype=np.int64),
            ),
            "has_moved": has_moved,
            "phone": phone,
            "former_phone": former_phone,
            "mail_style": mail_style,
            "mail_owner": mail_owner,
            "has_former_mailbox": more.random(count) < _FORMER_MAILBOX,
            "household": household,
            "namesake": namesake,
            "is_twin": is_twin,
            "phone_heir": heir,
        },
        schema_overrides={"second_name": pl.String, "former_name": pl.String},
    )
    moved = [f"former_{name}" for name in ("street", "house_number", "postcode", "city")]
    return _with_mailboxes(frame).select(
        "customer",
        "kind",
        "origin",
        "given_name",
        "second_name",
        "family_name",
        "former_name",
        "company_name",
        pl.when(pl.col("kind") != COMPANY).then("birth_day").alias("birth_day"),
        *("street", "house_number", "postcode", "city", "area_code"),
        *(pl.when("has_moved").then(name).alias(name) for name in moved),
        "email",
        pl.when("has_former_mailbox").then("former_email").alias("former_email"),
        pl.col("phone").cast(pl.String),
        pl.when(pl.col("former_phone") > 0).then(pl.col("former_phone").cast(pl.String)).alias("former_phone"),
        *("household", "namesake", "is_twin", "phone_heir"),
    )


def _address(
    prefix: str, city: np.ndarray, postcode_draw: np.ndarray, street: np.ndarray, house: np.ndarray, letter: np.ndarray
) -> dict[str, pl.Series]:
    """Columns of an address from numbers: city, street and house; letter 0 is none; postcodes are a city's own."""
    cities = pl.DataFrame(CITIES, schema=["city", "area_code", "first_postcode", "postcodes"], orient="row")[city]
    postcode = (cities["first_postcode"] + (pl.Series(postcode_draw) * cities["postcodes"]).cast(pl.Int64)).cast(
        pl.String
    )
    return {
        f"{prefix}street": pl.Series(STREETS)[street],
        f"{prefix}house_number": pl.Series(house).cast(pl.String) + pl.Series(["", "a", "b", "c"])[letter],
        f"{prefix}postcode": postcode.str.zfill(5),
        f"{prefix}city": cities["city"],
    }


def _recycle(
    random: np.random.Generator, kind: np.ndarray, household: np.ndarray, phone: np.ndarray, former_phone: np.ndarray
) -> np.ndarray:
    """Who has a customer's former telephone number today: a person who lives elsewhere; -1 where nobody of them has."""
    heir = np.full(len(phone), -1)
    people = random.permutation(np.flatnonzero(kind == PERSON))
    gave_up = np.flatnonzero((former_phone > 0) & (kind == PERSON))
    given_up = random.permutation(gave_up)[: max(1, round(len(gave_up) * _RECYCLED))] if len(gave_up) else gave_up
    heirs = people[: len(given_up)]
    apart = (household[heirs] != household[given_up]) & (phone[heirs] != phone[given_up])
    heir[given_up[apart]] = heirs[apart]
    return heir


def _with_mailboxes(frame: pl.DataFrame) -> pl.DataFrame:
    """E-mail addresses in plain ASCII, today's and an earlier one; the number in them keeps namesakes apart."""
    plain = {
        name: pl.col(f"{name}_name")
        .str.replace_many(list(TRANSLITERATION), list(TRANSLITERATION.values()))
        .str.replace_many(list(STRIPPING), list(STRIPPING.values()))
        .str.to_lowercase()
        .str.replace_all(r"[^a-z]", "")
        for name in ("given", "family")
    }
    number = pl.col("customer").cast(pl.String)
    domain, former_domain = (
        ((pl.col("customer") * 7 + shift) % len(MAIL_DOMAINS)).replace_strict(
            list(range(len(MAIL_DOMAINS))), list(MAIL_DOMAINS)
        )
        for shift in (0, 3)
    )
    firm = (
        pl.col("company_name").str.replace_many(list(TRANSLITERATION), list(TRANSLITERATION.values()))
        .str.replace_many(list(STRIPPING), list(STRIPPING.values()))
        .str.to_lowercase().str.replace_all(r"[^a-z]+", "-").str.strip_chars("-")
    )  # fmt: skip
    is_company = pl.col("kind") == COMPANY
    by_name = plain["given"] + "." + plain["family"] + number
    own = frame.select(
        "customer",
        pl.when(is_company)
        .then("info@" + firm + "-" + number + ".example")
        .when(pl.col("mail_style") == 0)
        .then(by_name + "@" + domain)
        .when(pl.col("mail_style") == 1)
        .then(plain["family"] + "." + plain["given"].str.slice(0, 1) + "." + number + "@" + domain)
        .otherwise(plain["given"] + number + "@" + domain)
        .alias("email"),
    )
    before = (
        pl.when(is_company)
        .then(firm + "-" + number + "@" + former_domain)
        .otherwise(plain["family"] + "_" + plain["given"].str.slice(0, 3) + number + "@" + former_domain)
    )
    return frame.with_columns(own["email"].gather(frame["mail_owner"]), before.alias("former_email"))
