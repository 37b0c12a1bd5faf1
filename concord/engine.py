"""DuckDB and its extensions, made ready in one place before dbt, dlt or anything else connects."""

from __future__ import annotations

from functools import cache

import duckdb
from duckdb_extensions import import_extension

# The wheels carry the files, so that nothing is downloaded.
EXTENSIONS = ("ducklake", "sqlite_scanner", "postgres_scanner", "httpfs", "icu")


@cache
def install_extensions() -> None:
    """Put each extension's file where DuckDB looks for it. Idempotent; about a millisecond once done."""
    for extension in EXTENSIONS:
        import_extension(extension)


def connect(database: str = ":memory:", *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """A connection in UTC that never reaches for the network to find an extension."""
    install_extensions()
    connection = duckdb.connect(
        database,
        read_only=read_only,
        config={"autoinstall_known_extensions": False, "autoload_known_extensions": True},
    )
    connection.execute("set TimeZone = 'UTC'")
    return connection
