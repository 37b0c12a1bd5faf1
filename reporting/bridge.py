"""The revenue bridge of a report: from what should have been billed to what was, part by part.

Amounts are summed over segments, never over currencies; each has the sign with which it leads from billable to billed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

BRIDGE = """
    select currency_code, month, part_type, part, part_name, min(part_order) as part_order, sum(amount) as amount
    from marts_revenue_assurance.revenue_bridge_part
    where month between ? and ?
    group by currency_code, month, part_type, part, part_name
    order by currency_code, part_order, month
"""
KPIS = """
    select * from marts_revenue_assurance.kpi_month
    where month between ? and ?
    order by currency_code, month
"""
_WAY = ("under", "over", "timing", "unexplained")
_ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Part:
    """One part of the bridge in some months."""

    part_type: str
    name: str
    amounts: dict[date, Decimal]  # by first day of the month

    @property
    def amount(self) -> Decimal:
        """The part's sum over the months."""
        return sum(self.amounts.values(), _ZERO)

    def only(self, month: date) -> Part:
        """The part in one month alone."""
        return Part(self.part_type, self.name, {month: self.amounts.get(month, _ZERO)})


@dataclass(frozen=True)
class Step:
    """One bar of the waterfall: from where to where it goes; a total stands on the ground."""

    part: Part
    start: Decimal
    end: Decimal
    is_total: bool


@dataclass(frozen=True)
class Bridge:
    """The bridge of one currency."""

    currency: str
    months: list[date]
    parts: list[Part]

    def of(self, *kinds: str) -> list[Part]:
        """The parts of some kinds, in order."""
        return [part for part in self.parts if part.part_type in kinds]

    def total(self, name: str, *kinds: str) -> Part:
        """The parts of some kinds as one."""
        own = self.of(*kinds)
        amounts = {month: sum((part.amounts.get(month, _ZERO) for part in own), _ZERO) for month in self.months}
        return Part(kinds[0], name, amounts)

    @property
    def billable(self) -> Part:
        return self.total("Billable", "billable")

    @property
    def billed(self) -> Part:
        return self.total("Billed", "billed")

    @property
    def closes(self) -> bool:
        """Whether the parts lead from billable to billed to the cent, in every month."""
        way = self.total("Way", *_WAY)
        billable, billed = self.billable, self.billed
        return all(billable.amounts[month] + way.amounts[month] == billed.amounts[month] for month in self.months)

    @property
    def steps(self) -> list[Step]:
        """The waterfall; empty when the parts don't lead from billable to billed: such a chart would lie."""
        if not self.closes:
            return []
        level = self.billable.amount
        steps = [Step(self.billable, _ZERO, level, is_total=True)]
        for part in self.of(*_WAY):
            if part.amount:
                steps.append(Step(part, level, level + part.amount, is_total=False))
                level += part.amount
        return [*steps, Step(self.billed, _ZERO, level, is_total=True)]


def bridges(rows: Sequence[dict[str, Any]]) -> list[Bridge]:
    """A bridge per currency of rows of ``BRIDGE``, in their order."""
    found: dict[str, dict[tuple[str, str], Part]] = {}
    months: dict[str, set[date]] = {}
    for row in rows:
        currency, month = row["currency_code"], row["month"]
        months.setdefault(currency, set()).add(month)
        parts = found.setdefault(currency, {})
        # A control may find both: money that is missing, and money that was billed too much.
        name = f"{row['part_name']}, over-billed" if row["part_type"] == "over" else row["part_name"]
        part = parts.setdefault((row["part_type"], row["part"]), Part(row["part_type"], name, {}))
        part.amounts[month] = part.amounts.get(month, _ZERO) + row["amount"]
    return [Bridge(currency, sorted(months[currency]), list(parts.values())) for currency, parts in found.items()]


def bars(steps: Sequence[Step], width: float = 200.0) -> list[tuple[float, float]]:
    """Left edge and width of each bar of a waterfall that lies on its side.

    The axis begins a little below the lowest level, not at zero: beside the totals no leak would be seen. Totals begin
    at its left edge.
    """
    if not steps:
        return []
    levels = [float(level) for step in steps for level in ((step.end,) if step.is_total else (step.start, step.end))]
    lowest, highest = min(levels), max(levels)
    span = (highest - lowest) or abs(highest) or 1.0
    left = lowest - span * 0.15
    scale = width / (highest - left)
    drawn = []
    for step in steps:
        begin = left if step.is_total else float(min(step.start, step.end))
        end = float(step.end if step.is_total else max(step.start, step.end))
        drawn.append((round((begin - left) * scale, 2), round(max((end - begin) * scale, 0.6), 2)))
    return drawn
