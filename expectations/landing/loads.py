"""Which loads to check: read from the completion records that ingestion leaves in the raw layer."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from concord.settings import Settings
from ingestion.registry import registry


@dataclass(frozen=True)
class Load:
    """One finished load of one entity. ``rows`` may be zero: a source may legally hold nothing."""

    system: str
    entity: str
    load_id: str
    rows: int
    is_latest: bool
    # Its Parquet files, relative to the raw folder; older records don't name them.
    data_files: tuple[str, ...] = ()

    def files(self, settings: Settings) -> list[Path]:
        """The Parquet files that hold its rows, and perhaps those of other loads of the same day."""
        if self.data_files:
            return [settings.raw / file for file in self.data_files]
        folder = settings.raw / self.system / self.entity
        day = f"load_date={self.load_id[:4]}-{self.load_id[4:6]}-{self.load_id[6:8]}"
        files = sorted((folder / day).rglob("*.parquet")) or sorted(folder.rglob("*.parquet"))
        named = [file for file in files if self.load_id in file.relative_to(folder).as_posix()]
        return named or files


def loads_to_check(settings: Settings, system: str | None, load_ids: Iterable[str] | None) -> list[Load]:
    """Loads by their ids, or the latest load of each entity when no ids are given."""
    wanted = None if load_ids is None else set(load_ids)
    chosen = []
    for source in registry().values():
        if system not in (None, source.system):
            continue
        for entity in source.entities:
            loads = _loaded(settings, source.system, entity.name)
            chosen += [load for load in loads if (load.is_latest if wanted is None else load.load_id in wanted)]
    return chosen


def _loaded(settings: Settings, system: str, entity: str) -> list[Load]:
    """Every load that completed, oldest first (load ids sort by time)."""
    files = sorted((settings.raw / system / "_loads" / entity).glob("*.json"))
    records = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    loaded = [record for record in records if record["status"] == "loaded"]
    return [
        Load(
            system,
            entity,
            record["load_id"],
            record["rows"],
            is_latest=record is loaded[-1],
            data_files=tuple(record.get("data_files", ())),
        )
        for record in loaded
    ]
