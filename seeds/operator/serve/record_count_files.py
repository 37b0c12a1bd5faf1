"""Network elements' counts of their records: a CSV file per day, a second one for what is reported again."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from seeds.operator.serve.partner_files import document

COLUMNS = (
    "line_number", "recording_entity", "period_start_at", "cdr_type", "records_written", "unsuccessful_records",
    "test_records", "duration_seconds", "uplink_bytes", "downlink_bytes",
    "first_local_sequence_number", "last_local_sequence_number",
)  # fmt: skip


def write_record_count_files(systems: Path, folder: Path) -> list[Path]:
    """Write one file per (file_date, file_sequence) of ``systems/record_counts/record_count.parquet``; returns them."""
    folder.mkdir(parents=True, exist_ok=True)
    parquet = systems / "record_counts" / "record_count.parquet"
    if not parquet.exists():
        return []
    written = []
    began = pl.col("period_start_at").dt.to_string("%Y-%m-%dT%H:%M:%SZ")
    counts = pl.read_parquet(parquet).with_columns(began.alias("period_start_at"))
    for (file_date, sequence), rows in counts.partition_by(
        "file_date", "file_sequence", as_dict=True, maintain_order=True
    ).items():
        file = folder / f"record_counts_{file_date:%Y%m%d}_{sequence:04d}.csv"
        file.write_text(document(file.stem, COLUMNS, rows), encoding="utf-8")
        written.append(file)
    return written
