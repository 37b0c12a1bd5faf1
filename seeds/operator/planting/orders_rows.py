"""Faults of the order stage that no bill shows: what they are worth, from the operator's own books."""

from __future__ import annotations

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.copies.keys import Keys
from seeds.operator.ledger import planted_rows

_MICRO_TO_CENT = 10_000


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
