"""One name at one address and two birth dates: one person with a wrong date, or father and son? The household tells."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from analytics.identity.link import link
from analytics.identity.model import LinkModel
from tests.analytics.people import person, table

HOME: dict[str, Any] = {
    "street": "Lindenallee 7",
    "postcode": "20095",
    "city": "Hamburg",
    "phones": ["0171 5556677"],
    "emails": ["familie@mail.example"],
}
ACCEPTED = 0.99
OLDER, YOUNGER = date(1950, 5, 17), date(1981, 10, 2)


def zwerenz(record_id: str, given_name: str, born: date, **more: Any) -> dict[str, Any]:
    return person(record_id, given_name, "Zwerenz", birth_date=born, **{**HOME, **more})


def accepted(model: LinkModel, *records: dict[str, Any]) -> set[tuple[str, str]]:
    pairs = link(table(list(records)), model).pairs.to_pylist()
    return {(p["left_record_id"], p["right_record_id"]) for p in pairs if p["match_probability"] >= ACCEPTED}


LOTHAR = zwerenz("crm:1", "Lothar", OLDER)
WRONG = zwerenz("billing:1", "Lothar", YOUNGER)
ROSA = zwerenz("crm:2", "Rosa", YOUNGER)
ONE = ("billing:1", "crm:1")


def test_a_date_that_another_of_the_household_has_was_copied(model: LinkModel) -> None:
    assert accepted(model, LOTHAR, WRONG, ROSA) == {ONE}
    assert accepted(model, LOTHAR, WRONG, {**ROSA, "street": "Lindenallee 9"}) == set()
    assert accepted(model, LOTHAR, WRONG, {**ROSA, "family_name": "Kowalski"}) == set()


def test_a_date_that_nobody_else_has_is_another_person(model: LinkModel) -> None:
    assert accepted(model, LOTHAR, WRONG) == set()
    assert accepted(model, LOTHAR, WRONG, zwerenz("crm:2", "Rosa", date(1952, 1, 9))) == set()


@pytest.mark.parametrize(("name", "other"), [("Lothar", "Lotar"), ("Lothar", "Heinz Lothar"), ("Richard", "Dick")])
def test_a_spelling_or_call_name_of_the_same_name_is_nobody_else(model: LinkModel, name: str, other: str) -> None:
    named = ({**LOTHAR, "given_name": name}, {**WRONG, "given_name": name})
    assert ONE in accepted(model, *named, ROSA)
    assert ONE not in accepted(model, *named, zwerenz("billing:2", other, YOUNGER))


@pytest.mark.parametrize(
    "names",
    [
        pytest.param({"given_name": "Lotar Otto", "family_name": "Zwerenz"}, id="spelling"),
        pytest.param({"given_name": "Lothar Otto", "family_name": "Zwerens"}, id="family-name"),
    ],
)
def test_a_name_written_a_little_otherwise_needs_the_second_initial(model: LinkModel, names: dict[str, str]) -> None:
    assert accepted(model, {**LOTHAR, "given_name": "Lothar Otto"}, {**WRONG, **names}, ROSA) == {ONE}
    without = {name: value.removesuffix(" Otto") for name, value in names.items()}
    assert accepted(model, LOTHAR, {**WRONG, **without}, ROSA) == set()


def test_a_date_that_another_system_confirms_was_not_copied(model: LinkModel) -> None:
    # A son, and his twin.
    son = zwerenz("selfcare:1", "Lothar", YOUNGER)
    assert accepted(model, LOTHAR, WRONG, ROSA, son) == {("billing:1", "selfcare:1")}


def test_a_system_that_holds_both_knows_two_people(model: LinkModel) -> None:
    father = zwerenz("billing:2", "Lothar", OLDER)
    assert accepted(model, LOTHAR, WRONG, ROSA, father) == {("billing:2", "crm:1")}


def test_brothers_of_one_name_in_one_system(model: LinkModel) -> None:
    # Near in age: a date misread, as long as nobody has both.
    older = person("crm:1", "Lothar Otto", "Zwerenz", birth_date=date(1981, 10, 2), **HOME)
    younger = person("billing:1", "Lothar Otto", "Zwerenz", birth_date=date(1984, 5, 28), **HOME)
    assert accepted(model, older, younger) == {ONE}
    assert accepted(model, older, younger, {**younger, "record_id": "crm:2", "system": "crm"}) == {
        ("billing:1", "crm:2")
    }


def test_a_record_without_a_date_fits_two_of_one_name(model: LinkModel) -> None:
    son, dateless = zwerenz("crm:3", "Lothar", YOUNGER), {**WRONG, "birth_date": None}
    assert accepted(model, LOTHAR, dateless) == {ONE}
    assert accepted(model, LOTHAR, dateless, son) == set()
    # Second names tell them apart.
    apart = ({**LOTHAR, "given_name": "Lothar Otto"}, {**dateless, "given_name": "Lothar Otto"})
    assert ONE in accepted(model, *apart, {**son, "given_name": "Lothar Emil"})


def test_a_record_without_a_given_name_beside_one_of_its_date(model: LinkModel) -> None:
    rosa, nameless = {**ROSA, "record_id": "billing:2", "system": "billing"}, {**WRONG, "given_name": None}
    assert accepted(model, ROSA, nameless) == {("billing:1", "crm:2")}
    # Billing knows Rosa: the other record is her husband's, with her date.
    assert accepted(model, ROSA, nameless, rosa) == {("billing:2", "crm:2")}
