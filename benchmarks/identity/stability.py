"""Do customers keep their ID when 5 % of the records change? Two refreshes of one lake, by the real pipeline."""

from __future__ import annotations

from contextlib import closing

import polars as pl

from benchmarks.identity.changes import change_operator
from benchmarks.identity.run import Options
from benchmarks.lakes import Size, build, ingested, model_seconds, operator_of
from benchmarks.report import Report, count, seconds, share
from concord.published import connect_reader
from concord.settings import Settings

CHANGED = 0.05
_LINKING = ("int_customer__match_model", "int_customer__linkage")
_KEY = ("system", "entity", "source_key")


def stability_table(report: Report, options: Options) -> None:
    """Records that kept their customer ID: untouched ones in untouched clusters, their neighbours, changed ones."""
    size = Size(options.customers, options.months, options.events, options.seed)
    operator = operator_of(options.scratch, size)
    lake = options.scratch / f"stability-{size.seed}"
    settings = ingested(operator, lake)
    first = build(settings)
    before = _customers(settings)
    later = options.scratch / f"stability-operator-{size.seed}"
    changed = change_operator(operator, later, CHANGED, size.seed)
    settings = ingested(later, lake)
    second = build(settings)
    kept = compare(before, _customers(settings), changed)
    rows = [
        (row["what"], count(row["records"]), count(row["kept"]), share(row["kept"] / row["records"]))
        for row in kept.iter_rows(named=True)
    ]
    times = " → ".join(f"{seconds(model_seconds(run, *_LINKING))} s" for run in (first, second))
    report.table(
        f"customer IDs, first → second run: {CHANGED:.0%} of the records changed, operator of {size.customers:,}"
        f" customers, seed {size.seed}",
        ("records", "in both runs", "same ID", "share"),
        rows,
        f"Probabilistic linking, training included: {times}.",
    )
    shares = {row["what"]: row["kept"] / row["records"] for row in kept.iter_rows(named=True)}
    report.least("IDs of records in clusters that nothing changed in", shares.get(UNTOUCHED_CLUSTER), 1.0)


UNTOUCHED_CLUSTER = "untouched, in an untouched cluster"
NEIGHBOUR = "untouched, in a cluster with a changed record"
TOUCHED = "changed"


def compare(before: pl.DataFrame, after: pl.DataFrame, changed: pl.DataFrame) -> pl.DataFrame:
    """How many records of each kind have the same customer ID in both runs: what, records, kept.

    ``before`` and ``after``: system, entity, source_key, customer_id. A cluster is untouched when none of its
    records, in either run, changed, came or went.
    """
    records = before.join(after, on=_KEY, how="full", coalesce=True, suffix="_after").join(
        changed.unique().with_columns(is_changed=pl.lit(True)), on=_KEY, how="left"
    )
    is_touched = (
        pl.col("is_changed").fill_null(False) | pl.col("customer_id").is_null() | pl.col("customer_id_after").is_null()
    )
    records = records.with_columns(is_touched=is_touched).with_columns(
        touches=pl.col("is_touched").any().over("customer_id") | pl.col("is_touched").any().over("customer_id_after")
    )
    what = (
        pl.when("is_touched").then(pl.lit(TOUCHED)).when("touches").then(pl.lit(NEIGHBOUR))
        .otherwise(pl.lit(UNTOUCHED_CLUSTER))
    )  # fmt: skip
    both = records.drop_nulls(["customer_id", "customer_id_after"])
    return (
        both.group_by(what.alias("what"))
        .agg(pl.len().alias("records"), (pl.col("customer_id") == pl.col("customer_id_after")).sum().alias("kept"))
        .sort("what", descending=True)
    )


def _customers(settings: Settings) -> pl.DataFrame:
    """One row per customer record of the published lake; parties only repeat their customer."""
    with closing(connect_reader(settings)) as lake:
        return lake.execute(
            "select system, entity, source_key, customer_id from core.xref_customer"
            " where entity not in ('individual', 'organization')"
        ).pl()
