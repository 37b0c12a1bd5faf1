"""The operator knows nothing of the platform; both follow the source descriptions, and here they are compared."""

from __future__ import annotations

import re
from pathlib import Path

from ingestion.registry import registry
from seeds.operator.serve import billing, crm_fixed_files, subscriber_files, usage_files
from seeds.operator.serve.tmforum import CHANGED_ATTRIBUTES, PATHS

TYPES = {"text": "text", "integer": "bigint", "date": "date", "timestamp": "timestamptz"}


def test_billing_tables() -> None:
    ddl = Path(billing.__file__).with_name("billing_tables.sql").read_text()
    tables = dict(re.findall(r"create table (\w+) \((.*?)\n\);", ddl, re.S))
    keys = Path(billing.__file__).with_name("billing_keys.sql").read_text()
    entities = {entity.from_: entity for entity in registry()["billing"].entities}
    assert set(tables) == set(entities)
    for name, entity in entities.items():
        declared = [
            f"{column.name} {TYPES.get(column.type, column.type.replace('decimal', 'numeric'))}"
            + (" not null" if column.required else "")
            for column in entity.columns
        ]
        assert [re.sub(r"\s+", " ", line).strip(" ,") for line in tables[name].strip().split("\n")] == declared
        assert f"alter table {name} add primary key ({', '.join(entity.key)});" in keys
        if entity.cursor:
            assert f"create index on {name} ({entity.cursor});" in keys


def test_tm_forum_paths() -> None:
    expected = {
        system: {entity.name: entity.from_ for entity in source.entities}
        for system, source in registry().items()
        if source.connector == "tmforum"
    }
    assert expected == PATHS
    for (system, name), attribute in CHANGED_ATTRIBUTES.items():
        assert registry()[system].entity(name).cursor_parameter.startswith(f"{attribute}.")


def test_fixed_line_headings() -> None:
    for entity in registry()["crm_fixed"].entities:
        prefix, columns = crm_fixed_files.LAYOUTS[entity.name]
        assert entity.file_pattern.fullmatch(f"{prefix}_20260701.csv")
        assert {name: heading for name, (heading, _) in columns.items()} == {c.name: c.header for c in entity.columns}


def test_subscriber_layout() -> None:
    (entity,) = registry()["subscribers"].entities
    start = 2
    for column, (name, width) in zip(entity.columns, subscriber_files.LAYOUT, strict=True):
        assert (column.name, column.start, column.width) == (name, start, width)
        start += width


def test_usage_columns_and_sums() -> None:
    for entity in registry()["usage"].entities:
        prefix, columns, sums = usage_files.KINDS[entity.name]
        assert list(columns) == [column.header for column in entity.columns if column.header]
        assert [list(group) for group in sums] == entity.trailer_sums
        assert entity.file_pattern.fullmatch(f"{prefix}_voice_20260701_000001.csv.gz")
