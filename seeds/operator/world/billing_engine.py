"""The billing engine: from subscriptions, plans, discounts, one-off charges and rated usage to invoice lines.

It runs twice, once on true inputs and once on the faulty ones; the ledger is the difference.
Money is in whole cents, rated amounts in millionths of a euro, days are local day numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from seeds.operator.world.bill_runs import BillRuns
from seeds.operator.world.offerings import MONTHLY

RECURRING, USAGE, ONE_OFF, DISCOUNT = range(4)
LINE_TYPES = ("RC", "UC", "OC", "DC")


@dataclass(frozen=True)
class Plans:
    """Which offering a line is charged for, one element per interval [from_day, to_day)."""

    line: np.ndarray
    cycle: np.ndarray
    offering: np.ndarray
    from_day: np.ndarray
    to_day: np.ndarray


@dataclass(frozen=True)
class Discounts:
    """Reductions of a line's recurring charge. ``value`` is hundredths of a percent, or cents a month."""

    line: np.ndarray
    is_percentage: np.ndarray
    value: np.ndarray
    from_day: np.ndarray
    to_day: np.ndarray


@dataclass(frozen=True)
class OneOffs:
    """One-off charges: line, offering, bill run, cents."""

    line: np.ndarray
    offering: np.ndarray
    run: np.ndarray
    amount: np.ndarray


@dataclass(frozen=True)
class Rated:
    """Rated usage that a run picked up (run -1: none did)."""

    line: np.ndarray
    run: np.ndarray
    usage_type: np.ndarray
    quantity: np.ndarray
    amount: np.ndarray


def divide_half_up(numerator: np.ndarray, denominator: np.ndarray | int) -> np.ndarray:
    """Integer division rounded half away from zero; the denominator is positive."""
    magnitude = (2 * np.abs(numerator) + denominator) // (2 * np.asarray(denominator))
    return np.sign(numerator) * magnitude


def bill(runs: BillRuns, plans: Plans, discounts: Discounts, one_offs: OneOffs, rated: Rated) -> pl.DataFrame:
    """Invoice lines of all completed runs.

    Columns: line, run, line_type, usage_type (-1 none), offering (-1 none), period_start, period_end, quantity, amount.
    Lines of zero are left out, except recurring ones. Sorted by run, line, line type, period and usage type.
    """
    parts = [_usage(runs, rated), _one_offs(runs, one_offs)]
    order = np.argsort(plans.line, kind="stable")
    first = np.searchsorted(plans.line[order], discounts.line, side="left")
    last = np.searchsorted(plans.line[order], discounts.line, side="right")
    # One element for each pair of a discount and a plan interval of its line.
    pair_discount = np.repeat(np.arange(len(discounts.line)), last - first)
    offset = np.arange(len(pair_discount)) - np.repeat(np.cumsum(last - first) - (last - first), last - first)
    pair_plan = order[np.repeat(first, last - first) + offset]
    for run in np.flatnonzero(runs.is_completed):
        parts.append(_recurring(runs, run, plans))
        parts.append(_discounts(runs, run, plans, discounts, pair_plan, pair_discount))
    return pl.concat(parts).sort(["run", "line", "line_type", "period_start", "usage_type", "offering", "amount"])


def _frame(**columns: np.ndarray) -> pl.DataFrame:
    length = max(np.size(value) for value in columns.values())
    return pl.DataFrame({name: np.broadcast_to(value, length).astype(np.int64) for name, value in columns.items()})


def _recurring(runs: BillRuns, run: int, plans: Plans) -> pl.DataFrame:
    begin = np.maximum(plans.from_day, runs.period_start[run])
    end = np.minimum(plans.to_day, runs.period_end[run])
    chosen = np.flatnonzero((plans.cycle == runs.cycle[run]) & (end > begin))
    days = (end - begin)[chosen]
    offering = plans.offering[chosen]
    return _frame(
        line=plans.line[chosen],
        run=np.full(len(chosen), run),
        line_type=np.full(len(chosen), RECURRING),
        usage_type=np.full(len(chosen), -1),
        offering=offering,
        period_start=begin[chosen],
        period_end=end[chosen],
        quantity=days,
        amount=divide_half_up(MONTHLY[offering] * days, runs.month_days[run]),
    )


def _discounts(
    runs: BillRuns, run: int, plans: Plans, discounts: Discounts, pair_plan: np.ndarray, pair_discount: np.ndarray
) -> pl.DataFrame:
    begin = np.maximum(plans.from_day[pair_plan], discounts.from_day[pair_discount])
    begin = np.maximum(begin, runs.period_start[run])
    end = np.minimum(plans.to_day[pair_plan], discounts.to_day[pair_discount])
    end = np.minimum(end, runs.period_end[run])
    chosen = np.flatnonzero((plans.cycle[pair_plan] == runs.cycle[run]) & (end > begin))
    plan, discount = pair_plan[chosen], pair_discount[chosen]
    days = (end - begin)[chosen]
    offering = plans.offering[plan]
    monthly = MONTHLY[offering]
    percentage = divide_half_up(monthly * discounts.value[discount] * days, 10_000 * runs.month_days[run])
    absolute = divide_half_up(np.minimum(discounts.value[discount], monthly) * days, runs.month_days[run])
    amount = np.where(discounts.is_percentage[discount], percentage, absolute)
    lines = _frame(
        line=plans.line[plan],
        run=np.full(len(chosen), run),
        line_type=np.full(len(chosen), DISCOUNT),
        usage_type=np.full(len(chosen), -1),
        offering=offering,
        period_start=begin[chosen],
        period_end=end[chosen],
        quantity=days,
        amount=-amount,
    )
    return lines.filter(pl.col("amount") != 0)


def _usage(runs: BillRuns, rated: Rated) -> pl.DataFrame:
    chosen = np.flatnonzero(rated.run >= 0)
    sums = (
        pl.DataFrame(
            {
                "line": rated.line[chosen].astype(np.int64),
                "run": rated.run[chosen].astype(np.int64),
                "usage_type": rated.usage_type[chosen].astype(np.int64),
                "quantity": rated.quantity[chosen].astype(np.int64),
                "micro": rated.amount[chosen].astype(np.int64),
            }
        )
        .group_by("line", "run", "usage_type")
        .agg(pl.col("quantity").sum(), pl.col("micro").sum())
        .sort("line", "run", "usage_type")
    )
    run = sums["run"].to_numpy()
    lines = _frame(
        line=sums["line"].to_numpy(),
        run=run,
        line_type=np.full(len(run), USAGE),
        usage_type=sums["usage_type"].to_numpy(),
        offering=np.full(len(run), -1),
        period_start=runs.period_start[run],
        period_end=runs.period_end[run],
        quantity=sums["quantity"].to_numpy(),
        amount=divide_half_up(sums["micro"].to_numpy(), 10_000),
    )
    return lines.filter(pl.col("amount") != 0)


def _one_offs(runs: BillRuns, one_offs: OneOffs) -> pl.DataFrame:
    chosen = np.flatnonzero((one_offs.run >= 0) & (one_offs.amount != 0))
    run = one_offs.run[chosen]
    return _frame(
        line=one_offs.line[chosen],
        run=run,
        line_type=np.full(len(chosen), ONE_OFF),
        usage_type=np.full(len(chosen), -1),
        offering=one_offs.offering[chosen],
        period_start=runs.period_start[run],
        period_end=runs.period_end[run],
        quantity=np.ones(len(chosen)),
        amount=one_offs.amount[chosen],
    )
