"""Noise in what the systems believe of customers: as often as its rates say, and never where nothing can be wrong."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from seeds.operator.copies import noise, spelling
from seeds.operator.copies.noise import NO_MAILBOX, RATES, SHOP_NUMBER, Rates, claims
from seeds.operator.world.parameters import Parameters
from seeds.operator.world.parties import COMPANY, PERSON, SOLE_TRADER, build_parties
from seeds.operator.world.vocabulary import FORM_SPELLINGS, NICKNAMES, OTHER_LATIN

CUSTOMERS = 20_000
KINDS = [field.name for field in fields(Rates)]
NOTHING = Rates(**dict.fromkeys(KINDS, 0.0))


@pytest.fixture(scope="module")
def parties() -> pl.DataFrame:
    return build_parties(Parameters(customers=CUSTOMERS, seed=5))


@pytest.fixture(scope="module")
def believed(parties: pl.DataFrame) -> pl.DataFrame:
    return claims(parties, np.random.default_rng(5))


def has(kind: str) -> pl.Expr:
    return pl.col("noise").str.split(" ").list.contains(kind)


def only(parties: pl.DataFrame, **rates: float) -> pl.DataFrame:
    """Beliefs with some kinds of noise alone."""
    return claims(parties, np.random.default_rng(1), rates=Rates(**{**dict.fromkeys(KINDS, 0.0), **rates}))


def edited(expression: pl.Expr, text: str, place: int = 0) -> str:
    frame = pl.DataFrame({"text": [text], "place": [place]})
    return frame.select(expression.alias("result"))["result"][0]


# To whom a kind of noise can happen at all; every record where nothing is said.
POSSIBLE = {
    "second_name_written": pl.col("second_name").is_not_null(),
    "second_name_initial": pl.col("second_name").is_not_null(),
    "only_second_name": pl.col("second_name").is_not_null(),
    "initial_only": pl.col("kind") != COMPANY,
    "nickname": (pl.col("kind") != COMPANY) & pl.col("given_name").is_in(list(NICKNAMES)),
    "other_latin": (pl.col("kind") != COMPANY)
    & (pl.col("given_name").is_in(list(OTHER_LATIN)) | pl.col("family_name").is_in(list(OTHER_LATIN))),
    "given_misspelt": pl.col("kind") != COMPANY,
    "family_misspelt": pl.col("kind") != COMPANY,
    "former_name": pl.col("former_name").is_not_null(),
    "names_swapped": pl.col("kind") == PERSON,
    "form_respelt": pl.col("kind") == COMPANY,
    "form_missing": pl.col("kind") == COMPANY,
    "company_misspelt": pl.col("kind") != PERSON,
    "trader_in_full": pl.col("kind") == SOLE_TRADER,
    "birth_missing": pl.col("kind") != COMPANY,
    "birth_placeholder": pl.col("kind") != COMPANY,
    "birth_digit": pl.col("kind") != COMPANY,
    "mail_former": pl.col("former_email").is_not_null(),
    "mail_department": pl.col("kind") == COMPANY,
    "phone_former": pl.col("former_phone").is_not_null(),
    "phone_extension": pl.col("kind") == COMPANY,
    "address_former": pl.col("former_street").is_not_null(),
}
# Left out where an earlier kind of noise already had its way, so somewhat rarer than the rate says.
ROOM = 0.25


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if kind not in ("double_name_cut", "birth_swapped", "abbreviated")]
)
def test_each_kind_of_noise_is_as_often_as_its_rate(parties: pl.DataFrame, believed: pl.DataFrame, kind: str) -> None:
    possible = parties.select(POSSIBLE.get(kind, pl.lit(True)).alias("possible"))["possible"]
    possible = pl.Series([True] * len(parties)) if len(possible) == 1 else possible
    marked = believed.select(has(kind).fill_null(False).alias("marked"))["marked"]
    assert not (marked & ~possible.fill_null(False)).any()
    count, rate = int(possible.sum()), getattr(RATES, kind)
    spread = 4 * (rate * (1 - rate) * count) ** 0.5
    assert rate * count * (1 - ROOM) - spread <= marked.sum() <= rate * count + spread


def test_a_careless_system_has_more_of_everything(parties: pl.DataFrame, believed: pl.DataFrame) -> None:
    careless = claims(parties, np.random.default_rng(5), careless=2.5)
    for kind in ("birth_missing", "mail_missing", "given_misspelt", "postcode_digit", "names_swapped"):
        factor = careless.select(has(kind).sum()).item() / believed.select(has(kind).sum()).item()
        assert 1.7 < factor < 3.4, kind


def test_without_noise_a_system_believes_the_truth(parties: pl.DataFrame) -> None:
    believed = claims(parties, np.random.default_rng(1), rates=NOTHING)
    for column in ("given_name", "family_name", "company_name", "email", "postcode", "city"):
        assert (believed[column].eq_missing(parties[column])).all(), column
    assert believed["birth_date"].to_physical().eq_missing(
        parties.select(pl.when(pl.col("kind") != COMPANY).then("birth_day").cast(pl.Int32)).to_series()
    ).all()  # fmt: skip
    assert set(believed["noise"]) == set(believed["changed"]) == {""}


HIDING = {
    "second_name_initial", "only_second_name", "initial_only", "nickname", "other_latin", "given_misspelt",
    "family_misspelt", "double_name_cut", "names_swapped", "misread", "very_long",
    "birth_missing", "birth_placeholder", "birth_swapped", "birth_digit",
    "street_misspelt", "postcode_digit", "postcode_in_city", "address_missing", "blank",
}  # fmt: skip


@pytest.mark.parametrize(("whom", "slips"), [("typed_anew", 1), ("recognisable", 0)])
def test_one_slip_hides_who_was_typed_anew_and_nothing_who_is_recognisable(
    parties: pl.DataFrame, whom: str, slips: int
) -> None:
    person = parties["kind"] == PERSON
    believed = claims(parties, np.random.default_rng(5), **{whom: person.to_numpy()})
    hiding = [len(HIDING.intersection(words.split(" "))) for words in believed.filter(person)["noise"]]
    assert max(hiding) == slips
    # A day beyond the twelfth cannot be taken for a month.
    assert np.mean(hiding) >= 0.85 * slips
    assert believed.filter(~person).select(has("initial_only").any()).item()


def test_birth_dates_go_wrong_in_four_ways(parties: pl.DataFrame) -> None:
    truth = pl.Series(parties["birth_day"].cast(pl.Int32).cast(pl.Date)).alias("truth")
    turned = only(parties, birth_swapped=1.0).with_columns(truth).filter(has("birth_swapped"))
    assert len(turned) > 1_000
    assert (turned["birth_date"].dt.day() == turned["truth"].dt.month()).all()
    assert (turned["birth_date"].dt.month() == turned["truth"].dt.day()).all()
    digit = only(parties, birth_digit=1.0).with_columns(truth).filter(has("birth_digit"))
    assert (digit["birth_date"] != digit["truth"]).all()
    one, other = (digit[name].dt.to_string("%Y%m%d") for name in ("birth_date", "truth"))
    wrong = sum((one.str.slice(at, 1) != other.str.slice(at, 1)).cast(pl.Int64) for at in range(8))
    # Who was born on the 29th of February comes one day short, too.
    assert (wrong == 1).mean() > 0.998 and wrong.max() <= 3
    placeholder = only(parties, birth_placeholder=1.0).filter(has("birth_placeholder"))
    assert placeholder["birth_date"].dt.to_string("%Y-%m-%d").unique().to_list() == ["1900-01-01"]


def test_mailboxes_and_numbers_that_many_share(believed: pl.DataFrame) -> None:
    shop = believed.filter(has("phone_shop") & ~has("blank"))["phone_text"]
    digits = shop.str.replace_all(r"\(0\)|[^0-9]", "").str.strip_chars_start("0").str.replace("^49", "")
    assert len(shop) > 100
    assert set(digits) == {SHOP_NUMBER[2:]}
    assert (believed["email"] == NO_MAILBOX).sum() > 100


def test_a_blank_record_says_nothing(believed: pl.DataFrame) -> None:
    blank = believed.filter(has("blank"))
    assert 0 < len(blank) < 0.003 * CUSTOMERS
    for column in (
        "given_name",
        "family_name",
        "company_name",
        "birth_date",
        "email",
        "phone_text",
        "street_text",
        "city",
    ):
        assert blank[column].null_count() == len(blank), column
    assert set(blank["noise"]) == {"blank"}


def test_what_changed_is_named_and_nothing_else(parties: pl.DataFrame, believed: pl.DataFrame) -> None:
    changed = believed["changed"].str.split(" ")
    for attribute in ("given_name", "family_name"):
        named = changed.list.contains(attribute)
        assert named.sum() > 100
        assert (believed[attribute] != parties[attribute]).filter(named).all()
    same = believed["phone_text"].str.replace_all(r"\(0\)|[^0-9]", "").str.strip_chars_start("0").str.replace("^49", "")
    differs = (same != parties["phone"].str.slice(2)).fill_null(False)
    assert (differs == changed.list.contains("phone")).mean() > 0.999


def test_twins_share_everything_but_the_given_name(parties: pl.DataFrame) -> None:
    twins = parties.filter("is_twin").join(parties, left_on="household", right_on="customer", suffix="_of_host")
    assert len(twins) > 20
    for column in ("family_name", "birth_day", "street", "house_number", "postcode", "city", "phone", "email"):
        assert (twins[column] == twins[f"{column}_of_host"]).all(), column
    assert (twins["given_name"].str.head(1) != twins["given_name_of_host"].str.head(1)).all()


def test_namesakes_in_one_town_are_strangers(parties: pl.DataFrame) -> None:
    pairs = parties.filter(pl.col("namesake") != pl.col("customer")).join(
        parties, left_on="namesake", right_on="customer", suffix="_of_other"
    )
    assert len(pairs) > 50
    for column in ("given_name", "family_name", "city"):
        assert (pairs[column] == pairs[f"{column}_of_other"]).all(), column
    assert (pairs["birth_day"] != pairs["birth_day_of_other"]).mean() > 0.99
    assert (pairs["email"] != pairs["email_of_other"]).all()


def test_a_recycled_number_is_somebody_elses_today(parties: pl.DataFrame) -> None:
    gave_up = parties.filter(pl.col("phone_heir") >= 0)
    heirs = parties[gave_up["phone_heir"].to_numpy()]
    assert len(gave_up) > 50
    assert (gave_up["former_phone"] == heirs["phone"]).all()
    assert (gave_up["phone"] != heirs["phone"]).all()
    assert (gave_up["household"] != heirs["household"]).all()


def test_companies_have_no_birth_date_and_a_switchboard(parties: pl.DataFrame, believed: pl.DataFrame) -> None:
    firms = parties.filter(pl.col("kind") == COMPANY)
    assert firms["birth_day"].null_count() == len(firms)
    assert firms["phone"].str.ends_with("0").all()
    assert firms["phone"].n_unique() == len(firms)
    extended = believed.filter(has("phone_extension") & ~has("blank") & ~has("phone_shop") & ~has("phone_digit"))
    numbers = extended["phone_text"].drop_nulls()
    assert numbers.str.contains(r"-\d\d$").all()
    assert parties.filter(pl.col("kind") != COMPANY)["birth_day"].null_count() == 0


def test_legal_forms_are_written_otherwise_or_not_at_all(parties: pl.DataFrame) -> None:
    form = "(" + "|".join(sorted((name.replace(".", r"\.").replace("(", r"\(").replace(")", r"\)").replace("&", "&")
                                  for name in FORM_SPELLINGS), key=len, reverse=True)) + ")$"  # fmt: skip
    firms = pl.col("kind") == COMPANY
    bare = only(parties, form_missing=1.0).filter(firms & has("form_missing"))
    assert len(bare) > 500
    assert not bare["company_name"].str.contains(" " + form).any()
    respelt = only(parties, form_respelt=1.0).filter(firms & has("form_respelt"))
    assert (respelt["company_name"] != parties[respelt["customer"].to_numpy()]["company_name"]).all()


@pytest.mark.parametrize(
    ("expression", "text", "result"),
    [
        (spelling.swapped(pl.col("text"), pl.col("place")), "Schmidt", "Shcmidt"),
        (spelling.dropped(pl.col("text"), pl.col("place")), "Schmidt", "Shmidt"),
        (spelling.doubled(pl.col("text"), pl.col("place")), "Schmidt", "Scchmidt"),
        (spelling.next_key(pl.col("text"), pl.col("place")), "Schmidt", "Svhmidt"),
        (spelling.soundalike(pl.col("text")), "Schmidt", "Schmitt"),
        (spelling.soundalike(pl.col("text")), "Meyer", "Meier"),
        (spelling.mistyped(pl.col("text"), pl.col("place")), "Uwe", "Uwe"),
        (spelling.misread(pl.col("text")), "Müller", "MÃ¼ller"),
        (spelling.transliterated(pl.col("text")), "Yıldız-Jäger", "Yildiz-Jaeger"),
        (spelling.number_spelling(pl.col("text"), pl.col("place") + 6), "491521234567", "+49 (0)152-1234567"),
        (spelling.number_spelling(pl.col("text"), pl.col("place") + 7), "491521234567", "(0152) 1234567"),
        (spelling.digit_changed(pl.col("text"), pl.col("place")), "20095", "30095"),
    ],
)
def test_spellings(expression: pl.Expr, text: str, result: str) -> None:
    assert edited(expression, text) == result


def test_the_readme_tells_the_rates() -> None:
    text = (Path(noise.__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    table = text.split("<!-- noise -->")[1].split("<!-- end of noise -->")[0]
    rows = re.findall(r"^\| `(\w+)` \|.*\| ([\d.]+) % \|$", table, re.MULTILINE)
    assert {kind: float(share) for kind, share in rows} == {
        kind: pytest.approx(100 * getattr(RATES, kind)) for kind in KINDS
    }
    assert [kind for kind, _ in rows] == KINDS
