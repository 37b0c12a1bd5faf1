"""Mediation: which record stands in which file, what it had to reject, and the network's totals of sessions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.copies.columns import dates, instants
from seeds.operator.copies.inventory import cell_text
from seeds.operator.copies.recording import count_records, number_records, with_numbers
from seeds.operator.planting.roles import NUMBER
from seeds.operator.world.lines import imsi, mobile_number
from seeds.operator.world.offerings import DATA, MOBILE, USAGE_TYPES, ZONES
from seeds.operator.world.recording import ELEMENTS, is_recorded_abroad, recording_element
from seeds.operator.world.usage import ACCESS_POINTS, Events, concatenate

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


def served(operator: Operator, events: Events) -> tuple[np.ndarray, np.ndarray]:
    """Number and IMSI (0 on fixed lines) that each event was recorded for."""
    lines, lone = operator.lines, operator.lone_sims
    line, alone = np.maximum(events.line, 0), np.maximum(events.lone_sim, 0)
    is_alone = events.line < 0
    at = events.started_at
    number, card = lines.number_at(line, at), imsi(np.maximum(lines.sim_at(line, at), 0))
    second = lines.on_twin(line, at, events.charging)
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
    """Frames ``usage_event``, ``usage_reject`` and ``session_total``, sorted as the files are; and ``record_count``,
    what the network's elements say that they recorded."""
    order = files.order
    usage = _records(operator, operator.events.take(order), operator.recording.abroad[order])
    usage = usage.insert_column(2, pl.Series("file_sequence", files.file_sequence[order]))
    usage = usage.insert_column(3, pl.Series("record_sequence", files.record_sequence[order]))
    rejected, unseen = _rejected(operator, usage), _unseen(operator)
    numbers = number_records(operator, [usage, rejected, unseen])
    return {
        "usage_event": with_numbers(usage, numbers),
        "usage_reject": _rejects(with_numbers(rejected, numbers)),
        "session_total": _sessions(operator),
        "record_count": count_records(operator, numbers),
    }


def _records(operator: Operator, events: Events, is_abroad: np.ndarray) -> pl.DataFrame:
    """Usage records as the network writes them, with the stream and day of the file that carries them. ``element``:
    place in ELEMENTS of the element that wrote it, null for what a visited network recorded (``is_abroad``)."""
    number, card = served(operator, events)
    element = pl.Series(recording_element(operator.lines, events).astype(np.int8))
    cells = operator.network.cells.select(cell_text(pl.col("site"), pl.col("number")).alias("text"))
    return pl.DataFrame(
        {
            "stream": pl.Series(USAGE_TYPES)[events.usage_type],
            "file_date": dates(events.file_day),
            "zone": pl.Series(ZONES)[events.zone],
            "served_imsi": card,
            "served_number": number,
            "other_party": events.other_party,
            "is_data": events.usage_type == DATA,
            "started_at": instants(events.started_at),
            "duration_seconds": events.duration,
            "uplink_bytes": events.uplink,
            "downlink_bytes": events.downlink,
            "cell": cells["text"][np.maximum(events.cell, 0)],
            "has_cell": events.cell >= 0,
            "charging": (events.charging * 7_654_321 + 31_415_926) % 10**11,
            "partial": events.partial,
            "element": pl.select(pl.when(~pl.Series(is_abroad)).then(element)).to_series(),
        }
    ).select(
        "stream",
        "file_date",
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
        "element",
    )


def _unseen(operator: Operator) -> pl.DataFrame:
    """Records that the network wrote and mediation never had."""
    events = concatenate([operator.recording.lost, operator.sessions.unseen])
    return _records(operator, events, is_recorded_abroad(events))


def _rejected(operator: Operator, usage: pl.DataFrame) -> pl.DataFrame:
    """Records that mediation rejected: those of the operator's own lines, and the daily noise of the network."""
    rejects = operator.rejects
    of_lines = _records(operator, rejects.events, is_recorded_abroad(rejects.events)).with_columns(
        pl.Series("reason_code", rejects.reason, dtype=pl.String),
        is_cell_unreadable=np.isin(rejects.role, [NUMBER["U2.unreadable_cell"]]),
        is_length_unreadable=np.isin(rejects.role, [NUMBER["U2.unreadable_length"]]),
        is_time_unreadable=False,
    )
    # The number of the record in the file that the network wrote; nobody counts on it.
    of_lines = of_lines.with_columns(record_sequence=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))
    return pl.concat([_noise(operator, usage), of_lines], how="diagonal")


def _rejects(frame: pl.DataFrame) -> pl.DataFrame:
    """The reject files: the records as the network wrote them, with the reason."""
    begun = pl.col("started_at").dt.convert_time_zone("Europe/Berlin").dt.strftime("%Y-%m-%dT%H:%M:%S%:z")
    record = pl.concat_str(
        pl.lit("D"), "record_sequence", "usage_type", pl.col("served_imsi").fill_null(""), "served_number",
        pl.col("other_party").fill_null(""), "zone",
        pl.when("is_time_unreadable").then(pl.lit("0000-00-00T00:00:00")).otherwise(begun),
        pl.when("is_length_unreadable").then(pl.lit("?")).otherwise(pl.col("duration_seconds").cast(pl.String)),
        "uplink_bytes", "downlink_bytes",
        pl.when("is_cell_unreadable").then(pl.lit("?")).otherwise(pl.col("cell_id").fill_null("")),
        pl.col("charging_id"), pl.col("partial_sequence").cast(pl.String).fill_null(""),
        pl.col("recording_entity").fill_null(""), pl.col("local_sequence_number").cast(pl.String).fill_null(""),
        separator=";",
    )  # fmt: skip
    frame = frame.with_columns(original_record=record).sort("stream", "file_date", maintain_order=True)
    # One reject file per stream and day; its records and the files are numbered without a gap.
    return frame.with_columns(
        file_sequence=pl.col("file_date").rank("dense").over("stream").cast(pl.Int64),
        record_sequence=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("stream", "file_date"),
    ).select("stream", "file_date", "file_sequence", "record_sequence", "reason_code", "original_record")


def _noise(operator: Operator, usage: pl.DataFrame) -> pl.DataFrame:
    """Records of strangers, with broken fields, and copies of records that were accepted."""
    random = operator.parameters.random("rejects")
    count = int(len(usage) * _REJECT_SHARE)
    picked = np.sort(random.choice(len(usage), count, replace=False)) if count else np.empty(0, np.int64)
    reason = random.choice(4, count, p=[0.45, 0.15, 0.25, 0.15])
    stranger = pl.lit("4915") + (pl.lit(pl.Series(random.integers(10**8, 10**9, count)))).cast(pl.String)
    session = pl.lit(pl.Series(10**10 + np.arange(count) * 7)).cast(pl.String).str.zfill(11)
    frame = usage[picked].with_columns(
        pl.Series("reason_code", [_REASONS[number] for number in reason], dtype=pl.String)
    )
    is_copy = pl.col("reason_code") == "DUPLICATE"
    return frame.with_columns(
        served_number=pl.when(is_copy).then("served_number").otherwise(stranger),
        served_imsi=pl.when(is_copy).then("served_imsi"),
        charging_id=pl.when(is_copy).then("charging_id").otherwise(session),
        is_time_unreadable=pl.col("reason_code") == "INVALID_TIME",
        is_length_unreadable=pl.col("reason_code") == "FORMAT",
        is_cell_unreadable=pl.lit(False),
    )


def _sessions(operator: Operator) -> pl.DataFrame:
    """What gateways and switches measured of sessions, in a file per stream and day of the start."""
    totals = operator.sessions.totals
    first = operator.events.take(totals["event"].to_numpy())
    started_at = totals["started_at"].to_numpy()
    measured = first.changed(
        started_at=started_at,
        duration=totals["duration"].to_numpy(),
        uplink=totals["uplink"].to_numpy(),
        downlink=totals["downlink"].to_numpy(),
        file_day=operator.parameters.clock.local_day(started_at),
    )
    # Who was served is what it was at the time that the record says.
    number, card = served(operator, first)
    element = pl.Series("network_element", ELEMENTS)[recording_element(operator.lines, first)]
    frame = _records(operator, measured, is_recorded_abroad(measured)).with_columns(
        element,
        pl.when(pl.Series(card) > 0).then(pl.Series(card).cast(pl.String)).alias("served_imsi"),
        pl.Series(number).cast(pl.String).alias("served_number"),
        records=totals["records"],
    )
    frame = frame.sort("stream", "file_date", "started_at", "charging_id")
    return frame.with_columns(
        file_sequence=pl.col("file_date").rank("dense").over("stream").cast(pl.Int64),
        record_sequence=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("stream", "file_date"),
    ).select(
        "stream", "file_date", "file_sequence", "record_sequence", "network_element", "charging_id", "usage_type",
        "served_imsi", "served_number", "started_at", "duration_seconds", "uplink_bytes", "downlink_bytes", "records",
    )  # fmt: skip
