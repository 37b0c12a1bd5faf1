"""Rows of the ledger for faults of the bill that are not those of one line."""

from __future__ import annotations

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.copies.keys import Keys
from seeds.operator.ledger import bill_differences, planted_rows
from seeds.operator.planting.credits import OVER
from seeds.operator.planting.roles_bills import OF_AN_ACCOUNT


def bill_rows(operator: Operator, keys: Keys) -> list[pl.DataFrame]:
    """Ready rows, a frame for each kind of fault."""
    return [_skipped_accounts(operator, keys), _credits(operator, keys)]


def _credits(operator: Operator, keys: Keys) -> pl.DataFrame:
    """One row for each account on which credits went over the authority of who posted them."""
    parameters, lines = operator.parameters, operator.lines
    parts = []
    for code, over in OVER.items():
        line = operator.chooser.lines(code)
        line = line[np.isin(lines.account[line], lines.account[operator.subscriptions.line])]
        count = len(line)
        parts.append(
            planted_rows(
                [code] * count,
                pl.DataFrame({"billing.account": keys.account[lines.account[line]]}),
                np.full(count, parameters.start_day),
                np.full(count, parameters.end_day),
                np.full(count, over),
                "under",
            )
        )
    return pl.concat(parts)


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
