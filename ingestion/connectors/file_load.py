"""One load of many files: parsed in batches, judged file by file, taken whole or not at all.

Records of many small files are parsed together; a file larger than a batch waits in the scratch folder until its
trailer has been seen. A bad row goes to quarantine and the good ones land; a broken file is refused as a whole.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from ingestion.connectors.file_judge import FileJudge, FileState
from ingestion.connectors.files import (
    CHUNK_BYTES,
    Chunk,
    FileProblem,
    SourceFile,
    find_files,
    lines_of,
    sequence_of,
    settle,
)
from ingestion.connectors.layout import Layout
from ingestion.connectors.typing import Typed, type_fields
from ingestion.extraction import Extraction, LoadContext
from ingestion.fields import extracted_schema
from ingestion.hashing import md5_of_texts

# As delivered; small files are read ahead while others are parsed, and are some ten times larger decompressed.
_BYTES_AHEAD = 4 * 1024 * 1024
# The first batch is smaller: until it is parsed there is nothing to write.
_FIRST_BATCH_BYTES = 4 * 1024 * 1024


@dataclass
class _Part:
    state: FileState
    chunk: Chunk


def _all_chunks(state: FileState) -> list[Chunk]:
    """A small file's chunks; what is wrong with the file is kept in its state."""
    chunks = []
    try:
        for chunk in state.reader.chunks():
            chunks.append(chunk)
    except FileProblem as problem:
        state.problem = problem
    return chunks


class FileLoad:
    """Reads every new file of an entity into one extraction."""

    def __init__(self, context: LoadContext, layout: Layout) -> None:
        self._context = context
        self._entity = context.entity
        self._layout = layout
        self._form = layout.form
        self._schema = extracted_schema(context.source, context.entity)
        self._undecided: list[FileState] = []
        self._hashing = ThreadPoolExecutor(1)  # DuckDB hashes while Polars types
        self._result = Extraction(batches=self._batches())
        self._judge = FileJudge(context, layout, self._result)

    def extraction(self) -> Extraction:
        return self._result

    # Reading

    def _batches(self) -> Iterator[pa.Table]:
        files = [file for file in find_files(self._context) if not self._judge.is_known(file)]
        if files and not self._layout.shows_its_end:
            settle(files, self._context.details)
            files = [file for file in find_files(self._context) if not self._judge.is_known(file)]
        parts: list[_Part] = []
        names: str | None = None
        size, limit = 0, _FIRST_BATCH_BYTES
        for state, chunks in self._read(files):
            self._undecided.append(state)
            state.is_read = state.problem is not None
            if state.is_read:
                continue
            try:
                _ = state.file.file_date, sequence_of(self._entity, state.file)
                for chunk in chunks:
                    if parts and (names != state.reader.names or size + len(chunk.body) > limit):
                        yield from self._flush(parts)
                        parts, size, limit = [], 0, CHUNK_BYTES
                    names = state.reader.names
                    self._layout.check_names(names or "")
                    parts.append(_Part(state, chunk))
                    size += len(chunk.body)
                self._layout.check_names(state.reader.names or "")
            except FileProblem as problem:
                state.problem = problem
            state.is_read = True
        yield from self._flush(parts)
        self._judge.report()

    def _read(self, files: list[SourceFile]) -> Iterator[tuple[FileState, Iterable[Chunk]]]:
        """Each file and its chunks, in order; small files are read ahead, in a thread."""
        with ThreadPoolExecutor(1) as reading:
            ahead: deque[tuple[FileState, Future[list[Chunk]] | None]] = deque()
            size = 0
            for file in files:
                state = FileState(file, self._layout.reader(file))
                small = reading.submit(_all_chunks, state) if state.reader.is_small else None
                ahead.append((state, small))
                size += file.size
                while len(ahead) > 1 and size > _BYTES_AHEAD:
                    first, chunks = ahead.popleft()
                    size -= first.file.size
                    yield first, chunks.result() if chunks else first.reader.chunks()
            for first, chunks in ahead:
                yield first, chunks.result() if chunks else first.reader.chunks()

    # Parsing

    def _flush(self, parts: list[_Part]) -> Iterator[pa.Table]:
        """Parse the parts, decide about the files that are whole, and yield the rows that are taken."""
        parts = [part for part in parts if part.state.problem is None]
        rows = self._parse(parts) if parts else None
        taken: set[int] = set()
        waiting, self._undecided = self._undecided, []
        for state in waiting:
            if not state.is_read:
                self._undecided.append(state)
                continue
            if self._judge.decide(state):
                taken.add(id(state))
                if state.spool:
                    yield from self._despool(state.spool)
            if state.spool:
                state.spool.unlink(missing_ok=True)
        if rows is None:
            return
        frame, part_of_row = rows
        table = frame.select(self._schema.names).to_arrow().cast(self._schema)
        keep = np.array([id(part.state) in taken for part in parts])[part_of_row]
        yield table if keep.all() else table.filter(pa.array(keep))
        for index, part in enumerate(parts):
            if not part.state.is_read:
                self._spool(part.state, table.filter(pa.array(part_of_row == index)))

    def _parse(self, parts: list[_Part]) -> tuple[pl.DataFrame, np.ndarray]:
        """Good rows of all parts, typed, and which part each belongs to; bad ones go to their file's quarantine."""
        body: bytes | None = b"".join(part.chunk.body for part in parts)
        assert body is not None
        lines = lines_of(body)
        part_of_row = np.repeat(np.arange(len(parts)), [part.chunk.lines for part in parts])
        numbers = np.concatenate([part.chunk.line_numbers for part in parts])
        is_filled = (lines != "").to_numpy()
        if not is_filled.all():
            lines, part_of_row, numbers = lines.filter(is_filled), part_of_row[is_filled], numbers[is_filled]
        if not is_filled.all() or b"\r" in body:
            body = None
        return self._parse_lines(parts, lines, part_of_row, numbers, body)

    def _parse_lines(
        self,
        parts: list[_Part],
        lines: pl.Series,
        part_of_row: np.ndarray,
        numbers: np.ndarray,
        body: bytes | None = None,
    ) -> tuple[pl.DataFrame, np.ndarray]:
        fields = self._layout.fields(lines, parts[0].state.reader.names or "", body)
        contents = _joined(lines, fields.is_record)
        hashes = self._hashing.submit(md5_of_texts, contents.filter(fields.is_record))
        faults = self._with_bad_encoding(fields.faults, parts, part_of_row, numbers)
        is_record = fields.is_record.to_numpy()
        texts = fields.frame.with_columns(self._name_columns(parts, part_of_row))
        if not is_record.all():
            texts, contents, faults = texts.filter(is_record), contents.filter(is_record), faults.filter(is_record)
            part_of_row, numbers = part_of_row[is_record], numbers[is_record]
        typed = type_fields(texts, self._entity, self._form)
        is_bad = self._quarantine_bad(parts, part_of_row, numbers, texts, typed, faults, contents)
        self._count(parts, part_of_row, typed, faults, is_bad)
        origin = [
            pl.Series("_source_ref", [part.state.file.name for part in parts]).gather(part_of_row),
            pl.Series("_source_position", numbers),
            hashes.result().alias("_row_hash"),
        ]
        frame = typed.frame.with_columns(origin)
        if self._entity.mode == "snapshot":
            dates = pl.Series("file_date", [part.state.file.file_date for part in parts], dtype=pl.Date)
            frame = frame.with_columns(dates.gather(part_of_row))
        if is_bad.any():
            frame, part_of_row = frame.filter(~is_bad), part_of_row[~is_bad]
        return frame, part_of_row

    def parse_again(self, name: str, heading: str | None, lines: list[str], numbers: list[int]) -> pa.Table:
        """Rows of a file that lay in quarantine, as far as they pass now, in the extracted schema."""
        match = self._entity.file_pattern.fullmatch(name)
        if match is None:
            return self._schema.empty_table()
        file = SourceFile(Path(name), match.groupdict(), 0, 0)
        reader = self._layout.reader(file)
        reader.names = heading
        part = _Part(FileState(file, reader), Chunk(b"", 1, len(lines)))
        try:
            texts = pl.Series("lines", lines, dtype=pl.String)
            frame, _ = self._parse_lines([part], texts, np.zeros(len(lines), np.int64), np.array(numbers, np.int64))
        except FileProblem:
            return self._schema.empty_table()
        return frame.select(self._schema.names).to_arrow().cast(self._schema)

    def _name_columns(self, parts: list[_Part], part_of_row: np.ndarray) -> list[pl.Series]:
        """Columns whose value stands in the file's name."""
        return [
            pl.Series(column.name, [part.state.file.groups[column.from_file_name] for part in parts]).gather(
                part_of_row
            )
            for column in self._entity.columns
            if column.from_file_name
        ]

    def _with_bad_encoding(
        self, faults: pl.Series, parts: list[_Part], part_of_row: np.ndarray, numbers: np.ndarray
    ) -> pl.Series:
        for index, part in enumerate(parts):
            if part.chunk.bad_encoding:
                where = np.flatnonzero((part_of_row == index) & np.isin(numbers, part.chunk.bad_encoding))
                faults = faults.scatter(where, "bad_encoding")
        return faults

    def _quarantine_bad(
        self,
        parts: list[_Part],
        part_of_row: np.ndarray,
        numbers: np.ndarray,
        texts: pl.DataFrame,
        typed: Typed,
        faults: pl.Series,
        contents: pl.Series,
    ) -> np.ndarray:
        """Put every bad row into its file's quarantine with its first fault; true per bad row."""
        is_faulty = faults.is_not_null()
        is_bad = is_faulty | _any(typed.invalid, len(texts)) | _any(typed.missing, len(texts))
        for index in is_bad.arg_true().to_list():
            state = parts[part_of_row[index]].state
            if is_faulty[index]:
                reason, detail = faults[index], None
            else:
                reason, detail = self._first_fault(texts, typed, index, state)
            state.quarantine.add(state.file.name, int(numbers[index]), reason, detail, contents[index])
        return is_bad.to_numpy()

    def _first_fault(self, texts: pl.DataFrame, typed: Typed, index: int, state: FileState) -> tuple[str, str]:
        invalid = [name for name in typed.invalid.columns if typed.invalid[name][index]]
        for name in invalid:
            state.invalid[name] = state.invalid.get(name, 0) + 1
        if invalid:
            name = invalid[0]
            return "bad_value", f"{name}: '{texts[name][index]}' is no {self._entity.column(name).type}"
        name = next(name for name in typed.missing.columns if typed.missing[name][index])
        return "missing_value", f"{name} is empty"

    def _count(
        self, parts: list[_Part], part_of_row: np.ndarray, typed: Typed, faults: pl.Series, is_bad: np.ndarray
    ) -> None:
        """Add each part's records, rows and sums to its file."""
        groups = self._entity.trailer_sums
        summed = [name for group in groups for name in group]
        unread = faults.is_not_null()
        for name in summed:
            unread |= typed.invalid[name]
        sums = [
            pl.sum_horizontal(pl.col(name).fill_null(0) for name in group).alias(f"sum_{i}")
            for i, group in enumerate(groups)
        ]
        marks = {"part": part_of_row, "good": ~is_bad, "unread": unread}
        counted = (
            pl.DataFrame(marks)
            .with_columns(typed.frame.select(sums).get_columns())
            .group_by("part")
            .agg(
                pl.len(),
                pl.col("good", "unread").sum(),
                *(pl.col(f"sum_{i}").sum() for i in range(len(groups))),
            )
        )
        for index, records, good, unsummed, *totals in counted.iter_rows():
            state = parts[index].state
            state.records += records
            state.rows += good
            state.unsummed += unsummed
            state.sums = [a + b for a, b in zip(state.sums or [0] * len(totals), totals, strict=True)]

    # Files larger than a batch

    def _spool(self, state: FileState, table: pa.Table) -> None:
        if state.spool is None:
            state.spool = self._context.scratch / f"{state.file.name}.arrow"
            state.spool.unlink(missing_ok=True)
        # One stream per part, one behind the other: a stream cannot be reopened.
        with state.spool.open("ab") as file, pa.ipc.new_stream(file, table.schema) as writer:
            writer.write_table(table)

    @staticmethod
    def _despool(path: Path) -> Iterator[pa.Table]:
        with path.open("rb") as file:
            while file.peek(1):
                with pa.ipc.open_stream(file) as stream:
                    for batch in stream:
                        yield pa.Table.from_batches([batch])


def release_rows(load: FileLoad, rows: pl.DataFrame) -> pa.Table:
    """Rows of many files that lay in quarantine, as far as they pass now."""
    tables = []
    for (name, heading), part in rows.group_by("source_ref", "heading", maintain_order=True):
        tables.append(
            load.parse_again(str(name), heading, part["content"].to_list(), part["source_position"].to_list())  # type: ignore[arg-type]
        )
    return pa.concat_tables(tables)


def _joined(lines: pl.Series, is_record: pl.Series) -> pl.Series:
    """Each line, a record's continuation lines appended to its first."""
    if is_record.all():
        return lines
    texts = lines.to_list()
    start = 0
    for index, begins in enumerate(is_record.to_list()):
        if begins:
            start = index
        else:
            texts[start] += "\n" + texts[index]
    return pl.Series(lines.name, texts, dtype=pl.String)


def _any(frame: pl.DataFrame, rows: int) -> pl.Series:
    if not frame.width:
        return pl.Series([False]).new_from_index(0, rows)
    return frame.select(pl.any_horizontal(pl.all()).fill_null(False)).to_series()
