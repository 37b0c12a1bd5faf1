"""How the systems misspell people: each has its own clerks, keyboards and migrations."""

from __future__ import annotations

import numpy as np
import polars as pl

from seeds.operator.world.vocabulary import STRIPPING, TRANSLITERATION

_LATIN_1 = {letter: plain for letter, plain in STRIPPING.items() if ord(letter) > 255}


def transliterated(value: pl.Expr) -> pl.Expr:
    """Müller → Mueller, Yılmaz → Yilmaz."""
    return stripped(value.str.replace_many(list(TRANSLITERATION), list(TRANSLITERATION.values())))


def stripped(value: pl.Expr) -> pl.Expr:
    """Müller → Muller, Wójcik → Wojcik."""
    return value.str.replace_many(list(STRIPPING), list(STRIPPING.values()))


def latin_1(value: pl.Expr) -> pl.Expr:
    """Only letters that ISO-8859-1 has."""
    return value.str.replace_many(list(_LATIN_1), list(_LATIN_1.values()))


def mistyped(value: pl.Expr, place: pl.Expr) -> pl.Expr:
    """Two neighbouring letters swapped, at a place counted from the second letter."""
    at = 1 + place % (value.str.len_chars().cast(pl.Int64) - 2).clip(1)
    return (
        value.str.slice(0, at) + value.str.slice(at + 1, 1) + value.str.slice(at, 1) + value.str.slice(at + 2)
    )  # fmt: skip


def local_number(number: pl.Expr) -> pl.Expr:
    """491579… → 01579…; other countries' numbers keep their prefix."""
    return (
        pl.when(number.str.starts_with("49")).then(pl.lit("0") + number.str.slice(2)).otherwise(pl.lit("00") + number)
    )


def number_spelling(number: pl.Expr, style: pl.Expr) -> pl.Expr:
    """A telephone number in one of six spellings: digits, +49…, 0049…, 0…, with blanks, with a slash."""
    local = local_number(number)
    return (
        pl.when(style == 0).then(number)
        .when(style == 1).then(pl.lit("+") + number)
        .when(style == 2).then(pl.lit("00") + number)
        .when(style == 3).then(local)
        .when(style == 4).then(pl.lit("+49 ") + number.str.slice(2, 3) + pl.lit(" ") + number.str.slice(5))
        .otherwise(local.str.slice(0, 4) + pl.lit("/") + local.str.slice(4))
    )  # fmt: skip


def claims(parties: pl.DataFrame, random: np.random.Generator, careless: float = 1.0) -> pl.DataFrame:
    """What one system believes of each party: the parties' columns, spelt and aged in this system's own way.

    Adds ``phone_text``, ``street_text`` and ``changed``: the attributes that truly differ, separated by blanks.
    ``careless`` scales how often things are wrong.
    """
    count = len(parties)

    def draw() -> np.ndarray:
        return random.random(count) / careless

    name, address = draw(), draw()
    frame = parties.with_columns(
        pl.Series("name_style", np.select([name < 0.05, name < 0.09, name < 0.12, name < 0.16], [1, 2, 3, 4], 0)),
        pl.Series("street_style", random.choice(5, count, p=[0.50, 0.20, 0.12, 0.08, 0.10])),
        pl.Series("phone_style", random.choice(6, count, p=[0.10, 0.25, 0.10, 0.30, 0.15, 0.10])),
        pl.Series("place", random.integers(0, 1_000, count)),
        pl.Series("moved", address < 0.03),
        pl.Series("old_phone", draw() < 0.05),
        pl.Series("no_phone", draw() < 0.04),
        pl.Series("old_mail", draw() < 0.035),
        pl.Series("no_mail", draw() < 0.05),
        pl.Series("loud_mail", random.random(count) < 0.05),
    )
    frame = frame.with_columns(_name(name) for name in ("given_name", "family_name", "company_name"))
    number = frame["phone"].cast(pl.String)
    old_number = ((frame["phone"] * 31 + 7) % 100_000_000 + 4_915_100_000_000).cast(pl.String)
    frame = frame.with_columns(number=number, old_number=old_number)
    phone = pl.when(~pl.col("no_phone")).then(
        number_spelling(pl.when("old_phone").then("old_number").otherwise("number"), pl.col("phone_style"))
    )
    mail = pl.when("old_mail").then(pl.lit("alt-") + pl.col("email")).otherwise("email")
    changed = pl.concat_str(
        pl.when((pl.col("name_style") > 0) & (pl.col("family_name") != parties["family_name"])).then(
            pl.lit("family_name")
        ),
        pl.when("moved").then(pl.lit("street")),
        pl.when(pl.col("old_phone") & ~pl.col("no_phone")).then(pl.lit("phone")),
        pl.when(pl.col("old_mail") & ~pl.col("no_mail")).then(pl.lit("email")),
        separator=" ",
        ignore_nulls=True,
    )
    return frame.with_columns(
        changed.alias("changed"),
        phone.alias("phone_text"),
        pl.when(~pl.col("no_mail"))
        .then(pl.when("loud_mail").then(mail.str.to_uppercase()).otherwise(mail))
        .alias("email"),
        _street().alias("street_text"),
    )


def _name(column: str) -> pl.Expr:
    value = pl.col(column)
    return (
        pl.when(pl.col("name_style") == 1).then(transliterated(value))
        .when(pl.col("name_style") == 2).then(stripped(value))
        .when((pl.col("name_style") == 3) & (pl.lit(column) == "family_name")).then(mistyped(value, pl.col("place")))
        .when(pl.col("name_style") == 4).then(value.str.to_uppercase())
        .otherwise(value)
        .alias(column)
    )  # fmt: skip


def _street() -> pl.Expr:
    street = pl.when("moved").then(pl.lit("Alte Landstraße")).otherwise("street")
    house = pl.when("moved").then((pl.col("place") % 90 + 1).cast(pl.String)).otherwise("house_number")
    short = street.str.replace("straße", "str.").str.replace("Straße", "Str.")
    spaced = house.str.replace(r"(\d)([a-c])$", "${1} ${2}")
    style = pl.col("street_style")
    return (
        pl.when(style == 1).then(short + " " + house)
        .when(style == 2).then(street.str.replace("straße", "strasse").str.replace("Straße", "Strasse") + " " + spaced)
        .when(style == 3).then((short + " " + house).str.to_uppercase())
        .when(style == 4).then(street + " " + spaced)
        .otherwise(street + " " + house)
    )  # fmt: skip
