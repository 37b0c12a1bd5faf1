"""Connections to the published lake: any number of readers, one writer.

The catalogue is whatever DuckLake can use (SQLite by default, PostgreSQL by setting), the data a local folder or
an object store. Both come from the settings, and nothing else changes.
"""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

from concord.engine import connect
from concord.errors import ConcordError
from concord.settings import Settings

LAKE = "lake"
_BUSY_MILLISECONDS = 20_000
_NOTHING = ConcordError("nothing has been published yet", hint="run 'concord build' first, or 'make demo' for a demo")


def literal(value: str) -> str:
    """A SQL string literal: attach options and comments take no parameters."""
    return "'" + value.replace("'", "''") + "'"


def identifier(*names: str) -> str:
    """A quoted, dotted SQL name."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


def connect_writer(settings: Settings) -> duckdb.DuckDBPyConnection:
    """The one connection that may change the lake, attached as ``lake``; makes an empty lake when there is none.

    Raises ConcordError when the catalogue or the data's place can't be reached.
    """
    settings.lake_folder.mkdir(parents=True, exist_ok=True)
    for place in (_catalogue_file(settings), _data_folder(settings)):
        if place is not None:
            place.parent.mkdir(parents=True, exist_ok=True)
    connection = connect()
    try:
        if settings.lake.catalogue_schema:
            _make_catalogue_schema(connection, settings)
        _attach(connection, settings, read_only=False)
    except Exception:
        connection.close()
        raise
    return connection


def connect_reader(settings: Settings, snapshot: int | None = None) -> duckdb.DuckDBPyConnection:
    """A read-only connection in which the lake is the current database, so that ``core.dim_customer`` is enough.

    snapshot: an earlier state by its number; the newest state, statement by statement, when None.
    Raises ConcordError when nothing is published, the snapshot is unknown or the lake can't be reached.
    """
    file = _catalogue_file(settings)
    if file is not None and not file.is_file():
        raise ConcordError(*_NOTHING.args, hint=_NOTHING.hint)
    connection = connect()
    try:
        _attach(connection, settings, read_only=True, snapshot=snapshot)
        if not _has_publication(connection):
            raise ConcordError(*_NOTHING.args, hint=_NOTHING.hint)
    except Exception:
        connection.close()
        raise
    connection.execute(f"use {LAKE}")
    return connection


def is_published(settings: Settings) -> bool:
    """Whether a publication can be read."""
    try:
        connect_reader(settings).close()
    except ConcordError as error:
        if error.args == _NOTHING.args:
            return False
        raise
    return True


def current_snapshot(connection: duckdb.DuckDBPyConnection) -> int:
    """The number of the state that this connection reads."""
    ((number,),) = connection.execute(f"select id from ducklake_current_snapshot({literal(LAKE)})").fetchall()
    return int(number)


def _attach(
    connection: duckdb.DuckDBPyConnection, settings: Settings, *, read_only: bool, snapshot: int | None = None
) -> None:
    _add_object_store(connection, settings)
    # Files are named relative to the data's place, so that a lake may be moved: the settings say where it is now.
    options = [f"data_path {literal(settings.published_data)}", "override_data_path true"]
    if settings.lake.catalogue_schema:
        options.append(f"metadata_schema {literal(settings.lake.catalogue_schema)}")
    options += ["read_only"] if read_only else ["data_inlining_row_limit 0"]
    if settings.catalogue.startswith("sqlite:"):
        options.append(f"meta_busy_timeout {_BUSY_MILLISECONDS}")
        # Write-ahead logging: a reader with an open result would otherwise block the commit, and then every reader.
        options += [] if read_only else ["meta_journal_mode 'WAL'"]
    if snapshot is not None:
        options.append(f"snapshot_version {int(snapshot)}")
    statement = f"attach {literal('ducklake:' + settings.catalogue)} as {LAKE} ({', '.join(options)})"
    try:
        connection.execute(statement)
        if snapshot is not None:
            current_snapshot(connection)
    except duckdb.Error as error:
        if snapshot is not None and "snapshot" in str(error).lower():
            raise ConcordError(
                f"the published lake has no snapshot {snapshot}",
                hint="see 'select snapshot_id, published_at from ops.publication'; old ones expire",
            ) from None
        raise ConcordError(
            f"the published lake can't be opened: {_without_secrets(str(error), settings)}",
            hint="see 'lake:' in the settings file",
        ) from None


def _add_object_store(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    values = settings.object_store
    if not values:
        return
    options = ", ".join(
        f"{name} {str(value).lower() if isinstance(value, bool) else literal(str(value))}"
        for name, value in values.items()
    )
    connection.execute(f"create or replace secret object_store (type s3, {options})")


def _make_catalogue_schema(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """DuckLake wants its PostgreSQL schema to exist beforehand."""
    kind, _, address = settings.catalogue.partition(":")
    if kind != "postgres":
        raise ConcordError("lake.catalogue_schema is for a PostgreSQL catalogue only")
    try:
        connection.execute(f"attach {literal(address)} as catalogue_database (type postgres)")
        connection.execute(
            f"create schema if not exists {identifier('catalogue_database', settings.lake.catalogue_schema or '')}"
        )
        connection.execute("detach catalogue_database")
    except duckdb.Error as error:
        raise ConcordError(f"the catalogue can't be reached: {_without_secrets(str(error), settings)}") from None


def _has_publication(connection: duckdb.DuckDBPyConnection) -> bool:
    # Asks for the one table: a list of all would load what the catalogue says of each.
    try:
        connection.execute(f"select 1 from {LAKE}.ops.publication limit 0")
    except duckdb.CatalogException:
        return False
    return True


def _catalogue_file(settings: Settings) -> Path | None:
    kind, _, path = settings.catalogue.rpartition(":")
    return Path(path) if kind in ("", "sqlite", "duckdb") else None


def _data_folder(settings: Settings) -> Path | None:
    return None if "://" in settings.published_data else Path(settings.published_data)


def _without_secrets(message: str, settings: Settings) -> str:
    """The first line of an engine's message, without the catalogue's address or a credential."""
    first = message.splitlines()[0] if message else "unknown error"
    for secret in (settings.catalogue, settings.catalogue.partition(":")[2], settings.object_store.get("secret")):
        if secret and len(secret) > 3:
            first = first.replace(secret, "…")
    return re.sub(r"(password\s*=\s*|://[^:/@\s]+:)[^\s@'\"]+", r"\1…", first)
