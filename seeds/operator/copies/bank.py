"""The bank: what moved on the operator's account, entry by entry, in a statement per business day."""

from __future__ import annotations

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.copies.columns import dates, instants
from seeds.operator.planting.receivables import Receivables
from seeds.operator.world.clock import HOUR
from seeds.operator.world.offerings import CURRENCY

ACCOUNT = "DE21200500001234567890"
_OWNER = "Nordlicht Telekommunikation GmbH"
_OPENING = 250_000_000
# ISO 20022 bank transaction codes by method, for money that comes in.
_CODES = {"DIRECT_DEBIT": "PMNT-IDDT-ESDD", "CARD": "PMNT-MCRD-POSP", "TRANSFER": "PMNT-RCDT-ESCT"}
_RETURN_CODE = "PMNT-IDDT-UPDD"
_MONEY = pl.Decimal(18, 5)


def copy_bank(operator: Operator, receivables: Receivables) -> dict[str, pl.DataFrame]:
    """Frames ``statement_entry`` and ``statement``, columns as the source declares them, and each one's file_date."""
    days = _business_days(operator)
    moves = pl.concat([_customers(receivables.receipts), _own_payments(operator, days)])
    moves = moves.sort("day", "group", "reference")
    # Direct debits and cards of a day are one entry each, everything else is an entry of its own.
    batch = (
        pl.when(pl.col("group").is_in(["0 IDDT", "1 MCRD"]))
        .then(pl.col("group"))
        .otherwise(pl.col("reference") + pl.col("is_credit").cast(pl.String))
    )
    moves = moves.with_columns(batch=batch)
    moves = moves.with_columns(entry_number=pl.col("batch").rank("dense").over("day").cast(pl.Int64))
    moves = moves.sort("day", "entry_number", "reference").with_columns(
        transaction_number=pl.int_range(1, pl.len() + 1).over("day", "entry_number"),
        transactions=pl.len().over("day", "entry_number"),
        entry_amount=pl.col("amount").sum().over("day", "entry_number"),
    )
    statements = _statements(operator, days, moves)
    numbers = statements.select("day", "statement_id")
    entries = moves.join(numbers, on="day", how="left", maintain_order="left")
    return {"statement": statements.drop("day"), "statement_entry": _entries(entries)}


def _business_days(operator: Operator) -> np.ndarray:
    days = np.arange(operator.parameters.start_day, operator.parameters.end_day)
    return days[(days + 3) % 7 < 5]


def _customers(receipts: pl.DataFrame) -> pl.DataFrame:
    """What customers paid, and what went back to them."""
    is_return = pl.col("return_reason").is_not_null()
    payer = pl.col("account_id").fill_null("0000000").str.replace_all(r"\D", "").str.zfill(10).str.tail(10)
    return receipts.select(
        "reference",
        "day",
        "is_credit",
        "amount",
        "charges",
        "is_reversal",
        "return_reason",
        pl.when(is_return).then(pl.lit(_RETURN_CODE)).otherwise(pl.col("method").replace_strict(_CODES)).alias("code"),
        pl.when(is_return | pl.col("is_reversal")).then(pl.lit("3 back"))
        .when(pl.col("method") == "DIRECT_DEBIT").then(pl.lit("0 IDDT"))
        .when(pl.col("method") == "CARD").then(pl.lit("1 MCRD"))
        .otherwise(pl.lit("2 RCDT")).alias("group"),
        pl.when(pl.col("method") != "TRANSFER").then("invoice_id").alias("end_to_end_id"),
        pl.when(pl.col("method") == "DIRECT_DEBIT").then(pl.lit("M-") + pl.col("account_id")).alias("mandate_id"),
        (pl.lit("Konto ") + pl.col("account_id")).fill_null(pl.lit("Telnord Carrier AG")).alias("other_name"),
        (pl.lit("DE44370400") + pl.lit("44") + payer).alias("other_iban"),
        pl.when(pl.col("method") == "TRANSFER", ~pl.col("is_reversal"))
        .then("invoice_id").alias("structured_reference"),
        pl.col("text").alias("remittance_text"),
        pl.lit(None, pl.String).alias("additional_information"),
    )  # fmt: skip


def _own_payments(operator: Operator, days: np.ndarray) -> pl.DataFrame:
    """Salaries, suppliers and the bank's own fees: money that leaves, and is no business of receivables."""
    random = operator.parameters.random("bank")
    month = pl.Series(dates(days)).dt.month().to_numpy()
    last = np.flatnonzero(np.append(month[1:] != month[:-1], True))
    suppliers = random.permutation(len(days))[: max(1, len(days) // 3)]
    kinds = (
        (last, "PMNT-ICDT-SALA", "Gehälter", (20_000_000, 30_000_000)),
        (suppliers, "PMNT-ICDT-ESCT", "Lieferantenzahlung", (50_000, 4_000_000)),
        (last, "ACMT-MDOP-CHRG", "Kontoführung und Kartenentgelte", (10_000, 60_000)),
    )
    parts = []
    for number, (places, code, text, (least, most)) in enumerate(kinds):
        count = len(places)
        parts.append(
            pl.DataFrame(
                {
                    "reference": [f"99{number}{days[place]:07d}" for place in places],
                    "day": days[places],
                    "is_credit": [False] * count,
                    "amount": random.integers(least, most, count),
                    "charges": [0] * count,
                    "is_reversal": [False] * count,
                    "return_reason": [None] * count,
                    "code": [code] * count,
                    "group": ["4 own"] * count,
                    "end_to_end_id": ["NOTPROVIDED"] * count,
                    "mandate_id": [None] * count,
                    "other_name": [text] * count,
                    "other_iban": ["DE89370400440532013000"] * count,
                    "structured_reference": [None] * count,
                    "remittance_text": [text] * count,
                    "additional_information": [text] * count,
                },
                schema_overrides={
                    "day": pl.Int64, "amount": pl.Int64, "charges": pl.Int64, "return_reason": pl.String,
                    "mandate_id": pl.String, "structured_reference": pl.String,
                },
            )
        )  # fmt: skip
    return pl.concat(parts)


def _statements(operator: Operator, days: np.ndarray, moves: pl.DataFrame) -> pl.DataFrame:
    """A statement per business day; it covers the days since the one before."""
    sign = pl.when("is_credit").then(1).otherwise(-1)
    sums = moves.group_by("day").agg((pl.col("amount") * sign).sum().alias("change"), pl.col("entry_number").max())
    daily = pl.DataFrame({"day": days}).join(sums, on="day", how="left", maintain_order="left")
    change = daily["change"].fill_null(0).to_numpy()
    closing = _OPENING + np.cumsum(change)
    count = len(days)
    first = np.append(operator.parameters.start_day, days[:-1] + 1)[:count]
    return pl.DataFrame(
        {
            "day": days,
            "file_date": dates(days),
            "account_iban": [ACCOUNT] * count,
            "statement_id": [f"{ACCOUNT[-10:]}-{number:05d}" for number in range(1, count + 1)],
            "statement_sequence": np.arange(1, count + 1),
            "created_at": instants(operator.parameters.clock.midnight(days + 1) + 2 * HOUR),
            "from_date": dates(first),
            "to_date": dates(days),
            "opening_amount": _money(closing - change),
            "closing_amount": _money(closing),
            "currency_code": [CURRENCY] * count,
            "entries": daily["entry_number"].fill_null(0),
        }
    )


def _entries(moves: pl.DataFrame) -> pl.DataFrame:
    is_credit = pl.col("is_credit")
    return moves.select(
        pl.col("day").cast(pl.Int32).cast(pl.Date).alias("file_date"),
        pl.lit(ACCOUNT).alias("account_iban"),
        "statement_id",
        "entry_number",
        "transaction_number",
        pl.col("statement_id")
        .str.tail(5)
        .add(pl.lit("/"))
        .add(pl.col("entry_number").cast(pl.String))
        .alias("entry_reference"),
        pl.lit("BOOK").alias("status"),
        pl.when("is_credit").then(pl.lit("CRDT")).otherwise(pl.lit("DBIT")).alias("credit_debit_indicator"),
        "is_reversal",
        (pl.col("transactions") > 1).alias("is_batch"),
        pl.col("day").cast(pl.Int32).cast(pl.Date).alias("booking_date"),
        pl.col("day").cast(pl.Int32).cast(pl.Date).alias("value_date"),
        pl.col("code").alias("bank_transaction_code"),
        _money_of("entry_amount"),
        _money_of("amount"),
        pl.when(pl.col("charges") > 0).then(_money_of("charges")).alias("charges_amount"),
        pl.lit(CURRENCY).alias("currency_code"),
        pl.col("reference").alias("account_servicer_reference"),
        "end_to_end_id",
        "mandate_id",
        "return_reason",
        pl.when(is_credit).then("other_name").otherwise(pl.lit(_OWNER)).alias("debtor_name"),
        pl.when(is_credit).then("other_iban").otherwise(pl.lit(ACCOUNT)).alias("debtor_iban"),
        pl.when(is_credit).then(pl.lit(_OWNER)).otherwise("other_name").alias("creditor_name"),
        pl.when(is_credit).then(pl.lit(ACCOUNT)).otherwise("other_iban").alias("creditor_iban"),
        "structured_reference",
        "remittance_text",
        "additional_information",
    )


def _money(cents: np.ndarray) -> pl.Series:
    return pl.DataFrame({"cents": cents}).select(_money_of("cents")).to_series()


def _money_of(column: str) -> pl.Expr:
    """Cents as an amount of the standard."""
    return (pl.col(column).cast(pl.Decimal(18, 5)) / pl.lit(100)).cast(_MONEY).alias(column)
