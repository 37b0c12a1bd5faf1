"""Reading back what has landed: by the loads that read the overlap window again, and by releases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from concord.engine import connect
from ingestion.extraction import LoadContext
from ingestion.hashing import HashSet


def read_landed(paths: list[Path], query: str, **parameters: Any) -> pa.Table:
    """Rows of Parquet files by a query on ``landed``; files from before a column was declared have it as null."""
    with connect() as connection:
        connection.execute("set preserve_insertion_order = false")
        landed = "select * from read_parquet($paths, union_by_name = true, hive_partitioning = false)"
        values = {"paths": [str(path) for path in paths], **parameters}
        return connection.execute(f"with landed as ({landed}) {query}", values).to_arrow_table()


def landed_hashes(context: LoadContext) -> HashSet | None:
    """Row hashes of the latest landed version of each key inside the overlap window; None when there is none.

    Only the latest version: a row that returns to an earlier content is news.
    """
    entity, window = context.entity, context.window_from
    paths = context.history.data_paths()
    if window is None or entity.cursor is None or not paths:
        return None
    keys = ", ".join(f'"{name}"' for name in entity.key)
    query = f"""
        select _row_hash from (
            select
                _row_hash,
                row_number() over (
                    partition by {keys} order by "{entity.cursor}" desc nulls last, _load_id desc
                ) as version_number
            from landed
            where ("{entity.cursor}" >= $window or "{entity.cursor}" is null) and list_contains($loads, _load_id)
        )
        where version_number = 1
    """
    loads = [load.load_id for load in context.history.counted]
    return HashSet(read_landed(paths, query, window=window, loads=loads).column(0))
