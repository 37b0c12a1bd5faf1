"""The report's two files, from a lake made by hand."""

from __future__ import annotations

import re
import time
from datetime import date, datetime
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest

from concord.errors import ConcordError
from concord.settings import Settings
from reporting.charts import month_chart, nice_ticks, shares
from reporting.data import read_leakage
from reporting.leakage import ReportPaths, write_report
from reporting.page import age, money, pairs
from reporting.period import parse_period
from tests.reporting.marts import COST, FINDINGS, publish_marts

UNDER = sum(Decimal(amount) for control, direction, _, amount in FINDINGS if direction == "under" and control != COST)
OVER = sum(Decimal(amount) for control, direction, _, amount in FINDINGS if direction == "over" and control != COST)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return publish_marts(tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def paths(settings: Settings) -> ReportPaths:
    return write_report(settings)


def test_headline_figures_leave_out_what_is_cleared(settings: Settings) -> None:
    (total,) = read_leakage(settings).totals
    assert total["findings"] == len(FINDINGS)
    charges, cost = read_leakage(settings).by_class
    assert (charges["under_amount"], charges["over_amount"], charges["net_amount"]) == (UNDER, OVER, UNDER - OVER)
    assert (cost["bridge_class"], cost["under_amount"], cost["over_amount"]) == ("cost", 70, 0)
    assert read_leakage(settings).cleared == 1


def test_files_are_named_by_the_months_found(settings: Settings, paths: ReportPaths) -> None:
    assert paths.workbook == settings.reports / "leakage-2026-07_2026-09.xlsx"
    assert paths.page.name == "leakage-2026-07_2026-09.html"
    assert not list(settings.reports.glob(".*"))


def test_one_month_holds_only_its_findings(settings: Settings) -> None:
    data = read_leakage(settings, "2026-07")
    assert {row["month"] for row in data.findings} == {date(2026, 7, 1)}
    assert data.by_class[0]["under_amount"] == Decimal("30.34")
    assert write_report(settings, "2026-07").page.name == "leakage-2026-07.html"


def test_workbook_sheets_rows_and_types(paths: ReportPaths) -> None:
    book = openpyxl.load_workbook(paths.workbook)
    assert book.sheetnames == [
        "Summary", "Bridge", "Key figures", "O1", "O2", "U3", "U4", "R1", "X3", "Root causes", "Ageing", "Top findings",
        "Coverage", "Disagreement", "Sources",
    ]  # fmt: skip
    sheet = book["O1"]
    headings = [cell.value for cell in sheet[5]]
    rows = [dict(zip(headings, (cell.value for cell in row), strict=True)) for row in sheet.iter_rows(min_row=6)]
    assert [row["Amount"] for row in rows] == [29.99, 29.99, 14.5]
    assert all(isinstance(row["Period start"], datetime) for row in rows)
    assert sheet.freeze_panes == "B6"
    assert sheet.auto_filter.ref == "A5:V8"
    assert "#,##0.00" in sheet["I6"].number_format
    assert "snapshot 1" in sheet["A2"].value
    assert "published 20" in sheet["A2"].value
    assert sheet["I4"].value == "=SUBTOTAL(109,I6:I8)"


def test_what_a_source_wrote_is_never_a_formula(paths: ReportPaths) -> None:
    book = openpyxl.load_workbook(paths.workbook)
    cells = [cell for name in ("O1", "O2", "U3", "U4", "R1") for row in book[name].iter_rows() for cell in row]
    names = [cell for cell in cells if cell.value == "=1+1"]
    assert names
    assert all(cell.data_type == "s" or cell.quotePrefix for cell in names) or _is_text(paths.workbook, "=1+1")


def _is_text(workbook: Path, text: str) -> bool:
    """Whether the text is among the workbook's shared strings, and in no formula."""
    import zipfile

    with zipfile.ZipFile(workbook) as archive:
        strings = archive.read("xl/sharedStrings.xml").decode()
        sheets = [archive.read(name).decode() for name in archive.namelist() if "worksheets/sheet" in name]
    return f">{text}<" in strings and not any(f"<f>{text.removeprefix('=')}</f>" in sheet for sheet in sheets)


def test_summary_totals_are_formulas_with_their_values(paths: ReportPaths) -> None:
    formulas = openpyxl.load_workbook(paths.workbook)["Summary"]
    values = openpyxl.load_workbook(paths.workbook, data_only=True)["Summary"]
    total = next(row[0].row for row in formulas.iter_rows() if row[0].value == "Total")
    assert formulas.cell(total, 5).value.startswith("=SUMIFS(E")
    assert [values.cell(total, column).value for column in (3, 4)] == ["Charges", "EUR"]
    assert values.cell(total, 5).value == pytest.approx(float(UNDER))
    assert values.cell(total, 6).value == pytest.approx(float(OVER))
    assert values.cell(total, 7).value == pytest.approx(float(UNDER - OVER))
    assert [values.cell(total + 1, column).value for column in (3, 5)] == ["Cost", 70]
    first = next(row[0].row for row in formulas.iter_rows() if row[0].value == "O1")
    assert formulas.cell(first, 5).value == (
        f"=SUMIFS('O1'!$I$6:$I$8,'O1'!$B$6:$B$8,\"under\",'O1'!$K$6:$K$8,\"EUR\",'O1'!$V$6:$V$8,$C{first})"
    )
    assert values.cell(first, 5).value == pytest.approx(74.48)


def test_the_bridge_is_checked_by_formulas(paths: ReportPaths) -> None:
    formulas = openpyxl.load_workbook(paths.workbook)["Bridge"]
    values = openpyxl.load_workbook(paths.workbook, data_only=True)["Bridge"]
    rows = {row[0].value: row[0].row for row in values.iter_rows(min_row=6) if row[0].value}
    assert list(rows) == [
        "Recurring", "=Discount", "Billable", "O1 Provisioned, not billed", "R1 Mis-rating, over-billed", "Unexplained",
        "Billed, as the parts lead to it", "Billed", "Difference", "R6 Tax wrong",
    ]  # fmt: skip
    assert [values.cell(rows["Billable"], column).value for column in (3, 4, 5)] == [1500, 850, 2350]
    assert formulas.cell(rows["Billable"], 3).value == "=ROUND(SUM(C6:C7),2)"
    assert formulas.cell(rows["Difference"], 4).value == "=ROUND(D12-D13,2)"
    assert [values.cell(rows["Difference"], column).value for column in (3, 4, 5)] == [0, 0, 0]
    assert values.cell(rows["Billed"], 3).value == 1482


def test_key_figures_are_shares_by_formula_and_blank_where_unknown(paths: ReportPaths) -> None:
    formulas = openpyxl.load_workbook(paths.workbook)["Key figures"]
    values = openpyxl.load_workbook(paths.workbook, data_only=True)["Key figures"]
    place = {cell.value: cell.column for cell in values[5]}["Leakage %"]
    assert formulas.cell(6, place).value == "=ROUND(100*K6/C6,2)"
    assert [values.cell(row, place).value for row in (6, 7)] == [1, None]


def test_the_page_draws_the_bridge_and_says_what_is_not_known(paths: ReportPaths) -> None:
    text = paths.page.read_text(encoding="utf-8")
    assert 'id="bridge"' in text and 'id="kpis"' in text
    assert 'aria-label="O1 Provisioned, not billed: −29.99"' in text
    assert "R6 Tax wrong" not in text.partition('id="bridge"')[2].partition("</section>")[0]
    leakage = next(line for line in text.splitlines() if "Leakage: confirmed" in line)
    assert '<td class="n">1.00</td><td class="n">–</td>' in leakage


def test_a_lake_without_a_bridge_is_reported_without(tmp_path: Path) -> None:
    settings = publish_marts(tmp_path, bridge=False)
    paths = write_report(settings)
    assert not {"Bridge", "Key figures"} & set(openpyxl.load_workbook(paths.workbook).sheetnames)
    assert 'id="bridge"' not in paths.page.read_text(encoding="utf-8")


def test_root_causes_are_summed_by_formulas(paths: ReportPaths) -> None:
    formulas = openpyxl.load_workbook(paths.workbook)["Root causes"]
    values = openpyxl.load_workbook(paths.workbook, data_only=True)["Root causes"]
    rows = {(row[0].value, row[3].value): row[0].row for row in values.iter_rows(min_row=6) if row[3].value}
    place = rows["O1", "BR-7"]
    assert formulas.cell(place, 7).value == (
        "=SUMIFS('O1'!$I$6:$I$8,'O1'!$B$6:$B$8,\"under\",'O1'!$K$6:$K$8,\"EUR\","
        f"'O1'!$T$6:$T$8,$C{place},'O1'!$U$6:$U$8,$D{place})"
    )
    assert values.cell(place, 7).value == pytest.approx(29.99)
    total = next(row[0].row for row in values.iter_rows(min_row=6) if row[0].value == "Total")
    assert formulas.cell(total, 7).value.startswith("=SUMIFS(G6:G")
    assert values.cell(total, 7).value == pytest.approx(float(UNDER))
    assert values.cell(total, 8).value == pytest.approx(float(OVER))
    assert [values.cell(total + 1, column).value for column in (5, 7)] == ["Cost", 70]


def test_ageing_adds_up_to_what_is_open(paths: ReportPaths) -> None:
    sheet = openpyxl.load_workbook(paths.workbook, data_only=True)["Ageing"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=6) if row[0].value]
    assert {row[0] for row in rows} <= {"up to 30 days", "31 to 60 days", "61 to 90 days", "over 90 days", "Total"}
    assert sum(row[2] for row in rows if row[0] != "Total") == pytest.approx(float(UNDER))
    assert rows[-1][0] == "Total" and rows[-1][3] == pytest.approx(float(OVER))


def test_the_same_state_gives_the_same_files(settings: Settings, tmp_path: Path) -> None:
    def written(folder: Path) -> list[bytes]:
        paths = write_report(settings.model_copy(update={"reports": folder}))
        return [paths.workbook.read_bytes(), paths.page.read_bytes()]

    first = written(tmp_path / "one")
    time.sleep(1.1)
    assert written(tmp_path / "two") == first


def test_coverage_leaves_blank_what_was_not_checked(paths: ReportPaths) -> None:
    sheet = openpyxl.load_workbook(paths.workbook)["Coverage"]
    rows = {row[0].value: [cell.value for cell in row] for row in sheet.iter_rows(min_row=6)}
    assert rows["U5"][4] == "not_built"
    assert rows["U5"][8:] == [None, None, None, None]
    assert rows["O1"][8] == 1234


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "data", "action")]


def test_the_page_needs_nothing_from_outside(paths: ReportPaths) -> None:
    text = paths.page.read_text(encoding="utf-8")
    page = _Page(text)
    assert all(address.startswith("#") for address in page.addresses)
    assert not {"link", "iframe", "img", "object"} & set(page.tags)
    assert not re.search(r"@import|url\(|fetch\(|XMLHttpRequest", text)


def test_the_page_shows_figures_snapshot_and_charts(paths: ReportPaths) -> None:
    text = paths.page.read_text(encoding="utf-8")
    assert f"{UNDER:,.2f}" in text
    assert f"{OVER:,.2f}" in text
    assert "<dt>Lake snapshot</dt><dd>1</dd>" in text
    assert text.count("<svg") == 7 + 5
    assert "Cannot tell" in text
    assert "source usage is missing" in text


def test_disagreeing_systems_are_shown_and_agreeing_ones_are_not(settings: Settings, paths: ReportPaths) -> None:
    assert [row["attribute"] for row in read_leakage(settings).disagreements] == ["email"]
    text = paths.page.read_text(encoding="utf-8")
    assert "billing ↔ crm" in text
    assert "5.0 %" in text
    assert "b@x.example" in text


def test_what_a_source_wrote_is_never_markup(paths: ReportPaths) -> None:
    text = paths.page.read_text(encoding="utf-8")
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert _Page(text).tags.count("script") == 1


def test_a_lake_without_findings_is_reported_about_the_months_checked(tmp_path: Path) -> None:
    paths = write_report(publish_marts(tmp_path, findings=0, loads=False))
    assert paths.page.name == "leakage-2026-07_2026-09.html"
    text = paths.page.read_text(encoding="utf-8")
    assert "No open findings" in text
    assert "No loads are recorded" in text
    assert openpyxl.load_workbook(paths.workbook)["O1"]["A3"].value.startswith("0 open findings")


def test_an_earlier_report_stays_when_the_next_one_fails(
    settings: Settings, paths: ReportPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = paths.page.read_bytes()
    monkeypatch.setattr("reporting.page.month_chart", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_report(settings)
    assert paths.page.read_bytes() == before


@pytest.mark.parametrize(
    ("text", "name", "title"),
    [
        ("2026-07", "2026-07", "July 2026"),
        ("2026-07_2026-09", "2026-07_2026-09", "July to September 2026"),
        ("2026-11_2027-02", "2026-11_2027-02", "November 2026 to February 2027"),
    ],
)
def test_periods(text: str, name: str, title: str) -> None:
    assert (parse_period(text).name, parse_period(text).title) == (name, title)


def test_a_period_counts_its_months() -> None:
    months = parse_period("2026-11_2027-02").months
    assert [f"{month:%Y-%m}" for month in months] == ["2026-11", "2026-12", "2027-01", "2027-02"]


@pytest.mark.parametrize("text", ["2026", "2026-13", "2026-7", "2026-09_2026-07", "2026-07_2026-08_2026-09", ""])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ConcordError):
        parse_period(text)


@pytest.mark.parametrize(
    ("largest", "ticks"), [(0, [0, 1]), (100, [0, 25, 50, 75, 100]), (5244, [0, 2000, 4000, 6000])]
)
def test_ticks_are_round_and_reach_the_largest(largest: float, ticks: list[float]) -> None:
    assert nice_ticks(largest) == ticks


def test_columns_are_as_tall_as_their_amounts() -> None:
    months = [date(2026, 7, 1), date(2026, 8, 1)]
    rows = [{"month": months[1], "under_amount": Decimal(100), "over_amount": Decimal(25)}]
    chart = month_chart(rows, months)
    under, over = chart.columns
    assert under.height == pytest.approx(4 * over.height, abs=0.2)
    assert under.y + under.height == pytest.approx(chart.baseline)
    assert under.x > chart.months[0][1]
    assert shares([Decimal(2), Decimal(1), Decimal(0)]) == [100.0, 50.0, 0.0]
    assert shares([Decimal(0)]) == [0.0]


def test_formats() -> None:
    assert money(Decimal("-1234.5")) == "−1,234.50"
    assert money(Decimal("-0.001")) == "0.00"
    assert money(None) == "–"
    now = datetime.fromisoformat("2026-10-01T08:00:00+00:00")
    assert age(datetime.fromisoformat("2026-10-01T07:15:00"), now) == "45 min"
    assert age(datetime.fromisoformat("2026-09-30T07:15:00+00:00"), now) == "24 h"
    assert age(datetime.fromisoformat("2026-09-20T07:15:00+00:00"), now) == "11 d"
    assert pairs('{"a": 1, "b": null, "c": ["x"]}') == [("a", "1"), ("c", '["x"]')]
    assert pairs("not json") == [("text", "not json")]
