"""DuckDB as Great Expectations can use it: rows are read before the connection's context closes.

Great Expectations fetches rows after it has closed the connection. DuckDB's cursor is empty by then, and every metric
fails with ``list index out of range``. This dialect reads each result whole; results of checks are small.
"""

from __future__ import annotations

from typing import Any

import duckdb
from duckdb_sqlalchemy import ConnectionWrapper, Dialect, DuckDBExecutionContext
from sqlalchemy.dialects import registry
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy

DIALECT = "concord_duckdb"

# Connections that URLs of this dialect may name: views made on one are seen by every cursor of it.
_connections: dict[str, duckdb.DuckDBPyConnection] = {}


class BufferedExecutionContext(DuckDBExecutionContext):
    """Reads the whole result as soon as a statement has run."""

    def post_exec(self) -> None:
        super().post_exec()
        cursor = self.cursor
        if cursor is not None and cursor.description is not None:
            self.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(
                cursor, alternate_description=cursor.description, initial_buffer=cursor.fetchall()
            )


class BufferedDuckDBDialect(Dialect):
    """Connects to a DuckDB connection that this process already holds, by its name."""

    execution_ctx_cls = BufferedExecutionContext
    supports_statement_cache = True

    def connect(self, *arguments: Any, **parameters: Any) -> ConnectionWrapper:
        name = arguments[0] if arguments else parameters["database"]
        return ConnectionWrapper(_connections[name].cursor())


registry.register(DIALECT, __name__, BufferedDuckDBDialect.__name__)


def offer(name: str, connection: duckdb.DuckDBPyConnection) -> str:
    """Let SQLAlchemy reach this connection; returns its URL. Take it back with ``withdraw``."""
    _connections[name] = connection
    return f"{DIALECT}:///{name}"


def withdraw(name: str) -> None:
    """Forget a connection that ``offer`` made known; it is not closed."""
    _connections.pop(name, None)
