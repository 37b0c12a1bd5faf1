"""Accounting's monthly export: a workbook as accountants leave it: titles, merged headings, a row of totals."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl
import xlsxwriter

# Column, heading, what stands in its cells.
LAYOUT = (
    ("document_number", "Belegnummer", "text"),
    ("line_number", "Position", "number"),
    ("document_type", "Belegart", "text"),
    ("posting_date", "Buchungsdatum", "date"),
    ("account", "Konto", "number"),
    ("cost_centre", "Kostenstelle", "text"),
    ("debit_amount", "Soll", "money"),
    ("credit_amount", "Haben", "money"),
    ("currency_code", "Währung", "text"),
    ("line_text", "Buchungstext", "text"),
    ("reference", "Referenz", "text"),
    ("approved_by", "Freigabe", "text"),
)
_FIRST_ROW = 5


def write_general_ledger_files(systems: Path, folder: Path) -> list[Path]:
    """Write a workbook per month of ``systems/general_ledger/journal_line.parquet``; returns them."""
    folder.mkdir(parents=True, exist_ok=True)
    parquet = systems / "general_ledger" / "journal_line.parquet"
    if not parquet.exists():
        return []
    months = pl.read_parquet(parquet).partition_by("file_date", as_dict=True, maintain_order=True)
    written = []
    for number, ((last_day,), rows) in enumerate(months.items()):
        file = folder / f"gl_journal_{last_day:%Y%m%d}.xlsx"
        # One of the accountants pastes amounts as texts, and dates as bare numbers.
        _write(file, rows.rows(named=True), f"Journal {last_day:%m/%Y}", is_pasted=number % 2 == 1)
        written.append(file)
    return written


def _write(file: Path, rows: list[dict], title: str, is_pasted: bool) -> None:
    with xlsxwriter.Workbook(file, {"default_date_format": "dd.mm.yyyy"}) as book:
        # The time of writing would make the same content another file.
        book.set_properties({"title": title, "created": datetime(2026, 1, 1)})
        sheet = book.add_worksheet("Journal")
        keys = book.add_worksheet("Kontenplan")
        keys.write_row(0, 0, [heading for _, heading, _ in LAYOUT])
        keys.hide()
        sheet.write(0, 0, title)
        sheet.write(1, 0, "Nordlicht Telekommunikation GmbH, Mandant 100")
        money = [place for place, (_, _, kind) in enumerate(LAYOUT) if kind == "money"]
        for place, (_, heading, _) in enumerate(LAYOUT):
            if place in money:
                sheet.write(4, place, heading)
            else:
                sheet.merge_range(3, place, 4, place, heading)
        sheet.merge_range(3, money[0], 3, money[-1], "Betrag")
        date_format = book.add_format({"num_format": "dd.mm.yyyy"})
        sums = dict.fromkeys(money, 0)
        for number, row in enumerate(rows, start=_FIRST_ROW):
            for place, (name, _, kind) in enumerate(LAYOUT):
                value = row[name]
                if value is None:
                    continue
                if kind == "date":
                    sheet.write_datetime(number, place, value, None if is_pasted else date_format)
                elif kind == "number":
                    sheet.write_number(number, place, int(value))
                elif kind == "money":
                    sums[place] += value
                    pasted = f"{value:,.2f}".translate(str.maketrans(",.", ".,"))
                    if is_pasted and number % 3 == 0:
                        sheet.write_string(number, place, pasted)
                    else:
                        sheet.write_number(number, place, float(value))
                else:
                    sheet.write_string(number, place, value)
        last = _FIRST_ROW + len(rows)
        sheet.write(last, 0, "Summe")
        for place, total in sums.items():
            column = chr(ord("A") + place)
            formula = f"=SUMPRODUCT(VALUE({column}{_FIRST_ROW + 1}:{column}{last}))"
            sheet.write_formula(last, place, formula, None, float(total))
