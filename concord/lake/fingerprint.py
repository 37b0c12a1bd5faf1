"""What a table holds, in a few bytes: enough to know that it needn't be published again.

A fingerprint is the row count and the sum of the rows' 64-bit hashes, so it doesn't depend on row order, and a
repeated row changes it. It holds for one version of the engine; another version publishes everything once more.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field

import duckdb

from concord.lake.connection import identifier

# A table of this many rows is compared and replaced per partition, if it has one of these columns.
PARTITION_ROWS = 100_000
PARTITION_COLUMNS = ("event_month", "bill_month", "period_start")
MAX_PARTITIONS = 400
# DuckLake stores no enums or bit strings, and writes 128-bit integers to Parquet as floating point.
_STORED_AS = {"HUGEINT": "DECIMAL(38,0)", "UHUGEINT": "DECIMAL(38,0)", "BIT": "VARCHAR", '"NULL"': "VARCHAR"}


@dataclass(frozen=True)
class Content:
    """One table of the workspace, or of the ops tables, as it will be published."""

    schema: str
    name: str
    relation: str  # what to select from
    columns: tuple[tuple[str, str], ...]  # name, published type
    comment: str | None = None
    column_comments: dict[str, str] = field(default_factory=dict)

    @property
    def projection(self) -> str:
        return ", ".join(f"cast({identifier(name)} as {kind}) as {identifier(name)}" for name, kind in self.columns)

    @property
    def shape(self) -> str:
        """Names and types, to see a schema change."""
        return json.dumps(self.columns)

    @property
    def comments_hash(self) -> str:
        text = json.dumps([self.comment, self.column_comments], sort_keys=True)
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class Part:
    """One partition of a table, or the whole of it (value None, column None)."""

    value: str | None
    rows: int
    fingerprint: str


def stored_type(kind: str) -> str:
    """The type in which a column of this DuckDB type is published."""
    return "VARCHAR" if kind.startswith("ENUM") else _STORED_AS.get(kind, kind)


def partition_column(
    connection: duckdb.DuckDBPyConnection, content: Content, published_by: str | None
) -> tuple[str, str] | None:
    """The column, with its type, by which this table is published in parts; None when it is published whole.

    published_by: the column used last time; a table that shrinks below the threshold stays as it was.
    """
    kinds = dict(content.columns)
    column = next((name for name in PARTITION_COLUMNS if name in kinds), None)
    if column is None:
        return None
    ((rows, parts),) = connection.execute(
        f"select count(*), approx_count_distinct({identifier(column)}) from {content.relation}"
    ).fetchall()
    if parts > MAX_PARTITIONS or (rows < PARTITION_ROWS and published_by != column):
        return None
    return column, kinds[column]


def measure(connection: duckdb.DuckDBPyConnection, content: Content, column: str | None) -> list[Part]:
    """The parts of a table by value of the partition column; one part when column is None."""
    names = ", ".join(identifier(name) for name, _ in content.columns)
    value = f"cast({identifier(column)} as varchar)" if column else "cast(null as varchar)"
    grouping = "group by value" if column else ""
    rows = connection.execute(
        f"select {value} as value, count(*), sum(hash({names})) from {content.relation} {grouping}"
    ).fetchall()
    return [Part(value, count, f"{duckdb.__version__}:{total or 0}") for value, count, total in rows]
