"""A run that takes over what is known equals a run that doesn't: whatever was added, changed or deleted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from analytics.identity import blocking
from analytics.identity import link as link_module
from analytics.identity.link import LinkResult, link
from analytics.identity.model import LinkModel
from tests.analytics.people import person, table


@pytest.fixture(scope="module")
def first(people: list[dict[str, Any]], model: LinkModel) -> LinkResult:
    return link(table(people), model)


def same(left: LinkResult, right: LinkResult) -> None:
    assert left.pairs.to_pylist() == right.pairs.to_pylist()
    assert left.limited_blocks.to_pylist() == right.limited_blocks.to_pylist()
    assert left.records.equals(right.records)
    assert left.statistics["candidate_pairs"] == right.statistics["candidate_pairs"]
    assert left.statistics["pairs_below_floor"] == right.statistics["pairs_below_floor"]


def test_added_changed_and_deleted_records(people: list[dict[str, Any]], model: LinkModel, first: LinkResult) -> None:
    changed = [dict(row) for row in people[6:]]
    changed[0]["phones"] = changed[1]["phones"]
    changed[10]["family_name"] = "Umbenannt"
    changed[20]["birth_date"] = None
    changed += [person("new:1", "Zoë", "Neumann"), {**people[40], "record_id": "new:2"}]
    later = link(table(changed), model, first)
    assert later.statistics["is_incremental"]
    assert later.pairs.num_rows > 50
    same(later, link(table(changed), model))


def test_nothing_changed(people: list[dict[str, Any]], model: LinkModel, first: LinkResult) -> None:
    same(link(table(people), model, first), first)


def test_who_joins_or_leaves_a_household_changes_what_its_records_say(model: LinkModel) -> None:
    home: dict[str, Any] = {
        "street": "Lindenallee 7",
        "postcode": "20095",
        "city": "Hamburg",
        "phones": ["0171 5556677"],
    }
    pair = [
        person("crm:1", "Lothar", "Zwerenz", birth_date=date(1950, 5, 17), **home),
        person("billing:1", "Lothar", "Zwerenz", birth_date=date(1981, 10, 2), **home),
    ]
    wife = person("crm:2", "Rosa", "Zwerenz", birth_date=date(1981, 10, 2), **home)
    alone, together = link(table(pair), model), link(table([*pair, wife]), model)
    assert len(alone.pairs) == 0
    assert {("billing:1", "crm:1")} == {(p["left_record_id"], p["right_record_id"]) for p in together.pairs.to_pylist()}
    same(link(table([*pair, wife]), model, alone), together)
    same(link(table(pair), model, together), alone)


@pytest.mark.parametrize("shared", [3, 8])
def test_blocks_that_cross_the_limit(monkeypatch: pytest.MonkeyPatch, model: LinkModel, shared: int) -> None:
    # A block that grows over the limit loses pairs of records that nobody touched; one that shrinks regains them.
    monkeypatch.setattr(blocking, "RULES", tuple(replace(rule, limit=5) for rule in blocking.RULES))
    one = [person(f"r{number}", f"Vorname{number % 3}", "Meier", phones=["0171 2345678"]) for number in range(shared)]
    other = [
        person(f"r{number}", f"Vorname{number % 3}", "Meier", phones=["0171 2345678"]) for number in range(11 - shared)
    ]
    before = link(table(one), model)
    later = link(table(other), model, before)
    assert later.statistics["is_incremental"]
    same(later, link(table(other), model))


def test_another_model_is_not_mixed_in(people: list[dict[str, Any]], model: LinkModel, first: LinkResult) -> None:
    other = replace(model, match_share=model.match_share / 2)
    later = link(table(people), other, first)
    assert not later.statistics["is_incremental"]
    assert set(later.pairs["model_id"].to_pylist()) == {other.model_id}


def test_a_result_without_keys_is_not_used(people: list[dict[str, Any]], model: LinkModel, first: LinkResult) -> None:
    without = replace(first, records=first.records.select(["record_id", "record_hash"]))
    assert not link(table(people), model, without).statistics["is_incremental"]


def test_pairs_of_an_untouched_neighbourhood_are_not_looked_at_again(
    people: list[dict[str, Any]], model: LinkModel, first: LinkResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    make = link_module.make_features

    def counted(connection: Any, records: Any, *, default_region: str) -> Any:
        made.append(records.num_rows)
        return make(connection, records, default_region=default_region)

    monkeypatch.setattr(link_module, "make_features", counted)
    changed = [*people[1:], {**people[0], "emails": ["neu@mail.example"]}]
    link(table(changed), model, first)
    # First who changed, then whom it is compared with.
    assert made[0] == 1
    assert made[1] < len(people) / 4
