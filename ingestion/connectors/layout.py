"""How the records of a kind of file are split into fields; one class per protocol."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from ingestion.connectors.files import Chunk, FileFormat, FileReader, SourceFile
from ingestion.registry import Entity


@dataclass
class Fields:
    """Text fields of some lines: a column per column that the record holds, one row per line."""

    frame: pl.DataFrame
    faults: pl.Series  # reason, null for a line that could be split
    is_record: pl.Series  # false for a line that only continues the record above


class Reader(Protocol):
    """One file, read front to back. ``header`` and ``names`` are known after the first chunk, the rest at the end."""

    header: str | None
    names: str | None
    trailer: str | None
    sha256: str | None

    def chunks(self) -> Iterator[Chunk]:
        """Record lines in chunks. Raises FileProblem when the file is broken, empty, or changes while it is read."""
        ...

    @property
    def is_small(self) -> bool:
        """Small enough to be read whole, ahead of its turn."""
        ...


class Layout(ABC):
    """How a file is read and a record is split into fields."""

    has_names: bool  # a line of column names stands above the records
    is_delimited: bool

    def __init__(self, entity: Entity, form: FileFormat) -> None:
        self.entity = entity
        self.form = form

    @property
    def shows_its_end(self) -> bool:
        """Whether a file that is still being written can be told from a whole one by its content."""
        return self.form.trailer is not None

    def reader(self, file: SourceFile) -> Reader:
        return FileReader(file, self.form, self.has_names)

    def check_names(self, names: str) -> list[str]:
        """Headings in file order. Raises FileProblem when a declared column is missing."""
        return []

    def extra_columns(self, names: str) -> list[str]:
        return []

    @abstractmethod
    def fields(self, lines: pl.Series, names: str, body: bytes | None = None) -> Fields:
        """Split lines into fields; an empty one is null. ``body``: the same lines as one text, where there is one."""
