"""A DuckDB connection of its own for linking: bounded in memory and threads, and free to spill to disk."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.dataset  # DuckDB reads Arrow tables with it, and would import it at the first one

# A core takes so many rows of an Arrow table at once; of a table of its own the engine gives each core 122,880 rows,
# and so one core all of a hundred thousand.
_BATCH = 8_192


@dataclass(frozen=True)
class Resources:
    """What linking may use of the machine.

    ``memory_limit`` as DuckDB writes it ('4GB'); what doesn't fit spills to ``temp_directory`` (the system's own when
    empty). ``threads`` defaults to all cores.
    """

    memory_limit: str = "4GB"
    temp_directory: str | Path | None = None
    threads: int | None = None


@contextmanager
def workspace(resources: Resources) -> Iterator[duckdb.DuckDBPyConnection]:
    """A private in-memory database, gone with everything that it spilled when the block ends."""
    if resources.temp_directory is not None:
        Path(resources.temp_directory).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="identity-", dir=resources.temp_directory) as spill:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": resources.memory_limit,
            "temp_directory": spill,
            # Nothing here depends on the order of rows, and keeping it costs memory.
            "preserve_insertion_order": False,
        }
        if resources.threads is not None:
            settings["threads"] = resources.threads
        connection = duckdb.connect(":memory:", config=settings)
        try:
            # A progress bar or a local time zone of the surroundings must not show in results.
            connection.execute("set enable_progress_bar = false")
            connection.execute("set timezone = 'UTC'")
            yield connection
        finally:
            connection.close()


@contextmanager
def quiet_splink() -> Iterator[None]:
    """Splink's advice (levels that no sample shows, parameters it didn't train) kept out of people's sight: priors
    cover it.
    """
    splink_logger = logging.getLogger("splink")
    level = splink_logger.level
    splink_logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        splink_logger.setLevel(level)


def spread(connection: duckdb.DuckDBPyConnection, name: str, rows: pa.Table | str, batch: int = _BATCH) -> None:
    """A view of an Arrow table, or of what a query answers, in pieces that all cores share."""
    table = connection.execute(rows).to_arrow_table(batch) if isinstance(rows, str) else rows
    connection.register(name, pa.Table.from_batches(table.to_batches(batch), table.schema))
