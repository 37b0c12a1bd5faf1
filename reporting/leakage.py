"""The leakage report: a workbook for finance and one page for everyone."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from concord.published import connect_reader
from concord.settings import Settings
from reporting.data import LeakageData, PublishedState, newest_state, read_leakage
from reporting.finding import has_arithmetic, read_findings
from reporting.finding_page import write_finding_pages
from reporting.page import FINDINGS_SHOWN, page_templates, write_page
from reporting.workbook import write_workbook


@dataclass(frozen=True)
class ReportPaths:
    """Where a report was written."""

    workbook: Path
    page: Path


def write_report(settings: Settings, period: str | None = None, state: PublishedState | None = None) -> ReportPaths:
    """Write ``reports/leakage-<period>.xlsx`` and ``.html``, and a page per finding shown, from one published snapshot.

    period: a month (2026-07) or a range (2026-07_2026-09); every month with findings when None. state: an earlier
    publication; the newest when None. The same state gives the same files, byte by byte.
    Raises ConcordError when nothing is published or the period is malformed.
    """
    state = state or newest_state(settings)
    data = read_leakage(settings, period, state)
    settings.reports.mkdir(parents=True, exist_ok=True)
    name = f"leakage-{data.period.name}"
    paths = ReportPaths(settings.reports / f"{name}.xlsx", settings.reports / f"{name}.html")
    write_workbook(data, paths.workbook)
    explained = _explain(settings, data, state, settings.reports / name, paths.page)
    write_page(data, paths.page, explained)
    return paths


def _explain(settings: Settings, data: LeakageData, state: PublishedState, folder: Path, page: Path) -> str | None:
    """Write the pages of the findings that the report shows; the folder's name, None where the lake has no steps."""
    with closing(connect_reader(settings, state.snapshot)) as lake:
        if not has_arithmetic(lake):
            return None
    shown = [row["finding_id"] for row in data.findings[:FINDINGS_SHOWN]]
    explained = read_findings(settings, shown, state.snapshot, shown_snapshot=data.snapshot_id)
    write_finding_pages(page_templates(), explained, folder, f"../{page.name}")
    return folder.name
