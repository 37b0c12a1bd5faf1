"""What each system believes of the parties: every system has its own clerks, keyboards, migrations and years.

The rates below are what makes the nine copies disagree. A record of a careless system has more of everything.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from seeds.operator.copies import spelling
from seeds.operator.copies.columns import dates
from seeds.operator.world.parties import COMPANY, PERSON, SOLE_TRADER
from seeds.operator.world.vocabulary import FORM_SPELLINGS, NICKNAMES, OTHER_LATIN, TRADE_ABBREVIATIONS

# The number of a shop, which its staff types where a customer gives none.
SHOP_NUMBER = "494055520200"
NO_MAILBOX = "none@none.com"
PLACEHOLDER_DAY = -25_567  # 1900-01-01
_LONG_FIRM = (
    " – Vertrieb, Beratung, Planung, Montage, Wartung und Instandhaltung sowie alle damit verbundenen Leistungen"
)
_LONG_FAMILY = (
    " geb. Freiin von und zu Hohenfels-Wartenberg auf Altenstein, Neuenstein, Rabeneck, Schönau und Lichtenfels"
)
_UNITS = {"1": " EG", "2": " 1. OG", "3": " 2. OG links", "4": ", Whg. 4", "5": " Hinterhaus", "6": "/6"}


@dataclass(frozen=True)
class Rates:
    """How often: shares of a system's records, or (given in brackets) of those to which it can happen."""

    # names of persons
    second_name_written: float = 0.35  # (has a second given name)
    second_name_initial: float = 0.12  # (has one)
    only_second_name: float = 0.008  # (has one)
    initial_only: float = 0.02
    nickname: float = 0.03  # (has one)
    other_latin: float = 0.30  # (from another alphabet)
    given_misspelt: float = 0.015
    family_misspelt: float = 0.025
    former_name: float = 0.35  # (changed it)
    double_name_cut: float = 0.28  # (has a double name)
    names_swapped: float = 0.012
    # letters of all names
    transliterated: float = 0.05
    stripped: float = 0.04
    capitals: float = 0.04
    misread: float = 0.006
    # names of firms
    form_respelt: float = 0.20  # (companies)
    form_missing: float = 0.10  # (companies)
    abbreviated: float = 0.08  # (companies)
    company_misspelt: float = 0.02  # (companies and sole traders)
    trader_in_full: float = 0.25  # (sole traders)
    very_long: float = 0.0005
    # birth dates
    birth_missing: float = 0.04
    birth_placeholder: float = 0.01
    birth_swapped: float = 0.02  # (the day could be a month)
    birth_digit: float = 0.012
    # mailboxes
    mail_missing: float = 0.05
    mail_none: float = 0.01
    mail_former: float = 0.35  # (has an earlier one)
    mail_department: float = 0.12  # (companies)
    mail_plus: float = 0.015
    mail_dots: float = 0.01
    mail_misspelt: float = 0.006
    mail_capitals: float = 0.05
    # telephones
    phone_missing: float = 0.04
    phone_former: float = 0.35  # (has an earlier one)
    phone_extension: float = 0.30  # (companies)
    phone_digit: float = 0.008
    phone_shop: float = 0.008
    # addresses
    address_former: float = 0.30  # (has moved)
    address_missing: float = 0.01
    street_misspelt: float = 0.012
    unit_added: float = 0.04
    postcode_digit: float = 0.01
    postcode_in_city: float = 0.01
    # the whole record
    blank: float = 0.0012


RATES = Rates()
# Attributes that a kind of noise makes wrong, where it does more than spell them in another way.
_WRONG = {
    "nickname": "given_name", "initial_only": "given_name", "only_second_name": "given_name",
    "other_latin": "family_name", "given_misspelt": "given_name", "family_misspelt": "family_name",
    "former_name": "family_name", "double_name_cut": "family_name", "names_swapped": "family_name",
    "transliterated": "family_name", "stripped": "family_name", "misread": "family_name",
    "form_missing": "company_name", "abbreviated": "company_name", "company_misspelt": "company_name",
    "trader_in_full": "company_name", "very_long": "family_name",
    "birth_missing": "birth_date", "birth_placeholder": "birth_date", "birth_swapped": "birth_date",
    "birth_digit": "birth_date",
    "mail_none": "email", "mail_former": "email", "mail_department": "email", "mail_misspelt": "email",
    "phone_former": "phone", "phone_extension": "phone", "phone_digit": "phone", "phone_shop": "phone",
    "address_former": "street", "street_misspelt": "street", "postcode_digit": "postcode",
    "postcode_in_city": "postcode",
}  # fmt: skip
# Kinds that hide who somebody is.
_HIDING = (
    "second_name_initial", "only_second_name", "initial_only", "nickname", "other_latin", "given_misspelt",
    "family_misspelt", "double_name_cut", "names_swapped", "misread", "very_long",
    "birth_missing", "birth_placeholder", "birth_swapped", "birth_digit",
    "street_misspelt", "postcode_digit", "postcode_in_city", "address_missing", "blank",
)  # fmt: skip
# What goes wrong once when somebody types a person anew.
_SLIPS = (
    "given_misspelt", "family_misspelt", "names_swapped",
    "birth_missing", "birth_placeholder", "birth_swapped", "birth_digit",
)  # fmt: skip
_VALUES = (
    "given_name",
    "family_name",
    "company_name",
    "birth_date",
    "email",
    "phone_text",
    "street_text",
    "postcode",
    "city",
)


class _Records:
    """One system's records of the parties while noise is put on them, a kind at a time."""

    def __init__(
        self,
        parties: pl.DataFrame,
        random: np.random.Generator,
        careless: float,
        rates: Rates,
        recognisable: np.ndarray | None,
        typed_anew: np.ndarray | None,
    ) -> None:
        self._random = random
        self._careless = careless
        self._rates = rates
        none = np.zeros(len(parties), dtype=bool)
        typed_anew = none if typed_anew is None else typed_anew
        self._recognisable = (none if recognisable is None else recognisable) | typed_anew
        self._slip = self._slips(typed_anew)
        self.kinds: dict[str, np.ndarray] = {}
        self.frame = parties.with_columns(
            birth_date=pl.when(pl.col("kind") != COMPANY).then(dates(parties["birth_day"].fill_null(0).to_numpy())),
            place=pl.Series(random.integers(0, 100_000, len(parties))),
        )

    def _slips(self, typed_anew: np.ndarray) -> np.ndarray:
        """The one kind of noise on each record that was typed anew, as often as it is elsewhere; '' on the others."""
        rates = np.array([getattr(self._rates, kind) for kind in _SLIPS])
        slips = np.full(len(typed_anew), "", dtype=object)
        count = int(typed_anew.sum())
        if count and rates.sum() > 0:
            slips[typed_anew] = self._random.choice(_SLIPS, count, p=rates / rates.sum())
        return slips

    def mask(self, condition: pl.Expr) -> np.ndarray:
        """Where a condition holds; not where it is null."""
        return self.frame.select(condition.fill_null(False)).to_series().to_numpy()

    def draw(self, kind: str, where: pl.Expr | np.ndarray | None = None) -> np.ndarray:
        """Marks records for a kind of noise at its rate, and remembers them."""
        share = getattr(self._rates, kind) * self._careless
        chosen = self._random.random(len(self.frame)) < share
        if kind in _HIDING:
            chosen = np.where(self._recognisable, self._slip == kind, chosen)
        if where is not None:
            chosen &= self.mask(where) if isinstance(where, pl.Expr) else where
        self.kinds[kind] = chosen
        return chosen.copy()

    def edit(self, chosen: np.ndarray, **expressions: pl.Expr) -> None:
        """Puts new values into columns of the chosen records only; the others cost nothing."""
        hit = self.frame.filter(pl.Series(chosen)).select(**expressions)
        index = np.arange(len(self.frame))
        index[chosen] = len(self.frame) + np.arange(len(hit))
        for name in expressions:
            values = pl.concat([self.frame[name], hit[name].cast(self.frame[name].dtype)]).gather(index)
            self.frame = self.frame.with_columns(values.alias(name))

    def noise(self, kind: str, where: pl.Expr | np.ndarray | None = None, **expressions: pl.Expr) -> np.ndarray:
        """Draws a kind of noise and puts it on."""
        chosen = self.draw(kind, where)
        self.edit(chosen, **expressions)
        return chosen


def claims(
    parties: pl.DataFrame,
    random: np.random.Generator,
    careless: float = 1.0,
    rates: Rates = RATES,
    recognisable: np.ndarray | None = None,
    typed_anew: np.ndarray | None = None,
) -> pl.DataFrame:
    """What one system believes of each party: the parties' columns, spelt and aged in this system's own way.

    Adds ``birth_date`` (null for companies), ``phone_text``, ``street_text``; ``noise``: the kinds of noise on the
    record (fields of ``Rates``); ``changed``: the attributes that truly differ; both separated by blanks.
    ``careless`` scales how often things are wrong. Nothing hides who the ``recognisable`` parties are; and but for one
    slip in name or birth date nothing hides those that were ``typed_anew``.
    """
    records = _Records(parties, random, careless, rates, recognisable, typed_anew)
    _firms(records)
    _persons(records)
    _letters(records)
    _birth_dates(records)
    _mailboxes(records)
    _telephones(records, random)
    _addresses(records, random)
    blank = records.draw("blank")
    records.edit(blank, **{name: pl.lit(None, records.frame[name].dtype) for name in _VALUES})
    return records.frame.with_columns(
        noise=_words({kind: chosen & (~blank | (kind == "blank")) for kind, chosen in records.kinds.items()}),
        changed=_words(_wrong(parties, records)),
    )


def _words(marks: dict[str, np.ndarray]) -> pl.Series:
    """The names of the marks that each record bears, separated by blanks."""
    words = [pl.when(pl.Series(mark)).then(pl.lit(name)) for name, mark in marks.items() if mark.any()]
    count = len(next(iter(marks.values())))
    if not words:
        return pl.Series("words", [""] * count, dtype=pl.String)
    return pl.select(pl.concat_str(words, separator=" ", ignore_nulls=True)).to_series()


def _wrong(parties: pl.DataFrame, records: _Records) -> dict[str, np.ndarray]:
    """Attributes that a record has wrong. What happens to change nothing is right; a missing value is no claim."""
    believed = {"phone": "phone_text", "street": "street_text"}
    wrong: dict[str, np.ndarray] = {}
    for kind, attribute in _WRONG.items():
        wrong[attribute] = wrong.get(attribute, np.zeros(len(parties), dtype=bool)) | records.kinds[kind]
    for attribute, marks in wrong.items():
        value = records.frame[believed.get(attribute, attribute)]
        marks &= value.is_not_null().to_numpy()
        if attribute in ("given_name", "family_name", "company_name"):
            marks &= (value != parties[attribute]).fill_null(False).to_numpy()
    return wrong


def _before(text: pl.Expr, ending: pl.Expr) -> pl.Expr:
    """A text without its ending."""
    return text.str.head(text.str.len_chars().cast(pl.Int64) - ending.str.len_chars().cast(pl.Int64))


def _firms(records: _Records) -> None:
    """Names of companies and sole traders."""
    name, is_company = pl.col("company_name"), pl.col("kind") == COMPANY
    family, place = pl.col("family_name"), pl.col("place")
    in_full = _before(name, family) + pl.col("given_name") + pl.lit(" ") + family
    records.noise("trader_in_full", pl.col("kind") == SOLE_TRADER, company_name=in_full)

    form, respelt = pl.lit(None, pl.String), pl.lit(None, pl.String)
    for written in sorted(FORM_SPELLINGS, key=len):
        ends = name.str.ends_with(" " + written)
        other = FORM_SPELLINGS[written]
        form = pl.when(ends).then(pl.lit(written)).otherwise(form)
        choice = (place % len(other)).replace_strict(list(range(len(other))), other, return_dtype=pl.String)
        respelt = pl.when(ends).then(choice).otherwise(respelt)
    bare = _before(name, form).str.strip_chars_end()
    has_form = is_company & form.is_not_null()
    chosen = records.noise("form_respelt", has_form, company_name=bare + pl.lit(" ") + respelt)
    records.noise("form_missing", records.mask(has_form) & ~chosen, company_name=bare)
    short = name.str.replace_many(list(TRADE_ABBREVIATIONS), list(TRADE_ABBREVIATIONS.values()))
    records.noise("abbreviated", is_company & (short != name), company_name=short)
    records.noise("company_misspelt", name.is_not_null(), company_name=spelling.mistyped(name, place))


def _persons(records: _Records) -> None:
    """Given and family names; a company's are those of the person whom it is named after, and stay."""
    given, family, place = pl.col("given_name"), pl.col("family_name"), pl.col("place")
    second, former = pl.col("second_name"), pl.col("former_name")
    is_person = pl.col("kind") != COMPANY
    foreign = is_person & (given.is_in(list(OTHER_LATIN)) | family.is_in(list(OTHER_LATIN)))
    latin = {name: pl.col(name).replace(OTHER_LATIN) for name in ("given_name", "family_name")}
    chosen = records.noise("other_latin", foreign, **latin)
    chosen |= records.noise("nickname", records.mask(is_person & given.is_in(list(NICKNAMES))) & ~chosen,
                            given_name=given.replace(NICKNAMES))  # fmt: skip
    chosen |= records.noise(
        "given_misspelt", records.mask(is_person) & ~chosen, given_name=spelling.mistyped(given, place)
    )

    records.noise("former_name", is_person & former.is_not_null(), family_name=former)
    pieces = family.str.split("-")
    piece = pl.when(place % 4 == 0).then(pieces.list.last()).otherwise(pieces.list.first())
    records.noise("double_name_cut", is_person & family.str.contains("[^l]-", literal=False), family_name=piece)
    records.noise("family_misspelt", is_person, family_name=spelling.mistyped(family, place // 7))

    # One way of writing the given names: with the second one, with its initial, without the first, or initials alone.
    has_second = records.mask(is_person & second.is_not_null())
    written = records.noise("second_name_written", has_second, given_name=given + pl.lit(" ") + second)
    written |= records.noise(
        "second_name_initial", has_second & ~written, given_name=given + pl.lit(" ") + second.str.head(1) + pl.lit(".")
    )
    written |= records.noise("only_second_name", has_second & ~written, given_name=second)
    records.noise("initial_only", records.mask(is_person) & ~written, given_name=given.str.head(1) + pl.lit("."))


def _letters(records: _Records) -> None:
    """What clerks and machines do to the letters of all names, and what they put into the wrong field."""
    names = ("given_name", "family_name", "company_name")
    chosen = np.zeros(len(records.frame), dtype=bool)
    for kind, change in (
        ("transliterated", spelling.transliterated),
        ("stripped", spelling.stripped),
        ("misread", spelling.misread),
        ("capitals", lambda value: value.str.to_uppercase()),
    ):
        chosen |= records.noise(kind, ~chosen, **{name: change(pl.col(name)) for name in names})
    records.noise(
        "names_swapped", pl.col("kind") == PERSON, given_name=pl.col("family_name"), family_name=pl.col("given_name")
    )
    firm = pl.col("company_name") + pl.lit(_LONG_FIRM * 8)
    records.noise("very_long", company_name=firm, family_name=pl.col("family_name") + pl.lit(_LONG_FAMILY * 3))


def _birth_dates(records: _Records) -> None:
    birth, place = pl.col("birth_date"), pl.col("place")
    chosen = records.noise("birth_missing", birth.is_not_null(), birth_date=pl.lit(None, pl.Date))
    chosen |= records.noise(
        "birth_placeholder",
        records.mask(birth.is_not_null()),
        birth_date=pl.lit(PLACEHOLDER_DAY, pl.Int32).cast(pl.Date),
    )
    swappable = records.mask((birth.dt.day() <= 12) & (birth.dt.day() != birth.dt.month()))
    turned = pl.date(birth.dt.year(), birth.dt.day(), birth.dt.month())
    chosen |= records.noise("birth_swapped", swappable & ~chosen, birth_date=turned)
    year = birth.dt.year()
    decade = pl.when(year // 10 % 10 > 0).then(birth.dt.offset_by("-10y")).otherwise(birth.dt.offset_by("10y"))
    single = pl.when(year % 10 > 0).then(birth.dt.offset_by("-1y")).otherwise(birth.dt.offset_by("1y"))
    digit = (
        pl.when((place % 3 == 0) & (birth.dt.day() > 10) & (birth.dt.day() < 20)).then(birth.dt.offset_by("-10d"))
        .when((place % 3 == 0) & (birth.dt.day() < 10)).then(birth.dt.offset_by("10d"))
        .when(place % 3 == 1).then(decade)
        .otherwise(single)
    )  # fmt: skip
    records.noise("birth_digit", records.mask(birth.is_not_null()) & ~chosen, birth_date=digit)


def _mailboxes(records: _Records) -> None:
    mail, place = pl.col("email"), pl.col("place")
    local, domain = mail.str.extract("^([^@]*)@", 1), mail.str.extract("(@.*)$", 1)
    department = (place % 3).replace_strict([0, 1, 2], ["buchhaltung", "einkauf", "kontakt"], return_dtype=pl.String)
    former = records.noise("mail_former", pl.col("former_email").is_not_null(), email=pl.col("former_email"))
    is_company = records.mask(pl.col("kind") == COMPANY)
    records.noise("mail_department", is_company & ~former, email=department + domain)
    # Dots are left out, or put in where there is none.
    at = 1 + place % (local.str.len_chars().cast(pl.Int64) - 1).clip(1)
    dotted = local.str.slice(0, at) + pl.lit(".") + local.str.slice(at)
    plain = local.str.replace_all(".", "", literal=True)
    records.noise("mail_dots", email=pl.when(plain != local).then(plain).otherwise(dotted) + domain)
    records.noise("mail_plus", email=local + pl.lit("+mobilfunk") + domain)
    records.noise("mail_misspelt", email=spelling.swapped(local, place) + domain)
    records.noise("mail_capitals", email=mail.str.to_uppercase())
    none = records.noise("mail_none", email=pl.lit(NO_MAILBOX))
    records.noise("mail_missing", ~none, email=pl.lit(None, pl.String))


def _telephones(records: _Records, random: np.random.Generator) -> None:
    phone, place = pl.col("phone"), pl.col("place")
    former = records.noise("phone_former", pl.col("former_phone").is_not_null(), phone=pl.col("former_phone"))
    is_company = records.mask(pl.col("kind") == COMPANY)
    number = (place % 89 + 10).cast(pl.String)
    extension = records.noise("phone_extension", is_company & ~former, phone=_before(phone, pl.lit("0")) + number)
    records.noise("phone_digit", phone=phone.str.head(4) + spelling.digit_changed(phone.str.slice(4), place))
    shop = records.noise("phone_shop", phone=pl.lit(SHOP_NUMBER))
    missing = records.draw("phone_missing", ~shop)
    style = pl.Series(random.choice(8, len(records.frame), p=[0.10, 0.25, 0.08, 0.27, 0.12, 0.08, 0.05, 0.05]))
    # A firm's extension is set apart from its number.
    digits = pl.Series(np.where(is_company & ~former & ~shop, np.where(extension, 2, 1), 0))
    apart = phone.str.head(phone.str.len_chars().cast(pl.Int64) - digits) + pl.lit("-") + phone.str.tail(digits)
    apart = pl.when(digits > 0).then(apart).otherwise(phone)
    records.frame = records.frame.with_columns(phone_text=spelling.number_spelling(apart, style))
    records.edit(missing, phone_text=pl.lit(None, pl.String))


def _addresses(records: _Records, random: np.random.Generator) -> None:
    street, house, place = pl.col("street"), pl.col("house_number"), pl.col("place")
    moved = {name: pl.col(f"former_{name}") for name in ("street", "house_number", "postcode", "city")}
    records.noise("address_former", pl.col("former_street").is_not_null(), **moved)
    records.noise("street_misspelt", street=spelling.mistyped(street, place))
    records.noise("unit_added", house_number=house + (place % 6 + 1).cast(pl.String).replace_strict(_UNITS))
    records.noise("postcode_digit", postcode=spelling.digit_changed(pl.col("postcode"), place))
    in_city = pl.col("postcode") + pl.lit(" ") + pl.col("city")
    records.noise("postcode_in_city", city=in_city, postcode=pl.lit(None, pl.String))
    style = pl.Series(random.choice(5, len(records.frame), p=[0.50, 0.20, 0.12, 0.08, 0.10]))
    records.frame = records.frame.with_columns(street_text=_street(style))
    nowhere = {name: pl.lit(None, pl.String) for name in ("street_text", "postcode", "city")}
    records.noise("address_missing", **nowhere)


def _street(style: pl.Series) -> pl.Expr:
    """Street and house number in one of five spellings."""
    street, house = pl.col("street"), pl.col("house_number")
    short = street.str.replace("straße", "str.").str.replace("Straße", "Str.")
    spaced = house.str.replace(r"^(\d+)([a-c])", "${1} ${2}")
    return (
        pl.when(style == 1).then(short + pl.lit(" ") + house)
        .when(style == 2)
        .then(street.str.replace("straße", "strasse").str.replace("Straße", "Strasse") + pl.lit(" ") + spaced)
        .when(style == 3).then((short + pl.lit(" ") + house).str.to_uppercase())
        .when(style == 4).then(street + pl.lit(" ") + spaced)
        .otherwise(street + pl.lit(" ") + house)
    )  # fmt: skip
