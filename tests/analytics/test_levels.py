"""Levels in one statement that asks nothing twice are those of one condition after the other."""

from __future__ import annotations

import pytest

from analytics.identity.comparable import make_comparable
from analytics.identity.comparison import Comparison, Level
from analytics.identity.comparisons import COMPARISONS
from analytics.identity.engine import Resources, workspace
from analytics.identity.features import prepare
from analytics.identity.levels import columns_of, level_numbers, levels_case, levels_sql
from tests.analytics.people import population, table

# What must be seen for the test to tell something.
_FEWEST_SEEN = {"given_name": 5, "family_name": 2, "birth_date": 3, "contact": 4}


def _plain(comparison: Comparison) -> str:
    numbers = level_numbers(comparison)
    whens = [f"when {comparison.unknown} then -1"] + [
        f"else {numbers[level.label]}"
        if level.condition == "ELSE"
        else f"when {level.condition} then {numbers[level.label]}"
        for level in comparison.levels
    ]
    return f"case {' '.join(whens)} end"


def test_the_levels_are_those_of_the_conditions_in_their_order() -> None:
    people = population(60, 4)
    for number, row in enumerate(people):
        # Some hide the given name, or leave it out, or the birth date.
        if row["given_name"] and number % 5 < 2:
            row["given_name"] = f"{row['given_name'][0]}." if number % 5 else None
        row["birth_date"] = row["birth_date"] if number % 7 else None
    pairs = "comparable as l inner join comparable as r on l.unique_id < r.unique_id"
    with workspace(Resources()) as connection:
        make_comparable(connection, prepare(table(people)), junk={}, frequencies={}, usual_given_names=("anna",))
        numbers = "l.unique_id as l, r.unique_id as r"
        connection.execute(f"create temp table level as {levels_sql(pairs, *numbers.split(', '))}")
        for comparison in COMPARISONS:
            sided = ", ".join(f"l.{name} as {name}_l, r.{name} as {name}_r" for name in sorted(columns_of(comparison)))
            answer = connection.execute(
                f"""
                select count(*), count(*) filter (where gamma_{comparison.name} <> plain), count(distinct plain)
                from (select l, r, {_plain(comparison)} as plain from (select {numbers}, {sided} from {pairs}))
                inner join level using (l, r)
                """
            ).fetchone()
            assert answer is not None
            rows, different, seen = answer
            assert rows > 1000 and different == 0, comparison.name
            assert seen >= _FEWEST_SEEN.get(comparison.name, 0), comparison.name


@pytest.mark.parametrize(
    ("conditions", "asked"),
    [
        (("a and b", "a", "ELSE"), "when a then case when b then 2 else 1 end else 0"),
        (("a and b and c", "a and b", "a", "ELSE"),
         "when a and b then case when c then 3 else 2 end when a then 1 else 0"),
        # What is behind an or doesn't need the first.
        (("a and b or c", "a", "ELSE"), "when a and b or c then 2 when a then 1 else 0"),
        (("a and (b or c)", "a", "ELSE"), "when a then case when (b or c) then 2 else 1 end else 0"),
        (("a and b", "c", "a", "ELSE"), "when a and b then 3 when c then 2 when a then 1 else 0"),
    ],
)  # fmt: skip
def test_what_levels_have_in_common_is_asked_once(conditions: tuple[str, ...], asked: str) -> None:
    levels = tuple(Level(condition, condition, 0.5, 0.5) for condition in conditions)
    assert asked in levels_case(Comparison("field", "false", levels))
