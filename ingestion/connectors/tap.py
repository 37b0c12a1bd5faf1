"""Roaming files: GSMA TD.57 (TAP 3) in BER, one row a call event that a visited network charges to our subscriber.

``tap.asn1`` is the part of the standard that is read. A batch is taken whole or not at all: one that can't be decoded,
is another's by its own control information, or whose audit totals are not those of its events, is refused. An event
that lacks something, or is of a kind that isn't read, goes to quarantine. A notification (nothing to charge) has no
rows and fills its place in the sequence.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import asn1tools
import polars as pl
import pyarrow as pa
from asn1tools.codecs.ber import MissingDataError, NoEndOfContentsTagError, OutOfByteDataError

from ingestion.connectors.extracted import ExtractedLayout
from ingestion.connectors.file_load import FileLoad, release_rows
from ingestion.connectors.files import CHUNK_BYTES, Chunk, FileFormat, FileProblem, SourceFile
from ingestion.connectors.layout import Reader
from ingestion.connectors.xml_file import LONGEST_TEXT, one_line
from ingestion.extraction import Extraction, LoadContext

# What the row of a call event can hold.
FIELDS = (
    "fault", "event_number", "event_type", "sender", "recipient", "file_type_indicator", "file_available_at", "imsi",
    "msisdn", "other_party", "tele_service_code", "started_at", "duration_seconds", "incoming_bytes", "outgoing_bytes",
    "charging_id", "partial_type", "charge_amount", "currency_code",
)  # fmt: skip
# A batch is a tree of objects while it is read, many times its size. Partners send far less.
_MOST_BYTES = 32 * 1024 * 1024
_MOST_DECIMAL_PLACES = 6
_TOTAL_CHARGE = "00"
_EVENTS = {"mobileOriginatedCall": "moc", "mobileTerminatedCall": "mtc", "gprsCall": "gprs"}


def extract(context: LoadContext) -> Extraction:
    """Read every new file of the entity. Raises SystemFailed when the folder is missing."""
    return FileLoad(context, _layout(context)).extraction()


def release(context: LoadContext, rows: pl.DataFrame) -> pa.Table:
    """Quarantined rows that pass now. ``rows``: source_ref, source_position, content, heading."""
    return release_rows(FileLoad(context, _layout(context)), rows)


def _layout(context: LoadContext) -> TapLayout:
    return TapLayout(context.entity, FileFormat.model_validate(context.source.format), FIELDS)


@cache
def specification() -> Any:
    """The compiled ASN.1 of ``tap.asn1``."""
    return asn1tools.compile_files(str(Path(__file__).with_name("tap.asn1")), "ber")


class TapLayout(ExtractedLayout):
    """Rows of FIELDS."""

    def reader(self, file: SourceFile) -> Reader:
        return TapReader(file)


class TapReader:
    """Reads one file; its rows come as lines of FIELDS between tabs, placed at the number of their event (from 1)."""

    def __init__(self, file: SourceFile) -> None:
        self.file = file
        self.header: str | None = None
        self.names: str | None = "\t".join(FIELDS)
        self.trailer: str | None = None
        self.sha256: str | None = None

    @property
    def is_small(self) -> bool:
        """Small enough to be read whole, ahead of its turn."""
        return self.file.size <= CHUNK_BYTES // 16

    def chunks(self) -> Iterator[Chunk]:
        """The batch's call events.

        Raises FileProblem when the file is broken, of another kind, or not what its audit totals say.
        """
        content = self._content()
        kind, decoded = self._decoded(content)
        control = decoded if kind == "notification" else decoded.get("batchControlInfo", {})
        self._check_control(control)
        rows = [] if kind == "notification" else _Batch(control, decoded).rows()
        if not self.file.is_unchanged():
            raise FileProblem("being_written", "the file changed while it was read")
        body = b"".join(rows)
        if body:
            yield Chunk(body, 1, len(rows), positions=list(range(1, len(rows) + 1)))

    def _content(self) -> bytes:
        if self.file.size > _MOST_BYTES:
            self.sha256 = self.file.digest_as_delivered()
            raise FileProblem("too_long", f"{self.file.size:,} bytes, more than {_MOST_BYTES:,}")
        try:
            content = self.file.path.read_bytes()
        except OSError as error:
            raise FileProblem("unreadable", str(error.strerror or error)) from None
        self.sha256 = hashlib.sha256(content).hexdigest()
        if not content:
            raise FileProblem(self.file.unless_growing("empty_file"), "the file holds nothing")
        return content

    def _decoded(self, content: bytes) -> tuple[str, dict[str, Any]]:
        """Kind and members of what the file holds."""
        # TransferBatch and Notification; nothing else begins a TAP file.
        if content[0] not in (0x61, 0x62):
            raise FileProblem("no_tap_file", f"begins with tag {content[0]:02x}, no transfer batch or notification")
        try:
            (kind, decoded), length = specification().decode_with_length("DataInterChange", content)
        except (MissingDataError, OutOfByteDataError, NoEndOfContentsTagError) as error:
            raise FileProblem(self.file.unless_growing("truncated_ber"), _shown(error)) from None
        except (asn1tools.DecodeError, ValueError, IndexError, OverflowError, RecursionError) as error:
            raise FileProblem("bad_ber", _shown(error)) from None
        if content[length:].strip(b"\0"):
            # Some partners fill the last block with zeros.
            raise FileProblem("bad_ber", f"{len(content) - length:,} bytes behind the batch")
        return kind, decoded

    def _check_control(self, control: dict[str, Any]) -> None:
        """What the batch says of itself must be what the file's name says."""
        groups = self.file.groups
        stream, number = groups.get("stream"), groups.get("file_sequence")
        missing = [name for name in ("sender", "recipient", "fileSequenceNumber") if name not in control]
        if missing:
            raise FileProblem("missing_control", f"the batch control information lacks {', '.join(missing)}")
        parties = _text(control["sender"]) + _text(control["recipient"])
        said = _text(control["fileSequenceNumber"])
        is_other = stream is not None and not stream.endswith(parties)
        if is_other or (number is not None and (not said.isdigit() or int(said) != int(number))):
            raise FileProblem("header_mismatch", f"the batch control information says {parties[:40]} {said[:20]}")


class _Batch:
    """A decoded transfer batch and the rows that it makes."""

    def __init__(self, control: dict[str, Any], batch: dict[str, Any]) -> None:
        accounting = batch.get("accountingInfo", {})
        audit = batch.get("auditControlInfo", {})
        lacks = [
            name
            for name, part in (
                ("tapDecimalPlaces", accounting),
                ("localCurrency", accounting),
                ("totalCharge", audit),
                ("callEventDetailsCount", audit),
            )
            if name not in part
        ]
        if lacks:
            raise FileProblem("missing_control", f"the batch lacks {', '.join(lacks)}")
        self._places = accounting["tapDecimalPlaces"]
        if not 0 <= self._places <= _MOST_DECIMAL_PLACES:
            raise FileProblem("bad_control", f"{self._places} decimal places")
        self._audit = audit
        self._events: list[tuple[str | None, dict[str, Any] | None]] = batch.get("callEventDetails", [])
        self._offsets = {
            entry.get("utcTimeOffsetCode"): _text(entry.get("utcTimeOffset"))
            for entry in batch.get("networkInfo", {}).get("utcTimeOffsetInfo", [])
        }
        available = control.get("fileAvailableTimeStamp") or control.get("fileCreationTimeStamp") or {}
        self._common = {
            "sender": _text(control["sender"]),
            "recipient": _text(control["recipient"]),
            # Absent in commercial files, T in those that only test the exchange.
            "file_type_indicator": _text(control.get("fileTypeIndicator")),
            "file_available_at": _instant(available.get("localTimeStamp"), _text(available.get("utcTimeOffset"))),
            "currency_code": _text(accounting.get("tapCurrency")) or _text(accounting["localCurrency"]),
        }

    def rows(self) -> list[bytes]:
        """A line per event. Raises FileProblem when the audit totals are not those of the events."""
        lines, total, unread = [], 0, 0
        for number, (kind, event) in enumerate(self._events, start=1):
            if kind not in _EVENTS or event is None:
                values, charge = {"fault": "unsupported_event"}, 0
                unread += 1
            else:
                values, charge = self._event(kind, event)
            total += charge
            values = self._common | values | {"event_number": str(number)}
            if any(len(text) > LONGEST_TEXT for text in values.values() if text):
                values["fault"] = "too_long"
            lines.append(("\t".join(one_line(values.get(name)) for name in FIELDS) + "\n").encode("utf-8", "replace"))
        said = self._audit["callEventDetailsCount"]
        if said != len(lines):
            raise FileProblem(
                "audit_mismatch", f"{len(lines):,} call events, and the audit information counts {said:,}"
            )
        due = self._audit["totalCharge"]
        # What an event that isn't read costs can't be added.
        if total > due or (total < due and not unread):
            raise FileProblem(
                "audit_mismatch",
                f"charges are {self._money(total)}, and the audit information says {self._money(due)}",
            )
        return lines

    def _event(self, kind: str, event: dict[str, Any]) -> tuple[dict[str, str | None], int]:
        """Fields of one event, and its charge in the smallest unit."""
        is_gprs = kind == "gprsCall"
        basic = event.get("gprsBasicCallInformation" if is_gprs else "basicCallInformation", {})
        charges: list[dict[str, Any]] = []
        values: dict[str, str | None] = {"event_type": _EVENTS[kind]}
        if is_gprs:
            subscriber = basic.get("gprsChargeableSubscriber", {}).get("chargeableSubscriber")
            service = event.get("gprsServiceUsed", {})
            charges = service.get("chargeInformationList", [])
            values["other_party"] = _text(basic.get("gprsDestination", {}).get("accessPointNameNI"))
            values["incoming_bytes"] = _number(service.get("dataVolumeIncoming"))
            values["outgoing_bytes"] = _number(service.get("dataVolumeOutgoing"))
        else:
            subscriber = basic.get("chargeableSubscriber")
            services = event.get("basicServiceUsedList", [])
            charges = [charge for used in services for charge in used.get("chargeInformationList", [])]
            code = services[0].get("basicService", {}).get("serviceCode") if services else None
            values["tele_service_code"] = _text(code[1]) if code and code[0] == "teleServiceCode" else None
            values["other_party"] = _other_party(basic)
        sim = subscriber[1] if subscriber and subscriber[0] == "simChargeableSubscriber" else {}
        started = basic.get("callEventStartTimeStamp", {})
        charge = sum(map(_charge, charges)) + (event.get("camelServiceUsed", {}).get("camelInvocationFee") or 0)
        values |= {
            "imsi": _digits(sim.get("imsi")),
            "msisdn": _digits(sim.get("msisdn")),
            "started_at": _instant(started.get("localTimeStamp"), self._offsets.get(started.get("utcTimeOffsetCode"))),
            "duration_seconds": _number(basic.get("totalCallEventDuration")),
            "charging_id": _number(basic.get("chargingId")),
            "partial_type": _text(basic.get("partialTypeIndicator")),
            "charge_amount": self._money(charge),
        }
        return values, charge

    def _money(self, units: int) -> str:
        sign, digits = "-" if units < 0 else "", str(abs(units)).zfill(self._places + 1)
        cut = len(digits) - self._places
        return f"{sign}{digits[:cut]}.{digits[cut:]}" if self._places else f"{sign}{digits}"


def _shown(error: Exception) -> str:
    return one_line(str(error))[:300]


def _charge(information: dict[str, Any]) -> int:
    """The total of one charged item; where none is marked as the total, the parts make it."""
    details = information.get("chargeDetailList", [])
    totals = [detail for detail in details if _text(detail.get("chargeType")) == _TOTAL_CHARGE]
    return sum(detail.get("charge") or 0 for detail in totals or details)


def _other_party(basic: dict[str, Any]) -> str | None:
    """The number that was called, or that called."""
    destination, origin = basic.get("destination", {}), basic.get("callOriginator", {})
    return (
        _digits(destination.get("calledNumber"))
        or _text(destination.get("sMSDestinationNumber"))
        or _digits(origin.get("callingNumber"))
        or _text(origin.get("sMSOriginator"))
        or None
    )


def _instant(local: bytes | None, offset: str | None) -> str:
    """``20260701120000`` and ``+0200`` as ISO 8601; what is none stays as it is, to be found wrong."""
    text = _text(local) + (offset or "")
    found = re.fullmatch(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)([+-]\d\d)(\d\d)", text)
    if not found:
        return text
    year, month, day, hour, minute, second, zone, rest = found.groups()
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}{zone}:{rest}"


def _text(content: bytes | None) -> str:
    return content.decode("ascii", "backslashreplace").strip() if content else ""


def _digits(content: bytes | None) -> str:
    """Digits of a BCDString; anything but a filler at the end is kept, to be found wrong."""
    return content.hex().rstrip("f") if content else ""


def _number(value: int | None) -> str | None:
    return None if value is None else str(value)
