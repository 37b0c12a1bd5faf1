"""Declared column types, and the Arrow schemas of the raw layer that follow from them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pyarrow as pa

from ingestion.registry import Entity, Source

TIMESTAMP = pa.timestamp("us", "UTC")
_SIMPLE = {
    "text": pa.string(),
    "json": pa.string(),
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": TIMESTAMP,
}
_DECIMAL = re.compile(r"decimal\((\d+),\s*(\d+)\)")

# Where a row came from, as the connector knows it.
ORIGIN = [
    pa.field("_source_ref", pa.string()),
    pa.field("_source_position", pa.int64()),
    pa.field("_row_hash", pa.string()),
]
# Which load brought it.
LOAD = [pa.field("_load_id", pa.string()), pa.field("_loaded_at", TIMESTAMP)]


def decimal_size(declared: str) -> tuple[int, int] | None:
    """(precision, scale) of ``decimal(p,s)``; None for any other type."""
    match = _DECIMAL.fullmatch(declared)
    return (int(match.group(1)), int(match.group(2))) if match else None


def arrow_type(declared: str) -> pa.DataType:
    """The Arrow type of a declared type. Raises ValueError when the type is unknown."""
    if declared in _SIMPLE:
        return _SIMPLE[declared]
    size = decimal_size(declared)
    if size is None:
        raise ValueError(f"unknown column type '{declared}'")
    return pa.decimal128(*size)


def content_schema(source: Source, entity: Entity) -> pa.Schema:
    """The columns that an entity's source gives, in raw order, without metadata."""
    if source.connector == "tmforum":
        fields = [pa.field("id", pa.string()), pa.field("payload", pa.string())]
        if entity.cursor:
            fields.append(pa.field(entity.cursor, TIMESTAMP))
        return pa.schema(fields)
    fields = []
    for column in entity.columns:
        fields.append(pa.field(column.name, arrow_type(column.type)))
        if column.type == "timestamp" and source.connector != "sql":
            # The text as the source wrote it: local times are ambiguous once a year.
            fields.append(pa.field(f"{column.name}_source", pa.string()))
    if entity.mode == "snapshot":
        fields.append(pa.field("file_date", pa.date32()))
    return pa.schema(fields)


def extracted_schema(source: Source, entity: Entity) -> pa.Schema:
    """What a connector yields: content and origin."""
    return pa.schema([*content_schema(source, entity), *ORIGIN])


def raw_schema(source: Source, entity: Entity) -> pa.Schema:
    """What lies in the lake: content and all metadata."""
    return pa.schema([*content_schema(source, entity), *LOAD, *ORIGIN])


def utc_text(moment: datetime) -> str:
    """ISO 8601 in UTC with microseconds; sorts as text."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def utc_moment(text: str) -> datetime:
    """The inverse of utc_text; any ISO 8601 text, UTC where no offset is given. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
