"""Rows that could not land, with reason and full text: ``raw/<system>/_quarantine/<entity>/<load_id>.parquet``.

A quarantine file counts when its load counts. Nothing in it is ever edited: a release is noted in the completion
record of the load that brought the rows in, so that rows and note become true together.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from concord.files import replacing
from concord.settings import Settings
from ingestion.fields import TIMESTAMP
from ingestion.outcomes import History, entities_with_records

SCHEMA = pa.schema(
    [
        pa.field("load_id", pa.string()),
        pa.field("system", pa.string()),
        pa.field("entity", pa.string()),
        pa.field("source_ref", pa.string()),
        pa.field("source_position", pa.int64()),
        pa.field("reason", pa.string()),
        pa.field("detail", pa.string()),
        pa.field("content", pa.string()),
        pa.field("quarantined_at", TIMESTAMP),
    ]
)


def quarantine_path(settings: Settings, system: str, entity: str, load_id: str) -> Path:
    return settings.raw / system / "_quarantine" / entity / f"{load_id}.parquet"


class Quarantine:
    """The bad rows of one load, gathered while it reads."""

    def __init__(self) -> None:
        self.source_refs: list[str | None] = []
        self.positions: list[int | None] = []
        self.reasons: list[str] = []
        self.details: list[str | None] = []
        self.contents: list[str] = []

    def __len__(self) -> int:
        return len(self.reasons)

    def add(self, source_ref: str | None, position: int | None, reason: str, detail: str | None, content: str) -> None:
        self.source_refs.append(source_ref)
        self.positions.append(position)
        self.reasons.append(reason)
        self.details.append(detail)
        self.contents.append(content)

    def extend(self, other: Quarantine) -> None:
        self.source_refs += other.source_refs
        self.positions += other.positions
        self.reasons += other.reasons
        self.details += other.details
        self.contents += other.contents

    def drop(self, known: set[tuple[str, str]]) -> None:
        """Forget rows that lie in quarantine already, known by (reason, digest of content)."""
        keep = [
            index
            for index, (reason, content) in enumerate(zip(self.reasons, self.contents, strict=True))
            if (reason, digest(content)) not in known
        ]
        for name in ("source_refs", "positions", "reasons", "details", "contents"):
            values = getattr(self, name)
            setattr(self, name, [values[index] for index in keep])

    def digests(self) -> list[str]:
        return [digest(content) for content in self.contents]

    def write(self, path: Path, load_id: str, system: str, entity: str, moment: datetime) -> None:
        """Write the file whole: it appears under its name complete or not at all."""
        size = len(self)
        table = pa.table(
            [
                pa.array([load_id] * size, pa.string()),
                pa.array([system] * size, pa.string()),
                pa.array([entity] * size, pa.string()),
                pa.array(self.source_refs, pa.string()),
                pa.array(self.positions, pa.int64()),
                pa.array(self.reasons, pa.string()),
                pa.array(self.details, pa.string()),
                pa.array(self.contents, pa.string()),
                pa.array([moment] * size, TIMESTAMP),
            ],
            schema=SCHEMA,
        )
        with replacing(path) as temporary:
            pq.write_table(table, temporary)


def digest(content: str) -> str:
    return hashlib.md5(content.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def known_rows(settings: Settings, history: History) -> set[tuple[str, str]]:
    """(reason, digest of content) of every row that counted loads of an entity put into quarantine."""
    known: set[tuple[str, str]] = set()
    for load in history.counted:
        path = quarantine_path(settings, history.system, history.entity, load.load_id)
        if load.quarantined_rows and path.is_file():
            table = pq.read_table(path, columns=["reason", "content"])
            reasons, contents = (column.to_pylist() for column in table.columns)
            known.update((reason, digest(content)) for reason, content in zip(reasons, contents, strict=True))
    return known


def read_entity_quarantine(settings: Settings, history: History) -> pl.DataFrame:
    """Quarantined rows of one entity, with their ``position_in_load`` and ``is_released``."""
    released: dict[str, set[int]] = {}
    for load in history.counted:
        for load_id, positions in load.released.items():
            released.setdefault(load_id, set()).update(positions)
    frames = []
    for load in history.counted:
        path = quarantine_path(settings, history.system, history.entity, load.load_id)
        if not load.quarantined_rows or not path.is_file():
            continue
        frame = pl.read_parquet(path).with_row_index("position_in_load")
        done = released.get(load.load_id, set())
        frames.append(frame.with_columns(pl.col("position_in_load").is_in(sorted(done)).alias("is_released")))
    return pl.concat(frames) if frames else _empty()


def read_quarantine(settings: Settings) -> pl.DataFrame:
    """Every quarantined row of counted loads, all systems, with ``is_released``."""
    frames = [
        read_entity_quarantine(settings, History(settings, system, entity))
        for system, entity in entities_with_records(settings)
    ]
    return (pl.concat(frames) if frames else _empty()).drop("position_in_load")


def _empty() -> pl.DataFrame:
    frame = pl.from_arrow(SCHEMA.empty_table())
    assert isinstance(frame, pl.DataFrame)
    return frame.with_row_index("position_in_load").with_columns(pl.lit(None, pl.Boolean).alias("is_released"))
