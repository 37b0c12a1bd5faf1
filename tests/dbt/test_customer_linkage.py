"""The linker inside the dbt project: its model is kept, and building on the last run changes nothing."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from analytics.identity.features import FEATURE_VERSION, RECORD_SCHEMA
from tests.dbt.dbt_project import dbt

MODELS = ("int_customer__match_model", "int_customer__linkage", "int_customer__match", "int_customer__limited_block")
DATA_TIME = datetime(2026, 10, 2, 8)
GIVEN = "Anna Jörg Mehmet Sofia Karl Lena Piotr Aylin Hans Grete Tomasz Julia Ines Otto Maja Paul"
FAMILY = "Müller Schmidt Yılmaz Wójcik Becker Hoffmann Öztürk Neumann Krüger Vogel Lange Kaya Brandt Seidel"


def records(people: int = 90, seed: int = 5) -> list[dict[str, Any]]:
    """People whom two systems know, a little differently."""
    drawn = random.Random(seed)
    rows = []
    for number in range(people):
        given, family = drawn.choice(GIVEN.split()), drawn.choice(FAMILY.split())
        born = date(1950, 1, 1) + timedelta(days=drawn.randrange(18_000))
        person = {
            "party_type": "person",
            "given_name": given,
            "family_name": family,
            "birth_date": born,
            "emails": [f"{given}.{family}{number}@mail.example"],
            "phones": [f"0151 {2_000_000 + 7_919 * number}"],
            "street": f"Lindenweg {number % 40 + 1}",
            "postcode": f"2{number % 30:04d}",
            "city": "Hamburg",
            "country_code": "DE",
        }
        rows.append({**person, "record_id": f"crm:customer:{number:04d}", "system": "crm"})
        typed = {"family_name": family.upper()} if number % 3 else {"given_name": given[0]}
        moved = {"street": "Hafenstraße 7", "postcode": "20095"} if number % 5 == 0 else {}
        silent = {"emails": [], "birth_date": None} if number % 7 == 0 else {}
        rows.append(
            {**person, **typed, **moved, **silent, "record_id": f"billing:account:{number:04d}", "system": "billing"}
        )
    return rows


def on_another_day(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Some records changed, some gone, some new."""
    changed = [{**row, "phones": ["040 5550177"]} if number % 29 == 3 else row for number, row in enumerate(rows)]
    newcomers = [{**row, "record_id": row["record_id"] + "-new"} for row in rows[:6:2]]
    return [row for number, row in enumerate(changed) if number % 41 != 7] + newcomers


Run = Callable[..., None]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Gives the records to the project's linker in a named workspace, and runs it."""

    def run(name: str, rows: list[dict[str, Any]], *arguments: str, model: pa.Table | None = None) -> None:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        with duckdb.connect(str(folder / "workspace.duckdb")) as workspace:
            for schema in ("conformed", "identity", "registry"):
                workspace.execute(f"create schema if not exists {schema}")
            workspace.register("given", pa.Table.from_pylist(rows, RECORD_SCHEMA))
            workspace.execute("create or replace table identity.int_customer__match_input as from given")
            workspace.execute(
                "create or replace table conformed.int_load__from_ops as select true as is_counted, ? as finished_at",
                [DATA_TIME],
            )
            if model is not None:
                workspace.register("kept", model)
                workspace.execute("create or replace table registry.identity_model as from kept")
        dbt(folder, "run", "--select", *MODELS, *arguments)

    return run


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str, str], pa.Table]:
    def read(name: str, query: str) -> pa.Table:
        with duckdb.connect(str(tmp_path / name / "workspace.duckdb"), read_only=True) as workspace:
            return workspace.execute(query).to_arrow_table()

    return read


LINKAGE = "from identity.int_customer__linkage order by all"
MODEL = "from identity.int_customer__match_model"
# What a run found, without what it says of its own work.
FOUND = "select * from identity.int_customer__linkage where kind <> 'statistic' order by all"


def test_building_on_the_last_run_gives_what_a_full_run_gives(run: Run, read: Callable[[str, str], pa.Table]) -> None:
    first_day, second_day = records(), on_another_day(records())
    run("daily", first_day)
    before, kept = read("daily", FOUND), read("daily", MODEL)
    assert kept.num_rows == 1 and kept["feature_version"][0].as_py() == FEATURE_VERSION
    assert kept["trained_at"][0].as_py() == DATA_TIME
    assert read("daily", "from identity.int_customer__match").num_rows > 60

    run("daily", second_day, model=kept)
    assert read("daily", MODEL).equals(kept)
    after = read("daily", FOUND)
    assert not after.equals(before)

    run("elsewhere", second_day, model=kept)
    assert read("elsewhere", MODEL).equals(kept)
    assert read("elsewhere", FOUND).equals(after)

    run("daily", second_day, "--full-refresh", model=kept)
    assert read("daily", FOUND).equals(after)


def test_without_the_linker_its_tables_are_empty(run: Run, read: Callable[[str, str], pa.Table]) -> None:
    run("off", records(5), "--vars", json.dumps({"identity_is_probabilistic": False}))
    assert read("off", LINKAGE).num_rows == 0
    assert read("off", MODEL).num_rows == 0
    run("empty", [])
    assert read("empty", LINKAGE).num_rows == 0


def test_a_new_generation_is_trained_on_purpose_and_the_earlier_one_comes_back(
    run: Run, read: Callable[[str, str], pa.Table]
) -> None:
    run("workspace", records(40))
    first = read("workspace", MODEL)
    run("workspace", records(60, seed=9), "--vars", json.dumps({"identity_model_generation": 2}), model=first)
    second = read("workspace", MODEL)
    assert second["generation"].to_pylist() == [2]
    assert second["record_count"].to_pylist() == [120]
    assert second["model_id"] != first["model_id"]
    scored_by = "select distinct model_id from identity.int_customer__match"
    assert read("workspace", scored_by)["model_id"].to_pylist() == second["model_id"].to_pylist()

    run("workspace", records(60, seed=9), model=pa.concat_tables([first, second]))
    assert read("workspace", MODEL).equals(first)
    assert read("workspace", scored_by)["model_id"].to_pylist() == first["model_id"].to_pylist()


def test_a_model_of_a_later_day_is_not_known_to_an_earlier_one(run: Run, read: Callable[[str, str], pa.Table]) -> None:
    run("workspace", records(40))
    later = read("workspace", MODEL)
    moved = later.set_column(
        later.column_names.index("trained_at"),
        "trained_at",
        pa.array([DATA_TIME + timedelta(days=1)], pa.timestamp("us")),
    )
    run("workspace", records(40), model=moved)
    assert read("workspace", MODEL)["trained_at"].to_pylist() == [DATA_TIME]
