"""What landed is read as the outcome records say: a real raw layer on disk, through dbt, into staging."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from tests.dbt.dbt_project import dbt, part_of_project


def land(raw: Path, load_id: str, rows: str, *, finished_at: str | None, status: str = "loaded") -> None:
    """Write one load of billing.account: its Parquet file and, unless the load was killed, its outcome record."""
    folder = raw / "billing" / "account" / "load_date=2026-09-01"
    folder.mkdir(parents=True, exist_ok=True)
    metadata = f"""
        '{load_id}' as _load_id, timestamptz '2026-09-01 04:00:00+00' as _loaded_at, 'account' as _source_ref,
        cast(null as bigint) as _source_position, md5(account_id) as _row_hash
    """
    duckdb.sql(f"select *, {metadata} from ({rows})").write_parquet(str(folder / f"{load_id}.parquet"))
    if finished_at is None:
        return
    records = raw / "billing" / "_loads" / "account"
    records.mkdir(parents=True, exist_ok=True)
    record = {
        "load_id": load_id,
        "system": "billing",
        "entity": "account",
        "mode": "full",
        "status": status,
        "reason": None,
        "message": None,
        "hint": None,
        "rows": 2,
        "quarantined_rows": 0,
        "files": [{"name": "account", "sha256": "x", "rows": 2}],
        "cursor_from": None,
        "cursor_to": None,
        "started_at": finished_at,
        "finished_at": finished_at,
    }
    (records / f"{load_id}.json").write_text(json.dumps(record, indent=2), encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five loads: counted, counted, killed before its record, held, refused."""
    folder = tmp_path_factory.mktemp("raw_reading")
    raw = folder / "raw"
    first = "select 'A1' as account_id, 'First' as account_name union all select 'A2', 'Deleted since'"
    # A column that a later version of the source added.
    second = "select 'A1' as account_id, 'Second' as account_name, ' Info@Example.ORG ' as email"
    land(raw, "20260901T040000Z", first, finished_at="2026-09-01T04:00:00+00:00")
    land(raw, "20260902T040000Z", second, finished_at="2026-09-02T04:00:00+00:00")
    land(raw, "20260903T040000Z", "select 'A9' as account_id, 'Killed' as account_name", finished_at=None)
    land(
        raw, "20260904T040000Z", "select 'A9' as account_id, 'Held' as account_name", finished_at="2026-09-04T04:00:00Z"
    )
    refused = "select 'A9' as account_id, 'Refused' as account_name"
    land(raw, "20260905T040000Z", refused, finished_at="2026-09-05T04:00:00Z", status="refused")
    holds = raw / "billing" / "_holds" / "account"
    holds.mkdir(parents=True)
    (holds / "20260904T040000Z.json").write_text("{}", encoding="utf-8")
    part_of_project(folder, "staging/ops", "staging/billing")
    return folder


def staged(folder: Path, as_of: str = "") -> list[tuple]:
    """The accounts that count, after a run of staging."""
    selection = ["stg_ops__load", "stg_billing__account", "stg_billing__payment"]
    variables = json.dumps({"as_of": as_of})
    dbt(folder, "run", "--select", *selection, "--vars", variables, project=folder / "dbt_project")
    with duckdb.connect(str(folder / "workspace.duckdb"), read_only=True) as connection:
        assert connection.execute("select count(*) from staging.stg_billing__payment").fetchone() == (0,)
        query = "select account_id, account_name, email, phone, _load_id from staging.stg_billing__account order by 1"
        return connection.execute(query).fetchall()


def test_only_the_latest_completed_load_that_nobody_holds_counts(folder: Path) -> None:
    assert staged(folder) == [("A1", "Second", "info@example.org", None, "20260902T040000Z")]


def test_as_of_rebuilds_what_was_known_then(folder: Path) -> None:
    assert staged(folder, "2026-09-01T12:00:00Z") == [
        ("A1", "First", None, None, "20260901T040000Z"),
        ("A2", "Deleted since", None, None, "20260901T040000Z"),
    ]


def test_before_the_first_load_there_is_nothing(folder: Path) -> None:
    assert staged(folder, "2026-08-31T12:00:00Z") == []


def test_a_released_load_counts_again(folder: Path) -> None:
    (folder / "raw" / "billing" / "_holds" / "account" / "20260904T040000Z.json").unlink()
    assert [row[1] for row in staged(folder)] == ["Held"]
