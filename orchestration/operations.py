"""The ops tables: what happened to each load, file, row and check, published beside the data it happened to."""

from __future__ import annotations

import polars

from concord.settings import Settings
from expectations.results import read_results
from ingestion.outcomes import read_outcomes, read_quarantine

FILE_SCHEMA = {
    "name": polars.String,
    "sha256": polars.String,
    "rows": polars.Int64,
    "quarantined_rows": polars.Int64,
    "status": polars.String,
    "reason": polars.String,
}


def operations_tables(settings: Settings) -> dict[str, polars.DataFrame]:
    """Published name -> rows, for ``concord.published.publish``. Each has its columns even when nothing happened."""
    outcomes = _with_holds(settings, read_outcomes(settings))
    return {
        "ops.load_outcome": outcomes.drop("files", strict=False),
        "ops.load_file": _files(outcomes),
        "ops.quarantine": read_quarantine(settings),
        "ops.check_result": read_results(settings),
    }


def _with_holds(settings: Settings, outcomes: polars.DataFrame) -> polars.DataFrame:
    """Whether a landing check holds the load."""
    held = polars.DataFrame(
        [
            {"system": file.parts[-4], "entity": file.parent.name, "load_id": file.stem, "is_held": True}
            for file in settings.raw.glob("*/_holds/*/*.json")
        ],
        schema={
            "system": polars.String,
            "entity": polars.String,
            "load_id": polars.String,
            "is_held": polars.Boolean,
        },
    )
    key = ["system", "entity", "load_id"]
    return outcomes.join(held, on=key, how="left").with_columns(polars.col("is_held").fill_null(False))


def _files(outcomes: polars.DataFrame) -> polars.DataFrame:
    """One row per file of a load: system, entity, load_id, file name and what became of it."""
    rows = [
        {"system": system, "entity": entity, "load_id": load_id, **{name: file.get(name) for name in FILE_SCHEMA}}
        for system, entity, load_id, files in outcomes.select("system", "entity", "load_id", "files").iter_rows()
        for file in files or []
    ]
    schema = {"system": polars.String, "entity": polars.String, "load_id": polars.String, **FILE_SCHEMA}
    return polars.DataFrame(rows, schema=schema).rename({"name": "file_name"})
