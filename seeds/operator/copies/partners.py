"""Partner settlement: who the partners are, what was agreed with them, and the documents that they exchange."""

from __future__ import annotations

import polars as pl

from seeds.operator.build import Operator
from seeds.operator.copies.columns import cents
from seeds.operator.copies.keys import Keys
from seeds.operator.planting.circuits import SUPPLIERS, Circuits
from seeds.operator.planting.commissions import DEALERS, Commissions
from seeds.operator.planting.interconnect import CARRIERS, INCOMING, RANGES, Interconnect
from seeds.operator.world.offerings import CURRENCY

_MONEY = pl.Decimal(18, 6)


def copy_partners(
    operator: Operator, keys: Keys, commissions: Commissions, interconnect: Interconnect, circuits: Circuits
) -> dict[str, pl.DataFrame]:
    """A frame per entity of the source, columns as it declares them, and each one's file_date."""
    return {
        "partner": _partners(operator),
        "commission_term": _terms(operator, commissions),
        "commission_line": _statements(operator, keys, commissions),
        "number_range": _ranges(operator),
        "interconnect_rate": _rates(operator, interconnect),
        "interconnect_traffic": _traffic(interconnect),
        "interconnect_invoice_line": _invoices(interconnect),
        "supplier_rate": _supplier_rates(operator, circuits),
        "supplier_invoice_line": _supplier_invoices(circuits),
    }


def _partners(operator: Operator) -> pl.DataFrame:
    rows = [(number, name, "dealer", "DE") for number, name in DEALERS]
    rows += [(number, name, "carrier", country) for number, name, country in CARRIERS]
    rows += [(number, name, "supplier", "DE") for number, name, _ in SUPPLIERS]
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


def _ranges(operator: Operator) -> pl.DataFrame:
    rows = [(prefix, partner, place) for prefixes, partner, place in RANGES for prefix in prefixes]
    names = ["number_prefix", "partner_id", "destination"]
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row").with_columns(
        file_date=_last_day(operator)
    )


def _rates(operator: Operator, interconnect: Interconnect) -> pl.DataFrame:
    return interconnect.rates.with_row_index("number").select(
        _last_day(operator).alias("file_date"),
        (pl.lit("IR-") + (pl.col("number") + 1).cast(pl.String).str.zfill(4)).alias("interconnect_rate_id"),
        pl.col("partner").alias("partner_id"),
        "direction",
        "destination",
        _rate().alias("rate_per_minute"),
        _date("from_day").alias("valid_from"),
        _date(pl.col("to_day") - 1).alias("valid_until"),
        pl.lit(CURRENCY).alias("currency_code"),
    )


def _traffic(interconnect: Interconnect) -> pl.DataFrame:
    """A file per month, with a row per day."""
    return interconnect.traffic.select(
        _date("day").dt.month_end().alias("file_date"),
        _date("day").alias("traffic_date"),
        pl.col("partner").alias("partner_id"),
        pl.lit(INCOMING).alias("direction"),
        "destination",
        "calls",
        "seconds",
    )


def _invoices(interconnect: Interconnect) -> pl.DataFrame:
    day = _date("invoice_day")
    mark = pl.when(pl.col("direction") == INCOMING).then(pl.lit("A")).otherwise(pl.lit("E"))
    return interconnect.invoices.select(
        day.alias("file_date"),
        pl.col("partner").alias("partner_id"),
        pl.concat_str("partner", day.dt.strftime("%Y%m"), mark, separator="/").alias("invoice_number"),
        day.alias("invoice_date"),
        (pl.int_range(pl.len()).over("partner", "direction", "invoice_day") + 1).alias("line_number"),
        "direction",
        "destination",
        _date("from_day").alias("period_start"),
        _date(pl.col("to_day") - 1).alias("period_end"),
        "calls",
        (pl.col("minutes").cast(pl.Decimal(18, 2)) / pl.lit(100)).cast(pl.Decimal(18, 2)).alias("minutes"),
        _rate().alias("rate_per_minute"),
        cents(pl.col("amount")).alias("amount"),
        pl.lit(CURRENCY).alias("currency_code"),
        pl.col("kind").alias("line_type"),
    )


def _supplier_rates(operator: Operator, circuits: Circuits) -> pl.DataFrame:
    return circuits.rates.with_row_index("number").select(
        _last_day(operator).alias("file_date"),
        (pl.lit("SR-") + (pl.col("number") + 1).cast(pl.String).str.zfill(4)).alias("supplier_rate_id"),
        pl.col("partner").alias("partner_id"),
        pl.col("product").alias("product_code"),
        cents(pl.col("rate")).alias("monthly_rate"),
        "notice_days",
        _date("from_day").alias("valid_from"),
        _date(pl.col("to_day") - 1).alias("valid_until"),
        pl.lit(CURRENCY).alias("currency_code"),
    )


def _supplier_invoices(circuits: Circuits) -> pl.DataFrame:
    day = _date("invoice_day")
    return circuits.invoices.select(
        day.alias("file_date"),
        pl.col("partner").alias("partner_id"),
        pl.concat_str("partner", day.dt.strftime("%Y%m"), separator="/").alias("invoice_number"),
        day.alias("invoice_date"),
        (pl.int_range(pl.len()).over("partner", "invoice_day") + 1).alias("line_number"),
        pl.col("reference").alias("circuit_reference"),
        pl.col("product").alias("product_code"),
        _date("from_day").alias("period_start"),
        _date(pl.col("to_day") - 1).alias("period_end"),
        cents(pl.col("rate")).alias("monthly_rate"),
        cents(pl.col("amount")).alias("amount"),
        pl.lit(CURRENCY).alias("currency_code"),
        pl.col("kind").alias("line_type"),
    )


def _rate() -> pl.Expr:
    return (pl.col("rate").cast(_MONEY) / pl.lit(1_000_000)).cast(_MONEY)


def _date(day: str | pl.Expr) -> pl.Expr:
    return (pl.col(day) if isinstance(day, str) else day).cast(pl.Int32).cast(pl.Date)


def _last_day(operator: Operator) -> pl.Expr:
    return pl.lit(operator.parameters.end_day - 1).cast(pl.Int32).cast(pl.Date)
