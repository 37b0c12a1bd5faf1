"""Mediation: which record stands in which file, and records that mediation had to reject."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.copies.columns import dates, instants
from seeds.operator.copies.inventory import cell_text
from seeds.operator.world.lines import imsi, mobile_number
from seeds.operator.world.offerings import DATA, MOBILE, USAGE_TYPES, ZONES
from seeds.operator.world.usage import ACCESS_POINTS

_REJECT_SHARE = 0.002
_REASONS = ("UNKNOWN_SUBSCRIBER", "INVALID_TIME", "DUPLICATE", "FORMAT")


@dataclass(frozen=True)
class MediationFiles:
    """Place of each event: file sequence (per stream, without a gap) and record sequence (per file, from 1).

    ``order`` lists the events in the order in which the files hold them.
    """

    file_sequence: np.ndarray
    record_sequence: np.ndarray
    order: np.ndarray


def arrange(operator: Operator) -> MediationFiles:
    """Puts every event into the file of its stream and day; a file that is sent again gets a number of its own."""
    events = operator.events
    file_key = (events.usage_type * 100_000 + events.file_day) * 2 + events.is_resent
    order = np.lexsort((events.started_at, file_key))
    sorted_key = file_key[order]
    starts = np.flatnonzero(np.concatenate([[True], sorted_key[1:] != sorted_key[:-1]])) if len(order) else order
    file_number = np.cumsum(np.isin(np.arange(len(order)), starts)) - 1
    stream = sorted_key[starts] // 200_000
    first_of_stream = np.searchsorted(stream, stream, side="left")
    sequence = np.arange(len(starts)) - first_of_stream + 1
    file_sequence, record_sequence = np.empty(len(order), np.int64), np.empty(len(order), np.int64)
    file_sequence[order] = sequence[file_number]
    record_sequence[order] = np.arange(len(order)) - starts[file_number] + 1
    return MediationFiles(file_sequence, record_sequence, order)


def served(operator: Operator, event: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Number and IMSI (0 on fixed lines) that each event was recorded for."""
    events, lines, lone = operator.events, operator.lines, operator.lone_sims
    line, alone = np.maximum(events.line[event], 0), np.maximum(events.lone_sim[event], 0)
    is_alone = events.line[event] < 0
    at = events.started_at[event]
    number, card = lines.number_at(line, at), imsi(np.maximum(lines.sim_at(line, at), 0))
    second = lines.on_twin(line, at, events.charging[event])
    card = np.where(second, imsi(np.maximum(lines.twin_sim[line], 0)), card)
    if len(lone):
        number = np.where(is_alone, mobile_number(lone.number_serial)[alone], number)
        card = np.where(is_alone, imsi(lone.serial)[alone], card)
    return number, np.where((lines.kind[line] == MOBILE) | is_alone, card, 0)


def other_party(number: pl.Expr, is_data: pl.Expr) -> pl.Expr:
    """The called number, or the access point of a data session."""
    point = number.replace_strict(
        list(range(len(ACCESS_POINTS))), list(ACCESS_POINTS), default=None, return_dtype=pl.String
    )
    return pl.when(is_data).then(point).otherwise(number.cast(pl.String))


def copy_usage(operator: Operator, files: MediationFiles) -> dict[str, pl.DataFrame]:
    """Frames ``usage_event`` and ``usage_reject``, sorted as the files are."""
    events, order = operator.events, files.order
    number, card = served(operator, order)
    cells = operator.network.cells.select(cell_text(pl.col("site"), pl.col("number")).alias("text"))
    cell = events.cell[order]
    usage = pl.DataFrame(
        {
            "stream": pl.Series(USAGE_TYPES)[events.usage_type[order]],
            "file_date": dates(events.file_day[order]),
            "file_sequence": files.file_sequence[order],
            "record_sequence": files.record_sequence[order],
            "zone": pl.Series(ZONES)[events.zone[order]],
            "served_imsi": card,
            "served_number": number,
            "other_party": events.other_party[order],
            "is_data": events.usage_type[order] == DATA,
            "started_at": instants(events.started_at[order]),
            "duration_seconds": events.duration[order],
            "uplink_bytes": events.uplink[order],
            "downlink_bytes": events.downlink[order],
            "cell": cells["text"][np.maximum(cell, 0)],
            "has_cell": cell >= 0,
            "charging": (events.charging[order] * 7_654_321 + 31_415_926) % 10**11,
            "partial": events.partial[order],
        }
    ).select(
        "stream",
        "file_date",
        "file_sequence",
        "record_sequence",
        pl.col("stream").alias("usage_type"),
        pl.when(pl.col("served_imsi") > 0).then(pl.col("served_imsi").cast(pl.String)).alias("served_imsi"),
        pl.col("served_number").cast(pl.String),
        other_party(pl.col("other_party"), pl.col("is_data")).alias("other_party"),
        "zone",
        "started_at",
        "duration_seconds",
        "uplink_bytes",
        "downlink_bytes",
        pl.when("has_cell").then("cell").alias("cell_id"),
        pl.col("charging").cast(pl.String).str.zfill(11).alias("charging_id"),
        pl.when(pl.col("partial") > 0).then("partial").alias("partial_sequence"),
    )
    return {"usage_event": usage, "usage_reject": _rejects(operator, usage)}


def _rejects(operator: Operator, usage: pl.DataFrame) -> pl.DataFrame:
    """Records that never reached rating: strangers, broken fields, copies of records that were accepted."""
    random = operator.parameters.random("rejects")
    count = int(len(usage) * _REJECT_SHARE)
    picked = np.sort(random.choice(len(usage), count, replace=False)) if count else np.empty(0, np.int64)
    reason = random.choice(4, count, p=[0.45, 0.15, 0.25, 0.15])
    stranger = pl.lit("4915") + (pl.lit(pl.Series(random.integers(10**8, 10**9, count)))).cast(pl.String)
    frame = usage[picked].with_columns(
        pl.Series("reason_code", [_REASONS[number] for number in reason], dtype=pl.String)
    )
    code = pl.col("reason_code")
    number = pl.when(code == "DUPLICATE").then("served_number").otherwise(stranger)
    begun = pl.col("started_at").dt.convert_time_zone("Europe/Berlin").dt.strftime("%Y-%m-%dT%H:%M:%S%:z")
    begun = pl.when(code == "INVALID_TIME").then(pl.lit("0000-00-00T00:00:00")).otherwise(begun)
    record = pl.concat_str(
        pl.lit("D"), "record_sequence", "usage_type", pl.lit(""), number, pl.col("other_party").fill_null(""), "zone",
        begun,
        pl.when(code == "FORMAT").then(pl.lit("?")).otherwise(pl.col("duration_seconds").cast(pl.String)),
        "uplink_bytes", "downlink_bytes", separator=";",
    )  # fmt: skip
    frame = frame.with_columns(original_record=record).sort("stream", "file_date", "file_sequence", "record_sequence")
    # One reject file per stream and day; its records and the files are numbered without a gap.
    return frame.with_columns(
        file_sequence=pl.col("file_date").rank("dense").over("stream").cast(pl.Int64),
        record_sequence=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("stream", "file_date"),
    ).select("stream", "file_date", "file_sequence", "record_sequence", "reason_code", "original_record")
