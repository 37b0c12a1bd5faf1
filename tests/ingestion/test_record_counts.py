"""Network elements' counts of their records: what lands, and what is refused or put aside."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from concord.settings import Settings
from ingestion.outcomes import LoadOutcome
from ingestion.quarantine import read_quarantine
from tests.ingestion.sources import counted_rows, deliver

NAME = "record_counts_20260810_0001.csv"
HEAD = "H;record_counts_20260810_0001\n" + ";".join(
    (
        "record_type", "line_number", "recording_entity", "period_start_at", "cdr_type", "records_written",
        "unsuccessful_records", "test_records", "duration_seconds", "uplink_bytes", "downlink_bytes",
        "first_local_sequence_number", "last_local_sequence_number",
    )
)  # fmt: skip


def record(line: int, hour: str = "2026-08-10T08:00:00+02:00", written: str = "41", kind: str = "moCallRecord") -> str:
    return f"D;{line};MSC-01;{hour};{kind};{written};2;0;5310;0;0;40117;40157"


def counts(*records: str, count: int | None = None) -> str:
    return "\n".join([HEAD, *records, f"T;{len(records) if count is None else count}"]) + "\n"


def take(settings: Settings, folder: Path, text: str, name: str = NAME) -> LoadOutcome:
    return deliver(settings, folder, text, name, "record_counts", "record_count")


def test_counts_land_typed(settings: Settings, folder: Path) -> None:
    assert take(settings, folder, counts(record(1), record(2, "2026-08-10T07:00:00Z"))).status == "loaded"
    row = counted_rows(settings, "record_counts", "record_count").sort("line_number").row(0, named=True)
    assert (row["file_date"], row["file_sequence"], row["recording_entity"]) == (date(2026, 8, 10), 1, "MSC-01")
    assert row["period_start_at"].astimezone(UTC) == datetime(2026, 8, 10, 6, tzinfo=UTC)
    assert (row["records_written"], row["last_local_sequence_number"]) == (41, 40157)


def test_what_is_reported_again_stands_beside_it(settings: Settings, folder: Path) -> None:
    take(settings, folder, counts(record(1)))
    assert take(settings, folder, counts(record(1, written="43")), "record_counts_20260810_0002.csv").rows == 1
    rows = counted_rows(settings, "record_counts", "record_count").sort("file_sequence")
    assert rows["records_written"].to_list() == [41, 43]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (counts(record(1), record(2)).rsplit("T;", 1)[0], "missing_trailer"),
        (counts(record(1), count=2), "trailer_mismatch"),
        (counts(record(1)).replace(";records_written;", ";records;"), "missing_column"),
        ("", "empty_file"),
    ],
)
def test_a_broken_file_is_refused(settings: Settings, folder: Path, text: str, reason: str) -> None:
    outcome = take(settings, folder, text)
    assert (outcome.status, outcome.files[0].reason, outcome.rows) == ("refused", reason, 0)


def test_a_bad_line_is_put_aside(settings: Settings, folder: Path) -> None:
    bad = [record(2, written="many"), record(3, "2026-08-32T06:00:00Z"), record(4).replace("MSC-01", "")]
    good = [record(line) for line in (1, 5, 6, 7, 8, 9)]
    assert take(settings, folder, counts(*good, *bad)).quarantined_rows == 3
    assert sorted(read_quarantine(settings)["reason"]) == ["bad_value", "bad_value", "missing_value"]
    assert counted_rows(settings, "record_counts", "record_count")["line_number"].sort().to_list() == [1, 5, 6, 7, 8, 9]
