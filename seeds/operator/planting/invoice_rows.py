"""Ledger rows of finished invoices: wrong tax, and what never reached its reader."""

from __future__ import annotations

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.ledger import planted_rows
from seeds.operator.planting.deliveries import Deliveries
from seeds.operator.planting.roles import NUMBER, ROLES
from seeds.operator.planting.taxes import Taxation

_HONEST = {role.code for role in ROLES if role.kind == "distractor"}


def tax_rows(operator: Operator, taxation: Taxation, invoices: pl.DataFrame) -> pl.DataFrame:
    """R6: a row for each invoice. ``invoices``: run, account, invoice_id."""
    planted = taxation.planted.join(invoices, on=["run", "account"], how="inner", maintain_order="left")
    difference = planted["difference"].to_numpy()
    directions = [None if value == 0 else "under" if value > 0 else "over" for value in difference]
    return _rows(operator, planted["code"], planted, abs(difference), directions)


def delivery_rows(operator: Operator, deliveries: Deliveries, invoices: pl.DataFrame) -> pl.DataFrame:
    """R7: a row for each invoice, worth what is to be paid. ``invoices``: run, account, invoice_id, worth (cents)."""
    chosen = np.flatnonzero(np.isin(deliveries.role, list(NUMBER)))
    codes = pl.Series(deliveries.role[chosen].tolist(), dtype=pl.String)
    planted = invoices[chosen]
    is_honest = codes.is_in(list(_HONEST)).to_numpy()
    amount = np.where(is_honest, 0, planted["worth"].to_numpy())
    return _rows(operator, codes, planted, amount, [None if honest else "under" for honest in is_honest])


def _rows(
    operator: Operator, codes: pl.Series, planted: pl.DataFrame, amount: np.ndarray, directions: list[str | None]
) -> pl.DataFrame:
    run = planted["run"].to_numpy()
    subject = planted.select(pl.col("invoice_id").alias("billing.invoice"))
    start, end = operator.runs.period_start[run], operator.runs.period_end[run]
    return planted_rows(codes, subject, start, end, amount, directions)
