"""What a connector is given and what it hands back; the landing knows nothing else about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from ingestion.outcomes import FileOutcome, History
from ingestion.quarantine import Quarantine
from ingestion.registry import Entity, Source


@dataclass
class LoadContext:
    """Everything that a connector may use while it reads one entity."""

    source: Source
    entity: Entity
    details: dict[str, Any]  # connection settings, secrets put in
    history: History
    scratch: Path  # gone after the load
    started_at: datetime
    load_id: str
    accept_shrink: bool = False

    @property
    def window_from(self) -> datetime | None:
        """Incremental loads read rows from here on; None reads all."""
        if self.entity.mode != "incremental" or self.history.cursor is None:
            return None
        return self.history.cursor - timedelta(hours=self.entity.overlap_hours)


@dataclass
class Extraction:
    """Rows on their way. ``quarantine``, ``files`` and ``notes`` fill while ``batches`` is read.

    ``batches`` yields tables in ``extracted_schema``. It may raise LoadRefused or SourceFailed at any point: then
    nothing of the load counts.
    """

    batches: Iterator[pa.Table]
    quarantine: Quarantine = field(default_factory=Quarantine)
    files: list[FileOutcome] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    hint: str | None = None
    # A release: positions in the quarantine files of earlier loads whose rows these are.
    released: dict[str, list[int]] = field(default_factory=dict)


Extractor = Callable[[LoadContext], Extraction]
