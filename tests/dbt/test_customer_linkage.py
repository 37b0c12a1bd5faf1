"""The linker inside the dbt project: its model is kept, and building on the last run changes nothing."""

from __future__ import annotations

import importlib.util
import json
import random
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from analytics.identity.features import FEATURE_VERSION, RECORD_SCHEMA
from concord.errors import ConcordError
from tests.dbt.dbt_project import PROJECT, dbt, part_of_project

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


# What a run found, without what it says of its own work.
FOUND = "select * from identity.int_customer__linkage where kind <> 'statistic' order by all"
MODEL = "from identity.int_customer__match_model"
BUILT_ON_THE_LAST = "select value from identity.int_customer__linkage where statistic = 'is_incremental'"


def only_the_linker(folder: Path) -> Path:
    """A copy of the project with the linker's models alone, which dbt reads in a fraction of the time."""
    project = part_of_project(folder, "registry")
    shutil.rmtree(project / "tests")
    models = project / "models"
    for name in MODELS:
        for file in (PROJECT / "models" / "identity" / "customer").glob(f"{name}.*"):
            (models / "identity").mkdir(exist_ok=True)
            shutil.copy(file, models / "identity")
    for layer, parent in (("identity", "int_customer__match_input"), ("conformed", "int_load__from_ops")):
        (models / layer).mkdir(exist_ok=True)
        (models / layer / f"{parent}.sql").write_text("select 1 as never_built", encoding="utf-8")
    return project


def run(folder: Path, rows: list[dict[str, Any]], *arguments: str, kept: pa.Table | None = None) -> None:
    """The project's linker over these records, in the workspace of a folder; ``kept`` is what the registry holds."""
    project = folder / "dbt_project"
    if not project.exists():
        only_the_linker(folder)
    with duckdb.connect(str(folder / "workspace.duckdb")) as workspace:
        for schema in ("conformed", "identity", "registry"):
            workspace.execute(f"create schema if not exists {schema}")
        workspace.register("given", pa.Table.from_pylist(rows, RECORD_SCHEMA))
        workspace.execute("create or replace table identity.int_customer__match_input as from given")
        workspace.execute(
            "create or replace table conformed.int_load__from_ops as select true as is_counted, ? as finished_at",
            [DATA_TIME],
        )
        if kept is not None:
            workspace.register("kept", kept)
            workspace.execute("create or replace table registry.identity_model as from kept")
    dbt(folder, "run", "--select", *MODELS, *arguments, project=project)


def read(folder: Path, query: str) -> pa.Table:
    with duckdb.connect(str(folder / "workspace.duckdb"), read_only=True) as workspace:
        return workspace.execute(query).to_arrow_table()


def test_building_on_the_last_run_gives_what_a_full_run_gives(tmp_path: Path) -> None:
    first_day, second_day = records(), on_another_day(records())
    run(tmp_path, first_day)
    before, kept = read(tmp_path, FOUND), read(tmp_path, MODEL)
    assert kept.num_rows == 1 and kept["feature_version"][0].as_py() == FEATURE_VERSION
    assert kept["trained_at"][0].as_py() == DATA_TIME
    assert read(tmp_path, "from identity.int_customer__match").num_rows > 60

    run(tmp_path, second_day, kept=kept)
    assert read(tmp_path, MODEL).equals(kept)
    after = read(tmp_path, FOUND)
    assert not after.equals(before)
    assert read(tmp_path, BUILT_ON_THE_LAST)["value"].to_pylist() == [1.0]

    run(tmp_path, second_day, "--full-refresh", kept=kept)
    assert read(tmp_path, BUILT_ON_THE_LAST)["value"].to_pylist() == [0.0]
    assert read(tmp_path, FOUND).equals(after)

    (tmp_path / "workspace.duckdb").unlink()
    run(tmp_path, second_day, kept=kept)
    assert read(tmp_path, MODEL).equals(kept)
    assert read(tmp_path, FOUND).equals(after)


class Project:
    """What dbt gives to a Python model, over tables in memory: enough to run one without dbt."""

    def __init__(self, rows: list[dict[str, Any]], kept: pa.Table | None = None, **meta: Any) -> None:
        self.is_incremental = False
        self.config = self
        self._meta = {"is_probabilistic": True, "generation": 1, "memory_limit": "1GB", **meta}
        self.session = duckdb.connect()
        no_model = python_model("int_customer__match_model").COLUMNS.empty_table()
        loads = pa.table({"is_counted": [True, False], "finished_at": [DATA_TIME, DATA_TIME + timedelta(days=9)]})
        self.relations = {
            "int_customer__match_input": pa.Table.from_pylist(rows, RECORD_SCHEMA),
            "int_load__from_ops": loads,
            "identity_model": no_model if kept is None else kept,
        }

    def ref(self, name: str) -> duckdb.DuckDBPyRelation:
        return self.session.from_arrow(self.relations[name])

    def source(self, _: str, name: str) -> duckdb.DuckDBPyRelation:
        return self.ref(name)

    def meta_get(self, name: str) -> Any:
        return self._meta[name]

    def model(self, name: str) -> pa.Table:
        self.relations[name] = python_model(name).model(self, self.session)
        return self.relations[name]


def python_model(name: str) -> ModuleType:
    path = PROJECT / "models" / "identity" / "customer" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("rows", "meta"), [(records(5), {"is_probabilistic": False}), ([], {})], ids=["switched off", "no records"]
)
def test_without_a_model_the_linker_is_silent(rows: list[dict[str, Any]], meta: dict[str, Any]) -> None:
    project = Project(rows, **meta)
    assert project.model("int_customer__match_model").num_rows == 0
    assert project.model("int_customer__linkage").num_rows == 0


def test_a_new_generation_is_trained_on_purpose_and_the_earlier_one_comes_back() -> None:
    first = Project(records(40)).model("int_customer__match_model")
    assert first["record_count"].to_pylist() == [80]
    more = records(60, seed=9)
    second = Project(more, first, generation=2).model("int_customer__match_model")
    assert second["generation"].to_pylist() == [2]
    assert second["record_count"].to_pylist() == [120]
    assert second["model_id"] != first["model_id"]
    both = pa.concat_tables([first, second])
    assert Project(more, both, generation=2).model("int_customer__match_model").equals(second)
    project = Project(more, both)
    assert project.model("int_customer__match_model").equals(first)
    found = project.model("int_customer__linkage")
    assert set(found["model_id"].to_pylist()) - {None} == set(first["model_id"].to_pylist())


def test_a_model_of_a_later_day_or_another_version_is_not_taken() -> None:
    kept = Project(records(40)).model("int_customer__match_model")
    for name, value in (
        ("trained_at", DATA_TIME + timedelta(hours=1)),
        ("feature_version", "0"),
        ("entity", "service"),
    ):
        place = kept.column_names.index(name)
        other = kept.set_column(place, kept.field(place), pa.array([value], kept.field(place).type))
        trained = Project(records(20), other).model("int_customer__match_model")
        assert trained["record_count"].to_pylist() == [40], name
        assert trained["trained_at"].to_pylist() == [DATA_TIME]


def test_a_model_that_somebody_edited_stops_the_build() -> None:
    kept = Project(records(20)).model("int_customer__match_model")
    place = kept.column_names.index("parameters")
    content = json.loads(kept["parameters"][0].as_py())
    content["match_share"] = 0.5
    edited = kept.set_column(place, "parameters", pa.array([json.dumps(content)]))
    with pytest.raises(ConcordError, match="changed after training"):
        Project(records(20), edited).model("int_customer__match_model")
