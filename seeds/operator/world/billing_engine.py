"""The billing engine: from subscriptions, plans, discounts, one-off charges and rated usage to invoice lines.

It runs twice, once on true inputs and once on the faulty ones; the ledger is the difference.
Money is in whole cents, rated amounts in millionths of a euro, days are local day numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from seeds.operator.world.bill_runs import BillRuns
from seeds.operator.world.discounting import PARTS, reductions

RECURRING, USAGE, ONE_OFF, DISCOUNT = range(4)
LINE_TYPES = ("RC", "UC", "OC", "DC")
NO_CAP = 10**9
_COLUMNS = (
    "line", "run", "line_type", "usage_type", "offering", "discount", "period_start", "period_end", "quantity",
    "amount",
)  # fmt: skip


@dataclass(frozen=True)
class Plans:
    """Which offering a line is charged for and at which monthly price (cents), one element per interval
    [from_day, to_day)."""

    line: np.ndarray
    cycle: np.ndarray
    offering: np.ndarray
    monthly: np.ndarray
    from_day: np.ndarray
    to_day: np.ndarray


@dataclass(frozen=True)
class Discounts:
    """Reductions of a line's recurring charge. ``value`` is hundredths of a percent, or cents a month; ``cap`` the most
    cents a month that it may take off (NO_CAP: as much as there is)."""

    line: np.ndarray
    is_percentage: np.ndarray
    value: np.ndarray
    cap: np.ndarray
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

    Columns: line, run, line_type, usage_type (-1 none), offering (-1 none), discount (position in ``discounts``, -1
    none), period_start, period_end, quantity, amount.
    Lines of zero are left out, except recurring ones. Sorted by run, line, line type, period and usage type.
    """
    parts = [_usage(runs, rated), _one_offs(runs, one_offs)]
    taken_off = reductions(plans, discounts)
    for run in np.flatnonzero(runs.is_completed):
        parts.append(_recurring(runs, run, plans))
        parts.append(_discounts(runs, run, plans, taken_off))
    order = ["run", "line", "line_type", "period_start", "usage_type", "offering", "discount", "amount"]
    return pl.concat(parts).sort(order)


def _frame(**columns: np.ndarray) -> pl.DataFrame:
    """Invoice lines; the discount is -1 where none is named."""
    length = np.size(columns["line"])
    columns = {**columns, "discount": columns.get("discount", np.full(length, -1))}
    return pl.DataFrame({name: np.broadcast_to(columns[name], length).astype(np.int64) for name in _COLUMNS})


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
        amount=divide_half_up(plans.monthly[chosen] * days, runs.month_days[run]),
    )


def _discounts(runs: BillRuns, run: int, plans: Plans, taken_off: pl.DataFrame) -> pl.DataFrame:
    """One line for each discount and plan interval; what its stretches take off is added up before it is rounded."""
    days = pl.col("to_day") - pl.col("from_day")
    sums = (
        taken_off.filter(pl.Series(plans.cycle == runs.cycle[run])[taken_off["plan"]])
        .with_columns(
            from_day=pl.col("from_day").clip(int(runs.period_start[run])),
            to_day=pl.col("to_day").clip(None, int(runs.period_end[run])),
        )
        .filter(pl.col("to_day") > pl.col("from_day"))
        .group_by("plan", "discount")
        .agg(
            pl.col("from_day").min().alias("begin"),
            pl.col("to_day").max().alias("end"),
            days.sum().alias("days"),
            (pl.col("reduction") * days).sum().alias("parts"),
        )
        .sort("plan", "discount")
    )
    plan = sums["plan"].to_numpy()
    lines = _frame(
        line=plans.line[plan],
        run=np.full(len(plan), run),
        line_type=np.full(len(plan), DISCOUNT),
        usage_type=np.full(len(plan), -1),
        offering=plans.offering[plan],
        discount=sums["discount"].to_numpy(),
        period_start=sums["begin"].to_numpy(),
        period_end=sums["end"].to_numpy(),
        quantity=sums["days"].to_numpy(),
        amount=-divide_half_up(sums["parts"].to_numpy(), PARTS * runs.month_days[run]),
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
