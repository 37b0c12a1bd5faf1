"""Why a finding is what it is: its arithmetic, executed again, and the landed rows that its figures come from.

Read from one published snapshot and the raw loads that it rests on. The formulas and their factors are published with
the finding (core.fct_leakage_step); here they are calculated anew, in decimal arithmetic, and must give its amount.
"""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import duckdb

from concord.errors import ConcordError
from concord.published import connect_reader, current_snapshot
from concord.settings import Settings
from reporting.arithmetic import evaluate, half_up
from reporting.data import Row, has_table, read_rows
from reporting.source_rows import SourceRow, read_source_rows

# A record's reference in a step may carry a number where a step rests on several records of one entity.
_PARTS = 2
_TARIFFS = {("catalog", "product_offering_price"), ("billing", "rating_rate"), ("billing", "recurring_rate")}

_FINDINGS = """
    select
        finding.finding_id, finding.control_id, control.control_name, control.rule_version, control.amount_rule,
        control.model_name, finding.direction, finding.status, finding.customer_id, finding.customer_name,
        finding.account_id_billing, finding.service_number, finding.period_start, finding.period_end, finding.amount,
        finding.currency_code, finding.is_estimate, finding.root_cause_type, finding.root_cause_key,
        finding.source_keys, finding.evidence, finding.first_seen_at, finding.last_seen_at
    from marts_revenue_assurance.leakage_finding as finding
    inner join core.dim_control as control on finding.control_id = control.control_id
    where finding.finding_id in (select unnest(?::varchar[]))
"""
_STEPS = """
    select finding_id, step_number, step_key, formula, factors, source_records, amount
    from core.fct_leakage_step
    where finding_id in (select unnest(?::varchar[]))
    order by finding_id, step_number
"""


@dataclass(frozen=True)
class Step:
    """One part of the amount. ``published``: what the build worked out; ``executed``: the same, worked out again."""

    number: int
    step_key: str
    formula: str
    factors: dict[str, Decimal]
    records: tuple[tuple[str, str, str], ...]  # system, entity, key
    published: Decimal
    executed: Decimal


@dataclass(frozen=True)
class FindingExplanation:
    """A finding with its steps and the landed rows behind them. Amounts in ``currency_code``, net of tax."""

    snapshot_id: int
    finding: Row
    steps: list[Step] = field(default_factory=list)
    rows: list[SourceRow] = field(default_factory=list)
    missing: list[tuple[str, str, str]] = field(default_factory=list)  # records that no counted load holds

    @property
    def amount(self) -> Decimal:
        return self.finding["amount"]

    @property
    def executed_amount(self) -> Decimal | None:
        """The steps executed again and added up; None for a finding that has none (it is cleared)."""
        return half_up(sum((step.executed for step in self.steps), Decimal(0)), 2) if self.steps else None

    @property
    def agrees(self) -> bool | None:
        """Whether the arithmetic gives the finding's amount to the cent; None when there is none."""
        return None if self.executed_amount is None else self.executed_amount == self.amount

    @property
    def tariffs(self) -> list[SourceRow]:
        """The rows of price lists among the landed rows."""
        return [row for row in self.rows if (row.system, row.entity) in _TARIFFS]

    def as_json(self) -> str:
        """The same as one JSON object; amounts and factors as text, so that no digit is lost."""
        content = {
            "snapshot_id": self.snapshot_id,
            "finding": {
                **self.finding,
                "source_keys": json.loads(self.finding["source_keys"]),
                "evidence": json.loads(self.finding["evidence"]),
            },
            "steps": [asdict(step) for step in self.steps],
            "executed_amount": self.executed_amount,
            "agrees": self.agrees,
            "source_rows": [asdict(row) for row in self.rows],
            "records_not_landed": [".".join(record[:2]) + ":" + record[2] for record in self.missing],
        }
        return json.dumps(content, indent=2, default=_plain, ensure_ascii=False)


def has_arithmetic(lake: duckdb.DuckDBPyConnection) -> bool:
    """Whether the published state was built with the steps of its findings."""
    return all(has_table(lake, "core", name) for name in ("fct_leakage_step", "dim_source_entity"))


def is_finding(settings: Settings, key: str, snapshot: int | None = None) -> bool:
    """Whether a finding of that ID is published."""
    with closing(connect_reader(settings, snapshot)) as lake:
        try:
            found = lake.execute("select 1 from core.fct_leakage_finding where finding_id = ?", [key]).fetchone()
        except duckdb.CatalogException:
            return False
        return found is not None


def read_finding(settings: Settings, finding_id: str, snapshot: int | None = None) -> FindingExplanation:
    """Everything behind one finding.

    Raises ConcordError when nothing is published, no finding has that ID, or a formula is no arithmetic.
    """
    return read_findings(settings, [finding_id], snapshot)[0]


def read_findings(
    settings: Settings, finding_ids: list[str], snapshot: int | None = None, shown_snapshot: int | None = None
) -> list[FindingExplanation]:
    """Several findings of one snapshot, in the order asked for: findings, steps and landed rows are each read at once.

    shown_snapshot: the number by which the state is known, where the lake at hand was rebuilt for it.
    """
    with closing(connect_reader(settings, snapshot)) as lake:
        number = shown_snapshot or snapshot or current_snapshot(lake)
        try:
            findings, steps_of = _findings(lake, finding_ids), _steps(lake, finding_ids)
        except duckdb.CatalogException as error:
            raise ConcordError(
                f"the published lake lacks what an explanation needs: {str(error).splitlines()[0]}",
                hint="run 'concord build'",
            ) from error
        landed = set(lake.execute("select system, entity from core.dim_source_entity").fetchall())
        # A key may name what a system knows and delivers no record of, such as the bank's transaction.
        found = [
            (findings[key], steps_of.get(key, []), _records(findings[key], steps_of.get(key, []), landed))
            for key in finding_ids
        ]
        wanted = {record for _, _, records in found for record in records}
        rows = read_source_rows(lake, settings.raw, wanted)
    return [_explanation(number, finding, steps, records, rows) for finding, steps, records in found]


def _explanation(
    snapshot: int,
    finding: Row,
    steps: list[Step],
    wanted: set[tuple[str, str, str]],
    rows: dict[tuple[str, str, str], SourceRow],
) -> FindingExplanation:
    records = sorted(wanted)
    return FindingExplanation(
        snapshot_id=snapshot,
        finding=finding,
        steps=steps,
        rows=[rows[record] for record in records if record in rows],
        missing=[record for record in records if record not in rows],
    )


def _records(finding: Row, steps: list[Step], landed: set[tuple[str, str]]) -> set[tuple[str, str, str]]:
    """The records of the steps, and those by which the source systems know the subject, of entities that land."""
    records = {record for step in steps for record in step.records} | set(_references(finding["source_keys"]))
    return {record for record in records if record[:2] in landed}


def _references(text: str) -> tuple[tuple[str, str, str], ...]:
    """A JSON object of '<system>.<entity>' to keys, as (system, entity, key)."""
    return tuple((*name.split(".")[:_PARTS], str(key)) for name, key in json.loads(text or "{}").items() if key)


def _findings(lake: duckdb.DuckDBPyConnection, finding_ids: list[str]) -> dict[str, Row]:
    """The findings by ID. Raises ConcordError when one is not known."""
    found = {row["finding_id"]: row for row in read_rows(lake, _FINDINGS, [finding_ids])}
    for key in finding_ids:
        if key not in found:
            raise ConcordError(
                f"no finding has the ID {key}",
                hint="the report and marts_revenue_assurance.leakage_finding list them",
            )
    return found


def _steps(lake: duckdb.DuckDBPyConnection, finding_ids: list[str]) -> dict[str, list[Step]]:
    """The steps of findings by finding, each in order; a finding without any is left out."""
    steps: dict[str, list[Step]] = {}
    for row in read_rows(lake, _STEPS, [finding_ids]):
        steps.setdefault(row["finding_id"], []).append(_step(row["finding_id"], row))
    return steps


def _step(finding_id: str, row: Row) -> Step:
    try:
        factors = {name: Decimal(value) for name, value in json.loads(row["factors"]).items()}
    except (InvalidOperation, TypeError, ValueError) as error:
        raise ConcordError(f"finding {finding_id}, step {row['step_key']}: a factor is no number") from error
    return Step(
        number=row["step_number"],
        step_key=row["step_key"],
        formula=row["formula"],
        factors=factors,
        records=_references(row["source_records"]),
        published=row["amount"],
        executed=half_up(evaluate(row["formula"], factors), 6),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not for JSON")
