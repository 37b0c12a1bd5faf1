"""The ops tables: what happened to each load, file, row and check, published beside the data it happened to."""

from __future__ import annotations

import json

import polars

from concord.settings import Settings
from expectations.results import read_results
from ingestion.outcomes import read_outcomes
from ingestion.quarantine import read_quarantine

# A file's fields inside a load's outcome, as columns of ops.load_file.
_FILE_COLUMNS = {
    "name": polars.String,
    "sha256": polars.String,
    "size": polars.Int64,
    "rows": polars.Int64,
    "quarantined_rows": polars.Int64,
    "status": polars.String,
    "reason": polars.String,
    "detail": polars.String,
    "file_date": polars.String,
    "partition": polars.String,
    "sequence": polars.Int64,
}
_LOAD_KEY = ("load_id", "system", "entity")


def operations_tables(settings: Settings) -> dict[str, polars.DataFrame]:
    """Published name -> rows, for ``concord.published.publish``. Each has its columns even when nothing happened."""
    outcomes = read_outcomes(settings)
    return {
        "ops.load_outcome": outcomes.drop("files"),
        "ops.load_file": _files(outcomes),
        "ops.quarantine": read_quarantine(settings),
        "ops.check_result": read_results(settings),
    }


def _files(outcomes: polars.DataFrame) -> polars.DataFrame:
    """One row per file of a load attempt: which load, which file, and what became of it."""
    rows = [
        (*load, *(file.get(name) for name in _FILE_COLUMNS))
        for *load, files in outcomes.select(*_LOAD_KEY, "files").iter_rows()
        for file in json.loads(files or "[]")
    ]
    schema = {**dict.fromkeys(_LOAD_KEY, polars.String), **_FILE_COLUMNS}
    return polars.DataFrame(rows, schema=schema, orient="row").rename({"name": "file_name", "size": "bytes"})
