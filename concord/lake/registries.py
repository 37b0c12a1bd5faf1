"""Durable identities outlive the workspace: they come back from the last publication before each build.

A registry is a published table that the next build reads as its own past. A build of an earlier instant reads the past
as it was then and publishes that; the registries themselves it leaves alone: they travel with its publication unread,
in schema ``registry`` of the lake, and the next build finds them there.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from concord.engine import connect
from concord.errors import ConcordError
from concord.lake.connection import connect_reader, identifier, is_published
from concord.settings import Settings

SCHEMA = "registry"
# How far the registries know (data time, UTC), and whether this build is one of an earlier instant than that.
CLOCK = "clock"
CLOCK_COLUMNS = (("known_until", "TIMESTAMP"), ("is_past_rebuild", "BOOLEAN"))
_OPEN_END = "timestamp '9999-12-31 00:00:00'"


@dataclass(frozen=True)
class Registry:
    """One table that the build gets as ``registry.<name>``: the columns, and the published table that holds them."""

    name: str
    source: tuple[str, str]  # schema and table of the publication
    columns: tuple[
        tuple[str, str], ...
    ]  # name and DuckDB type; the first one is never null and tells a table of this shape
    times: tuple[str, ...] = ()  # data times among the columns: the latest of all says how far the registries know


REGISTRIES = (
    Registry(
        name="finding",
        source=("core", "fct_leakage_finding"),
        columns=(
            ("finding_id", "VARCHAR"),
            ("control_id", "VARCHAR"),
            ("direction", "VARCHAR"),
            ("customer_id", "VARCHAR"),
            ("billing_account_id", "VARCHAR"),
            ("service_id", "VARCHAR"),
            ("source_keys", "VARCHAR"),
            ("evidence", "VARCHAR"),
            ("root_cause_type", "VARCHAR"),
            ("root_cause_key", "VARCHAR"),
            ("period_start", "DATE"),
            ("period_end", "DATE"),
            ("amount", "DECIMAL(18,2)"),
            ("signed_amount", "DECIMAL(18,2)"),
            ("currency_code", "VARCHAR"),
            ("status", "VARCHAR"),
            ("is_estimate", "BOOLEAN"),
            ("first_seen_at", "TIMESTAMP"),
            ("last_seen_at", "TIMESTAMP"),
        ),
        times=("first_seen_at", "last_seen_at"),
    ),
    Registry(
        name="identity",
        source=("core", "dim_identity"),
        columns=(
            ("entity_id", "VARCHAR"),
            ("entity", "VARCHAR"),
            ("valid_from", "TIMESTAMP"),
            ("valid_to", "TIMESTAMP"),
            ("reason", "VARCHAR"),
            ("is_live", "BOOLEAN"),
            ("successor_id", "VARCHAR"),
            ("origin_id", "VARCHAR"),
            ("minted_from_record_id", "VARCHAR"),
            ("minted_at", "TIMESTAMP"),
            ("minted_revision", "BIGINT"),
            ("revision", "BIGINT"),
        ),
        times=("valid_from", "valid_to"),
    ),
    Registry(
        name="identity_record",
        source=("core", "bridge_identity_record"),
        columns=(
            ("record_id", "VARCHAR"),
            ("entity", "VARCHAR"),
            ("entity_id", "VARCHAR"),
            ("valid_from", "TIMESTAMP"),
            ("valid_to", "TIMESTAMP"),
            ("reason", "VARCHAR"),
            ("revision", "BIGINT"),
            ("ended_revision", "BIGINT"),
        ),
        times=("valid_from", "valid_to"),
    ),
    Registry(
        name="identity_model",
        source=("core", "dim_identity_model"),
        columns=(
            ("entity", "VARCHAR"),
            ("model_id", "VARCHAR"),
            ("feature_version", "VARCHAR"),
            ("generation", "INTEGER"),
            ("trained_at", "TIMESTAMP"),
            ("record_count", "BIGINT"),
            ("parameters", "VARCHAR"),
        ),
        times=("trained_at",),
    ),
)


def restore_registries(settings: Settings, as_of: datetime | None = None, past: Settings | None = None) -> int:
    """Put every registry into the workspace (schema ``registry``), from the last publication; the number of rows.

    The tables are always there and always have the same columns: empty when nothing is published yet, and a column
    that the published table doesn't have is null. ``registry.clock`` says in one row how far they know, and whether a
    build ``as_of`` that instant (UTC) looks back from there. ``past``: the settings whose publication is meant, when it
    isn't these settings' own.
    Raises ConcordError when another process holds the workspace.
    """
    settings.lake_folder.mkdir(parents=True, exist_ok=True)
    try:
        workspace = connect(str(settings.workspace))
    except duckdb.IOException as error:
        raise ConcordError(
            "the workspace is in use by another process", hint="wait for the running build to end"
        ) from error
    with closing(workspace):
        workspace.execute(f"create schema if not exists {SCHEMA}")
        for registry in REGISTRIES:
            _create(workspace, registry.name, registry.columns)
        _create(workspace, CLOCK, CLOCK_COLUMNS)
        rows, published_until = _fill(workspace, past or settings)
        known_until = _latest(workspace, published_until)
        is_past_rebuild = None not in (as_of, known_until) and as_of.astimezone(UTC).replace(tzinfo=None) < known_until
        workspace.execute(f"insert into {identifier(SCHEMA, CLOCK)} values (?, ?)", [known_until, is_past_rebuild])
    return rows


def carried_tables(connection: duckdb.DuckDBPyConnection, workspace: str) -> set[str]:
    """Names of the registry tables that a publication of this attached workspace has to carry along unread.

    None for an ordinary build, whose own tables are the registries from then on.
    """
    names = {
        name
        for (name,) in connection.execute(
            "select table_name from duckdb_tables() where database_name = ? and schema_name = ?", [workspace, SCHEMA]
        ).fetchall()
    }
    if CLOCK not in names:
        return set()
    looks_back = connection.execute(
        f"select coalesce(bool_or(is_past_rebuild), false) from {identifier(workspace, SCHEMA, CLOCK)}"
    ).fetchone()[0]
    return names if looks_back else set()


def _create(workspace: duckdb.DuckDBPyConnection, name: str, columns: tuple[tuple[str, str], ...]) -> None:
    definition = ", ".join(f"{identifier(column)} {kind}" for column, kind in columns)
    workspace.execute(f"create or replace table {identifier(SCHEMA, name)} ({definition})")


def _fill(workspace: duckdb.DuckDBPyConnection, settings: Settings) -> tuple[int, datetime | None]:
    """Copy what is published; the number of rows, and the data time of the publication that they stand for."""
    if not is_published(settings):
        return 0, None
    rows = 0
    with closing(connect_reader(settings)) as lake:
        for registry in REGISTRIES:
            found = _published(lake, registry)
            if found is None:
                continue
            workspace.register("published_registry", found)
            names = ", ".join(identifier(name) for name, _ in registry.columns)
            workspace.execute(
                f"insert into {identifier(SCHEMA, registry.name)} ({names}) select {names} from published_registry"
            )
            workspace.unregister("published_registry")
            rows += found.num_rows
        return rows, _data_time(lake)


def _published(lake: duckdb.DuckDBPyConnection, registry: Registry):
    """A registry as an Arrow table with its own columns; None when nothing of its shape is published."""
    for place in ((SCHEMA, registry.name), registry.source):
        columns = _columns(lake, place)
        if registry.columns[0][0] not in columns:
            continue
        projection = ", ".join(
            f"cast({identifier(name) if name in columns else 'null'} as {kind}) as {identifier(name)}"
            for name, kind in registry.columns
        )
        return lake.execute(f"select {projection} from {identifier(*place)}").to_arrow_table()
    return None


def _data_time(lake: duckdb.DuckDBPyConnection) -> datetime | None:
    """Until when the publication knows its sources: what it carries along, or its latest load that counts."""
    if "known_until" in _columns(lake, (SCHEMA, CLOCK)):
        return lake.execute(f"select max(known_until) from {identifier(SCHEMA, CLOCK)}").fetchone()[0]
    if {"finished_at", "is_counted"} <= _columns(lake, ("core", "fct_load")):
        return lake.execute(
            "select max(cast(finished_at as timestamp)) from core.fct_load where is_counted"
        ).fetchone()[0]
    return None


def _latest(workspace: duckdb.DuckDBPyConnection, published_until: datetime | None) -> datetime | None:
    """The latest data time that any registry names: a load put on hold later takes the publication's own back."""
    moments = [published_until]
    for registry in REGISTRIES:
        for column in registry.times:
            moments += workspace.execute(
                f"select max({identifier(column)}) from {identifier(SCHEMA, registry.name)}"
                f" where {identifier(column)} < {_OPEN_END}"
            ).fetchone()
    return max((moment for moment in moments if moment is not None), default=None)


def _columns(lake: duckdb.DuckDBPyConnection, table: tuple[str, str]) -> set[str]:
    rows = lake.execute(
        "select column_name from duckdb_columns()"
        " where database_name = current_database() and schema_name = ? and table_name = ?",
        table,
    ).fetchall()
    return {name for (name,) in rows}
