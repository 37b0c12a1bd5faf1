"""Durable identities outlive the workspace: they come back from the last publication before each build."""

from __future__ import annotations

from contextlib import closing

import duckdb

from concord.engine import connect
from concord.errors import ConcordError
from concord.lake.connection import connect_reader, identifier, is_published
from concord.settings import Settings

# registry.finding, the table that the build reads: every finding ever published.
FINDING_SOURCE = ("core", "fct_leakage_finding")
FINDING_COLUMNS = (
    ("finding_id", "VARCHAR"),
    ("control_id", "VARCHAR"),
    ("direction", "VARCHAR"),
    ("customer_id", "VARCHAR"),
    ("billing_account_id", "VARCHAR"),
    ("service_id", "VARCHAR"),
    ("source_keys", "VARCHAR"),
    ("evidence", "VARCHAR"),
    ("period_start", "DATE"),
    ("period_end", "DATE"),
    ("amount", "DECIMAL(18,2)"),
    ("signed_amount", "DECIMAL(18,2)"),
    ("currency_code", "VARCHAR"),
    ("status", "VARCHAR"),
    ("is_estimate", "BOOLEAN"),
    ("first_seen_at", "TIMESTAMP"),
    ("last_seen_at", "TIMESTAMP"),
)


def restore_registries(settings: Settings) -> int:
    """Put ``registry.finding`` into the workspace, from the last publication; the number of rows.

    The table is always there and always has the same columns: empty when nothing is published yet, and a column
    that the published table doesn't have is null.
    Raises ConcordError when another process holds the workspace.
    """
    settings.lake_folder.mkdir(parents=True, exist_ok=True)
    try:
        workspace = connect(str(settings.workspace))
    except duckdb.IOException as error:
        raise ConcordError(
            "the workspace is in use by another process", hint="wait for the running build to end"
        ) from error
    definition = ", ".join(f"{identifier(name)} {kind}" for name, kind in FINDING_COLUMNS)
    with closing(workspace):
        workspace.execute("create schema if not exists registry")
        workspace.execute(f"create or replace table registry.finding ({definition})")
        findings = _published_findings(settings)
        if findings is None:
            return 0
        workspace.register("published_finding", findings)
        names = ", ".join(identifier(name) for name, _ in FINDING_COLUMNS)
        workspace.execute(f"insert into registry.finding ({names}) select {names} from published_finding")
    return findings.num_rows


def _published_findings(settings: Settings):
    """The last published findings as an Arrow table with the registry's columns, or None."""
    if not is_published(settings):
        return None
    with closing(connect_reader(settings)) as lake:
        columns = {
            row[0]
            for row in lake.execute(
                "select column_name from duckdb_columns()"
                " where database_name = current_database() and schema_name = ? and table_name = ?",
                FINDING_SOURCE,
            ).fetchall()
        }
        if "finding_id" not in columns:
            return None
        projection = ", ".join(
            f"cast({identifier(name) if name in columns else 'null'} as {kind}) as {identifier(name)}"
            for name, kind in FINDING_COLUMNS
        )
        return lake.execute(f"select {projection} from {identifier(*FINDING_SOURCE)}").to_arrow_table()
