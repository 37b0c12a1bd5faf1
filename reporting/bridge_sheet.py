"""The workbook's sheets of the revenue bridge and the key figures: parts as values, totals and shares as formulas."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from reporting.bridge import Bridge, Part
from reporting.data import Row

_ZERO = Decimal("0.00")
_KINDS = {
    "billable": "billable",
    "under": "missing",
    "over": "billed too much",
    "timing": "timing",
    "unexplained": "unexplained",
    "billed": "billed",
    "outside": "outside the bridge",
}
# Heading, column of kpi_month, and of what it is the share in per cent: (part, whole), both columns of the mart.
KPI_COLUMNS = (
    ("Month", "month", None),
    ("Currency", "currency_code", None),
    ("Billable", "billable_amount", None),
    ("Billed", "billed_amount", None),
    ("Unexplained", "unexplained_amount", None),
    ("Unexplained %", "unexplained_pct", ("unexplained_amount", "billable_amount", 4)),
    ("Under-billing found", "under_exposure_amount", None),
    ("Exposure %", "under_exposure_pct", ("under_exposure_amount", "billable_amount", 2)),
    ("Over-billing found", "over_exposure_amount", None),
    ("Over-billing %", "over_exposure_pct", ("over_exposure_amount", "billable_amount", 2)),
    ("Under-billing confirmed", "under_confirmed_amount", None),
    ("Leakage %", "leakage_pct", ("under_confirmed_amount", "billable_amount", 2)),
    ("Recoverable", "recoverable_amount", None),
    ("Recovered", "recovered_amount", None),
    ("Recovery %", "recovery_pct", ("recovered_amount", "recoverable_amount", 2)),
    ("Prevented", "prevented_amount", None),
    ("Coverage %", "coverage_pct", None),
    ("Days to detect", "days_to_detect", None),
    ("Days to recover", "days_to_recover", None),
    ("Cases", "cases", None),
    ("Decided", "decided_cases", None),
    ("Dismissed %", "dismissed_pct", None),
    ("False positive %", "false_positive_pct", None),
)


@dataclass(frozen=True)
class Styles:
    """The workbook's cell formats that these sheets use."""

    heading: Any
    text: Any
    money: Any
    number: Any
    month: Any
    total_text: Any
    total_money: Any


def write_bridge(sheet: Any, top: int, bridges: list[Bridge], styles: Styles) -> None:
    """A block per currency: the parts month by month, the way to billed as formulas, and their difference (nothing)."""
    sheet.set_column(0, 0, 46)
    sheet.set_column(1, 1, 19)
    sheet.set_column(2, 2 + max((len(bridge.months) for bridge in bridges), default=0), 15)
    for bridge in bridges:
        top = _block(sheet, top, bridge, styles) + 2


def _block(sheet: Any, top: int, bridge: Bridge, styles: Styles) -> int:
    """Writes one currency's block; returns its last row."""
    for column, text in enumerate((f"Part, {bridge.currency}", "Kind")):
        sheet.write_string(top, column, text, styles.heading)
    for column, month in enumerate(bridge.months, start=2):
        sheet.write_string(top, column, f"{month:%Y-%m}", styles.heading)
    sheet.write_string(top, 2 + len(bridge.months), "Sum", styles.heading)
    first = row = top + 1
    for part in bridge.of("billable"):
        _part(sheet, row, part, bridge, styles)
        row += 1
    billable = row
    _total(sheet, row, "Billable", bridge, bridge.billable, f"SUM({{c}}{first + 1}:{{c}}{row})", styles)
    row += 1
    way = row
    for part in bridge.of("under", "over", "timing", "unexplained"):
        _part(sheet, row, part, bridge, styles)
        row += 1
    formula = f"{{c}}{billable + 1}+SUM({{c}}{way + 1}:{{c}}{row})"
    reached = bridge.total("", "billable", "under", "over", "timing", "unexplained")
    _total(sheet, row, "Billed, as the parts lead to it", bridge, reached, formula, styles)
    row += 1
    _part(sheet, row, bridge.billed, bridge, styles)
    row += 1
    missed = {month: reached.amounts[month] - bridge.billed.amounts[month] for month in bridge.months}
    _total(sheet, row, "Difference", bridge, Part("difference", "", missed), f"{{c}}{row - 1}-{{c}}{row}", styles)
    for part in bridge.of("outside"):
        row += 1
        _part(sheet, row, part, bridge, styles)
    return row


def _part(sheet: Any, row: int, part: Part, bridge: Bridge, styles: Styles) -> None:
    sheet.write_string(row, 0, part.name, styles.text)
    sheet.write_string(row, 1, _KINDS[part.part_type], styles.text)
    last = 1 + len(bridge.months)
    for column, month in enumerate(bridge.months, start=2):
        sheet.write_number(row, column, float(part.amounts.get(month, _ZERO)), styles.money)
    cells = f"{xl_rowcol_to_cell(row, 2)}:{xl_rowcol_to_cell(row, last)}"
    sheet.write_formula(row, last + 1, f"=SUM({cells})", styles.money, float(part.amount))


def _total(sheet: Any, row: int, name: str, bridge: Bridge, part: Part, formula: str, styles: Styles) -> None:
    """A line of formulas; ``{c}`` stands for the column's letter."""
    sheet.write_string(row, 0, name, styles.total_text)
    sheet.write_string(row, 1, "", styles.total_text)
    values = [*(part.amounts[month] for month in bridge.months), part.amount]
    for column, value in enumerate(values, start=2):
        letter = xl_rowcol_to_cell(0, column).rstrip("1")
        # Rounded: a sum of binary fractions is off by less than a cent can be.
        sheet.write_formula(row, column, f"=ROUND({formula.format(c=letter)},2)", styles.total_money, float(value))


def write_kpis(sheet: Any, top: int, rows: list[Row], styles: Styles) -> None:
    """A line per month and currency. Shares are formulas over the line's amounts; what isn't known stays blank."""
    places = {key: column for column, (_, key, _) in enumerate(KPI_COLUMNS)}
    for column, (heading, _, _) in enumerate(KPI_COLUMNS):
        sheet.set_column(column, column, 13)
        sheet.write_string(top, column, heading, styles.heading)
    for position, row in enumerate(rows, start=top + 1):
        for column, (_, key, share) in enumerate(KPI_COLUMNS):
            value = row[key]
            if value is None:
                sheet.write_blank(position, column, None, styles.text)
            elif key == "month":
                sheet.write_datetime(position, column, value, styles.month)
            elif isinstance(value, str):
                sheet.write_string(position, column, value, styles.text)
            elif share:
                part, whole = (xl_rowcol_to_cell(position, places[name]) for name in share[:2])
                formula = f"=ROUND(100*{part}/{whole},{share[2]})"
                sheet.write_formula(position, column, formula, styles.number, float(value))
            else:
                style = styles.money if key.endswith("_amount") else styles.number
                sheet.write_number(position, column, float(value), style)
    sheet.freeze_panes(top + 1, 2)
