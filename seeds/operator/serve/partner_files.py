"""Partner settlement's exchange files: CSV with a header, column names, records and a trailer that counts them."""

from __future__ import annotations

from pathlib import Path

import polars as pl

# entity -> (start of the file name, columns that name a file of their own, columns in the file)
LAYOUTS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "partner": ("partners", (), ("partner_id", "partner_name", "partner_type", "country_code")),
    "commission_term": (
        "commission_terms",
        (),
        (
            "commission_term_id", "partner_id", "product_line", "commission_amount", "clawback_days", "clawback_rule",
            "valid_from", "valid_until", "currency_code",
        ),
    ),
    "commission_line": (
        "commission",
        ("partner_id",),
        (
            "statement_number", "statement_date", "line_number", "partner_id", "order_number", "product_offering_id",
            "activation_date", "commission_type", "amount", "currency_code",
        ),
    ),
    "number_range": ("number_ranges", (), ("number_prefix", "partner_id", "destination")),
    "interconnect_rate": (
        "interconnect_rates",
        (),
        (
            "interconnect_rate_id", "partner_id", "direction", "destination", "rate_per_minute", "valid_from",
            "valid_until", "currency_code",
        ),
    ),
    "interconnect_traffic": (
        "traffic",
        (),
        ("traffic_date", "partner_id", "direction", "destination", "calls", "seconds"),
    ),
    "interconnect_invoice_line": (
        "interconnect",
        ("partner_id",),
        (
            "invoice_number", "invoice_date", "line_number", "partner_id", "direction", "destination", "period_start",
            "period_end", "calls", "minutes", "rate_per_minute", "amount", "currency_code", "line_type",
        ),
    ),
    "supplier_rate": (
        "supplier_rates",
        (),
        (
            "supplier_rate_id", "partner_id", "product_code", "monthly_rate", "notice_days", "valid_from",
            "valid_until", "currency_code",
        ),
    ),
    "supplier_invoice_line": (
        "supplier_invoice",
        ("partner_id",),
        (
            "invoice_number", "invoice_date", "line_number", "partner_id", "circuit_reference", "product_code",
            "period_start", "period_end", "monthly_rate", "amount", "currency_code", "line_type",
        ),
    ),
}  # fmt: skip


def write_partner_files(systems: Path, folder: Path) -> list[Path]:
    """Write one file per date, and partner where it sends its own, of ``systems/partners/<entity>.parquet``."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for entity, (prefix, senders, columns) in LAYOUTS.items():
        parquet = systems / "partners" / f"{entity}.parquet"
        if not parquet.exists():
            continue
        files = pl.read_parquet(parquet).partition_by("file_date", *senders, as_dict=True, maintain_order=True)
        for (file_date, *sender), rows in files.items():
            file = folder / f"{'_'.join([prefix, *sender, f'{file_date:%Y%m%d}'])}.csv"
            file.write_text(document(file.stem, columns, rows), encoding="utf-8")
            written.append(file)
    return written


def document(title: str, columns: tuple[str, ...], rows: pl.DataFrame) -> str:
    """A whole file: ``H;title``, the names, ``D;…`` for each row, ``T;count``."""
    records = rows.select(pl.lit("D"), *columns).write_csv(
        include_header=False, separator=";", quote_style="necessary", null_value=""
    )
    return f"H;{title}\n" + ";".join(("record_type", *columns)) + "\n" + records + f"T;{len(rows)}\n"
