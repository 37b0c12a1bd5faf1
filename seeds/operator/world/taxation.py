"""How what the operator sells is taxed: categories as invoices name them (UNCL 5305), rates, rounding."""

from __future__ import annotations

import numpy as np
import polars as pl

from seeds.operator.world.billing_engine import divide_half_up
from seeds.operator.world.offerings import CODES

STANDARD, EXEMPT, REVERSE_CHARGE = "S", "E", "AE"
# Hundredths of a percent.
RATE = {STANDARD: 1900, EXEMPT: 0, REVERSE_CHARGE: 0}
# An insurance is exempt by law, wherever it stands on the bill.
_EXEMPT_OFFERINGS = ("ADD_INSURANCE",)
CATEGORY = np.array([EXEMPT if code in _EXEMPT_OFFERINGS else STANDARD for code in CODES])


def category_of(offering: np.ndarray) -> np.ndarray:
    """Category of charges by their offering; usage names none (-1) and is a service like any other."""
    return np.where(offering < 0, STANDARD, CATEGORY[np.maximum(offering, 0)])


def tax_of(charges: pl.DataFrame, rate: str, per_line: pl.Expr | None = None) -> pl.DataFrame:
    """Tax of invoices in cents: run, account, tax. ``charges``: run, account, amount and a column with the rate.

    An invoice adds up what has one rate, and rounds its tax half up; where ``per_line`` holds each charge is rounded.
    """
    by_line = pl.lit(False) if per_line is None else per_line
    charges = charges.with_row_index("row").with_columns(
        group=pl.when(by_line).then(pl.col("row").cast(pl.Int64)).otherwise(-1)
    )
    sums = charges.group_by("run", "account", rate, "group").agg(pl.col("amount").sum())
    tax = divide_half_up(sums["amount"].to_numpy() * sums[rate].to_numpy(), 10_000)
    return (
        sums.with_columns(tax=pl.Series(tax)).group_by("run", "account").agg(pl.col("tax").sum()).sort("run", "account")
    )
