"""What an incremental load has landed already: the overlap window reads it again, and it is dropped by its hash."""

from __future__ import annotations

from concord.engine import connect
from ingestion.extraction import LoadContext
from ingestion.hashing import HashSet


def landed_hashes(context: LoadContext) -> HashSet | None:
    """Row hashes of the latest landed version of each key inside the overlap window; None when there is none.

    Only the latest version: a row that returns to an earlier content is news.
    """
    entity, window = context.entity, context.window_from
    paths = context.history.data_paths()
    if window is None or entity.cursor is None or not paths:
        return None
    loads = [load.load_id for load in context.history.counted]
    keys = ", ".join(f'"{name}"' for name in entity.key)
    with connect() as connection:
        table = connection.execute(
            f"""
            select _row_hash from (
                select
                    _row_hash,
                    row_number() over (
                        partition by {keys} order by "{entity.cursor}" desc nulls last, _load_id desc
                    ) as version_number
                from read_parquet($paths, union_by_name = true)
                where ("{entity.cursor}" >= $window or "{entity.cursor}" is null) and list_contains($loads, _load_id)
            )
            where version_number = 1
            """,
            {"paths": [str(path) for path in paths], "window": window, "loads": loads},
        ).to_arrow_table()
    return HashSet(table.column(0))
