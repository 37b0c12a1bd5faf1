"""Delimited files: any separator and encoding, quoted or not, with or without a frame of header and trailer."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import polars as pl
import pyarrow as pa

from ingestion.connectors.file_load import FileLoad, release_rows
from ingestion.connectors.files import FileFormat, FileProblem
from ingestion.connectors.layout import Fields, Layout
from ingestion.extraction import Extraction, LoadContext
from ingestion.registry import Entity

# A record that spans lines by quotes is followed this far.
_LINES_PER_RECORD = 50
# Python's own limit is 128 KiB, and an error.
_LARGEST_FIELD = 2**31 - 1


def extract(context: LoadContext) -> Extraction:
    """Read every new file of the entity. Raises SystemFailed when the folder is missing."""
    form = FileFormat.model_validate(context.source.format)
    return FileLoad(context, DelimitedLayout(context.entity, form)).extraction()


def release(context: LoadContext, rows: pl.DataFrame) -> pa.Table:
    """Quarantined rows that pass now. ``rows``: source_ref, source_position, content, heading."""
    form = FileFormat.model_validate(context.source.format)
    return release_rows(FileLoad(context, DelimitedLayout(context.entity, form)), rows)


class DelimitedLayout(Layout):
    """Columns by the names in the file's own heading line, in any order."""

    has_names = True
    is_delimited = True

    def __init__(self, entity: Entity, form: FileFormat) -> None:
        super().__init__(entity, form)
        self._headed = [column for column in entity.columns if column.from_file_name is None]

    def check_names(self, names: str) -> list[str]:
        """Heading of each field of a record. Raises FileProblem when a declared column is missing."""
        headings = [name.strip() for name in self._split_one(names)]
        missing = [
            column.header or column.name for column in self._headed if (column.header or column.name) not in headings
        ]
        if missing:
            raise FileProblem("missing_column", f"no column {', '.join(missing)}")
        return headings

    def extra_columns(self, names: str) -> list[str]:
        declared = {column.header or column.name for column in self._headed}
        headings = self.check_names(names)
        return [
            name
            for position, name in enumerate(headings)
            if name not in declared and (position or not self.form.record)
        ]

    def fields(self, lines: pl.Series, names: str, body: bytes | None = None) -> Fields:
        """Text fields of each line, by the entity's column names.

        A quoted record may span lines: its fields stand in its first line and ``is_record`` is false for the others.
        """
        headings = self.check_names(names)
        width = len(headings)
        if self.form.record and width and headings[0] in {column.header or column.name for column in self._headed}:
            # The heading line names the fields behind the record mark only.
            headings, width = ["", *headings], width + 1
        quote = self.form.quote
        quoted = lines.str.contains(quote, literal=True) if quote else pl.Series([False]).new_from_index(0, len(lines))
        good = (lines.str.count_matches(self.form.separator, literal=True) == width - 1) & ~quoted
        columns = [f"field_{position}" for position in range(width)]
        plain = body if body is not None and good.all() else _text(lines.filter(good))
        frame = self._read_plain(plain, columns)
        faults = pl.Series("fault", [None], dtype=pl.String).new_from_index(0, len(lines))
        is_record = pl.Series([True]).new_from_index(0, len(lines))
        if not good.all():
            records, wrong, continued = self._read_quoted(lines, good, quoted, width)
            order = pl.concat([good.arg_true(), pl.Series([index for index, _ in records], dtype=pl.UInt32)])
            values = [[value or None for value in row] for _, row in records]
            rows = pl.DataFrame(values, schema=dict.fromkeys(columns, pl.String), orient="row")
            placed = pl.concat([frame, rows]).with_columns(order.cast(pl.UInt32).alias("line"))
            every = pl.DataFrame({"line": pl.int_range(len(lines), dtype=pl.UInt32, eager=True)})
            frame = every.join(placed, on="line", how="left", maintain_order="left").drop("line")
            for reason, indices in wrong.items():
                faults = faults.scatter(indices, reason) if indices else faults
            if continued:
                is_record = is_record.scatter(continued, False)
        chosen = frame.select(
            pl.col(columns[headings.index(column.header or column.name)]).alias(column.name) for column in self._headed
        )
        marks = frame[columns[0]] if self.form.record else None
        if marks is not None:
            unknown = (marks != self.form.record).fill_null(False)
            faults = pl.select(pl.when(unknown).then(pl.lit("unknown_record")).otherwise(faults)).to_series()
        return Fields(chosen, faults, is_record)

    def _read_plain(self, text: bytes, columns: list[str]) -> pl.DataFrame:
        """Lines without quotes and with the right number of separators; an empty field is null."""
        schema = dict.fromkeys(columns, pl.String)
        if not text:
            return pl.DataFrame(schema=schema)
        return pl.read_csv(
            text, separator=self.form.separator, has_header=False, quote_char=None, schema=schema, infer_schema=False
        )

    def _read_quoted(
        self, lines: pl.Series, good: pl.Series, quoted: pl.Series, width: int
    ) -> tuple[list[tuple[int, list[str]]], dict[str, list[int]], list[int]]:
        """Lines that hold quotes, and those with another number of fields.

        Returns (line index, fields) of each record, line indices by fault, and lines that only continue a record.
        """
        records: list[tuple[int, list[str]]] = []
        wrong: dict[str, list[int]] = {"wrong_field_count": [], "unbalanced_quote": []}
        continued: list[int] = []
        odd = set((lines.str.count_matches(self.form.quote or "\0", literal=True) % 2 == 1).arg_true().to_list())
        done = -1
        for index in (~good).arg_true().to_list():
            if index <= done:
                continue
            if not quoted[index]:
                wrong["wrong_field_count"].append(index)
                continue
            text, last = lines[index], index
            if index in odd:
                following = range(index + 1, min(index + _LINES_PER_RECORD, len(lines)))
                # A quote inside an unquoted field opens nothing: then the line is a record of its own.
                ends = (index, next((each for each in following if each in odd), index))
                last = next((end for end in ends if self._is_one_record(lines[index : end + 1], width)), -1)
                if last < 0:
                    wrong["unbalanced_quote"].append(index)
                    continue
                text = "\n".join(lines[index : last + 1])
            fields = self._split_one(text)
            if len(fields) != width:
                wrong["wrong_field_count"].append(index)
                continue
            records.append((index, fields))
            continued += range(index + 1, last + 1)
            done = last
        return records, wrong, continued

    def _split_one(self, text: str) -> list[str]:
        if not self.form.quote:
            return text.split(self.form.separator)
        try:
            return next(self._reader(text), [])
        except csv.Error:  # a carriage return outside quotes
            return []

    def _is_one_record(self, lines: pl.Series, width: int) -> bool:
        """Whether these lines are one record exactly: no quote stays open, and none of them is a record by itself."""
        try:
            records = list(self._reader("\n".join(lines), strict=True))
        except csv.Error:
            return False
        return len(records) == 1 and len(records[0]) == width

    def _reader(self, text: str, *, strict: bool = False) -> Iterator[list[str]]:
        csv.field_size_limit(_LARGEST_FIELD)
        return csv.reader(
            io.StringIO(text, newline=""), delimiter=self.form.separator, quotechar=self.form.quote, strict=strict
        )


def _text(lines: pl.Series) -> bytes:
    return (lines.str.join("\n")[0] + "\n").encode() if len(lines) else b""
