"""Accounting: the lines of the journal, as the monthly export lists them."""

from __future__ import annotations

import polars as pl

from seeds.operator.copies.columns import cents
from seeds.operator.planting.journal import Journal
from seeds.operator.world.offerings import CURRENCY


def copy_general_ledger(journal: Journal) -> dict[str, pl.DataFrame]:
    """Frame ``journal_line``, columns as the source declares them, and the last day of its month as file_date."""
    day = pl.col("day").cast(pl.Int32).cast(pl.Date)
    amount = pl.col("amount")
    return {
        "journal_line": journal.lines.select(
            day.dt.month_end().alias("file_date"),
            pl.col("document").alias("document_number"),
            pl.col("line").cast(pl.Int64).alias("line_number"),
            pl.col("kind").alias("document_type"),
            day.alias("posting_date"),
            "account",
            "cost_centre",
            pl.when(amount < 0).then(cents(-amount)).alias("debit_amount"),
            pl.when(amount >= 0).then(cents(amount)).alias("credit_amount"),
            pl.lit(CURRENCY).alias("currency_code"),
            pl.col("text").alias("line_text"),
            "reference",
            "approved_by",
        ).sort("posting_date", "document_number", "line_number")
    }
