"""What became of each load: one JSON record per attempt and entity, written last, by an atomic rename.

``raw/<system>/_loads/<entity>/<load_id>.json`` makes a load count (status ``loaded``) or tells why it doesn't. Data,
cursor and list of files become true in the same instant. ``raw/<system>/_holds/<entity>/<load_id>.json`` takes a load
out of the count again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from concord.files import write_text
from concord.settings import Settings
from ingestion.fields import utc_moment

Status = Literal["loaded", "unchanged", "refused", "failed"]


class FileOutcome(BaseModel):
    """What became of one file. ``status``: loaded, repeated_file or refused; ``reason`` says why, or warns."""

    model_config = ConfigDict(extra="ignore")

    name: str
    sha256: str | None = None  # of the content, after decompression
    size: int = 0  # bytes as delivered
    modified_ns: int = 0
    rows: int = 0
    quarantined_rows: int = 0
    status: Literal["loaded", "repeated_file", "refused"] = "loaded"
    reason: str | None = None
    detail: str | None = None
    file_date: str | None = None
    partition: str | None = None
    sequence: int | None = None
    # The line of column names, kept when rows of the file lie in quarantine: a release reads them again with it.
    heading: str | None = None


class LoadOutcome(BaseModel):
    """One load attempt of one entity. Times are ISO 8601 texts in UTC."""

    model_config = ConfigDict(extra="ignore")

    load_id: str
    system: str
    entity: str
    mode: str
    status: Status
    reason: str | None = None
    message: str | None = None
    hint: str | None = None
    rows: int = 0
    quarantined_rows: int = 0
    files: list[FileOutcome] = Field(default_factory=list)
    cursor_from: str | None = None
    cursor_to: str | None = None
    content_hash: str | None = None
    bytes: int = 0
    started_at: str
    finished_at: str
    # Parquet files of this load, relative to the raw folder.
    data_files: list[str] = Field(default_factory=list)
    # Rows of earlier quarantines that this load brought in: load_id -> positions in its quarantine file.
    released: dict[str, list[int]] = Field(default_factory=dict)

    @property
    def seconds(self) -> float:
        return (utc_moment(self.finished_at) - utc_moment(self.started_at)).total_seconds()

    @property
    def has_failed(self) -> bool:
        """True when someone should look: the load, or a file of it, was not taken."""
        return self.status in ("refused", "failed") or (
            self.status == "loaded" and any(file.status == "refused" for file in self.files)
        )


def records_folder(settings: Settings, system: str, entity: str) -> Path:
    return settings.raw / system / "_loads" / entity


def holds_folder(settings: Settings, system: str, entity: str) -> Path:
    return settings.raw / system / "_holds" / entity


def write_outcome(settings: Settings, outcome: LoadOutcome) -> Path:
    """Write the record that completes a load, and return its path."""
    path = records_folder(settings, outcome.system, outcome.entity) / f"{outcome.load_id}.json"
    write_text(path, outcome.model_dump_json(indent=1))
    return path


class History:
    """The load records of one entity, oldest first."""

    def __init__(self, settings: Settings, system: str, entity: str) -> None:
        self._settings = settings
        self.system = system
        self.entity = entity

    @cached_property
    def _paths(self) -> list[Path]:
        return sorted(records_folder(self._settings, self.system, self.entity).glob("[!.]*.json"))

    @cached_property
    def held(self) -> set[str]:
        return {path.stem for path in holds_folder(self._settings, self.system, self.entity).glob("[!.]*.json")}

    @property
    def latest_load_id(self) -> str | None:
        return self._paths[-1].stem if self._paths else None

    def _newest_first(self, *words: str) -> Iterator[LoadOutcome]:
        """Every readable record, or those whose text holds one of the words; most of many are not worth parsing.

        A record that can't be read is none: it was not written by write_outcome.
        """
        wanted = [word.encode() for word in words]
        for path in reversed(self._paths):
            try:
                content = path.read_bytes()
                if not wanted or any(word in content for word in wanted):
                    yield LoadOutcome.model_validate_json(content)
            except (OSError, ValueError):
                continue

    @cached_property
    def records(self) -> list[LoadOutcome]:
        return list(self._newest_first())[::-1]

    @cached_property
    def loaded(self) -> list[LoadOutcome]:
        """Loads that brought something, whether they count or are held."""
        return [record for record in self._newest_first("loaded") if record.status == "loaded"][::-1]

    @cached_property
    def counted(self) -> list[LoadOutcome]:
        """Loads whose rows count: status ``loaded`` and no hold."""
        return [record for record in self.loaded if self._counts(record)]

    @cached_property
    def last_counted(self) -> LoadOutcome | None:
        return next((record for record in self._newest_first("loaded") if self._counts(record)), None)

    def _counts(self, record: LoadOutcome) -> bool:
        return record.status == "loaded" and record.load_id not in self.held

    @property
    def cursor(self) -> datetime | None:
        """How far the counted loads have read."""
        last = self.last_counted
        return utc_moment(last.cursor_to) if last and last.cursor_to else None

    def data_paths(self, loads: list[LoadOutcome] | None = None) -> list[Path]:
        """Parquet files of counted loads, or of the given ones."""
        chosen = self.counted if loads is None else loads
        return [self._settings.raw / name for load in chosen for name in load.data_files]

    @cached_property
    def taken_files(self) -> list[FileOutcome]:
        """Files that counted loads brought in."""
        return [file for load in self.counted for file in load.files if file.status == "loaded"]

    @cached_property
    def refused_files(self) -> list[FileOutcome]:
        """Files that some attempt refused."""
        return [file for load in self._newest_first("refused") for file in load.files if file.status == "refused"]

    @cached_property
    def repeated_files(self) -> list[FileOutcome]:
        """Files that some attempt found to repeat another."""
        found = self._newest_first("repeated_file")
        return [file for load in found for file in load.files if file.status == "repeated_file"]


def entities_with_records(settings: Settings) -> list[tuple[str, str]]:
    """(system, entity) of everything that was ever attempted."""
    return sorted((path.parent.parent.name, path.name) for path in settings.raw.glob("*/_loads/*") if path.is_dir())


_OUTCOME_COLUMNS: dict[str, Any] = {
    "load_id": pl.String,
    "system": pl.String,
    "entity": pl.String,
    "mode": pl.String,
    "status": pl.String,
    "reason": pl.String,
    "message": pl.String,
    "hint": pl.String,
    "rows": pl.Int64,
    "quarantined_rows": pl.Int64,
    "files": pl.String,
    "cursor_from": pl.String,
    "cursor_to": pl.String,
    "content_hash": pl.String,
    "bytes": pl.Int64,
    "started_at": pl.String,
    "finished_at": pl.String,
    "is_held": pl.Boolean,
}
_MOMENTS = ["cursor_from", "cursor_to", "started_at", "finished_at"]


def read_outcomes(settings: Settings) -> pl.DataFrame:
    """Every load attempt, oldest first; ``files`` is JSON text, moments are UTC timestamps, plus ``is_held``."""
    rows = []
    for system, entity in entities_with_records(settings):
        history = History(settings, system, entity)
        for record in history.records:
            row = record.model_dump(exclude={"data_files", "released"})
            row["files"] = json.dumps(row["files"]) if row["files"] else None
            row["is_held"] = record.load_id in history.held
            rows.append(row)
    frame = pl.DataFrame(rows, schema=_OUTCOME_COLUMNS, orient="row")
    moments = [
        pl.col(name).str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="us", time_zone="UTC") for name in _MOMENTS
    ]
    return frame.with_columns(moments).sort("load_id", "system", "entity")
