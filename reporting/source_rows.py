"""The landed rows behind a key: which load brought them, from which file and line or table, with which content hash."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from concord.errors import ConcordError

_METADATA = ("_load_id", "_loaded_at", "_source_ref", "_source_position", "_row_hash")


@dataclass(frozen=True)
class SourceRow:
    """One row as it landed. ``values``: the source's own columns as text, without those that are empty."""

    system: str
    entity: str
    key: str
    load_id: str
    loaded_at: datetime
    source_ref: str | None
    source_position: int | None
    row_hash: str
    values: Mapping[str, str]


def read_source_rows(
    lake: duckdb.DuckDBPyConnection, raw: Path, keys: Iterable[tuple[str, str, str]]
) -> dict[tuple[str, str, str], SourceRow]:
    """The latest counted row of each key: (system, entity, key) → row. A key that no counted load holds is left out.

    Latest: of the newest load, and in it of the last file by name (daily files carry their date), at its last place.

    ``lake``: the published state whose counted loads are meant; ``raw``: the folder of landed loads.
    """
    wanted: dict[tuple[str, str], set[str]] = {}
    for system, entity, key in keys:
        wanted.setdefault((system, entity), set()).add(key)
    found = {}
    for (system, entity), group in sorted(wanted.items()):
        for row in _read_entity(lake, raw, system, entity, sorted(group)):
            found[row.system, row.entity, row.key] = row
    return found


def _read_entity(
    lake: duckdb.DuckDBPyConnection, raw: Path, system: str, entity: str, keys: list[str]
) -> list[SourceRow]:
    columns = lake.execute(
        "select key_columns from core.dim_source_entity where system = ? and entity = ?", [system, entity]
    ).fetchone()
    folder = raw / system / entity
    if columns is None or not any(folder.glob("load_date=*/*.parquet")):
        return []
    names = columns[0].split(",")
    key = names[0] if len(names) == 1 else "concat_ws('-', " + ", ".join(f'"{name}"' for name in names) + ")"
    key = f"cast({key} as varchar)"
    try:
        result = lake.execute(
            f"""
            select *, {key} as "_key"
            from read_parquet(?, union_by_name = true, hive_partitioning = false)
            where {key} in (select unnest(?))
                and _load_id in (select load_id from core.fct_load where system = ? and entity = ? and is_counted)
            qualify row_number() over (
                partition by {key}
                order by _load_id desc nulls last, _source_ref desc nulls last, _source_position desc nulls last
            ) = 1
            """,
            [str(folder / "load_date=*" / "*.parquet"), keys, system, entity],
        )
    except duckdb.IOException as error:
        raise ConcordError(
            f"the landed rows of {system}.{entity} can't be read: {str(error).splitlines()[0]}",
            hint=f"they belong in {folder}",
        ) from error
    header = [column[0] for column in result.description]
    return [_row(system, entity, dict(zip(header, values, strict=True))) for values in result.fetchall()]


def _row(system: str, entity: str, content: dict) -> SourceRow:
    metadata = {name: content.pop(name) for name in _METADATA}
    key = content.pop("_key")
    return SourceRow(
        system=system,
        entity=entity,
        key=key,
        load_id=metadata["_load_id"],
        loaded_at=metadata["_loaded_at"],
        source_ref=metadata["_source_ref"],
        source_position=metadata["_source_position"],
        row_hash=metadata["_row_hash"],
        values={name: str(value) for name, value in content.items() if value is not None},
    )
