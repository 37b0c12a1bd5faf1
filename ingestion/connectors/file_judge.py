"""Which files of a load are taken: repeated, incomplete, shrunk or mostly bad ones are not; and what is told of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from ingestion.connectors.files import FileProblem, SourceFile, sequence_of, trailer_numbers
from ingestion.connectors.layout import Layout, Reader
from ingestion.extraction import Extraction, LoadContext
from ingestion.guards import has_shrunk, is_mostly_bad, is_type_change
from ingestion.outcomes import FileOutcome
from ingestion.quarantine import Quarantine


@dataclass
class FileState:
    """A file between its first line and the decision about it."""

    file: SourceFile
    reader: Reader
    is_read: bool = False
    problem: FileProblem | None = None
    records: int = 0
    rows: int = 0
    sums: list[int] = field(default_factory=list)
    unsummed: int = 0  # records whose summed fields could not be read
    invalid: dict[str, int] = field(default_factory=dict)
    quarantine: Quarantine = field(default_factory=Quarantine)
    spool: Path | None = None


class FileJudge:
    """Decides about each file of one load, beside what earlier loads took."""

    def __init__(self, context: LoadContext, layout: Layout, result: Extraction) -> None:
        self._context = context
        self._entity = context.entity
        self._layout = layout
        self._form = layout.form
        self._result = result
        history = context.history
        self._taken = {file.name: file for file in history.taken_files}
        self._taken_contents = {file.sha256: file for file in history.taken_files}
        self._taken_sequences = {(f.partition, f.sequence): f for f in history.taken_files if f.sequence is not None}
        self._repeated = {file.name: file for file in history.repeated_files}
        self._snapshot_rows = {f.file_date: f.rows + f.quarantined_rows for f in history.taken_files if f.file_date}

    def is_known(self, file: SourceFile) -> bool:
        """Taken, or found to be a repetition, by an earlier load, and untouched since."""
        known = self._taken.get(file.name) or self._repeated.get(file.name)
        return known is not None and (known.size, known.modified_ns) == (file.size, file.modified_ns)

    def decide(self, state: FileState) -> bool:
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

    def _check(self, state: FileState, outcome: FileOutcome) -> None:
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

    def _check_header(self, state: FileState) -> None:
        """A header that names partition and sequence must agree with the file's name."""
        header = state.reader.header
        if not (header and self._entity.sequence and self._layout.is_delimited):
            return
        said = header.split(self._form.separator)[1:3]
        partition, number = sequence_of(self._entity, state.file)
        if len(said) == 2 and (said[0] != partition or not said[1].isdigit() or int(said[1]) != number):
            raise FileProblem("header_mismatch", f"the header says {said[0]} {said[1]}")

    def _check_trailer(self, state: FileState) -> None:
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

    def report(self) -> None:
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


def _count(files: Sequence[object]) -> str:
    return f"{len(files):,} file{'' if len(files) == 1 else 's'}"


def _gaps(present: set[int]) -> list[tuple[int, int]]:
    """Runs of numbers that are missing between the smallest and the largest, both ends inclusive."""
    ordered = sorted(present)
    return [(a + 1, b - 1) for a, b in pairwise(ordered) if b > a + 1]
