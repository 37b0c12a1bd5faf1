"""An interactive, read-only SQL shell on the published lake."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import duckdb

from concord.errors import ConcordError
from concord.published import current_snapshot
from concord.sql import query as queries

PROMPT = "concord> "
CONTINUATION = "      …> "
HELP = """\
End a statement with ';'. It may span several lines. Tables are named schema.table.
.tables [SCHEMA]    tables of the published lake
.schema TABLE       columns of a table, with their descriptions
.format FORMAT      table, csv or json
.snapshot           the published state that is read
.help  .quit        or Ctrl-D"""


class Shell:
    """Reads lines until ';', runs what they say, and goes on after an error."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, output_format: str = "table") -> None:
        self.connection = connection
        self.output_format = "table" if output_format == "parquet" else output_format

    def run(self) -> None:
        """The loop; ends at .quit or the end of input."""
        self._start_history()
        print(f"Published lake, snapshot {current_snapshot(self.connection)}, read-only. '.help' for help.")
        lines: list[str] = []
        while True:
            try:
                line = input(CONTINUATION if lines else PROMPT)
            except EOFError:
                print()
                return
            except KeyboardInterrupt:
                print()
                lines = []
                continue
            if not lines and line.strip() in (".quit", ".exit", "quit", "exit"):
                return
            lines = self.feed(lines, line)

    def feed(self, lines: list[str], line: str) -> list[str]:
        """Take one line; the lines of the statement that is still open."""
        if not lines and not line.strip():
            return []
        if not lines and line.lstrip().startswith("."):
            self._guarded(self._dot_command, line.strip())
            return []
        lines = [*lines, line]
        if not _is_complete("\n".join(lines)):
            return lines
        self._guarded(self._statements, "\n".join(lines))
        return []

    def _guarded(self, action, text: str) -> None:
        try:
            action(text)
        except ConcordError as error:
            print(f"error: {error}")
            if error.hint:
                print(f"hint: {error.hint}")
        except KeyboardInterrupt:
            self.connection.interrupt()
            print("interrupted")

    def _statements(self, text: str) -> None:
        for statement in queries.reading_statements(text):
            queries.run(self.connection, statement, self.output_format)

    def _dot_command(self, text: str) -> None:
        command, _, argument = text.partition(" ")
        argument = argument.strip().rstrip(";")
        if command == ".tables":
            condition = f"and schema_name = '{_quoted(argument)}'" if argument else ""
            self._show(
                "select schema_name || '.' || table_name as table_name, estimated_size as row_count, comment"
                f" from duckdb_tables() where database_name = current_database() {condition} order by 1"
            )
        elif command == ".schema" and argument:
            schema, _, table = argument.rpartition(".")
            condition = f"and schema_name = '{_quoted(schema)}'" if schema else ""
            self._show(
                "select schema_name || '.' || table_name as table_name, column_name, data_type, comment"
                " from duckdb_columns() where database_name = current_database()"
                f" and table_name = '{_quoted(table)}' {condition} order by 1, column_index"
            )
        elif command == ".format" and argument in ("table", "csv", "json"):
            self.output_format = argument
        elif command == ".snapshot":
            print(current_snapshot(self.connection))
        elif command == ".help":
            print(HELP)
        else:
            raise ConcordError(f"unknown command '{text}'", hint="'.help' lists them")

    def _show(self, query: str) -> None:
        queries.run(self.connection, query, "table")

    def _start_history(self) -> None:
        """Line editing and a history file, where the platform has readline."""
        try:
            import atexit
            import readline
        except ImportError:
            return
        state = Path(os.environ.get("XDG_STATE_HOME", Path.home() / ".local" / "state")) / "concord"
        file = state / "sql_history"
        with suppress(OSError):
            state.mkdir(parents=True, exist_ok=True)
            if file.is_file():
                readline.read_history_file(file)
            readline.set_history_length(2_000)
            atexit.register(_write_history, readline, file)


def _write_history(readline, file: Path) -> None:
    with suppress(OSError):
        readline.write_history_file(file)


def _is_complete(text: str) -> bool:
    """Whether the text ends with a ';' that isn't inside a string or a comment."""
    tokens = duckdb.tokenize(text)
    if not tokens:
        return False
    position, kind = tokens[-1]
    return kind == duckdb.token_type.operator and text[position:].strip().startswith(";")


def _quoted(text: str) -> str:
    return text.replace("'", "''")
