"""Faults of billing's rate table: what they are worth, tariff by tariff and month by month."""

from __future__ import annotations

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.copies.keys import Keys
from seeds.operator.ledger import planted_rows
from seeds.operator.planting.roles import ROLES
from seeds.operator.planting.tariffs import tariff_name

_MICRO_TO_CENT = 10_000
_KIND = {role.code: role.kind for role in ROLES}


def rate_table_rows(operator: Operator, keys: Keys) -> pl.DataFrame:
    """One row per wrong rate, month and direction with what it changed; one per honest look-alike."""
    parameters, rating = operator.parameters, operator.configured_rating
    day = parameters.clock.local_day(operator.events.started_at[rating.event])
    parts = []
    for fault in operator.billing_tariff.faults:
        name = tariff_name(operator.tariff.rates[fault.rate])
        if _KIND[fault.code] != "fault":
            start, end = np.array([parameters.start_day]), np.array([parameters.end_day])
            parts.append(planted_rows([fault.code], pl.DataFrame({"billing.tariff": [name]}), start, end))
            continue
        lost = pl.DataFrame(
            {
                "month": pl.Series(day[fault.rows]).cast(pl.Int32).cast(pl.Date).dt.truncate("1mo"),
                "micro": fault.true_amount - rating.amount[fault.rows],
            }
        )
        sums = lost.group_by("month").agg(pl.col("micro").sum()).sort("month")
        sums = sums.with_columns(cents=(pl.col("micro").abs() + _MICRO_TO_CENT // 2) // _MICRO_TO_CENT)
        sums = sums.filter(pl.col("cents") > 0)
        parts.append(
            planted_rows(
                [fault.code] * len(sums),
                pl.DataFrame({"billing.tariff": [name] * len(sums)}, schema={"billing.tariff": pl.String}),
                sums["month"].to_physical().to_numpy(),
                sums.select(pl.col("month").dt.offset_by("1mo").to_physical()).to_series().to_numpy(),
                sums["cents"].to_numpy(),
                np.where(sums["micro"].to_numpy() > 0, "under", "over").tolist(),
            )
        )
    return pl.concat(parts)
