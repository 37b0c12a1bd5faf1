"""The dbt sources are what the source descriptors say."""

from __future__ import annotations

import importlib.util
from types import ModuleType

import pytest
import yaml

from ingestion.registry import registry
from tests.dbt.dbt_project import PROJECT, REPOSITORY


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    specification = importlib.util.spec_from_file_location("generate_sources", PROJECT / "generate_sources.py")
    assert specification and specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_committed_files_equal_the_generated_ones(generator: ModuleType) -> None:
    stale = [
        path.relative_to(REPOSITORY).as_posix()
        for path, text in generator.files().items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    assert stale == [], "run: python dbt_project/generate_sources.py"


def test_no_sources_file_outlives_its_descriptor(generator: ModuleType) -> None:
    generated = set(generator.files())
    committed = {
        path
        for path in PROJECT.glob("models/staging/*/_*__sources.yml")
        if path.read_text(encoding="utf-8").startswith("# Generated")
    }
    assert committed <= generated


def test_every_entity_has_its_key_and_cursor_among_the_columns(generator: ModuleType) -> None:
    for path, text in generator.files().items():
        if path.suffix != ".yml":
            continue
        for table in yaml.safe_load(text)["sources"][0]["tables"]:
            columns = {column["name"] for column in table["columns"]}
            meta = table["config"]["meta"]
            assert set(meta["key"]) <= columns, (path.name, table["name"])
            assert meta["cursor"] is None or meta["cursor"] in columns, (path.name, table["name"])


def test_check_names_what_is_stale(generator: ModuleType, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(generator, "files", lambda: {PROJECT / "models" / "missing.yml": "text"})
    assert generator.main(["--check"]) == 1
    assert "models/missing.yml" in capsys.readouterr().out
    assert not (PROJECT / "models" / "missing.yml").exists()


def test_every_entity_is_staged_with_the_columns_of_its_descriptor() -> None:
    """Staging has each column under the descriptor's `as` (else its name), and nothing is forgotten."""
    for system, source in registry().items():
        documented = yaml.safe_load(
            (PROJECT / "models" / "staging" / system / f"_{system}__models.yml").read_text(encoding="utf-8")
        )
        columns = {model["name"]: {column["name"] for column in model["columns"]} for model in documented["models"]}
        for entity in source.entities:
            expected = {column.staged_name for column in entity.columns}
            names = [f"stg_{system}__{entity.name}"]
            if entity.mode == "snapshot":
                names.append(f"{names[0]}_history")
            for name in names:
                assert expected <= columns[name], (name, expected - columns[name])
