"""The pages on source interfaces say what source.yml says, and their examples are what they claim to be."""

from __future__ import annotations

import ast
import csv
import importlib.util
import json
import re
from pathlib import Path

import pytest

from concord.settings import load_settings
from ingestion.registry import registry

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "sources"


def build() -> object:
    specification = importlib.util.spec_from_file_location("docs_sources_build", PAGES / "build.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def examples(page: str, language: str = "") -> list[str]:
    text = (PAGES / f"{page}.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.S | re.M)


def test_field_tables_are_up_to_date() -> None:
    for file in PAGES.glob("*.md"):
        text = file.read_text(encoding="utf-8")
        assert build().rebuilt(text) == text, f"{file.name}: run python docs/sources/build.py"


def test_every_entity_has_its_table_and_its_load() -> None:
    readme = (PAGES / "README.md").read_text(encoding="utf-8")
    for system, source in registry().items():
        page = (PAGES / f"{system}.md").read_text(encoding="utf-8")
        assert f"[{system}]({system}.md)" in readme
        for entity in source.entities:
            assert f"<!-- fields: {system}.{entity.name} -->" in page
            if source.connector == "tmforum":
                assert entity.from_ in page
            if entity.cursor:
                assert (entity.cursor_parameter or entity.cursor) in page


def test_a_field_without_meaning_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"crm\.individual\.shoe_size has no meaning"):
        build()._meaning("crm", "individual", {"name": "shoe_size"})


def explained_codes() -> set[str]:
    readme = (PAGES / "README.md").read_text(encoding="utf-8")
    section = readme.partition("## Outcome codes")[2].partition("## The settings file")[0]
    return {code for cell in re.findall(r"^\| (`.*?`) \|", section, re.M) for code in re.findall(r"\w+", cell)}


def test_outcome_codes_on_the_pages_are_explained() -> None:
    used = set()
    for page in PAGES.glob("*.md"):
        section = page.read_text("utf-8").partition("## Bad input")[2]
        for row in re.findall(r"^\|.*\|$", section, re.M):
            used |= set(re.findall(r"`([a-z]+(?:_[a-z]+)*)`", row.rsplit("|", 2)[1]))
    assert len(used) > 15 and used <= explained_codes()


def test_outcome_codes_of_ingestion_are_explained() -> None:
    problems = {"LoadProblem", "LoadRefused", "SourceFailed", "SystemFailed", "FileProblem"}
    raised = set()
    for file in (ROOT / "ingestion").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in problems and node.args:
                constants = (part.value for part in ast.walk(node.args[0]) if isinstance(part, ast.Constant))
                raised |= {value for value in constants if isinstance(value, str)}
    assert raised and raised <= explained_codes()


@pytest.mark.parametrize("page", ["crm", "catalog", "orders", "inventory", "alarms", "tmforum"])
def test_documents_are_json(page: str) -> None:
    found = [json.loads(example) for example in examples(page, "json")]
    assert found and all(isinstance(document, dict) for document in found)


def test_billing_examples_name_every_required_column() -> None:
    rows = [json.loads(example) for example in examples("billing", "json")]
    for entity, row in zip(registry()["billing"].entities, rows, strict=True):
        columns = {column.name: column for column in entity.columns}
        assert set(row) <= set(columns)
        assert {name for name, column in columns.items() if column.required} <= set(row)


def test_fixed_line_examples_have_every_heading() -> None:
    for entity, example in zip(registry()["crm_fixed"].entities, examples("crm_fixed"), strict=True):
        header, *rows = csv.reader(example.splitlines(), delimiter=";")
        assert header == [column.header for column in entity.columns]
        assert rows and all(len(row) == len(header) for row in rows)


def test_subscriber_example_has_its_positions() -> None:
    (example,) = examples("subscribers")
    header, *records, trailer = example.splitlines()
    assert len(header) == 23 and re.fullmatch(r"H\d{14}.{8}", header)
    assert trailer == f"T{len(records):09d}"
    (entity,) = registry()["subscribers"].entities
    for record in records:
        assert len(record) == 87 and record[0] == "D"
        values = {c.name: record[c.start - 1 : c.start - 1 + c.width].strip() for c in entity.columns}
        assert re.fullmatch(r"\d{15}", values["imsi"]) and re.fullmatch(r"\d{14}", values["activated_at"])
        assert values["state"] in entity.column("state").values


def test_usage_examples_have_a_right_trailer() -> None:
    for entity, example in zip(registry()["usage"].entities, examples("usage"), strict=True):
        header, names, *records, trailer = csv.reader(example.splitlines(), delimiter=";")
        assert header[0] == "H" and len(header) == 4
        assert names == ["record_type", *(column.header for column in entity.columns if column.header)]
        rows = [dict(zip(names, record, strict=True)) for record in records]
        sums = [str(sum(int(row[name]) for name in group for row in rows)) for group in entity.trailer_sums]
        assert trailer == ["T", str(len(rows)), *sums]


def test_example_settings_load_and_name_every_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONCORD_BILLING_PASSWORD", "a")
    monkeypatch.setenv("CONCORD_CRM_TOKEN", "b")
    settings = load_settings(ROOT / "concord.example.yml")
    for system, source in registry().items():
        assert set(source.settings) <= set(settings.source(system))


def test_settings_in_the_readme_are_the_example(tmp_path: Path) -> None:
    (shown,) = examples("README", "yaml")
    file = tmp_path / "concord.yml"
    file.write_text(shown, encoding="utf-8")
    assert load_settings(file).sources == load_settings(ROOT / "concord.example.yml").sources
