"""Features: one spelling for what is one, nothing for what is nothing, and no input that breaks them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.identity.features import prepare
from analytics.identity.text import LONGEST_TEXT, e164
from tests.analytics.people import company, person, table


def feature(row: dict[str, Any]) -> dict[str, Any]:
    (one,) = prepare(table([row])).to_pylist()
    return one


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (person("a", "Dr. Hans-Peter", "von Müller"), {"given_names": ["hans", "peter"], "family_name": "muller"}),
        (person("a", None, "Иванов, Пётр"), {"given_name": "petr", "family_name": "ivanov"}),
        (person("a", None, "Dragan Horvath"), {"given_name": "dragan", "family_name": "horvath"}),
        (person("a", "H.", "Meier"), {"given_name": None, "initials": ["h"]}),
        (person("a", "Hans J.", None), {"given_name": "hans", "middle_initial": "j", "family_name": None}),
        (person("a", "Mother R.", "Meier"), {"given_name": None, "initials": ["r"], "family_name": "meier"}),
        (person("a", "Lady of the House", "Meier"), {"given_name": None, "initials": None}),
        (person("a", None, "Head of House"), {"given_name": None, "family_name": None, "is_person": False}),
        (person("a", "Kari", "Meier"), {"given_name": "kari"}),
        (person("a", "Gent B.", "Meier"), {"given_name": None, "initials": ["b"]}),
        (person("a", "T:na", "Me|er"), {"given_name": "tna", "family_name": "meer"}),
        (person("a", None, "No Last Name"), {"given_name": None, "family_name": None}),
        (person("a", "Tina", "Meier"), {"called": ["christina", "christine"]}),
        (person("a", "n/a", "unbekannt"), {"given_name": None, "family_name": None, "is_person": False}),
        (company("a", "Yılmaz İnşaat Ltd. Şti."), {"company_name": "yilmaz insaat", "legal_form": "ltd sti"}),
        (company("a", "Kowalski Sp. z o.o."), {"company_name": "kowalski", "legal_form": "sp zoo"}),
        (company("a", "Rossi S.r.l."), {"company_name": "rossi", "legal_form": "srl", "may_be_person": False}),
        (company("a", "Malerei Vogel e.K."), {"company_name": "malerei vogel", "may_be_person": True}),
        (person("a", "A", "B", street="Haupt Straße 12 a"), {"street": "hauptstr", "house_number": "12a"}),
        (person("a", "A", "B", street="HAUPTSTR. 12A, 3. OG"), {"street": "hauptstr", "house_number": "12a"}),
        (person("a", "A", "B", street="12 Main Street Apt 5"), {"street": "mainst", "house_number": "12"}),
        (person("a", "A", "B", postcode="D-1067"), {"postcode": "01067"}),
        (person("a", "A", "B", emails=["A.B+x@GoogleMail.com", "none@none.com"]), {"emails": ["ab@gmail.com"]}),
        (person("a", "A", "B", phones=["0049 171 5556677", "0000000"]), {"phones": ["+491715556677"]}),
        (person("a", "A", "B", phones=["123456789"]), {"phones": None}),
        (person("a", "A", "B", birth_date=date(1900, 1, 1)), {"birth_date": None}),
    ],
)
def test_spellings(row: dict[str, Any], expected: dict[str, Any]) -> None:
    found = feature(row)
    assert {name: found[name] for name in expected} == expected


def test_names_of_other_languages_sound_alike() -> None:
    pairs = [
        ("Vladimir", "Wladimir"),
        ("Şeyma", "Scheyma"),
        ("Cem", "Dschem"),
        ("Julia", "Yuliya"),
        ("Philipp", "Filip"),
    ]
    for left, right in pairs:
        assert feature(person("a", left, "X"))["given_sound"] == feature(person("a", right, "X"))["given_sound"]
    assert feature(person("a", "Jan", "X"))["given_sound"] != feature(person("a", "Jana", "X"))["given_sound"]


def test_region_of_a_number_is_the_country_of_its_record() -> None:
    assert e164("0171 5556677", "DE") == "+491715556677"
    assert feature({**person("a", "A", "B", phones=["0532 123 45 67"]), "country_code": "TR"})["phones"] == [
        "+905321234567"
    ]


def test_the_hash_changes_with_the_record_alone() -> None:
    one = person("a", "Ada", "Vogel", emails=["ada@x.example"])
    before = feature(one)["record_hash"]
    assert before == feature(dict(one))["record_hash"]
    assert before != feature({**one, "emails": []})["record_hash"]
    assert before != feature({**one, "given_name": None})["record_hash"]


wild = st.one_of(st.none(), st.text(max_size=60), st.text(min_size=1, max_size=4).map(lambda part: part * 500))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {
                "party_type": st.sampled_from(["person", "sole_trader", "company"]),
                **dict.fromkeys(
                    (
                        "given_name",
                        "family_name",
                        "company_name",
                        "street",
                        "postcode",
                        "city",
                        "country_code",
                        "vat_number",
                        "customer_number",
                    ),
                    wild,
                ),
                "birth_date": st.one_of(st.none(), st.dates()),
                "emails": st.one_of(st.none(), st.lists(wild, max_size=3)),
                "phones": st.one_of(st.none(), st.lists(wild, max_size=3)),
            }
        ),
        min_size=1,
        max_size=8,
    )
)
def test_any_input_has_features(rows: list[dict[str, Any]]) -> None:
    records = [{**row, "record_id": str(number), "system": "crm"} for number, row in enumerate(rows)]
    found = prepare(table(records)).to_pylist()
    assert [row["record_id"] for row in found] == [str(number) for number in range(len(rows))]
    for row in found:
        for name in ("given_name", "family_name", "company_name", "street", "city"):
            assert row[name] is None or (row[name].isascii() and 0 < len(row[name]) <= 2 * LONGEST_TEXT)


def test_a_number_that_is_none_and_signs_that_become_words() -> None:
    row = feature({**person("a", "Ada", "Vogel", phones=["01" * 500]), "street": "°" * 500})
    assert row["phones"] is None or row["phones"] == []
    assert 0 < len(row["street"]) <= 2 * LONGEST_TEXT
