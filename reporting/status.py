"""Where things stand: loads and their freshness, checks, the last publication."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import polars

from concord.published import Publication, connect_reader, is_published, last_publication
from concord.settings import Settings

Freshness = Literal["fresh", "late", "stale", "never"]
_GOOD = ("loaded", "unchanged")


@dataclass(frozen=True)
class EntityStatus:
    """One entity of a source: its latest load attempt, and how old its last good one is."""

    system: str
    entity: str
    freshness: Freshness
    last_status: str | None = None
    last_reason: str | None = None
    last_attempt_at: datetime | None = None
    last_good_at: datetime | None = None
    rows: int | None = None  # of the last load that brought rows
    quarantined_rows: int | None = None  # over all counted loads
    is_held: bool = False


@dataclass(frozen=True)
class CheckStatus:
    """The latest results of one suite."""

    suite: str
    checked_at: datetime
    checks: int
    failed: int
    blocking: int


@dataclass
class Status:
    """Everything that ``concord status`` tells; moments are UTC."""

    now: datetime
    entities: list[EntityStatus] = field(default_factory=list)
    checks: list[CheckStatus] = field(default_factory=list)
    publication: Publication | None = None
    # Good loads that finished after the last publication: what the next build will bring.
    unpublished_loads: int = 0
    # Identity: items of the published worklist by kind, and expectations that too many records don't meet.
    worklist: dict[str, int] = field(default_factory=dict)
    over_ceiling: list[str] = field(default_factory=list)

    def as_json(self) -> str:
        """One JSON object; moments as ISO 8601."""
        return json.dumps(asdict(self), indent=2, default=_plain)


def read_status(settings: Settings, now: datetime | None = None) -> Status:
    """Loads, checks and publication as the lake and the files beside it tell them."""
    from expectations.results import read_results
    from ingestion.outcomes import read_outcomes
    from ingestion.registry import registry

    moment = now or datetime.now(UTC)
    outcomes = _with_published(settings, "load_outcome", read_outcomes(settings), ["system", "entity", "load_id"])
    results = _with_published(settings, "check_result", read_results(settings), None)
    status = Status(now=moment, publication=last_publication(settings), checks=_checks(results))
    by_entity = outcomes.sort("load_id").partition_by("system", "entity", as_dict=True)
    for source in registry().values():
        limits = (source.freshness.warn_after_hours, source.freshness.fail_after_hours)
        for entity in source.entities:
            loads = by_entity.get((source.system, entity.name))
            rows = loads.to_dicts() if loads is not None else []
            status.entities.append(_entity(source.system, entity.name, rows, limits, moment))
    if status.publication is not None:
        published_at = status.publication.published_at
        status.unpublished_loads = sum(
            row["status"] == "loaded" and row["finished_at"] > published_at for row in outcomes.to_dicts()
        )
        status.worklist, status.over_ceiling = _identity(settings)
    return status


def _entity(
    system: str, entity: str, loads: list[dict[str, Any]], limits: tuple[float, float], now: datetime
) -> EntityStatus:
    """Status from the entity's load attempts, oldest first."""
    good = [row for row in loads if row["status"] in _GOOD and not row.get("is_held")]
    loaded = [row for row in good if row["status"] == "loaded"]
    if not loads:
        return EntityStatus(system, entity, "never")
    last = loads[-1]
    return EntityStatus(
        system=system,
        entity=entity,
        freshness=freshness(good[-1]["finished_at"] if good else None, limits, now),
        last_status=last["status"],
        last_reason=last.get("reason"),
        last_attempt_at=last["finished_at"],
        last_good_at=good[-1]["finished_at"] if good else None,
        rows=loaded[-1]["rows"] if loaded else None,
        quarantined_rows=sum(row["quarantined_rows"] or 0 for row in loaded) if loaded else None,
        is_held=bool(last.get("is_held")),
    )


def freshness(last_good_at: datetime | None, limits: tuple[float, float], now: datetime) -> Freshness:
    """fresh, late (warn) or stale (fail) by the source's limits in hours."""
    if last_good_at is None:
        return "never"
    age = now - last_good_at
    if age > timedelta(hours=limits[1]):
        return "stale"
    return "late" if age > timedelta(hours=limits[0]) else "fresh"


def _checks(results: polars.DataFrame) -> list[CheckStatus]:
    """Each suite's latest results; a check that ran earlier and not again isn't counted."""
    if results.is_empty():
        return []
    latest = results.sort("checked_at").unique(["suite", "target", "expectation"], keep="last")
    failed = ~polars.col("success")
    rows = (
        latest.group_by("suite")
        .agg(
            polars.col("checked_at").max(),
            polars.len().alias("checks"),
            failed.sum().alias("failed"),
            (failed & (polars.col("severity") == "error")).sum().alias("blocking"),
        )
        .sort("suite")
    )
    return [CheckStatus(**row) for row in rows.to_dicts()]


def _identity(settings: Settings) -> tuple[dict[str, int], list[str]]:
    """Worklist items by kind, and expectations over their ceiling; nothing from a lake without these marts."""
    with closing(connect_reader(settings)) as lake:
        tables = {name for (name,) in lake.execute(_QUALITY_TABLES).fetchall()}
        if not {"identity_worklist", "unlinked_summary"} <= tables:
            return {}, []
        items = lake.execute(
            "select kind, count(*) from marts_quality.identity_worklist group by kind order by count(*) desc, kind"
        ).fetchall()
        over = lake.execute(
            "select entity || ' of ' || system from marts_quality.unlinked_summary where is_over_ceiling order by 1"
        ).fetchall()
    return dict(items), [name for (name,) in over]


_QUALITY_TABLES = (
    "select table_name from duckdb_tables() where database_name = current_database() and schema_name = 'marts_quality'"
)


def _with_published(settings: Settings, table: str, local: polars.DataFrame, key: list[str] | None) -> polars.DataFrame:
    """The files' rows and, for what only the lake still knows, the published ones."""
    if not is_published(settings):
        return local
    with closing(connect_reader(settings)) as lake:
        found = lake.execute(
            "select column_name from duckdb_columns()"
            " where database_name = current_database() and schema_name = 'ops' and table_name = ?",
            [table],
        ).fetchall()
        if not found:
            return local
        published = polars.from_arrow(lake.execute(f"from ops.{table}").to_arrow_table())
    common = [name for name in local.columns if name in published.columns]
    casts = [polars.col(name).cast(local.schema[name]) for name in common]
    published = published.select(casts)
    if key is not None:
        published = published.join(local.select(key), on=key, how="anti")
    elif not local.is_empty():
        published = published.head(0)
    return polars.concat([published, local], how="diagonal_relaxed")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} in a status")
