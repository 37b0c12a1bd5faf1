"""Run one reading statement and write its result as a table, CSV, JSON or Parquet."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from concord.engine import connect
from concord.errors import ConcordError

if TYPE_CHECKING:
    import pyarrow as pa

# A table on a screen ends here; the other formats have no limit.
TABLE_ROWS = 1_000
_COPY_OPTIONS = {"csv": "format csv, header", "json": "format json, array true", "parquet": "format parquet"}
_READING = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}
# Functions that change something although they are called in a select: DuckLake's upkeep even deletes files
# through a read-only connection.
_CHANGING = re.compile(
    r"\b(ducklake_(?!snapshots|current_snapshot|last_committed_snapshot|table_info|table_changes|table_insertions"
    r"|table_deletions|list_files|options|settings)\w+|__ducklake_metadata_\w+|(sqlite|postgres|mysql)_(attach|query"
    r"|execute)|force_checkpoint|checkpoint)\b",
    re.IGNORECASE,
)
_EXPLAIN = re.compile(r"^\s*explain\s*(\([^)]*\)\s*)?(analyze\b\s*)?(\([^)]*\)\s*)?", re.IGNORECASE)
_LEADING_COMMENT = re.compile(r"^\s*(--[^\n]*(\n|$)|/\*.*?\*/)", re.DOTALL)


def reading_statements(text: str) -> list[str]:
    """The statements in a text.

    Raises ConcordError when one doesn't parse, or does anything but read.
    """
    try:
        statements = duckdb.extract_statements(text)
    except duckdb.Error as error:
        raise ConcordError(_first_lines(error)) from None
    for statement in statements:
        _refuse_changes(statement)
    return [statement.query for statement in statements]


def run(connection: duckdb.DuckDBPyConnection, statement: str, output_format: str, output: Path | None = None) -> None:
    """Execute one statement and write its result to a file, or to standard output.

    Raises ConcordError, with the engine's own words, when the statement fails.
    """
    if output_format == "parquet" and output is None and sys.stdout.isatty():
        raise ConcordError("Parquet is not for a screen", hint="add --output FILE")
    if output is not None:
        _require_writable(output)
    try:
        if output_format == "table":
            _write_table(connection, statement, output)
        else:
            _write_file(connection, statement, output_format, output)
    except duckdb.Error as error:
        raise ConcordError(_first_lines(error)) from None


def _refuse_changes(statement: duckdb.Statement) -> None:
    if statement.type not in _READING:
        raise ConcordError(
            f"only reading statements are possible here, not {statement.type.name}",
            hint="select, with, from, describe, summarize, show, explain",
        )
    if found := _CHANGING.search(statement.query):
        raise ConcordError(f"'{found.group()}' is not for reading")
    if statement.type == duckdb.StatementType.EXPLAIN:
        # 'explain analyze' executes what it explains.
        text = statement.query
        while comment := _LEADING_COMMENT.match(text):
            text = text[comment.end() :]
        explained = _EXPLAIN.sub("", text, count=1)
        if explained == text:
            raise ConcordError("this form of explain is not known here", hint="explain [analyze] select …")
        reading_statements(explained)


def _write_table(connection: duckdb.DuckDBPyConnection, statement: str, output: Path | None) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    result = connection.execute(statement)
    columns = result.description or []
    rows = result.fetchmany(TABLE_ROWS)
    more = bool(result.fetchmany(1))
    # Ends the statement: an open result would pin its snapshot.
    result.fetchall()
    if columns[:1] and columns[0][0] == "explain_key":
        _print_to(output, "\n".join(str(row[-1]) for row in rows))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name, kind, *_ in columns:
        numeric = any(word in str(kind).upper() for word in ("INT", "DECIMAL", "DOUBLE", "FLOAT", "NUMBER"))
        table.add_column(Text(name), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if value is None else str(value)) for value in row))
    note = f"({'more than ' if more else ''}{len(rows)} row{'' if len(rows) == 1 else 's'})"
    if more:
        note += " only these are shown; --format csv writes all of them"
    if output is not None:
        with output.open("w", encoding="utf-8") as handle:
            Console(file=handle, width=10_000).print(table)
        return
    console = Console(width=None if sys.stdout.isatty() else 10_000)
    console.print(table)
    print(note, file=sys.stderr if not sys.stdout.isatty() else sys.stdout)


def _write_file(connection: duckdb.DuckDBPyConnection, statement: str, output_format: str, output: Path | None) -> None:
    """Stream the result through a second connection into a temporary file, then put it in its place."""
    reader = _with_distinct_names(connection.execute(statement).to_arrow_reader(100_000))
    folder = output.resolve().parent if output else None
    with tempfile.TemporaryDirectory(dir=folder, prefix=".concord-") as temporary, closing(connect()) as writer:
        file = Path(temporary) / "result"
        writer.register("result", reader)
        writer.execute(f"copy result to '{str(file).replace(chr(39), chr(39) * 2)}' ({_COPY_OPTIONS[output_format]})")
        if output:
            file.replace(output)
        else:
            sys.stdout.flush()
            with file.open("rb") as handle:
                shutil.copyfileobj(handle, sys.stdout.buffer)
            sys.stdout.buffer.flush()


def _require_writable(output: Path) -> None:
    folder = output.resolve().parent
    if not folder.is_dir():
        raise ConcordError(f"there is no folder {folder}")
    if output.is_dir():
        raise ConcordError(f"{output} is a folder", hint="--output takes a file")
    if not os.access(output if output.exists() else folder, os.W_OK):
        raise ConcordError(f"{output} can't be written")


def _with_distinct_names(reader: pa.RecordBatchReader) -> pa.RecordBatchReader:
    """The same rows; of columns with one name, as a join gives them, the later ones are numbered as DuckDB does."""
    import pyarrow as pa

    names: list[str] = []
    taken = {name.lower() for name in reader.schema.names}
    for name in reader.schema.names:
        distinct, number = name, 0
        while distinct.lower() in {each.lower() for each in names} or (number and distinct.lower() in taken):
            number += 1
            distinct = f"{name}_{number}"
        names.append(distinct)
    if names == reader.schema.names:
        return reader
    fields = (field.with_name(name) for field, name in zip(reader.schema, names, strict=True))
    schema = pa.schema(list(fields))
    return pa.RecordBatchReader.from_batches(
        schema, (pa.RecordBatch.from_arrays(batch.columns, schema=schema) for batch in reader)
    )


def _print_to(output: Path | None, text: str) -> None:
    if output:
        output.write_text(text + "\n", encoding="utf-8")
    else:
        print(text)


def _first_lines(error: duckdb.Error) -> str:
    """The engine's message without the repeated query and its pointer line."""
    return str(error).split("\n\nLINE ")[0].strip()
