"""TAP files of visited networks, as in GSMA TD.57: a batch per partner and day, numbered without a gap."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from seeds.operator.serve.ber import constructed, digits, integer, text

# Amounts have so many decimal places.
_PLACES = 5


def write_roaming_files(systems: Path, folder: Path) -> list[Path]:
    """Write one file per batch of ``systems/roaming/call_event.parquet``; returns them."""
    folder.mkdir(parents=True, exist_ok=True)
    parquet = systems / "roaming" / "call_event.parquet"
    if not parquet.exists():
        return []
    written = []
    for (stream, sequence), rows in pl.read_parquet(parquet).group_by("stream", "file_sequence", maintain_order=True):
        file = folder / file_name(str(stream), int(sequence))  # type: ignore[arg-type]
        file.write_bytes(batch(rows.rows(named=True)))
        written.append(file)
    return written


def file_name(stream: str, sequence: int) -> str:
    """``CDFRAX1DEUNL00042``."""
    return f"{stream}{sequence:05d}"


def batch(rows: list[dict]) -> bytes:
    """A transfer batch of events of one partner. Rows as in ``copies/roaming.py``."""
    first = rows[0]
    zone = ZoneInfo(first["time_zone"])
    offsets = sorted({_offset(row["started_at"], zone) for row in rows})
    codes = {offset: code for code, offset in enumerate(offsets)}
    available = first["file_available_at"]
    return constructed(
        1,
        constructed(
            4,
            text(196, first["sender"]),
            text(182, first["recipient"]),
            text(109, f"{first['file_sequence']:05d}"),
            *(_long(tag, available, zone) for tag in (108, 227, 107)),
            integer(201, 3),
            integer(189, 12),
            text(110, first["file_type_indicator"]),
        ),
        constructed(5, text(135, first["local_currency"]), text(210, first["currency_code"]), integer(244, _PLACES)),
        constructed(
            6,
            constructed(
                234, *(constructed(233, integer(232, code), text(231, offset)) for offset, code in codes.items())
            ),
            constructed(188, constructed(183, integer(184, 0), integer(186, 1), text(400, f"MSC-{first['sender']}"))),
        ),
        constructed(3, *(_event(row, zone, codes) for row in rows)),
        constructed(
            15,
            _long(101, min(row["started_at"] for row in rows), zone),
            _long(133, max(row["started_at"] for row in rows), zone),
            integer(415, sum(row["charge"] for row in rows)),
            integer(226, 0),
            integer(225, 0),
            integer(43, len(rows)),
        ),
    )


def notification(sender: str, recipient: str, sequence: int, at: datetime) -> bytes:
    """What a partner sends that has nothing to charge."""
    zone = ZoneInfo("UTC")
    return constructed(
        2,
        text(196, sender),
        text(182, recipient),
        text(109, f"{sequence:05d}"),
        *(_long(tag, at, zone) for tag in (108, 107, 227)),
        integer(201, 3),
        integer(189, 12),
    )


def _event(row: dict, zone: ZoneInfo, codes: dict[str, int]) -> bytes:
    subscriber = constructed(427, constructed(199, digits(129, row["imsi"]), digits(152, row["msisdn"])))
    local, offset = _local(row["started_at"], zone), _offset(row["started_at"], zone)
    started = constructed(44, text(16, local), integer(232, codes[offset]))
    duration = integer(223, row["duration_seconds"])
    charges = _charges(row)
    place = constructed(138, constructed(156, integer(184, 0)))
    if row["event_type"] == "gprs":
        return constructed(
            14,
            constructed(
                114,
                constructed(115, subscriber, text(167, "10.20.30.40")),
                constructed(116, text(261, row["other_party"])),
                started,
                duration,
                text(166, row["partial_type"]),
                integer(72, row["charging_id"]),
            ),
            constructed(117, constructed(118, constructed(185, integer(184, 0)))),
            constructed(121, integer(250, row["incoming_bytes"]), integer(251, row["outgoing_bytes"]), charges),
        )
    service = constructed(
        38, constructed(39, constructed(36, constructed(426, text(218, row["tele_service_code"]))), charges)
    )
    if row["event_type"] == "mtc":
        caller = constructed(41, digits(405, row["other_party"]))
        return constructed(10, constructed(153, subscriber, caller, started, duration), place, service)
    called = constructed(89, digits(407, row["other_party"]))
    return constructed(9, constructed(147, subscriber, called, started, duration), place, service)


def _charges(row: dict) -> bytes:
    """The charged item with its total, and the part of it that was for the air time."""
    total = constructed(63, text(71, "00"), integer(62, row["charge"]))
    part = constructed(63, text(71, "01"), integer(62, row["charge"]))
    item = {"moc": "D", "mtc": "D", "gprs": "X"}[row["event_type"]]
    group = constructed(258, integer(259, 1), integer(255, 0), integer(256, 0))
    return constructed(70, constructed(69, text(66, item), group, constructed(64, total, part)))


def _long(tag: int, at: datetime, zone: ZoneInfo) -> bytes:
    return constructed(tag, text(16, _local(at, zone)), text(231, _offset(at, zone)))


def _local(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y%m%d%H%M%S")


def _offset(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%z")
