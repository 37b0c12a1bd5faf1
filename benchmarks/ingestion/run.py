"""How fast do SQL tables and files land, compared with a bare copy of the same data in the same run?

    python benchmarks/ingestion/run.py [--rows 250000 1000000] [--repeat 5]

Each measurement is a process of its own, so that its peak memory is its own; the best of some repetitions counts.
The bare copies do what landing must do at least: DuckDB copies the PostgreSQL table to Parquet; Polars reads the same
gzip files with the same types and writes Parquet. Neither checks, hashes, remembers, nor survives being killed.
"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from rich.console import Console
from rich.table import Table

FILES_PER_MILLION = 280
NAMES = [
    "record_sequence", "usage_type", "served_imsi", "served_number", "other_party", "zone", "started_at",
    "duration_seconds", "uplink_bytes", "downlink_bytes", "cell_id", "charging_id", "partial_sequence",
]  # fmt: skip
RATED = """create table {schema}.rated_usage (
    rated_usage_id bigint, subscription_id text, event_reference text, reverses_rated_usage_id bigint,
    served_number text, other_party text, usage_type text, zone text, started_at timestamptz, quantity bigint,
    partial_sequence bigint, charged_steps bigint, rate_id text, amount numeric(18,6), currency_code text,
    rated_at timestamptz, bill_run_id text)"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rows", type=int, nargs="+", default=[500_000, 1_000_000, 2_000_000])
    arguments.add_argument("--repeat", type=int, default=5)
    arguments.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    if chosen.measure:
        measure(*chosen.measure)
        return
    table = Table("interface", "rows", "bare s", "landing s", "ratio", "rows/s", "bare MB", "landing MB", box=None)
    from seeds.operator.serve.postgresql import PostgreSQL

    with tempfile.TemporaryDirectory() as scratch, PostgreSQL(Path(scratch) / "postgresql") as server:
        for rows in chosen.rows:
            folder = Path(scratch) / f"files-{rows}"
            dsn = server.dsn("postgres")
            for schema, size in (("public", rows), ("few", 1000)):
                write_files(folder / schema, size)
                fill_table(dsn, schema, size)
            for interface, source in (("sql", dsn), ("files", str(folder))):
                best = {kind: best_of(chosen.repeat, interface, kind, source) for kind in ("bare", "landing")}
                bare, landing = best["bare"], best["landing"]
                if bare["rows"] != rows or landing["rows"] != rows:
                    raise SystemExit(f"{interface}: {rows} rows given, {bare['rows']} and {landing['rows']} written")
                table.add_row(
                    interface,
                    f"{rows:,}",
                    f"{bare['seconds']:.2f}",
                    f"{landing['seconds']:.2f}",
                    f"{bare['seconds'] / landing['seconds']:.2f}",
                    f"{rows / landing['seconds']:,.0f}",
                    f"{bare['megabytes']:,.0f}",
                    f"{landing['megabytes']:,.0f}",
                )
    Console().print(table)


def best_of(repeat: int, interface: str, kind: str, source: str) -> dict[str, float]:
    command = [sys.executable, __file__, "--measure", interface, kind, source]
    results = [json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(repeat)]
    return min(results, key=lambda result: result["seconds"])


def measure(interface: str, kind: str, source: str) -> None:
    """Run one copy in this process; prints rows, seconds and peak memory as JSON. Imports don't count."""
    run = {("sql", "bare"): bare_sql, ("files", "bare"): bare_files}.get((interface, kind)) or landing(interface)
    # Once on a few rows before, so that what a process does once in its life doesn't count, for either side.
    with tempfile.TemporaryDirectory() as folder:
        run(source, Path(folder), "few")
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        rows = run(source, Path(folder), "public")
        seconds = time.perf_counter() - start
    print(json.dumps({"rows": rows, "seconds": seconds, "megabytes": peak_megabytes()}))


def peak_megabytes() -> float:
    """The largest resident set of this process. Linux's own figure: getrusage also counts the parent's at the fork."""
    status = Path("/proc/self/status")
    if status.is_file():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        return int(lines["VmHWM"].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def bare_sql(dsn: str, folder: Path, schema: str) -> int:
    from concord.engine import connect

    with connect() as connection:
        connection.execute("set preserve_insertion_order = false")
        connection.execute(f"attach '{dsn}' as source (type postgres, read_only)")
        connection.execute(f"copy (select * from source.{schema}.rated_usage) to '{folder / 'rows.parquet'}'")
    return rows_in(folder)


def bare_files(source: str, folder: Path, schema: str) -> int:
    integers = ["record_sequence", "duration_seconds", "uplink_bytes", "downlink_bytes", "partial_sequence"]
    types = {name: pl.Int64 if name in integers else pl.String for name in ("record_type", *NAMES)}
    frames = [
        pl.read_csv(file, separator=";", skip_rows=1, comment_prefix="T;", schema=types)
        for file in sorted((Path(source) / schema).iterdir())
    ]
    started = pl.col("started_at").str.strptime(pl.Datetime("us", "UTC"), "%Y-%m-%dT%H:%M:%S%z")
    pl.concat(frames).with_columns(started).write_parquet(folder / "rows.parquet", compression="snappy")
    return rows_in(folder)


def rows_in(folder: Path) -> int:
    return int(pl.scan_parquet(folder / "rows.parquet").select(pl.len()).collect().item())


def landing(interface: str) -> Callable[[str, Path, str], int]:
    from concord import telemetry
    from concord.settings import Lake, Settings
    from ingestion.landing import land
    from ingestion.registry import registry
    from ingestion.run import extractor

    telemetry.disable()
    system, entity = {"sql": ("billing", "rated_usage"), "files": ("usage", "usage_event")}[interface]
    source = registry()[system]

    def run(address: str, folder: Path, schema: str) -> int:
        details = {"dsn": address, "schema": schema, "folder": f"{address}/{schema}"}
        settings = Settings(lake=Lake(folder=folder))
        outcome, problem = land(settings, source, source.entity(entity), details, extractor(source))
        if problem:
            raise problem
        return outcome.rows

    return run


def events(rows: int) -> pl.DataFrame:
    """Usage events, seeded."""
    random = np.random.default_rng(7)
    start = datetime(2026, 7, 1, tzinfo=UTC)
    number = pl.Series(random.integers(4_915_100_000_000, 4_915_199_999_999, rows))
    return pl.DataFrame(
        {
            "usage_type": ["voice"] * rows,
            "served_imsi": (number - 4_915_100_000_000 + 262_010_000_000_000).cast(pl.String),
            "served_number": number.cast(pl.String),
            "other_party": pl.Series(random.integers(493_000_000_000, 493_099_999_999, rows)).cast(pl.String),
            "zone": ["national"] * rows,
            "started_at": start + pl.Series(random.integers(0, 7_900_000, rows)).cast(pl.Duration("ms")) * 1000,
            "duration_seconds": random.integers(1, 3000, rows),
            "uplink_bytes": np.zeros(rows, np.int64),
            "downlink_bytes": np.zeros(rows, np.int64),
            "cell_id": "C" + pl.Series(random.integers(1, 2000, rows)).cast(pl.String),
            "charging_id": "X" + pl.Series(np.arange(rows)).cast(pl.String),
            "partial_sequence": pl.Series([None] * rows, dtype=pl.Int64),
        }
    )


def write_files(folder: Path, rows: int) -> None:
    """The events as mediation sends them."""
    folder.mkdir(parents=True)
    frame = events(rows).with_columns(pl.col("started_at").dt.to_string("%Y-%m-%dT%H:%M:%S%:z"))
    count = max(1, rows * FILES_PER_MILLION // 1_000_000)
    size = -(-rows // count)
    for number in range(count):
        part = frame.slice(number * size, size)
        lines = part.with_columns(pl.int_range(1, len(part) + 1).alias("record_sequence")).select(pl.lit("D"), *NAMES)
        head = f"H;voice;{number + 1};2026-07-01T00:00:00+02:00\nrecord_type;{';'.join(NAMES)}\n"
        trailer = f"T;{len(part)};{part['duration_seconds'].sum()};0\n"
        text = head + lines.write_csv(separator=";", include_header=False, null_value="") + trailer
        day = date(2026, 7, 1) + timedelta(days=number % 90)
        name = f"med_voice_{day:%Y%m%d}_{number + 1:06d}.csv.gz"
        (folder / name).write_bytes(gzip.compress(text.encode(), compresslevel=4))


def fill_table(dsn: str, schema: str, rows: int) -> None:
    """The events as billing rated them."""
    from concord.engine import connect

    frame = events(rows)
    with connect() as connection:
        connection.register("events", frame.to_arrow())
        connection.execute(f"attach '{dsn}' as target (type postgres)")
        for statement in (
            f"create schema if not exists {schema}",
            f"drop table if exists {schema}.rated_usage",
            RATED.format(schema=schema),
        ):
            connection.execute("call postgres_execute('target', $statement)", {"statement": statement})
        connection.execute("call pg_clear_cache()")
        connection.execute(
            f"""
            insert into target.{schema}.rated_usage
            select row_number() over (), 'S' || served_number, 'voice-1-' || row_number() over (), null, served_number,
                other_party, usage_type, zone, started_at, duration_seconds, partial_sequence,
                duration_seconds // 60 + 1, 'R1', ((duration_seconds // 60 + 1) * 0.09)::decimal(18,6), 'EUR',
                started_at + interval 1 hour, 'RUN-1'
            from events
            """
        )


if __name__ == "__main__":
    main()
