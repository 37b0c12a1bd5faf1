"""Let quarantined rows land after all: read again by the present rules, brought in as a load of their own.

Where each load is a whole (full, snapshot), the new load is the previous whole and the released rows. Nothing lands
twice: which rows were released stands in the completion record, and what has landed in the meantime is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module

import polars as pl
import pyarrow as pa

from concord.errors import ConcordError
from concord.settings import Settings
from ingestion.extraction import Extraction, LoadContext
from ingestion.fields import extracted_schema
from ingestion.landed import read_landed
from ingestion.landing import land
from ingestion.outcomes import History, LoadOutcome
from ingestion.quarantine import read_entity_quarantine
from ingestion.registry import Entity, Source
from ingestion.run import source_of


@dataclass(frozen=True)
class Release:
    """What a release came to: rows looked at, landed, still bad, and the load that brought them (None: nothing)."""

    rows: int
    released: int
    still_bad: int
    superseded: int
    outcome: LoadOutcome | None


def release(settings: Settings, system: str, entity_name: str, load_id: str | None = None) -> Release:
    """Try the entity's quarantined rows again, of one load or of all.

    Raises ConcordError for an unknown system, entity or load, and when the rows can't be landed.
    """
    source = source_of(system)
    if entity_name not in [entity.name for entity in source.entities]:
        known = ", ".join(entity.name for entity in source.entities)
        raise ConcordError(f"{system} has no entity '{entity_name}'", hint=f"it has: {known}")
    if load_id is not None and load_id not in [load.load_id for load in History(settings, system, entity_name).counted]:
        raise ConcordError(
            f"no load {load_id} of {system} {entity_name} counts", hint="'concord quarantine' shows load ids"
        )
    releasing = _Releasing(settings, source, source.entity(entity_name), load_id)
    outcome, problem = land(settings, source, releasing.entity, {}, releasing.extract)
    if problem is not None:
        raise ConcordError(f"release failed: {outcome.message}", outcome.hint) from problem
    return Release(
        rows=releasing.rows,
        released=releasing.released,
        still_bad=releasing.rows - releasing.passing,
        superseded=releasing.superseded,
        outcome=outcome if outcome.status == "loaded" else None,
    )


class _Releasing:
    """One release; ``extract`` stands where a connector's would."""

    def __init__(self, settings: Settings, source: Source, entity: Entity, load_id: str | None) -> None:
        self._settings = settings
        self._source = source
        self.entity = entity
        self._load_id = load_id
        self.rows = self.passing = self.released = self.superseded = 0

    def extract(self, context: LoadContext) -> Extraction:
        history = context.history
        quarantined = read_entity_quarantine(self._settings, history)
        if self._load_id is not None:
            quarantined = quarantined.filter(pl.col("load_id") == self._load_id)
        open_rows = quarantined.filter(~pl.col("is_released"))
        current = self._still_current(open_rows, history)
        self.rows, self.superseded = len(open_rows), len(open_rows) - len(current)
        self.rows -= self.superseded
        # Their bytes are kept as \xNN, which would land as text: only the file, sent again, brings them.
        current = current.filter(pl.col("reason") != "bad_encoding")
        if not len(current):
            return Extraction(batches=iter(()), released={"": []})
        connector = import_module(f"ingestion.connectors.{self._source.connector}")
        tables, done = [], {}
        for (load,), part in current.group_by("load_id", maintain_order=True):
            passed, positions = self._passing(connector.release, context, part)
            tables.append(passed)
            done[str(load)] = positions
        table = pa.concat_tables(tables)
        self.passing = sum(len(positions) for positions in done.values())
        fresh = table.filter(pa.array(self._is_fresh(table, history))) if table.num_rows else table
        self.released = fresh.num_rows
        batches = self._whole(fresh, history) if self.released else iter(())
        return Extraction(batches=batches, released=done)

    def _passing(self, reparse: object, context: LoadContext, part: pl.DataFrame) -> tuple[pa.Table, list[int]]:
        """Rows of one load that pass, and their positions in its quarantine file."""
        headings = {
            file.name: file.heading
            for load in context.history.counted
            for file in load.files
            if file.heading is not None
        }
        part = part.with_columns(
            pl.col("source_ref").replace_strict(headings, default=None, return_dtype=pl.String).alias("heading")
        )
        passed = reparse(context, part)  # type: ignore[operator]
        if passed.num_rows in (0, len(part)):
            return passed, part["position_in_load"].to_list() if passed.num_rows else []
        # Some passed: one by one tells which.
        tables, positions = [passed.slice(0, 0)], []
        for index in range(len(part)):
            one = reparse(context, part.slice(index, 1))  # type: ignore[operator]
            if one.num_rows:
                tables.append(one)
                positions.append(part["position_in_load"][index])
        return pa.concat_tables(tables), positions

    def _still_current(self, rows: pl.DataFrame, history: History) -> pl.DataFrame:
        """Rows whose load has not been replaced by a later whole."""
        if self.entity.mode == "full":
            origin = next((load for load in reversed(history.counted) if not load.released), None)
            return rows.filter(pl.col("load_id") == (origin.load_id if origin else None))
        if self.entity.mode == "snapshot":
            latest = {f.file_date: f.name for load in history.counted for f in load.files if f.status == "loaded"}
            loads = {f.name: load.load_id for load in history.counted for f in load.files if f.status == "loaded"}
            current = [(name, loads[name]) for name in latest.values()]
            wanted = pl.DataFrame(current, schema={"source_ref": pl.String, "load_id": pl.String}, orient="row")
            return rows.join(wanted, on=["source_ref", "load_id"], how="semi", maintain_order="left")
        return rows

    def _is_fresh(self, table: pa.Table, history: History) -> list[bool]:
        """False for a row that has landed in the meantime."""
        paths = history.data_paths()
        hashes = table["_row_hash"].to_pylist()
        if self.entity.mode in ("full", "snapshot") or not paths:
            return [True] * len(hashes)
        query = "select _row_hash, _source_ref, _source_position from landed where list_contains($hashes, _row_hash)"
        landed = read_landed(paths, query, hashes=hashes)
        if self.entity.mode == "incremental":
            known = set(landed["_row_hash"].to_pylist())
            return [value not in known for value in hashes]
        places = set(zip(*(column.to_pylist() for column in landed.columns), strict=True))
        rows = zip(*(table[name].to_pylist() for name in landed.column_names), strict=True)
        return [row not in places for row in rows]

    def _whole(self, fresh: pa.Table, history: History) -> Iterator[pa.Table]:
        """The released rows, behind the rows of the whole that they belong to."""
        schema = extracted_schema(self._source, self.entity)
        names = ", ".join(f'"{name}"' for name in schema.names)
        whole: list[pa.Table] = []
        if self.entity.mode == "full" and history.last_counted:
            paths = history.data_paths([history.last_counted])
            whole = [read_landed(paths, f"select {names} from landed")] if paths else []
        if self.entity.mode == "snapshot" and history.data_paths():
            query = f"""
                , latest as (
                    select file_date, max(_load_id) as _load_id from landed
                    where list_contains($dates, file_date) group by file_date
                )
                select {names} from landed where (file_date, _load_id) in (select file_date, _load_id from latest)
            """
            dates = fresh["file_date"].unique().to_pylist()
            whole = [read_landed(history.data_paths(), query, dates=dates)]
        for table in whole:
            yield table.select(schema.names).cast(schema)
        yield fresh
