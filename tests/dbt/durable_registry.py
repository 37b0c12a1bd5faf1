"""The registry of customer IDs on its own: the project's compiled SQL, run in DuckDB on made-up groupings."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from tests.dbt.dbt_project import dbt

# Table -> the call that renders its SQL for customers, in the order in which they build upon each other.
TABLES = {
    "identity.int_customer__identity": "durable_identity('customer')",
    "identity.int_customer__cluster": "identified_records('customer', ['record_count'])",
    "core.dim_identity": "identity_history('customer')",
    "core.bridge_identity_record": "identity_record_history('customer')",
}
FIRST_DAY = datetime(2026, 9, 1, 8)
OPEN_END = datetime(9999, 12, 31)

# A state of the world: the groups of records that are one customer each, each with its most senior record first.
Groups = Collection[tuple[str, ...]]


@dataclass(frozen=True)
class Standing:
    """What the registry says of one ID now."""

    reason: str
    is_live: bool
    resolved_id: str
    origin_id: str | None


class Compiled(dict[str, str]):
    """SQL by table; hundreds of lines that no failing test should print."""

    def __repr__(self) -> str:
        return f"<SQL of {', '.join(self)}>"


def compiled_tables(folder: Path) -> Compiled:
    """The SQL that keeps the registry of customers, as dbt compiles it."""
    calls = "\n;\n".join(f"{{{{ {call} }}}}" for call in TABLES.values())
    result = dbt(folder, "compile", "--inline", calls, "--quiet", "--output", "json")
    text = json.loads(result.stdout[result.stdout.index("{") :])["compiled"]
    return Compiled(zip(TABLES, text.split("\n;\n"), strict=True))


class Registry:
    """Builds in turn; after each of them what it made is the registry of the next one, as publication does it."""

    def __init__(self, compiled: Mapping[str, str]) -> None:
        self._compiled = compiled
        self._connection = duckdb.connect(config={"threads": 1})
        execute = self._connection.execute
        execute("attach ':memory:' as workspace")
        for schema in ("identity", "conformed", "core", "registry"):
            execute(f"create schema workspace.{schema}")
        execute(
            "create table workspace.registry.identity (entity varchar, entity_id varchar, valid_from timestamp,"
            " valid_to timestamp, is_current boolean, reason varchar, is_live boolean, successor_id varchar,"
            " resolved_id varchar, origin_id varchar, minted_from_record_id varchar, minted_at timestamp,"
            " minted_revision bigint, revision bigint)"
        )
        execute(
            "create table workspace.registry.identity_record (entity varchar, record_id varchar, entity_id varchar,"
            " valid_from timestamp, valid_to timestamp, is_current boolean, reason varchar, revision bigint,"
            " ended_revision bigint)"
        )
        execute(
            "create table workspace.identity.int_customer__grouping (record_id varchar, senior_record_id varchar,"
            " record_count bigint, is_parted_by_steward boolean)"
        )
        execute(
            "create table workspace.conformed.int_customer__conformed (record_id varchar, known_since_at timestamp)"
        )
        execute("create table workspace.identity.int_identity__clock (now_at timestamp, is_past_rebuild boolean)")

    def build(
        self,
        groups: Groups,
        day: int = 0,
        known_since: Mapping[str, int | None] | None = None,
        *,
        is_past_rebuild: bool = False,
    ) -> dict[str, str]:
        """One build at the data time of that day: the ID of each record. A past rebuild leaves the registry alone."""
        known_since = known_since or {}
        execute = self._connection.execute
        rows = [(record, group[0], len(group)) for group in groups for record in group]
        for table in (
            "identity.int_customer__grouping",
            "conformed.int_customer__conformed",
            "identity.int_identity__clock",
        ):
            execute(f"truncate workspace.{table}")
        for record, senior, count in rows:
            execute(
                "insert into workspace.identity.int_customer__grouping values (?, ?, ?, false)", [record, senior, count]
            )
            since = known_since.get(record)
            moment = None if since is None else FIRST_DAY - timedelta(days=1000 - since)
            execute("insert into workspace.conformed.int_customer__conformed values (?, ?)", [record, moment])
        execute(
            "insert into workspace.identity.int_identity__clock values (?, ?)",
            [FIRST_DAY + timedelta(days=day), is_past_rebuild],
        )
        for table, sql in self._compiled.items():
            execute(f"create or replace table workspace.{table} as {sql}")
        ids = dict(execute("select record_id, customer_id from workspace.identity.int_customer__cluster").fetchall())
        self.identity = self._rows("core.dim_identity")
        self.membership = self._rows("core.bridge_identity_record")
        if not is_past_rebuild:
            for name, source in (("identity", "dim_identity"), ("identity_record", "bridge_identity_record")):
                execute(f"create or replace table workspace.registry.{name} as from workspace.core.{source}")
        return ids

    def standings(self) -> dict[str, Standing]:
        """Where each ID ever minted stands after the last build."""
        return {
            row["entity_id"]: Standing(row["reason"], row["is_live"], row["resolved_id"], row["origin_id"])
            for row in self.identity
            if row["is_current"]
        }

    def stays(self, record: str) -> list[tuple[str, str]]:
        """(ID, reason) of a record's stays in turn."""
        rows = sorted((row for row in self.membership if row["record_id"] == record), key=lambda row: row["revision"])
        return [(row["entity_id"], row["reason"]) for row in rows]

    def _rows(self, table: str) -> list[dict]:
        relation = self._connection.execute(f"from workspace.{table} order by all")
        names = [column[0] for column in relation.description]
        return [dict(zip(names, row, strict=True)) for row in relation.fetchall()]
