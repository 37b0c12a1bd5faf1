"""Delimited and fixed-width files: what lands, what is refused and why, and what waits in quarantine."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from concord.settings import Settings
from ingestion.connectors import file_load
from ingestion.connectors import files as files_module
from ingestion.outcomes import LoadOutcome
from ingestion.quarantine import read_quarantine
from ingestion.registry import registry
from tests.ingestion.sources import (
    age,
    counted_rows,
    load,
    source_of_one_entity,
    usage_record,
    usage_source,
    usage_text,
    write_usage,
)


def load_usage(settings: Settings, folder: Path) -> LoadOutcome:
    return load(settings, usage_source(), {"folder": str(folder)}, "usage_event")


def reasons(outcome: LoadOutcome) -> dict[str, tuple[str, str | None]]:
    return {file.name: (file.status, file.reason) for file in outcome.files}


def test_usage_lands_typed_with_its_origin(settings: Settings, folder: Path) -> None:
    write_usage(folder, 1)
    outcome = load_usage(settings, folder)
    assert (outcome.status, outcome.rows, outcome.quarantined_rows) == ("loaded", 2, 0)
    row = counted_rows(settings, "usage", "usage_event").sort("record_sequence").row(0, named=True)
    assert row["stream"] == "voice"
    assert (row["file_sequence"], row["record_sequence"], row["duration_seconds"]) == (1, 1, 10)
    assert row["started_at"] == datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
    assert row["started_at_source"] == "2026-07-01T12:00:00+02:00"
    assert row["partial_sequence"] is None
    assert (row["_source_ref"], row["_source_position"]) == ("med_voice_20260701_000001.csv.gz", 3)
    assert len(row["_row_hash"]) == 32
    assert row["_load_id"] == outcome.load_id


def test_the_same_files_again_change_nothing(settings: Settings, folder: Path) -> None:
    write_usage(folder, 1)
    load_usage(settings, folder)
    again = load_usage(settings, folder)
    assert (again.status, again.rows, again.files) == ("unchanged", 0, [])
    assert counted_rows(settings, "usage", "usage_event").height == 2


def test_a_touched_file_with_the_same_content_is_not_taken_again(settings: Settings, folder: Path) -> None:
    path = write_usage(folder, 1)
    load_usage(settings, folder)
    age(path, 600)
    assert load_usage(settings, folder).status == "unchanged"


def test_a_later_file_is_taken_alone(settings: Settings, folder: Path) -> None:
    write_usage(folder, 1)
    load_usage(settings, folder)
    write_usage(folder, 2, day=2)
    outcome = load_usage(settings, folder)
    assert (outcome.status, outcome.rows, len(outcome.files)) == ("loaded", 2, 1)
    assert counted_rows(settings, "usage", "usage_event").height == 4


def test_the_same_content_under_another_name_is_a_repetition(settings: Settings, folder: Path) -> None:
    write_usage(folder, 1)
    write_usage(folder, 1, day=5)
    outcome = load_usage(settings, folder)
    assert outcome.rows == 2
    assert reasons(outcome)["med_voice_20260705_000001.csv.gz"] == ("repeated_file", "same_content")
    assert not outcome.has_failed
    assert load_usage(settings, folder).files == []


def test_recompressed_content_is_still_the_same(settings: Settings, folder: Path) -> None:
    write_usage(folder, 1)
    load_usage(settings, folder)
    copy = folder / "med_voice_20260709_000001.csv.gz"
    copy.write_bytes(gzip.compress(usage_text(1).encode(), compresslevel=1, mtime=12345))
    age(copy)
    outcome = load_usage(settings, folder)
    assert outcome.status == "unchanged"
    assert reasons(outcome)[copy.name][0] == "repeated_file"


def test_a_sequence_that_comes_again_with_other_content_is_refused(settings: Settings, folder: Path) -> None:
    write_usage(folder, 1)
    write_usage(folder, 1, usage_text(1, created="2026-07-09T00:00:00+02:00"), day=8)
    outcome = load_usage(settings, folder)
    assert (outcome.status, outcome.rows) == ("loaded", 2)
    assert reasons(outcome)["med_voice_20260708_000001.csv.gz"] == ("refused", "sequence_repeat")
    assert outcome.has_failed
    again = load_usage(settings, folder)
    assert again.status == "unchanged"  # still refused, and said before
    assert "sequence_repeat" in (again.message or "")


def test_a_gap_is_told_and_clears_when_the_file_comes(settings: Settings, folder: Path) -> None:
    write_usage(folder, 1)
    write_usage(folder, 4, day=4)
    outcome = load_usage(settings, folder)
    assert outcome.rows == 4
    assert reasons(outcome)["med_voice_20260704_000004.csv.gz"] == ("loaded", "sequence_gap")
    assert "voice misses 2-3" in (outcome.message or "")
    write_usage(folder, 2, day=9)
    assert "voice misses 3" in (load_usage(settings, folder).message or "")
    write_usage(folder, 3, day=9)
    assert load_usage(settings, folder).message is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (usage_text(1, count=9), "trailer_mismatch"),
        (usage_text(1, seconds=99), "trailer_mismatch"),
        (usage_text(1).rsplit("T;", 1)[0], "missing_trailer"),
        (usage_text(1).replace("T;2;20", "T;two;20"), "bad_trailer"),
        (usage_text(1).replace("T;2;20;0", "T;2"), "bad_trailer"),
        (usage_text(1).split("\n", 1)[1], "missing_header"),
        (usage_text(2), "header_mismatch"),
        (usage_text(1).replace(";zone;", ";zona;"), "missing_column"),
        ("", "empty_file"),
    ],
)
def test_a_broken_file_is_refused_whole_and_the_others_land(
    settings: Settings, folder: Path, text: str, reason: str
) -> None:
    write_usage(folder, 1, text)
    write_usage(folder, 7, day=7)
    outcome = load_usage(settings, folder)
    assert (outcome.status, outcome.rows, outcome.quarantined_rows) == ("loaded", 2, 0)
    assert reasons(outcome)["med_voice_20260701_000001.csv.gz"] == ("refused", reason)


def test_only_broken_files_make_a_refused_load(settings: Settings, folder: Path) -> None:
    write_usage(folder, 1, usage_text(1, count=9))
    outcome = load_usage(settings, folder)
    assert (outcome.status, outcome.reason, outcome.rows) == ("refused", "trailer_mismatch", 0)


def test_a_repaired_file_is_taken(settings: Settings, folder: Path) -> None:
    write_usage(folder, 1, usage_text(1, count=9))
    load_usage(settings, folder)
    write_usage(folder, 1)
    assert (load_usage(settings, folder).status, counted_rows(settings, "usage", "usage_event").height) == ("loaded", 2)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
def test_a_truncated_gzip_is_refused(settings: Settings, folder: Path, share: float) -> None:
    path = write_usage(folder, 1)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    age(path)
    write_usage(folder, 2, day=2)
    outcome = load_usage(settings, folder)
    assert reasons(outcome)[path.name] == ("refused", "truncated_gzip")
    assert outcome.rows == 2


def test_a_corrupt_gzip_is_refused(settings: Settings, folder: Path) -> None:
    path = write_usage(folder, 1)
    path.write_bytes(b"no gzip at all")
    age(path)
    assert reasons(load_usage(settings, folder))[path.name] == ("refused", "corrupt_gzip")


def test_a_file_that_is_still_written_is_taken_when_it_is_whole(settings: Settings, folder: Path) -> None:
    path = write_usage(folder, 1)
    whole = path.read_bytes()
    path.write_bytes(whole[:60])
    age(path, 0)
    assert reasons(load_usage(settings, folder))[path.name] == ("refused", "being_written")
    path.write_bytes(whole)
    assert load_usage(settings, folder).rows == 2


BAD_RECORDS = [
    (usage_record(3).replace(";10;0;0;", ";1O;0;0;"), "bad_value", "duration_seconds: '1O' is no integer"),
    (usage_record(3, started="2026-07-32T12:00:00+02:00"), "bad_value", "started_at"),
    (usage_record(3, started="2026-07-01T12:00:00"), "bad_value", "started_at"),
    (usage_record(3).replace(";national;", ";;"), "missing_value", "zone is empty"),
    (usage_record(3) + ";more", "wrong_field_count", None),
    (usage_record(3).rsplit(";", 1)[0], "wrong_field_count", None),
    (usage_record(3).replace("D;", "X;", 1), "unknown_record", None),
    (usage_record(3).replace("C1", '"C1'), "unbalanced_quote", None),
]


@pytest.mark.parametrize(("record", "reason", "detail"), BAD_RECORDS)
def test_a_bad_row_waits_in_quarantine_and_the_good_ones_land(
    settings: Settings, folder: Path, record: str, reason: str, detail: str | None
) -> None:
    records = [usage_record(1), usage_record(2), record, usage_record(4), usage_record(5)]
    write_usage(folder, 1, usage_text(1, records, seconds=50))
    outcome = load_usage(settings, folder)
    assert (outcome.status, outcome.rows, outcome.quarantined_rows) == ("loaded", 4, 1)
    row = read_quarantine(settings).row(0, named=True)
    assert (row["reason"], row["content"]) == (reason, record)
    assert (row["source_ref"], row["source_position"]) == ("med_voice_20260701_000001.csv.gz", 5)
    assert detail is None or detail in row["detail"]
    assert counted_rows(settings, "usage", "usage_event")["record_sequence"].sort().to_list() == [1, 2, 4, 5]


def test_a_bad_line_of_bytes_waits_in_quarantine(settings: Settings, folder: Path) -> None:
    path = folder / "med_voice_20260701_000001.csv.gz"
    text = usage_text(1, [usage_record(1), usage_record(2), usage_record(3)]).encode()
    path.write_bytes(gzip.compress(text.replace(b";X2;", b";X\xff;")))
    age(path)
    outcome = load_usage(settings, folder)
    assert (outcome.rows, outcome.quarantined_rows) == (2, 1)
    assert read_quarantine(settings).select("reason", "source_position").row(0) == ("bad_encoding", 4)


def test_a_type_that_flips_in_most_rows_refuses_the_file(settings: Settings, folder: Path) -> None:
    records = [usage_record(n).replace("2026-07-01T", "01.07.2026 ") for n in range(1, 9)]
    write_usage(folder, 1, usage_text(1, [*records, usage_record(9)]))
    write_usage(folder, 2, day=2)
    outcome = load_usage(settings, folder)
    assert reasons(outcome)["med_voice_20260701_000001.csv.gz"] == ("refused", "type_changed")
    assert (outcome.rows, outcome.quarantined_rows) == (2, 0)


def test_a_file_larger_than_a_batch_lands_or_not_as_a_whole(
    settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files_module, "CHUNK_BYTES", 4000)
    monkeypatch.setattr(file_load, "CHUNK_BYTES", 4000)
    records = [usage_record(n) for n in range(1, 501)]
    records[250] = records[250].replace(";10;0;0;", ";1O;0;0;")
    write_usage(folder, 1, usage_text(1, records, seconds=5000))
    write_usage(folder, 2, usage_text(2, [usage_record(n) for n in range(1, 501)], count=499), day=2)
    write_usage(folder, 3, day=3)
    outcome = load_usage(settings, folder)
    assert reasons(outcome)["med_voice_20260702_000002.csv.gz"] == ("refused", "trailer_mismatch")
    assert (outcome.rows, outcome.quarantined_rows) == (501, 1)
    rows = counted_rows(settings, "usage", "usage_event").filter(file_sequence=1).sort("_source_position")
    assert rows["_source_position"].to_list() == [n for n in range(3, 503) if n != 253]
    assert rows["record_sequence"].to_list() == [n for n in range(1, 501) if n != 251]


def test_crlf_and_a_missing_last_line_feed_are_fine(settings: Settings, folder: Path) -> None:
    write_usage(folder, 1, usage_text(1).replace("\n", "\r\n").rstrip())
    assert load_usage(settings, folder).rows == 2
    assert counted_rows(settings, "usage", "usage_event")["partial_sequence"].null_count() == 2


# The acquired company's dump: snapshot, quoted, decimal comma, local time


def write_contracts(folder: Path, day: str, rows: list[str], header: str | None = None) -> Path:
    names = header or "VERTRAGSNR;KUNDENNR;TARIF;ANSCHLUSSNR;MONATSPREIS;BEGINN;ENDE;STATUS"
    path = folder / f"vertraege_{day}.csv"
    path.write_bytes(("\n".join([names, *rows]) + "\n").encode("iso-8859-1"))
    age(path)
    return path


def contract(number: int, price: str = "1.234,50", start: str = "01.07.2026 12:30", status: str = "aktiv") -> str:
    return f"V{number};K{number};dsl;030123;{price};{start};;{status}"


def load_contracts(settings: Settings, folder: Path, **options: bool) -> LoadOutcome:
    return load(settings, registry()["crm_fixed"], {"folder": str(folder)}, "product", **options)


def test_local_decimals_and_times(settings: Settings, folder: Path) -> None:
    write_contracts(folder, "20260701", [contract(1), contract(2, "9,9"), contract(3, "-5"), contract(4, "")])
    load_contracts(settings, folder)
    rows = counted_rows(settings, "crm_fixed", "product").sort("contract_no")
    assert rows["monthly_amount"].to_list() == [Decimal("1234.50"), Decimal("9.90"), Decimal("-5.00"), None]
    assert rows["started_at"][0] == datetime(2026, 7, 1, 10, 30, tzinfo=UTC)
    assert rows["started_at_source"][0] == "01.07.2026 12:30"
    assert rows["file_date"][0] == date(2026, 7, 1)


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("25.10.2026 02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # shown twice: the first time
        ("29.03.2026 02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),  # skipped: with the offset before
        ("25.10.2026 03:00", datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
        ("01.01.2026 00:00", datetime(2025, 12, 31, 23, 0, tzinfo=UTC)),
    ],
)
def test_changes_of_clocks_are_read_the_same_way_always(
    settings: Settings, folder: Path, local: str, expected: datetime
) -> None:
    write_contracts(folder, "20260701", [contract(1, start=local)])
    load_contracts(settings, folder)
    assert counted_rows(settings, "crm_fixed", "product")["started_at"][0] == expected


@pytest.mark.parametrize("price", ["1.5", "9,999", "12345678901234567890,00", "abc", "1,2,3"])
def test_money_is_never_rounded_or_guessed(settings: Settings, folder: Path, price: str) -> None:
    write_contracts(folder, "20260701", [contract(1, price), contract(2), contract(3)])
    outcome = load_contracts(settings, folder)
    assert (outcome.rows, outcome.quarantined_rows) == (2, 1)


def test_quoted_fields_hold_separators_quotes_and_line_feeds(settings: Settings, folder: Path) -> None:
    rows = [contract(1), 'V2;K2;"d;s""l";"03\n01";1,00;01.07.2026 12:30;;aktiv', contract(3)]
    write_contracts(folder, "20260701", rows)
    outcome = load_contracts(settings, folder)
    assert (outcome.rows, outcome.quarantined_rows) == (3, 0)
    landed = counted_rows(settings, "crm_fixed", "product").sort("contract_no")
    assert landed["tariff_code"].to_list() == ["dsl", 'd;s"l', "dsl"]
    assert landed["line_number"].to_list() == ["030123", "03\n01", "030123"]
    assert landed["_source_position"].to_list() == [2, 3, 5]


def test_a_stray_quote_swallows_no_other_record(settings: Settings, folder: Path) -> None:
    rows = [
        contract(1),
        'V2;K2;ds"l;030;1,00;01.07.2026 12:30;;aktiv',  # a quote inside a field opens nothing
        'V3;K3;"dsl;030;1,00;01.07.2026 12:30;;aktiv',  # never closed
        contract(4),
        'V5;K5;"d\rsl";0\r30;1,00;01.07.2026 12:30;;aktiv',
        f'V6;K6;"{"d" * 200_000}";030;1,00;01.07.2026 12:30;;aktiv',
    ]
    write_contracts(folder, "20260701", rows)
    outcome = load_contracts(settings, folder)
    assert (outcome.rows, outcome.quarantined_rows) == (4, 2)
    landed = counted_rows(settings, "crm_fixed", "product").sort("contract_no")
    assert landed["contract_no"].to_list() == ["V1", "V2", "V4", "V6"]
    assert landed["tariff_code"][1] == 'ds"l'
    assert read_quarantine(settings).sort("source_position")["source_position"].to_list() == [4, 6]


def test_latin_letters_survive(settings: Settings, folder: Path) -> None:
    write_contracts(folder, "20260701", [contract(1, status="gekündigt")])
    load_contracts(settings, folder)
    assert counted_rows(settings, "crm_fixed", "product")["status"][0] == "gekündigt"


def test_columns_may_stand_in_any_order_and_more_are_no_harm(settings: Settings, folder: Path) -> None:
    header = "NEU;STATUS;VERTRAGSNR;KUNDENNR;TARIF;ANSCHLUSSNR;MONATSPREIS;BEGINN;ENDE"
    write_contracts(folder, "20260701", ["x;aktiv;V1;K1;dsl;030;1,00;01.07.2026 12:30;"], header)
    assert load_contracts(settings, folder).rows == 1
    assert counted_rows(settings, "crm_fixed", "product")["contract_no"][0] == "V1"


def test_an_equal_dump_of_another_day_is_a_snapshot_of_its_own(settings: Settings, folder: Path) -> None:
    write_contracts(folder, "20260701", [contract(1)])
    write_contracts(folder, "20260702", [contract(1)])
    assert load_contracts(settings, folder).rows == 2


def test_a_snapshot_that_shrinks_sharply_is_refused_until_accepted(settings: Settings, folder: Path) -> None:
    write_contracts(folder, "20260701", [contract(n) for n in range(10)])
    load_contracts(settings, folder)
    write_contracts(folder, "20260702", [contract(n) for n in range(6)])
    outcome = load_contracts(settings, folder)
    assert (outcome.status, outcome.reason) == ("refused", "shrunk")
    assert "--accept-shrink product" in (outcome.hint or "")
    assert load_contracts(settings, folder, accept_shrink=True).rows == 6


def test_a_corrected_dump_of_the_same_day_replaces_it(settings: Settings, folder: Path) -> None:
    write_contracts(folder, "20260701", [contract(1)])
    first = load_contracts(settings, folder)
    write_contracts(folder, "20260701", [contract(1), contract(2)])
    second = load_contracts(settings, folder)
    assert (second.status, second.rows) == ("loaded", 2)
    assert first.load_id < second.load_id


def test_a_missing_folder_fails_clearly(settings: Settings, tmp_path: Path) -> None:
    outcome = load_contracts(settings, tmp_path / "nowhere")
    assert (outcome.status, outcome.reason) == ("failed", "missing_folder")
    assert outcome.hint


# The subscriber register: fixed width, gzip


def subscriber(imsi: str, state: str = "ACTIVE") -> str:
    return f"D{imsi:<15}{'4915100000001':<15}{'8949' + imsi:<20}{'POSTPAID':<12}{state:<10}20260701120000"


def write_dump(folder: Path, day: str, records: list[str], count: int | None = None) -> Path:
    trailer = f"T{len(records) if count is None else count:09d}"
    path = folder / f"hlr_{day}.dat.gz"
    path.write_bytes(gzip.compress("\n".join([f"H{day}023000HLR01   ", *records, trailer, ""]).encode()))
    age(path)
    return path


def load_dump(settings: Settings, folder: Path) -> LoadOutcome:
    return load(settings, registry()["subscribers"], {"folder": str(folder)})


def test_fixed_width_lands_trimmed_and_in_utc(settings: Settings, folder: Path) -> None:
    write_dump(folder, "20260701", [subscriber("262010000000001"), subscriber("262010000000002", "BARRED")])
    outcome = load_dump(settings, folder)
    assert (outcome.status, outcome.rows) == ("loaded", 2)
    row = counted_rows(settings, "subscribers", "subscriber").sort("imsi").row(1, named=True)
    assert (row["imsi"], row["msisdn"], row["state"]) == ("262010000000002", "4915100000001", "BARRED")
    assert row["activated_at"] == datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
    assert (row["file_date"], row["_source_position"]) == (date(2026, 7, 1), 3)


def test_fixed_width_bad_rows_and_trailer(settings: Settings, folder: Path) -> None:
    good = [subscriber(f"26201000000000{n}") for n in range(5)]
    bad = [good[0][:40], good[1] + "more", "X" + good[2][1:], good[3].replace("20260701120000", "20261301120000")]
    write_dump(folder, "20260701", [*good, *bad])
    write_dump(folder, "20260702", good, count=4)
    outcome = load_dump(settings, folder)
    assert (outcome.rows, outcome.quarantined_rows) == (5, 4)
    assert reasons(outcome)["hlr_20260702.dat.gz"] == ("refused", "trailer_mismatch")
    found = read_quarantine(settings).sort("source_position")["reason"].to_list()
    assert found == ["wrong_length", "wrong_length", "unknown_record", "bad_value"]


def test_other_separators_no_quotes_and_a_byte_order_mark(settings: Settings, folder: Path) -> None:
    source = source_of_one_entity(
        "delimited",
        {
            "name": "thing",
            "mode": "file",
            "from": r"thing\.txt",
            "key": ["a"],
            "columns": [
                {"name": "a", "type": "text"},
                {"name": "b", "type": "boolean"},
                {"name": "c", "type": "date"},
                {"name": "d", "type": "decimal(5,1)"},
            ],
        },
        format={"separator": "|", "quote": ""},
    )
    (folder / "thing.txt").write_text('\ufeffa|b|c|d\n"x|true|2026-07-01|+12.50\ny|0||\n', encoding="utf-8")
    age(folder / "thing.txt")
    load(settings, source, {"folder": str(folder)})
    rows = counted_rows(settings, "sample", "thing").sort("a")
    assert rows.select("a", "b", "c", "d").rows() == [
        ('"x', True, date(2026, 7, 1), Decimal("12.5")),
        ("y", False, None, None),
    ]


def test_a_file_of_mostly_bad_rows_is_refused(settings: Settings, folder: Path) -> None:
    """A layout that moved by a byte is no matter of single rows: the last good dump stays the current one."""
    good = [subscriber(f"2620100000000{n:02d}") for n in range(30)]
    write_dump(folder, "20260701", good)
    write_dump(folder, "20260702", [f"{line} moved" for line in good])
    outcome = load_dump(settings, folder)
    assert reasons(outcome)["hlr_20260702.dat.gz"] == ("refused", "mostly_bad_rows")
    assert (outcome.rows, outcome.quarantined_rows) == (30, 0)


def test_a_file_in_another_encoding_is_refused(settings: Settings, folder: Path) -> None:
    path = folder / "med_voice_20260701_000001.csv.gz"
    records = [usage_record(n).replace("C1", "Köln") for n in range(1, 31)]
    path.write_bytes(gzip.compress(usage_text(1, records).encode("iso-8859-1")))
    age(path)
    outcome = load_usage(settings, folder)
    assert reasons(outcome)[path.name] == ("refused", "mostly_bad_rows")
    assert "bad_encoding" in (outcome.files[0].detail or "")
