"""Workbooks (XLSX): the one visible sheet that has the declared headings, a row of it a record.

Cells are read for what they are: a date may be a date, a serial number or a text, an amount a number or a text. Nothing
is guessed beyond that: a formula that was never calculated, or one that shows an error, is no value, and its row goes
to quarantine. Titles above the headings, headings in two merged rows and hidden sheets are no trouble; a last row of
totals must fit the rows above it.
"""

from __future__ import annotations

import hashlib
import io
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from itertools import zip_longest
from typing import Any

import openpyxl
import polars as pl
import pyarrow as pa
from openpyxl.utils.datetime import from_excel

from ingestion.connectors.extracted import ExtractedLayout
from ingestion.connectors.file_load import FileLoad, release_rows
from ingestion.connectors.files import CHUNK_BYTES, Chunk, FileFormat, FileProblem, SourceFile
from ingestion.connectors.layout import Reader
from ingestion.connectors.xml_file import LONGEST_TEXT, one_line
from ingestion.extraction import Extraction, LoadContext
from ingestion.fields import decimal_size
from ingestion.registry import Column, Entity

# Headings stand in the first rows of a sheet, below titles.
_ROWS_ABOVE = 30
# A million rows of twenty columns take less than this when unpacked; a bomb takes more.
_MOST_UNPACKED = 1024 * 1024 * 1024
# Excel's last day, 9999-12-31, as a serial number.
_LAST_SERIAL = 2_958_465
_PROLOGUE_BYTES = 4_096


def extract(context: LoadContext) -> Extraction:
    """Read every new file of the entity. Raises SystemFailed when the folder is missing."""
    return FileLoad(context, _layout(context)).extraction()


def release(context: LoadContext, rows: pl.DataFrame) -> pa.Table:
    """Quarantined rows that pass now. ``rows``: source_ref, source_position, content, heading."""
    return release_rows(FileLoad(context, _layout(context)), rows)


def _layout(context: LoadContext) -> WorkbookLayout:
    headed = tuple(column.name for column in context.entity.columns if column.from_file_name is None)
    return WorkbookLayout(context.entity, FileFormat.model_validate(context.source.format), ("fault", *headed))


class WorkbookLayout(ExtractedLayout):
    """Rows of the entity's columns, as texts in the declared formats."""

    def reader(self, file: SourceFile) -> Reader:
        return WorkbookReader(file, self.entity, self.form)


class WorkbookReader:
    """Reads one workbook; its rows come as lines between tabs, placed at their row in the sheet."""

    def __init__(self, file: SourceFile, entity: Entity, form: FileFormat) -> None:
        self.file = file
        self.header: str | None = None
        self.trailer: str | None = None
        self.sha256: str | None = None
        self._columns = [column for column in entity.columns if column.from_file_name is None]
        self._form = form
        self.names: str | None = "\t".join(["fault", *(column.name for column in self._columns)])

    @property
    def is_small(self) -> bool:
        """Small enough to be read whole, ahead of its turn."""
        return self.file.size <= CHUNK_BYTES // 8

    def chunks(self) -> Iterator[Chunk]:
        """The sheet's rows in chunks.

        Raises FileProblem when it is no workbook, has no such sheet, or its totals don't fit.
        """
        try:
            content = self.file.path.read_bytes()
        except OSError as error:
            raise FileProblem("unreadable", str(error.strerror or error)) from None
        self.sha256 = hashlib.sha256(content).hexdigest()
        if not content:
            raise FileProblem(self.file.unless_growing("empty_file"), "the file holds nothing")
        self._check_archive(content)
        lines: list[bytes] = []
        places: list[int] = []
        size = 0
        for place, line in self._lines(content):
            lines.append(line)
            places.append(place)
            size += len(line)
            if size > CHUNK_BYTES:
                yield Chunk(b"".join(lines), 1, len(lines), positions=places)
                lines, places, size = [], [], 0
        if not self.file.is_unchanged():
            raise FileProblem("being_written", "the file changed while it was read")
        if lines:
            yield Chunk(b"".join(lines), 1, len(lines), positions=places)

    def _check_archive(self, content: bytes) -> None:
        """What the parser should never see: files that are no archive, bombs, declarations of entities."""
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                parts = archive.infolist()
                if sum(part.file_size for part in parts) > _MOST_UNPACKED:
                    raise FileProblem("too_long", f"more than {_MOST_UNPACKED:,} bytes when unpacked")
                for part in parts:
                    if part.filename.endswith((".xml", ".rels")):
                        with archive.open(part) as stream:
                            if b"<!doctype" in stream.read(_PROLOGUE_BYTES).replace(b"\0", b"").lower():
                                raise FileProblem("forbidden_markup", f"a document type declaration in {part.filename}")
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
            raise FileProblem(self.file.unless_growing("no_workbook"), f"no XLSX file: {error}") from None

    def _lines(self, content: bytes) -> Iterator[tuple[int, bytes]]:
        """Row number and line of each record."""
        try:
            with (
                warnings.catch_warnings(),
                closing(openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)) as formulas,
                closing(
                    openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
                ) as values,
            ):
                warnings.simplefilter("ignore")  # styles and extensions that openpyxl leaves out
                name, heading_row, places = self._table(values)
                yield from self._records(formulas[name], values[name], heading_row, places, values.epoch)
        except FileProblem:
            raise
        except Exception as error:  # openpyxl raises whatever a broken part makes it stumble over
            raise FileProblem(
                self.file.unless_growing("no_workbook"), f"the workbook can't be read: {type(error).__name__}: {error}"
            ) from None

    def _table(self, book: openpyxl.Workbook) -> tuple[str, int, list[int]]:
        """Sheet, row of the headings (from 1) and place of each column (from 0).

        Raises FileProblem when no visible sheet has the headings, or more than one.
        """
        wanted = [column.header or column.name for column in self._columns]
        found = []
        closest: list[str] = wanted
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                continue
            sheet.reset_dimensions()  # what the file says of its size may be wrong
            above: list[str] = []
            for number, row in enumerate(sheet.iter_rows(max_row=_ROWS_ABOVE, values_only=True), start=1):
                own = [str(cell).strip() if cell is not None else "" for cell in row]
                # A heading that spans two rows stands in the upper one.
                both = [text or upper for text, upper in zip_longest(own, above, fillvalue="")]
                missing = [heading for heading in wanted if heading not in both]
                if not missing:
                    found.append((sheet.title, number, [both.index(heading) for heading in wanted]))
                    break
                closest = min(closest, missing, key=len)
                above = own
        if not found:
            raise FileProblem("missing_column", f"no visible sheet has the column {', '.join(closest)}")
        if len(found) > 1:
            raise FileProblem("ambiguous_sheet", f"the headings stand in {', '.join(name for name, _, _ in found)}")
        return found[0]

    def _records(
        self, formulas: Any, values: Any, heading_row: int, places: list[int], epoch: datetime
    ) -> Iterator[tuple[int, bytes]]:
        sums = {column.name: Decimal(0) for column in self._columns if decimal_size(column.type)}
        has_total = False
        rows = zip(formulas.iter_rows(min_row=heading_row + 1), values.iter_rows(min_row=heading_row + 1), strict=False)
        for number, (written, shown) in enumerate(rows, start=heading_row + 1):
            cells = [
                (written[place], shown[place]) if place < min(len(written), len(shown)) else (None, None)
                for place in places
            ]
            first = next((cell.value for cell in shown if cell.value is not None), None)
            if first is None:
                continue
            if self._form.trailer and str(first).strip() == self._form.trailer:
                self._check_total(cells, sums)
                has_total = True
                break
            texts, fault = self._texts(cells, epoch)
            for column, text in zip(self._columns, texts, strict=True):
                if column.name in sums:
                    sums[column.name] += self._number(text) or 0
            yield number, ("\t".join([fault or "", *map(one_line, texts)]) + "\n").encode()
        if self._form.trailer and not has_total:
            raise FileProblem("missing_trailer", f"no row of totals ({self._form.trailer})")

    def _check_total(self, cells: list[tuple[Any, Any]], sums: dict[str, Decimal]) -> None:
        for column, (_, shown) in zip(self._columns, cells, strict=True):
            if column.name not in sums or shown is None or shown.value is None:
                continue
            said = self._number(self._text(shown.value, column, datetime(1899, 12, 30)))
            if said is None or round(said - sums[column.name], 6) != 0:
                raise FileProblem(
                    "trailer_mismatch",
                    f"{column.name} is {sums[column.name]}, and the row of totals says {shown.value}",
                )

    def _texts(self, cells: list[tuple[Any, Any]], epoch: datetime) -> tuple[list[str], str | None]:
        """Texts of a row, and what is wrong with it."""
        texts, fault = [], None
        for column, (written, shown) in zip(self._columns, cells, strict=True):
            value = None if shown is None else shown.value
            text = "" if value is None else self._text(value, column, epoch)
            if written is not None and written.data_type == "f" and value is None:
                fault, text = fault or "uncalculated_formula", str(written.value)
            elif shown is not None and shown.data_type == "e":
                fault = fault or "cell_error"
            if len(text) > LONGEST_TEXT:
                fault = fault or "too_long"
            texts.append(text)
        return texts, fault

    def _text(self, value: Any, column: Column, epoch: datetime) -> str:
        """A cell's value as text in the declared formats; what fits no type stays as it is, to be found wrong."""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, datetime | date):
            return value.strftime(self._form.date) if column.type == "date" else value.isoformat()
        if isinstance(value, int | float):
            if column.type == "date" and 1 <= value <= _LAST_SERIAL:
                return from_excel(int(value), epoch).strftime(self._form.date)
            # Fifteen digits are what a workbook keeps; more are the noise of binary fractions.
            number = Decimal(format(value, ".15g"))
            text = format(number, "f")
            return text.replace(".", ",") if self._form.decimal_comma and decimal_size(column.type) else text
        return str(value).strip()

    def _number(self, text: str) -> Decimal | None:
        if self._form.decimal_comma:
            text = text.replace(".", "").replace(",", ".")
        try:
            number = Decimal(text)
        except InvalidOperation:
            return None
        return number if number.is_finite() else None
