"""Publish what a build has changed, in one transaction."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import duckdb

from concord.errors import ConcordError
from concord.lake.connection import (
    LAKE,
    connect_reader,
    connect_writer,
    current_snapshot,
    identifier,
    is_published,
    literal,
)
from concord.lake.fingerprint import Content, Part, measure, partition_column, stored_type
from concord.lake.lock import publisher_lock
from concord.lake.registries import SCHEMA as REGISTRY_SCHEMA
from concord.lake.registries import carried_tables
from concord.settings import Settings

if TYPE_CHECKING:
    import polars

# The workspace's own name: its views speak of themselves by it.
WORKSPACE = "workspace"
PUBLICATION_COLUMNS = (
    ("snapshot_id", "BIGINT"),
    ("published_at", "TIMESTAMP WITH TIME ZONE"),
    ("tables", "BIGINT"),
    ("rows", "BIGINT"),
    ("skipped", "BIGINT"),
    ("dropped", "BIGINT"),
    ("seconds", "DOUBLE"),
    ("written", "VARCHAR[]"),
    ("known_until", "TIMESTAMP"),
)
STATE_COLUMNS = (
    ("table_schema", "VARCHAR"),
    ("table_name", "VARCHAR"),
    ("partition_column", "VARCHAR"),
    ("partition_value", "VARCHAR"),
    ("row_count", "BIGINT"),
    ("fingerprint", "VARCHAR"),
    ("shape", "VARCHAR"),
    ("comments_hash", "VARCHAR"),
)


@dataclass(frozen=True)
class Publication:
    """What one publication did."""

    snapshot_id: int
    published_at: datetime
    tables: int  # written, whole or in part
    rows: int  # written
    skipped: int  # tables left as they were
    dropped: int = 0
    seconds: float = 0.0
    written: tuple[str, ...] = ()
    known_until: datetime | None = None  # when the latest load that it rests on had finished (UTC, without zone)


@dataclass(frozen=True)
class _State:
    """What the lake holds of one table."""

    column: str | None
    shape: str
    comments_hash: str
    parts: dict[str | None, Part]


def publish(settings: Settings, extra: Mapping[str, polars.DataFrame] | None = None) -> Publication:
    """Bring the lake to the workspace's state: schemas core and marts_*, and the ops tables given as extra.

    A build of an earlier instant carries the registries of durable identities along as it found them.

    extra: polars frames by dotted name in schema ops, e.g. ``{"ops.load_outcome": frame}``. An ops table that isn't
    given stays as it is; a core or marts table that the workspace no longer has is dropped.
    One connection, one transaction: killed or failing at any moment, the lake holds its previous state.
    Raises ConcordError when there is no workspace, a build still holds it, or another publication is running.
    """
    started = time.monotonic()
    with publisher_lock(settings), closing(connect_writer(settings)) as connection:
        _attach_workspace(connection, settings)
        contents = _workspace_contents(connection) + _extra_contents(connection, extra or {})
        connection.execute("begin transaction")
        try:
            publication = _publish(connection, contents, started)
            connection.execute("commit")
        except Exception as error:
            _roll_back(connection)
            if isinstance(error, duckdb.Error):
                raise ConcordError(
                    f"the publication failed and nothing of it is visible: {str(error).splitlines()[0]}"
                ) from error
            raise
    return publication


def last_publication(settings: Settings) -> Publication | None:
    """The newest publication, or None when there is none yet."""
    if not is_published(settings):
        return None
    return publications(settings)[-1]


def publications(settings: Settings) -> list[Publication]:
    """Every publication there was, in order, whether its snapshot is still kept or not.

    Raises ConcordError when nothing is published.
    """
    with closing(connect_reader(settings)) as connection:
        rows = _recorded(connection, "ops.publication")
    return [Publication(**{**row, "written": tuple(row["written"])}) for row in rows]


def _recorded(connection: duckdb.DuckDBPyConnection, table: str) -> list[dict[str, Any]]:
    """Rows of ops.publication by column, in order; a column that an older version did not write is None."""
    result = connection.execute(f"select * from {table} order by snapshot_id")
    names = [column[0] for column in result.description]
    rows = [dict(zip(names, values, strict=True)) for values in result.fetchall()]
    return [{name: row.get(name) for name, _ in PUBLICATION_COLUMNS} for row in rows]


def _publish(connection: duckdb.DuckDBPyConnection, contents: list[Content], started: float) -> Publication:
    existing = _existing_tables(connection)
    known = _known_states(connection, existing)
    for schema in sorted({content.schema for content in contents} | {"ops"}):
        connection.execute(f"create schema if not exists {identifier(LAKE, schema)}")
    written: list[str] = []
    rows = 0
    states: list[tuple] = []
    for content in contents:
        key = (content.schema, content.name)
        state = known.get(key) if key in existing else None
        column = partition_column(connection, content, state.column if state else None)
        parts = measure(connection, content, column[0] if column else None)
        count = _bring_up_to_date(connection, content, column, parts, state)
        if count is not None:
            written.append(f"{content.schema}.{content.name}")
            rows += count
        states += [
            (*key, column[0] if column else None, *_part_row(part), content.shape, content.comments_hash)
            for part in parts
        ]
    dropped = _drop_vanished(connection, existing, contents)
    kept = {(content.schema, content.name) for content in contents}
    for key, state in known.items():
        if key[0] == "ops" and key in existing and key not in kept:
            states += [
                (*key, state.column, *_part_row(part), state.shape, state.comments_hash)
                for part in state.parts.values()
            ]
    _write_rows(connection, "published_table", STATE_COLUMNS, states)
    publication = Publication(
        snapshot_id=current_snapshot(connection) + 1,
        published_at=datetime.now(UTC),
        tables=len(written),
        rows=rows,
        skipped=len(contents) - len(written),
        dropped=dropped,
        seconds=round(time.monotonic() - started, 3),
        written=tuple(written),
        known_until=_known_until(connection, contents),
    )
    _record(connection, existing, publication)
    return publication


def _bring_up_to_date(
    connection: duckdb.DuckDBPyConnection,
    content: Content,
    column: tuple[str, str] | None,
    parts: list[Part],
    state: _State | None,
) -> int | None:
    """Write what differs from the published state; the number of rows written, None when nothing was."""
    target = identifier(LAKE, content.schema, content.name)
    if state is None or state.shape != content.shape or state.column != (column[0] if column else None):
        _rewrite(connection, content, target, column)
        _comment(connection, content, target)
        return sum(part.rows for part in parts)
    changed = [part for part in parts if state.parts.get(part.value) != part]
    gone = sorted(state.parts.keys() - {part.value for part in parts}, key=str)
    commented = state.comments_hash != content.comments_hash
    if column is None and changed:
        _rewrite(connection, content, target, None)
        commented = True
    elif column is not None and (changed or gone):
        touched = [part.value for part in changed] + gone
        connection.execute(f"delete from {target} where {_within(column, touched)}")
        if changed:
            connection.execute(
                f"insert into {target} select {content.projection} from {content.relation}"
                f" where {_within(column, [part.value for part in changed])}"
            )
    if commented:
        _comment(connection, content, target)
    return sum(part.rows for part in changed) if changed or gone else None


def _rewrite(
    connection: duckdb.DuckDBPyConnection, content: Content, target: str, column: tuple[str, str] | None
) -> None:
    selection = f"select {content.projection} from {content.relation}"
    if column is None:
        connection.execute(f"create or replace table {target} as {selection}")
        return
    connection.execute(f"create or replace table {target} as {selection} limit 0")
    connection.execute(f"alter table {target} set partitioned by ({identifier(column[0])})")
    connection.execute(f"insert into {target} {selection}")


def _within(column: tuple[str, str], values: list[str | None]) -> str:
    name, kind = identifier(column[0]), column[1]
    known = ", ".join(f"cast({literal(value)} as {kind})" for value in values if value is not None)
    terms = [f"{name} in ({known})"] if known else []
    if None in values:
        terms.append(f"{name} is null")
    return " or ".join(terms)


def _comment(connection: duckdb.DuckDBPyConnection, content: Content, target: str) -> None:
    if content.comment:
        connection.execute(f"comment on table {target} is {literal(content.comment)}")
    for name, _ in content.columns:
        if comment := content.column_comments.get(name):
            connection.execute(f"comment on column {target}.{identifier(name)} is {literal(comment)}")


def _drop_vanished(
    connection: duckdb.DuckDBPyConnection, existing: set[tuple[str, str]], contents: list[Content]
) -> int:
    wanted = {(content.schema, content.name) for content in contents}
    vanished = sorted(key for key in existing - wanted if _is_published_schema(key[0]))
    for key in vanished:
        connection.execute(f"drop table {identifier(LAKE, *key)}")
    left = {schema for schema, _ in wanted}
    for schema in sorted({schema for schema, _ in vanished} - left):
        connection.execute(f"drop schema {identifier(LAKE, schema)}")
    return len(vanished)


def _known_until(connection: duckdb.DuckDBPyConnection, contents: list[Content]) -> datetime | None:
    """When the latest counted load of the workspace had finished; None where it keeps no account of loads."""
    if not any((content.schema, content.name) == ("core", "fct_load") for content in contents):
        return None
    columns = {
        name
        for (name,) in connection.execute(
            "select column_name from duckdb_columns()"
            " where database_name = ? and schema_name = 'core' and table_name = 'fct_load'",
            [WORKSPACE],
        ).fetchall()
    }
    if not {"finished_at", "is_counted"} <= columns:
        return None
    return connection.execute(
        f"select max(cast(finished_at as timestamp)) from {identifier(WORKSPACE, 'core', 'fct_load')} where is_counted"
    ).fetchone()[0]


def _record(connection: duckdb.DuckDBPyConnection, existing: set[tuple[str, str]], publication: Publication) -> None:
    """Rewrite ops.publication with one row more: a few rows in one file, instead of a file each."""
    earlier = []
    if ("ops", "publication") in existing:
        recorded = _recorded(connection, identifier(LAKE, "ops", "publication"))
        earlier = [tuple(row[name] for name, _ in PUBLICATION_COLUMNS) for row in recorded]
    row = tuple(
        list(publication.written) if name == "written" else getattr(publication, name)
        for name, _ in PUBLICATION_COLUMNS
    )
    _write_rows(connection, "publication", PUBLICATION_COLUMNS, [*earlier, row])
    extra = json.dumps({"snapshot_id": publication.snapshot_id, "tables": publication.tables})
    connection.execute(f"call {LAKE}.set_commit_message('concord', 'publication', extra_info => {literal(extra)})")


def _write_rows(
    connection: duckdb.DuckDBPyConnection, name: str, columns: tuple[tuple[str, str], ...], rows: list[tuple]
) -> None:
    """Replace a small ops table of ours."""
    definition = ", ".join(f"{identifier(column)} {kind}" for column, kind in columns)
    connection.execute(f"create or replace temporary table {identifier(name)} ({definition})")
    if rows:
        connection.executemany(f"insert into temp.{identifier(name)} values ({', '.join('?' * len(columns))})", rows)
    connection.execute(f"create or replace table {identifier(LAKE, 'ops', name)} as from temp.{identifier(name)}")


def _attach_workspace(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    if not settings.workspace.is_file():
        raise ConcordError("there is nothing to publish: no build has run yet", hint="run 'concord build' first")
    try:
        connection.execute(f"attach {literal(str(settings.workspace))} as {WORKSPACE} (read_only)")
    except duckdb.IOException as error:
        raise ConcordError(
            "the workspace is in use by another process", hint="wait for the running build to end"
        ) from error


def _workspace_contents(connection: duckdb.DuckDBPyConnection) -> list[Content]:
    """Every table and view of schemas core and marts_*, and registries that must be carried along, in order of name."""
    carried = carried_tables(connection, WORKSPACE)
    comments = connection.execute(
        "select schema_name, table_name, comment from duckdb_tables() where database_name = ?"
        " union all select schema_name, view_name, comment from duckdb_views() where database_name = ?",
        [WORKSPACE, WORKSPACE],
    ).fetchall()
    columns = connection.execute(
        "select schema_name, table_name, column_name, data_type, comment from duckdb_columns()"
        " where database_name = ? order by schema_name, table_name, column_index",
        [WORKSPACE],
    ).fetchall()
    contents = []
    for schema, name, comment in sorted(comments, key=lambda row: row[:2]):
        if schema == REGISTRY_SCHEMA:
            if name not in carried:
                continue
        elif not _is_published_schema(schema):
            continue
        own = [row[2:] for row in columns if row[:2] == (schema, name)]
        contents.append(
            Content(
                schema=schema,
                name=name,
                relation=identifier(WORKSPACE, schema, name),
                columns=tuple((column, stored_type(kind)) for column, kind, _ in own),
                comment=comment,
                column_comments={column: text for column, _, text in own if text},
            )
        )
    return contents


def _extra_contents(connection: duckdb.DuckDBPyConnection, extra: Mapping[str, polars.DataFrame]) -> list[Content]:
    contents = []
    for position, (full_name, frame) in enumerate(sorted(extra.items())):
        schema, _, name = full_name.rpartition(".")
        if schema != "ops" or not name or name in ("publication", "published_table"):
            raise ValueError(f"an extra table is named ops.<name>, not {full_name!r}")
        if not frame.width:
            raise ValueError(f"{full_name} has no columns")
        view = f"extra_{position}"
        connection.register(view, frame.to_arrow())
        described = connection.execute(f"describe {view}").fetchall()
        contents.append(
            Content(
                schema=schema,
                name=name,
                relation=view,
                columns=tuple((row[0], stored_type(row[1])) for row in described),
            )
        )
    return contents


def _existing_tables(connection: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    rows = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = ?", [LAKE]
    ).fetchall()
    return {(schema, name) for schema, name in rows}


def _known_states(
    connection: duckdb.DuckDBPyConnection, existing: set[tuple[str, str]]
) -> dict[tuple[str, str], _State]:
    if ("ops", "published_table") not in existing:
        return {}
    rows = connection.execute(
        f"select {_names(STATE_COLUMNS)} from {identifier(LAKE, 'ops', 'published_table')}"
    ).fetchall()
    states: dict[tuple[str, str], _State] = {}
    for schema, name, column, value, count, fingerprint, shape, comments in rows:
        state = states.setdefault((schema, name), _State(column, shape, comments, {}))
        state.parts[value] = Part(value, count, fingerprint)
    return states


def _is_published_schema(schema: str) -> bool:
    return schema in ("core", REGISTRY_SCHEMA) or schema.startswith("marts_")


def _part_row(part: Part) -> tuple[str | None, int, str]:
    return part.value, part.rows, part.fingerprint


def _names(columns: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(identifier(name) for name, _ in columns)


def _roll_back(connection: duckdb.DuckDBPyConnection) -> None:
    try:
        connection.execute("rollback")
    except duckdb.Error:
        # A failed commit has already ended the transaction.
        return
