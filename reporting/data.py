"""Everything that a leakage report shows, read from one published snapshot.

Only published marts and ops tables are read, and only summed and sorted: what counts as leakage was decided before.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import duckdb

from concord.errors import ConcordError
from concord.published import Publication, connect_reader, publications
from concord.settings import Settings
from reporting.bridge import BRIDGE, KPIS, Bridge, bridges
from reporting.bridge_class import REVENUE, class_order
from reporting.period import Period, parse_period

Row = dict[str, Any]

_FINDINGS = """
    select
        finding_id, control_id, control_name, bridge_class, direction, customer_id, customer_name, billing_account_id,
        account_id_billing, service_id, service_number, month, period_start, period_end, amount, signed_amount,
        currency_code, is_estimate, first_seen_at, last_seen_at, source_keys, evidence,
        coalesce(root_cause_type, 'unknown') as root_cause_type, coalesce(root_cause_key, '') as root_cause_key
    from marts_revenue_assurance.leakage_finding
    where status = 'open' and month between ? and ?
    order by amount desc, finding_id
"""
_TOTALS = """
    select
        {grouping}
        coalesce(sum(amount) filter (where direction = 'under'), 0) as under_amount,
        coalesce(sum(amount) filter (where direction = 'over'), 0) as over_amount,
        coalesce(sum(signed_amount), 0) as net_amount,
        count(*) as findings,
        count(distinct customer_id) as customers,
        count(*) filter (where is_estimate) as estimates
    from marts_revenue_assurance.leakage_finding
    where status = 'open' and month between ? and ?
    group by {keys}
    order by {keys}
"""
_MART = "marts_revenue_assurance"
_ROOT_CAUSE = ("root_cause_type", "root_cause_key")
# Days from the end of the billed period to the day of the publication: first day of each bucket and its name.
AGES = ((0, "up to 30 days"), (31, "31 to 60 days"), (61, "61 to 90 days"), (91, "over 90 days"))
_AGEING = """
    select
        currency_code, bucket,
        coalesce(sum(amount) filter (where direction = 'under'), 0) as under_amount,
        coalesce(sum(amount) filter (where direction = 'over'), 0) as over_amount,
        coalesce(sum(signed_amount), 0) as net_amount,
        count(*) as findings
    from (
        select *, list_max(list_filter(?, lambda first_day: first_day <= greatest(? - period_end, 0))) as bucket
        from marts_revenue_assurance.leakage_finding
        where status = 'open' and month between ? and ? and bridge_class = ?
    )
    group by currency_code, bucket
    order by currency_code, bucket
"""
_COVERAGE = """
    select
        control_id, name, stage, direction, bridge_class, systems_compared, status, reason, subject, subjects_checked,
        first_period_start, last_period_end, findings
    from marts_revenue_assurance.control_coverage
    order by stage_order, length(control_id), control_id
"""
_LOADS = """
    select
        system,
        count(distinct entity) as entities,
        max(finished_at) filter (where status in ('loaded', 'unchanged')) as last_success_at,
        coalesce(sum("rows") filter (where status = 'loaded'), 0) as loaded_rows,
        coalesce(sum(quarantined_rows) filter (where status = 'loaded'), 0) as quarantined_rows,
        count(*) filter (where status in ('refused', 'failed')) as failed_loads
    from ops.load_outcome
    where finished_at <= ?
    group by system
    order by system
"""
_DISAGREEMENTS = """
    select entity, attribute, system_a, system_b, compared_count, differing_count, differing_pct, examples
    from marts_quality.source_disagreement
    where differing_count > 0
    order by differing_count desc, entity, attribute, system_a, system_b
"""


@dataclass(frozen=True)
class PublishedState:
    """A publication, and the snapshot of the lake at hand that holds its tables."""

    publication: Publication
    snapshot: int | None  # None: the newest one, of a lake that was rebuilt for it


@dataclass
class LeakageData:
    """One report's content; amounts are Decimal, moments timezone-aware UTC."""

    period: Period
    snapshot_id: int
    published_at: datetime
    known_until: datetime | None  # when the latest load that it rests on had finished
    currencies: list[str] = field(default_factory=list)
    totals: list[Row] = field(default_factory=list)  # per currency, all classes of money: findings, customers
    by_class: list[Row] = field(default_factory=list)  # per currency and class of money
    by_control: list[Row] = field(default_factory=list)  # per currency and control
    by_month: list[Row] = field(default_factory=list)  # per currency and month, charges only
    by_control_month: list[Row] = field(default_factory=list)
    by_root_cause: list[Row] = field(default_factory=list)  # per currency, control and root cause, largest first
    ageing: list[Row] = field(default_factory=list)  # per currency and bucket of AGES, charges only
    findings: list[Row] = field(default_factory=list)  # largest first
    coverage: list[Row] = field(default_factory=list)  # in order of the revenue chain
    disagreements: list[Row] = field(default_factory=list)  # most frequent first
    loads: list[Row] = field(default_factory=list)  # per system
    bridges: list[Bridge] = field(default_factory=list)  # per currency; none of a lake that has no bridge
    kpis: list[Row] = field(default_factory=list)  # per currency and month
    cleared: int = 0  # findings that are no longer found

    @property
    def active_controls(self) -> list[Row]:
        return [row for row in self.coverage if row["status"] == "active"]

    @property
    def reported_controls(self) -> list[Row]:
        """The active controls, and any other that has open findings."""
        found = {row["control_id"] for row in self.by_control}
        return [row for row in self.coverage if row["status"] == "active" or row["control_id"] in found]


def read_leakage(settings: Settings, period: str | None = None, state: PublishedState | None = None) -> LeakageData:
    """Read a report's content; the whole range of months with findings when no period is given.

    state: an earlier publication; the newest when None. The content follows from the publication alone: read again,
    it is the same to the letter.
    Raises ConcordError when nothing is published, or the marts that a report needs are not.
    """
    state = state or newest_state(settings)
    # Pinned: a publication meanwhile must not mix two states in one report.
    with closing(connect_reader(settings, state.snapshot)) as lake:
        try:
            return _read(lake, state.publication, parse_period(period) if period else _whole_period(lake))
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise ConcordError(
                f"the published lake lacks what a report needs: {str(error).splitlines()[0]}",
                hint="run 'concord build'",
            ) from error


def newest_state(settings: Settings) -> PublishedState:
    """The state that everyone reads now. Raises ConcordError when nothing is published."""
    publication = publications(settings)[-1]
    return PublishedState(publication, publication.snapshot_id)


def _read(lake: duckdb.DuckDBPyConnection, publication: Publication, period: Period) -> LeakageData:
    months = [period.first, period.last]

    def totals(*keys: str) -> list[Row]:
        grouping = "".join(f"{key}, " for key in keys)
        return read_rows(lake, _TOTALS.format(grouping=grouping, keys=", ".join(keys)), months)

    ((cleared,),) = lake.execute(
        "select count(*) from marts_revenue_assurance.leakage_finding"
        " where status = 'cleared' and month between ? and ?",
        months,
    ).fetchall()
    per_currency = totals("currency_code")
    return LeakageData(
        period=period,
        snapshot_id=publication.snapshot_id,
        published_at=publication.published_at,
        known_until=publication.known_until,
        currencies=[row["currency_code"] for row in per_currency],
        totals=per_currency,
        by_class=sorted(
            totals("currency_code", "bridge_class"),
            key=lambda row: (row["currency_code"], class_order(row["bridge_class"])),
        ),
        by_control=totals("currency_code", "control_id", "control_name", "bridge_class"),
        by_month=[row for row in totals("currency_code", "month", "bridge_class") if row["bridge_class"] == REVENUE],
        by_control_month=totals("currency_code", "control_id", "direction", "month"),
        by_root_cause=sorted(
            totals("currency_code", "control_id", "control_name", "bridge_class", *_ROOT_CAUSE),
            key=lambda row: (row["currency_code"], -row["under_amount"] - row["over_amount"]),
        ),
        ageing=_ageing(lake, publication, months),
        findings=read_rows(lake, _FINDINGS, months),
        coverage=read_rows(lake, _COVERAGE),
        disagreements=_optional_rows(lake, "marts_quality", "source_disagreement", _DISAGREEMENTS),
        loads=_optional_rows(lake, "ops", "load_outcome", _LOADS, [publication.published_at]),
        bridges=bridges(_optional_rows(lake, _MART, "revenue_bridge_part", BRIDGE, months)),
        kpis=_optional_rows(lake, _MART, "kpi_month", KPIS, months),
        cleared=cleared,
    )


def _ageing(lake: duckdb.DuckDBPyConnection, publication: Publication, months: list[date]) -> list[Row]:
    """A row per currency and age of charges; ages without findings are left out."""
    day = publication.published_at.astimezone(UTC).date()
    names = dict(AGES)
    rows = read_rows(lake, _AGEING, [list(names), day, *months, REVENUE])
    return [{**row, "age": names[row["bucket"]]} for row in rows]


def _whole_period(lake: duckdb.DuckDBPyConnection) -> Period:
    ((first, last),) = lake.execute(
        "select min(month), max(month) from marts_revenue_assurance.leakage_finding where status = 'open'"
    ).fetchall()
    if first is None:
        # Nothing leaks: the report says so about the months that were checked.
        ((first, last),) = lake.execute(
            "select min(first_period_start), max(last_period_end) - interval 1 day"
            " from marts_revenue_assurance.control_coverage where status = 'active'"
        ).fetchall()
    if first is None:
        raise ConcordError("no control has checked anything yet", hint="'concord status' shows what was loaded")
    return Period(_month(first), _month(last))


def _month(day: date | datetime) -> date:
    return date(day.year, day.month, 1)


def read_rows(
    lake: duckdb.DuckDBPyConnection, query: str, parameters: list[Any] | dict[str, Any] | None = None
) -> list[Row]:
    """The rows of a query, each by column name."""
    result = lake.execute(query, parameters or [])
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _optional_rows(
    lake: duckdb.DuckDBPyConnection, schema: str, table: str, query: str, parameters: list[Any] | None = None
) -> list[Row]:
    """Rows of a table that a lake may not have yet; none when it hasn't."""
    return read_rows(lake, query, parameters) if has_table(lake, schema, table) else []


def has_table(lake: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    """Whether the state that is read has a table. Asks for that one: a list of all makes the lake load every table."""
    try:
        lake.execute(f"select 1 from {schema}.{table} limit 0")
    except duckdb.CatalogException:
        return False
    return True


def share(part: Decimal | int, whole: Decimal | int) -> float:
    """A part of a whole between 0 and 1; 0 of nothing."""
    return float(part / whole) if whole else 0.0
