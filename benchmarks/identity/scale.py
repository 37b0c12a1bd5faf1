"""How do time and memory grow with the records, and what do they come to beside Splink alone?"""

from __future__ import annotations

from functools import partial
from typing import Any

import polars as pl

from benchmarks import process
from benchmarks.identity.accuracy import accuracy
from benchmarks.identity.records import Dataset
from benchmarks.identity.run import Options
from benchmarks.report import Report, count, seconds, share

MOST_SECONDS, MOST_MEGABYTES, MOST_RATIO = 600.0, 8 * 1024.0, 1.3
# Ten times the records may take so many times the seconds per record.
MOST_GROWTH = 1.5
_LIMITED_AT = 1_000_000


def scale_table(report: Report, options: Options) -> None:
    """Synthetic records of three systems, each linking in a process of its own, in turn with Splink alone."""
    rows, per_record = [], {}
    for records in options.sizes:
        runs, score = _measure(options, records)
        ours, alone = least(runs["linker"]), least(runs["splink"])
        pairs_ratio = ours["pairs_seconds"] / alone["pairs_seconds"]
        ratio = ours["seconds"] / alone["seconds"]
        per_record[records] = ours["seconds"] / records
        rows.append(
            (
                count(records),
                count(ours["scored_pairs"]),
                *(seconds(ours[part]) for part in ("features_seconds", "train_seconds", "pairs_seconds", "seconds")),
                *(seconds(alone[part]) for part in ("train_seconds", "pairs_seconds", "seconds")),
                f"{pairs_ratio:.2f}",
                f"{ratio:.2f}",
                count(ours["megabytes"]),
                share(score.precision),
                share(score.recall),
            )
        )
        for what in ("scored_pairs", "kept_pairs"):
            if alone[what] != ours[what]:
                report.missed.append(
                    f"{records:,} records, {what}: {alone[what]:,} of Splink alone, {ours[what]:,} of the linker: the"
                    " ratio compares nothing"
                )
        if records >= _LIMITED_AT:
            report.most(f"{records:,} records, seconds", ours["seconds"], MOST_SECONDS)
            report.most(f"{records:,} records, megabytes", ours["megabytes"], MOST_MEGABYTES)
        report.most(f"{records:,} records, pairs alone, over Splink alone", pairs_ratio, MOST_RATIO)
        report.most(f"{records:,} records, the whole job, over Splink alone", ratio, MOST_RATIO)
    if len(per_record) > 1:
        growth = per_record[max(per_record)] / per_record[min(per_record)]
        report.most("seconds per record, largest over smallest size", growth, MOST_GROWTH)
    report.table(
        f"scale: synthetic records in three systems, seed {options.seed}, seconds, least of {options.repeat}",
        (
            "records", "pairs scored", "features", "train", "pairs", "total", "Splink: train", "pairs", "total",
            "ratio: pairs", "whole", "peak MB", "precision", "recall",
        ),
        rows,
        "pairs: blocking, scores, evidence of each pair. Splink: an ordinary script that trains with the same"
        " comparisons, training blocks and its own sample of random pairs, blocks by the same rules and scores the"
        " same pairs; it gets the features and the values of the rules for nothing.",
        "whole: features + train + pairs, over Splink's train + pairs. The limit holds for both ratios.",
    )  # fmt: skip


def least(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """The least that each part took in any turn (what else the machine did is in it least), the most memory."""
    answer = {**runs[0], "megabytes": max(run["megabytes"] for run in runs)}
    return answer | {name: min(run[name] for run in runs) for name in answer if name.endswith("seconds")}


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
