"""Billing's rate tables and its calendar of bill runs."""

from __future__ import annotations

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.copies.columns import cents, dates, instants
from seeds.operator.planting.tariffs import SINCE
from seeds.operator.world.bill_runs import CYCLES
from seeds.operator.world.clock import NEVER
from seeds.operator.world.offerings import CODES, CURRENCY, MONTHLY, TARIFF_PERIODS, UNITS, USAGE_TYPES, ZONES
from seeds.operator.world.promotions import STAFF


def rate_key(numbers: np.ndarray) -> pl.Series:
    """Billing's keys of rates by their numbers, from 1."""
    return "RT-" + pl.Series(np.asarray(numbers)).cast(pl.String).str.zfill(4)


def micro(values: pl.Series) -> pl.Series:
    """Millionths of a euro as DECIMAL(18,6), without a detour over floats."""
    return (values.cast(pl.Int64).cast(pl.Decimal(18, 6)) / pl.Series([1_000_000]).cast(pl.Decimal(18, 6))).cast(
        pl.Decimal(18, 6)
    )


def rating_rates(operator: Operator) -> pl.DataFrame:
    rows = sorted(operator.billing_tariff.rows, key=lambda row: row.number)
    rates = [operator.tariff.rates[row.rate] for row in rows]
    return pl.DataFrame(
        {
            "rate_id": rate_key([row.number for row in rows]),
            "offering_code": [CODES[rate.offering] for rate in rates],
            "usage_type": [USAGE_TYPES[rate.usage_type] for rate in rates],
            "zone": [ZONES[rate.zone] for rate in rates],
            "tariff_period": [TARIFF_PERIODS[rate.period].upper() if rate.period >= 0 else None for rate in rates],
            "unit": [UNITS[rate.usage_type] for rate in rates],
            "unit_size": [rate.unit_size for rate in rates],
            "minimum_units": [rate.minimum for rate in rates],
            "unit_price": micro(pl.Series([row.price for row in rows])),
            "currency_code": [CURRENCY] * len(rates),
            "valid_from": instants(np.array([row.from_at for row in rows])),
            "valid_to": instants(np.array([row.to_at for row in rows])),
        }
    )


def recurring_rates() -> pl.DataFrame:
    count = len(CODES)
    return pl.DataFrame(
        {
            "recurring_rate_id": [f"RR-{number + 1:03d}" for number in range(count)],
            "offering_code": CODES,
            "cents": MONTHLY,
            "currency_code": [CURRENCY] * count,
            "valid_from": instants(np.full(count, SINCE)),
            "valid_to": instants(np.full(count, NEVER)),
        }
    ).select(
        "recurring_rate_id",
        "offering_code",
        cents(pl.col("cents")).alias("monthly_amount"),
        "currency_code",
        "valid_from",
        "valid_to",
    )


def employees() -> pl.DataFrame:
    """Who may post and grant by hand, and by which grade."""
    return pl.DataFrame(STAFF, schema=["user_id", "display_name", "grade"], orient="row")


def bill_runs(operator: Operator) -> pl.DataFrame:
    runs = operator.runs
    return pl.DataFrame(
        {
            "bill_run_id": runs.run_id,
            "bill_cycle": pl.Series(CYCLES)[runs.cycle],
            "period_start": dates(runs.period_start),
            "period_end": dates(runs.period_end),
            "run_at": instants(runs.run_at),
            "status": np.where(runs.is_completed, "COMPLETED", "PLANNED").tolist(),
        }
    )
