"""Billing's invoices with their lines, the payments that came in, and adjustments that people posted."""

from __future__ import annotations

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.copies.billing_accounts import discount_keys
from seeds.operator.copies.columns import cents, choose_words, dates, instants
from seeds.operator.copies.keys import Keys
from seeds.operator.planting.collection import SMALL, debtors
from seeds.operator.planting.credits import planted_credits
from seeds.operator.planting.deliveries import UNSENT, Deliveries, plant_deliveries
from seeds.operator.planting.taxes import Taxation, plant_taxes
from seeds.operator.world.billing_engine import LINE_TYPES
from seeds.operator.world.clock import DAY, HOUR, MINUTE
from seeds.operator.world.offerings import CODES, CURRENCY, USAGE_TYPES

_SMALL = 450


def invoices_and_lines(
    operator: Operator, keys: Keys, random: np.random.Generator
) -> tuple[pl.DataFrame, pl.DataFrame, Taxation, Deliveries]:
    """One invoice for each account and run that has lines, the lines, their tax, and the invoices' deliveries.

    The invoices also have account and run (numbers), total and worth (cents): what they say, and what is to be paid.
    """
    runs, lines = operator.runs, operator.lines
    bill = operator.actual_bill.with_columns(account=pl.Series(lines.account[operator.actual_bill["line"].to_numpy()]))
    bill = bill.sort("run", "account", "line", "line_type", "period_start", "usage_type", "offering")
    totals = (
        bill.group_by("run", "account", maintain_order=True)
        .agg(pl.col("amount").sum().alias("net"))
        .with_row_index("invoice")
        .with_columns(pl.col("invoice").cast(pl.Int64))
    )
    run = totals["run"].to_numpy()
    count = len(totals)
    issued = runs.run_at[run] + random.integers(60, 150, count) * MINUTE
    taxation = plant_taxes(operator, bill)
    totals = totals.join(taxation.tax, on=["run", "account"], how="left", maintain_order="left").with_columns(
        total=pl.col("net") + pl.col("tax"), issued_at=instants(issued)
    )
    deliveries = plant_deliveries(operator, totals, taxation.is_taken)
    is_zero = pl.Series(deliveries.has("R7.zero_total"))
    totals = totals.with_columns(
        worth=pl.col("total"),
        net=pl.when(is_zero).then(0).otherwise("net"),
        tax=pl.when(is_zero).then(0).otherwise("tax"),
        total=pl.when(is_zero).then(0).otherwise("total"),
    )
    invoices = totals.select(
        invoice_id="INV-" + pl.Series(np.arange(count) + 1).cast(pl.String).str.zfill(8),
        account_id=keys.account[totals["account"].to_numpy()],
        bill_run_id=pl.Series(runs.run_id)[run],
        issued_at=pl.col("issued_at"),
        due_date=dates(runs.period_end[run] + 14),
        net_amount=cents(pl.col("net")),
        tax_amount=cents(pl.col("tax")),
        total_amount=cents(pl.col("total")),
        currency_code=pl.lit(CURRENCY),
        account="account",
        run="run",
        total="total",
        worth="worth",
    )
    bill = bill.join(
        totals.select("run", "account", "invoice"), on=["run", "account"], how="left", maintain_order="left"
    )
    number = bill["invoice"].to_numpy()
    line = bill["line"].to_numpy()
    usage_type, offering = bill["usage_type"].to_numpy(), bill["offering"].to_numpy()
    invoice_lines = pl.DataFrame(
        {
            "invoice_line_id": "L" + pl.Series(np.arange(len(bill)) + 1).cast(pl.String).str.zfill(10),
            "invoice_id": invoices["invoice_id"][number],
            "account_id": invoices["account_id"][number],
            "subscription_id": keys.subscription[line],
            "line_type": pl.Series(LINE_TYPES)[bill["line_type"].to_numpy()],
            "usage": pl.Series(USAGE_TYPES)[np.maximum(usage_type, 0)],
            "has_usage": usage_type >= 0,
            "offering": pl.Series(CODES)[np.maximum(offering, 0)],
            "has_offering": offering >= 0,
            "discount": discount_keys(bill["discount"].to_numpy()),
            "has_discount": bill["discount"] >= 0,
            "period_start": dates(bill["period_start"].to_numpy()),
            "period_end": dates(bill["period_end"].to_numpy()),
            "quantity": bill["quantity"].cast(pl.Decimal(18, 3)),
            "amount": bill["amount"],
            "tax_category": pl.Series(taxation.category.tolist(), dtype=pl.String),
            "tax_rate": taxation.rate,
            "created_at": instants(issued[number] - 20 * MINUTE),
        }
    ).select(
        "invoice_line_id",
        "invoice_id",
        "account_id",
        "subscription_id",
        "line_type",
        pl.when("has_usage").then("usage").alias("usage_type"),
        pl.when("has_offering").then("offering").alias("offering_code"),
        pl.when("has_discount").then("discount").alias("discount_id"),
        "period_start",
        "period_end",
        "quantity",
        cents(pl.col("amount")).alias("amount"),
        "tax_category",
        (pl.col("tax_rate").cast(pl.Decimal(18, 4)) / pl.lit(10_000)).cast(pl.Decimal(9, 4)).alias("tax_rate"),
        pl.lit(CURRENCY).alias("currency_code"),
        "created_at",
    )
    return invoices, invoice_lines, taxation, deliveries


def with_payments(
    operator: Operator, keys: Keys, invoices: pl.DataFrame, deliveries: Deliveries, random: np.random.Generator
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Most people pay in time, some late, the last ones before their line is barred; debtors do not pay, nor does
    anybody whom an invoice never reached."""
    now, count = operator.parameters.now, len(invoices)
    issued = invoices["issued_at"].to_physical().to_numpy()
    draw = random.random(count)
    days = np.where(draw < 0.84, random.integers(2, 15, count), random.integers(16, 45, count))
    days = np.where(draw < 0.96, days, random.integers(46, 60, count))
    paid = issued + days * DAY + random.integers(0, 20, count) * HOUR
    owes = invoices["total"].to_numpy() > 0
    account = invoices.select("account_id", "due_date", "total").join(
        _debtors(operator, keys), on="account_id", how="left", maintain_order="left"
    )
    # What is small was left over by somebody who otherwise pays.
    small = account["leaves_small"].to_numpy() & (invoices["total"].to_numpy() < _SMALL)
    pays = owes & (paid < now) & ~account["pays_nothing"].to_numpy() & ~small
    pays &= ~deliveries.has(*UNSENT)
    due = invoices["due_date"].to_physical().to_numpy() < operator.parameters.end_day
    status = np.where(pays | ~owes, "PAID", np.where(due, "OVERDUE", "ISSUED"))
    updated = np.where(pays, paid, np.where((status == "OVERDUE"), issued + 14 * DAY, issued))
    payment = (
        invoices.with_columns(paid_at=instants(paid))
        .filter(pl.Series(pays))
        .sort("paid_at", "invoice_id")
        .with_row_index("position")
    )
    payment = payment.select(
        ("PAY-" + (pl.col("position") + 1).cast(pl.String).str.zfill(8)).alias("payment_id"),
        "account_id",
        "invoice_id",
        pl.col("total_amount").alias("amount"),
        "currency_code",
        choose_words(random, len(payment), ["DIRECT_DEBIT", "TRANSFER", "CARD"], [0.7, 0.22, 0.08]).alias("method"),
        "paid_at",
    )
    invoices = invoices.drop("account", "run", "total", "worth").with_columns(
        status=pl.Series(status.tolist()), updated_at=instants(np.minimum(updated, now - MINUTE))
    )
    return invoices, payment


def _debtors(operator: Operator, keys: Keys) -> pl.DataFrame:
    """Accounts with what becomes of their arrears: account_id, pays_nothing, leaves_small."""
    who = debtors(operator)
    return pl.DataFrame({"account_id": keys.account, "pays_nothing": who.pays_nothing, "leaves_small": who.has(SMALL)})


def adjustments(operator: Operator, keys: Keys, invoices: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """Credits and a few debits that people posted: goodwill for its role, and some for anybody."""
    lines, now = operator.lines, operator.parameters.now
    goodwill = operator.chooser.lines("R1.goodwill")
    # One account each: what nobody asked about must not add up.
    given = planted_credits(operator.chooser)
    others = random.permutation(operator.subscriptions.line)[: max(5, len(lines) // 120)]
    _, first = np.unique(lines.account[others], return_index=True)
    others = others[np.sort(first)]
    others = others[~np.isin(lines.account[others], lines.account[np.concatenate([goodwill, given.line])])]
    line = np.concatenate([goodwill, others])
    count = len(line)
    account = keys.account[lines.account[line]]
    latest = invoices.group_by("account_id").agg(pl.col("invoice_id").min(), pl.col("issued_at").min())
    reason = ["GOODWILL", "BILLING_COMPLAINT", "OUTAGE", "RETURNED_DEBIT_FEE"]
    picked = np.where(np.arange(count) < len(goodwill), 0, random.choice(4, count, p=[0.5, 0.2, 0.15, 0.15]))
    amount = np.where(picked == 3, 350, -random.choice([300, 500, 1000, 1500, 2500], count))
    words = ["Kulanz nach Anruf", "Rechnungsreklamation", "Gutschrift Störung", "Rücklastschriftgebühr"]
    frame = pl.DataFrame(
        {
            "account_id": account,
            "subscription_id": keys.subscription[line],
            "on_line": (picked != 3) & (random.random(count) < 0.4),
            "cents": amount,
            "reason_code": pl.Series(reason)[picked],
            "reason_text": pl.Series(words)[picked],
            "created_by": choose_words(
                random, count, ["m.petersen", "s.kaya", "k.nowak", "agent17"], [0.3, 0.3, 0.2, 0.2]
            ),
            "approved_by": pl.Series([None] * count, dtype=pl.String),
            "delay": random.integers(1, 12, count) * 24,
        }
    )
    planted = pl.DataFrame(
        {
            "account_id": keys.account[lines.account[given.line]],
            "subscription_id": keys.subscription[given.line],
            "on_line": np.zeros(len(given.line), dtype=bool),
            "cents": -given.cents,
            "reason_code": ["GOODWILL"] * len(given.line),
            "reason_text": ["Kulanz nach Anruf"] * len(given.line),
            "created_by": given.created_by,
            "approved_by": given.approved_by,
            "delay": given.delay_hours,
        },
        schema=frame.schema,
    )
    frame = pl.concat([frame, planted]).join(latest, on="account_id", how="inner", maintain_order="left")
    created = pl.min_horizontal(
        pl.col("issued_at") + pl.duration(hours=pl.col("delay")),
        pl.lit(int(now - 2 * HOUR)).cast(pl.Datetime("us", "UTC")),
    )
    frame = frame.with_columns(created_at=created).sort("created_at", "account_id", "subscription_id")
    return frame.with_row_index("n").select(
        ("ADJ-" + (pl.col("n") + 1).cast(pl.String).str.zfill(7)).alias("adjustment_id"),
        "account_id",
        "invoice_id",
        pl.when("on_line").then("subscription_id").alias("subscription_id"),
        cents(pl.col("cents")).alias("amount"),
        pl.lit(CURRENCY).alias("currency_code"),
        "reason_code",
        "reason_text",
        "created_by",
        "approved_by",
        "created_at",
    )  # fmt: skip
