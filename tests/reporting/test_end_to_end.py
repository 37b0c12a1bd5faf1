"""The report of a lake that was refreshed from a small operator."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import openpyxl

from concord.published import connect_reader
from concord.settings import Settings
from reporting.data import read_leakage
from reporting.leakage import write_report
from reporting.status import read_status


def test_the_report_shows_what_the_mart_holds(refreshed: Settings, tmp_path: Path) -> None:
    settings = refreshed.model_copy(update={"reports": tmp_path})
    paths = write_report(settings)
    data = read_leakage(settings)
    with closing(connect_reader(settings)) as lake:
        ((findings, under, over),) = lake.execute(
            "select sum(findings), sum(amount) filter (where direction = 'under'),"
            " sum(amount) filter (where direction = 'over') from marts_revenue_assurance.leakage_summary"
        ).fetchall()
    assert sum(row["findings"] for row in data.totals) == findings > 0
    assert sum(row["under_amount"] for row in data.by_class) == under
    assert sum(row["over_amount"] for row in data.by_class) == over
    book = openpyxl.load_workbook(paths.workbook, read_only=True)
    rows = sum(sum(1 for row in book[name].iter_rows(min_row=6, max_col=1) if row[0].value) for name in _controls(data))
    assert rows == findings
    page = paths.page.read_text(encoding="utf-8")
    assert len(data.by_class) > 1
    assert all(f"{row['under_amount']:,.2f}" in page for row in data.by_class)
    assert data.disagreements
    assert {row["system"] for row in data.loads} >= {"billing", "crm", "usage"}


def test_every_entity_is_fresh_after_a_refresh(refreshed: Settings) -> None:
    status = read_status(refreshed)
    assert {f"{row.system}.{row.entity}" for row in status.entities if row.freshness != "fresh"} == set()
    assert status.unpublished_loads == 0
    assert status.checks


def _controls(data) -> list[str]:
    return [row["control_id"] for row in data.reported_controls]
