"""Rows of the ledger for faults of the bill that are not those of one line."""

from __future__ import annotations

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.copies.keys import Keys
from seeds.operator.ledger import bill_differences, planted_rows
from seeds.operator.planting.roles_bills import OF_AN_ACCOUNT


def bill_rows(operator: Operator, keys: Keys) -> list[pl.DataFrame]:
    """Ready rows, a frame for each kind of fault."""
    return [_skipped_accounts(operator, keys)]


def _skipped_accounts(operator: Operator, keys: Keys) -> pl.DataFrame:
    """One row for each account and run that passed it over: what all its lines should have been charged."""
    missing = bill_differences(operator.true_bill, operator.actual_bill)
    missing = missing.filter(pl.col("line").is_in(operator.chooser.lines(*OF_AN_ACCOUNT).tolist()))
    account = pl.Series("account", operator.lines.account[missing["line"].to_numpy()])
    sums = (
        missing.with_columns(account).group_by("account", "run").agg(pl.col("difference").sum()).sort("account", "run")
    )
    run = sums["run"].to_numpy()
    return planted_rows(
        list(np.repeat(OF_AN_ACCOUNT, len(sums))),
        pl.DataFrame({"billing.account": keys.account[sums["account"].to_numpy()]}),
        operator.runs.period_start[run],
        operator.runs.period_end[run],
        sums["difference"].to_numpy(),
        "under",
    )
