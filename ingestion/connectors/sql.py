"""SQL databases through DuckDB's scanners: PostgreSQL, SQLite, or a DuckDB file, streamed as Arrow.

Types are compared with the declared ones before a row is read. The scanner gives every column its exact type, the
row hash is computed in the same pass, and memory stays flat because rows leave in batches.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from concord.engine import connect
from ingestion.extraction import Extraction, LoadContext
from ingestion.fields import arrow_type, decimal_size, extracted_schema
from ingestion.guards import LoadRefused, SourceFailed, SystemFailed, without_secrets
from ingestion.quarantine import Quarantine
from ingestion.registry import Column, Entity

_ROWS_PER_BATCH = 100_000
_INTEGERS = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}
_TEXTS = {"VARCHAR", "UUID", "JSON"}
_CONNECT_SECONDS = 10


def extract(context: LoadContext) -> Extraction:
    """Read the entity's table; only rows behind the cursor (less the overlap) when the load is incremental.

    Raises SystemFailed when the database does not answer, SourceFailed when the table is missing, LoadRefused when a
    column is missing or its type has changed.
    """
    quarantine = Quarantine()
    notes: list[str] = []
    table = _Table(context, notes)
    return Extraction(batches=table.batches(quarantine), quarantine=quarantine, notes=notes)


def release(context: LoadContext, rows: pl.DataFrame) -> pa.Table:
    """Quarantined rows that pass now. ``rows``: source_ref, content (JSON of the row)."""
    schema = extracted_schema(context.source, context.entity)
    with contextlib.closing(connect()) as connection:
        connection.register("quarantined", rows.select("source_ref", "content").to_arrow())
        columns = context.entity.columns
        texts = ", ".join(
            f"""json_extract_string(content, '$."{column.name}"') as "{column.name}\"""" for column in columns
        )
        typed = ", ".join(
            f'try_cast("{column.name}" as {_duckdb_type(column)}) as "{column.name}"' for column in columns
        )
        passes = " and ".join(_passes(column, context.entity) for column in columns)
        names = ", ".join(f'"{column.name}"' for column in columns)
        query = f"""
            with texts as (select source_ref, {texts} from quarantined),
            typed as (select source_ref, {typed} from texts where {passes})
            select {names}, source_ref as _source_ref, null::bigint as _source_position,
                {_row_hash(context.entity)} as _row_hash
            from typed
        """
        return connection.execute(query).to_arrow_table().cast(schema)


def _duckdb_type(column: Column) -> str:
    simple = {"text": "varchar", "json": "varchar", "integer": "bigint", "timestamp": "timestamptz"}
    return simple.get(column.type, column.type)


def _passes(column: Column, entity: Entity) -> str:
    """A condition on the column's text: it fits the declared type exactly, and is there when it must be."""
    quoted = f'"{column.name}"'
    fits = f"try_cast({quoted} as {_duckdb_type(column)}) is not null"
    if decimal_size(column.type):
        fits = f"try_cast({quoted} as {_duckdb_type(column)}) = try_cast({quoted} as decimal(38, 10))"
    return f"{fits}" if column.required or column.name in entity.key else f"({quoted} is null or {fits})"


def _row_hash(entity: Entity) -> str:
    """md5 over all declared columns, nulls and limits between columns marked."""
    hashed = ", ".join(f"coalesce({_text(column.name, column.type)}, chr(30))" for column in entity.columns)
    return f"md5(concat_ws(chr(31), {hashed}))"


def attach_statement(dsn: str) -> str:
    """DuckDB's ATTACH for a DSN. Raises SourceFailed for an unknown kind."""
    if re.match(r"postgres(ql)?://", dsn):
        _require_encoded(dsn)
        if "connect_timeout" not in dsn:
            dsn += ("&" if "?" in dsn else "?") + f"connect_timeout={_CONNECT_SECONDS}"
        kind = "postgres"
    elif re.search(r"\b(host|dbname|service)\s*=", dsn):
        dsn += "" if "connect_timeout" in dsn else f" connect_timeout={_CONNECT_SECONDS}"
        kind = "postgres"
    elif match := re.match(r"(sqlite|duckdb):///(.+)", dsn):
        kind, dsn = match.group(1), match.group(2)
    else:
        raise SystemFailed(
            "unsupported_dsn",
            "this kind of database is not supported",
            hint="use postgresql://user:password@host:port/database, or sqlite:///file",
        )
    options = "read_only" if kind == "duckdb" else f"type {kind}, read_only"
    return f"attach {_literal(dsn)} as source ({options})"


def _require_encoded(dsn: str) -> None:
    """Refuse a DSN with a raw special character in its password: it would be cut there, and shown in an error."""
    authority, _, rest = re.sub(r"^\w+://", "", dsn).partition("/")
    user_and_password = authority.rpartition("@")[0]
    if re.search(r"[@?#\s]|%(?![0-9A-Fa-f]{2})", user_and_password) or "@" in rest.partition("?")[0]:
        raise SystemFailed(
            "unsupported_dsn",
            "a special character in the DSN's user or password is not percent-encoded",
            hint="write @ as %40, / as %2F, % as %25, a space as %20",
        )


class _Table:
    """One table of the source, its columns checked against the declared ones."""

    def __init__(self, context: LoadContext, notes: list[str]) -> None:
        self._context = context
        self._entity = context.entity
        self._notes = notes
        self._dsn = str(context.details.get("dsn", ""))
        schema, _, table = self._entity.from_.rpartition(".")
        self._schema = schema or str(context.details.get("schema", "public"))
        self._name = table
        self._timezone = str(context.source.format.get("timezone", "UTC"))

    def batches(self, quarantine: Quarantine) -> Iterator[pa.Table]:
        with contextlib.closing(connect()) as connection:
            self._attach(connection)
            try:
                query, parameters = self._query(connection)
                reader = connection.execute(query, parameters).to_arrow_reader(_ROWS_PER_BATCH)
                for batch in reader:
                    yield self._good_rows(pa.Table.from_batches([batch]), quarantine)
            except duckdb.Error as error:
                raise self._failure(error) from None

    def _attach(self, connection: duckdb.DuckDBPyConnection) -> None:
        # Order doesn't matter and costs memory.
        connection.execute("set preserve_insertion_order = false")
        try:
            connection.execute(attach_statement(self._dsn))
        except duckdb.Error as error:
            raise SystemFailed(
                "unreachable", f"cannot connect: {self._redacted(error)}", hint="check the DSN and that the server runs"
            ) from None
        dialect = connection.execute("select type from duckdb_databases() where database_name = 'source'").fetchone()
        self._is_postgres = dialect == ("postgres",)
        self._relation = f'source."{self._schema}"."{self._name}"' if self._is_postgres else f'source."{self._name}"'

    def _failure(self, error: duckdb.Error) -> SourceFailed:
        if isinstance(error, duckdb.IOException):
            return SystemFailed("unreachable", self._redacted(error), hint="check that the server runs")
        return SourceFailed("query_failed", self._redacted(error))

    def _redacted(self, error: Exception) -> str:
        text = " ".join(str(error).split())
        return without_secrets(text, self._context.details).replace(self._dsn, "the database")

    def _query(self, connection: duckdb.DuckDBPyConnection) -> tuple[str, dict[str, Any]]:
        """The one statement that reads, types, checks and hashes."""
        actual = self._actual_types(connection)
        missing = [column.name for column in self._entity.columns if column.name not in actual]
        if missing:
            raise LoadRefused(
                "missing_column",
                f"table {self._name} has no column {', '.join(missing)}",
                hint="ask the database's owner; adjust source.yml when the column is really gone",
            )
        relation = self._relation
        if self._is_postgres:
            relation, actual = self._with_exact_numerics(connection, actual)
        changed = [
            f"{column.name} is {actual[column.name]}, declared {column.type}"
            for column in self._entity.columns
            if not _is_compatible(actual[column.name], column.type)
        ]
        if changed:
            raise LoadRefused(
                "type_changed",
                f"table {self._name}: {'; '.join(changed)}",
                hint="ask the database's owner what changed; then adjust the column's type in source.yml",
            )
        extra = sorted(set(actual) - {column.name for column in self._entity.columns})
        if extra:
            self._notes.append(f"columns not declared and not taken: {', '.join(extra)}")
        parameters: dict[str, Any] = {}
        condition = ""
        if self._context.window_from and self._entity.cursor:
            cursor = _typed(self._entity.column(self._entity.cursor), actual[self._entity.cursor], self._timezone)
            if actual[self._entity.cursor] == "TIMESTAMP WITH TIME ZONE":
                cursor = f'"{self._entity.cursor}"'  # bare, so that it is pushed down
            condition = f'where {cursor} >= $window or "{self._entity.cursor}" is null'
            parameters["window"] = self._context.window_from
        return _select(self._entity, relation, actual, self._timezone, condition, self._name), parameters

    def _actual_types(self, connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
        try:
            described = connection.execute(f"describe select * from {self._relation}").fetchall()
        except duckdb.CatalogException:
            place = f"{self._schema}.{self._name}" if self._is_postgres else self._name
            raise SourceFailed(
                "missing_table", f"there is no table {place}", hint="check 'from' in source.yml and the user's rights"
            ) from None
        return {row[0]: row[1] for row in described}

    def _with_exact_numerics(
        self, connection: duckdb.DuckDBPyConnection, actual: dict[str, str]
    ) -> tuple[str, dict[str, str]]:
        """The scanner reads an unconstrained ``numeric`` as a float; fetch it as text, so that money stays exact."""
        suspects = [column.name for column in self._entity.columns if actual[column.name] == "DOUBLE"]
        if not suspects:
            return self._relation, actual
        exact = {
            row[0]
            for row in connection.execute(
                "select column_name from postgres_query('source', $query)",
                {
                    "query": "select column_name::text from information_schema.columns where data_type = 'numeric' "
                    f"and table_schema = {_literal(self._schema)} and table_name = {_literal(self._name)}"
                },
            ).fetchall()
        } & set(suspects)
        if not exact:
            return self._relation, actual
        columns = ", ".join(
            f'"{column.name}"::text as "{column.name}"' if column.name in exact else f'"{column.name}"'
            for column in self._entity.columns
        )
        query = f'select {columns} from "{self._schema}"."{self._name}"'
        return (
            f"postgres_query('source', {_literal(query)})",
            {name: "NUMERIC" if name in exact else kind for name, kind in actual.items()},
        )

    def _good_rows(self, table: pa.Table, quarantine: Quarantine) -> pa.Table:
        problem = table["_problem"]
        if problem.null_count < table.num_rows:
            bad = table.filter(pc.is_valid(problem)).select(["_problem", "_content"]).to_pylist()
            for row in bad:
                reason, _, detail = row["_problem"].partition("|")
                quarantine.add(self._name, None, reason, detail, row["_content"])
            table = table.filter(pc.is_null(problem))
        return table.drop_columns(["_problem", "_content"]).cast(extracted_schema(self._context.source, self._entity))


def _select(
    entity: Entity, relation: str, actual: dict[str, str], timezone: str, condition: str, reference: str
) -> str:
    """A select in the extracted schema, plus ``_problem`` (reason|detail, null for good rows) and ``_content``."""
    typed = {column.name: _typed(column, actual[column.name], timezone) for column in entity.columns}
    checks = []
    for column in entity.columns:
        quoted = f'"{column.name}"'
        if column.required or column.name in entity.key:
            checks.append(f"when {quoted} is null then {_literal(f'missing_value|{column.name} is empty')}")
        if _may_lose(actual[column.name], column.type):
            text = f"{quoted}::varchar"
            exact = f"cast({quoted} as decimal(38, 10))" if actual[column.name] == "NUMERIC" else quoted
            checks.append(
                f"when {quoted} is not null and ({typed[column.name]} is null or {typed[column.name]} <> {exact}) "
                f"then 'bad_value|{column.name}: ' || {text} || {_literal(f' does not fit {column.type}')}"
            )
    problem = f"case {' '.join(checks)} end" if checks else "null::varchar"
    values = ", ".join(f'{expression} as "{name}"' for name, expression in typed.items())
    packed = ", ".join(f'"{column.name}" := "{column.name}"' for column in entity.columns)
    typed_names = ", ".join(f'typed."{column.name}"' for column in entity.columns)
    inner = f"""
        select {values}, {problem} as _problem,
            case when {problem} is not null then to_json(struct_pack({packed}))::varchar end as _content
        from {relation} {condition}
    """
    return f"""
        select
            {typed_names},
            {_literal(reference)} as _source_ref,
            null::bigint as _source_position,
            {_row_hash(entity)} as _row_hash,
            _problem,
            _content
        from ({inner}) as typed
    """


def _text(name: str, declared: str) -> str:
    """A value as text that does not depend on session settings, for the row hash."""
    if declared == "timestamp":
        return f'epoch_us("{name}")::varchar'
    return f'"{name}"::varchar'


def _typed(column: Column, actual: str, timezone: str) -> str:
    """The column in its declared type."""
    quoted = f'"{column.name}"'
    if column.type in ("text", "json"):
        return quoted if actual == "VARCHAR" else f"{quoted}::varchar"
    if column.type == "timestamp":
        return quoted if actual == "TIMESTAMP WITH TIME ZONE" else f"timezone({_literal(timezone)}, {quoted})"
    if column.type == "integer":
        return quoted if actual == "BIGINT" else f"try_cast({quoted} as bigint)"
    size = decimal_size(column.type)
    if size:
        wanted = f"DECIMAL({size[0]},{size[1]})"
        return quoted if actual == wanted else f"try_cast({quoted} as {wanted})"
    return quoted


def _is_compatible(actual: str, declared: str) -> bool:
    """May a column of the database's type stand for the declared one, without changing what its values mean?"""
    arrow_type(declared)  # an unknown declared type is our own mistake
    base = actual.partition("(")[0]
    if declared == "text":
        return base in _TEXTS or base == "ENUM"
    if declared == "json":
        return base in ("VARCHAR", "JSON")
    if declared == "integer":
        return base in _INTEGERS or (base == "DECIMAL" and _size(actual)[1] == 0)
    if declared == "date":
        return base == "DATE"
    if declared == "timestamp":
        return base in ("TIMESTAMP", "TIMESTAMP WITH TIME ZONE")
    if declared == "boolean":
        return base == "BOOLEAN"
    return base in ("DECIMAL", "NUMERIC") or base in _INTEGERS  # never a float for money


def _may_lose(actual: str, declared: str) -> bool:
    """Can a value of the database's type be too large or too fine for the declared one?"""
    size = decimal_size(declared)
    if size is None:
        return declared == "integer" and actual.startswith("DECIMAL") and _size(actual)[0] > 18
    if actual == "NUMERIC":
        return True
    precision, scale = _size(actual) if actual.startswith("DECIMAL") else (19, 0)
    return scale > size[1] or precision - scale > size[0] - size[1]


def _size(actual: str) -> tuple[int, int]:
    precision, scale = re.findall(r"\d+", actual)
    return int(precision), int(scale)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
