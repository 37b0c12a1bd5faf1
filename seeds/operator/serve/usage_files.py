"""Mediation's files: one CSV per stream and batch, gzip, with header, column names, records and trailer."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

UTC = pl.Datetime("us", "UTC")
ZONE = "Europe/Berlin"
ROWS_AT_ONCE = 500_000
EVENT_COLUMNS = (
    "record_sequence", "usage_type", "served_imsi", "served_number", "other_party", "zone", "started_at",
    "duration_seconds", "uplink_bytes", "downlink_bytes", "cell_id", "charging_id", "partial_sequence",
    "recording_entity", "local_sequence_number",
)  # fmt: skip
SESSION_COLUMNS = (
    "record_sequence", "network_element", "charging_id", "usage_type", "served_imsi", "served_number", "started_at",
    "duration_seconds", "uplink_bytes", "downlink_bytes", "records",
)  # fmt: skip
REJECT_COLUMNS = ("record_sequence", "reason_code", "original_record")
# entity -> (prefix of the file name, columns, sums in the trailer)
KINDS = {
    "usage_event": ("med", EVENT_COLUMNS, (("duration_seconds",), ("uplink_bytes", "downlink_bytes"))),
    "usage_reject": ("rej", REJECT_COLUMNS, ()),
    "session_total": ("ses", SESSION_COLUMNS, (("duration_seconds",), ("uplink_bytes", "downlink_bytes"))),
}


def write_usage_files(systems: Path, folder: Path) -> list[Path]:
    """Write one file per (stream, file_date, file_sequence) of ``systems/usage/<entity>.parquet``; returns them."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    with ThreadPoolExecutor(2) as workers:
        for entity in KINDS:
            parquet = systems / "usage" / f"{entity}.parquet"
            if not parquet.exists():
                continue
            for batch in _batches(parquet):
                written += workers.map(lambda part, entity=entity: _write(entity, *part, folder), _parts(entity, batch))
    return written


def file_name(prefix: str, stream: str, file_date: date, sequence: int) -> str:
    return f"{prefix}_{stream}_{file_date:%Y%m%d}_{sequence:06d}.csv.gz"


def created_at(file_date: date) -> str:
    """When mediation closed the batch of a day: shortly after the next midnight, local time with its offset."""
    midnight = datetime.combine(file_date + timedelta(days=1), datetime.min.time(), ZoneInfo(ZONE))
    return (midnight + timedelta(minutes=5)).isoformat()


def frame_file(
    stream: str, sequence: int, created: str, columns: tuple[str, ...], records: bytes, trailer: str
) -> bytes:
    """A whole file's text: header, names, the records (each line beginning with D;), trailer."""
    head = f"H;{stream};{sequence};{created}\n" + ";".join(("record_type", *columns)) + "\n"
    return head.encode() + records + trailer.encode() + b"\n"


def trailer_line(entity: str, rows: pl.DataFrame, extra_records: int = 0) -> str:
    """``T;count;sums…`` of the rows; ``extra_records`` are counted too and add nothing to the sums."""
    sums = [
        str(rows.select(pl.sum_horizontal(pl.col(column).sum() for column in columns)).item() or 0)
        for columns in KINDS[entity][2]
    ]
    return ";".join(["T", str(len(rows) + extra_records), *sums])


def compress(content: bytes) -> bytes:
    """gzip without a time stamp, so that the same content is the same file."""
    return gzip.compress(content, compresslevel=4, mtime=0)


def _batches(parquet: Path) -> Iterator[pl.DataFrame]:
    """The entity's rows in batches of whole days, of some hundred thousand rows, so that memory stays flat."""
    scan = pl.scan_parquet(parquet)
    days = scan.group_by("file_date").agg(pl.len().alias("rows")).sort("file_date").collect()
    batches = days.with_columns((pl.col("rows").cum_sum() // ROWS_AT_ONCE).alias("batch"))
    for (_,), part in batches.group_by("batch", maintain_order=True):
        first, last = part["file_date"].min(), part["file_date"].max()
        yield scan.filter(pl.col("file_date").is_between(first, last)).collect()


def _parts(entity: str, batch: pl.DataFrame) -> Iterator[tuple[str, date, int, pl.DataFrame]]:
    if "started_at" in batch.columns:
        local = pl.col("started_at").cast(UTC).dt.convert_time_zone(ZONE).dt.to_string("%Y-%m-%dT%H:%M:%S%:z")
        batch = batch.with_columns(local.alias("started_at"))
    keys = ["stream", "file_date", "file_sequence"]
    for (stream, file_date, sequence), rows in batch.partition_by(keys, as_dict=True, include_key=False).items():
        yield stream, file_date, sequence, rows.sort("record_sequence")


def _write(entity: str, stream: str, file_date: date, sequence: int, rows: pl.DataFrame, folder: Path) -> Path:
    prefix, columns, _ = KINDS[entity]
    records = rows.select(pl.lit("D"), *columns).write_csv(
        include_header=False, separator=";", quote_style="necessary", null_value=""
    )
    content = frame_file(stream, sequence, created_at(file_date), columns, records.encode(), trailer_line(entity, rows))
    file = folder / file_name(prefix, stream, file_date, sequence)
    file.write_bytes(compress(content))
    return file
