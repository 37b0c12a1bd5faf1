"""Billing's dunning actions: what the dunning engine sent and barred, by rules of its own, and what holds it back."""

from __future__ import annotations

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.copies.columns import instants
from seeds.operator.copies.keys import Keys
from seeds.operator.planting.collection import LEAST, PAUSED, debtors
from seeds.operator.planting.roles import NUMBER
from seeds.operator.world.clock import DAY, HOUR, NEVER

# The engine's own settings: days after the due date.
_STEPS = (("REM", 6), ("WRN", 18))
_BEFORE_A_BAR = (("REM", 41), ("WRN", 28))


def dunning_actions(
    operator: Operator, keys: Keys, invoice: pl.DataFrame, payment: pl.DataFrame, held: pl.Series
) -> pl.DataFrame:
    """Reminders and warnings about unpaid invoices (but for those ``held``), bars with what preceded them, and holds.

    A row without an invoice is about the balance that was carried over before the window.
    """
    sent = invoice.filter(~pl.col("invoice_id").is_in(held.to_list()))
    parts = [_about_invoices(operator, keys, sent, payment), _bars(operator, keys), _holds(operator, keys, invoice)]
    actions = pl.concat([part.select(sorted(part.columns)) for part in parts])
    actions = actions.sort("issued_at", "account_id", "level", "invoice_id", "subscription_id")
    return actions.with_row_index("n").select(
        ("DUN-" + (pl.col("n") + 1).cast(pl.String).str.zfill(8)).alias("dunning_action_id"),
        "account_id",
        "invoice_id",
        "subscription_id",
        "level",
        "reason_code",
        "issued_at",
        "effective_at",
        "lifted_at",
        pl.max_horizontal("issued_at", pl.col("lifted_at").fill_null(pl.col("issued_at"))).alias("updated_at"),
    )


def _frame(count: int, **columns: pl.Series) -> pl.DataFrame:
    nothing = pl.Series([None] * count, dtype=pl.String)
    never = pl.Series([None] * count, dtype=pl.Datetime("us", "UTC"))
    standard = {"invoice_id": nothing, "subscription_id": nothing, "reason_code": nothing, "lifted_at": never}
    return pl.DataFrame(standard | columns)


def _about_invoices(operator: Operator, keys: Keys, invoice: pl.DataFrame, payment: pl.DataFrame) -> pl.DataFrame:
    """Each step that an unpaid invoice reached; paying lifts it. The engine forgets, or pauses, some accounts."""
    parameters, who = operator.parameters, debtors(operator)
    forgets = who.has("C1.no_action", *PAUSED)
    account = pl.DataFrame({"account_id": keys.account, "forgets": forgets, "stalls": who.role == NUMBER["C1.stalled"]})
    # What came in part, or went back, settles nothing.
    paid = payment.group_by("invoice_id").agg(pl.col("paid_at").min(), pl.col("amount").sum().alias("paid_amount"))
    asked = (
        invoice.filter((pl.col("total_amount") * 100 >= LEAST) & (pl.col("status") != "CANCELLED"))
        .join(account, on="account_id", how="inner")
        .join(paid, on="invoice_id", how="left")
        .with_columns(paid_at=pl.when(pl.col("paid_amount") >= pl.col("total_amount")).then("paid_at"))
        .filter(~pl.col("forgets"))
        .sort("invoice_id")
    )
    parts = []
    due = asked["due_date"].to_physical().to_numpy().astype(np.int64)
    paid_at = asked["paid_at"].to_physical().fill_null(int(NEVER)).to_numpy()
    for level, days in _STEPS:
        at = parameters.clock.midnight(due + days) + 7 * HOUR
        reached = (at < paid_at) & (at < parameters.now) & ~(asked["stalls"].to_numpy() & (level != "REM"))
        chosen = np.flatnonzero(reached)
        parts.append(
            _frame(
                len(chosen),
                account_id=asked["account_id"][chosen],
                invoice_id=asked["invoice_id"][chosen],
                level=pl.Series([level] * len(chosen), dtype=pl.String),
                issued_at=instants(at[chosen]),
                effective_at=instants(at[chosen]),
                lifted_at=instants(np.where(paid_at[chosen] < parameters.now, paid_at[chosen], NEVER)),
            )
        )
    return pl.concat([part.select(sorted(part.columns)) for part in parts])


def _bars(operator: Operator, keys: Keys) -> pl.DataFrame:
    """Bars on lines, for balances carried over, with the letters that went before."""
    bars, lines = operator.bars, operator.lines
    parts = []
    lifted = np.where(bars.lifted_at < operator.parameters.now, bars.lifted_at, NEVER)
    for level, before in (*_BEFORE_A_BAR, ("BAR", 0)):
        count = len(bars.line)
        at = bars.effective_at - before * DAY
        frame = _frame(
            count,
            account_id=keys.account[lines.account[bars.line]],
            level=pl.Series([level] * count, dtype=pl.String),
            issued_at=instants(at - (HOUR if level == "BAR" else 0)),
            effective_at=instants(at),
            lifted_at=instants(lifted),
        )
        parts.append(frame.with_columns(subscription_id=keys.subscription[bars.line]) if level == "BAR" else frame)
    return pl.concat([part.select(sorted(part.columns)) for part in parts])


def _holds(operator: Operator, keys: Keys, invoice: pl.DataFrame) -> pl.DataFrame:
    """Payment plans and disputes: an invoice each, from some days after its due date on."""
    who = debtors(operator)
    reason = np.full(len(who.role), "", dtype=object)
    for code, word in PAUSED.items():
        reason[who.has(code)] = word
    account = pl.DataFrame({"account_id": keys.account, "word": reason.tolist()}, schema_overrides={"word": pl.String})
    held = (
        invoice.filter(pl.col("status") == "OVERDUE")
        .join(account.filter(pl.col("word") != ""), on="account_id", how="inner")
        .sort("invoice_id")
    )
    due = held["due_date"].to_physical().to_numpy().astype(np.int64)
    at = operator.parameters.clock.midnight(due) - 2 * DAY + 10 * HOUR
    count = len(held)
    return _frame(
        count,
        account_id=held["account_id"],
        invoice_id=held["invoice_id"],
        level=pl.Series(["HLD"] * count, dtype=pl.String),
        reason_code=held["word"],
        issued_at=instants(at),
        effective_at=instants(at),
    )
