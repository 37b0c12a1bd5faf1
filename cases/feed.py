"""What a build reads of the cases: their events, as the table ``cases.event`` of the workspace (a dbt source)."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime

import duckdb
import polars
import sqlalchemy as sa

from cases.database import STATE_COLUMNS, Instant, Money
from cases.store import CaseBook
from concord.engine import connect
from concord.errors import ConcordError
from concord.settings import Settings

SCHEMA = "cases"
TABLE = "event"
_KINDS: dict[str, tuple[str, polars.DataType]] = {
    "text": ("VARCHAR", polars.String()),
    "number": ("BIGINT", polars.Int64()),
    "date": ("DATE", polars.Date()),
    "instant": ("TIMESTAMP", polars.Datetime("us")),
    "money": ("DECIMAL(18,2)", polars.Decimal(18, 2)),
}


def _kind(column_type: object) -> str:
    kinds = {Money: "money", Instant: "instant", sa.Date: "date"}
    return kinds.get(type(column_type), "text")


# Column -> kind, as the dbt source cases.event declares them.
COLUMNS: dict[str, str] = {
    "event_id": "number",
    "case_id": "text",
    "version": "number",
    "event_type": "text",
    "actor": "text",
    "recorded_at": "instant",
    "reason": "text",
    "details": "text",
    **{name: _kind(kind) for name, kind in STATE_COLUMNS},
}


def feed(settings: Settings, until: datetime | None = None, book: CaseBook | None = None) -> int:
    """Put every event that was recorded until then (all of them when None) into the workspace; how many they are.

    Raises ConcordError when the state database can't be used or another process holds the workspace.
    """
    own = book or CaseBook.open(settings)
    definition = ", ".join(f"{name} {_KINDS[kind][0]}" for name, kind in COLUMNS.items())
    settings.lake_folder.mkdir(parents=True, exist_ok=True)
    rows = 0
    try:
        with closing(_workspace(settings)) as workspace:
            workspace.execute(f"create schema if not exists {SCHEMA}")
            workspace.execute(f"create or replace table {SCHEMA}.{TABLE} ({definition})")
            for batch in own.event_rows(until):
                frame = _frame(batch)
                workspace.register("batch", frame.to_arrow())
                workspace.execute(f"insert into {SCHEMA}.{TABLE} select * from batch")
                workspace.unregister("batch")
                rows += frame.height
    finally:
        if book is None:
            own.close()
    return rows


def _workspace(settings: Settings) -> duckdb.DuckDBPyConnection:
    try:
        return connect(str(settings.workspace))
    except duckdb.IOException as error:
        raise ConcordError(
            "the workspace is in use by another process", hint="wait for the running build to end"
        ) from error


def _frame(batch) -> polars.DataFrame:
    """A batch of rows as a frame with the source's columns and types; JSON as text, instants in UTC without a zone."""
    return polars.DataFrame(
        {name: [_cell(row[name]) for row in batch] for name in COLUMNS},
        schema={name: _KINDS[kind][1] for name, kind in COLUMNS.items()},
    )


def _cell(value: object) -> object:
    if isinstance(value, dict):
        return json.dumps(value, sort_keys=True, ensure_ascii=False)
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None)
    return value
