"""The files as their readers meet them, read here by position and separator, not by the code that wrote them."""

from __future__ import annotations

import gzip
import itertools
import json
import time
import zlib
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from seeds.operator.serve.files import write_files
from seeds.operator.serve.interface_faults import LEDGER_SCHEMA
from seeds.operator.serve.subscriber_files import dump
from seeds.operator.serve.usage_files import write_usage_files
from tests.operator.serve_fixtures import NOON, subscribers, tiny_operator, usage_events, write


@pytest.fixture
def operator(tmp_path: Path) -> Path:
    return tiny_operator(tmp_path)


def usage_lines(file: Path) -> list[list[str]]:
    return [line.split(";") for line in gzip.decompress(file.read_bytes()).decode().splitlines()]


def test_fixed_line_customers(operator: Path) -> None:
    write_files(operator, faults=False)
    content = (operator / "files/crm_fixed/kunden_20260701.csv").read_bytes()
    assert "Große Straße 1;01234;Köln".encode("iso-8859-1") in content
    header, row, last = content.decode("iso-8859-1").split("\n")
    assert header == (
        "KUNDENNR;NAME;VORNAME;FIRMA;STRASSE;PLZ;ORT;TELEFON;EMAIL;GEBURTSDATUM;STATUS;ANGELEGT_AM;GEAENDERT_AM"
    )
    assert row == (
        '0012;Lukasiewicz;Ayse;"Käse; ""Brot"" & Wein";Große Straße 1;01234;Köln;;?@b.example;02.01.1970;aktiv;'
        "01.07.2026 12:34;"
    )
    assert last == ""
    assert (operator / "files/crm_fixed/kunden_20260702.csv").exists()


def test_fixed_line_contracts_use_local_time_and_decimal_comma(operator: Path) -> None:
    write_files(operator, faults=False)
    content = (operator / "files/crm_fixed/vertraege_20260701.csv").read_text("iso-8859-1")
    # 23:30 UTC on 31 January is half past midnight on 1 February in Berlin.
    assert content.splitlines()[1] == "V1;0012;fix_50;0221 12345;1234,50;01.02.2026 00:30;;aktiv"


def test_subscriber_dump_has_fixed_positions(operator: Path) -> None:
    write_files(operator, faults=False)
    lines = gzip.decompress((operator / "files/subscribers/hlr_20260702.dat.gz").read_bytes()).decode().split("\n")
    assert lines[0] == "H20260702030000HLR01   "
    assert lines[3] == "T000000002"
    assert len(lines[1]) == len(lines[2]) == 87
    first = lines[1]
    assert first[0] == "D"
    assert first[1:16] == "262420000000001"
    assert first[16:31] == "4915200000001  "
    assert first[31:51] == "8949200000000000001 "
    assert first[51:63] == "POSTPAID_BIZ"
    assert first[63:73] == "ACTIVE    "
    assert first[73:87] == "20260701123456"
    assert lines[2][31:51].strip() == "" and lines[2][73:87].strip() == ""


def test_subscriber_number_too_long_is_an_error() -> None:
    rows = subscribers().with_columns(pl.lit("1" * 16).alias("imsi"))
    with pytest.raises(ValueError, match="too long for the dump: imsi"):
        dump(rows, date(2026, 7, 1))


def test_usage_file_frame_and_sums(operator: Path) -> None:
    write_files(operator, faults=False)
    lines = usage_lines(operator / "files/usage/med_data_20260705_000104.csv.gz")
    assert lines[0] == ["H", "data", "104", "2026-07-06T00:05:00+02:00"]
    names = lines[1]
    records = [dict(zip(names, line, strict=True)) for line in lines[2:-1]]
    assert [record["record_type"] for record in records] == ["D"] * 4
    assert [record["record_sequence"] for record in records] == ["1", "2", "3", "4"]
    assert records[0]["started_at"] == "2026-07-05T12:34:56+02:00"
    assert records[0]["served_imsi"] == "" and records[0]["partial_sequence"] == "1"
    assert lines[-1] == ["T", "4", "0", str(4 * (10**9 + 4 * 10**9) + 0 + 1 + 2 + 3)]
    voice = usage_lines(operator / "files/usage/med_voice_20260705_000104.csv.gz")
    assert voice[-1] == ["T", "4", str(61 + 62 + 63 + 64), "0"]


def test_rejects_keep_the_original_record(tmp_path: Path) -> None:
    rejects = pl.DataFrame(
        {
            "stream": ["voice"], "file_date": [date(2026, 7, 1)], "file_sequence": [3], "record_sequence": [1],
            "reason_code": ["FORMAT"], "original_record": ['D;9;"x"'],
        }
    )  # fmt: skip
    write(rejects, tmp_path, "usage", "usage_reject")
    (file,) = write_usage_files(tmp_path, tmp_path / "files")
    assert file.name == "rej_voice_20260701_000003.csv.gz"
    lines = gzip.decompress(file.read_bytes()).decode().splitlines()
    assert lines[1:] == ["record_type;record_sequence;reason_code;original_record", 'D;1;FORMAT;"D;9;""x"""', "T;1"]


def test_winter_time_offset_and_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seeds.operator.serve.usage_files.ROWS_AT_ONCE", 5)
    late = usage_events(days=3, rows=2).with_columns(
        pl.lit(datetime(2026, 10, 25, 1, 30, tzinfo=UTC)).alias("started_at")
    )
    write(late, tmp_path, "usage", "usage_event")
    files = write_usage_files(tmp_path, tmp_path / "files")
    assert len(files) == len(set(files)) == 9
    assert sum(len(usage_lines(file)) - 3 for file in files) == len(late)
    assert "2026-10-25T02:30:00+01:00" in usage_lines(files[0])[2]


def test_writing_twice_writes_once(operator: Path) -> None:
    counts = write_files(operator, seed=7)
    assert counts == {
        "bank": 0, "crm_fixed": 3, "general_ledger": 0, "partners": 0, "performance": 0, "record_counts": 0,
        "roaming": 0, "subscribers": 4, "usage": 63,
    }  # fmt: skip
    before = {file: file.stat().st_mtime_ns for file in (operator / "files").rglob("*") if file.is_file()}
    assert write_files(operator, seed=7) == counts
    assert {file: file.stat().st_mtime_ns for file in (operator / "files").rglob("*") if file.is_file()} == before
    dumps = [(operator / f"files/subscribers/hlr_2026070{day}.dat.gz").stat().st_mtime for day in (1, 2, 3)]
    assert [round(later - earlier) for earlier, later in itertools.pairwise(dumps)] == [86400, 86400]
    assert max(dumps) < time.time() - 60  # not taken for files that are still being written
    write(usage_events(days=21), operator / "systems", "usage", "usage_event")
    assert write_files(operator, seed=7)["usage"] == 66


def true_events(operator: Path) -> set[tuple[str, ...]]:
    events = pl.read_parquet(operator / "systems/usage/usage_event.parquet")
    keys = events.select(pl.concat_list(pl.col("stream", "file_sequence", "record_sequence").cast(pl.String)))
    return {tuple(key) for key in keys.to_series().to_list()}


def test_interface_faults_take_no_truth_away(operator: Path) -> None:
    write_files(operator, seed=7)
    ledger = pl.read_parquet(operator / "ledger.parquet")
    assert dict(ledger.schema) == LEDGER_SCHEMA
    assert set(ledger["kind"]) == {"interface"}
    named = {row["fault_type"]: next(iter(json.loads(row["subject"]).values())) for row in ledger.to_dicts()}
    usage = operator / "files/usage"
    assert all((operator / "files").glob(f"*/{name}") for name in named.values())

    intact, found, bad = set(), set(), 0
    for file in usage.glob("med_*.csv.gz"):
        lines = usage_lines(file)
        for line in lines[2:-1]:
            if len(line) == len(lines[1]) and line[8].isdigit() and "-32T" not in line[7]:
                found.add((lines[0][1], lines[0][2], line[1]))
            else:
                bad += 1
        if int(lines[-1][1]) == len(lines) - 3:
            intact |= {(lines[0][1], lines[0][2], line[1]) for line in lines[2:-1]}
    assert found == true_events(operator)
    assert true_events(operator) <= intact  # even when files with a wrong trailer are left out
    assert bad == 3


def test_each_interface_fault_is_what_the_ledger_says(operator: Path) -> None:
    write_files(operator, seed=7)
    ledger = pl.read_parquet(operator / "ledger.parquet").to_dicts()
    named = {row["fault_type"]: next(iter(json.loads(row["subject"]).values())) for row in ledger}
    files = operator / "files"

    def same_sequence(name: str) -> list[Path]:
        stream, sequence = name.split("_")[1], name.rsplit("_", 1)[1]
        return sorted((files / "usage").glob(f"med_{stream}_*_{sequence}"))

    first, second = same_sequence(named["usage_file_resent"])
    assert first.read_bytes() == second.read_bytes()
    first, second = same_sequence(named["usage_file_regenerated"])
    assert first.read_bytes() != second.read_bytes()
    assert usage_lines(first)[1:] == usage_lines(second)[1:]
    (late,) = same_sequence(named["usage_file_late"])
    assert int(late.name.split("_")[2]) - 20260701 != int(late.name[-13:-7]) - 100
    good, broken = same_sequence(named["usage_trailer_broken"])
    assert int(usage_lines(broken)[-1][1]) == int(usage_lines(good)[-1][1]) + 7
    bad_rows = usage_lines(files / "usage" / named["usage_bad_rows"])
    assert int(bad_rows[-1][1]) == len(bad_rows) - 3 == 7
    stream_column = 1 if bad_rows[0][1] == "data" else 0
    sums = [sum(int(line[8]) for line in bad_rows[2:6]), sum(int(line[9]) + int(line[10]) for line in bad_rows[2:6])]
    assert [int(value) for value in bad_rows[-1][2:]] == sums and stream_column in (0, 1)
    with pytest.raises((EOFError, zlib.error)):
        gzip.decompress((files / "subscribers" / named["subscriber_dump_truncated"]).read_bytes())
    assert named["subscriber_dump_truncated"] == "hlr_20260630.dat.gz"


def test_ledger_of_the_world_is_kept_and_interface_rows_are_replaced(operator: Path) -> None:
    fault = dict.fromkeys(LEDGER_SCHEMA) | {"fault_id": "F-1", "kind": "fault", "control_id": "O1"}
    pl.DataFrame([fault], schema=LEDGER_SCHEMA).write_parquet(operator / "ledger.parquet")
    write_files(operator, seed=7)
    write_files(operator, seed=8)
    ledger = pl.read_parquet(operator / "ledger.parquet")
    assert dict(ledger.schema) == LEDGER_SCHEMA
    assert ledger["fault_id"].to_list() == ["F-1", *(f"IF-{number:04d}" for number in range(1, 7))]


def test_same_seed_same_files(tmp_path: Path) -> None:
    contents = []
    for name in ("a", "b"):
        operator = tiny_operator(tmp_path / name)
        write_files(operator, seed=7)
        files = sorted(path for path in (operator / "files").rglob("*.*z*") if path.is_file())
        contents.append([(path.name, path.read_bytes()) for path in files])
    assert contents[0] == contents[1]
    assert NOON.tzinfo is not None
