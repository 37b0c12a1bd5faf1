"""How do time and memory grow with the records, and how much of it is not Splink's?"""

from __future__ import annotations

from functools import partial
from typing import Any

import polars as pl

from benchmarks.identity import process
from benchmarks.identity.accuracy import accuracy
from benchmarks.identity.records import Dataset
from benchmarks.identity.report import Report, count, seconds, share
from benchmarks.identity.run import Options

MOST_SECONDS, MOST_MEGABYTES, MOST_RATIO = 600.0, 8 * 1024.0, 1.3
# Ten times the records may take so many times the seconds per record.
MOST_GROWTH = 1.5
_LIMITED_AT = 1_000_000


def scale_table(report: Report, options: Options) -> None:
    """Synthetic records of three systems, each linking in a process of its own, in turn with Splink alone."""
    rows, per_record = [], {}
    for records in options.sizes:
        runs, score = _measure(options, records)
        ours, alone = process.best(runs["linker"]), process.best(runs["splink"])
        # The least that each side took in any turn: what else the machine did is in it least.
        pairs_seconds = min(run["pairs_seconds"] for run in runs["linker"])
        ratio = pairs_seconds / alone["seconds"]
        per_record[records] = ours["seconds"] / records
        rows.append(
            (
                count(records),
                count(ours["scored_pairs"]),
                seconds(ours["train_seconds"]),
                seconds(ours["features_seconds"]),
                seconds(pairs_seconds),
                seconds(ours["seconds"]),
                count(records / ours["seconds"]),
                count(ours["megabytes"]),
                seconds(alone["seconds"]),
                f"{ratio:.2f}",
                share(score.precision),
                share(score.recall),
            )
        )
        if alone["scored_pairs"] != ours["scored_pairs"]:
            report.missed.append(
                f"{records:,} records: Splink alone scored {alone['scored_pairs']:,} pairs, the linker"
                f" {ours['scored_pairs']:,}: the ratio compares nothing"
            )
        if records >= _LIMITED_AT:
            report.most(f"{records:,} records, seconds", ours["seconds"], MOST_SECONDS)
            report.most(f"{records:,} records, megabytes", ours["megabytes"], MOST_MEGABYTES)
        report.most(f"{records:,} records, time of Splink alone", ratio, MOST_RATIO)
    if len(per_record) > 1:
        growth = per_record[max(per_record)] / per_record[min(per_record)]
        report.most("seconds per record, largest over smallest size", growth, MOST_GROWTH)
    report.table(
        f"scale: synthetic records in three systems, seed {options.seed}, best of {options.repeat}",
        (
            "records", "pairs scored", "train s", "features s", "pairs s", "total s", "records/s", "peak MB",
            "Splink alone s", "ratio", "precision", "recall",
        ),
        rows,
        "train: features and the model (once, then kept); pairs: blocking, scores, evidence of each pair.",
        "Splink alone: its blocking and prediction on the same pairs, from the same features; ratio: pairs s / that.",
    )  # fmt: skip


def _measure(options: Options, records: int) -> tuple[dict[str, list[dict[str, Any]]], Any]:
    folder = options.scratch / f"scale-{records}-{options.seed}"
    task = partial(process.measured, folder=str(folder))
    process.measured("benchmarks.identity.synthetic:write", records=records, seed=options.seed, folder=str(folder))
    runs: dict[str, list[dict[str, Any]]] = {"linker": [], "splink": []}
    for turn in range(options.repeat):
        # In turn, so that what else the machine does hits both alike.
        runs["linker"].append(task("benchmarks.identity.linking:measure"))
        if turn == 0:
            # The first linking leaves the model that Splink alone needs.
            task("benchmarks.identity.splink_alone:prepare")
        runs["splink"].append(task("benchmarks.identity.splink_alone:measure"))
    dataset = Dataset(
        f"{records:,}", pl.read_parquet(folder / "records.parquet"), pl.read_parquet(folder / "truth.parquet")["truth"]
    )
    return runs, accuracy(dataset, pl.read_parquet(folder / "pairs.parquet"))
