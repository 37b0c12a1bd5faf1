"""What does a day cost on which 1 % of the records are new or changed, and is its result that of a full linking?"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks import process
from benchmarks.identity.changes import change_records
from benchmarks.identity.run import Options
from benchmarks.report import Report, count, seconds

CHANGED, ADDED = 0.005, 0.005
# "A small part": every record is still hashed, and whoever shares a block with a changed one is compared.
MOST_OF_A_FULL_LINKING = 0.10


def incremental_table(report: Report, options: Options) -> None:
    """A full linking of the second day beside one that knows the first day's result."""
    folder = options.scratch / f"incremental-{options.incremental_size}-{options.seed}"
    made = process.measured(
        "benchmarks.identity.incremental:prepare_days",
        folder=str(folder),
        records=options.incremental_size,
        seed=options.seed,
    )
    day = partial(process.measured, "benchmarks.identity.incremental:second_day", folder=str(folder))
    runs = process.alternately(
        options.repeat, {"full": partial(day, is_incremental=False), "incremental": partial(day, is_incremental=True)}
    )
    full, incremental = process.best(runs["full"]), process.best(runs["incremental"])
    report.table(
        f"a day with {CHANGED + ADDED:.0%} new or changed of {options.incremental_size:,} synthetic records",
        ("linking", "records looked at", "candidate pairs", "pairs kept", "seconds", "of the full one", "peak MB"),
        [
            (
                name,
                count(made["touched"]) if name == "incremental" else count(made["records"]),
                count(run["scored_pairs"]),
                count(run["kept_pairs"]),
                seconds(run["seconds"]),
                f"{run['seconds'] / full['seconds']:.1%}",
                count(run["megabytes"]),
            )
            for name, run in (("full", full), ("incremental", incremental))
        ],
        f"Seconds: from the day's records to its pairs, the best of {options.repeat}; the model is the first day's.",
    )
    if full["is_incremental"] or not incremental["is_incremental"]:
        report.missed.append("the incremental linking did not build on the first day's result: nothing was compared")
    report.most("pairs in which the incremental linking differs from the full one", compare(folder), 0)
    part = incremental["seconds"] / full["seconds"]
    report.most("share of a full linking that a day with 1 % changes costs", part, MOST_OF_A_FULL_LINKING)


def prepare_days(folder: str, records: int, seed: int) -> dict[str, Any]:
    """Both days' records, the first day's model and result. To be run in a process of its own."""
    from benchmarks.identity.linking import link_everything, save_result
    from benchmarks.identity.synthetic import generate

    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    first = generate(records, seed).records
    second, touched = change_records(first, CHANGED, ADDED, seed)
    second.write_parquet(place / "second.parquet")
    linking = link_everything(first)
    (place / "model.json").write_text(linking.model.to_json(), encoding="utf-8")
    save_result(linking.result, place / "first")
    return {"seconds": linking.seconds, "records": len(second), "touched": touched}


def second_day(folder: str, is_incremental: bool) -> dict[str, Any]:
    """Link the second day's records with the first day's model. To be run in a process of its own."""
    from benchmarks.identity.linking import link_with, load_result

    place = Path(folder)
    known = load_result(place / "first") if is_incremental else None
    linking = link_with(pl.read_parquet(place / "second.parquet"), (place / "model.json").read_text("utf-8"), known)
    linking.pairs.write_parquet(_pairs_file(place, is_incremental))
    return {
        "seconds": linking.seconds,
        "scored_pairs": linking.scored_pairs,
        "kept_pairs": linking.result.pairs.num_rows,
        "is_incremental": linking.result.statistics["is_incremental"],
    }


def compare(folder: Path) -> int:
    """In how many pairs the two results differ, in any column."""
    full, incremental = (pl.read_parquet(_pairs_file(folder, kind)) for kind in (False, True))
    columns = full.columns
    only = [
        one.join(other, on=columns, how="anti", nulls_equal=True)
        for one, other in ((full, incremental), (incremental, full))
    ]
    return sum(map(len, only)) + abs(len(full) - len(incremental))


def _pairs_file(folder: Path, is_incremental: bool) -> Path:
    return folder / ("incremental_pairs.parquet" if is_incremental else "full_pairs.parquet")
