"""The build's own tables, as a checking connection sees them: read-only, under their own schema names."""

from __future__ import annotations

import duckdb

from concord.errors import ConcordError
from concord.settings import Settings


def attach_workspace(connection: duckdb.DuckDBPyConnection, settings: Settings) -> set[str]:
    """Attach the workspace and name its tables ``<schema>.<table>``; returns those names.

    The views let a check's SQL say ``core.dim_customer``, on every cursor of the connection.
    Raises ConcordError when nothing was built yet or a build holds the file.
    """
    if not settings.workspace.is_file():
        raise ConcordError("nothing was built yet", hint="run 'concord build'")
    path = str(settings.workspace).replace("'", "''")
    try:
        connection.execute(f"attach '{path}' as workspace (read_only)")
    except duckdb.IOException as error:
        raise ConcordError("the workspace is in use by a running build", hint="wait for it, then try again") from error
    tables = connection.execute(
        "select table_schema, table_name from information_schema.tables "
        "where table_catalog = 'workspace' and table_schema not in ('information_schema', 'pg_catalog')"
    ).fetchall()
    for schema, table in tables:
        connection.execute(f'create schema if not exists "{schema}"')
        connection.execute(f'create view "{schema}"."{table}" as select * from workspace."{schema}"."{table}"')
    return {f"{schema}.{table}" for schema, table in tables}
