"""The billing and rating database: a PostgreSQL server of its own, filled from the operator's Parquet files."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

import polars as pl
import psycopg
import pyarrow.parquet as pq
from psycopg import sql

from seeds.operator.serve.postgresql import PostgreSQL

DATABASE = "billing"
READER = "concord_reader"
ROWS_PER_BATCH = 100_000
_TABLES = Path(__file__).with_name("billing_tables.sql")
_KEYS = Path(__file__).with_name("billing_keys.sql")


class BillingDatabase:
    """The running billing database of one operator.

    ``systems`` is the folder with one Parquet file a table; ``folder`` is where the server keeps its data. Tables
    without a file stay empty. The reader may only select; the administrator's DSN is for tests that change the source.
    """

    def __init__(
        self,
        systems: Path,
        folder: Path,
        password: str | None = None,
        port: int = 0,
        progress: Callable[[str, int], None] | None = None,
    ) -> None:
        self.password = password or secrets.token_urlsafe(18)
        self._server = PostgreSQL(folder, port)
        try:
            self.rows = self._load(systems, progress)
        except BaseException:
            self._server.stop()
            raise

    @property
    def port(self) -> int:
        return self._server.port

    @property
    def administrator_dsn(self) -> str:
        """Full rights; never given to the platform."""
        return self._server.dsn(DATABASE)

    @property
    def dsn(self) -> str:
        """The reader's DSN, password included."""
        return self._server.dsn(DATABASE, READER, self.password)

    def dsn_naming(self, variable: str) -> str:
        """The reader's DSN with ``${variable}`` in place of the password, as a settings file holds it."""
        return self._server.dsn(DATABASE, READER, f"${{{variable}}}")

    def stop(self) -> None:
        self._server.stop()

    def __enter__(self) -> BillingDatabase:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _load(self, systems: Path, progress: Callable[[str, int], None] | None) -> dict[str, int]:
        """Create the database and its tables, copy each Parquet file in, then make keys. Returns rows per table."""
        with psycopg.connect(self._server.dsn("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))
        with psycopg.connect(self.administrator_dsn) as connection:
            # Tables made in the transaction that fills them: PostgreSQL then skips its log and can freeze the rows.
            connection.execute(_TABLES.read_text(encoding="utf-8"))
            rows = {}
            for table in _table_names(connection):
                rows[table] = _copy(connection, table, systems / f"{table}.parquet")
                if progress:
                    progress(table, rows[table])
            connection.execute(_KEYS.read_text(encoding="utf-8"))
            _grant_reading(connection, self.password)
        with psycopg.connect(self.administrator_dsn, autocommit=True) as connection:
            connection.execute("analyze")
        return rows


def _table_names(connection: psycopg.Connection) -> list[str]:
    found = connection.execute("select tablename from pg_tables where schemaname = 'public' order by tablename")
    return [name for (name,) in found]


def _copy(connection: psycopg.Connection, table: str, file: Path) -> int:
    """Copy one Parquet file into its table, a batch of rows at a time, and return their number.

    Raises ValueError when the file's columns aren't the table's.
    """
    if not file.exists():
        return 0
    source = pq.ParquetFile(file)
    names = source.schema_arrow.names
    columns = [
        name
        for (name,) in connection.execute(
            "select column_name from information_schema.columns where table_name = %s order by ordinal_position",
            [table],
        )
    ]
    if set(names) != set(columns):
        differing = ", ".join(sorted(set(names) ^ set(columns)))
        raise ValueError(f"{file} does not fit table {table}: {differing}")
    statement = sql.SQL("copy {} ({}) from stdin with (format csv, freeze)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with connection.cursor().copy(statement) as copy:
        for batch in source.iter_batches(ROWS_PER_BATCH):
            # COPY reads an empty unquoted field as null, a quoted one as an empty string.
            copy.write(pl.from_arrow(batch).write_csv(include_header=False, quote_style="necessary").encode())
    return source.metadata.num_rows


def _grant_reading(connection: psycopg.Connection, password: str) -> None:
    reader = sql.Identifier(READER)
    connection.execute(sql.SQL("create role {} login password {}").format(reader, sql.Literal(password)))
    connection.execute(sql.SQL("grant pg_read_all_data to {}").format(reader))
