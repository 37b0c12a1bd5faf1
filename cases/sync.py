"""Cases follow what is published: a new finding becomes a case, one that is gone or back is marked.

Findings of the last publication and the cases as they are lead to the changes; the same publication once more leads to
none. Nothing that people decided is touched: a case whose finding is still found stays as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import polars
from sqlalchemy.engine import Row

from cases.rules import Decision
from cases.state import EventType
from cases.store import CaseBook
from concord.published import connect_reader
from concord.settings import Settings

_FINDINGS = """
    select
        finding_id, control_id, direction, currency_code, root_cause_type, root_cause_key,
        period_start, period_end, amount as exposure_amount, status as finding_status
    from core.fct_leakage_finding
"""
# What a case knows of its finding (store.KNOWN), to stand beside what is found.
_KNOWN = {
    "finding_id": polars.String,
    "known_control_id": polars.String,
    "known_status": polars.String,
    "known_amount": polars.Decimal(18, 2),
    "known_type": polars.String,
    "known_key": polars.String,
}
_EVENT_OF = {
    "new": EventType.opened,
    "gone": EventType.finding_cleared,
    "back": EventType.finding_returned,
    "other": EventType.finding_changed,
}


@dataclass(frozen=True)
class Synced:
    """How many cases a publication opened, and how many it marked."""

    opened: int = 0
    cleared: int = 0
    returned: int = 0
    changed: int = 0

    def __str__(self) -> str:
        return f"{self.opened} opened, {self.cleared} cleared, {self.returned} came back, {self.changed} changed"


def sync(settings: Settings, book: CaseBook | None = None) -> Synced:
    """Bring the cases up to what is published. Does nothing while the publication is one of an earlier instant.

    Raises ConcordError when nothing is published or the state database can't be used.
    """
    read = _published_findings(settings)
    if read is None:
        return Synced()
    findings, active_controls = read
    counts: Counter[EventType] = Counter()

    def changes(known: Sequence[Row[Any]]) -> dict[str, Decision]:
        found = _changes(findings, active_controls, known)
        counts.update(decision.event_type for decision in found.values())
        return found

    own = book or CaseBook.open(settings)
    try:
        own.follow_build(changes)
    finally:
        if book is None:
            own.close()
    return Synced(
        opened=counts[EventType.opened],
        cleared=counts[EventType.finding_cleared],
        returned=counts[EventType.finding_returned],
        changed=counts[EventType.finding_changed],
    )


def _published_findings(settings: Settings) -> tuple[polars.DataFrame, list[str]] | None:
    """Every published finding and the controls that can tell; None for a publication that shows the past."""
    with closing(connect_reader(settings)) as lake:
        tables = {
            tuple(row)
            for row in lake.execute(
                "select schema_name, table_name from duckdb_tables() where database_name = current_database()"
            ).fetchall()
        }
        if ("core", "fct_leakage_finding") not in tables:
            return None
        # A publication of an earlier instant carries the registries' clock along.
        if ("registry", "clock") in tables:
            return None
        active = lake.execute("select control_id from core.dim_control where status = 'active'").fetchall()
        return lake.execute(_FINDINGS).pl(), [row[0] for row in active]


def _changes(findings: polars.DataFrame, active_controls: list[str], known: Sequence[Row[Any]]) -> dict[str, Decision]:
    cases = polars.DataFrame([tuple(row) for row in known], schema=_KNOWN, orient="row").with_columns(is_known=True)
    joined = cases.join(findings, on="finding_id", how="full", coalesce=True)
    is_found = polars.col("finding_status").fill_null("cleared") == "open"
    was_found = polars.col("known_status") == "open"
    is_known = polars.col("is_known").fill_null(False)
    # Not even a cleared finding is left of it (the lake was made anew): gone, if its control can tell.
    can_tell = polars.col("finding_status").is_not_null() | polars.col("known_control_id").is_in(active_controls)
    differs = (
        (polars.col("exposure_amount") != polars.col("known_amount"))
        | polars.col("root_cause_type").ne_missing(polars.col("known_type"))
        | polars.col("root_cause_key").ne_missing(polars.col("known_key"))
    )
    happened = joined.with_columns(
        polars.when(~is_known & is_found)
        .then(polars.lit("new"))
        .when(is_known & was_found & ~is_found & can_tell)
        .then(polars.lit("gone"))
        .when(is_known & ~was_found & is_found)
        .then(polars.lit("back"))
        .when(is_known & was_found & is_found & differs)
        .then(polars.lit("other"))
        .alias("happened")
    ).filter(polars.col("happened").is_not_null())
    return {row["finding_id"]: _decision(row) for row in happened.iter_rows(named=True)}


def _decision(row: dict[str, Any]) -> Decision:
    event_type = _EVENT_OF[row["happened"]]
    details: dict[str, Any] = {}
    if event_type is not EventType.finding_cleared:
        details = {
            "exposure_amount": str(row["exposure_amount"]),
            "root_cause_type": row["root_cause_type"],
            "root_cause_key": row["root_cause_key"],
        }
    if event_type is EventType.opened:
        details |= {name: row[name] for name in ("control_id", "direction", "currency_code")}
        details |= {name: row[name].isoformat() for name in ("period_start", "period_end")}
    return Decision(event_type, details=details)
