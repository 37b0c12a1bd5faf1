"""What network elements say of the records that they wrote: the numbers on them, and counts by the hour."""

from __future__ import annotations

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.copies.columns import dates, instants
from seeds.operator.world.clock import HOUR, MINUTE, SECOND
from seeds.operator.world.recording import ELEMENTS

# What makes two rows copies of one record; charging ids of copies may differ.
_IDENTITY = (
    "usage_type", "served_imsi", "served_number", "other_party", "started_at", "duration_seconds", "uplink_bytes",
    "downlink_bytes", "partial_sequence",
)  # fmt: skip
CDR_TYPES = ("moCallRecord", "moCallRecord", "moSMSRecord", "pGWRecord", "pGWRecord", "tASRecord")
# Attempts that fail and test calls, as shares of the records; and how many there are in the hours of their roles.
_FAILED_SHARE, _TEST_SHARE = 0.04, 0.002
_FAILED, _TESTED, _TOO_MANY = 420, 260, 150
_CLOCK_SHIFT = 9 * MINUTE
# Where the numbers begin: at first, when an element was replaced, and when it was restarted.
_FIRST, _REPLACED, _RESTARTED = 41_000_001, 700_000_001, 1
_USAGE, _FAILURE, _TEST = range(3)


def with_numbers(records: pl.DataFrame, numbers: pl.DataFrame) -> pl.DataFrame:
    """The records with ``recording_entity`` and ``local_sequence_number`` in place of ``element``."""
    keyed = records.with_columns(key=_key(records))
    named = keyed.join(numbers.select("key", "local_sequence_number"), on="key", how="left", maintain_order="left")
    element = pl.col("element").replace_strict(
        list(range(len(ELEMENTS))), list(ELEMENTS), default=None, return_dtype=pl.String
    )
    return named.with_columns(
        recording_entity=element,
        local_sequence_number=pl.when(pl.col("element").is_not_null()).then("local_sequence_number"),
    ).drop("element", "key")


def number_records(operator: Operator, parts: list[pl.DataFrame]) -> pl.DataFrame:
    """Every record that own elements wrote, once: key, element, at (microseconds), kind, duration, uplink, downlink,
    era (how often its element began anew), local_sequence_number. ``parts``: records with ``element``."""
    written = pl.concat(
        [
            part.select(
                "element", pl.col("started_at").to_physical().alias("at"), duration="duration_seconds",
                uplink="uplink_bytes", downlink="downlink_bytes", key=_key(part), kind=pl.lit(_USAGE, pl.Int8),
            ).filter(pl.col("element").is_not_null())
            for part in parts
        ]
    ).unique("key", keep="first", maintain_order=True)  # fmt: skip
    everything = pl.concat([written, _others(operator, written)]).sort("element", "at", "key", nulls_last=True)
    element, at = everything["element"].to_numpy(), everything["at"].to_numpy()
    era, base = np.zeros(len(everything), dtype=np.int64), np.full(len(everything), _FIRST, dtype=np.int64)
    for number, instant, first in _beginnings(operator):
        after = (element == number) & (at >= instant)
        era[after] += 1
        base[after] = first
    everything = everything.with_columns(era=era, base=base)
    rank = pl.int_range(pl.len(), dtype=pl.Int64).over("element", "era")
    return everything.with_columns(local_sequence_number=pl.col("base") + rank).drop("base")


def count_records(operator: Operator, numbers: pl.DataFrame) -> pl.DataFrame:
    """Frame ``record_count``: a row per element, hour and era, in a file per day; what is reported twice stands in a
    second file."""
    clock, stretches = operator.parameters.clock, operator.recording.stretches
    element, at = numbers["element"].to_numpy(), numbers["at"].to_numpy()
    counted_at = at.copy()
    for place in stretches.of("U1.counter_clock"):
        day = int(stretches.day[place])
        inside = (element == stretches.element[place]) & (at >= clock.midnight(day)) & (at < clock.midnight(day + 1))
        counted_at[inside] += _CLOCK_SHIFT
    is_usage = pl.col("kind") == _USAGE
    counts = (
        numbers.with_columns(hour=counted_at // HOUR)
        .group_by("element", "hour", "era")
        .agg(
            pl.len().cast(pl.Int64).alias("records_written"),
            (pl.col("kind") == _FAILURE).sum().cast(pl.Int64).alias("unsuccessful_records"),
            (pl.col("kind") == _TEST).sum().cast(pl.Int64).alias("test_records"),
            pl.col("duration").filter(is_usage).sum().alias("duration_seconds"),
            pl.col("uplink").filter(is_usage).sum().alias("uplink_bytes"),
            pl.col("downlink").filter(is_usage).sum().alias("downlink_bytes"),
            pl.col("local_sequence_number").min().alias("first_local_sequence_number"),
            pl.col("local_sequence_number").max().alias("last_local_sequence_number"),
        )
        .sort("hour", "element", "era")
    )
    counts = _count_too_much(counts, _within(operator, counts, "U1.counted_too_much"))
    again = counts.filter(pl.Series(_within(operator, counts, "U1.reported_twice")))
    counts = pl.concat([counts.with_columns(file_sequence=1), again.with_columns(file_sequence=2)])
    begin = counts["hour"].to_numpy() * HOUR
    place = counts["element"].to_numpy()
    reports = counts.select(
        dates(clock.local_day(begin), "file_date"),
        pl.col("file_sequence").cast(pl.Int64),
        pl.Series("recording_entity", ELEMENTS)[place],
        instants(begin, "period_start_at"),
        pl.Series("cdr_type", CDR_TYPES)[place],
        "records_written", "unsuccessful_records", "test_records", "duration_seconds", "uplink_bytes", "downlink_bytes",
        "first_local_sequence_number", "last_local_sequence_number",
    ).sort("file_date", "file_sequence", "recording_entity", "period_start_at", maintain_order=True)  # fmt: skip
    line = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("file_date", "file_sequence")
    return reports.with_columns(line_number=line)


def _key(records: pl.DataFrame) -> pl.Series:
    """A number that copies of one record share."""
    return records.select(_IDENTITY).hash_rows(seed=7)


def _others(operator: Operator, written: pl.DataFrame) -> pl.DataFrame:
    """Failed attempts and test calls: some all the time, and hundreds in the hours of their roles."""
    random, stretches = operator.parameters.random("failed attempts"), operator.recording.stretches
    parts = []
    for kind, share, code, more in (
        (_FAILURE, _FAILED_SHARE, "U1.failed_attempts", _FAILED), (_TEST, _TEST_SHARE, "U1.test_calls", _TESTED)
    ):  # fmt: skip
        picked = random.integers(0, len(written), int(len(written) * share)) if len(written) else np.empty(0, np.int64)
        usual = written[picked].select("element", pl.col("at") + SECOND)
        parts.append(usual.with_columns(kind=pl.lit(kind, pl.Int8)))
        for place in stretches.of(code):
            span = int(stretches.hours[place]) * 3_600
            second = random.integers(0, span, more)
            frame = pl.DataFrame({"at": _begin(operator, place) + second * SECOND})
            parts.append(
                frame.select(
                    pl.lit(int(stretches.element[place]), pl.Int8).alias("element"), "at", kind=pl.lit(kind, pl.Int8)
                )
            )
    others = pl.concat(parts)
    seconds = pl.when(pl.col("kind") == _TEST).then(30).otherwise(0).cast(pl.Int64)
    nothing = pl.lit(0, pl.Int64)
    no_key = pl.lit(None, pl.UInt64)
    return others.with_columns(duration=seconds, uplink=nothing, downlink=nothing, key=no_key).select(written.columns)


def _beginnings(operator: Operator) -> list[tuple[int, int, int]]:
    """When elements began to number anew: element, instant, first number."""
    stretches = operator.recording.stretches
    rows = []
    for code, first in (
        ("U1.counter_reset", _RESTARTED), ("U1.element_replaced", _REPLACED), ("U1.lost_at_restart", _RESTARTED)
    ):  # fmt: skip
        for place in stretches.of(code):
            begin = _begin(operator, place)
            after = {"U1.counter_reset": 28 * MINUTE, "U1.lost_at_restart": int(stretches.hours[place]) * HOUR}
            rows.append((int(stretches.element[place]), begin + after.get(code, 0), first))
    return sorted(rows, key=lambda row: row[:2])


def _begin(operator: Operator, place: int) -> int:
    stretches = operator.recording.stretches
    return int(operator.parameters.clock.midnight(int(stretches.day[place]))) + int(stretches.hour[place]) * HOUR


def _within(operator: Operator, counts: pl.DataFrame, code: str) -> np.ndarray:
    """The counts of the hours of a role."""
    stretches = operator.recording.stretches
    element, hour = counts["element"].to_numpy(), counts["hour"].to_numpy()
    inside = np.zeros(len(counts), dtype=bool)
    for place in stretches.of(code):
        first = _begin(operator, place) // HOUR
        inside |= (element == stretches.element[place]) & (hour >= first) & (hour < first + int(stretches.hours[place]))
    return inside


def _count_too_much(counts: pl.DataFrame, inside: np.ndarray) -> pl.DataFrame:
    """The same counts, in some hours of more records than there were, each as long as the others."""
    changed = pl.Series(inside)
    written = pl.col("records_written")
    totals = ["duration_seconds", "uplink_bytes", "downlink_bytes"]
    return counts.with_columns(
        *(
            pl.when(changed).then(pl.col(name) * (written + _TOO_MANY) // written).otherwise(pl.col(name)).alias(name)
            for name in totals
        ),
        records_written=pl.when(changed).then(written + _TOO_MANY).otherwise(written),
    )
