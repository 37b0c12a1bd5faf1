"""What visited networks recorded of our subscribers, as they put it into their files."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.copies.columns import instants
from seeds.operator.copies.usage import other_party, served
from seeds.operator.planting.roaming import RECEIVED, TEST
from seeds.operator.world.clock import HOUR
from seeds.operator.world.offerings import DATA, EU_ROAMING, SMS, VOICE
from seeds.operator.world.usage import concatenate

HOME = "DEUNL"


class Partner(NamedTuple):
    """A visited network: TADIG code, its time zone, its currency."""

    code: str
    time_zone: str
    currency: str


_EU = (
    Partner("FRAX1", "Europe/Paris", "EUR"),
    Partner("ITAX1", "Europe/Rome", "EUR"),
    Partner("ESPX1", "Europe/Madrid", "EUR"),
    Partner("GRCX1", "Europe/Athens", "EUR"),
)
_WORLD = (
    Partner("CHEX1", "Europe/Zurich", "CHF"),
    Partner("TURX1", "Europe/Istanbul", "TRY"),
    Partner("USAX1", "America/New_York", "USD"),
)
_PARTNERS = _EU + _WORLD
# What a partner charges per minute, message and megabyte, in hundred-thousandths of a special drawing right.
_EU_RATES, _WORLD_RATES = (1_800, 300, 120), (24_000, 6_000, 900)


def copy_roaming(operator: Operator) -> dict[str, pl.DataFrame]:
    """Frame ``call_event``, sorted as the files are: a stream per partner, a file per day with events."""
    roaming, parameters = operator.roaming, operator.parameters
    known = np.flatnonzero(roaming.is_abroad)
    count = len(known)
    events = concatenate([operator.events.take(known), roaming.extra])
    kind = np.concatenate([np.zeros(count, dtype=np.int64), roaming.kind])
    delay = np.concatenate([np.ones(count, dtype=np.int64), roaming.delay])
    zone = np.concatenate([roaming.zone[known], roaming.extra.zone])

    line = events.line
    is_eu = zone == EU_ROAMING
    partner = np.where(is_eu, line % len(_EU), len(_EU) + line % len(_WORLD))
    day = parameters.clock.local_day(events.started_at) + delay
    number, card = served(operator, events)
    rate = np.where(is_eu[:, None], np.array(_EU_RATES), np.array(_WORLD_RATES))[
        np.arange(len(events)), events.usage_type
    ]
    volume = events.uplink + events.downlink
    units = np.select(
        [events.usage_type == VOICE, events.usage_type == SMS], [-(-events.duration // 60), 1], -(-volume // 10**6)
    )
    is_data, is_sms = events.usage_type == DATA, events.usage_type == SMS
    received = kind == RECEIVED
    frame = pl.DataFrame(
        {
            "prefix": np.where(kind == TEST, "TD", "CD"),
            "sender": pl.Series([each.code for each in _PARTNERS])[partner],
            "time_zone": pl.Series([each.time_zone for each in _PARTNERS])[partner],
            "local_currency": pl.Series([each.currency for each in _PARTNERS])[partner],
            "day": day,
            "is_test": kind == TEST,
            "event_type": np.select([is_data, received], ["gprs", "mtc"], "moc"),
            "imsi": pl.Series(card).cast(pl.String),
            "msisdn": pl.Series(number).cast(pl.String),
            "other": events.other_party,
            "is_data": is_data,
            "is_sms": is_sms,
            "started_at": instants(events.started_at),
            "duration_seconds": events.duration,
            "uplink": events.uplink,
            "downlink": events.downlink,
            "charging": (events.charging * 7_654_321 + 31_415_926) % 10**9,
            "partial": events.partial,
            "charge": units * rate,
        }
    ).with_columns(
        file_available_at=instants(parameters.clock.midnight(day) + 5 * HOUR),
        stream=pl.concat_str("prefix", "sender", pl.lit(HOME)),
    )
    frame = frame.sort("stream", "day", "started_at", "imsi", "event_type")
    return {
        "call_event": frame.select(
            "stream",
            pl.col("day").rank("dense").over("stream").cast(pl.Int64).alias("file_sequence"),
            "event_type",
            "sender",
            pl.lit(HOME).alias("recipient"),
            pl.when("is_test").then(pl.lit("T")).alias("file_type_indicator"),
            "file_available_at",
            "time_zone",
            "local_currency",
            pl.lit("XDR").alias("currency_code"),
            "imsi",
            "msisdn",
            other_party(pl.col("other"), pl.col("is_data")).alias("other_party"),
            pl.when(~pl.col("is_data")).then(
                pl.when("is_sms").then(pl.lit("22")).otherwise(pl.lit("11"))
            ).alias("tele_service_code"),
            "started_at",
            "duration_seconds",
            pl.when("is_data").then("uplink").alias("incoming_bytes"),
            pl.when("is_data").then("downlink").alias("outgoing_bytes"),
            pl.when("is_data").then("charging").alias("charging_id"),
            pl.when(pl.col("is_data") & (pl.col("partial") > 0)).then(
                pl.when(pl.col("partial") == 1).then(pl.lit("F")).otherwise(pl.lit("I"))
            ).alias("partial_type"),
            "charge",
        )
    }  # fmt: skip
