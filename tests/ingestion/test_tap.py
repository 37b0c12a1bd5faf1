"""Roaming files as partners send them: taken when they add up, else refused for a stated reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from concord.settings import Settings
from ingestion.connectors.tap import specification
from ingestion.outcomes import LoadOutcome
from ingestion.quarantine import read_quarantine
from ingestion.registry import registry
from seeds.operator.serve.ber import constructed, integer, text
from seeds.operator.serve.roaming_files import batch, notification
from tests.ingestion.sources import age, counted_rows, load

STREAM = "CDFRAX1DEUNL"
CALL: dict[str, Any] = {
    "stream": STREAM, "file_sequence": 1, "event_type": "moc", "sender": "FRAX1", "recipient": "DEUNL",
    "file_type_indicator": None, "file_available_at": datetime(2026, 7, 2, 5, tzinfo=UTC),
    "time_zone": "Europe/Paris", "local_currency": "EUR", "currency_code": "XDR", "imsi": "262980000000017",
    "msisdn": "4915790000001", "other_party": "33123456", "tele_service_code": "11",
    "started_at": datetime(2026, 7, 1, 10, 0, 5, tzinfo=UTC), "duration_seconds": 61, "incoming_bytes": None,
    "outgoing_bytes": None, "charging_id": None, "partial_type": None, "charge": 12345,
}  # fmt: skip
SESSION = CALL | {
    "event_type": "gprs", "other_party": "internet.example", "tele_service_code": None, "incoming_bytes": 100,
    "outgoing_bytes": 3_000_000_000, "charging_id": 77, "partial_type": "F", "charge": 5,
}  # fmt: skip


def write(folder: Path, content: bytes, sequence: int = 1, suffix: str = "") -> Path:
    path = folder / f"{STREAM}{sequence:05d}{suffix}"
    path.write_bytes(content)
    age(path)
    return path


def of_sequence(sequence: int, *rows: dict[str, Any]) -> bytes:
    return batch([row | {"file_sequence": sequence} for row in rows or (CALL,)])


def load_folder(settings: Settings, folder: Path) -> LoadOutcome:
    return load(settings, registry()["roaming"], {"folder": str(folder)})


def rows(settings: Settings) -> list[dict]:
    frame = counted_rows(settings, "roaming", "call_event")
    return frame.sort("file_sequence", "event_number").to_dicts() if len(frame) else []


def reasons(outcome: LoadOutcome) -> dict[str, str | None]:
    return {file.name: file.reason for file in outcome.files if file.status != "loaded"}


def test_each_event_is_a_row_with_its_types(settings: Settings, folder: Path) -> None:
    write(folder, of_sequence(1, CALL, SESSION, CALL | {"event_type": "mtc", "charge": 0}))
    outcome = load_folder(settings, folder)
    assert (outcome.status, outcome.rows, outcome.quarantined_rows) == ("loaded", 3, 0), outcome.message
    call, session, received = rows(settings)
    assert (call["stream"], call["file_sequence"], call["event_number"]) == (STREAM, 1, 1)
    assert (call["event_type"], call["imsi"], call["msisdn"]) == ("moc", "262980000000017", "4915790000001")
    assert (call["started_at"], call["duration_seconds"]) == (datetime(2026, 7, 1, 10, 0, 5, tzinfo=UTC), 61)
    assert call["started_at_source"] == "2026-07-01T12:00:05+02:00"
    assert (call["charge_amount"], call["currency_code"]) == (Decimal("0.12345"), "XDR")
    assert (call["other_party"], call["tele_service_code"]) == ("33123456", "11")
    assert (session["event_type"], session["other_party"]) == ("gprs", "internet.example")
    assert (session["incoming_bytes"], session["outgoing_bytes"]) == (100, 3_000_000_000)
    assert (session["charging_id"], session["partial_type"], session["tele_service_code"]) == (77, "F", None)
    assert (received["event_type"], received["other_party"]) == ("mtc", "33123456")
    assert (call["_source_ref"], session["_source_position"]) == (f"{STREAM}00001", 2)


def test_the_standard_tags_are_those_of_the_definition() -> None:
    """The operator's writer knows tags by number, the reader by the definition: both must mean the same."""
    content = specification().decode("DataInterChange", of_sequence(7))[1]
    encoded = specification().encode("DataInterChange", ("transferBatch", content))
    assert specification().decode("DataInterChange", encoded)[1] == content
    # TransferBatch 1, BatchControlInfo 4, Sender 196: as in every TAP file.
    assert encoded[0] == 0x61 and b"\x64" in encoded[:6] and b"\x5f\x81\x44\x05FRAX1" in encoded[:20]


def test_a_notification_fills_its_place_in_the_sequence(settings: Settings, folder: Path) -> None:
    write(folder, of_sequence(1))
    write(folder, notification("FRAX1", "DEUNL", 2, datetime(2026, 7, 3, tzinfo=UTC)), 2)
    write(folder, of_sequence(3, CALL | {"imsi": "262980000000025"}), 3)
    outcome = load_folder(settings, folder)
    assert (outcome.rows, reasons(outcome)) == (2, {})
    assert not any(file.reason for file in outcome.files)


def test_a_gap_is_told(settings: Settings, folder: Path) -> None:
    write(folder, of_sequence(1))
    write(folder, of_sequence(4, SESSION), 4)
    outcome = load_folder(settings, folder)
    assert outcome.rows == 2
    assert [file.reason for file in outcome.files] == [None, "sequence_gap"]


def test_a_file_sent_again_counts_once(settings: Settings, folder: Path) -> None:
    write(folder, of_sequence(1))
    write(folder, of_sequence(1), suffix=".again")
    later = CALL | {"file_available_at": datetime(2026, 7, 9, 5, tzinfo=UTC)}
    write(folder, of_sequence(1, later), suffix=".regenerated")
    outcome = load_folder(settings, folder)
    assert outcome.rows == 1
    assert reasons(outcome) == {
        f"{STREAM}00001.again": "same_content",
        f"{STREAM}00001.regenerated": "sequence_repeat",
    }


def zeros(content: bytes) -> bytes:
    return content + bytes(64)


def indefinite(content: bytes) -> bytes:
    """The same batch, its outermost length left open."""
    head = 2 + (content[1] & 0x7F if content[1] & 0x80 else 0)
    return content[:1] + b"\x80" + content[head:] + b"\0\0"


@pytest.mark.parametrize("change", [zeros, indefinite])
def test_partners_encode_differently(settings: Settings, folder: Path, change: Callable[[bytes], bytes]) -> None:
    write(folder, change(of_sequence(1, CALL, SESSION)))
    outcome = load_folder(settings, folder)
    assert (outcome.rows, reasons(outcome)) == (2, {}), outcome.message


WHOLE = of_sequence(1, CALL, SESSION)
AUDIT = WHOLE.rindex(b"\x5f\x83\x1f")  # TotalCharge, 415
COUNT = WHOLE.rindex(b"\x5f\x2b\x01")  # CallEventDetailsCount, 43
BROKEN = {
    "nothing": (b"", "empty_file"),
    "text": (b"H;voice;1;2026-07-02\n", "no_tap_file"),
    "another ASN.1 file": (b"\x30\x03\x02\x01\x05", "no_tap_file"),
    "half a file": (WHOLE[: len(WHOLE) // 2], "truncated_ber"),
    "its first byte": (WHOLE[:1], "truncated_ber"),
    "a byte short": (WHOLE[:-1], "truncated_ber"),
    "a length of an exabyte": (b"\x61\x87" + b"\xff" * 7 + b"a", "truncated_ber"),
    "an end that never comes": (b"\x61\x80\x64\x80", "truncated_ber"),
    "more behind it": (WHOLE + b"more", "bad_ber"),
    "a length beyond its parent": (WHOLE.replace(b"\x5f\x81\x44\x05", b"\x5f\x81\x44\x7f", 1), None),
    "nested a thousand times": (b"\x61\x82\x0f\xa0" + b"\x64\x82\x0f\xa0" * 1000, None),
    "no control information": (constructed(1, constructed(15, integer(415, 0), integer(43, 0))), "missing_control"),
    "no audit": (
        constructed(1, constructed(4, text(196, "FRAX1"), text(182, "DEUNL"), text(109, "00001"))), "missing_control",
    ),
    "one event less than counted": (WHOLE[: COUNT + 3] + b"\x03" + WHOLE[COUNT + 4 :], "audit_mismatch"),
    "other charges than added up": (WHOLE[: AUDIT + 5] + b"\x01" + WHOLE[AUDIT + 6 :], "audit_mismatch"),
    "another partner's": (of_sequence(1, CALL | {"sender": "ITAX1"}), "header_mismatch"),
    "another number": (of_sequence(2), "header_mismatch"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_refused_and_the_others_land(settings: Settings, folder: Path, name: str) -> None:
    content, reason = BROKEN[name]
    write(folder, content)
    write(folder, of_sequence(2, SESSION), 2)
    outcome = load_folder(settings, folder)
    assert [row["file_sequence"] for row in rows(settings)] == [2]
    (refused,) = [file for file in outcome.files if file.status == "refused"]
    assert refused.reason == reason or (
        reason is None and refused.reason in ("bad_ber", "truncated_ber", "missing_control")
    )
    assert refused.detail


def test_a_file_without_end_is_not_read(settings: Settings, folder: Path) -> None:
    path = folder / f"{STREAM}00001"
    with path.open("wb") as file:
        file.truncate(33 * 1024 * 1024)
    age(path)
    assert reasons(load_folder(settings, folder)) == {path.name: "too_long"}


def test_bad_events_go_to_quarantine_and_the_others_land(settings: Settings, folder: Path) -> None:
    content = of_sequence(1, CALL, CALL | {"imsi": None}, SESSION)
    # A month that doesn't exist, in the session alone.
    start = content.rindex(b"20260701120005", 0, content.rindex(b"internet.example") + 80)
    content = content[: start + 4] + b"13" + content[start + 6 :]
    write(folder, content)
    outcome = load_folder(settings, folder)
    assert [row["event_number"] for row in rows(settings)] == [1]
    frame = read_quarantine(settings).sort("source_position")
    assert frame["reason"].to_list() == ["missing_value", "bad_value"], outcome.message


def test_an_event_of_another_kind_goes_to_quarantine(settings: Settings, folder: Path) -> None:
    content = of_sequence(1, CALL)
    service = constructed(11, integer(62, 5))  # SupplServiceEvent
    events = content.index(b"\x63\x81")  # CallEventDetailList, its length in the octet behind
    size = content[events + 2]
    inner = content[events + 3 : events + 3 + size]
    rest = content[events + 3 + size :].replace(b"\x5f\x2b\x01\x01", b"\x5f\x2b\x01\x02")
    body = content[4 if content[1] == 0x82 else 3 : events] + constructed(3, inner, service) + rest
    write(folder, constructed(1, body))
    outcome = load_folder(settings, folder)
    assert len(rows(settings)) == 1, outcome.message
    assert read_quarantine(settings)["reason"].to_list() == ["unsupported_event"]
