"""The network's subscriber register, dumped every night: fixed width, gzip, header and trailer, local time."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import polars as pl

UTC = pl.Datetime("us", "UTC")
ZONE = "Europe/Berlin"
NODE = "HLR01"
DUMP_TIME = "030000"
# (column, bytes), after the record's first byte D
LAYOUT = (("imsi", 15), ("msisdn", 15), ("iccid", 20), ("profile", 12), ("state", 10), ("activated_at", 14))


def write_subscriber_files(systems: Path, folder: Path) -> list[Path]:
    """Write one dump per date found in ``systems/subscribers/subscriber.parquet``; returns them.

    Raises ValueError when a value doesn't fit its field: a register never cuts a number silently.
    """
    folder.mkdir(parents=True, exist_ok=True)
    parquet = systems / "subscribers" / "subscriber.parquet"
    if not parquet.exists():
        return []
    written = []
    dates = pl.scan_parquet(parquet).select(pl.col("file_date").unique().sort()).collect()["file_date"]
    for file_date in dates:
        rows = pl.scan_parquet(parquet).filter(pl.col("file_date") == file_date).collect()
        file = folder / f"hlr_{file_date:%Y%m%d}.dat.gz"
        file.write_bytes(gzip.compress(dump(rows, file_date), compresslevel=4, mtime=0))
        written.append(file)
    return written


def dump(rows: pl.DataFrame, file_date: date) -> bytes:
    """The text of one dump: header, one line of 87 bytes a subscriber, trailer."""
    fields = rows.select(_text(column).fill_null("").alias(column) for column, _ in LAYOUT)
    longest = fields.select(pl.all().str.len_bytes().max().fill_null(0)).row(0, named=True)
    if too_long := [column for column, width in LAYOUT if longest[column] > width]:
        raise ValueError(f"subscriber register: too long for the dump: {', '.join(too_long)}")
    lines = fields.select(
        pl.concat_str(pl.lit("D"), *(pl.col(column).str.pad_end(width) for column, width in LAYOUT))
    ).to_series()
    header = f"H{file_date:%Y%m%d}{DUMP_TIME}{NODE:<8}"
    return "\n".join([header, *lines, f"T{len(rows):09d}", ""]).encode("ascii")


def _text(column: str) -> pl.Expr:
    if column == "activated_at":
        return pl.col(column).cast(UTC).dt.convert_time_zone(ZONE).dt.to_string("%Y%m%d%H%M%S")
    return pl.col(column).cast(pl.String)
