"""Billing's rated usage: every priced record, with the bill run that picked it up."""

from __future__ import annotations

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.copies.billing_tariffs import micro, rate_key
from seeds.operator.copies.columns import instants
from seeds.operator.copies.keys import Keys
from seeds.operator.copies.usage import MediationFiles, other_party, served
from seeds.operator.world.offerings import CURRENCY, DATA, USAGE_TYPES, ZONES


def rated_usage(operator: Operator, keys: Keys, files: MediationFiles) -> pl.DataFrame:
    """Every priced record, numbered in the order of rating."""
    rating, events = operator.rating, operator.events
    order = np.lexsort((rating.event, rating.rated_at))
    position = np.empty(len(order), dtype=np.int64)
    position[order] = np.arange(len(order)) + 1
    event, reverses = rating.event[order], rating.reverses[order]
    line, run = rating.line[order], rating.run[order]
    number, _ = served(operator, events.take(event))
    usage_type = events.usage_type[event]
    partial = events.partial[event]
    is_reversal = reverses >= 0
    return pl.DataFrame(
        {
            "rated_usage_id": position[order],
            "subscription_id": keys.subscription[line],
            "stream": pl.Series(USAGE_TYPES)[usage_type],
            "file_sequence": files.file_sequence[event],
            "record_sequence": files.record_sequence[event],
            "reversed_id": position[np.maximum(reverses, 0)],
            "is_reversal": is_reversal,
            "served_number": number,
            "other": events.other_party[event],
            "is_data": usage_type == DATA,
            "zone": pl.Series(ZONES)[rating.zone[order]],
            "started_at": instants(events.started_at[event]),
            "quantity": np.abs(rating.quantity[order]),
            "partial": partial,
            "allowance_units": rating.allowance[order],
            "charged_steps": rating.steps[order],
            "rate_id": rate_key(rating.rate[order] + 1),
            "has_rate": rating.rate[order] >= 0,
            "amount": micro(pl.Series(rating.amount[order])),
            "rated_at": instants(rating.rated_at[order]),
            "run": pl.Series(operator.runs.run_id)[np.maximum(run, 0)],
            "has_run": run >= 0,
        }
    ).select(
        "rated_usage_id",
        "subscription_id",
        pl.concat_str("stream", "file_sequence", "record_sequence", separator="-").alias("event_reference"),
        pl.when("is_reversal").then("reversed_id").alias("reverses_rated_usage_id"),
        pl.col("served_number").cast(pl.String),
        other_party(pl.col("other"), pl.col("is_data")).alias("other_party"),
        pl.col("stream").alias("usage_type"),
        "zone",
        "started_at",
        "quantity",
        pl.when(pl.col("partial") > 0).then("partial").alias("partial_sequence"),
        "allowance_units",
        "charged_steps",
        pl.when("has_rate").then("rate_id").alias("rate_id"),
        "amount",
        pl.lit(CURRENCY).alias("currency_code"),
        "rated_at",
        pl.when("has_run").then("run").alias("bill_run_id"),
    )
