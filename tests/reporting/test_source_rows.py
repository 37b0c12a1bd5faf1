"""The landed rows behind a key: one row of each, always the same one."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from reporting.source_rows import read_source_rows

NUMBER = ("subscribers", "subscriber", "447700900001")


@pytest.fixture
def lake() -> duckdb.DuckDBPyConnection:
    """A published state that counts one load."""
    connection = duckdb.connect()
    connection.execute("create schema core")
    connection.execute(
        "create table core.dim_source_entity as"
        " select 'subscribers' as system, 'subscriber' as entity, 'msisdn' as key_columns"
    )
    connection.execute(
        "create table core.fct_load as"
        " select 'counted' as load_id, 'subscribers' as system, 'subscriber' as entity, true as is_counted"
    )
    return connection


def land(raw: Path, name: str, source_ref: str, state: str, load_id: str = "counted") -> None:
    """A file of one row: the same number at the same place in each."""
    folder = raw / "subscribers" / "subscriber" / "load_date=2026-07-01"
    folder.mkdir(parents=True, exist_ok=True)
    row = {"msisdn": NUMBER[2], "state": state, "_load_id": load_id, "_loaded_at": datetime(2026, 7, 1, tzinfo=UTC)}
    row |= {"_source_ref": source_ref, "_source_position": 1, "_row_hash": state}
    pl.DataFrame([row]).write_parquet(folder / f"{name}.parquet")


@pytest.mark.parametrize("order", [("a", "b", "c"), ("c", "b", "a"), ("b", "c", "a")])
def test_of_several_files_of_a_load_the_last_by_name_is_shown(
    lake: duckdb.DuckDBPyConnection, tmp_path: Path, order: tuple[str, ...]
) -> None:
    for name, day in zip(order, ("01", "02", "03"), strict=True):
        land(tmp_path, name, f"subscribers_2026-07-{day}.csv", state=f"of day {day}")

    rows = read_source_rows(lake, tmp_path, [NUMBER])

    assert rows[NUMBER].values == {"msisdn": NUMBER[2], "state": "of day 03"}
    assert rows[NUMBER].source_ref == "subscribers_2026-07-03.csv"


def test_a_load_that_does_not_count_shows_nothing(lake: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    land(tmp_path, "a", "subscribers_2026-07-01.csv", state="seen")
    land(tmp_path, "b", "subscribers_2026-07-02.csv", state="held back", load_id="held")

    assert read_source_rows(lake, tmp_path, [NUMBER])[NUMBER].values["state"] == "seen"
    assert read_source_rows(lake, tmp_path, [("subscribers", "subscriber", "unknown")]) == {}
