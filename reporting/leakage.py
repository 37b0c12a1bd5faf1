"""The leakage report: a workbook for finance and one page for everyone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from concord.settings import Settings
from reporting.data import read_leakage
from reporting.page import write_page
from reporting.workbook import write_workbook


@dataclass(frozen=True)
class ReportPaths:
    """Where a report was written."""

    workbook: Path
    page: Path


def write_report(settings: Settings, period: str | None = None) -> ReportPaths:
    """Write ``reports/leakage-<period>.xlsx`` and ``.html`` from one published snapshot.

    period: a month (2026-07) or a range (2026-07_2026-09); every month with findings when None.
    Raises ConcordError when nothing is published or the period is malformed.
    """
    data = read_leakage(settings, period)
    settings.reports.mkdir(parents=True, exist_ok=True)
    name = f"leakage-{data.period.name}"
    paths = ReportPaths(settings.reports / f"{name}.xlsx", settings.reports / f"{name}.html")
    write_workbook(data, paths.workbook)
    write_page(data, paths.page)
    return paths
