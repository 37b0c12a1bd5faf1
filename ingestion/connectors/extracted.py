"""Rows that a connector's own reader has taken out of a document: fields between tabs, in an order of its own."""

from __future__ import annotations

import polars as pl

from ingestion.connectors.files import FileFormat
from ingestion.connectors.layout import Fields, Layout
from ingestion.registry import Entity


class ExtractedLayout(Layout):
    """Lines of ``names`` between tabs; the first, ``fault``, is what the reader found wrong with the row, or empty."""

    has_names = False
    is_delimited = False
    shows_its_end = True  # a document that breaks off can't be read

    def __init__(self, entity: Entity, form: FileFormat, names: tuple[str, ...]) -> None:
        super().__init__(entity, form)
        self.names = names
        self._wanted = [column.name for column in entity.columns if column.from_file_name is None]

    def fields(self, lines: pl.Series, names: str, body: bytes | None = None) -> Fields:
        """Text fields of each row; its first one is the fault that the reader found."""
        text = body if body is not None else (lines.str.join("\n")[0] + "\n").encode() if len(lines) else b""
        schema = dict.fromkeys(self.names, pl.String)
        frame = pl.DataFrame(schema=schema)
        if text:
            frame = pl.read_csv(text, separator="\t", has_header=False, quote_char=None, schema=schema)
        return Fields(frame.select(self._wanted), frame["fault"], pl.Series([True]).new_from_index(0, len(lines)))
