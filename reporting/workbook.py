"""The leakage workbook: summary, one sheet per control with its rows, coverage, sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from concord.files import replacing
from reporting.bridge_class import class_name
from reporting.bridge_sheet import Styles, write_bridge, write_kpis
from reporting.data import LeakageData, Row

# Excel's own limit is 1,048,576 rows; some are ours.
MAX_ROWS = 1_048_000
ACCENT, MUTED, LINE = "#1F3A5F", "#5B6673", "#C9D1DA"


@dataclass(frozen=True)
class Field:
    """One column of a sheet: its heading, where its value comes from, how it looks."""

    heading: str
    key: str
    width: float
    kind: str = "text"  # text, money, number, date, moment, flag


CONTROL_FIELDS = (
    Field("Finding", "finding_id", 34),
    Field("Direction", "direction", 10),
    Field("Customer", "customer_name", 28),
    Field("Account (billing)", "account_id_billing", 17),
    Field("Service number", "service_number", 16),
    Field("Period start", "period_start", 12, "date"),
    Field("Period end", "period_end", 12, "date"),
    Field("Month", "month", 11, "month"),
    Field("Amount", "amount", 14, "money"),
    Field("Signed amount", "signed_amount", 14, "money"),
    Field("Currency", "currency_code", 9),
    Field("Estimate", "is_estimate", 9, "flag"),
    Field("First seen (UTC)", "first_seen_at", 18, "moment"),
    Field("Last seen (UTC)", "last_seen_at", 18, "moment"),
    Field("Customer id", "customer_id", 34),
    Field("Billing account id", "billing_account_id", 34),
    Field("Service id", "service_id", 34),
    Field("Source keys", "source_keys", 60),
    Field("Evidence", "evidence", 80),
    Field("Root cause", "root_cause_type", 20),
    Field("Root cause key", "root_cause_key", 30),
    Field("Money", "money", 16),
)
ROOT_CAUSE_FIELDS = (
    Field("Control", "control_id", 9),
    Field("Name", "control_name", 34),
    Field("Root cause", "root_cause_type", 20),
    Field("Root cause key", "root_cause_key", 34),
    Field("Money", "money", 16),
    Field("Currency", "currency_code", 9),
    Field("Under", "under_amount", 15, "money"),
    Field("Over", "over_amount", 15, "money"),
    Field("Findings", "findings", 10, "number"),
    Field("Customers", "customers", 10, "number"),
)
AGEING_FIELDS = (
    Field("Age", "age", 18),
    Field("Currency", "currency_code", 9),
    Field("Under-billed", "under_amount", 15, "money"),
    Field("Over-billed", "over_amount", 15, "money"),
    Field("Net", "net_amount", 15, "money"),
    Field("Findings", "findings", 10, "number"),
)
TOP_FINDINGS = 50
TOP_FIELDS = (
    Field("Control", "control_id", 9),
    Field("Name", "control_name", 34),
    Field("Direction", "direction", 10),
    Field("Customer", "customer_name", 28),
    Field("Account (billing)", "account_id_billing", 17),
    Field("Period start", "period_start", 12, "date"),
    Field("Period end", "period_end", 12, "date"),
    Field("Amount", "amount", 14, "money"),
    Field("Currency", "currency_code", 9),
    Field("Finding", "finding_id", 34),
)
COVERAGE_FIELDS = (
    Field("Control", "control_id", 9),
    Field("Name", "name", 38),
    Field("Stage", "stage", 20),
    Field("Direction", "direction", 11),
    Field("Status", "status", 13),
    Field("Why", "reason", 48),
    Field("Systems compared", "systems_compared", 44),
    Field("What is checked", "subject", 26),
    Field("Checked", "subjects_checked", 12, "number"),
    Field("From", "first_period_start", 12, "date"),
    Field("Until", "last_period_end", 12, "date"),
    Field("Findings", "findings", 10, "number"),
)
LOAD_FIELDS = (
    Field("System", "system", 16),
    Field("Entities", "entities", 10, "number"),
    Field("Last successful load (UTC)", "last_success_at", 26, "moment"),
    Field("Rows loaded", "loaded_rows", 14, "number"),
    Field("Rows quarantined", "quarantined_rows", 17, "number"),
    Field("Loads refused or failed", "failed_loads", 23, "number"),
)
DISAGREEMENT_FIELDS = (
    Field("Entity", "entity", 18),
    Field("Attribute", "attribute", 20),
    Field("System", "system_a", 14),
    Field("Other system", "system_b", 14),
    Field("Compared", "compared_count", 12, "number"),
    Field("Differ", "differing_count", 12, "number"),
    Field("Percent", "differing_pct", 10, "money"),
    Field("Examples", "examples", 100),
)


def write_workbook(data: LeakageData, path: Path) -> None:
    """Write the workbook; the previous one stays until the new one is whole."""
    options = {
        # What a source wrote is text, whatever it begins with.
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "default_date_format": "yyyy-mm-dd",
    }
    with replacing(path) as temporary, xlsxwriter.Workbook(temporary, options) as workbook:
        # The moment of the publication, not of the writing: the same state gives the same file.
        created = data.published_at.astimezone(UTC).replace(tzinfo=None)
        workbook.set_properties(
            {"title": f"Revenue leakage, {data.period.title}", "author": "Concord", "created": created}
        )
        sheets = _Sheets(workbook, data)
        summary = workbook.add_worksheet("Summary")
        sheets.bridge_and_kpis()
        tables = {row["control_id"]: sheets.control(row) for row in data.reported_controls}
        sheets.summary(summary, tables)
        sheets.root_causes(tables)
        sheets.ageing()
        sheets.top_findings()
        sheets.plain("Coverage", "What was watched, and what was not", COVERAGE_FIELDS, data.coverage)
        sheets.plain(
            "Disagreement", "Where source systems contradict one another", DISAGREEMENT_FIELDS, data.disagreements
        )
        sheets.plain("Sources", "What the sources delivered", LOAD_FIELDS, data.loads)


class _Sheets:
    """Writes sheets in one house style."""

    def __init__(self, workbook: xlsxwriter.Workbook, data: LeakageData) -> None:
        self.workbook = workbook
        self.data = data
        base = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
        money = '#,##0.00;[Red]-#,##0.00;"–"'

        def style(**options: Any):
            return workbook.add_format({**base, **options})

        self.title = style(bold=True, font_size=18, font_color=ACCENT)
        self.note = style(font_color=MUTED)
        self.label = style(font_color=MUTED)
        self.value = style(align="left")
        self.moment_value = style(num_format="yyyy-mm-dd hh:mm:ss", align="left")
        self.heading = style(bold=True, font_color="#FFFFFF", bg_color=ACCENT, text_wrap=True, valign="vcenter")
        self.total_text = style(bold=True, top=1, top_color=ACCENT)
        self.formats = {
            "text": style(),
            "money": style(num_format=money),
            "number": style(num_format="#,##0"),
            "figure": style(num_format="#,##0.####"),
            "date": style(num_format="yyyy-mm-dd", align="left"),
            "month": style(num_format="yyyy-mm", align="left"),
            "moment": style(num_format="yyyy-mm-dd hh:mm", align="left"),
            "flag": style(align="center"),
        }
        self.totals = {
            "money": style(num_format=money, bold=True, top=1, top_color=ACCENT),
            "number": style(num_format="#,##0", bold=True, top=1, top_color=ACCENT),
        }
        self.shown_total = style(num_format=money, bold=True)

    def summary(self, sheet, tables: dict[str, tuple[str, int, int]]) -> None:
        """Headline facts and a row per currency and control, summed by formulas over the controls' sheets."""
        data = self.data
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 18)
        sheet.set_column(1, 1, 34)
        sheet.set_column(2, 9, 15)
        sheet.write_string(0, 0, f"Revenue leakage, {data.period.title}", self.title)
        facts: list[tuple[str, Any]] = [
            ("Lake snapshot", data.snapshot_id),
            ("Published (UTC)", data.published_at),
            ("Data known until (UTC)", data.known_until),
            ("Controls active", f"{len(data.active_controls)} of {len(data.coverage)}"),
            ("Cleared findings", data.cleared),
        ]
        for position, (label, value) in enumerate(facts, start=1):
            sheet.write_string(position, 0, label, self.label)
            self._cell(sheet, position, 1, value, "moment" if isinstance(value, datetime) else "text", self.value)
        sheet.write_string(
            len(facts) + 1,
            0,
            "Under is money that the operator lacks; over is owed back. Net is under minus over, and stands beside"
            " them, never instead. Kinds of money are not added up. Open findings only.",
            self.note,
        )
        self._summary_table(sheet, len(facts) + 3, tables)

    def _summary_table(self, sheet, top: int, tables: dict[str, tuple[str, int, int]]) -> None:
        headings = ("Control", "Name", "Money", "Currency", "Under", "Over", "Net", "Findings", "Customers")
        for column, heading in enumerate(headings):
            sheet.write_string(top, column, heading, self.heading)
        sheet.freeze_panes(top + 1, 0)
        rows = self._summary_rows()
        for position, row in enumerate(rows, start=top + 1):
            control = row["control_id"]
            if control in tables:
                sheet.write_url(position, 0, f"internal:'{tables[control][0]}'!A1", string=control)
            else:
                sheet.write_string(position, 0, control, self.formats["text"])
            sheet.write_string(position, 1, row["control_name"], self.formats["text"])
            sheet.write_string(position, 2, class_name(row["bridge_class"]), self.formats["text"])
            sheet.write_string(position, 3, row["currency_code"], self.formats["text"])
            for column, direction in ((4, "under"), (5, "over")):
                amount = row[f"{direction}_amount"]
                if control in tables:
                    formula = _sum_if(tables[control], direction, row["currency_code"], money=f"$C{position + 1}")
                    sheet.write_formula(position, column, formula, self.formats["money"], float(amount))
                else:
                    sheet.write_number(position, column, float(amount), self.formats["money"])
            net = f"=E{position + 1}-F{position + 1}"
            sheet.write_formula(position, 6, net, self.formats["money"], float(row["net_amount"]))
            sheet.write_number(position, 7, row["findings"], self.formats["number"])
            sheet.write_number(position, 8, row["customers"], self.formats["number"])
        if rows:
            sheet.autofilter(top, 0, top + len(rows), len(headings) - 1)
        first, last = top + 2, top + 1 + len(rows)
        for offset, total in enumerate(self.data.by_class):
            position = top + 1 + len(rows) + offset
            currency, money = total["currency_code"], class_name(total["bridge_class"])
            for column, text in ((0, "Total"), (1, ""), (2, money), (3, currency)):
                sheet.write_string(position, column, text, self.total_text)
            for column, letter, key, kind in (
                (4, "E", "under_amount", "money"),
                (5, "F", "over_amount", "money"),
                (6, "G", "net_amount", "money"),
                (7, "H", "findings", "number"),
            ):
                own = f'$C{first}:$C{last},"{money}",$D{first}:$D{last},"{currency}"'
                formula = f"=SUMIFS({letter}{first}:{letter}{last},{own})"
                sheet.write_formula(position, column, formula, self.totals[kind], float(total[key]))
            # A customer may have findings of several controls: no sum of the rows above.
            sheet.write_number(position, 8, total["customers"], self.totals["number"])

    def _summary_rows(self) -> list[Row]:
        """A row per currency and control; a control that found nothing says so with zeros."""
        rows = list(self.data.by_control)
        seen = {row["control_id"] for row in rows}
        currency = self.data.currencies[0] if self.data.currencies else "–"
        for control in self.data.active_controls:
            if control["control_id"] not in seen:
                empty = dict.fromkeys(("under_amount", "over_amount", "net_amount"), Decimal(0))
                rows.append(
                    {
                        "control_id": control["control_id"],
                        "control_name": control["name"],
                        "bridge_class": control["bridge_class"],
                        "currency_code": currency,
                        "findings": 0,
                        "customers": 0,
                        **empty,
                    }
                )
        order = {row["control_id"]: position for position, row in enumerate(self.data.coverage)}
        return sorted(rows, key=lambda row: (row["currency_code"], order.get(row["control_id"], len(order))))

    def bridge_and_kpis(self) -> None:
        """The revenue bridge and the key figures, where the lake has them."""
        styles = Styles(
            heading=self.heading,
            text=self.formats["text"],
            money=self.formats["money"],
            number=self.formats["figure"],
            month=self.formats["month"],
            total_text=self.total_text,
            total_money=self.totals["money"],
        )
        if self.data.bridges:
            note = "Each amount as it leads from billable to billed, net of tax. The difference is nothing."
            sheet = self.workbook.add_worksheet("Bridge")
            write_bridge(sheet, self._head(sheet, "From billable to billed", note), self.data.bridges, styles)
        if self.data.kpis:
            sheet = self.workbook.add_worksheet("Key figures")
            top = self._head(sheet, "Key figures", "Blank is what can't be told yet; it is not zero.")
            write_kpis(sheet, top, self.data.kpis, styles)

    def control(self, control: Row) -> tuple[str, int, int]:
        """A control's findings; returns the sheet's name, and its first and last row of findings from 1."""
        rows = [row for row in self.data.findings if row["control_id"] == control["control_id"]]
        shown = [{**row, "money": class_name(row["bridge_class"])} for row in rows[:MAX_ROWS]]
        sheet = self.workbook.add_worksheet(control["control_id"])
        title = f"{control['control_id']} {control['name']}"
        note = f"{len(rows):,} open findings"
        if len(shown) < len(rows):
            note += f"; the {len(shown):,} largest are listed"
        if control["subjects_checked"] is not None:
            note += f"; {control['subjects_checked']:,} checked ({control['subject'] or 'subjects'})"
        top = self._head(sheet, title, note)
        amount = next(position for position, field in enumerate(CONTROL_FIELDS) if field.key == "amount")
        first, last = top + 2, max(top + 1 + len(shown), top + 2)
        for column in (amount, amount + 1):
            letter = _letter(column)
            cached = sum((row[CONTROL_FIELDS[column].key] for row in shown), Decimal(0))
            # Follows the filter: the sum of the rows that are shown.
            formula = f"=SUBTOTAL(109,{letter}{first}:{letter}{last})"
            sheet.write_formula(top - 1, column, formula, self.shown_total, float(cached))
        sheet.write_string(top - 1, amount - 1, "Sum shown", self.label)
        self._table(sheet, top, CONTROL_FIELDS, shown)
        return control["control_id"], first, last

    def plain(self, name: str, title: str, fields: Sequence[Field], rows: Sequence[Row]) -> None:
        """A sheet with one table; a value that isn't known stays blank."""
        sheet = self.workbook.add_worksheet(name)
        top = self._head(sheet, title, "")
        self._table(sheet, top, fields, rows)

    def root_causes(self, tables: dict[str, tuple[str, int, int]]) -> None:
        """Findings that go back to one thing are one task. Amounts are formulas over the controls' sheets."""
        sheet = self.workbook.add_worksheet("Root causes")
        top = self._head(sheet, "What the findings go back to", "One root cause is one task; largest first.")
        rows = [{**row, "money": class_name(row["bridge_class"])} for row in self.data.by_root_cause[:MAX_ROWS]]
        self._table(sheet, top, ROOT_CAUSE_FIELDS, rows)
        for position, row in enumerate(rows, start=top + 1):
            for column, direction in ((6, "under"), (7, "over")):
                formula = _sum_if(
                    tables[row["control_id"]],
                    amount_of=direction,
                    currency_code=row["currency_code"],
                    root_cause_type=f"$C{position + 1}",
                    root_cause_key=f"$D{position + 1}",
                )
                value = float(row[f"{direction}_amount"])
                sheet.write_formula(position, column, formula, self.formats["money"], value)
        self._column_totals(sheet, top, ROOT_CAUSE_FIELDS, rows, "money", "currency_code")

    def ageing(self) -> None:
        """How old what is open is."""
        sheet = self.workbook.add_worksheet("Ageing")
        note = "Days from the end of the billed period to the publication. Charges only."
        top = self._head(sheet, "How long it has been open", note)
        self._table(sheet, top, AGEING_FIELDS, self.data.ageing)
        self._column_totals(sheet, top, AGEING_FIELDS, self.data.ageing, "currency_code")

    def top_findings(self) -> None:
        """The largest findings of all controls."""
        sheet = self.workbook.add_worksheet("Top findings")
        top = self._head(
            sheet, "The largest findings", f"The {TOP_FINDINGS} largest; every one is in its control's sheet."
        )
        rows = self.data.findings[:TOP_FINDINGS]
        self._table(sheet, top, TOP_FIELDS, rows)

    def _column_totals(self, sheet, top: int, fields: Sequence[Field], rows: Sequence[Row], *kinds: str) -> None:
        """Totals under the money columns, by the values of the fields ``kinds``, as formulas over the rows above."""
        first, last = top + 2, top + 1 + len(rows)
        places = {field.key: place for place, field in enumerate(fields)}

        def cells(place: int, lock: str = "") -> str:
            return f"{lock}{_letter(place)}{first}:{lock}{_letter(place)}{last}"

        for offset, values in enumerate(sorted({tuple(row[kind] for kind in kinds) for row in rows})):
            position = top + 2 + len(rows) + offset
            sheet.write_string(position, 0, "Total", self.total_text)
            for kind, value in zip(kinds, values, strict=True):
                sheet.write_string(position, places[kind], value, self.total_text)
            own = "".join(f',{cells(places[kind], "$")},"{value}"' for kind, value in zip(kinds, values, strict=True))
            counted = [row for row in rows if tuple(row[kind] for kind in kinds) == values]
            for column, field in enumerate(fields):
                if field.kind == "money":
                    cached = sum((row[field.key] for row in counted), Decimal(0))
                    formula = f"=SUMIFS({cells(column)}{own})"
                    sheet.write_formula(position, column, formula, self.totals["money"], float(cached))

    def _head(self, sheet, title: str, note: str) -> int:
        """Title, facts about the query; returns the row of the table's headings."""
        data = self.data
        sheet.write_string(0, 0, title, self.title)
        sheet.set_row(0, 26)
        facts = (
            f"{data.period.title} · lake snapshot {data.snapshot_id} · published {data.published_at:%Y-%m-%d %H:%M} UTC"
            + (f" · data known until {data.known_until:%Y-%m-%d %H:%M} UTC" if data.known_until else "")
        )
        sheet.write_string(1, 0, facts, self.note)
        sheet.write_string(2, 0, note, self.note)
        return 4

    def _table(self, sheet, top: int, fields: Sequence[Field], rows: Sequence[Row]) -> None:
        for column, field in enumerate(fields):
            sheet.set_column(column, column, field.width)
            sheet.write_string(top, column, field.heading, self.heading)
        for position, row in enumerate(rows, start=top + 1):
            for column, field in enumerate(fields):
                self._cell(sheet, position, column, row[field.key], field.kind, self.formats[field.kind])
        sheet.freeze_panes(top + 1, 1)
        sheet.autofilter(top, 0, top + max(len(rows), 1), len(fields) - 1)

    def _cell(self, sheet, row: int, column: int, value: Any, kind: str, style: Any) -> None:
        if value is None:
            sheet.write_blank(row, column, None, style)
        elif isinstance(value, bool):
            sheet.write_string(row, column, "yes" if value else "", style)
        elif isinstance(value, datetime):
            shown = self.moment_value if style is self.value else style
            sheet.write_datetime(row, column, _naive_utc(value), shown)
        elif isinstance(value, date):
            sheet.write_datetime(row, column, value, style)
        elif isinstance(value, int | float | Decimal):
            sheet.write_number(row, column, float(value), style)
        else:
            sheet.write_string(row, column, str(value), style)


def _letter(column: int) -> str:
    return xl_col_to_name(column)


def _sum_if(table: tuple[str, int, int], amount_of: str, currency_code: str, **cells: str) -> str:
    """Sum of a control sheet's amounts of one direction and currency; further columns equal a cell of this sheet."""
    name, first, last = table

    def column(key: str) -> str:
        letter = _letter(next(place for place, field in enumerate(CONTROL_FIELDS) if field.key == key))
        return f"'{name}'!${letter}${first}:${letter}${last}"

    criteria = [(column("direction"), f'"{amount_of}"'), (column("currency_code"), f'"{currency_code}"')]
    criteria += [(column(key), cell) for key, cell in cells.items()]
    return f"=SUMIFS({column('amount')},{','.join(f'{where},{what}' for where, what in criteria)})"


def _naive_utc(moment: datetime) -> datetime:
    """Spreadsheets know no time zones."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
