"""The analysts' page names every published mart, and its queries run on what a build leaves."""

from __future__ import annotations

import re

import duckdb
import pytest

from tests.dbt.conftest import Build
from tests.dbt.dbt_project import REPOSITORY, models

PAGE = (REPOSITORY / "docs" / "marts" / "README.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"^```sql\n(.*?)^```$", PAGE, re.S | re.M)


def test_every_mart_has_its_section(empty_build: Build) -> None:
    marts = {f"{node['schema']}.{node['name']}" for node in models(empty_build.manifest) if node["fqn"][1] == "marts"}
    assert marts
    assert set(re.findall(r"^## (marts_\w+\.\w+)$", PAGE, re.M)) == marts


@pytest.fixture(scope="module")
def workspace(empty_build: Build) -> duckdb.DuckDBPyConnection:
    with duckdb.connect(empty_build.folder / "workspace.duckdb", read_only=True) as connection:
        yield connection


@pytest.mark.parametrize("query", QUERIES)
def test_queries_run(workspace: duckdb.DuckDBPyConnection, query: str) -> None:
    workspace.execute(query)


def test_the_page_has_queries() -> None:
    assert len(QUERIES) >= 24
