"""Faults of the order stage that no bill shows: what they are worth, from the operator's own books."""

from __future__ import annotations

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.copies.keys import Keys
from seeds.operator.ledger import planted_rows
from seeds.operator.planting.rating import charge
from seeds.operator.planting.roles import CODES
from seeds.operator.world.billing_engine import divide_half_up
from seeds.operator.world.offerings import INDEX, MONTHLY

_MICRO_TO_CENT = 10_000
# What somebody pays who has no contract.
_FOR_STRANGERS = "MOB_BASIS"


def barred_usage_rows(operator: Operator, keys: Keys) -> pl.DataFrame:
    """Usage of lines that dunning had barred and the network had not: per line and month what was rated.

    The network applies bars overnight, so that what is used on the day of the bar is the operator's own affair.
    """
    bars, rating, clock = operator.bars, operator.rating, operator.parameters.clock
    chosen = np.isin(bars.line, operator.chooser.lines("O8.used_while_barred"))
    barred = pl.DataFrame(
        {
            "line": bars.line[chosen],
            "from_at": clock.midnight(clock.local_day(bars.effective_at[chosen]) + 1),
            "to_at": bars.lifted_at[chosen],
        }
    )
    started_at = operator.events.started_at[rating.event]
    used = pl.DataFrame(
        {
            "line": rating.line,
            "started_at": started_at,
            "day": clock.local_day(started_at),
            "micro": rating.amount,
            "stands": rating.reverses < 0,
        }
    )
    used = used.join(barred, on="line", how="inner").filter(
        pl.col("stands") & (pl.col("started_at") >= pl.col("from_at")) & (pl.col("started_at") < pl.col("to_at"))
    )
    month = pl.col("day").cast(pl.Int32).cast(pl.Date).dt.truncate("1mo")
    sums = used.with_columns(month=month).group_by("line", "month").agg(pl.col("micro").sum()).sort("line", "month")
    sums = sums.with_columns(cents=(pl.col("micro") + _MICRO_TO_CENT // 2) // _MICRO_TO_CENT).filter(
        pl.col("cents") > 0
    )
    return planted_rows(
        ["O8.used_while_barred"] * len(sums),
        keys.subject(sums["line"].to_numpy()),
        sums["month"].to_physical().to_numpy(),
        sums.select(pl.col("month").dt.offset_by("1mo").to_physical()).to_series().to_numpy(),
        sums["cents"].to_numpy(),
        "under",
    )


def open_order_rows(operator: Operator, keys: Keys) -> pl.DataFrame:
    """Orders that nobody carries out: what the line would have brought since the day that was promised."""
    lines, today = operator.lines, operator.parameters.end_day
    line = operator.chooser.lines("O4.stuck", "O4.fallout")
    promised = operator.parameters.clock.local_day(lines.promised_at[line])
    # A year's price over a year's days, in cents, rounded half up.
    owed = MONTHLY[lines.offering[line]] * 12 * (today - promised)
    return planted_rows(
        [CODES[number - 1] for number in operator.chooser.role[line]],
        keys.subject(line),
        promised,
        np.full(len(line), today),
        (2 * owed + 365) // 730,
        "under",
    )


def free_speed_rows(operator: Operator, keys: Keys) -> pl.DataFrame:
    """Lines that run faster than their plan: per bill run what the plan of that speed would cost more."""
    lines, runs, clock = operator.lines, operator.runs, operator.parameters.clock
    line = operator.chooser.lines("O5.speed_for_free")
    since = clock.local_day(lines.speed_since[line])
    more = MONTHLY[INDEX["FIX_DSL_100"]] - MONTHLY[lines.offering[line]]
    cycle = operator.accounts.cycle[lines.account[line]]
    parts = []
    for run in np.flatnonzero(runs.is_completed):
        days = runs.period_end[run] - np.maximum(since, runs.period_start[run])
        hit = (cycle == runs.cycle[run]) & (days > 0)
        parts.append(
            planted_rows(
                ["O5.speed_for_free"] * int(hit.sum()),
                keys.subject(line[hit]),
                np.full(hit.sum(), runs.period_start[run]),
                np.full(hit.sum(), runs.period_end[run]),
                divide_half_up(more[hit] * days[hit], runs.month_days[run]),
                "under",
            )
        )
    return pl.concat(parts)


def lone_usage_rows(operator: Operator, keys: Keys) -> pl.DataFrame:
    """Usage of SIM cards that nobody pays for and that is none of the operator's own: by card and month, at the prices
    that the operator asks of strangers."""
    lone, events, clock, tariff = operator.lone_sims, operator.events, operator.parameters.clock, operator.tariff
    card = np.maximum(events.lone_sim, 0)
    day = clock.local_day(events.started_at)
    abused = lone.of("O9.stock_sim_used", "O11.orphan_sim") | lone.of("O9.expired_test_sim")
    counts = (events.lone_sim >= 0) & abused[card] & (day >= lone.purpose_until[card]) & ~events.is_resent
    used = np.flatnonzero(counts)
    offering = np.full(len(used), INDEX[_FOR_STRANGERS])
    parts = tariff.parts(
        offering, events.usage_type[used], events.zone[used], events.started_at[used], events.quantity[used]
    )
    _, price = charge(tariff, parts, np.zeros(len(used), dtype=np.int64))
    sums = (
        pl.DataFrame(
            {
                "card": events.lone_sim[used],
                "day": day[used],
                "micro": price,
            }
        )
        .with_columns(month=pl.col("day").cast(pl.Int32).cast(pl.Date).dt.truncate("1mo"))
        .group_by("card", "month")
        .agg(pl.col("micro").sum())
        .sort("card", "month")
        .with_columns(cents=(pl.col("micro") + _MICRO_TO_CENT // 2) // _MICRO_TO_CENT)
        .filter(pl.col("cents") > 0)
    )
    card = sums["card"].to_numpy()
    return planted_rows(
        [lone.role[number] for number in card],
        keys.card(lone.serial[card]),
        sums["month"].to_physical().to_numpy(),
        sums.select(pl.col("month").dt.offset_by("1mo").to_physical()).to_series().to_numpy(),
        sums["cents"].to_numpy(),
        "under",
    )
