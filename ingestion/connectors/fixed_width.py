"""Fixed-width files: each column at its bytes, padded with spaces."""

from __future__ import annotations

import polars as pl
import pyarrow as pa

from ingestion.connectors.file_load import FileLoad, release_rows
from ingestion.connectors.files import FileFormat
from ingestion.connectors.layout import Fields, Layout
from ingestion.extraction import Extraction, LoadContext
from ingestion.registry import Entity


def extract(context: LoadContext) -> Extraction:
    """Read every new file of the entity. Raises SystemFailed when the folder is missing."""
    form = FileFormat.model_validate(context.source.format)
    return FileLoad(context, FixedWidthLayout(context.entity, form)).extraction()


def release(context: LoadContext, rows: pl.DataFrame) -> pa.Table:
    """Quarantined rows that pass now. ``rows``: source_ref, source_position, content, heading."""
    form = FileFormat.model_validate(context.source.format)
    return release_rows(FileLoad(context, FixedWidthLayout(context.entity, form)), rows)


class FixedWidthLayout(Layout):
    """Columns by ``start`` (from 1) and ``width``."""

    has_names = False
    is_delimited = False

    def __init__(self, entity: Entity, form: FileFormat) -> None:
        super().__init__(entity, form)
        self._placed = [column for column in entity.columns if column.start and column.width]
        self._length = max((column.start or 0) + (column.width or 0) - 1 for column in self._placed)

    def fields(self, lines: pl.Series, names: str, body: bytes | None = None) -> Fields:
        """Text fields of each line, trimmed. Trailing blanks may be missing or more; other text beyond is a fault."""
        line = lines.rename("line").to_frame()
        texts = {
            column.name: pl.col("line").str.slice((column.start or 1) - 1, column.width).str.strip_chars(" ")
            for column in self._placed
        }
        frame = line.select(pl.when(text != "").then(text).alias(name) for name, text in texts.items())
        mark = pl.lit(self.form.record or "")
        faults = line.select(
            pl.when(~pl.col("line").str.starts_with(mark))
            .then(pl.lit("unknown_record"))
            .when(pl.col("line").str.strip_chars_end(" ").str.len_chars() > self._length)
            .then(pl.lit("wrong_length"))
            .when(pl.col("line").str.len_chars() < self._length - (self._placed[-1].width or 0))
            .then(pl.lit("wrong_length"))
            .alias("fault")
        ).to_series()
        return Fields(frame, faults, pl.Series([True]).new_from_index(0, len(lines)))
