"""Sources, settings and files that the tests of ingestion are made of."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import polars as pl

from concord.settings import Lake, Settings
from ingestion.landing import land
from ingestion.outcomes import History, LoadOutcome
from ingestion.registry import Source, registry
from ingestion.run import extractor


def settings_at(folder: Path, **sources: dict[str, Any]) -> Settings:
    return Settings(lake=Lake(folder=folder / "lake"), sources=sources)


def source_of_one_entity(connector: str, entity: dict[str, Any], **rest: Any) -> Source:
    """A source with one entity; ``entity`` as in a source.yml, with defaults for what doesn't matter."""
    return Source.model_validate(
        {
            "system": "sample",
            "title": "Sample",
            "owner": "nobody",
            "connector": connector,
            "schedule": "0 0 * * *",
            "freshness": {"warn_after_hours": 1, "fail_after_hours": 2},
            "settings": [],
            "entities": [{"description": "", "feeds": [], **entity}],
            **rest,
        }
    )


def load(
    settings: Settings, source: Source, details: dict[str, Any], entity: str | None = None, **options: Any
) -> LoadOutcome:
    """Load one entity (the first by default) and return its outcome."""
    chosen = source.entity(entity) if entity else source.entities[0]
    outcome, _ = land(settings, source, chosen, details, extractor(source), **options)
    return outcome


def counted_rows(settings: Settings, system: str, entity: str) -> pl.DataFrame:
    """Rows of all counted loads, as a reader of the lake finds them: by load id, in whatever files there are."""
    folder = settings.raw / system / entity
    counted = [record.load_id for record in History(settings, system, entity).counted]
    paths = sorted(folder.glob("load_date=*/*.parquet"))
    if not paths:
        return pl.DataFrame()
    frame = pl.concat([pl.read_parquet(path, hive_partitioning=False) for path in paths])
    return frame.filter(pl.col("_load_id").is_in(counted))


def usage_source() -> Source:
    return registry()["usage"]


def usage_record(sequence: int, seconds: int = 10, started: str = "2026-07-01T12:00:00+02:00") -> str:
    served = "262010000000001;4915100000001;4930123;national"
    return f"D;{sequence};voice;{served};{started};{seconds};0;0;C1;X{sequence};;MSC-01;{sequence}"


USAGE_NAMES = (
    "record_type;record_sequence;usage_type;served_imsi;served_number;other_party;zone;started_at;"
    "duration_seconds;uplink_bytes;downlink_bytes;cell_id;charging_id;partial_sequence;"
    "recording_entity;local_sequence_number"
)


def usage_text(
    sequence: int,
    records: list[str] | None = None,
    *,
    count: int | None = None,
    seconds: int | None = None,
    created: str = "2026-07-02T00:05:00+02:00",
    names: str = USAGE_NAMES,
) -> str:
    """A usage file's text, its trailer right unless told otherwise."""
    records = [usage_record(1), usage_record(2)] if records is None else records
    total = sum(int(r.split(";")[8]) for r in records if r.count(";") == 15 and r.split(";")[8].isdigit())
    head = [f"H;voice;{sequence};{created}", names]
    trailer = f"T;{len(records) if count is None else count};{total if seconds is None else seconds};0"
    return "\n".join([*head, *records, trailer]) + "\n"


def write_usage(folder: Path, sequence: int, text: str | None = None, day: int = 1) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"med_voice_202607{day:02d}_{sequence:06d}.csv.gz"
    path.write_bytes(gzip.compress((usage_text(sequence) if text is None else text).encode(), mtime=0))
    age(path)
    return path


def deliver(settings: Settings, folder: Path, text: str, name: str, system: str, entity: str) -> LoadOutcome:
    """Put a file into the folder of a registered system and load the entity that such files hold."""
    (folder / name).write_text(text, encoding="utf-8")
    age(folder / name)
    return load(settings, registry()[system], {"folder": str(folder)}, entity)


def age(path: Path, seconds: float = 60) -> None:
    """Make a file look as if it had been finished a while ago."""
    import os
    import time

    moment = time.time() - seconds
    os.utime(path, (moment, moment))
