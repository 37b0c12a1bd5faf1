"""What ``concord status`` tells, from load records and a published lake."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from concord.settings import Lake, Settings
from reporting.status import freshness, read_status
from reporting.status_table import print_status
from tests.reporting.marts import publish_marts

NOW = datetime(2026, 10, 1, 8, tzinfo=UTC)


def test_an_empty_deployment_has_never_loaded_anything(tmp_path: Path) -> None:
    status = read_status(Settings(lake=Lake(folder=tmp_path / "lake")), NOW)
    assert {row.freshness for row in status.entities} == {"never"}
    assert {row.system for row in status.entities} >= {"billing", "crm", "usage"}
    assert status.publication is None
    assert json.loads(status.as_json())["publication"] is None


def test_published_loads_count_though_the_raw_files_are_elsewhere(tmp_path: Path) -> None:
    status = read_status(publish_marts(tmp_path), NOW)
    by_entity = {(row.system, row.entity): row for row in status.entities}
    account = by_entity["billing", "account"]
    assert (account.freshness, account.rows, account.quarantined_rows) == ("fresh", 600, 2)
    customer = by_entity["crm", "customer"]
    assert (customer.freshness, customer.last_status, customer.last_reason) == ("never", "failed", "unreachable")
    assert status.publication.snapshot_id == 1


def test_open_questions_of_identity_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = read_status(publish_marts(tmp_path), NOW)
    assert status.worklist == {"uncertain_link": 2, "rejected_key": 1}
    assert status.over_ceiling == ["service of billing"]
    assert json.loads(status.as_json())["worklist"]["uncertain_link"] == 2
    print_status(status)
    text = capsys.readouterr().out
    assert "Identity worklist: 2 uncertain link, 1 rejected key" in text
    assert "Unlinked over the ceiling: service of billing" in text


def test_a_record_newer_than_the_publication_counts(tmp_path: Path) -> None:
    settings = publish_marts(tmp_path)
    moment = datetime.now(UTC) + timedelta(hours=1)
    record = {
        "load_id": "20990101T000000",
        "system": "billing",
        "entity": "account",
        "mode": "full",
        "status": "loaded",
        "rows": 700,
        "quarantined_rows": 0,
        "started_at": f"{moment:%Y-%m-%dT%H:%M:%S.%fZ}",
        "finished_at": f"{moment:%Y-%m-%dT%H:%M:%S.%fZ}",
    }
    file = settings.raw / "billing" / "_loads" / "account" / "20990101T000000.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(record), encoding="utf-8")
    status = read_status(settings, moment)
    account = next(row for row in status.entities if (row.system, row.entity) == ("billing", "account"))
    assert (account.rows, account.freshness) == (700, "fresh")
    assert status.unpublished_loads == 1


@pytest.mark.parametrize(
    ("hours", "expected"), [(None, "never"), (0, "fresh"), (26, "fresh"), (27, "late"), (51, "stale")]
)
def test_freshness_follows_the_limits(hours: int | None, expected: str) -> None:
    moment = None if hours is None else NOW - timedelta(hours=hours)
    assert freshness(moment, (26, 50), NOW) == expected
