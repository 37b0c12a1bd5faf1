"""What discounts take off a monthly price where several hold at once.

Absolute ones come first, in the order in which they were granted; percentages apply to what is left. Each may have a
cap of its own, and together they never take more than the charge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from seeds.operator.world.billing_engine import Discounts, Plans

# Reductions are counted in parts of a cent, so that a percentage of whole cents stays a whole number.
PARTS = 10_000


def reductions(plans: Plans, discounts: Discounts) -> pl.DataFrame:
    """Stretches of days in which the same discounts hold: plan, discount (positions), from_day, to_day, reduction.

    ``reduction`` is what the discount takes off a whole month's price, in parts of a cent. One row for each discount
    that holds in a stretch.
    """
    pairs = _pairs(plans, discounts)
    days = pl.concat([pairs.select("plan", day="from_day"), pairs.select("plan", day="to_day")]).unique()
    stretches = (
        days.sort("plan", "day")
        .with_columns(to_day=pl.col("day").shift(-1).over("plan"))
        .filter(pl.col("to_day").is_not_null())
        .rename({"day": "piece_from", "to_day": "piece_to"})
    )
    held = stretches.join(pairs, on="plan", how="inner").filter(
        (pl.col("from_day") <= pl.col("piece_from")) & (pl.col("to_day") >= pl.col("piece_to"))
    )
    piece = ["plan", "piece_from"]
    held = held.sort("plan", "piece_from", "is_percentage", "granted", "discount")
    price = pl.col("monthly") * PARTS
    own = pl.when(~pl.col("is_percentage")).then(pl.col("value") * PARTS).otherwise(0)
    held = held.with_columns(limit=pl.col("cap") * PARTS, own=own).with_columns(own=pl.min_horizontal("own", "limit"))
    held = _within(held, piece, price).with_columns(left=price - pl.col("taken").sum().over(piece), absolute="taken")
    share = pl.when(pl.col("is_percentage")).then(pl.col("left") // PARTS * pl.col("value")).otherwise(0)
    held = held.with_columns(own=share).with_columns(own=pl.min_horizontal("own", "limit"))
    held = _within(held, piece, pl.col("left")).with_columns(reduction=pl.col("absolute") + pl.col("taken"))
    return held.select("plan", "discount", from_day="piece_from", to_day="piece_to", reduction="reduction")


def _pairs(plans: Plans, discounts: Discounts) -> pl.DataFrame:
    """Each plan interval with the discounts of its line that overlap it, clipped to it."""
    plan = pl.DataFrame(
        {
            "line": plans.line.astype(np.int64),
            "plan": np.arange(len(plans.line)),
            "monthly": plans.monthly.astype(np.int64),
            "plan_from": plans.from_day.astype(np.int64),
            "plan_to": plans.to_day.astype(np.int64),
        }
    )
    discount = pl.DataFrame(
        {
            "line": discounts.line.astype(np.int64),
            "discount": np.arange(len(discounts.line)),
            "is_percentage": discounts.is_percentage.astype(bool),
            "value": discounts.value.astype(np.int64),
            "cap": discounts.cap.astype(np.int64),
            "granted": discounts.from_day.astype(np.int64),
            "until": discounts.to_day.astype(np.int64),
        }
    )
    return (
        plan.join(discount, on="line", how="inner")
        .with_columns(from_day=pl.max_horizontal("plan_from", "granted"), to_day=pl.min_horizontal("plan_to", "until"))
        .filter(pl.col("to_day") > pl.col("from_day"))
    )


def _within(held: pl.DataFrame, piece: list[str], whole: pl.Expr) -> pl.DataFrame:
    """Adds ``taken``: how much of each row's own reduction the whole still has room for, one after the other."""
    together = pl.col("own").cum_sum().over(piece)
    return held.with_columns(
        taken=pl.min_horizontal(together, whole) - pl.min_horizontal(together - pl.col("own"), whole)
    )
