"""The operator knows nothing of the platform; both follow the source descriptions, and here they are compared."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from ingestion.connectors.files import SourceFile
from ingestion.connectors.measurement import FIELDS, MeasurementReader
from ingestion.registry import registry
from seeds.operator.serve import (
    billing,
    crm_fixed_files,
    partner_files,
    performance_files,
    record_count_files,
    subscriber_files,
    usage_files,
)
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


def test_partner_headings() -> None:
    for entity in registry()["partners"].entities:
        prefix, senders, columns = partner_files.LAYOUTS[entity.name]
        sender = "".join(f"_{name[0].upper()}-100" for name in senders)
        assert entity.file_pattern.fullmatch(f"{prefix}{sender}_20260731.csv")
        assert set(columns) == {column.header for column in entity.columns}


def test_record_count_headings() -> None:
    (entity,) = registry()["record_counts"].entities
    assert entity.file_pattern.fullmatch("record_counts_20260731_0001.csv")
    assert list(record_count_files.COLUMNS) == [column.header for column in entity.columns if column.header]


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


def test_measurement_files(tmp_path: Path) -> None:
    """Every manager's way to write them is read: a prefix and single elements, no prefix and lists."""
    (entity,) = registry()["performance"].entities
    begin = datetime(2026, 9, 29, 22, tzinfo=UTC)
    rows = pl.DataFrame(
        {
            "element_manager": ["NMS-1"] * 2,
            "dn_prefix": ["DC=x"] * 2,
            "managed_element": ["ManagedElement=1"] * 2,
            "user_label": ["A & B"] * 2,
            "measured_object": ["Cell=1", "Cell=2"],
            "measurement_info": ["cells"] * 2,
            "begin_at": [begin] * 2,
            "end_at": [begin + timedelta(hours=1)] * 2,
            "counters": [["a", "b"]] * 2,
            "values": [["1", "2.5"], ["NIL", "4"]],
            "is_suspect": [False, True],
        }
    )
    for vendor in ("Nordwave", *performance_files.PREFIXES, *performance_files.LISTING):
        file = tmp_path / performance_files.file_name("NMS-1", begin, begin + timedelta(hours=1))
        match = entity.file_pattern.fullmatch(file.name)
        assert match and match["element_manager"] == "NMS-1" and match["file_date"] == "20260930"
        written = performance_files.document(rows.with_columns(vendor_name=pl.lit(vendor)))
        file.write_bytes(performance_files.compress(written))
        status = file.stat()
        found = SourceFile(file, match.groupdict(), status.st_size, status.st_mtime_ns)
        (chunk,) = MeasurementReader(found, is_compressed=True).chunks()
        values = [dict(zip(FIELDS, line.split("\t"), strict=True)) for line in chunk.body.decode().splitlines()]
        assert [(row["counter"], row["value"], row["is_suspect"]) for row in values] == [
            ("a", "1", "false"), ("b", "2.5", "false"), ("a", "", "true"), ("b", "4", "true"),
        ]  # fmt: skip
        assert {row["vendor_name"] for row in values} == {vendor}
        assert {row["user_label"] for row in values} == {"A & B"}
        assert {row["period_end_at"] for row in values} == {"2026-09-30T01:00:00+02:00"}
        declared = {column.name for column in entity.columns} - {"element_manager"}
        assert declared == set(FIELDS) - {"fault"}
