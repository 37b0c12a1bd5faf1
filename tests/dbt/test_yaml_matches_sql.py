"""The YAML beside the SQL describes exactly the columns that are there; and every unit test of the project holds.

Built on a lake in which nothing has landed yet: the project has to cope with that too.
"""

from __future__ import annotations

import csv
import re

import duckdb
import pytest

from tests.dbt.conftest import Build
from tests.dbt.dbt_project import PROJECT, REPOSITORY, models


@pytest.fixture(scope="module")
def project(empty_build: Build) -> dict:
    return empty_build.manifest


@pytest.fixture(scope="module")
def columns(empty_build: Build) -> dict[tuple[str, str], list[str]]:
    """(schema, table) -> its columns, as built."""
    with duckdb.connect(str(empty_build.folder / "workspace.duckdb"), read_only=True) as connection:
        rows = connection.execute("select table_schema, table_name, column_name from information_schema.columns")
        result: dict[tuple[str, str], list[str]] = {}
        for schema, table, column in rows.fetchall():
            result.setdefault((schema, table), []).append(column)
    return result


def test_an_empty_lake_builds_and_every_unit_test_holds(empty_build: Build, project: dict) -> None:
    assert empty_build.succeeded, "\n".join(_complaints(empty_build.output))
    assert len(models(project)) > 50
    assert len(project["unit_tests"]) > 15


def test_every_column_is_documented_and_none_is_invented(
    project: dict, columns: dict[tuple[str, str], list[str]]
) -> None:
    differences = {}
    for model in models(project):
        if model["config"]["materialized"] == "ephemeral":
            continue
        built_columns = set(columns.get((model["schema"], model["name"]), []))
        described = set(model["columns"])
        if built_columns != described:
            differences[model["name"]] = {
                "not described": sorted(built_columns - described),
                "not there": sorted(described - built_columns),
            }
    assert differences == {}


def test_every_description_says_something(project: dict) -> None:
    empty = [
        f"{model['name']}.{name}"
        for model in models(project)
        for name, column in model["columns"].items()
        if not column["description"].strip()
    ]
    assert empty == []


def test_every_model_states_grain_and_key(project: dict) -> None:
    lacking = [
        model["name"]
        for model in models(project)
        if not all(word in model["description"] for word in ("**Overview**", "**Grain**", "**Key**"))
    ]
    assert lacking == []


def test_every_model_begins_with_a_comment(project: dict) -> None:
    configuration = re.compile(r"\A\s*\{\{\s*config\(.*?\)\s*\}\}\s*", flags=re.DOTALL)
    without = []
    for model in models(project):
        text = (PROJECT / model["original_file_path"]).read_text(encoding="utf-8")
        comment = '"""' if model["language"] == "python" else "--"
        if not configuration.sub("", text).lstrip().startswith(comment):
            without.append(model["name"])
    assert without == []


def test_the_vocabulary_watches_every_status_it_maps() -> None:
    with (REPOSITORY / "seeds" / "reference" / "status_vocabulary.csv").open(encoding="utf-8") as file:
        mapped = {(row["entity"], row["system"]) for row in csv.DictReader(file)}
    macro = (PROJECT / "macros" / "vocabulary.sql").read_text(encoding="utf-8")
    watched = set(re.findall(r"^\s+\('(\w+)', '(\w+)', '\w+', '\w+'\),$", macro, flags=re.MULTILINE))
    assert mapped == watched


def _complaints(output: str) -> list[str]:
    """dbt's own words about what failed, without the lines of what went well or was skipped."""
    return [line for line in output.splitlines() if not re.search(r" START | OK | PASS | SKIP ", line)][-80:]
