"""Partner settlement: who the partners are, what was agreed with them, and the documents that they exchange."""

from __future__ import annotations

import polars as pl

from seeds.operator.build import Operator
from seeds.operator.copies.columns import cents
from seeds.operator.copies.keys import Keys
from seeds.operator.planting.commissions import DEALERS, Commissions
from seeds.operator.world.offerings import CURRENCY


def copy_partners(operator: Operator, keys: Keys, commissions: Commissions) -> dict[str, pl.DataFrame]:
    """Frames ``partner``, ``commission_term``, ``commission_line``, columns as the source declares them, and each one's
    file_date."""
    return {
        "partner": _partners(operator),
        "commission_term": _terms(operator, commissions),
        "commission_line": _statements(operator, keys, commissions),
    }


def _partners(operator: Operator) -> pl.DataFrame:
    rows = [(number, name, "dealer", "DE") for number, name in DEALERS]
    names = ["partner_id", "partner_name", "partner_type", "country_code"]
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row").with_columns(
        file_date=_last_day(operator)
    )


def _terms(operator: Operator, commissions: Commissions) -> pl.DataFrame:
    return commissions.terms.with_row_index("number").select(
        _last_day(operator).alias("file_date"),
        (pl.lit("CT-") + (pl.col("number") + 1).cast(pl.String).str.zfill(4)).alias("commission_term_id"),
        pl.col("dealer").alias("partner_id"),
        "product_line",
        cents(pl.col("amount")).alias("commission_amount"),
        pl.col("days").alias("clawback_days"),
        pl.col("rule").alias("clawback_rule"),
        _date("from_day").alias("valid_from"),
        # The contract names the last day.
        _date(pl.col("to_day") - 1).alias("valid_until"),
        pl.lit(CURRENCY).alias("currency_code"),
    )


def _statements(operator: Operator, keys: Keys, commissions: Commissions) -> pl.DataFrame:
    lines = operator.lines
    line = commissions.lines["line"].to_numpy()
    month = _date("statement_day").dt.strftime("%Y%m")
    return commissions.lines.select(
        _date("statement_day").alias("file_date"),
        pl.col("dealer").alias("partner_id"),
        (pl.col("dealer") + "/" + month).alias("statement_number"),
        _date("statement_day").alias("statement_date"),
        (pl.int_range(pl.len()).over("dealer", "statement_day") + 1).alias("line_number"),
        pl.col("order").alias("order_number"),
        keys.offering[lines.offering[line]].alias("product_offering_id"),
        _date("activation_day").alias("activation_date"),
        pl.col("kind").alias("commission_type"),
        cents(pl.col("amount")).alias("amount"),
        pl.lit(CURRENCY).alias("currency_code"),
    )


def _date(day: str | pl.Expr) -> pl.Expr:
    return (pl.col(day) if isinstance(day, str) else day).cast(pl.Int32).cast(pl.Date)


def _last_day(operator: Operator) -> pl.Expr:
    return pl.lit(operator.parameters.end_day - 1).cast(pl.Int32).cast(pl.Date)
