"""A case book on each of the two databases that may hold it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from cases.database import open_database
from cases.store import CaseBook
from concord.settings import Lake, Settings, load_settings
from tests.cases.books import Clock

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    from seeds.operator.serve.postgresql import PostgreSQL

    with PostgreSQL(tmp_path_factory.mktemp("state")) as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of a deployment with an empty state database."""
    if request.param == "sqlite":
        return Settings(lake=Lake(folder=tmp_path / "lake"))
    server = request.getfixturevalue("postgresql")
    monkeypatch.setenv("STATE_PASSWORD", server.administrator_password)
    dsn = server.dsn("postgres").replace(server.administrator_password, "${STATE_PASSWORD}")
    assert "${STATE_PASSWORD}" in dsn
    file = tmp_path / "concord.yml"
    schema = f"cases_{next(_NUMBERS)}"
    file.write_text(f'state: {{database: "{dsn}", database_schema: {schema}}}\n', encoding="utf-8")
    return load_settings(file)


@pytest.fixture
def book(settings: Settings) -> Iterator[CaseBook]:
    made = CaseBook(open_database(settings), Clock())
    yield made
    made.close()


@pytest.fixture
def sqlite_book(tmp_path: Path) -> Iterator[CaseBook]:
    made = CaseBook(open_database(Settings(lake=Lake(folder=tmp_path / "lake"))), Clock())
    yield made
    made.close()
