"""Small loads in a raw layer, as ingestion would leave them."""

from __future__ import annotations

import json
from pathlib import Path

from concord.engine import connect
from concord.settings import Lake, Settings


def lake(folder: Path) -> Settings:
    return Settings(lake=Lake(folder=folder / "lake"))


def land(settings: Settings, system: str, entity: str, load_id: str, select: str, status: str = "loaded") -> None:
    """Write the rows of ``select`` as one load, with its completion record."""
    day = f"{load_id[:4]}-{load_id[4:6]}-{load_id[6:8]}"
    folder = settings.raw / system / entity / f"load_date={day}"
    folder.mkdir(parents=True, exist_ok=True)
    with connect() as connection:
        rows = connection.execute(
            f"copy (select *, '{load_id}' as _load_id, now() as _loaded_at, 'a source' as _source_ref, "
            f"cast(null as bigint) as _source_position, '' as _row_hash from ({select})) "
            f"to '{folder / f'{load_id}.parquet'}' (format parquet)"
        ).fetchone()[0]
    record = settings.raw / system / "_loads" / entity / f"{load_id}.json"
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(
        json.dumps({"load_id": load_id, "system": system, "entity": entity, "status": status, "rows": rows})
    )
