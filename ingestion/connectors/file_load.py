"""One load of many files: parsed in batches, judged file by file, taken whole or not at all.

Records of many small files are parsed together; a file larger than a batch waits in the scratch folder until its
trailer has been seen. A bad row goes to quarantine and the good ones land; a broken file is refused as a whole.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from ingestion.connectors.files import (
    CHUNK_BYTES,
    Chunk,
    FileFormat,
    FileProblem,
    FileReader,
    SourceFile,
    find_files,
    lines_of,
    sequence_of,
    settle,
    trailer_numbers,
)
from ingestion.connectors.typing import Typed, type_fields
from ingestion.extraction import Extraction, LoadContext
from ingestion.fields import extracted_schema
from ingestion.guards import has_shrunk, is_mostly_bad, is_type_change
from ingestion.hashing import md5_of_texts
from ingestion.outcomes import FileOutcome
from ingestion.quarantine import Quarantine
from ingestion.registry import Entity

# As delivered; small files are read ahead while others are parsed, and are some ten times larger decompressed.
_BYTES_AHEAD = 4 * 1024 * 1024
# The first batch is smaller: until it is parsed there is nothing to write.
_FIRST_BATCH_BYTES = 4 * 1024 * 1024


@dataclass
class Fields:
    """Text fields of some lines: a column per column that the record holds, one row per line."""

    frame: pl.DataFrame
    faults: pl.Series  # reason, null for a line that could be split
    is_record: pl.Series  # false for a line that only continues the record above


class Layout(ABC):
    """How a record is split into fields."""

    has_names: bool  # a line of column names stands above the records
    is_delimited: bool

    def __init__(self, entity: Entity, form: FileFormat) -> None:
        self.entity = entity
        self.form = form

    def check_names(self, names: str) -> list[str]:
        """Headings in file order. Raises FileProblem when a declared column is missing."""
        return []

    def extra_columns(self, names: str) -> list[str]:
        return []

    @abstractmethod
    def fields(self, lines: pl.Series, names: str, body: bytes | None = None) -> Fields:
        """Split lines into fields; an empty one is null. ``body``: the same lines as one text, where there is one."""


@dataclass
class _FileState:
    """A file between its first line and the decision about it."""

    file: SourceFile
    reader: FileReader
    is_read: bool = False
    problem: FileProblem | None = None
    records: int = 0
    rows: int = 0
    sums: list[int] = field(default_factory=list)
    unsummed: int = 0  # records whose summed fields could not be read
    invalid: dict[str, int] = field(default_factory=dict)
    quarantine: Quarantine = field(default_factory=Quarantine)
    spool: Path | None = None


@dataclass
class _Part:
    state: _FileState
    chunk: Chunk


def _all_chunks(state: _FileState) -> list[Chunk]:
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
        self._undecided: list[_FileState] = []
        self._hashing = ThreadPoolExecutor(1)  # DuckDB hashes while Polars types
        self._result = Extraction(batches=self._batches())
        history = context.history
        self._taken = {file.name: file for file in history.taken_files}
        self._taken_contents = {file.sha256: file for file in history.taken_files}
        self._taken_sequences = {(f.partition, f.sequence): f for f in history.taken_files if f.sequence is not None}
        self._repeated = {file.name: file for file in history.repeated_files}
        self._snapshot_rows = {f.file_date: f.rows + f.quarantined_rows for f in history.taken_files if f.file_date}

    def extraction(self) -> Extraction:
        return self._result

    # Reading

    def _batches(self) -> Iterator[pa.Table]:
        files = [file for file in find_files(self._context) if not self._is_known(file)]
        if files and self._form.trailer is None:
            settle(files, self._context.details)
            files = [file for file in find_files(self._context) if not self._is_known(file)]
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
        self._report()

    def _read(self, files: list[SourceFile]) -> Iterator[tuple[_FileState, Iterable[Chunk]]]:
        """Each file and its chunks, in order; small files are read ahead, in a thread."""
        with ThreadPoolExecutor(1) as reading:
            ahead: deque[tuple[_FileState, Future[list[Chunk]] | None]] = deque()
            size = 0
            for file in files:
                state = _FileState(file, FileReader(file, self._form, self._layout.has_names))
                small = reading.submit(_all_chunks, state) if state.reader.is_small else None
                ahead.append((state, small))
                size += file.size
                while len(ahead) > 1 and size > _BYTES_AHEAD:
                    first, chunks = ahead.popleft()
                    size -= first.file.size
                    yield first, chunks.result() if chunks else first.reader.chunks()
            for first, chunks in ahead:
                yield first, chunks.result() if chunks else first.reader.chunks()

    def _is_known(self, file: SourceFile) -> bool:
        """Taken, or found to be a repetition, by an earlier load, and untouched since."""
        known = self._taken.get(file.name) or self._repeated.get(file.name)
        return known is not None and (known.size, known.modified_ns) == (file.size, file.modified_ns)

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
            if self._decide(state):
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
        first_lines = (np.arange(part.chunk.first_line, part.chunk.first_line + part.chunk.lines) for part in parts)
        numbers = np.concatenate(list(first_lines))
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
        reader = FileReader(file, self._form, self._layout.has_names)
        reader.names = heading
        part = _Part(_FileState(file, reader), Chunk(b"", 1, len(lines)))
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

    def _first_fault(self, texts: pl.DataFrame, typed: Typed, index: int, state: _FileState) -> tuple[str, str]:
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

    # Deciding

    def _decide(self, state: _FileState) -> bool:
        """Is the file taken? Notes its outcome, unless there is nothing new about it."""
        file, digest = state.file, state.reader.sha256
        known = self._taken.get(file.name)
        if known and known.sha256 == digest and state.problem is None:
            return False
        partition, number = (None, None) if state.problem else sequence_of(self._entity, file)
        outcome = FileOutcome(
            name=file.name,
            sha256=digest,
            size=file.size,
            modified_ns=file.modified_ns,
            partition=partition,
            sequence=number,
        )
        try:
            if state.problem:
                raise state.problem
            date = file.file_date
            outcome.file_date = date.isoformat() if date else None
            twin = self._taken_contents.get(digest)
            if twin and (self._entity.mode == "file" or twin.file_date == outcome.file_date):
                outcome.status, outcome.reason = "repeated_file", "same_content"
                outcome.detail = f"the content of {twin.name}"
                self._result.files.append(outcome)
                return False
            self._check(state, outcome)
        except FileProblem as problem:
            outcome.status, outcome.reason, outcome.detail = "refused", problem.reason, problem.detail
            self._result.files.append(outcome)
            return False
        outcome.rows = state.rows
        outcome.quarantined_rows = len(state.quarantine)
        outcome.heading = state.reader.names if len(state.quarantine) else None
        self._result.files.append(outcome)
        self._result.quarantine.extend(state.quarantine)
        self._taken[file.name] = self._taken_contents[digest] = outcome
        if number is not None:
            self._taken_sequences[partition, number] = outcome
        if outcome.file_date:
            self._snapshot_rows[outcome.file_date] = outcome.rows + outcome.quarantined_rows
        return True

    def _check(self, state: _FileState, outcome: FileOutcome) -> None:
        """Raise FileProblem when the file as a whole is not believed."""
        self._check_header(state)
        self._check_trailer(state)
        for name, count in sorted(state.invalid.items()):
            if is_type_change(count, state.records):
                kind = self._entity.column(name).type
                raise FileProblem("type_changed", f"{name} is no {kind} in {count:,} of {state.records:,} records")
        if is_mostly_bad(len(state.quarantine), state.records):
            reasons = Counter(state.quarantine.reasons).most_common(1)[0][0]
            raise FileProblem(
                "mostly_bad_rows", f"{len(state.quarantine):,} of {state.records:,} records are bad, mostly {reasons}"
            )
        twin = self._taken_sequences.get((outcome.partition, outcome.sequence))
        if twin:
            raise FileProblem(
                "sequence_repeat",
                f"{outcome.partition} {outcome.sequence} came before in {twin.name}, with other content",
            )
        if self._entity.mode == "file" and outcome.name in self._taken:
            raise FileProblem("changed_file", "a file of this name was taken before, with other content")
        if self._entity.mode == "snapshot" and not self._context.accept_shrink:
            earlier = [date for date in self._snapshot_rows if outcome.file_date and date < outcome.file_date]
            before = self._snapshot_rows[max(earlier)] if earlier else 0
            if has_shrunk(state.records, before, self._entity.max_shrink_pct):
                raise FileProblem(
                    "shrunk",
                    f"{state.records:,} records after {before:,} on {max(earlier)}, more than "
                    f"{self._entity.max_shrink_pct} % fewer",
                )

    def _check_header(self, state: _FileState) -> None:
        """A header that names partition and sequence must agree with the file's name."""
        header = state.reader.header
        if not (header and self._entity.sequence and self._layout.is_delimited):
            return
        said = header.split(self._form.separator)[1:3]
        partition, number = sequence_of(self._entity, state.file)
        if len(said) == 2 and (said[0] != partition or not said[1].isdigit() or int(said[1]) != number):
            raise FileProblem("header_mismatch", f"the header says {said[0]} {said[1]}")

    def _check_trailer(self, state: _FileState) -> None:
        """The trailer's count and sums must be those of the records; sums only as far as the records could be read."""
        if self._form.trailer is None or state.reader.trailer is None:
            return
        said = trailer_numbers(state.reader.trailer, self._form, self._layout.is_delimited)
        if not said:
            raise FileProblem("bad_trailer", "the trailer holds no count")
        if said[0] != state.records:
            raise FileProblem("trailer_mismatch", f"{state.records:,} records, and the trailer counts {said[0]:,}")
        groups = self._entity.trailer_sums
        if len(said) - 1 < len(groups):
            raise FileProblem("bad_trailer", f"{len(said) - 1} sums in the trailer, {len(groups)} expected")
        for group, told, found in zip(groups, said[1:], state.sums or [0] * len(groups), strict=False):
            if found > told or (found < told and not state.unsummed):
                raise FileProblem(
                    "trailer_mismatch", f"{' + '.join(group)} is {found:,}, and the trailer says {told:,}"
                )

    # Files larger than a batch

    def _spool(self, state: _FileState, table: pa.Table) -> None:
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

    # Telling

    def _report(self) -> None:
        """Notes for the load's message: refused and repeated files, gaps in the sequence, undeclared columns."""
        notes = self._result.notes
        refused = [file for file in self._result.files if file.status == "refused"]
        if refused:
            shown = "; ".join(f"{file.name} ({file.reason}: {file.detail})" for file in refused[:3])
            more = f"; and {len(refused) - 3} more" if len(refused) > 3 else ""
            notes.append(f"{_count(refused)} refused: {shown}{more}")
            self._result.hint = self._hint(refused[0].reason)
        repeated = [file.name for file in self._result.files if file.status == "repeated_file"]
        if repeated:
            notes.append(f"{_count(repeated)} came before under another name: {', '.join(repeated[:3])}")
        self._report_gaps()

    def _hint(self, reason: str | None) -> str:
        system, entity = self._context.source.system, self._entity.name
        hints = {
            "shrunk": f"if this is right: concord ingest {system} --accept-shrink {entity}",
            "being_written": "it is taken by the next run, once it is whole",
            "missing_column": "ask the source's owner; adjust source.yml when the column is really gone",
            "type_changed": "ask the source's owner what changed; then adjust the column's type in source.yml",
        }
        return hints.get(str(reason), "ask the source's owner to send the file again; the others have landed")

    def _report_gaps(self) -> None:
        numbers: dict[str | None, set[int]] = {}
        for partition, number in self._taken_sequences:
            if number is not None:
                numbers.setdefault(partition, set()).add(number)
        for partition, present in sorted(numbers.items(), key=lambda item: str(item[0])):
            gaps = _gaps(present)
            if gaps:
                shown = ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in gaps[:10])
                self._result.notes.append(f"sequence gap: {partition} misses {shown}{', …' if len(gaps) > 10 else ''}")
            behind = {last + 1: (first, last) for first, last in gaps}
            for file in self._result.files:
                if file.status == "loaded" and file.partition == partition and file.sequence in behind:
                    first, last = behind[file.sequence]
                    file.reason = "sequence_gap"
                    file.detail = (
                        f"{first} to {last} missing before it" if first != last else f"{first} missing before it"
                    )


def release_rows(load: FileLoad, rows: pl.DataFrame) -> pa.Table:
    """Rows of many files that lay in quarantine, as far as they pass now."""
    tables = []
    for (name, heading), part in rows.group_by("source_ref", "heading", maintain_order=True):
        tables.append(
            load.parse_again(str(name), heading, part["content"].to_list(), part["source_position"].to_list())  # type: ignore[arg-type]
        )
    return pa.concat_tables(tables)


def _count(files: Sequence[object]) -> str:
    return f"{len(files):,} file{'' if len(files) == 1 else 's'}"


def _gaps(present: set[int]) -> list[tuple[int, int]]:
    """Runs of numbers that are missing between the smallest and the largest, both ends inclusive."""
    ordered = sorted(present)
    return [(a + 1, b - 1) for a, b in pairwise(ordered) if b > a + 1]


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
