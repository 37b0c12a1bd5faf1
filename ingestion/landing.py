"""Bring extracted rows into the raw layer: all of a load, or nothing of it.

dlt extracts, normalises and writes Parquet in a throw-away folder; finished files move into ``raw/`` by rename, and
the completion record is written last. dlt's own state is not used: the cursor lives in the completion record, so that
data and cursor become true in one instant. A load that was killed leaves at most files that nothing counts; the next
successful load of the entity sweeps them.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from concord import telemetry
from concord.files import replacing
from concord.settings import Settings
from ingestion.extraction import Extraction, Extractor, LoadContext
from ingestion.fields import TIMESTAMP, extracted_schema, raw_schema, utc_text
from ingestion.guards import (
    ContentHash,
    LoadProblem,
    LoadRefused,
    refuse_mostly_bad,
    refuse_shrunk,
    without_secrets,
)
from ingestion.hashing import HashSet
from ingestion.landed import landed_hashes
from ingestion.outcomes import History, LoadOutcome, Status, write_outcome
from ingestion.quarantine import known_rows, quarantine_path
from ingestion.read_ahead import ReadAhead
from ingestion.registry import Entity, Source, registry
from ingestion.scratch import entity_lock, scratch_folder, sweep_scratch

# Small tables are gathered, so that Parquet row groups are worth reading; large ones are handed on as they come.
_ROWS_PER_GROUP = 30_000
_BYTES_PER_GROUP = 64 * 1024 * 1024
_SCHEMA_FOLDER = "load_date=1900-01-01"
_LAYOUT = "{table_name}/load_date={YYYY}-{MM}-{DD}/{load_id}.{file_id}.{ext}"
# dlt keeps the active pipeline in a process-wide context.
_dlt_lock = threading.Lock()


def ensure_schema(settings: Settings) -> None:
    """Write an empty Parquet file with the declared schema for every entity: what never loaded reads as no rows."""
    for source in registry().values():
        for entity in source.entities:
            _ensure_entity_schema(settings, source, entity)


def _ensure_entity_schema(settings: Settings, source: Source, entity: Entity) -> None:
    schema = raw_schema(source, entity)
    path = settings.raw / source.system / entity.name / _SCHEMA_FOLDER / "schema.parquet"
    if path.is_file() and pq.read_schema(path).equals(schema):
        return
    with replacing(path) as temporary:
        pq.write_table(schema.empty_table(), temporary)


def new_load_id(history: History, moment: datetime) -> str:
    """A UTC stamp that sorts after every earlier load of the entity, even when the clock went back."""
    latest = history.latest_load_id
    load_id = f"{moment:%Y%m%dT%H%M%S%f}Z"
    if latest and load_id <= latest:
        moment = datetime.strptime(latest, "%Y%m%dT%H%M%S%fZ").replace(tzinfo=UTC) + timedelta(microseconds=1)
        load_id = f"{moment:%Y%m%dT%H%M%S%f}Z"
    return load_id


@dataclass
class _Reading:
    """The rows of one load as they pass by, and what is learnt from them."""

    context: LoadContext
    extraction: Extraction
    known_hashes: HashSet | None
    rows: int = 0
    cursor_to: datetime | None = None
    content: ContentHash = field(default_factory=ContentHash)
    problem: BaseException | None = None

    def tables(self) -> Iterator[pa.Table]:
        """Tables in the raw schema, gathered into row groups. What goes wrong is kept: dlt wraps exceptions."""
        try:
            yield from self._grouped()
        except BaseException as problem:
            self.problem = problem
            raise

    def _grouped(self) -> Iterator[pa.Table]:
        waiting: list[pa.Table] = []
        rows = size = 0
        for table in self.extraction.batches:
            finished = self._finished(table)
            if not finished.num_rows:
                continue
            waiting.append(finished)
            rows += finished.num_rows
            size += finished.nbytes
            if rows >= _ROWS_PER_GROUP or size >= _BYTES_PER_GROUP:
                yield pa.concat_tables(waiting).combine_chunks()
                waiting, rows, size = [], 0, 0
        if waiting:
            yield pa.concat_tables(waiting).combine_chunks()

    def _finished(self, table: pa.Table) -> pa.Table:
        context = self.context
        cursor = context.entity.cursor
        table = table.select(extracted_schema(context.source, context.entity).names)
        if cursor and table.num_rows:
            latest = pc.max(table[cursor]).as_py()
            if latest is not None and (self.cursor_to is None or latest > self.cursor_to):
                self.cursor_to = latest
        if self.known_hashes is not None and len(self.known_hashes):
            table = table.filter(pa.array(~self.known_hashes.contains(table["_row_hash"])))
        self.content.add(table["_row_hash"])
        self.rows += table.num_rows
        size = table.num_rows
        table = table.append_column("_load_id", pa.repeat(pa.scalar(context.load_id), size))
        table = table.append_column("_loaded_at", pa.repeat(pa.scalar(context.started_at, TIMESTAMP), size))
        schema = raw_schema(context.source, context.entity)
        return table.select(schema.names).cast(schema)


def land(
    settings: Settings,
    source: Source,
    entity: Entity,
    details: dict[str, object],
    extract: Extractor,
    *,
    accept_shrink: bool = False,
    lock_wait_seconds: float = 60,
) -> tuple[LoadOutcome, BaseException | None]:
    """Load one entity and write its record. Never raises for what the source does wrong.

    Returns the outcome, and the exception behind it when the load failed or was refused.
    """
    telemetry.disable()
    started_at = datetime.now(UTC)
    try:
        with entity_lock(settings, source.system, entity.name, lock_wait_seconds):
            history = History(settings, source.system, entity.name)
            load_id = new_load_id(history, started_at)
            try:
                with scratch_folder(settings) as scratch:
                    context = LoadContext(source, entity, details, history, scratch, started_at, load_id, accept_shrink)
                    outcome = _load(settings, context, extract)
                write_outcome(settings, outcome)
                if outcome.status == "loaded":
                    _sweep_orphans(settings, source.system, entity.name)
                return outcome, None
            except Exception as problem:
                outcome = problem_outcome(source, entity, load_id, started_at, problem, details)
                with contextlib.suppress(OSError):
                    write_outcome(settings, outcome)
                return outcome, problem
    except Exception as problem:
        load_id = f"{started_at:%Y%m%dT%H%M%S%f}Z"
        return problem_outcome(source, entity, load_id, started_at, problem, details), problem


def problem_outcome(
    source: Source,
    entity: Entity,
    load_id: str,
    started_at: datetime,
    problem: BaseException,
    details: dict[str, object] | None = None,
) -> LoadOutcome:
    """The record of a load that came to nothing. The message carries no secret of ``details``."""
    status: Status = "refused" if isinstance(problem, LoadRefused) else "failed"
    reason = problem.reason if isinstance(problem, LoadProblem) else "error"
    if isinstance(problem, LoadProblem):
        message, hint = problem.message, problem.hint
    else:
        lines = str(problem).strip().splitlines()
        message, hint = f"{type(problem).__name__}: {lines[0] if lines else ''}", None
    return LoadOutcome(
        load_id=load_id,
        system=source.system,
        entity=entity.name,
        mode=entity.mode,
        status=status,
        reason=reason,
        message=without_secrets(message, details),
        hint=hint,
        files=getattr(problem, "files", []),
        started_at=utc_text(started_at),
        finished_at=utc_text(datetime.now(UTC)),
    )


def _load(settings: Settings, context: LoadContext, extract: Extractor) -> LoadOutcome:
    """Read, judge, write. Raises LoadProblem when nothing of it may count."""
    source, entity, history = context.source, context.entity, context.history
    sweep_scratch(settings)
    _ensure_entity_schema(settings, source, entity)
    extraction = extract(context)
    reading = _Reading(context, extraction, landed_hashes(context))
    staged = _Staged(settings, context)
    with _dlt_lock:
        staged.extract(reading)
        quarantine = extraction.quarantine
        if entity.mode == "incremental":
            # The overlap window reads bad rows again, too.
            quarantine.drop(known_rows(settings, history))
        content_hash = _content_hash(context, reading, extraction)
        outcome = LoadOutcome(
            load_id=context.load_id,
            system=source.system,
            entity=entity.name,
            mode=entity.mode,
            status="loaded",
            message="; ".join(extraction.notes) or None,
            hint=extraction.hint,
            rows=reading.rows,
            quarantined_rows=len(quarantine),
            files=extraction.files,
            cursor_from=utc_text(context.window_from) if context.window_from else None,
            cursor_to=_cursor_to(context, reading),
            content_hash=content_hash,
            started_at=utc_text(context.started_at),
            finished_at=utc_text(context.started_at),
            released=extraction.released,
        )
        outcome.status, outcome.reason = _judge(context, outcome)
        if outcome.status == "loaded":
            outcome.data_files, outcome.bytes = staged.put_in_place(reading.rows)
            if len(quarantine):
                path = quarantine_path(settings, source.system, entity.name, context.load_id)
                quarantine.write(path, context.load_id, source.system, entity.name, context.started_at)
        else:
            outcome.rows = outcome.quarantined_rows = 0
    outcome.finished_at = utc_text(datetime.now(UTC))
    return outcome


def _content_hash(context: LoadContext, reading: _Reading, extraction: Extraction) -> str:
    """Of all that was read: rows, and the rows that went to quarantine."""
    bad = ContentHash()
    bad.add(pa.array(extraction.quarantine.digests(), pa.string()))
    return f"{reading.content.text()}+{bad.text()}" if len(extraction.quarantine) else reading.content.text()


def _cursor_to(context: LoadContext, reading: _Reading) -> str | None:
    if not context.entity.cursor:
        return None
    before = context.history.cursor
    # A source whose clock runs ahead must not make us skip what it writes until then.
    seen = min(reading.cursor_to, context.started_at) if reading.cursor_to else None
    latest = max((moment for moment in (before, seen) if moment), default=None)
    return utc_text(latest) if latest else None


def _judge(context: LoadContext, outcome: LoadOutcome) -> tuple[Status, str | None]:
    """Does it count? Raises LoadRefused for a full load that shrank."""
    entity, last = context.entity, context.history.last_counted
    if outcome.released:
        return ("loaded" if outcome.rows else "unchanged"), None
    if entity.mode == "full":
        if last and last.content_hash == outcome.content_hash and last.rows == outcome.rows:
            return "unchanged", None
        refuse_mostly_bad(outcome.quarantined_rows, outcome.rows + outcome.quarantined_rows)
        if last and not context.accept_shrink:
            refuse_shrunk(context.source.system, entity.name, outcome.rows, last.rows, entity.max_shrink_pct)
        return "loaded", None
    has_new_file = any(file.status == "loaded" for file in outcome.files)
    if outcome.rows or outcome.quarantined_rows or has_new_file or (entity.mode == "incremental" and last is None):
        return "loaded", None
    known = {(file.name, file.sha256, file.reason) for file in context.history.refused_files}
    news = [
        file
        for file in outcome.files
        if file.status == "refused" and (file.name, file.sha256, file.reason) not in known
    ]
    if news:
        return "refused", news[0].reason
    return "unchanged", None


class _Staged:
    """One load on its way through dlt, in a throw-away folder."""

    def __init__(self, settings: Settings, context: LoadContext) -> None:
        # What goes wrong is told by the outcome; dlt's own log would say it again, and at length.
        os.environ.setdefault("RUNTIME__LOG_LEVEL", "CRITICAL")
        import dlt  # takes a second and more: only when something is loaded
        from dlt.common.time import ensure_pendulum_datetime

        self._settings = settings
        self._context = context
        self._bucket = context.scratch / "bucket"
        self._pipeline = dlt.pipeline(
            f"{context.source.system}_{context.entity.name}",
            pipelines_dir=str(context.scratch / "pipelines"),
            dataset_name=context.source.system,
            destination=dlt.destinations.filesystem(
                bucket_url=str(self._bucket),
                layout=_LAYOUT,
                current_datetime=ensure_pendulum_datetime(context.started_at),
            ),
        )
        self._pipeline.config.restore_from_destination = False
        self._resource = dlt.resource
        self._has_rows = False

    def extract(self, reading: _Reading) -> None:
        """Write the rows into the scratch folder as they come. Raises what the connector raised."""
        with ReadAhead(reading.tables()) as ahead:
            tables = iter(ahead)
            first = next(tables, None)
            if first is None:
                return
            self._has_rows = True
            waiting = [first]
            del first

            def rows() -> Iterator[pa.Table]:
                yield waiting.pop()
                yield from tables

            try:
                resource = self._resource(rows, name=self._context.entity.name)
                self._pipeline.extract(resource, loader_file_format="parquet")
            except Exception:
                if reading.problem is not None:
                    raise reading.problem from None
                raise

    def put_in_place(self, rows: int) -> tuple[list[str], int]:
        """Finish the Parquet files and move them into the lake.

        Returns their paths relative to ``raw/`` and their size in bytes. Raises RuntimeError when a row is missing.
        """
        if not self._has_rows:
            return [], 0
        self._pipeline.normalize()
        self._pipeline.load(raise_on_failed_jobs=True)
        system, entity = self._context.source.system, self._context.entity.name
        staged = sorted((self._bucket / system / entity).glob("load_date=*/*.parquet"))
        metadata = [pq.read_metadata(path) for path in staged]
        written = sum(part.num_rows for part in metadata)
        if written != rows:
            raise RuntimeError(f"{rows:,} rows were read and {written:,} written")
        names = raw_schema(self._context.source, self._context.entity).names
        if any(part.schema.to_arrow_schema().names != names for part in metadata):
            raise RuntimeError("the columns written are not those that were read")
        moved, size = [], 0
        for path in staged:
            name = path.relative_to(self._bucket)
            target = self._settings.raw / name
            target.parent.mkdir(parents=True, exist_ok=True)
            size += path.stat().st_size
            with path.open("rb") as file:
                os.fsync(file.fileno())
            path.replace(target)
            moved.append(name.as_posix())
        return moved, size


def _sweep_orphans(settings: Settings, system: str, entity: str) -> None:
    """Remove files that belong to no load record: a killed load left them."""
    history = History(settings, system, entity)
    known = set(history.data_paths(history.loaded))
    for path in (settings.raw / system / entity).glob("load_date=*/*.parquet"):
        if path.parent.name != _SCHEMA_FOLDER and path not in known:
            path.unlink(missing_ok=True)
    loads = {record.load_id for record in history.loaded}
    for path in (settings.raw / system / "_quarantine" / entity).glob("*"):
        if path.stem not in loads:
            path.unlink(missing_ok=True)
