"""Billing's invoice deliveries, and how its accounts are taxed otherwise than as usual."""

from __future__ import annotations

import polars as pl

from seeds.operator.copies.columns import dates
from seeds.operator.copies.keys import Keys
from seeds.operator.planting.deliveries import Deliveries
from seeds.operator.planting.taxes import Taxation


def invoice_deliveries(deliveries: Deliveries, invoice_id: pl.Series) -> pl.DataFrame:
    """One row for each time that an invoice was handed to a channel. ``invoice_id``: in the order of the places."""
    attempts = deliveries.attempts
    return attempts.with_row_index("n").select(
        ("DLV-" + (pl.col("n") + 1).cast(pl.String).str.zfill(8)).alias("invoice_delivery_id"),
        invoice_id[attempts["place"].to_numpy()].alias("invoice_id"),
        pl.col("attempt").alias("attempt_number"),
        "channel",
        "status",
        "hold_reason",
        "bounce_reason",
        pl.col("created").alias("created_at"),
        pl.col("held").alias("held_at"),
        pl.col("released").alias("released_at"),
        pl.col("sent").alias("sent_at"),
        pl.col("delivered").alias("delivered_at"),
        pl.col("bounced").alias("bounced_at"),
        pl.col("updated").alias("updated_at"),
    )


def account_tax_status(taxation: Taxation, keys: Keys) -> pl.DataFrame:
    """Exemptions and reverse charge on file."""
    status = taxation.status
    to_day = pl.Series("valid_to", status["to_day"].cast(pl.Int32)).cast(pl.Date)
    return status.with_row_index("n").select(
        ("TXS-" + (pl.col("n") + 1).cast(pl.String).str.zfill(5)).alias("tax_status_id"),
        keys.account[status["account"].to_numpy()].alias("account_id"),
        pl.col("status").alias("tax_category"),
        pl.col("reason").alias("reason_code"),
        pl.col("reference").alias("reference"),
        pl.col("country").alias("country_code"),
        dates(status["from_day"].to_numpy(), "valid_from").alias("valid_from"),
        to_day,
    )
