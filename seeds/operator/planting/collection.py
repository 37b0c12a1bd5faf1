"""Who pays, and whom dunning forgets: roles of the collection stage, and what their arrears are worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.copies.keys import Keys
from seeds.operator.ledger import planted_rows
from seeds.operator.planting.roles import CODES, NUMBER

FAULTS = ("C1.no_action", "C1.stalled")
PAUSED = {"C1.payment_plan": "PAYMENT_PLAN", "C1.dispute": "DISPUTE"}
SMALL = "C1.small_arrears"
# Below this, in cents, the operator writes no letter.
LEAST = 1000
# What the operator's collectors say of arrears by age in days: this share of them is never paid.
_NEVER_PAID = ((75, 40), (33, 25), (15, 10))


@dataclass(frozen=True)
class Debtors:
    """Accounts by what became of their arrears. One element per account; roles by number, 0 for everybody else."""

    role: np.ndarray
    is_barred: np.ndarray

    def has(self, *codes: str) -> np.ndarray:
        return np.isin(self.role, [NUMBER[code] for code in codes])

    @property
    def pays_nothing(self) -> np.ndarray:
        """Accounts that leave what falls due in the window unpaid, but for small arrears."""
        return self.is_barred | self.has(*FAULTS, *PAUSED)


def debtors(operator: Operator) -> Debtors:
    """The collection roles of the accounts."""
    role = np.zeros(len(operator.accounts), dtype=np.int64)
    for code in (*FAULTS, *PAUSED, SMALL):
        line = operator.chooser.lines(code)
        role[operator.lines.account[line]] = NUMBER[code]
    barred = np.zeros(len(operator.accounts), dtype=bool)
    barred[operator.lines.account[operator.bars.line[operator.bars.lifted_at > operator.parameters.now]]] = True
    return Debtors(role, barred)


def collection_rows(operator: Operator, keys: Keys, invoice: pl.DataFrame) -> pl.DataFrame:
    """What dunning forgot: a row for each overdue invoice of the faults' accounts, worth what is never paid.

    Nobody is dunned for less than ten euros.
    """
    line = operator.chooser.lines(*FAULTS)
    account = pl.DataFrame(
        {
            "account_id": keys.account[operator.lines.account[line]],
            "role": operator.chooser.role[line],
            "line": line,
        }
    )
    overdue = (
        invoice.join(account, on="account_id", how="inner")
        .filter((pl.col("status") == "OVERDUE") & (pl.col("total_amount") * 100 >= LEAST))
        .with_columns(due_day=pl.col("due_date").to_physical(), cents=(pl.col("total_amount") * 100).cast(pl.Int64))
        .with_columns(age=operator.parameters.end_day - pl.col("due_day"))
        .sort("invoice_id")
    )
    share = pl.lit(0)
    for days, percent in reversed(_NEVER_PAID):
        share = pl.when(pl.col("age") >= days).then(pl.lit(percent)).otherwise(share)
    # A reminder has been sent to the stalled: they are behind once the next step was due.
    stalled = (pl.col("role") == NUMBER["C1.stalled"]) & (pl.col("age") < _NEVER_PAID[1][0])
    lost = overdue.with_columns(share=share).filter((pl.col("share") > 0) & ~stalled & (pl.col("cents") >= 1000))
    lost = lost.with_columns(amount=(pl.col("cents") * pl.col("share") + 50) // 100)
    count = len(lost)
    return planted_rows(
        [CODES[number - 1] for number in lost["role"]],
        keys.subject(lost["line"].to_numpy()),
        lost["due_day"].to_numpy(),
        np.full(count, operator.parameters.end_day),
        lost["amount"].to_numpy(),
        "under",
    )
