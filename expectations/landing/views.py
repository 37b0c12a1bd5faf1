"""A view over the rows of one load, with the columns that its source declares, whatever the connector."""

from __future__ import annotations

import re

import duckdb

from concord.settings import Settings
from expectations.landing.loads import Load
from ingestion.registry import Column, Entity, Source

# Declared type -> how a value inside a TM Forum payload is read; a value of another type reads as null.
_FROM_JSON = {"integer": "bigint", "date": "date", "timestamp": "timestamptz", "boolean": "boolean"}

# Columns beside the payload; id and cursor are read from the payload like every other.
_OF_A_PAYLOAD = "raw.payload, raw._load_id, raw._loaded_at, raw._source_ref, raw._source_position"


def create_view(
    connection: duckdb.DuckDBPyConnection, view: str, settings: Settings, source: Source, entity: Entity, load: Load
) -> None:
    """Name the load's rows; nothing is read or copied yet."""
    files = ", ".join(_literal(str(file)) for file in load.files(settings))
    extra = [] if source.connector != "tmforum" else [_from_payload(column) for column in entity.columns if column.path]
    columns = ", ".join([_OF_A_PAYLOAD, *extra] if extra else ["raw.*"])
    connection.execute(
        f"create or replace view {view} as select {columns} "
        f"from read_parquet([{files}], union_by_name = true, hive_partitioning = false) as raw "
        f"where raw._load_id = {_literal(load.load_id)}"
    )


def _from_payload(column: Column) -> str:
    text = f"json_extract_string(raw.payload, {_literal(_duckdb_path(column.path or '$'))})"
    kind = _FROM_JSON.get(column.type, column.type if column.type.startswith("decimal") else None)
    return f'{f"try_cast({text} as {kind})" if kind else text} as "{column.name}"'


def _duckdb_path(path: str) -> str:
    """DuckDB quotes a key that isn't a plain name: ``$['@type']`` is ``$."@type"``."""
    return re.sub(r"\['([^']+)'\]", r'."\1"', path)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
