"""How many rows the last publication held, so that a build that lost its data is noticed."""

from __future__ import annotations

import duckdb

from concord import published
from concord.settings import Settings


def create_previous_counts(connection: duckdb.DuckDBPyConnection, settings: Settings | None) -> None:
    """Make ``previous.table_count(table_name, row_count)``; no rows without settings or an earlier publication."""
    connection.execute("create schema previous")
    connection.execute("create table previous.table_count (table_name varchar, row_count bigint)")
    if settings is None or published.last_publication(settings) is None:
        return
    with published.connect_reader(settings) as reader:
        tables = reader.execute(
            "select table_schema || '.' || table_name from information_schema.tables where table_catalog = 'lake'"
        ).fetchall()
        counts = [(name, reader.execute(f"select count(*) from lake.{name}").fetchone()[0]) for (name,) in tables]
    if counts:
        connection.executemany("insert into previous.table_count values (?, ?)", counts)
